"""CRSs that lead nowhere on this Earth: a drawing's own axes are none, those of another body are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geodata.crs import check_crs
from geodata.importing import import_city
from twin.errors import InputError

_DRAWING = 'LOCAL_CS["Undefined Cartesian SRS",UNIT["Meter",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
_MOON = ('PROJCRS["Moon",BASEGEOGCRS["Moon",DATUM["Moon",ELLIPSOID["Moon",1737400,0]]],CONVERSION["Equirectangular",'
         'METHOD["Equidistant Cylindrical"]],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]')


def city_of(folder: Path, crs: str, stated: str = "") -> Path:
    pyogrio.raw.write(folder / "a.gpkg", geometry=shapely.to_wkb(shapely.points([(851500, 6688000)])),
                      field_data=[np.array(["L1"], object)], fields=np.array(["ID"]), geometry_type="Point", crs=crs,
                      driver="GPKG")
    (folder / "b.csv").write_text("ID,X,Y\nA1,851510,6688010\n", encoding="utf-8")
    (folder / "m.yaml").write_text(
        "city: T\ntimezone: Europe/Paris\ncrs: EPSG:2154\nlayers:\n"
        "  - {file: b.csv, kind: cabinet, id: ID, position: {x: X, y: Y}, crs: EPSG:2154}\n"
        f"  - {{file: a.gpkg, kind: lamp, id: ID{stated}}}\n", encoding="utf-8")
    return folder / "m.yaml"


def test_the_axes_of_a_drawing_are_no_crs_and_the_one_that_fits_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"coordinates like 851500, 6.688e\+06 and no CRS.*state crs: EPSG:2154"):
        import_city(city_of(tmp_path, _DRAWING))
    assert len(import_city(city_of(tmp_path, _DRAWING, ", crs: EPSG:2154")).city.assets) == 2


def test_a_crs_of_another_body_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.gpkg.*found no way from"):
        import_city(city_of(tmp_path, _MOON))
    with pytest.raises(InputError, match=r"m\.yaml, field 'crs': found no way from Moon"):
        check_crs(_MOON, file="m.yaml")
