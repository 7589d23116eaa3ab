"""Questions that only the nights themselves can answer: in which of them is one asset out, at a moment or at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geodata.ensemble.blocks import Block, block_of, check_digest, path_of
from geodata.ensemble.folder import EnsembleFolder
from twin.ensemble.answers import Answers
from twin.ensemble.member import Outcome
from twin.quantities import NONE, BoolArray, FloatArray, Int32Array, Int64Array


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
    for place, night in nights_of(folder, digest, answers):
        mine = slice(*np.searchsorted(night.asset, [asset, asset + 1]))
        start_s, end_s = night.start_s[mine], night.end_s[mine]
        out[place] = len(start_s) > 0 if at_s is None else np.any(
            (start_s <= at_s) & ((end_s == NONE) | (end_s > at_s)))
    return out


def first_out(folder: Path, digest: str, answers: Answers, asset: int) -> FloatArray:
    """Give when an asset first goes out in each night, in the order of ``answers.index``, (n,) [s]; NaN: never.

    Parameters
    ----------
    folder, digest, answers
        The ensemble.
    asset
        Row of the asset.

    Raises
    ------
    InputError
        As for :func:`nights_out`.
    """
    first_s = np.full(answers.n, np.nan)
    for place, night in nights_of(folder, digest, answers):
        mine = slice(*np.searchsorted(night.asset, [asset, asset + 1]))
        if mine.start < mine.stop:
            first_s[place] = night.start_s[mine].min()
    return first_s


def first_half_out(folder: Path, digest: str, answers: Answers, assets: Int64Array) -> FloatArray:
    """Give when half of some assets have gone out in each night, (n,) [s]; NaN: never.

    In the order of ``answers.index``. Each asset counts from its first outage on, whether or not it is back by then.

    Parameters
    ----------
    folder, digest, answers
        The ensemble.
    assets
        Rows of the assets, one at least, (R,).

    Raises
    ------
    InputError
        As for :func:`nights_out`.
    """
    half_s, half = np.full(answers.n, np.nan), (len(assets) + 1) // 2
    for place, night in nights_of(folder, digest, answers):
        mine = np.flatnonzero(np.isin(night.asset, assets))
        order = mine[np.lexsort((night.start_s[mine], night.asset[mine]))]
        _, first = np.unique(night.asset[order], return_index=True)
        if len(first) >= half:
            half_s[place] = np.sort(night.start_s[order][first])[half - 1]
    return half_s


def out_counts(found: EnsembleFolder, at_s: int) -> Int64Array:
    """Give in how many nights each asset is out at a moment [s], (A,)."""
    out = np.zeros(len(found.base.city.assets), np.int64)
    for _, night in nights_of(found.folder, found.told["digest"], found.answers):
        # Of one asset no two outages hold at one moment.
        out[night.asset[(night.start_s <= at_s) & ((night.end_s == NONE) | (night.end_s > at_s))]] += 1
    return out


def nights_dark(found: EnsembleFolder, assets: Int32Array, group: Int64Array, groups: int) -> Int64Array:
    """Give in how many nights some asset of each group is out in the dark, (G,).

    Parameters
    ----------
    found
        The ensemble.
    assets, group
        Rows of assets, and the number of the group of each, (N,).
    groups
        How many there are, G.
    """
    group_of = np.full(len(found.base.city.assets), NONE, np.int64)
    group_of[assets] = group
    dark = np.zeros(groups, np.int64)
    for _, night in nights_of(found.folder, found.told["digest"], found.answers):
        mine = np.unique(group_of[night.asset[night.dark_s > 0]])
        dark[mine[mine != NONE]] += 1
    return dark


def nights_of(folder: Path, digest: str, answers: Answers) -> Iterator[tuple[int, Outcome]]:
    """Give the nights that the answers count, each with its place in ``answers.index``.

    Raises
    ------
    InputError
        As for :func:`nights_out`.
    """
    place = {int(index): i for i, index in enumerate(answers.index)}
    for number in np.unique(block_of(answers.index)).tolist():
        block = Block(path_of(folder, number))
        check_digest(block.path, block.digest, digest)
        for night in block.nights():
            if night.index in place:
                yield place[night.index], night


def outs_of(found: EnsembleFolder, assets: Int32Array) -> BoolArray:
    """Give in which nights each of some assets goes out, (n, R)."""
    out = np.zeros((found.answers.n, len(assets)), bool)
    for place, night in nights_of(found.folder, found.told["digest"], found.answers):
        out[place] = np.isin(assets, night.asset)
    return out


def all_at_once(found: EnsembleFolder, assets: Int32Array) -> BoolArray:
    """Give in which nights all of some assets are out at one moment at least, (n,)."""
    once = np.zeros(found.answers.n, bool)
    for place, night in nights_of(found.folder, found.told["digest"], found.answers):
        mine = np.flatnonzero(np.isin(night.asset, assets))
        start_s = night.start_s[mine].astype(np.int64)
        end_s = np.where(night.end_s[mine] == NONE, np.iinfo(np.int32).max, night.end_s[mine])
        # Of one asset no two outages hold at one moment: as many open ones as assets are all of them.
        once[place] = any(int(((start_s <= at) & (end_s > at)).sum()) == len(assets) for at in start_s.tolist())
    return once
