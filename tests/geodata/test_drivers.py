"""What GDAL may open: nothing that reaches the network or other files, nothing endless, nothing that fills memory."""

from __future__ import annotations

import os
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geodata.drivers import MOST_CELLS, VECTORS, check_archive, check_vector, opened_raster
from geodata.hazards.vectors import read_shapes
from geodata.terrain import read_terrain
from tests.geodata.waters import X0, Y0, city, opened, raster
from twin.errors import InputError


@pytest.fixture(name="server")
def _server():
    """Listen on loopback and note every request."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 - the name that the server calls

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def pointers(url, folder):
    """Texts that GDAL would follow: to the network, to a file elsewhere."""
    (folder / "secret.tif").write_bytes(raster(folder / "made.tif", np.full((10, 30), 0.5)).read_bytes())
    vrt = ('<VRTDataset rasterXSize="30" rasterYSize="10"><SRS>EPSG:2154</SRS>'
           f"<GeoTransform>{X0},10,0,{Y0 + 100},0,-10</GeoTransform><VRTRasterBand dataType=\"Float32\" band=\"1\">"
           '<SimpleSource><SourceFilename relativeToVRT="0">{0}</SourceFilename><SourceBand>1</SourceBand>'
           '<SrcRect xOff="0" yOff="0" xSize="30" ySize="10"/><DstRect xOff="0" yOff="0" xSize="30" ySize="10"/>'
           "</SimpleSource></VRTRasterBand></VRTDataset>")
    ogr = ('<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{0}</SrcDataSource><SrcLayer>x</SrcLayer>'
           "</OGRVRTLayer></OGRVRTDataSource>")
    wms = ('<GDAL_WMS><Service name="TMS"><ServerUrl>{0}/$</ServerUrl></Service><DataWindow><UpperLeftX>0</UpperLeftX>'
           "<UpperLeftY>10</UpperLeftY><LowerRightX>10</LowerRightX><LowerRightY>0</LowerRightY><SizeX>10</SizeX>"
           "<SizeY>10</SizeY></DataWindow></GDAL_WMS>")
    return {"vrt": vrt.format(f"/vsicurl/{url}/depth.tif"), "local": vrt.format("/etc/hostname"),
            "up": vrt.format(str(folder.parent / "elsewhere.tif")), "ogr": ogr.format(f"/vsicurl/{url}/x.geojson"),
            "wms": wms.format(url), "wfs": f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>"}


@pytest.mark.parametrize("what", ["vrt", "local", "up", "ogr", "wms", "wfs"])
@pytest.mark.parametrize("name", ["depth.tif", "depth.vrt", "depth.asc", "depth.xml"])
def test_a_text_that_points_elsewhere_is_refused_as_a_raster_whatever_its_name(tmp_path, server, what, name):
    url, asked = server
    (tmp_path / name).write_text(pointers(url, tmp_path)[what])
    for flood in ({"raster": {"file": name}}, {"rasters": {"files": (name,), "step": "1h"}, "after": "hold"}):
        with pytest.raises(InputError):
            opened(flood, tmp_path, city())
    with pytest.raises(InputError):
        read_terrain(tmp_path / name)
    assert asked == []


@pytest.mark.parametrize("what", ["vrt", "ogr", "wms", "wfs"])
@pytest.mark.parametrize("name", ["zone.geojson", "zone.gpkg", "zone.vrt", "zone.xml", "zone.gml", "zone.shp",
                                  "zone.csv"])
def test_a_text_that_points_elsewhere_is_refused_as_a_vector_whatever_its_name(tmp_path, server, what, name):
    url, asked = server
    (tmp_path / name).write_text(pointers(url, tmp_path)[what])
    with pytest.raises(InputError):
        read_shapes(tmp_path / name, field="flood.extents", to_crs="EPSG:2154")
    assert asked == []


def test_a_pointer_behind_a_long_comment_is_read_by_no_driver(tmp_path, server):
    url, asked = server
    (tmp_path / "zone.geojson").write_text("<!--" + "x" * 5000 + "-->" + pointers(url, tmp_path)["ogr"])
    with pytest.raises(InputError):
        read_shapes(tmp_path / "zone.geojson", field="flood.extents", to_crs="EPSG:2154")
    assert asked == []


def test_a_mask_beside_a_raster_that_points_elsewhere_is_refused(tmp_path, server):
    url, asked = server
    raster(tmp_path / "d.tif", np.full((10, 30), 0.5))
    for ending in (".msk", ".ovr"):
        beside = tmp_path / f"d.tif{ending}"
        beside.write_text(pointers(url, tmp_path)["vrt"])
        with pytest.raises(InputError, match=r"beside d\.tif that is no TIFF"):
            opened({"raster": {"file": "d.tif"}}, tmp_path, city())
        beside.unlink()
    (tmp_path / "d.tif.aux.xml").write_text('<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">'
                                            f"/vsicurl/{url}/o.tif</MDI></Metadata></PAMDataset>")
    with pytest.raises(InputError, match="points to another file"):
        opened({"raster": {"file": "d.tif"}}, tmp_path, city())
    assert asked == []


def test_overviews_that_a_tiff_names_inside_are_refused(tmp_path):
    path = raster(tmp_path / "d.tif", np.full((10, 30), 0.5))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(ns="OVERVIEWS", OVERVIEW_FILE="/etc/hostname")
    (tmp_path / "d.tif.aux.xml").unlink(missing_ok=True)
    with pytest.raises(InputError, match=r"overviews in another file|points to another file"), opened_raster(path):
        pass


def test_a_package_with_a_virtual_table_of_another_file_gives_none_of_it(tmp_path, server):
    import sqlite3

    url, asked = server
    (tmp_path / "other.geojson").write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
                                            '{"secret":"yes"},"geometry":{"type":"Point","coordinates":[1,2]}}]}')
    pyogrio.raw.write(tmp_path / "zone.gpkg", shapely.to_wkb(np.array([shapely.box(0, 0, 1, 1)], object)),
                      [np.array([1])], ["n"], geometry_type="Polygon", crs="EPSG:2154", layer="zone")
    base = sqlite3.connect(tmp_path / "zone.gpkg")
    base.execute("PRAGMA writable_schema=1")
    for name, target in (("v", tmp_path / "other.geojson"), ("w", f"/vsicurl/{url}/x.geojson")):
        base.execute("INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) "
                     f"VALUES('table','{name}','{name}',0,'CREATE VIRTUAL TABLE {name} USING "
                     f"VirtualOGR(''{target}'')')")
    base.commit()
    base.close()
    for layer in ("v", "w"):
        with pytest.raises(InputError):
            read_shapes(tmp_path / "zone.gpkg", field="flood.extents", to_crs="EPSG:2154", layer=layer)
    assert len(read_shapes(tmp_path / "zone.gpkg", field="f", to_crs="EPSG:2154", layer="zone")[0]) == 1
    assert asked == []


def test_only_known_drivers_are_left_for_vectors(tmp_path):
    (tmp_path / "a.geojson").write_text('{"type":"FeatureCollection","features":[]}')
    check_vector(tmp_path / "a.geojson")
    assert set(pyogrio.list_drivers()) <= set(VECTORS)
    assert {"GPKG", "GeoJSON", "ESRI Shapefile", "OSM", "XLSX"} <= set(pyogrio.list_drivers())


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused_at_once(path, tmp_path):
    for flood in ({"raster": {"file": path}}, {"netcdf": {"file": path}}, {"extents": {"file": path}},
                  {"rasters": {"files": (path,), "step": "1h"}}):
        with pytest.raises(InputError, match="a device, no plain file"):
            opened(flood, tmp_path, city())
    with pytest.raises(InputError, match="a device, no plain file"):
        read_terrain(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.tif")
    for flood in ({"raster": {"file": "pipe.tif"}}, {"netcdf": {"file": "pipe.tif"}},
                  {"extents": {"file": "pipe.tif"}}):
        with pytest.raises(InputError, match="a pipe, no plain file"):
            opened(flood, tmp_path, city())


def test_a_raster_of_a_thousand_million_cells_is_refused_before_it_is_read(tmp_path):
    # Over the whole of it, since the city lies across it: sparse on the disk, 3.6 GB in memory.
    with rasterio.open(tmp_path / "big.tif", "w", driver="GTiff", width=30_000, height=30_000, count=1, dtype="float32",
                       crs="EPSG:2154", transform=from_origin(X0 - 1000, Y0 + 29_000, 1, 1), tiled=True, blockxsize=512,
                       blockysize=512, compress="deflate", sparse_ok=True):
        pass
    wide = city(((0, 0), (28_500, 28_500)))
    with pytest.raises(InputError, match=r"big\.tif.*cells to read at once; expected at most 250 million"):
        opened({"raster": {"file": "big.tif"}}, tmp_path, wide)
    with pytest.raises(InputError, match=r"30,000 x 30,000 cells to read at once"):
        read_terrain(tmp_path / "big.tif")
    # A town in a corner of it reads its part.
    assert opened({"raster": {"file": "big.tif"}}, tmp_path, city()).grid.cells < 1_000_000
    assert MOST_CELLS == 250_000_000


def test_one_block_that_unpacks_to_gigabytes_is_refused(tmp_path):
    with rasterio.open(tmp_path / "strip.tif", "w", driver="GTiff", width=20_000, height=20_000, count=1,
                       dtype="float32", crs="EPSG:2154", transform=from_origin(X0, Y0 + 20_000, 1, 1),
                       blockysize=20_000, compress="deflate", sparse_ok=True):
        pass
    with pytest.raises(InputError, match=r"one block of 20,000 x 20,000 cells.*TILED=YES"):
        opened({"raster": {"file": "strip.tif"}}, tmp_path, city())


def test_an_archive_that_unpacks_to_gigabytes_is_refused_unread(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("depth.tif", b"x")
    data = bytearray((tmp_path / "bomb.zip").read_bytes())
    # The central directory says what it would unpack to: 0xFFFFFFF0 bytes and more.
    at = data.index(b"PK\x01\x02")
    data[at + 24:at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    (tmp_path / "bomb.zip").write_bytes(data)
    assert check_archive(tmp_path / "bomb.zip") == ["depth.tif"]
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for i in range(6):
            archive.writestr(f"d{i}.tif", b"x")
    data = (tmp_path / "many.zip").read_bytes()
    start = 0
    while (at := data.find(b"PK\x01\x02", start)) >= 0:
        data = data[:at + 24] + (0xFFFFFFF0).to_bytes(4, "little") + data[at + 28:]
        start = at + 4
    (tmp_path / "many.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"many\.zip.*unpacks to 24 GB"):
        opened({"raster": {"file": "many.zip"}}, tmp_path, city())


@pytest.mark.parametrize("pattern", ["/**", "/**/*.tif", "**_*.tif"])
def test_a_pattern_of_the_whole_disk_is_no_pattern(tmp_path, pattern):
    with pytest.raises(InputError, match="no file like"):
        opened({"rasters": {"files": pattern, "step": "60s"}}, tmp_path, city())
