"""Policy: which job a free crew takes first. Keys are compared in order; ties go by job row, then by crew row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.crews.job import Job
from twin.quantities import BoolArray, Int64Array
from twin.world.city import City
from twin.world.crews import CrewPlan
from twin.world.graph import SupplyGraph, graph_of
from twin.world.kinds import Role

#: Kinds that are critical whatever hangs on them.
_CRITICAL_KINDS = ("traffic_signal", "lift_station")

#: A key of comparison.
Key = tuple[float, ...]


def key_of(plan: CrewPlan, places: Mapping[int, int], job: Job, trip_s: int) -> Key:
    """Give the key of a pair of crew and job: the least is taken first.

    Parameters
    ----------
    plan
        Its policy.
    places
        Place of assets on the policy's list.
    job, trip_s
        The job, and how long the crew would take to it [s].
    """
    match plan.policy:
        case "most_lamps":
            return (-job.lamps / max(job.work_s(), 1),)
        case "critical_first":
            return (job.priority, trip_s)
        case "list":
            return (min(places.get(row, len(places)) for row in job.members), trip_s)
        case _:
            return (trip_s,)


def priorities(plan: CrewPlan, city: City) -> Int64Array:
    """Give the priority of each asset, (A,): 0 for what a vital site hangs on, for signals and lift stations."""
    assets, graph = city.assets, graph_of(city)
    found = np.ones(len(assets), np.int64)
    critical = assets.of_role(Role.VITAL)
    for name in _CRITICAL_KINDS:
        if name in assets.kinds.names:
            critical = critical | assets.of_kind(name)
    # Whatever stands on a way from a source to it.
    found[_upstream(graph, np.asarray(critical))] = 0
    for name, priority in plan.priority:
        found[assets.row(name)] = priority
    return found


def _upstream(graph: SupplyGraph, seeds: BoolArray) -> BoolArray:
    """Give whoever may feed some assets, themselves included, (A,)."""
    reached = seeds.copy()
    consumer = graph.group_asset[graph.group_of_edge] if len(graph.supplier) else np.empty(0, np.int32)
    while True:
        more = np.unique(graph.supplier[reached[consumer]]) if len(consumer) else np.empty(0, np.int32)
        more = more[~reached[more]]
        if not len(more):
            return reached
        reached[more] = True


def lamps_of(city: City) -> Int64Array:
    """Give the lamps that hang on each asset, (A,): on a cabinet by its preferred chain; a lamp is one itself."""
    assets = city.assets
    is_lamp = assets.of_role(Role.LIGHTS)
    cabinet = graph_of(city).nearest_above(assets.of_role(Role.SWITCHES))
    counts = np.bincount(cabinet[is_lamp & (cabinet >= 0)], minlength=len(assets))
    return np.asarray(counts + is_lamp, np.int64)
