"""Which weather station stands for which zone: the one that is named, else the nearest, else the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyproj

from geodata.city.model import CityFile
from twin.quantities import Int32Array


def nearest_stations(city_file: CityFile, rows: Sequence[int], places: Sequence[tuple[float, float] | None]
                     ) -> Int32Array:
    """Give the nearest station of each zone, (Z,); -1 where the zone or a station has no place.

    Parameters
    ----------
    city_file
        The city.
    rows
        Rows of the zones' assets.
    places
        Latitude and longitude of each station [degrees]; None where nobody states them.
    """
    if any(place is None for place in places):
        return np.full(len(rows), -1, np.int32)
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", city_file.city.crs, always_xy=True)
    at = np.array([to_metres.transform(lon, lat) for lat, lon in (place for place in places if place is not None)])
    assets, found = city_file.city.assets, np.full(len(rows), -1, np.int32)
    for z, row in enumerate(rows):
        point = np.array([assets.x_m[row], assets.y_m[row]], float)
        shape = city_file.shapes[row] if row < len(city_file.shapes) else None
        if shape is not None and not shape.is_empty:
            inside = shape.representative_point()
            point = np.array([inside.x, inside.y])
        if not np.isnan(point).any():
            found[z] = int(np.argmin(np.hypot(*(at - point).T)))
    return found
