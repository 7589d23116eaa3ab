"""Moments and durations as people write them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.times import local_moment, parse_duration, seconds_from_start
from twin.errors import InputError

PARIS = ZoneInfo("Europe/Paris")
NOVEMBER = datetime(2026, 11, 22, 16, tzinfo=PARIS)


@pytest.mark.parametrize(("text", "seconds"), [
    ("36h", 129_600), ("5min", 300), ("90 min", 5400), ("1h 30min", 5400), ("1h30", 5400), ("1h30min", 5400),
    ("2d", 172_800), ("45s", 45), ("1.5h", 5400), ("1d12h", 129_600)])
def test_a_duration_has_numbers_with_units(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "36", "h", "5m", "3 weeks", "1h-30min", "1h!", "400d", "-5h", "inf h"])
def test_a_duration_without_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_duration(text)


@pytest.mark.parametrize(("text", "seconds"), [
    ("16:00", 0), ("16:01", 60), ("22:10", 22_200), ("00:30", 30_600), ("15:59", 86_340), ("9:05:30", 61_530),
    ("+5h", 18_000), ("+0min", 0), ("2026-11-22T21:00", 18_000), ("2026-11-22T20:00Z", 18_000),
    ("2026-11-22T15:00+01:00", -3600)])
def test_a_moment_counts_from_the_start(text: str, seconds: int) -> None:
    assert seconds_from_start(text, NOVEMBER, PARIS) == seconds


def test_a_time_of_day_is_of_the_citys_zone_whatever_the_offset_of_the_start() -> None:
    start = datetime.fromisoformat("2026-11-22T15:00+00:00")
    assert seconds_from_start("22:10", start, PARIS) == 22_200


def test_when_clocks_go_back_a_time_of_day_is_the_first_of_the_two() -> None:
    evening = datetime(2026, 10, 24, 22, tzinfo=PARIS)
    assert seconds_from_start("02:30", evening, PARIS) == 4 * 3600 + 1800
    assert seconds_from_start("03:30", evening, PARIS) == 6 * 3600 + 1800
    between = datetime.fromisoformat("2026-10-25T02:45+02:00")
    assert seconds_from_start("02:30", between, PARIS) == 2700
    after = datetime.fromisoformat("2026-10-25T02:45+01:00")
    assert seconds_from_start("02:30", after, PARIS) == 86_400 - 900


def test_when_clocks_go_forward_a_missing_time_is_refused_and_the_others_hold() -> None:
    evening = datetime(2027, 3, 27, 22, tzinfo=PARIS)
    assert seconds_from_start("01:30", evening, PARIS) == 3 * 3600 + 1800
    assert seconds_from_start("03:30", evening, PARIS) == 4 * 3600 + 1800
    with pytest.raises(InputError, match="go forward over it on 2027-03-28"):
        seconds_from_start("02:30", evening, PARIS)
    afternoon = datetime(2027, 3, 28, 16, tzinfo=PARIS)
    assert seconds_from_start("02:30", afternoon, PARIS) == 37_800


def test_a_wall_clock_that_comes_twice_needs_its_offset() -> None:
    with pytest.raises(InputError, match=r"2026-10-25T02:30\+02:00"):
        local_moment("2026-10-25T02:30", PARIS)
    assert local_moment("2026-10-25T02:30+01:00", PARIS).utcoffset() is not None


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1)), st.times())
def test_a_time_of_day_comes_within_a_day_and_a_clock_change(start: datetime, wanted: time) -> None:
    begin = start.replace(microsecond=0, tzinfo=ZoneInfo("UTC"))
    text = f"{wanted:%H:%M}"
    try:
        seconds = seconds_from_start(text, begin, PARIS)
    except InputError:
        assert text.startswith("02:")
        return
    assert 0 <= seconds <= 90_000
    assert (begin + timedelta(seconds=seconds)).astimezone(PARIS).strftime("%H:%M") == text
