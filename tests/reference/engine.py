"""A slow engine, written from the rules of design.md §4 and docs/mechanics.md and from nothing else.

It lives through every second of a plan, knows no array, and looks at every asset in every second. The fast engine must
agree with it on thousands of random small cities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isnan

import networkx as nx

from twin.codes import Action
from twin.world.assets import Protection
from twin.world.city import City
from twin.world.plan import Plan
from twin.world.supplies import Service

OWN = ("flooded", "tripped", "failed", "cut")


@dataclass(slots=True)
class Group:
    """The alternatives of one need, in order of preference."""

    is_control: bool
    suppliers: list[int] = field(default_factory=list)
    transfer_s: list[int] = field(default_factory=list)
    #: Place in the list of the supplier in use.
    used: int | None = 0
    lost_s: float = float("-inf")


@dataclass(slots=True)
class Thing:
    """One asset."""

    row: int
    touch: float
    fail: float
    recede: float
    repair_s: int
    repair_dead_s: int
    buffer_s: int
    groups: list[Group] = field(default_factory=list)
    #: RCD circuits that one wet lamp here trips.
    circuits: list[int] = field(default_factory=list)
    above: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(("touch", "fail", "recede"), False))
    damage: str = "sound"
    was_dead: bool = False
    repair_end: int = -1
    wet: set[int] = field(default_factory=set)
    tripped: bool = False
    trip_lamp: int = -1
    last_lamp: int = -1
    reset_at: int = -1
    failed: bool = False
    cut: bool = False
    fact: str = ""
    seen_dry: bool = False
    buffer_end: int = -1
    supply: str = "fed"
    unsupervised: bool = False
    in_service: bool = True
    came_s: float = float("-inf")
    outage: dict[str, object] | None = None
    last_outage: dict[str, object] | None = None
    cleared: tuple[str, int] | None = None

    def own(self) -> str:
        """Give the first condition of its own that keeps it down."""
        down = {"flooded": self.damage != "sound", "tripped": self.tripped,
                "failed": self.failed or self.fact == "out", "cut": self.cut}
        return next((name for name in OWN if down[name]), "")

    def clear(self, name: str, by: int) -> None:
        if self.cleared is None or OWN.index(name) < OWN.index(self.cleared[0]):
            self.cleared = (name, by)

    def needs(self) -> list[Group]:
        return [group for group in self.groups if not group.is_control]


class SlowEngine:
    """Live through a plan second by second.

    Parameters
    ----------
    city, plan
        As for ``twin.engine.simulate.run``.
    times_s, depth_m
        Depth at each asset by row, linear between these times, the first and last held [m].
    """

    def __init__(self, city: City, plan: Plan, times_s: Sequence[int], depth_m: Mapping[int, Sequence[float]]) -> None:
        self.plan, self.times_s = plan, times_s
        self.depth = {row: [Fraction(round(d * 1000), 1000) for d in depths] for row, depths in depth_m.items()}
        table, kinds, supplies = city.assets, city.assets.kinds, city.supplies
        self.things = []
        for row in range(len(table)):
            touch, fail = float(table.touch_m[row]), float(table.fail_m[row])
            self.things.append(Thing(
                row=row, touch=touch, fail=fail, recede=touch if isnan(touch) else min(0.10, touch),
                repair_s=int(kinds.repair_s[table.kind[row]]), repair_dead_s=int(kinds.repair_dead_s[table.kind[row]]),
                buffer_s=int(table.buffer_s[row])))
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(table)))
        keys: list[dict[int, Group]] = [{} for _ in self.things]
        for e in range(len(supplies)):
            s, c, service = int(supplies.supplier[e]), int(supplies.consumer[e]), int(supplies.service[e])
            group = keys[c].setdefault(int(supplies.group[e]), Group(is_control=service == Service.CONTROL))
            group.suppliers.append(s)
            group.transfer_s.append(int(supplies.transfer_s[e]))
            if service != Service.CONTROL:
                graph.add_edge(s, c)
            if service == Service.POWER and table.protection[s] == Protection.RCD and s not in self.things[c].circuits:
                self.things[c].circuits.append(s)
        for thing, groups in zip(self.things, keys, strict=True):
            thing.groups = [groups[key] for key in sorted(groups)]
        condensed = nx.condensation(graph)
        self.cycles = [sorted(condensed.nodes[c]["members"]) for c in nx.topological_sort(condensed)]
        self.first_uses()
        for row in set(range(len(self.things))) - self.live(set()):
            # What no source ever fed has an empty buffer.
            self.things[row].buffer_end = 0
        self.outages: list[dict[str, object]] = []
        self.story: list[tuple[int, str, int]] = []
        self.t = 0
        self.dead: set[int] = set()

    def first_uses(self) -> None:
        """Before the start all are in service and all transfers done; nothing may rest on itself even so."""
        for cycle in self.cycles:
            members = [self.things[row] for row in cycle]
            turns = self.grow(members, {m.row: [list(enumerate(g.suppliers)) for g in m.needs()] for m in members},
                              set())
            for m in members:
                for group in m.needs() if m.row in turns else ():
                    group.used = next(i for i, s in enumerate(group.suppliers) if s not in cycle or (
                        s in turns and turns[s] < turns[m.row]))

    def run(self) -> SlowEngine:
        for t in range(self.plan.duration_s):
            self.t = t
            self.second()
        for thing in self.things:
            if thing.outage is not None:
                thing.outage["held_mechanism"], thing.outage["held"] = self.holding(thing)
        return self

    def tell(self, what: str, thing: Thing) -> None:
        self.story.append((self.t, what, thing.row))

    # One second, in the order of rule 5

    def second(self) -> None:
        for thing in self.things:
            thing.cleared = None
        for thing in self.things:
            self.water(thing)
        wets = [thing for thing in self.things if thing.damage == "drowned now"]
        self.protect(wets)
        for said in sorted((d for d in self.plan.declared if max(d.at_s, 0) == self.t), key=lambda d: d.asset):
            self.declare(self.things[said.asset], said.action)
        self.protect([thing for thing in self.things if thing.damage == "drowned now"])
        if any(max(d.at_s, 0) == self.t for d in self.plan.declared):
            self.dead = self.dead_by_cut()
        for thing in self.things:
            self.mend(thing)
        for thing in self.things:
            if thing.reset_at == self.t:
                thing.tripped, thing.reset_at = False, -1
                thing.clear("tripped", thing.last_lamp)
                self.tell("reset", thing)
        for cycle in self.cycles:
            self.settle([self.things[row] for row in cycle])
        for thing in self.things:
            self.supervise(thing)

    def water(self, thing: Thing) -> None:
        if thing.row not in self.depth:
            return
        before, now = dict(thing.above), {}
        depth = self.depth_at(thing.row)
        for level in ("touch", "fail", "recede"):
            height = getattr(thing, level)
            now[level] = not isnan(height) and depth >= max(Fraction(round(height * 1_000_000), 1_000_000),
                                                           Fraction(1, 1000))
        thing.above = now
        if thing.seen_dry:
            return
        if thing.damage == "repairing" and any(now[name] and not before[name] for name in ("touch", "fail")):
            self.undo(thing)
        if now["fail"] and not before["fail"] and thing.damage == "sound":
            self.drown(thing)
        fell = any(before[name] and not now[name] for name in ("fail", "recede"))
        if thing.damage == "waiting" and fell and not now["fail"] and not now["recede"]:
            self.start_repair(thing)

    def depth_at(self, row: int) -> Fraction:
        depths = self.depth[row]
        for i in range(len(self.times_s) - 1):
            t0, t1 = self.times_s[i], self.times_s[i + 1]
            if self.t <= t0:
                return depths[i]
            if self.t < t1:
                return depths[i] + (depths[i + 1] - depths[i]) * Fraction(self.t - t0, t1 - t0)
        return depths[-1]

    def drown(self, thing: Thing) -> None:
        thing.damage, thing.was_dead = "drowned now", thing.row in self.dead
        self.tell("flooded", thing)
        for circuit in thing.circuits:
            self.things[circuit].wet.add(thing.row)
            self.things[circuit].reset_at = -1

    def undo(self, thing: Thing) -> None:
        thing.damage, thing.repair_end = "waiting", -1
        self.tell("repair_undone", thing)

    def start_repair(self, thing: Thing) -> None:
        thing.damage = "repairing"
        thing.repair_end = self.t + (thing.repair_dead_s if thing.was_dead else thing.repair_s)
        self.tell("repair_started", thing)

    def protect(self, drowned: Sequence[Thing]) -> None:
        for thing in drowned:
            thing.damage = "waiting"
            for circuit in (self.things[row] for row in thing.circuits):
                if not circuit.tripped:
                    circuit.tripped, circuit.trip_lamp = True, thing.row
                    self.tell("tripped", circuit)

    def declare(self, thing: Thing, action: Action) -> None:
        match action:
            case Action.FAIL:
                thing.failed = True
            case Action.CUT:
                thing.cut = True
            case Action.RESTORE:
                for name in ("failed", "cut"):
                    if getattr(thing, name):
                        setattr(thing, name, False)
                        thing.clear(name, thing.row)
            case Action.FACT_DRY:
                thing.seen_dry = True
                if thing.damage in ("waiting", "drowned now"):
                    self.start_repair(thing)
            case _:
                if thing.fact == "out":
                    thing.clear("failed", thing.row)
                thing.fact = {Action.FACT_OUT: "out", Action.FACT_IN_SERVICE: "in"}.get(action, "")
                if action is Action.FACT_END and thing.seen_dry:
                    thing.seen_dry = False
                    if thing.above["fail"] and thing.damage == "sound":
                        self.drown(thing)
                    elif (thing.above["touch"] or thing.above["fail"]) and thing.damage == "repairing":
                        self.undo(thing)

    def live(self, cut: set[int]) -> set[int]:
        """Give who is fed where nothing but these is down."""
        found: set[int] = set()
        while more := {t.row for t in self.things if t.row not in found | cut and all(
                any(s in found for s in group.suppliers) for group in t.needs())}:
            found |= more
        return found

    def dead_by_cut(self) -> set[int]:
        """Give who is cut, and who is dead where cuts are all that ever happened."""
        cut = {t.row for t in self.things if t.cut}
        return cut | (self.live(set()) - self.live(cut))

    def mend(self, thing: Thing) -> None:
        if thing.damage != "repairing" or thing.repair_end != self.t:
            return
        thing.damage = "sound"
        thing.clear("flooded", thing.row)
        self.tell("repaired", thing)
        for circuit in (self.things[row] for row in thing.circuits):
            circuit.wet.discard(thing.row)
            circuit.last_lamp = thing.row
            if not circuit.wet and circuit.tripped:
                circuit.reset_at = self.t + self.plan.reset_s

    # Supply

    def may_use(self, group: Group, i: int) -> bool:
        """Tell whether a group can take its i-th supplier now, if that is in service."""
        if group.transfer_s[i] == 0 or group.used == i:
            return True
        if group.used is not None and i > group.used:
            return False
        supplier = self.things[group.suppliers[i]]
        return supplier.in_service and max(group.lost_s, supplier.came_s) + group.transfer_s[i] <= self.t

    def grow(self, members: Sequence[Thing], usable: dict[int, list[list[tuple[int, int]]]],
             sources: set[int]) -> dict[int, int]:
        """Give the round in which each member that delivers comes in: the least fixed point.

        ``usable`` holds, for each group, (place, supplier) of those that it may use. Preferred suppliers come first:
        only where they feed nothing more does the next place count.
        """
        inside, rounds, turn = {m.row for m in members}, {}, 0

        def delivers(row: int) -> bool:
            return row in rounds if row in inside else self.things[row].in_service

        places = {i for groups in usable.values() for group in groups for i, _ in group}
        for place in range(max(places, default=0) + 1):
            while come := [m.row for m in members if m.row not in rounds and (
                    m.fact == "in" or (not m.own() and (m.row in sources or all(
                        any(i <= place and delivers(s) for i, s in group) for group in usable[m.row]))))]:
                for row in come:
                    rounds[row] = turn
                turn += 1
        return rounds

    def settle(self, members: Sequence[Thing]) -> None:
        inside = {m.row for m in members}
        usable = {m.row: [[(i, s) for i, s in enumerate(group.suppliers) if self.may_use(group, i)]
                          for group in m.needs()] for m in members}

        def unserved(m: Thing, rounds: dict[int, int]) -> list[Group]:
            return [group for group, can in zip(m.needs(), usable[m.row], strict=True) if not any(
                (s in rounds) if s in inside else self.things[s].in_service for _, s in can)]

        dry = self.grow(members, usable, set())
        fed_dry = {m.row for m in members if not unserved(m, dry)}
        for m in members:
            if m.buffer_s and m.row in fed_dry:
                m.buffer_end = -1
        while True:
            # One buffer more at a time, and only of a member that those in use do not feed.
            lasting = {m.row for m in members if m.buffer_end > self.t}
            rounds = self.grow(members, usable, lasting)
            full = [m for m in members if m.buffer_s and m.buffer_end < 0 and unserved(m, rounds)]
            if not full:
                break
            full[0].buffer_end = self.t + full[0].buffer_s
        missing = {m.row: unserved(m, rounds) for m in members}
        supply = {m.row: "on_buffer" if m.row in lasting else "unfed" if missing[m.row] else "fed" for m in members}
        for m in members:
            if m.in_service and m.row not in rounds and m.own():
                self.open(m, m.own())
        self.explain([m for m in members if (supply[m.row] == "unfed" and m.supply != "unfed")
                      or (supply[m.row] == "on_buffer" and m.supply == "fed")
                      or (m.in_service and m.row not in rounds)], inside, rounds, missing, supply)
        for m in sorted(members, key=lambda m: rounds.get(m.row, 10**9)):
            self.gain(m, inside, rounds, missing, supply, usable)
        for m in members:
            # In a cycle nothing in use may rest on itself, nor on a buffer of the cycle where it need not.
            order = dry if m.row in fed_dry else rounds
            free = m.fact == "in" or not m.in_service
            late = {s for s in inside if s not in order or not (free or order[s] < order[m.row])}
            for group in m.needs():
                self.take(group, late)

    def explain(self, lost: list[Thing], inside: set[int], rounds: dict[int, int], missing: dict[int, list[Group]],
                supply: dict[int, str]) -> None:
        """Explain losses turn by turn, each by an outage that is explained already."""

        def is_out(s: int) -> bool:
            return s not in rounds if s in inside else not self.things[s].in_service

        def options(m: Thing) -> list[int]:
            return [s for group in missing[m.row] for s in group.suppliers if is_out(s)]

        while lost:
            now = [(m, options(m)[0]) for m in lost if options(m) and not self.things[options(m)[0]].in_service]
            if not now:
                some = [(m, s) for m in lost for s in options(m) if not self.things[s].in_service]
                now = some[:1] or [(lost[0], -1)]
            for m, supplier in now:
                lost.remove(m)
                if supply[m.row] != m.supply:
                    self.tell("buffer_started" if supply[m.row] == "on_buffer" else "buffer_emptied" if m.buffer_s
                              else "supply_lost", m)
                    m.supply = supply[m.row]
                if m.in_service and m.row not in rounds:
                    if supplier < 0 and missing[m.row]:
                        supplier = missing[m.row][0].suppliers[0]
                    self.open(m, "buffer_empty" if m.buffer_s else "supply_lost", supplier, missing)

    def open(self, m: Thing, mechanism: str, supplier: int = -1,
             missing: dict[int, list[Group]] | None = None) -> None:
        cause = m.trip_lamp if mechanism == "tripped" else supplier if supplier >= 0 else m.row
        root = (cause, "flooded") if mechanism == "tripped" else (m.row, mechanism)
        if mechanism in ("supply_lost", "buffer_empty") and supplier >= 0 and self.things[supplier].last_outage:
            root = self.in_force(self.things[supplier], missing or {})  # type: ignore[assignment]
        m.outage = m.last_outage = {
            "asset": m.row, "start": self.t, "end": -1, "mechanism": mechanism, "cause": cause, "root": root[0],
            "root_mechanism": root[1], "held_mechanism": "", "held": -1}
        self.outages.append(m.outage)
        m.in_service = False

    def in_force(self, thing: Thing, unserved: dict[int, list[Group]]) -> tuple[object, object]:
        """Give what keeps a thing out at this second at the end of the chain, and how."""
        while True:
            own = thing.own()
            if own == "tripped":
                return thing.trip_lamp, "flooded"
            if own:
                return thing.row, own
            outage = thing.last_outage
            above = self.above(thing, unserved) if outage["start"] != self.t else None  # type: ignore[index]
            if above is None:
                return outage["root"], outage["root_mechanism"]  # type: ignore[index]
            thing = above

    def above(self, thing: Thing, unserved: dict[int, list[Group]], now: bool = True) -> Thing | None:
        """Give the supplier whose outage keeps a thing without supply.

        The preferred of the first group that is out; where these close on themselves in a ring, the next alternative,
        depth first, until one is outside the ring, down by itself or (``now``) explained in this very second.
        """
        ring = next(set(cycle) for cycle in self.cycles if thing.row in cycle)

        def missing(m: Thing) -> list[Group]:
            return unserved.get(m.row, [group for group in m.needs() if group.used is None])

        def search(m: Thing, seen: set[int]) -> Thing | None:
            for s in (self.things[row] for group in missing(m) for row in group.suppliers):
                if s.in_service or s.row in seen:
                    continue
                if s.row not in ring or s.own() or (now and s.outage is not None and s.outage["start"] == self.t):
                    return s
                seen.add(s.row)
                if (found := search(s, seen)) is not None:
                    return found
            return None

        return search(thing, {thing.row})

    def gain(self, m: Thing, inside: set[int], rounds: dict[int, int], missing: dict[int, list[Group]],
             supply: dict[int, str], usable: dict[int, list[list[tuple[int, int]]]]) -> None:
        fed_again = m.supply != "fed" and supply[m.row] == "fed"
        restored = not m.in_service and m.row in rounds
        held = -1
        if fed_again:
            m.supply = "fed"
            turn = max(rounds.get(m.row, 0), 0)
            back = [(group, s) for group, can in zip(m.needs(), usable[m.row], strict=True)
                    if group.used is None and group not in missing[m.row] for _, s in can
                    if self.things[s].in_service and (s not in inside or rounds.get(s, 10**9) < turn)]
            if back and self.things[back[0][1]].came_s == self.t:
                held = self.things[back[0][1]].last_outage["held"]  # type: ignore[index,assignment]
        if not restored:
            return
        by_supply = "buffer_empty" if m.buffer_s else "supply_lost"
        if m.cleared is not None:
            how: tuple[str, object] = m.cleared
        elif m.fact == "in" and not fed_again:
            own = m.own()
            how = (own or by_supply, m.outage["root"] if not own else m.trip_lamp if own == "tripped" else m.row)
        else:
            how = (by_supply, held if held >= 0 else m.outage["root"])
        m.outage.update(end=self.t, held_mechanism=how[0], held=how[1])
        m.outage, m.in_service, m.came_s = None, True, self.t

    def take(self, group: Group, late: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        """Have a group use the supplier that it prefers among those it can have."""
        able = [i for i, s in enumerate(group.suppliers)
                if self.things[s].in_service and s not in late and self.may_use(group, i)]
        new = able[0] if able else None
        if group.used is not None and (new is None or new > group.used):
            group.lost_s = self.t
        group.used = new

    def supervise(self, thing: Thing) -> None:
        groups = [group for group in thing.groups if group.is_control]
        for group in groups:
            self.take(group)
        lost = any(group.used is None for group in groups)
        if lost != thing.unsupervised:
            thing.unsupervised = lost
            self.tell("unsupervised" if lost else "supervised", thing)

    def holding(self, thing: Thing) -> tuple[str, object]:
        """Give what holds an outage at the horizon: own condition first, else along the supply."""
        outage, by, here = thing.outage, "", thing
        while True:
            own = here.own()
            by = by or own or ("buffer_empty" if here.buffer_s else "supply_lost")
            if own:
                return by, here.row if own != "tripped" else here.trip_lamp if here.wet else here.last_lamp
            above = self.above(here, {}, now=False)
            if above is None:
                return by, outage["root"]  # type: ignore[index]
            here = above
