"""The ranking of an ensemble in words: what each protection spares in a night on average, and how sure that is."""

from __future__ import annotations

import numpy as np

from twin.deciding.terms import COUNTS
from twin.ensemble.confidence import Difference
from twin.ensemble.ranking import LikelyRanking
from twin.explaining.listed import label, teller_of
from twin.explaining.ranked import OBJECTIVE_WORDS, Table, whose
from twin.explaining.words import Speech, speech


def likely_ranked_table(found: LikelyRanking, lang: str) -> Table:
    """Give the rows of a ranking."""
    teller, assets = teller_of(found.base, lang), found.base.city.assets
    text, rows = teller.text, []
    for i, row in enumerate(found.rows):
        asset = assets[row.asset]
        kind = teller.speech.kind(assets.kinds, asset.kind).one
        spared = (_hours(teller.speech, value, 1 if name == "site_s" else 0)
                  for name, value in zip(COUNTS, row.spared, strict=True))
        rows.append((teller.speech.number(i + 1), label(teller, asset), kind, asset.street, whose(teller, asset.row),
                     *spared, teller.speech.number(row.tried)))
    return Table(("", text("what"), text("kind"), text("where"), text("by whom"), text("site-hours spared"),
                  text("people-hours spared"), text("lamp-hours spared"), text("in main streets"),
                  text("nights with water there")), tuple(rows))


def likely_ranked_lines(found: LikelyRanking, lang: str) -> list[str]:
    """Give what stands around a ranking: how it is ordered, what was left out, and what a sharper answer takes."""
    words = speech(lang)
    lines = [words.text("Order: {order}. Means of {n} nights with that thing kept dry, beside the same nights as they "
                        "are, with their interval of 95 in 100; crews without limit.",
                        order=words.text(OBJECTIVE_WORDS[found.objective]), n=words.number(found.n))]
    if found.untried:
        lines.append(words.plural("{n} more thing puts something out in some night and was not tried: --top tries it.",
                                  "{n} more things put something out in some night and were not tried: --top tries "
                                  "more.", found.untried))
    if found.nights_to_tell_apart is not None:
        lines.append(words.text("The first two are not told apart yet: that takes about {n} nights.",
                                n=words.number(found.nights_to_tell_apart)))
    return [Speech.sentence(line) for line in lines]


def _hours(words: Speech, value: Difference, decimals: int) -> str:
    mean, low, high = (seconds / 3600 for seconds in (value.value, value.low, value.high))
    if not np.any([mean, low, high]):
        return words.number(0)
    return words.text("{value} ({low} to {high})", value=_signed(words, mean, decimals),
                      low=_signed(words, low, decimals), high=_signed(words, high, decimals))


def _signed(words: Speech, value: float, decimals: int) -> str:
    """Give a number with the sign that is printed; what rounds to nothing has none."""
    said = words.number(abs(value), decimals)
    return f"−{said}" if value < 0 and round(value, decimals) else said
