"""Records whose two coordinates stand in each other's place: read the other way round where that is beyond doubt."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from twin.quantities import BoolArray, TextArray

#: Farther than this from the middle of its table a record cannot be of the city [m; degrees].
_FAR_M, _FAR_DEG = 200_000.0, 1.8
#: What is turned must come to stand as near to the middle as the others, times this, and at most so far [m; degrees].
_SPREAD, _NEAR_M, _NEAR_DEG = 3.0, 5_000.0, 0.05
#: Fewer records show no middle; a larger share that is turned is another matter: x and y of the whole table.
_FEWEST, _MOST = 5, 0.25


def turned(geometry: TextArray, crs: pyproj.CRS) -> tuple[TextArray, BoolArray]:
    """Give points of which those whose x and y are swapped stand the other way round, and which those were.

    Parameters
    ----------
    geometry
        Points, (N,); None where there is none.
    crs
        What they count in.

    Returns
    -------
    tuple
        The points, and the mask of those that were turned: as written they stand far from the rest, the other way
        round among it.
    """
    nobody = np.zeros(len(geometry), dtype=bool)
    points = np.flatnonzero(shapely.get_type_id(geometry) == 0)
    if len(points) < _FEWEST:
        return geometry, nobody
    xy = np.column_stack([shapely.get_x(geometry[points]), shapely.get_y(geometry[points])])
    middle = np.median(xy, axis=0)
    scale = 1.0 if crs.is_geographic else 1.0 / crs.axis_info[0].unit_conversion_factor
    far, near = (_FAR_DEG, _NEAR_DEG) if crs.is_geographic else (_FAR_M * scale, _NEAR_M * scale)
    distance = np.abs(xy - middle).max(axis=1)
    reach = max(near, _SPREAD * float(np.quantile(distance, 1 - _MOST)))
    is_turned = (distance > far) & (np.abs(xy[:, ::-1] - middle).max(axis=1) <= reach)
    if not is_turned.any() or is_turned.mean() > _MOST or reach > far:
        return geometry, nobody
    result, rows = geometry.copy(), points[is_turned]
    result[rows] = shapely.points(xy[is_turned, 1], xy[is_turned, 0])
    nobody[rows] = True
    return result, nobody
