"""The desk under load and over a day: ``python -m benchmarks.desk --minutes 10``, or ``--hours 24``.

Under load: readers on the stream, observations at a rate, a run beside them, at a `twin serve` of its own process.
Over a day: a desk whose clock goes faster, with what a night sends, and its memory by simulated hour.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

#: Assets of the built-in town that speak.
CABINETS = 90
#: Steps that are timed before anybody else is there.
_ALONE = 40
#: What a step may take at 95 % [ms].
STEP_MS = 100.0


@dataclass(slots=True)
class Told:
    """What a desk under load did."""

    seconds: float = 0.0
    #: Observations that it took.
    taken: int = 0
    events: int = 0
    lost: int = 0
    doubled: int = 0
    #: Time of an answer to "what is now", of each that was asked [s].
    steps_s: list[float] = field(default_factory=list)
    #: Time of the whole picture of tonight, which a page asks for when something changed [s].
    pages_s: list[float] = field(default_factory=list)
    #: The first before anybody else was there.
    alone_s: list[float] = field(default_factory=list)
    #: Resident memory of the desk's process, each time that it was asked.
    rss_mb: list[float] = field(default_factory=list)
    #: Runs beside it, by their state.
    runs: dict[str, int] = field(default_factory=dict)
    #: Processor time of the desk's process [s].
    worked_s: float = 0.0
    #: Load of the machine, each time that a step was timed.
    load: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        steps, alone = np.array(self.steps_s or [np.nan]), np.array(self.alone_s or [np.nan])
        pages = np.array(self.pages_s or [np.nan])
        late, first = float(np.percentile(steps, 95)), float(np.percentile(alone, 95))
        beside = ", ".join(f"{n} {state}" for state, n in sorted(self.runs.items())) or "none"
        return (f"{self.seconds:.0f} s: {self.taken:,} observations ({self.taken / self.seconds:,.0f} a second), "
                f"{self.events:,} events, {self.lost} lost and {self.doubled} doubled over all readers; a step "
                f"{np.median(steps) * 1000:.0f} ms in the middle, {late * 1000:.0f} ms at 95 %, "
                f"{np.max(steps) * 1000:.0f} ms at most, "
                f"{late / first:.1f} times one with nobody else there ({first * 1000:.0f} ms at 95 %); "
                f"all of tonight {np.median(pages) * 1000:.0f} and {np.percentile(pages, 95) * 1000:.0f} ms; "
                f"{self.worked_s / self.seconds:.2f} of a core; "
                f"memory {self.rss_mb[0]:.0f} MB at first, {max(self.rss_mb):.0f} at most; runs beside it: {beside}; "
                f"load of the machine {min(self.load):.1f} to {max(self.load):.1f} on {os.cpu_count()} cores")

    def missed(self, *, rate: int) -> list[str]:
        """Give what was promised and is not held: nothing lost or doubled, the rate, a step at 95 %."""
        late_ms, page_ms = (float(np.percentile(one, 95)) * 1000 for one in (self.steps_s, self.pages_s))
        return [*([f"{self.lost} events lost"] if self.lost else []),
                *([f"{self.doubled} events doubled"] if self.doubled else []),
                *([f"{self.taken / self.seconds:,.0f} observations a second"] if self.taken < 0.98 * rate * self.seconds
                  else []),
                *([f"{what} {ms:.0f} ms at 95 %, {STEP_MS:.0f} asked"
                   for what, ms in (("a step", late_ms), ("all of tonight", page_ms)) if ms > STEP_MS])]


def rss_mb(pid: int | str) -> float:
    """Give the resident memory of a process [MB]."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def cpu_s(pid: int) -> float:
    """Give the processor time that a process has used, of its threads together [s]."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Guest:
    """Somebody at a desk that answers on a port."""

    def __init__(self, address: str, key: str, name: str) -> None:
        self.host = address.split("/")[2]
        status, _, headers = self.send("/api/enter", {"key": key, "name": name, "duty": ""})
        if status != 200:
            raise RuntimeError(f"nobody may enter: {status}")
        self.cookie = headers["set-cookie"].split(";")[0]

    def send(self, path: str, said: Any = None, **more: str) -> tuple[int, bytes, dict[str, str]]:
        """Ask, or change something; give status, body and headers."""
        line = http.client.HTTPConnection(self.host, timeout=120)
        headers = {"x-twin-desk": "1", "content-type": "application/json", "origin": f"http://{self.host}", **more}
        headers["cookie"] = getattr(self, "cookie", "")
        line.request("GET" if said is None else "POST", path, None if said is None else json.dumps(said), headers)
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return answer.status, body, {key.lower(): value for key, value in answer.getheaders()}

    def listen(self, heard: list[int], ready: threading.Event, until: list[int]) -> None:
        """Hear the stream until an event of a number came; a cut line goes on where it was."""
        last = ""
        while not until or (heard or [0])[-1] < until[0]:
            line = http.client.HTTPConnection(self.host, timeout=300)
            line.request("GET", "/events", headers={"cookie": self.cookie, **({"last-event-id": last} if last else {})})
            number = kind = ""
            for raw in line.getresponse():
                text = raw.decode().strip()
                if text.startswith("id: "):
                    number = text[4:]
                elif text.startswith("event: "):
                    kind = text[7:]
                    if kind == "hello":
                        ready.set()
                    else:
                        heard.append(int(number))
                        last = number
                    if until and int(number) >= until[0]:
                        break
            line.close()


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Give address, key and process of a desk of the built-in town in an exercise."""
    process = subprocess.Popen(
        [sys.executable, "-m", "twin.cli", "serve", "valmont", "--folder", str(folder), "--port", "0", "--clock",
         "2026-11-22T21:12+01:00"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        found = next(found for line in process.stdout if (found := re.search(r"(http://\S+)/enter#(\S+)", line)))
        yield found[1], found[2], process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


def endure(folder: Path, *, seconds: float, readers: int, rate: int, scenario: str = "ouche-q10") -> Told:
    """Hold a desk under load.

    Parameters
    ----------
    folder
        The desk's.
    seconds
        How long.
    readers
        Browsers on the stream.
    rate
        Observations a second, as one message.
    scenario
        What is run beside, one night after the other for as long as it lasts; empty for nothing.
    """
    told, heard, until = Told(), [list[int]() for _ in range(readers)], list[int]()
    with served(folder) as (address, key, pid):
        chief = Guest(address, key, "chief")
        if scenario:  # a night in force, as on a night
            chief.send("/api/runs", {"scenario": scenario})
            while is_busy(chief):
                time.sleep(1.0)
        for _ in range(_ALONE):
            began = time.perf_counter()
            chief.send("/api/about")
            told.alone_s.append(time.perf_counter() - began)
        invited = [json.loads(chief.send("/api/invite", {"standing": "reader"})[1])["path"].split("#")[1]
                   for _ in range(readers)]
        ready = [threading.Event() for _ in range(readers)]
        guests = [Guest(address, one, f"r{n}") for n, one in enumerate(invited)]
        sat = [threading.Thread(target=one.listen, args=(heard[n], ready[n], until), daemon=True)
               for n, one in enumerate(guests)]
        for one in sat:
            one.start()
        if not all(one.wait(120) for one in ready):
            raise RuntimeError("a reader that hears nothing")
        file = folder / "desk.sqlite"
        first = _asked(file, "SELECT coalesce(max(id), 0) FROM event")
        began, now_s = time.monotonic(), int(datetime.fromisoformat("2026-11-22T21:12+01:00").timestamp()) - 72_000
        worked_s = cpu_s(pid)
        inbox = (folder / "inbox.key").read_text(encoding="ascii").strip()
        done = threading.Event()
        # By a process of its own, as a browser is one: what sends here would make it wait.
        work = "import sys; from benchmarks.desk import ask; ask(*sys.argv[1:])"
        asks = subprocess.Popen([sys.executable, "-c", work, address, chief.cookie, str(pid)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        runs = threading.Thread(target=_run, args=(chief, scenario, done), daemon=True)
        if scenario:
            runs.start()
        n = 0
        while (gone := time.monotonic() - began) < seconds:
            at = datetime.fromtimestamp(now_s + 60 * n, UTC).isoformat()
            body = [{"series": f"A-{1 + i % CABINETS:03d}", "what": "current", "unit": "A", "value": i / 100,
                     "observed": datetime.fromtimestamp(now_s - (i // CABINETS) + 60 * n, UTC).isoformat()}
                    for i in range(rate - 1)]
            body.append({"series": "pont-neuf", "what": "level", "unit": "m", "value": 2 + n / 10_000, "observed": at})
            _, answer, _ = chief.send("/inbox/load", body, authorization=f"Bearer {inbox}")
            told.taken += json.loads(answer)["accepted"]
            n += 1
            time.sleep(max(0.0, n - (time.monotonic() - began)))
        told.seconds, told.worked_s = gone, cpu_s(pid) - worked_s
        done.set()
        for line in asks.communicate("", timeout=60)[0].splitlines():
            step, page, rss, load = map(float, line.split())
            told.steps_s.append(step)
            told.pages_s.append(page)
            told.rss_mb.append(rss)
            told.load.append(load)
        if scenario:
            runs.join(timeout=60)
        chief.send("/api/note", {"text": "end"})
        until.append(_asked(file, "SELECT max(id) FROM event WHERE what = 'note'"))
        # Who has heard the end already waits for what comes: one more, so that nobody waits.
        chief.send("/api/note", {"text": "after"})
        for one in sat:
            one.join(timeout=120)
        rows = json.loads(chief.send("/api/runs")[1])["rows"]
        for row in rows:
            told.runs[row["state"]] = told.runs.get(row["state"], 0) + 1
    kept = rows_of(file, "SELECT id FROM event WHERE id > ? AND id <= ? ORDER BY id", first, until[0])
    told.events = len(kept)
    for mine in heard:
        got = [number for number in mine if first < number <= until[0]]
        told.doubled += len(got) - len(set(got))
        told.lost += len(set(kept) - set(got))
    return told


def ask(address: str, cookie: str, pid: str) -> None:
    """Ask what is now about every second, as a page does at an event, until nobody listens; print what each took."""
    guest = Guest.__new__(Guest)
    guest.host, guest.cookie = address.split("/")[2], cookie
    chance, is_over = np.random.default_rng(1), threading.Event()

    def wait() -> None:
        sys.stdin.read()
        is_over.set()

    threading.Thread(target=wait, daemon=True).start()
    while not is_over.wait(chance.uniform(0.7, 1.3)):  # at no fixed time after what is sent each second
        began = time.perf_counter()
        guest.send("/api/about")
        then = time.perf_counter()
        guest.send("/api/tonight")
        print(then - began, time.perf_counter() - then, rss_mb(pid), os.getloadavg()[0], flush=True)


def _run(chief: Guest, scenario: str, done: threading.Event) -> None:
    """Have a run beside all the time: the same night on one day after the other, for the same is not run twice."""
    day = datetime.fromisoformat("2027-01-01")
    while not done.is_set():
        if not is_busy(chief):
            chief.send("/api/runs", {"scenario": scenario, "date": f"{day:%Y-%m-%d}"})
            day += timedelta(days=1)
        done.wait(3.0)


def is_busy(chief: Guest) -> bool:
    return any(row["state"] in ("queued", "running") for row in json.loads(chief.send("/api/runs")[1])["rows"])


def rows_of(file: Path, question: str, *values: Any) -> list[Any]:
    tables = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=60)
    try:
        return [row[0] for row in tables.execute(question, values)]
    finally:
        tables.close()


def _asked(file: Path, question: str) -> int:
    return int(rows_of(file, question)[0])


def day(folder: Path, *, hours: int, looks: int = 60) -> list[float]:
    """Give the resident memory of a desk by simulated hour [MB], the first before the first hour.

    Parameters
    ----------
    folder
        The desk's; a run may lie in it.
    hours
        Simulated hours.
    looks
        Looks at the alarms in an hour; a desk looks every 5 s, which changes nothing in memory.
    """
    work = ("import sys; from pathlib import Path; from benchmarks.desk import live; "
            "live(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))")
    done = subprocess.run([sys.executable, "-c", work, str(folder), str(hours), str(looks)], stdout=subprocess.PIPE,
                          text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def live(folder: Path, hours: int, looks: int) -> None:
    """Live through hours in this process, cabinets and a gauge every 5 min, and print the memory of each."""
    from starlette.testclient import TestClient

    from viewer.desk.app import app_of
    from viewer.desk.bench import Beside
    from viewer.desk.clock import DeskClock
    from viewer.desk.desk import Desk
    from viewer.desk.memory import few_heaps, give_back
    from viewer.desk.people import Standing

    few_heaps()
    bench = Beside()
    start = now = int(datetime.fromisoformat("2026-11-22T16:00+01:00").timestamp())

    class Fast(DeskClock):
        def now(self) -> datetime:
            return datetime.fromtimestamp(now, UTC)

    desk = Desk(folder, "valmont", bench.ask("city", "valmont"), Fast(timedelta(hours=1)), bench=bench)
    client = TestClient(app_of(desk, ["testserver"]), headers={"x-twin-desk": "1"})

    def enter() -> None:
        client.post("/api/enter", json={"key": desk.people.key(Standing.OPERATOR), "name": "R", "duty": ""})

    enter()
    cabinets = [str(name) for name in desk.city_file.city.assets.id if str(name).startswith("A-")][:CABINETS]
    _say()
    for second in range(3600 // looks, hours * 3600 + 1, 3600 // looks):
        now = start + second
        if second % 300 == 0:
            at = datetime.fromtimestamp(now, UTC).isoformat()
            body = [{"series": name, "what": "out", "value": False, "observed": at} for name in cabinets]
            body.append({"series": "pont-neuf", "what": "level", "unit": "m", "value": second / 1e5, "observed": at})
            desk.sources.take(json.dumps(body).encode(), source="clocks", sort="inbox")
        desk.look()
        if second % 600 == 0:
            for path in ("/api/tonight", "/api/runs", "/api/journal", "/api/wall"):
                if client.get(path).status_code == 401:
                    enter()
            desk.store.tidy(now)
            bench.rest(at_once=True)
            give_back()
        if second % 3600 == 0:
            _say()
    desk.close()


def _say() -> None:
    sys.stdout.write(f"{rss_mb('self'):.1f}\n")
    sys.stdout.flush()


def growth(memory: Sequence[float], *, settled: int) -> float:
    """Give by how much memory grows an hour, once it has settled [MB/h]: the slope of a line through the hours."""
    hours = np.arange(len(memory))[settled:]
    return float(np.polyfit(hours, np.array(memory)[settled:], 1)[0])


def main() -> None:
    """Hold a desk under load, or let it live through a day; print what came of it."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--minutes", type=float, default=0.0)
    options.add_argument("--readers", type=int, default=50)
    options.add_argument("--rate", type=int, default=2000)
    options.add_argument("--beside", default="ouche-q10", help="scenario that is run beside; '' for none")
    options.add_argument("--hours", type=int, default=0)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        if given.minutes:
            told = endure(folder, seconds=given.minutes * 60, readers=given.readers, rate=given.rate,
                          scenario=given.beside)
            print(told)
            missed = told.missed(rate=given.rate)
            print("not held: " + "; ".join(missed) if missed else "held: nothing lost or doubled, the rate, a step")
        if given.hours:
            memory = day(folder, hours=given.hours)
            print("MB by hour:", *(f"{one:.0f}" for one in memory))
            print(f"growth from the fourth hour on: {growth(memory, settled=4):+.2f} MB an hour")


if __name__ == "__main__":
    main()
