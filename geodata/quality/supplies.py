"""What the links of a city tell a doctor: who hangs in the air, in a ring, too far away, or on one asset alone.

Arrays where a million lamps pass, sets of asset rows where only their suppliers do.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from twin.quantities import BoolArray, FloatArray, Int32Array, Int64Array
from twin.world.assets import Assets
from twin.world.kinds import Role
from twin.world.supplies import Service, Supplies


def without_supplier(assets: Assets, supplies: Supplies) -> BoolArray:
    """Give the mask of the assets that need a supplier and have none, (A,)."""
    fed = np.zeros(len(assets), dtype=bool)
    fed[supplies.consumer[supplies.service != Service.CONTROL]] = True
    return ~fed & ~assets.kinds.is_source[assets.kind]


def without_consumer(assets: Assets, supplies: Supplies) -> BoolArray:
    """Give the mask of the feeders that feed nothing, (A,)."""
    feeds = np.zeros(len(assets), dtype=bool)
    feeds[supplies.supplier] = True
    return ~feeds & assets.of_role(Role.DISTRIBUTES)


def never_in_service(assets: Assets, supplies: Supplies) -> BoolArray:
    """Give the mask of the assets that no source reaches, (A,): a ring that only feeds itself, and what hangs on it.

    The least fixed point of rule 4 of the model, without water and without buffers.
    """
    needed = supplies.service != Service.CONTROL
    supplier, consumer, group = supplies.supplier[needed], supplies.consumer[needed], supplies.group[needed]
    served = np.ones(len(assets), dtype=bool)
    if not len(consumer):
        return ~served
    served[consumer] = False
    starts = np.flatnonzero(np.r_[True, (consumer[1:] != consumer[:-1]) | (group[1:] != group[:-1])])
    of_group = consumer[starts]
    first = np.flatnonzero(np.r_[True, of_group[1:] != of_group[:-1]])
    while True:
        has_one = np.logical_or.reduceat(served[supplier], starts)
        has_all = np.logical_and.reduceat(has_one, first)
        if np.array_equal(served[of_group[first]], has_all):
            return ~served
        served[of_group[first]] = has_all


def rings(assets: Assets, supplies: Supplies) -> list[Int32Array]:
    """Give the sets of assets that feed each other in a ring, largest first, then by row."""
    n = len(assets)
    graph = csr_array((np.ones(len(supplies), np.int8), (supplies.supplier, supplies.consumer)), shape=(n, n))
    count, label = connected_components(graph, connection="strong")
    sizes = np.bincount(label, minlength=count)
    members = np.flatnonzero(sizes[label] > 1)
    found = [members[label[members] == which].astype(np.int32) for which in np.unique(label[members])]
    return sorted(found, key=lambda rows: (-len(rows), int(rows[0])))


@cache
def _limits() -> dict[tuple[str, str], float]:
    text = resources.files("geodata").joinpath("data/link_lengths.csv").read_text(encoding="utf-8")
    return {(row["supplier"], row["consumer"]): float(row["limit_m"]) for row in csv.DictReader(text.splitlines())}


def lengths(assets: Assets, supplies: Supplies) -> tuple[Int64Array, FloatArray]:
    """Give where each link begins and how long it is [m], (E,) each; NaN where an end has no place.

    A supplier without a place (a circuit) stands for its own preferred supplier: a lamp is measured to its cabinet.
    """
    preferred = np.arange(len(assets))
    first = np.r_[True, supplies.consumer[1:] != supplies.consumer[:-1]] if len(supplies) else np.zeros(0, bool)
    above = preferred.copy()
    above[supplies.consumer[first]] = supplies.supplier[first]
    standing = supplies.supplier.astype(np.int64)
    for _ in range(3):  # a circuit on a circuit is as deep as it gets
        lost = np.isnan(assets.x_m[standing])
        standing[lost] = above[standing[lost]]
    consumer = supplies.consumer
    return standing, np.hypot(assets.x_m[standing] - assets.x_m[consumer], assets.y_m[standing] - assets.y_m[consumer])


def long_links(assets: Assets, supplies: Supplies) -> tuple[Int32Array, Int32Array, FloatArray, FloatArray]:
    """Give the links longer than their kinds allow: supplier, consumer, length and limit, (N,) each, longest first.

    Source
    ------
    ``geodata/data/link_lengths.csv``: assumptions, to be edited.
    """
    standing, length_m = lengths(assets, supplies)
    consumer = supplies.consumer
    names, limits = assets.kinds.names, _limits()
    table = np.array([[limits.get((one, other), limits["*", "*"]) for other in names] for one in names])
    limit_m = table[assets.kind[standing], assets.kind[consumer]]
    with np.errstate(invalid="ignore"):
        long = np.flatnonzero(length_m > limit_m)
    long = long[np.argsort(-length_m[long], kind="stable")]
    return (standing[long].astype(np.int32), consumer[long], length_m[long], limit_m[long])


def losses(assets: Assets, supplies: Supplies) -> tuple[Int32Array, Int64Array]:
    """Give what each feeder takes down alone: rows of the feeders, (F,), and assets lost by kind, (F, K).

    An asset hangs on those without which it has no service: itself, and for each needed group what all suppliers of
    the group hang on. The feeder itself is not counted.
    """
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


def supply_count(supplies: Supplies, row: int) -> int:
    """Give how many alternatives the poorest needed group of an asset has; 0 when it has no supplier."""
    edges = supplies.edges_into(row)
    power = supplies.service[edges] != Service.CONTROL
    _, count = np.unique(supplies.group[edges][power], return_counts=True)
    return int(count.min()) if len(count) else 0


def by_kind(assets: Assets, rows: Any) -> dict[str, Int64Array]:
    """Give the rows of a selection by kind, in the order of the kinds."""
    rows = np.flatnonzero(rows) if getattr(rows, "dtype", None) == np.bool_ else np.asarray(rows, dtype=np.int64)
    return {name: rows[assets.kind[rows] == code] for code, name in enumerate(assets.kinds.names)
            if np.any(assets.kind[rows] == code)}


def by_kind_of(assets: Assets, consumer: Any, mask: BoolArray) -> dict[str, Int64Array]:
    """Give the links of a selection by the kind of their consumer, in the order of the kinds."""
    links = np.flatnonzero(mask)
    code = assets.kind[consumer[links]]
    return {name: links[code == one] for one, name in enumerate(assets.kinds.names) if np.any(code == one)}
