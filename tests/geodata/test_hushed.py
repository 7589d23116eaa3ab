"""What libraries print on a full disk stays away from the terminal; a disk that is nearly full is named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from geodata.atomic import unwritable
from geodata.hushed import hushed
from geodata.terrain import write_terrain
from tests.geodata import waters
from tests.geodata.disks import small_disk


def test_only_what_is_printed_within_is_kept_away(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with hushed():
        os.write(2, b"within ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_terrain_that_does_not_fit_prints_nothing(tmp_path: Path, share: float, capfd: pytest.CaptureFixture[str]
                                                    ) -> None:
    terrain = waters.terrain(np.random.default_rng(1).random((300, 300)))
    write_terrain(terrain, tmp_path / "whole.tif")
    size = (tmp_path / "whole.tif").stat().st_size
    with small_disk(int(share * size)), pytest.raises(Exception):  # noqa: B017, PT011 - GDAL's own or the reading back
        write_terrain(terrain, tmp_path / "cut.tif")
    assert capfd.readouterr().err == ""


def test_what_a_library_says_of_a_disk_that_is_nearly_full_is_no_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                                      ) -> None:
    failure = RuntimeError("At least one of the required GeoPackage tables is missing")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=120 * 1024))
    assert unwritable(tmp_path / "a.gpkg", failure).found == "a disk with 120 kB left"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2**30))
    assert "required GeoPackage tables" in unwritable(tmp_path / "a.gpkg", failure).found
