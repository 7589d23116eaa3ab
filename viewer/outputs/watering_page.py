"""The residents' page of irrigated zones: why a lawn is yellow, why watering has stopped. It obeys the public list.

Never on it: which controller or cabinet is at fault, who released or switched off what, how much a zone is given.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from geodata.atomic import write_whole
from twin.explaining.irrigated import GroundTeller
from viewer.irrigation_words import irrigation_words
from viewer.public.allowed import Allowed
from viewer.public.gardens import gardens_told


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
    zones = [(garden.name, garden.days[0].answers[lang]) for garden in gardens_told({lang: teller}, [d], allowed)]
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath("irrigation.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        templates.joinpath("watering.html.j2").read_text("utf-8"))
    day = teller.words.day(teller.balance.season.calendar.day(d))
    write_whole(out, template.render(
        lang=lang, words=words, city=city, computed=words["computed"].format(day=day), zones=zones,
        style=Markup(style), style_hash=base64.b64encode(sha256(style.encode()).digest()).decode()),
        opens="<!doctype html", sort="a page")
    return out

