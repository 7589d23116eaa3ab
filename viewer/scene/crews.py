"""Crews for the operator's page: what each does over the run, the way it drives, and what waits for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.quantities import NONE
from twin.results.crew_days import Doing, Piece, crew_days
from twin.results.crew_shut import shut_spans
from twin.results.queue import delays_of
from twin.world.crews import owner_of
from viewer.scene.intervals import OPEN, Patterns, Row

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from geodata.run.roads import RunStreets
    from viewer.scene.compose import Scene


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
    shut = shut_spans(run.result, None if streets is None else streets.access)
    for name, values in (("of", [place for place, _, _, _ in shut]), ("start", [start_s for _, start_s, _, _ in shut]),
                         ("end", [end_s for _, _, end_s, _ in shut]),
                         ("asset", [number[one.asset] for *_, one in shut]),
                         ("since", [one.time.from_s for *_, one in shut]),
                         ("until", [OPEN if one.time.until_s == NONE else one.time.until_s for *_, one in shut])):
        packer.add(f"shut.{name}", values, "u4")
    packer.text("mends", [owner_of(kind.name, kind.roles) == plan.crews.owner
                          for kind in run.result.city.assets.kinds])
    _pack_delays(run, scene)


def _pack_delays(run: Run, scene: Scene) -> None:
    """Add what each repair waits for, from when to when: what the list of what waits and the panel of an asset tell."""
    delays, number, packer = delays_of(run.result.trace), scene.number, scene.packer
    lacks = sorted(set(delays.lacks) | {""})
    packer.text("lacks", lacks)
    start_s, end_s, until_s, next_s = (np.where(one == NONE, OPEN, one).tolist() for one in (
        delays.start_s, delays.end_s, delays.until_s, delays.next_s))
    # Lamps of one street wait together, each from its own second on: what they wait for is stored once.
    rows: dict[int, list[Row]] = {}
    since_s: dict[int, int] = {}
    for k, asset in enumerate(number[delays.asset].tolist()):
        since_s.setdefault(asset, start_s[k])
        rows.setdefault(asset, []).append((start_s[k] if asset in rows else 0, end_s[k], int(delays.reason[k]),
                                           until_s[k], next_s[k], lacks.index(delays.lacks[k])))
    patterns = Patterns((("until", "u4"), ("next", "u4"), ("lacks", "u2")))
    packer.add("delay.asset", sorted(rows), "u4", delta=True)
    packer.add("delay.since", [since_s[asset] for asset in sorted(rows)], "u4", delta=True)
    packer.add("delay.of", [patterns.number(rows[asset]) for asset in sorted(rows)], "u4", delta=True)
    patterns.pack(packer, "delay")


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
