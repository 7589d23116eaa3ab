"""The city as a networkx graph: its vocabulary and its algorithms, for analysis; never on the way of a run."""

from __future__ import annotations

import networkx as nx

from twin.world.assets import Assets
from twin.world.supplies import Service, Supplies


def to_graph(assets: Assets, supplies: Supplies) -> nx.MultiDiGraph:
    """Give the city as a networkx graph: nodes by asset id with kind and position, edges with their columns."""
    graph = nx.MultiDiGraph()
    names = assets.kinds.names
    graph.add_nodes_from((assets.id[row], {"kind": names[assets.kind[row]], "x_m": float(assets.x_m[row]),
                                           "y_m": float(assets.y_m[row])}) for row in range(len(assets)))
    graph.add_edges_from(
        (assets.id[supplies.supplier[e]], assets.id[supplies.consumer[e]],
         {"service": Service(int(supplies.service[e])).name.lower(), "group": int(supplies.group[e]),
          "preference": int(supplies.preference[e]), "transfer_s": int(supplies.transfer_s[e])})
        for e in range(len(supplies)))
    return graph
