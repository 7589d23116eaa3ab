"""Order of return: when each street and site that is out comes back, as a range, what it waits for, and its feed.

Read of the run's outages and of the nights that were drawn; what nobody has looked at yet is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, Int32Array, Int64Array
from twin.results.holders import holder_at
from twin.results.moment import Moment, moment_of
from twin.results.result import Result
from twin.results.returns import Returns, assessed_s, early, late
from twin.results.waits import WAITS
from twin.world.crews import owner_of
from twin.world.graph import graph_of
from twin.world.kinds import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One street, site or piece of gear that is out at the moment. Seconds from the start, -1 for none."""

    #: Street of lamps; empty for an asset, which is then in ``asset``.
    street: str
    asset: int
    #: Rows of all that are out: the lamps of the street, or the one asset.
    assets: tuple[int, ...]
    since_s: int
    #: Half and nine tenths of the nights bring all of it back by then, rounded outward to a quarter of an hour; without
    #: nights the one computed hour in both. -1: not within the time computed.
    p50_s: int
    p90_s: int
    #: Rows of what holds it: the assets that have to be repaired or to return, those that hold most first.
    holders: tuple[int, ...]
    #: Word of ``WAITS``: what the first of them waits for; empty where it is not down by itself.
    wait: str
    #: Whose they are to mend, in that order, each once: ``city``, ``grid``, ``water`` or ``premises``.
    owners: tuple[str, ...]
    #: Somebody has inspected or reported what holds it, as of the moment.
    is_assessed: bool
    #: Substations that feed it, or would by the preferred way, that of most first; empty where none is known.
    feeds: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReturnOrder:
    """All that is out at a moment, what is back first above."""

    result: Result
    t_s: int
    streets: tuple[Return, ...]
    sites: tuple[Return, ...]
    #: Number of nights; 0 where none was drawn.
    nights: int


def order_of_return(result: Result, t_s: int, returns: Returns | None = None) -> ReturnOrder:
    """Give when what is out at a moment comes back, street by street and site by site.

    Sites are the critical ones, traffic signals, lift stations and cabinets; streets are those of lamps, and are back
    with their last lamp.

    Parameters
    ----------
    result
        A run.
    t_s
        The moment [s from the start].
    returns
        Nights drawn for it; None: those of the run, if it drew any.
    """
    drawn = result.returns if returns is None else returns
    moment, assets = moment_of(result, t_s), result.city.assets
    out = np.flatnonzero(moment.is_out)
    lamp = assets.of_role(Role.LIGHTS)[out]
    told = (assets.of_role(Role.VITAL) | assets.of_role(Role.SWITCHES) | assets.of_kind("traffic_signal")
            | assets.of_kind("lift_station"))[out]
    streets = assets.street.codes[out]
    by_street = [out[lamp & (streets == code)] for code in np.unique(streets[lamp]).tolist() if code != NONE]
    ask = _Asked(moment=moment, drawn=drawn,
                 source=graph_of(result.city).nearest_above(assets.of_role(Role.SOURCE)))
    return ReturnOrder(
        result=result, t_s=t_s, nights=0 if drawn is None else drawn.samples,
        streets=_sorted(ask.of(rows, is_street=True) for rows in by_street),
        sites=_sorted(ask.of(np.array([row]), is_street=False) for row in out[told].tolist()))


def _sorted(rows: Iterable[Return]) -> tuple[Return, ...]:
    """Put what is surely back first above; then what may be back, by when half of the nights have it back."""
    return tuple(sorted(rows, key=lambda row: (row.p50_s == NONE, row.p90_s == NONE, row.p90_s, row.p50_s,
                                               row.street, row.asset)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """What rows are asked of."""

    moment: Moment
    drawn: Returns | None
    #: Nearest substation above each asset, (A,); -1 where none is known.
    source: Int32Array

    def of(self, rows: Int64Array, *, is_street: bool) -> Return:
        """Give one row: the lamps of a street that are out, or one asset."""
        result, moment = self.moment.result, self.moment
        assets, o, t_s = result.city.assets, result.outages, moment.t_s
        outages = moment.outage[rows]
        held = list(self._holders(outages))
        first = held[0]
        waits = result.waits
        at = waits.at(first, t_s)
        p50_s, p90_s = self._range(rows, outages, is_street=is_street)
        kinds = [assets.kinds[assets[row].kind] for row in held]
        return Return(
            street=assets.street[int(rows[0])] if is_street else "", asset=NONE if is_street else int(rows[0]),
            assets=tuple(rows.tolist()), since_s=int(o.start_s[outages].min()), p50_s=p50_s, p90_s=p90_s,
            holders=tuple(held), wait="" if at == NONE else WAITS[int(waits.what[at])],
            owners=tuple(dict.fromkeys(owner_of(kind.name, kind.roles) for kind in kinds)), feeds=self._feeds(rows),
            is_assessed=self._is_assessed(first))

    def _holders(self, outages: Int32Array) -> Iterator[int]:
        """Give what has to be repaired or reset now, what holds most outages first; then what holds them at their end.

        What is repaired next morning may leave a lamp dark that drowned at midnight: the last to hold it tells why.
        """
        result, t_s = self.moment.result, self.moment.t_s
        each = [result.outages[row] for row in outages.tolist()]
        now = [holder_at(result, one, t_s) for one in each]
        horizon_s = result.plan.duration_s
        last = [holder_at(result, one, (horizon_s if one.end_s == NONE else one.end_s) - 1) for one in each]
        for found in (now, last):
            yield from sorted(set(found) - (set(now) if found is last else set()),
                              key=lambda row: (-found.count(row), row))

    def _range(self, rows: Int64Array, outages: Int32Array, *, is_street: bool) -> tuple[int, int]:
        result, drawn = self.moment.result, self.drawn
        o, start = result.outages, result.plan.start
        if drawn is None:
            ends = o.end_s[outages]
            last_s = NONE if bool((ends == NONE).any()) else late(int(ends.max()), start)
            return last_s, last_s
        if is_street:
            # The last of its lamps in each night, those that go out later among them.
            place = int(np.searchsorted(drawn.street, result.city.assets.street.codes[rows[0]]))
            return early(int(drawn.street_p50_s[place]), start), late(int(drawn.street_p90_s[place]), start)
        return early(int(drawn.p50_s[outages[0]]), start), late(int(drawn.p90_s[outages[0]]), start)

    def _is_assessed(self, row: int) -> bool:
        flooded_s = int(self.moment.flooded_since_test_s[row])
        seen_s = assessed_s(self.moment.result.trace, row, max(flooded_s, 0))
        return flooded_s == NONE or NONE < seen_s <= self.moment.t_s

    def _feeds(self, rows: Int64Array) -> tuple[int, ...]:
        above = self.source[rows].tolist()
        return tuple(sorted({row for row in above if row != NONE}, key=lambda row: (-above.count(row), row)))
