"""Draws: the numbers that chance gives to a night, each found by its key and never by its turn.

Theory of operation
-------------------
A member of an ensemble is a pure function of its plan and its index, so nothing is drawn in sequence. Each number has
a key: the seed, the member's index, the quantity (``heights``) and, where a quantity has a value for each asset, the
asset's id. Three rules follow:

1. An asset more, or a quantity more, leaves every other number as it was.
2. Two plans with one seed live through the same nights, so that their difference is that of the plans.
3. Members may be made in any order, on any number of machines.

One number of a night comes from numpy's ``SeedSequence`` with its key as ``spawn_key``. Numbers of assets would need a
generator each; they are a hash of the key of the night and that of the asset instead (the finaliser of SplitMix64,
twice), which gives the same to any machine at a thousandth of the cost.

Source
------
``SeedSequence``: numpy, after O'Neill's ``seed_seq`` alternatives. SplitMix64: Steele, Lea and Flood 2014,
doi:10.1145/2660193.2660195. Counter-based draws: Salmon et al. 2011, doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.quantities import FloatArray

#: Keys of assets, or of whatever else has a number of its own, (N,).
Keys = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_HALF_STEP = 2.0 ** -54


def keys_of(names: Iterable[str]) -> Keys:
    """Give the key of each name, (N,): 64 bits of its BLAKE2b digest, whatever else there is.

    Examples
    --------
    >>> keys_of(["A-012", "A-013"])[1] == keys_of(["A-013"])[0]
    np.True_
    """
    digests = b"".join(blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def sequence(seed: int, *key: int) -> np.random.SeedSequence:
    """Give the seed sequence of a key.

    Examples
    --------
    >>> int(np.random.default_rng(sequence(12345, 1)).integers(2**32))
    3306082668
    """
    return np.random.SeedSequence(seed, spawn_key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """The numbers of one night.

    Examples
    --------
    >>> night = Draws(seed=7, index=0)
    >>> both, alone = night.each("heights", keys_of(["A", "B"])), night.each("heights", keys_of(["B"]))
    >>> both[1] == alone[0]
    np.True_
    """

    seed: int
    #: Number of the member, from 0.
    index: int
    #: Which of several independent sets of numbers a quantity takes; 0 where it does not stand here. The analysis of
    #: what drives an answer exchanges one quantity at a time.
    arms: Mapping[str, int] = field(default_factory=dict)

    def one(self, quantity: str) -> float:
        """Give the night's number of a quantity, above 0 and below 1."""
        return float(_uniform(np.asarray(self._sequence(quantity).generate_state(1, np.uint64)))[0])

    def each(self, quantity: str, keys: Keys) -> FloatArray:
        """Give the number of each key, (N,), above 0 and below 1."""
        state = self._sequence(quantity).generate_state(2, np.uint64)
        with np.errstate(over="ignore"):
            return _uniform(_mixed(_mixed(keys ^ state[0]) + state[1]))

    def shared(self, quantity: str, of: int, key: Any = 0) -> float:
        """Give the number of a quantity that this night shares with every ``of``-th other, above 0 and below 1.

        The ``of`` numbers lie one in each of as many equal parts of the way from 0 to 1, in an order of their own for
        each quantity: a Latin hypercube.

        Parameters
        ----------
        quantity
            Its name.
        of
            How many numbers the nights share.
        key
            Key of the thing that it is drawn for, where there are several.
        """
        arm = self.arms.get(quantity, 0)
        state = sequence(self.seed, _word("shared"), _word(quantity), arm).generate_state(3, np.uint64)
        with np.errstate(over="ignore"):
            mine = _mixed(np.arange(of, dtype=np.uint64) ^ state[0]) + np.uint64(key)
            place, within = (_uniform(_mixed(_mixed(mine) + word)) for word in state[1:])
        which = self.index % of
        return float((np.argsort(np.argsort(place, kind="stable"))[which] + within[which]) / of)

    def _sequence(self, quantity: str) -> np.random.SeedSequence:
        return sequence(self.seed, self.index, _word(quantity), self.arms.get(quantity, 0))


def _word(name: str) -> int:
    """Give a quantity as a number of a spawn key: its place in a list would move with the list."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little")


def _mixed(x: Any) -> Any:
    x = x + _GOLDEN
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


def _uniform(bits: Any) -> FloatArray:
    """Give 53 bits as numbers in the middle of their steps: neither 0 nor 1."""
    return np.asarray((bits >> np.uint64(11)).astype(np.float64) * 2.0 ** -53 + _HALF_STEP)
