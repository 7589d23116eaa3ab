"""The water balance of the root zone of irrigated zones, day by day. Source: FAO-56, eq. 82-88, 71-79.

    depletion(evening) = depletion(morning) - (rain - runoff) - watering - flood + evapotranspiration + drainage

The stress of a day, and whether a programme waters, go by the depletion of the morning.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.kernels.soil.formulae import (
    allowed_fraction,
    evaporation_of,
    layer_after,
    reduction_of,
    runoff_of,
    stress_of,
)
from twin.kernels.soil.tables import (
    GIVEN,
    METERED,
    PROBED,
    RAN_WET,
    STUCK_OPEN,
    UNDER_WATER,
    WET,
    DayColumns,
    Days,
    Ground,
    LockColumns,
    Plants,
    PointColumns,
    Schedules,
    StateColumns,
)
from twin.kernels.soil.watering import given, seconds_under


@jit()
def run_season(ground: Ground, plants: Plants, days: Days, schedules: Schedules, locks: LockColumns,
               points: PointColumns, state: StateColumns, columns: DayColumns) -> None:
    """Run all zones through all days.

    Parameters
    ----------
    ground, plants, days, schedules, locks, points
        What each zone is, and what happens to it.
    state
        In: the morning of the first day. Out: the evening of the last.
    columns
        Out.
    """
    for z in range(len(ground.plant)):
        lock, point = locks.first[z], points.first[z]
        for d in range(len(days.eto_mm)):
            while lock < locks.first[z + 1] and locks.end_s[lock] <= days.start_s[d]:
                lock += 1
            last = point
            while last < points.first[z + 1] and points.day[last] == d:
                last += 1
            _day(ground, z, plants, days, d, schedules, locks, lock, points, point, last, state, columns)
            point = last


@jit()
def _points_of(points: PointColumns, first: int, last: int) -> tuple[float, float, float]:
    """Give what a probe saw, what a meter read and what was given by hand on a day; NaN for none."""
    seen, read, by_hand = np.nan, np.nan, np.nan
    for row in range(first, last):
        if points.sort[row] == PROBED:
            seen = points.value[row]
        elif points.sort[row] == GIVEN:
            by_hand = points.value[row]
        else:
            read = points.value[row]
    return seen, read, by_hand


@jit()
def _day(ground: Ground, z: int, plants: Plants, days: Days, d: int, schedules: Schedules, locks: LockColumns,
         lock: int, points: PointColumns, point: int, last_point: int, state: StateColumns, columns: DayColumns
         ) -> None:
    """Take one zone through one day."""
    seen, read, by_hand = _points_of(points, point, last_point)
    v, last_lock = ground.plant[z], locks.first[z + 1]
    total = ground.available_mm_m[z] * plants.root_m[v, d]
    morning = state.depletion_mm[z]
    if seen == seen:
        morning = min(max(seen, 0.0), total)
    columns.corrected_mm[z, d] = morning - state.depletion_mm[z]
    rain, eto = days.rain_mm[d], days.eto_mm[d]
    runoff = runoff_of(rain, ground.retention_mm[z])
    basal = plants.kc[v, d]
    allowed = allowed_fraction(plants.depletion[v, d], basal * eto) * total
    if state.is_draining[z] and morning > allowed:
        state.is_draining[z] = False
    gross, action, named, flags = given(ground, z, schedules, d, locks, lock, last_lock, by_hand, morning, allowed,
                                        state.since_mm[z], state.is_draining[z])
    if read == read:
        gross, action = read, METERED
    net = gross * ground.efficiency[z]
    evaporated = 0.0
    if ground.is_dual[z]:
        evaporated = _evaporated(ground, z, plants, v, d, rain - runoff, net, eto, state)
        allowed = allowed_fraction(plants.depletion[v, d], basal * eto + evaporated) * total
    stress = stress_of(morning, total, allowed)
    eta = stress * basal * eto + evaporated
    evening = morning - (rain - runoff) - net + eta
    wet_s, water = seconds_under(locks, lock, last_lock, days.start_s[d], days.start_s[d + 1], UNDER_WATER)
    drained, flood = max(-evening, 0.0), 0.0
    if wet_s > 0:
        # The water on it fills the profile, and what the ground lets through runs out below.
        ponded = ground.ksat_mm_h[z] * wet_s / 3600.0
        flood, drained, evening = max(evening, 0.0) + ponded, drained + ponded, 0.0
        flags |= WET
        state.is_draining[z] = locks.blocks[water]
        state.layer_mm[z] = 0.0
        if flags & STUCK_OPEN or (action == METERED and gross > 0.0):
            flags |= RAN_WET
    evening = max(evening, 0.0)
    if evening > total:
        eta -= evening - total
        evening = total
    state.depletion_mm[z] = evening
    state.since_mm[z] = 0.0 if wet_s > 0 else max(state.since_mm[z] + basal * eto + evaporated - (rain - runoff) - net,
                                                  0.0)
    columns.depletion_mm[z, d], columns.allowed_mm[z, d], columns.stress[z, d] = evening, allowed, stress
    columns.eta_mm[z, d], columns.gross_mm[z, d], columns.drained_mm[z, d] = eta, gross, drained
    columns.runoff_mm[z, d], columns.flood_mm[z, d] = runoff, flood
    columns.action[z, d], columns.lock[z, d], columns.flags[z, d] = action, named, flags


@jit()
def _evaporated(ground: Ground, z: int, plants: Plants, v: int, d: int, rain: float, net: float, eto: float,
                state: StateColumns) -> float:
    """Give what the surface evaporates on a day [mm]; rain and watering wet it early in the day."""
    if rain > 0.0:
        state.wetted[z] = 1.0
    if net > rain:
        state.wetted[z] = ground.wetted[z]
    share = min(plants.exposed[v, d], state.wetted[z])
    layer = max(state.layer_mm[z] - rain - net / ground.wetted[z], 0.0)
    reduction = reduction_of(layer, ground.tew_mm[z], ground.rew_mm[z])
    evaporated = evaporation_of(reduction, plants.kc[v, d], plants.kc_max[v, d], share) * eto
    state.layer_mm[z] = layer_after(layer, evaporated, share, ground.tew_mm[z])
    return evaporated
