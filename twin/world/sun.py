"""Sun: when it is dark at the city.

Sunrise and sunset are when the centre of the sun stands 0.833° below the horizon: refraction 0.567° and half the
sun's disc. Between them by night, or by the city's own switching profile, a lamp that is out is dark.

Source: NOAA Global Monitoring Laboratory, Solar Calculation Details (after Meeus, Astronomical Algorithms, 2nd ed.
1998), https://gml.noaa.gov/grad/solcalc/calcdetails.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, Int32Array, Int64Array
from twin.world.city import City
from twin.world.graph import graph_of
from twin.world.plan import DarkHours, Plan

#: Altitude of the sun's centre at sunrise and sunset [degrees].
HORIZON_DEG = -0.833
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def declination_and_equation(moment: datetime) -> tuple[float, float]:
    """Give the sun's declination [degrees] and the equation of time [minutes] at a moment with an offset.

    Examples
    --------
    >>> declination, equation = declination_and_equation(datetime(2026, 6, 21, 12, tzinfo=UTC))
    >>> round(declination, 2), round(equation, 1)
    (23.44, -1.9)
    """
    century = (moment - _J2000).total_seconds() / 86400 / 36525
    mean_longitude = (280.46646 + century * (36000.76983 + century * 0.0003032)) % 360
    anomaly = np.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (np.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
              + np.sin(2 * anomaly) * (0.019993 - 0.000101 * century) + np.sin(3 * anomaly) * 0.000289)
    node = np.radians(125.04 - 1934.136 * century)
    longitude = np.radians(mean_longitude + centre - 0.00569 - 0.00478 * np.sin(node))
    seconds = 21.448 - century * (46.8150 + century * (0.00059 - century * 0.001813))
    obliquity = np.radians(23 + (26 + seconds / 60) / 60 + 0.00256 * np.cos(node))
    declination = np.degrees(np.arcsin(np.sin(obliquity) * np.sin(longitude)))
    y = np.tan(obliquity / 2) ** 2
    twice = np.radians(2 * mean_longitude)
    equation = 4 * np.degrees(
        y * np.sin(twice) - 2 * eccentricity * np.sin(anomaly)
        + 4 * eccentricity * y * np.sin(anomaly) * np.cos(twice)
        - 0.5 * y * y * np.sin(2 * twice) - 1.25 * eccentricity**2 * np.sin(2 * anomaly))
    return float(declination), float(equation)


def sunrise_sunset(day: date, latitude: float, longitude: float) -> tuple[datetime, datetime] | bool:
    """Give sunrise and sunset around a day's solar noon; ``True`` where the sun does not set, ``False`` not rise.

    Parameters
    ----------
    day
        Day of the solar noon, at the place's own longitude.
    latitude, longitude
        Place [degrees], north and east positive.
    """
    noon = datetime.combine(day, time(12), UTC) - timedelta(minutes=4 * longitude)
    noon -= timedelta(minutes=declination_and_equation(noon)[1])
    half = _half_day(noon, latitude)
    if isinstance(half, bool):
        return half
    edges = []
    for sign in (-1, 1):
        moment = noon + sign * half
        # The sun moves on while it sinks: look again with the values of that moment.
        for _ in range(3):
            declination, equation = declination_and_equation(moment)
            again = _half_day(moment, latitude, declination)
            if isinstance(again, bool):
                break
            moment = (datetime.combine(day, time(12), UTC) - timedelta(minutes=4 * longitude + equation)
                      + sign * again)
        edges.append(moment)
    return edges[0], edges[1]


def _half_day(moment: datetime, latitude: float, declination: float | None = None) -> timedelta | bool:
    """Give half the length of the day; ``True`` for a day without sunset, ``False`` without sunrise."""
    if declination is None:
        declination = declination_and_equation(moment)[0]
    # At a pole the hour angle has no meaning; a hair beside it gives the pole's answer.
    phi, delta = np.radians(np.clip(latitude, -89.9999, 89.9999)), np.radians(declination)
    cosine = ((np.sin(np.radians(HORIZON_DEG)) - np.sin(phi) * np.sin(delta)) / (np.cos(phi) * np.cos(delta)))
    if cosine <= -1:
        return True
    if cosine >= 1:
        return False
    return timedelta(minutes=4 * float(np.degrees(np.arccos(cosine))))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Darkness:
    """The periods in which darkness counts, for each asset: most follow the same."""

    #: Periods of each group, (N, 2): from and to [s from the start]; the first is that of whatever has no other.
    groups: tuple[Int64Array, ...]
    #: Group of each asset, (A,).
    group: Int32Array

    def seconds(self, asset: Int32Array, start_s: Int64Array, end_s: Int64Array) -> Int64Array:
        """Give the dark seconds of intervals [start, end) of assets, (N,)."""
        if len(self.groups) == 1:
            return dark_seconds(self.groups[0], start_s, end_s)
        found = np.zeros(len(asset), np.int64)
        for group, periods in enumerate(self.groups):
            rows = self.group[asset] == group
            found[rows] = dark_seconds(periods, start_s[rows], end_s[rows])
        return found

    def is_dark(self, asset: Int32Array, at_s: int) -> BoolArray:
        """Tell for which assets darkness counts at a moment, (N,)."""
        by_group = np.array([bool(is_dark(periods, np.array([at_s]))[0]) for periods in self.groups])
        return np.asarray(by_group[self.group[asset]])


def darkness_of(plan: Plan, city: City) -> Darkness:
    """Give the periods of a plan in which darkness counts at each asset of its city.

    They are followed one second beyond the horizon, whose own moment may be asked for. An asset follows the windows of
    the cabinet that feeds it, where the plan has some, else those of its district, else the plan's.
    """
    group = np.zeros(len(city.assets), np.int32)
    dark = plan.dark
    rules = [dark]
    district = city.assets.district
    for name, windows in dark.districts:
        rules.append(DarkHours(by="profile", windows=windows))
        if name in district.words:
            group[district.codes == district.words.index(name)] = len(rules) - 1
    for name, windows in dark.cabinets:
        rules.append(DarkHours(by="profile", windows=windows))
        row = city.assets.row(name)
        is_it = np.zeros(len(group), np.bool_)
        is_it[row] = True
        group[graph_of(city).nearest_above(is_it) == row] = len(rules) - 1
    return Darkness(groups=tuple(_periods(plan, city, rule) for rule in rules), group=group)


def _periods(plan: Plan, city: City, dark: DarkHours) -> Int64Array:
    return dark_periods(plan.start, plan.duration_s + 1, dark, latitude=city.latitude, longitude=city.longitude,
                        timezone=city.timezone)


def dark_periods(start: datetime, duration_s: int, dark: DarkHours, *, latitude: float, longitude: float,
                 timezone: str) -> Int64Array:
    """Give the periods in which darkness counts, (N, 2): from and to [s from ``start`` within the horizon].

    Raises
    ------
    InputError
        A switching profile without times "HH:MM", or a rule that is neither ``sun`` nor ``profile``.

    Examples
    --------
    >>> night = dark_periods(datetime(2026, 11, 22, 15, tzinfo=UTC), 86400, DarkHours(), latitude=47.3,
    ...                      longitude=5.0, timezone="Europe/Paris")
    >>> [round(edge / 3600, 1) for edge in night[0]]
    [0.9, 15.9]
    """
    days = [start.date() + timedelta(days=offset) for offset in range(-2, duration_s // 86400 + 4)]
    if dark.by == "sun":
        nights = _nights(days, latitude, longitude)
    elif dark.by == "profile":
        zone = ZoneInfo(timezone)
        nights = [night for window in dark.every for night in _lit(window, days, latitude, longitude, zone)]
    else:
        raise InputError(field="dark.by", found=f"'{dark.by}'", expected="sun or profile")
    edges = np.array([[(edge.astimezone(UTC) - start.astimezone(UTC)).total_seconds() for edge in night]
                      for night in nights]).reshape(-1, 2)
    edges = np.clip(np.rint(edges), 0, duration_s).astype(np.int64)
    edges = edges[edges[:, 1] > edges[:, 0]]
    edges = edges[np.argsort(edges[:, 0], kind="stable")]
    # Nights of a polar winter join; so do the periods of a profile that never switches off.
    keep = np.ones(len(edges), bool)
    for i in range(1, len(edges)):
        if edges[i, 0] <= edges[i - 1, 1]:
            edges[i, 0] = edges[i - 1, 0]
            edges[i, 1] = max(edges[i, 1], edges[i - 1, 1])
            keep[i - 1] = False
    return np.asarray(edges[keep], np.int64)


def _nights(days: list[date], latitude: float, longitude: float) -> list[tuple[datetime, datetime]]:
    """Give the dark from each solar noon to the next."""
    nights = []
    for day, following in pairwise(days):
        today, tomorrow = (sunrise_sunset(d, latitude, longitude) for d in (day, following))
        noons = [datetime.combine(d, time(12), UTC) - timedelta(minutes=4 * longitude) for d in (day, following)]
        middle = noons[0] + (noons[1] - noons[0]) / 2
        dusk = today[1] if not isinstance(today, bool) else middle if today else noons[0]
        dawn = tomorrow[0] if not isinstance(tomorrow, bool) else middle if tomorrow else noons[1]
        if dusk < dawn:
            nights.append((dusk, dawn))
    return nights


def _lit(window: tuple[str, str], days: list[date], latitude: float, longitude: float, zone: ZoneInfo
         ) -> list[tuple[datetime, datetime]]:
    """Give when the lamps of a window are on: from each switching on to the next switching off after it."""
    on, off = (_edges(text, days, latitude, longitude, zone) for text in window)
    lit = []
    for begin in on:
        end = next((moment for moment in off if moment > begin), None)
        if end is not None and end - begin < timedelta(days=1):
            lit.append((begin, end))
    return lit


def _edges(text: str, days: list[date], latitude: float, longitude: float, zone: ZoneInfo) -> list[datetime]:
    """Give the moments of a switching time, in order."""
    if text in ("sunset", "sunrise"):
        suns = [sunrise_sunset(day, latitude, longitude) for day in days]
        return [sun[text == "sunset"] for sun in suns if not isinstance(sun, bool)]
    clock = _clock(text)
    return sorted(datetime.combine(day, clock, zone).astimezone(UTC) for day in days)


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise InputError(field="dark", found=f"'{text}'", expected="a switching time HH:MM, sunset or sunrise",
                         remedy="A switching profile needs `on` and `off`.") from None


def dark_seconds(periods: Int64Array, start_s: Int64Array, end_s: Int64Array) -> Int64Array:
    """Give the seconds of each interval [start, end) that lie in dark periods, (N,).

    Examples
    --------
    >>> dark_seconds(np.array([[100, 200], [300, 400]]), np.array([0, 150]), np.array([350, 160])).tolist()
    [150, 10]
    """
    if not len(periods):
        return np.zeros(len(start_s), np.int64)
    edges = periods.ravel()
    lengths = np.where(np.arange(len(edges)) % 2, np.diff(edges, prepend=edges[0]), 0)
    so_far: FloatArray = np.cumsum(lengths).astype(np.float64)

    def until(at_s: Int64Array) -> Int64Array:
        return np.rint(np.interp(at_s, edges, so_far)).astype(np.int64)

    return until(end_s) - until(start_s)


def is_dark(periods: Int64Array, at_s: Int64Array) -> BoolArray:
    """Tell which moments lie in dark periods, (N,)."""
    return np.asarray(np.searchsorted(periods.ravel(), at_s, side="right") % 2 == 1)
