"""What else the public is told of: junctions whose signals are out, and how many houses lose electricity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.quantities import NONE
from twin.texts import clean
from viewer.public.quarters import OPEN, Quarters

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: A street this near a signal meets at its junction [m].
_MEETS_M = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """A junction whose traffic signals go out, or may."""

    #: Streets that meet there; empty where none is known or may be named.
    streets: tuple[str, ...]
    #: Number that people read on the signal, where no street is known; empty where it may not be told.
    number: str
    #: When the first of its signals goes out [s], to the quarter of an hour.
    from_s: int
    #: True where they may go out, and at no time surely do.
    is_doubtful: bool


def junctions_of(run: Run, quarters: Quarters, *, by_street: bool, by_number: bool) -> tuple[int, tuple[Junction, ...]]:
    """Give how many traffic signals the city has, and the junctions at which they go out."""
    assets, spans = run.result.city.assets, run.result.spans
    if "traffic_signal" not in assets.kinds.names:
        return 0, ()
    signal = assets.of_kind("traffic_signal")
    mine = np.flatnonzero(signal[spans.asset])
    names = _streets_at(run, np.unique(spans.asset[mine])) if by_street else {}
    found: dict[tuple[tuple[str, ...], str], list[tuple[int, bool]]] = {}
    for i in mine.tolist():
        row = int(spans.asset[i])
        streets = names.get(row, ())
        number = clean(assets.id[row]) if by_number and not streets else ""
        found.setdefault((streets, number), []).append((quarters.down(int(spans.start_s[i])),
                                                        not spans.is_sure[i]))
    return int(signal.sum()), tuple(
        Junction(streets=streets, number=number, is_doubtful=all(doubt for _, doubt in whens),
                 from_s=min(start for start, doubt in whens if not doubt or all(d for _, d in whens)))
        for (streets, number), whens in sorted(found.items()))


def _streets_at(run: Run, rows: Any) -> dict[int, tuple[str, ...]]:
    """Give the streets that meet at each signal, the two nearest; where none is drawn there, its own."""
    assets, layer = run.result.city.assets, run.city_file.context.get("street")
    drawn = [] if layer is None else [(shape, clean(name)) for shape, name in zip(
        layer.geometry, layer.name, strict=True) if shape is not None and clean(name)]
    tree = shapely.STRtree([shape for shape, _ in drawn]) if drawn else None
    named = {}
    for row in rows.tolist():
        near: dict[str, float] = {}
        if tree is not None and np.isfinite(assets.x_m[row]):
            point = shapely.Point(assets.x_m[row], assets.y_m[row])
            for k in tree.query(point, predicate="dwithin", distance=_MEETS_M).tolist():
                shape, name = drawn[k]
                near[name] = min(near.get(name, np.inf), float(shape.distance(point)))
        meeting = sorted(near, key=lambda name: (round(near[name], 1), name))[:2]
        own = clean(assets.street[row])
        named[row] = tuple(sorted(meeting)) or ((own,) if own else ())
    return named


def most_without_power(run: Run) -> int:
    """Give the most houses without electricity at one time, as computed, not in doubt, to ten; 1 stands for fewer.

    Where they stand is not told: it would show how far each substation reaches.
    """
    assets, spans = run.result.city.assets, run.result.spans
    if "building" not in assets.kinds.names:
        return 0
    mine = np.flatnonzero(assets.of_kind("building")[spans.asset] & spans.is_sure)
    if not len(mine):
        return 0
    end = np.where(spans.end_s[mine] == NONE, OPEN, spans.end_s[mine])
    moments = np.concatenate([spans.start_s[mine], end])
    change = np.repeat([1, -1], len(mine))
    order = np.lexsort((change, moments))
    most = int(np.cumsum(change[order]).max())
    return round(most / 10) * 10 if most >= 10 else 1
