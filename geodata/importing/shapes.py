"""Shapes of assets: outlines mended, closed lines read as the areas they draw, points where a point is meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from twin.quantities import BoolArray, TextArray

_POINT, _LINE, _RING, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = range(8)
_AREAS = (_POLYGON, _MULTIPOLYGON)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mended:
    """Shapes that can be used, and what was done to them."""

    geometry: TextArray
    tallies: tuple[tuple[str, str, BoolArray], ...]


def mended(geometry: TextArray, *, is_area: BoolArray) -> Mended:
    """Give shapes that can be used.

    Parameters
    ----------
    geometry
        Shapes as read, (N,); None where there is none.
    is_area
        Whether the record's kind is read by its outline or footprint, (N,); the others are points.
    """
    shapes = np.array(geometry, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    present = ~shapely.is_missing(shapes)
    kind = shapely.get_type_id(shapes)
    tallies: list[tuple[str, str, BoolArray]] = []
    lines = present & np.isin(kind, (_LINE, _RING)) & is_area
    closed = np.zeros(len(shapes), dtype=bool)
    rows = np.flatnonzero(lines)
    if len(rows):
        # four points at least: a ring of fewer encloses nothing
        closed[rows] = shapely.is_closed(shapes[rows]) & (shapely.get_num_points(shapes[rows]) >= 4)
        rows = np.flatnonzero(closed)
        shapes[rows] = shapely.polygons(np.array([shapely.linearrings(shapely.get_coordinates(s)) for s in shapes[rows]]
                                                 or [], dtype=object))
    tallies.append(("mended", "a closed line read as the area that it draws", closed))
    tallies.append(("doubtful", "a line where an outline is expected", lines & ~closed))
    tallies.append(("doubtful", "a point where an outline is expected", present & is_area
                    & np.isin(kind, (_POINT, _MULTIPOINT))))
    tallies.append(("doubtful", "a line where a point is expected; water is read along it",
                    present & ~is_area & np.isin(kind, (_LINE, _RING, _MULTILINE))))
    tallies.append(("mended", "an area where a point is expected; water is read at its outline",
                    present & ~is_area & np.isin(kind, _AREAS)))
    invalid = present & ~shapely.is_valid(shapes)
    rows = np.flatnonzero(invalid)
    if len(rows):
        shapes[rows] = [_areas_of(shape, wanted) for shape, wanted
                        in zip(shapely.make_valid(shapes[rows]), is_area[rows], strict=True)]
    flat = np.zeros(len(shapes), dtype=bool)
    flat[rows] = is_area[rows] & (shapely.area(shapes[rows]) == 0) & np.isin(kind[rows], _AREAS)
    tallies.append(("mended", "invalid outline made valid", invalid & ~flat))
    tallies.append(("doubtful", "an outline that encloses nothing; the line that it draws is kept", flat))
    # A road, a cable or a hall keeps its shape, whatever its kind: water is read wherever it comes to it. Several
    # points stand for one place.
    drawn = (_POINT, _LINE, _RING, _MULTILINE, *_AREAS)
    points = np.flatnonzero(present & ~is_area & ~np.isin(shapely.get_type_id(shapes), drawn))
    shapes[points] = shapely.point_on_surface(shapes[points])
    return Mended(geometry=shapes, tallies=tuple(tallies))


def _areas_of(shape: shapely.Geometry, wanted: bool) -> shapely.Geometry:
    """Give the areas of what ``make_valid`` gave: stray lines and points of a mended outline are left out."""
    if not wanted or shapely.get_type_id(shape) != _COLLECTION:
        return shape
    parts = shapely.get_parts(shape)
    areas = [part for part in parts if shapely.get_type_id(part) in _AREAS]
    return shapely.union_all(areas) if areas else shape


def repeated(geometry: TextArray, groups: Iterable[object]) -> BoolArray:
    """Give the mask of shapes that another record of the same group has already, the first of each left out."""
    seen: set[tuple[object, bytes]] = set()
    result = np.zeros(len(geometry), dtype=bool)
    for i, (wkb, group) in enumerate(zip(shapely.to_wkb(geometry), groups, strict=True)):
        if wkb is not None:
            key = (group, wkb)
            result[i] = key in seen
            seen.add(key)
    return result
