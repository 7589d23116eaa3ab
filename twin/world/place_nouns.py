"""Nouns of places: the French article and gender of a name, and whose people are there by day and on weekdays alone."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

#: Hours of a weekday in which people are at what is used by day (an assumption: holidays are not known).
_FROM_H, _TO_H = 7, 19
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Noun:
    """The noun of a place's name."""

    #: ``le``, ``la`` or ``l’``; empty where French has none of it.
    article: str
    #: ``m`` or ``f``; empty where it is not known.
    gender: str
    #: Whether its number of people is a roll of the day: schools and the like.
    is_by_day: bool


@cache
def _nouns() -> dict[str, Noun]:
    text = resources.files("twin").joinpath("data/place_nouns.csv").read_text(encoding="utf-8")
    return {row["noun"]: Noun(row["article"], row["gender"], row["by_day"] == "yes")
            for row in csv.DictReader(text.splitlines())}


def noun_of(name: str) -> Noun:
    """Give the noun that a name begins with; one without article and gender where it is not known."""
    first = re.match(r"[\w-]+", name)
    return _nouns().get(first[0].lower() if first else "", Noun("", "", is_by_day=False))


def is_day_roll(name: str) -> bool:
    """Tell whether the people of a place are those of its day: a school, by any word of its name.

    Examples
    --------
    >>> is_day_roll("École du Lavoir"), is_day_roll("Groupe scolaire Pasteur"), is_day_roll("EHPAD Les Tilleuls")
    (True, True, False)
    """
    return any(_nouns()[word].is_by_day for word in re.findall(r"[\w-]+", name.lower()) if word in _nouns())


def is_in_use_by_day(moment: datetime) -> bool:
    """Tell whether people are at what is used by day: on a weekday, from morning to evening."""
    return moment.weekday() < _WEEKEND and _FROM_H <= moment.hour < _TO_H
