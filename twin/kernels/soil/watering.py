"""What a controller does on a day: its window, what locks it, how long it runs, what a valve left open gives.

Times are seconds from the first midnight of the season.
"""

from __future__ import annotations

from twin.kernels.jit import jit
from twin.kernels.soil.tables import (
    BY_HAND,
    CUT_SHORT,
    DRAINING,
    FIXED,
    HELD,
    LAST_OF_CONTROLLER,
    LOCKED,
    NO_DAY,
    NOT_NEEDED,
    ON_DEPLETION,
    REFUSED,
    REFUSED_DAY,
    SHORT,
    STUCK,
    STUCK_OPEN,
    UNDER_WATER,
    WATERED,
    Records,
    Row,
)


@jit()
def seconds_under(locks: Records, first: int, last: int, from_s: int, to_s: int, only: int) -> tuple[int, int]:
    """Give the seconds from ``from_s`` to ``to_s`` that locks cover, and the lock to be named; -1 for none.

    Parameters
    ----------
    first, last
        Rows of the locks looked at.
    only
        Reason that alone counts; -1: all that keep the controller from watering.

    Returns
    -------
    Seconds covered by one or more; of the locks that cover some, the one of the gravest reason, the earliest first.
    """
    covered_s, until_s, named = 0, from_s, -1
    for row in range(first, last):
        if locks[row].start_s >= to_s:
            break
        if locks[row].end_s <= from_s or (locks[row].reason != only if only >= 0 else not locks[row].blocks):
            continue
        if named < 0 or locks[row].reason < locks[named].reason:
            named = row
        begin, end = max(locks[row].start_s, until_s), min(locks[row].end_s, to_s)
        if end > begin:
            covered_s += end - begin
            until_s = end
    return covered_s, named


@jit("UniTuple(int64, 2)(int64, int64, int64, int64)")
def fitted(run_s: int, lasts_s: int, cycle_s: int, soak_s: int) -> tuple[int, int]:
    """Give how long the heads run within a window, and how long that takes with its pauses.

    Parameters
    ----------
    run_s
        Wanted.
    lasts_s
        Length of the window.
    cycle_s, soak_s
        Longest run without a pause, and the pause; 0: none.
    """
    if cycle_s <= 0 or soak_s <= 0:
        run_s = min(run_s, lasts_s)
        return run_s, run_s
    taken_s = run_s + max((run_s + cycle_s - 1) // cycle_s - 1, 0) * soak_s
    if taken_s <= lasts_s:
        return run_s, taken_s
    whole = (lasts_s + soak_s) // (cycle_s + soak_s)
    run_s = whole * cycle_s + min(max(lasts_s - whole * (cycle_s + soak_s), 0), cycle_s)
    return run_s, lasts_s


@jit()
def wanted_mm(ground: Row, depletion_mm: float, allowed_mm: float, since_mm: float) -> float:
    """Give the gross depth that the programme asks for; 0 where its trigger is not met."""
    if ground.trigger == FIXED:
        gross = ground.amount
    elif ground.trigger == ON_DEPLETION:
        is_met = depletion_mm > ground.amount * allowed_mm
        gross = depletion_mm * ground.refill / ground.efficiency if is_met else 0.0
    else:
        gross = ground.amount * since_mm / ground.efficiency
    return float(min(gross, ground.most_mm))


@jit()
def stuck_seconds(locks: Records, first: int, last: int, from_s: int, to_s: int) -> tuple[int, int]:
    """Give how long a latching valve stays open that its controller was lost to while it ran, and the lock."""
    for row in range(first, last):
        if locks[row].start_s >= to_s:
            break
        if locks[row].start_s > from_s and UNDER_WATER < locks[row].reason <= LAST_OF_CONTROLLER:
            return locks[row].end_s - locks[row].start_s, row
    return 0, -1


@jit()
def given(ground: Row, schedules: Records, d: int, locks: Records, first: int, last: int, by_hand_mm: float,
          depletion_mm: float, allowed_mm: float, since_mm: float, is_draining: bool) -> tuple[float, int, int, int]:
    """Give what a zone is given on a day: gross depth [mm], what was done, the lock named, flags.

    The order of reasons: no day; locked all the while; refused by an order; not needed; held back for rain; watered.

    Parameters
    ----------
    by_hand_mm
        Gross depth asked for by hand that day, on any day and whatever the trigger; NaN: none.
    """
    s = ground.schedule
    is_by_hand = by_hand_mm == by_hand_mm
    if s < 0:
        # a tanker, a hose: nothing but a person gives it
        return (by_hand_mm, BY_HAND, -1, 0) if is_by_hand else (0.0, NO_DAY, -1, 0)
    window = schedules[s, d]
    if not (window.is_day or is_by_hand):
        return 0.0, NO_DAY, -1, 0
    from_s, lasts_s = window.from_s, window.lasts_s
    covered_s, named = seconds_under(locks, first, last, from_s, from_s + max(lasts_s, 1), -1)
    if covered_s >= max(lasts_s, 1):
        return 0.0, LOCKED, named, 0
    if window.status == REFUSED_DAY:
        return 0.0, REFUSED, -1, 0
    gross = by_hand_mm if is_by_hand else wanted_mm(ground, depletion_mm, allowed_mm, since_mm)
    if gross <= 0.0:
        return 0.0, NOT_NEEDED, -1, 0
    if is_draining and not is_by_hand:
        return 0.0, DRAINING, -1, 0
    if window.is_held and not is_by_hand:
        return 0.0, HELD, -1, 0
    wanted_s = round(gross / ground.rate_mm_h * 3600.0)
    run_s, taken_s = fitted(wanted_s, lasts_s, ground.cycle_s, ground.soak_s)
    if run_s < wanted_s:
        gross *= run_s / wanted_s
    covered_s, named = seconds_under(locks, first, last, from_s, from_s + max(taken_s, 1), -1)
    if covered_s >= max(taken_s, 1):
        return 0.0, LOCKED, named, 0
    gross *= 1.0 - covered_s / max(taken_s, 1)
    flags = SHORT if covered_s > 0 or run_s < wanted_s else 0
    if ground.is_latching:
        open_s, lost = stuck_seconds(locks, first, last, from_s, from_s + taken_s)
        if open_s > 0:
            return gross + open_s * ground.rate_mm_h / 3600.0, STUCK, lost, flags | STUCK_OPEN
    if is_by_hand:
        return gross, BY_HAND, named, flags
    return gross, CUT_SHORT if flags else WATERED, named, flags
