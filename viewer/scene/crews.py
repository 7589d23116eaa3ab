"""Crews for the operator's page: what each does over the run, the way it drives, and what waits for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.quantities import NONE
from twin.results.crew_days import Doing, Piece, crew_days
from twin.results.queue import queue_over
from viewer.scene.intervals import OPEN

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from geodata.run.roads import RunStreets
    from viewer.scene.compose import Scene

#: What a repair waits for, as ``twin.crews.waits`` says it.
REASONS = ("crew", "kept", "access", "day", "hours", "part", "skill")


def pack_crews(run: Run, streets: RunStreets | None, scene: Scene) -> None:
    """Add the crews of a run that has some.

    Parameters
    ----------
    run
        The run.
    streets
        Its streets; None where nobody drives.
    scene
        The run as it is packed; columns are added to it.
    """
    plan = run.result.plan
    if plan.crews is None:
        return
    packer, number = scene.packer, scene.number
    row = run.result.city.assets.row
    packer.text("crews", [{"id": crew.id, "people": crew.people, "base": int(number[row(crew.base)])}
                          for crew in plan.crews.crews])
    days = crew_days(run.result)
    for name, values, dtype in (
            ("of", [one.crew for one in days], "u2"), ("start", [one.start_s for one in days], "u4"),
            ("end", [one.end_s for one in days], "u4"), ("doing", [int(one.doing) for one in days], "u1"),
            ("asset", [number[one.asset] for one in days], "u4"),
            ("origin", [number[one.origin] for one in days], "u4"),
            ("count", [one.count for one in days], "u4"),
            ("stage", [0 if one.stage == NONE else one.stage for one in days], "u1"),
            ("until", [OPEN if one.until_s == NONE else one.until_s for one in days], "u4")):
        packer.add(f"crew.{name}", values, dtype)
    packer.add("crew.by.offsets", np.cumsum([0, *(len(one.streets) for one in days)]), "u4", delta=True)
    packer.add("crew.by", [scene.streets.get(name, 0) for one in days for name in one.streets], "u2")
    _pack_trips(run, streets, scene, days)
    times_s = np.arange(0, plan.duration_s + 1, plan.step_s)
    queue = queue_over(run.result.trace, times_s)
    packer.text("queue", list(queue))
    for k, counts in enumerate(queue.values()):
        packer.add(f"queue.{k}", counts, "u4", delta=True)


def _pack_trips(run: Run, streets: RunStreets | None, scene: Scene, days: list[Piece]) -> None:
    """Add the line that each trip drives, and the second at each of its points."""
    x, y, t, offsets = [], [], [], [0]
    for one in days:
        line = None
        if one.doing == Doing.DRIVING and streets is not None:
            line = _line(run, streets, one)
        if line is not None:
            x += scene.frame.columns(line[0]).tolist()
            y += scene.frame.rows(line[1]).tolist()
            t += np.rint(line[2]).astype(int).tolist()
        offsets.append(len(x))
    packer = scene.packer
    packer.add("trip.offsets", offsets, "u4", delta=True)
    packer.add("trip.x", x, "u2", delta=True)
    packer.add("trip.y", y, "u2", delta=True)
    packer.add("trip.t", t, "u4", delta=True)


def _line(run: Run, streets: RunStreets, one: Piece) -> tuple[Any, Any, Any] | None:
    """Give the points of a trip and when each is passed; None where nobody has to move."""
    access, crews = streets.access, run.result.plan.crews
    assert crews is not None
    legs = access.legs(access.place(one.origin), access.place(one.asset), one.start_s, crews.crews[one.crew].wade_m)
    points, seconds = [], []
    for leg in legs:
        piece = shapely.ops.substring(streets.lines[leg.edge], leg.from_m, leg.to_m)
        xy = shapely.get_coordinates(piece)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]) if len(xy) > 1 else np.zeros(1)
        share = along / along[-1] if along[-1] else along
        points.append(xy)
        seconds.append(leg.entered_s + share * (leg.left_s - leg.entered_s))
    if not points:
        return None
    xy = np.concatenate(points)
    return xy[:, 0], xy[:, 1], np.minimum(np.concatenate(seconds), one.end_s)
