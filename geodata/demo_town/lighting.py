"""Lighting of Valmont: lamps along the streets, cabinets among them, circuits of each cabinet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.demo_town.blocks import Fabric, manner_of
from geodata.demo_town.ground import HOLLOW_M, HOLLOW_RADIUS_M, Relief, river, stream
from geodata.demo_town.streets import Street

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Lamps are kept this far from the next and from the ends of a street [m].
_APART_M, _END_M = 7.5, 5.0
#: A cable does not cross the river for a single lamp: the far bank counts as so much further [m].
_RIVER_PENALTY_M = 380.0
#: A metre lower on the flood plain is worth so many metres of cable to those who set the cabinets [m].
_LOW_GROUND_M = 55.0
#: Ground so high above the full bank stays dry in a ten-year flood [m].
_DRY_M = 1.0
#: Ground so low is under half a metre of water in one [m].
_WET_M = 0.36
#: Number of the cabinet that drowns first: A-012 of the examples.
LOWEST_CABINET = 12
#: Deck of the bridges above the full bank, and height of a column's door above the deck [m].
DECK_M, DOOR_M = 2.30, 0.50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lamps:
    """All lamps, (L,) each."""

    xy: FloatArray
    #: Index of the street.
    street: IntArray
    #: True on a bridge, above the river's bed.
    on_bridge: NDArray[np.bool_]
    #: True on a park's path.
    in_park: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cabinets:
    """Cabinets and circuits, with the circuit of each lamp."""

    #: Position of each cabinet, (C, 2), and the street it stands in, (C,).
    xy: FloatArray
    street: IntArray
    #: Cabinet of each circuit, (K,), and number of the circuit in it, from 1.
    circuit_cabinet: IntArray
    circuit_number: IntArray
    #: Circuit of each lamp, (L,).
    lamp_circuit: IntArray


def place_lamps(streets: list[Street], fabric: Fabric, relief: Relief, rng: np.random.Generator) -> Lamps:
    """Set lamps every 25 to 30 m, on both sides of wide streets and of the streets of the centre."""
    xy, owner, park = [], [], []
    for number, street in enumerate(streets):
        for point in _along(street, relief, rng):
            xy.append(point)
            owner.append(number)
            park.append(False)
    axes = shapely.STRtree([street.shape for street in streets])
    for green in fabric.parks:
        if green.zones:
            lawn = max(shapely.get_parts(green.shape.buffer(-2.5)), key=lambda part: part.area)
            path = lawn.exterior
            for at in np.arange(6.0, path.length - 6.0, 29.0):
                point = path.interpolate(at)
                xy.append(shapely.get_coordinates(point)[0])
                owner.append(int(axes.nearest(point)))
                park.append(True)
    points, owners, parks = np.array(xy), np.array(owner), np.array(park)
    ouche, douix = river(), stream()
    _, side = ouche.nearest(points)
    _, beside = douix.nearest(points)
    main = np.array([street.rank in ("avenue", "boulevard") for street in streets])[owners]
    wet = np.abs(side) < ouche.half_width_m + 3.0
    dry = ~(np.abs(beside) < douix.half_width_m + 1.5) & (~wet | main)
    keep = _apart(points, dry)
    return Lamps(xy=points[keep], street=owners[keep], on_bridge=(wet & main)[keep], in_park=parks[keep])


def _along(street: Street, relief: Relief, rng: np.random.Generator) -> list[FloatArray]:
    line = street.shape
    length, offset = line.length, street.width_m / 2 - 0.9
    middle = shapely.get_coordinates(line.interpolate(0.5, normalized=True))[0]
    manner = manner_of(middle, relief)
    both = street.rank in ("boulevard", "avenue", "quay")
    if both:
        spacing = 25.0
    elif street.rank == "route":
        spacing = 26.0
    else:
        # Staggered: 25 m on each side.
        spacing = 13.0 if manner in ("villas", "works") else 12.5
    count = max(1, round((length - 2 * _END_M) / spacing))
    points = []
    for k, at in enumerate(_END_M + (np.arange(count) + 0.5) * (length - 2 * _END_M) / count):
        here = shapely.get_coordinates(line.interpolate(at))[0]
        ahead = shapely.get_coordinates(line.interpolate(min(at + 1.0, length)))[0]
        behind = shapely.get_coordinates(line.interpolate(max(at - 1.0, 0.0)))[0]
        along = (ahead - behind) / np.hypot(*(ahead - behind))
        across = np.array([-along[1], along[0]]) * offset
        jitter = along * rng.uniform(-0.8, 0.8)
        sides = (1.0, -1.0) if both else ((1.0,) if k % 2 else (-1.0,))
        points += [here + side * across + jitter for side in sides]
    return points


def _apart(points: FloatArray, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    keep = allowed.copy()
    for first, second in sorted(cKDTree(points).query_pairs(_APART_M)):
        if keep[first] and keep[second]:
            keep[second] = False
    return keep


def cluster(points: FloatArray, count: int, rng: np.random.Generator, fixed: FloatArray | None = None) -> FloatArray:
    """Give centres of equal-sized groups of points (k-means, seeded apart), (count, 2 or more); ``fixed`` ones stay."""
    centres = list(fixed) if fixed is not None else [points[int(rng.integers(len(points)))]]
    still = len(centres) if fixed is not None else 0
    away = np.full(len(points), np.inf)
    for centre in centres:
        away = np.minimum(away, ((points - centre) ** 2).sum(axis=1))
    while len(centres) < count:
        centres.append(points[int(rng.choice(len(points), p=away / away.sum()))])
        away = np.minimum(away, ((points - centres[-1]) ** 2).sum(axis=1))
    means = np.array(centres)
    for _ in range(25):
        _, group = cKDTree(means).query(points)
        size = np.bincount(group, minlength=count)
        for axis in range(points.shape[1]):
            total = np.bincount(group, weights=points[:, axis], minlength=count)
            means[still:, axis] = np.where(size > 0, total / np.maximum(size, 1), means[:, axis])[still:]
    return means


def banked(points: FloatArray) -> FloatArray:
    """Give points with their bank as a third coordinate, so that groups do not reach across the river."""
    _, side = river().nearest(points)
    return np.column_stack([points, _RIVER_PENALTY_M * (side > 0)])


def place_cabinets(lamps: Lamps, streets: list[Street], substations: FloatArray, count: int, relief: Relief,
                   rng: np.random.Generator) -> Cabinets:
    """Group the lamps around cabinets, and each cabinet's lamps into two to five circuits, street by street."""
    space = banked(lamps.xy)
    centres = cluster(space, count, rng)
    _, group = cKDTree(centres).query(space)
    # A cabinet stands on the side of its group from which the cable comes, and the cables came along the quays.
    near, _ = cKDTree(substations).query(lamps.xy)
    rise = relief.rise_at(lamps.xy)
    standing = np.flatnonzero(~lamps.on_bridge & ~lamps.in_park)
    beside = []
    for number in range(count):
        mine = standing[group[standing] == number]
        cost = np.hypot(*(lamps.xy[mine] - centres[number, :2]).T) + 0.6 * near[mine]
        beside.append(int(mine[np.argmin(cost + _LOW_GROUND_M * np.clip(rise[mine], 0.0, 2.0))]))
    order = np.argsort([(centre[0] // 320) * 1e4 - centre[1] for centre in centres], kind="stable")
    known, beside[known] = _first_to_drown(lamps, streets, group, standing, relief, centres)
    order = _numbered(order, known)
    xy, where, circuit_number = [], [], []
    circuit_cabinet: list[int] = []
    lamp_circuit = np.full(len(lamps.xy), -1)
    for number, old in enumerate(order):
        mine = np.flatnonzero(group == old)
        xy.append(_beside(lamps, streets, beside[old]))
        where.append(int(lamps.street[beside[old]]))
        for k, members in enumerate(_circuits(lamps, mine, xy[-1])):
            lamp_circuit[members] = len(circuit_cabinet)
            circuit_cabinet.append(number)
            circuit_number.append(k + 1)
    return Cabinets(xy=np.array(xy), street=np.array(where), circuit_cabinet=np.array(circuit_cabinet),
                    circuit_number=np.array(circuit_number), lamp_circuit=lamp_circuit)


def _first_to_drown(lamps: Lamps, streets: list[Street], group: IntArray, standing: IntArray, relief: Relief,
                    centres: FloatArray) -> tuple[int, int]:
    """Give the group with most lamps on dry ground among those with low ground on the left bank, and its lowest place.

    Its cabinet stands there: the street above goes dark though no water comes near it.
    """
    rise = relief.rise_at(lamps.xy)
    _, side = river().nearest(lamps.xy)
    away = np.hypot(*(lamps.xy - np.array(HOLLOW_M)).T)
    low = standing[(rise[standing] < _WET_M + 0.1) & (side[standing] < 0) & (side[standing] > -260.0)
                   & (away[standing] > HOLLOW_RADIUS_M + 60.0) & (np.abs(lamps.xy[standing, 0] - 1250.0) < 420.0)]
    places = np.array([_beside(lamps, streets, int(lamp)) for lamp in low])
    low = low[relief.rise_at(places) < _WET_M]
    dry = np.bincount(group[standing[rise[standing] > _DRY_M]], minlength=len(centres))
    chosen = int(max(set(group[low].tolist()), key=lambda number: (dry[number], -number)))
    places = low[group[low] == chosen]
    return chosen, int(places[np.argmin(np.hypot(*(lamps.xy[places] - centres[chosen, :2]).T))])


def _numbered(order: IntArray, known: int) -> IntArray:
    """Give the order of numbering with one group moved to its well-known number."""
    swapped = order.copy()
    place = int(np.flatnonzero(order == known)[0])
    swapped[[place, LOWEST_CABINET - 1]] = order[[LOWEST_CABINET - 1, place]]
    return swapped


def _beside(lamps: Lamps, streets: list[Street], lamp: int) -> FloatArray:
    """Give a place on the same pavement, a few steps from a lamp."""
    line = streets[int(lamps.street[lamp])].shape
    at = line.project(shapely.Point(lamps.xy[lamp]))
    here, ahead = (shapely.get_coordinates(line.interpolate(min(max(at + step, 0.0), line.length)))[0]
                   for step in (0.0, 3.5))
    return np.asarray(lamps.xy[lamp] + (ahead - here if np.hypot(*(ahead - here)) > 0.5 else np.array([3.0, 0.0])))


def _circuits(lamps: Lamps, mine: IntArray, cabinet: FloatArray) -> list[IntArray]:
    count = int(np.clip(round(len(mine) / 15.0), 2, 5))
    names = sorted({int(street) for street in lamps.street[mine]})
    middle = {name: lamps.xy[mine[lamps.street[mine] == name]].mean(axis=0) - cabinet for name in names}
    names.sort(key=lambda name: float(np.arctan2(middle[name][1], middle[name][0])))
    rank = {name: place for place, name in enumerate(names)}
    away = np.hypot(*(lamps.xy[mine] - cabinet).T)
    order = mine[np.lexsort((away, [rank[int(street)] for street in lamps.street[mine]]))]
    return [part for part in np.array_split(order, count) if len(part)]
