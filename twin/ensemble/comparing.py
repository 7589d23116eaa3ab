"""Two ensembles of the same nights beside each other: what a plan saves, night by night.

Both draw the same numbers, so that the difference of each night is that of the plans. What is told is the mean of
these differences with its interval; for a share, in how many nights it happens in one of the two alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.ensemble.answers import Answers
from twin.ensemble.confidence import Difference, paired, paired_share
from twin.errors import InputError
from twin.quantities import Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChange:
    """A critical site: nights without power in each ensemble, and the difference of the shares."""

    asset_id: str
    first: int
    second: int
    #: Nights without power in the second alone, and in the first alone.
    worse: int
    better: int
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairedComparison:
    """Two ensembles, night by night."""

    #: Nights that both have, and how many each has alone.
    n: int
    alone: tuple[int, int]
    #: By name: mean in each, and the mean of the differences, second less first.
    figures: Mapping[str, tuple[float, float, Difference]]
    sites: tuple[SiteChange, ...]


def compare_nights(first: Answers, second: Answers, ids: tuple[tuple[str, ...], tuple[str, ...]]) -> PairedComparison:
    """Compare two ensembles night by night.

    Parameters
    ----------
    first, second
        Answers of nights with the same draws.
    ids
        Ids of the critical sites of each, in the order of ``Answers.sites``.

    Raises
    ------
    InputError
        Fewer than two nights in common.
    """
    common, a, b = np.intersect1d(first.index, second.index, return_indices=True)
    if len(common) < 2:
        raise InputError(found=f"{len(common)} nights that both ensembles have", expected="two or more",
                         remedy="Make both with the same -n.")
    flood = None if first.flood is None else first.flood[a]
    figures = {name: (float(first.figures[name][a].mean()), float(second.figures[name][b].mean()),
                      paired(first.figures[name][a], second.figures[name][b], flood))
               for name in first.figures if name in second.figures}
    return PairedComparison(n=len(common), alone=(first.n - len(common), second.n - len(common)), figures=figures,
                            sites=tuple(_sites(first, second, ids, a, b, flood)))


def _sites(first: Answers, second: Answers, ids: tuple[tuple[str, ...], tuple[str, ...]], a: Int64Array,
           b: Int64Array, flood: Int64Array | None) -> list[SiteChange]:
    place = {name: k for k, name in enumerate(ids[1])}
    told = []
    for k, name in enumerate(ids[0]):
        if name not in place:
            continue
        mine, theirs = first.site_out[a, k], second.site_out[b, place[name]]
        if np.any(mine != theirs):
            told.append(SiteChange(
                asset_id=name, first=int(mine.sum()), second=int(theirs.sum()), worse=int((theirs & ~mine).sum()),
                better=int((mine & ~theirs).sum()), difference=paired_share(mine, theirs, flood)))
    return sorted(told, key=lambda change: (change.difference.value, change.asset_id))


def check_alike(first: Mapping[str, object], second: Mapping[str, object]) -> None:
    """Refuse two ensembles whose nights are not the same: what ``ensemble.json`` says of each.

    Raises
    ------
    InputError
        Another seed, or other distributions: their difference would be that of the draws too.
    """
    for name, what in (("seed", "seed"), ("uncertainty", "distributions")):
        if first[name] != second[name]:
            raise InputError(field=name, found=f"two ensembles with another {what}" if name == "seed" else
                             f"two ensembles with other {what}", expected="the same draws in both",
                             remedy="Give both scenarios one seed and one `uncertainty`: then only the plans differ.")
