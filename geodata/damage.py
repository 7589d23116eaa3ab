"""What things are worth, and how much of it water takes: a file that ``twin year`` is given."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from geodata.city.model import CityFile
from geodata.hazards.declared.flow import Spec
from geodata.inputs.plain_file import bytes_of
from geodata.inputs.yaml_file import Places, load_model, nearest_place
from twin.ensemble.damage import Curve, Damages, Valued, curves_of, shipped_curves
from twin.errors import InputError
from twin.quantities import FloatArray, Int32Array
from twin.world.assets import unknown_id

#: What a value may be given for: the thing, a metre of its length, a square metre of its area.
_VALUES = ("value", "value_per_m", "value_per_m2")
_COLUMNS = ("curve", "depth_m", "fraction", "source")


class Worth(Spec):
    """What the assets of a kind are worth, or one asset: exactly one of the three values.

    The curve counts from ``floor_m`` above the ground, or above the lowest live part that each has: then what is raised
    is spared.
    """

    curve: str
    value: Annotated[float, Field(gt=0)] | None = None
    value_per_m: Annotated[float, Field(gt=0)] | None = None
    value_per_m2: Annotated[float, Field(gt=0)] | None = None
    above: Literal["ground", "live_parts"] = "ground"
    floor_m: Annotated[float, Field(ge=-10, le=10)] = 0.0
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _one_value(self) -> Worth:
        given = [name for name in _VALUES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"{' and '.join(given) or 'no value'}; expected exactly one of {', '.join(_VALUES)}")
        return self


class DamageFile(Spec):
    """A file of values: its money, curves of its own, and what is worth what."""

    currency: Annotated[str, Field(min_length=1, max_length=12)]
    curves: str | None = None
    damage: Annotated[dict[str, Worth], Field(min_length=1)]


def read_damages(path: Path, city_file: CityFile) -> Damages:
    """Read what things of a city are worth.

    Parameters
    ----------
    path
        A YAML file with ``currency``, ``damage`` by kind or asset id (which wins) and, where it needs its own curves,
        ``curves``: a CSV beside it.
    city_file
        The city: lengths and areas are those of its shapes.

    Raises
    ------
    InputError
        Not such a file; a kind, an asset or a curve that there is not; a length or an area of what has none.
    """
    said, places = load_model(path, DamageFile)
    curves = shipped_curves() | ({} if said.curves is None else _own_curves(path.parent / said.curves))
    kinds = city_file.city.assets.kinds.names
    keys = sorted(said.damage, key=lambda key: key not in kinds)
    return Damages(currency=said.currency, valued=tuple(
        _valued(key, said.damage[key], city_file, curves, path, places) for key in keys))


def _valued(key: str, worth: Worth, city_file: CityFile, curves: dict[str, Curve], path: Path, places: Places
            ) -> Valued:
    assets = city_file.city.assets

    def refuse(found: str, expected: str, remedy: str = "", *more: str) -> InputError:
        line, column = nearest_place(("damage", key, *more), places)
        return InputError(file=str(path), line=line, column=column, field=".".join(("damage", key, *more)),
                          found=found, expected=expected, remedy=remedy)

    if worth.curve not in curves:
        raise refuse(f"curve '{worth.curve}'", f"one of {', '.join(curves)}", "", "curve")
    if key in assets.kinds.names:
        kind, rows = key, np.flatnonzero(assets.of_kind(key)).astype(np.int32)
        if not len(rows):
            raise refuse(f"'{key}', of which this city has none", "a kind that it has", "Leave it out.")
    else:
        try:
            rows = np.array([assets.row(key)], np.int32)
        except InputError as error:
            raise refuse(f"'{key}'", "a kind or the id of an asset of this city", error.remedy or unknown_id(
                key, dict.fromkeys(assets.kinds.names, 0), "").remedy) from None
        kind = assets.kinds.names[assets.kind[rows[0]]]
    floor_m = np.full(len(rows), worth.floor_m)
    if worth.above == "live_parts":
        floor_m = floor_m + assets.fail_m[rows]
        dead = np.flatnonzero(np.isnan(floor_m))
        if len(dead):
            raise refuse(f"{len(dead)} of {len(rows)} without live parts ({assets.id[rows[dead[0]]]} for example)",
                         "things that water fails", "Write `above: ground`.", "above")
    size, what = _size(worth, rows, city_file)
    none = np.flatnonzero(~(size > 0))
    if len(none):
        raise refuse(f"{len(none)} of {len(rows)} without {what} ({assets.id[rows[none[0]]]} for example)",
                     f"a shape with {what}", "Give `value` for each instead.")
    value = worth.value or worth.value_per_m or worth.value_per_m2 or 0.0
    return Valued(kind=kind, rows=rows, value=value * size, curve=curves[worth.curve], floor_m=floor_m)


def _size(worth: Worth, rows: Int32Array, city_file: CityFile) -> tuple[FloatArray, str]:
    """Give how often the value counts for each asset: once, or by length [m] or area [m²] of its shape."""
    if worth.value is not None:
        return np.ones(len(rows)), ""
    import shapely

    shapes = city_file.shapes[rows]
    if worth.value_per_m2 is not None:
        return np.nan_to_num(shapely.area(shapes)), "an area"
    # Of an area its bounds have a length, which is not meant.
    is_line = np.isin(shapely.get_type_id(shapes), (1, 2, 5))
    return np.where(is_line, np.nan_to_num(shapely.length(shapes)), 0.0), "a length"


def _own_curves(path: Path) -> dict[str, Curve]:
    """Read curves of one's own: a CSV with ``curve``, ``depth_m``, ``fraction`` and ``source``."""
    try:
        text = bytes_of(path, expected="a CSV of curves").decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(file=str(path), found="no such file" if isinstance(error, FileNotFoundError) else str(error),
                         expected="a CSV of curves in UTF-8") from None
    table = csv.DictReader(text.splitlines())
    lacking = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
    if lacking:
        raise InputError(file=str(path), line=1, found=f"no column '{lacking[0]}'", expected=", ".join(_COLUMNS))
    try:
        return curves_of([{name: row.get(name) or "" for name in _COLUMNS} for row in table])
    except InputError as error:
        error.file = str(path)
        raise
