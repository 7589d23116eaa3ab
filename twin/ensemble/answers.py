"""Answers of an ensemble: how likely, when, because of what, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from twin.codes import Mechanism
from twin.ensemble.confidence import Quantile, Share, effective_in, quantile_of, rank_of, ranks_of, share_in, share_of
from twin.quantities import NONE, BoolArray, FloatArray, Int8Array, Int32Array, Int64Array

#: The quantiles that are told.
TOLD = (0.1, 0.5, 0.9)


class Word(StrEnum):
    """How likely something is, in the three words that maps and pages use; certain and never stand apart."""

    CERTAIN = "certain"  #: in all nights, or 19 of 20
    LIKELY = "likely"  #: in more than 3 of 4
    POSSIBLE = "possible"  #: in 1 to 3 of 4
    UNLIKELY = "unlikely"  #: in fewer than 1 of 4
    NEVER = "never"  #: in none of the nights


#: Shares from which each word holds.
CERTAIN_FROM, LIKELY_FROM, POSSIBLE_FROM = 0.95, 0.75, 0.25


def word_of(count: int, n: int) -> Word:
    """Give the word of a share.

    Examples
    --------
    >>> [str(word_of(count, 48)) for count in (48, 37, 36, 12, 11, 0)]
    ['certain', 'likely', 'possible', 'possible', 'unlikely', 'never']
    """
    if count == 0:
        return Word.NEVER
    share = count / n
    if share >= CERTAIN_FROM:
        return Word.CERTAIN
    return Word.LIKELY if share > LIKELY_FROM else Word.POSSIBLE if share >= POSSIBLE_FROM else Word.UNLIKELY


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Causes:
    """Roots of the first outages of each asset, in compressed rows: the most frequent first."""

    offsets: Int64Array
    root: Int32Array
    #: ``Mechanism`` at the root.
    mechanism: Int8Array
    count: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A root and in how many nights it is one."""

    root: int
    mechanism: Mechanism
    count: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What the nights of an ensemble say together."""

    #: Nights counted, and their indices, (n,).
    n: int
    index: Int64Array
    #: Nights that could not be made, with why: none of the counts holds them.
    failed: Mapping[int, str]
    #: Assets that are out or wet in some night, (K,), increasing rows of the city.
    asset: Int32Array
    #: Nights in which each goes out; is out in the dark (lamps); stands in water of unknown depth, (K,).
    out: Int32Array
    dark: Int32Array
    unknown: Int32Array
    #: Nights in which no flood map tells from which level on water stands at it: taken as deep as it may be, (K,).
    held: Int32Array
    #: P10, P50 and P90 of the first second out and of the return for good, over the nights in which it goes out,
    #: (K, 3) [s]; inf: not back within the horizon; NaN: never out.
    first_s: FloatArray
    back_s: FloatArray
    #: P10, P50 and P90 of the peak depth, over all nights, (K, 3) [m].
    depth_m: FloatArray
    #: Between which values each of these quantiles lies, 95 %, (K, 3, 2), in the same units: -inf and inf where so few
    #: nights do not bound it (inf of hours: or later than the horizon); NaN where there is no quantile.
    first_within_s: FloatArray
    back_within_s: FloatArray
    depth_within_m: FloatArray
    causes: Causes
    #: Critical sites, (S,), and in which nights each is without power, (n, S).
    sites: Int32Array
    site_out: BoolArray
    #: Figures of each night by name, (n,) each, and what was drawn for it as a whole.
    figures: Mapping[str, FloatArray]
    drawn: Mapping[str, FloatArray]
    #: Number of the flood of each night, (n,), where nights share the water of some; None: each has its own.
    flood: Int64Array | None = None
    #: How many nights count as independent for how often each asset goes out, (K,); None: all.
    effective: FloatArray | None = None

    def __repr__(self) -> str:
        return f"Answers of {self.n:,} nights: {len(self.asset):,} assets out or wet in some"

    def place(self, asset: int) -> int:
        """Give where an asset stands in the columns; -1 where it is neither out nor wet in any night."""
        k = int(np.searchsorted(self.asset, asset))
        return k if k < len(self.asset) and self.asset[k] == asset else NONE

    @property
    def floods(self) -> int:
        """How many floods the nights share; 0: the water of each night is its own."""
        return 0 if self.flood is None else len(np.unique(self.flood))

    @cached_property
    def independent(self) -> float:
        """How many of the nights count as independent at least: as if the flood decided alone."""
        if self.flood is None:
            return float(self.n)
        return float(effective_in(self.flood, np.empty(0, np.int64), np.empty(0, np.int64), 1)[0])

    def share(self, count: int) -> Share:
        """Give a share of the nights with its interval; where they share floods, as if the flood decided alone."""
        return share_of(count, self.n, self.independent)

    def share_in(self, happens: BoolArray) -> Share:
        """Give the share of the nights in which something happens, (n,); where they share floods, as floods differ."""
        return share_in(happens, self.flood)

    def share_out(self, asset: int) -> Share:
        """Give how often an asset goes out."""
        k = self.place(asset)
        if k == NONE or self.effective is None:
            return self.share(0 if k == NONE else int(self.out[k]))
        return share_of(int(self.out[k]), self.n, float(self.effective[k]))

    def share_dark(self, asset: int) -> Share:
        """Give how often a lamp is out in the dark."""
        k = self.place(asset)
        return self.share(0 if k == NONE else int(self.dark[k]))

    def causes_of(self, asset: int) -> list[Cause]:
        """Give the roots of its first outage, the most frequent first."""
        k = self.place(asset)
        if k == NONE:
            return []
        c = self.causes
        return [Cause(root=int(c.root[i]), mechanism=Mechanism(int(c.mechanism[i])), count=int(c.count[i]))
                for i in range(c.offsets[k], c.offsets[k + 1])]

    def together(self, sites: Int32Array) -> Share:
        """Give how often all of some critical sites are without power in one night, not always at one moment."""
        chosen = np.isin(self.sites, sites)
        return self.share_in(np.asarray(self.site_out[:, chosen].all(axis=1)))

    def figure(self, name: str) -> tuple[Quantile, ...]:
        """Give P10, P50 and P90 of a figure of the nights, each with its interval of 95 %."""
        return tuple(quantile_of(self.figures[name], q, self.independent) for q in TOLD)

    def words(self, assets: int) -> list[Word]:
        """Give the word of each asset of a city of so many, (A,): how likely it goes out."""
        counts = np.zeros(assets, np.int64)
        counts[self.asset] = self.out
        table = {int(count): word_of(int(count), max(self.n, 1)) for count in np.unique(counts)}
        return [table[count] for count in counts.tolist()]


def quantiles(place: Int64Array, values: Any, count: Any, later: int, zeros: Any = 0, effective: Any = np.inf
              ) -> tuple[FloatArray, FloatArray]:
    """Give P10, P50 and P90 of the values of each place, by order statistics.

    Parameters
    ----------
    place, values
        Place of each value, and it, 0 or more, (V,).
    count
        How many values each place has, (K,).
    later
        The value that stands for later than the horizon, told as inf.
    zeros
        How many values of 0 each place has beside those, (K,) or one for all.
    effective
        How many of the values of each place count as independent, (K,) or one for all; no more than there are.

    Returns
    -------
    The quantiles, (K, 3), and between which values each lies, 95 %, (K, 3, 2): -inf and inf where it is not bounded;
    NaN where a place has no value.
    """
    # One key a value. Those of a night come in order of their asset: a stable sort merges such runs.
    ordered = np.sort(place.astype(np.int64) << 32 | np.asarray(values, np.int64), kind="stable") & 0xFFFFFFFF
    count = np.asarray(count, np.int64)
    whole = count + zeros
    independent = np.floor(np.minimum(np.broadcast_to(effective, whole.shape), whole) + 1e-9).astype(np.int64)
    begins = np.concatenate([[0], np.cumsum(count)])[:-1]
    found = np.full((len(count), len(TOLD), 3), np.nan)
    some = np.flatnonzero(whole > 0)
    if len(some):
        # Ranks of each quantile and of its bounds, from 0, once for each pair of counts that there is.
        pairs, which = np.unique(whole[some] << 32 | np.maximum(independent[some], 1), return_inverse=True)
        rank = np.array([[(rank_of(n, q), *(r - 1 for r in ranks_of(n, q, few))) for q in TOLD]
                         for n, few in ((pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist())])[which]
        n = whole[some][:, None, None]
        at = rank - (whole - count)[some][:, None, None]
        told = np.append(ordered, 0)[begins[some][:, None, None] + np.clip(at, 0, np.maximum(
            count[some] - 1, 0)[:, None, None])].astype(np.float64)
        told[told == later] = np.inf
        found[some] = np.where(rank < 0, -np.inf, np.where(rank >= n, np.inf, np.where(at < 0, 0.0, told)))
    return found[..., 0], found[..., 1:]


def quantiles_of(values: FloatArray) -> tuple[float, ...]:
    """Give P10, P50 and P90 of a figure of the nights, by order statistics."""
    ordered = np.sort(values)
    return tuple(float(ordered[rank_of(len(ordered), q)]) for q in TOLD)
