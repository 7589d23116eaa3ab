"""The kernels on the supply graph, against networkx and against their definition."""

from __future__ import annotations

from random import Random

import networkx as nx
import numpy as np
import pytest

from tests.reference.random_cities import random_case
from twin.kernels.supply.order import fed, first_uses, levels
from twin.world.graph import SupplyGraph, graph_of


def power_graph(rows: SupplyGraph) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(rows.group_offsets) - 1))
    for g in range(len(rows.group_asset)):
        if not rows.is_control[g]:
            graph.add_edges_from((int(s), int(rows.group_asset[g]))
                                 for s in rows.supplier[rows.edge_offsets[g]:rows.edge_offsets[g + 1]])
    return graph


@pytest.mark.parametrize("seed", range(40))
def test_components_are_those_of_networkx_and_levels_put_suppliers_first(seed: int) -> None:
    rows = graph_of(random_case(seed).city)
    graph = power_graph(rows)
    component, count = rows.cycle_of()
    mine = {frozenset(np.flatnonzero(component == c).tolist()) for c in range(count)}
    assert mine == {frozenset(found) for found in nx.strongly_connected_components(graph)}
    level, offsets, members = levels(component, count, rows.group_offsets, rows.edge_offsets, rows.supplier,
                                     rows.is_control)
    assert all(component[s] == component[c] or level[component[s]] < level[component[c]] for s, c in graph.edges)
    assert all((component[members[offsets[c]:offsets[c + 1]]] == c).all() for c in range(count))


@pytest.mark.parametrize("seed", range(40))
def test_who_is_fed_is_the_least_fixed_point(seed: int) -> None:
    rows = graph_of(random_case(seed).city)
    rng = Random(seed)
    is_down = np.array([rng.random() < 0.2 for _ in range(len(rows.group_offsets) - 1)])
    expected: set[int] = set()
    while more := {a for a in range(len(is_down)) if a not in expected and not is_down[a] and all(
            rows.is_control[g] or expected & set(rows.supplier[rows.edge_offsets[g]:rows.edge_offsets[g + 1]].tolist())
            for g in range(rows.group_offsets[a], rows.group_offsets[a + 1]))}:
        expected |= more
    assert set(np.flatnonzero(fed(*rows.rows, is_down)).tolist()) == expected


@pytest.mark.parametrize("seed", range(40))
def test_nothing_in_use_at_the_start_rests_on_itself(seed: int) -> None:
    rows = graph_of(random_case(seed).city)
    component, _ = rows.cycle_of()
    used = first_uses(*rows.rows, component)
    is_fed = fed(*rows.rows, np.zeros(len(component), bool))
    graph = nx.DiGraph((int(rows.supplier[e]), int(rows.group_asset[g])) for g, e in enumerate(used)
                       if not rows.is_control[g] and is_fed[rows.group_asset[g]])
    graph.remove_nodes_from(np.flatnonzero(~is_fed).tolist())
    assert nx.is_directed_acyclic_graph(graph)


def test_a_long_chain_needs_no_recursion() -> None:
    count = 50_000
    chain = SupplyGraph(
        group_offsets=np.maximum(np.arange(count + 1) - 1, 0).astype(np.int32),
        edge_offsets=np.arange(count, dtype=np.int32), group_asset=np.arange(1, count, dtype=np.int32),
        is_control=np.zeros(count - 1, bool), supplier=np.arange(count - 1, dtype=np.int32))
    _, found = chain.cycle_of()
    assert found == count
    assert fed(*chain.rows, np.zeros(count, bool)).all()
    is_down = np.zeros(count, bool)
    is_down[100] = True
    assert fed(*chain.rows, is_down).sum() == 100
