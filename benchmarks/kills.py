"""The desk killed at random moments while somebody acts: ``python -m benchmarks.kills --times 100``.

What was answered is on the disk, at whatever moment the process is ended by ``kill -9``.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.desk import CABINETS, Guest, is_busy, rows_of, served


def killed(folder: Path, *, times: int, seed: int = 7) -> dict[str, tuple[int, int]]:
    """Kill a desk at random moments while somebody acts; give of each sort of act how many were answered and lost.

    Parameters
    ----------
    folder
        The desk's.
    times
        How often.
    """
    chance, answered = random.Random(seed), dict[str, list[str]](fact=[], approval=[], ack=[])
    for n in range(times):
        with served(folder) as (address, key, pid):
            chief = Guest(address, key, "chief")
            rows = json.loads(chief.send("/api/runs")[1])["rows"]
            if not rows:
                chief.send("/api/runs", {"scenario": "ouche-q10"})
                while is_busy(chief):
                    time.sleep(1.0)
                rows = json.loads(chief.send("/api/runs")[1])["rows"]
            acts = threading.Thread(target=_act, args=(chief, rows[-1]["id"], n, answered), daemon=True)
            acts.start()
            time.sleep(chance.uniform(0.05, 2.0))
            os.kill(pid, signal.SIGKILL)
            acts.join(timeout=60)
    file = folder / "desk.sqlite"
    kept = {"fact": rows_of(file, "SELECT caller FROM fact"), "approval": rows_of(file, "SELECT reason FROM approval"),
            "ack": rows_of(file, "SELECT key FROM alarm WHERE ack_at IS NOT NULL")}
    return {sort: (len(mine), len(set(mine) - set(kept[sort]))) for sort, mine in answered.items()}


def _act(chief: Guest, run: str, n: int, answered: dict[str, list[str]]) -> None:
    """Report, approve and acknowledge until the desk is gone; note what it answered to."""
    with suppress(OSError, http.client.HTTPException, ValueError):
        open_alarms = [row["key"] for row in json.loads(chief.send("/api/tonight")[1])["alarm_rows"]
                       if not row["ack_by"]]
        now = json.loads(chief.send("/api/about")[1])["now"]
        for i in range(10_000):
            acts: list[tuple[str, str, str, dict[str, Any]]] = [
                ("fact", f"{n}.{i}", "/api/facts", {"asset": f"A-{1 + i % CABINETS:03d}", "state": "out",
                                                    "caller": f"{n}.{i}"}),
                ("approval", f"{n}.{i}", f"/api/runs/{run}/approve", {"until": now + 3600, "reason": f"{n}.{i}"})]
            if i % 5 == 0 and open_alarms:
                alarm = open_alarms.pop()
                acts.append(("ack", alarm, "/api/alarms/ack", {"key": alarm}))
            for sort, what, path, said in acts:
                if chief.send(path, said)[0] == 200:
                    answered[sort].append(what)


def main() -> None:
    """Kill a desk, and print what came of it."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--times", type=int, default=100)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        for sort, (n, lost) in killed(Path(made), times=given.times).items():
            print(f"{given.times} kills: {n} of sort {sort} answered, {lost} lost")


if __name__ == "__main__":
    main()
