"""The state of a city: one mutable object, in columns, that knows no clock and no file.

Theory of operation
-------------------
An asset's state has regions that move each by its own: *damage* (sound, flooded, repairing), *protection* of a circuit
(closed, tripped), *failure* and *switch* (declared by the scenario), *supply* (fed, on buffer, unfed), *supervision*
and, resulting from all of them, *service* (in service, out). ``MOVES`` in ``twin.engine.moves`` is the one table of
what may follow what; the diagram in ``docs/states.md`` is drawn from it. A move that is not in it raises
``InvalidTransition``.

Three rules hold after every instant, and ``validate`` restates them:

1. An asset is in service if no condition of its own keeps it down and each of its groups of power and water uses a
   supplier in service, or its buffer is not yet empty. Facts beat this.
2. Among all states for which 1 holds, it is the least: nothing holds itself up through a cycle.
3. Every change is in the log with the row of an earlier event that caused it, or with -1 when it came from outside.

One instant is handled as a whole (``twin/kernels/supply/run.py``): water, protection, scenario and facts, then the
supply graph from its sources down, a component (an asset, or a cycle of assets that feed each other) at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twin.codes import AssetState, Phase, What
from twin.crews.others import OtherStages
from twin.engine.cuts import DeadByCut
from twin.engine.events import Begun, CallOff, Command, Declared, Dispatch, Elapsed, Event, Noted
from twin.engine.graph import kernel_graph
from twin.engine.moves import MOVES, REGIONS
from twin.errors import InvalidTransition
from twin.kernels.supply import codes as k
from twin.kernels.supply import tables as records
from twin.kernels.supply.run import advance
from twin.kernels.supply.tables import Records, Tables
from twin.quantities import BoolArray, Int8Array, Int32Array, Int64Array
from twin.water.exposure import Crossings
from twin.world.city import City
from twin.world.graph import graph_of


class CityState:
    """The state of all assets at one moment, and the log of how it came to be.

    Parameters
    ----------
    city
        The city; its supply graph is put in order once.
    crossings
        What the water does, within the horizon.
    reset_s
        Seconds from the last repaired lamp of a circuit until its protection is closed again.
    needs_crew
        Whose repair waits for somebody to begin it, (A,); None: crews are unlimited, repairs begin by themselves.
    border
        Who at the border of a part of a city is dead by a cut, or was never fed, for reasons outside it; None: nobody.
    repair_s
        How long each repair takes, live and dead, (A,) each [s]; None: what its kind says. The stages of a repair in
        the log are the kind's: this is for runs that are asked for their outages alone.

    Examples
    --------
    >>> state = CityState(city, exposure.crossings, reset_s=1800)  # doctest: +SKIP
    >>> state.handle(Elapsed(at_s=3600))  # doctest: +SKIP
    []
    """

    def __init__(self, city: City, crossings: Crossings, *, reset_s: int,
                 needs_crew: BoolArray | None = None, border: DeadByCut | None = None,
                 repair_s: tuple[Int64Array, Int64Array] | None = None) -> None:
        self.city, self.reset_s = city, reset_s
        self._water = (np.array(crossings.time_s), np.array(crossings.asset), np.array(crossings.level),
                       np.array(crossings.is_up))
        self.needs_crew = np.zeros(len(city.assets), bool) if needs_crew is None else needs_crew.copy()
        self._supplies = graph_of(city)
        self._border = border
        self.graph = kernel_graph(city, self._supplies, needs_crew, repair_s)
        #: Stages of repairs that take another time than their kinds say, for the log; None: no others.
        self.others: OtherStages | None = None
        self.now_s = -1
        #: What else crews said at rows of the log.
        self.remarks: dict[int, Mapping[str, Any]] = {}
        self._declared = 0
        #: What was cut, here or at the border, when last it was asked who is dead by a cut; None: not yet asked.
        self._was_down: BoolArray | None = None
        self.tables = self._tables()
        self._mark_never_fed()

    def _tables(self) -> Tables:
        """Give the state before the start: all sound and in service, every group on its preferred supplier."""
        graph, n = self.graph, len(self.city.assets)
        assets = _filled(n, records.ASSET)
        for name, start in REGIONS.items():
            assets[name] = start
        for name in ("fact", "wet", "dry_fact", "was_dead", "dead", "wet_lamps"):
            assets[name] = 0
        assets["came"] = k.LONG_AGO
        groups = _filled(len(self._supplies.group_asset), records.GROUP)
        # The preferred supplier, unless that one rests on the group itself.
        groups["in_use"] = groups["last_used"] = self._supplies.first_uses
        groups["lost"] = k.LONG_AGO
        scratch, marks = _filled(n, records.SCRATCH), _filled(len(graph.components) - 1, records.MARK)
        scratch["is_watched"] = scratch["seen"] = marks["is_marked"] = 0
        counts = np.zeros(k.COUNTERS, np.int64)
        counts[[k.ERROR_ASSET, k.HIGHEST, k.TRIGGER]] = -1
        counts[k.LOWEST] = k.NEVER
        return Tables(
            assets=assets, groups=groups,
            edge_timer_s=np.full(len(self.city.supplies), -1, np.int32), events=np.empty(0, records.EVENT),
            contributors=np.empty((0, 2), np.int32), outages=np.empty(0, records.OUTAGE),
            timers=np.empty(0, np.int64), scratch=scratch, marks=marks,
            heads=np.full(int(graph.components["level"].max(initial=0)) + 1, -1, np.int32),
            lists=np.empty(n, records.LIST), pairs=np.empty((len(graph.circuits), 2), np.int32),
            contradicted_s=np.empty(0, np.int64), counts=counts)

    def _mark_never_fed(self) -> None:
        """Have what no source feeds looked at in the first instant: before the start it is taken as fed.

        Nothing ever filled its buffer.
        """
        self._is_ever_fed = is_fed = self._supplies.ever_fed if self._border is None else self._fed(
            np.zeros(len(self.city.assets), bool))
        tables, graph = self.tables, self.graph
        self.never_fed = np.flatnonzero(~is_fed)
        tables.assets["buffer_end"][self.never_fed] = 0
        for c in np.unique(graph.assets["component"][self.never_fed]):
            level = graph.components["level"][c]
            tables.marks[c], tables.heads[level] = (tables.heads[level], 1), c
            tables.counts[k.LOWEST] = min(tables.counts[k.LOWEST], level)
            tables.counts[k.HIGHEST] = max(tables.counts[k.HIGHEST], level)

    def _fed(self, is_down: BoolArray) -> BoolArray:
        """Give who is fed when only these are down, and what the border says, (A,)."""
        return self._supplies.fed(is_down if self._border is None else is_down | self._border.is_never_fed)

    # The columns by name

    @property
    def damage(self) -> Int8Array:
        """``SOUND``, ``FLOODED`` or ``REPAIRING``, (A,)."""
        return np.asarray(self.tables.assets["damage"])

    @property
    def is_tripped(self) -> BoolArray:
        """Whose protection is open, (A,)."""
        return np.asarray(self.tables.assets["protection"] == AssetState.TRIPPED)

    @property
    def supply(self) -> Int8Array:
        """``FED``, ``ON_BUFFER`` or ``UNFED``, (A,)."""
        return np.asarray(self.tables.assets["supply"])

    @property
    def is_in_service(self) -> BoolArray:
        """Who delivers its service, (A,)."""
        return np.asarray(self.tables.assets["service"] == AssetState.IN_SERVICE)

    @property
    def is_unsupervised(self) -> BoolArray:
        """Who has lost ``control``, (A,)."""
        return np.asarray(self.tables.assets["supervision"] == AssetState.UNSUPERVISED)

    @property
    def instants(self) -> int:
        """Number of seconds in which something happened."""
        return int(self.tables.counts[k.INSTANTS])

    @property
    def event_count(self) -> int:
        """Number of rows in the log."""
        return int(self.tables.counts[k.EVENTS])

    # The one way in

    def handle(self, event: Event) -> list[Command]:
        """Live through an event, and everything before it that happens by itself.

        Where something is asked for before its time, the state stops in that instant: ``now_s`` is then less than the
        event's ``at_s``, and the same event is to be handed in again once the commands are obeyed.

        Returns
        -------
        What is asked for in the instant ``now_s``; nothing where crews are unlimited.

        Raises
        ------
        InvalidTransition
            A move that ``MOVES`` does not hold: our bug, with the story of the asset so far.
        ValueError
            An event from the past.
        """
        is_late = event.at_s <= self.now_s if isinstance(event, Declared) else event.at_s < self.now_s
        if is_late:
            raise ValueError(f"an event at {event.at_s} s reaches a state that has lived through {self.now_s} s")
        match event:
            case Declared():
                before_s = event.at_s - 1
                if before_s > self.now_s and (asked := self._live(before_s)):
                    return asked
                return self._instant(event)
            case Elapsed():
                return self._live(event.at_s)
            case Begun():
                self._begin(event)
                return []
            case Noted():
                self._note(event)
                return []
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a city")

    def _live(self, until_s: int) -> list[Command]:
        return self._advance(until_s, (np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int8)),
                             np.empty(0, np.int32))

    def _instant(self, event: Declared) -> list[Command]:
        told = (np.full(len(event.assets), event.at_s, np.int64), event.assets.astype(np.int32),
                event.actions.astype(np.int8))
        self._declared += len(event.assets)
        self.tables = self.tables._replace(contradicted_s=np.append(
            self.tables.contradicted_s, np.full(len(event.assets), -1, np.int64)))
        commands = self._advance(event.at_s, told, event.repaired.astype(np.int32))
        if len(event.assets):
            is_cut = self.tables.assets["switch"] == AssetState.CUT
            # Dead by a cut, its own or of all that feeds it; what no source ever fed is not dead by a cut.
            is_down = is_cut if self._border is None else is_cut | self._border.at(event.at_s)
            if self._was_down is None or not np.array_equal(is_down, self._was_down):
                self.tables.assets["dead"] = is_cut | (self._is_ever_fed & ~self._fed(is_down))
                self._was_down = is_down
        return commands

    def _begin(self, event: Begun) -> None:
        """Write that crews begin repairs, in the instant that was just lived through."""
        if event.at_s != self.now_s:
            raise ValueError(f"crews begin at {event.at_s} s in a state that stands at {self.now_s} s")
        self._make_room(len(event.assets))
        tables = self.tables
        for asset in event.assets.tolist():
            state = int(tables.assets["damage"][asset])
            after = MOVES.get((AssetState(state), What.REPAIR_STARTED))
            if after is None or state != AssetState.CALLED:
                raise InvalidTransition(asset=self.city.assets.id[asset], state=AssetState(state).name,
                                        event=What.REPAIR_STARTED.name, story=self.story(asset))
            row = int(tables.counts[k.EVENTS])
            tables.events[row] = (event.at_s, What.REPAIR_STARTED, asset, tables.assets["repair_row"][asset],
                                  Phase.DISPATCH, 1, 0, tables.assets["was_dead"][asset])
            tables.counts[k.EVENTS] = row + 1
            tables.assets["repair_row"][asset], tables.assets["damage"][asset] = row, after

    def _note(self, event: Noted) -> None:
        """Write what crews say of repairs, in the instant that was just lived through."""
        self._make_room(len(event.notes))
        tables = self.tables
        for note in event.notes:
            row = int(tables.counts[k.EVENTS])
            tables.events[row] = (event.at_s, note.what, note.asset, tables.assets["repair_row"][note.asset],
                                  Phase.DISPATCH, 2, max(note.stage, 0), note.stage)
            tables.counts[k.EVENTS] = row + 1
            if note.detail:
                self.remarks[row] = note.detail

    def _advance(self, until_s: int, told: tuple[Int64Array, Int32Array, Int8Array],
                 repaired: Int32Array) -> list[Command]:
        """Have the kernel go on; give what it asks for in the instant at which it stopped."""
        base = self._declared - len(told[0])
        self.tables.counts[k.DECLARED] = 0
        repaired_s = until_s if len(repaired) else int(k.NEVER)
        while True:
            outcome = advance(self.graph, self.tables, *self._water, *told, base, repaired_s, repaired, self.reset_s,
                              until_s)
            if outcome == k.INVALID:
                raise self._invalid()
            if outcome != k.NEEDS_ROOM:
                break
            self._make_room(len(told[0]))
        if outcome == k.DONE:
            self.now_s = max(self.now_s, until_s)
            return []
        self.now_s = int(self.tables.events["time"][self.event_count - 1])
        called = np.sort(self.tables.lists["called"][:self.tables.counts[k.CALLED_COUNT]])
        self.tables.counts[k.CALLED_COUNT] = 0
        off, on = -1 - called[called < 0][::-1], called[called >= 0]
        commands: list[Command] = [CallOff(at_s=self.now_s, assets=off)] if len(off) else []
        return commands + ([Dispatch(at_s=self.now_s, assets=on)] if len(on) else [])

    def _make_room(self, declared: int) -> None:
        """Make the logs larger than any one instant can need; memory that is never written costs nothing."""
        tables, graph = self.tables, self.graph
        n, edges = len(self.city.assets), len(self.city.supplies)
        at_once = {
            "events": 8 * n + len(tables.groups) + 3 * len(self._water[0]) + 3 * declared,
            "contributors": edges + 2 * n + len(graph.circuits), "outages": n, "timers": 4 * n + edges}
        used = {"events": k.EVENTS, "contributors": k.CONTRIBUTORS, "outages": k.OUTAGES, "timers": k.TIMERS}
        larger = {}
        for name, need in at_once.items():
            old, count = getattr(tables, name), int(tables.counts[used[name]])
            if len(old) >= count + need:
                continue
            new = np.empty((count + max(count, n) + need, *old.shape[1:]), old.dtype)
            new[:count] = old[:count]
            larger[name] = new
        self.tables = tables._replace(**larger)

    def _invalid(self) -> InvalidTransition:
        counts = self.tables.counts
        asset = int(counts[k.ERROR_ASSET])
        return InvalidTransition(
            asset=self.city.assets.id[asset], state=AssetState(int(counts[k.ERROR_STATE])).name,
            event=What(int(counts[k.ERROR_WHAT])).name, story=self.story(asset, int(counts[k.INSTANT])))

    def story(self, asset: int, rows: int | None = None) -> Sequence[str]:
        """Give what happened to an asset so far, or in the first ``rows`` of the log, a line each."""
        events = self.tables.events[:self.event_count if rows is None else rows]
        return [f"{row['time']} s: {What(int(row['what'])).word}" for row in events[events["asset"] == asset]]

    # The invariants

    def validate(self) -> None:
        """Restate the rules that hold after every instant.

        Raises
        ------
        AssertionError
            One of them does not, with the ids concerned.
        """
        tables, assets, supplies = self.tables, self.tables.assets, self._supplies
        for name, start in REGIONS.items():
            reachable = {int(start)}
            for _ in AssetState:
                reachable |= {int(after) for (state, _), after in MOVES.items() if int(state) in reachable}
            self._none(~np.isin(assets[name], sorted(reachable)), f"{name} is in a state of another region")
        service = self.is_in_service
        used = tables.groups["in_use"]
        is_served = used >= 0
        uses_out = is_served & ~service[supplies.supplier[np.maximum(used, 0)]] if len(used) else is_served
        self._none(np.isin(np.arange(len(assets)), supplies.group_asset[uses_out]), "uses a supplier that is out")
        unserved = np.zeros(len(service), bool)
        unserved[supplies.group_asset[~is_served & ~supplies.is_control]] = True
        has_buffer = (self.city.assets.buffer_s > 0) & (tables.assets["buffer_end"] > self.now_s)
        own = ((self.damage != AssetState.SOUND) | self.is_tripped | (assets["failure"] == AssetState.FAILED)
               | (assets["switch"] == AssetState.CUT))
        fact = tables.assets["fact"]
        expected = np.where(fact == k.FACT_OUT, False, np.where(fact == k.FACT_IN, True,
                                                                ~own & (~unserved | has_buffer)))
        self._none(service != expected, "is in service and should not be, or the reverse")
        self._none(service & ~self._least(own, has_buffer), "holds itself up through a cycle")
        outages = tables.outages[:tables.counts[k.OUTAGES]]
        is_open = np.bincount(outages["asset"][outages["end"] < 0], minlength=len(service))
        self._none(is_open != ~service, "is out without an open outage, or has one too many")
        wet = np.zeros(len(service), np.int64)
        np.add.at(wet, self.graph.circuits, np.repeat(self.damage != AssetState.SOUND,
                                                      np.diff(self.graph.assets["circuits"])))
        self._none(wet != tables.assets["wet_lamps"], "miscounts its wet lamps")
        events = tables.events[:self.event_count]
        assert np.all(events["cause"] < np.arange(len(events))), "an event is caused by a later one"

    def _least(self, own: BoolArray, has_buffer: BoolArray) -> BoolArray:
        """Give who could deliver at all: the least fixed point with every transfer done and every buffer a source."""
        fact = self.tables.assets["fact"]
        is_free = (fact == k.FACT_IN) | has_buffer
        # An asset that needs nothing from its groups is one whose groups all count as control.
        supplies = replace(
            self._supplies, is_control=self._supplies.is_control | is_free[self._supplies.group_asset])
        return supplies.fed(np.where(fact == k.FACT_IN, False, own | (fact == k.FACT_OUT)))

    def _none(self, mask: BoolArray, complaint: str) -> None:
        ids = self.city.assets.id[np.flatnonzero(mask)[:5]]
        assert not len(ids), f"at {self.now_s} s: {', '.join(ids)} {complaint}"


def _filled(rows: int, kind: np.dtype[np.void]) -> Records:
    """Give records whose every field is -1."""
    return np.full((rows, len(kind.fields or ())), -1, np.int32).view(kind).reshape(rows)
