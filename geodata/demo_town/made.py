"""Valmont-sur-Ouche put together: relief, streets, blocks, lighting, supplies and context as one city file."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
import shapely.affinity
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy.spatial import cKDTree

from geodata.city.model import CityFile, Context, SourceRecord
from geodata.demo_town import blocks, lighting, network, streets, utilities
from geodata.demo_town.ground import (
    CELL_M,
    HEART_M,
    HEIGHT_M,
    ORIGIN_M,
    WIDTH_M,
    Relief,
    river,
    stream,
    valley,
)
from geodata.demo_town.town import Town
from geodata.terrain import Terrain
from twin.water.hazard import Grid
from twin.world.assets import Assets, Source
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Supplies

FloatArray = NDArray[np.float64]
CRS = "EPSG:2154"
SEED = 7
#: Height of the carriageway's gutter below the pavement [m].
KERB_M = 0.14
#: Error of the terrain, one standard figure [m]: that of a good airborne survey.
TERRAIN_ERROR_M = 0.08

#: Districts: name and a point in each.
DISTRICTS = (
    ("Vieille ville", (1190, 1050)), ("Remparts", (1190, 1290)), ("Gare", (1150, 1560)),
    ("Saint-Antoine", (1650, 1250)), ("Les Charmes", (2050, 1230)), ("Porte d’Auxerre", (720, 1130)),
    ("Les Vignes", (620, 1430)), ("Les Tanneries", (990, 690)), ("Les Lavandières", (1400, 690)),
    ("Bas-Prés", (1880, 690)), ("Le Terroir", (640, 690)), ("Faubourg", (1200, 420)), ("Port", (2160, 800)))


def make_town(seed: int = SEED) -> Town:
    """Lay out the town: same seed, same town."""
    rng = np.random.default_rng(seed)
    relief = valley(rng)
    ouche = river()
    mains = streets.main_streets(ouche)
    barred = shapely.Point(HEART_M).buffer(24.0)
    grown = streets.Grower(ouche, relief, mains, barred, rng).grow()
    woven = network.weave(mains + grown, relief)
    fabric = blocks.build(woven, relief, rng)
    _sink_streets(relief, woven)
    lamps = lighting.place_lamps(woven, fabric, relief, rng)
    substations = utilities.substation_places(lamps, woven, fabric, rng)
    cabinets = lighting.place_cabinets(lamps, woven, substations, 100, relief, rng)
    return Town(relief=relief, streets=tuple(woven), fabric=fabric, lamps=lamps, substations=substations,
                cabinets=cabinets)


def make_city_file(seed: int = SEED) -> CityFile:
    """Give the town as a city file."""
    town = make_town(seed)
    rng = np.random.default_rng(seed + 1)
    table = utilities.Table()
    utilities.fill(table, town, rng)
    columns, shapes, edges = table.columns()
    xy = np.column_stack([columns.pop("x"), columns.pop("y")])
    columns["x_m"], columns["y_m"] = xy[:, 0] + ORIGIN_M[0], xy[:, 1] + ORIGIN_M[1]
    ground = np.where(np.isnan(xy[:, 0]), np.nan, town.relief.at(np.nan_to_num(xy)))
    district = [DISTRICTS[i][0] if i >= 0 else "" for i in district_of(xy)]
    assets = Assets.of(built_in_kinds(), ground_m=ground, district=district, ground_source=np.where(
        np.isnan(ground), Source.NONE, Source.INFERRED), **columns)
    supplies = Supplies.of(len(assets), **edges)
    city = City(name="Valmont-sur-Ouche", crs=CRS, latitude=47.302, longitude=4.949, timezone="Europe/Paris",
                assets=assets, supplies=supplies)
    moved = [None if shape is None else shapely.affinity.translate(shape, *ORIGIN_M) for shape in shapes]
    shapes_array = np.empty(len(moved), dtype=object)
    shapes_array[:] = moved
    return CityFile(city=city, shapes=shapes_array, context=_context(town), terrain=_terrain(town.relief), country="FR",
                    sources=(SourceRecord(name="Valmont-sur-Ouche", file="geodata/town", date="", licence="Apache-2.0",
                                          attribution="Valmont-sur-Ouche n’existe pas / does not exist"),),
                    report={"made_by": "geodata.demo_town", "seed": seed,
                            "note": "A fictional town: every street, house and height is made by a program."})


def _sink_streets(relief: Relief, woven: list[streets.Street]) -> None:
    """Lower the carriageways by a kerb: water takes the streets first."""
    roads = [s.shape.buffer(max(s.width_m / 2 - 1.9, 2.0), cap_style="square") for s in woven]
    transform = Affine(CELL_M, 0.0, 0.0, 0.0, -CELL_M, HEIGHT_M)
    mask = rasterize(roads, out_shape=relief.height_m.shape, transform=transform, dtype="uint8").astype(bool)
    dry = relief.height_m - relief.bank_m > -1.0
    relief.height_m[mask & dry] -= KERB_M


def district_of(xy: FloatArray) -> NDArray[np.int64]:
    """Give the district of points, (N,); -1 where there is no position. The river parts districts."""
    known = ~np.isnan(xy[:, 0])
    code = np.full(len(xy), -1)
    _, code[known] = cKDTree(lighting.banked(np.array([at for _, at in DISTRICTS], float))).query(
        lighting.banked(xy[known]))
    return code


def _district_shapes() -> list[shapely.Geometry]:
    """Give the outline of each district, exact to the cell of an eight-metre grid and smoothed."""
    x, y = np.meshgrid(np.arange(4.0, WIDTH_M, 8.0), np.arange(HEIGHT_M - 4.0, 0.0, -8.0))
    points = np.column_stack([x.ravel(), y.ravel()])
    code = district_of(points)
    code[~streets.town_mask(points)] = -1
    shapes = []
    for number in range(len(DISTRICTS)):
        cells = points[code == number]
        box = shapely.box(cells[:, 0] - 4, cells[:, 1] - 4, cells[:, 0] + 4, cells[:, 1] + 4)
        shape = shapely.union_all(box).buffer(6).buffer(-12).buffer(6).simplify(3.0)
        shapes.append(max(shapely.get_parts(shape), key=lambda part: part.area))
    return shapes


def _context(town: Town) -> dict[str, Context]:
    ouche, douix = river(), stream()
    axis, brook = shapely.LineString(ouche.axis[::4]), shapely.LineString(douix.axis[::4])
    window = shapely.box(0, 0, WIDTH_M, HEIGHT_M)
    bed = axis.buffer(ouche.half_width_m).intersection(window)
    brook_bed = brook.buffer(douix.half_width_m).intersection(window)
    layers: dict[str, tuple[list[str], list[str], list[Any], dict[str, list[Any]]]] = {}
    names = [s.name for s in town.streets]
    layers["street"] = ([f"V-{i + 1:03d}" for i in range(len(names))], names, [s.shape for s in town.streets],
                        {"rank": ["main" if s.rank in streets.MAIN else "minor" for s in town.streets],
                         "class": [s.rank for s in town.streets], "width_m": [s.width_m for s in town.streets]})
    layers["water"] = (
        ["ouche", "ouche-lit", "douix", "douix-lit"], ["L’Ouche", "L’Ouche", "La Douix", "La Douix"],
        [axis.intersection(window), bed, brook.intersection(window), brook_bed],
        {"river": ["ouche", "ouche", "douix", "douix"], "class": ["axis", "bed", "axis", "bed"],
         "width_m": [2 * ouche.half_width_m] * 2 + [2 * douix.half_width_m] * 2})
    bridges = [(s.name, part) for s in town.streets if s.rank in ("avenue", "boulevard", "route")
               for part in shapely.get_parts(s.shape.intersection(bed.buffer(9.0))) if part.length > 30.0]
    layers["bridge"] = ([f"pont-{i + 1}" for i in range(len(bridges))], [_bridge_name(n) for n, _ in bridges],
                        [part for _, part in bridges], {"width_m": [13.0] * len(bridges)})
    parks = town.fabric.parks
    layers["park"] = ([f"J-{i + 1:02d}" for i in range(len(parks))], [p.name for p in parks],
                      [p.shape for p in parks], {})
    layers["block"] = ([f"I-{i + 1:03d}" for i in range(len(town.fabric.blocks))], [""] * len(town.fabric.blocks),
                       list(town.fabric.blocks), {})
    layers["district"] = ([f"Q-{i + 1:02d}" for i in range(len(DISTRICTS))], [name for name, _ in DISTRICTS],
                          _district_shapes(), {})
    return {name: _layer(*layer) for name, layer in layers.items()}


def _bridge_name(street: str) -> str:
    return {"Rue du Grand-Pont": "Pont Vieux", "Avenue du Pont-Neuf": "Pont-Neuf",
            "Avenue de la République": "Pont de la République"}.get(street, "")


def _layer(ids: list[str], names: list[str], shapes: list[Any], more: dict[str, list[Any]]) -> Context:
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = [shapely.affinity.translate(shape, *ORIGIN_M) for shape in shapes]
    columns = {name: np.array(values, dtype=object if isinstance(values[0], str) else float)
               for name, values in more.items()}
    return Context(id=np.array(ids, object), name=np.array(names, object), geometry=geometry, columns=columns)


def _terrain(relief: Relief) -> Terrain:
    rows, columns = relief.height_m.shape
    grid = Grid(rows=rows, columns=columns, crs=CRS,
                transform=(CELL_M, 0.0, ORIGIN_M[0], 0.0, -CELL_M, ORIGIN_M[1] + HEIGHT_M))
    return Terrain(height_m=np.round(relief.height_m, 3).astype(np.float32), grid=grid, error_m=TERRAIN_ERROR_M,
                   vertical="NGF-IGN69")
