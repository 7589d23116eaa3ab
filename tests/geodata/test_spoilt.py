"""Kinds of spoilt and hostile files that were met: each is refused in words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from geodata.city.file import read_city
from geodata.city.package import Package
from geodata.hazards.flow.series import _text as series_text
from geodata.inputs.plain_file import bytes_of
from geodata.run.folder import read_run
from geodata.terrain import read_terrain
from scenarios import load_scenario
from tests.geodata.mutants import mended_digests
from tests.geodata.test_mutants import copied, importer, look_at_run, mapping, originals
from twin.errors import InputError
from viewer.outputs.contacts import _own_tables
from viewer.public.allowed import Allowed


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return originals(tmp_path_factory.mktemp("sound"))


def sql(path: Path, query: str, *values: Any) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute(query, values)


def blob_of(path: Path) -> bytearray:
    with closing(sqlite3.connect(path)) as database:
        return bytearray(database.execute("SELECT geom FROM building").fetchone()[0])


def cut(blob: bytearray) -> bytes:
    return bytes(blob[:60])


def of_no_type(blob: bytearray) -> bytes:
    blob[blob.find(b"\x01\x03\x00\x00\x00") + 1] = 99
    return bytes(blob)


@pytest.mark.parametrize("spoil", [cut, of_no_type])
def test_a_broken_geometry_in_a_city(sound: Path, tmp_path: Path, spoil: Callable[[bytearray], bytes]) -> None:
    path = copied(sound, tmp_path / "x", "town.gpkg") / "town.gpkg"
    sql(path, "UPDATE building SET geom = ?", spoil(blob_of(path)))
    with pytest.raises(InputError, match=r"town\.gpkg, field 'building': found 1 of 1 shapes that are damaged"):
        read_city(path)


@pytest.mark.parametrize(("query", "message"), [
    ("UPDATE gpkg_contents SET srs_id = 'é' WHERE table_name = 'lamp'", "as the number of its CRS"),
    ("UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 99999, definition = 'x' WHERE srs_id = 2154",
     "the CRS EPSG 99999, which nobody knows"),
    ("UPDATE building SET x_m = 1e308", r"field 'x_m', B: found 1e\+308"),
    ("UPDATE lamp SET fail_m = 'inconnu'", r"field 'lamp\.fail_m': found 'inconnu'; expected numbers")])
def test_a_city_with_an_odd_value(sound: Path, tmp_path: Path, query: str, message: str) -> None:
    path = copied(sound, tmp_path / "x", "town.gpkg") / "town.gpkg"
    sql(path, query)
    with pytest.raises(InputError, match=message):
        read_city(path)


ENDLESS = "WITH RECURSIVE x(a) AS (SELECT 'a' UNION ALL SELECT a || 'a' FROM x) SELECT a AS name, a AS file FROM x"


def test_views_without_end(sound: Path, tmp_path: Path) -> None:
    folder = copied(sound, tmp_path / "x", "town.gpkg", "lamps.gpkg")
    sql(folder / "town.gpkg", "DROP TABLE sources")
    sql(folder / "town.gpkg", f"CREATE VIEW sources AS {ENDLESS}")
    with pytest.raises(InputError, match="views in place of tables"):
        Package(folder / "town.gpkg")
    sql(folder / "lamps.gpkg", f"CREATE VIEW more AS {ENDLESS}")
    with pytest.raises(InputError, match="views that call themselves"):
        importer("lamps.gpkg")(folder)


def test_a_layer_whose_table_is_gone(sound: Path, tmp_path: Path) -> None:
    folder = copied(sound, tmp_path / "x", "lamps.gpkg")
    sql(folder / "lamps.gpkg", "DROP TABLE lamps")
    with pytest.raises(InputError, match="a file without a layer that can be read"):
        importer("lamps.gpkg")(folder)


@pytest.mark.parametrize(("text", "message"), [
    ("? [a, b]\n: 1\n", r"map\.yaml:1:3: found a list or a mapping as a key"),
    ("%YAML 9.9\n---\n", r"map\.yaml.*incompatible YAML"), ("city: 9999-99-99\n", "a value that is none")])
def test_yaml_of_another_sort(sound: Path, tmp_path: Path, text: str, message: str) -> None:
    folder = copied(sound, tmp_path / "x", "lamps.csv")
    (folder / "map.yaml").write_text(text + mapping("lamps.csv"), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        importer("lamps.csv")(folder)


@pytest.mark.parametrize("transform", [
    rasterio.Affine(0, 10, 7e5, 10, 0, 6.6e6), rasterio.Affine.translation(7e5, 6.6e6) * rasterio.Affine.rotation(30),
    rasterio.Affine(0, 0, 7e5, 0, 0, 6.6e6)], ids=["by 90 degrees", "by 30 degrees", "no cells"])
def test_a_terrain_that_is_turned(tmp_path: Path, transform: Any) -> None:
    with rasterio.open(tmp_path / "t.tif", "w", driver="GTiff", width=9, height=9, count=1, dtype="float32",
                       crs="EPSG:2154", transform=transform) as raster:
        raster.write(np.ones((9, 9), np.float32), 1)
    with pytest.raises(InputError, match=r"turned|cells of 0 x 0"):
        read_terrain(tmp_path / "t.tif")


def test_a_run_whose_city_was_changed(sound: Path, tmp_path: Path) -> None:
    folder = copied(sound, tmp_path / "x", "hand")
    sql(folder / "hand/city.gpkg", "UPDATE supplies SET supplier = 'C1' WHERE consumer = 'K2'")
    with pytest.raises(InputError, match=r"city\.gpkg: found another content than the run was computed from"):
        read_run(folder / "hand")


def test_a_run_whose_causes_go_round(sound: Path, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = copied(sound, tmp_path / "x", "run")
    table = pq.read_table(folder / "run/events.parquet")
    place = table.schema.get_field_index("cause_row")
    rows = pa.array([len(table) - 1] * len(table), pa.int32())
    pq.write_table(table.set_column(place, table.schema.field(place), rows), folder / "run/events.parquet")
    mended_digests(folder / "run")
    with pytest.raises(InputError, match="causes that are no earlier events"):
        look_at_run(folder)


READERS: dict[str, Callable[[Path], object]] = {
    "a scenario": load_scenario, "contacts": _own_tables, "what may leave": Allowed.read,
    "rain": lambda path: series_text(path, path.name, "mm_h", "flood.rain"),
    "any file": lambda path: bytes_of(path, expected="a file")}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("sort", ["a pipe", "a device"])
def test_what_has_no_end_is_not_read(tmp_path: Path, reader: str, sort: str) -> None:
    path = tmp_path / "endless.yaml"
    if sort == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(InputError, match=f"{sort}|no plain file"):
        READERS[reader](path)


def test_a_file_that_is_far_too_large(tmp_path: Path) -> None:
    with (tmp_path / "film.yaml").open("wb") as file:
        file.truncate(3 * 2**30)  # sparse: it takes no room
    with pytest.raises(InputError, match="found 3,072 MB"):
        bytes_of(tmp_path / "film.yaml", expected="a file")


