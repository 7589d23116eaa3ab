"""Trials on public sets (``make drafts``): nothing is said of the files, and they become a city at the first try."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geodata.city.model import CityFile
from geodata.importing import import_city
from geodata.importing.drafting.draft import Draft, draft
from tests.geodata.import_data import DATA, imported, needs
from twin.world.assets import Protection


def tried(folder: Path, *files: str) -> tuple[Draft, CityFile]:
    made = draft([DATA / file for file in files], beside=folder, city="Trial")
    (folder / "draft.yaml").write_text(made.text, encoding="utf-8")
    return made, import_city(folder / "draft.yaml")


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs("lecce"))])
def test_lecce_from_two_tables(tmp_path: Path, _: int) -> None:
    made, city_file = tried(tmp_path, "lecce/quadri.csv", "lecce/Pali_18_02.csv")
    city, report = city_file.city, city_file.report
    assert report["assets"] == {"cabinet": 556, "circuit": 1_216, "lamp": 20_631}
    assert (city.timezone, city_file.country, city.crs) == ("Europe/Rome", "IT", "EPSG:32634")
    lamps = next(link for link in report["links"] if link["layer"] == "Pali_18_02")
    assert (lamps["linked"], lamps["inferred"], round(lamps["median_m"])) == (20_631, 0, 150)
    assert report["records"]["dropped"] == 1  # one pole stands twice, word for word
    assert len(made.unsure) <= 11  # one pole has no coordinates, which is said
    # as good as the mapping that a person wrote: the same links, the same protections
    by_hand = imported("lecce").city
    pairs = [{(str(c.assets.id[s]), str(c.assets.id[o])) for s, o in
              zip(c.supplies.supplier, c.supplies.consumer, strict=True)} for c in (city, by_hand)]
    assert len(pairs[0] ^ pairs[1]) <= 40  # the ten poles that share their number
    assert [int((c.assets.protection == p).sum()) for c in (city,) for p in (Protection.RCD, Protection.FUSE)] == [
        int((by_hand.assets.protection == p).sum()) for p in (Protection.RCD, Protection.FUSE)]


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs("montpellier"))])
def test_montpellier_from_a_folder_of_all_sorts(tmp_path: Path, _: int) -> None:
    made, city_file = tried(tmp_path, "montpellier")
    assert city_file.report["assets"] == {"lamp": 29_969, "building": 3_356, "site": 5, "traffic_signal": 373}
    assert set(city_file.context) == {"street", "district", "water", "park", "bridge"}
    assert (city_file.city.timezone, city_file.city.crs) == ("Europe/Paris", "EPSG:2154")
    assets = city_file.city.assets
    signals = assets.of_kind("traffic_signal")
    assert np.isfinite(assets.x_m[signals]).all()  # metres, whatever the file says
    assert sum("again" in text for _, text in made.unsure) == 3  # the same records as CSV, Shapefile and GeoJSON


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs("lauf_pegnitz"))])
def test_a_town_of_openstreetmap_and_its_terrain(tmp_path: Path, _: int) -> None:
    _made, city_file = tried(tmp_path, "lauf_pegnitz")
    assert city_file.report["assets"] == {"substation": 20, "building": 6_524, "site": 43, "traffic_signal": 41}
    assert city_file.terrain is not None
    assert city_file.city.timezone == "Europe/Berlin"
