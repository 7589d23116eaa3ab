"""Each reading is judged: codes of loggers, jumps that no river makes, excursions; what is left out is told."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.gauges import read_levels
from geodata.gauges.judging import RATE_M_H, STEP_M, judged
from geodata.gauges.raw import Raw
from twin.errors import InputError

START = datetime(2026, 11, 22, 16, tzinfo=ZoneInfo("Europe/Paris"))
#: A flood wave every ten minutes: 1.2 m, up to 3.2 m, and back [m].
WAVE = np.round(1.2 + 2.0 * np.exp(-(((np.arange(60) - 30) / 12) ** 2)), 3)


def read(tmp_path, levels, unit="m", minutes=10, **options):
    rows = [f"{(START + timedelta(minutes=minutes * i)).isoformat()},{v:g}" for i, v in enumerate(levels)]
    (tmp_path / "levels.csv").write_text("\n".join([f"time,level_{unit}", *rows]))
    return read_levels("levels.csv", start=START, folder=tmp_path, **options)


@pytest.mark.parametrize("at", [0, 7, 30, 59])
@pytest.mark.parametrize(("value", "unit"), [
    (99.9, "m"), (999, "m"), (-999, "m"), (9999, "m"), (99999, "mm"), (-9999, "mm"), (-999, "mm"), (32767, "mm"),
    (-99, "cm"), (9999, "cm")])
def test_a_code_of_a_logger_is_left_out_wherever_it_stands(tmp_path, value, unit, at):
    levels = WAVE / {"m": 1, "cm": 0.01, "mm": 0.001}[unit]
    levels[at] = value
    graph = read(tmp_path, levels, unit)
    np.testing.assert_allclose(graph.level_m, np.delete(WAVE, at), atol=1e-9)
    when = (START + timedelta(minutes=10 * at)).strftime("%Y-%m-%d %H:%M")
    assert "1 of 60 readings" in graph.doubts[0].en
    assert f"{when}: {value:g} {unit}" in graph.doubts[0].en
    french = (START + timedelta(minutes=10 * at)).strftime("%d/%m à %-H h %M")
    assert f"{french} : {value:g} {unit}".replace(".", ",") in graph.doubts[0].fr


@pytest.mark.parametrize("at", [24, 30, 33])
def test_a_zero_at_the_peak_is_no_reading(tmp_path, at):
    levels = WAVE.copy()
    levels[at] = 0
    graph = read(tmp_path, levels)
    assert len(graph.level_m) == 59
    assert "a code for no reading" in graph.doubts[0].en


def test_a_logger_that_is_silent_for_an_hour_is_bridged(tmp_path):
    levels = WAVE.copy()
    levels[28:34] = 0
    assert read(tmp_path, levels).level_m.min() > 1
    levels[28:34] = 99.9
    graph = read(tmp_path, levels)
    assert len(graph.level_m) == 54
    assert "3 more" in graph.doubts[0].en


def test_a_river_at_zero_stays_there(tmp_path):
    levels = np.maximum(WAVE - 2.0, 0)
    graph = read(tmp_path, levels)
    assert (len(graph.level_m), graph.doubts) == (60, ())


def test_a_value_that_is_a_code_elsewhere_counts_among_its_like(tmp_path):
    graph = read(tmp_path, np.array([990, 995, 999, 1003, 1008.0]), "mm")
    assert (len(graph.level_m), graph.doubts) == (5, ())
    graph = read(tmp_path, np.array([99.2, 99.6, 99.9, 100.4]))
    assert (len(graph.level_m), graph.doubts) == (4, ())


def test_a_jump_that_no_river_makes_is_left_out(tmp_path):
    levels = WAVE.copy()
    levels[30] = 31.5  # a decimal point lost
    graph = read(tmp_path, levels)
    assert len(graph.level_m) == 59
    assert "moves faster than a river can (1 m and 20 m/h)" in graph.doubts[0].en
    assert "plus vite qu’une rivière ne le peut" in graph.doubts[0].fr


def test_readings_of_which_no_half_agree_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"readings that no river has.*outliers: keep"):
        read(tmp_path, [1.3, 42.0])
    with pytest.raises(InputError, match="readings that no river has"):
        read(tmp_path, [1.3, 1.4, 42.0, 42.5])
    assert len(read(tmp_path, [1.3, 1.4, 42.0, 42.5], outliers="keep").level_m) == 4


def test_nothing_but_codes_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no reading but codes for none \(-999\)"):
        read(tmp_path, [-999, -999, -999])


def test_a_short_excursion_down_is_left_out_and_one_up_is_kept_and_said(tmp_path):
    graph = read(tmp_path, np.where(np.arange(60) == 42, WAVE - 1.5, WAVE))
    assert (len(graph.level_m), "falls far below" in graph.doubts[0].en) == (59, True)
    up = np.where(np.arange(60) == 20, WAVE + 2.5, WAVE)
    graph = read(tmp_path, up)
    assert len(graph.level_m) == 60
    assert "m above the readings beside it, and is kept" in graph.doubts[0].en
    assert "2,4 m ses voisines" in graph.doubts[0].fr or "2,5 m ses voisines" in graph.doubts[0].fr
    assert len(read(tmp_path, up, outliers="leave_out").level_m) == 59


def test_a_great_excursion_up_that_a_slow_record_allows_is_asked(tmp_path):
    levels = np.where(np.arange(60) == 20, WAVE + 18, WAVE)
    with pytest.raises(InputError, match=r"above the readings beside it.*outliers: leave_out"):
        read(tmp_path, levels, minutes=60)


def test_a_flash_flood_is_no_error(tmp_path):
    # Two metres in twenty minutes, as small Mediterranean rivers do, and a slow fall.
    levels = np.concatenate([np.full(20, 0.4), [0.9, 1.9, 2.6, 2.9], np.linspace(2.85, 0.9, 40)])
    graph = read(tmp_path, levels)
    assert (len(graph.level_m), graph.doubts) == (64, ())


def test_levels_of_the_scenario_are_never_left_out_but_refused_where_no_river_moves_so():
    pulses = [["+0h", 0.5], ["+20min", 2.7], ["+30min", 1.2], ["+45min", 2.9], ["+1h", 0.0]]
    assert read_levels(pulses, start=START).level_m.tolist() == [0.5, 2.7, 1.2, 2.9, 0.0]
    with pytest.raises(InputError, match=r"no river has \(2026-11-22 17:00: 99\.9 m"):
        read_levels([["+0h", 0.5], ["+1h", 99.9], ["+2h", 0.6]], start=START)
    with pytest.raises(InputError, match="no river has"):
        read_levels([["+0h", 0.5], ["+1h", -999], ["+2h", 0.6]], start=START)


def raw(times_s, values):
    return Raw(times_s=np.array(times_s, np.int64), value=np.array(values, float), unit="m", file="f")


def test_readings_beyond_the_bank_are_left_out_one_by_one():
    slow = raw(np.arange(9) * 86_400, [2, 2.1, 2.2, 75, 2.3, 2.4, 2.3, 2.2, 2.1])
    _, level_m, doubts = judged(slow, start=START, field="levels", between_m=(-10, 60))
    assert (len(level_m), "the bank of the river" in doubts[0].en) == (8, True)
    # Most of them beyond it: another datum, which is for the reader of the river to say.
    _, level_m, doubts = judged(raw([0, 3600, 7200], [75, 75.1, 75.2]), start=START, field="levels",
                                      between_m=(-10, 60))
    assert (len(level_m), doubts) == (3, [])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.9, 0.9), min_size=5, max_size=80), st.floats(0.5, 400), st.integers(60, 3600))
def test_what_a_river_can_do_is_never_touched(steps, first, seconds):
    levels = first + np.cumsum(np.round(np.minimum(np.abs(steps), 0.9) * np.sign(steps), 3))
    levels = np.round(levels, 3)
    if np.any(np.isin(levels, (99.9, 99.99, 999.0, 999.9)) | (np.abs(levels) < 0.0015)):
        return
    times = np.arange(len(levels)) * seconds
    _, kept, doubts = judged(raw(times, levels), start=START, field="levels")
    # One step out and back may be told as an excursion, but nothing that a river can do is left out.
    assert len(kept) == len(levels) or all("far below those before" in d.en for d in doubts)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 58), st.floats(30, 4000), st.booleans())
def test_one_absurd_value_never_changes_the_others(at, size, is_low):
    levels = WAVE.copy()
    levels[at] = -size if is_low else size
    times = np.arange(60) * 600
    _, kept, doubts = judged(raw(times, levels), start=START, field="levels")
    np.testing.assert_array_equal(kept, np.delete(WAVE, at))
    assert len(doubts) == 1


def test_the_limits_are_what_the_manual_says():
    assert (STEP_M, RATE_M_H) == (1.0, 20.0)


def test_a_logger_that_is_a_millimetre_below_zero_gives_no_reading(tmp_path):
    # Between 1.32 and 3.20 the river itself rises by 2 m an hour: no step tells, the line between the two does.
    levels = [0.9, 1.0, 1.05, 1.1, 1.2, 1.32, -0.001, 3.2, 3.3, 3.32, 3.3, 3.2]
    for unit, factor in (("m", 1.0), ("cm", 100.0), ("mm", 1000.0)):
        graph = read(tmp_path, np.array(levels) * factor, unit, minutes=60)
        np.testing.assert_allclose(graph.level_m, np.delete(levels, 6), atol=1e-9)
        assert "1 of 12 readings holds a code for no reading" in graph.doubts[0].en
    # Lower, it is no code, and yet far below the line.
    levels[6] = -0.2
    graph = read(tmp_path, levels, minutes=60)
    assert (len(graph.level_m), "falls far below those" in graph.doubts[0].en) == (11, True)


def hydrograph(rng, readings=120, minutes=15):
    """Give a made flood: a recession with up to three waves that rise faster than they fall, and a logger's noise [m].

    Its rises are those of small to middle rivers, up to 3 m/h.
    """
    hours = np.arange(readings) * minutes / 60
    level = rng.uniform(0.2, 1.5) + rng.uniform(0.1, 1.0) * np.exp(-hours / 20)
    for _ in range(int(rng.integers(1, 4))):
        since = np.maximum(hours - rng.uniform(1, hours[-1] - 1), 0)
        rise = rng.uniform(2, 6)
        level = level + rng.uniform(0.5, 3) * (since / rise * np.exp(1 - since / rise)) ** 2
    return np.round(level + rng.normal(0, 0.003, readings), 3)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 118), st.floats(-1, 1))
def test_a_spike_in_a_flood_is_left_out_or_told_whatever_its_size(seed, at, share):
    levels = hydrograph(np.random.default_rng(seed))
    times = np.arange(len(levels)) * 900
    _, kept, doubts = judged(raw(times, levels), start=START, field="levels")
    assert (len(kept), doubts) == (len(levels), []), "a false alarm"
    # From 1.5 m up to as far as a lost decimal point: a metre either way a river may do between two readings.
    size = np.sign(share or 1) * 1.5 * 100 ** abs(share)
    spiked = levels.copy()
    spiked[at] = np.round(levels[at] + size, 3)
    _, kept, doubts = judged(raw(times, spiked), start=START, field="levels")
    assert len(doubts) == 1
    assert f": {spiked[at]:g} m" in doubts[0].en
    if size < 0 or size > 7:  # by the rate: 1 m, 20 m/h for a quarter of an hour, and what the river does
        np.testing.assert_array_equal(kept, np.delete(levels, at))


@pytest.fixture
def austerlitz():
    """Give twenty real hourly readings of the Seine: to the centimetre, at most 3 cm from one to the next [s, m]."""
    file = Path(__file__).parents[2].parent / "shared/data/sensor_samples/vigicrues_observations_F700000103_H.json"
    if not file.exists():
        pytest.skip("shared/data/sensor_samples is missing")
    readings = np.array(json.loads(file.read_text(encoding="utf-8"))["Serie"]["ObssHydro"])
    return (readings[:, 0] - readings[0, 0]) / 1000, readings[:, 1]


@pytest.mark.data
@pytest.mark.parametrize("size", [0.2, 0.45, 0.95, -0.2, -0.95])
def test_one_reading_of_a_real_river_that_jumps_and_comes_back_is_kept_and_told(austerlitz, size):
    times_s, level_m = austerlitz
    assert judged(raw(times_s, level_m), start=START, field="levels")[2] == []
    for at in range(1, 19):
        spiked = level_m.copy()
        spiked[at] = np.round(spiked[at] + size, 2)
        _, kept, doubts = judged(raw(times_s, spiked), start=START, field="levels")
        np.testing.assert_array_equal(kept, spiked)
        assert len(doubts) == 1
        assert "1 of 20 readings jumps off those before and after it and back, by " in doubts[0].en
        assert f": {spiked[at]:g} m), and is kept" in doubts[0].en
        assert "1 des 20 mesures s’écarte d’un coup" in doubts[0].fr
        _, kept, doubts = judged(raw(times_s, spiked), start=START, field="levels", outliers="leave_out")
        np.testing.assert_array_equal(kept, np.delete(level_m, at))
        assert "1 of 20 readings jumps off those before and after it and is left out" in doubts[0].en


@pytest.mark.data
def test_two_spikes_do_not_hide_each_other_and_what_the_river_itself_does_is_not_told(austerlitz):
    times_s, level_m = austerlitz
    spiked = level_m + np.where(np.arange(20) == 9, 0.4, np.where(np.arange(20) == 14, -0.35, 0))
    doubt, = judged(raw(times_s, spiked), start=START, field="levels")[2]
    assert "2 of 20 readings jump off those before and after them and back, by up to 0.40 m" in doubt.en
    assert "2 des 20 mesures s’écartent d’un coup" in doubt.fr
    # A step of the gauge's own size, a level that stays, a flash flood that comes down slowly: none is a spike.
    for more in (np.where(np.arange(20) == 9, 0.05, 0), np.where(np.arange(20) >= 9, 0.4, 0),
                 np.where(np.arange(20) >= 9, 0.9 * 0.6 ** np.maximum(np.arange(20) - 9, 0), 0)):
        assert judged(raw(times_s, level_m + more), start=START, field="levels")[2] == []


def test_a_reading_alone_in_a_gap_is_no_spike():
    # Every quarter of an hour a millimetre, then three hours without a reading on either side of one.
    times_s = np.concatenate([np.arange(12) * 900, [20_700], 31_500 + np.arange(12) * 900])
    level_m = 1.0 + 0.006 * np.sin(np.arange(25))
    level_m[12] += 0.15
    assert judged(raw(times_s, np.round(level_m, 3)), start=START, field="levels")[2] == []
    assert len(judged(raw(np.arange(25) * 900, np.round(level_m, 3)), start=START, field="levels")[2]) == 1
