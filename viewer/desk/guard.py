"""The door: what a request must be before anybody answers it, and what every answer carries.

Source
------
OWASP ASVS 5.0: 3.4 (headers), 3.5 (requests from elsewhere), 7 (sessions); DNS rebinding as Jupyter refuses it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Largest body of a request [bytes]; a scenario that is brought in may be ten times that.
MOST_BYTES, MOST_IMPORT_BYTES = 1_000_000, 10_000_000
#: A page of another site can neither set this header nor read an answer.
OWN_HEADER = "x-twin-desk"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
          "worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'")
_HEADERS = {"content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
            "x-frame-options": "DENY"}
#: Paths that machines post to; they carry no session but a token of their own, or stay on this machine.
INBOX = "/inbox/"


class Guard:
    """Middleware: host, origin, form and size of every request."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a refusal, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(send, *refusal)
            return
        limit = MOST_IMPORT_BYTES if scope["path"] == "/api/scenarios" else MOST_BYTES
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                # A body without a length: what comes beyond the limit is not read.
                return {"type": "http.disconnect"}
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    out.setdefault(name, value)
                out.setdefault("cache-control", "no-store")
            await send(message)

        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await with_headers(message)

        try:
            await self.app(scope, limited, noted)
        except Exception:
            # Ours: whoever asked is told, with the headers of every answer; the log of the server has where it was.
            if not has_begun:
                await _refuse(send, 500, "the desk failed over this question")
            raise

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if _name_of(host) not in self.hosts:
            return 403, "this name is not the desk's"
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] not in ("POST",):
            return 405, "GET and POST only"
        limit = MOST_IMPORT_BYTES if scope["path"] == "/api/scenarios" else MOST_BYTES
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            return 413, "too large"
        if headers.get("content-type", "").split(";")[0].strip() not in ("application/json", "application/ld+json"):
            return 415, "JSON only"
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in (None, "same-origin") or (origin is not None and _place_of(origin) != host):
            return 403, "another site's request"
        if scope["path"].startswith(INBOX):
            return None
        if headers.get(OWN_HEADER) != "1" or (site is None and origin is None):
            # A browser says where a request comes from; one that says nothing is none of the desk's pages.
            return 403, "not the desk's own page"
        return None


def _name_of(host: str) -> str:
    """Give the name in a Host header, without its port; empty for what is none: with a user, a port of letters."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    return "" if "@" in host or parts.path else (parts.hostname or "").lower()


def _place_of(origin: str) -> str:
    """Give name and port of an Origin header; empty for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


async def _refuse(send: Send, code: int, why: str) -> None:
    body = json.dumps({"error": why}).encode()
    await send({"type": "http.response.start", "status": code, "headers": [
        (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
        *((name.encode(), value.encode()) for name, value in _HEADERS.items())]})
    await send({"type": "http.response.body", "body": body})
