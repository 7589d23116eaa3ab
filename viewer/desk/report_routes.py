"""Questions and acts about files that leave the desk."""

from __future__ import annotations

import mimetypes
import re
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from scenarios.writing import slug
from twin.errors import InputError
from twin.world.kinds import LANGUAGES
from viewer.desk.answers import Asked, get, post
from viewer.desk.desk import Desk
from viewer.desk.loaded import Loaded
from viewer.desk.rank_routes import run_asked
from viewer.desk.reports import CONTACTS, FIELDS, PHONES, SORTS, Wish
from viewer.desk.tonight import about, brief
from viewer.desk.words import tell

_NAME = re.compile(r"[0-9a-f]{16}")
_MOST_STREETS = 50


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/reports", _list), post("/api/reports", _make), get("/api/reports/{report}", _file)]


def _list(asked: Asked) -> Any:
    desk = asked.desk
    shown = desk.night().shown
    streets = [] if shown is None else sorted(word for word in shown.result.city.assets.street.words if word)
    runs = [entry.named() for entry in desk.runs.all() if entry.state == "done"]
    return {**about(desk), "runs": runs, "run": brief(shown), "made": _made(desk),
            "streets": streets, "contacts": (desk.folder / CONTACTS).is_file(),
            "phones": (desk.folder / PHONES).is_file(),
            "sorts": [{"sort": name, "has_moment": one.has_moment, "is_released": one.is_released,
                       "forms": list(one.forms)} for name, one in SORTS.items()]}


def _made(desk: Desk) -> list[dict[str, Any]]:
    """Give what was made; with what the public was given, what became of the approval that it left with."""
    now = desk.clock.epoch()
    return [{**row, "fate": desk.approvals.fate(row["run"], now) if row["released_by"] else None}
            for row in desk.reports.listed()]


def _make(asked: Asked) -> Any:
    desk, now = asked.desk, asked.desk.clock.epoch()
    sort, lang = asked.text("sort"), asked.text("lang", "fr")
    if lang not in LANGUAGES:
        raise InputError(field="lang", found=f"'{lang[:20]}'", expected=f"one of {', '.join(LANGUAGES)}")
    night = desk.night()
    loaded = run_asked(asked, asked.text("run", ""))
    if loaded is None:
        raise InputError(field="run", found="no run", expected="a run that is done", remedy="Run a scenario first.")
    # Now is the whole minute that the clock shows: what is handed out counts as the screens do.
    t_s = loaded.at(asked.moment("moment", now - now % 60))
    if t_s is None and sort in SORTS and SORTS[sort].has_moment:
        raise InputError(field="moment", found="a moment that the run does not hold", expected="one within the run")
    is_approved = night.approved is not None and night.approved.entry.id == loaded.entry.id
    wish = Wish(sort=sort, form=asked.text("form", ""), t_s=t_s or 0, lang=lang, now=datetime.fromtimestamp(now, UTC),
                released_by=asked.text("released_by", ""), streets=_streets(asked),
                contacts=_own(desk.folder / CONTACTS), fields=_own(desk.folder / FIELDS),
                phones=_own(desk.folder / PHONES), **_since(asked, loaded, t_s or 0), **_earlier(asked))
    return desk.reports.make(loaded, wish, is_approved=is_approved, by=asked.person.name, now=now)


def _streets(asked: Asked) -> tuple[str, ...]:
    """Give the streets of a leaflet; none: all that lose a lamp."""
    given = asked.said.get("streets", [])
    if not isinstance(given, list) or len(given) > _MOST_STREETS or not all(
            isinstance(one, str) and len(one) <= 200 for one in given):
        raise InputError(field="streets", found="no list of streets, or a long one",
                         expected=f"up to {_MOST_STREETS} names")
    return tuple(dict.fromkeys(given))


def _since(asked: Asked, loaded: Loaded, t_s: int) -> dict[str, Any]:
    """Give what a point counts from: an earlier moment of its run, or another run; empty for neither."""
    if name := asked.text("since_run", ""):
        other = run_asked(asked, name)
        assert other is not None
        return {"since_run": other.place[1]}
    if asked.said.get("since") is None:
        return {}
    since_s = loaded.at(asked.moment("since"))
    if since_s is None or since_s >= t_s:
        raise InputError(field="since", found="a moment that is not before the other, or not in the run",
                         expected="an earlier moment of the run")
    return {"since_s": since_s}


def _earlier(asked: Asked) -> dict[str, Any]:
    """Give the file of an earlier alert that one takes the place of, or takes back; empty for neither."""
    found = {}
    for key in ("update", "cancel"):
        if name := asked.text(key, ""):
            if not _NAME.fullmatch(name):
                raise InputError(field=key, found="no name of a file", expected="an alert of the list")
            row = asked.desk.reports.get(name)
            if row["sort"] not in ("alert", "all_clear"):
                raise InputError(field=key, found="a file that is no alert", expected="an alert of the list")
            found[key] = asked.desk.reports.path_of(row)
    return found


def _own(file: Path) -> Path | None:
    return file if file.is_file() else None


def _file(asked: Asked) -> Response:
    name = asked.path["report"]
    if not _NAME.fullmatch(name):
        raise InputError(field="report", found="no name of a file", expected="one of the list")
    desk, row = asked.desk, asked.desk.reports.get(name)
    file = desk.reports.path_of(row)
    called = f"{row['number']}-{slug(row['name'])}-{row['sort'].replace('_', '-')}"
    fate = desk.approvals.fate(row["run"], desk.clock.epoch()) if row["released_by"] else {"how": ""}
    if fate["how"] in ("withdrawn", "expired"):
        called += f"-{fate['how']}"
        if file.suffix == ".html":
            body = _no_longer(file.read_text("utf-8"), fate, str(row["lang"]), desk)
            return Response(body, media_type="text/html; charset=utf-8", headers={
                "content-disposition": f'attachment; filename="{called}.html"'})
    return FileResponse(file, filename=called + file.suffix, content_disposition_type="attachment",
                        media_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream")


def _no_longer(page: str, fate: dict[str, Any], lang: str, desk: Desk) -> str:
    """Give a page that was released with a first line that says since when it no longer holds; the file stays."""
    at = datetime.fromtimestamp(fate["at"], UTC).astimezone(desk.zone)
    said = tell(lang, f"page_{fate['how']}", at=f"{at:%d/%m/%Y %H:%M}")
    return re.sub(r"(<body[^>]*>)", lambda found: f'{found[1]}<p role="alert"><strong>{escape(said)}</strong></p>',
                  page, count=1)
