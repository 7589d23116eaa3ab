"""The city file: one GeoPackage that holds a whole city, that people open in QGIS and that loads in seconds.

A layer per kind, named as the kind; circuits and other kinds without a place as attribute tables; context layers
(``street``, ``district``, ``water``...) for the map; tables ``supplies``, ``kinds``, ``metadata`` and ``sources``. The
``fid`` of an asset is its row in the city plus one, so that the order of a city survives the layers. The terrain
stands beside it as ``<name>.terrain.tif``. Field by field: ``docs/file-formats.md``.

Same city, same bytes: GDAL's clock is pinned while writing. Written beside, then moved: never half a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import shapely

from geodata.atomic import beside, unwritable
from geodata.city.layers import layers_of, placeless
from geodata.city.package import Package
from twin.errors import InputError
from twin.quantities import TextArray
from twin.world.city import City

if TYPE_CHECKING:
    from geodata.terrain import Terrain

#: GDAL writes this instead of the clock, so that the same city gives the same bytes.
_PINNED = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z", "OGR_SQLITE_SYNCHRONOUS": "OFF"}


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
    #: What it gave: city, context, sources, imported columns, report.
    content: tuple[Any, ...]

    def is_current(self, city_file: CityFile) -> bool:
        """Tell whether the file is still the one that was read, and the city file still what it gave.

        A file that stands open in QGIS, part of it in a journal beside, is none to copy.
        """
        if self.path.with_name(f"{self.path.name}-wal").exists():
            return False
        return _stamp(self.path) == self.stamp and all(
            mine is theirs for mine, theirs in zip(_content(city_file), self.content, strict=True))


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
    #: Where it was read from; None for a city made in memory.
    origin: Origin | None = None

    @property
    def outlines(self) -> TextArray:
        """Shapes as they were given, (A,): None where ``x_m`` and ``y_m`` say it all. Costs nothing."""
        return vars(self)["_outlines"]  # type: ignore[no-any-return]


def terrain_path(path: Path) -> Path:
    """Give where the terrain of a city file stands."""
    return path.with_name(f"{path.stem}.terrain.tif")


def check_crs(crs: str, *, file: str = "") -> pyproj.CRS:
    """Give a CRS that a city may stand in: projected, in metres.

    Raises
    ------
    InputError
        Not a CRS, a geographic one (degrees), or one that counts in feet.
    """
    remedy = "Choose a projected CRS of your region in metres (Lambert-93 in France: EPSG:2154; else its UTM zone)."
    try:
        parsed = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise InputError(file=file, field="crs", found=f"'{crs}', which is no CRS",
                         expected="a projected CRS in metres", remedy=remedy) from error
    if not parsed.is_projected:
        kind = "geographic CRS in degrees" if parsed.is_geographic else "CRS that is not projected"
        raise InputError(file=file, field="crs", found=f"'{parsed.name}', a {kind}",
                         expected="a projected CRS in metres", remedy=remedy)
    unit = parsed.axis_info[0].unit_name if parsed.axis_info else "metre"
    if unit not in {"metre", "meter", "m"}:
        raise InputError(file=file, field="crs", found=f"'{parsed.name}', which counts in {unit}",
                         expected="a projected CRS in metres", remedy=remedy)
    return parsed


def check_city_place(path: Path) -> None:
    """Make sure that a city file may stand at ``path``: what stands there already must be one.

    Raises
    ------
    InputError
        A folder, a file of another sort, no name for a file.
    """
    remedy = "What is no city file is never overwritten. Choose another --out, town.gpkg for example."
    try:
        stands = path.exists()
        if not path.name or path.is_dir():
            raise InputError(file=str(path), found="a folder", expected="a name for the city file", remedy=remedy)
        if stands and not path.is_file():
            raise InputError(file=str(path), found="no plain file", expected="a place for the city file", remedy=remedy)
        if stands and path.stat().st_size:
            with path.open("rb") as file:
                is_package = file.read(16) == b"SQLite format 3\0"
            if not is_package:
                raise InputError(file=str(path), found="a file of another sort", remedy=remedy,
                                 expected="a place where nothing stands, or an earlier city file to replace")
    except OSError as failure:
        raise unwritable(path, failure) from failure


def write_city(city_file: CityFile, path: Path | str) -> None:
    """Write a city to one GeoPackage, and its terrain beside it.

    Parameters
    ----------
    city_file
        The city.
    path
        Where; an existing file is replaced once the new one is whole.

    Raises
    ------
    InputError
        A CRS in degrees, names that collide, values no file can hold, a place that cannot be written or holds another
        sort of file, a file that stands open in QGIS.
    """
    path = Path(path)
    check_city_place(path)
    journal = path.with_name(f"{path.name}-wal")
    if journal.exists():
        # SQLite would play the journal of the old file into the new one.
        raise InputError(file=str(path), found="a city file that stands open in another program",
                         expected="one that nobody has open", remedy="Close it in QGIS, then write it again.")
    with beside(path) as work:
        package = work / "city.gpkg"
        write_package(city_file, package, name=str(path))
        if city_file.terrain is not None:
            from geodata.terrain import write_terrain

            write_terrain(city_file.terrain, work / "terrain.tif")
            (work / "terrain.tif").replace(terrain_path(path))
        package.replace(path)


def write_package(city_file: CityFile, path: Path, *, name: str) -> None:
    """Write the GeoPackage alone, straight to its place: for ``write_city`` and the run folder, which move it.

    Parameters
    ----------
    city_file
        The city.
    path
        Where; nothing may stand there.
    name
        What errors call the file.

    Raises
    ------
    InputError
        A CRS in degrees, names that collide, values no file can hold.
    """
    check_crs(city_file.city.crs, file=name)
    layers = layers_of(city_file, name)
    pyogrio.set_gdal_config_options(_PINNED)
    try:
        for i, (layer, table, geometry_type) in enumerate(layers):
            _write_layer(path, layer, table, geometry_type, city_file.city.crs, is_first=i == 0)
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(_PINNED))
    with Package(path) as whole:
        whole.check_counts({layer: table.num_rows for layer, table, _ in layers})


def read_city(path: Path | str) -> CityFile:
    """Read a city file.

    Parameters
    ----------
    path
        The GeoPackage.

    Raises
    ------
    InputError
        No such file, a file that ends early, a GeoPackage that is no city file, a CRS in degrees.
    InputErrors
        All that is wrong with its layers at once: missing columns, words that are not allowed, repeated ids, supplies
        to assets that the city lacks.
    """
    from geodata.city.reading import read_parts

    path = Path(path)
    stamp = _stamp(path)
    with Package(path) as package:
        parts = read_parts(package)
    terrain = None
    if parts.pop("has_terrain"):
        from geodata.terrain import read_terrain

        stands = terrain_path(path)
        if not stands.exists():
            raise InputError(file=str(path), field="terrain", found=f"no file '{stands.name}' beside it",
                             expected="the terrain that belongs to this city",
                             remedy="Keep the two files together, under the same name.")
        terrain = read_terrain([stands])
    content = (parts["city"], parts["context"], parts["sources"], parts["extra"], parts["report"])
    return CityFile(**parts, terrain=terrain, origin=Origin(path=path, stamp=stamp, content=content))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (-1, -1)
    return found.st_size, found.st_mtime_ns


def _content(city_file: CityFile) -> tuple[Any, ...]:
    return city_file.city, city_file.context, city_file.sources, city_file.extra, city_file.report


def _write_layer(package: Path, name: str, table: pa.Table, geometry_type: str | None, crs: str, *,
                 is_first: bool) -> None:
    options = {"FID": "fid"} if "fid" in table.column_names else {}
    if geometry_type is None:
        pyogrio.write_arrow(table, package, layer=name, driver="GPKG", append=not is_first, layer_options=options)
    else:
        pyogrio.write_arrow(table, package, layer=name, driver="GPKG", append=not is_first, geometry_name="geom",
                            geometry_type=geometry_type, crs=crs, layer_options=options)
