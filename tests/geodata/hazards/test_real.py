"""Water over real towns: Lauf an der Pegnitz from SRTM and OpenStreetMap, Lecce under a made depth raster."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geodata.cells import index_cells
from geodata.importing import import_city
from tests.geodata.waters import START, opened
from twin.water.depths import Coverage
from twin.water.exposure import expose

DATA = Path(__file__).parents[3].parent / "shared/data"
DAY_S = 24 * 3600
pytestmark = [pytest.mark.data, pytest.mark.skipif(not DATA.exists(), reason="shared/data is missing")]


@pytest.fixture(scope="module")
def lauf():
    return import_city("lauf_pegnitz", DATA)


@pytest.mark.verify
@pytest.mark.parametrize("method", ["river_stage", "hand"])
def test_the_pegnitz_rises_from_317_to_321_m_and_falls_back(lauf, tmp_path, method):
    # Below the mills, where the river stands at about 314 m on the SRTM terrain.
    flood = {method: {"river": "pegnitz", "at": [664_500, 5_485_850], "datum": "altitude", "every": "10min",
                      "levels": [["+0h", 317.0], ["+12h", 321.0], ["+24h", 317.0]]}}
    water = opened(flood, tmp_path, lauf, DAY_S, START)
    assets = lauf.city.assets
    exposure = expose(water, index_cells(assets, lauf.outlines, lauf.city.crs, water.grid, lauf.terrain), assets,
                      duration_s=DAY_S)
    buildings = assets.of_kind("building")
    wet = exposure.touched_at_s >= 0
    # The flood plain of a town of 6,524 buildings, not the hills: those that drown stand low.
    assert 300 < np.count_nonzero(wet & buildings) < 1000
    assert assets.ground_m[wet & buildings].max() < 335
    assert np.median(assets.ground_m[wet & buildings]) < np.median(assets.ground_m[buildings]) - 10
    # It rises until noon and falls afterwards: what the river reaches is deepest at its peak.
    assert set(exposure.peak_time_s[wet]) == {12 * 3600}
    assert any("illustrative" in note for note in water.notes)
    assert any("parallel to the river's thalweg" in note for note in water.notes)
    assert water.depth_error_m == pytest.approx(6.2)
    # With a terrain error of 6.2 m nearly every outcome could be the other.
    failed = exposure.failed_at_s >= 0
    assert exposure.is_doubtful[failed & buildings].mean() > 0.9
    envelope = water.envelope()
    sampled = water.grid.cell_of(*_moved(lauf, assets.x_m, assets.y_m, water.grid.crs))
    lamps = assets.of_kind("traffic_signal")
    np.testing.assert_allclose(envelope.peak_m.ravel()[sampled[lamps]], exposure.peak_depth_m[lamps], atol=1e-5)


def _moved(city_file, x, y, crs):
    from pyproj import Transformer

    return Transformer.from_crs(city_file.city.crs, crs, always_xy=True).transform(x, y)


@pytest.mark.verify
def test_each_lamp_of_lecce_has_the_depth_that_rasterio_samples(tmp_path):
    lecce = import_city("lecce", DATA)
    assets = lecce.city.assets
    points = np.flatnonzero(assets.of_kind("lamp", "cabinet") & ~np.isnan(assets.x_m))
    x, y = assets.x_m[points], assets.y_m[points]
    cx, cy = np.median(x), np.median(y)
    at = 20.0 * (np.arange(400) + 0.5) - 4000
    depth = np.maximum(1.2 - np.hypot(at[None, :], at[:, None]) / 800, 0).astype("float32")
    depth[:40] = -9999
    with rasterio.open(tmp_path / "depth.tif", "w", driver="GTiff", width=400, height=400, count=1, dtype="float32",
                       crs=lecce.city.crs, transform=from_origin(cx - 4000, cy + 4000, 20, 20), nodata=-9999) as raster:
        raster.write(depth, 1)
    water = opened({"raster": {"file": "depth.tif", "from": "+1h", "to": "+6h"}, "nodata": "unknown"}, tmp_path, lecce,
                   DAY_S)
    exposure = expose(water, index_cells(assets, lecce.outlines, lecce.city.crs, water.grid), assets, duration_s=DAY_S)
    with rasterio.open(tmp_path / "depth.tif") as raster:
        sampled = np.array([value[0] for value in raster.sample(np.column_stack([x, y]))])
        bounds = raster.bounds
    outside = (x < bounds.left) | (x >= bounds.right) | (y <= bounds.bottom) | (y > bounds.top) | (sampled == -9999)
    assert outside.any()
    assert (exposure.coverage[points][outside] == Coverage.UNKNOWN).all()
    np.testing.assert_allclose(exposure.peak_depth_m[points][~outside], sampled[~outside], atol=1e-6)
    reached = sampled >= 0.3
    lamps = assets.of_kind("lamp")[points] & ~outside
    assert (exposure.failed_at_s[points][lamps & reached] == 3600).all()
    assert (exposure.failed_at_s[points][lamps & ~reached] == -1).all()
