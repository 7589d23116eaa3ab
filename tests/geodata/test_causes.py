"""Why something could not be read or written, by number and by words; in French too, with the original beside it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from geodata.causes import _BY_NUMBER, _BY_WORDS, cause_of
from geodata.city.file import read_city
from geodata.drivers import opened_raster
from geodata.hazards.vectors import read_shapes
from geodata.inputs.yaml_file import read_yaml
from geodata.wording import refusal_text, wording
from twin.errors import InputError


def refused(read: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(InputError) as error:
        read()
    return refusal_text(error.value, "en"), refusal_text(error.value, "fr").replace("\xa0", " ")


def look(path: Path) -> None:
    with opened_raster(path):
        pass


@pytest.mark.parametrize("said", sorted({*_BY_NUMBER.values(), *(said for _, said in _BY_WORDS)}))
def test_every_cause_has_its_french_and_what_a_library_said_stays(said: str) -> None:
    words = wording("fr", "refusals")
    french = words.told(f"a file that cannot be read ({said} [a file in a form and no such thing])")
    assert french.startswith("un fichier illisible (")
    assert french.endswith(" [a file in a form and no such thing])")
    assert said not in french


@pytest.mark.parametrize(("error", "cause"), [
    (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
    (OSError(errno.EROFS, "Read-only file system"), "a disk that may only be read"),
    (sqlite3.DatabaseError("database disk image is malformed"), "a file that is cut off or damaged"),
    (sqlite3.OperationalError("database is locked"), "a file that another program holds"),
    (RuntimeError("TIFFFillStrip:Read error at row 3; got 17 bytes, expected 400"),
     "a file that is cut off or damaged"),
    (MemoryError("Unable to allocate 6.00 GiB for an array"), "too little memory")])
def test_causes(error: BaseException, cause: str) -> None:
    assert cause_of(error).startswith(f"{cause} [")


def test_what_is_not_known_stands_as_it_was_said() -> None:
    assert cause_of(RuntimeError("odd.\nand more")) == "odd"
    assert cause_of(RuntimeError()) == "RuntimeError"
    assert cause_of(ValueError("a strip of a tile")) == "a strip of a tile", "strip 3 is one, a strip is none"


def test_files_that_cannot_be_read_say_why_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text("no raster at all", encoding="utf-8")
    en, fr = refused(lambda: look(tmp_path / "a.tif"))
    assert "(a file of a form that is not known [" in en
    assert "(un fichier d’un format inconnu [" in fr
    assert "supported file format])" in fr, "what GDAL said, to look it up"
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0" + bytes(200))
    en, fr = refused(lambda: read_city(tmp_path / "a.gpkg"))
    assert " [" in en
    assert "un fichier" in fr
    (tmp_path / "a.geojson").write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    en, fr = refused(lambda: read_shapes(tmp_path / "a.geojson", field="extents", to_crs="EPSG:2154"))
    assert fr != en
    (tmp_path / "a.yaml").mkdir()
    en, fr = refused(lambda: read_yaml(tmp_path / "a.yaml"))
    assert "a folder in place of a file [Is a directory]" in en
    assert "un dossier à la place d’un fichier [Is a directory]" in fr
