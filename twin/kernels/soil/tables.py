"""What the kernels of the soil's water read and write: columns by zone, by plant, by schedule and by day.

Outside they are columns; the kernels take them as records (``records``): one row of each table holds all that a step
needs, and nothing is passed from function to function but rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.quantities import BoolArray, FloatArray, Int8Array, Int32Array, Int64Array

#: Records with named fields, and one of them.
Records = NDArray[np.void]
Row = Any

#: What a programme did on a day.
NO_DAY, NOT_NEEDED, WATERED, CUT_SHORT, LOCKED, REFUSED, HELD, DRAINING, BY_HAND, METERED, STUCK = range(11)
#: What starts a programme.
ON_DEPLETION, FIXED, REPLACE_ET = range(3)
#: The window of a schedule on a day.
REFUSED_DAY, OPEN_DAY, MOVED_DAY = -1, 1, 2
#: Sorts of points: seen by a probe, read off a meter, given by hand.
PROBED, READ_OFF, GIVEN = range(3)
#: Lock reasons: at or below this one the controller cannot close a latching valve; 0 is water on the zone.
UNDER_WATER, LAST_OF_CONTROLLER = 0, 3
#: Bits of ``DayColumns.flags``: wet ground, watering while wet, less than wanted, a valve stuck open.
WET, RAN_WET, SHORT, STUCK_OPEN = 1, 2, 4, 8


class Ground(NamedTuple):
    """DayColumns by zone, (Z,)."""

    plant: Int32Array  # row in ``Plants``
    schedule: Int32Array  # row in ``Schedules``, -1: not watered
    station: Int32Array  # row in ``Days``
    available_mm_m: FloatArray  # water between field capacity and wilting point, of a metre of soil
    retention_mm: FloatArray  # S of the curve number; inf: no runoff
    ksat_mm_h: FloatArray
    is_dual: BoolArray
    tew_mm: FloatArray  # total evaporable water of the surface layer
    rew_mm: FloatArray  # readily evaporable water
    wetted: FloatArray  # share of the surface that watering wets
    rate_mm_h: FloatArray
    efficiency: FloatArray
    trigger: Int8Array  # ON_DEPLETION, FIXED, REPLACE_ET
    amount: FloatArray  # share of RAW, gross depth [mm], share of ETc
    refill: FloatArray  # share of the depletion that is filled up
    most_mm: FloatArray  # most gross depth at one time
    cycle_s: Int64Array  # longest run without a pause; 0: no cycles
    soak_s: Int64Array
    is_latching: BoolArray


class Plants(NamedTuple):
    """DayColumns by plant and day, (V, D)."""

    kc: FloatArray  # single coefficient, or basal where dual
    root_m: FloatArray
    depletion: FloatArray  # p of the table, at ETc 5 mm a day
    kc_max: FloatArray  # dual only
    exposed: FloatArray  # share of ground not covered, dual only


class Days(NamedTuple):
    """DayColumns by weather station and day, (W, D)."""

    start_s: Int64Array  # from the first midnight
    end_s: Int64Array
    eto_mm: FloatArray
    rain_mm: FloatArray


class Schedules(NamedTuple):
    """DayColumns by schedule and day, (S, D)."""

    is_day: BoolArray
    status: Int8Array  # REFUSED_DAY, OPEN_DAY, MOVED_DAY
    from_s: Int64Array
    lasts_s: Int64Array
    is_held: BoolArray  # rain is forecast


class LockColumns(NamedTuple):
    """Columns of locks, (L,), sorted by zone, then start."""

    zone: Int32Array
    start_s: Int64Array
    end_s: Int64Array
    reason: Int8Array
    blocks: BoolArray  # keeps the controller from watering


class PointColumns(NamedTuple):
    """Columns of single values of a zone on a day, (P,), sorted by zone, day, sort."""

    zone: Int32Array
    day: Int32Array
    sort: Int8Array
    value: FloatArray


class StateColumns(NamedTuple):
    """What is carried from day to day, (Z,) each."""

    depletion_mm: FloatArray
    layer_mm: FloatArray  # depletion of the surface layer, dual only
    wetted: FloatArray  # share of the surface that was wetted last, dual only
    since_mm: FloatArray  # ETc less rain since the last watering
    is_draining: BoolArray  # was flooded, and not yet past the allowed fraction


class DayColumns(NamedTuple):
    """Out: columns by zone and day, (Z, D) [mm of water on the zone]."""

    depletion_mm: FloatArray  # in the evening
    allowed_mm: FloatArray  # RAW of the day
    stress: FloatArray  # Ks
    eta_mm: FloatArray
    gross_mm: FloatArray  # given by the heads
    drained_mm: FloatArray  # deep percolation
    runoff_mm: FloatArray
    flood_mm: FloatArray  # soaked in from water on the zone
    corrected_mm: FloatArray  # by which a probe moved the depletion
    action: Int8Array
    lock: Int32Array  # row of the lock that kept it from watering, -1
    flags: Int8Array


def records(columns: Any) -> Records:
    """Give columns of one shape as records with the same names, copied."""
    arrays = {name: np.asarray(getattr(columns, name)) for name in columns._fields}
    shape = next(iter(arrays.values())).shape
    table = np.empty(shape, np.dtype([(name, array.dtype) for name, array in arrays.items()], align=True))
    for name, array in arrays.items():
        table[name] = array
    return table


def empty_days(zones: int, days: int) -> Records:
    """Give records of ``DayColumns`` to be filled, (Z, D)."""
    kinds: dict[str, Any] = {"action": np.int8, "lock": np.int32, "flags": np.int8}
    return np.empty((zones, days), np.dtype([(name, kinds.get(name, np.float64)) for name in DayColumns._fields],
                                            align=True))
