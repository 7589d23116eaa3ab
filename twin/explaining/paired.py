"""Two ensembles of the same nights in words: the mean of each figure, and what the second plan changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.ensemble.comparing import PairedComparison
from twin.ensemble.confidence import Difference, nights_for
from twin.explaining.nights import FIGURES
from twin.explaining.words import Speech, speech
from twin.world.city import City


@dataclass(frozen=True, slots=True)
class PairedRow:
    """One figure, as it is read: mean in each, and the difference with its interval."""

    name: str
    first: str
    second: str
    difference: str


def paired_rows(found: PairedComparison, lang: str) -> list[PairedRow]:
    """Give the table of figures."""
    words = speech(lang)
    return [PairedRow(words.text(FIGURES[name]), _number(words, a), _number(words, b), interval(words, difference))
            for name, (a, b, difference) in found.figures.items()]


def paired_lines(city: City, found: PairedComparison, lang: str) -> list[str]:
    """Give what is told beside the table."""
    words = speech(lang)
    return [Speech.sentence(line) for line in (
        words.text("Means of {n} nights drawn alike for both plans; the difference with its interval of 95 in 100.",
                   n=words.number(found.n)),
        *_alone(found, words), *_sites(city, found, words), *_sharper(found, words), *_paired(found, words))]


def _alone(found: PairedComparison, words: Speech) -> Iterator[str]:
    if any(found.alone):
        yield words.text("Not compared: {first} nights of the first alone and {second} of the second.",
                         first=words.number(found.alone[0]), second=words.number(found.alone[1]))


def _sites(city: City, found: PairedComparison, words: Speech) -> Iterator[str]:
    for change in found.sites:
        asset = city.assets[city.assets.row(change.asset_id)]
        hundredths = [round(100 * share) for share in (
            change.difference.value, change.difference.low, change.difference.high)]
        value, low, high = (f"{'+' if one > 0 else '−' if one < 0 else ''}{abs(one)}" for one in hundredths)
        yield words.text("{site}: without power in {first} nights, then in {second}; {better} saved, {worse} lost: "
                         "{value} nights out of 100 ({low} to {high}).",
                         site=words.asset(city.assets.kinds, asset), first=words.number(change.first),
                         second=words.number(change.second), better=words.number(change.better),
                         worse=words.number(change.worse), value=value, low=low, high=high)


def _paired(found: PairedComparison, words: Speech) -> Iterator[str]:
    ratios = [difference.variance_ratio for _, _, difference in found.figures.values()
              if np.isfinite(difference.variance_ratio) and difference.value]
    if ratios:
        yield words.text("Drawn apart, the two would need {times} times as many nights for the same interval.",
                         times=words.number(max(float(np.median(ratios)), 1)))


def _sharper(found: PairedComparison, words: Speech) -> Iterator[str]:
    """Tell which differences may be none, and how many nights would tell."""
    some = [words.text("{figure} (about {n} nights)", figure=words.text(FIGURES[name]),
                       n=words.number(nights_for(difference)))
            for name, (_, _, difference) in found.figures.items() if difference.value and
            difference.low <= 0 <= difference.high]
    if some:
        yield words.text("Not told from no difference yet: {list}.", list=words.listing(some))


def interval(words: Speech, difference: Difference) -> str:
    """Give a difference with its interval; an equals sign where there is none."""
    if difference.low == difference.high == 0:
        return "="
    return words.text("{value} ({low} to {high})", value=_signed(words, difference.value),
                      low=_signed(words, difference.low), high=_signed(words, difference.high))


def _signed(words: Speech, value: float) -> str:
    said = _number(words, abs(value))
    return said if float(f"{abs(value):.1f}") == 0 else f"{'+' if value > 0 else '−'}{said}"


def _number(words: Speech, value: float) -> str:
    return words.number(value, 1 if abs(value) < 100 else 0)
