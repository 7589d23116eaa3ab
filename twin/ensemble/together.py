"""What goes out together: in how many nights all of some assets do, and which ones fall in the same nights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.ensemble.confidence import Share, share_in
from twin.quantities import BoolArray, Int64Array

#: Assets fall together where both go out in this share of the nights in which one of them does.
ALIKE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """How often some assets go out in one night."""

    #: All of them, at one moment at least; all in one night; one of them at least.
    at_once: Share
    all: Share
    some: Share
    #: Share of the nights in which all would, had each its own nights: the product of their shares.
    apart: float


def joint_of(out: BoolArray, at_once: BoolArray, flood: Int64Array | None = None) -> Joint:
    """Give how often some assets go out together.

    Parameters
    ----------
    out
        In which nights each goes out, (n, R).
    at_once
        In which nights all are out at one moment, (n,).
    flood
        Number of the flood of each night, (n,), where nights share them.

    Examples
    --------
    >>> out = np.array([[1, 1], [1, 1], [1, 0], [0, 0]], bool)
    >>> found = joint_of(out, np.array([True, False, False, False]))
    >>> found.at_once.count, found.all.count, found.some.count, found.apart
    (1, 2, 3, 0.375)
    """
    return Joint(at_once=share_in(at_once, flood), all=share_in(np.asarray(out.all(axis=1)), flood),
                 some=share_in(np.asarray(out.any(axis=1)), flood), apart=float(np.prod(out.mean(axis=0))))


def groups_of(out: BoolArray) -> list[list[int]]:
    """Give the groups that fall in the same nights, the largest first: two of them or more, as columns.

    Of those that are in no group yet, the one that goes out most often takes in all that are like it by ``ALIKE``.

    Parameters
    ----------
    out
        In which nights each goes out, (n, R).

    Examples
    --------
    >>> groups_of(np.array([[1, 0, 1, 0], [1, 1, 1, 0], [0, 1, 0, 0], [0, 1, 0, 0]], bool))
    [[0, 2]]
    """
    count = out.sum(axis=0).astype(np.int64)
    left = [int(k) for k in np.argsort(-count, kind="stable") if count[k]]
    found = []
    while left:
        first = left[0]
        rest = np.array(left)
        both = (out[:, rest] & out[:, [first]]).sum(axis=0)
        is_alike = both >= ALIKE * (count[rest] + count[first] - both)
        if is_alike.sum() > 1:
            found.append(sorted(rest[is_alike].tolist()))
        left = rest[~is_alike].tolist()
    return sorted(found, key=lambda group: (-len(group), group))
