"""CAP: the night as a message of the Common Alerting Protocol 1.2 (OASIS, 2010).

A simulation is a ``Test``, an exercise an ``Exercise``; both are ``Restricted`` to the services unless somebody
releases them. A forecast is ``Actual`` and needs the name of who releases it, and a sender that exists. A night that is
over, or in which nothing goes out that the public is told of, is no alert.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import numpy as np
import pyproj
import shapely

from geodata.atomic import write_whole
from geodata.ours import ALERT_MARK
from twin.errors import InputError
from twin.texts import clean
from viewer.outputs.cap_reference import NAMESPACE, Earlier, read_earlier
from viewer.outputs.contacts import Contacts, read_contacts
from viewer.outputs.countries import Country, country_of
from viewer.outputs.release import require_release
from viewer.outputs.summary import paragraph
from viewer.public.lamps import OUT
from viewer.public.night import PublicNight, public_night
from viewer.words import Voice

if TYPE_CHECKING:
    from geodata.run.folder import Run

_STATUS = {"simulation": "Test", "exercise": "Exercise", "forecast": "Actual"}
_CERTAINTY = {"simulation": "Possible", "exercise": "Possible", "forecast": "Likely"}
#: Width of the area around a lamp or a block [m], and how far its outline is simplified.
_AROUND_M, _SIMPLIFY_M = 60.0, 15.0
#: An alert is read on a telephone: so many polygons at most, the largest, and so many streets named.
_POLYGONS, _STREETS = 25, 8


def export_cap(run: Run, out: Path, *, released_by: str | None = None, contacts: Path | None = None,
               fields: Path | None = None, all_clear: bool = False, update: Path | None = None,
               cancel: Path | None = None, now: datetime | None = None) -> Path:
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
        The city's contacts; the country's without it.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.
    all_clear
        Say that all is calm: needed where nothing goes out, refused where something does.
    update, cancel
        An earlier alert that this one takes the place of, or takes back.
    now
        The moment of writing, for what is over; the clock's without it.

    Raises
    ------
    InputError
        A forecast without a name or from the shipped sender; a night that is over; nothing to warn of, without
        ``all_clear``; an earlier alert that cannot be read, of another sender or status; contacts that cannot be read,
        a place that cannot be written.
    """
    status = run.result.plan.status
    released = clean(require_release(status, released_by, what="a CAP alert with status Actual"))
    night = public_night(run, fields)
    country = country_of(night.country, night.timezone, night.latitude, night.longitude)
    people = read_contacts(contacts, country)
    if status == "forecast" and people.is_fictional:
        raise InputError(file="" if contacts is None else str(contacts), field="sender.id",
                         found=f"'{people.sender_id}', which is nobody's, for a CAP alert with status Actual",
                         expected="the sender of your city",
                         remedy="Give --contacts FILE.toml with your own [sender]: id and name.")
    earlier = _earlier(update, cancel, people, _STATUS[status])
    _check(night, all_clear=all_clear, cancels=cancel is not None, now=now or datetime.now(UTC))
    message = _Message(night=night, country=country, people=people, released=released, earlier=earlier,
                       cancels=cancel is not None, sent=_sent(night, earlier))
    alert = _alert(message)
    ET.indent(alert)
    text = ET.tostring(alert, encoding="utf-8", xml_declaration=True).decode() + "\n"
    write_whole(out, text, opens="<?xml", sort="an alert", mark=ALERT_MARK)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    night: PublicNight
    country: Country
    people: Contacts
    released: str
    earlier: Earlier | None
    cancels: bool
    sent: datetime

    @property
    def kind(self) -> str:
        return "Alert" if self.earlier is None else "Cancel" if self.cancels else "Update"


def _earlier(update: Path | None, cancel: Path | None, people: Contacts, status: str) -> Earlier | None:
    if update is not None and cancel is not None:
        raise InputError(field="--update", found="--update beside --cancel", expected="one of them")
    path = update or cancel
    if path is None:
        return None
    earlier = read_earlier(path)
    for field, found, ours, remedy in (
            ("sender", earlier.sender, people.sender_id, "Give --contacts FILE.toml with the same [sender]."),
            ("status", earlier.status, status, "An exercise is not followed by a forecast, nor a forecast by one.")):
        if found != ours:
            raise InputError(file=earlier.file, field=field, found=f"'{found}'", expected=f"'{ours}', as this message",
                             remedy=remedy)
    return earlier


def _check(night: PublicNight, *, all_clear: bool, cancels: bool, now: datetime) -> None:
    """Refuse what would cry wolf: a night that is over, one that is calm, an all-clear for one that is not."""
    if night.valid_until <= now:
        until = _stamp(night, night.valid_until)
        raise InputError(field="valid_until", found=f"a night that is over: valid until {until}",
                         expected="a run that still holds",
                         remedy="Run the scenario again; an exercise is moved with `twin run --date`.")
    if cancels:
        return
    if night.allowed.is_empty:
        raise InputError(field="--fields", found="a list that lets nothing leave", expected="something to tell")
    if night.is_calm and not all_clear:
        raise InputError(found="a run in which nothing goes out or gets wet that the public is told of",
                         expected="an outage, or water at houses",
                         remedy="--all-clear says that all is calm; --cancel FILE takes an earlier alert back.")
    if all_clear and not night.is_calm:
        raise InputError(field="--all-clear", found="an all-clear for a run that is not calm",
                         expected="a run in which nothing goes out or gets wet that the public is told of",
                         remedy="Leave --all-clear out.")


def _sent(night: PublicNight, earlier: Earlier | None) -> datetime:
    """Give when it is sent: the issue time; after what it refers to in any case."""
    sent = night.issued_at if earlier is None else max(night.issued_at, earlier.sent_at + timedelta(seconds=1))
    if sent >= night.valid_until:
        until = _stamp(night, night.valid_until)
        raise InputError(field="valid_until", found=f"{until}, not after the message is sent, {_stamp(night, sent)}",
                         expected="an alert that expires after it is sent",
                         remedy="Run the scenario again with a later valid_until.")
    return sent


def _alert(message: _Message) -> ET.Element:
    night = message.night
    ET.register_namespace("", NAMESPACE)
    alert = ET.Element(f"{{{NAMESPACE}}}alert")
    words = _words()
    _put(alert, identifier="", sender=message.people.sender_id, sent=_stamp(night, message.sent),
         status=_STATUS[night.status], msgType=message.kind, scope="Public" if message.released else "Restricted")
    if not message.released:
        _put(alert, restriction=f"{words['fr']['restriction']} / {words['en']['restriction']}")
    _put(alert, note="; ".join(filter(None, (f"run {night.run_id}", f"released by {message.released}"
                                             if message.released else ""))))
    if message.earlier is not None:
        _put(alert, references=" ".join(message.earlier.chain))
    polygons = [] if message.cancels else _polygons(night)
    for lang in ("fr", "en"):
        alert.append(_info(message, Voice(lang), words[lang], polygons))
    # What it says names it: the same message has the same identifier, another one never has.
    alert[0].text = f"citytwin-{sha256(ET.tostring(alert, encoding='utf-8')).hexdigest()[:24]}"
    return alert


def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files("viewer").joinpath("data/alert.toml").read_text("utf-8"))


def _put(parent: ET.Element, **children: str) -> None:
    for tag, text in children.items():
        ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}").text = text


def _stamp(night: PublicNight, moment: datetime) -> str:
    """Give a moment as CAP wants it: whole seconds, offset in digits, -00:00 for none."""
    text = moment.astimezone(ZoneInfo(night.timezone)).isoformat(timespec="seconds")
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text


def _info(message: _Message, say: Voice, words: Mapping[str, str], polygons: list[str]) -> ET.Element:
    night = message.night
    out, may = night.lamps.ever()
    blocks = night.blocks.most()
    first = min((start for one in night.lamps.patterns for start, _, state in one if state == OUT), default=None)
    onset = _onset(night)
    topic, headline = _headline(message, say, words)
    is_calm = topic in ("calm", "cancel")
    info = ET.Element(f"{{{NAMESPACE}}}info")
    _put(info, language=message.country.tag(say.lang), category="Infra", event=words[f"event_{topic}"],
         responseType="AllClear" if topic == "calm" else "None" if topic == "cancel" else "Avoid",
         urgency="Past" if is_calm else "Immediate" if onset is not None and night.moment(
             onset) <= message.sent else "Future",
         severity="Moderate" if blocks and not is_calm else "Minor", certainty=_CERTAINTY[night.status])
    if onset is not None and not is_calm:
        _put(info, onset=_stamp(night, night.moment(onset)))
    title = night.title.get(say.lang) or next(iter(night.title.values()), "")
    if message.cancels and message.earlier is not None:
        said = [words["cancelled"].format(sent=_when(night, message.earlier.sent_at, say))]
    else:
        said = [words["titled"].format(title=title) if title else "", paragraph(night, say).replace("**", ""),
                words["first"].format(first=say.clock(night.moment(first))) if first is not None else "",
                words["not_official"]]
    _put(info, expires=_stamp(night, night.valid_until), senderName=message.people.sender_name or night.city,
         headline=headline, description=" ".join(filter(None, said)))
    if not is_calm:
        _put(info, instruction=" ".join(filter(None, (words["instruction"], words["signals_safety"]
                                                      if night.junctions else ""))))
        for name, value in (("lamps_out", out), ("lamps_doubtful", may), ("blocks_wet", blocks),
                            ("junctions_out", len(night.junctions))):
            parameter = ET.SubElement(info, f"{{{NAMESPACE}}}parameter")
            _put(parameter, valueName=name, value=str(value))
    area = ET.SubElement(info, f"{{{NAMESPACE}}}area")
    _put(area, areaDesc=night.city if is_calm else _where(night, say, words))
    for polygon in polygons:
        _put(area, polygon=polygon)
    return info


def _headline(message: _Message, say: Voice, words: Mapping[str, str]) -> tuple[str, str]:
    """Give what the message is about, and its headline."""
    night = message.night
    values = {"status": words[night.status], "city": night.city}
    if message.cancels and message.earlier is not None:
        return "cancel", words["cancel"].format(sent=_when(night, message.earlier.sent_at, say), **values)
    lamps, blocks = sum(night.lamps.ever()), night.blocks.most()
    for topic, n in (("lamps", lamps), ("signals", len(night.junctions)), ("blocks", blocks)):
        if n:
            return topic, words[topic if n > 1 else f"{topic}_one"].format(n=say.number(n), **values)
    if night.blocks.lone:
        return "blocks", words["houses"].format(**values)
    topic = "power" if night.without_power else "calm"
    return topic, words[topic].format(**values)


def _onset(night: PublicNight) -> int | None:
    """Give when the first thing that the public is told of goes out or gets wet [s from start]."""
    moments = [one[0][0] for one in night.lamps.patterns if one]
    moments += [spans[0][0] for spans in night.blocks.wet if spans]
    moments += [junction.from_s for junction in night.junctions]
    return min(moments, default=None)


def _when(night: PublicNight, moment: datetime, say: Voice) -> str:
    local = moment.astimezone(ZoneInfo(night.timezone))
    return say("moment_of", day=say.day(local, year=False), clock=say.clock(local))


def _where(night: PublicNight, say: Voice, words: Mapping[str, str]) -> str:
    """Name the streets in which lamps go out, the darkest first, else the junctions or the city."""
    out = np.array([any(state == OUT for _, _, state in one) for one in night.lamps.patterns])[night.lamps.pattern]
    count = np.bincount(night.lamps.street[out], minlength=len(night.streets) + 1)
    count[0] = 0
    order = np.lexsort((np.arange(len(count)), -count))
    names = [night.streets[number - 1] for number in order.tolist() if count[number]]
    if not names:
        names = sorted({name for junction in night.junctions for name in junction.streets})
    if not names:
        return night.city
    if len(names) > _STREETS + 1:
        return words["others"].format(list=", ".join(names[:_STREETS]), n=say.number(len(names) - _STREETS),
                                      city=night.city)
    return words["streets"].format(list=say.listing(names), city=night.city)


def _polygons(night: PublicNight) -> list[str]:
    """Give the surroundings of stretches with lamps out and of blocks in water, WGS84 "lat,lon lat,lon ...", closed.

    All lamps of a stretch stand in it, dark or lit: which of them go out is not told. The largest come first.
    """
    shapes: list[Any] = [outline for outline, wet in zip(night.blocks.outlines, night.blocks.wet, strict=True) if wet]
    if night.lamp_points is not None:
        out = np.array([any(state == OUT for _, _, state in one) for one in night.lamps.patterns])[night.lamps.pattern]
        here = np.isin(night.lamps.stretch, np.unique(night.lamps.stretch[out])) & np.isfinite(night.lamp_points[:, 0])
        shapes += list(shapely.points(night.lamp_points[here]))
    if not shapes:
        return []
    around = shapely.union_all(shapely.buffer(np.array(shapes, dtype=object), _AROUND_M, quad_segs=4))
    parts = [shapely.Polygon(part.exterior) for part in shapely.get_parts(around.simplify(_SIMPLIFY_M))]
    parts.sort(key=lambda part: (-part.area, part.wkb))
    to_degrees = pyproj.Transformer.from_crs(night.crs, "EPSG:4326", always_xy=True)
    said = []
    for part in parts[:_POLYGONS]:
        lon, lat = to_degrees.transform(*np.asarray(part.exterior.coords)[:, :2].T)
        said.append(" ".join(f"{y:.5f},{x:.5f}" for x, y in zip(lon, lat, strict=True)))
    return said
