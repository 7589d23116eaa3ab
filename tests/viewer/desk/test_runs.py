"""Runs at the desk: the folder is the truth, the queue, progress, stop, and what a killed desk leaves."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.viewer.desk.conftest import Seat, placed
from viewer.desk import processes
from viewer.desk import queue as queues
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.processes import Identity
from viewer.desk.requests import request_of
from viewer.desk.runs import Runs

ROOT = Path(__file__).parents[3]
DRY = """scenario: {name}
city: valmont
start: 2026-11-22T16:00+01:00
duration: 6h
events: [{{at: "+1h", cut: A-012}}]
"""


def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait for something, a little at a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a run be a script of the test's, in a group and with pipes as a run has them."""
    def use(script: str) -> None:
        def started(words: list[str]) -> subprocess.Popen[str]:
            return subprocess.Popen([sys.executable, "-c", script, *words], stdin=subprocess.PIPE, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

        monkeypatch.setattr(queues, "started", started)
        monkeypatch.setattr(queues, "_progress_option", lambda: ())

    return use


def asked(seat: Seat, desk: Desk, name: str = "dry") -> str:
    file = desk.folder / "scenarios" / f"{name}.scenario.yaml"
    file.write_text(DRY.format(name=name), encoding="utf-8")
    return str(seat.post("/api/runs", scenario=name).json()["id"])


def row(seat: Seat, run: str) -> dict[str, Any]:
    return next(one for one in seat.json("/api/runs")["rows"] if one["id"] == run)


def test_a_scenario_is_run_by_the_command_line_and_read_back(desk: Desk, seat: Seat) -> None:
    run = asked(seat, desk)
    done = until(lambda: (found := row(seat, run))["state"] in ("done", "failed") and found, 120)
    assert done["state"] == "done", done["error"]
    assert (done["by"], done["name"], done["number"]) == ("R. Morel", "dry", 2)
    again = seat.post("/api/runs", scenario="dry").json()
    assert (again["id"], again["state"]) == (run, "done"), "same request, same run"
    left = json.loads((desk.folder / "runs" / run / "run.json").read_text())
    assert left["plan_sha256"] == done["head"]["plan_sha256"]
    (desk.folder / "scenarios" / "dry.scenario.yaml").write_text(DRY.format(name="other"), encoding="utf-8")
    assert request_of(desk.folder / "scenarios" / "dry.scenario.yaml", city="valmont").id != run


def test_a_night_is_open_before_it_is_told_as_done_and_nobody_waits_for_another_meanwhile(
        desk: Desk, seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    before = seat.json("/api/about")["latest"]["id"]
    is_asked, go_on, ask = threading.Event(), threading.Event(), desk.bench.ask

    def slow(question: str, /, *values: Any, **more: Any) -> Any:
        if question == "run":
            is_asked.set()
            assert go_on.wait(60)
        return ask(question, *values, **more)

    monkeypatch.setattr(desk.bench, "ask", slow)
    run = asked(seat, desk)
    assert is_asked.wait(120)
    told = seat.json("/api/about")
    assert (told["latest"]["id"], row(seat, run)["state"]) == (before, "running"), "the night before is shown still"
    go_on.set()
    until(lambda: row(seat, run)["state"] == "done")
    monkeypatch.setattr(desk.bench, "ask", lambda *values, **more: pytest.fail("opened again"))
    assert seat.json("/api/about")["latest"]["id"] == run


def test_progress_is_passed_on_and_a_run_can_be_stopped(desk: Desk, seat: Seat,
                                                        scripted: Callable[[str], None]) -> None:
    scripted("import time\nprint('{\"stage\": \"water\", \"doing\": \"the water flows\", \"done\": 3, \"of\": 10}', "
             "flush=True)\ntime.sleep(60)")
    run, waits = asked(seat, desk), asked(seat, desk, "second")
    until(lambda: row(seat, run)["progress"])
    assert row(seat, run)["progress"]["done"] == 3
    assert row(seat, waits)["place"] == 1
    assert seat.post(f"/api/runs/{waits}/stop").status_code == 200
    assert row(seat, waits)["state"] == "stopped"
    entry = desk.runs.get(run)
    assert Identity(entry.pid, entry.began).is_alive
    seat.post(f"/api/runs/{run}/stop")
    until(lambda: row(seat, run)["state"] == "stopped", 20)
    assert not Identity(entry.pid, entry.began).is_alive
    assert seat.post(f"/api/runs/{run}/stop").status_code == 422
    assert desk.store.row("SELECT * FROM event WHERE what = 'progress'") is not None


def test_what_does_not_listen_is_ended(desk: Desk, seat: Seat, scripted: Callable[[str], None],
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_S", 0.2)
    scripted("import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
             "print('{\"stage\": \"water\"}', flush=True)\ntime.sleep(60)")
    run = asked(seat, desk)
    until(lambda: row(seat, run)["progress"])
    seat.post(f"/api/runs/{run}/stop")
    until(lambda: row(seat, run)["state"] == "stopped", 20)


def test_a_run_that_fails_says_what_the_command_said(desk: Desk, seat: Seat, scripted: Callable[[str], None]) -> None:
    scripted("import sys\nsys.stderr.write('night.yaml:3: found 5; expected a city.')\nsys.exit(2)")
    run = asked(seat, desk)
    failed = until(lambda: (found := row(seat, run))["state"] == "failed" and found, 20)
    assert failed["error"] == "night.yaml:3: found 5; expected a city."
    assert failed["said"] == {}, "it was no refusal: only the command has words for it"
    scripted("import sys\nsys.exit(130)")
    again = seat.post("/api/runs", scenario="dry").json()
    assert again["number"] == failed["number"], "tried again, it keeps its number"
    until(lambda: row(seat, run)["state"] == "interrupted", 20)


def test_a_restart_finds_every_run_again(tmp_path: Path) -> None:
    done = placed(tmp_path)
    folder = tmp_path / "runs"
    gone = "0123456789abcdef"
    (folder / f"{gone}.json").write_text(json.dumps({"id": gone, "number": 2, "name": "n", "state": "running",
                                                     "pid": 2_000_000, "began": 5}), encoding="utf-8")
    mine = "fedcba9876543210"
    (folder / f"{mine}.json").write_text(json.dumps({
        "id": mine, "number": 3, "name": "n", "state": "running", "pid": os.getpid(), "began": 12345}),
        encoding="utf-8")
    (folder / "notes.json").write_text("{", encoding="utf-8")
    found = {entry.id: entry.state for entry in Runs(folder).all()}
    # The third has the number of a process that lives, and is not it.
    assert found == {done: "done", gone: "interrupted", mine: "interrupted"}
    (folder / f"{done}.json").unlink()
    assert Runs(folder).get(done).name == "Crue décennale de l’Ouche", "a folder that came from elsewhere"


def test_the_approved_run_is_a_named_persons_and_ends(desk: Desk, seat: Seat) -> None:
    run, now = desk.runs.all()[0].id, desk.clock.epoch()
    for wrong in ({"until": now - 5, "reason": "x"}, {"until": now + 99 * 3600, "reason": "x"},
                  {"until": now + 60, "reason": " "}):
        assert seat.post(f"/api/runs/{run}/approve", **wrong).status_code == 422
    assert seat.json("/api/wall")["approved"] is None
    assert seat.post(f"/api/runs/{run}/approve", until=now + 3600, reason="lu avec le gestionnaire").status_code == 200
    approved = seat.json("/api/wall")["approved"]
    assert (approved["approved"]["by"], approved["approved"]["duty"]) == ("R. Morel", "chef de quart")
    assert seat.json("/api/wall")["counts"]
    assert row(seat, run)["word"] == "approved"
    desk.clock = type(desk.clock)(desk.clock.ahead + type(desk.clock.ahead)(hours=2))
    assert seat.json("/api/wall")["approved"] is None, "its time is over"
    assert row(seat, run)["word"] == "expired"


def test_a_scenario_that_is_brought_is_checked_and_replaces_none(desk: Desk, seat: Seat) -> None:
    assert seat.post("/api/scenarios", name="Nuit du 3", text=DRY.format(name="n")).json()["scenario"] == "nuit-du-3"
    assert "nuit-du-3" in seat.json("/api/runs")["scenarios"]
    assert seat.post("/api/scenarios", name="Nuit du 3", text=DRY.format(name="n")).status_code == 422
    refused = seat.post("/api/scenarios", name="../../etc", text="scenario: 5\nfloood: {}\n")
    assert refused.status_code == 422
    assert sorted(path.name for path in (desk.folder / "scenarios").iterdir()) == ["nuit-du-3.scenario.yaml"]


def test_a_run_leaves_as_a_page_and_the_public_one_is_released_by_name(desk: Desk, seat: Seat) -> None:
    run = desk.runs.all()[0].id
    assert seat.get(f"/api/runs/{run}/export").text.startswith("<!doctype html")
    assert seat.get(f"/api/runs/{run}/export?public=1").status_code == 422, "nobody approved it"
    assert seat.post(f"/api/runs/{run}/approve", until=desk.clock.epoch() + 3600, reason="lu").status_code == 200
    assert seat.get(f"/api/runs/{run}/export?public=1").text.startswith("<!doctype html")
    line = seat.json("/api/journal")["lines"][0]
    assert (line["what"], line["who"], line["body"]["released_by"]) == ("report", "R. Morel", "R. Morel")
    assert Seat(desk, name="Mur", standing=Standing.READER).get(f"/api/runs/{run}/export?public=1").status_code == 403


def test_a_refusal_is_told_to_each_reader_in_their_language(desk: Desk, seat: Seat) -> None:
    run = asked(seat, desk)
    until(lambda: row(seat, run)["state"] == "done", 120)
    file = desk.folder / "scenarios" / "dry.scenario.yaml"
    file.write_text(DRY.format(name="wet") + "flood: {rasters: {files: none_*.tif, step: 10min}}\n", encoding="utf-8")
    run = str(seat.post("/api/runs", scenario="dry").json()["id"])
    failed = until(lambda: (found := row(seat, run))["state"] == "failed" and found, 120)
    assert "no file like 'none_*.tif'" in failed["said"]["en"]
    assert "pas de fichier comme" in failed["said"]["fr"]
    assert failed["error"] in failed["said"].values(), "as the command said it, once"
    assert Runs(desk.folder / "runs").get(run).said == failed["said"], "after a restart too"
    kept = desk.folder / "runs" / f"{run}.json"
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "refused": {"why": 1}}), encoding="utf-8")
    assert Runs(desk.folder / "runs").get(run).said == {}, "what another version kept harms nobody"


#: A run that is done at once, but writes no folder.
FAILS = "print('no', flush=True); raise SystemExit(2)"


@pytest.mark.parametrize("where", ["file", "tables"])
def test_a_run_that_a_full_disk_does_not_take_is_not_asked_for(
        desk: Desk, seat: Seat, scripted: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """It neither stands in the list nor in the way of the next try; the queue goes on."""
    scripted(FAILS)
    full: Exception = OSError(errno.ENOSPC, "No space left on device")
    if where == "tables":
        full = told = sqlite3.OperationalError("database or disk is full")
        told.sqlite_errorcode = sqlite3.SQLITE_FULL

    def fails(*_: Any, **__: Any) -> Any:
        raise full

    (desk.folder / "scenarios" / "dry.scenario.yaml").write_text(DRY.format(name="dry"), encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(desk.runs if where == "file" else desk.store, "_write" if where == "file" else "note", fails)
        assert seat.post("/api/runs", scenario="dry").status_code == 507
        assert [one["number"] for one in seat.json("/api/runs")["rows"]] == [1]
    run = str(seat.post("/api/runs", scenario="dry").json()["id"])
    until(lambda: row(seat, run)["state"] == "failed", 120)
    with monkeypatch.context() as broken:
        broken.setattr(desk.runs if where == "file" else desk.store, "_write" if where == "file" else "note", fails)
        assert seat.post("/api/runs", scenario="dry").status_code == 507
        assert row(seat, run)["state"] == "failed", "as it was before"


def test_a_disk_that_fills_during_a_run_ends_no_queue(desk: Desk, seat: Seat, scripted: Callable[[str], None],
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    scripted("import sys; sys.stdin.readline(); print('no', flush=True); raise SystemExit(2)")

    def fails(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    def takes_nothing(*_: Any, **__: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    run = asked(seat, desk)
    until(lambda: row(seat, run)["state"] == "running")
    with monkeypatch.context() as broken:
        broken.setattr(desk.runs, "_write", fails)
        broken.setattr(desk.queue, "_publish", takes_nothing)
        going = desk.queue._going[run].process
        assert going.stdin is not None
        going.stdin.write("\n")
        going.stdin.flush()
        until(lambda: row(seat, run)["state"] == "failed")
    scripted(FAILS)
    later = asked(seat, desk, "later")
    until(lambda: row(seat, later)["state"] == "failed")


KILLED = """
import sys
from pathlib import Path
from geodata.demo_town import valmont
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
desk = Desk(Path(sys.argv[1]), "valmont", valmont(), DeskClock())
print("open", flush=True)
for line in sys.stdin:
    now = desk.clock.epoch()
    desk.facts.report(asset="A-012", state="out", seen_at=now, caller=line.strip(), note="", by="R. Morel", now=now)
    print(line.strip(), flush=True)
"""


@pytest.mark.parametrize("kept", [1, 7])
def test_a_killed_desk_loses_nothing_that_was_acknowledged(tmp_path: Path, open_desk: Callable[..., Desk],
                                                           kept: int) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        for i in range(kept):
            process.stdin.write(f"appel {i}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"appel {i}\n"
        process.send_signal(signal.SIGKILL)
    told = open_desk().store.rows("SELECT caller FROM fact ORDER BY id")
    assert [one["caller"] for one in told] == [f"appel {i}" for i in range(kept)]


def test_a_run_ends_with_its_desk(tmp_path: Path) -> None:
    script = ("import subprocess, sys\nfrom viewer.desk.processes import started\n"
              "run = started(['schema'])\n"
              "run.stdout.readline()\nprint(run.pid, flush=True)\nsys.stdin.read()\n")
    # `schema` prints more than a pipe holds: it waits, until the desk that reads it is gone.
    desk = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert desk.stdout is not None
    run = Identity.of(int(desk.stdout.readline()))
    desk.kill()
    desk.communicate()
    until(lambda: not run.is_alive, 20)
