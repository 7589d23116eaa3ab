"""A crew that is shut in, in words: since when, and when there is a way out again."""

from __future__ import annotations

from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.crew_shut import CrewShut


def shut_words(teller: Teller, shut: CrewShut, near_s: int = NONE) -> str:
    """Give what is told of a crew that is shut in, or whose base is when its next shift begins.

    ``near_s`` is when it sets out all the same, for a place near by that open streets lead to; -1 not at all.
    """
    text, time = teller.text, shut.time
    if shut.is_on_duty:
        said = text("shut in since {time}", time=teller.clock(time.from_s))
    else:
        said = text("{place} shut in when the shift begins", place=teller.result.city.assets.id[shut.asset])
    if time.streets:
        said += ", " + teller.speech.plural("{n} street open to it", "{n} streets open to it", time.streets)
    if near_s != NONE:
        return f"{said}, " + (
            text("at work near by from {near}, no way to the rest of the town to the end of the run",
                 near=teller.clock(near_s)) if time.until_s == NONE else
            text("at work near by from {near}, a way to the rest of the town from {time}", near=teller.clock(near_s),
                 time=teller.clock(time.until_s)))
    return f"{said}, " + (text("no way out to the end of the run") if time.until_s == NONE else
                          text("a way out from {time}", time=teller.clock(time.until_s)))
