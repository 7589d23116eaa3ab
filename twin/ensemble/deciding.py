"""The one draw of a night that tells best the nights in which something happens from those in which it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.ensemble.answers import CERTAIN_FROM
from twin.quantities import BoolArray, FloatArray

#: Up to this share of the nights it hardly ever happens; told by so many nights at least, that one alone says nothing.
_NEVER, _FEW = 0.05, 5
#: A bound is told where it is right in this share of the nights, and in so many more than saying always the same.
_RIGHT, _GAIN = 0.8, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A bound of one draw: it happens above it, or below it."""

    name: str
    at: float
    is_above: bool
    #: Nights that the bound tells right.
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """From where on the draw that decides leaves hardly a doubt."""

    #: It happens almost always from here on, and hardly ever from there on.
    always: float
    never: float


def settled(drawn: FloatArray, happens: BoolArray, split: Split) -> Settled | None:
    """Give from where on a draw leaves hardly a doubt, either way; None where it does not.

    Parameters
    ----------
    drawn
        What was drawn for each night, (n,).
    happens
        Whether it happens, (n,).
    split
        The bound between.

    Examples
    --------
    >>> level = np.linspace(0, 1, 21)
    >>> settled(level, level > 0.5, Split(name="level", at=0.525, is_above=True, right=21))
    Settled(always=0.55, never=0.5)
    """
    values = drawn if split.is_above else -drawn
    order = np.argsort(values, kind="stable")
    ordered, out = values[order], happens[order].astype(np.int64)
    n = len(out)
    # Share of the nights in which it happens from each place on, and before it.
    onward = np.cumsum(out[::-1])[::-1] / np.arange(n, 0, -1)
    before = np.cumsum(out) / np.arange(1, n + 1)
    always, never = np.flatnonzero(onward >= CERTAIN_FROM), np.flatnonzero(before <= _NEVER)
    if not len(always) or not len(never) or n - always[0] < _FEW or never[-1] + 1 < _FEW or never[-1] >= always[0]:
        return None
    sign = 1 if split.is_above else -1
    return Settled(always=sign * float(ordered[always[0]]), never=sign * float(ordered[never[-1]]))


def best_split(drawn: Mapping[str, FloatArray], happens: BoolArray) -> Split | None:
    """Give the bound that tells most nights right; None where none tells much more than no bound.

    Parameters
    ----------
    drawn
        What was drawn for each night, by name, (n,) each.
    happens
        Whether it happens, (n,).

    Examples
    --------
    >>> level = np.array([-0.2, 0.1, 0.3, 0.0, 0.25])
    >>> best_split({"level.offset_m": level}, level > 0.05)
    Split(name='level.offset_m', at=0.05, is_above=True, right=5)
    """
    n, best = len(happens), None
    for name, values in sorted(drawn.items()):
        order = np.argsort(values, kind="stable")
        ordered, yes = values[order], happens[order].astype(np.int64)
        # Nights told right if it happens from place k on: those before that do not, and those after that do.
        above = np.concatenate([[0], np.cumsum(1 - yes)]) + yes.sum() - np.concatenate([[0], np.cumsum(yes)])
        for right, is_above in ((above, True), (n - above, False)):
            inner = right[1:-1]
            if not len(inner):
                continue
            k = int(inner.argmax()) + 1
            if best is None or right[k] > best.right:
                best = Split(name=name, at=round(float(ordered[k - 1] + ordered[k]) / 2, 6), is_above=is_above,
                             right=int(right[k]))
    usual = max(int(happens.sum()), n - int(happens.sum()))
    return best if best is not None and best.right >= max(_RIGHT * n, usual + _GAIN * (n - usual) + 1) else None
