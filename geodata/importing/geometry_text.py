"""Shapes written as text in a column: WKT with or without its SRID, WKB in hexadecimal digits, GeoJSON.

Each text is looked at for itself: databases export one column in one form today and in another after an update.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError

from twin.quantities import BoolArray, TextArray

#: ``SRID=2154;POINT(...)`` (PostGIS), and a CRS by its address before the WKT (GeoSPARQL).
_SRID = re.compile(r"\s*SRID\s*=\s*(\d{1,6})\s*;\s*(.*)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"\s*<?(?:https?://www\.opengis\.net/def/crs/|urn:ogc:def:crs:)(\w+)[/:][^/:\s]*[/:](\w+)>?\s+(.*)",
                      re.DOTALL)
_HEX = re.compile(r"\s*(?:\\x|0x)?((?:[0-9A-Fa-f]{2}){9,})\s*")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shapes:
    """Shapes read from texts."""

    #: (N,), None where nothing stands or nothing could be read.
    geometry: TextArray
    #: Texts that are no shape, (N,).
    unreadable: BoolArray
    #: CRS that each text names, (N,); empty where it names none.
    crs: TextArray
    #: Texts that are GeoJSON, whose standard says longitude and latitude, (N,). Source: RFC 7946, 4.
    is_json: BoolArray


def shapes_of(texts: TextArray) -> Shapes:
    """Read shapes from texts.

    Parameters
    ----------
    texts
        WKT, EWKT, WKB or EWKB in hexadecimal digits, GeoJSON (a geometry, a feature or an NGSI property), (N,).

    Examples
    --------
    >>> read = shapes_of(np.array(["SRID=2154;POINT (851500 6688000)", '{"type":"Point","coordinates":[5, 47]}', "?"],
    ...                           dtype=object))
    >>> read.geometry.tolist(), read.crs.tolist(), read.unreadable.tolist()
    ([<POINT (851500 6688000)>, <POINT (5 47)>, None], ['EPSG:2154', '', ''], [False, False, True])
    """
    geometry = np.full(len(texts), None, dtype=object)
    named, is_json = np.full(len(texts), "", dtype=object), np.zeros(len(texts), dtype=bool)
    wkt = np.full(len(texts), None, dtype=object)
    for row, text in enumerate(texts):
        if text is None:
            continue
        rest, crs = _parted(text)
        if rest[:1] in ("{", "["):
            geometry[row], is_json[row] = _from_json(rest), rest[0] == "{"  # a bare [x, y] is of no standard
        elif (hit := _HEX.fullmatch(rest)) is not None:
            geometry[row] = _from_hex(hit[1])
            if not crs and geometry[row] is not None and (srid := int(shapely.get_srid(geometry[row]))):
                crs, geometry[row] = f"EPSG:{srid}", shapely.set_srid(geometry[row], 0)
        else:
            wkt[row] = rest
        named[row] = crs
    rows = np.flatnonzero([text is not None for text in wkt])
    if len(rows):
        geometry[rows] = shapely.from_wkt(wkt[rows], on_invalid="ignore")
    given = np.array([text is not None for text in texts], dtype=bool)
    return Shapes(geometry=geometry, unreadable=given & shapely.is_missing(geometry), crs=named,
                  is_json=is_json)


def _parted(text: str) -> tuple[str, str]:
    """Give a text without the CRS that stands before it, and that CRS; empty where none does."""
    hit = _SRID.fullmatch(text)
    if hit is not None:
        return hit[2], f"EPSG:{int(hit[1])}" if int(hit[1]) else ""
    hit = _ADDRESS.fullmatch(text)
    if hit is not None:
        return hit[3], f"{hit[1].upper()}:{hit[2]}"
    return text.strip(), ""


def _from_hex(digits: str) -> Any:
    try:
        return shapely.from_wkb(bytes.fromhex(digits))
    except (ShapelyError, ValueError):
        return None


def _from_json(text: str) -> Any:
    try:
        value: Any = json.loads(text)
        while isinstance(value, dict) and "coordinates" not in value and "geometries" not in value:
            # a feature, or NGSI: {"type": "GeoProperty", "value": {...}}
            value = value.get("geometry", value.get("value"))
        if isinstance(value, list) and len(value) in (2, 3) and all(isinstance(one, int | float) for one in value):
            value = {"type": "Point", "coordinates": value}
        return shapely.from_geojson(json.dumps(value)) if isinstance(value, dict) else None
    except (ValueError, RecursionError, ShapelyError):
        return None
