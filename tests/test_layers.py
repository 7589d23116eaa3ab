"""Imports run one way: viewer -> scenarios -> geodata -> twin; inside twin downward only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; say the whole path"
            yield node.module or "", node.lineno


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
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


@pytest.mark.parametrize("path", sorted((ROOT / "twin").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_inside_twin_imports_go_down(path: Path) -> None:
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
    """No circle of imports, those inside functions included; what only a type checker reads does not count."""
    known = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
             for path in modules()}
    needs = {name: {other for other in _needed(path, known) if other != name} for name, path in known.items()}
    settled: set[str] = set()
    while ready := {name for name in needs if name not in settled and needs[name] <= settled}:
        settled |= ready
    assert not set(needs) - settled, "these need each other, or what does"


def _needed(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Give the modules of ours that one imports; a package only where a name is taken from its own file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {id(inner) for node in ast.walk(tree)
                 if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in for_types:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield from (name for name in (whole if whole in known else node.module,) if name in known)
