"""The picture of one zone over a season: depletion, its limit, rain, watering, what locked it. SVG, no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from babel.dates import format_date
from markupsafe import Markup, escape

from twin.irrigation.season import Balance, Watering
from twin.kernels.soil import tables
from twin.quantities import BoolArray, FloatArray

#: Size of the figure and of its margins [px].
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 224, 44, 8, 8, 36
#: Height of the strips of locked and of forbidden days, under the foot [px].
_STRIP = 6.0
#: Sorts of marks, in the order of the legend.
SORTS = ("depletion", "allowed", "stress", "rain", "given", "flood", "lock", "order")


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where days and depths stand in the figure."""

    days: int
    total_mm: float

    def x(self, d: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * d / self.days

    def y(self, mm: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * min(mm / self.total_mm, 1.0)


def figure(balance: Balance, z: int, d: int, *, lang: str, title: str, described: str, full: str, empty: str) -> Markup:
    """Give the figure of a zone; full ground is at its top, dry ground at its foot.

    Parameters
    ----------
    balance, z, d
        The season, the zone, and the day that is told: a line at its evening.
    lang
        Of the names of months.
    title, described
        What it shows, for those who hear it.
    full, empty
        Words of both ends of the scale.
    """
    season, c = balance.season, balance.columns
    frame = _Frame(season.calendar.days, season.zones[z].total_mm)
    stressed = c.stress[z] < 1.0 - 1e-9
    foot, morning = HEIGHT - BOTTOM, float(season.state.depletion_mm[z])
    parts = [
        *_bands(frame, "flood", np.asarray(c.flags[z] & tables.WET, bool)), *_bands(frame, "stress", stressed),
        *_grid(frame, balance, lang, full, empty), *_bars(frame, "rain", season.rain_of(z), 0.0, 0.45),
        *_bars(frame, "given", c.gross_mm[z], 0.5, 0.45),
        _line(frame, "allowed", np.append(c.allowed_mm[z, :1], c.allowed_mm[z])),
        _line(frame, "depletion", np.append(morning, c.depletion_mm[z])),
        Markup('<path class="day" d="M{:.1f} {}V{}"/>').format(frame.x(d + 1), TOP, foot),
        *_bands(frame, "lock", _locked(balance, z), foot + 1, _STRIP),
        *_bands(frame, "order", np.asarray(c.action[z] == Watering.REFUSED), foot + _STRIP + 2, _STRIP)]
    name = f"f{z}"
    return Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-labelledby="{n}t {n}d">'
        '<title id="{n}t">{t}</title><desc id="{n}d">{d}</desc>{parts}</svg>').format(
            w=WIDTH, h=HEIGHT, n=name, t=title, d=described, parts=Markup("").join(parts))


def mark(sort: str) -> Markup:
    """Give the small mark of one sort, for the legend."""
    height, y = (6, 3) if sort in ("lock", "order") else (12, 0)
    inner = Markup('<path class="{}" d="M0 6H24"/>').format(sort) if sort in ("depletion", "allowed") else \
        Markup('<rect class="{}" width="24" height="{}" y="{}"/>').format(sort, height, y)
    return Markup('<svg width="24" height="12" viewBox="0 0 24 12" aria-hidden="true">{}</svg>').format(inner)


def _locked(balance: Balance, z: int) -> BoolArray:
    """Tell on which days a zone is locked at midnight, or its watering was."""
    midnights = balance.season.calendar.start_s
    locked = np.asarray(balance.columns.action[z] == Watering.LOCKED)
    for lock in balance.season.locks.of_zone(z):
        end_s = midnights[-1] + 1 if lock.end_s < 0 else lock.end_s
        locked |= (midnights[1:] > lock.start_s) & (midnights[1:] <= end_s)
    return locked


def _bands(frame: _Frame, sort: str, days: BoolArray, y: float = TOP, height: float = HEIGHT - TOP - BOTTOM
           ) -> Iterator[Markup]:
    """Give a band for each run of days that are marked."""
    d = 0
    for is_marked, run in groupby(days.tolist()):
        n = len(list(run))
        if is_marked:
            yield Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                sort, frame.x(d), y, frame.x(d + n) - frame.x(d), height)
        d += n


def _bars(frame: _Frame, sort: str, mm: FloatArray, shift: float, width: float) -> Iterator[Markup]:
    """Give a bar that hangs from the top for each day with water."""
    for d in np.flatnonzero(mm > 0.05).tolist():
        yield Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{:.1f}"/>').format(
            sort, frame.x(d + shift), TOP, max(frame.x(width) - frame.x(0), 1.0), frame.y(float(mm[d])) - TOP)


def _line(frame: _Frame, sort: str, mm: FloatArray) -> Markup:
    """Give the line of midnights, (D + 1,)."""
    points = "L".join(f"{frame.x(d):.1f} {frame.y(float(value)):.1f}" for d, value in enumerate(mm))
    return Markup('<path class="{}" d="M{}"/>').format(sort, points)


def _grid(frame: _Frame, balance: Balance, lang: str, full: str, empty: str) -> Iterator[Markup]:
    yield _text(LEFT - 4, TOP + 9, full, "end")
    yield _text(LEFT - 4, HEIGHT - BOTTOM, empty, "end")
    for mm in _steps(frame.total_mm):
        yield Markup('<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/>').format(float(LEFT), frame.y(mm),
                                                                           float(WIDTH - RIGHT))
        yield _text(LEFT - 4, frame.y(mm) + 4, f"{mm:g}", "end")
    calendar = balance.season.calendar
    every = 7 if calendar.days <= 62 else 0
    for d in range(calendar.days):
        day = calendar.day(d)
        if (every and d % every == 0) or (not every and day.day == 1):
            yield Markup('<path class="grid" d="M{:.1f} {}V{}"/>').format(frame.x(d), TOP, HEIGHT - BOTTOM)
            said = str(format_date(day, "d MMM", locale=lang))
            first = lang == "fr" and day.day == 1
            yield _text(frame.x(d) + 2, HEIGHT - 7, said.replace("1", "1er", 1) if first else said, "start")


def _steps(total_mm: float) -> Sequence[float]:
    step = next(s for s in (5.0, 10.0, 20.0, 50.0, 100.0, 500.0, 1e9) if total_mm / s < 6)
    return np.arange(step, total_mm - step / 3, step).tolist()


def _text(x: float, y: float, said: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, escape(said))
