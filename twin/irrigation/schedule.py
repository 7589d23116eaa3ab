"""Schedules: the window of each programme on each day, as orders of drought and forecasts of rain leave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.irrigation.calendar import Calendar
from twin.irrigation.orders import DroughtOrder, Hours, window_under
from twin.irrigation.weather import ForecastRain
from twin.irrigation.zones import Programme, Zone
from twin.kernels.soil.tables import MOVED_DAY, OPEN_DAY, REFUSED_DAY, Schedules
from twin.quantities import NONE, BoolArray, Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timetable:
    """The schedules of all zones."""

    columns: Schedules
    #: Schedule of each zone, (Z,); -1: none.
    of_zone: Int32Array
    #: Order that moved or refused the window, (S, D); -1: none did.
    order: Int32Array
    #: Forecast that holds it back, (S, D): row in the list of forecasts; -1.
    forecast: Int32Array


def timetable_of(zones: Sequence[Zone], programmes: Sequence[Programme], orders: Sequence[DroughtOrder],
                 forecasts: Sequence[ForecastRain], calendar: Calendar) -> Timetable:
    """Give the windows of all programmes on all days.

    An order that comes later in the list takes the place of those before it on the days that both are in force.
    """
    derogated = {zone for order in orders for zone in order.derogations}
    keys: dict[tuple[int, str, str], int] = {}
    of_zone = np.full(len(zones), NONE, np.int32)
    for z, zone in enumerate(zones):
        if zone.programme >= 0:
            key = (zone.programme, zone.vegetation.use, zone.id if zone.id in derogated else "")
            of_zone[z] = keys.setdefault(key, len(keys))
    shape = (max(len(keys), 1), calendar.days)
    columns = Schedules(is_day=np.zeros(shape, bool), status=np.full(shape, OPEN_DAY, np.int8),
                        from_s=np.zeros(shape, np.int64), lasts_s=np.zeros(shape, np.int64),
                        is_held=np.zeros(shape, bool))
    order_of, forecast_of = np.full(shape, NONE, np.int32), np.full(shape, NONE, np.int32)
    in_force = _in_force(orders, calendar)
    for (p, use, zone_id), s in keys.items():
        programme = programmes[p]
        columns.is_day[s] = [calendar.day(d).weekday() in programme.days for d in range(calendar.days)]
        for d in range(calendar.days):
            o = int(in_force[d])
            hours = orders[o].of(zone_id, use) if o != NONE else ()
            _set_window(columns, s, d, programme, hours, calendar)
            if columns.status[s, d] != OPEN_DAY:
                order_of[s, d] = o
        if programme.hold is not None:
            forecast_of[s] = _held(programme, columns.is_day[s], forecasts, calendar)
    columns.is_held[:] = forecast_of != NONE
    return Timetable(columns=columns, of_zone=of_zone, order=order_of, forecast=forecast_of)


def _in_force(orders: Sequence[DroughtOrder], calendar: Calendar) -> Int32Array:
    found = np.full(calendar.days, NONE, np.int32)
    for row, order in enumerate(orders):
        found[calendar.within(order.first, order.last)] = row
    return found


def _set_window(columns: Schedules, s: int, d: int, programme: Programme, hours: Hours, calendar: Calendar) -> None:
    plain = (programme.from_min, programme.lasts_min)
    window = window_under(*plain, hours, moves=programme.moves) if hours else plain
    if window is None or window[1] <= 0:
        columns.status[s, d], window = REFUSED_DAY, plain
    elif window != plain:
        columns.status[s, d] = MOVED_DAY
    columns.from_s[s, d] = calendar.second(d, window[0])
    columns.lasts_s[s, d] = 60 * window[1]


def _held(programme: Programme, is_day: BoolArray, forecasts: Sequence[ForecastRain], calendar: Calendar
          ) -> Int32Array:
    """Give, of each day, the forecast in whose sight enough rain lies; -1 where it does not, or was held long enough.

    Of each issue that is known as the day begins, the latest one counts.
    """
    hold = programme.hold
    assert hold is not None
    found = np.full(calendar.days, NONE, np.int32)
    in_a_row = 0
    for d in np.flatnonzero(is_day).tolist():
        begins = calendar.moment(calendar.second(d, programme.from_min))
        known = [row for row, told in enumerate(forecasts) if told.issued <= begins]
        latest = max((forecasts[row].issued for row in known), default=None)
        seen = [row for row in known if forecasts[row].issued == latest
                and 0 <= calendar.number(forecasts[row].day) - d < hold.within_d]
        expected = sum(forecasts[row].mm for row in seen)
        if seen and expected > hold.above_mm and in_a_row < hold.at_most:
            found[d] = max(seen, key=lambda row: forecasts[row].mm)
            in_a_row += 1
        else:
            in_a_row = 0
    return found

