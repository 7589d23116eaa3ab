"""Street network of Valmont: the grown lines nodded together, trimmed of stubs, cut into named streets."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from geodata.demo_town.ground import HEART_M, Relief
from geodata.demo_town.names import Namer
from geodata.demo_town.streets import WIDTHS_M, Street

FloatArray = NDArray[np.float64]

#: Dead ends shorter than this are drawing errors of the growth, not lanes [m].
_STUB_M = 42.0
#: A street longer than this changes its name at a crossing near its middle [m].
_LONGEST_M = 640.0


def weave(streets: list[Street], relief: Relief) -> list[Street]:
    """Give the named streets: nodes at every crossing, no stubs, long ones cut, names by part of the town."""
    pieces, parents = _pieces(streets)
    keep = _without_stubs(pieces, [streets[parent].rank for parent in parents])
    namer = Namer()
    for street in streets:
        if street.name:
            namer.take(street.name)
    woven: list[Street] = []
    for parent, street in enumerate(streets):
        mine = [pieces[i] for i in range(len(pieces)) if keep[i] and parents[i] == parent]
        for run in _runs(mine):
            if run.length < 25.0:
                continue
            if street.name:
                woven.append(Street(line=shapely.get_coordinates(run), rank=street.rank, name=street.name,
                                    width_m=street.width_m))
                continue
            woven += [_named(part, namer, relief) for part in _cut_long(run, mine)]
    return woven


def _pieces(streets: list[Street]) -> tuple[list[shapely.LineString], list[int]]:
    lines = [street.shape for street in streets]
    nodded = shapely.get_parts(shapely.line_merge(shapely.unary_union(shapely.set_precision(lines, 0.01))))
    # Where three or more lines meet the union is cut; each piece belongs to the line that it lies on.
    tree = shapely.STRtree(lines)
    middle = shapely.line_interpolate_point(nodded, 0.5, normalized=True)
    parents = tree.nearest(middle)
    return list(nodded), [int(parent) for parent in parents]


def _ends(piece: shapely.LineString) -> tuple[tuple[float, float], tuple[float, float]]:
    xy = shapely.get_coordinates(piece)
    first, last = ((round(float(x), 1), round(float(y), 1)) for x, y in (xy[0], xy[-1]))
    return first, last


def _without_stubs(pieces: list[shapely.LineString], ranks: list[str]) -> list[bool]:
    keep = [True] * len(pieces)
    ends = [_ends(piece) for piece in pieces]
    for _ in range(4):
        degree = Counter(end for i, pair in enumerate(ends) if keep[i] for end in pair)
        for i, piece in enumerate(pieces):
            loose = min(degree[end] for end in ends[i]) <= 1
            alone = max(degree[end] for end in ends[i]) <= 1
            if keep[i] and ranks[i] == "rue" and (alone or (loose and piece.length < _STUB_M)):
                keep[i] = False
    return keep


def _runs(pieces: list[shapely.LineString]) -> list[shapely.LineString]:
    if not pieces:
        return []
    merged = shapely.line_merge(shapely.multilinestrings(pieces))
    return [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]


def _cut_long(run: shapely.LineString, pieces: list[shapely.LineString]) -> list[shapely.LineString]:
    if run.length <= _LONGEST_M:
        return [run]
    nodes = sorted({round(float(run.project(shapely.Point(end))), 1) for piece in pieces for end in _ends(piece)
                    if run.distance(shapely.Point(end)) < 0.5})
    middle = min(nodes, key=lambda at: abs(at - run.length / 2), default=run.length / 2)
    if not 120.0 < middle < run.length - 120.0:
        middle = run.length / 2
    first = shapely.ops.substring(run, 0, middle)
    second = shapely.ops.substring(run, middle, run.length)
    return [*_cut_long(first, pieces), *_cut_long(second, pieces)]


def part_of_town(point: FloatArray, relief: Relief) -> str:
    """Give the pool of names of a place: ``old``, ``low``, ``high`` or ``outer``."""
    from geodata.demo_town.ground import river

    if np.hypot(point[0] - HEART_M[0], point[1] - HEART_M[1]) < 300.0:
        return "old"
    _, side = river().nearest(point[None])
    rise = float(relief.rise_at(point[None])[0])
    if side[0] < 0 and rise < 2.4:
        return "low"
    return "high" if side[0] > 0 and 600.0 < point[0] < 1900.0 else "outer"


def _named(line: shapely.LineString, namer: Namer, relief: Relief) -> Street:
    middle = shapely.get_coordinates(line.interpolate(0.5, normalized=True))[0]
    short = line.length < 95.0
    rank = "lane" if short else "rue"
    xy = shapely.get_coordinates(line)
    if xy[0, 0] > xy[-1, 0]:
        xy = xy[::-1]
    return Street(line=xy, rank=rank, name=namer.name(part_of_town(middle, relief), short=short),
                  width_m=WIDTHS_M[rank])
