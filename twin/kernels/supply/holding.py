"""What holds the outages that are open at the horizon."""

from __future__ import annotations

from twin.kernels.jit import jit
from twin.kernels.supply.chains import way_up
from twin.kernels.supply.codes import M_BUFFER_EMPTY, M_SUPPLY_LOST, M_TRIPPED, NOWHERE
from twin.kernels.supply.damage import own_condition
from twin.kernels.supply.tables import Graph, Tables, wide


@jit()
def hold(graph: Graph, tables: Tables, rows: int) -> None:
    """Fill in what holds each of the first ``rows`` outages that is open: own condition first, else along the supply.

    Parameters
    ----------
    graph, tables
        The supply graph, and the state at the horizon; ``held_by`` and ``held`` of its outages are written.
    rows
        Outages in the log.
    """
    for o in range(rows):
        outage = tables.outages[o]
        if outage.end >= 0:
            continue
        a = wide(outage.asset)
        by = -1
        holder = -1
        while holder < 0:
            own = own_condition(tables, a)
            if by < 0:
                by = own if own >= 0 else (M_BUFFER_EMPTY if graph.assets[a].buffer > 0 else M_SUPPLY_LOST)
            if own == M_TRIPPED:
                # Lamps still wet: the one that opened it stands for them; all repaired: the last of them.
                holder = wide(tables.assets[a].trip_lamp if tables.assets[a].wet_lamps > 0
                              else tables.assets[a].last_lamp)
            elif own >= 0:
                holder = a
            else:
                a = way_up(graph, tables, NOWHERE, NOWHERE, a)
                if a < 0:
                    # A changeover runs, or a ring that no source ever fed: what opened it stands for what holds it.
                    holder = wide(outage.root)
        outage.held_by = by
        outage.held = holder
