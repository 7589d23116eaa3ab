"""Blocks of houses: what the public is told of water at houses, on the page and in open data alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.quantities import BoolArray
from twin.world.assets import Assets

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: A block that the public sees holds at least this many houses; a smaller cluster joins one this near [m].
LEAST_HOUSES, JOIN_M = 4, 60.0


def blocks_of(run: Run, *, public: bool) -> tuple[list[Any], Any]:
    """Give the blocks of houses and the block of each asset, (A,), -1 none.

    The city's own blocks where it has them; else, for the public page, houses that nearly touch make one. For the
    public, houses of a cluster that is too small and too far from the next belong to no block.
    """
    assets, shapes = run.result.city.assets, run.city_file.shapes
    buildings = np.flatnonzero(public_houses(assets) if public else assets.buildings())
    block_of = np.full(len(assets), -1, np.int64)
    layer = run.city_file.context.get("block")
    if layer is not None:
        outlines = [shape for shape in layer.geometry if shape is not None and not shape.is_empty]
    elif public and len(buildings):
        present = np.array([shape for shape in shapes[buildings] if shape is not None], dtype=object)
        grown = shapely.buffer(shapely.simplify(present, 1.0), 3.0, quad_segs=1, join_style="mitre")
        outlines = list(shapely.get_parts(shapely.union_all(grown)))
    else:
        return [], block_of
    tree = shapely.STRtree(outlines)
    rows = np.array([row for row in buildings.tolist() if shapes[row] is not None], np.int64)
    if len(rows):
        points = shapely.point_on_surface(shapes[rows])
        which, block = tree.query(points, predicate="intersects")
        block_of[rows[which]] = block
    pieces: list[Any] = []
    piece_of = np.full(len(assets), -1, np.int64)
    inside = rows[block_of[rows] >= 0]
    inside = inside[np.argsort(block_of[inside], kind="stable")]
    for houses in np.split(inside, np.flatnonzero(np.diff(block_of[inside])) + 1) if len(inside) else ():
        outline = outlines[block_of[houses[0]]]
        parts = list(shapely.get_parts(_tight(outline, houses, shapes)))
        if len(parts) == 1:
            piece_of[houses] = len(pieces)
            pieces.append(parts[0])
            continue
        # Fields join nothing: each cluster of houses around them is a block of its own, wet or dry for itself.
        nearest = shapely.STRtree(parts).nearest(shapely.point_on_surface(shapes[houses]))
        used, of_part = np.unique(nearest, return_inverse=True)
        piece_of[houses] = len(pieces) + of_part
        pieces += [parts[part] for part in used]
    return _crowded(pieces, piece_of) if public and pieces else (pieces, piece_of)


def public_houses(assets: Assets) -> BoolArray:
    """Tell which houses the public list speaks of, (A,): it names the kind; a city's own kinds stay inside."""
    return assets.of_kind("building") if "building" in assets.kinds.names else np.zeros(len(assets), bool)


def _crowded(pieces: list[Any], piece_of: Any) -> tuple[list[Any], Any]:
    """Join each cluster of few houses to what lies nearest, and leave out what stays small.

    The joined outline closes the gap between them, so that the map cannot be read cluster by cluster.
    """
    shapes = np.array(pieces, dtype=object)
    houses = np.bincount(piece_of[piece_of >= 0], minlength=len(pieces))
    group, gap = np.arange(len(pieces)), np.zeros(len(pieces))

    def top(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = int(group[one])
        return one

    small = np.flatnonzero(houses < LEAST_HOUSES)
    which, other = shapely.STRtree(shapes).query(shapes[small], predicate="dwithin", distance=JOIN_M)
    one = small[which]
    far = shapely.distance(shapes[one], shapes[other])
    for k in np.lexsort((other, one, far)).tolist():
        a, b = top(int(one[k])), top(int(other[k]))
        if a != b and min(houses[a], houses[b]) < LEAST_HOUSES:
            group[b] = a
            houses[a] += houses[b]
            gap[a] = max(gap[a], gap[b], far[k])
    tops = np.array([top(k) for k in range(len(pieces))], np.int64)
    kept = np.flatnonzero((tops == np.arange(len(pieces))) & (houses >= LEAST_HOUSES))
    place = np.full(len(pieces), -1, np.int64)
    place[kept] = np.arange(len(kept))
    outlines = []
    for k in kept.tolist():
        members = np.flatnonzero(tops == k)
        outlines.append(shapes[k] if len(members) == 1 else _closed(shapes[members], float(gap[k])))
    return outlines, np.where(piece_of >= 0, place[tops[piece_of]], -1)


def _closed(shapes: Any, gap_m: float) -> Any:
    """Give one outline around several, the gaps between them filled."""
    both, reach = shapely.union_all(shapes), gap_m / 2 + 1.0
    near = shapely.buffer(shapely.buffer(both, reach, quad_segs=2), -reach, quad_segs=2)
    return near if near.geom_type == "Polygon" else shapely.convex_hull(both)


def _tight(outline: Any, houses: Any, shapes: Any) -> Any:
    """Give a block's outline; of one that is mostly fields, what lies around its houses."""
    built = shapes[houses]
    if float(np.sum(shapely.area(built))) > 0.2 * outline.area:
        return outline
    around = shapely.union_all(shapely.buffer(built, 16.0, quad_segs=2))
    near = shapely.intersection(outline, shapely.buffer(around, -7.0, quad_segs=2))
    return near if near.geom_type.endswith("Polygon") and not near.is_empty else outline
