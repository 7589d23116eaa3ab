"""Where strangers' positions lie in the city: the lamp nearest to a point, the street along a line, its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import shapely

from geodata.city.model import CityFile
from geodata.crs import way_between
from geodata.feeds.schema import SourceSpec
from geodata.feeds.taken import About
from twin.world.kinds import Role

#: What lies this far outside the city's assets is still of interest [m].
MARGIN_M = 2000.0


class Places:
    """The places of one city, made when first asked for."""

    def __init__(self, city_file: CityFile) -> None:
        self._city = city_file

    def told(self, about: About, spec: SourceSpec) -> About:
        """Give what a reader is told of a message, with the places of the city."""
        return replace(about, bounds=self.bounds, nearest=lambda lon, lat: self.lamp(lon, lat, spec.within_m),
                       street=lambda line: self.street(line, spec.within_m))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of the city with a margin [degrees]; None where nothing has a position."""
        assets = self._city.city.assets
        has = ~(np.isnan(assets.x_m) | np.isnan(assets.y_m))
        if not has.any():
            return None
        x, y = assets.x_m[has], assets.y_m[has]
        corners_x = np.array([x.min() - MARGIN_M, x.max() + MARGIN_M])
        corners_y = np.array([y.min() - MARGIN_M, y.max() + MARGIN_M])
        lon, lat = way_between(self._city.city.crs, "EPSG:4326").transform(corners_x[[0, 0, 1, 1]],
                                                                          corners_y[[0, 1, 0, 1]])
        return float(min(lon)), float(min(lat)), float(max(lon)), float(max(lat))

    @cached_property
    def _into(self) -> object:
        return way_between("EPSG:4326", self._city.city.crs)

    @cached_property
    def _lamps(self) -> tuple[np.ndarray, shapely.STRtree]:
        assets = self._city.city.assets
        rows = np.flatnonzero(assets.of_role(Role.LIGHTS) & ~np.isnan(assets.x_m) & ~np.isnan(assets.y_m))
        return rows, shapely.STRtree(shapely.points(assets.x_m[rows], assets.y_m[rows]))

    def lamp(self, lon: float, lat: float, within_m: float) -> str:
        """Give the lamp that stands nearest; empty where none is near."""
        rows, tree = self._lamps
        found = tree.query_nearest(shapely.Point(*self._into.transform(lon, lat)), max_distance=within_m)  # type: ignore[attr-defined]
        return str(self._city.city.assets.id[rows[found[0]]]) if len(found) else ""

    def street(self, line: Sequence[tuple[float, float]], within_m: float) -> str:
        """Give the name of the street that a line or a point runs along; empty where none is near all of it."""
        streets = self._city.context.get("street")
        if streets is None or not line:
            return ""
        shapes = np.array([shape if shape is not None else shapely.Point() for shape in streets.geometry], object)
        points = [shapely.Point(*self._into.transform(lon, lat)) for lon, lat in line]  # type: ignore[attr-defined]
        ends = [points[0], points[len(points) // 2], points[-1]]
        away = np.nan_to_num(np.max([shapely.distance(shapes, point) for point in ends], axis=0), nan=np.inf)
        named = np.where([bool(name) for name in streets.name], away, np.inf)
        best = int(np.argmin(named)) if len(named) else -1
        return str(streets.name[best]) if best >= 0 and named[best] <= within_m else ""

    def lines(self, street: str) -> list[list[list[float]]]:
        """Give where a street runs, in the city's metres to the decimetre; nothing for none of the city."""
        streets = self._city.context.get("street")
        if streets is None or not street:
            return []
        parts = [part for shape, name in zip(streets.geometry, streets.name, strict=True)
                 if name == street and shape is not None for part in shapely.get_parts(shape)]
        return [np.round(shapely.get_coordinates(part), 1).tolist() for part in parts]
