"""Irrigated gardens as the public is told: by day, why watering stopped, since when the plants lack water.

Never which controller or cabinet is at fault, who released or switched off what, how much a zone is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from geodata.inputs.time_names import natural
from twin.explaining.irrigated import (
    GroundTeller,
    forbidding,
    level_word,
    lock_in_force,
    locked_since,
    stressed_since,
    teller_of,
)
from twin.quantities import NONE
from twin.texts import clean
from twin.world.kinds import LANGUAGES
from viewer.irrigation_words import irrigation_words
from viewer.public.allowed import Allowed

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: What watering is on a day, beside the words of ``twin.irrigation.locks.Reason``.
AS_PROGRAMMED, ORDERED = "as_programmed", "ordered"


@dataclass(frozen=True, slots=True, kw_only=True)
class GardenDay:
    """One garden on the evening of one day."""

    day: date
    #: ``as_programmed``, ``ordered``, or the word of the gravest lock.
    watering: str
    #: Day since which it is locked; None where it is not.
    since: date | None
    #: Day since which its plants have lacked water; None where they do not.
    dry_since: date | None
    #: The answer in each language.
    answers: Mapping[str, str]

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to say."""
        return self.watering == AS_PROGRAMMED and self.dry_since is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicGarden:
    """One garden by its public name, on the days of the run."""

    name: str
    days: tuple[GardenDay, ...]


def public_gardens(run: Run, allowed: Allowed) -> tuple[PublicGarden, ...]:
    """Give the gardens of a run, in the order of their names; none where the list keeps them, or no season is told."""
    gardens = run.gardens
    if gardens is None:
        return ()
    kinds = run.result.city.assets.kinds
    tellers = {lang: teller_of(gardens.balance, kinds, lang) for lang in LANGUAGES}
    return gardens_told(tellers, [d for d, _ in gardens.midnights()], allowed)


def gardens_told(tellers: Mapping[str, GroundTeller], days: list[int], allowed: Allowed) -> tuple[PublicGarden, ...]:
    """Give the gardens of a season on some of its days, by the list of what may leave."""
    balance = next(iter(tellers.values())).balance
    # The list lets names out, no ids: a zone that people have no name for is not told.
    if not (allowed("zone", "name") and allowed("zone", "watering")):
        return ()
    told = [PublicGarden(name=clean(zone.name), days=tuple(_day(tellers, z, d) for d in days))
            for z, zone in enumerate(balance.season.zones) if zone.name and zone.name != zone.id]
    return tuple(sorted(told, key=lambda garden: natural(garden.name)))


def _day(tellers: Mapping[str, GroundTeller], z: int, d: int) -> GardenDay:
    balance = next(iter(tellers.values())).balance
    calendar = balance.season.calendar
    lock, first = lock_in_force(balance, z, d), stressed_since(balance, z, d)
    watering = AS_PROGRAMMED if forbidding(balance, z, d) is None else ORDERED
    return GardenDay(
        day=calendar.day(d), watering=watering if lock is None else lock.reason.word,
        since=None if lock is None else calendar.moment(locked_since(balance, z, d)).date(),
        dry_since=None if first == NONE else calendar.day(first),
        answers={lang: garden_answer(teller, z, d) for lang, teller in tellers.items()})


def garden_answer(teller: GroundTeller, z: int, d: int) -> str:
    """Give why a zone is not watered, and whether it lacks water, in public words."""
    balance, calendar = teller.balance, teller.balance.season.calendar
    words, said = irrigation_words(teller.words.lang)["public"], []
    lock, order = lock_in_force(balance, z, d), forbidding(balance, z, d)
    if lock is not None:
        since = calendar.moment(locked_since(balance, z, d)).date()
        said.append(words[lock.reason.word].format(since=teller.day(since, calendar.day(d))))
    elif order is not None:
        said.append(words["ordered"].format(order=clean(order.name), level=level_word(teller, order)))
    first = stressed_since(balance, z, d)
    if first != NONE:
        said.append(words["dry"].format(since=teller.day(calendar.day(first), calendar.day(d))))
    return " ".join(said) or str(words["well"])
