"""A night whose water flows fast: streets close by total head, the run says so, and its folder keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geodata.demo_town import valmont
from geodata.demo_town.ground import CELL_M, ORIGIN_M
from geodata.run.folder import read_run
from geodata.run.roads import RunStreets, access_of
from scenarios import load_scenario, run_scenario
from scenarios.running import Finished
from viewer.scene.compose import pack_scene
from viewer.scene.roads import pack_roads

H = 3600


def written(folder: Path, name: str, value: float) -> None:
    """Write a raster of one value over the whole town."""
    terrain = valmont().terrain
    assert terrain is not None
    rows, columns = (-(-n // 5) for n in terrain.height_m.shape)
    cell = 5 * CELL_M
    with rasterio.open(folder / name, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32",
                       crs="EPSG:2154", transform=from_origin(ORIGIN_M[0], ORIGIN_M[1] + rows * cell, cell, cell)
                       ) as file:
        file.write(np.full((1, rows, columns), value, np.float32))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("flow")
    for i, (depth_m, speed_m_s) in enumerate([(0.0, 0.0), (0.0, 0.0), (0.12, 1.8), (0.12, 1.8)]):
        written(place, f"depth_{i}.tif", depth_m)
        written(place, f"speed_{i}.tif", speed_m_s)
    return place


def night(folder: Path, **more: Any) -> Finished:
    told = {"scenario": "Ruissellement", "city": "valmont", "start": "2026-06-12T12:00+02:00", "duration": "3h",
            "flood": {"rasters": {"files": "depth_*.tif", "step": "1h", **more}},
            "access": {"day_m": 0.20, "night_m": 0.20, "bases": "S-14"}}
    (folder / "night.yaml").write_text(json.dumps(told), encoding="utf-8")
    return run_scenario(load_scenario(folder / "night.yaml"), picture=False)


def test_water_that_is_too_shallow_to_close_a_street_closes_it_by_its_speed(folder: Path, tmp_path: Path) -> None:
    still, flowing = night(folder), night(folder, velocity="speed_*.tif")
    assert still.result.street_heads is None
    assert still.result.indicators["access"]["cut_off"]["count"] == 0, "0.12 m is below 0.20"
    told = flowing.result.indicators["access"]["cut_off"]
    assert told["count"] > 50
    hospital = next(row for row in told["rows"] if row["asset"] == "S-01")
    first = hospital["reached"][0]["closed_by"][0]
    assert (first["depth_m"], first["head_m"], first["speed_m_s"]) == (0.12, 0.285, 1.8)
    # The outages are those of the depth: nothing else is computed with a velocity.
    for name in ("asset", "start_s", "end_s"):
        np.testing.assert_array_equal(getattr(flowing.result.outages, name), getattr(still.result.outages, name))
    said = " ".join(flowing.explain("S-01", "fr").paragraphs)
    assert "le chemin est coupé\u00a0: " in said
    assert "(0,12\u00a0m d’eau, mais 1,8\u00a0m/s\u00a0: charge 0,29\u00a0m)" in said, said
    assert "(0.12\u00a0m of water, but 1.8 m/s: head 0.29\u00a0m)" in " ".join(flowing.explain("S-01", "en").paragraphs)
    assert any("Velocities are those of" in str(w.get("text")) for w in flowing.result.warnings)
    run = read_run(flowing.write(tmp_path / "run"))
    assert (tmp_path / "run" / "street_heads.parquet").is_file()
    roads, heads = access_of(run), run.result.street_heads
    assert roads is not None
    assert heads is not None
    assert roads.heads is heads
    assert flowing.result.street_heads is not None
    np.testing.assert_array_equal(heads.depth_um, flowing.result.street_heads.depth_um)
    shut = roads.closed()
    assert shut.depth_m.max() == pytest.approx(0.12, abs=1e-6)
    assert shut.head_m.max() == pytest.approx(0.2852, abs=1e-4)
    scene, streets = pack_scene(run), RunStreets.of(run)
    assert streets is not None
    pack_roads(run, streets, scene)
    assert b"closed.head" in scene.packer.stream()
    assert not (still.write(tmp_path / "still") / "street_heads.parquet").exists()


def test_velocities_are_told_in_french(folder: Path) -> None:
    from geodata.wording import wording

    flowing = night(folder, velocity="speed_*.tif")
    note = next(w for w in flowing.result.warnings if "Velocities are those of" in str(w.get("text")))
    assert "vitesses" in str(note["text_fr"]).lower()
    assert wording("fr").told(str(note["text"])) == note["text_fr"] != note["text"]
