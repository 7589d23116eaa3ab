"""The public page's HTML beside its map: what must be readable without a script, in the language it opens in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.explaining.words import speech
from twin.world.kinds import LANGUAGES
from viewer.irrigation_words import irrigation_words
from viewer.outputs.contacts import Contacts
from viewer.outputs.summary import also, paragraph
from viewer.public.lamps import OUT
from viewer.public.night import PublicNight
from viewer.public.quarters import OPEN
from viewer.public.scene import to_page
from viewer.scene.frame import Frame
from viewer.states import LEGEND, LIKELY_LEGEND, states, svg
from viewer.words import REGISTERS, Voice


def public_config(night: PublicNight, frame: Frame, contacts: Contacts, *, released_by: str) -> dict[str, Any]:
    """Give what the page's script must know beside the packed stream."""
    return {
        "night": list(night.night), "report": contacts.report, "releasedBy": released_by, "runId": night.run_id,
        "geo": to_page(night, frame), "blocks": len(night.blocks.outlines), "lone": night.blocks.lone,
        "peakAt": night.peak_s or 0, "often": None if night.likely is None else dict(night.likely.often),
        "lampsAnswer": "lamps_kept" if night.keeps_lamps else "no_lamps_data",
        "contacts": {"emergency": [_plain(one) for one in contacts.emergency],
                     "grid": _plain(contacts.grid) if contacts.grid else None,
                     "official": [_plain(one) for one in contacts.official]},
        "said": {register: _said(night, Voice(register)) for register in REGISTERS}}


def _plain(one: Any) -> dict[str, str]:
    return {"to": one.to, "fr": one.fr, "en": one.en}


def _said(night: PublicNight, say: Voice) -> dict[str, Any]:
    """Give the texts of one register that no moment changes."""
    return {"heading": heading(night, say), "paragraph": paragraph(night, say, is_brief=True),
            "how": how(night, say), "also": also(night, say), "limits": limits(night, say)}


def gardens(night: PublicNight) -> dict[str, dict[str, Any]]:
    """Give the gardens that there is something to say of, in each language, by day; nothing where none is told."""
    if not night.gardens:
        return {}
    pressing = [garden for garden in night.gardens if not all(day.is_well for day in garden.days)]
    told = {}
    for lang in LANGUAGES:
        words, say = irrigation_words(lang)["public"], Voice(lang)
        well = len(night.gardens) - len(pressing)
        told[lang] = {
            "heading": words["heading"], "place": words["place"], "computed": words["by_day"],
            "days": [speech(lang).day(day.day) for day in night.gardens[0].days],
            "rows": [(garden.name, [day.answers[lang] for day in garden.days]) for garden in pressing],
            "others": words["others"].format(n=say.number(well)) if well else ""}
    return told


def how(night: PublicNight, say: Voice) -> list[str]:
    """Say how the page was made, what it rests on and whose data it shows."""
    title = night.title.get(say.lang) or next(iter(night.title.values()), "")
    span = {key: say("moment_of", day=say.day(night.moment(at)), clock=say.clock(night.moment(at)))
            for key, at in (("from", 0), ("to", night.duration_s))}
    status = say(f"status_{night.status}")
    lines = [say("how_titled", title=title, status=status, **span) if title else
             say("how_untitled", status=status, **span),
             say("how_method" if night.peak_s is not None else "how_method_dry")]
    if night.likely is not None:
        drawn = ", ".join(say(f"drawn_{name}") for name in night.likely.quantities)
        lines.append(say("how_nights", n=night.likely.n, list=drawn))
    if len(night.lamps):
        lines += [" ".join(filter(None, (say("how_assumed", n=night.defaults), say("how_near", n=night.doubtful)))),
                  say("how_rounded")]
    lines.append(say("how_left_out"))
    credited = [credit.words() for credit in night.credits if credit.words()]
    if credited:
        lines.append(say("how_sources", list=" ; ".join(credited) if say.lang == "fr" else "; ".join(credited)))
    if any(credit.lacks_licence for credit in night.credits):
        lines.append(say("how_no_licence"))
    if any(credit.is_openstreetmap for credit in night.credits):
        lines.append(say("how_openstreetmap"))
    return [*filter(None, lines), say("how_run", run=night.run_id), say("how_licence")]


def limits(night: PublicNight, say: Voice) -> str:
    """Say what the map does not tell, of what it tells of at all; empty where there is no map."""
    told = [say(key) for key, is_told in (("limits_lamps", len(night.lamps)), (
        "limits_water", night.water is not None or night.blocks.outlines)) if is_told]
    return " ".join([*told, say("limits_official")] if told else [])


def shape(night: PublicNight) -> str:
    """Give the classes of a page that has no streets to look up, or nothing to draw and no time to move through."""
    by_street = bool(night.streets) and (bool(np.any(night.lamps.street)) or any(night.blocks.street))
    has_map = len(night.lamps) or night.blocks.outlines or night.water is not None
    return "".join(f" {name}" for name, holds in (("no-streets", not by_street), ("no-map", not has_map)) if holds)


def public_view(night: PublicNight, contacts: Contacts, *, lang: str, released_by: str) -> dict[str, Any]:
    """Give the values of the template."""
    say, zone = Voice(lang), ZoneInfo(night.timezone)
    issued, until = night.issued_at.astimezone(zone), night.valid_until.astimezone(zone)
    same = until.date() == issued.date()
    until_words = say("until_clock", clock=say.clock(until)) if same else say(
        "until_at", day=say.day(until, year=False), clock=say.clock(until))
    # without an hour of issue a run is issued as its period begins: that is then said, not when it was made
    key = "made_until" if night.issued_at != night.start or night.status == "forecast" else "begins_until"
    made = say("on_at", day=say.day(issued, year=False), clock=say.clock(issued))
    short = [say(key, day=say.day(moment).split(" ")[0], clock=say.clock(moment))
             for key, moment in (("day_clock", issued), ("until_short", until))]
    following, following_short = _next(say, night, issued, zone)
    status_words = say(f"status_{night.status}")
    worst_s, rows = worst_moment(night)
    legend = LEGEND if night.likely is None else LIKELY_LEGEND
    return {
        "say": say, "status_words": status_words,
        "made": say.rich(key, issued=made, until=until_words) + following,
        "made_short": say.rich(key, issued=short[0], until=short[1]) + following_short,
        "heading": heading(night, say), "paragraph": say.marked(paragraph(night, say, is_brief=True)),
        "limits": limits(night, say), "shape": shape(night), "has_numbers": night.lamp_numbers is not None,
        "also": also(night, say), "has_junctions": bool(night.junctions),
        "rows": [{"street": name, "out": say("of_total", n=n, total=of), "since": say.clock(night.moment(since))}
                 for name, n, of, since in rows], "worst": say.clock(night.moment(worst_s)),
        "symbols": {name: svg(name) for name in legend}, "danger": svg("live", size=24), "legend": legend,
        "contacts": contacts, "issued_iso": issued.isoformat(), "how": how(night, say),
        "title": say("public_title", city=night.city, status=status_words), "released_by": released_by,
        "gardens": gardens(night),
        "foot": say("valid_foot", status=status_words, until=until_words + following), "icons": states()["symbols"]}


def heading(night: PublicNight, say: Voice) -> list[str]:
    """Give town and night, in two lines; the month once where the night stays in it."""
    first, last = (night.moment(at) for at in night.night)
    if first.date() == last.date():
        return say("h1_day", city=night.city, **{"from": say.day(first)}).split("\n")
    begins = say.date(first, year=False)
    if first.month == last.month:
        begins = begins.split(" ", 1)[0]
    return say("h1", city=night.city, **{"from": begins, "to": say.date(last, year=False)}).split("\n")


def _next(say: Voice, night: PublicNight, issued: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Give when the next page is promised, in full and in short, ready to follow; empty where nobody promised one."""
    if night.next_update is None:
        return "", ""
    moment = night.next_update.astimezone(zone)
    if moment.date() == issued.date():
        full = short = say("at_clock", clock=say.clock(moment))
    else:
        full = say("on_at", day=say.day(moment, year=False), clock=say.clock(moment))
        short = say("day_clock", day=say.day(moment).split(" ")[0], clock=say.clock(moment))
    return ", " + say("next_update", when=full), ", " + say("next_update", when=short)


def worst_moment(night: PublicNight) -> tuple[int, list[tuple[str, int, int, int]]]:
    """Give the step with most lamps dark, and of each street then its name, lamps out, lamps and since when."""
    lamps = night.lamps
    steps = np.arange(0, night.duration_s + 1, night.step_s)
    out = lamps.series(steps)
    dark = np.zeros(len(steps), bool)
    for start, end in night.nights:
        dark |= (steps >= start) & (steps < end)
    candidates = np.where(dark, out, -1) if (out * dark).any() else out
    if not out.any():
        return (night.peak_s or 0) // night.step_s * night.step_s, []
    worst = int(steps[int(candidates.argmax())])
    rows: dict[int, tuple[int, int, int]] = {}
    for street, pattern in zip(lamps.street.tolist(), lamps.pattern.tolist(), strict=True):
        n, total, since = rows.get(street, (0, 0, OPEN))
        here = [start for start, end, state in lamps.patterns[pattern] if state == OUT and start <= worst < end]
        rows[street] = (n + bool(here), total + 1, min([since, *here]))
    return worst, sorted(((night.streets[street - 1], *row) for street, row in rows.items() if row[0] and street),
                         key=lambda row: (-row[1], row[0]))
