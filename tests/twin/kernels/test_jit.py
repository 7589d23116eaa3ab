"""Kernels: the first compilation is told, what is on disk is not compiled again."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin import kernels
from twin.cli.progress import stages
from twin.kernels.jit import LEAN, when_compiling

KERNEL = """
from twin.kernels.jit import jit

@jit()
def double(x):
    return 2 * x

@jit()
def triple(x):
    return 3 * x
"""


def module_of(path: Path) -> Any:
    if not path.exists():
        path.write_text(KERNEL, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("made_kernels", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_first_compilation_is_told_once_and_never_again(tmp_path: Path) -> None:
    told: list[str] = []
    with when_compiling(lambda: told.append("first")):
        kernels = module_of(tmp_path / "made_kernels.py")
        assert (kernels.double(2), kernels.triple(2)) == (4, 6)
    assert told == ["first"]
    with when_compiling(lambda: told.append("again")):
        kernels = module_of(tmp_path / "made_kernels.py")
        assert (kernels.double(2), kernels.triple(2)) == (4, 6)
    assert told == ["first"]


def test_a_kernel_is_compiled_again_when_a_helper_in_another_file_changes(tmp_path: Path) -> None:
    package = tmp_path / "made_kernels"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "uses.py").write_text(
        "from twin.kernels.jit import jit\nfrom made_kernels.helps import FACTOR, more\n\n"
        "@jit()\ndef grown(x):\n    return more(x) * FACTOR\n", encoding="utf-8")
    ask = [sys.executable, "-c", "from made_kernels.uses import grown; print(grown(1))"]
    answers = []
    for step, factor in ((1, 10), (1, 10), (2, 10), (2, 100)):
        (package / "helps.py").write_text(
            f"from twin.kernels.jit import jit\n\nFACTOR = {factor}\n\n"
            f"@jit()\ndef more(x):\n    return x + {step}\n", encoding="utf-8")
        path = os.pathsep.join([str(tmp_path), str(Path(kernels.__file__).parents[2])])
        answers.append(int(subprocess.run(ask, check=True, capture_output=True, text=True,
                                          env={**os.environ, "PYTHONPATH": path}).stdout))
    assert answers == [20, 20, 30, 300]


def test_the_command_line_says_so_where_there_is_no_terminal(tmp_path: Path,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    with stages(computes=True):
        module_of(tmp_path / "made_kernels.py").double(2)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("Compiling for this computer") == 1
    with stages():
        module_of(tmp_path / "made_kernels.py").double(2.5)
    assert capsys.readouterr().err == ""


def cut(data: bytes) -> bytes:
    return data[:-5]


def turned(data: bytes) -> bytes:
    return data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:]


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("spoil", [cut, turned, lambda data: b"", lambda data: bytes(len(data))],
                         ids=["cut", "turned", "empty", "zeros"])
def test_what_is_damaged_on_disk_is_compiled_again(tmp_path: Path, ending: str, spoil: Any) -> None:
    first = module_of(tmp_path / "made_kernels.py")
    assert (first.double(2), first.triple(2)) == (4, 6)
    kept = sorted(tmp_path.rglob(f"*.{ending}"))
    assert len(kept) == 2
    for file in kept:
        file.write_bytes(spoil(file.read_bytes()))
    told: list[str] = []
    for expected in (["again"], ["again"]):  # once, and then it is kept again
        with when_compiling(lambda: told.append("again")):
            found = module_of(tmp_path / "made_kernels.py")
            assert (found.double(2), found.triple(2)) == (4, 6)
        assert told == expected or (ending, spoil) == ("nbi", turned)


def test_the_kernel_of_a_run_counts_no_references(tmp_path: Path) -> None:
    from twin.kernels.supply.run import advance

    path = tmp_path / "made_kernels.py"
    path.write_text("from twin.kernels.jit import LEAN, jit\n\n@jit(**LEAN)\ndef first(of):\n    part = of[1:]\n"
                    "    return part[0] if len(part) else of[0]\n", encoding="utf-8")
    first = module_of(path).first
    first(np.zeros(3))
    assert not re.search(r"call void @NRT_(?:in|de)cref", *first.inspect_llvm().values())
    assert advance.targetoptions.items() >= LEAN.items()  # type: ignore[attr-defined]


WITHOUT = """
import sys
import numba
import numpy as np
from numba.core.cpu import CPUTargetOptions
from numba.core.options import DefaultOptions

for of in (DefaultOptions, *CPUTargetOptions.__mro__):
    if "_nrt" in vars(of):
        delattr(of, "_nrt")
try:
    numba.njit(_nrt=False)(lambda of: of[0])(np.zeros(3))
except Exception as refused:
    print(type(refused).__name__)
from twin.kernels.jit import LEAN
print(LEAN)
"""


def test_a_numba_without_the_private_option_refuses_it_and_is_not_asked(tmp_path: Path) -> None:
    code = WITHOUT + f"""
sys.path.insert(0, {str(tmp_path)!r})
import made_kernels
print(made_kernels.first(np.arange(3.0)))
"""
    (tmp_path / "made_kernels.py").write_text(
        "from twin.kernels.jit import LEAN, jit\n\n@jit(**LEAN)\ndef first(of):\n    return of[1:][0]\n", "utf-8")
    assert told_by(code, tmp_path) == ["KeyError", "{}", "1.0"]


@pytest.mark.verify
def test_a_night_without_the_private_option_is_the_same_night(tmp_path: Path) -> None:
    night = """
from tests.twin.ensemble.nights import ensemble_of
from tests.twin.ensemble.test_member import LINKS, TOWN, of_everything
from twin.ensemble.member import COLUMNS, SPARSE, member
for index in range(5):
    night = member(ensemble_of(TOWN, LINKS, of_everything), index)
    print(index, *(getattr(night, name).tolist() for name in (*COLUMNS, *SPARSE)))
"""
    _, lean, *nights = told_by(WITHOUT + night, tmp_path / "without")
    assert lean == "{}"
    assert nights == told_by(night, tmp_path / "with")
    assert len(nights) == 5


def told_by(code: str, cache: Path) -> list[str]:
    """Run a program that keeps its kernels in a folder of its own; give what it prints, line by line."""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env=os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": os.pathsep.join(sys.path)})
    return told.stdout.splitlines()
