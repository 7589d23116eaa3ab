"""One depth in several files: a list, a pattern, a folder, an archive, a VRT of tiles; a missing tile is named."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from pydantic import ValidationError

from geodata.beside import files_read
from geodata.hazards import FloodSpec
from tests.geodata.waters import X0, Y0, at, city, opened, raster
from twin.errors import InputError

#: What the tiles hold together, ten rows and thirty columns: west, middle, east.
WHOLE = np.tile(np.linspace(0.1, 3.0, 30), (10, 1))


def tiles(folder, prefix="Depth (Max).t", values=WHOLE, nodata=-9999):
    folder.mkdir(exist_ok=True)
    return [raster(folder / f"{prefix}{i}.tif", values[:, 10 * i:10 * (i + 1)], west=100 * i, nodata=nodata)
            for i in range(3)]


def vrt(folder, names, *, name="Depth (Max).vrt", more="", relative="1", attributes="", band=""):
    sources = "".join(
        f'<ComplexSource><SourceFilename relativeToVRT="{relative}">{tile}</SourceFilename><SourceBand>1</SourceBand>'
        f'<SrcRect xOff="0" yOff="0" xSize="10" ySize="10"/><DstRect xOff="{10 * i}" yOff="0" xSize="10" ySize="10"/>'
        f"{more}<NODATA>-9999</NODATA></ComplexSource>" for i, tile in enumerate(names))
    (folder / name).write_text(
        f'<VRTDataset rasterXSize="30" rasterYSize="10" {attributes}><SRS>EPSG:2154</SRS><GeoTransform>{X0},10,0,'
        f'{Y0 + 100},0,-10</GeoTransform><VRTRasterBand dataType="Float32" band="1"><NoDataValue>-9999</NoDataValue>'
        f"{band}{sources}</VRTRasterBand></VRTDataset>")
    return name


def depths(water):
    return at(water, (5, 50), (145, 50), (295, 50))[0]


EXPECTED = [pytest.approx(WHOLE[0, k], abs=1e-4) for k in (0, 14, 29)]


def test_a_list_a_pattern_a_folder_an_archive_and_a_vrt_are_one_raster(tmp_path):
    names = [path.name for path in tiles(tmp_path)]
    tiles(tmp_path / "inner", "a")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in names:
            archive.write(tmp_path / name, f"results/{name}")
        archive.writestr("results/readme.txt", "of a model")
    for file in (tuple(names), "Depth*.tif", "inner", "all.zip", vrt(tmp_path, names),
                 [f"Depth (Max).t{i}.tif" for i in (2, 0, 1)]):
        found = opened({"raster": {"file": file}}, tmp_path, city())
        assert depths(found) == EXPECTED, file
        assert found.doubts == ()
        assert any("3 tiles" in note for note in found.notes)


def test_tiles_that_overlap_count_the_deeper(tmp_path):
    raster(tmp_path / "a.tif", np.full((10, 20), 0.3))
    raster(tmp_path / "b.tif", np.full((10, 20), 0.7), west=100)
    found = opened({"raster": {"file": "?.tif"}}, tmp_path, city())
    assert at(found, (50, 50), (150, 50), (250, 50))[0] == pytest.approx([0.3, 0.7, 0.7])


def test_a_missing_tile_is_named(tmp_path):
    names = [path.name for path in tiles(tmp_path)]
    with pytest.raises(InputError, match=r"north\.tif: found 1 of 3 tiles that do not exist"):
        opened({"raster": {"file": (*names[:2], "north.tif")}}, tmp_path, city())
    vrt(tmp_path, names)
    (tmp_path / names[1]).unlink()
    with pytest.raises(InputError, match=r"lacks 1 of its 3 tiles \(Depth \(Max\)\.t1\.tif\)"):
        opened({"raster": {"file": "Depth (Max).vrt"}}, tmp_path, city())


def test_a_hole_between_tiles_is_unknown_and_said(tmp_path):
    names = [path.name for path in tiles(tmp_path)]
    found = opened({"raster": {"file": (names[0], names[2])}}, tmp_path, city())
    assert depths(found) == [EXPECTED[0], -1.0, EXPECTED[2]]
    assert "leave 33% of their extent over the city uncovered" in found.doubts[0].en
    assert "Manque-t-il une dalle" in found.doubts[0].fr


def test_tiles_of_two_grids_or_two_crs_are_refused(tmp_path):
    raster(tmp_path / "a.tif", np.full((10, 20), 0.3))
    raster(tmp_path / "b.tif", np.full((20, 20), 0.3), west=200, cell=5)
    with pytest.raises(InputError, match=r"b\.tif.*a tile whose cells of 5 lie .* off those of a\.tif \(10\)"):
        opened({"raster": {"file": "?.tif"}}, tmp_path, city())
    raster(tmp_path / "b.tif", np.full((10, 20), 0.3), west=204)
    with pytest.raises(InputError, match=r"0\.40 of a cell off"):
        opened({"raster": {"file": "?.tif"}}, tmp_path, city())
    raster(tmp_path / "b.tif", np.full((10, 20), 0.3), crs="EPSG:32631")
    with pytest.raises(InputError, match=r"b\.tif.*a tile in EPSG:32631; expected EPSG:2154, as in a\.tif"):
        opened({"raster": {"file": "?.tif"}}, tmp_path, city())


@pytest.mark.parametrize(("change", "message"), [
    ({"attributes": 'subClass="VRTWarpedDataset"'}, r"no plain mosaic of tiles \(VRTWarpedDataset\)"),
    ({"more": "<ScaleRatio>0.01</ScaleRatio>"}, r"\(ScaleRatio\)"),
    ({"more": "<LUT>0:0,1:9</LUT>"}, r"\(LUT\)"),
    ({"band": "<Scale>0.01</Scale>"}, r"\(values that it scales\)"),
    ({"band": '<KernelFilteredSource/>'}, r"\(KernelFilteredSource\)"),
    ({"band": "<PixelFunctionType>add</PixelFunctionType>"}, r"\(PixelFunctionType\)"),
    ({"band": "<MaskBand/>"}, r"\(a mask\)"),
])
def test_a_vrt_that_changes_values_is_refused(tmp_path, change, message):
    names = [path.name for path in tiles(tmp_path)]
    vrt(tmp_path, names, **change)
    with pytest.raises(InputError, match=message):
        opened({"raster": {"file": "Depth (Max).vrt"}}, tmp_path, city())


@pytest.mark.parametrize("name", ["../elsewhere.tif", "/etc/hostname", "/vsicurl/http://127.0.0.1/a.tif",
                                  "http://127.0.0.1/a.tif", "<VRTDataset/>", ""])
def test_a_vrt_that_names_a_file_elsewhere_is_refused(tmp_path, name):
    inner = tmp_path / "inner"
    inner.mkdir()
    raster(tmp_path / "elsewhere.tif", WHOLE)
    for relative in ("0", "1"):
        vrt(inner, [name.replace("<", "&lt;")], relative=relative)
        with pytest.raises(InputError, match=r"a VRT that names a file elsewhere|lacks 1 of its 1 tiles"):
            opened({"raster": {"file": "inner/Depth (Max).vrt"}}, tmp_path, city())


def test_a_vrt_with_entities_that_is_none_or_that_is_stale_is_refused(tmp_path):
    names = [path.name for path in tiles(tmp_path)]
    text = (tmp_path / vrt(tmp_path, names)).read_text()
    for broken, message in ((f'<!DOCTYPE x [<!ENTITY a "b">]>{text}', "entities"), (text[:300], "no whole XML"),
                            (text.replace(f"{X0},10", f"{X0 + 500},10"), "places 500 away from where it says")):
        (tmp_path / "b.vrt").write_text(broken)
        with pytest.raises(InputError, match=message):
            opened({"raster": {"file": "b.vrt"}}, tmp_path, city())


def test_an_archive_or_a_folder_without_rasters_says_what_it_holds(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(InputError, match=r"an archive of readme\.txt; expected rasters in it"):
        opened({"raster": {"file": "a.zip"}}, tmp_path, city())
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="no raster in it"):
        opened({"raster": {"file": "folder"}}, tmp_path, city())
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 not whole")
    with pytest.raises(InputError, match="broken zip"):
        opened({"raster": {"file": "a.zip"}}, tmp_path, city())


def test_the_same_tiles_for_each_time_are_one_series(tmp_path):
    for k, when in enumerate(("1600", "1700")):
        tiles(tmp_path, f"d_20261122T{when}_", values=WHOLE * (k + 1))
    found = opened({"rasters": {"files": "d_*.tif"}}, tmp_path, city())
    assert found.times_s.tolist() == [0, 3600]
    assert [frame[0] for frame in at(found, (5, 50))] == pytest.approx([0.1, 0.2])
    assert at(found, (295, 50))[1][0] == pytest.approx(6.0)
    (tmp_path / "d_20261122T1700_1.tif").unlink()
    with pytest.raises(InputError, match="the same tiles for each time"):
        opened({"rasters": {"files": "d_*.tif"}}, tmp_path, city())


def test_what_stands_beside_a_raster_is_no_raster_of_a_pattern(tmp_path):
    tiles(tmp_path, "d_")
    for name in ("d_0.tif.aux.xml", "d_0.prj", "d_0.tfw", "d_0.qml"):
        (tmp_path / name).write_text("beside")
    assert depths(opened({"raster": {"file": "d_*"}}, tmp_path, city())) == EXPECTED


def test_the_files_read_are_the_tiles_and_what_stands_beside_them(tmp_path):
    names = [path.name for path in tiles(tmp_path)]
    for name in (f"{names[0]}.aux.xml", names[1].replace(".tif", ".PRJ"), "Depth (Max).txt"):
        (tmp_path / name).write_text("beside")
    read = {path.name for path in files_read(tmp_path / vrt(tmp_path, names))}
    assert read == {"Depth (Max).vrt", *names, f"{names[0]}.aux.xml", names[1].replace(".tif", ".PRJ")}


def test_an_empty_list_is_refused():
    with pytest.raises(ValidationError):
        FloodSpec.model_validate({"raster": {"file": []}})


def test_a_terrain_may_be_a_vrt_of_tiles(tmp_path):
    from geodata.terrain import read_terrain

    names = [path.name for path in tiles(tmp_path, values=WHOLE + 200)]
    terrain = read_terrain(tmp_path / vrt(tmp_path, names))
    np.testing.assert_allclose(terrain.height_m, WHOLE + 200, rtol=1e-6)
