"""Streets the slow way: small networks by name, and a router that knows no arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tests.reference.water import AssetWater, own_cells
from twin.access.access import Access
from twin.access.network import Places, StreetNetwork
from twin.quantities import NONE
from twin.water.depths import DepthSeries, read_depths
from twin.world.access import AccessRules

#: A street: its ends, its length [m], its limit [km/h].
Street = tuple[str, str, float, float]


def network_of(streets: Mapping[str, Street]) -> tuple[StreetNetwork, dict[str, int]]:
    """Give the network of streets by name, one edge each, and the number of each junction."""
    nodes = {name: i for i, name in enumerate(dict.fromkeys(end for s in streets.values() for end in s[:2]))}
    n = len(streets)
    names = tuple(sorted(streets))
    network = StreetNetwork(
        start=np.array([nodes[s[0]] for s in streets.values()], np.int32),
        end=np.array([nodes[s[1]] for s in streets.values()], np.int32),
        length_m=np.array([s[2] for s in streets.values()], float),
        limit_kmh=np.array([s[3] for s in streets.values()], float), is_limit_assumed=np.zeros(n, bool),
        is_bridge=np.zeros(n, bool), is_underpass=np.zeros(n, bool),
        street=np.array([names.index(name) for name in streets], np.int32), names=names, junctions=len(nodes))
    return network, nodes


def depths_of(streets: Mapping[str, Street], times_s: Sequence[int], depth_m: Mapping[str, Sequence[float]],
              duration_s: int) -> DepthSeries:
    """Give the depth on streets by name; those not named stay dry."""
    table = np.zeros((len(times_s), len(streets)))
    for name, depths in depth_m.items():
        table[:, list(streets).index(name)] = depths
    return read_depths(AssetWater(times_s, table), own_cells(len(streets)), duration_s=duration_s)


def access_of(streets: Mapping[str, Street], at: Mapping[str, str], depths: DepthSeries | None, rules: AccessRules,
              duration_s: int, nights: Sequence[tuple[int, int]] = ()) -> Access:
    """Give the access of assets that stand at junctions, by asset in the order of rows; "" off all streets."""
    network, nodes = network_of(streets)
    edge, metre = np.full(len(at), NONE, np.int32), np.zeros(len(at))
    for row, name in enumerate(at.values()):
        if name:
            ends = np.flatnonzero((network.start == nodes[name]) | (network.end == nodes[name]))
            edge[row] = ends[0]
            metre[row] = 0.0 if network.start[ends[0]] == nodes[name] else network.length_m[ends[0]]
    return Access(network=network, depths=depths, places=Places.of(network, edge, metre, np.zeros(len(at))),
                  rules=rules, nights=np.array(nights, np.int64).reshape(-1, 2), duration_s=duration_s)


@dataclass(kw_only=True)
class SlowStreets:
    """The rules of travel as they are written, a dictionary at a time."""

    streets: Mapping[str, Street]
    depths: DepthSeries | None
    rules: AccessRules
    nights: Sequence[tuple[int, int]]

    def __post_init__(self) -> None:
        # Moments and depths as plain numbers: asked for a thousand times.
        self._frames: dict[str, list[tuple[int, int]]] = {}
        if self.depths is not None:
            moments = sorted({0, *self.depths.times_s.tolist(), self.depths.duration_s})
            for row, name in enumerate(self.streets):
                self._frames[name] = [(t, round(float(self.depths.at(t, np.array([row], np.int32))[0]) * 1e6))
                                      for t in moments]

    def depth_um(self, name: str, t: int) -> int:
        frames = self._frames.get(name, [])
        for (t0, d0), (t1, d1) in pairwise(frames):
            if t0 <= t < t1:
                return d0 + (d1 - d0) * (t - t0) // (t1 - t0)
        return frames[-1][1] if frames else 0

    def limit_um(self, t: int) -> int:
        night = any(a <= t < b for a, b in self.nights)
        return round((min(self.rules.night_m, self.rules.day_m) if night else self.rules.day_m) * 1e6)

    def is_open(self, name: str, t: int) -> bool:
        shut = any(c.street == name and c.from_s <= t and (c.until_s == NONE or t < c.until_s)
                   for c in self.rules.closures)
        return not shut and self.depth_um(name, t) < self.limit_um(t)

    def seconds(self, start: str, to: str, depart_s: int) -> int:
        """Give the seconds from junction to junction, -1 where there is no way."""
        reached = {start: float(depart_s)}
        done: set[str] = set()
        while True:
            waiting = [node for node in reached if node not in done]
            if not waiting:
                break
            here = min(waiting, key=lambda node: reached[node])
            done.add(here)
            for name, (a, b, length_m, kmh) in self.streets.items():
                if here not in (a, b):
                    continue
                t = math.floor(reached[here] + 1e-6)
                if not self.is_open(name, t):
                    continue
                w = self.depth_um(name, t) * 1e-3
                speed = min(kmh, 0.0009 * w * w - 0.5529 * w + 86.9448)
                there = b if here == a else a
                at = reached[here] + length_m * 3.6 / speed
                if at < reached.get(there, math.inf):
                    reached[there] = at
        return math.ceil(reached[to] - depart_s - 1e-6) if to in reached else -1

    def next_opening(self, after_s: int, until_s: int) -> int:
        """Give the first second after one at which some street opens, -1 none."""
        before = {name: self.is_open(name, after_s) for name in self.streets}
        for t in range(after_s + 1, until_s + 1):
            now = {name: self.is_open(name, t) for name in self.streets}
            if any(now[name] and not before[name] for name in now):
                return t
            before = now
        return -1
