"""Dominators of the supply graph: what each asset hangs on alone, and what the loss of one takes down with it.

Arrays where a million lamps pass, sets of asset rows where only their suppliers do.
"""

from __future__ import annotations

import numpy as np

from twin.quantities import Int32Array, Int64Array
from twin.world.city import City
from twin.world.supplies import Service


def losses(city: City) -> tuple[Int32Array, Int64Array]:
    """Give what each feeder takes down alone: rows of the feeders, (F,), and assets lost by kind, (F, K).

    An asset hangs on those without which it has no service: itself, and for each needed group what all suppliers of
    the group hang on. The feeder itself is not counted.
    """
    assets, supplies = city.assets, city.supplies
    kinds = len(assets.kinds)
    needed = supplies.service != Service.CONTROL
    supplier, consumer, group = supplies.supplier[needed], supplies.consumer[needed], supplies.group[needed]
    feeds = np.zeros(len(assets), dtype=bool)
    feeds[supplier] = True
    edges = np.bincount(consumer, minlength=len(assets))
    single = (edges[consumer] == 1) & ~feeds[consumer]
    leaves: dict[int, Int64Array] = {}
    cell, count = np.unique(supplier[single].astype(np.int64) * kinds + assets.kind[consumer[single]],
                            return_counts=True)
    for key, number in zip(cell.tolist(), count.tolist(), strict=True):
        leaves.setdefault(key // kinds, np.zeros(kinds, np.int64))[key % kinds] += number
    groups: dict[int, dict[int, list[int]]] = {}
    others = ~single
    for s, c, g in zip(supplier[others].tolist(), consumer[others].tolist(), group[others].tolist(), strict=True):
        groups.setdefault(c, {}).setdefault(g, []).append(s)
    hangs_on = _hangs_on(np.flatnonzero(feeds).tolist(), groups)
    lost = {row: np.zeros(kinds, np.int64) for row in np.flatnonzero(feeds).tolist()}
    for row, above in hangs_on.items():
        for upon in above:
            if row in leaves:
                lost[upon] += leaves[row]
            if upon != row:
                lost[upon][assets.kind[row]] += 1
    for row, needs in groups.items():
        if not feeds[row]:
            for upon in _needed(needs, hangs_on) or ():
                lost[upon][assets.kind[row]] += 1
    rows = np.array(sorted(lost), dtype=np.int32)
    return rows, np.array([lost[int(row)] for row in rows], dtype=np.int64).reshape(len(rows), kinds)


def _hangs_on(feeders: list[int], groups: dict[int, dict[int, list[int]]]) -> dict[int, frozenset[int]]:
    """Give the assets that each feeder hangs on: the greatest solution of the equations, by falling iteration.

    What no source reaches is left out: it is out as it stands, and can be taken down by nothing.
    """
    found: dict[int, frozenset[int]] = {row: frozenset((row,)) for row in feeders if row not in groups}
    consumers: dict[int, list[int]] = {}
    for row, needs in groups.items():
        for upon in {s for alternatives in needs.values() for s in alternatives}:
            consumers.setdefault(upon, []).append(row)
    is_feeder = set(feeders)
    waiting = [row for source in found for row in consumers.get(source, [])]
    while waiting:
        later: dict[int, None] = {}
        for row in dict.fromkeys(waiting):
            needed = _needed(groups[row], found) if row in is_feeder else None
            if needed is not None and needed | {row} != found.get(row):
                found[row] = needed | {row}
                later.update(dict.fromkeys(consumers.get(row, [])))
        waiting = list(later)
    return found


def _needed(needs: dict[int, list[int]], hangs_on: dict[int, frozenset[int]]) -> frozenset[int] | None:
    """Give what an asset hangs on through its groups; None while a group has no supplier that a source reaches."""
    upon: frozenset[int] = frozenset()
    for alternatives in needs.values():
        reached = [hangs_on[s] for s in alternatives if s in hangs_on]
        if not reached:
            return None
        upon |= frozenset.intersection(*reached)
    return upon
