"""Messages by street for people without a screen: what is told of each, and who may send it.

They are made from what the public may be told (``viewer.public.night``) and from nothing else: counts by street, times
to the quarter of an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import InputError
from viewer.outputs.contacts import Contacts, read_contacts
from viewer.outputs.countries import country_of
from viewer.outputs.release import require_release
from viewer.public.lamps import MAY, OUT
from viewer.public.night import PublicNight, public_night

if TYPE_CHECKING:
    from geodata.run.folder import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetMessage:
    """What is told of one street."""

    name: str
    lamps: int
    #: Lamps that go out, and more that may.
    out: int
    may: int
    #: When the first goes out; the start of the run where none surely does.
    first: datetime

    @property
    def sort(self) -> str:
        """Which sentence says it: ``out_one``, ``out``, ``range``, ``may_one`` or ``may``."""
        if self.out and self.may:
            return "range"
        if self.out:
            return "out_one" if self.out == 1 else "out"
        return "may_one" if self.may == 1 else "may"


def sendable(run: Run, *, released_by: str | None, contacts: Path | None, fields: Path | None, now: datetime | None
             ) -> tuple[PublicNight, Contacts, str]:
    """Give what the public is told of a run, the city's contacts, and who releases it.

    Raises
    ------
    InputError
        A forecast without a name, or one that is over; contacts or a list that cannot be read.
    """
    released = require_release(run.result.plan.status, released_by, what="messages")
    night = public_night(run, fields)
    if night.status == "forecast" and night.valid_until <= (now or datetime.now(UTC)):
        raise InputError(field="valid_until", found=f"a forecast that is over: valid until {night.valid_until}",
                         expected="one that still holds",
                         remedy="A message cannot be called back. Make a new forecast.")
    country = country_of(night.country, night.timezone, night.latitude, night.longitude)
    return night, read_contacts(contacts, country), released


def streets_told(night: PublicNight, lang: str | None, file: str = "") -> tuple[list[StreetMessage], list[str]]:
    """Give each street in which a lamp goes out, or may, in order of its name's place, and the languages to say it in.

    Raises
    ------
    InputError
        No lamp with a street may be told, or none goes out: silence, or a leaflet for the town, tells that; a language
        other than fr and en.
    """
    if lang not in (None, "fr", "en"):
        raise InputError(field="lang", found=f"language '{lang}'", expected="fr or en")
    if not (night.lamps.street > 0).any():
        raise InputError(file=file, field="format", found="a night whose lamps are told without their street",
                         expected="lamps with a street that may leave")
    touched = sorted({int(street) for street, pattern in zip(night.lamps.street.tolist(), night.lamps.pattern.tolist(),
                                                             strict=True) if street and night.lamps.patterns[pattern]})
    if not touched:
        raise InputError(field="format", found="a night in which no lamp goes out",
                         expected="one in which some do, or may",
                         remedy="--leaflet all tells the town that all is calm.")
    return [_told(night, street) for street in touched], [lang] if lang else ["fr", "en"]


def _told(night: PublicNight, street: int) -> StreetMessage:
    lists = [night.lamps.patterns[pattern] for pattern in night.lamps.pattern[night.lamps.street == street].tolist()]
    first = min((start for one in lists for start, _, state in one if state == OUT), default=0)
    return StreetMessage(
        name=night.streets[street - 1], lamps=len(lists),
        out=sum(any(state == OUT for _, _, state in one) for one in lists),
        may=sum(any(state == MAY for _, _, state in one) and all(state == MAY for _, _, state in one)
                for one in lists), first=night.moment(first))
