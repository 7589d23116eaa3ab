"""The desk as a web application: pages, questions, acts, and one stream of events."""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from twin.errors import InputError
from viewer import scripts
from viewer.desk import (
    crew_routes,
    draft_routes,
    likely_routes,
    night_routes,
    open_routes,
    proposal_routes,
    rank_routes,
    report_routes,
    river_routes,
    run_routes,
)
from viewer.desk.answers import Asked, body_of, cookie_of, desk_of, get, person_of, post, told
from viewer.desk.desk import Desk
from viewer.desk.events import stream
from viewer.desk.guard import Guard
from viewer.desk.people import LONGEST_S, Person, Standing
from viewer.desk.reruns import Reruns
from viewer.desk.words import catalogue
from viewer.scene.pack import safe_json
from viewer.states import CALM, states, svg
from viewer.words import registers

#: Screens of the desk, in the order of the rail.
SCREENS = ("tonight", "likely", "whatif", "compare", "crews", "protect", "runs", "journal", "reports", "wall")
_SOURCES = resources.files("viewer")


def app_of(desk: Desk, hosts: Iterable[str] = ("127.0.0.1", "localhost", "::1"), *, is_secure: bool = False
           ) -> Starlette:
    """Give the application of a desk.

    Parameters
    ----------
    desk
        The desk; who makes it closes it.
    hosts
        Names that requests may give the machine.
    is_secure
        Whether browsers reach it by TLS, which a proxy before it ends: then a session's cookie goes by TLS alone.
    """
    made = Starlette(routes=[
        Route("/", _home), Route("/enter", _enter_page), Route("/api/enter", _enter, methods=["POST"]),
        post("/api/leave", _leave, Standing.READER), get("/api/sessions", _sessions, Standing.ADMINISTRATOR),
        post("/api/sessions/end", _end_session, Standing.ADMINISTRATOR),
        Route("/events", _events), Route("/assets/{name}", _asset),
        *night_routes.routes(), *run_routes.routes(), *draft_routes.routes(), *rank_routes.routes(),
        *likely_routes.routes(), *crew_routes.routes(), *report_routes.routes(), *river_routes.routes(),
        *open_routes.routes(), *proposal_routes.routes(),
        Route("/{screen}", _screen)], middleware=[Middleware(Guard, hosts=tuple(hosts))])
    if not any(isinstance(one, Reruns) for one in desk.looks):
        desk.looks.append(Reruns(desk))
    made.state.desk, made.state.is_secure = desk, is_secure
    made.state.stop = asyncio.Event()
    return made


def _leave(asked: Asked) -> Any:
    asked.desk.people.leave(asked.person)
    return {}


def _sessions(asked: Asked) -> Any:
    return {"rows": asked.desk.people.listed(), "own": asked.person.session}


def _end_session(asked: Asked) -> Any:
    asked.desk.people.end(asked.text("session"), by=asked.person)
    return {}


async def _home(request: Request) -> Response:
    return RedirectResponse("/tonight", 303)


async def _screen(request: Request) -> Response:
    screen = request.path_params["screen"]
    if screen not in SCREENS:
        return HTMLResponse(_page("enter", "missing", None), 404)
    person = await run_in_threadpool(person_of, request)
    if person is None:
        return RedirectResponse("/enter", 303)
    return HTMLResponse(_page("screen", screen, {"name": person.name, "duty": person.duty,
                                                 "standing": person.standing.word}))


async def _enter_page(request: Request) -> Response:
    return HTMLResponse(_page("enter", "enter", None, has_accounts=desk_of(request).accounts.file.exists()))


async def _enter(request: Request) -> Response:
    """Exchange a one-time key for a session."""
    desk = desk_of(request)
    try:
        said = await body_of(request)
        token, person = await run_in_threadpool(_entered, desk, said)
    except InputError as error:
        return JSONResponse(told(error), 403)
    answer = JSONResponse({"name": person.name, "standing": person.standing.word})
    is_secure = request.app.state.is_secure
    answer.set_cookie(cookie_of(is_secure=is_secure), token, max_age=LONGEST_S, httponly=True, samesite="strict",
                      path="/", secure=is_secure)
    return answer


def _entered(desk: Desk, said: dict[str, Any]) -> tuple[str, Person]:
    """Enter by a login and its password, or by a one-time key and a name."""
    wanted = ("login", "password", "duty") if "login" in said else ("key", "name", "duty")
    words = [said.get(key) for key in wanted]
    if not all(isinstance(value, str) and len(value) <= 200 for value in words):
        raise InputError(found=f"no {wanted[0]} or no {wanted[1]}", expected=", ".join(wanted))
    first, second, duty = map(str, words)
    if "login" in said:
        return desk.people.enter_as(first, duty=duty, check=lambda: desk.accounts.check(first, second))
    return desk.people.enter(first, name=second, duty=duty)


async def _events(request: Request) -> Response:
    if await run_in_threadpool(person_of, request) is None:
        return JSONResponse({"error": "nobody"}, 401)
    last = request.headers.get("last-event-id") or request.query_params.get("after", "")
    after = int(last) if last.isdigit() and len(last) < 16 else None
    return StreamingResponse(stream(desk_of(request).store, after, request.app.state.stop),
                             media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        return JSONResponse({"error": "no such file"}, 404)
    body = _asset_body(name)
    sort = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"cache-control": "no-cache"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    else:
        body = gzip.decompress(body)
    return Response(body, media_type="text/javascript" if sort.endswith("javascript") else sort, headers=headers)


#: What the pages load; every one stands in the package.
ASSETS = ("desk.js", "desk.css", "deck.js")


@cache
def _asset_body(name: str) -> bytes:
    if name == "deck.js":
        return _SOURCES.joinpath("bundle/deck.js.gz").read_bytes()
    text = scripts.built("desk").text if name == "desk.js" else _style()
    return gzip.compress(text.encode(), mtime=0)


def _style() -> str:
    colors = {**states()["colors"], **COLORS}
    head = "".join(f"--{key.replace('_', '-')}:{value};" for key, value in colors.items())
    return ":root{" + head + "}\n" + "\n".join(
        _SOURCES.joinpath("page", f"{file}.css").read_text("utf-8")
        for file in ("common", "desk", "desk_screens", "desk_wall"))


#: Colours of the desk beside those of the maps: red for what nobody acknowledged, a calm lamp.
COLORS = {"alarm": "#FF5F57", "calm": CALM}


def _page(template: str, screen: str, person: dict[str, str] | None, *, has_accounts: bool = False) -> str:
    lang = "fr"
    texts = {one: {**{key: text for key, text in registers()[one].items() if key in scripts.keys("desk")},
                   **catalogue(one)} for one in ("fr", "en")}
    view: dict[str, Any] = {
        "lang": lang, "screen": screen, "screens": SCREENS, "person": person, "has_accounts": has_accounts,
        "words": texts[lang],
        "start": safe_json({"screen": screen, "person": person, "words": texts}),
        "symbols": {key: svg(key) for key in states()["symbols"]}}
    return _templates().get_template(f"{template}.html").render(**view)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FunctionLoader(_template), autoescape=True, trim_blocks=True,
                              lstrip_blocks=True, undefined=jinja2.StrictUndefined)


def _template(name: str) -> str:
    folder = "templates" if name == "zoom.html" else "templates/desk"
    return _SOURCES.joinpath(folder, name).read_text("utf-8")
