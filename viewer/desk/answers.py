"""How a question becomes an answer: who asks, may they, what do they say; and what goes wrong, as plain values.

Whether somebody may is checked here, where the data is given, never by what a page shows.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geodata.observations.normal import has_halves
from geodata.wording import refusal_text
from twin.errors import InputError, TwinError
from twin.world.kinds import LANGUAGES
from viewer.desk.desk import Desk
from viewer.desk.drafts import Conflict
from viewer.desk.people import Person, Standing
from viewer.desk.words import tell

COOKIE = "twin-desk"


def cookie_of(*, is_secure: bool) -> str:
    """Give the name of a session's cookie: by TLS browsers keep it to this very name, whatever stands beside it."""
    return f"__Host-{COOKIE}" if is_secure else COOKIE


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: by whom, with what."""

    desk: Desk
    person: Person
    #: Parts of the path.
    path: dict[str, str]
    #: What stands after the question mark.
    query: dict[str, str]
    #: What was said; empty for a question that only reads.
    said: dict[str, Any]

    def text(self, key: str, default: str | None = None, *, most: int = 200) -> str:
        """Give a text of what was said.

        Raises
        ------
        InputError
            It is missing, no text, or too long.
        """
        value = self.said.get(key, default)
        if not isinstance(value, str) or len(value) > most:
            raise InputError(field=key, found="no text, or a long one", expected=f"a text of up to {most} letters")
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        """Give a whole number of what was said.

        Raises
        ------
        InputError
            It is missing or no whole number.
        """
        value = self.said.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**12:
            raise InputError(field=key, found=f"{value!r}"[:80], expected="a whole number")
        return value

    def moment(self, key: str, default: int | None = None) -> int:
        """Give a moment of what was said [s since 1970], of a year that calendars have.

        Raises
        ------
        InputError
            It is missing, or none.
        """
        value = self.whole(key, default)
        if not 0 <= value < _LAST_MOMENT:
            raise InputError(field=key, found=f"{value}", expected="seconds since 1970")
        return value


#: 1 January 2200 [s since 1970].
_LAST_MOMENT = 7_258_118_400

#: What answers: plain JSON values, or a response of its own.
Answer = Callable[[Asked], Any]


def desk_of(request: Request) -> Desk:
    """Give the desk that a request is put to."""
    desk: Desk = request.app.state.desk
    return desk


def person_of(request: Request) -> Person | None:
    """Give whose session a request carries; None for nobody's."""
    token = request.cookies.get(cookie_of(is_secure=request.app.state.is_secure), "")
    return desk_of(request).people.who(token) if token else None


def get(path: str, answer: Answer, standing: Standing = Standing.READER) -> Route:
    """Give a route that reads."""
    return Route(path, _endpoint(answer, standing), methods=["GET"])


def post(path: str, answer: Answer, standing: Standing = Standing.OPERATOR) -> Route:
    """Give a route that changes something."""
    return Route(path, _endpoint(answer, standing), methods=["POST"])


def _endpoint(answer: Answer, standing: Standing) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        person = await run_in_threadpool(person_of, request)
        if person is None:
            return JSONResponse({"error": "nobody"}, 401)
        if person.standing < standing:
            return JSONResponse({"error": "not yours", "standing": standing.word}, 403)
        try:
            said = await body_of(request) if request.method == "POST" else {}
            asked = Asked(desk_of(request), person, dict(request.path_params), dict(request.query_params), said)
            found = await run_in_threadpool(answer, asked)
        except ClientDisconnect:
            return JSONResponse({"error": "too large"}, 413)
        except Conflict as error:
            return JSONResponse({**told(error), "who": error.who, "version": error.version}, 409)
        except InputError as error:
            return JSONResponse(told(error), 422)
        except TwinError as error:
            return JSONResponse({"error": str(error)}, 500)
        except (OSError, sqlite3.Error) as error:
            if not is_full(error):
                raise
            # What was asked is not done, and whoever asked is told so.
            return JSONResponse(not_kept(error), 507)
        return found if isinstance(found, Response) else JSONResponse(found)

    return endpoint


def not_kept(error: OSError | sqlite3.Error) -> dict[str, Any]:
    """Give what is said of something that the disk does not take, in both languages."""
    said = {lang: tell(lang, "not_kept", why=str(error)) for lang in LANGUAGES}
    return {"error": said["en"], "said": said}


def is_full(error: OSError | sqlite3.Error) -> bool:
    """Tell whether the disk takes no more: full, at its quota, gone, or to be read alone."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)


async def body_of(request: Request) -> dict[str, Any]:
    """Give what a request says.

    Raises
    ------
    InputError
        No mapping in JSON.
    """
    body = await request.body()
    try:
        said = json.loads(body or b"{}")
        if has_halves(body):  # half a letter cannot be written down
            json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise InputError(found="no JSON", expected="a mapping in JSON") from None
    if not isinstance(said, dict):
        raise InputError(found="no mapping", expected="a mapping in JSON")
    return said


def told(error: InputError) -> dict[str, Any]:
    """Give what was wrong, as plain values, and said in both languages.

    Examples
    --------
    >>> told(InputError(field="by", found="no run", expected="a run that is done"))["said"]["fr"].replace(chr(160), " ")
    'Champ « by » : aucun calcul ; attendu : un calcul terminé.'
    """
    french = refusal_text(error, "fr")
    return {"error": str(error), "said": {"en": str(error), "fr": french[:1].upper() + french[1:]},
            "field": error.field, "found": error.found, "expected": error.expected, "remedy": error.remedy,
            "ids": list(error.ids)}
