"""Questions and acts about the river: is the night to be computed anew, do so, may the desk do so by itself."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from viewer.desk.answers import Asked, get, post
from viewer.desk.closures import said_of
from viewer.desk.reruns import Reruns


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/river", _river), post("/api/river/run", _run), post("/api/river/allow", _allow)]


def _reruns(asked: Asked) -> Reruns:
    return next(one for one in asked.desk.looks if isinstance(one, Reruns))


def _river(asked: Asked) -> Any:
    return _reruns(asked).told()


def _run(asked: Asked) -> Any:
    entry = _reruns(asked).make(by=asked.person.name, taken=said_of(asked.said))
    return {"id": entry.id, "number": entry.number, "state": entry.state}


def _allow(asked: Asked) -> Any:
    _reruns(asked).allow(asked.person, until=asked.moment("until"))
    return {}
