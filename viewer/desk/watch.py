"""A watch: something that is looked at again and again beside everything else, until nobody wants it any more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

_LOG = logging.getLogger(__name__)


class Watch:
    """Looks every few seconds in a thread of its own.

    Parameters
    ----------
    name
        What it is called among the threads of the process.
    look
        Looks once.
    every_s
        Gives how long to wait before the next look [s].
    passes
        What may go wrong in a look and is nobody's fault: a run that is half copied, a disk that is full. It is
        looked at again; whoever looks says what is to be said. Anything else is ours and stands in the log, with where
        it was; the watch goes on: one that had ended would leave a desk that looks alive and is not.
    at_once
        Whether the first look comes before the first wait.
    """

    def __init__(self, name: str, look: Callable[[], object], every_s: Callable[[], float], *,
                 passes: tuple[type[Exception], ...] = (), at_once: bool = False) -> None:
        self._look, self._every_s, self._passes, self._at_once = look, every_s, passes, at_once
        self._stop = Event()
        self._thread = Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Ask for the end, and wait for nothing."""
        self._stop.set()

    def close(self, *, within_s: float = 5.0) -> None:
        """Look no more; a look that goes on has so long to end."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=within_s)

    def _work(self) -> None:
        if self._at_once and not self._stop.is_set():
            self._once()
        while not self._stop.wait(self._every_s()):
            self._once()

    def _once(self) -> None:
        try:
            self._look()
        except self._passes:
            return
        except Exception:
            _LOG.exception("%s", self._thread.name)
