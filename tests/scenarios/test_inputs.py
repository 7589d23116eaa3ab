"""Every file that an answer rests on is an input with its digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from geodata.city.file import read_city, write_city
from scenarios import Scenario, prepare, run_scenario
from scenarios.inputs import flood_files, inputs_of
from tests.geodata.waters import city, raster, terrain

Make = Callable[..., Scenario]
DEPTH = np.tile(np.linspace(1.2, -0.4, 30).clip(0), (10, 1))


def names(scenario: Scenario) -> dict[str, str]:
    return {file.file: file.sha256 for file in flood_files(scenario)}


def test_what_stands_beside_a_raster_is_an_input(tmp_path: Path, scenario: Make) -> None:
    raster(tmp_path / "d.tif", DEPTH)
    night = scenario("flood: {raster: {file: d.tif}}")
    before = names(night)
    assert set(before) == {"d.tif"}
    (tmp_path / "d.tif.aux.xml").write_text("<PAMDataset/>")
    (tmp_path / "d.tfw").write_text("10\n0\n0\n-10\n0\n0\n")
    assert set(names(night)) == {"d.tif", "d.tif.aux.xml", "d.tfw"}
    plan = prepare(night, city()).plan.digest
    (tmp_path / "d.tif.aux.xml").write_text("<PAMDataset></PAMDataset>")
    assert prepare(night, city()).plan.digest != plan


def test_the_tiles_of_a_vrt_of_a_pattern_and_of_a_folder_are_inputs(tmp_path: Path, scenario: Make) -> None:
    from tests.geodata.hazards.test_tiles import tiles, vrt

    tile_names = {path.name for path in tiles(tmp_path)}
    vrt(tmp_path, sorted(tile_names))
    assert set(names(scenario('flood: {raster: {file: "Depth (Max).vrt"}}'))) == {"Depth (Max).vrt", *tile_names}
    assert set(names(scenario('flood: {raster: {file: "Depth*.tif"}}'))) == tile_names
    tiles(tmp_path / "inner", "a")
    assert set(names(scenario("flood: {raster: {file: inner}}"))) == {f"inner/a{i}.tif" for i in range(3)}


def test_the_parts_of_a_shapefile_are_inputs(tmp_path: Path, scenario: Make) -> None:
    for ending in ("shp", "dbf", "shx", "prj", "cpg"):
        (tmp_path / f"zone.{ending}").write_bytes(ending.encode())
    (tmp_path / "zone.txt").write_text("no part of it")
    night = scenario("flood: {extents: {file: zone.shp}}")
    assert set(names(night)) == {"zone.shp", "zone.dbf", "zone.shx", "zone.prj", "zone.cpg"}


def test_the_terrain_beside_the_city_is_an_input(tmp_path: Path, scenario: Make) -> None:
    town = city(terrain=terrain(np.full((10, 30), 100.0)))
    write_city(town, tmp_path / "town.gpkg")
    raster(tmp_path / "d.tif", DEPTH)
    night = scenario("flood: {raster: {file: d.tif}, nodata: dry}",
                     head='scenario: N\ncity: town.gpkg\nstart: 2026-11-22T16:00+01:00\nduration: 1h\n')
    found = run_scenario(prepare(night)).prepared.inputs
    roles = {file.role: file.file for file in found}
    assert (roles["terrain"], roles["city"]) == ("town.terrain.tif", "town.gpkg")
    lower = replace(town, terrain=replace(town.terrain, height_m=town.terrain.height_m - 0.5))
    write_city(lower, tmp_path / "town.gpkg")
    again = inputs_of(night, read_city(tmp_path / "town.gpkg"), None, ())
    digests = [{file.file: file.sha256 for file in files} for files in (found, again)]
    assert digests[0]["town.terrain.tif"] != digests[1]["town.terrain.tif"]


def test_doubts_of_the_water_stand_in_the_runs_warnings_and_on_the_terminal(tmp_path: Path, scenario: Make,
                                                                           capsys) -> None:
    from twin.cli.summary import tell_run
    from twin.results.summary import summarise

    raster(tmp_path / "d.tif", np.where(DEPTH > 0, DEPTH, -0.8))
    night = scenario("flood: {raster: {file: d.tif}}",
                     head='scenario: N\ncity: x.gpkg\nstart: 2026-11-22T16:00+01:00\nduration: 1h\n')
    finished = run_scenario(prepare(night, city()))
    rows = [row for row in finished.result.warnings if row["warning"] == "water_doubt"]
    assert len(rows) == 1
    assert "values lie below 0 (down to -0.80 m)" in rows[0]["text"]
    assert "valeurs sont négatives" in rows[0]["text_fr"]
    tell_run(finished, summarise(finished.result), tmp_path, "en")
    assert "Check: d.tif: " in capsys.readouterr().out
