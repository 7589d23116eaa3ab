"""The public page's HTML beside its map: what must be readable without a script, in the language it opens in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from twin.world.assets import Source
from viewer.outputs.contacts import Contacts, read_contacts
from viewer.scene.compose import Scene
from viewer.scene.intervals import OPEN, State
from viewer.states import LEGEND, states, svg
from viewer.words import Voice

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Sources named on the page at most; the rest are counted in the run folder.
_SOURCES = 12


def public_view(run: Run, scene: Scene, clock: Any, config: dict[str, Any], *, lang: str, released_by: str | None,
                city: Path | None) -> dict[str, Any]:
    """Give the values of the template, and complete ``config`` with what the page's script needs."""
    plan, assets = run.result.plan, run.result.city.assets
    contacts = read_contacts(city)
    say = Voice(lang)
    sources = list(dict.fromkeys(_source(record) for record in run.city_file.sources))[:_SOURCES]
    defaults = int(sum((np.asarray(s) == Source.DEFAULT).sum() for s in
                       (assets.touch_source, assets.fail_source, assets.protection_source)))
    doubtful = int(np.asarray(run.result.exposure.is_doubtful).sum())
    night = _night(config)
    config |= {"night": night, "report": contacts.report, "releasedBy": released_by or "",
               "runId": plan.digest[:12], "geo": _geography(run, scene), "defaults": defaults, "doubtful": doubtful,
               "sources": sources, "blocks": scene.blocks,
               "lone": scene.lone, "contacts": _contacts(contacts)}
    worst_s, rows, ever, total, may = _worst(scene, config)
    wet = _most_blocks(scene)
    first, last = clock.local(night[0]), clock.local(night[1])
    issued, until = plan.issued_at.astimezone(clock.zone), plan.valid_until.astimezone(clock.zone)
    same = until.date() == issued.date()
    until_words = say("until_clock", clock=say.clock(until)) if same else say(
        "until_at", day=say.day(until, year=False), clock=say.clock(until))
    made = say("on_at", day=say.day(issued, year=False), clock=say.clock(issued))
    short = [say(key, day=say.day(moment).split(" ")[0], clock=say.clock(moment))
             for key, moment in (("day_clock", issued), ("until_short", until))]
    following, following_short = _next(say, clock, plan, issued)
    peak = clock.local(config["peakAt"])
    key = "night_dry" if not config["wetSpan"] else "night_water" if scene.blocks else "night_water_lamps"
    if not total:
        key = "night_no_lamps" if scene.blocks else "night_no_lamps_blocks"
    same_day = first.date() == last.date()
    status_words = say(f"status_{plan.status}")
    config["totals"] = {"ever": ever, "total": total, "may": may, "wet": wet}
    return {
        "say": say, "status_words": status_words,
        "made": say.rich("made_until", issued=made, until=until_words) + following,
        "made_short": say.rich("made_until", issued=short[0], until=short[1]) + following_short,
        "heading": (say("h1_day", city=run.result.city.name, **{"from": say.day(first)}) if same_day else
                    say("h1", city=run.result.city.name, **{"from": str(first.day)},
                        to=say.date(last, year=False))).split("\n"),
        "paragraph": say.rich(key, n=ever if total else wet, total=total, wet=wet, peak=say.clock(peak)),
        "may": say.rich("night_may", n=may, all=ever + may) if may else "", "rows": [
            {"street": name, "out": say("of_total", n=n, total=of), "since": say.clock(clock.local(since))}
            for name, n, of, since in rows], "worst": say.clock(clock.local(worst_s)),
        "symbols": {name: svg(name) for name in LEGEND}, "danger": svg("live", size=24), "legend": LEGEND,
        "contacts": contacts, "issued_iso": issued.isoformat(), "title": say(
            "public_title", city=run.result.city.name, status=status_words),
        "foot": say("valid_foot", status=status_words, until=until_words + following), "released_by": released_by or "",
        "icons": states()["symbols"]}


def _next(say: Voice, clock: Any, plan: Any, issued: datetime) -> tuple[str, str]:
    """Give when the next page is promised, in full and in short, ready to follow; empty where nobody promised one."""
    if plan.next_update is None:
        return "", ""
    moment = plan.next_update.astimezone(clock.zone)
    if moment.date() == issued.date():
        full = short = say("at_clock", clock=say.clock(moment))
    else:
        full = say("on_at", day=say.day(moment, year=False), clock=say.clock(moment))
        short = say("day_clock", day=say.day(moment).split(" ")[0], clock=say.clock(moment))
    return ", " + say("next_update", when=full), ", " + say("next_update", when=short)


def _source(record: Any) -> str:
    """Name a source as a reader needs it: what, of when, under which licence, whose."""
    parts = [record.name, record.date, record.licence, record.attribution]
    return ", ".join(dict.fromkeys(str(part) for part in parts if part))


def _contacts(contacts: Contacts) -> dict[str, Any]:
    def plain(one: Any) -> dict[str, str]:
        return {"to": one.to, "fr": one.fr, "en": one.en}

    return {"emergency": [plain(one) for one in contacts.emergency], "grid": plain(contacts.grid) if contacts.grid
            else None, "official": [plain(one) for one in contacts.official]}


def _night(config: dict[str, Any]) -> list[int]:
    """Give the night that the page is about: the one of which the run holds most; the whole run where there is none."""
    nights, last = config["nights"], config["duration"]
    return max(nights, key=lambda night: min(night[1], last) - max(night[0], 0)) if nights else [0, last]


def _geography(run: Run, scene: Scene) -> dict[str, Any] | None:
    """Give the quadratic from degrees to page metres, fitted over the frame, for "where I am"."""
    west, south, east, north = scene.frame.box
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(west, east, 7), np.linspace(south, north, 7)))
    lon, lat = pyproj.Transformer.from_crs(run.result.city.crs, "EPSG:4326", always_xy=True).transform(x, y)
    lon0, lat0 = float(np.mean(lon)), float(np.mean(lat))
    if not np.isfinite([lon0, lat0]).all():
        return None
    u, v = np.asarray(lon) - lon0, np.asarray(lat) - lat0
    terms = np.column_stack([np.ones_like(u), u, v, u * u, u * v, v * v])
    to_x, *_ = np.linalg.lstsq(terms, x - west, rcond=None)
    to_y, *_ = np.linalg.lstsq(terms, north - y, rcond=None)
    return {"lon": round(lon0, 7), "lat": round(lat0, 7), "x": [float(f"{k:.8g}") for k in to_x],
            "y": [float(f"{k:.8g}") for k in to_y]}


def _worst(scene: Scene, config: dict[str, Any]) -> tuple[int, list[tuple[str, int, int, int]], int, int, int]:
    """Give the step with most lamps dark and its streets, and how many lamps ever go out, are there, may go out.

    Counted from the very intervals that the page draws.
    """
    table = scene.patterns
    lamps = scene.lamp_patterns
    count = len(table.offsets) - 1
    weight = np.bincount(lamps, minlength=count)
    steps = np.arange(0, config["duration"] + 1, config["step"])
    out = np.zeros(len(steps), np.int64)
    ever = may = 0
    for pattern in np.flatnonzero(weight).tolist():
        rows = table.rows[table.offsets[pattern]:table.offsets[pattern + 1]]
        outages = [row for row in rows if row[2] == State.OUT]
        ever += int(weight[pattern]) if outages else 0
        may += int(weight[pattern]) if rows and not outages else 0
        for row in outages:
            out[(steps >= row[0]) & (steps < row[1])] += weight[pattern]
    dark = np.zeros(len(steps), bool)
    for start, end in config["nights"]:
        dark |= (steps >= start) & (steps < end)
    candidates = np.where(dark, out, -1) if (out * dark).any() else out
    worst = int(steps[int(candidates.argmax())]) if out.any() else config["peakAt"] // config["step"] * config["step"]
    streets: dict[int, list[int]] = {}
    for lamp, pattern in enumerate(lamps.tolist()):
        entry = streets.setdefault(int(scene.lamp_streets[lamp]), [0, 0, OPEN])
        entry[1] += 1
        for row in table.rows[table.offsets[pattern]:table.offsets[pattern + 1]]:
            if row[2] == State.OUT and row[0] <= worst < row[1]:
                entry[0] += 1
                entry[2] = min(entry[2], row[0])
    listed = sorted(((scene.streets[street - 1], n, of, since) for street, (n, of, since) in streets.items()
                     if n and street), key=lambda row: (-row[1], row[0]))
    return worst, listed, ever, len(lamps), may


def _most_blocks(scene: Scene) -> int:
    """Give the largest number of blocks in water at once."""
    changes: list[tuple[int, int]] = []
    for start, end in scene.wet_blocks:
        changes += [(start, 1), (end, -1)]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most

