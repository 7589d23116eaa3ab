"""Moments and durations as people write them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.inputs.times import duration_s, local_moment, moment_s
from twin.errors import InputError

PARIS = ZoneInfo("Europe/Paris")
NOVEMBER = datetime(2026, 11, 22, 16, tzinfo=PARIS)


@pytest.mark.parametrize(("text", "seconds"), [
    ("36h", 129_600), ("5min", 300), ("90 min", 5400), ("1h 30min", 5400), ("1h30", 5400), ("1h30min", 5400),
    ("2d", 172_800), ("45s", 45), ("1.5h", 5400), ("1d12h", 129_600)])
def test_a_duration_has_numbers_with_units(text: str, seconds: int) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(("text", "seconds"), [
    ("+1440min", 86_400), ("+86400s", 86_400), ("+36h", 129_600), ("+1d", 86_400),
    ("+1h30", 5400), ("-30min", -1800), ("+0", 0), ("22h10", 22_200)])
def test_one_grammar_holds_for_events_for_water_and_in_levels(text: str, seconds: int) -> None:
    from geodata.gauges import read_levels
    from geodata.hazards import FloodSpec
    from geodata.hazards.frames import FrameHazard
    from geodata.hazards.rasters import held
    from scenarios.schema import Event
    from twin.water.hazard import Grid

    assert Event.model_validate({"at": text, "fail": "S1"}).at == text
    assert moment_s(text, NOVEMBER, PARIS) == moment_s(text, NOVEMBER, field="flood.raster.from") == seconds
    assert read_levels([(text, 1.0)], start=NOVEMBER).times_s.tolist() == [seconds]
    FloodSpec.model_validate({"raster": {"file": "a.tif", "from": text}})
    grid = Grid(rows=1, columns=1, transform=(1, 0, 0, 0, -1, 0), crs="EPSG:2154")
    water = held(np.ones((1, 1), np.float32), grid, from_=text, to=None, start=NOVEMBER, duration_s=200_000,
                 field="flood.raster", notes=(), depth_error_m=0.0)
    assert isinstance(water, FrameHazard)
    assert seconds in water.times_s


@pytest.mark.parametrize(("text", "seconds"), [
    ("1440min", 86_400), ("86400s", 86_400), ("36h", 129_600), ("1d", 86_400),
    ("1h30", 5400), ("2 hours", 7200), ("1d 12h", 129_600)])
def test_durations_under_flood_are_those_of_scenarios(text: str, seconds: int) -> None:
    from geodata.hazards import FloodSpec

    flood = FloodSpec.model_validate({"rasters": {"files": "d_*.tif", "step": text}})
    assert flood.rasters is not None
    assert flood.rasters.step == duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "36", "h", "5m", "3 weeks", "1h-30min", "1h!", "400d", "-5h", "inf h"])
def test_a_duration_without_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        duration_s(text)


@pytest.mark.parametrize(("text", "seconds"), [
    ("16:00", 0), ("16:01", 60), ("22:10", 22_200), ("00:30", 30_600), ("15:59", 86_340), ("9:05:30", 61_530),
    ("+5h", 18_000), ("+0min", 0), ("2026-11-22T21:00", 18_000), ("2026-11-22T20:00Z", 18_000),
    ("2026-11-22T15:00+01:00", -3600)])
def test_a_moment_counts_from_the_start(text: str, seconds: int) -> None:
    assert moment_s(text, NOVEMBER, PARIS) == seconds


def test_a_time_of_day_is_of_the_citys_zone_whatever_the_offset_of_the_start() -> None:
    start = datetime.fromisoformat("2026-11-22T15:00+00:00")
    assert moment_s("22:10", start, PARIS) == 22_200


def test_when_clocks_go_back_a_time_of_day_is_the_first_of_the_two() -> None:
    evening = datetime(2026, 10, 24, 22, tzinfo=PARIS)
    assert moment_s("02:30", evening, PARIS) == 4 * 3600 + 1800
    assert moment_s("03:30", evening, PARIS) == 6 * 3600 + 1800
    between = datetime.fromisoformat("2026-10-25T02:45+02:00")
    assert moment_s("02:30", between, PARIS) == 2700
    after = datetime.fromisoformat("2026-10-25T02:45+01:00")
    assert moment_s("02:30", after, PARIS) == 86_400 - 900


def test_when_clocks_go_forward_a_missing_time_is_refused_and_the_others_hold() -> None:
    evening = datetime(2027, 3, 27, 22, tzinfo=PARIS)
    assert moment_s("01:30", evening, PARIS) == 3 * 3600 + 1800
    assert moment_s("03:30", evening, PARIS) == 4 * 3600 + 1800
    with pytest.raises(InputError, match="go forward over it on 2027-03-28"):
        moment_s("02:30", evening, PARIS)
    afternoon = datetime(2027, 3, 28, 16, tzinfo=PARIS)
    assert moment_s("02:30", afternoon, PARIS) == 37_800


def test_a_wall_clock_that_comes_twice_needs_its_offset() -> None:
    with pytest.raises(InputError, match=r"2026-10-25T02:30\+02:00"):
        local_moment("2026-10-25T02:30", PARIS)
    assert local_moment("2026-10-25T02:30+01:00", PARIS).utcoffset() is not None


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1)), st.times())
def test_a_time_of_day_comes_within_a_day_and_a_clock_change(start: datetime, wanted: time) -> None:
    begin = start.replace(microsecond=0, tzinfo=ZoneInfo("UTC"))
    text = f"{wanted:%H:%M}"
    try:
        seconds = moment_s(text, begin, PARIS)
    except InputError:
        assert text.startswith("02:")
        return
    assert 0 <= seconds <= 90_000
    assert (begin + timedelta(seconds=seconds)).astimezone(PARIS).strftime("%H:%M") == text
