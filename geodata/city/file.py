"""The city file: one GeoPackage that holds a whole city, that people open in QGIS and that loads in seconds.

A layer per kind, named as the kind; circuits and other kinds without a place as attribute tables; context layers
(``street``, ``district``, ``water``...) for the map; tables ``supplies``, ``kinds``, ``metadata`` and ``sources``. The
``fid`` of an asset is its row in the city plus one, so that the order of a city survives the layers. The terrain
stands beside it as ``<name>.terrain.tif``. Field by field: ``docs/file-formats.md``.

Same city, same bytes: GDAL's clock is pinned while writing. Written beside, then moved: never half a file.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyogrio

from geodata.atomic import beside, unwritable
from geodata.city.layers import layers_of
from geodata.city.model import CityFile, Origin, stamp_of
from geodata.city.package import Package
from geodata.city.reading import read_parts
from geodata.crs import check_crs
from twin.errors import InputError

#: GDAL writes this instead of the clock, so that the same city gives the same bytes.
_PINNED = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z", "OGR_SQLITE_SYNCHRONOUS": "OFF"}


def terrain_path(path: Path) -> Path:
    """Give where the terrain of a city file stands."""
    return path.with_name(f"{path.stem}.terrain.tif")


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
    path = Path(path)
    stamp = stamp_of(path)
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
        terrain = read_terrain([stands], unit="m")
    content = (parts["city"], parts["context"], parts["sources"], parts["extra"], parts["report"],
               parts["country"])
    return CityFile(**parts, terrain=terrain, origin=Origin(path=path, stamp=stamp, content=content))


def _write_layer(package: Path, name: str, table: pa.Table, geometry_type: str | None, crs: str, *,
                 is_first: bool) -> None:
    options = {"FID": "fid"} if "fid" in table.column_names else {}
    if geometry_type is None:
        pyogrio.write_arrow(table, package, layer=name, driver="GPKG", append=not is_first, layer_options=options)
    else:
        pyogrio.write_arrow(table, package, layer=name, driver="GPKG", append=not is_first, geometry_name="geom",
                            geometry_type=geometry_type, crs=crs, layer_options=options)
