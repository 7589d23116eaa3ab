"""Inferred links that may be wrong: the supplier is then the nearest other asset of its kind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.ensemble.draws import Draws, Keys, keys_of
from twin.quantities import NONE, FloatArray, Int32Array, Int64Array
from twin.world.assets import Source
from twin.world.city import City
from twin.world.supplies import Supplies

#: Distances held at once: 2 million are 16 MB.
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alternatives:
    """The other supplier of each inferred link."""

    #: Edges with one, (N,), and it.
    edge: Int64Array
    supplier: Int32Array
    #: A link is known by its consumer and the supplier that was inferred, (N,).
    keys: Keys

    def drawn(self, city: City, draws: Draws, probability: float) -> Supplies:
        """Give the supplies of a night in which each of these links is wrong with a probability."""
        wrong = np.flatnonzero(draws.each("links", self.keys) < probability)
        if not len(wrong):
            return city.supplies
        supplier = np.array(city.supplies.supplier)
        supplier[self.edge[wrong]] = self.supplier[wrong]
        supplier.flags.writeable = False
        return replace(city.supplies, supplier=supplier)


def alternatives(city: City) -> Alternatives:
    """Find the other supplier of each inferred link: nearest to the consumer, neither it nor one that it has."""
    s, assets = city.supplies, city.assets
    inferred = np.flatnonzero(s.source == Source.INFERRED)
    has_place = ~np.isnan(assets.x_m) & ~np.isnan(assets.y_m)
    inferred = inferred[has_place[s.consumer[inferred]]]
    found = np.full(len(inferred), NONE, np.int32)
    for kind in np.unique(assets.kind[s.supplier[inferred]]).tolist():
        mine = np.flatnonzero(assets.kind[s.supplier[inferred]] == kind)
        others = np.flatnonzero((assets.kind == kind) & has_place).astype(np.int32)
        if not len(others):
            continue
        step = max(_AT_ONCE // len(others), 1)
        for begin in range(0, len(mine), step):
            part = mine[begin:begin + step]
            found[part] = _nearest_other(city, inferred[part], others)
    known = np.flatnonzero(found != NONE)
    edge = inferred[known]
    names = [f"{consumer}\0{supplier}" for consumer, supplier in zip(
        assets.id[s.consumer[edge]].tolist(), assets.id[s.supplier[edge]].tolist(), strict=True)]
    return Alternatives(edge=edge, supplier=found[known], keys=keys_of(names))


def _nearest_other(city: City, edge: Int64Array, others: Int32Array) -> Int32Array:
    s, assets = city.supplies, city.assets
    consumer = s.consumer[edge]
    away_m: FloatArray = np.hypot(assets.x_m[consumer][:, None] - assets.x_m[others],
                                  assets.y_m[consumer][:, None] - assets.y_m[others])
    away_m[consumer[:, None] == others] = np.inf
    for i, row in enumerate(consumer.tolist()):
        away_m[i, np.isin(others, s.suppliers_of(row))] = np.inf
    nearest = away_m.argmin(axis=1)
    return np.where(np.isfinite(away_m[np.arange(len(edge)), nearest]), others[nearest], NONE).astype(np.int32)
