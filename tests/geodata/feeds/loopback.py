"""A server on this machine that replays what services answer, and how they fail."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(slots=True)
class Said:
    """One answer."""

    body: bytes | str | Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Bytes after which the connection breaks; -1: it does not.
    cut: int = -1
    packed: bool = False

    @property
    def octets(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class Web:
    """What was asked, and what is answered: by path, a list that the last answer of stays."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        #: Method, path, headers and body of what was sent to it.
        self.sent: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: dict[str, list[Said] | Callable[[dict[str, str], dict[str, str]], Said]] = {}

    def says(self, path: str, *answers: Said) -> None:
        self.answers[path] = list(answers)

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Said:
        self.asked.append((path, query, headers))
        found = self.answers.get(path, [Said(status=404)])
        if callable(found):
            return found(query, headers)
        return found.pop(0) if len(found) > 1 else found[0]


@contextmanager
def web() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            said = made.answer(parts.path, query, {key.lower(): value for key, value in self.headers.items()})
            octets = gzip.compress(said.octets) if said.packed else said.octets
            self.send_response(said.status)
            for key, value in said.headers.items():
                self.send_header(key, value)
            if said.packed:
                self.send_header("Content-Encoding", "gzip")
            if said.status != 304:
                self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            if said.status != 304:
                self.wfile.write(octets if said.cut < 0 else octets[:said.cut])
            if said.cut >= 0:
                self.close_connection = True

        def _taken(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            made.sent.append((self.command, self.path, {key.lower(): value for key, value in self.headers.items()},
                              body))
            self.do_GET()

        do_POST = do_PUT = _taken  # noqa: N815 - the server's names

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Web(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
