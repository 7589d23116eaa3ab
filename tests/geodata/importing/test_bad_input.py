"""Every input of tests/invalid/import/cases.yaml is refused with its message or survived with its counts."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
import xarray
from ruamel.yaml import YAML

from geodata.city.model import CityFile
from geodata.hazards.declared.flood import FloodSpec
from geodata.hazards.opening import open_hazard
from geodata.importing import import_city
from geodata.wording import refusal_text
from tests.french import english_in
from twin.errors import InputError
from twin.water.hazard import Hazard
from twin.world.assets import Source

FOLDER = Path(__file__).parents[2] / "invalid" / "import"
CASES: list[dict[str, Any]] = YAML(typ="safe", pure=True).load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))
KEYS = {"bullet", "files", "encoding", "city_crs", "mapping", "flood", "refused", "survived"}
START = datetime(2026, 11, 22, 15, tzinfo=UTC)


def made(path: Path, recipe: Any, encoding: str) -> None:
    """Write one small file of a case."""
    if isinstance(recipe, str):
        path.write_text(recipe, encoding=encoding)
    elif recipe["make"] == "bytes":
        path.write_bytes(bytes.fromhex(str(recipe["hex"])))
    elif recipe["make"] == "raster":
        values = np.array(recipe["values"], dtype=recipe["dtype"])
        cell = recipe.get("cell", 10)
        x, y = recipe.get("origin", [770_000, 6_278_040])
        with rasterio.open(path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1,
                           dtype=recipe["dtype"], crs="EPSG:2154", nodata=recipe.get("nodata"),
                           transform=rasterio.Affine(cell, 0, x, 0, -cell, y)) as dataset:
            dataset.write(values, 1)
    elif recipe["make"] == "netcdf":
        values = np.array(recipe["values"], dtype="float32")
        xarray.Dataset(
            {"depth": (("time", "y", "x"), values, {"standard_name": "flood_water_thickness", "units": "m",
                                                    "grid_mapping": "crs"}),
             "crs": ((), 0, {"epsg_code": "EPSG:2154"})},
            coords={"time": ("time", [0], {"units": f"seconds since {START:%Y-%m-%d %H:%M:%S}"}),
                    "x": ("x", 770_005 + 10.0 * np.arange(values.shape[2])),
                    "y": ("y", 6_278_035 - 10.0 * np.arange(values.shape[1]))},
        ).transpose(*recipe["dimensions"]).to_netcdf(path, engine="h5netcdf")
    else:
        wkt, names = zip(*recipe["rows"], strict=True)
        options = {"encoding": recipe["encoding"]} if "encoding" in recipe else {}
        pyogrio.raw.write(path, geometry=shapely.to_wkb(shapely.from_wkt(wkt)), fields=np.array(["name"]),
                          field_data=[np.array(names, dtype=object)], geometry_type="Point", crs=recipe.get("crs"),
                          driver=recipe["driver"], **options)
        if "cut" in recipe:
            path.write_bytes(path.read_bytes()[:recipe["cut"]])


def run(case: dict[str, Any], folder: Path) -> tuple[CityFile, Hazard | None]:
    files = case["files"]
    # a shapefile's makers write a .prj and .cpg of their own: the case's come after
    for name in sorted(files, key=lambda name: isinstance(files[name], str)):
        made(folder / name, files[name], case.get("encoding", "utf-8"))
    if "lamps.shp" in files and "crs" not in files["lamps.shp"] and "lamps.prj" not in files:
        (folder / "lamps.prj").unlink(missing_ok=True)
    mapping = folder / "mapping.yaml"
    crs = case.get("city_crs", "EPSG:2154")
    head = "city: Test\ntimezone: Europe/Paris\n" + (f"crs: {crs}\n" if crs != "none" else "")
    mapping.write_text(head + case["mapping"], encoding="utf-8")
    city_file = import_city(mapping)
    if "flood" not in case:
        return city_file, None
    flood = FloodSpec.model_validate(case["flood"])
    hazard = open_hazard(flood, city_file=city_file, folder=folder, start=START, duration_s=3600)
    list(hazard.depths(np.zeros(0, dtype=np.int64)))
    return city_file, hazard


@pytest.mark.parametrize("case", CASES, ids=[case["bullet"] for case in CASES])
@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_bad_input_is_refused_or_survived(case: dict[str, Any], tmp_path: Path) -> None:
    assert set(case) <= KEYS
    assert ("refused" in case) != ("survived" in case)
    if "refused" in case:
        with pytest.raises(InputError) as refused:
            run(case, tmp_path)
        for text in case["refused"]:
            assert text in str(refused.value)
        assert english_in(refused.value) == [], refusal_text(refused.value, "fr")
        return
    city_file, hazard = run(case, tmp_path)
    checks = {"assets": check_assets, "ids": check_ids, "position": check_position, "degrees": check_degrees,
              "values": check_values, "extra": check_extra, "supplies": check_supplies, "inferred": check_inferred,
              "reasons": check_reasons, "links": check_links, "notes": check_notes, "found": check_found,
              "not_asked": check_not_asked, "city_notes": check_city_notes, "warnings": check_warnings}
    for name, expected in case["survived"].items():
        if name == "depth":
            check_depth(city_file, hazard, expected)
        else:
            checks[name](city_file, expected)


def check_depth(city_file: CityFile, hazard: Hazard | None, expected: dict[str, float | None]) -> None:
    assert hazard is not None
    assets = city_file.city.assets
    rows = assets.rows(list(expected))
    depth = next(iter(hazard.depths(hazard.grid.cell_of(assets.x_m[rows], assets.y_m[rows]))))
    np.testing.assert_allclose(depth, [np.nan if value is None else value for value in expected.values()], atol=1e-6)


def check_assets(city_file: CityFile, expected: dict[str, int]) -> None:
    assert {kind: city_file.report["assets"].get(kind, 0) for kind in expected} == expected


def check_ids(city_file: CityFile, expected: list[str]) -> None:
    assert set(expected) <= set(city_file.city.assets.id)


def check_position(city_file: CityFile, expected: dict[str, list[float]]) -> None:
    assets = city_file.city.assets
    for name, place in expected.items():
        row = assets.row(name)
        np.testing.assert_allclose([assets.x_m[row], assets.y_m[row]], place, atol=0.001)


def check_degrees(city_file: CityFile, expected: dict[str, list[float]]) -> None:
    assets = city_file.city.assets
    back = pyproj.Transformer.from_crs(city_file.city.crs, "EPSG:4326", always_xy=True)
    for name, place in expected.items():
        row = assets.row(name)
        np.testing.assert_allclose(back.transform(assets.x_m[row], assets.y_m[row]), place, atol=1e-5)


def check_values(city_file: CityFile, expected: dict[str, dict[str, Any]]) -> None:
    assets = city_file.city.assets
    for name, columns in expected.items():
        for column, value in columns.items():
            found = getattr(assets, column)[assets.row(name)]
            if value is None:
                assert math.isnan(found)
            else:
                assert found == (pytest.approx(value, rel=1e-6) if isinstance(value, float) else value)


def check_extra(city_file: CityFile, expected: dict[str, dict[str, list[Any]]]) -> None:
    for kind, columns in expected.items():
        for column, values in columns.items():
            found = [None if isinstance(v, float) and math.isnan(v) else v for v in city_file.extra[kind][column]]
            assert found == values


def check_supplies(city_file: CityFile, expected: list[list[str]]) -> None:
    assets, supplies = city_file.city.assets, city_file.city.supplies
    found = {(assets.id[s], assets.id[c]) for s, c in zip(supplies.supplier, supplies.consumer, strict=True)}
    assert found == {(supplier, consumer) for supplier, consumer in expected}


def check_inferred(city_file: CityFile, expected: int) -> None:
    assert int((city_file.city.supplies.source == Source.INFERRED).sum()) == expected


def layer(city_file: CityFile, name: str) -> dict[str, Any]:
    return next(item for item in (*city_file.report["layers"], *city_file.report["context"]) if item["layer"] == name)


def one_tally(tallies: dict[str, dict[str, Any]], text: str) -> dict[str, Any]:
    met = [tally for reason, tally in tallies.items() if text in reason]
    assert len(met) == 1, f"'{text}' in {list(tallies)}"
    return met[0]


def check_reasons(city_file: CityFile, expected: dict[str, dict[str, dict[str, int]]]) -> None:
    for name, outcomes in expected.items():
        for outcome, reasons in outcomes.items():
            for text, count in reasons.items():
                tally = one_tally(layer(city_file, name)[outcome], text)
                assert tally["count"] == count
                assert 0 < len(tally["ids"]) <= count


def check_links(city_file: CityFile, expected: dict[str, dict[str, int]]) -> None:
    for name, reasons in expected.items():
        tallies = {reason: tally for link in city_file.report["links"] if link["layer"] == name
                   for reason, tally in link["reasons"].items()}
        for text, count in reasons.items():
            assert one_tally(tallies, text)["count"] == count


def check_notes(city_file: CityFile, expected: dict[str, list[str]]) -> None:
    for name, texts in expected.items():
        for text in texts:
            assert any(text in note for note in layer(city_file, name)["notes"])


def check_found(city_file: CityFile, expected: dict[str, dict[str, str]]) -> None:
    for name, found in expected.items():
        assert {what: layer(city_file, name)["found"].get(what) for what in found} == found


def check_not_asked(city_file: CityFile, expected: dict[str, int]) -> None:
    assert {name: layer(city_file, name)["not_asked"] for name in expected} == expected


def check_city_notes(city_file: CityFile, expected: list[str]) -> None:
    for text in expected:
        assert any(text in note for note in city_file.report["notes"])


def check_warnings(city_file: CityFile, expected: list[str]) -> None:
    for text in expected:
        assert any(text in warning for warning in city_file.report["warnings"])
