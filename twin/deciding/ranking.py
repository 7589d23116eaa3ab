"""Ranking: for each cabinet, substation, circuit and service box, what its loss costs and what protecting it spares.

Nothing is estimated: each figure is the difference between the run as it is and the part of it that hangs on the thing,
run again (``twin.deciding.batches``). Crews are without limit: what one measure frees of them is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.codes import Action, Level
from twin.deciding.batches import Batch, Reaches, Trials
from twin.deciding.uncrewed import without_crews
from twin.deciding.worth import Worth, order
from twin.engine.part import Intervals
from twin.quantities import NONE, BoolArray, FloatArray, Int32Array, Int64Array
from twin.results.result import Result
from twin.stages import Paced, Stage, Tell, silent
from twin.water.exposure import levels_um
from twin.world.assets import Assets
from twin.world.graph import graph_of, trips
from twin.world.kinds import Role
from twin.world.plan import Declared

#: More water for which the height that is needed is told too [m].
MORE_WATER_M = 0.10
_CM_UM = 10_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """Columns of the things that are ranked, (N,) each, the most worth protecting first."""

    result: Result
    objective: str
    #: Row of each in the city.
    asset: Int32Array
    #: What it would cost to be without it from the start to the end of the run, and what is spared if no water reaches
    #: its live parts (of a circuit: those of its lamps), (N, 4), columns as ``worth.COUNTS`` [s].
    loss: FloatArray
    spared: FloatArray
    #: Lamps, sites and people that nothing else feeds: they are without it as soon as batteries are empty.
    alone_lamps: Int64Array
    alone_sites: Int64Array
    alone_people: FloatArray
    #: Smallest height above what it has that keeps water from its live parts, at this water and at 0.10 m more
    #: [whole cm]; 0 none is needed, -1 nobody knows.
    height_cm: Int32Array
    height_more_cm: Int32Array
    #: If it is protected: what still puts it out, and from when [s]; -1 for nothing.
    then_root: Int32Array
    then_s: Int64Array
    #: Lamps on it that are dark all the same.
    still_dark: Int64Array
    #: Place of each by light alone, from 1.
    place_by_lamps: Int64Array
    #: How many were looked at that no water reaches: protecting them spares exactly nothing; they are in no row.
    untouched: int
    #: Each critical site with the things whose loss alone puts it out, as rows of the city.
    single_points: tuple[tuple[int, tuple[int, ...]], ...]
    #: Which rows each reaches, for plans of several.
    reach: tuple[Int32Array, ...]
    seeds: tuple[Int32Array, ...]
    worth: Worth

    def __len__(self) -> int:
        return len(self.asset)


def candidates(assets: Assets, kinds: Sequence[str] = ()) -> Int32Array:
    """Give the things that are ranked: substations, service boxes, cabinets and circuits, or those of some kinds.

    Raises
    ------
    InputError
        A kind that the city does not have.
    """
    if kinds:
        return np.flatnonzero(assets.of_kind(*kinds)).astype(np.int32)
    distributes = assets.of_role(Role.DISTRIBUTES) & ~assets.of_role(Role.GAUGE) & ~assets.of_kind(
        *(["controller"] if "controller" in assets.kinds.names else []))
    return np.flatnonzero(distributes | assets.of_role(Role.SWITCHES) | assets.of_role(Role.CIRCUIT)).astype(np.int32)


def guarded(result: Result, row: int, lamps_of: tuple[Int64Array, Int32Array]) -> Int32Array:
    """Give what has to be kept dry to protect a thing: itself, or the lamps that trip a circuit."""
    assets = result.city.assets
    if not assets.has_role(row, Role.CIRCUIT):
        return np.array([row], np.int32)
    offsets, lamps = lamps_of
    return lamps[offsets[row]:offsets[row + 1]]


def rank(result: Result, *, objective: str = "sites", kinds: Sequence[str] = (),
         is_main: BoolArray | None = None, tell: Tell = silent) -> Ranking:
    """Rank what one might protect.

    Parameters
    ----------
    result
        A run; where it has crews, the same with crews without limit is what is counted beside.
    objective
        A word of ``worth.OBJECTIVES``.
    kinds
        Kinds to rank; without any substations, service boxes, cabinets and circuits.
    is_main
        Which assets stand in a main street, (A,).
    tell
        Told how many batches of trials are done; what it raises ends the ranking.

    Raises
    ------
    InputError
        A kind that the city does not have.
    """
    # Beside waits for crews, that a crew is spared and that it is not would be one figure.
    result = without_crews(result)
    assets, trials, worth = result.city.assets, Trials(result), Worth.of(result, is_main)
    rows = candidates(assets, kinds)
    lamps = lamps_of(result)
    seeds = [guarded(result, row, lamps) for row in rows.tolist()]
    reached = _reached(result)
    touched = np.array([bool(np.any(reached[of])) for of in seeds], bool)
    shown = np.flatnonzero(touched)
    lost = Reaches(result, [rows[i:i + 1] for i in range(len(rows))])
    reaches = Reaches(result, [seeds[place] for place in shown.tolist()])
    of = len(lost.batches) + len(reaches.batches)
    paced = Paced(tell, Stage.ASK, "trying each")
    loss, alone = _losses(trials, worth, rows, lost, lambda done: paced(done, of))
    spared = np.zeros((len(shown), 4))
    then_root, then_s = np.full(len(shown), NONE, np.int32), np.full(len(shown), NONE, np.int64)
    still = np.zeros(len(shown), np.int64)
    for done, (batch, made) in enumerate(trials.each(reaches, trials.kept_dry), len(lost.batches) + 1):
        mine = list(batch.members)
        before = worth.of_each(trials.intervals, batch.owner, len(shown))
        spared[mine] = (before - worth.of_each(made, batch.owner, len(shown)))[mine]
        still[mine] = _dark_lamps(result, worth, made, batch, len(shown))[mine]
        then_root[mine], then_s[mine] = _then(made, rows[shown[mine]])
        paced(done, of)
    height, more = _heights(result, [seeds[place] for place in shown.tolist()])
    ordered = order(spared, objective)
    by_lamps = np.empty(len(shown), np.int64)
    by_lamps[order(spared, "lamps")] = np.arange(1, len(shown) + 1)
    at = shown[ordered]
    return Ranking(
        result=result, objective=objective, asset=rows[at], loss=loss[at], spared=spared[ordered],
        alone_lamps=alone[at, 0].astype(np.int64), alone_sites=alone[at, 1].astype(np.int64),
        alone_people=alone[at, 2], height_cm=height[ordered], height_more_cm=more[ordered],
        then_root=then_root[ordered], then_s=then_s[ordered], still_dark=still[ordered],
        place_by_lamps=by_lamps[ordered], untouched=int((~touched).sum()), single_points=_single_points(result, rows),
        reach=tuple(reaches.of[place] for place in ordered.tolist()),
        seeds=tuple(reaches.seeds[place] for place in ordered.tolist()), worth=worth)


def _reached(result: Result) -> BoolArray:
    """Give what water ever reaches the live parts of, (A,)."""
    c = result.exposure.crossings
    found = np.zeros(len(result.city.assets), bool)
    found[c.asset[(c.level == Level.FAIL) & c.is_up]] = True
    return found


def lamps_of(result: Result) -> tuple[Int64Array, Int32Array]:
    """Give the lamps whose wet door opens each circuit, in compressed rows."""
    offsets, circuits = trips(result.city.assets, result.city.supplies)
    lamps = np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))
    by_circuit = np.argsort(circuits, kind="stable")
    return np.searchsorted(circuits[by_circuit], np.arange(len(offsets))), lamps[by_circuit]


def _losses(trials: Trials, worth: Worth, rows: Int32Array, reaches: Reaches, tell: Callable[[int], None]
            ) -> tuple[FloatArray, FloatArray]:
    """Give what the loss of each costs beside the run as it is, (N, 4), and what hangs on it alone, (N, 3)."""
    result = trials.result
    assets, graph = result.city.assets, graph_of(result.city)
    costs, alone = np.zeros((len(rows), 4)), np.zeros((len(rows), 3))
    weights = (assets.of_role(Role.LIGHTS).astype(float), assets.of_role(Role.VITAL).astype(float),
               worth.out["people_s"])
    fed = graph.fed()
    for done, batch in enumerate(reaches.batches):
        tell(done)
        mine = list(batch.members)
        lost = rows[mine]
        made = trials.declared(lost, [Declared(at_s=0, action=Action.FAIL, asset=row) for row in lost.tolist()])
        costs[mine] = (worth.of_each(made, batch.owner, len(rows))
                       - worth.of_each(trials.intervals, batch.owner, len(rows)))[mine]
        down = np.zeros(len(assets), bool)
        down[lost] = True
        gone = np.flatnonzero(fed & ~graph.fed(down) & (batch.owner != NONE))
        for column, weight in enumerate(weights):
            alone[mine, column] = np.bincount(batch.owner[gone], weights=weight[gone], minlength=len(rows))[mine]
    return costs, alone


def _dark_lamps(result: Result, worth: Worth, made: Intervals, batch: Batch, count: int) -> Int64Array:
    """Give how many lamps that each reaches are dark in outages, (count,)."""
    lamp = result.city.assets.of_role(Role.LIGHTS)
    mine = np.flatnonzero(lamp[made.asset] & (batch.owner[made.asset] != NONE))
    asset = made.asset[mine]
    end_s = np.where(made.end_s[mine] == NONE, worth.duration_s, made.end_s[mine])
    dark = np.unique(asset[worth.night.seconds(asset, made.start_s[mine], end_s) > 0])
    return np.bincount(batch.owner[dark], minlength=count)


def _then(made: Intervals, rows: Int32Array) -> tuple[Int32Array, Int64Array]:
    """Give what puts each of some assets out first, and when; -1 where nothing does."""
    first = np.searchsorted(made.asset, rows)
    inside = np.minimum(first, max(len(made) - 1, 0))
    is_out = (first < len(made)) & (made.asset[inside] == rows) if len(made) else np.zeros(len(rows), bool)
    if not len(made):
        return np.full(len(rows), NONE, np.int32), np.full(len(rows), NONE, np.int64)
    return np.where(is_out, made.root[inside], NONE), np.where(is_out, made.start_s[inside], NONE)


def _heights(result: Result, seeds: Sequence[Int32Array]) -> tuple[Int32Array, Int32Array]:
    """Give the smallest heights [whole cm] that keep each dry, at this water and at ``MORE_WATER_M`` more."""
    assets = result.city.assets
    # Whole micrometres, as the run itself reads depths: the figure keeps it dry by that reading.
    peak_um = np.rint(np.nan_to_num(result.exposure.peak_depth_m.astype(np.float64)) * 1e6).astype(np.int64)
    fail_um = levels_um(assets, np.arange(len(assets), dtype=np.int32))[1].astype(np.int64)
    heights = []
    for more_um in (0, round(MORE_WATER_M * 1e6)):
        short_um = peak_um + np.where(peak_um > 0, more_um, 0) - fail_um
        # At a depth that equals the height it floods: one more centimetre.
        needed = np.where(short_um >= 0, short_um // _CM_UM + 1, 0)
        heights.append(np.array([int(needed[rows].max(initial=0)) for rows in seeds], np.int32))
    return heights[0], heights[1]


def _single_points(result: Result, rows: Int32Array) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Give the things whose loss alone puts each critical site out: what lies on every way to it."""
    assets, graph = result.city.assets, graph_of(result.city)
    is_candidate = np.zeros(len(assets), bool)
    is_candidate[rows] = True
    sites = np.flatnonzero(assets.of_role(Role.VITAL))
    fed = graph.fed()
    above: dict[int, list[int]] = {int(site): [] for site in sites}
    up_of = {int(site): graph.upstream(_only(len(assets), int(site))) for site in sites}
    is_above = np.any(list(up_of.values()), axis=0) if up_of else np.zeros(len(assets), bool)
    for row in np.flatnonzero(is_candidate & is_above).tolist():
        gone = fed & ~graph.fed(_only(len(assets), row))
        for site in sites[gone[sites]].tolist():
            above[site].append(row)
    return tuple((site, tuple(alone)) for site, alone in above.items() if alone)


def _only(count: int, row: int) -> BoolArray:
    mask = np.zeros(count, bool)
    mask[row] = True
    return mask
