"""Counts: how many of a kind are surely out at a moment, and how many more may be; whoever tells a number asks here.

*Out* is without service, and nothing within the errors says otherwise; what is in doubt is counted apart, never among
it (``docs/glossary.md``). Map, report, lists, terminal and desk give the same two numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, BoolArray, Int64Array
from twin.results.condition_spans import Condition
from twin.results.moment import Moment
from twin.results.result import Result
from twin.world.assets import Assets
from twin.world.kinds import Role


@dataclass(frozen=True, slots=True)
class Counted:
    """How many are surely out, and how many more may be."""

    out: int
    may: int = 0


def _of_role(role: Role) -> Callable[[Assets], BoolArray]:
    return lambda assets: assets.of_role(role)


def _of_kind(kind: str) -> Callable[[Assets], BoolArray]:
    return lambda assets: assets.of_kind(kind) if kind in assets.kinds.names else np.zeros(len(assets), bool)


#: What is counted, by name, with the assets that belong to it.
GROUPS: dict[str, Callable[[Assets], BoolArray]] = {
    "lamps": _of_role(Role.LIGHTS), "cabinets": _of_role(Role.SWITCHES), "sites": _of_role(Role.VITAL),
    "signals": _of_kind("traffic_signal"), "lift_stations": _of_kind("lift_station"), "buildings": Assets.buildings}


def counted(moment: Moment, name: str) -> Counted:
    """Give how many of a group (``GROUPS``) are out at a moment, and how many more may be."""
    return counted_of(moment, GROUPS[name](moment.result.city.assets))


def counted_of(moment: Moment, mask: BoolArray) -> Counted:
    """Give the same of the assets of a mask, (A,)."""
    mine = moment.condition[mask]
    return Counted(int((mine == Condition.OUT).sum()), int((mine == Condition.MAY_BE_OUT).sum()))


def wet_buildings(moment: Moment) -> int:
    """Give how many buildings stand in water at a moment."""
    return int((moment.result.city.assets.buildings() & (moment.wet_since_s != NONE)).sum())


def lamps_over_time(result: Result, times_s: Iterable[int]) -> list[Counted]:
    """Give how many lamps are out at some seconds, and how many more may be: the curve of a timeline."""
    spans = result.spans
    mine = result.city.assets.of_role(Role.LIGHTS)[spans.asset]
    found = []
    for sure in (True, False):
        rows = mine & (spans.is_sure == sure)
        starts, ends = np.sort(spans.start_s[rows]), np.sort(spans.end_s[rows & (spans.end_s != NONE)])
        found.append((starts, ends))

    def at(which: tuple[Int64Array, Int64Array], t_s: int) -> int:
        return int(np.searchsorted(which[0], t_s, side="right") - np.searchsorted(which[1], t_s, side="right"))

    return [Counted(at(found[0], t_s), at(found[1], t_s)) for t_s in times_s]
