"""Flood extents with depth classes: TRI (``ht_min``, ``ht_max``), CNIG (``palier_hauteur``), or a class column.

A class is no depth. The rule that turns one into the other is stated in the scenario, its half-width is the error of
the depth, and every answer says that it rests on classes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio.features
import shapely
from rasterio import Affine

from geodata.hazards.declared.flood import ClassRule, Extents
from geodata.hazards.frames import FrameHazard
from geodata.hazards.guard import TYPICAL_M, Guard, Said
from geodata.hazards.layout import city_bounds
from geodata.hazards.rasters import held
from geodata.hazards.vectors import read_shapes
from geodata.inputs.lengths import UNITS_M
from geodata.inputs.numbers import plain_number
from geodata.units import unit_of
from twin.errors import InputError
from twin.quantities import Float32Array, FloatArray
from twin.water.hazard import Doubt, Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: Classes of CNIG Géostandards Risques, ``palier_hauteur`` [m]; None: open above.
CNIG = {"emerg": (0.0, 0.0), "inf05": (0.0, 0.5), "05-1m": (0.5, 1.0), "1m-2m": (1.0, 2.0), "sup2m": (2.0, None)}
#: Upper bounds that stand for none: TRI writes 99, others more nines.
_OPEN = (99.0, 999.0, 9999.0, 99999.0, -1.0, -9999.0)
_CLASS_COLUMNS = ("palier_hauteur", "classe", "class", "classe_hauteur")
#: Names of columns with one depth, without the unit at their end.
_DEPTH_COLUMNS = ("depth", "water_depth", "waterdepth", "flood_depth", "hauteur", "hauteur_eau", "ht", "prof",
                  "profondeur", "h_max", "hmax", "max_depth", "tiefe", "wassertiefe")
_MOST_CELLS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassMap:
    """Extents drawn on a grid."""

    #: Depth by the rule, (rows, columns) [m]; 0 outside every extent, NaN there when ``nodata: unknown``.
    depth_m: Float32Array
    grid: Grid
    #: Half the width of the widest class in use [m]; 0 for depths.
    error_m: float
    #: The rule in words.
    notes: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()


def draw(rule: ClassRule, *, city_file: CityFile, folder: Path, nodata: str, depth_error_m: float | None,
         field: str) -> ClassMap:
    """Draw extents on a grid over the city; ``depth_error_m`` is what the scenario states, if it does.

    Raises
    ------
    InputError
        A file that cannot be read, without classes or depths, with a class that nobody explains or that is upside
        down, with depths that can hardly be metres.
    """
    path, crs = folder / rule.file, city_file.city.crs
    shapes, columns = read_shapes(path, field=field, crs=rule.crs, to_crs=crs, layer=rule.layer, where=rule.where)
    is_shape = np.isin(shapely.get_type_id(shapes), [3, 6])
    if not np.any(is_shape):
        raise InputError(file=path.name, field=field, found="no polygon", expected="extents as polygons")
    grid = _grid(rule, city_file, shapes, path.name, field)
    name = _depth_column(rule, columns) if rule.depth_m is None else None
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[str, ...]
    if rule.depth_m is not None:
        depth, error_m = np.full(len(shapes), rule.depth_m), rule.depth_m
        notes = (f"{path.name} holds no depths: {rule.depth_m:g} m is taken in every shape, as the "
                 "scenario says, and may be wrong by as much. Nothing is then surely out: a column of depths, or "
                 "`depth_error_m` under `flood`, says how sure it is." if depth_error_m is None else
                 f"{path.name} holds no depths: {rule.depth_m:g} m, {depth_error_m:g} m more or less, is taken in "
                 "every shape, as the scenario says.",)
    elif name is not None:
        depth, notes, doubts = _single(rule, name, columns, path.name, field, nodata)
        error_m = 0.0
    else:
        low_m, high_m = _bounds(rule, columns, path.name, field)
        depth = _depths(rule, low_m, high_m)
        widths = (high_m - low_m)[is_shape]
        error_m = float(np.nanmax(widths) / 2) if np.any(~np.isnan(widths)) else rule.open_class_m
        notes = (f"{path.name} holds classes of depth, not depths: the {rule.depth} of each class is used (an open "
                 f"class: its lower bound plus {rule.open_class_m:g} m).",)
    # Where they overlap the deeper one counts: it is drawn last; what is unknown, first.
    order = np.flatnonzero(is_shape)[np.argsort(np.nan_to_num(depth[is_shape], nan=-1.0), kind="stable")]
    drawn = rasterio.features.rasterize(
        [(shapes[k], depth[k]) for k in order], out_shape=(grid.rows, grid.columns), transform=Affine(*grid.transform),
        fill=np.nan if nodata == "unknown" else 0.0, dtype="float32")
    return ClassMap(depth_m=drawn, grid=grid, error_m=error_m, notes=notes, doubts=doubts)


def _depth_column(rule: ClassRule, columns: dict[str, Any]) -> str | None:
    """Give the column that holds one depth for each shape; None where classes are meant."""
    if rule.depth_column is not None:
        return rule.depth_column
    by_name = {name.casefold(): name for name in columns}
    if rule.min_column or rule.class_column or "ht_min" in by_name or any(n in by_name for n in _CLASS_COLUMNS):
        return None
    found = [by_name[n] for n in by_name if re.sub(r"_?(?:m|cm|mm|ft)$", "", n) in _DEPTH_COLUMNS]
    return found[0] if len(found) == 1 else None


def _column(columns: dict[str, Any], name: str, file: str, field: str) -> FloatArray:
    """Give a column of numbers; NaN where a cell is empty.

    Raises
    ------
    InputError
        No such column, a cell that is no number.
    """
    by_name = {key.casefold(): values for key, values in columns.items()}
    if name.casefold() not in by_name:
        raise InputError(file=file, field=field, found=f"columns {', '.join(columns) or 'none'}",
                         expected=f"column '{name}'")
    numbers = np.full(len(by_name[name.casefold()]), np.nan)
    for row, value in enumerate(by_name[name.casefold()]):
        if value is None or value == "" or (isinstance(value, float) and np.isnan(value)):
            continue
        number = plain_number(str(value))
        if number is None:
            raise InputError(file=file, field=name, found=f"'{str(value)[:40]}' in record {row + 1}",
                             expected="depths in metres")
        numbers[row] = number
    return numbers


def _unit(rule: ClassRule, name: str, file: str, field: str) -> str:
    """Give the unit of a column: that of the rule, that of its name, metres."""
    tail = re.search(r"[_\s(\[](us[-_]ft|ft|mm|cm|m)[)\]]?$", name, re.IGNORECASE)
    return unit_of(rule.unit, tail[1] if tail else None, file=file, field=field)[0]


def _single(rule: ClassRule, name: str, columns: dict[str, Any], file: str, field: str, nodata: str
            ) -> tuple[FloatArray, tuple[str, ...], tuple[Doubt, ...]]:
    """Give one depth for each shape, through the guard of all depths."""
    values = _column(columns, name, file, field)
    unit = _unit(rule, name, file, field)
    guard = Guard(said=Said(file=file, field=field, unit=rule.unit, nodata=nodata), unit=unit)
    depth = guard.metres(values)
    empty = int(np.count_nonzero(np.isnan(depth)))
    if nodata == "dry":
        depth = np.nan_to_num(depth)
    note = f"{file}: column '{name}' holds the depth of each of {len(values)} shapes, in {unit}" + (
        f"; {empty} have none and are taken as {'dry' if nodata == 'dry' else 'unknown'}" if empty else "") + "."
    return depth.astype(float), (note,), guard.finish()


def _bounds(rule: ClassRule, columns: dict[str, Any], file: str, field: str) -> tuple[FloatArray, FloatArray]:
    """Give lower and upper bound of each shape's class, (N,) each [m]; NaN upper: open."""
    by_name = {name.casefold(): values for name, values in columns.items()}
    if rule.min_column is not None or (rule.class_column is None and "ht_min" in by_name):
        lower, upper = rule.min_column or "ht_min", rule.max_column or "ht_max"
        unit = _unit(rule, lower, file, field)
        low, high = _column(columns, lower, file, field), _column(columns, upper, file, field)
        low = np.nan_to_num(low)
        # An open class has no upper bound, a 0 or one of the nines that TRI writes.
        high[np.isin(high, _OPEN if unit == "m" else _OPEN[1:]) | (high == 0)] = np.nan
        low, high = low * UNITS_M[unit], high * UNITS_M[unit]
    else:
        name = rule.class_column or next((n for n in _CLASS_COLUMNS if n in by_name), None)
        if name is None or name.casefold() not in by_name:
            raise InputError(file=file, field=field, found=f"columns {', '.join(columns) or 'none'}",
                             expected="ht_min and ht_max, palier_hauteur, or a column of classes or depths",
                             remedy="Say `min_column` and `max_column`, `class_column` and `classes`, or "
                             "`depth_column`; where they are outlines only, one depth for all inside `extents`: "
                             "`depth_m: 0.5`.")
        known = {**CNIG, **{key.casefold(): bounds for key, bounds in rule.classes.items()}}
        words = [str(v).strip().casefold() for v in by_name[name.casefold()]]
        strange = sorted({w for w in words if w not in known})
        if strange:
            raise InputError(file=file, field=name, ids=strange, found=f"{len(strange)} classes that nobody explains",
                             expected=f"one of {', '.join(known)}", remedy="Give the bounds of each under `classes`.")
        low = np.array([known[w][0] for w in words], float)
        high = np.array([np.nan if known[w][1] is None else known[w][1] for w in words], float)
    wrong = np.flatnonzero((low < 0) | ((high <= low) & ~((low == 0) & (high == 0))))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(file=file, field=field, found=f"a class from {low[row]:g} to {high[row]:g} m in record "
                         f"{row + 1} (of {len(wrong)} such), below 0 or upside down", expected="0 <= lower < upper",
                         remedy="An open class has no upper bound.")
    # A class that begins or ends deeper than any flood is in centimetres.
    far = float(np.nanmax(np.concatenate([low, high]), initial=0.0))
    if rule.unit is None and far > TYPICAL_M:
        raise InputError(file=file, field=f"{field}.unit", found=f"a class with a bound of {far:g}, and no unit",
                         expected="bounds in metres", remedy="They look like centimetres: say `unit: cm`, or `unit: "
                         "m`. An open class has no upper bound.")
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
                         f"{city_file.city.crs}", expected="extents that meet the city",
                         remedy="Say `crs` inside `extents`, or draw them again: longitude first, then latitude.")
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
    drawn = draw(spec, city_file=city_file, folder=folder, nodata=nodata,
                 depth_error_m=depth_error_m, field="flood.extents")
    return held(drawn.depth_m, drawn.grid, from_=spec.from_, to=spec.to, start=start, duration_s=duration_s,
                field="flood.extents", notes=drawn.notes, doubts=drawn.doubts,
                depth_error_m=drawn.error_m if depth_error_m is None else depth_error_m)
