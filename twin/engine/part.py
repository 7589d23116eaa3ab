"""A part of a city, run again: all that a change at a few assets can reach, and nothing else.

A part is closed: it holds whatever its members feed, and the circuits that they trip. Suppliers from outside stand at
its border as sources that fail and come back when they did in the whole run. What comes out is exactly what the whole
run would give for these assets; the cost is that of the part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.codes import Action
from twin.engine.clock import Engine
from twin.engine.cuts import DeadByCut
from twin.engine.state import CityState
from twin.kernels.supply import codes as k
from twin.quantities import NONE, BoolArray, Int8Array, Int32Array, Int64Array
from twin.results.outages import Outages
from twin.water.exposure import Crossings
from twin.world.city import City
from twin.world.graph import graph_of, trips
from twin.world.plan import Declared, Plan
from twin.world.supplies import Supplies


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Intervals:
    """Outages as a part gives them, in rows of the whole city, (O,) each, sorted by asset, then start."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: not back within the horizon.
    end_s: Int64Array
    mechanism: Int8Array
    cause: Int32Array
    root: Int32Array
    root_mechanism: Int8Array

    def __len__(self) -> int:
        return len(self.asset)

    @classmethod
    def of(cls, outages: Outages, rows: BoolArray | None = None) -> Intervals:
        """Give the outages of a result, or those of some assets (mask, (A,)), as intervals."""
        mine = np.arange(len(outages)) if rows is None else np.flatnonzero(rows[outages.asset])
        mine = mine[np.lexsort((outages.start_s[mine], outages.asset[mine]))]
        return cls(**{name: getattr(outages, name)[mine] for name in cls.__slots__})

    @classmethod
    def lived(cls, state: CityState) -> Intervals:
        """Give the outages of a whole city that has lived through its plan."""
        table = state.tables.outages[:state.tables.counts[k.OUTAGES]]
        table = table[np.lexsort((table["start"], table["asset"]))]
        names = {"asset": "asset", "start_s": "start", "end_s": "end", "mechanism": "by", "cause": "cause",
                 "root": "root", "root_mechanism": "root_by"}
        kinds = {"start_s": np.int64, "end_s": np.int64, "mechanism": np.int8, "root_mechanism": np.int8}
        return cls(**{name: table[one].astype(kinds.get(name, np.int32)) for name, one in names.items()})

    def covering(self, asset: Int32Array, at_s: Int64Array) -> Int64Array:
        """Give the row of the interval that holds each asset at each second, (N,); -1 where it is in service."""
        width = np.int64(1) << 32
        row = np.searchsorted(self.asset * width + self.start_s, asset * width + at_s, side="right") - 1
        if not len(self.asset):
            return np.full(len(asset), NONE, np.int64)
        holds = (row >= 0) & (self.asset[row] == asset) & ((self.end_s[row] == NONE) | (self.end_s[row] > at_s))
        return np.where(holds, row, NONE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A closed part of a city with its border."""

    whole: City
    #: Rows of the whole city, (N,), increasing: members and border.
    rows: Int32Array
    #: Which of them are members, (N,).
    is_member: BoolArray
    #: The part as a city of its own.
    city: City

    @classmethod
    def of(cls, city: City, seeds: BoolArray) -> Part:
        """Give all that a change at some assets can reach.

        Parameters
        ----------
        city
            The whole.
        seeds
            Where something changes, (A,).
        """
        graph = graph_of(city)
        offsets, circuits = trips(city.assets, city.supplies)
        members = graph.downstream(seeds)
        while True:
            # A member that floods otherwise trips its circuits otherwise.
            tripping = np.repeat(members, np.diff(offsets))
            more = np.unique(circuits[tripping & ~members[circuits]]) if len(circuits) else np.empty(0, np.int32)
            if not len(more):
                break
            members[more] = True
            members = graph.downstream(members)
        into = np.flatnonzero(members[city.supplies.consumer])
        wanted = members.copy()
        wanted[city.supplies.supplier[into]] = True
        rows = np.flatnonzero(wanted).astype(np.int32)
        place = np.full(len(members), NONE, np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        s = city.supplies
        supplies = Supplies(
            supplier=place[s.supplier[into]], consumer=place[s.consumer[into]], service=s.service[into],
            group=s.group[into], preference=s.preference[into], transfer_s=s.transfer_s[into], feed=s.feed[into],
            source=s.source[into])
        return cls(whole=city, rows=rows, is_member=members[rows],
                   city=replace(city, assets=city.assets.take(rows), supplies=supplies))

    def run(self, plan: Plan, crossings: Crossings, outside: Intervals, dead: DeadByCut) -> Intervals:
        """Run the part.

        Parameters
        ----------
        plan
            What is declared, in rows of the whole city.
        crossings
            The water at the whole city, or at the members of the part; at its border it counts for nothing.
        outside
            Outages of the whole run: those of the border are taken as they were.
        dead
            Who was dead by a cut in the whole run.

        Returns
        -------
        The outages of the members.
        """
        place = np.full(len(self.whole.assets), NONE, np.int32)
        place[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        is_border = np.zeros(len(place), bool)
        is_border[self.rows[~self.is_member]] = True
        mine = (place[crossings.asset] != NONE) & ~is_border[crossings.asset]
        water = Crossings(time_s=crossings.time_s[mine], asset=place[crossings.asset[mine]],
                          level=crossings.level[mine], is_up=crossings.is_up[mine])
        told = [replace(d, asset=int(place[d.asset])) for d in plan.declared
                if place[d.asset] != NONE and not is_border[d.asset]]
        told += _at_the_border(outside, is_border, place, plan.duration_s)
        if np.any(~self.is_member):
            # Who is dead by a cut changes with cuts outside too: an instant in which nothing else is said.
            nobody = int(np.flatnonzero(~self.is_member)[0])
            told += [Declared(at_s=int(at_s), action=Action.FACT_END, asset=nobody) for at_s in dead.at_s]
        local = replace(plan, declared=tuple(told))
        border = DeadByCut(at_s=dead.at_s, is_dead=dead.is_dead[:, self.rows] & ~self.is_member,
                           is_never_fed=dead.is_never_fed[self.rows] & ~self.is_member)
        state = CityState(self.city, water, reset_s=plan.reset_s, border=border)
        Engine(state, local).run()
        return self._in_the_whole(state, outside)

    def _in_the_whole(self, state: CityState, outside: Intervals) -> Intervals:
        table = state.tables.outages[:state.tables.counts[k.OUTAGES]]
        table = table[self.is_member[table["asset"]]]
        table = table[np.lexsort((table["start"], table["asset"]))]
        start_s = table["start"].astype(np.int64)
        root, root_by = self.rows[table["root"]], table["root_by"].astype(np.int8)
        # At the border the chain goes on: the root is that of the supplier's own outage in the whole run.
        border = np.flatnonzero(~self.is_member[table["root"]])
        above = outside.covering(root[border], start_s[border])
        known = above != NONE
        root[border[known]] = outside.root[above[known]]
        root_by[border[known]] = outside.root_mechanism[above[known]]
        return Intervals(asset=self.rows[table["asset"]], start_s=start_s, end_s=table["end"].astype(np.int64),
                         mechanism=table["by"].astype(np.int8), cause=self.rows[table["cause"]], root=root,
                         root_mechanism=root_by)


def _at_the_border(outside: Intervals, is_border: BoolArray, place: Int32Array,
                   duration_s: int) -> Sequence[Declared]:
    """Have the assets of a border fail and come back as they did in the whole run."""
    told = []
    for i in np.flatnonzero(is_border[outside.asset]):
        asset, end_s = int(place[outside.asset[i]]), int(outside.end_s[i])
        told.append(Declared(at_s=int(outside.start_s[i]), action=Action.FAIL, asset=asset))
        if end_s != NONE and end_s < duration_s:
            told.append(Declared(at_s=end_s, action=Action.RESTORE, asset=asset))
    return told
