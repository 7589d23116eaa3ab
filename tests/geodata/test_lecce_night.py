"""Lecce under a depth raster: every lamp's root against an independent recomputation from the city's own CSV.

The recomputation shares nothing with the twin: csv, pyproj, numpy indexing and the rules in words. The water only
rises, so that the first thing to happen to a lamp decides.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.transform import from_origin

from geodata.city.model import CityFile
from scenarios import run_scenario
from scenarios.load import load_scenario
from scenarios.resolve import prepare
from tests.geodata.import_data import imported
from twin.explaining.explain import explain

DATA = Path(__file__).parents[2].parent / "shared/data"
pytestmark = [pytest.mark.data, pytest.mark.skipif(not (DATA / "lecce").is_dir(), reason="needs the public data sets")]

CELL_M, HOURS = 20.0, 6
CABINET_FAIL_M, LAMP_FAIL_M = 0.35, 0.30


@pytest.fixture(scope="module")
def lecce() -> CityFile:
    return imported("lecce")


def basin(rows: int, columns: int) -> np.ndarray:
    """Depth at the end: hollows here and there, a third of the city wet, no two depths alike by chance [m]."""
    y, x = np.mgrid[0:rows, 0:columns].astype(float)
    waves = np.sin(x / 17) * np.cos(y / 23) + 0.6 * np.sin(x / 7 + y / 11)
    return np.clip(waves * 0.55 - 0.18 + 1e-4 * np.sin(x * 12.9898 + y * 78.233), 0, None).astype(np.float32)


@pytest.fixture(scope="module")
def night(lecce: CityFile, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("lecce")
    assets = lecce.city.assets
    west, north = np.nanmin(assets.x_m) - 300, np.nanmax(assets.y_m) + 300
    columns = int((np.nanmax(assets.x_m) + 300 - west) // CELL_M) + 1
    rows = int((north - np.nanmin(assets.y_m) + 300) // CELL_M) + 1
    depth = basin(rows, columns)
    frame = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32",
             "crs": lecce.city.crs, "transform": from_origin(west, north, CELL_M, CELL_M)}
    for hour, share in ((0, 0.0), (HOURS, 1.0)):
        with rasterio.open(folder / f"depth-{hour}.tif", "w", **frame) as raster:
            raster.write(depth * np.float32(share), 1)
    (folder / "night.scenario.yaml").write_text(f"""
scenario: Lecce under rising water
city: lecce
start: 2026-11-22T18:00+01:00
duration: {HOURS}h
step: 10min
status: simulation
flood: {{rasters: {{files: [depth-0.tif, depth-{HOURS}.tif], times: [+0h, +{HOURS}h]}}, nodata: dry}}
""", encoding="utf-8")
    prepared = prepare(load_scenario(folder / "night.scenario.yaml"), lecce)
    return {"result": run_scenario(prepared, picture=False).result, "depth": depth, "west": west, "north": north}


def crossing_s(peak_m: float, level_m: float) -> float:
    """First whole second at which a straight rise from nothing to the peak reaches a level; never: infinity."""
    return math.ceil(level_m / peak_m * HOURS * 3600 - 1e-6) if peak_m >= level_m else math.inf


def recomputed(crs: str, depth: np.ndarray, west: float, north: float) -> Iterator[tuple[str, float, str]]:
    """Give for each lamp of the CSV, in its order: the circuit, when it goes out, and the root's sort and name."""
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def read(name: str) -> list[dict[str, str]]:
        with (DATA / "lecce" / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def peak(record: dict[str, str]) -> float:
        if not record["X"].strip():
            return 0.0
        x, y = to_metres.transform(float(record["X"]), float(record["Y"]))
        return float(depth[int((north - y) // CELL_M), int((x - west) // CELL_M)])

    cabinets, lamps = read("quadri.csv"), read("Pali_18_02.csv")
    cabinet_s = {c["ID"].strip(): crossing_s(peak(c), CABINET_FAIL_M) for c in cabinets}
    is_fuse = {c["ID"].strip(): c["DIFFERENZI"].strip() == "NO" for c in cabinets}
    own_s = [crossing_s(peak(lamp), LAMP_FAIL_M) for lamp in lamps]
    trip: dict[tuple[str, str], tuple[float, int]] = {}
    for row, lamp in enumerate(lamps):
        circuit = (lamp["QUADRO"].strip(), lamp["LINEA"].strip())
        if not is_fuse[circuit[0]] and own_s[row] < trip.get(circuit, (math.inf, -1))[0]:
            trip[circuit] = (own_s[row], row)
    for row, lamp in enumerate(lamps):
        cabinet, line = lamp["QUADRO"].strip(), lamp["LINEA"].strip()
        trip_s, wet_lamp = trip.get((cabinet, line), (math.inf, -1))
        # What happens first decides; at one moment water on the lamp itself, then the protection, then the supply.
        moment = min(own_s[row], trip_s, cabinet_s[cabinet])
        if moment > HOURS * 3600 or math.isinf(moment):
            yield f"{cabinet}-{line}", math.inf, ""
        elif own_s[row] == moment:
            yield f"{cabinet}-{line}", moment, f"lamp {row}"
        elif trip_s == moment:
            yield f"{cabinet}-{line}", moment, f"lamp {wet_lamp}"
        else:
            yield f"{cabinet}-{line}", moment, f"cabinet {cabinet}"


def test_every_lamp_s_root_equals_an_independent_recomputation(lecce: CityFile, night: dict[str, Any]) -> None:
    result, assets = night["result"], lecce.city.assets
    lamps = np.flatnonzero(assets.of_kind("lamp"))
    assert len(lamps) == 20_632
    outages = result.outages
    first = {int(a): i for i, a in reversed(list(enumerate(outages.asset)))}
    expected = list(recomputed(lecce.city.crs, night["depth"], night["west"], night["north"]))
    dark = sum(not math.isinf(moment) for _, moment, _ in expected)
    # A test of something: both sorts of root, and lamps that stay lit, in their thousands.
    assert 3_000 < dark < 17_000
    assert sum(root.startswith("cabinet") for _, _, root in expected) > 200
    wrong = []
    for place, row in enumerate(lamps):
        circuit, moment, root = expected[place]
        assert assets.id[row].startswith(circuit), "the city keeps the order of the CSV"
        at = first.get(int(row))
        if at is None or math.isinf(moment):
            wrong += [] if at is None and math.isinf(moment) else [(assets.id[row], moment, at)]
            continue
        sort, name = root.split(" ", 1)
        named = lamps[int(name)] if sort == "lamp" else assets.row(name)
        # Float32 depths may place a crossing on the next second.
        same_root = int(outages.root[at]) == named
        if abs(int(outages.start_s[at]) - moment) > 1 or not same_root:
            wrong.append((assets.id[row], moment, root, int(outages.start_s[at]), assets.id[outages.root[at]]))
    assert not wrong, f"{len(wrong)} of {len(lamps)} lamps differ: {wrong[:5]}"


def test_the_lamp_without_coordinates_follows_its_circuit(lecce: CityFile, night: dict[str, Any]) -> None:
    assets = lecce.city.assets
    (lost,) = np.flatnonzero(assets.of_kind("lamp") & np.isnan(assets.x_m))
    told = explain(night["result"], assets.id[lost], "fr").paragraphs
    assert any(line.startswith("La position n’est pas connue") for line in told), told
