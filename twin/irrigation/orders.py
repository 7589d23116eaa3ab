"""Drought orders: what is forbidden when, by use, as a calendar; the national minimum where an order says no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from twin.flood.tables import table_rows

#: Forbidden hours [minutes of the day], from and to.
Hours = tuple[tuple[int, int], ...]
USES = ("lawn", "sports_field", "bed", "shrubs", "young_trees")


@dataclass(frozen=True, slots=True, kw_only=True)
class DroughtOrder:
    """One order of the prefect, in force on days of the season."""

    #: As people cite it: "arrêté no 2026-412".
    name: str
    level: str
    first: date
    #: Last day; None: until further notice.
    last: date | None
    #: Forbidden hours by use; a use that is not named is free.
    forbidden: Mapping[str, Hours]
    #: Forbidden hours of single zones by derogation, by id.
    derogations: Mapping[str, Hours] = field(default_factory=dict)

    def of(self, zone: str, use: str) -> Hours:
        """Give the hours in which a zone may not be watered."""
        return self.derogations.get(zone, self.forbidden.get(use, ()))


@cache
def national_minimum(level: str) -> Mapping[str, Hours]:
    """Give what a level forbids by use, as ``drought_orders.csv`` has it.

    Examples
    --------
    >>> national_minimum("alerte")["lawn"]
    ((660, 1080),)
    """
    found: dict[str, Hours] = {}
    for row in table_rows("drought_orders.csv"):
        if row["level"] == level:
            found[row["use"]] = (*found.get(row["use"], ()), (minutes(row["from"]), minutes(row["to"])))
    return found


def minutes(clock: str) -> int:
    """Give a time of day, ``11:00`` or ``24:00``, in minutes."""
    hour, minute = clock.split(":")
    return 60 * int(hour) + int(minute)


def window_under(from_min: int, lasts_min: int, forbidden: Hours, *, moves: bool) -> tuple[int, int] | None:
    """Give the window that an order leaves of a programme's, beginning and length [minutes]; None where it is refused.

    A programme that begins in forbidden hours begins when they end; one that runs into them stops there, where it may
    move at all.

    Parameters
    ----------
    from_min, lasts_min
        The window; it may pass midnight.
    forbidden
        Forbidden hours of a day; they hold on the next day too.
    moves
        Whether the programme may be moved.

    Examples
    --------
    >>> window_under(12 * 60, 120, ((660, 1080),), moves=True)
    (1080, 120)
    >>> window_under(22 * 60, 480, ((660, 1080),), moves=True)
    (1320, 480)
    >>> window_under(12 * 60, 120, ((0, 1440),), moves=True)
    """
    spans = sorted((a + day, b + day) for day in (0, 1440, 2880) for a, b in forbidden)
    begin = from_min
    for a, b in spans:
        if a <= begin < b:
            begin = b
    end = begin + lasts_min
    for a, _ in spans:
        if begin < a < end:
            end = a
    if begin - from_min >= 1440 or (not moves and (begin, end) != (from_min, from_min + lasts_min)):
        return None
    return begin, end - begin
