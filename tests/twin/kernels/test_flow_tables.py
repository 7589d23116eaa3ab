"""Tables of coarse cells by hand and against the fine cells themselves; pools and hollows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import subgrid as slow
from tests.verification import sheets
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.setup import FlowSetup
from twin.flood.subgrid import conveyance_tables, storage_tables
from twin.kernels.flow import pools as flow_pools
from twin.kernels.flow import subgrid as flow_subgrid
from twin.kernels.flow import tables as flow_tables
from twin.kernels.flow.arrays import CLOSED, KNOTS, ROOT_G, UPPER_KNOTS


def tables(z, free=None, n=4, manning=0.03):
    """Datum, storage and west faces of a terrain without hollows, and its falls."""
    z = np.asarray(z, float)
    free = np.ones(z.shape, bool) if free is None else free
    none = np.zeros(z.shape, np.float32)
    datum, storage = storage_tables(z, none, free, n)
    fall = np.zeros((*datum.shape, 2), np.float32)
    flow_tables.cell_falls(z, none, free, n, fall)
    return datum, storage, conveyance_tables(z, free, np.full(z.shape, manning), datum, fall, n, 0), fall


def test_tables_of_a_cell_are_its_hypsometry():
    datum, storage, _, _ = tables([[1.0, 1.0, 2.0, 2.0], [1.0, 3.0, 2.0, 2.0]], n=2)
    assert datum.tolist() == [[1.0, 2.0]]
    assert storage.share[1, 1:3].tolist() == [1.0, 1.0]
    # Three fine cells of 2 m under the fourth's ground, a centimetre over all.
    assert storage.top[1, 1] == storage.full[1, 1] == pytest.approx(0.75 * 2.0 + 0.01)
    assert storage.knots[1, 1, -1] == pytest.approx(2.01)
    assert storage.knots[1, 2, -1] == pytest.approx(0.01)
    assert 0.75 * storage.knots[1, 1, KNOTS // 2] == pytest.approx(storage.top[1, 1] / 4)


def test_table_of_a_quay_goes_on_to_its_top():
    """Half of the cell lies 9 m above the other: most knots lie below 3 m, and the water is right above them too."""
    _, storage, faces, _ = tables(np.tile([0.0, 0.0, 9.0, 9.0], (4, 2)), n=4)
    assert storage.top[1, 1] == pytest.approx(0.5 * 3.01)
    assert storage.full[1, 1] == pytest.approx(0.5 * 9.01 + 0.5 * 0.01)
    for water, level in ((1.0, 2.0), (4.0, 8.0), (4.5 + 1.0, 10.0), (4.5 + 3.0, 12.0)):
        assert flow_subgrid.level_of(storage, 1, 1, np.float32(water))[0] == pytest.approx(level, rel=1e-3)
        assert flow_subgrid.water_of(storage, 1, 1, np.float32(level)) == pytest.approx(water, rel=1e-3)
    # The face lies between ground of 9 m and of 0 m: all of it carries above its sill.
    assert (faces.low0[1, 2], faces.share[1, 2]) == (9.0, 1.0)

def rough_cell(seed, n):
    """Ground of a cell on a slope with walls, (n, n) [m]."""
    rng = np.random.default_rng(seed)
    z = rng.uniform(0, 1.5, (n, n)) ** 2 + 0.1 * np.arange(n)
    free = rng.random((n, n)) > 0.2
    free[0, 0] = True
    return 100 + z, free


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [2, 5, 10])
def test_level_of_a_cell_is_that_of_its_fine_cells(seed, n):
    z, free = rough_cell(seed, n)
    _, storage, _, _ = tables(np.tile(z, (1, 2)), np.tile(free, (1, 2)), n=n)
    ground = z[free]
    for water in (0.002, 0.05, 0.3, 0.9, 3.0):
        exact = slow.level_of(ground, water, n * n)
        level, _ = flow_subgrid.level_of(storage, 1, 1, np.float32(water))
        # Straight between knots of a curve that is not; below the first knot hardly anything is known.
        if water * KNOTS**2 >= storage.top[1, 1]:
            assert level == pytest.approx(exact, abs=0.012 * float(np.ptp(ground)) + 1e-5)
        assert flow_subgrid.water_of(storage, 1, 1, np.float32(level)) == pytest.approx(water, abs=3e-6)
    # At the knots themselves nothing is lost.
    for k, water in enumerate(slow.places(storage.top[1, 1], storage.full[1, 1])):
        assert storage.knots[1, 1, k] == pytest.approx(slow.level_of(ground, water, n * n), abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [2, 5, 10])
def test_depth_of_a_face_is_that_of_its_rows(seed, n):
    z, free = rough_cell(seed, n)
    z, free = np.tile(z, (1, 2)), np.tile(free, (1, 2))
    _, _, faces, _ = tables(z, free, n=n)
    touching = free[:, n - 1] & free[:, n]
    bed = np.where(touching, np.maximum(z[:, n - 1], z[:, n]), np.inf)
    if np.isinf(bed).all():
        assert faces.low0[1, 2] == CLOSED
        return
    for k, place in enumerate(slow.places(faces.top[1, 2], faces.full[1, 2])):
        assert faces.depths[1, 2, k] == pytest.approx(slow.carries(bed, place), abs=2e-6)
    assert faces.share[1, 2] == pytest.approx(np.isfinite(bed).mean())


@pytest.mark.parametrize("water_m", [0.0, 1e-4, 0.02, 0.3, 0.9, 1.51, 4.0])
def test_level_and_water_of_a_cell_are_each_others_inverse(water_m):
    rng = np.random.default_rng(5)
    _, storage, _, _ = tables(rng.random((8, 8)) * 2)
    level, wet = flow_subgrid.level_of(storage, 1, 2, np.float32(water_m))
    assert flow_subgrid.water_of(storage, 1, 2, np.float32(level)) == pytest.approx(water_m, abs=2e-6)
    assert 0 < wet <= 1


def test_piece_of_a_cell_holds_where_it_says():
    rng = np.random.default_rng(6)
    _, storage, _, _ = tables(rng.random((4, 4)))
    for water in np.linspace(0, 1.5, 301, dtype=np.float32):
        at, slope, begin, end = flow_subgrid.piece_of_cell(storage, 1, 1, water)
        assert begin <= water < end
        exact = np.interp(water, slow.places(storage.top[1, 1], storage.full[1, 1]), storage.knots[1, 1])
        if water <= storage.full[1, 1]:
            assert at + slope * water == pytest.approx(exact, abs=1e-6)


def test_kerb_beside_a_high_wall_keeps_its_knots():
    """A street 15 cm under the pavement, and one place of 30 m: it takes no knot from the kerb."""
    z = np.zeros((10, 20))
    z[:, 5:] = 0.15
    z[0, 9] = 30.0
    _, storage, faces, _ = tables(z, n=10)
    assert flow_subgrid.level_of(storage, 1, 1, np.float32(0.045))[0] == pytest.approx(0.09, abs=0.004)
    assert flow_subgrid.level_of(storage, 1, 1, np.float32(0.075 + 0.099))[0] == pytest.approx(0.25, abs=0.004)
    assert faces.top[1, 2] == pytest.approx(4.0)
    assert faces.full[1, 2] == pytest.approx(30.85)


def test_face_of_a_flat_bed_conveys_as_manning_says_and_a_wall_nothing():
    _, _, faces, _ = tables(np.zeros((4, 8)))
    assert (faces.low0[1, 2], faces.low1[1, 2], faces.top[1, 2]) == (0, 0, 1.0)
    assert faces.depths[1, 2, :KNOTS + 1] == pytest.approx((np.arange(KNOTS + 1) / KNOTS) ** 2)
    assert faces.depths[1, 2, KNOTS:] == pytest.approx(np.ones(UPPER_KNOTS + 1))
    assert faces.rough[1, 2] == pytest.approx(ROOT_G * 0.03)
    assert faces.more[1, 2] == pytest.approx(0, abs=1e-6)
    free = np.ones((4, 8), bool)
    free[:, 4] = False
    assert tables(np.zeros((4, 8)), free)[2].low0[1, 2] == CLOSED


def test_half_of_a_face_behind_a_house_carries_half():
    free = np.ones((4, 8), bool)
    free[:2, 3:5] = False
    _, _, faces, _ = tables(np.zeros((4, 8)), free)
    assert faces.share[1, 2] == 0.5
    assert faces.depths[1, 2, -1] == pytest.approx(0.5)


def test_gutter_carries_more_than_the_mean_of_its_depth():
    """Water of 1 cm in the mean in a gutter a quarter as wide as the cell runs 4^(2/3) times as fast."""
    z = np.tile(np.array([[0.0], [0.2], [0.2], [0.2]]), (1, 8))
    rough = np.zeros((1, 2, len(flow_tables.DEPTHS_M)), np.float32)
    flow_tables.cell_roughness(z, np.ones(z.shape, bool), np.full(z.shape, 0.03), 4, 0, np.zeros((1, 2, 2), np.float32),
                               rough)
    shallow = flow_tables.DEPTHS_M.index(0.01)
    assert rough[0, 0, shallow] == pytest.approx(0.03 / 4 ** (2 / 3), rel=1e-3)
    # Across the gutter there is no profile.
    flow_tables.cell_roughness(z, np.ones(z.shape, bool), np.full(z.shape, 0.03), 4, 1, np.zeros((1, 2, 2), np.float32),
                               rough)
    assert rough[0, 0, shallow] == pytest.approx(0.03)


def test_bed_of_a_face_is_the_higher_of_what_touches():
    _, columns = np.indices((4, 12))
    z = columns * 0.5
    _, _, faces, fall = tables(z)
    # The higher of the two fine cells that touch: the first of the upper cell.
    assert faces.low1[1, 2] == 0.0
    assert faces.low0[1, 2] == 2.0
    assert fall[0, 1].tolist() == pytest.approx([0.0, 0.5])


def pooled(z, free=None, kept=(), n=5):
    """Ground and open places of cells that hold one pool each."""
    z = np.asarray(z, float)
    free = np.ones(z.shape, bool) if free is None else free
    places = np.zeros(z.shape, bool)
    for place in kept:
        places[place] = True
    ground, passable = z.copy(), free.copy()
    flow_pools.keep_one_pool(z, free, places, n, ground, passable)
    return ground, passable


def test_ground_behind_a_levee_inside_a_cell_is_as_high_as_the_levee():
    z = np.zeros((5, 5))
    z[:, 2], z[:, 3:] = 1.0, 0.1
    ground, passable = pooled(z)
    assert passable.all()
    assert ground[:, :2].max() == 0
    assert ground[:, 2:].min() == 1.0
    # A kerb is none, and a slope is none.
    assert (pooled(np.where(z == 1.0, 0.2, z))[0] == np.where(z == 1.0, 0.2, z)).all()
    slope = np.indices((5, 5))[1] * 2.0
    assert (pooled(slope)[0] == slope).all()


def test_pool_of_a_cell_is_where_the_pump_stands():
    z = np.zeros((5, 5))
    z[:, 2], z[:, 3:] = 1.0, 0.1
    ground, _ = pooled(z, kept=[(2, 4)])
    assert ground[:, :3].min() == 1.0
    assert ground[:, 3:].max() == 0.1


def test_smaller_piece_behind_a_row_of_houses_is_a_wall():
    free = np.ones((5, 5), bool)
    free[:, 3] = False
    ground, passable = pooled(np.tile([1.0, 1.0, 1.0, 1.0, 0.0], (5, 1)), free)
    assert passable[:, :3].all()
    assert not passable[:, 3:].any()
    assert (ground[:, :3] == 1.0).all()


@given(seed=st.integers(0, 2**31), n=st.integers(2, 7), walls=st.floats(0, 0.6))
@settings(max_examples=60, deadline=None)
def test_any_cell_has_the_pool_of_its_slow_twin(seed, n, walls):
    rng = np.random.default_rng(seed)
    z, free = rng.uniform(0, 1, (n, n)), rng.random((n, n)) >= walls
    ground, passable = pooled(z, free, n=n)
    expected = slow.one_pool(np.where(free, z, np.inf))
    # Of two pieces as large as each other either may be the pool.
    sizes = sorted(np.count_nonzero(np.isfinite(slow.heights_from(np.where(free, z, np.inf), (int(r), int(c)))))
                   for r, c in np.argwhere(free))
    if sizes and sizes[-1] * 2 <= len(sizes) and passable.sum() != sizes[-1]:
        raise AssertionError("not a largest piece")
    if (np.isfinite(expected) == passable).all():
        assert np.where(passable, ground, np.inf).tolist() == expected.tolist()
    else:
        assert passable.sum() == np.isfinite(expected).sum()


@pytest.mark.parametrize(("shape", "at"), [((20, 20), (7, 12)), ((22, 23), (7, 12)), ((22, 23), (21, 12)),
                                           ((22, 23), (7, 22))])
def test_small_hollow_is_filled_except_where_the_domain_ends_or_a_pump_stands(shape, at):
    """The domain need not be of whole cells; over its rim water goes."""
    z = np.pad(np.full(shape, 1.0), ((0, -shape[0] % 5), (0, -shape[1] % 5)), constant_values=np.nan)
    z[at] = 0.4
    kept = np.zeros(z.shape, bool)
    filled = np.zeros(z.shape, np.float32)
    flow_pools.fill_hollows(z, np.isfinite(z), kept, *shape, 5, filled)
    at_rim = at[0] == shape[0] - 1 or at[1] == shape[1] - 1
    assert filled[at] == pytest.approx(0 if at_rim else 0.6)
    assert np.count_nonzero(filled) == (0 if at_rim else 1)
    kept[at] = True
    filled[...] = 0
    flow_pools.fill_hollows(z, np.isfinite(z), kept, *shape, 5, filled)
    assert not filled.any()


def test_coarse_step_agrees_with_the_float64_reference():
    rng = np.random.default_rng(11)
    x, y = sheets.centres(30, 40, 2.0)
    z = 50 + 0.01 * x + 0.3 * np.sin(x / 9) * np.cos(y / 7) + 0.05 * rng.random(x.shape)
    blocked = (x > 30) & (x < 44) & (y > 20) & (y < 34)
    model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0, 0.03, blocked=blocked), rain=Rain.uniform(80.0, 1200.0)),
                      factor=5)
    twin = FlowModel(model.setup, factor=5)
    slow_run = slow.Reference(twin.bed.grid, 10.0, h=np.zeros((6, 8)), rain=lambda t, dt: 80 / 3.6e6 * dt
                              * twin.bed.mean(roofed(model)))
    model.advance(1200.0)
    slow_run.run(1200.0)
    h = model.state()["h"][1:-1, 1:-1]
    assert abs(model.book().steps - slow_run.steps) <= 2
    assert np.abs(h - slow_run.h[1:-1, 1:-1]).max() < 3e-4
    assert np.abs(h - slow_run.h[1:-1, 1:-1]).mean() < 3e-5


def roofed(model):
    """Share of the rain that each place gets, roofs handed on."""
    from twin.flood.domain import roof_shares

    return roof_shares(model.setup.domain.open, model.setup.domain.blocked)
