"""A river's level over terrain: what is joined to the river is wet, what is not stays dry."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import stage as reference
from twin.kernels.water.spill import UNREACHED, nearest_seed, spill_levels
from twin.water.hazard import WATER_STEPS_M, Grid, Hazard
from twin.water.river_stage import Conduit, Levee, River, monotone_thalweg, stage, surface

NO_ENDS, NO_MM = np.empty((0, 2), np.int64), np.empty(0, np.int32)


def grid_of(terrain):
    return Grid(rows=terrain.shape[0], columns=terrain.shape[1], transform=(1, 0, 0, 0, -1, 0), crs="EPSG:2154")


def one_station(terrain, river_cells, levels, step_s=600, **options):
    """A flat river: one station, its level over time."""
    terrain = np.array(terrain, np.float32)
    cells = np.array([r * terrain.shape[1] + c for r, c in river_cells], np.int64)
    river = River(chainage_m=np.array([0.0]), thalweg_m=np.array([0.0]), cells=cells,
                  stations=np.zeros(len(cells), np.int32))
    return stage(terrain, grid_of(terrain), river, np.array(levels, float)[:, None],
                 np.arange(len(levels), dtype=np.int64) * step_s, cell_m=(1.0, 1.0), **options)


def frames(water):
    cells = np.arange(water.grid.cells)
    return np.array([f.copy() for f in water.depths(cells)]).reshape(-1, water.grid.rows, water.grid.columns)


# A river at the left, a bank of 2 m, a hollow at 0 m behind it, a slope at the right.
VALLEY = [[0, 1, 2, 0, 0, 3], [0, 1, 2, 0, 0, 3]]


def test_it_is_a_hazard():
    assert isinstance(one_station(VALLEY, [(0, 0), (1, 0)], [0, 1]), Hazard)


def test_a_hollow_behind_high_ground_stays_dry_until_the_bank_is_passed():
    depth = frames(one_station(VALLEY, [(0, 0), (1, 0)], [0.5, 1.5, 2.5]))
    np.testing.assert_allclose(depth[0, 0], [0.5, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(depth[1, 0], [1.5, 0.5, 0, 0, 0, 0])
    np.testing.assert_allclose(depth[2, 0], [2.5, 1.5, 0.5, 2.5, 2.5, 0])


def test_a_declared_conduit_joins_a_hollow_above_its_sill():
    conduit = Conduit(at=1, to=3, sill_m=1.2)
    depth = frames(one_station(VALLEY, [(0, 0), (1, 0)], [1.1, 1.5], conduits=(conduit,)))
    np.testing.assert_allclose(depth[0, 0], [1.1, 0.1, 0, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(depth[1, 0], [1.5, 0.5, 0, 1.5, 1.5, 0])


def test_on_the_fall_a_hollow_keeps_water_at_its_lip_and_drains_at_the_stated_rate():
    water = one_station(VALLEY, [(0, 0), (1, 0)], [3.0, 1.0, 0.0, 0.0], step_s=3600, drain_mm_h=500)
    depth = frames(water)
    # The river falls below the lip at 2 m half an hour after the start; from then on 0.5 m drain in an hour.
    np.testing.assert_allclose(depth[:, 0, 3], [3.0, 1.75, 1.25, 0.75], atol=1e-6)
    np.testing.assert_allclose(depth[:, 0, 1], [2.0, 0.0, 0.0, 0.0], atol=1e-6)
    kept = frames(one_station(VALLEY, [(0, 0), (1, 0)], [3.0, 1.0, 0.0, 0.0], step_s=3600, drain_mm_h=0))
    np.testing.assert_allclose(kept[:, 0, 3], [3.0, 2.0, 2.0, 2.0], atol=1e-6)


def test_a_second_wave_fills_a_draining_hollow_again():
    water = one_station(VALLEY, [(0, 0), (1, 0)], [3.0, 1.0, 3.0, 1.0], step_s=3600, drain_mm_h=500)
    np.testing.assert_allclose(frames(water)[:, 0, 3], [3.0, 1.75, 3.0, 1.75], atol=1e-6)


def test_behind_a_levee_nobody_knows_above_its_protection_level():
    flat = [[0, 0.5, 0.5, 0.5, 0.5, 3]] * 2
    levee = Levee(cells=np.array([2, 8]), crest_m=2.0, protects_to_m=1.5)
    depth = frames(one_station(flat, [(0, 0), (1, 0)], [1.0, 1.6, 2.5], levees=(levee,)))
    np.testing.assert_allclose(depth[0, 0], [1.0, 0.5, 0, 0, 0, 0])
    assert np.isnan(depth[1, 0]).tolist() == [False, False, False, True, True, False]
    assert depth[1, 0, 5] == 0
    np.testing.assert_allclose(depth[2, 0], [2.5, 2.0, 0.5, 2.0, 2.0, 0])


def test_a_levee_without_a_stated_level_protects_to_its_crest():
    flat = [[0, 0.5, 0.5, 0.5, 0.5, 3]] * 2
    levee = Levee(cells=np.array([2, 8]), crest_m=2.0, protects_to_m=2.0)
    depth = frames(one_station(flat, [(0, 0), (1, 0)], [1.9, 2.1], levees=(levee,)))
    assert depth[0, 0, 3] == 0
    assert depth[1, 0, 3] == pytest.approx(1.6)


def test_it_tells_by_how_much_the_water_missed_ground_and_hollows():
    water = one_station(VALLEY, [(0, 0), (1, 0)], [0.5, 1.7], depth_error_m=0.5)
    # The bank and the hollow behind it are missed by the bank; the last cell by 1.3 m of ground, too much to follow.
    np.testing.assert_allclose(water.shortfall_m(np.arange(6)), [0, 0, 0.3, 0.3, 0.3, np.inf], atol=1e-5)


def test_voids_are_unknown():
    depth = frames(one_station([[0, np.nan, 0]], [(0, 0)], [1.0]))
    assert np.isnan(depth[0, 0]).tolist() == [False, True, False]
    assert depth[0, 0, 2] == 0


def test_hand_wets_every_low_cell_and_says_nothing_of_banks():
    depth = frames(one_station(VALLEY, [(0, 0), (1, 0)], [0.5], method="hand"))
    np.testing.assert_allclose(depth[0, 0], [0.5, 0, 0, 0.5, 0.5, 0])


def test_beyond_reach_nothing_is_said():
    depth = frames(one_station([[0] * 8], [(0, 0)], [1.0], reach_m=3.0))
    assert np.isnan(depth[0, 0]).tolist() == [False] * 4 + [True] * 4


def sloping(levels_m, gauges_m, slope=0.001, length=100, width=9):
    """A valley 1 km long that falls by 1 m, its river in the middle, banks that rise by 0.1 m a cell."""
    along = 100.0 - slope * 10.0 * np.arange(length)
    across = 0.1 * np.abs(np.arange(width) - width // 2)
    terrain = (along[None, :] + across[:, None]).astype(np.float32)
    cells = (width // 2) * length + np.arange(length)
    river = River(chainage_m=10.0 * np.arange(length), thalweg_m=along, cells=cells.astype(np.int64),
                  stations=np.arange(length, dtype=np.int32))
    level_m = surface(river, np.array(gauges_m, float), np.array(levels_m, float))
    return stage(terrain, grid_of(terrain), river, level_m, np.arange(len(levels_m), dtype=np.int64) * 600,
                 cell_m=(10.0, 10.0))


def test_with_one_gauge_the_surface_is_parallel_to_the_thalweg():
    depth = frames(sloping([[100.0]], [500.0]))
    # At 500 m the thalweg stands at 99.5 m: half a metre of water everywhere along the river.
    np.testing.assert_allclose(depth[0, 4], 0.5, atol=1e-4)
    np.testing.assert_allclose(depth[0, :, 0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.4, 0.3, 0.2, 0.1], atol=1e-4)


def test_between_two_gauges_the_surface_is_straight():
    depth = frames(sloping([[100.3, 99.3], [100.2, 99.6]], [200.0, 800.0]))
    middle = depth[:, 4, :]
    assert middle[0, 20] == pytest.approx(100.3 - 99.8, abs=1e-4)
    assert middle[0, 80] == pytest.approx(99.3 - 99.2, abs=1e-4)
    assert middle[0, 50] == pytest.approx(99.8 - 99.5, abs=1e-4)
    # Beyond the outermost gauges it runs parallel to the thalweg.
    assert middle[0, 0] == pytest.approx(0.5, abs=1e-4)
    assert middle[1, 99] == pytest.approx(0.4, abs=1e-4)


def test_the_monotone_thalweg_never_rises():
    noisy = np.array([10.0, 9.0, 9.5, np.nan, 8.0, 8.4, 8.2, 5.0])
    profile = monotone_thalweg(noisy)
    assert np.all(np.diff(profile) <= 1e-12)
    assert profile[0] == 10
    assert profile[-1] == 5
    np.testing.assert_allclose(monotone_thalweg(np.array([3.0, 2.0, 1.0])), [3, 2, 1])


terrains = st.integers(2, 7).flatmap(lambda rows: st.integers(2, 7).flatmap(lambda columns: st.lists(
    st.lists(st.sampled_from([None, 0, 1, 2, 3, 4, 5, 1500, 2000]), min_size=columns, max_size=columns),
    min_size=rows, max_size=rows)))


@settings(max_examples=200, deadline=None)
@given(terrains, st.data())
def test_spill_levels_agree_with_a_heap_and_with_one_fill_per_level(height, data):
    rows, columns = len(height), len(height[0])
    every = [(r, c) for r in range(rows) for c in range(columns)]
    seeds = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=3, unique=True))
    conduit = st.tuples(st.sampled_from(every), st.sampled_from(every), st.integers(0, 6))
    joined = data.draw(st.lists(conduit, max_size=2))
    expected = reference.spill_levels(height, seeds, joined, lowest=-1)
    flat = np.array([[UNREACHED if h is None else h for h in row] for row in height], np.int32).ravel()
    number = {cell: cell[0] * columns + cell[1] for cell in every}
    found = spill_levels(flat, np.array([number[s] for s in seeds], np.int64),
                         np.array([(number[a], number[b]) for a, b, _ in joined], np.int64).reshape(-1, 2),
                         np.array([s for *_, s in joined], np.int32), NO_MM, columns, -1, 2500)
    assert {cell: int(found[number[cell]]) for cell in every if found[number[cell]] != UNREACHED} == expected
    if joined:
        return
    for level in (0, 2, 4, 1600):
        low = (flat <= level).reshape(rows, columns)
        for r, c in seeds:
            low[r, c] = True
        label, _ = scipy.ndimage.label(low)
        wet = np.isin(label, [label[s] for s in seeds]) & low
        assert (wet.ravel() == (found <= level)).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(1, 7), st.data())
def test_the_nearest_river_cell_is_the_nearest(rows, columns, data):
    every = [(r, c) for r in range(rows) for c in range(columns)]
    seeds = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique=True))
    dy, dx = data.draw(st.sampled_from([(1.0, 1.0), (3.0, 2.0)]))
    stations = np.full(rows * columns, -1, np.int32)
    for k, (r, c) in enumerate(seeds):
        stations[r * columns + c] = k
    found = nearest_seed(stations, rows, columns, dy, dx, 1e9)
    for cell, nearest in reference.nearest(rows, columns, seeds, dy, dx).items():
        assert seeds[found[cell[0] * columns + cell[1]]] in nearest


@pytest.mark.parametrize("seed", range(6))
def test_the_envelope_is_that_of_the_frames(seed):
    rng = np.random.default_rng(seed)
    terrain = rng.integers(0, 30, (20, 25)) / 10
    terrain[:, 0] = 0
    terrain[rng.random((20, 25)) < 0.05] = np.nan
    levels = np.interp(np.arange(40), np.sort(rng.choice(40, 6, replace=False)), rng.uniform(-0.5, 3.5, 6))
    levee = Levee(cells=np.arange(8, 500, 25), crest_m=2.5, protects_to_m=2.0)
    water = one_station(terrain, [(r, 0) for r in range(20) if not np.isnan(terrain[r, 0])], levels,
                        drain_mm_h=300, levees=(levee,))
    depth = frames(water)
    found = water.envelope()
    expected = np.where(np.isnan(depth).any(axis=0) & (np.nan_to_num(depth).max(axis=0) == 0), np.nan,
                        np.nan_to_num(depth).max(axis=0))
    np.testing.assert_allclose(found.peak_m, expected, atol=1e-5)
    for s, step in enumerate(WATER_STEPS_M):
        wet = np.nan_to_num(depth) >= step
        first = np.where(wet.any(axis=0), wet.argmax(axis=0), -1)
        last = np.where(wet.any(axis=0), len(levels) - 1 - wet[::-1].argmax(axis=0), -1)
        # Depths are in float32: where one lies within a hair of a step, the two may part by a frame.
        near = (np.abs(np.nan_to_num(depth) - step) < 2e-6).any(axis=0)
        assert (found.first[s] == first)[~near].all()
        assert (found.last[s] == last)[~near].all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("gauges", [1, 2])
def test_a_sloping_surface_wets_what_a_flood_fill_at_that_surface_wets(seed, gauges):
    rng = np.random.default_rng(seed)
    rows, columns = 30, 60
    bed = 50 - 0.02 * np.arange(columns)
    terrain = (bed[None, :] + rng.uniform(0.2, 2.5, (rows, columns))).astype(np.float32)
    terrain[15] = bed
    cells = 15 * columns + np.arange(columns)
    river = River(chainage_m=np.arange(columns, dtype=float), thalweg_m=bed, cells=cells,
                  stations=np.arange(columns, dtype=np.int32))
    rise = np.array([0.0, 0.8, 1.6, 0.4])
    places = np.array([10.0, 50.0])[:gauges]
    level_m = surface(river, places, bed[places.astype(int)][None, :] + rise[:, None] * np.array([1.0, 1.3])[:gauges])
    water = stage(terrain, grid_of(terrain), river, level_m, np.arange(4, dtype=np.int64) * 600, cell_m=(1.0, 1.0),
                  drain_mm_h=1e9)
    # The river is straight along the rows: each cell's nearest station is that of its column.
    for frame, depth in enumerate(frames(water)):
        if gauges == 2 and frame != int(rise.argmax()):
            continue  # exact at the peak, an approximation away from it
        low = terrain <= level_m[frame][None, :] - 1e-3
        low[15] = True
        label, _ = scipy.ndimage.label(low)
        joined = label == label[15, 0]
        expected = np.where(joined, level_m[frame][None, :] - terrain, 0)
        sure = np.abs(terrain - level_m[frame][None, :]) > 3e-3
        np.testing.assert_allclose(depth[sure], np.maximum(expected, 0)[sure], atol=2e-3)
