"""What the operator's page tells of assets over time, packed as the result says it: feeds, waits, tests, live parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin.codes import What
from twin.quantities import NONE
from twin.results.live_parts import LiveParts
from twin.results.moment import TREND_M, TREND_S, is_tested
from twin.results.untested import untested_of
from twin.results.waits import WAITS
from twin.world.kinds import STAGES
from viewer.scene.intervals import OPEN
from viewer.scene.pack import Packer, centimetres

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Depths over time that a page carries at most, assets by steps: beyond it, those of gear and sites alone.
MOST_DEPTHS = 600_000


def _ends(seconds: Any) -> Any:
    return np.where(np.asarray(seconds) == NONE, OPEN, seconds)


def pack_feeds(run: Run, packer: Packer, number: Any, order: Any) -> None:
    """Add who feeds each asset by its first needed group, over time."""
    fed = run.result.fed
    packer.add("fed.of", fed.list_of[order], "u4", delta=True)
    packer.add("fed.offsets", fed.offsets, "u4", delta=True)
    packer.add("fed.start", fed.start_s, "u4")
    packer.add("fed.end", _ends(fed.end_s), "u4")
    packer.add("fed.supplier", number[fed.supplier], "u4")


def pack_waits(run: Run, packer: Packer, number: Any) -> None:
    """Add what each asset that is down by itself waits for: the stages of its repair as they ran, among others."""
    waits, repairs = run.result.waits, run.result.repairs
    order = np.lexsort((waits.start_s, number[waits.asset]))
    asset = number[waits.asset[order]]
    whose, first = np.unique(asset, return_index=True)
    packer.add("wait.asset", whose, "u4", delta=True)
    packer.add("wait.offsets", [*first.tolist(), len(asset)], "u4", delta=True)
    packer.add("wait.start", waits.start_s[order], "u4")
    packer.add("wait.end", _ends(waits.end_s[order]), "u4")
    packer.add("wait.what", waits.what[order], "u1")
    repair = waits.repair[order]
    begins_s = np.append(repairs.start_s, OPEN)[repair]
    work_s = np.append(repairs.stage_s.sum(axis=1), 0)[repair]
    packer.add("wait.begins", begins_s, "u4")
    packer.add("wait.work", work_s, "u4")
    # Which of the stages this repair has: a bit for each, the first the lowest.
    has = np.append((repairs.stage_s > 0) @ (1 << np.arange(len(STAGES))), 0)[repair]
    packer.add("wait.stages", has, "u1")
    # A stage's own end: the row's, but for the last one that was undone.
    packer.add("wait.ends", _ends(waits.ends_s[order]), "u4")
    assert len(WAITS) < 256


def pack_untested(run: Run, packer: Packer, number: Any) -> None:
    """Add from when to when water has come, and has reached live parts, that nobody has tested since."""
    gear = is_tested(run.result.city.assets)
    for name, untested in (("untested", run.result.untested), ("touched", untested_of(run.result.trace, What.TOUCHED))):
        rows = np.flatnonzero(gear[untested.asset]) if name == "touched" else np.arange(len(untested))
        asset = number[untested.asset[rows]]
        order = np.lexsort((untested.start_s[rows], asset))
        packer.add(f"{name}.asset", asset[order], "u4", delta=True)
        packer.add(f"{name}.start", untested.start_s[rows][order], "u4")
        packer.add(f"{name}.end", _ends(untested.end_s[rows][order]), "u4")


def pack_unfed(run: Run, packer: Packer, number: Any) -> None:
    """Add when what is repaired is still without power, and whose return it waits for."""
    unfed = run.result.unfed
    asset = number[unfed.asset]
    order = np.lexsort((unfed.start_s, asset))
    packer.add("unfed.asset", asset[order], "u4", delta=True)
    packer.add("unfed.start", unfed.start_s[order], "u4")
    packer.add("unfed.end", _ends(unfed.end_s[order]), "u4")
    packer.add("unfed.holder", number[unfed.holder][order], "u4")


def pack_live(packer: Packer, parts: LiveParts, place_of: dict[int, int], number: Any) -> None:
    """Add when each thing in water may be live, by the number of the place where it is cut."""
    place = np.array([place_of[row] for row in parts.cut.tolist()], np.int64)
    order = np.lexsort((parts.from_s, parts.asset, place))
    packer.add("live.place", place[order], "u4", delta=True)
    packer.add("live.asset", number[parts.asset][order], "u4")
    packer.add("live.from", parts.from_s[order], "u4")
    packer.add("live.to", parts.to_s[order], "u4")


def pack_depths(run: Run, packer: Packer, number: Any, gear: int) -> None:
    """Add the depth at each wet asset [cm] at the page's own moments, and whether it rises or falls.

    Parameters
    ----------
    run, packer
        The run, and where to put it.
    number
        Number in the page of each asset, (A,).
    gear
        Numbers below it are gear and sites, the rest lamps and houses.
    """
    depths, plan = run.result.exposure.depths, run.result.plan
    rows: list[int] = []
    first, depth_cm, trends = [], [], []
    if depths is not None:
        times_s = np.arange(0, plan.duration_s + 1, plan.step_s)
        later_s = np.minimum(times_s + TREND_S, plan.duration_s)
        all_rows = depths.asset[np.argsort(number[depths.asset], kind="stable")]
        # What is to be cut is told with its water: the lamps that stand in it stay, however many there are.
        live = set(run.result.live_parts.asset.tolist())
        rows = all_rows.tolist() if len(all_rows) * len(times_s) <= MOST_DEPTHS else [
            row for row in all_rows.tolist() if number[row] < gear or row in live]
        knot_s, frame = depths.knots()
        for row in rows:
            w = int(depths.rows_of(np.array([row], np.int32))[0])
            frames_um = np.zeros(len(depths.times_s) + 1, np.int64)
            own = depths.depth_um[depths.offsets[w]:depths.offsets[w + 1]]
            frames_um[depths.first[w]:depths.first[w] + len(own)] = own
            at_m, then_m = (np.floor(np.interp(when, knot_s, frames_um[frame]) + 1e-3) * 1e-6
                            for when in (times_s, later_s))
            change_m = then_m - at_m
            trend = np.where(change_m >= TREND_M, 2, np.where(change_m <= -TREND_M, 0, 1))
            wet = np.flatnonzero((at_m > 0) | (trend != 1))
            begin, end = (int(wet[0]), int(wet[-1]) + 1) if len(wet) else (0, 0)
            first.append(begin)
            depth_cm.append(centimetres(at_m[begin:end]))
            trends.append(trend[begin:end])
    packer.add("depth.asset", number[np.array(rows, np.int64)] if rows else [], "u4", delta=True)
    packer.add("depth.first", first, "u2")
    packer.add("depth.offsets", np.cumsum([0, *(len(one) for one in depth_cm)]), "u4", delta=True)
    packer.add("depth.cm", np.concatenate(depth_cm) if rows else [], "u2", delta=True)
    packer.add("depth.trend", np.concatenate(trends) if rows else [], "u1")
