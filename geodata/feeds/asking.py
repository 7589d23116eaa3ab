"""Asking an address politely: what was not changed is not sent again, nobody is asked too often, nothing is endless.

An answer has a size and a time that it may take; a redirection is not followed, for the address is the city's choice;
an answer that is cut is no answer. How long to wait after a failure doubles, up to an hour, and is spread by chance so
that a thousand towns do not come back at the same second.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from geodata.feeds.taken import MOST_ANSWER_BYTES

#: Who asks.
AGENT = "citytwin (flood twin of a city; asks as its operator configured)"
#: One wait of a socket, and a whole answer [s].
WAIT_S, WHOLE_S = 20.0, 60.0
#: Longest wait after failures, and longest that a service may ask for [s].
LONGEST_BACKOFF_S, LONGEST_ASKED_S = 3600, 86_400
_CHUNK = 65_536


class AskFailed(Exception):  # noqa: N818 - it did
    """No answer that can be read.

    ``sort`` is a word of its own for each way to fail: ``network``, ``certificate``, ``timeout``, ``cut``, ``large``,
    ``moved``, ``refused`` (401, 403), ``missing`` (404, 410), ``busy`` (429, 503), ``status``.
    """

    def __init__(self, sort: str, said: str, retry_after_s: int | None = None) -> None:
        super().__init__(said)
        self.sort, self.said, self.retry_after_s = sort, said, retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; ``body`` is empty where nothing has changed."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unchanged(self) -> bool:
        """Whether the service says that nothing is new."""
        return self.status == 304

    @property
    def marks(self) -> dict[str, str]:
        """Give what tells the service next time what we have."""
        return {key: self.headers[key][:200] for key in ("etag", "last-modified") if key in self.headers}


def ask(url: str, *, headers: Mapping[str, str] | None = None, marks: Mapping[str, str] | None = None,
        most_bytes: int = MOST_ANSWER_BYTES, wait_s: float = WAIT_S, whole_s: float = WHOLE_S) -> Answer:
    """Ask an address once.

    Parameters
    ----------
    headers
        Keys and the like.
    marks
        What the last answer gave (``Answer.marks``).

    Raises
    ------
    AskFailed
        No answer, a late or a large one, one that is cut, a redirection, a status that is no success.
    """
    until = time.monotonic() + whole_s
    sent = {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "*/*", **(headers or {})}
    for mark, header in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
        if marks and mark in marks:
            sent[header] = marks[mark]
    with line_to(url, wait_s) as (connection, path):
        connection.request("GET", path, headers=sent)
        response = connection.getresponse()
        told = {key.lower(): value for key, value in response.getheaders()}
        check_status(response.status, told, good=(200, 206, 304))
        body = b"" if response.status == 304 else _read(response, told, most_bytes, until)
        return Answer(status=response.status, body=body, headers=told)


@contextmanager
def line_to(url: str, wait_s: float) -> Iterator[tuple[http.client.HTTPConnection, str]]:
    """Give a connection to an address, and the path to ask it for; closed afterwards.

    Raises
    ------
    AskFailed
        What fails within: the network, the certificate, a late answer, one that is cut.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=wait_s) if (
        parts.scheme != "https") else http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=wait_s,
                                                                  context=trust())
    try:
        yield connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    except ssl.SSLCertVerificationError as error:
        raise AskFailed("certificate", error.verify_message or "a certificate that is not valid") from None
    except TimeoutError:
        raise AskFailed("timeout", f"no answer within {wait_s:.0f} s") from None
    except (http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        raise AskFailed("cut", f"{type(error).__name__}") from None
    except socket.gaierror as error:
        raise AskFailed("network", f"no such name ({error.strerror})") from None
    except OSError as error:
        raise AskFailed("network", error.strerror or type(error).__name__) from None
    finally:
        connection.close()


@cache
def trust() -> ssl.SSLContext:
    """Give whom the machine trusts."""
    return ssl.create_default_context()


def check_status(status: int, headers: Mapping[str, str], *, good: Collection[int], said: str = "") -> None:
    """Refuse an answer whose status is no success; ``said`` is told beside it.

    Raises
    ------
    AskFailed
        A redirection, a refusal, a service that is busy.
    """
    if status in good:
        return
    if 300 <= status < 400:
        raise AskFailed("moved", f"{status}, moved to {headers.get('location', 'elsewhere')[:120]}")
    sort = {401: "refused", 403: "refused", 404: "missing", 410: "missing", 429: "busy", 503: "busy"}.get(status,
                                                                                                         "status")
    raise AskFailed(sort, f"HTTP {status}{said}", retry_after_s(headers.get("retry-after", "")))


def retry_after_s(said: str) -> int | None:
    """Give how long a service asks to be left alone [s], as seconds or as a date."""
    if said.isdecimal() and len(said) < 8:
        return min(int(said), LONGEST_ASKED_S)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, min(int((moment - datetime.now(UTC)).total_seconds()), LONGEST_ASKED_S))


def _read(response: Any, headers: Mapping[str, str], most_bytes: int, until: float) -> bytes:
    """Read a body as far as its size and its time go; a packed one is not unpacked beyond them."""
    packed = headers.get("content-encoding", "").lower()
    if packed not in ("", "identity", "gzip"):
        raise AskFailed("cut", f"packed as '{packed[:20]}'")
    unpack = zlib.decompressobj(wbits=31) if packed == "gzip" else None
    taken, length, came = bytearray(), headers.get("content-length", ""), 0
    while chunk := response.read1(_CHUNK):
        came += len(chunk)
        try:
            taken += unpack.decompress(chunk, most_bytes + 1 - len(taken)) if unpack else chunk
        except zlib.error:
            raise AskFailed("cut", "a packed answer that is damaged") from None
        if len(taken) > most_bytes or came > most_bytes:
            raise AskFailed("large", f"more than {most_bytes:,} bytes")
        if time.monotonic() > until:
            raise AskFailed("timeout", "an answer that does not end")
    if (length.isdecimal() and came < int(length)) or (unpack is not None and not unpack.eof):
        raise AskFailed("cut", f"an answer cut after {came:,} bytes")
    return bytes(taken)


def wait_s(every_s: int, failures: int, share: float, retry_after_s: int | None = None) -> int:
    """Give how long to wait until the next question [s].

    Parameters
    ----------
    every_s
        Pace of questions.
    failures
        Failures in a row; 0 after an answer.
    share
        Chance, 0 to 1: spreads the towns.
    retry_after_s
        What the service asks for.

    Examples
    --------
    >>> wait_s(600, 0, 0.5), wait_s(600, 1, 0.0), wait_s(600, 3, 1.0), wait_s(600, 1, 0.0, retry_after_s=7200)
    (600, 300, 2400, 7200)
    """
    if failures == 0:
        return round(every_s * (0.95 + 0.1 * share))
    most = max(every_s, LONGEST_BACKOFF_S)
    spread = min(most, every_s * (1 << (min(failures, 12) - 1))) * (0.5 + 0.5 * share)
    return round(max(spread, retry_after_s or 0))
