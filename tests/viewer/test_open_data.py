"""What a city may put on its portal: three formats that say the same, and a package that describes them."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas
import jsonschema
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from geodata.run.run import Run
from tests.nights import night
from twin.errors import InputError
from viewer.outputs.open_data import FORMATS, export_open_data
from viewer.scene.blocks import blocks_of, public_houses
from viewer.scene.intervals import wet_rows

#: The parts of the Frictionless Data Package 1.0 profile that our package uses.
PROFILE = {
    "type": "object", "required": ["name", "resources"],
    "properties": {
        "name": {"type": "string", "pattern": r"^[-a-z0-9._/]+$"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"},
        "licenses": {"type": "array", "minItems": 1,
                     "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]}},
        "sources": {"type": "array", "items": {"type": "object", "required": ["title"]}},
        "resources": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["name", "path", "schema"],
            "properties": {
                "name": {"type": "string", "pattern": r"^[-a-z0-9._/]+$"},
                "path": {"type": "string", "pattern": r"^[^./~][^~]*$"},
                "bytes": {"type": "integer"}, "hash": {"type": "string", "pattern": r"^sha256:[0-9a-f]{64}$"},
                "schema": {"type": "object", "required": ["fields"], "properties": {"fields": {
                    "type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"], "properties": {
                        "type": {"enum": ["string", "number", "integer", "boolean", "datetime"]}}}}}}}}}}}


def read(folder: Path, name: str, format: str) -> pd.DataFrame:
    path = folder / f"{name}.{FORMATS[format][0]}"
    if format == "csv":
        return pd.read_csv(path, keep_default_na=False, na_values=[""])
    return geopandas.read_parquet(path) if format == "geoparquet" else geopandas.read_file(path)


@pytest.mark.parametrize("format", FORMATS)
def test_the_package_describes_what_is_there(format: str, tmp_path: Path) -> None:
    folder = export_open_data(night(), tmp_path / "data", format=format)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(PROFILE).validate(package)
    assert package["status"] == "exercise"
    assert {path.name for path in folder.iterdir()} == {r["path"] for r in package["resources"]} | {"datapackage.json"}
    for resource in package["resources"]:
        assert (folder / resource["path"]).stat().st_size == resource["bytes"]
        columns = list(read(folder, resource["name"], format).columns)
        assert [f["name"] for f in resource["schema"]["fields"]] == [c for c in columns if c != "geometry"]


@pytest.mark.parametrize("format", FORMATS)
def test_counts_are_those_of_the_run(format: str, tmp_path: Path) -> None:
    run = night()
    folder = export_open_data(run, tmp_path / "data", format=format)
    outages, assets = run.result.outages, run.result.city.assets
    mine = assets.of_kind("lamp")[outages.asset] & (assets.street.codes[outages.asset] >= 0)
    sure = np.unique(outages.asset[mine & ~outages.is_doubtful])
    streets = read(folder, "streets", format)
    assert int(streets["lamps_out"].sum()) == len(sure)
    assert int((streets["lamps_out"] + streets["lamps_may"]).sum()) >= run.info["indicators"]["lamps"]["ever_out"]
    assert {row["name"] for row in run.info["indicators"]["streets"]} <= set(streets["street"])


def in_doubt(run: Run, second: int) -> NDArray[np.int32]:
    """Give the assets that may be out in the quarter of a second, by their spans."""
    spans = run.result.spans
    last = np.where(spans.end_s < 0, 10**9, -(-spans.end_s // 900) * 900)
    return np.unique(spans.asset[~spans.is_sure & (spans.start_s // 900 * 900 <= second) & (second < last)])


def test_what_a_street_is_told_hour_by_hour_is_the_run_to_the_quarter(tmp_path: Path) -> None:
    run = night()
    rows = read(export_open_data(run, tmp_path / "data", format="csv"), "street_hours", "csv")
    begins, ends = pd.to_datetime(rows["from"]), pd.to_datetime(rows["to"])
    outages, assets = run.result.outages, run.result.city.assets
    mine = np.flatnonzero(assets.of_kind("lamp")[outages.asset] & ~outages.is_doubtful)
    street = np.array(assets.street.to_list(), dtype=object)[outages.asset[mine]]
    for hours in (5, 7.25, 12.5, 20, 30):
        at = run.result.plan.start + timedelta(hours=hours)
        now = rows[(begins <= at) & ((ends > at) | ends.isna())]
        assert now["street"].is_unique
        second = int(hours * 3600)
        start = outages.start_s[mine] // 900 * 900
        end = np.where(outages.end_s[mine] < 0, 10**9, -(-outages.end_s[mine] // 900) * 900)
        is_out = (start <= second) & (second < end)
        # A quarter in which a lamp also only may be out is told as doubt, where that does not hide the outage.
        is_plain = is_out & ~np.isin(outages.asset[mine], in_doubt(run, second))
        told = now.set_index("street")["lamps_out"]
        for name in set(street[is_out]) - {""}:
            least, most = (int((street[some] == name).sum()) for some in (is_plain, is_out))
            assert least <= told.get(name, 0) <= most, name
        assert set(told[told > 0].index) <= set(street[is_out])
        assert is_plain.sum() >= 0.9 * is_out.sum()


def test_no_table_says_of_a_single_lamp_when_it_goes_out(tmp_path: Path) -> None:
    for sort in FORMATS:
        lamps = read(export_open_data(night(), tmp_path / sort, format=sort), "lamps", sort)
        assert set(lamps.columns) <= {"lamp", "street", "lon", "lat", "geometry"}


def test_texts_that_a_spreadsheet_would_run_are_inert(tmp_path: Path) -> None:
    run = night()
    labels = run.result.city.assets.street
    formula = '=HYPERLINK("http://x","Rue A")'
    words = tuple(formula if word == "Rue du Bois" else word for word in labels.words)
    evil = replace(run, result=replace(run.result, city=replace(run.result.city, assets=run.result.city.assets.replaced(
        street=replace(labels, words=words)))))
    folder = export_open_data(evil, tmp_path / "data", format="csv")
    assert f"'{formula}" in set(read(folder, "streets", "csv")["street"])
    for path in folder.glob("*.csv"):
        for row in csv.reader(path.read_text(encoding="utf-8").splitlines()):
            assert not [cell for cell in row if cell[:1] in "=+@" and cell]
            assert not [cell for cell in row if cell[:1] == "-" and not re.fullmatch(r"-?[\d.]+", cell)]


def test_blocks_are_those_of_the_page(tmp_path: Path) -> None:
    run = night()
    folder = export_open_data(run, tmp_path / "data", format="geoparquet")
    blocks = read(folder, "blocks", "geoparquet")
    outlines, block_of = blocks_of(run, public=True)
    wet = {int(block_of[row]) for row, spans in wet_rows(run, public_houses(run.result.city.assets)).items()
           if spans} - {-1}
    assert len(blocks) == len(wet) > 50
    fields = max(run.city_file.context["block"].geometry, key=lambda shape: shape.area)
    assert max(outlines, key=lambda shape: shape.area).area < fields.area / 2, "fields join no houses"


def test_geojson_is_in_degrees(tmp_path: Path) -> None:
    lamps = json.loads((export_open_data(night(), tmp_path / "d", format="geojson") / "lamps.geojson").read_text())
    lon, lat = lamps["features"][0]["geometry"]["coordinates"]
    assert -6 < lon < 10
    assert 41 < lat < 52


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in FORMATS:
        a, b = (export_open_data(night(), tmp_path / f"{name}-{n}", format=name) for n in "ab")
        for path in a.iterdir():
            assert path.read_bytes() == (b / path.name).read_bytes(), path.name


def test_nothing_of_the_inventory_beyond_the_public_list_leaves(tmp_path: Path) -> None:
    run = night()
    assets = run.result.city.assets
    private = assets.of_kind("cabinet", "circuit", "substation", "service_box", "site", "building", "controller")
    for name in ("geojson", "csv"):
        folder = export_open_data(run, tmp_path / name, format=name)
        text = "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
        assert not [i for i in assets.id[private] if f'"{i}"' in text or f",{i}," in text]
        assert not [word for word in (*assets.owner.words, *assets.operator.words) if word in text]


def as_forecast(run: Any) -> Any:
    result = replace(run.result, plan=replace(run.result.plan, status="forecast"))
    return replace(run, result=result)


def test_a_forecast_leaves_only_with_a_name(tmp_path: Path) -> None:
    forecast = as_forecast(night())
    with pytest.raises(InputError, match="--released-by NAME"):
        export_open_data(forecast, tmp_path / "data", format="csv")
    assert not (tmp_path / "data").exists()
    folder = export_open_data(forecast, tmp_path / "data", format="csv", released_by="A. Martin")
    assert json.loads((folder / "datapackage.json").read_text())["released_by"] == "A. Martin"


def test_a_folder_of_yours_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"miaow")
    with pytest.raises(InputError, match=r"a folder without a datapackage\.json"):
        export_open_data(night(), tmp_path / "photos", format="csv")
    assert (tmp_path / "photos/cat.jpg").read_bytes() == b"miaow"
