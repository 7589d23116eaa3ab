"""Doubts: when an asset may be out and may not, because some water lies within the errors of a height.

An asset is in doubt at a moment when the answer would be the other one with the water a little higher or lower at
those assets whose own outcome is doubtful (rule 2 of the design). Doubt travels along supplies by the same rules as
outages: alternatives, buffers, trips and repairs count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import Mechanism
from twin.quantities import NONE, BoolArray, Int8Array, Int32Array, Int64Array, column


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Row view of one interval of doubt."""

    row: int
    asset: int
    start_s: int
    end_s: int
    is_out: bool
    mechanism: Mechanism
    cause: int
    root: int
    root_mechanism: Mechanism


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubts:
    """Columns of all intervals in which an asset may be out and may not, (D,) each, sorted by start, then asset."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: still in doubt at the horizon.
    end_s: Int64Array
    #: What the run itself says of the interval: True, computed out (it may be in service); False, computed in service
    #: (it may be out).
    is_out: BoolArray
    #: Of the outage as it is, or as it would be: how it comes about, by whom, and the end of its chain of causes.
    mechanism: Int8Array
    cause: Int32Array
    root: Int32Array
    root_mechanism: Int8Array

    def __len__(self) -> int:
        return len(self.asset)

    def take(self, rows: Int64Array) -> Doubts:
        """Give a table of these rows alone."""
        return Doubts(**{name: getattr(self, name)[rows] for name in Doubts.__slots__})

    def __repr__(self) -> str:
        return f"Doubts: {len(self):,} rows"

    def __getitem__(self, row: int) -> Doubt:
        return Doubt(row=int(row), asset=int(self.asset[row]), start_s=int(self.start_s[row]),
                     end_s=int(self.end_s[row]), is_out=bool(self.is_out[row]),
                     mechanism=Mechanism(int(self.mechanism[row])), cause=int(self.cause[row]),
                     root=int(self.root[row]), root_mechanism=Mechanism(int(self.root_mechanism[row])))

    @classmethod
    def none(cls) -> Doubts:
        """Give a table without a row."""
        return cls(asset=column([], np.int32), start_s=column([], np.int64), end_s=column([], np.int64),
                   is_out=column([], np.bool_), mechanism=column([], np.int8), cause=column([], np.int32),
                   root=column([], np.int32), root_mechanism=column([], np.int8))

    def at(self, t_s: int) -> Int64Array:
        """Give the rows of those who are in doubt at a second, (N,)."""
        return np.flatnonzero((self.start_s <= t_s) & ((self.end_s == NONE) | (self.end_s > t_s)))

    def of_asset(self, asset: int) -> list[Doubt]:
        """Give the intervals of one asset in order."""
        return [self[int(row)] for row in np.flatnonzero(self.asset == asset)]
