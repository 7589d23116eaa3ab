"""Streets in the water for the operator's page: what is closed when, who is reached from where, and by which streets.

All of it is asked of the run: the page looks up what holds at a moment, and finds no way by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin.access.over_time import Ways
from twin.quantities import NONE, Int32Array, column
from twin.results.reach import CutOff, Reach, stays_dry
from twin.world.kinds import Role
from viewer.scene.frame import pack_shapes
from viewer.scene.intervals import OPEN, Patterns, Row
from viewer.scene.pack import Packer, centimetres

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from geodata.run.roads import RunStreets
    from viewer.scene.compose import Scene

#: Edges of ways that a page carries at most: beyond it, ways lead to critical sites alone.
MOST_STEPS = 400_000


def pack_roads(run: Run, streets: RunStreets, scene: Scene) -> None:
    """Add the streets of a run that asks for access.

    Parameters
    ----------
    run
        The run.
    streets
        Its streets.
    scene
        The run as it is packed; columns are added to it.
    """
    packer, number, access = scene.packer, scene.number, streets.access
    closed = access.closed()
    reach = Reach.of(access, run.result.view) if access.rules.bases else None
    cut_off = None if reach is None else reach.cut_off()
    ways = [] if reach is None or cut_off is None else _ways(run, reach, cut_off)
    edges = np.unique(np.concatenate([closed.edge, *(one.edge for one in ways)])).astype(np.int64)
    road = np.full(len(access.network), NONE, np.int64)
    road[edges] = np.arange(len(edges))
    packer.add("closed.road", road[closed.edge], "u4", delta=True)
    packer.add("closed.start", closed.start_s, "u4")
    packer.add("closed.end", _ends(closed.end_s), "u4")
    packer.add("closed.ordered", closed.is_ordered.astype(int), "u1")
    packer.add("closed.depth", centimetres(closed.depth_m), "u2")
    if access.heads is not None:
        packer.add("closed.head", centimetres(closed.head_m), "u2")
    if reach is not None and cut_off is not None:
        _pack_reach(packer, reach, number)
        _pack_islands(run, packer, cut_off, number)
        _pack_ways(packer, ways, number, road)
    rules = access.rules
    packer.text("access", {"bases": [int(number[run.result.city.assets.row(base)]) for base in rules.bases],
                           "day": int(centimetres(rules.day_m)), "night": int(centimetres(rules.night_m))})
    of_line = pack_shapes(packer, "road", scene.frame, streets.lines[edges] if len(edges) else [], closed=False,
                          simplify_m=0.6)
    packer.add("road.of", of_line, "u4", delta=True)
    packer.add("road.street", [scene.streets.get(access.network.name_of(edge), 0) for edge in edges.tolist()], "u2")


def _ends(seconds: Any) -> Any:
    return np.where(np.asarray(seconds) == NONE, OPEN, seconds)


def _pack_reach(packer: Packer, reach: Reach, number: Any) -> None:
    """Add when each asset is reached from which base, up to the last departure that is open; 0: from none, ever."""
    rows: dict[int, list[Row]] = {}
    for place, windows in enumerate(reach.windows):
        last_s = np.where(windows.closed_s == NONE, OPEN, windows.until_s + 1)
        for asset, from_s, end_s in zip(windows.asset.tolist(), windows.from_s.tolist(), last_s.tolist(), strict=True):
            rows.setdefault(asset, []).append((from_s, end_s, place))
    patterns = Patterns()
    order = np.argsort(number, kind="stable")
    packer.add("asset.reach", [patterns.number(rows.get(row, ())) for row in order.tolist()], "u4", delta=True)
    patterns.pack(packer, "reach")
    # 150 m from every street: nothing is said of the way there.
    on_street = np.asarray(reach.access.places.edge)[order] != NONE
    packer.add("asset.onstreet", on_street.astype(int), "u1")


def _pack_islands(run: Run, packer: Packer, cut_off: CutOff, number: Any) -> None:
    """Add when what stays dry cannot be reached from any base."""
    dry = stays_dry(run.result.view)
    rows: dict[int, list[Row]] = {}
    for asset, start_s, end_s in zip(cut_off.asset.tolist(), cut_off.start_s.tolist(), _ends(cut_off.end_s).tolist(),
                                     strict=True):
        if dry[asset]:
            rows.setdefault(asset, []).append((start_s, end_s, 1))
    patterns, order = Patterns(), np.argsort(number, kind="stable")
    packer.add("asset.island", [patterns.number(rows.get(row, ())) for row in order.tolist()], "u4", delta=True)
    patterns.pack(packer, "island")


def _ways(run: Run, reach: Reach, cut_off: CutOff) -> list[Ways]:
    """Give the ways to gear that water reaches or cuts off, and to all critical sites."""
    chosen = _worth_a_way(run, reach, cut_off)
    starts = [reach.access.place(base) for base in reach.bases]
    ways = [reach.access.ways(start, chosen) for start in starts]
    if sum(len(one.edge) for one in ways) > MOST_STEPS:
        chosen = chosen[run.result.city.assets.of_role(Role.VITAL)[chosen]]
        ways = [reach.access.ways(start, chosen) for start in starts]
    return ways


def _pack_ways(packer: Packer, ways: list[Ways], number: Any, road: Any) -> None:
    """Add by which streets assets are reached from each base."""
    driven = [[tuple(road[one.edge[one.offsets[k]:one.offsets[k + 1]]].tolist()) for k in range(len(one))]
              for one in ways]
    routes = {route: i for i, route in enumerate(sorted({route for some in driven for route in some}))}
    table = [(int(number[one.asset[k]]), int(one.start_s[k]), place, int(_ends(one.end_s[k])), int(one.trip_s[k]),
              routes[some[k]])
             for place, (one, some) in enumerate(zip(ways, driven, strict=True)) for k in range(len(one))]
    columns = np.array(sorted(table), np.int64).reshape(-1, 6)
    for name, at, dtype in (("asset", 0, "u4"), ("start", 1, "u4"), ("base", 2, "u1"), ("end", 3, "u4"),
                            ("trip", 4, "u4"), ("route", 5, "u4")):
        packer.add(f"way.{name}", columns[:, at], dtype, delta=name == "asset")
    # Ways from one base begin alike: of each only what follows the edges that it shares with the one before.
    shared = [next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
              for one, other in zip(routes, [(), *routes], strict=False)]
    packer.add("route.shared", shared, "u2")
    packer.add("route.n", [len(route) - n for route, n in zip(routes, shared, strict=True)], "u2")
    packer.add("route.road", [road for route, n in zip(routes, shared, strict=True) for road in route[n:]], "u4")


def _worth_a_way(run: Run, reach: Reach, cut_off: CutOff) -> Int32Array:
    assets, touched_s = run.result.city.assets, run.result.exposure.touched_at_s
    cut = np.zeros(len(assets), bool)
    cut[cut_off.asset] = True
    gear = ~assets.of_role(Role.LIGHTS) & ~assets.buildings()
    wanted = (gear & (cut | (touched_s != NONE))) | assets.of_role(Role.VITAL)
    return column(reach.assets[wanted[reach.assets]], np.int32)
