"""A process that listens to a broker and says after each thing it kept how much that was; made to be killed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geodata.feeds.schema import ObserveSpec
from viewer.desk.feeding import Feeding
from viewer.desk.sources import Sources
from viewer.desk.store import Store


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def main(folder: str, port: str) -> None:
    store = Store(Path(folder) / "desk.sqlite")
    sources = Sources(store, ["pont-neuf"], lambda: datetime.now(UTC))
    keep = sources.keep

    def told(came: Any, **more: Any) -> None:
        keep(came, **more)
        say(f"{len(came)}\n")

    sources.keep = told  # type: ignore[method-assign]
    feeding = Feeding(ObserveSpec.model_validate({"sources": {"probe": {
        "type": "json", "broker": f"mqtt://127.0.0.1:{port}", "topics": ["town/#"], "client_id": "twin-test",
        "mapping": {"asset": "topic:1", "time": "/t",
                    "values": [{"what": "level", "at": "/h", "unit": "cm"}]}}}}), sources)
    answered = sources.book.answered

    def listening(*args: Any, **more: Any) -> None:
        answered(*args, **more)
        say("listening\n")

    sources.book.answered = listening  # type: ignore[method-assign]
    feeding.start()
    sys.stdin.read()
    feeding.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
