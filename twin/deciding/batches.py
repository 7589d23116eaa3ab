"""Batches: many changes in one run, exactly, where what each of them can reach does not meet.

A change at a cabinet reaches what hangs on it and nothing else (``twin.engine.part``). Changes whose reaches do not
meet cannot feel each other: run together they give what each would give alone, and whoever an outage belongs to is told
by where it is. A city of 2,400 cabinets needs one run for all of them, not 2,400.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from twin.codes import Level
from twin.engine.cuts import DeadByCut, dead_by_cut
from twin.engine.part import Intervals, Part
from twin.quantities import NONE, BoolArray, Int32Array
from twin.results.result import Result
from twin.water.exposure import Crossings
from twin.world.graph import graph_of, trips
from twin.world.plan import Declared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Changes that do not meet."""

    #: Their places in the list they came from.
    members: tuple[int, ...]
    #: Which change reaches each asset: its place in that list, (A,); -1 for none of the batch.
    owner: Int32Array


@dataclass(frozen=True, eq=False)
class Reaches:
    """A run, and what changes at some places of its city reach."""

    result: Result
    #: Rows at which each change is made.
    seeds: Sequence[Int32Array]

    @cached_property
    def of(self) -> list[Int32Array]:
        """Rows that each change reaches, increasing."""
        from twin.kernels.supply.reach import reach_each

        city = self.result.city
        if not self.seeds:
            return []
        begins = np.concatenate([[0], np.cumsum([len(rows) for rows in self.seeds])]).astype(np.int64)
        offsets, rows = reach_each(*graph_of(city).rows, *trips(city.assets, city.supplies), begins,
                                   np.concatenate(list(self.seeds)).astype(np.int32))
        return [np.sort(rows[begin:end]) for begin, end in pairwise(offsets.tolist())]

    @cached_property
    def batches(self) -> list[Batch]:
        """Put each change into the first batch that it does not meet."""
        owners: list[Int32Array] = []
        members: list[list[int]] = []
        for place, rows in enumerate(self.of):
            free = next((k for k, owner in enumerate(owners) if np.all(owner[rows] == NONE)), len(owners))
            if free == len(owners):
                owners.append(np.full(len(self.result.city.assets), NONE, np.int32))
                members.append([])
            owners[free][rows] = place
            members[free].append(place)
        return [Batch(members=tuple(batch), owner=owner) for batch, owner in zip(members, owners, strict=True)]


@dataclass(frozen=True, eq=False)
class Trials:
    """A run with the means of trying changes on it."""

    result: Result

    @cached_property
    def intervals(self) -> Intervals:
        """The outages as they are."""
        return Intervals.of(self.result.outages)

    @cached_property
    def _dead(self) -> DeadByCut:
        return dead_by_cut(self.result.city, self.result.plan)

    def kept_dry(self, rows: Int32Array) -> Intervals:
        """Give the outages of all that hangs on some assets, if no water reached the live parts of these.

        The same as to raise each of them above the highest water at it.
        """
        seeds = self._mask(rows)
        c = self.result.exposure.crossings
        # Without water at live parts there is no repair to wait for either.
        kept = ~(seeds[c.asset] & (c.level != Level.TOUCH))
        return self._part(seeds).run(self.result.plan, c.where(kept), self.intervals, self._dead)

    def declared(self, rows: Int32Array, told: Sequence[Declared]) -> Intervals:
        """Give the outages of all that hangs on some assets, if this were declared of them beside what is."""
        plan = replace(self.result.plan, declared=(*self.result.plan.declared, *told))
        crossings: Crossings = self.result.exposure.crossings
        return self._part(self._mask(rows)).run(plan, crossings, self.intervals, dead_by_cut(self.result.city, plan))

    def each(self, reaches: Reaches, run: Callable[[Int32Array], Intervals]) -> Iterator[tuple[Batch, Intervals]]:
        """Run each batch of changes once, one after the other as they are asked for."""
        for batch in reaches.batches:
            yield batch, run(np.concatenate([reaches.seeds[place] for place in batch.members]))

    def _part(self, seeds: BoolArray) -> Part:
        return Part.of(self.result.city, seeds)

    def _mask(self, rows: Int32Array) -> BoolArray:
        mask = np.zeros(len(self.result.city.assets), bool)
        mask[rows] = True
        return mask
