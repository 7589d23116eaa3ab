"""Bringing a run to who decides, and saying no; who sits at the desk and may decide."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from twin.errors import InputError
from viewer.desk.answers import Asked, get, post
from viewer.desk.people import Standing
from viewer.desk.requests import RUN_ID
from viewer.desk.runs import RunEntry


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/deciders", _deciders, Standing.OPERATOR), post("/api/proposals", _propose),
            post("/api/proposals/decline", _decline)]


def _deciders(asked: Asked) -> Any:
    """Give the names of those at the desk who may approve, whoever asks the last."""
    names = dict.fromkeys(row["name"] for row in asked.desk.people.listed()
                          if Standing[row["role"].upper()] >= Standing.OPERATOR)
    return {"names": sorted(names, key=lambda name: name == asked.person.name)}


def _propose(asked: Asked) -> Any:
    entry, other = _entry(asked, "run"), asked.text("other", "")
    asked.desk.proposals.propose(entry, _entry(asked, "other") if other else None, asked.person,
                                 decider=asked.text("decider"), reason=asked.text("reason", most=300),
                                 now=asked.desk.clock.epoch())
    return {}


def _decline(asked: Asked) -> Any:
    asked.desk.proposals.decline(_entry(asked, "run").id, asked.person, reason=asked.text("reason", most=300),
                                 now=asked.desk.clock.epoch())
    return {}


def _entry(asked: Asked, key: str) -> RunEntry:
    run = asked.text(key)
    if not RUN_ID.fullmatch(run):
        raise InputError(field=key, found="no name of a run", expected="one of the list")
    return asked.desk.runs.get(run)
