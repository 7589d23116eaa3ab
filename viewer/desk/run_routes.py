"""Questions and acts about runs: the list, the queue, approval, the map, comparison, export; sources and the inbox."""

from __future__ import annotations

import hmac
import re
import sqlite3
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geodata.atomic import write_whole
from scenarios.load import SUFFIX, parse_scenario
from scenarios.reading import read_document
from scenarios.writing import slug
from twin.errors import InputError
from viewer.desk.answers import Asked, desk_of, get, is_full, not_kept, post, told
from viewer.desk.closures import listed, said_of, with_closures
from viewer.desk.counts import series
from viewer.desk.desk import Desk
from viewer.desk.inputs import ages, inputs_of, is_changed
from viewer.desk.outgoing import state_of
from viewer.desk.people import Standing
from viewer.desk.requests import RUN_ID, named, request_of, scenarios_in
from viewer.desk.runs import RunEntry
from viewer.desk.store import publish
from viewer.desk.tonight import about, brief

_LONGEST_SCENARIO = 10_000_000
_MOST_FILES = 20
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\.(?:csv|txt|yaml|yml|json|geojson)")


def routes() -> list[Route]:
    """Give the routes."""
    return [
        get("/api/runs", _list), get("/api/runs/{run}/config", _config), get("/api/runs/{run}/pack", _pack),
        get("/api/runs/{run}/export", _export), get("/api/compare", _compare), post("/api/runs", _ask),
        post("/api/runs/{run}/stop", _stop), post("/api/runs/{run}/approve", _approve),
        post("/api/runs/{run}/withdraw", _withdraw),
        get("/api/notices", _notices), post("/api/closures", _answer),
        get("/api/outgoing", lambda asked: state_of(asked.desk)),
        post("/api/scenarios", _import), post("/api/invite", _invite),
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
    last, proposed = desk.approvals.last(), desk.proposals.by_run()
    places = {place["id"]: place for place in desk.queue.places()}
    rows = [_row(entry, approved.get(entry.id), places.get(entry.id), now, last["run"] if last else "")
            | _made_from(desk, entry) | {"proposal": proposed.get(entry.id)} for entry in desk.runs.all()]
    return {**about(desk), "rows": rows, "source_rows": desk.sources.listed(now),
            "closures": listed(desk, now),
            "scenarios": sorted(scenarios_in(desk.folder / "scenarios", desk.city))}


def _made_from(desk: Desk, entry: RunEntry) -> dict[str, Any]:
    """Give what a run was made from, and how old what the sources gave was at its base time."""
    issued = entry.head.get("issued_at")
    base = None if issued is None else int(datetime.fromisoformat(issued).timestamp())
    return {"inputs": inputs_of(desk.runs, entry), "ages": ages(entry, base), "changed": is_changed(desk.runs, entry)}


def _row(entry: RunEntry, approval: dict[str, Any] | None, place: dict[str, Any] | None, now: int,
         in_force: str) -> dict[str, Any]:
    """Give a run as the list has it; ``word`` is its state as people say it."""
    word = entry.state
    if entry.state == "done" and approval is not None:
        word = ("withdrawn" if approval["withdrawn_at"] is not None else "expired" if approval["until"] <= now
                else "approved" if entry.id == in_force else "superseded")
    return {"id": entry.id, "number": entry.number, "name": entry.name, "state": entry.state, "word": word,
            "nights": entry.nights, "by": entry.by, "asked_at": entry.asked_at, "started_at": entry.started_at,
            "ended_at": entry.ended_at, "error": entry.error, "said": entry.said, "base": entry.base,
            "head": entry.head, "closures": entry.closures, "approval": approval,
            "place": place["place"] if place else None, "progress": place["progress"] if place else None}


def _config(asked: Asked) -> Any:
    return asked.desk.bench.ask("config", *asked.desk.shelf.get(_run_of(asked)).place)


def _pack(asked: Asked) -> Response:
    pack = asked.desk.bench.ask("pack", *asked.desk.shelf.get(_run_of(asked)).place)
    return Response(pack, media_type="application/octet-stream",
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
    text = desk.bench.ask("page", *loaded.place, public, asked.person.name if public else None)
    name = "residents" if public else "operator"
    return Response(text, media_type="text/html; charset=utf-8", headers={
        "content-disposition": f'attachment; filename="{loaded.entry.number}-{name}.html"'})


def _notices(asked: Asked) -> Any:
    """Give closed roads, alerts and reports in force; a closure of a street of the city as the fact it would be."""
    desk = asked.desk
    rows = desk.sources.book.notices(desk.clock.epoch())
    return {"rows": [{**row, "fact": _fact_of(row, desk) if row["sort"] == "closure" and row["street"] else None}
                     for row in rows]}


def _answer(asked: Asked) -> Any:
    """Take a closure that was announced into the runs that follow, leave it, or take the answer back."""
    desk, now = asked.desk, asked.desk.clock.epoch()
    key = asked.text("source"), asked.text("id")
    notice = next((row for row in desk.sources.book.notices(now)
                   if row["sort"] == "closure" and (row["source"], row["id"]) == key), None)
    if notice is None:
        raise InputError(field="id", found="no such closure in force", expected="one of the list")
    desk.consents.answer(notice, asked.text("answer"), by=asked.person.name, now=now)
    return {}


def _fact_of(row: dict[str, Any], desk: Desk) -> dict[str, str]:
    """Give a closure as a line under ``facts:`` of a scenario file."""
    moment = datetime.fromtimestamp(row["begins"] or row["sent"], desk.zone)
    return {"at": moment.isoformat(timespec="minutes"), "street": row["street"], "state": "closed", "by": row["source"]}


def _ask(asked: Asked) -> Any:
    """Put a scenario into the queue, moved to a day where it is asked for."""
    desk = asked.desk
    file = named(asked.text("scenario"), desk.folder / "scenarios", desk.city)
    date = asked.text("date", "", most=10)
    file, streets = with_closures(desk, file, date=date, taken=said_of(asked.said))
    entry = desk.queue.ask(request_of(file, city=desk.city, date=date, closures=streets), by=asked.person.name)
    return {"id": entry.id, "number": entry.number, "state": entry.state, "closures": len(streets), "streets": streets}


def _stop(asked: Asked) -> Any:
    asked.desk.queue.stop(_run_of(asked), by=asked.person.name)
    return {}


def _approve(asked: Asked) -> Any:
    desk = asked.desk
    run = _run_of(asked)
    desk.shelf.get(run)
    desk.approvals.approve(desk.runs.get(run), asked.person, until=asked.moment("until"), reason=asked.text(
        "reason", most=300), now=desk.clock.epoch())
    desk.look()
    return {}


def _withdraw(asked: Asked) -> Any:
    desk, run = asked.desk, _run_of(asked)
    desk.approvals.withdraw(run, asked.person, number=desk.runs.get(run).number,
                            reason=asked.text("reason", most=300), now=desk.clock.epoch())
    desk.look()
    return {}


def _compare(asked: Asked) -> Any:
    """Give two runs beside each other: figures and lines in both languages, who is worse and better off."""
    first, second = (asked.desk.shelf.get(_checked(asked.query.get(name, ""))) for name in ("first", "second"))
    return {"first": brief(first), "second": brief(second), "series": [series(first), series(second)],
            **asked.desk.bench.ask("comparison", first.place, second.place)}


def _checked(run: str) -> str:
    if not RUN_ID.fullmatch(run):
        raise InputError(field="run", found="no name of a run", expected="one of the list")
    return run


def _import(asked: Asked) -> Any:
    """Take a scenario that somebody brings; it is checked before it is kept, and replaces none."""
    text, folder = asked.text("text", most=_LONGEST_SCENARIO), asked.desk.folder / "scenarios"
    files = _brought(asked)
    file = folder / f"{slug(asked.text('name', most=120))}{SUFFIX}"
    if file.exists():
        raise InputError(field="name", found="a scenario of that name", expected="another name")
    for name, body in files.items():
        kept = folder / name
        if kept.exists() and kept.read_text("utf-8") != body:
            raise InputError(field="files", found=f"another file named {name}", expected="another name")
    beside, new = file.with_suffix(".new"), [folder / name for name in files if not (folder / name).exists()]
    try:
        for place in new:
            write_whole(place, files[place.name], opens="", sort="a file of a scenario")
        write_whole(beside, text, opens="", sort="a scenario")
        parse_scenario(read_document(beside))
        beside.replace(file)
    except BaseException:
        for place in new:
            place.unlink(missing_ok=True)
        raise
    finally:
        beside.unlink(missing_ok=True)
    return {"scenario": file.name.removesuffix(SUFFIX), "files": sorted(files)}


def _brought(asked: Asked) -> dict[str, str]:
    """Give the files that a scenario is brought with: levels, rain and the like, as text, by plain names."""
    given = asked.said.get("files", {})
    if not isinstance(given, dict) or len(given) > _MOST_FILES or not all(
            isinstance(body, str) and len(body) <= _LONGEST_SCENARIO for body in given.values()):
        raise InputError(field="files", found="no texts, or too many", expected=f"up to {_MOST_FILES} files of text")
    for name in given:
        if not _FILE_NAME.fullmatch(name) or name.endswith(SUFFIX):
            raise InputError(field="files", found=f"'{name[:80]}'", expected="a plain name such as levels.csv")
    return given


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
    except (OSError, sqlite3.Error) as error:
        # Not kept, and said so: the sender has it still.
        if not is_full(error):
            raise
        return JSONResponse(not_kept(error), 507)
    await run_in_threadpool(desk.look_soon)
    return JSONResponse(took, 200 if took["accepted"] or not took["rejected"] else 422)
