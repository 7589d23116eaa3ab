"""The examples in the docstrings of the packages are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["twin", "geodata", "scenarios", "twin.engine.variants"])
def test_the_example_of_a_package_runs(package: str, tmp_path: Path) -> None:
    module = import_module(package)
    found = doctest.testmod(module, extraglobs={"folder": tmp_path}, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 1
    assert found.failed == 0
