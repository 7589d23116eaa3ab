"""Moving a night to another day: an exercise is held tonight, a newcomer's map must not open as out of date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from twin.errors import InputError

if TYPE_CHECKING:
    from scenarios.prepared import Prepared


def day_of(text: str | None, *, field: str = "--date") -> date | None:
    """Read a day, ``YYYY-MM-DD``; ``None`` and ``today`` give None.

    Raises
    ------
    InputError
        Neither a day nor ``today``.
    """
    if text is None or text.strip().casefold() == "today":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(field=field, found=f"'{text}'", expected="a day, YYYY-MM-DD, or today") from None


def on_day(prepared: Prepared, day: date | None) -> Prepared:
    """Give the same night on another day, today where none is given, and say so among the warnings.

    Water, events and facts are seconds from the start by now, so that all keep their place in the night; the sun does
    not: darkness is the new day's.

    Raises
    ------
    InputError
        A forecast: it is of its own day.
    """
    from dataclasses import replace

    zone = ZoneInfo(prepared.city.timezone)
    plan = prepared.plan
    if plan.status == "forecast":
        raise InputError(field="--date", found="a forecast moved to another day",
                         expected="an exercise or a simulation", remedy="Make a forecast of the new day's water.")
    moved = datetime.combine(day or datetime.now(zone).date(), plan.start.astimezone(zone).time(), tzinfo=zone)
    # As UTC both: in one zone, datetime subtracts wall clocks and forgets the hour of a change.
    by = moved.astimezone(UTC) - plan.start.astimezone(UTC)
    if not by:
        return prepared
    start = datetime.fromisoformat(moved.isoformat())

    def later(moment: datetime) -> datetime:
        shifted = (moment.astimezone(UTC) + by).astimezone(zone)
        return datetime.fromisoformat(shifted.isoformat())

    warning = {"warning": "moved", "from": plan.start.isoformat(), "to": start.isoformat()}
    return replace(prepared, warnings=(*prepared.warnings, warning), plan=replace(
        plan, start=start, issued_at=later(plan.issued_at), valid_until=later(plan.valid_until),
        next_update=later(plan.next_update) if plan.next_update else None))
