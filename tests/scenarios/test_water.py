"""The water of a scenario alone: made once, read by other scenarios."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geodata.town import valmont
from scenarios import Scenario, prepare
from scenarios.water import make_water
from twin.errors import InputError

HEAD = "scenario: Orage\ncity: valmont\nstart: 2026-07-01T18:00\nduration: 30min\n"
STORM = "flood: {rain: {mm_h: 60, lasts: 15min}, model: {cell_m: 16}}\n"
Make = Callable[..., Scenario]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    from scenarios import load_scenario

    folder = tmp_path_factory.mktemp("storm")
    (folder / "storm.scenario.yaml").write_text(HEAD + STORM, encoding="utf-8")
    told: list[str] = []
    report = make_water(load_scenario(folder / "storm.scenario.yaml"), folder / "water", city_file=valmont(),
                        progress=told.append)
    assert told[-1] == "the water flows: 0.5 of 0.5 h"
    return folder / "water", report


def test_the_store_says_where_every_cubic_metre_went(store: tuple[Path, dict[str, Any]]) -> None:
    _, report = store
    assert report["frames"] == 7
    assert report["book"]["rain_m3"] > 10_000
    assert abs(report["book"]["relative_error"]) < 1e-6


def test_another_scenario_reads_the_store(store: tuple[Path, dict[str, Any]], scenario: Make) -> None:
    path, _ = store
    prepared = prepare(scenario(f"flood: {{frames: {path}, after: hold}}\n", head=HEAD), valmont())
    assert prepared.hazard is not None
    assert len(prepared.hazard.times_s) == 7


@pytest.mark.parametrize(("flood", "message"), [
    ("", "found a scenario without 'flood'"),
    ("flood: {raster: {file: depth.tif}}\n", "night.scenario.yaml:5:8, field 'flood': found water that")])
def test_water_that_is_not_computed_is_refused(scenario: Make, tmp_path: Path, flood: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_water(scenario(flood, head=HEAD), tmp_path / "water", city_file=valmont())
