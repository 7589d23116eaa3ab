"""The city file: one GeoPackage that holds a whole city, that people open in QGIS and that loads in seconds.

A layer per kind, named as the kind; circuits and other kinds without a place as attribute tables; context layers
(``street``, ``district``, ``water``...) for the map; tables ``supplies``, ``kinds``, ``metadata`` and ``sources``. The
``fid`` of an asset is its row in the city plus one, so that the order of a city survives the layers. The terrain
stands beside it as ``<name>.terrain.tif``. Field by field: ``docs/file-formats.md``.

Same city, same bytes: GDAL's clock is pinned while writing. Written beside, then moved: never half a file.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyogrio

from geodata.atomic import beside, move, to_disk
from geodata.city.layers import layers_of
from geodata.city.model import CityFile, Origin, stamp_of
from geodata.city.package import Package
from geodata.city.place import check_city_place, finish, terrain_path
from geodata.city.reading import read_parts
from geodata.crs import check_crs
from geodata.digests import sha256_of
from geodata.locks import locked
from geodata.pinned import pinned
from twin.errors import InputError


def write_city(city_file: CityFile, path: Path | str) -> None:
    """Write a city to one GeoPackage, and its terrain beside it.

    Parameters
    ----------
    city_file
        The city.
    path
        Where; an earlier city is replaced once the new one and its terrain are whole.

    Raises
    ------
    InputError
        A CRS in degrees, names that collide, values no file can hold, a place that cannot be written or holds what is
        no city of the twin's, a file that stands open in QGIS.
    """
    path = Path(path)
    check_city_place(path)
    journal = path.with_name(f"{path.name}-wal")
    if journal.exists():
        # SQLite would play the journal of the old file into the new one.
        raise InputError(file=str(path), found="a city file that stands open in another program",
                         expected="one that nobody has open", remedy="Close it in QGIS, then write it again.")
    with beside(path, before=finish) as work:
        package, digest = work / "city.gpkg", ""
        if city_file.terrain is not None:
            from geodata.terrain import write_terrain

            write_terrain(city_file.terrain, work / "terrain.tif")
            digest = sha256_of(work / "terrain.tif")
        write_package(city_file, package, name=str(path), terrain_sha256=digest)
        if digest:
            # Two files cannot be moved in one step: killed between, `finish` moves the second.
            to_disk(package)
            (work / "ready").touch()
            to_disk(work)
            move(work / "terrain.tif", terrain_path(path))
        move(package, path)


def write_package(city_file: CityFile, path: Path, *, name: str, terrain_sha256: str = "") -> None:
    """Write the GeoPackage alone, straight to its place: for ``write_city`` and the run folder, which move it.

    Parameters
    ----------
    city_file
        The city.
    path
        Where; nothing may stand there.
    name
        What errors call the file.
    terrain_sha256
        Digest of the terrain that stands beside it; empty where none does.

    Raises
    ------
    InputError
        A CRS in degrees, names that collide, values no file can hold.
    """
    check_crs(city_file.city.crs, file=name)
    layers = layers_of(city_file, name, terrain_sha256)
    with pinned():
        for i, (layer, table, geometry_type) in enumerate(layers):
            _write_layer(path, layer, table, geometry_type, city_file.city.crs, is_first=i == 0)
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
        No such file, a file that ends early, a GeoPackage that is no city file, a CRS in degrees, a terrain that is
        not the one the city was made with.
    InputErrors
        All that is wrong with its layers at once: missing columns, words that are not allowed, repeated ids, supplies
        to assets that the city lacks.
    """
    path = Path(path)
    found = _read(path)
    if found is None:
        # Somebody is changing the pair just now, or was killed while doing so.
        with suppress(OSError), locked(path):
            finish(path)
        found = _read(path)
    if found is None:
        raise InputError(file=str(path), field="terrain", found=f"'{terrain_path(path).name}' beside it, which is not "
                         "the terrain that the city was made with", expected="the terrain that belongs to this city",
                         remedy="Copy the two files together, or import the city again with the terrain you want.")
    return found


def _read(path: Path) -> CityFile | None:
    """Read a city file; None where the terrain beside it is another than its own."""
    stamp = stamp_of(path)
    with Package(path) as package:
        parts = read_parts(package)
    terrain, known = None, parts.pop("terrain_sha256")
    if parts.pop("has_terrain"):
        from geodata.terrain import read_terrain

        stands = terrain_path(path)
        if not stands.exists():
            raise InputError(file=str(path), field="terrain", found=f"no file '{stands.name}' beside it",
                             expected="the terrain that belongs to this city",
                             remedy="Keep the two files together, under the same name.")
        if known and sha256_of(stands) != known:
            return None
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
