"""Streets and districts of assets, by distance and by place, where their own files do not say."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.city.model import Context
from twin.quantities import FloatArray, TextArray


def nearest_names(context: Context, points: FloatArray, within_m: float) -> TextArray:
    """Give the name of the nearest named line of each point, (N,); empty beyond ``within_m``."""
    named = np.flatnonzero(context.name != "")
    result = np.full(len(points), "", dtype=object)
    if len(named) and len(points):
        tree = shapely.STRtree(context.geometry[named])
        which, hit = tree.query_nearest(shapely.points(points), max_distance=within_m, all_matches=False)
        result[which] = context.name[named][hit]
    return result


def within_names(context: Context, points: FloatArray, within_m: float) -> TextArray:
    """Give the name (or the id, where it has none) of the area that holds each point, (N,); empty outside all.

    Where areas overlap the first of the layer counts; ``within_m`` plays no part.
    """
    result = np.full(len(points), "", dtype=object)
    if len(context) and len(points):
        tree = shapely.STRtree(context.geometry)
        which, hit = tree.query(shapely.points(points), predicate="intersects")
        label = np.where(context.name != "", context.name, context.id)
        order = np.lexsort((hit, which))[::-1]
        result[which[order]] = label[hit[order]]
    return result
