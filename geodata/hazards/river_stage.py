"""River stage over terrain: from a city, a river and its gauges to :func:`twin.water.river_stage.stage`.

What stands here finds things: the river among the city's water, its stations and thalweg, the gauges beside it with
their zeros, the cells of river, levees and conduits. What the water then does is twin.water.river_stage's.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS

from geodata.cells import moved_points, shape_cells
from geodata.gauges import Hydrograph, read_levels
from geodata.gauges.raw import comma
from geodata.hazards.declared.flood import Hand, Readings, RiverStage
from geodata.hazards.levees import levees_of
from geodata.hazards.vectors import lines_of, moved, polygons_of, read_shapes
from geodata.terrain import Terrain
from geodata.terrain_wanted import REMEDY
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array
from twin.water.hazard import Doubt
from twin.water.river_stage import Conduit, River, StageHazard, gauge_share, monotone_thalweg, stage, surface

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: A gauge farther from the river than this belongs to another one [m].
GAUGE_REACH_M = 1000.0
#: Parts of a river nearer to each other than this are one line [m].
_GAP_M = 150.0
_STATIONS = 4000
#: Levels whose peak stays so far below the river's ground, or whose least stands so far above it, are of another
#: datum [m].
_BELOW_BED_M, _ABOVE_BED_M = 10.0, 60.0
#: Name of the place where levels hold that come with none.
NO_PLACE = "no gauge"
#: Above this error of the terrain, what a single lamp does is an illustration [m].
_ILLUSTRATIVE_M = 1.0


def open_stage(spec: RiverStage | Hand, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int,
               after: str, depth_error_m: float | None) -> StageHazard:
    """Give the water of a river's level over the city's terrain.

    Raises
    ------
    InputError
        No terrain, no such river or gauge, no zero, levels that cannot be read, a river or gauge off the terrain.
    """
    source = "river_stage" if isinstance(spec, RiverStage) else "hand"
    field, terrain = f"flood.{source}", city_file.terrain
    if terrain is None:
        raise InputError(field=field, found="a city without terrain", expected="terrain in or beside the city file",
                         remedy=REMEDY)
    crs = city_file.city.crs
    axis, arms, beds = _find_river(spec, city_file, folder, field)
    axis, chainage_m, thalweg_m = _profile(axis, terrain, crs, field)
    gauges = []
    for reading in spec.readings:
        place, name = _place(reading, axis, city_file, field)
        bed_m = float(np.interp(place, chainage_m, thalweg_m))
        gauges.append((place, name, _altitudes(reading, bed_m, terrain, city_file, folder, start, field)))
    as_given = np.array([g[0] for g in gauges])
    gauges.sort(key=lambda gauge: gauge[0])
    places = np.array([g[0] for g in gauges])
    if np.any(np.diff(places) < 1.0):
        raise InputError(field=f"{field}.gauges", found="two gauges at one place of the river",
                         expected="gauges apart from each other")
    graphs = [g[2] for g in gauges]
    times_s = frame_times(graphs, spec.every, duration_s, hold=after == "hold", field=field)
    cells = _cells_of(_wide(axis, arms, beds, spec.width_m), terrain, crs)
    if not len(cells):
        raise InputError(field=f"{field}.river", found=f"river '{spec.river}' off the terrain",
                         expected="a river that crosses the terrain of the city",
                         remedy=_extents(axis, terrain, crs))
    river = River(chainage_m=chainage_m, thalweg_m=thalweg_m, cells=cells,
                  stations=_stations(cells, axis, chainage_m, terrain, crs))
    _check_datum(gauges, river, terrain, field)
    level_m = surface(river, places, np.column_stack([graph.at(times_s) for graph in graphs]))
    options: dict[str, Any] = {"method": "hand"}
    if isinstance(spec, RiverStage):
        options = {"levees": levees_of(spec, terrain, crs, river, level_m, times_s),
                   "conduits": _conduits(spec, terrain, crs), "drain_mm_h": spec.drain_mm_h,
                   "reach_m": spec.reach_m or np.inf}
    error_m = depth_error_m if depth_error_m is not None else float(np.nan_to_num(terrain.error_m))
    water = stage(terrain.height_m, terrain.grid, river, level_m, times_s, cell_m=cell_size_m(terrain),
                  after=after, depth_error_m=error_m,
                  notes=_notes(spec, graphs, [g[1] for g in gauges]), **options)
    doubts = [doubt for graph in graphs for doubt in graph.doubts]
    for _, name, graph in gauges:
        doubts += late_start(name, graph)
    if NO_PLACE in [g[1] for g in gauges]:
        doubts.append(_NO_PLACE)
    if error_m > _ILLUSTRATIVE_M:
        doubts.append(_illustrative(error_m))
    share = gauge_share(river, places)[:, np.searchsorted(places, as_given)] if len(gauges) > 1 else None
    return replace(water, gauge_share=share, doubts=tuple(doubts),
                   notes=(*water.notes, *(doubt.en for doubt in doubts)))


def _check_datum(gauges: list[tuple[float, str, Hydrograph]], river: River, terrain: Terrain, field: str) -> None:
    """Refuse levels far from the river's own ground: readings posing as altitudes, another zero, another datum."""
    slack_m = 2 * float(np.nan_to_num(terrain.error_m))
    for place, name, graph in gauges:
        bed_m = float(np.interp(place, river.chainage_m, river.thalweg_m))
        is_high = graph.level_m.min() > bed_m + _ABOVE_BED_M + slack_m
        if not is_high and graph.level_m.max() >= bed_m - _BELOW_BED_M - slack_m:
            continue
        raise InputError(
            file=graph.file, field=f"{field}.datum", ids=(name,), found=f"water between {graph.level_m.min():.2f} and "
            f"{graph.level_m.max():.2f} m where the terrain of the river stands at {bed_m:.2f} m",
            expected="levels near the river's ground, in the terrain's datum",
            remedy="Readings above a gauge's zero want `datum: gauge`; check the zero, and the unit.")


def frame_times(graphs: list[Hydrograph], every_s: float, duration_s: int, *, hold: bool, field: str) -> Int64Array:
    """Give the times of frames: every ``every_s`` seconds and at each reading, up to the last one or the horizon."""
    last = duration_s if hold else min(duration_s, *(int(g.times_s[-1]) for g in graphs))
    if last < 0:
        raise InputError(file=graphs[0].file, field=field, found="levels that end before the start",
                         expected="levels during the run", remedy="Check the year and the time zone.")
    regular = np.arange(0, last + 1, max(1, round(every_s)))
    readings = np.concatenate([g.times_s for g in graphs])
    times_s = np.unique(np.concatenate([regular, readings[(readings >= 0) & (readings <= last)], [0, last]]))
    if len(times_s) > 32_000:
        raise InputError(field=f"{field}.every", found=f"{len(times_s)} frames", expected="at most 32,000",
                         remedy="Choose a longer `every`.")
    return times_s.astype(np.int64)


def folded(name: object) -> str:
    """Give a name without case, accents and apostrophes: ``L’Ouche`` -> ``l-ouche``."""
    letters = unicodedata.normalize("NFKD", str(name).casefold())
    return re.sub(r"[^\w]+|_+", "-", "".join(c for c in letters if not unicodedata.combining(c))).strip("-")


def _find_river(spec: RiverStage | Hand, city_file: CityFile, folder: Path, field: str
                ) -> tuple[Any, list[Any], list[Any]]:
    """Give the main line, the other arms and the beds of the river, in the city's CRS."""
    path = folder / spec.river
    if path.suffix and path.exists():
        shapes = read_shapes(path, field=f"{field}.river", to_crs=city_file.city.crs)[0]
    else:
        shapes = _among_water(spec.river, city_file, field)
    lines = lines_of(shapes)
    if not lines:
        raise InputError(field=f"{field}.river", found=f"'{spec.river}' without a line", expected="a line along it",
                         remedy="Give a file with its line: `river: pegnitz.geojson`.")
    axis, arms = chained(lines)
    return axis, arms, polygons_of(shapes)


def _among_water(name: str, city_file: CityFile, field: str) -> Any:
    water = city_file.context.get("water")
    if water is None:
        raise InputError(field=f"{field}.river", found=f"'{name}' in a city without a layer `water`",
                         expected="a river of the city, or a file with its line")
    wanted = folded(name)
    river = water.columns.get("river", np.full(len(water.id), "", object))
    names = [{folded(i), folded(n), folded(r)} - {""} for i, n, r in zip(water.id, water.name, river, strict=True)]
    rows = [k for k, known in enumerate(names) if wanted in known or any(n.endswith(f"-{wanted}") for n in known)]
    if not rows:
        known = sorted({str(n) for n in [*river, *water.name] if n})
        raise InputError(field=f"{field}.river", found=f"river '{name}'",
                         expected="a river of the city" + (f": {', '.join(known[:8])}" if known else ""),
                         remedy="Or give a file with its line.")
    return water.geometry[rows]


def chained(lines: list[Any]) -> tuple[Any, list[Any]]:
    """Join lines end to end into the longest river they make; give it and the arms that are left.

    Parts drawn one after the other, either way round, are joined where their ends lie within 150 m.
    """
    merged = shapely.line_merge(shapely.union_all(lines))
    parts = sorted(shapely.get_parts(merged), key=lambda part: (-part.length, part.wkb))
    points, rest = shapely.get_coordinates(parts[0]), parts[1:]
    while rest:
        found = []
        for i, part in enumerate(rest):
            own = shapely.get_coordinates(part)
            for at_end in (True, False):
                tip = points[-1] if at_end else points[0]
                for turned in (own, own[::-1]):
                    near = turned[0] if at_end else turned[-1]
                    far = turned[-1] if at_end else turned[0]
                    other = points[0] if at_end else points[-1]
                    # A part that turns back beside the river is an arm of it, not its continuation.
                    if np.hypot(*(far - other)) > np.hypot(*(tip - other)):
                        found.append((float(np.hypot(*(near - tip))), i, at_end, turned))
        found = [f for f in found if f[0] <= _GAP_M]
        if not found:
            break
        _, i, at_end, turned = min(found, key=lambda f: f[:3])
        points = np.vstack([points, turned] if at_end else [turned, points])
        rest = rest[:i] + rest[i + 1:]
    return shapely.LineString(points), rest


def cell_size_m(terrain: Terrain) -> tuple[float, float]:
    """Give height and width of a cell on the ground [m]; degrees are turned into metres at the middle of the grid."""
    a, b, _, d, e, f = terrain.grid.transform
    high, wide = float(np.hypot(b, e)), float(np.hypot(a, d))
    if not CRS.from_user_input(terrain.grid.crs).is_geographic:
        return high, wide
    latitude = np.radians(f + e * terrain.grid.rows / 2)
    return high * 111_320.0, wide * 111_320.0 * float(np.cos(latitude))


def _profile(axis: Any, terrain: Terrain, crs: str, field: str) -> tuple[Any, FloatArray, FloatArray]:
    """Give the line from upstream, the distance of its stations and the thalweg under them."""
    step = max(min(cell_size_m(terrain)), axis.length / _STATIONS)
    chainage_m = np.arange(0.0, axis.length, step)
    points = shapely.get_coordinates(shapely.line_interpolate_point(axis, chainage_m))
    height_m = _lowest_beside(points, terrain, crs)
    if np.all(np.isnan(height_m)):
        raise InputError(field=f"{field}.river", found="a river off the terrain",
                         expected="a river that crosses the terrain of the city", remedy=_extents(axis, terrain, crs))
    known = height_m[~np.isnan(height_m)]
    tenth = max(1, len(known) // 10)
    if np.median(known[:tenth]) < np.median(known[-tenth:]):
        # Drawn against the flow: its high end is upstream.
        axis, height_m = shapely.reverse(axis), height_m[::-1]
        chainage_m = (axis.length - chainage_m)[::-1]
    return axis, chainage_m, monotone_thalweg(height_m)


def _lowest_beside(points: FloatArray, terrain: Terrain, crs: str) -> FloatArray:
    """Give the lowest terrain among the cell of each point and its eight neighbours: bridges and banks stand out."""
    x, y = moved_points(points[:, 0], points[:, 1], crs, terrain.grid.crs)
    cell = terrain.grid.cell_of(x, y)
    height = np.full(len(cell), np.inf)
    rows, columns = terrain.height_m.shape
    row, column = cell // columns, cell % columns
    for dr in (-1, 0, 1):
        for dc in (-1, 0, 1):
            r, c = np.clip(row + dr, 0, rows - 1), np.clip(column + dc, 0, columns - 1)
            height = np.fmin(height, terrain.height_m[r, c])
    return np.where((cell >= 0) & np.isfinite(height), height, np.nan)


def _place(reading: Readings, axis: Any, city_file: CityFile, field: str) -> tuple[float, str]:
    """Give where along the river a gauge stands [m], and its name."""
    if reading.at is not None:
        point, name = shapely.Point(reading.at), reading.gauge or "the given place"
    elif reading.gauge is not None:
        row = find_gauge(reading.gauge, city_file, field)
        assets = city_file.city.assets
        point, name = shapely.Point(assets.x_m[row], assets.y_m[row]), str(assets.id[row])
        if point.is_empty or np.isnan(point.x):
            raise InputError(field=f"{field}.gauge", ids=(name,), found="a gauge without a position",
                             expected="a position", remedy="Say `at: [x, y]` in the city's CRS.")
    elif reading.datum == "altitude":
        point, name = _beside_town(axis, city_file), NO_PLACE
    else:
        raise InputError(field=field, found="levels above a gauge's zero, and no gauge", expected="`gauge`",
                         remedy="Or give altitudes: `datum: altitude`, and `at: [x, y]`.")
    away = shapely.distance(axis, point)
    if away > GAUGE_REACH_M:
        raise InputError(field=f"{field}.gauge", ids=(name,), found=f"a gauge {away:.0f} m from the river",
                         expected=f"a gauge within {GAUGE_REACH_M:.0f} m of it", remedy="Is it on another river?")
    return float(shapely.line_locate_point(axis, point)), name


def _beside_town(axis: Any, city_file: CityFile) -> Any:
    """Give the place of the river nearest to the middle of the city's assets."""
    assets = city_file.city.assets
    middle = shapely.Point(float(np.nanmedian(assets.x_m)), float(np.nanmedian(assets.y_m)))
    return shapely.line_interpolate_point(axis, shapely.line_locate_point(axis, middle))


def find_gauge(name: str, city_file: CityFile, field: str) -> int:
    """Give the row of a gauge by id or name.

    Raises
    ------
    InputError
        The city has no such gauge; its gauges are listed.
    """
    assets = city_file.city.assets
    gauges = np.flatnonzero(assets.of_kind("gauge")).tolist() if "gauge" in assets.kinds.names else []
    wanted = folded(name)
    for row in gauges:
        if name == assets.id[row] or wanted in (folded(assets.id[row]), folded(assets.name[row])):
            return int(row)
    known = ", ".join(str(assets.id[row]) for row in gauges) or "none"
    raise InputError(field=f"{field}.gauge", found=f"gauge '{name}'", expected=f"a gauge of the city ({known})",
                     remedy="Or say `at: [x, y]` and, for datum gauge, `zero_m`.")


def _altitudes(reading: Readings, bed_m: float, terrain: Terrain, city_file: CityFile, folder: Path, start: datetime,
               field: str) -> Hydrograph:
    zero_m = zero_of(reading, city_file, field)
    slack_m = 2 * float(np.nan_to_num(terrain.error_m))
    low, high = bed_m - _BELOW_BED_M - slack_m - zero_m, bed_m + _ABOVE_BED_M + slack_m - zero_m
    return hydrograph(reading, start=start, folder=folder, field=field, between_m=(low, high)).raised(zero_m)


def hydrograph(reading: Readings, *, start: datetime, folder: Path, field: str,
               between_m: tuple[float, float] | None = None) -> Hydrograph:
    """Read the levels of a gauge as the scenario says them, in the datum of its file; see ``read_levels``."""
    return read_levels(reading.levels, start=start, folder=folder, unit=reading.unit, column=reading.column,
                       station=reading.station, zone=reading.zone, days=reading.days, outliers=reading.outliers,
                       between_m=between_m, field=f"{field}.levels")


def zero_of(reading: Readings, city_file: CityFile, field: str) -> float:
    """Give what is added to a reading to get an altitude [m].

    Raises
    ------
    InputError
        Readings above a gauge's zero, and nobody knows its altitude.
    """
    if reading.datum == "altitude":
        return 0.0
    if reading.zero_m is not None:
        return reading.zero_m
    zero_m = np.nan
    if reading.gauge is not None:
        zero_m = city_file.city.assets.zero_m[find_gauge(reading.gauge, city_file, field)]
    if np.isnan(zero_m):
        raise InputError(field=f"{field}.datum", found="datum gauge, and no altitude of the gauge's zero",
                         expected="`zero_m`, in the city or beside `datum`",
                         remedy="Public files often lack it: ask the service that runs the gauge.")
    return float(zero_m)


def _wide(axis: Any, arms: list[Any], beds: list[Any], width_m: float) -> list[Any]:
    return [*beds, *(line.buffer(width_m / 2) for line in (axis, *arms))]


def _cells_of(polygons: list[Any], terrain: Terrain, crs: str) -> Int64Array:
    """Give the cells that shapes touch, each once."""
    shapes = np.asarray(polygons, dtype=object)
    return np.unique(shape_cells(shapes, np.ones(len(shapes), np.bool_), crs, terrain.grid)[1])


def _stations(cells: Int64Array, axis: Any, chainage_m: FloatArray, terrain: Terrain, crs: str) -> Any:
    """Give the station nearest to each river cell."""
    from scipy.spatial import cKDTree  # loads much; no other water needs it

    a, b, c, d, e, f = terrain.grid.transform
    column, row = cells % terrain.grid.columns + 0.5, cells // terrain.grid.columns + 0.5
    x, y = moved_points(a * column + b * row + c, d * column + e * row + f, terrain.grid.crs, crs)
    stations = shapely.get_coordinates(shapely.line_interpolate_point(axis, chainage_m))
    _, nearest = cKDTree(stations).query(np.column_stack([x, y]))
    return nearest.astype(np.int32)


def _conduits(spec: RiverStage, terrain: Terrain, crs: str) -> tuple[Conduit, ...]:
    conduits = []
    for i, conduit in enumerate(spec.conduits):
        ends = moved(np.asarray(shapely.points([conduit.at, conduit.to]), object), crs, terrain.grid.crs)
        x, y = shapely.get_coordinates(ends).T
        cells = terrain.grid.cell_of(x, y)
        if np.any(cells < 0):
            raise InputError(field=f"flood.river_stage.conduits[{i}]", ids=(conduit.name,),
                             found="an end off the terrain", expected="two places in the city's CRS over its terrain")
        ground_m = terrain.height_m.ravel()[cells]
        sill_m = conduit.sill_m if conduit.sill_m is not None else float(np.nanmax(ground_m))
        conduits.append(Conduit(at=int(cells[0]), to=int(cells[1]), sill_m=sill_m))
    return tuple(conduits)


def _extents(axis: Any, terrain: Terrain, crs: str) -> str:
    a, b, c, d, e, f = terrain.grid.transform
    rows, columns = terrain.height_m.shape
    far_x, far_y = c + a * columns + b * rows, f + d * columns + e * rows
    mine = " ".join(f"{value:.0f}" for value in axis.bounds)
    theirs = " ".join(f"{value:.6g}" for value in (min(c, far_x), min(f, far_y), max(c, far_x), max(f, far_y)))
    return f"The river spans {mine} in {crs}, the terrain {theirs} in {terrain.grid.crs}."


def _notes(spec: RiverStage | Hand, graphs: list[Hydrograph], gauges: list[str]) -> tuple[str, ...]:
    notes = [note for graph in graphs for note in graph.notes]
    if len(graphs) == 1:
        notes.append(f"One gauge ({gauges[0]}): the water surface is taken parallel to the river's thalweg.")
    else:
        notes.append(f"The water surface is straight between the gauges {', '.join(gauges)} and parallel to the "
                     "thalweg beyond them.")
    if isinstance(spec, Hand):
        notes.append("Height above nearest drainage: banks and walls between a low place and the river are not seen.")
    else:
        notes.append("The river is filled outward over the terrain as if the level had time to spread everywhere: "
                     "early in a fast flood the real water is behind it.")
        if spec.drain_mm_h:
            notes.append(f"Water left in hollows drains at {spec.drain_mm_h:g} mm/h (an assumption).")
        if spec.levees:
            notes.append("Behind a levee, above its protection level, the depth is unknown until its crest is passed.")
    return tuple(notes)


_NO_PLACE = Doubt(
    "The levels come without a place: they are taken to hold where the river is nearest to the middle of the city's "
    "assets.",
    "Les niveaux sont donnés sans lieu : ils sont supposés valoir là où la rivière passe au plus près du milieu de la "
    "ville.")


def _illustrative(error_m: float) -> Doubt:
    return Doubt(f"The depth's error is {error_m:g} m: results for single assets are illustrative.",
                 f"L’erreur sur la hauteur d’eau est de {comma(error_m)} m : les résultats pour un seul équipement ne "
                 "sont qu’indicatifs.")


def late_start(name: str, graph: Hydrograph) -> list[Doubt]:
    """Say that the levels of a gauge begin after the start, when they do: their first value holds until then."""
    minutes = int(graph.times_s[0]) // 60
    if minutes <= 0:
        return []
    return [Doubt(f"The levels of {name} begin {minutes} min after the start: until then their first value holds.",
                  f"Les niveaux de {name} commencent {minutes} min après le début : d’ici là, la première valeur est "
                  "gardée.")]
