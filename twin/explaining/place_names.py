"""Places by their names: with the article that French wants before them, and what their number of people is."""

from __future__ import annotations

from babel.dates import format_date

from twin.explaining.teller import Teller
from twin.world.place_nouns import is_day_roll, is_in_use_by_day, noun_of

#: Between two looks at whether a place is in use [s].
_LOOK_S = 1800


def the(teller: Teller, row: int) -> str:
    """Give a place within a sentence: l’EHPAD Les Tilleuls; as it is called where the article is not known."""
    name = teller.result.city.assets.called(row)
    article = noun_of(name).article if teller.speech.lang == "fr" else ""
    return name if not article else f"{article}{name}" if article.endswith("’") else f"{article} {name}"


def gender_of(teller: Teller, row: int) -> str:
    """Give the gender of a place's name; empty where it is not known."""
    return noun_of(teller.result.city.assets.called(row)).gender


def is_by_day(teller: Teller, row: int) -> bool:
    """Tell whether the number of people of a place is that of its day."""
    return is_day_roll(teller.result.city.assets.called(row))


def is_closed(teller: Teller, row: int, from_s: int, to_s: int) -> bool:
    """Tell whether nobody is expected at a place all through a time, by the hour and the day of the week."""
    return is_by_day(teller, row) and not any(
        is_in_use_by_day(teller.moment(at_s)) for at_s in (*range(from_s, to_s, _LOOK_S), to_s))


def closed_words(teller: Teller, t_s: int) -> str:
    """Say that there is no class at a moment: the day, or the hour."""
    moment = teller.moment(t_s)
    if moment.weekday() >= 5:
        return teller.text("no class on a {day}", day=format_date(moment, "EEEE", locale=teller.speech.lang))
    return teller.text("no class at {time}", time=teller.speech.clock(moment))
