"""Alerts in: the Common Alerting Protocol 1.2, one document or a list of them. Only what is Actual is taken.

Source
------
OASIS CAP 1.2: polygons are "latitude,longitude" pairs; Update and Cancel name what they end in ``references``.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from xml.etree.ElementTree import Element

from geodata.feeds.taken import About, Notice, Taken
from geodata.feeds.xml_tree import text_of, tree_of
from geodata.observations.normal import Refusal, Why, moment_of, seconds_of

_FLOOD = re.compile(r"flood|inond|crue|submersion|overflow", re.IGNORECASE)
#: A degree of latitude [km], and corners of a circle.
_KM, _CORNERS = 111.2, 24
_LONGEST = 500
#: Years of a notice that mean what they say; services write 9999 for "until further notice".
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
Shape = tuple[tuple[float, float], ...]


def read_cap(body: bytes, about: About) -> Taken:
    """Read one alert."""
    taken = Taken.of(body, about)
    try:
        root = tree_of(body)
        if root.tag != "alert":
            raise Refusal(Why.FORM, found=f"<{root.tag[:40]}>", expected="<alert>")
        _alert(taken, root)
    except Refusal as error:
        taken.refuse(error)
    return taken


def links_of(body: bytes) -> list[str] | None:
    """Give the links of a list of alerts (Atom, RSS); None for what is no list."""
    try:
        root = tree_of(body)
    except Refusal:
        return None
    if root.tag == "feed":
        return [link.get("href", "") for entry in root.findall("entry") for link in entry.findall("link")[:1]]
    if root.tag in ("rss", "RDF"):
        return [text_of(item, "link") for item in root.iter("item")]
    return None


def _alert(taken: Taken, root: Element) -> None:
    status, kind = text_of(root, "status"), text_of(root, "msgType")
    if status != "Actual":
        raise Refusal(Why.SIMULATED, field="status", found=f"'{status}'", expected="Actual")
    for reference in text_of(root, "references").split():
        parts = reference.split(",")
        if len(parts) == 3:
            taken.ended.add(f"{parts[0]},{parts[1]}")
    if kind in ("Cancel", "Ack", "Error"):
        taken.passed += 1
        return
    sent = seconds_of(text_of(root, "sent"), taken.about.received)
    infos = root.findall("info")
    if not infos:
        raise Refusal(Why.FORM, field="info", found="none", expected="one")
    info = next((one for one in infos if text_of(one, "language").lower().startswith("fr")), infos[0])
    begins, ends = (moment_in(text_of(info, key)) for key in ("onset", "expires"))
    now = int(taken.about.received.timestamp())
    shapes: list[Shape] = []
    for area in info.findall("area"):
        for element in area:
            if element.tag not in ("polygon", "circle"):
                continue
            try:
                shapes.append(_polygon(text_of(element)) if element.tag == "polygon" else _circle(text_of(element)))
            except Refusal as error:
                taken.refuse(error)
    text = text_of(info, "headline") or text_of(info, "event") or text_of(info, "description")
    words = " ".join([text_of(info, "event"), text, *(text_of(one) for one in info.findall("eventCode"))])
    taken.notice(Notice(
        source=taken.about.source, id=f"{text_of(root, 'sender')},{text_of(root, 'identifier')}", sort="alert",
        state="over" if ends is not None and ends <= now else "planned" if begins is not None and begins > now
        else "active", begins=begins, ends=ends, text=text[:_LONGEST], shapes=tuple(shapes),
        is_flood=bool(_FLOOD.search(words)), sent=sent, received=now, raw=taken.raw))


def moment_in(text: str) -> int | None:
    """Give a moment of a notice [s since 1970]; None where it is open: nothing said, or the year 9999 as some say it.

    Raises
    ------
    Refusal
        No moment, or one without offset.
    """
    moment = moment_of(text) if text else None
    return None if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR else int(moment.timestamp())


def _polygon(text: str) -> Shape:
    points = [_pair(one) for one in text.split()]
    if len(points) < 3:
        raise Refusal(Why.PLACE, field="polygon", found=f"{len(points)} points", expected="3 or more")
    return tuple(points)


def _pair(text: str) -> tuple[float, float]:
    """Give longitude and latitude of "latitude,longitude"."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise Refusal(Why.PLACE, found=f"'{text[:40]}'", expected="latitude,longitude") from None
    return on_earth(lon, lat)


def on_earth(lon: float, lat: float) -> tuple[float, float]:
    """Give a position.

    Raises
    ------
    Refusal
        It is none: metres of a projection, or not a number.
    """
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Refusal(Why.PLACE, found=f"{lat}, {lon}", expected="degrees of latitude and longitude")
    return (lon, lat)


def _circle(text: str) -> Shape:
    centre, _, radius = text.partition(" ")
    lon, lat = _pair(centre)
    try:
        km = float(radius)
    except ValueError:
        km = math.nan
    if not 0 <= km < 5000:
        raise Refusal(Why.PLACE, field="circle", found=f"'{text[:40]}'", expected="latitude,longitude and kilometres")
    wide = km / _KM / max(math.cos(math.radians(lat)), 0.01)
    return tuple((lon + wide * math.cos(2 * math.pi * i / _CORNERS),
                  lat + km / _KM * math.sin(2 * math.pi * i / _CORNERS)) for i in range(_CORNERS))


def state_at(begins: int | None, ends: int | None, now: datetime) -> str:
    """Give whether something from and to is planned, active or over."""
    second = int(now.timestamp())
    return "over" if ends is not None and ends <= second else (
        "planned" if begins is not None and begins > second else "active")
