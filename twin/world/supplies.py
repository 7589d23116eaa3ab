"""Supplies: who feeds whom, as columns.

An edge points the way the service flows: **supplier -> consumer**. The suppliers of one *group* of a consumer are
alternatives in order of preference; all groups of a consumer are needed. Questions to the graph: ``twin.world.graph``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.quantities import Int8Array, Int16Array, Int32Array, Int64Array, column
from twin.world.assets import Source


class Service(IntEnum):
    """What flows along an edge."""

    POWER = 0
    CONTROL = 1  #: losing it darkens nothing: the asset is unsupervised
    WATER = 2


class Feed(IntEnum):
    """Whether the edge is live by day."""

    PERMANENT = 0
    SWITCHED = 1  #: behind the lighting contactor: dead by day


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Supplies:
    """Columns of all edges, (E,) each, sorted by consumer, group, preference; read-only."""

    supplier: Int32Array
    consumer: Int32Array
    service: Int8Array
    #: Number of the group within its consumer, from 0.
    group: Int16Array
    #: Rank among the alternatives of its group, 0 first.
    preference: Int16Array
    #: Seconds until this supplier delivers once the group has lost the one it had.
    transfer_s: Int64Array
    feed: Int8Array
    #: ``Source`` of the link: a nearest-neighbour link is ``INFERRED`` and every answer that rests on it says so.
    source: Int8Array

    @classmethod
    def of(cls, assets: int, *, supplier: Any, consumer: Any, service: Any = Service.POWER, group: Any = 0,
           preference: Any = 0, transfer_s: Any = 0, feed: Any = Feed.PERMANENT,
           source: Any = Source.SURVEY) -> Supplies:
        """Build the table from rows of a city with ``assets`` assets; scalars are repeated.

        Raises
        ------
        InputError
            A row out of range, an asset that supplies itself, a transfer delay below zero, two suppliers of one
            group with the same preference, or with different services.
        """
        supplier = np.asarray(supplier, dtype=np.int64)
        n = len(supplier)
        table: dict[str, Any] = {
            "supplier": column(supplier, np.int32, n), "consumer": column(consumer, np.int32, n),
            "service": column(service, np.int8, n), "group": column(group, np.int16, n),
            "preference": column(preference, np.int16, n), "transfer_s": column(transfer_s, np.int64, n),
            "feed": column(feed, np.int8, n), "source": column(source, np.int8, n)}
        ends = np.concatenate([table["supplier"], table["consumer"]])
        if n and (ends.min() < 0 or ends.max() >= assets):
            raise InputError(found="an edge to a row that is no asset", expected=f"rows 0 to {assets - 1}",
                             field="supplies")
        if np.any(table["supplier"] == table["consumer"]):
            raise InputError(found="an asset that supplies itself", expected="two different assets", field="supplies")
        if np.any(table["transfer_s"] < 0):
            raise InputError(found="a negative transfer delay", expected="0 or more seconds", field="transfer_s")
        order = np.lexsort((table["supplier"], table["preference"], table["group"], table["consumer"]))
        ordered = {name: column(values[order], values.dtype.type) for name, values in table.items()}
        same = np.ones(max(n - 1, 0), dtype=bool)
        for name in ("consumer", "group", "preference"):
            same &= ordered[name][1:] == ordered[name][:-1]
        if np.any(same):
            raise InputError(found=f"{int(same.sum())} groups in which two suppliers have the same preference",
                             expected="an order of preference", field="preference")
        mixed = ordered["service"][1:] != ordered["service"][:-1]
        for name in ("consumer", "group"):
            mixed &= ordered[name][1:] == ordered[name][:-1]
        if np.any(mixed):
            raise InputError(found=f"{int(mixed.sum())} groups whose suppliers give different services",
                             expected="alternatives for one and the same service", field="service")
        return cls(**ordered)

    def __len__(self) -> int:
        return len(self.supplier)

    def __repr__(self) -> str:
        return f"Supplies: {len(self):,} rows"

    def edges_into(self, row: int) -> slice:
        """Give the edges into an asset: they stand together."""
        first, last = np.searchsorted(self.consumer, [row, row + 1])
        return slice(int(first), int(last))

    def suppliers_of(self, row: int) -> Int32Array:
        """Give the suppliers of an asset, group by group in order of preference."""
        return self.supplier[self.edges_into(row)]

    def inferred(self) -> Int32Array:
        """Give the assets one of whose links was inferred, not surveyed, in order of rows."""
        return np.unique(self.consumer[self.source == Source.INFERRED])

    def consumers_of(self, row: int) -> Int32Array:
        """Give the assets that an asset supplies."""
        return np.asarray(self.consumer[self.supplier == row])

    def assert_equal(self, other: Supplies) -> None:
        """Raise ``AssertionError`` at the first difference, naming column and edge."""
        assert len(self) == len(other), f"{len(self)} edges against {len(other)}"
        for f in fields(self):
            differing = np.flatnonzero(getattr(self, f.name) != getattr(other, f.name))
            assert not len(differing), f"{f.name} of edge {differing[0]} differs"
