"""How far a piece of work is, in words: what is done, how much of it, and how long it still takes."""

from __future__ import annotations

from twin.explaining.words import speech
from twin.stages import Progress

#: What commands and stages say they are doing; whatever else they say is a name and stays as it is.
DOING = (
    "reading the city", "reading the water", "the water flows", "finding the cells of each asset",
    "reading the water at each asset", "reading the water along the streets", "following the outages",
    "drawing the water", "writing the run folder",
    "writing the frames", "making the town", "drawing the map", "reading the run", "reading the runs", "writing",
    "reading the layers", "writing the city file", "looking at it", "trying it", "trying each",
    "reading weather and programmes",
    "following the water in the ground", "reading the other programme", "making nights", "counting the nights",
    "computing the floods of the nights", "drawing nights")
#: What is counted beside things that have no word.
UNITS = ("h", "frames", "nights", "floods")


def in_words(progress: Progress, lang: str) -> str:
    """Give a line such as *the water flows: 3.2 of 12.0 h, about 5 min left*.

    Examples
    --------
    >>> from twin.stages import Stage
    >>> in_words(Progress(stage=Stage.WATER, doing="the water flows", done=3.2, of=12.0, unit="h",
    ...                   seconds_left=290.0), "en").replace(chr(160), " ")
    'the water flows: 3.2 of 12.0 h, about 5 min left'
    """
    said = speech(lang)
    text = said.catalogue.gettext(progress.doing)
    if not progress.of:
        return text
    decimals = 1 if progress.unit in ("h", "floods") else 0
    unit = said.catalogue.gettext(progress.unit) if progress.unit else ""
    text = said.text("{doing}: {done} of {of}", doing=text, done=said.number(progress.done, decimals),
                     of=said.number(progress.of, decimals))
    if unit:
        text += f"\u00a0{unit}"
    left = progress.seconds_left
    if left is None or progress.done >= progress.of:
        return text
    spell = said.duration(left) if left >= 60 else said.text("{n} s", n=max(5, round(left / 5) * 5))
    return text + said.text(", about {spell} left", spell=spell)
