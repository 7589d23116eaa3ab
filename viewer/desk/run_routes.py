"""Questions and acts about runs: the list, the queue, approval, the map, comparison, export; sources and the inbox."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geodata.atomic import write_whole
from scenarios.load import SUFFIX, parse_scenario
from scenarios.reading import read_document
from scenarios.writing import slug
from twin.ensemble.comparing import check_alike, compare_nights
from twin.errors import InputError
from twin.explaining.compared import compared_lines, figures
from twin.explaining.paired import paired_lines, paired_rows
from twin.results.compare import compare
from twin.world.kinds import LANGUAGES, Role
from viewer.desk.answers import Asked, desk_of, get, post, told
from viewer.desk.counts import series
from viewer.desk.desk import Desk
from viewer.desk.loaded import Loaded
from viewer.desk.people import Standing
from viewer.desk.requests import RUN_ID, named, request_of, scenarios_in
from viewer.desk.runs import RunEntry
from viewer.desk.store import publish
from viewer.desk.tonight import about, brief
from viewer.outputs.page import page

_LONGEST_SCENARIO = 10_000_000
#: Causes of a comparison that the page carries; the count beside them is the true one.
GROUPS = 40


def routes() -> list[Route]:
    """Give the routes."""
    return [
        get("/api/runs", _list), get("/api/runs/{run}/config", _config), get("/api/runs/{run}/pack", _pack),
        get("/api/runs/{run}/export", _export), get("/api/compare", _compare), post("/api/runs", _ask),
        post("/api/runs/{run}/stop", _stop), post("/api/runs/{run}/approve", _approve),
        get("/api/notices", _notices), post("/api/scenarios", _import), post("/api/invite", _invite),
        Route("/inbox/{source}", _inbox, methods=["POST"]), Route("/inbox/{source}/{rest:path}", _inbox,
                                                                  methods=["POST"])]


def _run_of(asked: Asked) -> str:
    run = asked.path["run"]
    if not RUN_ID.fullmatch(run):
        raise InputError(field="run", found="no name of a run", expected="one of the list")
    return run


def _list(asked: Asked) -> Any:
    desk = asked.desk
    now, approved = desk.clock.epoch(), desk.approvals.by_run()
    last = desk.approvals.last()
    places = {place["id"]: place for place in desk.queue.places()}
    rows = [_row(entry, approved.get(entry.id), places.get(entry.id), now, last["run"] if last else "")
            for entry in desk.runs.all()]
    return {**about(desk), "rows": rows, "source_rows": desk.sources.listed(now),
            "scenarios": sorted(scenarios_in(desk.folder / "scenarios", desk.city))}


def _row(entry: RunEntry, approval: dict[str, Any] | None, place: dict[str, Any] | None, now: int,
         in_force: str) -> dict[str, Any]:
    """Give a run as the list has it; ``word`` is its state as people say it."""
    word = entry.state
    if entry.state == "done" and approval is not None:
        is_over = approval["until"] <= now
        word = "expired" if is_over else "approved" if entry.id == in_force else "superseded"
    return {"id": entry.id, "number": entry.number, "name": entry.name, "state": entry.state, "word": word,
            "nights": entry.nights,
            "by": entry.by, "asked_at": entry.asked_at, "started_at": entry.started_at, "ended_at": entry.ended_at,
            "error": entry.error, "base": entry.base, "head": entry.head, "approval": approval,
            "place": place["place"] if place else None, "progress": place["progress"] if place else None}


def _config(asked: Asked) -> Any:
    loaded = asked.desk.shelf.get(_run_of(asked))
    frame = loaded.scene.frame
    return {**loaded.config, "public": False, "lang": "fr", "corner": [frame.west_m, frame.north_m]}


def _pack(asked: Asked) -> Response:
    return Response(asked.desk.shelf.get(_run_of(asked)).pack, media_type="application/octet-stream",
                    headers={"cache-control": "private, max-age=86400, immutable"})


def _export(asked: Asked) -> Response:
    """Give a run's page as a file: the operator's, or the residents' with the name of who released it."""
    desk = asked.desk
    loaded = desk.shelf.get(_run_of(asked))
    public = asked.query.get("public") == "1"
    if public and asked.person.standing < Standing.OPERATOR:
        return JSONResponse({"error": "not yours"}, 403)
    if public:
        approved = desk.night().approved
        if approved is None or approved.entry.id != loaded.entry.id:
            raise InputError(field="run", found="a run that nobody approved", expected="the approved run",
                             remedy="What speaks to the public leaves from the approved run alone.")
        with desk.store.act() as tx:
            publish(tx, at=desk.clock.epoch(), who=asked.person.name, what="report", journal=True, body={
                "report": "", "sort": "residents", "number": loaded.entry.number, "released_by": asked.person.name})
    text = page(loaded.run, public=public, released_by=asked.person.name if public else None)
    name = "residents" if public else "operator"
    return Response(text, media_type="text/html; charset=utf-8", headers={
        "content-disposition": f'attachment; filename="{loaded.entry.number}-{name}.html"'})


def _notices(asked: Asked) -> Any:
    """Give closed roads, alerts and reports in force; a closure of a street of the city as the fact it would be."""
    desk = asked.desk
    rows = desk.sources.book.notices(desk.clock.epoch())
    return {"rows": [{**row, "fact": _fact_of(row, desk) if row["sort"] == "closure" and row["street"] else None}
                     for row in rows]}


def _fact_of(row: dict[str, Any], desk: Desk) -> dict[str, str]:
    """Give a closure as a line under ``facts:`` of a scenario file."""
    moment = datetime.fromtimestamp(row["begins"] or row["sent"], desk.zone)
    return {"at": moment.isoformat(timespec="minutes"), "street": row["street"], "state": "closed", "by": row["source"]}


def _ask(asked: Asked) -> Any:
    """Put a scenario into the queue, moved to a day where it is asked for."""
    desk = asked.desk
    file = named(asked.text("scenario"), desk.folder / "scenarios", desk.city)
    request = request_of(file, city=desk.city, date=asked.text("date", "", most=10))
    entry = desk.queue.ask(request, by=asked.person.name)
    return {"id": entry.id, "number": entry.number, "state": entry.state}


def _stop(asked: Asked) -> Any:
    asked.desk.queue.stop(_run_of(asked), by=asked.person.name)
    return {}


def _approve(asked: Asked) -> Any:
    desk = asked.desk
    run = _run_of(asked)
    desk.shelf.get(run)
    desk.approvals.approve(desk.runs.get(run), asked.person, until=asked.whole("until"), reason=asked.text(
        "reason", most=300), now=desk.clock.epoch())
    desk.look()
    return {}


def _compare(asked: Asked) -> Any:
    """Give two runs beside each other: figures and lines in both languages, who is worse and better off."""
    first, second = (asked.desk.shelf.get(_checked(asked.query.get(name, ""))) for name in ("first", "second"))
    if first.ensemble is not None or second.ensemble is not None:
        return _paired(first, second)
    found = compare(first.result, second.result)
    worse, better = found.groups(worse=True), found.groups(worse=False)
    return {"first": brief(first), "second": brief(second), "unlike": list(found.unlike), "paired": 0,
            "sites": _site_hours(first, second),
            "nothing": found.is_nothing, "lamp_hours": list(found.figures["lamp_hours_dark"]),
            "series": [series(first), series(second)],
            "worse": worse[:GROUPS], "better": better[:GROUPS], "causes": {"worse": len(worse), "better": len(better)},
            "figures": {lang: [[row.name, row.first, row.second, row.difference] for row in figures(found, lang)]
                        for lang in LANGUAGES},
            "lines": {lang: [{"text": line.text, "alarm": line.is_alarm} for line in compared_lines(found, lang)]
                      for lang in LANGUAGES}}


def _site_hours(first: Loaded, second: Loaded) -> list[dict[str, Any]]:
    """Give the vital sites that are without power for longer in one of two runs; those that change most first."""
    told = []
    lost = [_without_power(one) for one in (first, second)]
    for asset in sorted(set(lost[0]) | set(lost[1])):
        name, a, b = next(one[asset][0] for one in lost if asset in one), *(one.get(asset, ("", 0))[1] for one in lost)
        if a != b:
            told.append({"asset": asset, "name": name, "first_s": a, "second_s": b})
    return sorted(told, key=lambda one: (-abs(one["second_s"] - one["first_s"]), one["asset"]))


def _without_power(loaded: Loaded) -> dict[str, tuple[str, int]]:
    """Give the name of each vital site that loses its power, and for how long in all, until the end of the run [s]."""
    assets, o, end_s = loaded.result.city.assets, loaded.result.outages, loaded.view.end_s
    mine = np.flatnonzero(assets.of_role(Role.VITAL)[o.asset])
    told: dict[str, tuple[str, int]] = {}
    for row in mine.tolist():
        who = assets[int(o.asset[row])]
        before = told.get(str(who.id), ("", 0))[1]
        told[str(who.id)] = (str(who.name or who.id), before + int(end_s[row] - o.start_s[row]))
    return told


def _paired(first: Loaded, second: Loaded) -> dict[str, Any]:
    """Give two ensembles night by night, in the same form; an ensemble beside a run is refused."""
    a, b = first.ensemble, second.ensemble
    if a is None or b is None:
        raise InputError(found="an ensemble beside a run", expected="two runs, or two ensembles",
                         remedy="Draw the nights of both.")
    check_alike(a.told, b.told)
    found = compare_nights(a.answers, b.answers, (tuple(a.told["sites"]), tuple(b.told["sites"])))
    hours = found.figures["lamp_hours_dark"]
    assets = first.result.city.assets
    sites = [{"asset": one.asset_id, "name": str(assets.name[assets.row(one.asset_id)] or one.asset_id),
              "first": one.first, "second": one.second, "worse": one.worse, "better": one.better}
             for one in found.sites]
    return {"first": brief(first), "second": brief(second), "unlike": [], "paired": found.n,
            "nothing": not sites and all(one[2].low == one[2].high == 0 for one in found.figures.values()),
            "lamp_hours": [hours[0], hours[1]], "series": [series(first), series(second)], "worse": [], "better": [],
            "causes": {"worse": 0, "better": 0}, "sites": sites,
            "figures": {lang: [[row.name, row.first, row.second, row.difference] for row in paired_rows(found, lang)]
                        for lang in LANGUAGES},
            "lines": {lang: [{"text": line, "alarm": False} for line in paired_lines(first.result.city, found, lang)]
                      for lang in LANGUAGES}}


def _checked(run: str) -> str:
    if not RUN_ID.fullmatch(run):
        raise InputError(field="run", found="no name of a run", expected="one of the list")
    return run


def _import(asked: Asked) -> Any:
    """Take a scenario that somebody brings; it is checked before it is kept, and replaces none."""
    text, folder = asked.text("text", most=_LONGEST_SCENARIO), asked.desk.folder / "scenarios"
    file = folder / f"{slug(asked.text('name', most=120))}{SUFFIX}"
    if file.exists():
        raise InputError(field="name", found="a scenario of that name", expected="another name")
    beside = file.with_suffix(".new")
    try:
        write_whole(beside, text, opens="", sort="a scenario")
        parse_scenario(read_document(beside))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return {"scenario": file.name.removesuffix(SUFFIX)}


def _invite(asked: Asked) -> Any:
    """Make an address that opens the desk once, for somebody who may do no more than who asks."""
    words = {standing.word: standing for standing in Standing}
    standing = words.get(asked.text("standing"))
    if standing is None or standing > asked.person.standing:
        raise InputError(field="standing", found="more than yours, or no standing", expected="reader or operator")
    return {"path": f"/enter#{asked.desk.people.key(standing)}"}


async def _inbox(request: Request) -> Response:
    """Take a message of a machine that shows the desk's key."""
    desk = desk_of(request)
    shown = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(shown.encode(), desk.inbox_key.encode()):
        return JSONResponse({"error": "nobody"}, 401)
    source = request.path_params["source"][:60]
    spec = desk.sources.specs.get(source)
    try:
        took = await run_in_threadpool(desk.sources.take, await request.body(), source=source,
                                       sort=spec.type.value if spec else "http",
                                       topic=request.path_params.get("rest", "")[:200])
    except ClientDisconnect:
        return JSONResponse({"error": "too large"}, 413)
    except InputError as error:
        return JSONResponse(told(error), 422)
    await run_in_threadpool(desk.look)
    return JSONResponse(took, 200 if took["accepted"] or not took["rejected"] else 422)
