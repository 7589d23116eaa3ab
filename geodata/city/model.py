"""What a city file holds, in memory: the city of the engine, and what maps, imports and checks need beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.quantities import BoolArray, TextArray
from twin.world.assets import Assets
from twin.world.city import City

if TYPE_CHECKING:
    from geodata.terrain import Terrain


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One file that the city was made from."""

    name: str
    file: str
    #: ISO date of the data, empty when not known.
    date: str = ""
    sha256: str = ""
    licence: str = ""
    #: What must be written beside a map made from it.
    attribution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """A layer that is drawn and named but never fails: streets, districts, water, parks. Columns of N rows."""

    #: Identifier, (N,): what ``street_id`` and ``district_id`` of assets refer to.
    id: TextArray
    #: Name that people know, (N,); empty when none.
    name: TextArray
    #: Shapes in the city's CRS, (N,); None where there is none.
    geometry: TextArray
    #: Other columns, (N,) each: ``rank`` of streets (main, minor), ``river`` and ``width_m`` of water.
    columns: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Origin:
    """The file that a city was read from, and what it gave: whoever has both unchanged may copy it as it stands."""

    path: Path
    #: Size and time of change of the file when it was read.
    stamp: tuple[int, int]
    #: What it gave: city, context, sources, imported columns, report, country.
    content: tuple[Any, ...]

    def is_current(self, city_file: CityFile) -> bool:
        """Tell whether the file is still the one that was read, and the city file still what it gave.

        A file that stands open in QGIS, part of it in a journal beside, is none to copy.
        """
        if self.path.with_name(f"{self.path.name}-wal").exists():
            return False
        return stamp_of(self.path) == self.stamp and all(
            mine is theirs for mine, theirs in zip(content_of(city_file), self.content, strict=True))


class _Shapes:
    """The field ``CityFile.shapes``: the points of a million lamps are made when first asked for, not before."""

    def __get__(self, city_file: CityFile | None, owner: type | None = None) -> TextArray:
        if city_file is None:
            raise AttributeError("shapes has no default")
        held = vars(city_file)
        if "_shapes" not in held:
            assets, shapes = city_file.city.assets, held["_outlines"].copy()
            bare = np.flatnonzero(shapely.is_missing(shapes) & ~np.isnan(assets.x_m) & ~np.isnan(assets.y_m)
                                  & ~placeless(assets))
            shapes[bare] = shapely.points(assets.x_m[bare], assets.y_m[bare])
            shapes.flags.writeable = False
            held["_shapes"] = shapes
        return held["_shapes"]  # type: ignore[no-any-return]

    def __set__(self, city_file: CityFile, value: Any) -> None:
        assets, shapes = city_file.city.assets, np.array(value, dtype=object)
        if shapes.shape != (len(assets),):
            raise ValueError(f"{shapes.shape} shapes for {len(assets)} assets")
        shapes[placeless(assets)] = None
        shapes.flags.writeable = False
        vars(city_file)["_outlines"] = shapes


@dataclass(frozen=True, kw_only=True, eq=False)
class CityFile:
    """All that a city file holds: the city of the engine, and what maps, imports and doctors need beside it.

    An asset that has a position but no shape is given its point; kinds without a place have none.
    """

    city: City
    #: Shape of each asset in the city's CRS, (A,): point, outline or footprint; None where there is none.
    shapes: TextArray = _Shapes()  # type: ignore[assignment]
    #: Layers by name, those that exist.
    context: Mapping[str, Context] = field(default_factory=dict)
    terrain: Terrain | None = None
    sources: tuple[SourceRecord, ...] = ()
    #: Imported columns by kind: name (``src_...``) -> one value per asset of that kind, in order of rows.
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Report of the import, JSON values.
    report: Mapping[str, Any] = field(default_factory=dict)
    #: ISO 3166 code of its country ("FR"); empty where the mapping does not say.
    country: str = ""
    #: Where it was read from; None for a city made in memory.
    origin: Origin | None = None

    @property
    def outlines(self) -> TextArray:
        """Shapes as they were given, (A,): None where ``x_m`` and ``y_m`` say it all. Costs nothing."""
        return vars(self)["_outlines"]  # type: ignore[no-any-return]


def has_ground(contexts: Mapping[str, Context]) -> bool:
    """Tell whether a map has streets or water to draw under the assets of a city, by the layers of its context."""
    return bool({"street", "water"} & set(contexts))


def placeless(assets: Assets) -> BoolArray:
    """Give the mask of the assets whose kind has no place of its own, (A,)."""
    return np.asarray(np.array([kind.footprint == "none" for kind in assets.kinds] or [False])[assets.kind])


def stamp_of(path: Path) -> tuple[int, int]:
    """Give size and time of change of a file; -1 for both where there is none."""
    try:
        found = path.stat()
    except OSError:
        return (-1, -1)
    return found.st_size, found.st_mtime_ns


def content_of(city_file: CityFile) -> tuple[Any, ...]:
    """Give what a file gave of a city: unchanged, the file may be copied as it stands."""
    return (city_file.city, city_file.context, city_file.sources, city_file.extra, city_file.report,
            city_file.country)
