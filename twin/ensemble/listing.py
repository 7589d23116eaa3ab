"""Listing an ensemble: which assets are how likely out, at a moment or at all, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.ensemble.answers import Answers, Cause, Word, word_of
from twin.ensemble.confidence import Share
from twin.ensemble.moments import tenths_of
from twin.errors import InputError
from twin.quantities import NONE, Int64Array
from twin.results.result import Result
from twin.world.assets import Asset
from twin.world.streets import street_named

#: Words by which one asks, the likeliest first.
WORDS = (Word.CERTAIN, Word.LIKELY, Word.POSSIBLE, Word.UNLIKELY)


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyListed:
    """One asset: how often it is out, because of what, and between which seconds it goes and comes back."""

    asset: Asset
    share: Share
    word: Word
    #: The most frequent root of its first outage, and how many nights have one; None where it is never out.
    cause: Cause | None
    nights: int
    #: P10 and P90 of the first second out, P50 and P90 of the return; inf: later than the horizon.
    first_s: tuple[float, float]
    back_s: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LikelyListing:
    """The rows asked for, the likeliest first, and how many assets of each kind have each word."""

    base: Result
    answers: Answers
    #: Moment asked about [s]; None: at any.
    at_s: int | None
    rows: tuple[LikelyListed, ...]
    counts: Mapping[str, Mapping[Word, int]]
    #: How many more are out in 1 night of 20 or fewer: in no row, as no map draws them.
    hardly: int


def likely_listing(base: Result, answers: Answers, out: Int64Array, at_s: int | None = None, *,
                   kinds: Sequence[str] = (), street: str | None = None, words: Collection[str] = ()) -> LikelyListing:
    """List the assets that are out in more than 1 night of 20.

    Parameters
    ----------
    base, answers
        The run of the plan, and what the nights say.
    out
        In how many nights each asset is out, (A,), at ``at_s`` or at any moment.
    at_s
        The moment [s]; None: any.
    kinds, street, words
        Only of these kinds, in this street, told by one of these words; all where none is given.

    Raises
    ------
    InputError
        A kind or a street that the city does not have, or a word that is none of ``WORDS``.
    """
    assets = base.city.assets
    unknown = sorted(set(words) - {str(word) for word in WORDS})
    if unknown:
        raise InputError(field="--state", found=f"'{unknown[0]}' of an ensemble",
                         expected=f"one of {', '.join(map(str, WORDS))}")
    chosen = out > 0
    if kinds:
        chosen &= assets.of_kind(*kinds)
    if street is not None:
        chosen &= assets.street.codes == street_named(assets.street.words, street, field="--street")
    rows = np.flatnonzero(chosen)
    is_hardly = tenths_of(out[rows], answers.n) == 0
    hardly, rows = int(is_hardly.sum()), rows[~is_hardly]
    told = {int(count): word_of(int(count), answers.n) for count in np.unique(out[rows])}
    counts: dict[str, Counter[Word]] = {}
    for row in rows.tolist():
        counts.setdefault(assets.kinds.names[assets.kind[row]], Counter())[told[int(out[row])]] += 1
    wanted = [row for row in rows.tolist() if not words or str(told[int(out[row])]) in words]
    wanted.sort(key=lambda row: (-int(out[row]), str(assets.id[row])))
    return LikelyListing(base=base, answers=answers, at_s=at_s, counts=counts, hardly=hardly,
                         rows=tuple(_row(base, answers, row, int(out[row])) for row in wanted))


def _row(base: Result, answers: Answers, row: int, count: int) -> LikelyListed:
    causes, k = answers.causes_of(row), answers.place(row)
    first, back = (answers.first_s[k], answers.back_s[k]) if k != NONE else (np.full(3, np.nan),) * 2
    share = answers.share(count)
    return LikelyListed(asset=base.city.assets[row], share=share, word=word_of(count, answers.n),
                        cause=causes[0] if causes else None, nights=sum(cause.count for cause in causes),
                        first_s=(float(first[0]), float(first[2])), back_s=(float(back[1]), float(back[2])))
