"""What a city may put on its portal: three formats that say the same, and a package that describes them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import jsonschema
import pandas as pd
import pytest

from tests.nights import night
from twin.errors import InputError
from viewer.outputs.open_data import FORMATS, export_open_data
from viewer.scene.blocks import blocks_of
from viewer.scene.intervals import State, wet_rows

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
    lamps = read(folder, "lamps", format)
    assert lamps["lamp"].nunique() == run.info["indicators"]["lamps"]["ever_out"]
    streets = read(folder, "streets", format)
    assert int(streets["lamps_out"].sum()) <= run.info["indicators"]["lamps"]["ever_out"]
    assert len(streets) == len(run.info["indicators"]["streets"])


def test_blocks_are_those_of_the_page(tmp_path: Path) -> None:
    run = night()
    folder = export_open_data(run, tmp_path / "data", format="geoparquet")
    blocks = read(folder, "blocks", "geoparquet")
    outlines, block_of = blocks_of(run, public=True)
    wet = {int(block_of[row]) for row, spans in wet_rows(run).items()
           if any(state == State.WET for _, _, state in spans)} - {-1}
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
