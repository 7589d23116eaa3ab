"""The ground that the flow model sees: what stands on it follows from the roles of kinds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import shapely

from geodata.hazards.flow.ground import buildings_of

WORDS = {lang: {"one": "école", "many": "écoles", "the": "l’école", "of_the": "de l’école"} for lang in ("fr", "en")}
SCHOOL = {"roles": ["premises", "named"], "symbol": "footprint", "footprint": "outline", "words": WORDS}


def test_a_city_s_own_school_stands_in_the_way_of_water_as_a_building_does(tiny_city) -> None:
    city = tiny_city({"B": "building", "E": "building", "H": "site", "L": "lamp"}, [])
    own = city.assets.kinds.with_kinds({"school": SCHOOL})
    kind = np.array(city.assets.kind)
    kind[1] = own.index("school")
    assets = replace(city.assets.replaced(kind=kind), kinds=own)
    shapes = np.array([shapely.box(i, 0, i + 0.5, 1) for i in range(3)] + [shapely.Point(9, 9)], dtype=object)
    town = SimpleNamespace(city=replace(city, assets=assets), shapes=shapes)
    # The grounds of a hospital are no wall.
    assert buildings_of(town) == list(shapes[:2])
