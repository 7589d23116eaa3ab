"""The tables that the supply kernels read and write: records with named fields, in rows that a few cache lines hold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import LEAN, jit
from twin.quantities import Int8Array, Int32Array, Int64Array

#: Records with named fields.
Records = NDArray[np.void]


def _records(**fields: str) -> np.dtype[np.void]:
    """Give a type of records of int32 fields; the words beside the names say what they hold."""
    return np.dtype([(name, np.int32) for name in fields])


#: An asset in the supply graph; where a row's part of a list ends, the next row's begins, the last row holds the end.
ASSET_LINKS = _records(
    groups="first of its groups", feeds="first of the groups that it may feed", circuits="first circuit it may trip",
    component="its cycle in the graph, or itself alone", buffer="battery or tank [s]",
    repair_live="repair if it was live as the water came [s]", repair_dead="the same if it was dead [s]",
    needs_crew="1 where a repair waits for somebody to begin it",
    member="the asset at this place of the order of components")
#: A component of the graph: its first member, and its longest way from a source.
COMPONENT = _records(members="first of its members", level="longest way from a source")
#: A group of alternatives.
GROUP_LINKS = _records(edges="first of its edges", consumer="who needs it", is_control="1 where it darkens nothing")
#: An edge from supplier to consumer, in order of preference within its group.
EDGE_LINKS = _records(supplier="who gives", transfer="changeover time [s]",
                      fed_group="group at this place of the lists of groups that each asset may feed")

#: The state of an asset; times in seconds, -1 for none, rows of the log, -1 for none.
ASSET = _records(
    service="``AssetState`` of each region", damage="", protection="", failure="", switch="", supply="",
    supervision="",
    fact="fact in force", wet="bits of the levels that the water is above", dry_fact="1 while it was seen dry",
    was_dead="1 if it was dead as the water came", dead="1 while it is dead by a cut",
    repair_end="end of the repair", reset_at="when its protection closes", buffer_end="when its buffer is empty",
    came="last return to service", cleared="last clearing", cleared_by="what cleared then",
    cleared_row="its event", cleared_asset="who it was", wet_lamps="wet lamps on this circuit",
    trip_lamp="lamp that opened it", last_lamp="lamp repaired last", outage="its last outage",
    damage_row="event that last changed this region", repair_row="", trip_row="", failure_row="", cut_row="",
    fact_row="", fact_index="number of the fact in force", dry_index="number of the fact that it is dry",
    supply_row="", out_row="event of the last loss of service", in_row="event of the last return",
    watch_row="event of the last change of control", lamp_row="event of the lamp repaired last")
#: The state of a group: edge in use and last used (-1 none), when and by which event the last was lost.
GROUP = _records(in_use="", last_used="", lost="[s]", lost_row="", is_served="1 while its component is grown")
#: Scratch of an asset while its component is settled.
SCRATCH = _records(round="round in which it delivers, -1 out", missing="groups without a supplier",
                   dry_round="the same without buffers of the ring", dry_missing="", is_watched="",
                   seen="number of the last search that met it")
#: Scratch of a component: the next in the list of its level, and whether it stands in one.
MARK = _records(next="", is_marked="")
#: Lists while an instant is handled, each from its own beginning: who delivers, in order of round; losses not yet
#: explained; those explained in this turn, and by which edge; whose control is to be looked at; a search up the
#: suppliers of a ring, and the next edge at each step of it; repairs called for, or called off as -1 - asset.
LIST = _records(queue="", pending="", chosen="", option="", watch="", stack="", cursor="", called="")
#: A row of the log: ``level`` and ``round`` order the rows of one instant and phase; ``other`` is one more asset.
EVENT = _records(time="", what="", asset="", cause="", phase="", level="", round="", other="")
#: A row of the outages.
OUTAGE = _records(asset="", start="", end="", by="", cause="", root="", root_by="", held_by="", held="", event="")


class Graph(NamedTuple):
    """The supply graph in compressed rows, its components in order, and durations; never changed.

    Few arrays in one tuple: numba hands each of them on, piece by piece, at every call of a helper.
    """

    #: ``ASSET_LINKS``, (A + 1,).
    assets: Records
    #: ``COMPONENT``, (C + 1,).
    components: Records
    #: ``GROUP_LINKS``, (G + 1,).
    groups: Records
    #: ``EDGE_LINKS``, (E,).
    edges: Records
    #: Circuits that an asset may trip, those with an RCD that feed it power, from ``assets.circuits`` on.
    circuits: Int32Array
    #: Next state of each state at each event, -1 where there is no such move, (states, events).
    moves: Int8Array


class Tables(NamedTuple):
    """All that changes: the state of assets, groups and edges, the logs, and scratch."""

    #: ``ASSET``, (A,).
    assets: Records
    #: ``GROUP``, (G,).
    groups: Records
    #: Last moment for which a transfer's timer was set, (E,).
    edge_timer_s: Int32Array
    #: Logs, of which the first rows are written: ``EVENT``; event and contributor, (.., 2); ``OUTAGE``.
    events: Records
    contributors: Int32Array
    outages: Records
    #: Binary heap.
    timers: Int64Array
    #: ``SCRATCH``, (A,); ``MARK``, (C,); first component of the list of each level, (levels,); ``LIST``, (A,).
    scratch: Records
    marks: Records
    heads: Int32Array
    lists: Records
    #: Circuit and event for the protection phase, (.., 2).
    pairs: Int32Array
    #: First moment at which the computation says otherwise than each declared fact, (D,); -1 never.
    contradicted_s: Int64Array
    #: Counters, by the places in ``codes``.
    counts: Int64Array


#: How a helper is compiled that only other kernels call.
helper = jit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **LEAN)


@helper
def wide(value: Any) -> int:
    """Give a cell as a wide integer: one compiled body of each function then serves every caller."""
    return np.int64(value)  # type: ignore[return-value]
