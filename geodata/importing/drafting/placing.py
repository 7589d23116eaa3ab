"""Where the records of a table stand: which columns say it, and in which CRS."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import shapely

from geodata.importing.degrees import pair_of
from geodata.importing.drafting.country import NATIONAL, countries_of_language
from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.seen import Column
from geodata.importing.positions import (
    CANDIDATES,
    crs_of,
    extent,
    guesses,
    label,
    out_of_range,
    placed,
    to_degrees,
    utm_of,
)
from geodata.importing.schema import PositionSpec
from geodata.importing.words import parts_of
from geodata.tables.dialect import NULL_TEXTS
from geodata.tables.table import Table
from twin.errors import InputError
from twin.quantities import FloatArray

_WKT = re.compile(r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)", re.IGNORECASE)
#: What tells a position from a date, a ratio or a size: a sign of degrees, or decimals on both sides.
_PRECISE = re.compile(r".*[°º].*|.*\d[.,]\d{4,}\D.*\d[.,]\d{4,}\D*")
#: What columns are called after, without what stands between.
_NAMES = {**{f"cc{zone}": f"EPSG:{3900 + zone}" for zone in range(42, 51)}, "lambert93": "EPSG:2154",
          "l93": "EPSG:2154"}
#: Share of the values that must look like a position.
_MOST = 0.8


def place(guess: Guess) -> None:
    """Find where the records of a table stand, and their CRS where it says one that its coordinates can be of."""
    table = guess.seen.table
    spec: PositionSpec | None = None
    if table.geometry is not None and not shapely.is_missing(table.geometry).all():
        guess.crs = table.crs
    else:
        guess.position = _in_columns(guess)
        if guess.position is None:
            return
        spec = PositionSpec.model_validate(guess.position)
    found = placed(table, spec, None, NULL_TEXTS)
    geometry = found.geometry
    guess.crs = guess.crs or found.crs
    if guess.position is not None and not guess.crs and _are_degrees(geometry):
        guess.crs = "EPSG:4326"
    guess.geometry = geometry
    if guess.crs:
        try:
            wrong = out_of_range(geometry, crs_of(guess.crs))
        except InputError:
            guess.crs = ""
            return
        if wrong.sum() * 2 > (~shapely.is_missing(geometry)).sum():
            guess.unsure("crs", "the file says {crs}, but its coordinates are no degrees", crs=label(guess.crs))
            guess.crs = ""
    if guess.crs:
        guess.degrees = _degrees_of(geometry, guess.crs)


def find_crs(guesses_: Sequence[Guess], spoken: Counter[str]) -> None:
    """Find the CRS of the tables that do not say theirs: near those that do, else among a country's own."""
    homes = _homes(guesses_, spoken)
    for guess in guesses_:
        _turn(guess, homes)
    known = [guess for guess in guesses_ if guess.crs and np.isfinite(guess.degrees).any()]
    around = None
    if known:
        middles = np.array([np.nanmedian(guess.degrees, axis=0) for guess in known])
        around = float(np.median(middles[:, 0])), float(np.median(middles[:, 1]))
    for guess in guesses_:
        if guess.crs or guess.geometry is None or shapely.is_missing(guess.geometry).all():
            continue
        fitting = guesses(guess.geometry, around) or guesses(guess.geometry, around, utm_of(*around)) if around \
            else _of_country(guess, spoken)
        if not fitting:
            guess.unsure("crs", "no usual CRS puts its coordinates near the rest; state it")
            continue
        named = _named_crs(guess)
        guess.crs = named if named in fitting else fitting[0]
        guess.degrees = _degrees_of(guess.geometry, guess.crs)
        if guess.crs == named:
            guess.remark("crs", "as its columns are called; its coordinates fit")
        elif fitting[1:]:
            guess.unsure("crs", "guessed from where it puts the records; others that fit: {others}",
                         others=", ".join(fitting[1:4]))
        else:
            guess.unsure("crs", "guessed: of the usual ones, the only one that puts the records where they can be")
        around = around or tuple(np.nanmedian(guess.degrees, axis=0).tolist())


def _homes(guesses_: Sequence[Guess], spoken: Counter[str]) -> list[tuple[float, ...]]:
    """Give where the city can be, west, south, east, north: the areas of the CRSs of columns' names and languages."""
    own = [names[0] for country in countries_of_language(spoken) if (names := NATIONAL.get(country))]
    areas = [crs_of(name).area_of_use for name in dict.fromkeys((*filter(None, map(_named_crs, guesses_)), *own))]
    return [area.bounds for area in areas if area is not None]


def _turn(guess: Guess, homes: Sequence[tuple[float, ...]]) -> None:
    """Take x for latitude and y for longitude where only that puts the records of a table where its city can be."""
    position = guess.position
    if not isinstance(position, dict) or guess.crs != "EPSG:4326" or not np.isfinite(guess.degrees).any() \
            or not {"text", "y"} & position.keys():
        return
    lon, lat = np.nanmedian(guess.degrees, axis=0).tolist()

    def is_home(east: float, north: float) -> bool:
        return any(west <= east <= last and south <= north <= top for west, south, last, top in homes)

    if is_home(lon, lat) or not is_home(lat, lon):
        return
    if "y" in position:
        x, y = position["x"], position["y"]
        guess.unsure("position", "{x} holds latitudes and {y} longitudes: taken the other way round", x=x, y=y)
        guess.position = {"x": y, "y": x}
    else:
        guess.remarks.pop("position", None)
        guess.unsure("position", "{column} is read as longitude, latitude: the other way round it is far away",
                     column=position["text"])
        guess.position = {**position, "order": "lon_lat"}
    guess.degrees = guess.degrees[:, ::-1].copy()
    guess.geometry = shapely.transform(guess.geometry, lambda xy: xy[:, ::-1])


def _named_crs(guess: Guess) -> str:
    """Give the CRS that the names of the position's columns say; empty where they say none."""
    said = "".join(sign for name in (guess.position.values() if isinstance(guess.position, dict) else ())
                   for sign in name.casefold() if sign.isalnum())
    return next((crs for word, crs in _NAMES.items() if word in said), "")


def metres_of(degrees: FloatArray, around: FloatArray) -> FloatArray:
    """Give longitudes and latitudes as metres east and north of a place, (N, 2): good enough to compare distances."""
    east = (degrees[:, 0] - around[0]) * 111_320 * np.cos(np.radians(around[1]))
    return np.column_stack([east, (degrees[:, 1] - around[1]) * 110_540])


def _degrees_of(geometry: np.ndarray, crs: str) -> FloatArray:
    bounds = shapely.bounds(geometry)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    lon, lat = to_degrees(crs_of(crs)).transform(x, y)
    result = np.column_stack([lon, lat])
    result[~np.isfinite(result).all(axis=1)] = np.nan
    return result


def _are_degrees(geometry: np.ndarray) -> bool:
    box = extent(geometry)
    return bool(np.isfinite(box).all() and box[0] >= -180 and box[2] <= 180 and box[1] >= -90 and box[3] <= 90)


def _of_country(guess: Guess, spoken: Counter[str]) -> list[str]:
    """Give the CRSs whose area of use holds the records, those of the files' own country first."""
    own = [name for country in countries_of_language(spoken) for name in NATIONAL.get(country, ())]
    box, found = extent(guess.geometry), []
    for name in dict.fromkeys((*own, *CANDIDATES[1:])):
        crs = crs_of(name)
        lon, lat = to_degrees(crs).transform((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        area = crs.area_of_use
        if area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north:
            found.append(name)
    return found


def _in_columns(guess: Guess) -> dict[str, str] | None:
    """Give the position as the columns of a table say it."""
    columns = guess.seen.columns
    for column in columns.values():
        said = [value for value in column.counts if len(value) < 100_000][:200]
        for form, looks in (("wkt", _WKT.match), ("geojson", _is_geojson), ("text", _pair)):
            if said and sum(looks(value) is not None for value in said) >= _MOST * len(said):
                return _text_position(guess, column, form)
    pairs = [(quality, x, y) for x in columns.values() if "x" in x.means for y in columns.values()
             if "y" in y.means and x is not y and (quality := _quality(guess.seen.table, x, y)) > 0]
    if not pairs:
        return None
    pairs.sort(key=lambda item: -item[0])
    _, x, y = pairs[0]
    used = {x.name, y.name}
    others = [f"{a.name}, {b.name}" for _, a, b in pairs[1:] if not used & {a.name, b.name}]
    if others:
        guess.unsure("position", "{x}, {y} read best; the file has {others} too", x=x.name, y=y.name,
                     others="; ".join(others))
    lon = x.numbers.value
    if np.nanmax(np.abs(y.numbers.value), initial=0) > 90 and np.nanmax(np.abs(lon), initial=0) <= 90 \
            and np.nanmax(np.abs(y.numbers.value), initial=0) <= 180:
        guess.unsure("position", "{x} holds latitudes and {y} longitudes: taken the other way round", x=x.name,
                     y=y.name)
        x, y = y, x
    return {"x": x.name, "y": y.name}


def _is_geojson(value: str) -> re.Match[str] | None:
    return re.match(r'\s*\{.*"coordinates"', value, re.DOTALL)


def _pair(value: str) -> tuple[float, float, bool] | None:
    pair = pair_of(value) if _PRECISE.fullmatch(value) else None
    return pair if pair is not None and max(abs(pair[0]), abs(pair[1])) <= 180 else None


def _text_position(guess: Guess, column: Column, form: str) -> dict[str, str]:
    if form != "text":
        return {form: column.name}
    firsts = [abs(pair[0]) for value in list(column.counts)[:200] if (pair := _pair(value)) is not None]
    made = {"text": column.name}
    if max(firsts) > 90:
        made["order"] = "lon_lat"
    else:
        guess.unsure("position", "{column} is read as latitude, longitude; say order: lon_lat if it is the other way",
                     column=column.name)
    return made


def _quality(table: Table, x: Column, y: Column) -> float:
    """Give how well two columns read as positions: the share of records, more for degrees and for names that match."""
    try:
        found = placed(table, PositionSpec(source="xy", x=x.name, y=y.name), None, NULL_TEXTS)
    except InputError:
        return 0.0
    there = ~shapely.is_missing(found.geometry)
    if there.sum() < 0.3 * len(table):
        return 0.0
    box = extent(found.geometry)
    size = max(abs(box[2] - box[0]), abs(box[3] - box[1]))
    if size == 0 and len(table) > 20:
        return 0.0
    rest = [[part for part in parts_of(column.name) if part not in ("x", "y", "lon", "lat", "long")][:1]
            for column in (x, y)]
    names = list(table.columns)
    near = abs(names.index(x.name) - names.index(y.name)) == 1
    reads = float(there.mean()) + (0.2 if _are_degrees(found.geometry) else 0.0)
    return reads + 0.1 * near + 0.05 * (rest[0] == rest[1])
