"""Leaflet: a one-page notice for a letter box, a street a page, black on white.

Paper cannot be called back: the status and the limit of validity stand at head and foot of every page.
"""

from __future__ import annotations

import base64
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import jinja2
import numpy as np
from markupsafe import Markup

from geodata.atomic import write_whole
from twin.errors import InputError
from twin.explaining.words import Speech, speech
from twin.results.outages import Mechanism
from viewer.outputs.contacts import Contacts, read_contacts
from viewer.outputs.release import require_release
from viewer.scene.public import STORIES, PublicStories, public_stories

if TYPE_CHECKING:
    from geodata.run.folder import Run


@dataclass(frozen=True, slots=True)
class _Page:
    street: str
    answer: tuple[tuple[str, str], ...]


def export_leaflet(run: Run, out: Path, *, streets: Sequence[str], lang: str = "fr", released_by: str | None = None,
                   contacts: Path | None = None) -> Path:
    """Write one HTML file that prints as one A4 page for each street.

    Parameters
    ----------
    run
        A run read from its folder.
    out
        HTML file to write.
    streets
        Names of streets, in any case and with or without accents; ``all`` alone gives every street that loses a lamp.
    lang
        ``fr`` or ``en``.
    released_by
        Who releases it; needed for a forecast.
    contacts
        The city's contacts; the shipped ones without it.

    Raises
    ------
    InputError
        A street that no lamp stands in (the nearest spellings are named), ``all`` where no street loses a lamp, a
        forecast without a name.
    """
    released = require_release(run.result.plan.status, released_by, what="a leaflet")
    say, words, people = speech(lang), _words()[lang], read_contacts(contacts)
    stories = public_stories(run)
    pages = [_page(run, code, say, words, stories) for code in _codes(run, streets)]
    text = _render(run, pages, say, words, people, released)
    write_whole(out, text, opens="<!doctype html", sort="a page")
    return out


def _words() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("viewer").joinpath("data/leaflet.toml").read_text("utf-8"))


def _codes(run: Run, streets: Sequence[str]) -> list[int]:
    labels, outages = run.result.city.assets.street, run.result.outages
    lamp = run.result.city.assets.of_kind("lamp")
    lit = set(labels.codes[lamp].tolist()) - {-1}
    if list(streets) == ["all"]:
        dark = set(labels.codes[outages.asset[lamp[outages.asset]]].tolist()) - {-1}
        if not dark:
            raise _nothing_to_say(lit, bool(lamp.any()), bool(lamp[outages.asset].any()))
        return sorted(dark, key=lambda code: labels.words[code])
    known: dict[str, list[int]] = {}
    for code in sorted(lit):
        known.setdefault(_folded(labels.words[code]), []).append(code)
    missing = [street for street in streets if _folded(street) not in known]
    if missing:
        near = [labels.words[code] for name in get_close_matches(_folded(missing[0]), known, n=5, cutoff=0.5)
                for code in known[name]]
        raise InputError(field="leaflet", found=f"street '{missing[0]}'", expected="a street with lamps in it",
                         ids=missing, remedy=f"Did you mean {' or '.join(near)}?" if near else "")
    chosen: dict[int, None] = {}
    for street in streets:
        alike = known[_folded(street)]
        chosen |= dict.fromkeys([code for code in alike if labels.words[code] == street] or alike)
    return list(chosen)


def _folded(name: str) -> str:
    """Give a street's name as the page's search compares it: without accents, case, hyphens and dots."""
    letters = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).lower()
    return " ".join(re.sub(r"[’'\-.]", " ", letters).split())


def _nothing_to_say(lit: set[int], has_lamps: bool, is_dark: bool) -> InputError:
    """Give the refusal of a file without a page."""
    found = ("a city without lamps" if not has_lamps else "lamps without a street" if not lit
             else "outages only of lamps without a street" if is_dark else "no street that loses a lamp in this run")
    return InputError(field="leaflet", found=found, expected="a street that loses a lamp",
                      remedy="Name a street with lamps: its leaflet says that they stay lit." if lit else
                      "Leaflets go by the streets of the lamps: give them streets in the mapping." if has_lamps else "")


def _page(run: Run, code: int, say: Speech, words: Mapping[str, Any], stories: PublicStories) -> _Page:
    assets, outages, exposure = run.result.city.assets, run.result.outages, run.result.exposure
    here = assets.of_kind("lamp") & (assets.street.codes == code)
    mine = np.flatnonzero(here[outages.asset])
    lamps, out = int(here.sum()), len(np.unique(outages.asset[mine]))
    may = int((exposure.is_doubtful & here).sum()) - len(
        np.unique(outages.asset[mine][exposure.is_doubtful[outages.asset[mine]]]))
    if not len(mine):
        answer = [(words["back"], words["lit_back"]), (words["cause"], words["stories"]["may" if may else "none"]),
                  (words["tonight"], words["lit"])]
    else:
        # The story of most lamps; of two as common the earlier in the table, so that the choice does not wander.
        counts = Counter(int(stories.of_outage[i]) for i in mine)
        story = min(counts, key=lambda number: (-counts[number], number))
        code_word = STORIES[stories.table[story][0]]
        held = Counter(int(h) for h in outages.held_mechanism[mine]).most_common(1)[0][0]
        root = Counter(int(r) for r in outages.root_mechanism[mine]).most_common(1)[0][0]
        declared = Mechanism(held) in (Mechanism.CUT, Mechanism.FAILED) or Mechanism(root) in (
            Mechanism.CUT, Mechanism.FAILED)
        first = say.clock(_local(run, int(outages.start_s[mine].min())))
        tonight = words["out_one" if out == 1 else "out"].format(out=say.number(out), lamps=say.number(lamps),
                                                                 first=first)
        if may > 0:
            tonight += " " + words["may_one" if may == 1 else "may"].format(may=say.number(may))
        answer = [(words["back"], f"{words['back_unknown']} {words['waits_declared' if declared else 'waits_recede']}"),
                  (words["cause"], words["stories"][code_word]), (words["tonight"], tonight)]
    return _Page(assets.street.words[code], tuple(answer))


def _local(run: Run, seconds: int) -> datetime:
    moment: datetime = run.result.plan.start + timedelta(seconds=seconds)
    return moment.astimezone(ZoneInfo(run.result.city.timezone))


def _following(moment: datetime | None, zone: ZoneInfo, issued: datetime, say: Speech, words: Mapping[str, Any]) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    key = "next" if local.date() == issued.date() else "next_day"
    text: str = words[key].format(day=say.day(local), clock=say.clock(local))
    return text


def _render(run: Run, pages: Sequence[_Page], say: Speech, words: Mapping[str, Any], people: Contacts,
            released: str) -> str:
    plan, zone = run.result.plan, ZoneInfo(run.result.city.timezone)
    issued, valid = plan.issued_at.astimezone(zone), plan.valid_until.astimezone(zone)
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath("leaflet.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        templates.joinpath("leaflet.html.j2").read_text("utf-8"))
    contacts = [(c.to, c.words(say.lang)) for c in (*people.emergency, *([people.grid] if people.grid else []),
                                                    *people.official)]
    # A city of ten files of one maker names him once.
    sources = list(dict.fromkeys(s.attribution or s.name for s in run.city_file.sources)) or [run.result.city.name]
    return template.render(
        lang=say.lang, title=f"{run.result.city.name}: {words[plan.status]}", pages=pages, status=words[plan.status],
        colon=words["colon"], not_observed=words["not_observed"],
        town=run.result.city.name, night=say.day(plan.start.astimezone(zone)),
        issued=words["issued"].format(day=say.day(issued), clock=say.clock(issued)),
        valid=words["valid"].format(day=say.day(valid), clock=say.clock(valid)),
        following=_following(plan.next_update, zone, issued, say, words), safety=words["safety"],
        numbers=words["numbers"], contacts=contacts, not_official=words["not_official"], report=people.report,
        wrong=words["wrong"], made=words["made"].format(run=plan.digest[:12], sources=", ".join(sources)),
        released=words["released"].format(name=released) if released else "",
        style=Markup(style),
        style_hash=base64.b64encode(sha256(style.encode()).digest()).decode())
