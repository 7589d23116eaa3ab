"""Leaflet: a one-page notice for a letter box, a street a page, black on white.

Paper cannot be called back: the status and the limit of validity stand at head and foot of every page.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from geodata.atomic import write_whole
from geodata.ours import PAGE_MARK
from twin.errors import InputError
from twin.world.kinds import LANGUAGES
from twin.world.streets import folded
from viewer.outputs.contacts import Contacts, read_contacts
from viewer.outputs.countries import country_of
from viewer.outputs.release import require_release
from viewer.outputs.summary import junction_lines, paragraph
from viewer.public.lamps import MAY, OUT
from viewer.public.night import PublicNight, public_night
from viewer.public.quarters import OPEN
from viewer.public.stories import STAGES, STORIES
from viewer.words import Voice

if TYPE_CHECKING:
    from geodata.run.folder import Run


@dataclass(frozen=True, slots=True)
class _Page:
    #: What it is about: a street, or the town.
    title: str
    answer: tuple[tuple[str, str], ...]


def export_leaflet(run: Run, out: Path, *, streets: Sequence[str], lang: str | None = None,
                   released_by: str | None = None, contacts: Path | None = None, fields: Path | None = None) -> Path:
    """Write one HTML file that prints as one A4 page for each street.

    Parameters
    ----------
    run
        A run read from its folder.
    out
        HTML file to write.
    streets
        Names of streets, in any case and with or without accents; ``all`` alone gives every street in which a
        lamp may go out, and where there is none one page for the town.
    lang
        ``fr`` or ``en``; without it an official language of the country where it is one of the two, else English.
    released_by
        Who releases it; needed for a forecast.
    contacts
        The city's contacts; the country's without it.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.

    Raises
    ------
    InputError
        A street that no lamp stands in (the nearest spellings are named), a list that lets no street out, a language
        other than fr and en, a forecast without a name.
    """
    if lang is not None and lang not in LANGUAGES:
        raise InputError(found=f"language '{lang}'", expected=" or ".join(LANGUAGES), field="lang")
    released = require_release(run.result.plan.status, released_by, what="a leaflet")
    night = public_night(run, fields)
    country = country_of(night.country, night.timezone, night.latitude, night.longitude)
    people = read_contacts(contacts, country)
    say = Voice(lang or country.language)
    words = _words()[say.lang]
    numbers = _numbers(night, streets, str(fields or ""))
    pages = [_page(night, number, say, words) for number in numbers] or [_town(night, say, words)]
    write_whole(out, _render(night, pages, say, words, people, released), opens="<!doctype html", sort="a page",
                mark=PAGE_MARK)
    return out


def street_answers(run: Run, lang: str, *, released_by: str | None = None, fields: Path | None = None
                   ) -> dict[str, str]:
    """Give by street what its leaflet answers: when light is back, why it is dark, what to expect tonight.

    Raises
    ------
    InputError
        A forecast without a name, a list that is none.
    """
    released = require_release(run.result.plan.status, released_by, what="an answer")
    night, say, words = public_night(run, fields), Voice(lang), _words()[lang]
    made, at = {}, night.issued_at.astimezone(ZoneInfo(night.timezone))
    for number in sorted(set(night.lamps.street.tolist()) - {0}):
        page = _page(night, number, say, words)
        told = [f"{title}{words['colon']} {text}" for title, text in reversed(page.answer)]
        issued = _issue(night, words).format(day=say.day(at), clock=say.clock(at))
        made[page.title] = " ".join([*told, f"{words[night.status]}{words['colon']} {words['not_observed']}. {issued}.",
                                     words["released"].format(name=released) + "." if released else ""]).strip()
    return made


def _words() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("viewer").joinpath("data/leaflet.toml").read_text("utf-8"))


def _numbers(night: PublicNight, streets: Sequence[str], file: str) -> list[int]:
    """Give the numbers of the streets that are asked for; none where the town is to have one page."""
    if list(streets) == ["all"]:
        touched = night.lamps.street[[bool(night.lamps.patterns[pattern]) for pattern in night.lamps.pattern]]
        return sorted(set(touched.tolist()) - {0})
    with_lamps = sorted(set(night.lamps.street.tolist()) - {0})
    if not with_lamps:
        raise InputError(file=file, field="leaflet", found="a night whose lamps are told without their street"
                         if len(night.lamps) else "a night in which nothing is told of lamps",
                         expected="lamps with a street that may leave", remedy="--leaflet all gives one page for the "
                         "town. Leaflets go by the streets of the lamps: the mapping gives them, the list of fields "
                         "lets them out.")
    known: dict[str, list[int]] = {}
    for number in with_lamps:
        known.setdefault(folded(night.streets[number - 1]), []).append(number)
    missing = [street for street in streets if folded(street) not in known]
    if missing:
        near = [night.streets[number - 1] for name in get_close_matches(folded(missing[0]), known, n=5, cutoff=0.5)
                for number in known[name]]
        raise InputError(field="leaflet", found=f"street '{missing[0]}'", expected="a street with lamps in it",
                         ids=missing, remedy=f"Did you mean {' or '.join(near)}?" if near else "")
    chosen: dict[int, None] = {}
    for street in streets:
        alike = known[folded(street)]
        chosen |= dict.fromkeys([number for number in alike if night.streets[number - 1] == street] or alike)
    return list(chosen)


def _page(night: PublicNight, number: int, say: Voice, words: Mapping[str, Any]) -> _Page:
    here = night.lamps.pattern[night.lamps.street == number]
    lists = [night.lamps.patterns[pattern] for pattern in here.tolist()]
    starts = [start for one in lists for start, _, state in one if state == OUT]
    out = sum(any(state == OUT for _, _, state in one) for one in lists)
    may = sum(any(state == MAY for _, _, state in one) for one in lists if not any(s == OUT for _, _, s in one))
    if not out:
        told = words["may_all"] if may > 1 else words["may_all_one"] if may else words["lit"]
        answer = [(words["back"], words["may_back" if may else "lit_back"]),
                  (words["cause"], words["stories"]["may" if may else "none"]),
                  (words["tonight"], told.format(may=say.number(may), lamps=say.number(len(lists))))]
    else:
        street = night.told[number]
        # What the return waits for as the notice is made; before the outage, what it will wait for first.
        at = (night.issued_at - night.start).total_seconds()
        stage = STAGES[next((row for row in street.rows if row.start_s <= at < row.end_s), street.rows[0]).stage]
        tonight = words["out_one" if out == 1 else "out"].format(
            out=say.number(out), lamps=say.number(len(lists)), first=say.clock(night.moment(min(starts, default=OPEN))))
        if may:
            tonight += " " + words["may_one" if may == 1 else "may"].format(may=say.number(may))
        cause = words["stories"][STORIES[street.story]]
        answer = [(words["back"], f"{words['back_unknown']} {words[f'waits_{stage}']}"),
                  (words["cause"], cause if street.is_sure else f"{cause} {words['not_sure']}"),
                  (words["tonight"], tonight)]
    name = night.streets[number - 1]
    dark = [junction for junction in night.junctions if name in junction.streets]
    if dark:
        answer.append((words["junctions"], " ".join(junction_lines(night, dark, say))))
    return _Page(name, tuple(answer))


def _town(night: PublicNight, say: Voice, words: Mapping[str, Any]) -> _Page:
    """Give one page for the whole town: a night in which no lamp goes out is told, too."""
    answer = [(words["night"], paragraph(night, say).replace("**", ""))]
    if night.junctions:
        answer.append((words["junctions"], " ".join(junction_lines(night, night.junctions, say))))
    return _Page(night.city, tuple(answer))


def _issue(night: PublicNight, words: Mapping[str, Any]) -> str:
    """Give the sentence of a night's hour of issue; without one a run is issued as its period begins, and says so."""
    is_said = night.issued_at != night.start or night.status == "forecast"
    return str(words["issued" if is_said else "begins"])


def _following(night: PublicNight, issued: datetime, zone: ZoneInfo, say: Voice, words: Mapping[str, Any]) -> str:
    if night.next_update is None:
        return ""
    local = night.next_update.astimezone(zone)
    key = "next" if local.date() == issued.date() else "next_day"
    text: str = words[key].format(day=say.day(local), clock=say.clock(local))
    return text


def _render(night: PublicNight, pages: Sequence[_Page], say: Voice, words: Mapping[str, Any], people: Contacts,
            released: str) -> str:
    zone = ZoneInfo(night.timezone)
    issued, valid = night.issued_at.astimezone(zone), night.valid_until.astimezone(zone)
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath("leaflet.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        templates.joinpath("leaflet.html.j2").read_text("utf-8"))
    contacts = [(c.to, c.words(say.lang)) for c in (*people.emergency, *([people.grid] if people.grid else []),
                                                    *people.official)]
    credited = list(dict.fromkeys(credit.attribution or credit.name for credit in night.credits))
    if any(credit.is_openstreetmap for credit in night.credits):
        credited.append(words["openstreetmap"])
    title = night.title.get(say.lang) or next(iter(night.title.values()), "")
    made = words["made"].format(run=night.run_id)
    if any(credited):
        made += " " + words["data"].format(sources=", ".join(filter(None, credited)))
    return template.render(
        lang=say.lang, title=f"{night.city}{words['colon']} {words[night.status]}", pages=pages,
        status=words[night.status], colon=words["colon"], not_observed=words["not_observed"], town=night.city,
        night=" · ".join(filter(None, (say.day(night.start.astimezone(zone)), title))),
        issued=_issue(night, words).format(day=say.day(issued), clock=say.clock(issued)),
        valid=words["valid"].format(day=say.day(valid), clock=say.clock(valid)),
        following=_following(night, issued, zone, say, words), safety=words["safety"],
        numbers=words["numbers"], contacts=contacts, report=people.report, wrong=words["wrong"], made=made,
        not_official=words["not_official"].format(authorities=say.listing(list(people.authorities[say.lang]))),
        released=words["released"].format(name=released) if released else "",
        style=Markup(style),
        style_hash=base64.b64encode(sha256(style.encode()).digest()).decode())
