"""Who feeds whom in Valmont: substations, service boxes, cabinets, circuits, irrigation, signals, sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.demo_town.blocks import Fabric
from geodata.demo_town.ground import HOLLOW_M, gauge_zero_m, river
from geodata.demo_town.lighting import DECK_M, DOOR_M, LOWEST_CABINET, Lamps, banked, cluster
from geodata.demo_town.streets import Street
from twin.world.assets import Protection, Source
from twin.world.supplies import Feed, Service

if TYPE_CHECKING:
    from geodata.demo_town.town import Town

FloatArray = NDArray[np.float64]

#: Number of the lamp of the examples: it stands on dry ground and goes out.
DRIEST_LAMP = 423
CITY, GRID = "Ville de Valmont", "Réseau électrique de l’Ouche"
#: Substations: name and where it stands; the others are spread by demand. [m]
_FIXED = (("Poste des Lavandières", (1432.0, 716.0)), ("Poste des Tanneurs", (985.0, 722.0)),
          ("Poste Saint-Antoine", (1585.0, 1240.0)), ("Poste des Bas-Prés", (1985.0, 545.0)))
SUBSTATIONS, BOXES = 15, 24
#: Second feeds of sites: seconds to transfer, seconds of battery or generator.
_SECOND = {"S-01": (90, 1800), "S-12": (300, 7200)}
_BATTERY = {"S-02": 3600, "S-11": 4 * 3600, "S-03": 0}


class Table:
    """Rows of assets and edges between ids, gathered in any order and given as columns."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._shapes: list[shapely.Geometry | None] = []
        self._edges: list[tuple[str, str, Service, int, int, int, Feed, Source]] = []

    def add(self, id: str, kind: str, xy: Any = None, shape: shapely.Geometry | None = None, **more: Any) -> None:
        """Add an asset; its place is ``xy``, or a point inside its shape."""
        if xy is None and shape is not None:
            xy = shapely.get_coordinates(shape.representative_point())[0]
        x, y = (np.nan, np.nan) if xy is None else (round(float(xy[0]), 2), round(float(xy[1]), 2))
        self._rows.append({"id": id, "kind": kind, "x": x, "y": y, **more})
        self._shapes.append(shape if shape is not None or xy is None else shapely.Point(x, y))

    def feed(self, supplier: str, consumer: str, service: Service = Service.POWER, *, group: int = 0,
             preference: int = 0, transfer_s: int = 0, feed: Feed = Feed.PERMANENT,
             source: Source = Source.SURVEY) -> None:
        """Add an edge."""
        self._edges.append((supplier, consumer, service, group, preference, transfer_s, feed, source))

    def columns(self) -> tuple[dict[str, Any], list[shapely.Geometry | None], dict[str, Any]]:
        """Give columns of assets, their shapes, and columns of edges."""
        defaults: dict[str, Any] = {
            "name": "", "touch_m": np.nan, "fail_m": np.nan, "protection": Protection.NONE, "buffer_s": 0,
            "people": np.nan, "zero_m": np.nan, "street": "", "owner": "", "operator": ""}
        keys = ("id", "kind", "x", "y", *defaults)
        columns: dict[str, Any] = {key: [row.get(key, defaults.get(key)) for row in self._rows] for key in keys}
        for key in ("x", "y", "touch_m", "fail_m", "people", "zero_m"):
            columns[key] = np.array(columns[key], float)
        row_of = {row["id"]: number for number, row in enumerate(self._rows)}
        parts = list(zip(*self._edges, strict=True))
        names = ("service", "group", "preference", "transfer_s", "feed", "source")
        edges: dict[str, Any] = {"supplier": [row_of[i] for i in parts[0]], "consumer": [row_of[i] for i in parts[1]]}
        for name, values in zip(names, parts[2:], strict=True):
            edges[name] = np.array([int(value) for value in values])
        return columns, self._shapes, edges


def substation_places(lamps: Lamps, streets: list[Street], fabric: Fabric, rng: np.random.Generator) -> FloatArray:
    """Give where the substations stand, (15, 2): some by hand, the others by demand, all on a pavement."""
    fixed = banked(np.array([place for _, place in _FIXED]))
    houses = np.array([shapely.get_coordinates(b.outline.centroid)[0] for b in fabric.buildings])
    centres = cluster(banked(np.vstack([lamps.xy[::3], houses])), SUBSTATIONS, rng, fixed=fixed)[:, :2]
    axes = shapely.STRtree([street.shape for street in streets])
    places = []
    for centre in centres:
        street = streets[int(axes.nearest(shapely.Point(centre)))]
        line = street.shape
        at = line.project(shapely.Point(centre))
        here, ahead = (shapely.get_coordinates(line.interpolate(at + step))[0] for step in (0.0, -2.0))
        along = (here - ahead) / max(np.hypot(*(here - ahead)), 1e-6)
        places.append(here + (street.width_m / 2 - 0.4) * np.array([-along[1], along[0]]))
    return np.array(places)


def fill(table: Table, town: Town, rng: np.random.Generator) -> None:
    """Put every asset and every link of the town into the table."""
    places = town.substations
    nearest = cKDTree(banked(places))
    street_names = [street.name for street in town.streets]
    axes = shapely.STRtree([street.shape for street in town.streets])

    def street_at(xy: Any) -> str:
        return street_names[int(axes.nearest(shapely.Point(*xy)))]

    def substation_at(xy: Any, rank: int = 0) -> str:
        _, index = nearest.query(banked(np.array([xy], float)), k=rank + 1)
        return f"P-{int(np.ravel(index)[rank]) + 1:02d}"

    _substations(table, places, street_at)
    cabinet_ids = _cabinets(table, town, street_at, substation_at, rng)
    _lamps(table, town, cabinet_ids, rng)
    _buildings(table, town.fabric, street_at, substation_at)
    _sites(table, town.fabric, street_at, substation_at)
    cabinets = cKDTree(banked(town.cabinets.xy))

    def cabinet_at(xy: Any) -> str:
        return cabinet_ids[int(cabinets.query(banked(np.array([xy], float)))[1][0])]

    _parks(table, town.fabric, street_at, cabinet_at, substation_at)
    _signals(table, town, street_at, cabinet_at)
    _waterworks(table, street_at, substation_at)


def _substations(table: Table, places: FloatArray, street_at: Any) -> None:
    for number, place in enumerate(places):
        street = street_at(place)
        name = _FIXED[number][0] if number < len(_FIXED) else f"Poste {street[0].lower()}{street[1:]}"
        low = {0: (0.20, 0.55), 1: (0.15, 0.60)}.get(number, (np.nan, np.nan))
        # A point: its floor was surveyed where it stands, and an outline would be read at the lowest ground beside it.
        table.add(f"P-{number + 1:02d}", "substation", place, name=name, street=street, owner=GRID, operator=GRID,
                  touch_m=low[0], fail_m=low[1])


def _cabinets(table: Table, town: Town, street_at: Any, substation_at: Any, rng: np.random.Generator) -> list[str]:
    """Add cabinets, some behind a service box of the grid operator, and their circuits."""
    cabinets = town.cabinets
    ids = [f"A-{number + 1:03d}" for number in range(len(cabinets.xy))]
    boxed = set(rng.choice(len(ids), BOXES, replace=False).tolist())
    box = 0
    for number, (name, xy) in enumerate(zip(ids, cabinets.xy, strict=True)):
        surveyed = rng.random() < 0.6
        fail = round(float(rng.uniform(0.28, 0.50)), 2) if surveyed else np.nan
        touch = round(float(rng.uniform(0.08, 0.15)), 2) if surveyed else np.nan
        street = town.streets[int(cabinets.street[number])].name
        table.add(name, "cabinet", xy, name=f"Armoire {street[0].lower()}{street[1:]}", street=street, owner=CITY,
                  operator="Régie d’éclairage", touch_m=touch, fail_m=fail)
        supplier = substation_at(xy)
        if number in boxed:
            box += 1
            table.add(f"C-{box:02d}", "service_box", xy + np.array([1.6, 0.4]), street=street, owner=GRID,
                      operator=GRID)
            table.feed(supplier, f"C-{box:02d}")
            supplier = f"C-{box:02d}"
        table.feed(supplier, name, source=Source.SURVEY if surveyed or rng.random() < 0.8 else Source.INFERRED)
    # One cabinet in four is old and has fuses; of one in twelve nobody knows.
    manner = rng.choice([Protection.RCD, Protection.FUSE, Protection.NONE], len(ids), p=[0.66, 0.26, 0.08])
    for cabinet, number in zip(cabinets.circuit_cabinet, cabinets.circuit_number, strict=True):
        name = f"{ids[cabinet]}-{number}"
        table.add(name, "circuit", name=f"Départ {number}", owner=CITY, operator="Régie d’éclairage",
                  street=town.streets[int(cabinets.street[cabinet])].name, protection=int(manner[cabinet]))
        table.feed(ids[cabinet], name, feed=Feed.SWITCHED)
    return ids


def _lamps(table: Table, town: Town, cabinet_ids: list[str], rng: np.random.Generator) -> None:
    lamps, cabinets = town.lamps, town.cabinets
    # The doors of surveyed streets were measured; the others keep the default of their kind.
    measured = rng.random(len(town.streets)) < 0.35
    doors = rng.choice([0.30, 0.35, 0.50, 0.60], len(town.streets), p=[0.35, 0.25, 0.25, 0.15])
    order = np.lexsort((lamps.xy[:, 0], lamps.street))
    bed = town.relief.rise_at(lamps.xy)
    # L-0423 of the examples: high and dry, and fed by the cabinet that drowns first.
    fed = (cabinets.circuit_cabinet[cabinets.lamp_circuit] == LOWEST_CABINET - 1) & ~lamps.in_park & ~lamps.on_bridge
    driest = int(np.flatnonzero(order == np.argmax(np.where(fed, bed, -np.inf)))[0])
    order[[driest, DRIEST_LAMP - 1]] = order[[DRIEST_LAMP - 1, driest]]
    for number, lamp in enumerate(order):
        street = int(lamps.street[lamp])
        touch, fail = (0.05, float(doors[street])) if measured[street] else (np.nan, np.nan)
        if lamps.on_bridge[lamp]:
            touch = round(DECK_M - float(bed[lamp]), 2)
            fail = round(touch + DOOR_M, 2)
        name = f"L-{number + 1:04d}"
        circuit = int(cabinets.lamp_circuit[lamp])
        table.add(name, "lamp", lamps.xy[lamp], street=town.streets[street].name, owner=CITY,
                  operator="Régie d’éclairage", touch_m=touch, fail_m=fail)
        table.feed(f"{cabinet_ids[cabinets.circuit_cabinet[circuit]]}-{cabinets.circuit_number[circuit]}", name,
                   feed=Feed.SWITCHED)


def _buildings(table: Table, fabric: Fabric, street_at: Any, substation_at: Any) -> None:
    for number, building in enumerate(fabric.buildings):
        xy = shapely.get_coordinates(building.outline.representative_point())[0]
        table.add(f"B-{number + 1:04d}", "building", xy, building.outline, street=street_at(xy),
                  people=float(building.dwellings) if building.dwellings else np.nan)
        table.feed(substation_at(xy), f"B-{number + 1:04d}")


def _sites(table: Table, fabric: Fabric, street_at: Any, substation_at: Any) -> None:
    for site in fabric.sites:
        xy = shapely.get_coordinates(site.outline.representative_point())[0]
        transfer_s, buffer_s = _SECOND.get(site.id, (0, _BATTERY.get(site.id, 0)))
        table.add(site.id, "site", xy, site.outline, name=site.name, street=street_at(xy), people=float(site.people),
                  owner="Hospices de l’Ouche" if site.id == "S-01" else CITY, buffer_s=buffer_s)
        if site.id == "S-01":
            # The old line comes up from the quay; the second feed stands on the hill.
            table.feed("P-01", site.id)
            table.feed("P-03", site.id, preference=1, transfer_s=transfer_s)
            continue
        # The refuge stands dry on the terrace, and hangs on a substation of the plain: nobody had looked.
        table.feed("P-02" if site.id == "S-03" else substation_at(xy), site.id)
        if site.id in _SECOND:
            table.feed(substation_at(xy, 1), site.id, preference=1, transfer_s=transfer_s)


def _parks(table: Table, fabric: Fabric, street_at: Any, cabinet_at: Any, substation_at: Any) -> None:
    """Add a controller for each two or three zones of a park; large parks hang on a substation."""
    zone = 0
    watered = [park for park in fabric.parks if park.zones]
    for number, park in enumerate(watered):
        first = park.zones[0]
        xy = shapely.get_coordinates(first.exterior.interpolate(3.0))[0]
        name = f"PA-{number + 1:02d}"
        table.add(name, "controller", xy, name=f"Programmateur {park.name}", street=street_at(xy), owner=CITY,
                  operator="Espaces verts", buffer_s=900 if number % 3 == 0 else 0)
        table.feed(substation_at(xy) if len(park.zones) > 3 else cabinet_at(xy), name)
        for k, shape in enumerate(park.zones):
            zone += 1
            table.add(f"Z-{zone:02d}", "zone", shape=shape, name=f"{park.name}, zone {k + 1}", street=street_at(xy),
                      owner=CITY, operator="Espaces verts")
            table.feed(name, f"Z-{zone:02d}", Service.WATER)


def _signals(table: Table, town: Town, street_at: Any, cabinet_at: Any) -> None:
    """Add traffic signals where main streets cross; the first one steers the others."""
    mains = [street for street in town.streets if street.rank in ("avenue", "boulevard", "quay", "route")]
    ouche = river()
    found: list[FloatArray] = []
    for i, one in enumerate(mains):
        for other in mains[i + 1:]:
            for point in shapely.get_coordinates(one.shape.intersection(other.shape)):
                _, side = ouche.nearest(point[None])
                clear = all(np.hypot(*(point - seen)) > 90.0 for seen in found)
                if clear and abs(side[0]) > 25.0 and one.name != other.name:
                    found.append(point)
    for number, point in enumerate(sorted(found, key=lambda p: (round(p[0]), round(p[1])))):
        name, xy = f"F-{number + 1:02d}", point + np.array([8.0, 8.0])
        table.add(name, "traffic_signal", xy, name=f"Feu {street_at(point)}", street=street_at(point), owner=CITY,
                  operator="Voirie")
        table.feed(cabinet_at(xy), name)
        if number:
            table.feed("F-01", name, Service.CONTROL, group=1)


def _waterworks(table: Table, street_at: Any, substation_at: Any) -> None:
    """Add lift station and pump of the low town, and the gauges."""
    for name, kind, words, xy, buffer_s in (
            ("R-01", "lift_station", "Poste de relevage du Bief", (1128.0, 742.0), 3600),
            ("R-02", "lift_station", "Poste de relevage des Bas-Prés", (HOLLOW_M[0] - 40.0, HOLLOW_M[1] + 20.0), 0),
            ("PO-01", "pump", "Pompe des Bas-Prés", (HOLLOW_M[0] - 32.0, HOLLOW_M[1] + 24.0), 0)):
        table.add(name, kind, xy, name=words, street=street_at(xy), owner="Syndicat des eaux de l’Ouche",
                  operator="Syndicat des eaux de l’Ouche", buffer_s=buffer_s)
        table.feed(substation_at(xy), name)
    ouche = river()
    for name, words, x in (("amont", "L’Ouche à l’amont", 180.0), ("pont-neuf", "L’Ouche au Pont-Neuf", 1503.0)):
        nearest = int(np.argmin(np.abs(ouche.axis[:, 0] - x)))
        table.add(name, "gauge", ouche.axis[nearest], name=words, owner="Service de prévision des crues",
                  zero_m=gauge_zero_m(float(ouche.chainage_m[nearest])))
