"""Lists of an ensemble in words: how likely, because of what, between which hours; and what stands around the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.codes import Mechanism
from twin.ensemble.answers import Word
from twin.ensemble.listing import WORDS, LikelyListed, LikelyListing
from twin.explaining.likely import bounds, often
from twin.explaining.likely_hours import quarter
from twin.explaining.listed import label, teller_of
from twin.explaining.nights import sharper_lines
from twin.explaining.teller import Teller
from twin.explaining.words import Speech, speech

WORD = {Word.CERTAIN: "almost certain", Word.LIKELY: "likely", Word.POSSIBLE: "possible", Word.UNLIKELY: "unlikely"}
_MECHANISM = {Mechanism.FLOODED: "flooded", Mechanism.TRIPPED: "tripped", Mechanism.CUT: "cut off",
              Mechanism.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class LikelyRow:
    """One asset as it is read."""

    asset: str
    street: str
    likely: str
    why: str
    out: str
    back: str


def likely_heading(found: LikelyListing, lang: str) -> str:
    """Give the line above a list: the ensemble, how many nights, and the moment."""
    teller = teller_of(found.base, lang)
    when = teller.text("at any moment") if found.at_s is None else teller.clock(found.at_s)
    return teller.text("{name}: ensemble of {n} nights, {when}", name=found.base.plan.told(found.base.plan.name, lang),
                       n=teller.speech.number(found.answers.n), when=when)


def likely_columns(lang: str) -> tuple[str, ...]:
    """Give the headings of the rows."""
    words = speech(lang)
    return tuple(words.text(head) for head in ("what", "where", "how likely", "because of", "goes out", "back"))


def likely_rows(found: LikelyListing, lang: str) -> list[LikelyRow]:
    """Give the rows of a list as they are read, in its order."""
    teller = teller_of(found.base, lang)
    return [LikelyRow(asset=label(teller, row.asset), street=row.asset.street, likely=_likely(teller, row),
                      why=_why(teller, row), out=_out(teller, row), back=_back(teller, row)) for row in found.rows]


def likely_counts(found: LikelyListing, lang: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Give how many of each kind have each word: the headings that are needed, and a row of cells for each kind."""
    words, kinds = speech(lang), found.base.city.assets.kinds
    shown = [word for word in WORDS if any(counts.get(word) for counts in found.counts.values())]
    return [words.text(WORD[word]) for word in shown], [
        (Speech.sentence(words.kind(kinds, name).many),
         [words.number(counts[word]) if counts.get(word) else "–" for word in shown])
        for name, counts in found.counts.items()]


def likely_list_lines(found: LikelyListing, lang: str) -> list[str]:
    """Give what is told below a list: how sure its shares are."""
    words = speech(lang)
    hardly = [words.plural("{n} more is out in 1 night of 20 or fewer.", "{n} more are out in 1 night of 20 or fewer.",
                           found.hardly)] if found.hardly else []
    return [Speech.sentence(line) for line in (*hardly, *sharper_lines(found.answers, words))]


def _likely(teller: Teller, row: LikelyListed) -> str:
    return f"{teller.text(WORD[row.word])}, {often(teller.speech, row.share)} ({bounds(teller.speech, row.share)})"


def _why(teller: Teller, row: LikelyListed) -> str:
    if row.cause is None:
        return ""
    root = teller.result.city.assets[row.cause.root]
    how = teller.speech.text(_MECHANISM.get(row.cause.mechanism, "failed"), gender=teller.gender(root))
    said = Speech.sentence(how) if root.row == row.asset.row else f"{root.id} ({how})"
    tenths = round(10 * row.cause.count / row.nights)
    return said if tenths >= 10 else said + ", " + teller.speech.plural(
        "{n} case out of 10", "{n} cases out of 10", max(tenths, 1))


def _out(teller: Teller, row: LikelyListed) -> str:
    low, high = row.first_s
    if not np.isfinite(low):
        return ""
    return teller.text("between {low} and {high}", low=quarter(teller, low, up=False),
                       high=quarter(teller, high, up=True))


def _back(teller: Teller, row: LikelyListed) -> str:
    return " ; ".join(_backs(teller, row)) if teller.speech.lang == "fr" else "; ".join(_backs(teller, row))


def _backs(teller: Teller, row: LikelyListed) -> Iterator[str]:
    middle, high = row.back_s
    if not np.isfinite(middle):
        yield teller.text("half of the times not within the time computed")
        return
    yield teller.text("half of the times before {middle}", middle=quarter(teller, middle, up=True))
    if np.isfinite(high):
        yield teller.text("9 out of 10 before {high}", high=quarter(teller, high, up=True))
