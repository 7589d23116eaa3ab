"""Cut order: where each thing that is ever to be cut is opened, and which place comes before which.

The one owner of that order: list, map, sheets and acts read it here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.quantities import NONE, Int32Array
from twin.results.live_parts import LiveParts
from twin.results.near import HOUSE_NEAR_M, SITE_NEAR_M, near
from twin.results.view import View
from twin.world.kinds import Role


def places_of(view: View, cut: Int32Array) -> Int32Array:
    """Give where each is opened: the cabinet of a circuit, else itself."""
    cabinet = view.cabinet[cut]
    return np.where(cabinet == NONE, cut, cabinet).astype(np.int32)


def cut_order(view: View, parts: LiveParts) -> Mapping[int, int]:
    """Give the rank of each place that is ever to be cut in a run: the first is 0, no two are alike.

    Substations first, which bring medium voltage; then by the people of critical sites within 100 m, by houses within
    20 m, by how many things ever stand in water behind it, and by the deepest that they come to stand.
    """
    assets, peak_m = view.city.assets, np.nan_to_num(view.exposure.peak_depth_m)
    place = places_of(view, parts.cut)
    vital = assets.of_role(Role.VITAL)
    houses = assets.buildings()

    def key(row: int) -> tuple[float, ...]:
        members = np.unique(parts.asset[place == row])
        sites = np.unique(np.concatenate([near(assets, one, vital, SITE_NEAR_M) for one in members.tolist()]))
        dwellings = np.unique(np.concatenate([near(assets, one, houses, HOUSE_NEAR_M) for one in members.tolist()]))
        return (float(not assets.has_role(row, Role.SOURCE)), -float(np.nan_to_num(assets.people[sites]).sum()),
                -float(len(dwellings)), -float(len(members)), -float(peak_m[members].max()), float(row))

    return {row: rank for rank, row in enumerate(sorted(np.unique(place).tolist(), key=key))}
