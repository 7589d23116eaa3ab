"""What the water does at each asset: crossings to the second, peaks, doubt, coverage."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import exposure as reference
from twin.codes import Level
from twin.errors import InputError
from twin.water.depths import CellIndex, Coverage
from twin.water.exposure import dry, expose
from twin.water.hazard import Envelope, Grid, Hazard
from twin.world.assets import Assets
from twin.world.kinds import built_in_kinds

NAN = float("nan")


@dataclass
class Frames:
    """Water given as an array, (T, C)."""

    times_s: np.ndarray
    depth_m: np.ndarray
    after: str = "hold"
    depth_error_m: float = 0.0
    notes: tuple[str, ...] = ()
    grid: Grid = field(init=False)

    def __post_init__(self):
        self.times_s, self.depth_m = np.array(self.times_s, np.int64), np.array(self.depth_m, np.float32)
        self.grid = Grid(rows=1, columns=self.depth_m.shape[1], transform=(1, 0, 0, 0, -1, 1), crs="EPSG:2154")

    def depths(self, cells):
        buffer = np.empty(len(cells), np.float32)
        for frame in self.depth_m:
            buffer[:] = frame[cells]
            yield buffer

    def envelope(self):
        return Envelope(peak_m=self.depth_m.max(axis=0)[None], first=np.zeros((3, 1, 1), np.int16),
                        last=np.zeros((3, 1, 1), np.int16))


def points(columns, coverage=None):
    """One asset per entry: the cells it is read from."""
    sizes = [len(c) for c in columns]
    cells = sorted({c for members in columns for c in members})
    members = [cells.index(c) for row in columns for c in row]
    return CellIndex(cells=np.array(cells, np.int64), offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
                     members=np.array(members, np.int32),
                     coverage=np.array(coverage or [Coverage.INSIDE if s else Coverage.NONE for s in sizes], np.int8))


def lamps(n, **columns):
    columns.setdefault("touch_m", 0.1)
    columns.setdefault("fail_m", 0.3)
    columns.setdefault("height_error_m", 0.0)
    return Assets.of(built_in_kinds(), id=[f"L{i}" for i in range(n)], kind=["lamp"] * n, x_m=0.0, y_m=0.0, **columns)


def of_level(exposure, asset, level):
    c = exposure.crossings
    rows = (c.asset == asset) & (c.level == level)
    return list(zip(c.time_s[rows].tolist(), c.is_up[rows].tolist(), strict=True))


def test_frames_are_a_hazard():
    assert isinstance(Frames([0], [[0.0]]), Hazard)


def test_the_town_worked_by_hand_crosses_at_its_seconds():
    hours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    w = np.array([0, 0, .37, .85, .37, 0, 0, .41, .41, 0])
    water = Frames([h * 3600 for h in hours], np.stack([w, 0.9 * w, 0.45 * w], axis=1))
    assets = lamps(3, touch_m=[.10, .10, .05], fail_m=[.60, .30, .30])
    exposure = expose(water, points([[0], [1], [2]]), assets, duration_s=36 * 3600)
    assert of_level(exposure, 0, Level.FAIL) == [(8925, True), (12676, False)]
    assert of_level(exposure, 1, Level.FAIL)[0] == (6844, True)
    assert of_level(exposure, 2, Level.FAIL) == [(9425, True), (12176, False)]
    assert exposure.failed_at_s.tolist() == [8925, 6844, 9425]
    assert exposure.peak_time_s.tolist() == [10800] * 3
    assert exposure.wet.of_asset(0) == slice(0, 2)
    assert exposure.wet.peak_depth_m[:2].tolist() == pytest.approx([0.85, 0.41])
    # The second wave leaves the cabinet for good; from then on its six hours of repair count (53122 = 31522 + 21600).
    assert exposure.water_left_at_s[0] == 31522


def test_level_reached_exactly_at_a_frame_counts_at_that_frame():
    exposure = expose(Frames([0, 10, 20], [[0], [0.3], [0.3]]), points([[0]]), lamps(1), duration_s=20)
    assert exposure.failed_at_s.tolist() == [10]
    assert exposure.margin_m[0] == pytest.approx(0, abs=1e-6)


def test_before_the_first_frame_the_first_holds():
    exposure = expose(Frames([50, 60], [[0.4], [0.0]]), points([[0]]), lamps(1), duration_s=100)
    assert of_level(exposure, 0, Level.TOUCH) == [(0, True), (58, False)]
    assert exposure.peak_time_s[0] == 0


def test_water_that_came_before_the_start_is_found_at_the_start():
    exposure = expose(Frames([-100, 100], [[0.0], [0.4]]), points([[0]]), lamps(1), duration_s=100)
    assert of_level(exposure, 0, Level.TOUCH) == [(0, True)]
    assert of_level(exposure, 0, Level.FAIL) == [(50, True)]


@pytest.mark.parametrize(("after", "left"), [("hold", -1), ("dry", 11)])
def test_after_the_last_frame_it_holds_or_is_dry_as_said(after, left):
    exposure = expose(Frames([0, 10], [[0.4], [0.4]], after), points([[0]]), lamps(1), duration_s=100)
    assert exposure.water_left_at_s.tolist() == [left]
    assert exposure.wet.end_s.tolist() == [left]


def test_a_run_that_outlasts_the_water_is_refused():
    with pytest.raises(InputError, match=r"ends 10 s after the start.*`after: hold`"):
        expose(Frames([0, 10], [[0.4], [0.4]], "refuse"), points([[0]]), lamps(1), duration_s=11)
    expose(Frames([0, 10], [[0.4], [0.4]], "refuse"), points([[0]]), lamps(1), duration_s=10)


def test_times_that_do_not_increase_are_refused():
    with pytest.raises(InputError, match="times that increase"):
        expose(Frames([0, 10, 10], [[0.4]] * 3), points([[0]]), lamps(1), duration_s=10)


def test_an_asset_takes_its_deepest_cell():
    exposure = expose(Frames([0], [[0.1, 0.5, 0.2]]), points([[0, 1], [0, 2]]), lamps(2), duration_s=10)
    assert exposure.peak_depth_m.tolist() == pytest.approx([0.5, 0.2])
    assert exposure.failed_at_s.tolist() == [0, -1]


def test_unknown_runs_as_dry_and_says_so():
    water = Frames([0, 10, 20], [[NAN, 0.4, 0.0, 0.4], [NAN, NAN, NAN, 0.4], [NAN, 0.0, 0.0, 0.4]])
    exposure = expose(water, points([[0], [1], [2], [0, 3], [], [3]]), lamps(6), duration_s=20)
    words = [Coverage(c).word for c in exposure.coverage]
    assert words == ["unknown", "partial", "unknown", "partial", "none", "inside"]
    assert exposure.unknown_s.tolist() == [20, 20, 20, 0, 0, 0]
    np.testing.assert_allclose(exposure.peak_depth_m, [NAN, 0.4, NAN, 0.4, NAN, 0.4])
    assert exposure.failed_at_s.tolist() == [-1, 0, -1, 0, -1, 0]
    assert np.isnan(exposure.margin_m).tolist() == [True, False, True, False, True, False]


def test_an_asset_outside_the_grid_is_unknown_all_the_time():
    exposure = expose(Frames([0], [[0.4]]), points([[0], []], [Coverage.INSIDE, Coverage.UNKNOWN]), lamps(2),
                      duration_s=100)
    assert exposure.unknown_s.tolist() == [0, 100]
    assert np.isnan(exposure.peak_depth_m[1])


def test_a_value_deeper_than_any_flood_is_unknown():
    exposure = expose(Frames([0], [[3.4e38]]), points([[0]]), lamps(1), duration_s=10)
    assert exposure.coverage.tolist() == [Coverage.UNKNOWN]


def test_doubt_needs_water_and_a_margin_within_the_errors():
    water = Frames([0], [[0.0, 0.25, 0.36, 0.9]], depth_error_m=0.06)
    exposure = expose(water, points([[0], [1], [2], [3]]), lamps(4, height_error_m=0.08), duration_s=10)
    assert exposure.is_doubtful.tolist() == [False, True, True, False]


def test_a_dry_asset_is_doubtful_where_the_water_is_known_to_have_just_missed_it():
    water = Frames([0], [[0.0, 0.0]], depth_error_m=0.5)
    water.shortfall_m = lambda cells: np.array([0.1, 0.4], np.float32)[cells]
    exposure = expose(water, points([[0], [1], [0, 1]]), lamps(3), duration_s=10)
    assert exposure.is_doubtful.tolist() == [True, False, True]


def test_a_cellar_floods_when_water_comes_not_while_the_street_is_dry():
    exposure = expose(Frames([0, 1000], [[0.0, 0.0], [0.0, 1.0]]), points([[0], [1]]),
                      lamps(2, touch_m=-2.0, fail_m=-1.5), duration_s=1000)
    assert exposure.failed_at_s.tolist() == [-1, 1]
    assert exposure.margin_m[0] > 0


def test_crossings_are_sorted_by_time_then_level_then_asset():
    exposure = expose(Frames([0, 10, 20], [[0.0] * 3, [0.9] * 3, [0.0] * 3]), points([[0], [1], [2]]), lamps(3),
                      duration_s=20)
    c = exposure.crossings
    keys = list(zip(c.time_s, c.level, c.asset, strict=True))
    assert keys == sorted(keys)
    assert len(keys) == 18


def test_more_crossings_than_the_first_buffer_holds():
    n = 5000
    exposure = expose(Frames([0, 10], [[0.0], [1.0]]), points([[0]] * n), lamps(n), duration_s=10)
    assert len(exposure.crossings) == 3 * n
    assert np.all(exposure.failed_at_s == 3)


def test_nothing_crosses_at_the_last_instant_but_the_peak_is_seen():
    exposure = expose(Frames([0, 10], [[0.0], [0.3]]), points([[0]]), lamps(1), duration_s=10)
    assert exposure.failed_at_s.tolist() == [-1]
    assert exposure.peak_depth_m[0] == pytest.approx(0.3)


def test_peak_during_an_interval_comes_from_the_wet_periods_it_meets():
    water = Frames([0, 10, 20, 30, 40], [[0.0], [0.5], [0.0], [0.8], [0.0]])
    wet = expose(water, points([[0]]), lamps(1), duration_s=40).wet
    assert wet.peak_during(0, 0, 15) == pytest.approx(0.5)
    assert wet.peak_during(0, 0, -1) == pytest.approx(0.8)
    assert np.isnan(wet.peak_during(0, 19, 20))


def test_without_water_all_is_dry_and_known():
    assets = lamps(2)
    exposure = dry(assets)
    assert exposure.peak_depth_m.tolist() == [0, 0]
    assert exposure.coverage.tolist() == [Coverage.INSIDE] * 2
    assert len(exposure.crossings) == 0


depths = st.sampled_from([0.0, 0.0, 0.05, 0.1, 0.299999, 0.3, 0.35, 0.7, NAN])


@st.composite
def floods(draw):
    count = draw(st.integers(1, 5))
    times = sorted(draw(st.sets(st.integers(-15, 40), min_size=count, max_size=count)))
    cells = draw(st.integers(1, 3))
    frames = [[draw(depths) for _ in range(cells)] for _ in times]
    columns = draw(st.lists(st.lists(st.integers(0, cells - 1), min_size=1, max_size=3, unique=True), min_size=1,
                            max_size=3))
    return times, frames, columns, draw(st.sampled_from(["hold", "dry"])), draw(st.integers(1, 50))


@settings(max_examples=300, deadline=None)
@given(floods())
def test_agrees_with_the_second_by_second_reference(flood):
    times, frames, columns, after, duration_s = flood
    exposure = expose(Frames(times, frames, after), points(columns), lamps(len(columns)), duration_s=duration_s)
    # The index keeps only the cells that matter; the reference reads the frames directly.
    for asset, members in enumerate(columns):
        series = reference.frame_depths([[np.float32(d) for d in frame] for frame in frames], members)
        for level, level_um in ((Level.TOUCH, 100_000), (Level.FAIL, 300_000), (Level.RECEDE, 100_000)):
            expected = reference.crossings(times, series, level_um, duration_s, after)
            assert of_level(exposure, asset, level) == expected
        assert exposure.unknown_s[asset] == reference.unknown_seconds(times, series, duration_s, after)
        peak_um, when = reference.peak(times, series, duration_s, after)
        if exposure.coverage[asset] != Coverage.UNKNOWN:
            assert exposure.peak_depth_m[asset] == pytest.approx(peak_um * 1e-6, abs=2e-6)
            # Falls of the last micrometre within a second are not told apart.
            assert exposure.peak_time_s[asset] == (when if peak_um else -1)
        else:
            assert peak_um == 0
