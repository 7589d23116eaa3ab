"""Questions and acts of the night: the picture, alarms, acts, facts, notes, one asset."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from math import isnan
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from twin.errors import InputError
from twin.explaining.explain import explain
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.world.kinds import Role
from viewer.desk import journal
from viewer.desk.answers import Asked, get, post
from viewer.desk.store import publish
from viewer.desk.tonight import about, tonight

#: Source of what is read by eye and typed in at the desk.
READ_BY_HAND = "main"
#: Assets that a search gives.
_MOST_FOUND = 8


def routes() -> list[Route]:
    """Give the routes."""
    return [
        get("/api/about", lambda asked: about(asked.desk)), get("/api/tonight", lambda asked: tonight(asked.desk)),
        get("/api/wall", lambda asked: tonight(asked.desk, wall=True)), post("/api/readings", _reading),
        get("/api/journal", _journal), get("/journal.csv", _csv), get("/api/find", _find),
        get("/api/assets/{asset}", _asset), post("/api/alarms/ack", _acknowledge),
        post("/api/alarms/shelve", _shelve), post("/api/acts", _act), post("/api/facts", _fact),
        post("/api/facts/end", _end_fact), post("/api/note", _note)]


def _acknowledge(asked: Asked) -> Any:
    return asked.desk.alarms.acknowledge(asked.text("key"), by=asked.person.name, now=asked.desk.clock.epoch())


def _shelve(asked: Asked) -> Any:
    asked.desk.alarms.shelve(asked.text("key"), until=asked.moment("until"), by=asked.person.name,
                             now=asked.desk.clock.epoch())
    return {}


def _act(asked: Asked) -> Any:
    """Take what became of an act, ``asset`` and ``version``, or of several that go as one, ``versions`` by asset."""
    versions = asked.said.get("versions") or {asked.text("asset"): asked.whole("version", 0)}
    if not isinstance(versions, dict) or not all(isinstance(one, int) for one in versions.values()):
        raise InputError(field="versions", found="no versions by asset", expected="whole numbers by asset")
    made = asked.desk.acts.change(versions, state=asked.text("state"), crew=asked.text("crew", ""),
                                  by=asked.person.name, now=asked.desk.clock.epoch())
    return {"versions": made, "version": next(iter(made.values()))}


def _fact(asked: Asked) -> Any:
    desk, asset = asked.desk, asked.text("asset")
    desk.city_file.city.assets.row(asset)
    now = desk.clock.epoch()
    number = desk.facts.report(
        asset=asset, state=asked.text("state"), seen_at=asked.moment("seen_at", now), caller=asked.text("caller"),
        note=asked.text("note", ""), by=asked.person.name, now=now)
    desk.look()
    return {"fact": number}


def _end_fact(asked: Asked) -> Any:
    asked.desk.facts.end(asked.whole("fact"), by=asked.person.name, now=asked.desk.clock.epoch())
    asked.desk.look()
    return {}


def _reading(asked: Asked) -> Any:
    """Take what somebody read at a gauge: an observation like any other, and a line of the main courante."""
    desk, level = asked.desk, asked.said.get("level_m")
    if isinstance(level, bool) or not isinstance(level, int | float):
        raise InputError(field="level_m", found=f"{level!r}"[:80], expected="a level in metres")
    gauge, seen_at = asked.text("gauge"), asked.moment("seen_at")
    assets = desk.city_file.city.assets
    if not assets.has_role(assets.row(gauge), Role.GAUGE):
        raise InputError(field="gauge", found=f"'{gauge}'", expected="a gauge of this city")
    moment = datetime.fromtimestamp(seen_at, UTC)
    body = json.dumps([{"series": gauge, "what": "level", "unit": "m", "value": level, "observed": moment.isoformat()}])
    took = desk.sources.take(body.encode(), source=READ_BY_HAND, sort="hand")
    if took["rejected"]:
        raise InputError(field="level_m", found=took["rejected"][0], expected="a reading of one of the gauges")
    with desk.store.act() as tx:
        publish(tx, at=desk.clock.epoch(), who=asked.person.name, what="note", journal=True,
                body={"reading": level, "gauge": gauge, "seen_at": seen_at})
    desk.look()
    return {}


def _note(asked: Asked) -> Any:
    journal.note(asked.desk, asked.text("text", most=500), by=asked.person.name)
    return {}


def _journal(asked: Asked) -> Any:
    return {"count": journal.count(asked.desk), "lines": [
        {**line, "said": {lang: journal.said(lang, line["what"], line["body"]) for lang in ("fr", "en")}}
        for line in journal.lines(asked.desk)]}


def _csv(asked: Asked) -> Response:
    lang = asked.query.get("lang", "fr")
    if lang not in ("fr", "en"):
        raise InputError(field="lang", found=f"'{lang[:20]}'", expected="fr or en")
    # The mark lets spreadsheets read the accents.
    return Response("\ufeff" + journal.as_csv(asked.desk, lang), media_type="text/csv; charset=utf-8",
                    headers={"content-disposition": 'attachment; filename="main-courante.csv"'})


def _find(asked: Asked) -> Any:
    """Give assets whose id or name begins with, else holds, what was typed; cabinets before lamps."""
    typed = asked.query.get("q", "").strip().casefold()[:80]
    assets = asked.desk.city_file.city.assets
    if not typed:
        return {"found": []}
    scored = []
    for row in range(len(assets)):
        name, label = str(assets.id[row]).casefold(), str(assets.name[row] or "").casefold()
        if typed in name or typed in label:
            begins = name == typed, name.startswith(typed) or label.startswith(typed)
            scored.append((not begins[0], not begins[1], assets.kinds.names[assets.kind[row]] in ("lamp", "building"),
                           name, row))
    found = []
    for *_, row in sorted(scored)[:_MOST_FOUND]:
        who = assets[row]
        found.append({"asset": str(who.id), "name": str(who.name or ""), "kind": str(who.kind),
                      "street": str(who.street or "")})
    return {"found": found}


def _asset(asked: Asked) -> Any:
    """Give an asset now, as the run in force has it: its condition, why in both languages, and the fact about it."""
    desk, now = asked.desk, asked.desk.clock.epoch()
    row = desk.city_file.city.assets.row(asked.path["asset"])
    who = desk.city_file.city.assets[row]
    told: dict[str, Any] = {"asset": str(who.id), "name": str(who.name or ""), "kind": str(who.kind),
                            "street": str(who.street or ""), "owner": str(who.owner or ""), "condition": None,
                            "why": None, "depth_m": None,
                            "fact": next((f for f in desk.facts.listed(now) if f["asset"] == who.id), None)}
    shown = desk.night().shown
    t_s = shown.at(now) if shown else None
    if shown is not None and t_s is not None:
        at = shown.moment(t_s).of(shown.result.city.assets.row(str(who.id)))
        depth = at.depth_m
        told |= {"condition": Condition(at.condition).word, "depth_m": None if isnan(depth) else round(depth, 2),
                 "since": None if at.outage == NONE else shown.start + int(shown.result.outages.start_s[at.outage]),
                 "why": {lang: explain(shown.result, str(who.id), lang, t_s).sentence for lang in ("fr", "en")}}
    return told
