"""Positions: where records stand, in the city's CRS, with a range check that refuses metres posing as degrees."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely

from geodata.crs import way_between
from geodata.importing.degrees import degrees_of, is_grouped, letter_of, o_is_east, pair_of
from geodata.importing.geometry_text import Shapes, shapes_of
from geodata.importing.schema import PositionSpec
from geodata.tables.table import Table
from geodata.tables.values import UNITS, numbers, without_nulls
from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, TextArray

#: Systems that a city's files without a stated one are usually in; tried in this order when asked to guess.
CANDIDATES = ("EPSG:4326", "EPSG:2154", "EPSG:3857", "EPSG:27700", "EPSG:25829", "EPSG:25830", "EPSG:25831",
              "EPSG:25832", "EPSG:25833", "EPSG:25835", "EPSG:3003", "EPSG:3004", "EPSG:28992", "EPSG:31370",
              "EPSG:2056", "EPSG:31467", "EPSG:31468", "EPSG:27572", "EPSG:3067", "EPSG:2180", "EPSG:3763",
              *(f"EPSG:{3942 + i}" for i in range(9)))
#: A guess must put nine tenths of the positions this near to the rest of the city [m].
NEAR_M = 60_000.0
#: No CRS on Earth has a coordinate beyond this, in metres or in feet.
_FARTHEST = 1e9
#: A gap inside a text: texts of tables are stripped.
_APART = re.compile(r"(?<=\S)[\s'’](?=.*\S)")
#: What a position in one text is called.
_FORMS = {"text": "pair of coordinates", "wkt": "WKT", "wkb": "WKB", "geojson": "GeoJSON"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """Geometry of each record in its own CRS, before any transformation."""

    #: Shapes, (N,); None where there is no position.
    geometry: TextArray
    #: CRS as stated by the mapping or the file; empty when nobody states it.
    crs: str
    #: (outcome, reason, mask) of what was met on the way.
    tallies: tuple[tuple[str, str, BoolArray], ...] = ()
    notes: tuple[str, ...] = ()
    #: What may put the whole layer elsewhere than was meant.
    warnings: tuple[str, ...] = ()


def placed(table: Table, spec: PositionSpec | None, crs: str | None, null: tuple[str, ...]) -> Placed:
    """Give the geometry of each record as the mapping declares it.

    Raises
    ------
    InputError
        The table has neither geometry nor declared columns, or a declared column is missing.
    """
    if spec is None:
        spec = PositionSpec(source="geometry" if len(table) or table.geometry is not None else "none")
        if table.geometry is None and len(table):
            raise InputError(file=table.file, field="position", found="a table without geometry",
                             expected="position: {x: COLUMN, y: COLUMN}, {text: COLUMN}, {wkt: COLUMN}, "
                                      "{wkb: COLUMN}, {geojson: COLUMN} or none")
    declared = table.crs if spec.source == "geometry" else ""
    stated = crs or declared or ("EPSG:4326" if spec.source == "text" else "")
    if spec.source == "none":
        return Placed(geometry=np.full(len(table), None, dtype=object), crs="")
    if spec.source == "geometry":
        if table.geometry is None:
            raise InputError(file=table.file, field="position", found="a table without geometry",
                             expected="columns with x and y")
        return Placed(geometry=table.geometry, crs=stated)
    if spec.source == "xy":
        assert spec.x is not None
        assert spec.y is not None
        x, bad_x, note_x = _coordinate(table, spec.x, spec, null, positive="EW")
        y, bad_y, note_y = _coordinate(table, spec.y, spec, null, positive="NS")
        crossed, other = _crossed(table, spec, null, x, y, bad_x, bad_y)
        scale = 1.0 if spec.unit is None else UNITS[spec.unit][1]
        return Placed(geometry=_points(x * scale, y * scale), crs=stated or ("EPSG:4326" if note_x or note_y else ""),
                      tallies=(("mended", "the letters N, S, E or W say that x and y stand in each other's column; "
                                "read as they say", crossed),
                               ("doubtful", "a letter of the other axis, as N in a column of x: a slip, or x and y "
                                "swapped? Kept without position", other),
                               ("doubtful", "a coordinate that is no number; kept without position",
                                (bad_x | bad_y) & ~crossed & ~other)),
                      notes=tuple(dict.fromkeys(note_x + note_y)))
    assert spec.column is not None
    texts = without_nulls(table.text(spec.column, field_path="position"), null)
    if spec.source == "text":
        geometry, bad = _from_pairs(texts, spec)
        return Placed(geometry=geometry, crs=stated, tallies=_unreadable(spec, bad))
    return _of_named_crs(shapes_of(texts), crs, spec)


def _unreadable(spec: PositionSpec, bad: BoolArray) -> tuple[tuple[str, str, BoolArray], ...]:
    return (("doubtful", f"a position that is no {_FORMS[spec.source]}; kept without position", bad),)


def _of_named_crs(read: Shapes, stated: str | None, spec: PositionSpec) -> Placed:
    """Give shapes in the CRS that the mapping states, else in the one that their texts name, the commonest of several.

    GeoJSON counts in degrees unless the mapping says otherwise, as a file of it does.
    """
    named = np.where((read.crs == "") & read.is_json & (stated is None), "EPSG:4326", read.crs)
    counts = Counter(named[named != ""])
    said = ", ".join(f"{name} ×{count:,}" for name, count in counts.most_common())
    tallies = _unreadable(spec, read.unreadable)
    if stated is not None:
        differs = any(label(name) != label(stated) for name in counts)
        warnings = (f"{spec.column} names {said}; taken as {stated}, as the mapping says",) if differs else ()
        return Placed(geometry=read.geometry, crs=stated, tallies=tallies, warnings=warnings)
    # a text that says so outweighs a standard that holds for it
    crs = (Counter(read.crs[read.crs != ""]) or counts).most_common(1)[0][0] if counts else ""
    for name in set(counts) - {crs}:
        rows = np.flatnonzero(named == name)
        read.geometry[rows] = transformed(read.geometry[rows], crs_of(name), crs_of(crs))
    notes = (f"{spec.column} names several CRSs ({said}): all brought to {crs}",) if len(counts) > 1 else ()
    return Placed(geometry=read.geometry, crs=crs, tallies=tallies, notes=notes)


def _points(x: FloatArray, y: FloatArray) -> TextArray:
    result = np.full(len(x), None, dtype=object)
    # 0, 0 is how many programs write "nowhere"; the sea off Ghana holds no street lamp
    known = (np.abs(x) < _FARTHEST) & (np.abs(y) < _FARTHEST) & ~((x == 0) & (y == 0))
    result[known] = shapely.points(x[known], y[known])
    return result


def _coordinate(table: Table, column: str, spec: PositionSpec, null: tuple[str, ...],
                positive: str) -> tuple[FloatArray, BoolArray, tuple[str, ...]]:
    texts = without_nulls(table.text(column, field_path="position"), null)
    # spaces and apostrophes set thousands apart, or degrees from minutes: 47 15 36 is not 471,536
    apart = np.array([text is not None and _APART.search(text) is not None and not is_grouped(text)
                      for text in texts], dtype=bool)
    plain = texts.copy()
    plain[apart] = None
    read = numbers(plain, spec.decimal)
    rest = np.flatnonzero(read.unreadable | apart)
    if not len(rest):
        return read.value, read.unreadable, ()
    value = np.array(read.value)
    is_o_east = positive == "EW" and o_is_east(texts[rest])
    value[rest] = [degrees_of(text, positive, is_o_east=is_o_east) for text in texts[rest]]
    notes: tuple[str, ...] = ()
    if np.isfinite(value[rest]).any():
        notes = (f"{column}: degrees and minutes as text",)
    if positive == "EW" and any(letter_of(text) == "O" for text in texts[rest]):
        notes += (f"{column}: O read as east (Ost)" if is_o_east else
                  f"{column}: O read as west (ouest, ovest, oeste)",)
    return value, np.isnan(value) & np.array([text is not None for text in texts], dtype=bool), notes


def _crossed(table: Table, spec: PositionSpec, null: tuple[str, ...], x: FloatArray, y: FloatArray, bad_x: BoolArray,
             bad_y: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Read, into ``x`` and ``y``, records whose letters say that the columns are swapped; give those, and half ones."""
    both, one = np.zeros(len(x), dtype=bool), np.zeros(len(x), dtype=bool)
    rows = np.flatnonzero(bad_x | bad_y)
    if not len(rows):
        return both, one
    in_x, in_y = (without_nulls(table.text(str(column)), null) for column in (spec.x, spec.y))
    for row in rows.tolist():
        north = math.nan if in_x[row] is None else degrees_of(in_x[row], "NS")
        east = math.nan if in_y[row] is None else degrees_of(in_y[row], "EW")
        if bad_x[row] and bad_y[row] and math.isfinite(north) and math.isfinite(east):
            x[row], y[row], both[row] = east, north, True
        else:
            one[row] = (bad_x[row] and math.isfinite(north)) or (bad_y[row] and math.isfinite(east))
    return both, one


def _from_pairs(texts: TextArray, spec: PositionSpec) -> tuple[TextArray, BoolArray]:
    said = [text for text in texts if text is not None]
    is_o_east = o_is_east(part for text in said for part in text.replace(",", " ").split())
    pairs = [None if text is None else pair_of(text, is_o_east=is_o_east) for text in texts]
    x, y = np.full(len(texts), np.nan), np.full(len(texts), np.nan)
    for row, pair in enumerate(pairs):
        if pair is not None:
            first, second, is_east_first = pair
            x[row], y[row] = (first, second) if is_east_first or (
                spec.order == "lon_lat" and not _has_letters(texts[row])) else (second, first)
    return _points(x, y), np.array([text is not None for text in texts], dtype=bool) & np.isnan(x)


def _has_letters(text: str) -> bool:
    return re.search(r"[NSEWO]", text) is not None


@lru_cache(maxsize=64)
def crs_of(name: str) -> pyproj.CRS:
    """Give a CRS by code or WKT; WKT of old ``.prj`` files without a code is matched with the register.

    Raises
    ------
    InputError
        Not a CRS.
    """
    try:
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as error:
        raise InputError(field="crs", found=f"'{name[:80]}'", expected="a CRS such as EPSG:2154") from error
    if crs.to_epsg(min_confidence=100) is None and (code := _matching(crs)) is not None:
        return pyproj.CRS.from_epsg(code)
    return crs


def _matching(crs: pyproj.CRS) -> int | None:
    """Give the register's code of a CRS that says the same in other words (ESRI's names, no codes)."""
    for match in crs.list_authority("EPSG", min_confidence=70):
        found = pyproj.CRS.from_epsg(int(match.code))
        if (found.is_projected == crs.is_projected and found.ellipsoid == crs.ellipsoid
                and (not crs.is_projected or _same_projection(found, crs))):
            return int(match.code)
    return None


def _same_projection(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    assert one.coordinate_operation is not None
    assert other.coordinate_operation is not None
    mine = {p.name.casefold(): float(p.value) for p in one.coordinate_operation.params}
    theirs = {p.name.casefold(): float(p.value) for p in other.coordinate_operation.params}
    if set(mine) != set(theirs):
        return False
    # standard parallels may come in either order
    return all(abs(a - b) < 1e-9 for a, b in zip(sorted(mine.values()), sorted(theirs.values()), strict=True))


def label(crs: str) -> str:
    """Give a CRS as people write it: its code where it has one, else its name."""
    if not crs:
        return "none"
    found = crs_of(crs)
    code = found.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code is not None else found.name


def extent(geometry: TextArray) -> FloatArray:
    """Give xmin, ymin, xmax, ymax of nine tenths of the records, (4,); NaN where nothing has a position.

    The outermost twentieth on each side is left out, so that one typing error does not decide.
    """
    bounds = shapely.bounds(geometry)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return np.full(4, np.nan)
    low, high = np.quantile(bounds[:, :2], 0.05, axis=0), np.quantile(bounds[:, 2:], 0.95, axis=0)
    return np.concatenate([low, high])


def out_of_range(geometry: TextArray, crs: pyproj.CRS) -> BoolArray:
    """Give the mask of shapes whose coordinates cannot be of this CRS: metres posing as degrees, degrees as metres."""
    if not crs.is_geographic:
        box = extent(geometry)
        # no city is 360 m wide and stands at the origin of a national grid
        are_degrees = np.isfinite(box).all() and (np.abs(box) <= (180, 90, 180, 90)).all()
        return np.asarray(~shapely.is_missing(geometry) & bool(are_degrees))
    bounds = shapely.bounds(geometry)
    with np.errstate(invalid="ignore"):
        return np.asarray((bounds[:, 0] < -180.0001) | (bounds[:, 2] > 360.0001)
                          | (bounds[:, 1] < -90.0001) | (bounds[:, 3] > 90.0001))


def guesses(geometry: TextArray, around: tuple[float, float] | None, city_crs: str | None = None) -> list[str]:
    """Give the CRSs in which these coordinates would lie near a place, the likeliest first.

    Parameters
    ----------
    geometry
        Shapes in the unknown CRS.
    around
        Longitude and latitude of the rest of the city. Without it the area of use of the city's CRS must do, and
        without that only degrees can be told.
    city_crs
        The city's own, tried first.
    """
    box = extent(geometry)
    if np.isnan(box).any():
        return []
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    area = crs_of(city_crs).area_of_use if city_crs else None
    if around is None and area is None:
        is_degrees = box[0] >= -180 and box[2] <= 180 and box[1] >= -90 and box[3] <= 90
        return ["EPSG:4326"] if is_degrees else []
    geod = pyproj.Geod(ellps="WGS84")
    found = []
    own = [city_crs] if city_crs else []
    # with nothing but a country to go by, the systems of its neighbours would fit as well
    for place, name in enumerate(dict.fromkeys((*own, *(CANDIDATES if around is not None else CANDIDATES[:1])))):
        crs = crs_of(name)
        if out_of_range(shapely.points([centre]), crs)[0]:
            continue
        lon, lat = to_degrees(crs).transform(*centre)
        if not (np.isfinite(lon) and np.isfinite(lat)):
            continue
        if around is not None:
            distance = geod.inv(lon, lat, *around)[2]
            if distance <= NEAR_M:
                found.append((distance, name))
        elif area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north:
            found.append((float(place), name))
    return [name for _, name in sorted(found, key=lambda item: item[0])]


@lru_cache(maxsize=64)
def to_degrees(crs: pyproj.CRS) -> pyproj.Transformer:
    """Give the transformation to longitude and latitude.

    Raises
    ------
    InputError
        Nobody knows a way: a CRS of another body, of a drawing.
    """
    return way_between(crs, "EPSG:4326")


def utm_of(lon: float, lat: float) -> str:
    """Give the UTM zone (WGS 84) of a place.

    Examples
    --------
    >>> utm_of(18.17, 40.35)
    'EPSG:32634'
    """
    zone = int((lon + 180) // 6) % 60 + 1
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def transformed(geometry: TextArray, source: pyproj.CRS, target: pyproj.CRS) -> TextArray:
    """Give shapes in another CRS, in two dimensions; what cannot be transformed becomes None."""
    flat = shapely.force_2d(geometry) if shapely.has_z(geometry).any() else geometry
    if source == target:
        return np.asarray(flat)
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    coordinates = shapely.get_coordinates(flat)
    x, y = transformer.transform(coordinates[:, 0], coordinates[:, 1])
    result = shapely.set_coordinates(np.array(flat), np.column_stack([x, y]))
    bad = ~np.isfinite(shapely.bounds(result)).all(axis=1) & ~shapely.is_missing(result) & ~shapely.is_empty(result)
    result[bad] = None
    return np.asarray(result)
