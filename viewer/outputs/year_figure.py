"""The curve of a year drawn: a figure over the probability that it is passed, and the sum below it in its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from markupsafe import escape

from geodata.atomic import write_whole
from twin.ensemble.yearly import YearFigure
from twin.explaining.words import speech
from twin.explaining.yearly import CurveWords, curve_words

#: Size, and the frame of the curve, in units of the drawing.
_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 96, 690, 56, 350
#: Lines across the frame.
_STEPS = 4
_STYLE = ("text{font:13px Arial,Helvetica,'Liberation Sans','Noto Sans',sans-serif;fill:#111}.soft{fill:#444}"
          ".head{font-weight:700;font-size:15px}.grid{stroke:#ccc;stroke-width:1}.axis{stroke:#111;stroke-width:1.4}"
          ".line{fill:none;stroke:#111;stroke-width:2.2}.other{stroke-dasharray:7 4}.bar{stroke:#111;stroke-width:1.2}"
          ".edge{fill:none;stroke:#111;stroke-width:.8}")
#: Patterns of the three parts: below the nights, between them, beyond them.
_PATTERNS = ('<pattern id="below" width="7" height="7" patternUnits="userSpaceOnUse"><rect width="7" height="7" '
             'fill="#fff"/><circle cx="3" cy="3" r="1.1" fill="#777"/></pattern><pattern id="beyond" width="6" '
             'height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/><path d="M0 6L6 0" '
             'stroke="#777"/></pattern>')


def write_figure(found: Mapping[str, YearFigure], years: Sequence[float], harmless_years: float | None, currency: str,
                 out: Path, *, lang: str) -> None:
    """Write the curve of the damage, or of lamp-hours where nothing has a value, as an SVG in black on white.

    Parameters
    ----------
    found, years
        The figures, and the return periods.
    harmless_years
        Return period of what does no harm; None: not known.
    currency
        Money of the damage; empty without any.
    out
        SVG file to write.
    lang
        ``fr`` or ``en``.

    Raises
    ------
    InputError
        A place that cannot be written.
    """
    write_whole(out, year_svg(found["damage" if currency else "lamp_hours_dark"], years, harmless_years, currency, lang)
                , opens="<svg", sort="a figure")


def year_svg(figure: YearFigure, years: Sequence[float], harmless_years: float | None, currency: str, lang: str) -> str:
    """Give the curve of one figure as SVG."""
    words = curve_words(figure, currency, lang)
    means = [point.mean for point in figure.nights]
    with_measure = [mean + change.value for mean, change in zip(means, figure.changes, strict=True)] \
        if figure.changes else []
    passed = [1 / t for t in years]
    farthest = max(passed[0], 1 / harmless_years if harmless_years else 0.0)
    highest = _round_up(max([*means, *with_measure, *(point.high for point in figure.nights), 1e-9]))

    def x(p: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * p / farthest

    def y(value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * max(value, 0.0) / highest

    def curve(values: Sequence[float]) -> list[tuple[float, float]]:
        ends = [(x(1 / harmless_years), y(0))] if harmless_years else []
        points = [(x(p), y(v)) for p, v in zip(passed, values, strict=True)]
        return [*ends, *points, (x(0), y(values[-1]))]

    line = curve(means)
    beyond, between = line[-2:], line[-1 - len(years):-1]
    below = line[:2] if harmless_years else []
    parts = [_area(points, fill) for points, fill in ((below, "url(#below)"), (between, "#ddd"),
                                                      (beyond, "url(#beyond)")) if len(points) > 1]
    parts += [f'<path class="line" d="{_path(line)}"/>']
    parts += [f'<path class="bar" d="M{x(p):.1f} {y(point.low):.1f}V{y(point.high):.1f}"/>'
              f'<circle cx="{x(p):.1f}" cy="{y(point.mean):.1f}" r="3.6"/>'
              for p, point in zip(passed, figure.nights, strict=True)]
    if with_measure:
        parts.append(f'<path class="line other" d="{_path(curve(with_measure))}"/>')
    legend = _legend(words, has_below=bool(below), has_between=len(years) > 1, has_measure=bool(with_measure))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" lang="{lang}" '
            f'aria-label="{escape(words.title)}"><style>{_STYLE}</style><defs>{_PATTERNS}</defs>'
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
            f'<text class="head" x="{_LEFT}" y="24">{escape(words.title)}</text>'
            f'{_grid(highest, words.unit, lang)}{"".join(parts)}'
            f'{_periods(years, harmless_years, x, words.axis, lang)}'
            f'{legend}</svg>\n')


def _grid(highest: float, unit: str, lang: str) -> str:
    words, parts = speech(lang), []
    for k in range(_STEPS + 1):
        at = _BOTTOM - (_BOTTOM - _TOP) * k / _STEPS
        said = words.number(highest * k / _STEPS, 0 if highest >= 10 else 2)
        parts.append(f'<path class="{"grid" if k else "axis"}" d="M{_LEFT} {at:.1f}H{_RIGHT}"/><text x="{_LEFT - 8}" '
                     f'y="{at + 4:.1f}" text-anchor="end">{escape(said)}</text>')
    return "".join(parts) + f'<text class="soft" x="{_LEFT}" y="44">{escape(unit)}</text>'


def _periods(years: Sequence[float], harmless_years: float | None, x: Callable[[float], float], meaning: str, lang: str
             ) -> str:
    words, parts, taken = speech(lang), [], float("inf")
    for t in sorted({*years, *([harmless_years] if harmless_years else [])}):
        at = x(1 / t)
        row = 0 if taken - at > 46 else 14
        taken = at if not row else taken
        said = words.number(t, 0 if t == int(t) else 1)
        parts.append(f'<path class="axis" d="M{at:.1f} {_BOTTOM}v5"/><text x="{at:.1f}" y="{_BOTTOM + 18 + row}" '
                     f'text-anchor="middle">{escape(said)}</text>')
    return "".join(parts) + f'<text class="soft" x="{_LEFT}" y="{_BOTTOM + 46}">{escape(meaning)}</text>'


def _legend(words: CurveWords, *, has_below: bool, has_between: bool, has_measure: bool) -> str:
    at, parts = _LEFT, []
    told = [("url(#beyond)", words.beyond), *([("#ddd", words.between)] if has_between else []),
            *([("url(#below)", words.below)] if has_below else [])]
    for fill, said in told:
        parts.append(f'<rect x="{at}" y="{_BOTTOM + 56}" width="14" height="11" fill="{fill}" stroke="#111" '
                     f'stroke-width=".6"/><text x="{at + 20}" y="{_BOTTOM + 66}">{escape(said)}</text>')
        at += 42 + 7 * len(said)
    if has_measure:
        parts.append(f'<path class="line other" d="M{at} {_BOTTOM + 62}h26"/><text x="{at + 32}" y="{_BOTTOM + 66}">'
                     f'{escape(words.measure)}</text>')
    return "".join(parts)


def _area(points: Sequence[tuple[float, float]], fill: str) -> str:
    return (f'<path class="edge" fill="{fill}" style="fill:{fill}" d="M{points[0][0]:.1f} {_BOTTOM}L'
            + "L".join(f"{a:.1f} {b:.1f}" for a, b in points) + f'V{_BOTTOM}z"/>')


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)


def _round_up(value: float) -> float:
    """Give the next number of one digit, or of 15, 25: what an axis ends with."""
    power = 10.0 ** len(str(int(value))) / 10 if value >= 1 else 1.0
    return float(next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value))
