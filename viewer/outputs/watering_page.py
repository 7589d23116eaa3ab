"""The residents' page of irrigated zones: why a lawn is yellow, why watering has stopped. It obeys the public list.

Never on it: which controller or cabinet is at fault, who released or switched off what, how much a zone is given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from hashlib import sha256
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from geodata.atomic import write_whole
from geodata.inputs.time_names import natural
from twin.explaining.irrigated import GroundTeller, forbidding, level_word, lock_in_force, locked_since, stressed_since
from twin.quantities import NONE
from twin.texts import clean
from viewer.outputs.irrigation import irrigation_words
from viewer.public.allowed import Allowed


def write_watering_page(teller: GroundTeller, d: int, *, city: str, out: Path, fields: Path | None = None) -> Path:
    """Write the page of a day for residents.

    Parameters
    ----------
    teller
        The season, and the language that it is told in.
    d
        Day that is told.
    city
        Its name.
    out
        HTML file to write.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.

    Raises
    ------
    InputError
        A list that cannot be read; a place that holds another sort of file.
    """
    allowed, lang = Allowed.read(fields), teller.words.lang
    words = irrigation_words(lang)["public"]
    is_told = allowed("zone", "name") and allowed("zone", "watering")
    # The list lets names out, no ids: a zone that people have no name for is not told.
    zones = [(clean(zone.name), _answer(teller, z, d, words)) for z, zone in enumerate(teller.balance.season.zones)
             if is_told and zone.name and zone.name != zone.id]
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath("irrigation.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        templates.joinpath("watering.html.j2").read_text("utf-8"))
    day = teller.words.day(teller.balance.season.calendar.day(d))
    zones.sort(key=lambda zone: natural(zone[0]))
    write_whole(out, template.render(
        lang=lang, words=words, city=city, computed=words["computed"].format(day=day), zones=zones,
        style=Markup(style), style_hash=base64.b64encode(sha256(style.encode()).digest()).decode()),
        opens="<!doctype html", sort="a page")
    return out


def _answer(teller: GroundTeller, z: int, d: int, words: Mapping[str, str]) -> str:
    """Give why a zone is not watered, and whether it lacks water."""
    balance, calendar = teller.balance, teller.balance.season.calendar
    said = []
    lock, order = lock_in_force(balance, z, d), forbidding(balance, z, d)
    if lock is not None:
        since = calendar.moment(locked_since(balance, z, d)).date()
        said.append(words[lock.reason.word].format(since=teller.day(since, calendar.day(d))))
    elif order is not None:
        said.append(words["ordered"].format(order=clean(order.name), level=level_word(teller, order)))
    first = stressed_since(balance, z, d)
    if first != NONE:
        said.append(words["dry"].format(since=teller.day(calendar.day(first), calendar.day(d))))
    return " ".join(said) or words["well"]
