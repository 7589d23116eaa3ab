"""The supply graph of a city as the kernels of the run read it; made once for a city, whatever a night draws."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from twin.engine.moves import moves_table
from twin.kernels.supply import tables as records
from twin.kernels.supply.order import levels
from twin.kernels.supply.tables import Graph
from twin.quantities import BoolArray, Int64Array
from twin.world.city import City
from twin.world.graph import SupplyGraph, trips

#: Longest duration that is told apart from never [s]: 17 years.
FOREVER_S = 1 << 29

#: The last graph of each table of supplies, and the columns of assets that it was made from.
_KNOWN: WeakKeyDictionary[SupplyGraph, tuple[tuple[Any, ...], Graph]] = WeakKeyDictionary()


def kernel_graph(city: City, rows: SupplyGraph, needs_crew: BoolArray | None = None,
                 repair_s: tuple[Int64Array, Int64Array] | None = None) -> Graph:
    """Give the supply graph as the kernels of the run read it, its cycles found and put in order; never changed.

    Parameters
    ----------
    city, rows
        The city, and its supplies in compressed rows.
    needs_crew
        Whose repair waits for somebody to begin it, (A,); None: nobody's.
    repair_s
        How long the repair of each asset takes if it was live as the water came, and if it was dead, (A,) each [s];
        None: what its kind says.
    """
    assets = city.assets
    made_of = assets.kind, assets.kinds, assets.buffer_s, assets.protection
    known = _KNOWN.get(rows)
    # Columns are read-only: those of other heights, say, are the same ones.
    if known is None or any(mine is not theirs for mine, theirs in zip(made_of, known[0], strict=True)):
        known = _KNOWN[rows] = made_of, _made(city, rows)
    graph = known[1]
    if needs_crew is None and repair_s is None:
        return graph
    links = graph.assets.copy()
    if needs_crew is not None:
        links["needs_crew"][:-1] = needs_crew
    for name, values in zip(("repair_live", "repair_dead"), repair_s or (), strict=False):
        links[name][:-1] = np.minimum(values, FOREVER_S)
    return graph._replace(assets=links)


def _made(city: City, rows: SupplyGraph) -> Graph:
    assets, n = city.assets, len(city.assets)
    component, count = rows.cycle_of()
    level, member_offsets, members = levels(component, count, rows.group_offsets, rows.edge_offsets, rows.supplier,
                                            rows.is_control)
    out_offsets, out_group = rows.fed_groups
    circuit_offsets, circuits = trips(assets, city.supplies)
    live_s, dead_s = assets.kinds.repair_s[assets.kind], assets.kinds.repair_dead_s[assets.kind]
    links = np.zeros(n + 1, records.ASSET_LINKS)
    for name, values in (
            ("groups", rows.group_offsets), ("feeds", out_offsets), ("circuits", circuit_offsets),
            ("component", component), ("buffer", np.minimum(assets.buffer_s, FOREVER_S)),
            ("repair_live", np.minimum(live_s, FOREVER_S)), ("repair_dead", np.minimum(dead_s, FOREVER_S)),
            ("member", members)):
        links[name][:len(values)] = values
    parts = np.zeros(count + 1, records.COMPONENT)
    parts["members"], parts["level"][:count] = member_offsets, level
    groups = np.zeros(len(rows.group_asset) + 1, records.GROUP_LINKS)
    groups["edges"] = rows.edge_offsets
    groups["consumer"][:-1], groups["is_control"][:-1] = rows.group_asset, rows.is_control
    edges = np.zeros(len(city.supplies), records.EDGE_LINKS)
    edges["supplier"], edges["fed_group"] = rows.supplier, out_group
    edges["transfer"] = np.minimum(city.supplies.transfer_s, FOREVER_S)
    return Graph(assets=links, components=parts, groups=groups, edges=edges, circuits=circuits, moves=moves_table())
