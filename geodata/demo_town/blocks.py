"""Blocks of Valmont and what stands on them: houses along the fronts, parks, hospital, schools and other sites."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
import shapely.affinity
import shapely.ops
from numpy.typing import NDArray

from geodata.demo_town.ground import HEART_M, HEIGHT_M, HOLLOW_M, WIDTH_M, Relief, river, stream
from geodata.demo_town.streets import Street

FloatArray = NDArray[np.float64]
#: Built land reaches this far from a street [m].
_REACH_M = 62.0
#: A larger block is the town's fringe, and none that becomes a park is larger [m2].
_FRINGE_M2 = 26_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a part of the town is built: lengths along the front, depths and gaps [m]."""

    front_m: tuple[float, float]
    depth_m: tuple[float, float]
    gap_m: tuple[float, float]
    setback_m: float
    #: Share of parcels that stay gardens or yards.
    open_share: float
    #: Storeys.
    floors: tuple[int, int]
    #: True where houses stand wall to wall and follow the front round a corner.
    is_row: bool


MANNERS = {
    "old": Manner(front_m=(24, 46), depth_m=(11, 14), gap_m=(0.0, 0.4), setback_m=0.4, open_share=0.02, floors=(3, 5),
                  is_row=True),
    "town": Manner(front_m=(26, 52), depth_m=(10, 13), gap_m=(0.4, 7.0), setback_m=1.2, open_share=0.10, floors=(2, 5),
                   is_row=True),
    "faubourg": Manner(front_m=(22, 44), depth_m=(9, 11.5), gap_m=(0.4, 9.0), setback_m=0.8, open_share=0.14,
                       floors=(2, 3), is_row=True),
    "villas": Manner(front_m=(13, 20), depth_m=(10, 14), gap_m=(13, 26), setback_m=4.5, open_share=0.16, floors=(1, 2),
                     is_row=False),
    "works": Manner(front_m=(38, 70), depth_m=(24, 34), gap_m=(14, 30), setback_m=7.0, open_share=0.15, floors=(1, 1),
                    is_row=False),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Building:
    """A house or a row of houses: its outline and how many dwellings it holds."""

    outline: shapely.Polygon
    dwellings: int
    block: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A stake of the emergency plan."""

    id: str
    name: str
    people: int
    outline: shapely.Geometry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Park:
    """A green space and the zones in which it is watered; decorative ones have none."""

    name: str
    shape: shapely.Geometry
    zones: tuple[shapely.Polygon, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fabric:
    """Everything built or planted between the streets."""

    blocks: tuple[shapely.Polygon, ...]
    buildings: tuple[Building, ...]
    sites: tuple[Site, ...]
    parks: tuple[Park, ...]


#: Parks: name, a point inside, number of watering zones. They add up to thirty zones.
_PARKS = (
    ("Parc des Lavandières", (1602, 800), 4), ("Jardin de l’Arquebuse", (930, 1200), 3),
    ("Square Carnot", (1385, 1255), 2), ("Jardin des Carmes", (1390, 890), 2),
    ("Parc des Bas-Prés", (1905, 600), 3), ("Square de la Gare", (1255, 1490), 2),
    ("Parc du Belvédère", (905, 1530), 3), ("Stade municipal", (2110, 800), 4), ("Jardin des Tanneurs", (1165, 705), 1),
    ("Clos des Vignes", (520, 1390), 1), ("Square du Faubourg", (1330, 480), 2),
    ("Promenade de la Douix", (880, 560), 1),
    ("Square des Mésanges", (2005, 1215), 1), ("Jardin du Cloître", (1270, 1010), 1))
#: Sites: id, name, people, a point inside, plan.
_SITES = (
    ("S-01", "Centre hospitalier Saint-Antoine", 310, (1640, 1215), "comb"),
    ("S-02", "Hôtel de ville", 85, (1150, 1060), "court"),
    ("S-03", "Gymnase Jean-Moulin (refuge)", 400, (1090, 500), "hall"),
    ("S-04", "École du Lavoir", 180, (1370, 690), "ell"),
    ("S-05", "École Pasteur", 220, (1330, 1400), "ell"),
    ("S-06", "École des Charmes", 160, (1900, 1290), "ell"),
    ("S-07", "École Jacques-Prévert", 190, (640, 1240), "ell"),
    ("S-08", "École des Bas-Prés", 140, (1850, 735), "ell"),
    ("S-09", "Collège Bossuet", 480, (1060, 1450), "court"),
    ("S-10", "Lycée Gustave-Eiffel", 920, (1510, 1390), "comb"),
    ("S-11", "EHPAD Les Tilleuls", 84, (700, 590), "comb"),
    ("S-12", "Centre de secours", 32, (1790, 1260), "hall"),
    ("S-13", "Gendarmerie", 24, (560, 1120), "ell"),
    ("S-14", "Centre technique municipal", 40, (2140, 690), "hall"),
)


def build(streets: list[Street], relief: Relief, rng: np.random.Generator) -> Fabric:
    """Give blocks, buildings, sites and parks between the streets."""
    roads = shapely.union_all([s.shape.buffer(s.width_m / 2, cap_style="square", join_style="mitre")
                               for s in streets])
    reach = shapely.union_all([s.shape.buffer(_REACH_M if s.rank != "route" else 40.0) for s in streets])
    square = shapely.Point(HEART_M).buffer(30.0, 4)
    ouche, douix = river(), stream()
    barred = shapely.union_all([shapely.LineString(ouche.axis).buffer(ouche.half_width_m + 5.0),
                                shapely.LineString(douix.axis).buffer(douix.half_width_m + 6.0), square])
    window = shapely.box(4, 4, WIDTH_M - 4, HEIGHT_M - 4)
    land = reach.intersection(window).difference(shapely.union_all([roads, barred]))
    blocks = [block for block in shapely.get_parts(land.buffer(-1.5).buffer(1.5))
              if block.area > 420.0]
    blocks.sort(key=lambda block: (round(block.centroid.y, 1), round(block.centroid.x, 1)))
    areas = shapely.area(blocks)
    is_fringe = shapely.distance(blocks, reach.boundary) < 1.0
    taken: set[int] = set()

    def free_block(point: tuple[float, float]) -> int:
        away = shapely.distance(blocks, shapely.Point(point)) + 1e4 * (areas > _FRINGE_M2)
        away[list(taken)] = np.inf
        number = int(np.argmin(away))
        taken.add(number)
        return number

    sites, parks = [], []
    for site_id, name, people, point, plan in _SITES:
        outline = _plan(blocks[free_block(point)], plan)
        sites.append(Site(id=site_id, name=name, people=people, outline=outline))
    for name, point, count in _PARKS:
        number = free_block(point)
        parks.append(Park(name=name, shape=blocks[number], zones=_zones(blocks[number], count, rng)))
    parks += _meadows(reach, roads)
    fronts = shapely.STRtree([s.shape for s in streets])
    widths = np.array([s.width_m for s in streets])
    buildings: list[Building] = []
    for number, block in enumerate(blocks):
        if number not in taken:
            buildings += _along_fronts(block, number, fronts, widths, bool(is_fringe[number]), relief, rng)
    buildings.append(Building(outline=_church(), dwellings=0, block=-1))
    return Fabric(blocks=tuple(blocks), buildings=tuple(buildings), sites=tuple(sites), parks=tuple(parks))


def _church() -> shapely.Polygon:
    """Give the collegiate church on the square of the old town: nave, transept and a round choir to the east."""
    x, y = HEART_M
    nave, transept = shapely.box(x - 19, y - 6, x + 15, y + 6), shapely.box(x - 1, y - 14, x + 8, y + 14)
    choir = shapely.Point(x + 15, y).buffer(6.0, 4)
    return shapely.orient_polygons(shapely.affinity.rotate(shapely.union_all([nave, transept, choir]), 14.0))


def manner_of(point: FloatArray, relief: Relief) -> str:
    """Give how the town is built around a point."""
    away = np.hypot(point[0] - HEART_M[0], point[1] - HEART_M[1])
    if away < 285.0:
        return "old"
    if point[0] > 1990.0 and point[1] < 860.0:
        return "works"
    south = point[1] < 800.0 and point[0] < 1760.0
    if south and np.hypot(point[0] - 1200.0, (point[1] - 690.0) * 1.3) < 480.0:
        return "faubourg"
    if np.hypot(point[0] - HOLLOW_M[0], point[1] - HOLLOW_M[1]) < 150.0:
        return "faubourg"
    return "town" if away < 520.0 else "villas"


def _along_fronts(block: shapely.Polygon, number: int, fronts: shapely.STRtree, widths: FloatArray,
                  is_fringe: bool, relief: Relief, rng: np.random.Generator) -> list[Building]:
    centre = shapely.get_coordinates(block.centroid)[0]
    # The open land around the town is one great block: houses stand apart along its edge.
    manner = MANNERS["villas" if is_fringe else manner_of(centre, relief)]
    made: list[Building] = []
    for inset in shapely.get_parts(block.buffer(-manner.setback_m, join_style="mitre")):
        if inset.area < 160.0:
            continue
        ring = shapely.orient_polygons(inset).exterior.simplify(0.4)
        depth = min(rng.uniform(*manner.depth_m), 0.42 * np.sqrt(inset.area))
        at, stop = rng.uniform(0.0, 8.0), ring.length - 2.0
        covered: shapely.Geometry = shapely.Polygon()
        while at < stop - 8.0:
            front = min(rng.uniform(*manner.front_m), stop - at)
            body = _body(ring, at, at + front, depth * rng.uniform(0.9, 1.1), manner)
            middle = ring.interpolate(at + front / 2)
            at += front + rng.uniform(*manner.gap_m)
            street = int(fronts.nearest(middle))
            on_street = fronts.geometries[street].distance(middle) < widths[street] / 2 + manner.setback_m + 5.0
            is_open = rng.random() < manner.open_share
            if is_open or not on_street or body is None:
                continue
            body = body.intersection(inset).difference(covered.buffer(0.4 if manner.is_row else 4.0))
            body = max(shapely.get_parts(body), key=lambda part: part.area, default=shapely.Polygon())
            body = body.buffer(-1.6, join_style="mitre").buffer(1.6, join_style="mitre").simplify(0.25)
            if body.geom_type != "Polygon" or body.area < 62.0 or body.interiors:
                continue
            covered = covered.union(body)
            floors = int(rng.integers(manner.floors[0], manner.floors[1] + 1))
            dwellings = 0 if manner is MANNERS["works"] else max(1, round(body.area * floors / 92.0))
            made.append(Building(outline=shapely.orient_polygons(body), dwellings=dwellings, block=number))
    return made


def _body(ring: shapely.LinearRing, first: float, last: float, depth: float, manner: Manner) -> shapely.Geometry | None:
    front = shapely.ops.substring(ring, first, last)
    if front.geom_type != "LineString" or front.length < 7.0:
        return None
    if not manner.is_row:
        xy = shapely.get_coordinates(front)
        if np.hypot(*(xy[-1] - xy[0])) < 0.93 * front.length:
            return None
        front = shapely.LineString([xy[0], xy[-1]])
    body = front.buffer(depth, single_sided=True, join_style="mitre", mitre_limit=2.5)
    return body if body.is_valid else body.buffer(0)


def _plan(block: shapely.Polygon, plan: str) -> shapely.Geometry:
    """Give the outline of a public building inside its block, along the block's longer side."""
    inner = block.buffer(-4.0)
    if inner.is_empty:
        inner = block
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(inner))
    long, short = (box[1] - box[0], box[2] - box[1])
    if np.hypot(*long) < np.hypot(*short):
        long, short = short, long
    angle = float(np.degrees(np.arctan2(long[1], long[0])))
    a, b = min(np.hypot(*long), 118.0) * 0.86, min(np.hypot(*short), 76.0) * 0.86
    bars = {
        "hall": [(0, 0, 0.62 * a, 0.55 * b)],
        "ell": [(0, -0.32 * b, 0.8 * a, 0.26 * b), (-0.31 * a, 0.05 * b, 0.18 * a, 0.7 * b)],
        "court": [(0, -0.36 * b, 0.84 * a, 0.24 * b), (0, 0.36 * b, 0.84 * a, 0.24 * b),
                  (-0.33 * a, 0, 0.17 * a, 0.8 * b), (0.33 * a, 0, 0.17 * a, 0.8 * b)],
        "comb": [(0, -0.33 * b, 0.94 * a, 0.24 * b)] + [(at * a, 0.06 * b, 0.15 * a, 0.74 * b)
                                                        for at in (-0.36, 0.0, 0.36)],
    }[plan]
    shape = shapely.union_all([shapely.box(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y, w, h in bars])
    middle = inner.centroid if inner.contains(inner.centroid) else inner.representative_point()
    centre = shapely.get_coordinates(middle)[0]
    turned = shapely.affinity.rotate(shape, angle, origin=(0, 0))
    placed = shapely.affinity.translate(turned, *centre).intersection(inner)
    parts = [part for part in shapely.get_parts(placed) if part.area > 60.0]
    return max(parts, key=lambda part: part.area)


def _zones(park: shapely.Polygon, count: int, rng: np.random.Generator) -> tuple[shapely.Polygon, ...]:
    """Cut a park into watering zones with paths between them."""
    lawn = park.buffer(-4.0)
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(lawn))
    long, short = box[1] - box[0], box[2] - box[1]
    origin = box[0]
    if np.hypot(*long) < np.hypot(*short):
        long, short = short, long
    cuts = np.linspace(-0.02, 1.02, count + 1)
    cuts[1:-1] += rng.uniform(-0.05, 0.05, count - 1)
    sign = 1.0 if shapely.Point(origin + 0.5 * long + 0.5 * short).distance(lawn.centroid) < np.hypot(*short) else -1.0
    zones = []
    for first, last in pairwise(cuts):
        slab = shapely.Polygon([origin + first * long - 0.1 * sign * short, origin + last * long - 0.1 * sign * short,
                                origin + last * long + 1.1 * sign * short, origin + first * long + 1.1 * sign * short])
        part = max(shapely.get_parts(lawn.intersection(slab.buffer(-1.5))), key=lambda p: p.area)
        zones.append(shapely.orient_polygons(part.simplify(0.5)))
    return tuple(zones)


def _meadows(reach: shapely.Geometry, roads: shapely.Geometry) -> list[Park]:
    """Give the water meadows outside the town: green, not watered."""
    ouche = river()
    wide = shapely.LineString(ouche.axis).buffer(150.0)
    open_land = wide.difference(shapely.union_all([shapely.LineString(ouche.axis).buffer(ouche.half_width_m + 4),
                                                   reach, roads]))
    open_land = open_land.intersection(shapely.box(4, 4, WIDTH_M - 4, HEIGHT_M - 4)).buffer(-8).buffer(8)
    parts = sorted((p for p in shapely.get_parts(open_land) if p.area > 9000.0), key=lambda p: p.centroid.x)
    return [Park(name="Prairies de l’Ouche", shape=part.simplify(1.0), zones=()) for part in parts]
