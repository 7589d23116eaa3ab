"""Watering: when a zone waters nothing, and why. The one place that says that a zone is suspended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, column
from twin.results.view import View
from twin.world.kinds import Role


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suspensions:
    """When zones water nothing, (S,) each, sorted by asset, then start; reasons may overlap."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: still suspended at the horizon.
    end_s: Int64Array
    #: Water stands on it; else it is without its controller or supply: ``outage`` is the row.
    by_water: BoolArray
    outage: Int32Array

    def __len__(self) -> int:
        return len(self.asset)

    def of_asset(self, asset: int, t_s: int | None = None) -> Int64Array:
        """Give the rows of one zone, (N,), or those in force at a second."""
        mine = self.asset == asset
        if t_s is not None:
            mine &= (self.start_s <= t_s) & ((self.end_s == NONE) | (self.end_s > t_s))
        return np.flatnonzero(mine)


def suspensions(view: View) -> Suspensions:
    """Give when each zone waters nothing: water stands on it, or its controller or supply is out."""
    zone, wet, o = view.city.assets.of_role(Role.WATERS), view.exposure.wet, view.outages
    under, without = np.flatnonzero(zone[wet.asset]), np.flatnonzero(zone[o.asset])
    asset = np.concatenate([wet.asset[under], o.asset[without]])
    start_s = np.concatenate([wet.start_s[under], o.start_s[without]])
    end_s = np.concatenate([wet.end_s[under], o.end_s[without]])
    by_water = np.concatenate([np.ones(len(under), bool), np.zeros(len(without), bool)])
    outage = np.concatenate([np.full(len(under), NONE), without])
    order = np.lexsort((start_s, asset))
    return Suspensions(
        asset=column(asset[order], np.int32), start_s=column(start_s[order], np.int64),
        end_s=column(end_s[order], np.int64), by_water=column(by_water[order], np.bool_),
        outage=column(outage[order], np.int32))
