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
    Records,
    Row,
)
from twin.kernels.soil.watering import given, seconds_under

#: Rain of a day that wets the whole surface [mm]. Source: FAO-56, chapter 7: 3 to 4 mm and more.
_WETS_ALL_MM = 3.0


@jit(nogil=True)
def run_season(ground: Records, plants: Records, days: Records, schedules: Records, locks: Records, points: Records,
               state: Records, columns: Records) -> None:
    """Run all zones through all days.

    Parameters
    ----------
    ground, plants, days, schedules, locks, points
        Records of what each zone is and of what happens to it, as ``tables`` names them.
    state
        In: the morning of the first day. Out: the evening of the last.
    columns
        Out: records of ``DayColumns``, (Z, D).
    """
    lock = point = 0
    for z in range(len(ground)):
        last_lock = lock
        while last_lock < len(locks) and locks[last_lock].zone == z:
            last_lock += 1
        station = ground[z].station
        for d in range(days.shape[1]):
            while lock < last_lock and locks[lock].end_s <= days[station, d].start_s:
                lock += 1
            last = point
            while last < len(points) and points[last].zone == z and points[last].day == d:
                last += 1
            _day(ground[z], plants, days[station, d], d, schedules, locks, lock, last_lock, points, point, last,
                 state[z], columns[z, d])
            point = last
        lock = last_lock


@jit()
def _points_of(points: Records, first: int, last: int) -> tuple[float, float, float]:
    """Give what a probe saw, what a meter read and what was given by hand on a day; NaN for none."""
    seen, read, by_hand = np.nan, np.nan, np.nan
    for row in range(first, last):
        if points[row].sort == PROBED:
            seen = points[row].value
        elif points[row].sort == GIVEN:
            by_hand = points[row].value
        else:
            read = points[row].value
    return seen, read, by_hand


@jit()
def _day(ground: Row, plants: Records, today: Row, d: int, schedules: Records, locks: Records, lock: int,
         last_lock: int, points: Records, point: int, last_point: int, state: Row, out: Row) -> None:
    """Take one zone through one day."""
    seen, read, by_hand = _points_of(points, point, last_point)
    plant = plants[ground.plant, d]
    total = ground.available_mm_m * plant.root_m
    morning = state.depletion_mm
    if seen == seen:
        morning = min(max(seen, 0.0), total)
    out.corrected_mm = morning - state.depletion_mm
    rain, eto = today.rain_mm, today.eto_mm
    runoff = runoff_of(rain, ground.retention_mm)
    basal = plant.kc
    allowed = allowed_fraction(plant.depletion, basal * eto) * total
    if state.is_draining and morning > allowed:
        state.is_draining = False
    gross, action, named, flags = given(ground, schedules, d, locks, lock, last_lock, by_hand, morning, allowed,
                                        state.since_mm, state.is_draining)
    if read == read:
        gross, action = read, METERED
    net = gross * ground.efficiency
    evaporated = 0.0
    if ground.is_dual:
        evaporated = _evaporated(ground, plant, rain - runoff, net, eto, state)
        allowed = allowed_fraction(plant.depletion, basal * eto + evaporated) * total
    stress = stress_of(morning, total, allowed)
    eta = stress * basal * eto + evaporated
    evening = morning - (rain - runoff) - net + eta
    wet_s, water = seconds_under(locks, lock, last_lock, today.start_s, today.end_s, UNDER_WATER)
    drained, flood = max(-evening, 0.0), 0.0
    if wet_s > 0:
        # The water on it fills the profile, and what the ground lets through runs out below.
        ponded = ground.ksat_mm_h * wet_s / 3600.0
        flood, drained, evening = max(evening, 0.0) + ponded, drained + ponded, 0.0
        flags |= WET
        state.is_draining = locks[water].blocks
        state.layer_mm = 0.0
        if flags & STUCK_OPEN or (action == METERED and gross > 0.0):
            flags |= RAN_WET
    evening = max(evening, 0.0)
    if evening > total:
        eta -= evening - total
        evening = total
    state.depletion_mm = evening
    state.since_mm = 0.0 if wet_s > 0 else max(state.since_mm + basal * eto + evaporated - (rain - runoff) - net,
                                                  0.0)
    out.depletion_mm, out.allowed_mm, out.stress = evening, allowed, stress
    out.eta_mm, out.gross_mm, out.drained_mm = eta, gross, drained
    out.runoff_mm, out.flood_mm = runoff, flood
    out.action, out.lock, out.flags = action, named, flags


@jit()
def _evaporated(ground: Row, plant: Row, rain: float, net: float, eto: float, state: Row) -> float:
    """Give what the surface evaporates on a day [mm]; rain and watering wet it early in the day."""
    if rain >= _WETS_ALL_MM:
        state.wetted = 1.0
    if net > rain:
        state.wetted = ground.wetted
    share = min(plant.exposed, state.wetted)
    layer = max(state.layer_mm - rain - net / ground.wetted, 0.0)
    reduction = reduction_of(layer, ground.tew_mm, ground.rew_mm)
    evaporated = evaporation_of(reduction, plant.kc, plant.kc_max, share) * eto
    state.layer_mm = layer_after(layer, evaporated, share, ground.tew_mm)
    return evaporated
