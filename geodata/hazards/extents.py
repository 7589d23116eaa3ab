"""Flood extents with depth classes: TRI (``ht_min``, ``ht_max``), CNIG (``palier_hauteur``), or a class column.

A class is no depth. The rule that turns one into the other is stated in the scenario, its half-width is the error of
the depth, and every answer says that it rests on classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio.features
import shapely
from rasterio import Affine

from geodata.hazards.frames import FrameHazard
from geodata.hazards.rasters import city_bounds, held
from geodata.hazards.specs import ClassRule, Extents
from geodata.hazards.vectors import read_shapes
from twin.errors import InputError
from twin.quantities import Float32Array, FloatArray
from twin.water.hazard import Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: Classes of CNIG Géostandards Risques, ``palier_hauteur`` [m]; None: open above.
CNIG = {"emerg": (0.0, 0.0), "inf05": (0.0, 0.5), "05-1m": (0.5, 1.0), "1m-2m": (1.0, 2.0), "sup2m": (2.0, None)}
#: TRI writes an open class as no upper bound, 0 or 99 [m].
_OPEN_M = 50.0
_MOST_CELLS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassMap:
    """Extents drawn on a grid."""

    #: Depth by the rule, (rows, columns) [m]; 0 outside every extent, NaN there when ``nodata: unknown``.
    depth_m: Float32Array
    grid: Grid
    #: Half the width of the widest class in use [m].
    error_m: float
    #: The rule in words.
    note: str


def draw(rule: ClassRule, *, city_file: CityFile, folder: Path, nodata: str, field: str) -> ClassMap:
    """Draw extents on a grid over the city.

    Raises
    ------
    InputError
        A file that cannot be read, without classes, with a class that nobody explains, or with a depth below 0.
    """
    path, crs = folder / rule.file, city_file.city.crs
    shapes, columns = read_shapes(path, field=field, crs=rule.crs, to_crs=crs, layer=rule.layer, where=rule.where)
    low_m, high_m = _bounds(rule, columns, len(shapes), path.name, field)
    grid = _grid(rule, city_file, shapes, path.name, field)
    depth = _depths(rule, low_m, high_m)
    is_shape = np.isin(shapely.get_type_id(shapes), [3, 6])
    if not np.any(is_shape):
        raise InputError(file=path.name, field=field, found="no polygon", expected="extents as polygons")
    # Where classes overlap the deeper one counts: it is drawn last.
    order = np.flatnonzero(is_shape)[np.argsort(depth[is_shape], kind="stable")]
    drawn = rasterio.features.rasterize(
        [(shapes[k], depth[k]) for k in order], out_shape=(grid.rows, grid.columns), transform=Affine(*grid.transform),
        fill=np.nan if nodata == "unknown" else 0.0, dtype="float32")
    widths = (high_m - low_m)[order]
    error_m = float(np.nanmax(widths) / 2) if np.any(~np.isnan(widths)) else rule.open_class_m
    return ClassMap(depth_m=drawn, grid=grid, error_m=error_m,
                    note=f"{path.name} holds classes of depth, not depths: the {rule.depth} of each class is used (an "
                    f"open class: its lower bound plus {rule.open_class_m:g} m).")


def _bounds(rule: ClassRule, columns: dict[str, Any], count: int, file: str, field: str
            ) -> tuple[FloatArray, FloatArray]:
    """Give lower and upper bound of each shape's class, (N,) each [m]; NaN upper: open."""
    by_name = {name.casefold(): values for name, values in columns.items()}

    def numbers(name: str) -> FloatArray:
        if name.casefold() not in by_name:
            raise InputError(file=file, field=field, found=f"columns {', '.join(columns)}", expected=f"column '{name}'")
        try:
            return np.array([np.nan if v is None or v == "" else float(str(v).replace(",", "."))
                             for v in by_name[name.casefold()]], float)
        except ValueError as error:
            raise InputError(file=file, field=name, found=str(error), expected="depths in metres") from None

    if rule.min_column is not None or (rule.class_column is None and "ht_min" in by_name):
        low, high = numbers(rule.min_column or "ht_min"), numbers(rule.max_column or "ht_max")
        low = np.nan_to_num(low)
        high[(high >= _OPEN_M) | ((high <= low) & (low > 0)) | ((high == 0) & (low == 0))] = np.nan
    else:
        name = rule.class_column or next((n for n in ("palier_hauteur", "classe", "class", "classe_hauteur")
                                          if n in by_name), None)
        if name is None or name.casefold() not in by_name:
            raise InputError(file=file, field=field, found=f"columns {', '.join(columns) or 'none'}",
                             expected="ht_min and ht_max, palier_hauteur, or a column of classes",
                             remedy="Say `min_column` and `max_column`, or `class_column` and `classes`.")
        known = {**CNIG, **{key.casefold(): bounds for key, bounds in rule.classes.items()}}
        words = [str(v).strip().casefold() for v in by_name[name.casefold()]]
        strange = sorted({w for w in words if w not in known})
        if strange:
            raise InputError(file=file, field=name, ids=strange, found=f"{len(strange)} classes that nobody explains",
                             expected=f"one of {', '.join(known)}", remedy="Give the bounds of each under `classes`.")
        low = np.array([known[w][0] for w in words], float)
        high = np.array([np.nan if known[w][1] is None else known[w][1] for w in words], float)
    if np.any(low < 0) or np.any(high < low):
        raise InputError(file=file, field=field, found="a class below 0 or upside down", expected="0 <= lower <= upper")
    return low, high


def _depths(rule: ClassRule, low_m: FloatArray, high_m: FloatArray) -> FloatArray:
    is_open = np.isnan(high_m)
    top = np.where(is_open, low_m + rule.open_class_m, high_m)
    middle = np.where(is_open, top, (low_m + top) / 2)
    return {"midpoint": middle, "upper": top, "lower": low_m}[rule.depth]


def _grid(rule: ClassRule, city_file: CityFile, shapes: Any, file: str, field: str) -> Grid:
    bounds = city_bounds(city_file, city_file.city.crs)
    of_shapes = shapely.total_bounds(shapes)
    if bounds is None or bounds[0] > of_shapes[2] or bounds[2] < of_shapes[0] or bounds[1] > of_shapes[3] \
            or bounds[3] < of_shapes[1]:
        theirs = " ".join(f"{v:.0f}" for v in of_shapes)
        mine = "nowhere" if bounds is None else " ".join(f"{v:.0f}" for v in bounds)
        raise InputError(file=file, field=field, found=f"extents over {theirs} and a city over {mine}, in "
                         f"{city_file.city.crs}", expected="extents that meet the city")
    west, south, east, north = (float(v) for v in bounds)
    # Whole cells from the origin of the CRS: maps of several levels fall on one grid.
    first, top = np.floor(west / rule.cell_m), np.ceil(north / rule.cell_m)
    columns, rows = int(np.ceil(east / rule.cell_m) - first), int(top - np.floor(south / rule.cell_m))
    if rows * columns > _MOST_CELLS:
        raise InputError(field=f"{field}.cell_m", found=f"{rows} x {columns} cells", expected="100 million at most",
                         remedy="Choose a larger cell_m.")
    return Grid(rows=rows, columns=columns, crs=city_file.city.crs,
                transform=(rule.cell_m, 0.0, first * rule.cell_m, 0.0, -rule.cell_m, top * rule.cell_m))


def open_extents(spec: Extents, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int, nodata: str,
                 depth_error_m: float | None) -> FrameHazard:
    """Give the water of extents with depth classes, held for a period."""
    drawn = draw(spec, city_file=city_file, folder=folder, nodata=nodata, field="flood.extents")
    return held(drawn.depth_m, drawn.grid, from_=spec.from_, to=spec.to, start=start, duration_s=duration_s,
                field="flood.extents", notes=(drawn.note,),
                depth_error_m=drawn.error_m if depth_error_m is None else depth_error_m)
