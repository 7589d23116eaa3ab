"""Sunrise and sunset, against astral and at the poles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import astral
import astral.sun
import numpy as np
import pytest

from twin.errors import InputError
from twin.world.plan import DarkHours
from twin.world.sun import dark_periods, dark_seconds, is_dark, sunrise_sunset

PLACES = ((47.32, 5.04), (43.61, 3.88), (40.35, 18.17), (60.17, 24.94), (-33.9, 151.2), (0.0, -78.5))


@pytest.mark.parametrize(("latitude", "longitude"), PLACES)
@pytest.mark.parametrize("day", [date(2026, month, 21) for month in (1, 3, 6, 9, 11, 12)])
def test_sunrise_and_sunset_are_those_of_astral_within_a_minute(latitude: float, longitude: float, day: date) -> None:
    rise, fall = sunrise_sunset(day, latitude, longitude)  # type: ignore[misc]
    observer = astral.Observer(latitude, longitude, 0.0)
    # astral names events by their UTC day: far from Greenwich that is the day beside ours.
    for mine, theirs in ((rise, astral.sun.sunrise), (fall, astral.sun.sunset)):
        nearest = min(abs((theirs(observer, date=day + timedelta(days=d), tzinfo=UTC) - mine).total_seconds())
                      for d in (-1, 0, 1))
        assert nearest < 60


def test_the_sun_does_not_set_in_a_polar_summer_nor_rise_in_a_polar_winter() -> None:
    assert sunrise_sunset(date(2026, 6, 21), 70.0, 25.0) is True
    assert sunrise_sunset(date(2026, 12, 21), 70.0, 25.0) is False


BY_SUN = DarkHours()


def dark_of(start: datetime, days: int, latitude: float, dark: DarkHours = BY_SUN) -> np.ndarray:
    return dark_periods(start, days * 86400, dark, latitude=latitude, longitude=25.0, timezone="Europe/Helsinki")


def test_a_polar_winter_is_one_long_night_and_a_polar_summer_has_none() -> None:
    assert dark_of(datetime(2026, 12, 20, tzinfo=UTC), 3, 75.0).tolist() == [[0, 3 * 86400]]
    assert len(dark_of(datetime(2026, 6, 20, tzinfo=UTC), 3, 75.0)) == 0


@pytest.mark.parametrize("latitude", [90.0, -90.0])
def test_the_poles_themselves_have_an_answer(latitude: float) -> None:
    night = dark_of(datetime(2026, 12, 20, tzinfo=UTC), 2, latitude)
    assert night.tolist() == ([[0, 2 * 86400]] if latitude > 0 else [])


def test_the_first_sunset_after_a_polar_summer_opens_a_night() -> None:
    nights = dark_of(datetime(2026, 7, 20, tzinfo=UTC), 20, 70.0)
    assert len(nights) > 1
    assert np.all(np.diff(nights.ravel()) > 0)
    lengths = nights[:, 1] - nights[:, 0]
    assert lengths[0] < lengths[-1]


def test_a_switching_profile_counts_in_local_time() -> None:
    profile = DarkHours(by="profile", on="22:00", off="06:00")
    start = datetime(2026, 11, 22, 15, tzinfo=UTC)  # 17:00 in Helsinki
    assert dark_of(start, 1, 60.0, profile).tolist() == [[5 * 3600, 13 * 3600]]


def test_a_switching_profile_without_times_says_what_it_needs() -> None:
    with pytest.raises(InputError, match="HH:MM"):
        dark_of(datetime(2026, 11, 22, tzinfo=UTC), 1, 60.0, DarkHours(by="profile"))


def test_dark_seconds_are_those_counted_one_by_one() -> None:
    rng = np.random.default_rng(3)
    edges = np.sort(rng.choice(500, 8, replace=False)).reshape(-1, 2)
    starts = rng.integers(0, 500, 50)
    ends = starts + rng.integers(0, 200, 50)
    dark = is_dark(edges, np.arange(800))
    expected = [int(dark[a:b].sum()) for a, b in zip(starts, ends, strict=True)]
    assert dark_seconds(edges, starts, ends).tolist() == expected


def hours(periods: np.ndarray) -> list[list[float]]:
    return [[round(float(edge) / 3600, 2) for edge in night] for night in periods]


def test_part_night_lighting_has_several_windows() -> None:
    dark = DarkHours(by="profile", windows=(("17:45", "23:00"), ("05:00", "07:10")))
    assert hours(dark_of(datetime(2026, 11, 22, 14, tzinfo=UTC), 1, 60.0, dark)) == [[1.75, 7.0], [13.0, 15.17]]


def test_windows_may_end_at_the_sun_and_join_where_they_overlap() -> None:
    start = datetime(2026, 11, 22, 10, tzinfo=UTC)
    whole = dark_of(start, 1, 60.0)
    parts = dark_of(start, 1, 60.0, DarkHours(by="profile", windows=(("sunset", "23:00"), ("05:00", "sunrise"))))
    assert parts[0, 0] == whole[0, 0]
    assert parts[-1, 1] == whole[-1, 1]
    assert hours(parts[:, ::-1])[0][0] == 11.0
    joined = dark_of(start, 1, 60.0, DarkHours(by="profile", windows=(("18:00", "23:00"), ("22:00", "06:00"))))
    assert hours(joined) == [[6.0, 18.0]]


def test_a_window_follows_the_clocks_through_the_night_on_which_they_change() -> None:
    dark = DarkHours(by="profile", windows=(("23:00", "05:00"),))
    night = dark_of(datetime(2026, 10, 24, 18, tzinfo=UTC), 1, 60.0, dark)
    # From 23:00 (UTC+3) to 05:00 (UTC+2): seven hours.
    assert hours(night) == [[2.0, 9.0]]


def test_a_plan_without_part_night_lighting_keeps_its_digest() -> None:
    plain = {"by": "profile", "on": "17:30", "off": "08:00"}
    assert DarkHours(**plain).to_dict() == plain
    several = DarkHours(by="profile", windows=(("17:45", "23:00"),), cabinets=(("C1", (("18:00", "22:00"),)),))
    assert DarkHours(**several.to_dict()) == several
