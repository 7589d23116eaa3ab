"""The alert message: valid by the standard's own schema, careful by ours."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import fake_town
import pytest
import xmlschema

from tests.nights import night
from tests.viewer.test_leaflet import calm
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


def test_a_city_without_lamps_speaks_of_water(tmp_path: Path) -> None:
    city_file = fake_town.town(4, 2)
    bare = fake_town.run_of(fake_town.without(city_file, ~city_file.city.assets.of_kind("lamp")), status="exercise")
    found = alert(export_cap(bare, tmp_path / "alert.xml")).findall("c:info", CAP)
    for info, said in zip(found, (r"l’eau peut toucher \d+ pâtés", r"water may reach \d+ blocks"), strict=True):
        assert re.search(said, one(info, "c:headline"))
        assert "lamp" not in one(info, "c:headline") + one(info, "c:event")
        assert one(info, "c:area/c:polygon"), "the blocks in water"


def test_a_night_that_is_over_is_no_alert(tmp_path: Path) -> None:
    run = night()
    with pytest.raises(InputError, match=r"a night that is over: valid until 2026-11-24T04:00.*twin run --date"):
        export_cap(run, tmp_path / "alert.xml", now=run.result.plan.valid_until)
    assert not (tmp_path / "alert.xml").exists()


def test_a_calm_night_is_an_alert_only_as_an_all_clear(tmp_path: Path) -> None:
    run = calm(night())
    with pytest.raises(InputError, match=r"nothing goes out or gets wet that the public is told of.*--all-clear"):
        export_cap(run, tmp_path / "alert.xml")
    found = alert(export_cap(run, tmp_path / "alert.xml", all_clear=True))
    for info, said in zip(found.findall("c:info", CAP), ("tout est calme", "all is calm"), strict=True):
        assert (one(info, "c:responseType"), one(info, "c:urgency"), one(info, "c:severity")) == (
            "AllClear", "Past", "Minor")
        assert said in one(info, "c:headline")
        assert not info.findall("c:instruction", CAP)
        assert not info.findall("c:area/c:polygon", CAP)
    with pytest.raises(InputError, match="an all-clear for a run that is not calm"):
        export_cap(night(), tmp_path / "other.xml", all_clear=True)


def test_an_update_refers_to_all_that_came_before_and_is_sent_after(tmp_path: Path) -> None:
    run = night()
    first = alert(export_cap(run, tmp_path / "1.xml"))
    second = alert(export_cap(run, tmp_path / "2.xml", update=tmp_path / "1.xml"))
    third = alert(export_cap(run, tmp_path / "3.xml", cancel=tmp_path / "2.xml"))
    assert [one(each, "c:msgType") for each in (first, second, third)] == ["Alert", "Update", "Cancel"]
    names = [f"{one(each, 'c:sender')},{one(each, 'c:identifier')},{one(each, 'c:sent')}" for each in (first, second)]
    assert one(second, "c:references") == names[0]
    assert one(third, "c:references") == " ".join(names)
    sent = [datetime.fromisoformat(one(each, "c:sent")) for each in (first, second, third)]
    assert sent == sorted(set(sent))
    for each, at in zip((first, second, third), sent, strict=True):
        assert datetime.fromisoformat(one(each, "c:info/c:expires")) > at
    assert len({one(each, "c:identifier") for each in (first, second, third)}) == 3
    assert "est annulé" in one(third, "c:info/c:headline")
    with pytest.raises(InputError, match="found 'Cancel'; expected Alert or Update"):
        export_cap(run, tmp_path / "4.xml", update=tmp_path / "3.xml")


def test_the_same_message_has_the_same_bytes_and_another_one_another_name(tmp_path: Path) -> None:
    run = night()
    texts = [export_cap(run, tmp_path / f"{k}.xml").read_bytes() for k in range(2)]
    assert texts[0] == texts[1]
    later = replace(run, result=replace(run.result, plan=replace(
        run.result.plan, issued_at=run.result.plan.issued_at + timedelta(hours=1))))
    other = alert(export_cap(later, tmp_path / "other.xml"))
    assert one(other, "c:identifier") != one(alert(tmp_path / "0.xml"), "c:identifier")


@pytest.mark.parametrize(("text", "message"), [
    ("", "no XML"), ("<a/>", "<a>"), ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "a document type"),
    ("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.1'/>", "cap:1.1"),
    ("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>a b</identifier></alert>", "'a b'"),
    ("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>a</identifier><sender>b</sender>"
     "<sent>2026-11-22</sent><msgType>Alert</msgType></alert>", "'2026-11-22'"),
    ("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>a</identifier><sender>b</sender>"
     "<sent>2026-11-22T16:00:00+01:00</sent><msgType>Alert</msgType><status>Exercise</status></alert>", "found 'b'")])
def test_what_is_no_earlier_alert_of_ours_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "earlier.xml").write_text(text, encoding="utf-8")
    for way in ("update", "cancel"):
        with pytest.raises(InputError, match=message):
            export_cap(night(), tmp_path / "alert.xml", **{way: tmp_path / "earlier.xml"})
    assert not (tmp_path / "alert.xml").exists()


def test_an_exercise_does_not_update_a_simulation(tmp_path: Path) -> None:
    run = night()
    made = replace(run, result=replace(run.result, plan=replace(run.result.plan, status="simulation")))
    export_cap(made, tmp_path / "test.xml")
    with pytest.raises(InputError, match="found 'Test'; expected 'Exercise', as this message"):
        export_cap(run, tmp_path / "alert.xml", update=tmp_path / "test.xml")


def test_an_alert_that_expires_before_it_is_sent_is_refused(tmp_path: Path) -> None:
    run = night()
    export_cap(run, tmp_path / "1.xml")
    text = (tmp_path / "1.xml").read_text("utf-8").replace("<sent>2026-11-22T16", "<sent>2026-11-24T04")
    (tmp_path / "late.xml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="not after the message is sent, 2026-11-24T04:00:01"):
        export_cap(run, tmp_path / "2.xml", cancel=tmp_path / "late.xml")


def test_severity_tells_nothing_of_sites(tmp_path: Path) -> None:
    run = night()
    told = run.info["indicators"]
    for without in (True, False):
        sites = [{**site, "without_power": without} for site in told["sites"]]
        other = replace(run, info={**run.info, "indicators": {**told, "sites": sites}},
                        result=replace(run.result, indicators={**told, "sites": sites}))
        export_cap(other, tmp_path / f"{without}.xml")
    assert (tmp_path / "True.xml").read_bytes() == (tmp_path / "False.xml").read_bytes()


def test_control_signs_in_a_name_make_no_broken_xml(tmp_path: Path) -> None:
    run = night()
    city = replace(run.result.city, name="Bourg\x1b[2J\x00\u202e & <Fils>\ud800")
    found = alert(export_cap(replace(run, result=replace(run.result, city=city)), tmp_path / "alert.xml"))
    assert one(found, "c:info/c:senderName") == "Bourg[2J & <Fils>"


@pytest.mark.parametrize(("zone", "country", "languages"), [
    ("America/New_York", "US", ["fr", "en-US"]), ("Europe/Brussels", "BE", ["fr-BE", "en-GB"]),
    ("UTC", "", ["fr", "en-GB"])])
def test_languages_and_offsets_follow_the_place(zone: str, country: str, languages: list[str], tmp_path: Path) -> None:
    run = night()
    city = replace(run.result.city, timezone=zone)
    moved = replace(run, result=replace(run.result, city=city), city_file=replace(run.city_file, country=country))
    found = alert(export_cap(moved, tmp_path / "alert.xml"))
    assert [one(info, "c:language") for info in found.findall("c:info", CAP)] == languages
    assert zone != "UTC" or one(found, "c:sent").endswith("-00:00"), "CAP's way to write no offset"


def test_a_list_without_positions_gives_no_polygon_of_lamps(tmp_path: Path) -> None:
    kept = tmp_path / "few.toml"
    kept.write_text('[lamp]\nfields = ["street"]\n', encoding="utf-8")
    found = alert(export_cap(night(), tmp_path / "alert.xml", fields=kept))
    assert not found.findall("c:info/c:area/c:polygon", CAP)
    assert "Rue du Bois" in one(found, "c:info/c:area/c:areaDesc")
