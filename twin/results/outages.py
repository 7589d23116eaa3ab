"""Outages: intervals in which an asset does not deliver its service, with what opened and what held each."""

from __future__ import annotations

from dataclasses import dataclass

from twin.codes import Mechanism
from twin.quantities import BoolArray, Float32Array, Int8Array, Int32Array, Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Row view of one outage."""

    row: int
    asset: int
    start_s: int
    end_s: int
    mechanism: Mechanism
    cause: int
    root: int
    root_mechanism: Mechanism
    held_mechanism: Mechanism
    held: int
    dark_s: int
    is_doubtful: bool
    event_row: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outages:
    """Columns of all outages, (O,) each, sorted by start, then asset; clipped to the horizon."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: not back within the horizon.
    end_s: Int64Array
    mechanism: Int8Array
    #: The preferred supplier of the first group that is out; of an own failure: itself.
    cause: Int32Array
    #: Where the chain of causes ends: neither ``supply_lost`` nor ``buffer_empty``; of a trip, the lamp.
    root: Int32Array
    root_mechanism: Int8Array
    #: Peak depth at the root during the outage [m]; NaN without water.
    root_depth_m: Float32Array
    #: What cleared last: mechanism at the asset, and the root of what held it.
    held_mechanism: Int8Array
    held: Int32Array
    #: Seconds of it between sunset and sunrise, lamps only; -1 for others.
    dark_s: Int64Array
    #: In doubt when it opens: with the doubtful water a little lower it would not be out then.
    is_doubtful: BoolArray
    #: Row in the trace of the event that opened it.
    event_row: Int32Array

    def __len__(self) -> int:
        return len(self.asset)

    def take(self, rows: Int64Array) -> Outages:
        """Give a table of these rows alone."""
        return Outages(**{name: getattr(self, name)[rows] for name in Outages.__slots__})

    def __repr__(self) -> str:
        return f"Outages: {len(self):,} rows"

    def __getitem__(self, row: int) -> Outage:
        return Outage(
            row=int(row), asset=int(self.asset[row]), start_s=int(self.start_s[row]), end_s=int(self.end_s[row]),
            mechanism=Mechanism(int(self.mechanism[row])), cause=int(self.cause[row]), root=int(self.root[row]),
            root_mechanism=Mechanism(int(self.root_mechanism[row])),
            held_mechanism=Mechanism(int(self.held_mechanism[row])), held=int(self.held[row]),
            dark_s=int(self.dark_s[row]), is_doubtful=bool(self.is_doubtful[row]),
            event_row=int(self.event_row[row]))
