"""The benchmark measures what it says: the lamps that fail are those whose cells are deep enough."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import rasterio

from benchmarks.metropolis import STAGES, job
from benchmarks.metropolis_city import COUNTS, WET_SHARE, make_city, prepare
from benchmarks.plain_script import plain_job
from geodata.city.file import read_city, write_city
from geodata.run.folder import read_run
from twin.codes import Mechanism


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("metropolis"), 0.001, 12)


def test_metropolis_has_the_sizes_of_its_table() -> None:
    city = make_city(0.01).city
    assert len(city.assets) == pytest.approx(sum(COUNTS.values()) * 0.01, rel=0.01)
    assert sum(COUNTS.values()) == 1_000_000
    assert np.count_nonzero(city.assets.of_kind("lamp")) == 9_000


def test_a_tenth_of_the_cells_is_wet(inputs: Path) -> None:
    shares = []
    for file in sorted(inputs.glob("depth_*.tif")):
        with rasterio.open(file) as raster:
            shares.append(np.count_nonzero(raster.read(1)) / (raster.width * raster.height))
    assert np.mean(shares) == pytest.approx(WET_SHARE, abs=0.02)


def test_job_leaves_a_run_in_which_lamps_in_deep_cells_fail(inputs: Path, tmp_path: Path) -> None:
    found = job(inputs, tmp_path / "run")
    assert set(found["seconds"]) == set(STAGES)
    run = read_run(tmp_path / "run")
    assets, outages = run.result.city.assets, run.result.outages
    depth_m = []
    for file in sorted(inputs.glob("depth_*.tif")):
        with rasterio.open(file) as raster:
            depth_m.append(raster.read(1).ravel())
    assert run.water_grid is not None
    lamps = np.flatnonzero(assets.of_kind("lamp"))
    cells = run.water_grid.cell_of(assets.x_m[lamps], assets.y_m[lamps])
    peak_m = np.max(depth_m, axis=0)[cells]
    expected = lamps[peak_m >= assets.fail_m[lamps]]
    flooded = np.unique(outages.root[outages.root_mechanism == Mechanism.FLOODED])
    failed = lamps[run.result.exposure.failed_at_s[lamps] >= 0]
    assert len(expected) > 20
    np.testing.assert_array_equal(failed, expected)
    assert set(flooded[np.isin(flooded, lamps)]) <= set(expected)


def test_plain_script_runs_on_the_same_files(inputs: Path) -> None:
    found = plain_job(inputs)
    assert found["assets"] == len(make_city(0.001).city.assets)
    assert found["out"] > 20


@pytest.mark.verify
def test_a_million_assets_load_within_three_seconds(tmp_path: Path) -> None:
    """Seconds of all cores: on a machine that does other work too, the clock on the wall measures the others."""
    write_city(make_city(1.0), tmp_path / "metropolis.gpkg")
    read_city(tmp_path / "metropolis.gpkg")
    begun = time.process_time()
    city_file = read_city(tmp_path / "metropolis.gpkg")
    assert time.process_time() - begun < 3.0
    assert len(city_file.city.assets) == 1_000_000
    assert len(city_file.city.supplies) == 1_000_000 - COUNTS["substation"]
