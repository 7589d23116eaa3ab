"""Shapefiles that are not whole: refused, in a folder and in an archive, and never read blank."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geodata.importing.readers import read_table
from geodata.importing.schema import TableSpec
from twin.errors import InputError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    pyogrio.raw.write(tmp_path / "a.shp", geometry=shapely.to_wkb(shapely.points([(0, 0), (1, 1), (2, 2)])),
                      field_data=[np.array(["L1", "L2", "L3"], object), np.array([0.35, 0.4, 0.65])],
                      fields=np.array(["ID", "haut"]), geometry_type="Point", crs="EPSG:2154")
    return tmp_path / "a.dbf"


def cut(data: bytes) -> bytes:
    return data[:-6]


def shifted(data: bytes) -> bytes:
    head = int.from_bytes(data[8:10], "little")
    return data[:head + 5] + b"   " + data[head + 5:]


def longer(data: bytes) -> bytes:
    """Double bytes within the last record, whose value goes beyond the end."""
    return data[:-12] + data[-20:-12] + data[-12:]


@pytest.mark.parametrize(("spoil", "message"), [(cut, "its header says"), (shifted, "does not begin where"),
                                                (longer, "its header says")])
def test_a_table_that_is_not_whole_is_refused(table: Path, spoil: Callable[[bytes], bytes], message: str) -> None:
    table.write_bytes(spoil(table.read_bytes()))
    with pytest.raises(InputError, match=message) as refused:
        read_table(table.parent, TableSpec(file=["a.shp"]), ())
    assert "a.dbf" in str(refused.value)
    with zipfile.ZipFile(table.parent / "z.zip", "w") as archive:
        for part in table.parent.glob("a.*"):
            archive.write(part, part.name)
    with pytest.raises(InputError, match=message) as refused:
        read_table(table.parent, TableSpec(file=["z.zip"]), ())
    assert "z.zip: a.dbf" in str(refused.value)


@pytest.mark.parametrize("end", [b"", b"\x1a", b"\x1a\0\0", b"\0"])
def test_a_whole_table_is_read_however_it_ends(table: Path, end: bytes) -> None:
    table.write_bytes(table.read_bytes().rstrip(b"\x1a") + end)
    assert read_table(table.parent, TableSpec(file=["a.shp"]), ()).text("haut").tolist() == ["0.35", "0.4", "0.65"]


def test_a_record_that_was_struck_out_is_none(table: Path) -> None:
    data = bytearray(table.read_bytes())
    data[int.from_bytes(data[8:10], "little")] = ord("*")
    table.write_bytes(bytes(data))
    assert read_table(table.parent, TableSpec(file=["a.shp"]), ()).text("ID").tolist() == ["L2", "L3"]


def test_a_folder_in_an_archive_is_named_by_its_path(table: Path) -> None:
    with zipfile.ZipFile(table.parent / "z.zip", "w") as archive:
        for part in table.parent.glob("a.*"):
            archive.write(part, f"gis/{part.name}")
    with pytest.raises(InputError, match=r"holds gis/a\.shp.*Name it: z\.zip/gis/a\.shp"):
        read_table(table.parent, TableSpec(file=["z.zip"]), ())
    assert len(read_table(table.parent, TableSpec(file=["z.zip/gis/a.shp"]), ())) == 3
    table.write_bytes(cut(table.read_bytes()))
    with zipfile.ZipFile(table.parent / "z.zip", "w") as archive:
        for part in table.parent.glob("a.*"):
            archive.write(part, f"gis/{part.name}")
    with pytest.raises(InputError, match="its header says"):
        read_table(table.parent, TableSpec(file=["z.zip/gis/a.shp"]), ())
