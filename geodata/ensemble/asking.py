"""Questions that only the nights themselves can answer: in which of them is one asset out, at a moment or at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geodata.ensemble.blocks import Block, block_of, check_digest, path_of
from twin.ensemble.answers import Answers
from twin.quantities import NONE, BoolArray


def nights_out(folder: Path, digest: str, answers: Answers, asset: int, at_s: int | None = None) -> BoolArray:
    """Give in which nights an asset is out, in the order of ``answers.index``, (n,).

    Parameters
    ----------
    folder, digest, answers
        The ensemble.
    asset
        Row of the asset.
    at_s
        Moment [s]; None: at any.

    Raises
    ------
    InputError
        A block is damaged, missing or of another ensemble.
    """
    out = np.zeros(answers.n, bool)
    place = {int(index): i for i, index in enumerate(answers.index)}
    for number in np.unique(block_of(answers.index)).tolist():
        block = Block(path_of(folder, number))
        check_digest(block.path, block.digest, digest)
        for night in block.nights():
            if night.index in place:
                mine = slice(*np.searchsorted(night.asset, [asset, asset + 1]))
                start_s, end_s = night.start_s[mine], night.end_s[mine]
                out[place[night.index]] = len(start_s) > 0 if at_s is None else np.any(
                    (start_s <= at_s) & ((end_s == NONE) | (end_s > at_s)))
    return out
