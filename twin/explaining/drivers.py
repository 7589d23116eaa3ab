"""What drives an answer, in words: which part of what is not known hangs on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.ensemble.driver import Driver
from twin.explaining.nights import FIGURES
from twin.explaining.words import Speech, speech
from twin.world.city import City

#: Shares as people say them, each from this value on.
_PARTS = ((0.95, "nearly all"), (0.85, "nine tenths"), (0.71, "three quarters"), (0.59, "two thirds"), (0.42, "half"),
          (0.29, "a third"), (0.18, "a quarter"), (0.05, "a tenth"))
#: An interval of a share this wide is told beside it in the plain sentence: so few nights hardly tell.
_ROUGH = 0.5
_NAMES = {
    "level.offset_m": "the level of the river", "level.scale": "the rise of the river",
    "level.shift_s": "the hour at which the water comes", "ground": "the error of terrain and depth",
    "heights": "the heights of live parts", "protection": "the unknown protections of circuits",
    "repair": "the durations of repairs", "links": "inferred links", "breakdowns": "breakdowns",
    "level.members": "which member of the forecast comes true",
    "flow.members": "which member of the forecast comes true",
    "level.forecast": "where the water comes within the range of the forecast",
    "flow.discharge": "the discharge of the river", "flow.rain": "the amount of rain",
    "flow.roughness": "the roughness of the ground", "crest": "the crests of levees and barriers",
    "pumps": "failures of pumps", "travel": "the time that crews drive",
    "crews": "the course of the work of crews"}


#: Shares that stand in the plural, and how many parts they are.
_MANY = {"two thirds": 2, "three quarters": 3, "nine tenths": 9}


@dataclass(frozen=True, slots=True)
class SharedRow:
    """One quantity as a map tells it: its share as people say it, and between which shares it lies."""

    name: str
    part: str
    between: str
    #: Total-order index and its interval, for what is drawn.
    total: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One quantity, as it is read: total and first-order index with their intervals, and the mean effect."""

    name: str
    total: str
    first: str
    effect: str


def driver_rows(drivers: Sequence[Driver], of: str, lang: str) -> list[DriverRow]:
    """Give the table of quantities."""
    words = speech(lang)

    def index(value: float, low: float, high: float) -> str:
        return words.text("{value} ({low} to {high})", value=_signed(words, value), low=_signed(words, low),
                          high=_signed(words, high))

    return [DriverRow(Speech.sentence(words.text(_NAMES[driver.name])),
                      index(driver.total, driver.total_low, driver.total_high),
                      index(driver.first, driver.first_low, driver.first_high),
                      words.number(driver.effect, 2 if of not in FIGURES else 1)) for driver in drivers]


def driver_columns(lang: str) -> tuple[str, str, str]:
    """Give the heads of the columns."""
    words = speech(lang)
    return words.text("alone or with others"), words.text("alone"), words.text("mean change")


def driver_lines(city: City, drivers: Sequence[Driver], of: str, n: int, lang: str, floods: int = 0) -> list[str]:
    """Give the plain sentence, and how sure it is.

    Parameters
    ----------
    city
        The city, for the name of an asset.
    drivers
        The quantities, the largest total first.
    of
        A figure, or an asset's id.
    n
        Nights of each set.
    lang
        ``fr`` or ``en``.
    floods
        How many floods the nights of each set share; 0: each has its own.
    """
    words = speech(lang)
    answer = words.text(FIGURES[of]) if of in FIGURES else words.text(
        "whether {asset} goes out", asset=words.asset(city.assets.kinds, city.assets[city.assets.row(of)]))
    top = drivers[0]
    part = _part(top.total)
    comes = "{answer}: {part} of the uncertainty comes from {what}, alone or with others."
    lines = [words.plural(comes, comes, _MANY.get(part, 1), answer=answer, part=words.text(part or "less than a tenth"),
                          what=_from(words, words.text(_NAMES[top.name])))]
    if top.total_high - top.total_low > _ROUGH and (between := _between(words, top)):
        lines[0] += " " + words.text("That share is rough with {n} nights of each set ({between}).", n=words.number(n),
                                     between=between)
    rest = [words.text("{part} from {what}", part=words.text(said), what=words.text(_NAMES[driver.name]))
            for driver in drivers[1:] if (said := _part(driver.total))]
    little = [words.text(_NAMES[driver.name]) for driver in drivers[1:] if not _part(driver.total)]
    if rest:
        lines.append(words.text("Then {list}. What acts together is counted in each: the parts come to more than the "
                                "whole.", list=words.listing(rest)))
    if little:
        lines.append(words.text("Hardly anything from {list}.", list=words.listing(little)))
    unsure = [driver for driver in drivers[1:] if driver.total_high > top.total_low]
    if unsure:
        lines.append(words.text("With {n} nights of each set it is not sure which comes first: {list}.",
                                n=words.number(n), list=words.listing([
                                    words.text(_NAMES[driver.name]) for driver in (top, *unsure)])))
    if floods:
        lines.append(words.plural("The sets of nights share the water of {n} flood each: what is sure counts floods.",
                                  "The sets of nights share the water of {n} floods each: what is sure counts floods.",
                                  floods))
    return [Speech.sentence(line) for line in lines]


def shared_rows(drivers: Sequence[Driver], lang: str) -> list[SharedRow]:
    """Give the quantities with their shares in words, the largest first; those that hardly matter stand at the end."""
    words = speech(lang)

    def said(share: float) -> str:
        return words.text(_part(share) or "less than a tenth")

    return [SharedRow(
        name=Speech.sentence(words.text(_NAMES[driver.name])), part=said(driver.total), between=_between(words, driver),
        total=driver.total, low=driver.total_low, high=driver.total_high) for driver in drivers]


def _between(words: Speech, driver: Driver) -> str:
    """Give between which shares one lies, as people say them; empty where both are said alike."""
    low, high = _part(driver.total_low), _part(driver.total_high)
    if low == high:
        return ""
    if not low and high == _PARTS[0][1]:
        return words.text("from nothing to all: too few nights")
    return words.text("between {low} and {high}", low=words.text(low), high=words.text(high)) if low else \
        words.text("at most {high}", high=words.text(high))


def _signed(words: Speech, value: float) -> str:
    """Give an index with a minus as wide as a plus, and no minus before nothing."""
    return words.number(round(value, 2) + 0.0, 2).replace("-", "\u2212")


def _from(words: Speech, what: str) -> str:
    """Give a quantity as it stands behind *comes from* and *vient de*: du niveau, de la montée, des pannes."""
    if words.lang != "fr":
        return what
    article, _, noun = what.partition(" ")
    return {"le": f"du {noun}", "les": f"des {noun}"}.get(article, f"de {what}")


def _part(share: float) -> str:
    return next((said for bound, said in _PARTS if share >= bound), "")
