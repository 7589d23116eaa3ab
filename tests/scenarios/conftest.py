"""A city on disk-free terms and scenarios written as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from geodata.city.model import CityFile
from scenarios.load import load_scenario
from scenarios.schema import Scenario
from tests.reference.hand_town import hand_city

HEAD = """\
scenario: Nuit de crue
city: valmont
start: 2026-11-22T16:00+01:00
duration: 36h
"""


@pytest.fixture
def hand_file() -> CityFile:
    """Give the town worked by hand as a city file: no shapes, no layers."""
    city = hand_city()
    return CityFile(city=city, shapes=np.full(len(city.assets), None, object))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario file: ``write("facts: …")`` puts the usual head before it."""
    def written(text: str, *, name: str = "night.scenario.yaml", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.write_text(head + text, encoding="utf-8")
        return path
    return written


@pytest.fixture
def scenario(write: Callable[..., Path]) -> Callable[..., Scenario]:
    """Read a scenario from text."""
    return lambda text="", **options: load_scenario(write(text, **options))
