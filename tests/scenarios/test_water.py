"""The water of a scenario alone: made once, read by other scenarios."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geodata.demo_town import valmont
from scenarios import Scenario, prepare
from scenarios.pipeline import expose, simulate, told_by, water
from scenarios.water import make_water
from twin.errors import InputError
from twin.explaining.doing import in_words
from twin.stages import Progress, Stage

HEAD = "scenario: Orage\ncity: valmont\nstart: 2026-07-01T18:00\nduration: 30min\n"
STORM = "flood: {rain: {mm_h: 60, lasts: 15min}, model: {cell_m: 16}}\n"
Make = Callable[..., Scenario]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    from scenarios import load_scenario

    folder = tmp_path_factory.mktemp("storm")
    (folder / "storm.scenario.yaml").write_text(HEAD + STORM, encoding="utf-8")
    told: list[Progress] = []
    report = make_water(load_scenario(folder / "storm.scenario.yaml"), folder / "water", city_file=valmont(),
                        tell=told.append)
    assert in_words(told[-1], "en").replace("\u00a0", " ") == "the water flows: 0.5 of 0.5 h"
    assert told[-1].stage == Stage.WATER
    return folder / "water", report


def test_the_store_says_where_every_cubic_metre_went(store: tuple[Path, dict[str, Any]]) -> None:
    _, report = store
    assert report["frames"] == 7
    assert report["book"]["rain_m3"] > 10_000
    assert abs(report["book"]["relative_error"]) < 1e-6


def test_another_scenario_reads_the_store(store: tuple[Path, dict[str, Any]], scenario: Make) -> None:
    path, _ = store
    prepared = prepare(scenario(f"flood: {{frames: {path}, after: hold}}\n", head=HEAD), valmont())
    hazard = water(prepared)
    assert hazard is not None
    assert len(hazard.times_s) == 7


@pytest.mark.parametrize(("flood", "message"), [
    ("", "found a scenario without 'flood'"),
    ("flood: {raster: {file: depth.tif}}\n", "night.scenario.yaml:5:8, field 'flood': found water that")])
def test_water_that_is_not_computed_is_refused(scenario: Make, tmp_path: Path, flood: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_water(scenario(flood, head=HEAD), tmp_path / "water", city_file=valmont())


@pytest.mark.parametrize(("netcdf", "geotiff", "says"), [
    ("s.nc", "s.nc", "field '--geotiff': found .*, the place of --netcdf too"),
    ("s.nc", "sub/../s.nc", "the place of --netcdf too"),
    ("water/s.nc", None, "field '--netcdf': found 's.nc' in or around the store"),
    (None, "water", "field '--geotiff': found 'water' in or around the store"),
    (".", None, "in or around the store")])
def test_two_things_in_one_place_are_refused_before_the_work(scenario: Make, tmp_path: Path, netcdf: str | None,
                                                             geotiff: str | None, says: str) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(InputError, match=says):
        make_water(scenario(STORM, head=HEAD), tmp_path / "water", city_file=valmont(),
                   netcdf=tmp_path / netcdf if netcdf else None, geotiff=tmp_path / geotiff if geotiff else None)
    assert not (tmp_path / "water").exists()


def test_a_folder_in_place_of_a_file_is_refused_before_the_work(scenario: Make, tmp_path: Path) -> None:
    (tmp_path / "s.nc").mkdir()
    with pytest.raises(InputError, match=r"s\.nc: found a folder; expected a file that does not exist yet"):
        make_water(scenario(STORM, head=HEAD), tmp_path / "water", city_file=valmont(), netcdf=tmp_path / "s.nc")
    assert not (tmp_path / "water").exists()


def test_a_run_says_that_the_book_of_its_water_does_not_balance(store: tuple[Path, dict[str, Any]], scenario: Make
                                                                ) -> None:
    from geodata.hazards.flow.store import FlowFrames
    from twin.results.summary import summarise

    path, _ = store
    prepared = prepare(scenario(f"flood: {{frames: {path}}}\n", head=HEAD), valmont())
    hazard = water(prepared)
    assert isinstance(hazard, FlowFrames)
    exposure = expose(prepared, hazard)
    assert summarise(simulate(prepared, exposure, told=told_by(hazard))).water_book == ""
    said = "The book of the water does not balance: +600 m3 of 1200 m3."
    hazard.info["complaint"] = said
    hazard.notes = (*hazard.notes, said)
    result = simulate(prepared, exposure, told=told_by(hazard))
    assert [told["text"] for told in result.warnings if told["warning"] == "water_book"] == [said]
    assert summarise(result).water_book == said
