"""Walls of a barrier against the city: a line that runs through houses is refused, in a file as at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from twin.errors import InputError
from twin.world.kinds import Role

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: A barrier that runs this far within a building's outline crosses it [m]; less is how outlines are drawn.
_THROUGH_M = 1.0
#: Buildings that are named; all are counted.
_NAMED = 5


def check_wall(points: Sequence[Sequence[float]], city_file: CityFile) -> None:
    """Refuse a barrier that runs through a house: water would pass through it or not, as nobody knows.

    Parameters
    ----------
    points
        The line, in metres of the city's CRS.
    city_file
        The city, with the outlines of its buildings.

    Raises
    ------
    InputError
        It crosses buildings: their number, and the first of them by id, name and street.
    """
    assets = city_file.city.assets
    houses = np.flatnonzero(assets.of_role(Role.PREMISES))
    inside_m = shapely.length(shapely.intersection(city_file.outlines[houses], shapely.LineString(points)))
    crossed = houses[np.flatnonzero(np.nan_to_num(inside_m) > _THROUGH_M)].tolist()
    if crossed:
        # Where the line is longest within first: what most of it has to go round.
        crossed.sort(key=lambda row: (-float(inside_m[np.searchsorted(houses, row)]), row))
        ids = tuple(_called(city_file, row) for row in crossed[:_NAMED])
        raise InputError(field="barrier", ids=ids, expected="a line beside buildings; it may end at their walls",
                         found=f"a barrier that crosses {len(crossed)} building{'s' if len(crossed) > 1 else ''}")


def _called(city_file: CityFile, row: int) -> str:
    assets = city_file.city.assets
    said = [str(part) for part in (assets.name[row], assets.street[row]) if part and str(part) != str(assets.id[row])]
    return f"{assets.id[row]} ({', '.join(said)})" if said else str(assets.id[row])
