"""Imports run one way: viewer -> scenarios -> geodata -> twin; inside twin downward only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "twin": {"twin"},
    "geodata": {"geodata", "twin"},
    "scenarios": {"scenarios", "geodata", "twin"},
    "viewer": {"viewer", "scenarios", "geodata", "twin"},
}
#: What each package may use of the outside, where the design limits it.
TWIN_USES = {"numpy", "numba", "llvmlite", "simpy", "networkx", "babel"}
ONLY_IN = {
    "simpy": {"twin/engine/clock.py", "twin/engine/workforce.py"},
    "networkx": {"twin/world/networkx_graph.py", "twin/results/result.py"},
    "pydeck": {"viewer"},
    "pydantic": {"scenarios", "geodata"},
    "ruamel": {"scenarios", "geodata"},
    "pyogrio": {"geodata"},
    "rasterio": {"geodata"},
    "pyarrow": {"geodata"},
}
#: The front desk may import all four, and nothing imports it.
FRONT_DESK = "twin/cli/"
STANDARD = __import__("sys").stdlib_module_names


def modules() -> list[Path]:
    return sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py")
                  if "node_modules" not in path.parts)


@cache
def imports_in(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Give the imports of a file, those inside functions included."""
    return tuple(node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                 if isinstance(node, ast.Import | ast.ImportFrom))


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in imports_in(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        else:
            assert node.level == 0, f"{path}: relative import; say the whole path"
            yield node.module or "", node.lineno


def test_a_module_imports_only_what_its_layer_may() -> None:
    assert len(modules()) > 400
    for path in modules():
        _imports_what_it_may(path)


def _imports_what_it_may(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    package = here.split("/")[0]
    for name, line in imports_of(path):
        top = name.split(".")[0]
        where = f"{here}:{line} imports {name}"
        if top in MAY_IMPORT and not here.startswith(FRONT_DESK):
            assert top in MAY_IMPORT[package], where
        if not here.startswith(FRONT_DESK):
            assert not name.startswith("twin.cli"), f"{where}: nothing imports the front desk"
        if package == "twin" and not here.startswith(FRONT_DESK) and top not in STANDARD and top != "twin":
            assert top in TWIN_USES, where
        if top in ONLY_IN and not here.startswith(FRONT_DESK):
            assert here in ONLY_IN[top] or package in ONLY_IN[top], where


#: The rooms of the engine, from the ground up: a module imports only from its own room or one below.
ROOMS = ["errors", "quantities", "texts", "codes", "stages", "kernels", "world", "water", "flood", "live", "access",
         "crews", "results", "engine", "deciding", "ensemble", "irrigation", "review", "locale", "explaining", "cli"]


def test_inside_twin_imports_go_down() -> None:
    for path in sorted((ROOT / "twin").rglob("*.py")):
        _goes_down(path)


def _goes_down(path: Path) -> None:
    here = path.relative_to(ROOT / "twin").with_suffix("")
    if here.parts[0] == "__init__":
        return
    assert here.parts[0] in ROOMS, f"twin/{here.parts[0]} has no place in the order of rooms: give it one"
    rank = ROOMS.index(here.parts[0])
    for name, line in imports_of(path):
        module = name.split(".")
        if module[0] == "twin" and len(module) > 1:
            assert ROOMS.index(module[1]) <= rank, f"{here}.py:{line} imports {name} from above"


def test_a_scene_knows_nothing_of_the_files_that_are_made_of_it() -> None:
    for path in sorted((ROOT / "viewer" / "scene").rglob("*.py")):
        for name, line in imports_of(path):
            assert not name.startswith("viewer.outputs"), f"{path.name}:{line} imports {name}"


def test_no_module_needs_itself() -> None:
    """No circle of imports between files, those inside functions and those for a type checker included."""
    assert not _in_a_circle(_needs()), "these need each other, or what does"


def test_no_room_needs_itself() -> None:
    """No circle between folders: what a room takes from others takes nothing from it.

    A file that stands in no folder of a package, such as ``geodata/terrain.py``, is a room of its own.
    """
    needs: dict[str, set[str]] = {}
    for name, others in _needs().items():
        needs.setdefault(_room(name), set()).update(_room(other) for other in others)
    needs = {room: others - {room} for room, others in needs.items()}
    assert len(needs) > 40
    assert not _in_a_circle(needs), "these rooms need each other, or what does"


def test_a_circle_is_found() -> None:
    assert _in_a_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"a", "b", "c"}


def _in_a_circle(needs: dict[str, set[str]]) -> set[str]:
    """Give those that need themselves by way of others, or need one that does."""
    settled: set[str] = set()
    while ready := {name for name in needs if name not in settled and needs[name] <= settled}:
        settled |= ready
    return set(needs) - settled


def _known() -> dict[str, Path]:
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
            for path in modules()}


def _needs() -> dict[str, set[str]]:
    known = _known()
    return {name: {other for other in _needed(path, known) if other != name} for name, path in known.items()
            if path.name != "__init__.py"}


def _room(name: str) -> str:
    folder, _, _file = name.rpartition(".")
    return name if folder in MAY_IMPORT else folder


def _needed(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Give the modules of ours that one imports; the face of a package only hands names on, and is no module here."""
    for node in imports_in(path):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif node.module:
            wholes = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [whole if whole in known else node.module for whole in wholes]
        yield from (name for name in names if name in known and known[name].name != "__init__.py")
