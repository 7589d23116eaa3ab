"""Terrain as users have it: tiles, voids, feet, wrong or missing CRS."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geodata.terrain import Terrain, read_terrain, write_terrain
from twin.errors import InputError

DATA = Path(__file__).parents[2].parent / "shared/data"


def tile(path, values, west=0.0, north=100.0, cell=10.0, crs="EPSG:2154", nodata=None, dtype="float32"):
    values = np.array(values, dtype)
    with rasterio.open(path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, dtype=dtype,
                       crs=crs, transform=from_origin(west, north, cell, cell), nodata=nodata) as dataset:
        dataset.write(values, 1)
    return path


def asc(path, text_rows, header="ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 5\nNODATA_value -99999\n"):
    path.write_text(header + "\n".join(text_rows) + "\n")
    return path


def test_tiles_are_laid_edge_to_edge_and_fill_each_others_voids(tmp_path):
    one = tile(tmp_path / "a.tif", [[1, 2], [3, -9999]], nodata=-9999)
    # The second tile overlaps the first by a column, as HGT tiles do.
    two = tile(tmp_path / "b.tif", [[9, 5], [4, 6]], west=10)
    terrain = read_terrain([one, two])
    assert terrain.height_m.tolist() == [[1, 2, 5], [3, 4, 6]]
    assert terrain.at(np.array([25.0, 500.0]), np.array([95.0, 0.0])).tolist()[0] == 5


def test_sentinels_that_no_header_declares_are_voids(tmp_path):
    terrain = read_terrain(tile(tmp_path / "a.tif", [[-32768, -9999], [-3.4028230607e38, 12]]))
    assert np.isnan(terrain.height_m).tolist() == [[True, True], [True, False]]


@pytest.mark.parametrize(("unit", "metres"), [("ft", 304.8), ("us_ft", 304.800609601), ("cm", 10.0)])
def test_units_of_height(tmp_path, unit, metres):
    terrain = read_terrain(tile(tmp_path / "a.tif", [[1000.0]]), unit=unit)
    assert terrain.height_m[0, 0] == pytest.approx(metres, rel=1e-7)


def test_asc_without_crs_wants_one(tmp_path):
    path = asc(tmp_path / "mnt.asc", ["1 2", "3 -99999"])
    with pytest.raises(InputError, match=r"mnt\.asc.*no CRS"):
        read_terrain(path)
    terrain = read_terrain(path, crs="EPSG:2154")
    assert terrain.grid.crs == "EPSG:2154"
    assert np.isnan(terrain.height_m[1, 1])


def test_a_window_reads_only_its_part(tmp_path):
    path = tile(tmp_path / "a.tif", np.arange(100).reshape(10, 10))
    terrain = read_terrain(path, window=(21, 51, 49, 79))
    assert terrain.height_m.shape == (3, 3)
    assert terrain.height_m[0, 0] == 22
    assert terrain.grid.transform[2] == 20
    with pytest.raises(InputError, match="do not meet the area"):
        read_terrain(path, window=(900, 900, 999, 999))


def test_a_round_trip_keeps_heights_error_datum_and_raised_cells(tmp_path):
    first = read_terrain(tile(tmp_path / "a.tif", [[1, 2], [3, 4]]), error_m=0.3, vertical="NGF-IGN69")
    terrain = Terrain(height_m=first.height_m, grid=first.grid, error_m=first.error_m, vertical=first.vertical,
                      raised=np.array([[True, False], [False, True]]))
    write_terrain(terrain, tmp_path / "b.tif")
    write_terrain(terrain, tmp_path / "c.tif")
    assert (tmp_path / "b.tif").read_bytes() == (tmp_path / "c.tif").read_bytes()
    again = read_terrain(tmp_path / "b.tif")
    assert again.grid == terrain.grid
    assert (again.error_m, again.vertical) == (0.3, "NGF-IGN69")
    assert again.raised.tolist() == terrain.raised.tolist()
    assert again.height_m.tolist() == terrain.height_m.tolist()


def test_an_8_bit_picture_is_no_terrain(tmp_path):
    with pytest.raises(InputError, match="8-bit"):
        read_terrain(tile(tmp_path / "a.tif", [[1, 2]], dtype="uint8"))


def test_metres_posing_as_degrees_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"metres or feet: name the true CRS"):
        read_terrain(tile(tmp_path / "a.tif", [[1, 2]], west=652000, north=6862000, crs="EPSG:4326"))


def test_a_truncated_file_is_named(tmp_path):
    whole = tile(tmp_path / "a.tif", np.random.default_rng(1).random((400, 400)))
    (tmp_path / "cut.tif").write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"cut\.tif.*truncated"):
        read_terrain(tmp_path / "cut.tif")
    with pytest.raises(InputError, match="no such file"):
        read_terrain(tmp_path / "none.tif")


def test_tiles_of_two_crs_or_two_cell_sizes_are_refused(tmp_path):
    one = tile(tmp_path / "a.tif", [[1, 2]])
    with pytest.raises(InputError, match="one CRS"):
        read_terrain([one, tile(tmp_path / "b.tif", [[1, 2]], crs="EPSG:3857")])
    with pytest.raises(InputError, match="one cell size"):
        read_terrain([one, tile(tmp_path / "c.tif", [[1, 2]], cell=5)])


def test_a_cell_size_of_0_99994_is_still_the_same_grid(tmp_path):
    one = tile(tmp_path / "a.tif", np.ones((100, 100)), cell=1.0)
    two = tile(tmp_path / "b.tif", np.full((100, 100), 2), west=100.0, cell=0.99994)
    assert read_terrain([one, two]).height_m.shape == (100, 200)


def test_a_broken_archive_is_named(tmp_path):
    (tmp_path / "N49E011.hgt.zip").write_bytes(b"PK\x03\x04 not whole")
    with pytest.raises(InputError, match="broken zip"):
        read_terrain(tmp_path / "N49E011.hgt.zip")


def test_an_archive_of_tiles_is_read_in_place(tmp_path):
    tile(tmp_path / "a.tif", [[1, 2]])
    with zipfile.ZipFile(tmp_path / "tiles.zip", "w") as archive:
        archive.write(tmp_path / "a.tif", "inner/a.tif")
    assert read_terrain(tmp_path / "tiles.zip").height_m.tolist() == [[1, 2]]


@pytest.mark.data
def test_lauf_stands_on_its_srtm_tile():
    path = DATA / "lauf_pegnitz/N49E011.hgt.zip"
    if not path.exists():
        pytest.skip("shared/data/lauf_pegnitz is missing")
    terrain = read_terrain(path, window=(11.2, 49.45, 11.4, 49.6), window_crs="EPSG:4326")
    assert terrain.error_m == pytest.approx(6.2)
    assert 310 < terrain.at(np.array([11.277]), np.array([49.51]))[0] < 340
