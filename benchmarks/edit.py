"""One edit of a variant at the desk until its outcome is there, beside one run: ``python -m benchmarks.edit``.

With ``--http`` a desk of its own process answers: from the changed line that is sent to the last byte of the outcome.
With ``--python`` the edit alone: from ``base.with_(edit)`` in a warm process to its new outages. Seconds of one core,
but for ``--http``: the machine may be busy with other things.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from benchmarks.desk import Guest
from benchmarks.engine import DAY_S, street_city, wave
from geodata.city.file import read_city, write_city
from geodata.city.model import CityFile
from geodata.run.folder import read_run, write_run
from twin.codes import Action
from twin.engine.simulate import run
from twin.engine.variants import Base
from twin.results.result import Result
from twin.water.exposure import dry
from twin.world.city import City
from twin.world.edits import AddSupplier, Declare, Raise
from twin.world.plan import Plan
from viewer.desk.drafts import Draft
from viewer.desk.outcomes import outcome
from viewer.desk.whole import Whole

START = datetime(2026, 11, 22, 15, tzinfo=UTC)
#: What an operator waits for at most, for a city of so many assets.
GOAL_S, ASSETS = 0.3, 50_000
#: And in Python, from a run in memory, and from a run folder as a command reads it.
GOAL_PYTHON_S, GOAL_FOLDER_S = 0.1, 1.0
#: What the run is called at the desk.
RUN = "0123456789abcdef"


def loaded_of(result: Result) -> Whole:
    """Give a run as the desk holds it, without a folder or a map: each asset has its row as its number in the page."""
    made = Whole(cast(Any, None), cast(Any, SimpleNamespace(result=result)))
    made.__dict__["scene"] = SimpleNamespace(number=np.arange(len(result.city.assets)))
    return made


def line_of(asset: str, sort: str) -> dict[str, Any]:
    """Give a line of a variant: a cabinet raised or cut."""
    return {"sort": "raise", "asset": asset, "by_m": 0.5} if sort == "raise" else {
        "sort": "cut", "asset": asset, "at_s": 3600}


def draft_of(asset: str, sort: str) -> Draft:
    """Give a variant of one line."""
    return Draft(id="d", name="d", base="b", made_by="", made_at=0, version=1, changed_by="",
                 lines=({"id": "1", "on": True, "by": "", "at": 0, **line_of(asset, sort)},))


def night_of(city: City) -> tuple[Result, list[tuple[str, str]], float]:
    """Give a night of a tenth of a city in water, its edits, and what the run took [s]."""
    plan = Plan(name="edit", start=START, duration_s=DAY_S, step_s=300, status="simulation", issued_at=START,
                valid_until=START + timedelta(days=2), seed=0, reset_s=1800)
    crossings = wave(city, np.random.default_rng(7))
    peak_m = np.zeros(len(city.assets), np.float32)
    peak_m[np.unique(crossings.asset)] = 1.0
    exposure = replace(dry(city.assets), crossings=crossings, peak_depth_m=peak_m)
    began = time.process_time()
    result = run(city, plan, exposure)
    run_s = time.process_time() - began
    wet = np.unique(crossings.asset)
    rows = wet[np.isin(city.assets.kind[wet], [city.assets.kinds.index("cabinet")])][:20]
    return result, [(str(city.assets.id[row]), sort) for row in rows.tolist() for sort in ("raise", "cut")], run_s


@contextmanager
def served(city_file: CityFile, result: Result, folder: Path) -> Iterator[Guest]:
    """Give somebody who sits at a desk of a process of its own, which has this run."""
    write_run(result, city_file, None, None, np.zeros(0, np.int64), folder / "desk/runs" / RUN)
    desk = subprocess.Popen(
        [sys.executable, "-m", "twin.cli", "serve", str(folder / "city.gpkg"), "--folder", str(folder / "desk"),
         "--port", "0", "--clock", START.isoformat()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert desk.stdout is not None
        found = next(found for line in desk.stdout if (found := re.search(r"(http://\S+)/enter#(\S+)", line)))
        yield Guest(found[1], found[2], "chief")
    finally:
        desk.terminate()
        desk.wait(timeout=60)
        if desk.stdout is not None:
            desk.stdout.close()


def placed(assets: int, folder: Path) -> CityFile:
    """Give a city written to a folder and read again."""
    city = street_city(assets)
    n = len(city.assets)
    # Places of their own: a map of a city in one point would be another map.
    write_city(CityFile(city=replace(city, assets=city.assets.replaced(
        x_m=850_000.0 + 5.0 * (np.arange(n) % 250), y_m=6_680_000.0 + 5.0 * (np.arange(n) // 250))),
        shapes=np.full(n, None, object)), folder / "city.gpkg")
    return read_city(folder / "city.gpkg")


def from_a_folder(assets: int, folder: Path) -> float:
    """Give the seconds of one core to open a run folder and to have the new outages of an edit, beside start-up."""
    city_file = placed(assets, folder)
    result, edits, _ = night_of(city_file.city)
    write_run(result, city_file, None, None, np.zeros(0, np.int64), folder / "run")
    took_s = 0.0
    for asset, _ in edits[:2]:  # the first loads and compiles what is needed once
        began = time.process_time()
        outages = Base(read_run(folder / "run").result).with_(Raise(asset, 0.5)).intervals
        took_s = time.process_time() - began
        assert len(outages)
    return took_s


def through_http(assets: int, folder: Path) -> list[dict[str, float]]:
    """Give of each edit at a desk the seconds until its line is kept and its outcome is there, and what it reaches."""
    city_file = placed(assets, folder)
    result, edits, _ = night_of(city_file.city)
    with served(city_file, result, folder) as guest:
        def answer(path: str, said: Any = None) -> Any:
            status, body, _ = guest.send(path, said)
            if status != 200:
                raise RuntimeError(f"{path}: {status} {body[:300]!r}")
            return json.loads(body)

        draft = answer("/api/drafts", {"name": "edit", "base": RUN})
        # As a page does that opens the variant: the bench has the run open before the first line is drawn.
        answer(f"/api/drafts/{draft['id']}")
        answer(f"/api/drafts/{draft['id']}/outcome")
        told = []
        for asset, sort in edits:
            began = time.perf_counter()
            draft = answer(f"/api/drafts/{draft['id']}/lines", {
                "version": draft["version"], "lines": [{"on": True, **line_of(asset, sort)}]})
            kept = time.perf_counter()
            found = answer(f"/api/drafts/{draft['id']}/outcome")
            told.append({"kept_s": kept - began, "all_s": time.perf_counter() - began, "computed_s": found["ms"] / 1000,
                         "reached": sum(len(one["assets"]) for one in found["groups"])})
        return told


def through_python(assets: int) -> dict[str, tuple[list[float], int]]:
    """Give for each sort of edit the seconds of one core until its outages are there, and what it reaches at most."""
    told: dict[str, tuple[list[float], int]] = {}
    for size in (2_000, assets):  # the small one compiles the kernels
        result, edits, _ = night_of(street_city(size))
        base, city = Base(result), result.city
        many = len(base.intervals)
        cabinets = [str(name) for name in city.assets.id[city.assets.of_kind("cabinet")]]
        told = {}
        for asset in dict.fromkeys(name for name, _ in edits):
            other = next(name for name in reversed(cabinets) if name != asset)
            for name, edit in (("raise", Raise(asset, 0.5)), ("cut", Declare(Action.CUT, asset, 3600)),
                               ("restore", Declare(Action.RESTORE, asset, 7200)),
                               ("fact", Declare(Action.FACT_OUT, asset, 3600)),
                               ("re-feed", AddSupplier(other, asset, 60))):
                began = time.process_time()
                variant = base.with_(edit)
                found = variant.intervals
                took_s = time.process_time() - began
                times, most = told.setdefault(name, ([], 0))
                told[name] = ([*times, took_s], max(most, abs(len(found) - many), int(variant.reached.sum())))
    return told


def main() -> None:
    """Time both and print; the first edit opens the base, the others are what an operator does."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--assets", type=int, default=ASSETS)
    options.add_argument("--http", action="store_true", help="at a desk of a process of its own, through HTTP")
    options.add_argument("--python", action="store_true", help="`base.with_(edit)` alone, in a warm process")
    given = options.parse_args()
    if given.python:
        for name, (took, reached) in through_python(given.assets).items():
            print(f"{name}: {np.median(took) * 1000:.1f} ms in the middle, {max(took) * 1000:.1f} ms at most of "
                  f"{len(took)}, up to {reached:,} assets reached "
                  f"({'within' if max(took) <= GOAL_PYTHON_S else 'BEYOND'} {GOAL_PYTHON_S} s)")
        with tempfile.TemporaryDirectory() as made:
            opened_s = from_a_folder(given.assets, Path(made))
        print(f"a run folder opened and one edit: {opened_s:.2f} s "
              f"({'within' if opened_s <= GOAL_FOLDER_S else 'BEYOND'} {GOAL_FOLDER_S} s)")
        print(f"some {given.assets:,} assets, seconds of one core; load {os.getloadavg()[0]:.1f} on "
              f"{os.cpu_count()} cores")
        return
    if given.http:
        with tempfile.TemporaryDirectory() as made:
            found = through_http(given.assets, Path(made))
        for what, name in (("line kept", "kept_s"), ("outcome computed", "computed_s"), ("request to answer", "all_s")):
            of_all = [one[name] for one in found]
            print(f"{what}: {np.median(of_all) * 1000:.0f} ms in the middle, {max(of_all) * 1000:.0f} ms at most")
        is_within = max(one["all_s"] for one in found) <= GOAL_S
        fewest = min(one["reached"] for one in found)
        print(f"some {given.assets:,} assets, {len(found)} edits at a desk through HTTP, each of which reaches "
              f"{fewest} assets or more ({'within' if is_within else 'BEYOND'} {GOAL_S} s); "
              f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        return
    city, run_s, first_s, times = street_city(2_000), 0.0, 0.0, [0.0]
    for assets in (2_000, given.assets):  # the small one compiles the kernels
        city = street_city(assets)
        result, edits, run_s = night_of(city)
        loaded, times = loaded_of(result), []
        for asset, sort in edits:
            began = time.process_time()
            json.dumps(outcome(loaded, draft_of(asset, sort)))
            times.append(time.process_time() - began)
        first_s = times.pop(0)
    middle, worst = float(np.median(times)), max(times)
    print(f"{len(city.assets):,} assets, {len(times)} edits: run {run_s:.2f} s, first edit {first_s:.3f} s, then "
          f"{middle:.3f} s in the middle and {worst:.3f} s at most: {middle / run_s:.3f} runs "
          f"({'within' if worst <= GOAL_S else 'BEYOND'} {GOAL_S} s)")


if __name__ == "__main__":
    main()
