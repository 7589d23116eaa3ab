"""A run for GIS: what stands in its layers is what the run says, and its styles name columns that are there."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pandas as pd
import pyogrio
import pytest

from geodata.run.folder import Run
from tests.nights import night
from twin import cli
from twin.errors import InputError
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.moment import moment_of
from viewer.outputs.gis import export_gis
from viewer.outputs.gis_style import styles
from viewer.outputs.gis_words import CONDITIONS


@pytest.fixture(scope="module", name="night")
def _night() -> Run:
    return night()


@pytest.fixture(scope="module")
def package(night: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_gis(night, tmp_path_factory.mktemp("gis") / "run.gpkg", lang="fr")


def test_states_over_time_are_the_moments_of_the_run(night: Run, package: Path) -> None:
    states = pyogrio.read_dataframe(package, layer="states")
    start = pd.Timestamp(night.result.plan.start)
    begins = ((states["start"] - start).dt.total_seconds()).to_numpy()
    ends = ((states["end"] - start).dt.total_seconds()).to_numpy()
    for t_s in (0, 6 * 3600, 9 * 3600 + 17, 30 * 3600):
        now = states[(begins <= t_s) & (t_s < ends)].set_index("id")
        assert len(now) == len(night.result.city.assets), "each asset is one thing at a time"
        words = [Condition(c).word for c in moment_of(night.result, t_s).condition.tolist()]
        assert now["condition"].reindex(night.result.city.assets.id).tolist() == words
    assert set(states["state"]) <= set(CONDITIONS["fr"].values())


def test_outages_and_assets_are_those_of_the_tables(night: Run, package: Path) -> None:
    outages, told = night.result.outages, pyogrio.read_dataframe(package, layer="outages")
    assert told["asset_id"].tolist() == [night.result.city.assets.id[row] for row in outages.asset]
    assert told["open"].sum() == (outages.end_s == NONE).sum()
    assets = pyogrio.read_dataframe(package, layer="assets").set_index("id")
    assert len(assets) == len(night.result.city.assets)
    first = int(np.argmin(outages.start_s))
    row = assets.loc[night.result.city.assets.id[outages.asset[first]]]
    assert (row["first_out"] - pd.Timestamp(night.result.plan.start)).total_seconds() == outages.start_s[first]
    assert assets["root"].notna().sum() == len(np.unique(outages.asset))


def test_the_water_is_as_deep_as_the_picture_of_the_run(night: Run, package: Path) -> None:
    water = pyogrio.read_dataframe(package, layer="water")
    assert night.water is not None
    assert night.water_grid is not None
    cell_m2 = abs(night.water_grid.transform[0] * night.water_grid.transform[4])
    for k, step in enumerate((0.05, 0.30, 0.80)):
        area_m2 = water[water["depth_from_m"] == step].area.sum()
        assert area_m2 == pytest.approx((night.water.first[k] >= 0).sum() * cell_m2)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_styles_name_layers_columns_and_values_that_there_are(package: Path, lang: str) -> None:
    for layer, qml in styles(lang).items():
        if layer == "lines":  # this town draws none
            continue
        fields = pyogrio.read_info(package, layer=layer)["fields"]
        root = Xml.fromstring(qml.split("\n", 1)[1])
        for renderer in root.iter("renderer-v2"):
            assert renderer.get("attr") in (None, *fields)
        for temporal in root.iter("temporal"):
            assert {temporal.get("startField"), temporal.get("endField")} <= set(fields)
        assert {c.get("symbol") for c in root.iter("category")} <= {s.get("name") for s in root.iter("symbol")}
    with sqlite3.connect(package) as database:
        [count] = database.execute("SELECT count(*) FROM layer_styles WHERE useAsDefault").fetchone()
    assert count == 6


def test_the_same_run_gives_the_same_bytes(night: Run, package: Path) -> None:
    again = export_gis(night, package.with_name("again.gpkg"), lang="fr")
    assert again.read_bytes() == package.read_bytes()


def test_a_file_of_another_sort_stays(night: Run, tmp_path: Path) -> None:
    place = tmp_path / "mine.gpkg"
    with sqlite3.connect(place) as database:
        database.execute("CREATE TABLE mine (x)")
    before = place.read_bytes()
    with pytest.raises(InputError, match="a file of another sort"):
        export_gis(night, place)
    assert place.read_bytes() == before


def test_a_city_is_shown_without_a_flood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "valmont", "--out", str(tmp_path / "city.html"), "--lang", "fr"]) == 0
    assert "Valmont-sur-Ouche, sans crue" in (tmp_path / "city.html").read_text("utf-8")
    assert cli.main(["export", "valmont", "--format", "gpkg", "--out", str(tmp_path / "city.gpkg")]) == 0
    states = pyogrio.read_dataframe(tmp_path / "city.gpkg", layer="states")
    assert set(states["condition"]) == {"in_service"}
    capsys.readouterr()
    for more in (["--public"], ["--format", "cap"], ["--leaflet", "all"]):
        assert cli.main(["export", "valmont", "--out", str(tmp_path / "x"), *more]) == 2
        assert "found a city, no run" in capsys.readouterr().err
    assert cli.main(["export", "valmont", "--public", "--format", "gpkg", "--out", str(tmp_path / "x")]) == 2
    assert "leaves nothing out" in capsys.readouterr().err
