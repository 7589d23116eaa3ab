"""The alert message: valid by the standard's own schema, careful by ours."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from tests.nights import night
from tests.viewer.test_open_data import as_forecast
from twin.errors import InputError
from viewer.cap import NAMESPACE, export_cap

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "schemas/CAP-v1.2.xsd")
CAP = {"c": NAMESPACE}


def alert(path: Path) -> ET.Element:
    SCHEMA.validate(path)
    return ET.parse(path).getroot()


def one(element: ET.Element, path: str) -> str:
    return element.findtext(path, default="", namespaces=CAP)


def test_an_exercise_is_restricted_and_bilingual(tmp_path: Path) -> None:
    found = alert(export_cap(night(), tmp_path / "alert.xml"))
    assert [one(found, f"c:{tag}") for tag in ("status", "scope", "msgType")] == ["Exercise", "Restricted", "Alert"]
    assert one(found, "c:restriction")
    assert [one(info, "c:language") for info in found.findall("c:info", CAP)] == ["fr-FR", "en-GB"]
    for info in found.findall("c:info", CAP):
        assert one(info, "c:certainty") == "Possible"
        assert one(info, "c:expires") == one(found.find("c:info", CAP), "c:expires")
    assert one(found, "c:info/c:headline").startswith("EXERCICE")


def test_polygons_are_closed_and_hold_the_dark_lamps(tmp_path: Path) -> None:
    import numpy as np
    import pyproj
    import shapely

    run = night()
    found = alert(export_cap(run, tmp_path / "alert.xml"))
    rings = [[tuple(map(float, pair.split(","))) for pair in polygon.text.split()]
             for polygon in found.find("c:info", CAP).findall("c:area/c:polygon", CAP)]
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)
    outages, assets = run.result.outages, run.result.city.assets
    rows = np.unique(outages.asset[assets.of_kind("lamp")[outages.asset]])
    lon, lat = pyproj.Transformer.from_crs(run.result.city.crs, "EPSG:4326", always_xy=True).transform(
        assets.x_m[rows], assets.y_m[rows])
    area = shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in rings])
    assert shapely.contains_xy(area, lat, lon).mean() > 0.99


def test_a_forecast_is_actual_public_and_named(tmp_path: Path) -> None:
    forecast = as_forecast(night())
    with pytest.raises(InputError, match="status Actual of a forecast without a name"):
        export_cap(forecast, tmp_path / "alert.xml")
    found = alert(export_cap(forecast, tmp_path / "alert.xml", released_by="A. Martin"))
    assert (one(found, "c:status"), one(found, "c:scope")) == ("Actual", "Public")
    assert "released by A. Martin" in one(found, "c:note")


def test_an_exercise_that_is_released_stays_an_exercise(tmp_path: Path) -> None:
    found = alert(export_cap(night(), tmp_path / "alert.xml", released_by="A. Martin"))
    assert (one(found, "c:status"), one(found, "c:scope")) == ("Exercise", "Public")


def test_contacts_of_the_city_sign_the_alert(tmp_path: Path) -> None:
    mine = tmp_path / "contacts.toml"
    mine.write_text('[sender]\nid = "crise@exemple.fr"\nname = "Mairie d’Exemple"\n', encoding="utf-8")
    found = alert(export_cap(night(), tmp_path / "alert.xml", contacts=mine))
    assert one(found, "c:sender") == "crise@exemple.fr"
    assert one(found, "c:info/c:senderName") == "Mairie d’Exemple"


@pytest.mark.parametrize(("text", "message"), [
    ("[sender]\nid = 'a b'", "'a b'"), ("[sendr]\nid = 'a'", "table 'sendr'"), ("not toml", "a TOML file"),
    ("[sender]\nid = 'a'\n[[emergency]]\nnumber = '112'\nfr = 'x'", "without words in en")])
def test_contacts_that_cannot_be_used_are_refused(text: str, message: str, tmp_path: Path) -> None:
    mine = tmp_path / "contacts.toml"
    mine.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        export_cap(night(), tmp_path / "alert.xml", contacts=mine)
    assert not (tmp_path / "alert.xml").exists()
