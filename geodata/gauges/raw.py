"""What a file of levels holds, before anything is judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array
from twin.water.hazard import Doubt

#: What stands in a cell without a reading; words for other reasons (n/a, Ice) are asked about.
BLANKS = frozenset(("", "nan", "null", "none", "-", "--", "---"))
#: Names of quantities that flow, in the words of files; what stands under them is no level.
_FLOWS = re.compile(r"(?:^|[^a-z])(?:q|debits?|débits?|discharges?|flows?|streamflow|abfluss\w*|durchfluss\w*|caudal|"
                    r"portata|cfs|cms)(?:$|[^a-z])|m3[/ _]?s|m³/s|l/s|ft3/s|_00060(?:_|$)", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Raw:
    """Readings of one gauge as a file holds them."""

    #: In order of time, (N,) [s from the start].
    times_s: Int64Array
    #: In the unit of the file, (N,).
    value: FloatArray
    unit: str
    file: str
    notes: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a scenario says beside ``levels``."""

    start: datetime
    unit: str | None = None
    column: str | None = None
    station: str | None = None
    #: Zone of times without an offset; None where the scenario says none.
    zone: tzinfo | None = None
    #: Whether the scenario says a zone, the city's clocks (``local``) among them.
    is_zone_said: bool = False
    days: str | None = None
    field: str = "flood.river_stage.levels"


def is_blank(text: str) -> bool:
    """Tell whether a cell holds no reading."""
    return text.strip().casefold() in BLANKS


def is_flow(words: str) -> bool:
    """Tell whether the name or the unit of a column speaks of discharges."""
    return bool(_FLOWS.search(words))


def flows_refused(file: str, field: str, what: str) -> InputError:
    """Give the error for discharges where levels are wanted."""
    return InputError(file=file, field=field, found=f"discharges ({what})", expected="levels (H)",
                      remedy="Ask the service for levels (grandeur H), or convert with the gauge's rating curve.")


def spoken(start: datetime, at_s: int) -> str:
    """Give a moment of a reading as its readers write it: the clock of the start's zone."""
    try:
        moment = (start.astimezone(UTC) + timedelta(seconds=int(at_s))).astimezone(start.tzinfo)
    except (OverflowError, ValueError):
        return f"{at_s / 3600:+.2f} h from the start"
    return f"{moment:%Y-%m-%d %H:%M}"


def spoken_fr(start: datetime, at_s: int) -> str:
    """Give the same moment as French writes it: ``22/11 à 21 h 05``."""
    text = spoken(start, at_s)
    match = re.fullmatch(r"\d{4}-(\d\d)-(\d\d) (\d\d):(\d\d)", text)
    return f"{match[2]}/{match[1]} à {int(match[3])} h {match[4]}" if match else text


def few(items: Sequence[str], most: int = 3) -> str:
    """Give the first of a list, and how many more there are."""
    more = len(items) - most
    return "; ".join(items[:most]) + (f"; {more} more" if more > 0 else "")


def few_fr(items: Sequence[str], most: int = 3) -> str:
    """Give the same in French."""
    more = len(items) - most
    others = f" ; et {more} autre" + ("s" if more > 1 else "")
    return " ; ".join(items[:most]) + (others if more > 0 else "")


def readings(count: int) -> str:
    """Give a number of readings in words that agree with it."""
    return f"{count} reading" + ("" if count == 1 else "s")


def comma(value: float, digits: int | None = None) -> str:
    """Give a number as French writes it."""
    return (f"{value:g}" if digits is None else f"{value:.{digits}f}").replace(".", ",")
