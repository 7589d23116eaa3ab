"""A river of one station, assets beside it, and ensembles of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.reference.cities import city_of, plan_of
from twin.ensemble.member import Ensemble
from twin.ensemble.waters import StageNight
from twin.quantities import column
from twin.water.depths import CellIndex, Coverage, read_depths
from twin.water.hazard import Grid
from twin.water.river_stage import River, stage

DURATION_S = 6 * 3600


def river_of(ground_m, levels_m=(0.0, 0.2, 0.4, 0.4, 0.2, 0.0, 0.0), step_s=3600, **options):
    """Give a river at cell 0 beside cells of these altitudes, in a row."""
    terrain = np.array([[-5.0, *ground_m]], np.float32)
    grid = Grid(rows=1, columns=terrain.shape[1], transform=(10, 0, 0, 0, -10, 0), crs="EPSG:2154")
    river = River(chainage_m=np.array([0.0]), thalweg_m=np.array([0.0]), cells=np.array([0]),
                  stations=np.zeros(1, np.int32))
    times_s = np.arange(len(levels_m), dtype=np.int64) * step_s
    return stage(terrain, grid, river, np.array(levels_m, float)[:, None], times_s, cell_m=(10.0, 10.0),
                 depth_error_m=5.0, **options)


def cells_of(assets, per_asset=1):
    """Read asset ``a`` from cell ``a + 1``."""
    n = len(assets)
    return CellIndex(cells=np.arange(n + 1, dtype=np.int64), offsets=np.arange(n + 1, dtype=np.int64),
                     members=np.arange(1, n + 1, dtype=np.int32), coverage=column(Coverage.INSIDE, np.int8, n))


def ensemble_of(assets, links, uncertainty, *, ground_m=None, kinds=None, seed=5, river=None, plan=None, city=None):
    """Give an ensemble of a small city beside a river; ``uncertainty`` is made from the city."""
    city = city or city_of(assets, links, kinds=kinds)
    water = river or river_of(ground_m if ground_m is not None else [0.0] * len(city.assets))
    index = cells_of(city.assets)
    nominal = read_depths(water, index, duration_s=DURATION_S)
    plan = replace(plan or plan_of(DURATION_S), seed=seed)
    return Ensemble(plan=plan, city=city, water=StageNight(water, index, nominal), uncertainty=uncertainty(city))


def all_rows(city):
    """Rows of every asset."""
    return np.arange(len(city.assets), dtype=np.int32)
