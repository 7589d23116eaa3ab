"""What an ensemble says of each asset, packed: how often it goes out, between which hours, because of what."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.ensemble.answers import Word
from twin.ensemble.moments import HARDLY, Likelihood, tenths_of, word_of_tenths
from twin.quantities import NONE
from viewer.scene.intervals import OPEN, Row, State
from viewer.scene.pack import Packer, centimetres

if TYPE_CHECKING:
    from geodata.ensemble.folder import EnsembleFolder

#: What a while in doubt knows beside where many nights were made: in how many tenths of them it is out, and the word.
LIKELY = (("tenths", "u1"), ("word", "u1"))
#: A bound of a depth that so few nights do not give [cm].
OPEN_CM = 0xFFFF
#: A sure outage: almost all of the nights.
SURE = (10, 0)


class Likely(IntEnum):
    """The three words of maps of probability; 0 is none of them."""

    UNLIKELY = 1  #: out in fewer than 1 night of 4
    POSSIBLE = 2  #: in 1 to 3 of 4
    LIKELY = 3  #: in more than 3 of 4


_CODE = {Word.UNLIKELY: Likely.UNLIKELY, Word.POSSIBLE: Likely.POSSIBLE, Word.LIKELY: Likely.LIKELY,
         Word.CERTAIN: Likely.LIKELY}


def code_of(tenths: int) -> Likely:
    """Give the word of what is in doubt; what the run computes in service is likely out at most."""
    return _CODE[word_of_tenths(tenths)]


def cut(row: Row, asset: int, likelihood: Likelihood) -> list[Row]:
    """Cut a while in doubt of an asset where its tenths change; add tenths and word to each piece."""
    start, end, state, *rest = row
    if state != State.MAY:
        return [(*row, *SURE)]
    pieces = likelihood.within(asset, start, NONE if end == OPEN else end)
    return [(at, OPEN if until == NONE else until, state, *rest, tenths, code_of(tenths))
            for at, until, tenths in pieces]


def pack_likely(found: EnsembleFolder, packer: Packer, number: Any) -> None:
    """Add, for each asset that is out or wet in some night, its counts, causes, hours and depths with their bounds.

    Parameters
    ----------
    found
        The ensemble.
    packer
        Where to put it.
    number
        Number in the page of each asset, (A,).
    """
    answers = found.answers
    order = np.argsort(number[answers.asset], kind="stable")
    packer.add("likely.asset", number[answers.asset[order]], "u4", delta=True)
    packer.add("likely.tenths", tenths_of(answers.out.astype(np.int64), answers.n)[order], "u1")
    for name, counts in (("out", answers.out), ("unknown", answers.unknown)):
        packer.add(f"likely.{name}", counts[order], "u4")
    # First hours rounded down and last ones up are the page's; here they are as they were found.
    for name, seconds, within_s, places in (("first", answers.first_s, answers.first_within_s, (0, 2)),
                                            ("back", answers.back_s, answers.back_within_s, (1, 2))):
        for k in places:
            for end, values in (("", seconds[order, k]), *_ends(within_s[order, k])):
                packer.add(f"likely.{name}{k}{end}", np.where(np.isfinite(values), np.nan_to_num(values, posinf=0,
                                                                                                 neginf=0), OPEN), "u4")
    for k in range(3):
        packer.add(f"likely.depth{k}", centimetres(answers.depth_m[order, k]), "u2")
        for end, values in _ends(answers.depth_within_m[order, k]):
            packer.add(f"likely.depth{k}{end}", np.where(np.isfinite(values), centimetres(np.nan_to_num(
                values, posinf=0, neginf=0)), OPEN_CM), "u2")
    causes = answers.causes
    spans = [slice(*causes.offsets[place:place + 2]) for place in order.tolist()]
    rows = np.concatenate([np.empty(0, np.int64), *(np.arange(one.start, one.stop) for one in spans)])
    packer.add("likely.offsets", np.cumsum([0, *(one.stop - one.start for one in spans)]), "u4", delta=True)
    packer.add("likely.root", number[causes.root[rows]], "u4")
    packer.add("likely.mech", causes.mechanism[rows], "u1")
    packer.add("likely.nights", causes.count[rows], "u4")
    total = np.repeat([int(causes.count[one].sum()) for one in spans], [one.stop - one.start for one in spans])
    share = causes.count[rows] / total
    packer.add("likely.cases", np.where(share < HARDLY, 0, np.clip(np.rint(10 * share), 1, 10)), "u1")


def _ends(within: Any) -> tuple[tuple[str, Any], tuple[str, Any]]:
    """Give the lower and the upper bounds of a quantile, (K, 2), each by the end of its column's name."""
    return ("_low", within[:, 0]), ("_high", within[:, 1])


def nights_told(found: EnsembleFolder) -> dict[str, Any]:
    """Give what the page says of the nights as a whole, plain JSON values."""
    from viewer.scene.deciding import deciding_told  # of pages of ensembles alone

    return {"n": found.answers.n, "failed": len(found.answers.failed), "seed": int(found.told["seed"]),
            "quantities": list(found.quantities), "decides": deciding_told(found)}
