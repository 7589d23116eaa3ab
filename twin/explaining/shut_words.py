"""A crew that is shut in, in words: since when, and when there is a way out again."""

from __future__ import annotations

from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.crew_shut import CrewShut


def shut_words(teller: Teller, shut: CrewShut) -> str:
    """Give what is told of a crew that is shut in, or whose base is when its next shift begins."""
    text, time = teller.text, shut.time
    if shut.is_on_duty:
        said = text("shut in since {time}", time=teller.clock(time.from_s))
    else:
        said = text("{place} shut in when the shift begins", place=teller.result.city.assets.id[shut.asset])
    if time.streets:
        said += ", " + teller.speech.plural("{n} street open to it", "{n} streets open to it", time.streets)
    return f"{said}, " + (text("no way out to the end of the run") if time.until_s == NONE else
                          text("a way out from {time}", time=teller.clock(time.until_s)))
