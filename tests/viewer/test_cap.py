"""The alert message: valid by the standard's own schema, careful by ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from tests.nights import night
from tests.viewer.test_open_data import as_forecast
from twin.errors import InputError
from viewer.outputs import cap
from viewer.outputs.cap_reference import NAMESPACE
from viewer.outputs.contacts import read_contacts
from viewer.outputs.countries import country_of

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "schemas/CAP-v1.2.xsd")
CAP = {"c": NAMESPACE}


FRANCE = country_of("FR", "Europe/Paris", 47.3, 5.0)


def export_cap(run: Any, out: Path, **more: Any) -> Path:
    """Write the alert at the moment of its issue."""
    return cap.export_cap(run, out, **{"now": run.result.plan.issued_at, **more})


def alert(path: Path) -> ET.Element:
    SCHEMA.validate(path)
    return ET.parse(path).getroot()


def one(element: ET.Element, path: str) -> str:
    return element.findtext(path, default="", namespaces=CAP)


def own_sender(folder: Path) -> Path:
    mine = folder / "contacts.toml"
    mine.write_text('[sender]\nid = "crise@exemple.fr"\nname = "Mairie d’Exemple"\n', encoding="utf-8")
    return mine


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
    with pytest.raises(InputError, match=r"nobody's.*--contacts FILE.toml with your own \[sender\]"):
        export_cap(forecast, tmp_path / "alert.xml", released_by="A. Martin")
    assert not (tmp_path / "alert.xml").exists()
    found = alert(export_cap(forecast, tmp_path / "alert.xml", released_by="A. Martin", contacts=own_sender(tmp_path)))
    assert (one(found, "c:status"), one(found, "c:scope")) == ("Actual", "Public")
    assert "released by A. Martin" in one(found, "c:note")


def test_an_exercise_that_is_released_stays_an_exercise(tmp_path: Path) -> None:
    found = alert(export_cap(night(), tmp_path / "alert.xml", released_by="A. Martin"))
    assert (one(found, "c:status"), one(found, "c:scope")) == ("Exercise", "Public")


def test_contacts_of_the_city_sign_the_alert(tmp_path: Path) -> None:
    found = alert(export_cap(night(), tmp_path / "alert.xml", contacts=own_sender(tmp_path)))
    assert one(found, "c:sender") == "crise@exemple.fr"
    assert one(found, "c:info/c:senderName") == "Mairie d’Exemple"


@pytest.mark.parametrize(("text", "message"), [
    ("[sender]\nid = 'a b'", "'a b'"), ("[sendr]\nid = 'a'", "table 'sendr'"), ("not toml", "a TOML file"),
    ("[sender]\nid = 'a'\n[[emergency]]\nnumber = '112'\nfr = 'x'", "without words in en"),
    ("[emergency]\nnumber = '112'", r"\[\[emergency\]\] for each"), ("sender = 'me'", r"expected \[sender\]")])
def test_contacts_that_cannot_be_used_are_refused(text: str, message: str, tmp_path: Path) -> None:
    mine = tmp_path / "contacts.toml"
    mine.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        export_cap(night(), tmp_path / "alert.xml", contacts=mine)
    assert not (tmp_path / "alert.xml").exists()


def test_contacts_that_are_not_there_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nope\.toml: no such file; expected a TOML file of contacts"):
        export_cap(night(), tmp_path / "alert.xml", contacts=tmp_path / "nope.toml")


def test_a_sender_alone_leaves_the_emergency_numbers(tmp_path: Path) -> None:
    shipped, mine = read_contacts(None, FRANCE), read_contacts(own_sender(tmp_path), FRANCE)
    assert [one.to for one in mine.emergency] == ["112", "18", "114"]
    assert (mine.emergency, mine.grid, mine.official) == (shipped.emergency, shipped.grid, shipped.official)
    assert (mine.sender_id, shipped.is_fictional, mine.is_fictional) == ("crise@exemple.fr", True, False)
    (tmp_path / "few.toml").write_text("emergency = []\n[grid]\n", encoding="utf-8")
    few = read_contacts(tmp_path / "few.toml", FRANCE)
    assert (few.emergency, few.grid, few.official, few.sender_id) == ((), None, shipped.official, shipped.sender_id)


def test_without_contacts_the_city_itself_is_named(tmp_path: Path) -> None:
    run = night()
    other = replace(run, result=replace(run.result, city=replace(run.result.city, name="Bourg")))
    found = alert(export_cap(other, tmp_path / "alert.xml"))
    assert {one(info, "c:senderName") for info in found.findall("c:info", CAP)} == {"Bourg"}
    assert "valmont" not in one(found, "c:sender").casefold()
