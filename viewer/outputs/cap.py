"""CAP: the run as a message of the Common Alerting Protocol 1.2 (OASIS, 2010).

A simulation is a ``Test``, an exercise an ``Exercise``; both are ``Restricted`` to the services unless somebody
releases them. A forecast is ``Actual`` and needs the name of who releases it, and a sender that exists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import numpy as np
import pyproj
import shapely

from geodata.atomic import write_whole
from twin.errors import InputError
from twin.explaining.words import speech
from viewer.outputs.contacts import Contacts, read_contacts
from viewer.outputs.release import require_release

if TYPE_CHECKING:
    from geodata.run.folder import Run

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_STATUS = {"simulation": "Test", "exercise": "Exercise", "forecast": "Actual"}
_CERTAINTY = {"simulation": "Possible", "exercise": "Possible", "forecast": "Likely"}
#: Width of the area around a dark lamp [m], and how far its outline is simplified.
_AROUND_M, _SIMPLIFY_M = 60.0, 15.0
#: An alert is read on a telephone: so many polygons at most, the largest.
_POLYGONS = 25


def export_cap(run: Run, out: Path, *, released_by: str | None = None, contacts: Path | None = None) -> Path:
    """Write the run as one CAP 1.2 alert with a French and an English part.

    Parameters
    ----------
    run
        A run read from its folder.
    out
        XML file to write.
    released_by
        Who releases it; needed for a forecast, whose status is Actual.
    contacts
        The city's contacts; the shipped ones without it.

    Raises
    ------
    InputError
        A forecast without a name or from the shipped sender, contacts that cannot be read, a place that cannot be
        written.
    """
    status = run.result.plan.status
    released = require_release(status, released_by, what="a CAP alert with status Actual")
    people = read_contacts(contacts)
    if status == "forecast" and people.is_fictional:
        raise InputError(file="" if contacts is None else str(contacts), field="sender.id",
                         found=f"'{people.sender_id}', which is nobody's, for a CAP alert with status Actual",
                         expected="the sender of your city",
                         remedy="Give --contacts FILE.toml with your own [sender]: id and name.")
    alert = _alert(run, people, released)
    ET.indent(alert)
    text = ET.tostring(alert, encoding="utf-8", xml_declaration=True).decode() + "\n"
    write_whole(out, text, opens="<?xml", sort="an alert")
    return out


def _alert(run: Run, contacts: Contacts, released: str) -> ET.Element:
    plan = run.result.plan
    zone = ZoneInfo(run.result.city.timezone)
    ET.register_namespace("", NAMESPACE)
    alert = ET.Element(f"{{{NAMESPACE}}}alert")
    _put(alert, identifier=f"citytwin-{plan.digest[:24]}", sender=contacts.sender_id,
         sent=_stamp(plan.issued_at, zone), status=_STATUS[plan.status], msgType="Alert",
         scope="Public" if released else "Restricted")
    words = _words()
    if not released:
        _put(alert, restriction=f"{words['fr']['restriction']} / {words['en']['restriction']}")
    _put(alert, note="; ".join(filter(None, (f"run {plan.digest}", f"released by {released}" if released else ""))))
    polygons = _polygons(run)
    for lang in ("fr", "en"):
        alert.append(_info(run, lang, words[lang], contacts, zone, polygons))
    return alert


def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files("viewer").joinpath("data/alert.toml").read_text("utf-8"))


def _put(parent: ET.Element, **children: str) -> None:
    for tag, text in children.items():
        ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}").text = text


def _stamp(moment: datetime, zone: ZoneInfo) -> str:
    """Give a moment as CAP wants it: whole seconds, offset in digits."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _info(run: Run, lang: str, words: Mapping[str, str], contacts: Contacts, zone: ZoneInfo,
          polygons: list[str]) -> ET.Element:
    plan, city, indicators = run.result.plan, run.result.city, run.info["indicators"]
    lamps, buildings = indicators["lamps"], indicators["buildings"]
    say = speech(lang)
    first = _first_out(run)
    values = {"status": words[plan.status], "city": city.name, "scenario": plan.name,
              "lamps": say.number(lamps["ever_out"]), "total": say.number(lamps["count"]),
              "buildings": say.number(buildings["wet"]), "first": "" if first is None else say.clock(first)}
    is_grave = buildings["flooded_inside"] > 0 or any(site["without_power"] for site in indicators["sites"])
    # A city without an inventory of lamps has nothing to say of them, not even that none goes out.
    water = "" if lamps["count"] else "_water"
    wet = {0: "water_none", 1: "water_one"}.get(buildings["wet"], "water")
    headline = wet if water else "headline" if lamps["ever_out"] else "none"
    info = ET.Element(f"{{{NAMESPACE}}}info")
    _put(info, language=words["language"], category="Infra", event=words["event" + water], responseType="Avoid",
         urgency="Future" if first is None or first > plan.issued_at.astimezone(zone) else "Immediate",
         severity="Moderate" if is_grave else "Minor", certainty=_CERTAINTY[plan.status])
    if first is not None:
        _put(info, onset=_stamp(first, zone))
    _put(info, expires=_stamp(plan.valid_until, zone), senderName=contacts.sender_name or city.name,
         headline=words[headline].format(**values))
    if lamps["ever_out"] or not lamps["count"]:
        _put(info, description=words["description" + water].format(**values))
    _put(info, instruction=words["instruction"])
    for name, value in (("lamps_out", lamps["ever_out"]), ("lamps_doubtful", indicators["doubtful"]["lamps_out"]),
                        ("buildings_wet", buildings["wet"])):
        parameter = ET.SubElement(info, f"{{{NAMESPACE}}}parameter")
        _put(parameter, valueName=name, value=str(value))
    area = ET.SubElement(info, f"{{{NAMESPACE}}}area")
    _put(area, areaDesc=words["area" + water].format(city=city.name))
    for polygon in polygons:
        _put(area, polygon=polygon)
    return info


def _first_out(run: Run) -> datetime | None:
    outages, assets = run.result.outages, run.result.city.assets
    starts = outages.start_s[assets.of_kind("lamp")[outages.asset]]
    if not len(starts):
        return None
    moment: datetime = run.result.plan.start + timedelta(seconds=int(starts.min()))
    return moment.astimezone(ZoneInfo(run.result.city.timezone))


def _polygons(run: Run) -> list[str]:
    """Give the surroundings of the lamps that go out, WGS84 "lat,lon lat,lon ...", closed, the largest first."""
    outages, assets = run.result.outages, run.result.city.assets
    rows = np.unique(outages.asset[assets.of_kind("lamp")[outages.asset]])
    rows = rows[~np.isnan(assets.x_m[rows])]
    if not len(rows):
        return []
    lamps = shapely.points(assets.x_m[rows], assets.y_m[rows])
    around = shapely.union_all(shapely.buffer(lamps, _AROUND_M, quad_segs=4))
    parts = [shapely.Polygon(part.exterior) for part in shapely.get_parts(around.simplify(_SIMPLIFY_M))]
    parts.sort(key=lambda part: (-part.area, part.wkb))
    to_degrees = pyproj.Transformer.from_crs(run.result.city.crs, "EPSG:4326", always_xy=True)
    said = []
    for part in parts[:_POLYGONS]:
        lon, lat = to_degrees.transform(*np.asarray(part.exterior.coords)[:, :2].T)
        said.append(" ".join(f"{y:.5f},{x:.5f}" for x, y in zip(lon, lat, strict=True)))
    return said
