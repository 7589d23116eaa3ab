"""What decides, as a map and a point of the situation show it: a strip for each quantity, and the plain sentence.

On a strip a dot stands at the share of what is not known that hangs on the quantity, alone or with others (its
total-order index), and a bar reaches as far as that share is sure. Shares are told in words, never as a percentage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from twin.explaining.drivers import SharedRow, driver_lines, shared_rows
from twin.explaining.nights import FIGURES
from twin.world.kinds import LANGUAGES

if TYPE_CHECKING:
    from geodata.ensemble.driven import Driven
    from twin.world.city import City

#: Width and height of a strip, and what its dot needs at either end, in units of the drawing.
_WIDE, _HIGH, _EDGE = 120, 12, 5
#: Quantities of the strips of a point of the situation, and the height of each there.
_ROWS, _ROW_HIGH = 4, 11
#: What a point of the situation tells first, where it was asked for.
_FIRST = "lamp_hours_dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One quantity: its words, and its strip as SVG."""

    name: str
    part: str
    between: str
    svg: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What drives one answer, in one language."""

    sentence: str
    strips: tuple[Strip, ...]
    more: tuple[str, ...]


def told_of(city: City, driven: Sequence[Driven]) -> list[dict[str, Told]]:
    """Give what drives each answer, by language: figures of the city first, then single assets."""
    ordered = sorted(driven, key=lambda one: (one.of not in FIGURES, one.of))
    return [{lang: _told(city, one, lang) for lang in LANGUAGES} for one in ordered]


def _told(city: City, one: Driven, lang: str) -> Told:
    sentence, *more = driver_lines(city, one.drivers, one.of, one.n, lang, one.floods)
    strips = tuple(Strip(name=row.name, part=row.part, between=row.between, svg=_drawing(row))
                   for row in shared_rows(one.drivers, lang))
    return Told(sentence=sentence, strips=strips, more=tuple(more))


def _drawing(row: SharedRow) -> Markup:
    marks = _marks(row, 0, _WIDE, _HIGH / 2)
    return Markup(f'<svg class="strip" viewBox="0 0 {_WIDE} {_HIGH}" aria-hidden="true">{marks}</svg>')


def report_strip(city: City, driven: Sequence[Driven], lang: str) -> tuple[str, Markup] | None:
    """Give the plain sentence of one answer and its strips as one drawing in black on white; None where none is kept.

    Lamp-hours stand before whatever else was asked for.
    """
    if not driven:
        return None
    one = next((found for found in driven if found.of == _FIRST), driven[0])
    rows = shared_rows(one.drivers, lang)[:_ROWS]
    parts = [f'<text x="0" y="{k * _ROW_HIGH + 8}">{escape(row.name)}</text>'
             f'<g class="strip">{_marks(row, 172, 300, k * _ROW_HIGH + 5.5)}</g>' for k, row in enumerate(rows)]
    return driver_lines(city, one.drivers, one.of, one.n, lang)[0], Markup(
        f'<svg viewBox="0 0 300 {len(rows) * _ROW_HIGH}" aria-hidden="true">{"".join(parts)}</svg>')


def _marks(row: SharedRow, left: float, right: float, middle: float) -> str:
    """Draw one strip: from nothing to all, with its bar and its dot."""
    def x(share: float) -> float:
        return left + _EDGE + (right - left - 2 * _EDGE) * min(max(share, 0.0), 1.0)

    ends = "".join(f'<path class="end" d="M{x(share):.1f} {middle - 3:g}v6"/>' for share in (0, 0.5, 1))
    return (f'<path class="axis" d="M{x(0):.1f} {middle:g}H{x(1):.1f}"/>{ends}'
            f'<path class="range" d="M{x(row.low):.1f} {middle:g}H{x(row.high):.1f}"/>'
            f'<circle cx="{x(row.total):.1f}" cy="{middle:g}" r="4"/>')
