"""The desk's server: uvicorn on this machine, ended at once by Ctrl-C though browsers hang on its stream."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from twin.errors import InputError
from viewer.desk.app import app_of
from viewer.desk.desk import Desk
from viewer.desk.people import Standing

#: Names of this machine to itself.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_GRACE_S = 2
#: A thread at work gives way to one that waits after this [s]; Python's own is five times that.
SWITCH_S = 0.001


class _Server(uvicorn.Server):
    """Ends the streams before it waits for those who read them: by itself it would wait until they leave."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self._application = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the streams, then the server."""
        self._application.state.stop.set()
        super().handle_exit(sig, frame)


def serve(desk: Desk, *, host: str, port: int, origin: str = "", tell: Callable[[str], None]) -> None:
    """Serve a desk until it is interrupted.

    Parameters
    ----------
    desk
        The desk; it is started here and closed here.
    host
        An address of this machine to itself.
    port
        0: any that is free.
    origin
        Address under which a proxy on this machine shows the desk to others: https://desk.town.example. Empty: none.
    tell
        Told the address that opens the desk, once it answers.

    Raises
    ------
    InputError
        An address that others reach, a port that is taken, an origin without TLS.
    """
    # What somebody waits for goes before what machines send: a thread that takes in gives way after a millisecond.
    sys.setswitchinterval(SWITCH_S)
    check_host(host)
    public = name_of(origin)
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(field="--port", found=f"{host}:{port}, which cannot be had ({error.strerror})",
                         expected="a free port",
                         remedy="Another desk may be open on it; `--port 0` takes any.") from None
    app = app_of(desk, (*LOOPBACK, *([public] if public else [])), is_secure=bool(public))
    server = _Server(configured(app), app)
    shown = f"[{host}]" if ":" in host else host
    desk.start()
    tell(f"{origin.rstrip('/') or f'http://{shown}:{listening.getsockname()[1]}'}/enter#{desk.people.key(Standing.ADMINISTRATOR)}")
    try:
        # By a signal uvicorn ends as if nobody had caught it.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        desk.close()


def configured(app: Starlette) -> uvicorn.Config:
    """Give how the desk is served: no address is logged, and nothing that a proxy says of others is believed.

    Whether the desk is reached by TLS is stated by ``--origin``, never taken from a header.
    """
    return uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
                          timeout_graceful_shutdown=_GRACE_S, lifespan="off")


def check_host(host: str) -> None:
    """Refuse an address that other machines reach.

    Raises
    ------
    InputError
        It is not one of this machine's to itself.
    """
    if host not in LOOPBACK:
        raise InputError(field="--host", found=f"'{host}'", expected=f"one of {', '.join(LOOPBACK)}",
                         remedy="The desk has no TLS of its own: let a proxy on this machine that has it stand before "
                                "it and say its address with --origin, or use a tunnel.")


def name_of(origin: str) -> str:
    """Give the name of the machine in the address of a proxy; empty for none.

    Raises
    ------
    InputError
        It is no https address of a machine, or holds a path.
    """
    if not origin:
        return ""
    try:
        parts = urlsplit(origin)
        name = parts.hostname or ""
    except ValueError:
        parts, name = urlsplit(""), ""
    if parts.scheme != "https" or not name or parts.path.rstrip("/") or parts.query or parts.fragment or parts.username:
        raise InputError(field="--origin", found=f"'{origin[:120]}'", expected="https:// and a name: "
                         "https://desk.town.example",
                         remedy="Others reach the desk by TLS alone, which a proxy on this machine ends.")
    return name
