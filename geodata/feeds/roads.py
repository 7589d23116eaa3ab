"""Closed roads in: DATEX II, versions 2 and 3, and traffic orders. A publication is whole: what it lacks is over.

Source
------
DATEX II (CEN 16157): situations, and ``TrafficRegulation`` as towns publish their orders with it. Positions of version
3 are latitude before longitude; ``xsi:type`` may carry any prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from geodata.feeds.alerts import Shape, moment_in, on_earth, state_at
from geodata.feeds.taken import About, Notice, Taken
from geodata.feeds.xml_tree import text_of, tree_of
from geodata.observations.normal import Refusal, Why, seconds_of

_CLOSED = {"roadClosed", "carriagewayClosed", "noEntry"}
_FLOODS = {"flooding", "flashFloods", "flood"}
_LONGEST = 500


def read_datex(body: bytes, about: About) -> Taken:
    """Read a publication: closures, and obstructions by water."""
    taken = Taken.of(body, about)
    try:
        root = tree_of(body)
        published = next((text_of(one) for one in root.iter("publicationTime")), "")
        if not published:
            raise Refusal(Why.FORM, field="publicationTime", found="none", expected="a publication of DATEX II")
        sent = seconds_of(published, about.received)
    except Refusal as error:
        taken.refuse(error)
        return taken
    taken.is_whole = True
    for situation in root.iter("situation"):
        records = situation.findall("situationRecord")
        is_wet = any(_is_flood(one) for one in records)
        for record in records:
            _take(taken, record, is_flood=is_wet, sent=sent)
    for order in root.iter("trafficRegulation"):
        _take(taken, order, is_flood=False, sent=sent)
    return taken


def _take(taken: Taken, record: Element, *, is_flood: bool, sent: int) -> None:
    is_closed = any(text_of(one) in _CLOSED for key in
                    ("roadOrCarriagewayOrLaneManagementType", "accessRestrictionType") for one in record.iter(key))
    if not is_closed and not _is_flood(record):
        taken.passed += 1
        return
    try:
        taken.notice(_notice(taken, record, "closure" if is_closed else "obstruction", is_flood=is_flood, sent=sent))
    except Refusal as error:
        taken.refuse(error)


def _is_flood(record: Element) -> bool:
    return any(text_of(one) in _FLOODS for key in ("environmentalObstructionType", "causeType", "poorEnvironmentType")
               for one in record.iter(key))


def _notice(taken: Taken, record: Element, sort: str, *, is_flood: bool, sent: int) -> Notice:
    name = record.get("id", "")
    if not name:
        raise Refusal(Why.FORM, field="id", found="none", expected="an id of the record")
    begins = _moment(record, "overallStartTime", "startOfPeriod")
    ends = _moment(record, "overallEndTime", "endOfPeriod")
    state = state_at(begins, ends, taken.about.received)
    if next((text_of(one) for one in record.iter("validityStatus")), "") == "suspended":
        state = "over"
    shapes = tuple(_shapes(taken, record))
    road = next((text_of(one) for key in ("roadName", "roadNumber") for one in record.iter(key) if text_of(one)), "")
    line = max(shapes, key=len, default=())
    street = taken.about.street(line) if line and taken.about.street is not None else ""
    text = next((text_of(one) for one in record.iter("comment")), "") or road
    return Notice(source=taken.about.source, id=name, sort=sort, state=state, begins=begins, ends=ends,
                  text=text[:_LONGEST], street=street, shapes=shapes, is_flood=is_flood, sent=sent,
                  received=int(taken.about.received.timestamp()), raw=taken.raw)


def _moment(record: Element, *names: str) -> int | None:
    text = next((text_of(one) for name in names for one in record.iter(name) if text_of(one)), "")
    return moment_in(text)


def _shapes(taken: Taken, record: Element) -> Iterator[Shape]:
    """Give the places of a record; those that are none are refused, the record stays."""
    for line in record.iter("posList"):
        try:
            yield _line(text_of(line))
        except Refusal as error:
            taken.refuse(error)
    points: list[tuple[float, float]] = []
    for lat in record.iter():
        if lat.find("latitude") is None or lat.find("longitude") is None:
            continue
        try:
            points.append(on_earth(_number(text_of(lat, "longitude")), _number(text_of(lat, "latitude"))))
        except Refusal as error:
            taken.refuse(error)
    if points:
        yield tuple(points)


def _line(text: str) -> Shape:
    numbers = [_number(one) for one in text.split()]
    if len(numbers) < 2 or len(numbers) % 2:
        raise Refusal(Why.PLACE, field="posList", found=f"{len(numbers)} numbers", expected="latitudes and longitudes")
    return tuple(on_earth(lon, lat) for lat, lon in zip(numbers[::2], numbers[1::2], strict=True))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refusal(Why.PLACE, found=f"'{text[:40]}'", expected="a number of degrees") from None
