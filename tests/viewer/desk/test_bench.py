"""The bench beside the desk: the same answers as in one process, and what an idle desk holds in memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from tests.viewer.desk.conftest import EVENING, Seat, placed
from tests.viewer.desk.test_protect import ranked
from twin.errors import InputError
from viewer.desk.bench import BenchEnded, Beside
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.here import Here

#: What an idle desk holds beside its city at most: `docs/desk.md` says what that is [MB].
MOST_MB = 150
#: Libraries that the desk's own process does without.
HEAVY = ("numba", "llvmlite", "pandas", "geopandas", "pyogrio", "rasterio", "pyarrow", "scipy", "pydeck", "networkx",
         "simpy", "xarray")
#: A desk of its own process: opened, looked at on every screen, left alone; then says what it holds.
IDLE = """
import json, sys
from pathlib import Path
from starlette.testclient import TestClient
from viewer.desk.app import SCREENS, app_of
from viewer.desk.bench import Beside
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk import server
from datetime import datetime

def held():
    with open("/proc/self/smaps_rollup") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Rss"))

bench = Beside()
before = held()
city = bench.ask("city", "valmont")
with_city = held()
desk = Desk(Path(sys.argv[1]), "valmont", city, DeskClock.set_to(datetime.fromisoformat("2026-11-22T21:12+01:00")),
            bench=bench)
desk.start()
client = TestClient(app_of(desk, ["testserver"]), follow_redirects=False)
client.headers.update({"x-twin-desk": "1", "origin": "http://testserver"})
assert client.post("/api/enter", json={"key": desk.people.key(Standing.OPERATOR), "name": "R", "duty": ""}).is_success
run = desk.runs.all()[0].id
for path in ["/api/tonight", "/api/runs", "/api/reports", "/api/rank", "/api/drafts", "/api/crews", "/api/journal",
             f"/api/runs/{run}/config", f"/api/runs/{run}/pack", *(f"/{screen}" for screen in SCREENS)]:
    found = client.get(path)
    assert found.status_code == 200, (path, found.text)
desk.look()
bench.rest(at_once=True)
said = {"rss": held(), "city": with_city - before, "bench": bench.pid,
        "heavy": sorted({name.split(".")[0] for name in sys.modules} & set(sys.argv[2].split(",")))}
desk.close()
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def beside() -> Iterator[Beside]:
    made = Beside()
    yield made
    made.close()


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the system does not say what a process holds")
def test_an_idle_desk_holds_less_than_its_figure_beside_the_city(tmp_path: Path) -> None:
    placed(tmp_path)
    done = subprocess.run([sys.executable, "-c", IDLE, str(tmp_path), ",".join(HEAVY)], capture_output=True, text=True,
                          timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["bench"] is None, "nobody asks: the bench is put away"
    assert said["heavy"] == []
    # The city is not taken off: with it the figure holds all the same.
    assert said["rss"] < MOST_MB, said


def test_what_is_read_beside_is_what_is_read_here(beside: Beside, town: Any) -> None:
    here, there = Here().ask("city", "valmont"), beside.ask("city", "valmont")
    assert there.city.assets.id.tolist() == here.city.assets.id.tolist() == town.city.assets.id.tolist()
    assert np.array_equal(there.city.assets.fail_m, town.city.assets.fail_m, equal_nan=True)
    assert (there.terrain, here.terrain) == (None, None)
    with pytest.raises(InputError, match=r"nowhere\.gpkg"):
        beside.ask("city", "nowhere.gpkg")


def test_a_desk_answers_with_a_bench_beside_it_as_with_one_here(tmp_path: Path, town: Any, beside: Beside) -> None:
    told = []
    for name, bench in (("here", Here()), ("beside", beside)):
        run = placed(tmp_path / name)
        desk = Desk(tmp_path / name, "valmont", town, DeskClock.set_to(EVENING), bench=bench)
        seat = Seat(desk)
        draft = seat.post("/api/drafts", name="Mur", base=run).json()
        draft = seat.post(f"/api/drafts/{draft['id']}/lines", version=1, lines=[
            {"sort": "raise", "asset": "C-19", "by_m": 0.3}]).json()
        outcome = seat.json(f"/api/drafts/{draft['id']}/outcome")
        outcome.pop("ms")
        outcome["effects"] = list(outcome["effects"].values())
        rank = ranked(seat)
        told.append([outcome, {key: rank[key] for key in ("rows", "lines", "cuts")},
                     seat.json(f"/api/runs/{run}/config"), seat.get(f"/api/runs/{run}/pack").content,
                     seat.json(f"/api/compare?first={run}&second={run}")["lines"]])
        desk.close()
    assert told[0] == told[1]


def test_the_next_edit_is_answered_within_its_time(tmp_path: Path, town: Any) -> None:
    """The way to the bench and back is part of what an operator waits for."""
    bench = Beside()
    run = placed(tmp_path)
    desk = Desk(tmp_path, "valmont", town, DeskClock.set_to(EVENING), bench=bench)
    seat = Seat(desk)
    draft = seat.post("/api/drafts", name="Mur", base=run).json()
    took = []
    for version, by_m in enumerate((0.3, 0.4, 0.5, 0.6), 1):
        seat.post(f"/api/drafts/{draft['id']}/lines", version=version, lines=[
            {"sort": "raise", "asset": "C-19", "by_m": by_m}])
        began = perf_counter()
        seat.json(f"/api/drafts/{draft['id']}/outcome")
        took.append(perf_counter() - began)
    desk.close()
    assert min(took[1:]) < 0.3, took
    assert bench.pid is None


def test_a_bench_that_is_killed_says_so_and_the_next_question_starts_another(beside: Beside) -> None:
    beside.ask("city", "valmont")
    first = beside.pid
    assert first is not None
    threading.Timer(0.05, os.kill, (first, signal.SIGKILL)).start()

    def ask_until_it_goes() -> None:
        for _ in range(1000):
            beside.ask("city", "valmont")
            assert beside.pid == first

    with pytest.raises(BenchEnded):
        ask_until_it_goes()
    assert beside.ask("city", "valmont").city.name
    assert beside.pid not in (None, first)


def test_a_bench_rests_when_nobody_asks(beside: Beside) -> None:
    beside.ask("city", "valmont")
    beside.rest()
    assert beside.pid is not None, "somebody asked a moment ago"
    beside.rest(at_once=True)
    assert beside.pid is None
