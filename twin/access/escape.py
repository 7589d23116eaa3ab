"""Escape: the streets by which people go to a refuge, each from home to the nearest one, as before the water."""

from __future__ import annotations

import numpy as np

from twin.access.access import Access
from twin.kernels.access.travel import drive
from twin.quantities import NONE, BoolArray, FloatArray, Int32Array


def ways_to(access: Access, homes: Int32Array, refuges: Int32Array) -> BoolArray:
    """Give the edges on the fastest way from each home to the refuge that is nearest to it, (E,).

    Streets are driven, or walked, both ways: the ways from the refuges are those to them.

    Parameters
    ----------
    access
        The streets, dry: people leave before the water.
    homes, refuges
        Rows of assets, (H,) and (R,); those off every street count for nothing.
    """
    roads, net = access.roads, access.network
    marked, n, room = np.zeros(len(net), bool), net.junctions, 2 * len(net) + 4
    homes = homes[np.asarray(access.places.edge)[homes] != NONE]
    edge, metre = np.asarray(access.places.edge)[homes], np.asarray(access.places.metre)[homes]
    best_s: FloatArray = np.full(len(homes), np.inf)
    node, chosen = np.full(len(homes), NONE, np.int64), np.full(len(homes), NONE, np.int64)
    trees: list[Int32Array] = []
    for refuge in refuges.tolist():
        at = access.place(refuge)
        if at[0] == NONE:
            continue
        arrival_s, via = np.empty(n), np.empty(n, np.int32)
        drive(roads, access.limits(), at[0], at[1], 0.0, arrival_s, via, np.empty(room), np.empty(room, np.int32))
        trees.append(via)
        marked[at[0]] = True
        for end, metres in ((net.start[edge], metre), (net.end[edge], net.length_m[edge] - metre)):
            lasts_s = arrival_s[end] + metres * 3.6 / net.limit_kmh[edge]
            better = lasts_s < best_s
            best_s[better], node[better], chosen[better] = lasts_s[better], end[better], len(trees) - 1
    for home in np.flatnonzero(chosen != NONE).tolist():
        marked[edge[home]] = True
        here, via = int(node[home]), trees[int(chosen[home])]
        while via[here] >= 0:
            e = int(via[here])
            marked[e] = True
            here = int(net.end[e] if net.start[e] == here else net.start[e])
    return marked
