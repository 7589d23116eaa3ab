"""Unfed: what is repaired and yet without power, because what feeds it is still out.

A repair that is done is no return: the cabinet A-094 may be dried and tested at noon and stay dark until its substation
is back. From the end of the repair on nothing of its own keeps it down; what holds it stands in the outage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import Mechanism, What
from twin.quantities import NONE, Int32Array, Int64Array, column
from twin.results.trace import Trace
from twin.results.view import View
from twin.results.waits import Waits
from twin.world.graph import SupplyGraph

_NEVER = np.iinfo(np.int64).max
_BY_SUPPLY = (Mechanism.SUPPLY_LOST, Mechanism.BUFFER_EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfed:
    """Columns, (U,) each, sorted by asset, then start; those of one asset do not overlap."""

    asset: Int32Array
    #: When its own repair was done, and when it is in service again, or down by itself once more; -1: not within the
    #: horizon.
    start_s: Int64Array
    end_s: Int64Array
    #: Whose return it waits for: where the chain of what holds it ends.
    holder: Int32Array

    def __len__(self) -> int:
        return len(self.asset)

    def at(self, t_s: int) -> Int64Array:
        """Give the rows in force at a second, (N,)."""
        return np.flatnonzero((self.start_s <= t_s) & ((self.end_s == NONE) | (self.end_s > t_s)))

    def of(self, asset: int, t_s: int) -> int:
        """Give the row in force of an asset at a second; -1 where it is not repaired and without power."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        return next((row for row in range(int(first), int(last)) if self.start_s[row] <= t_s
                     and (self.end_s[row] == NONE or self.end_s[row] > t_s)), NONE)


def unfed_of(trace: Trace, view: View, waits: Waits, graph: SupplyGraph) -> Unfed:
    """Give when assets are repaired and yet without power, and whose return they wait for.

    Parameters
    ----------
    trace, view
        What happened: the ends of repairs, the outages that go on beyond them and what holds these.
    waits
        What keeps each asset down by itself: where something does, it is not the supply alone.
    graph
        Who supplies whom: of a lamp that opened the protection of its circuit it is the circuit that has to come back.
    """
    done = np.flatnonzero(trace.what == What.REPAIRED)
    repaired = np.unique(np.column_stack([trace.asset[done].astype(np.int64), trace.time_s[done]]), axis=0)
    rows = view.covering(repaired[:, 0].astype(np.int32), repaired[:, 1])
    outages, found = view.outages, list[tuple[int, int, int, int]]()
    for (asset, at_s), row in zip(repaired.tolist(), rows.tolist(), strict=True):
        if row == NONE:
            continue
        end_s = _NEVER if outages.end_s[row] == NONE else int(outages.end_s[row])
        begun_s = found[-1][2] if found and found[-1][0] == asset else NONE
        found += [(asset, begin_s, until_s, _holder(view, row, begin_s, graph))
                  for begin_s, until_s in _free(waits, asset, at_s, end_s) if begin_s >= begun_s]
    table = np.array(found, np.int64).reshape(-1, 4)
    return Unfed(asset=column(table[:, 0], np.int32), start_s=column(table[:, 1], np.int64),
                 end_s=column(np.where(table[:, 2] == _NEVER, NONE, table[:, 2]), np.int64),
                 holder=column(table[:, 3], np.int32))


def _free(waits: Waits, asset: int, from_s: int, to_s: int) -> list[tuple[int, int]]:
    """Give the pieces of a time in which nothing of its own keeps an asset down."""
    first, last = np.searchsorted(waits.asset, [asset, asset + 1])
    pieces, at_s = [], from_s
    for begin_s, end_s in zip(waits.start_s[first:last].tolist(), waits.end_s[first:last].tolist(), strict=True):
        until_s = _NEVER if end_s == NONE else end_s
        if until_s <= at_s or begin_s >= to_s:
            continue
        if at_s < begin_s:
            pieces.append((at_s, begin_s))
        at_s = max(at_s, until_s)
    if at_s < to_s:
        pieces.append((at_s, to_s))
    return pieces


def _holder(view: View, row: int, t_s: int, graph: SupplyGraph) -> int:
    """Give whose return an outage waits for: what held it last, if that feeds anybody; else its own supplier.

    A lamp that opened the protection of its circuit feeds nobody: it is the circuit that has to come back.
    """
    o, fed = view.outages, graph.fed_groups[0]
    asset, held = int(o.asset[row]), int(o.held[row])
    if int(o.held_mechanism[row]) in _BY_SUPPLY and held != asset and fed[held + 1] > fed[held]:
        return held
    groups = range(int(graph.group_offsets[asset]), int(graph.group_offsets[asset + 1]))
    suppliers = [int(graph.supplier[edge]) for group in groups if not graph.is_control[group]
                 for edge in range(int(graph.edge_offsets[group]), int(graph.edge_offsets[group + 1]))]
    down = view.covering(np.array(suppliers, np.int32), np.full(len(suppliers), t_s, np.int64)) != NONE
    return next((supplier for supplier, is_down in zip(suppliers, down.tolist(), strict=True) if is_down),
                int(o.root[row]))
