"""An ensemble in a few lines: how many nights, their figures, how likely each site goes out, how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.ensemble.answers import TOLD, Answers, Word, quantiles_of
from twin.ensemble.confidence import Quantile, Z, members_for, rank_of
from twin.explaining.likely import between, bounds, failed_lines, often
from twin.explaining.words import Speech, speech
from twin.world.city import City

#: What each figure counts.
FIGURES = {
    "lamps_ever_out": "lamps that go out", "lamps_ever_dark": "lamps that go dark at night",
    "lamps_not_back": "lamps not back at the end", "lamp_hours_dark": "lamp-hours of darkness",
    "sites_without_power": "critical sites without power", "buildings_without_power": "buildings without power"}
#: Sites told one by one before the rest is counted.
_SITES = 8
_COUNTED = {Word.CERTAIN: "almost certainly", Word.LIKELY: "probably", Word.POSSIBLE: "possibly",
            Word.UNLIKELY: "rarely"}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure over the nights, as it is read: low, middle and high are P10, P50 and P90."""

    name: str
    low: str
    middle: str
    high: str
    #: Between which values each of the three lies, 95 %.
    within: tuple[str, str, str]


def heading(name: str, answers: Answers, lang: str) -> str:
    """Give the line above the table of figures."""
    words = speech(lang)
    return words.text("{name}: ensemble of {n} nights", name=name, n=words.number(answers.n))


def columns(lang: str) -> tuple[str, str, str]:
    """Give the heads of the columns of figures: P10, P50 and P90."""
    words = speech(lang)
    return words.text("low"), words.text("middle"), words.text("high")


def part_line(k: int, of: int, lang: str) -> str:
    """Tell that a part of the nights is made."""
    return speech(lang).text("part {k} of {of} is made; the same command without --part counts the nights, "
                              "twin ensemble merge puts parts from several folders together.", k=k, of=of)


def figure_rows(answers: Answers, lang: str) -> list[FigureRow]:
    """Give the table of figures: what 8 nights of 10 lie between, and the middle one."""
    words = speech(lang)
    return [_figure(words, name, answers.figure(name)) for name in answers.figures]


def _figure(words: Speech, name: str, found: tuple[Quantile, ...]) -> FigureRow:
    low, middle, high = (words.number(one.value) for one in found)
    first, second, third = (words.text("{low} to {high}", low=_bound(words, one.low), high=_bound(words, one.high))
                            for one in found)
    return FigureRow(words.text(FIGURES[name]), low, middle, high, (first, second, third))


def _bound(words: Speech, value: float) -> str:
    return words.number(value) if np.isfinite(value) else "?"


def night_lines(city: City, answers: Answers, lang: str) -> list[str]:
    """Give what is told of an ensemble beside its table of figures."""
    words = speech(lang)
    return [Speech.sentence(line) for line in (
        words.text("8 nights of 10 lie between the first and the last column; the middle one stands between them."),
        words.text("Below each figure, between which values it lies 19 times out of 20 (?: so few nights do not "
                   "tell)."), *_outer(answers, words), *failed_lines(words, answers), *_lamps(city, answers, words),
        *_sites(city, answers, words), *sharper_lines(answers, words))]


def _outer(answers: Answers, words: Speech) -> Iterator[str]:
    """Tell on how few floods P10 and P90 rest."""
    if answers.floods:
        yield words.plural("The outer columns rest on {n} flood each.", "The outer columns rest on {n} floods each.",
                           rank_of(answers.floods, TOLD[0]) + 1)


def report_title(answers: Answers, lang: str) -> str:
    """Give the heading above what a point of the situation says of its nights."""
    words = speech(lang)
    return words.plural("In {n} night drawn", "In {n} nights drawn", answers.n)


def report_lines(city: City, answers: Answers, lang: str) -> list[str]:
    """Give what a point of the situation says of its nights: lamps, critical sites, and how sure that is."""
    words = speech(lang)
    low, _, high = quantiles_of(answers.figures["lamps_ever_dark"])
    some = sorted(((answers.share_out(row), city.assets[row]) for row in answers.sites.tolist()),
                  key=lambda pair: (-pair[0].count, pair[1].id))
    sites = [words.text("{site} {often} ({bounds})", site=words.label(city.assets.kinds, asset),
                        often=often(words, share), bounds=bounds(words, share)) for share, asset in some if share.count]
    told = words.text("Critical sites without power at some time: {list}.", list=", ".join(sites[:_SITES])) if sites \
        else words.text("No critical site is without power in any of them.")
    more = [words.plural("{n} more site goes out in some night.", "{n} more sites go out in some night.",
                         len(sites) - _SITES)] if len(sites) > _SITES else []
    return [Speech.sentence(line) for line in (
        words.text("Lamps that go dark: {low} to {high}, 8 nights out of 10.", low=words.number(low),
                   high=words.number(high)), told, *more, *failed_lines(words, answers),
        *sharper_lines(answers, words))]


def _lamps(city: City, answers: Answers, words: Speech) -> Iterator[str]:
    kinds, said = city.assets.kinds, answers.words(len(city.assets))
    lamps = np.flatnonzero(kinds.lights[city.assets.kind])
    count = Counter(said[row] for row in lamps.tolist())
    told = [words.text("{lamps} {word}", lamps=words.number(count[word]), word=words.text(_COUNTED[word]))
            for word in _COUNTED if count[word]]
    if told:
        yield words.text("Lamps that go out: {list}; {never} in none of the nights.", list=words.listing(told),
                         never=words.number(count[Word.NEVER]))


def _sites(city: City, answers: Answers, words: Speech) -> Iterator[str]:
    shares = [(answers.share_out(row), city.assets[row]) for row in answers.sites.tolist()]
    some = sorted((pair for pair in shares if pair[0].count), key=lambda pair: (-pair[0].count, pair[1].id))
    for share, asset in some[:_SITES]:
        yield words.text("{site}: without power {often} ({between}).",
                         site=words.asset(city.assets.kinds, asset), often=often(words, share),
                         between=between(words, share))
    if len(some) > _SITES:
        yield words.plural("{n} more site goes out in some night.", "{n} more sites go out in some night.",
                           len(some) - _SITES)


def sharper_lines(answers: Answers, words: Speech) -> Iterator[str]:
    """Tell how sure the shares of so many nights are, and how many a sharper answer takes."""
    # The widest interval is that of a share of one half.
    if held := int((answers.held > 0).sum()):
        yield words.plural("At {n} asset the water lies between two flood maps in some nights, and neither tells when "
                           "it comes: it counts as come.", "At {n} assets the water lies between two flood maps in "
                           "some nights, and neither tells when it comes: it counts as come.", held)
    half = 0.5 * Z / np.sqrt(answers.independent)
    if not answers.floods:
        yield words.text("Shares are known to within {half} out of 100 or better; within 1 takes {more} nights.",
                         half=words.number(np.ceil(100 * half)), more=words.number(members_for(0.5, 0.01)))
        return
    yield words.plural("These nights share the water of {n} flood: for how sure a share is they count as {n} night of "
                       "its own water, as more where the water does not decide.", "These nights share the water of {n} "
                       "floods: for how sure a share is they count as {n} nights of their own water, as more where the "
                       "water does not decide.", answers.floods)
    yield words.text("Shares are known to within {half} out of 100 or better; within 1 takes {more} floods.",
                     half=words.number(np.ceil(100 * half)), more=words.number(members_for(0.5, 0.01)))
