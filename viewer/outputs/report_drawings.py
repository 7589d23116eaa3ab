"""The two drawings of a point of the situation, as SVG in black on white: the river over time, and the map."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from markupsafe import Markup, escape

from twin.explaining.words import speech
from twin.results.situation import River, Situation
from twin.world.kinds import Role

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Frame of the river's graph and of the map, in points as they are printed: their letters are as large as the page's.
_RIVER = (181, 76)
_MAP = (158, 96)
#: Lines of water's hatching across the map.
_HATCHES = 40


def river_svg(told: Situation, river: River, lang: str) -> Markup:
    """Draw a gauge over time: computed as a line, dashed ahead; readings as dots; now as a bar."""
    words, (width, height) = speech(lang), _RIVER
    left, right, top, bottom = 4.0, width - 4.0, 15.0, height - 13.0
    values = [*river.level_m.tolist(), *(read for _, read, _, _ in river.readings)]
    low, high = min(values), max(values)
    end_s = int(river.time_s[-1])

    def x(at_s: float) -> float:
        return left + (right - left) * at_s / max(end_s, 1)

    def y(level_m: float) -> float:
        return float(bottom - (bottom - top) * (level_m - low) / max(high - low, 0.01))

    def path(rows: Any) -> str:
        return "M" + "L".join(f"{x(t):.1f} {y(v):.1f}" for t, v in zip(river.time_s[rows].tolist(),
                                                                        river.level_m[rows].tolist(), strict=True))

    parts = [f'<path d="M{left} {bottom}H{right}" class="axis"/>', *_hours(told, x, bottom, words)]
    past, ahead = river.time_s <= told.t_s, river.time_s >= told.t_s
    if past.sum() > 1:
        parts.append(f'<path d="{path(past)}" class="past"/>')
    if ahead.sum() > 1:
        parts.append(f'<path d="{path(ahead)}" class="ahead"/>')
    at = x(told.t_s)
    parts.append(f'<path d="M{at:.1f} {top - 4}V{bottom}" class="now"/>')
    highest = int(np.argmax(river.level_m))
    peak_s = int(river.time_s[highest])
    if abs(at - x(peak_s)) > 36:
        parts.append(f'<text x="{min(max(at, left + 16), right - 16):.1f}" y="{top - 6:.1f}" text-anchor="middle">'
                     f'{escape(words.clock(_moment(told)))}</text>')
    peak_x = min(max(x(peak_s), left + 34), right - 34)
    parts.append(f'<text x="{peak_x:.1f}" y="{top - 5:.1f}" text-anchor="middle" class="bold">'
                 f'{escape(words.depth(float(river.level_m[highest])))}</text>')
    for at_s, read_m, _, _ in river.readings:
        parts.append(f'<circle cx="{x(at_s):.1f}" cy="{y(read_m):.1f}" r="2.6"/>')
    return _svg(_RIVER, parts)


def _moment(told: Situation) -> datetime:
    zone = ZoneInfo(told.result.city.timezone)
    return (told.result.plan.start + timedelta(seconds=told.t_s)).astimezone(zone)


def _hours(told: Situation, x: Any, bottom: float, words: Any) -> Iterator[str]:
    plan, zone = told.result.plan, ZoneInfo(told.result.city.timezone)
    step = next((hours * 3600 for hours in (3, 6, 12) if plan.duration_s <= 6 * hours * 3600), 86_400)
    first = plan.start.astimezone(zone)
    offset_s = -(first.hour * 3600 + first.minute * 60 + first.second) % step
    for at_s in range(offset_s, plan.duration_s + 1, step):
        hour = (plan.start + timedelta(seconds=at_s)).astimezone(zone).hour
        label = f"{hour}\u00a0h" if words.lang == "fr" else f"{hour:02d}:00"
        yield (f'<path d="M{x(at_s):.1f} {bottom}v3" class="axis"/><text x="{x(at_s):.1f}" y="{bottom + 11:.1f}" '
               f'text-anchor="middle">{escape(label)}</text>')


def map_svg(run: Run, told: Situation, numbered: list[int]) -> Markup:
    """Draw streets, the water computed now, lamps out now and within the hour, and sites by their number.

    Parameters
    ----------
    run
        The run, with its layers and the picture of its water.
    told
        The situation.
    numbered
        Rows of the sites, in the order of their numbers on the page.
    """
    assets = run.result.city.assets
    frame = _frame(told)
    west, north, scale = frame[0], frame[3], _MAP[0] / max(frame[2] - frame[0], 1e-9)

    def at(row: int) -> tuple[float, float]:
        return (float(assets.x_m[row]) - west) * scale, (north - float(assets.y_m[row])) * scale

    parts = [*_streets(run, frame, scale), *_water(run, told, frame, scale)]
    lamps = told.result.view.is_lamp & ~np.isnan(assets.x_m)
    dots = {"out": np.flatnonzero(lamps & told.moment.is_out), "soon": np.flatnonzero(lamps & told.is_soon_out)}
    for name, rows in dots.items():
        inside = [at(row) for row in rows.tolist()]
        d = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in inside if 0 <= x <= _MAP[0] and 0 <= y <= _MAP[1])
        if d:
            parts.append(f'<path d="{d}" class="{name}"/>' + (f'<path d="{d}" class="soon-in"/>' if name == "soon"
                                                              else ""))
    for number, row in enumerate(numbered, start=1):
        if np.isnan(assets.x_m[row]):
            continue
        x, y = at(row)
        x, y = min(max(x, 6), _MAP[0] - 6), min(max(y, 6), _MAP[1] - 6)
        parts.append(f'<rect x="{x - 5.5:.1f}" y="{y - 5.5:.1f}" width="11" height="11" class="site"/>'
                     f'<text x="{x:.1f}" y="{y + 3.2:.1f}" text-anchor="middle" class="bold">{number}</text>')
    return _svg(_MAP, parts)


def _frame(told: Situation) -> tuple[float, float, float, float]:
    """Give west, south, east, north of the map: round what is concerned, in the drawing's proportions."""
    assets = told.result.city.assets
    placed = ~np.isnan(assets.x_m)
    concerned = placed & (told.moment.is_out | told.is_soon_out | assets.of_role(Role.VITAL))
    rows = np.flatnonzero(concerned if concerned.any() else placed)
    if not len(rows):
        return 0.0, 0.0, 1.0, _MAP[1] / _MAP[0]
    x, y = assets.x_m[rows], assets.y_m[rows]
    west, east, south, north = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    pad = 0.05 * max(east - west, north - south, 200.0)
    width, height = east - west + 2 * pad, north - south + 2 * pad
    ratio = _MAP[1] / _MAP[0]
    width, height = max(width, height / ratio), max(height, width * ratio)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2


def _streets(run: Run, frame: tuple[float, float, float, float], scale: float) -> Iterator[str]:
    layer = run.city_file.context.get("street")
    if layer is None:
        return
    box = shapely.box(*frame)
    for shape in layer.geometry:
        if shape is None or shape.is_empty or not shape.intersects(box):
            continue
        cut = shape.intersection(box).simplify(2.0 / scale * 0.5)
        for line in shapely.get_parts(cut):
            if line.geom_type == "LineString":
                points = shapely.get_coordinates(line)
                d = "M" + "L".join(f"{(x - frame[0]) * scale:.1f} {(frame[3] - y) * scale:.1f}" for x, y in points)
                yield f'<path d="{d}" class="street"/>'


def _water(run: Run, told: Situation, frame: tuple[float, float, float, float], scale: float) -> Iterator[str]:
    """Hatch the cells that stand in water now, as the picture of the run keeps them: from first to last wet frame."""
    if run.water is None or run.water_grid is None or not len(run.water_times_s):
        return
    times = np.asarray(run.water_times_s)
    step = max(int(np.searchsorted(times, told.t_s, side="right")) - 1, 0)
    grid = run.water_grid
    a, _, c, _, e, f = grid.transform
    wet = (run.water.first[0] >= 0) & (run.water.first[0] <= step) & (run.water.last[0] >= step)
    lines = []
    for k in range(_HATCHES):
        y_m = frame[3] - (k + 0.5) / _HATCHES * (frame[3] - frame[1])
        row = int((y_m - f) / e)
        if not 0 <= row < grid.rows:
            continue
        edges = np.diff(np.concatenate([[0], wet[row].astype(np.int8), [0]]))
        for first, last in zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True):
            x0, x1 = (c + a * first - frame[0]) * scale, (c + a * last - frame[0]) * scale
            if x1 > 0 and x0 < _MAP[0] and x1 - x0 > 0.6:
                y = (frame[3] - y_m) * scale
                lines.append(f"M{max(x0, 0):.1f} {y:.1f}H{min(x1, _MAP[0]):.1f}")
    if lines:
        yield f'<path d="{"".join(lines)}" class="water"/>'


def _svg(size: tuple[int, int], parts: list[str]) -> Markup:
    return Markup(f'<svg viewBox="0 0 {size[0]} {size[1]}" aria-hidden="true" focusable="false">'
                  f'{"".join(parts)}</svg>')
