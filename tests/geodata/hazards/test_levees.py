"""Levees and barriers of a river's level: a ring around the river is refused."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.demo_town import valmont
from geodata.hazards.declared.flood import Levee, RiverStage
from geodata.hazards.levees import levees_of
from twin.errors import InputError
from twin.water.river_stage import River


def test_a_ring_with_the_river_inside_is_refused() -> None:
    city = valmont()
    terrain = city.terrain
    assert terrain is not None
    cell = 480 * terrain.grid.columns + 640
    a, _, c, _, e, f = terrain.grid.transform
    x, y = c + a * 640.5, f + e * 480.5
    river = River(chainage_m=np.array([0.0, 1.0]), thalweg_m=np.zeros(2), cells=np.array([cell], np.int64),
                  stations=np.zeros(1, np.int32))
    ring = [(x + dx, y + dy) for dx, dy in ((-9, -9), (9, -9), (9, 9), (-9, 9), (-9, -9))]
    spec = RiverStage.model_construct(levees=(Levee(name="quai", line=tuple(ring), crest_m=230.0),))
    with pytest.raises(InputError, match="a ring with 1 cells of the river inside"):
        levees_of(spec, terrain, city.city.crs, river, np.zeros((1, 2)), np.zeros(1, np.int64))
    beside = [(px + 40, py) for px, py in ring]
    spec = RiverStage.model_construct(levees=(Levee(name="quai", line=tuple(beside), crest_m=230.0),))
    assert len(levees_of(spec, terrain, city.city.crs, river, np.zeros((1, 2)), np.zeros(1, np.int64))) == 1
