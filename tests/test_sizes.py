"""Files and functions stay short enough to be read: a file over 450 lines or a function over 60 holds several nouns.

What is larger stands here with its reason. These lists may only shrink: nothing is added to them, a number is only
lowered, and what has come under the limit is taken off.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("twin", "geodata", "scenarios", "viewer")
MOST_LINES, MOST_IN_A_FUNCTION, WIDEST = 450, 60, 120

#: Lines of each file that is larger, and why it is.
LARGE_FILES = {
}
#: Lines of the body of each function that is longer, without its docstring, and why it is.
LONG_FUNCTIONS = {
    # one pass of priority flood with its heap: numba inlines no half of it for nothing
    ("twin/kernels/water/fill_spill.py", "hollows"): 99,
    # a table of columns, one line each
    ("geodata/city/reading.py", "_assets"): 68,
    # one step of the flow: its phases in their order
    ("twin/kernels/flow/step.py", "advance"): 66,
    # one pass over a series and its three levels, without a call in its inner loop
    ("twin/kernels/water/series.py", "crossings_of"): 70,
    # one pass of priority flood
    ("twin/kernels/water/spill.py", "spill_levels"): 62,
}


def python_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")
                  if "node_modules" not in path.parts)


def script_files() -> list[Path]:
    # what is built or generated is read by no one
    return sorted(path for path in (ROOT / "viewer").rglob("*.*js")
                  if not {"node_modules", "built", "build"} & set(path.parts) and path.name != "enums.js")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_a_file_can_be_read_in_one_sitting() -> None:
    long = [f"{name_of(path)} has {lines_of(path)} lines: split it by its nouns"
            for path in [*python_files(), *script_files()]
            if lines_of(path) > LARGE_FILES.get(name_of(path), MOST_LINES)]
    assert long == []


@cache
def functions(path: Path) -> tuple[tuple[str, int], ...]:
    return tuple(_functions(path))


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_a_function_is_one_step() -> None:
    long = [f"{name_of(path)}: {name} has {lines} lines: split it by its nouns"
            for path in python_files() for name, lines in functions(path)
            if lines > LONG_FUNCTIONS.get((name_of(path), name), MOST_IN_A_FUNCTION)]
    assert long == []


def test_a_line_of_a_script_fits_a_screen() -> None:
    # `make lint` asks the same, and 60 lines of a function at most, where node is present
    wide = [f"{name_of(path)}:{number} is {len(line)} wide" for path in script_files()
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if len(line) > WIDEST]
    assert wide == []


def test_the_guard_finds_what_it_measures() -> None:
    assert len(python_files()) > 400
    assert len(script_files()) > 100
    assert sum(1 for path in python_files() for _ in functions(path)) > 3000


def test_what_has_come_under_the_limit_is_off_the_lists() -> None:
    short = [name for name in LARGE_FILES if not (ROOT / name).is_file() or lines_of(ROOT / name) <= MOST_LINES]
    for file, name in LONG_FUNCTIONS:
        long = (ROOT / file).is_file() and dict(functions(ROOT / file)).get(name, 0) > MOST_IN_A_FUNCTION
        short += [] if long else [f"{file}: {name}"]
    assert short == [], "take these off the lists"
