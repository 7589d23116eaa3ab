"""Rain that stands in hollows: what a scenario says of it, and what comes of it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.geodata.waters import city, opened, terrain
from twin.errors import InputError
from twin.water.hazard import Hazard


def bowl(**more):
    """21 x 40 cells of 10 m that fall to the east, a hollow of one cell, 0.5 m deep, in row 10, column 20."""
    z = np.tile(50 - 0.1 * np.arange(40.0), (21, 1))
    z[10, 20] -= 0.5
    return city(terrain=terrain(z), **more)


def frames(spec, town, **more):
    water = opened({"fill_spill": spec, **more}, ".", town)
    assert isinstance(water, Hazard)
    cells = np.arange(water.grid.cells)
    return water, [np.array(depth).reshape(water.grid.rows, water.grid.columns) for depth in water.depths(cells)]


def test_hollow_holds_up_to_its_lip_and_the_rest_leaves():
    water, depths = frames({"rain_mm": 100}, bowl())
    # The lip is the cell to the east, 0.1 m below the ground where the hollow was cut.
    assert depths[0][10, 20] == pytest.approx(0.4, abs=1e-5)
    assert np.count_nonzero(depths[0]) == 1
    assert "100 mm of rain stand where they run to in the end" in water.notes[0]
    assert "40 m3 stand in hollows, 8360 m3 leave over the edge, 0 m3 are lost" in water.notes[0]


def test_it_stands_from_and_to_the_moments_given():
    water, depths = frames({"rain_mm": 100, "from": "+10min", "to": "+20min"}, bowl())
    at = {int(t): float(d[10, 20]) for t, d in zip(water.times_s, depths, strict=True)}
    assert (at[599], at[600], at[1199], at[1200]) == (0, pytest.approx(0.4, abs=1e-5), pytest.approx(0.4, abs=1e-5), 0)


def test_losses_are_taken_before_anything_runs_and_are_said():
    water, depths = frames({"rain_mm": 30, "losses_mm": 30}, bowl())
    assert not np.any(depths[0])
    assert "2520 m3 are lost" in water.notes[0]
    assert "30 mm on open ground" in water.notes[1]


def test_closed_edges_keep_it_all():
    _, depths = frames({"rain_mm": 100, "edges": "closed"}, bowl())
    assert depths[0].sum() * 100 == pytest.approx(8400.0, rel=1e-4)


def test_window_fills_a_part():
    water, depths = frames({"rain_mm": 100, "window": [700_100, 6_600_000, 700_300, 6_600_210]}, bowl())
    assert (water.grid.rows, water.grid.columns) == (21, 20)
    assert depths[0][10, 10] == pytest.approx(0.4, abs=1e-5)


def test_error_of_the_depth_is_the_terrains_unless_it_is_said():
    assert frames({"rain_mm": 5}, bowl())[0].depth_error_m == bowl().terrain.error_m
    assert frames({"rain_mm": 5}, bowl(), depth_error_m=0.3)[0].depth_error_m == 0.3


@pytest.mark.parametrize(("spec", "says"), [
    ({"rain_mm": 0}, "greater than 0"),
    ({"rain_mm": 50, "window": [9000, 0, 9100, 100]}, "west, south, east, north inside"),
    ({"rain_mm": 50, "from": "+2h", "to": "+1h"}, "a moment after `from`"),
    ({"rain_mm": 50, "from": "+2h"}, "a moment before the end of the run, 60 min after the start"),
    ({"rain_mm": 50, "to": "-1h"}, "before the start; expected a moment of the run|a moment after `from`"),
    ({"rain_mm": 50, "losses": 3}, "losses"),
])
def test_what_makes_no_sense_is_refused(spec, says):
    with pytest.raises((InputError, ValueError), match=says):
        frames(spec, bowl())


def test_without_a_terrain_there_is_nothing_to_fill():
    with pytest.raises(InputError, match="a city file without terrain"):
        frames({"rain_mm": 50}, city(water=[("L’Ouche", "ouche", shapely.LineString([(0, 105), (400, 105)]))]))
