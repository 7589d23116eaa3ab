"""Vector files under ``flood:``: lines of rivers, extents with classes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError
from shapely.errors import GEOSException

from geodata.causes import cause_of
from geodata.crs import way_between
from geodata.drivers import check_vector
from geodata.terrain import check_degrees, crs_text, parse_crs, same_crs
from twin.errors import InputError
from twin.quantities import FloatArray, TextArray


def moved(shapes: TextArray, crs: str, to_crs: str) -> TextArray:
    """Give shapes in another CRS."""
    if same_crs(crs, to_crs):
        return shapes
    transformer = way_between(crs, to_crs)

    def move(points: FloatArray) -> FloatArray:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return np.asarray(shapely.transform(shapes, move), dtype=object)


def read_shapes(path: Path, *, field: str, crs: str | None = None, to_crs: str, layer: str | None = None,
                where: str | None = None) -> tuple[TextArray, dict[str, Any]]:
    """Read the geometries of a vector file, in ``to_crs``, and its columns by name.

    Raises
    ------
    InputError
        A file that is missing, truncated or no vector file; several layers and none named; a layer or a filter that it
        does not know; no CRS.
    """
    check_vector(path, file=path.name, field=field)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            layers = [str(name) for name, _ in pyogrio.list_layers(path)]
            if layer is None and len(layers) > 1:
                raise InputError(file=path.name, field=f"{field}.layer", found=f"{len(layers)} layers and none named",
                                 expected=f"one of {', '.join(layers[:8])}")
            meta, _, geometry, values = pyogrio.raw.read(path, layer=layer, where=where, force_2d=True)
        shapes = np.empty(0, object) if geometry is None else np.asarray(shapely.from_wkb(geometry), dtype=object)
    except InputError:
        raise
    except (DataSourceError, DataLayerError, FeatureError, FieldError, CRSError, GEOSException, UnicodeError,
            ValueError, TypeError, RuntimeError) as error:
        raise InputError(file=path.name, field=field, found=f"a file that GDAL cannot read ({cause_of(error)})",
                         expected="a whole vector file, and a layer and columns that it has") from None
    own = parse_crs(crs, file=path.name, field=f"{field}.crs") if crs is not None else meta["crs"]
    if own is None:
        raise InputError(file=path.name, field=field, found="no CRS", expected="a CRS in the file, or `crs` beside it")
    own = crs_text(own)
    keep = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes = shapes[keep]
    if not len(shapes):
        raise InputError(file=path.name, field=field, found="no geometry", expected="one or more")
    if not np.all(np.isfinite(shapely.get_coordinates(shapes))):
        raise InputError(file=path.name, field=field, found="coordinates that are no numbers", expected="places")
    check_degrees(own, tuple(shapely.total_bounds(shapes)), file=path.name)
    columns = {str(name): np.asarray(column)[keep] for name, column in zip(meta["fields"], values, strict=True)}
    return moved(shapes, own, to_crs), columns


def lines_of(shapes: Sequence[Any] | TextArray) -> list[Any]:
    """Give the lines among shapes, in one piece each."""
    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    return [part for part in parts if part.geom_type in ("LineString", "LinearRing")]


def polygons_of(shapes: Sequence[Any] | TextArray) -> list[Any]:
    """Give the polygons among shapes, in one piece each."""
    return [part for part in shapely.get_parts(np.asarray(shapes, dtype=object)) if part.geom_type == "Polygon"]
