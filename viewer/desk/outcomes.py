"""What a variant in the making comes to, without a run: the outages of the part that its lines can reach."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from twin.engine.part import Intervals
from twin.errors import InputError
from twin.quantities import NONE
from twin.world.edits import Edit, Raise
from twin.world.kinds import Role
from viewer.desk.drafts import Draft, edits_of
from viewer.desk.measure_lines import NEEDS_RUN
from viewer.desk.whole import Whole
from viewer.scene.intervals import OPEN, State

#: Lines whose own effect is told; beyond them the whole alone. With crews each takes a night of its own, seconds.
MOST_EFFECTS, MOST_EFFECTS_CREWED = 12, 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What a variant is told by."""

    lamps_most: int
    lamp_hours: float
    sites: int
    cabinets: int
    site_hours: float

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def outcome(loaded: Whole, draft: Draft) -> dict[str, Any]:
    """Give what a draft comes to: figures beside the base's, intervals of what changes for the map, effect by line.

    Raises
    ------
    InputError
        A line that does not fit the city; its id stands in ``ids``.
    """
    begin = perf_counter()
    edits: list[Edit] = []
    for line in draft.lines:
        if line["on"]:
            edits += _fitting(loaded, line)
    variant = loaded.base.with_(*edits)
    after = variant.intervals
    reached = variant.reached if edits else np.zeros(len(loaded.result.city.assets), bool)
    told = {"version": draft.version, "needs_run": draft.needs_run, "level_m": draft.level_m,
            "base": _figures(loaded, loaded.base.intervals).to_dict(), "variant": _figures(loaded, after).to_dict(),
            "groups": _groups(loaded, after, reached),
            "series": {**_series(loaded, after), "base": _series(loaded, loaded.base.intervals)["out"]},
            "effects": _effects(loaded, draft, after)}
    told["ms"] = round((perf_counter() - begin) * 1000, 1)
    return told


def _fitting(loaded: Whole, line: Any) -> list[Edit]:
    try:
        found = edits_of(line)
        for edit in found:
            edit.apply(loaded.result.plan, loaded.result.city)
    except InputError as error:
        error.ids = (str(line["id"]),)
        raise
    return found


def _ends(loaded: Whole, intervals: Intervals) -> Any:
    return np.where(intervals.end_s == NONE, loaded.duration_s, intervals.end_s)


def _figures(loaded: Whole, intervals: Intervals) -> Figures:
    assets, end_s = loaded.result.city.assets, _ends(loaded, intervals)
    lamps = assets.of_role(Role.LIGHTS)[intervals.asset]
    vital = assets.of_role(Role.VITAL)[intervals.asset]
    dark_s = loaded.view.dark.seconds(intervals.asset[lamps], intervals.start_s[lamps], end_s[lamps])
    return Figures(
        lamps_most=_most(intervals.start_s[lamps], end_s[lamps]), lamp_hours=round(float(dark_s.sum()) / 3600),
        sites=len(np.unique(intervals.asset[vital])),
        cabinets=len(np.unique(intervals.asset[assets.of_role(Role.SWITCHES)[intervals.asset]])),
        site_hours=round(float((end_s - intervals.start_s)[vital].sum()) / 3600, 1))


def _most(start_s: Any, end_s: Any) -> int:
    times = np.concatenate([start_s, end_s])
    steps = np.concatenate([np.ones(len(start_s), np.int64), -np.ones(len(end_s), np.int64)])
    order = np.lexsort((steps, times))
    return int(np.cumsum(steps[order]).max(initial=0))


def _series(loaded: Whole, intervals: Intervals) -> dict[str, Any]:
    """Give the lamps out at each step of the slider."""
    step = max(300, loaded.result.plan.step_s)
    at = np.arange(0, loaded.duration_s + 1, step)
    lamps = loaded.result.city.assets.of_role(Role.LIGHTS)[intervals.asset]
    start, end = np.sort(intervals.start_s[lamps]), np.sort(_ends(loaded, intervals)[lamps])
    out = np.searchsorted(start, at, side="right") - np.searchsorted(end, at, side="right")
    return {"step": step, "out": out.tolist()}


def _groups(loaded: Whole, after: Intervals, reached: Any) -> list[dict[str, Any]]:
    """Give the assets that the lines can reach by their outages: numbers in the page, intervals as the map has them."""
    number = loaded.scene.number
    mine = np.flatnonzero(reached[after.asset])
    spans: dict[int, list[tuple[int, int]]] = {row: [] for row in np.flatnonzero(reached).tolist()}
    for asset, start, end in zip(after.asset[mine].tolist(), after.start_s[mine].tolist(), after.end_s[mine].tolist(),
                                 strict=True):
        spans[asset].append((start, OPEN if end == NONE else end))
    groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for row, own in spans.items():
        if number[row] >= 0:
            groups.setdefault(tuple(own), []).append(int(number[row]))
    return [{"assets": members, "spans": [[start, end, int(State.OUT)] for start, end in own]}
            for own, members in groups.items()]


def _effects(loaded: Whole, draft: Draft, after: Intervals) -> dict[str, dict[str, Any]]:
    """Give what each line adds: lamp-hours of darkness with it less without it, and why where it adds nothing."""
    counted = [line for line in draft.lines if line["on"] and line["sort"] not in NEEDS_RUN]
    most = MOST_EFFECTS if loaded.result.plan.crews is None else MOST_EFFECTS_CREWED
    if not counted or len(counted) > most:
        return {}
    whole = _figures(loaded, after)
    told: dict[str, dict[str, Any]] = {}
    for line in counted:
        without = loaded.base.with_(*draft.edits(without=str(line["id"]))).intervals
        alone = _figures(loaded, without)
        same = len(without) == len(after) and all(
            np.array_equal(getattr(without, name), getattr(after, name)) for name in ("asset", "start_s", "end_s"))
        told[str(line["id"])] = {
            "lamp_hours": whole.lamp_hours - alone.lamp_hours, "lamps_most": whole.lamps_most - alone.lamps_most,
            "sites": whole.sites - alone.sites, "none": same, **(_why_nothing(loaded, line) if same else {})}
    return told


def _why_nothing(loaded: Whole, line: Any) -> dict[str, Any]:
    """Give when the asset of a line is out anyway: a cut that comes too late, a raise that loses its supply.

    ``because``: what leaves an asset that is raised without power all the same.
    """
    edits = edits_of(line)
    asset = getattr(edits[0], "asset", "") if edits else ""
    if not asset:
        return {}
    assets = loaded.result.city.assets
    row = assets.row(asset)
    o = loaded.result.outages
    mine = np.flatnonzero(o.asset == row)
    if isinstance(edits[0], Raise):
        first = mine[np.argmin(o.start_s[mine])] if len(mine) else NONE
        if first == NONE or int(o.root[first]) == row:
            return {}
        return {"out_from": loaded.start + int(o.start_s[first]), "because": str(assets.id[int(o.root[first])])}
    failed_s = int(loaded.result.exposure.failed_at_s[row])
    return {"out_from": loaded.start + int(o.start_s[mine].min())} if len(mine) else (
        {"out_from": loaded.start + failed_s} if failed_s != NONE else {})
