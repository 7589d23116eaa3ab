"""Access: which streets can be driven at which second, how long a trip takes, and when a place can be reached at all.

Depth is read on each edge as it is entered; an edge is closed at its limit or deeper, by day and by night; below it
the speed is the lesser of the street's limit and a measured curve over depth. Where the water's velocity is known its
total head, depth + speed² / 2 g, stands for the depth: it is never the lower of the two. Bridges carry no depth. A
junction is left as soon as it is reached: nobody waits on the road. A trip is rounded up to a whole second, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from twin.access.legs import Leg, along
from twin.access.network import Places, StreetNetwork
from twin.access.over_time import Closed, Ways
from twin.kernels.access.roads import Limits, Roads, deepest, depth_at, is_open, speed_on, turns
from twin.kernels.access.travel import changing_ways, trips, way
from twin.quantities import NONE, Int32Array, Int64Array, column
from twin.water.depths import DepthSeries
from twin.water.hazard import G_M_S2
from twin.world.access import AccessRules, Closure
from twin.world.city import City
from twin.world.plan import DarkHours, Plan
from twin.world.sun import dark_periods

#: From so much more than the depth on a head is told [m].
HEAD_TOLD_M = 0.01
#: Cells of (departure, place) computed at once: 64 MB.
_AT_ONCE = 16_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One way from a place to another."""

    lasts_s: int
    #: Streets driven, in order, each once in a row; streets without a name left out.
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """When places can be reached from one base, (W,) each, sorted by asset, then start."""

    asset: Int32Array
    #: First and last departure looked at for which there is a way [s].
    from_s: Int64Array
    until_s: Int64Array
    #: First departure looked at, after it, for which there is none [s]; -1: not within the run.
    closed_s: Int64Array
    #: Seconds that the trip takes at the first and at the last of them.
    first_trip_s: Int32Array
    last_trip_s: Int32Array

    def __len__(self) -> int:
        return len(self.asset)

    def of_asset(self, asset: int) -> slice:
        """Give the windows of an asset: they stand together."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        return slice(int(first), int(last))


@dataclass(frozen=True, kw_only=True, eq=False)
class Access:
    """The streets of a city in the water of a run."""

    network: StreetNetwork
    #: Depth on each edge over time; None: no water.
    depths: DepthSeries | None
    #: Where each asset stands, (A,).
    places: Places
    rules: AccessRules
    #: When it is night, (N, 2) [s].
    nights: Int64Array
    duration_s: int
    #: Total head on each edge over time, where the water's velocity is known; None: it is not.
    heads: DepthSeries | None = None
    _limits: dict[float, Limits] = field(default_factory=dict, repr=False)
    _openings: dict[float, Int64Array] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, network: StreetNetwork, depths: DepthSeries | None, places: Places, rules: AccessRules, plan: Plan,
           city: City, heads: DepthSeries | None = None) -> Access:
        """Give the streets in the water of a plan; night is from sunset to sunrise, whatever switches the lamps."""
        nights = dark_periods(plan.start, plan.duration_s + 1, DarkHours(), latitude=city.latitude,
                              longitude=city.longitude, timezone=city.timezone)
        return cls(network=network, depths=depths, places=places, rules=rules, nights=nights,
                   duration_s=plan.duration_s, heads=heads)

    def under(self, rules: AccessRules) -> Access:
        """Give the same streets in the same water under other rules; itself where they are the same."""
        return self if rules == self.rules else replace(self, rules=rules, _limits={}, _openings={})

    def __repr__(self) -> str:
        return f"Access: {self.network!r}, {0 if self.depths is None else len(self.depths):,} of them ever wet"

    @cached_property
    def roads(self) -> Roads:
        """The network and its water as the kernels read them: heads where they are known."""
        return self._in_water(self.depths if self.heads is None else self.heads)

    def _in_water(self, d: DepthSeries | None) -> Roads:
        net = self.network
        offsets, edge, other = net.adjacency
        wet = np.full(len(net), NONE, np.int32)
        series: tuple[Int32Array, Int64Array, Int32Array] = (
            np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int32))
        knot_s, knot_frame = np.zeros(0, np.int64), np.zeros(0, np.int32)
        if d is not None:
            wet[d.asset] = np.arange(len(d), dtype=np.int32)
            series = np.array(d.first), np.array(d.offsets), np.array(d.depth_um)
            knot_s, knot_frame = d.knots()
        wet[net.is_bridge] = NONE
        closed, closed_from, closed_to = self._closings()
        return Roads(offsets=offsets, edge=edge, other=other, start=np.array(net.start), end=np.array(net.end),
                     length_m=np.array(net.length_m), limit_kmh=np.array(net.limit_kmh), wet=wet, first=series[0],
                     depth_offsets=series[1], depth_um=series[2], knot_s=knot_s, knot_frame=knot_frame, closed=closed,
                     closed_from=closed_from, closed_to=closed_to)

    def _closings(self) -> tuple[Int64Array, Int64Array, Int64Array]:
        rows = sorted((int(edge), c.from_s, self.duration_s + 1 if c.until_s == NONE else c.until_s)
                      for c in self.rules.closures for edge in self.network.edges_of(c.street))
        table = np.array(rows, np.int64).reshape(-1, 3)
        offsets = np.searchsorted(table[:, 0], np.arange(len(self.network) + 1)).astype(np.int64)
        return offsets, table[:, 1].copy(), table[:, 2].copy()

    def limits(self, wade_m: float | None = None) -> Limits:
        """Give the closing limit over time of a vehicle that wades so deep by day; None: the plan's."""
        day_m = self.rules.day_m if wade_m is None else wade_m
        if day_m not in self._limits:
            steps = [(0, day_m)]
            for dusk_s, dawn_s in self.nights.tolist():
                steps += [(dusk_s, min(day_m, self.rules.night_m)), (dawn_s, day_m)]
            from_s, first = np.unique(np.array([at_s for at_s, _ in steps])[::-1], return_index=True)
            depth_um = np.rint(np.array([m for _, m in steps])[::-1][first] * 1e6)
            self._limits[day_m] = Limits(from_s=from_s.astype(np.int64), depth_um=depth_um.astype(np.int64))
        return self._limits[day_m]

    # Questions

    def trip(self, start: tuple[int, float], to: tuple[int, float], depart_s: int,
             wade_m: float | None = None) -> Trip | None:
        """Give the fastest trip between two places (edge, metre); None where there is no way."""
        if start[0] == NONE or to[0] == NONE:
            return None
        lasts_s, edges = way(self.roads, self.limits(wade_m), start[0], start[1], depart_s, to[0], to[1])
        if lasts_s < 0:
            return None
        return Trip(lasts_s=int(lasts_s), streets=in_a_row(self.network.name_of(int(e)) for e in edges))

    def legs(self, start: tuple[int, float], to: tuple[int, float], depart_s: int, wade_m: float | None = None
             ) -> tuple[Leg, ...]:
        """Give the fastest trip between two places edge by edge; nothing where there is no way."""
        if start[0] == NONE or to[0] == NONE:
            return ()
        roads, limits = self.roads, self.limits(wade_m)
        lasts_s, edges = way(roads, limits, start[0], start[1], depart_s, to[0], to[1])
        found: list[Leg] = []
        now_s = float(depart_s)
        for e, from_m, to_m in along(self.network, start, to, edges.tolist() if lasts_s >= 0 else []):
            kmh = speed_on(roads, limits, e, now_s)
            left_s = now_s + (abs(to_m - from_m) * 3.6 / kmh if kmh else 0.0)
            found.append(Leg(edge=e, from_m=from_m, to_m=to_m, entered_s=now_s, left_s=left_s))
            now_s = left_s
        return tuple(found)

    def closed_on_the_way(self, start: tuple[int, float], to: tuple[int, float], depart_s: int,
                          wade_m: float | None = None) -> list[dict[str, object]]:
        """Give the streets that are closed on the way one would take without water: name and depth [m], in order."""
        if start[0] == NONE or to[0] == NONE:
            return []
        dry = self.roads._replace(wet=np.full(len(self.network), NONE, np.int32),
                                  closed=np.zeros(len(self.network) + 1, np.int64))
        _, edges = way(dry, self.limits(wade_m), start[0], start[1], depart_s, to[0], to[1])
        found: dict[str, dict[str, object]] = {}
        most: dict[str, float] = {}
        for e in edges.tolist():
            is_open_now, closing_m = self.street_state(e, depart_s, wade_m)
            name = self.network.name_of(e)
            if not is_open_now and closing_m >= most.get(name, 0.0):
                most[name], found[name] = closing_m, {"street": name, **self.water_on(e, depart_s)}
        return list(found.values())

    def water_on(self, edge: int, t_s: int) -> dict[str, object]:
        """Give the depth on an edge at a second, and where it flows so fast that its head counts, head and speed."""
        if self.network.is_bridge[edge] or self.depths is None:
            return {"depth_m": 0.0}
        row, at_s = np.array([edge], np.int32), min(max(t_s, 0), self.duration_s)
        depth_m = float(self.depths.at(at_s, row)[0])
        if self.heads is None or (head_m := float(self.heads.at(at_s, row)[0])) < depth_m + HEAD_TOLD_M:
            return {"depth_m": round(depth_m, 3)}
        return {"depth_m": round(depth_m, 3), "head_m": round(head_m, 3),
                "speed_m_s": round(float(np.sqrt(2 * G_M_S2 * (head_m - depth_m))), 1)}

    def seconds(self, start: tuple[int, float], to: Sequence[tuple[int, float]], depart_s: int,
                wade_m: float | None = None) -> Int32Array:
        """Give the seconds to each of several places, (P,); -1 where there is no way."""
        found = np.full((1, len(to)), NONE, np.int32)
        if start[0] != NONE:
            trips(self.roads, self.limits(wade_m), start[0], start[1], np.array([depart_s], np.int64),
                  np.array([edge for edge, _ in to], np.int32), np.array([metre for _, metre in to], float), found)
        return np.asarray(found[0])

    def place(self, asset: int) -> tuple[int, float]:
        """Give the edge and the metre at which an asset stands."""
        return int(self.places.edge[asset]), float(self.places.metre[asset])

    def next_opening(self, after_s: int, wade_m: float | None = None) -> int:
        """Give the first second after one at which some street opens to a vehicle; -1 none within the run."""
        day_m = self.rules.day_m if wade_m is None else wade_m
        if day_m not in self._openings:
            _, second_s, opens = turns(self.roads, self.limits(wade_m), self.duration_s)
            self._openings[day_m] = np.unique(second_s[opens])
        found = self._openings[day_m]
        at = int(np.searchsorted(found, after_s, side="right"))
        return int(found[at]) if at < len(found) else NONE

    def street_state(self, edge: int, t_s: int, wade_m: float | None = None) -> tuple[bool, float]:
        """Tell whether an edge can be entered at a second, and the depth [m] that counts: the head where known."""
        return (bool(is_open(self.roads, self.limits(wade_m), edge, t_s)),
                float(depth_at(self.roads, edge, t_s)) * 1e-6)

    def closed(self) -> Closed:
        """Give when each edge is closed to the plan's vehicle, by water or by order."""
        limits = self.limits()
        edge, second_s, opens = turns(self.roads, limits, self.duration_s)
        shut = np.flatnonzero([not is_open(self.roads, limits, e, 0) for e in range(len(self.network))])
        # What is closed at the start closes then; a second told twice is one.
        rows = sorted({*((int(e), 0, False) for e in shut),
                       *zip(edge.tolist(), second_s.tolist(), opens.tolist(), strict=True)})
        found, standing = [], self.roads if self.heads is None else self._in_water(self.depths)
        for (e, from_s, is_opening), following in zip(rows, [*rows[1:], (NONE, 0, False)], strict=True):
            if is_opening:
                continue
            end_s = following[1] if following[0] == e else NONE
            last_s = self.duration_s if end_s == NONE else end_s - 1
            ordered = any(c.from_s <= last_s and (c.until_s == NONE or c.until_s > from_s)
                          for c in self.rules.closures if c.street == self.network.name_of(e))
            found.append((e, from_s, end_s, ordered, deepest(standing, e, from_s, last_s),
                          deepest(self.roads, e, from_s, last_s)))
        table = np.array(found, np.int64).reshape(-1, 6)
        return Closed(edge=column(table[:, 0], np.int32), start_s=column(table[:, 1], np.int64),
                      end_s=column(table[:, 2], np.int64), is_ordered=column(table[:, 3], np.bool_),
                      depth_m=column(table[:, 4] * 1e-6, np.float64),
                      head_m=column(table[:, 5] * 1e-6, np.float64))

    def ways(self, base: tuple[int, float], assets: Int32Array) -> Ways:
        """Give by which edges assets are reached from a base, by departures at ``departures_s``."""
        depart_s = self.departures_s
        if base[0] == NONE or not len(assets):
            return Ways.of(np.zeros((0, 4), np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32), depart_s, assets)
        place, at, lasts_s, offsets, edges = changing_ways(
            self.roads, self.limits(), base[0], base[1], depart_s, np.array(self.places.edge[assets]),
            np.array(self.places.metre[assets]))
        rows = np.column_stack([place, at, lasts_s, np.arange(len(place))])
        return Ways.of(rows, offsets, edges, depart_s, assets)

    @cached_property
    def departures_s(self) -> Int64Array:
        """The seconds looked at: frames of the water, changes of the limit, closings by order, both ends of the run."""
        ordered = [c.from_s for c in self.rules.closures] + [c.until_s for c in self.rules.closures]
        frames = [] if self.depths is None else self.depths.times_s.tolist()
        looked = np.unique(np.array([0, self.duration_s, *frames, *self.limits().from_s.tolist(), *ordered], np.int64))
        return looked[(looked >= 0) & (looked <= self.duration_s)]

    def windows(self, base: tuple[int, float], assets: Int32Array, wade_m: float | None = None) -> Windows:
        """Give when assets can be reached from a base, by departures at ``departures_s``."""
        depart_s = self.departures_s
        to_edge, to_metre = np.array(self.places.edge[assets]), np.array(self.places.metre[assets])
        block = max(1, _AT_ONCE // max(len(assets), 1))
        was_s, opened_s, opened_trip = (np.full(len(assets), NONE, np.int64) for _ in range(3))
        last_trip: Int64Array = np.full(len(assets), NONE, np.int64)
        found: list[tuple[Int64Array, ...]] = []
        for begin in range(0, len(depart_s), block):
            leaves_s = depart_s[begin:begin + block]
            lasts_s = np.full((len(leaves_s), len(assets)), NONE, np.int32)
            if base[0] != NONE:
                trips(self.roads, self.limits(wade_m), base[0], base[1], leaves_s, to_edge, to_metre, lasts_s)
            for at_s, now in zip(leaves_s.tolist(), lasts_s, strict=True):
                shuts = np.flatnonzero((now < 0) & (opened_s >= 0))
                if len(shuts):
                    found.append((shuts, opened_s[shuts], was_s[shuts], np.full(len(shuts), at_s), opened_trip[shuts],
                                  last_trip[shuts]))
                    opened_s[shuts] = NONE
                opens = (now >= 0) & (opened_s < 0)
                opened_s[opens], opened_trip[opens] = at_s, now[opens]
                was_s[now >= 0], last_trip[now >= 0] = at_s, now[now >= 0]
        still = np.flatnonzero(opened_s >= 0)
        found.append((still, opened_s[still], was_s[still], np.full(len(still), NONE), opened_trip[still],
                      last_trip[still]))
        table = [np.concatenate(values) for values in zip(*found, strict=True)]
        order = np.lexsort((table[1], table[0]))
        return Windows(asset=column(assets[table[0][order]], np.int32), from_s=column(table[1][order], np.int64),
                       until_s=column(table[2][order], np.int64), closed_s=column(table[3][order], np.int64),
                       first_trip_s=column(table[4][order], np.int32), last_trip_s=column(table[5][order], np.int32))


def closures_of(told: Iterable[tuple[int, str, bool, str]]) -> tuple[Closure, ...]:
    """Give closings from what was said of streets: second, street, whether closed, by whom; the latest word holds."""
    open_since: dict[str, tuple[int, str]] = {}
    found = []
    for at_s, street, is_closed, by in sorted(told):
        if is_closed:
            open_since.setdefault(street, (at_s, by))
        elif street in open_since:
            from_s, who = open_since.pop(street)
            found.append(Closure(street=street, from_s=from_s, until_s=at_s, by=who))
    found += [Closure(street=street, from_s=from_s, by=who) for street, (from_s, who) in open_since.items()]
    return tuple(sorted(found, key=lambda c: (c.from_s, c.street)))


def in_a_row(names: Iterable[str]) -> tuple[str, ...]:
    """Leave out what has no name, and what repeats the one before."""
    kept: list[str] = []
    for name in names:
        if name and kept[-1:] != [name]:
            kept.append(name)
    return tuple(kept)


