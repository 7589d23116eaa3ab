"""A desk on a folder of its own, with one night of the built-in town in it, and somebody at it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="starlette is not installed")

from geodata.demo_town import valmont
from scenarios.load import shipped
from tests.nights import night
from viewer.desk.app import app_of
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.requests import request_of

#: In the evening of the night, the water rising.
EVENING = datetime.fromisoformat("2026-11-22T21:12+01:00")


@pytest.fixture(scope="session")
def town() -> Any:
    return valmont()


def placed(folder: Path, *, name: str = "ouche-q10", number: int = 1) -> str:
    """Put a shipped scenario's run into a desk's folder, as the desk itself leaves one; give its name."""
    run = request_of(shipped()[name], city="valmont")
    out = folder / "runs" / run.id
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(night(name).path, out)
    (folder / "runs" / f"{run.id}.json").write_text(json.dumps({
        "id": run.id, "number": number, "name": run.name, "state": "running", "scenario": str(run.scenario),
        "by": "N. Roux", "asked_at": 1795360000, "started_at": 1795360001, "pid": 0}), encoding="utf-8")
    return run.id


@pytest.fixture
def open_desk(tmp_path: Path, town: Any) -> Iterator[Callable[..., Desk]]:
    """Open a desk on the test's folder at a moment; closed at the end."""
    opened: list[Desk] = []

    def make(moment: datetime = EVENING) -> Desk:
        opened.append(Desk(tmp_path, "valmont", town, DeskClock.set_to(moment)))
        return opened[-1]

    yield make
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(tmp_path: Path, open_desk: Callable[..., Desk]) -> Desk:
    placed(tmp_path)
    return open_desk()


class Seat:
    """A browser at the desk, as the server sees it."""

    def __init__(self, desk: Desk, *, name: str = "R. Morel", standing: Standing = Standing.OPERATOR) -> None:
        from starlette.testclient import TestClient

        self.client = TestClient(app_of(desk, ["testserver"]), follow_redirects=False)
        # As the desk's own page in a browser has it.
        self.client.headers |= {"x-twin-desk": "1", "sec-fetch-site": "same-origin"}
        if name:
            entered = self.post("/api/enter", key=desk.people.key(standing), name=name, duty="chef de quart")
            assert entered.status_code == 200, entered.text

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def post(self, path: str, /, **said: Any) -> Any:
        return self.client.post(path, json=said)

    def json(self, path: str) -> Any:
        found = self.client.get(path)
        assert found.status_code == 200, f"{path}: {found.status_code} {found.text}"
        return found.json()


@pytest.fixture
def seat(desk: Desk) -> Seat:
    return Seat(desk)
