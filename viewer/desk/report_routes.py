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
from viewer.desk.rank_routes import choices, run_asked
from viewer.desk.reports import CONTACTS, FIELDS, SORTS, Wish
from viewer.desk.tonight import about, brief
from viewer.desk.words import tell

_NAME = re.compile(r"[0-9a-f]{16}")


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/reports", _list), post("/api/reports", _make), get("/api/reports/{report}", _file)]


def _list(asked: Asked) -> Any:
    desk = asked.desk
    shown = desk.night().shown
    streets = [] if shown is None else sorted(word for word in shown.result.city.assets.street.words if word)
    return {**about(desk), "runs": choices(asked), "run": brief(shown), "made": _made(desk),
            "streets": streets, "contacts": (desk.folder / CONTACTS).is_file(),
            "sorts": [{"sort": name, "has_moment": one.has_moment, "is_released": one.is_released,
                       "suffix": one.suffix} for name, one in SORTS.items()]}


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
    t_s = loaded.at(asked.whole("moment", now))
    if t_s is None and sort in SORTS and SORTS[sort].has_moment:
        raise InputError(field="moment", found="a moment that the run does not hold", expected="one within the run")
    is_approved = night.approved is not None and night.approved.entry.id == loaded.entry.id
    wish = Wish(sort=sort, t_s=t_s or 0, lang=lang, now=datetime.fromtimestamp(now, UTC),
                released_by=asked.text("released_by", ""), street=asked.text("street", ""),
                contacts=_own(desk.folder / CONTACTS), fields=_own(desk.folder / FIELDS))
    return desk.reports.make(loaded, wish, is_approved=is_approved, by=asked.person.name, now=now)


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
