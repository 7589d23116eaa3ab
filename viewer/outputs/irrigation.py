"""The page of a season's zones: what each ground holds, why it is locked, how it dried; one file without a script."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from geodata.atomic import write_whole
from twin.explaining.irrigated import (
    GroundTeller,
    ZoneTold,
    grouped_sentences,
    stress_sentence,
    told_zone,
)
from twin.explaining.irrigated_season import HEADINGS, restart_lines, season_lines
from twin.irrigation.indicators import Indicators
from twin.irrigation.restart import restarts
from viewer.irrigation_words import irrigation_words
from viewer.outputs.depletion import SORTS, figure, mark


@dataclass(frozen=True, slots=True)
class _ZoneShown:
    told: ZoneTold
    name: str
    sentence: str
    detail: str
    figure: Markup


def write_irrigation_page(told: Indicators, teller: GroundTeller, d: int, *, city: str, season: str, out: Path) -> Path:
    """Write the page of a season.

    Parameters
    ----------
    told, teller
        The season's figures, and the language that it is told in.
    d
        Day that is told.
    city, season
        Their names.
    out
        HTML file to write.

    Raises
    ------
    InputError
        The place holds another sort of file, or cannot be written.
    """
    write_whole(out, _render(told, teller, d, city, season), opens="<!doctype html", sort="a page")
    return out


def _render(told: Indicators, teller: GroundTeller, d: int, city: str, season: str) -> str:
    say, calendar = teller.words, told.balance.season.calendar
    words = irrigation_words(say.lang)
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath("irrigation.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        templates.joinpath("irrigation.html.j2").read_text("utf-8"))
    lines = season_lines(teller, told)
    return template.render(
        lang=say.lang, words=words, heading=words["heading"], city=city,
        season=words["season"].format(season=season, first=say.day(calendar.first), last=say.day(calendar.last)),
        computed=words["computed"].format(day=say.day(calendar.day(d))),
        alarms=[line.text for line in lines if line.is_alarm], sums=[line.text for line in lines if not line.is_alarm],
        said=grouped_sentences(teller, d), headings=[say.text(heading) for heading in HEADINGS],
        restart=[line.text for line in restart_lines(teller, restarts(told.balance), d)[1:]],
        legend=[(mark(sort), words[f"legend_{sort}"]) for sort in SORTS],
        zones=[_zone(told, teller, z, d, words) for z in range(len(told.balance.season.zones))],
        style=Markup(style), style_hash=base64.b64encode(sha256(style.encode()).digest()).decode())


def _zone(told: Indicators, teller: GroundTeller, z: int, d: int, words: Mapping[str, Any]) -> _ZoneShown:
    balance, say = told.balance, teller.words
    zone, c, name = balance.season.zones[z], balance.columns, teller.zone(z)
    shown = told_zone(teller, z, d)
    described = words["described"].format(
        zone=name, lost=teller.mm(float(c.depletion_mm[z, d])), day=say.day(balance.season.calendar.day(d)),
        total=teller.mm(zone.total_mm), allowed=teller.mm(float(c.allowed_mm[z, d])),
        stress=say.number(int(np.sum(told.stress_days[z]))), applied=teller.m3(float(told.applied_m3[z])))
    return _ZoneShown(
        told=shown, name=name, sentence=f"{shown.sentence} {stress_sentence(teller, z, d)}".strip(),
        detail=words["detail"].format(area=say.number(zone.area_m2), soil=words["soils"][zone.soil.name],
                                      vegetation=words["plants"][zone.vegetation.name]),
        figure=figure(balance, z, d, lang=say.lang, title=words["figure"].format(zone=name), described=described,
                      full=words["full"], empty=words["empty"]))
