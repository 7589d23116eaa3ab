"""The desk put to the question by its own questions over HTTP, and in the browser; see ``asked.py``."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios import shipped
from tests.verification.asked_crews import CrewTables, Work
from tests.verification.asked_tables import NEVER, Tables
from tests.viewer.desk.conftest import Seat
from twin.explaining.explain import explain
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk

if TYPE_CHECKING:
    from tests.verification.asked import Asked

#: How the run is named in the desk's folder.
RUN = "0" * 15 + "1"
#: What the desk's map says of pairs of asset and second, and how many lamps are out at some seconds.
ON_THE_MAP = """([pairs, times]) => { const {model} = twinPage.map; const all = model.ids();
  const at = new Map(all.map((id, u) => [id, u])); const {iv, conditions} = model;
  const words = {1: 'out', 2: 'may_be_out', 5: 'on_reserve', 6: 'last_feed', 7: 'no_supplier'};
  return {pairs: pairs.map(([id, t]) => { const u = at.get(id); const i = iv.at(model.pattern[u], t);
      const k = model.condition(u, t); const state = i >= 0 ? iv.state[i] : k >= 0 ? conditions.state[k] : 0;
      return {condition: words[state] ?? 'in_service', since: i < 0 ? -1 : iv.since[i], placed: !!model.placed[u]}; }),
    lamps: times.map((t) => { twinPage.map.move(t); const {out, may} = twinPage.map.counts; return [out, may]; })}; }"""


class Still:
    """A clock that stands at a second."""

    def __init__(self, at: int) -> None:
        self.at = at

    @property
    def is_exercise(self) -> bool:
        """It shows another time than the wall's."""
        return True

    def now(self) -> datetime:
        """Give the present at the desk, in UTC."""
        return datetime.fromtimestamp(self.at, UTC)

    def epoch(self) -> int:
        """Give the present at the desk [s since 1970]."""
        return self.at


@cache
def _town() -> Any:
    from geodata.demo_town import valmont

    return valmont()


@contextmanager
def desk_with(folder: Path, tables: Tables) -> Iterator[Desk]:
    """Open a desk that has one run, as it would have left it itself."""
    with tempfile.TemporaryDirectory() as place:
        runs = Path(place) / "runs"
        runs.mkdir()
        is_beside = folder.stat().st_dev == runs.stat().st_dev
        shutil.copytree(folder, runs / RUN, copy_function=os.link if is_beside else shutil.copy2)
        scenario = shipped().get(folder.name)
        (runs / f"{RUN}.json").write_text(json.dumps({
            "id": RUN, "number": 1, "name": tables.info["name"], "state": "done",
            "scenario": "" if scenario is None else str(scenario), "by": "N. Roux", "asked_at": tables.start,
            "started_at": tables.start, "pid": 0}), encoding="utf-8")
        begin = datetime.fromtimestamp(tables.start + tables.issued_s, UTC)
        desk = Desk(Path(place), "valmont", _town(), DeskClock.set_to(begin))
        try:
            yield desk
        finally:
            desk.close()


def asked_of_desk(asked: Asked, tables: Tables, crews: CrewTables | None, run: Any, pairs: list[tuple[int, int]],
                  browser: Any = None) -> None:
    """Ask the desk for its picture of the night and for assets, at the seconds of some pairs, its clock standing."""
    with desk_with(tables.folder, tables) as desk:
        seat = Seat(desk)
        for t_s in sorted({t_s for _, t_s in pairs}):
            desk.clock = Still(tables.start + t_s)  # type: ignore[assignment]
            desk.look()
            _night(asked, tables, seat, t_s)
            own = tables.condition(t_s)
            for k in [k for k, at_s in pairs if at_s == t_s]:
                _asset(asked, tables, run, seat, k, t_s, str(own[k]))
            if crews is not None:
                _crews(asked, crews, seat, t_s)
        if crews is not None:
            _work(asked, crews, seat)
        if browser is not None:
            _maps(asked, tables, desk, browser, pairs)


def _night(asked: Asked, tables: Tables, seat: Seat, t_s: int) -> None:
    """Hold the picture of the night: counts now and ahead, sites, alarms of causes, acts that are ahead."""
    told, where = seat.json("/api/tonight"), (tables.folder.name, t_s)
    asked.same("desk: tonight", "phase", told["phase"], "during", *where)
    values, minute_s = {row["row"]: row["values"] for row in told["counts"]}, told["moment"] - tables.start
    asked.same("desk: tonight", "the whole minute that the clock shows", 0 <= t_s - minute_s < 60, True, *where)
    for place, hours in enumerate(told["hours"]):
        later = minute_s + hours * 3600
        then = tables.counts(later) if later <= tables.horizon_s else None
        for one in ("lamps", "cabinets", "sites", "wet"):
            asked.same("desk: tonight", one, values[one][place], then and then[one][0], *where, hours)
        asked.same("desk: tonight", "doubt", values["doubt"][place], then and then["lamps"][1], *where, hours)
    own = tables.condition(minute_s)
    out = {tables.ids[k] for k in np.flatnonzero((tables.kind == "site") & (own == "out")).tolist()}
    asked.same("desk: tonight", "sites out", {row["asset"] for row in told["sites"] if row["state"] == "out"}, out,
               *where)
    for alarm in told["alarm_rows"]:
        if alarm["sort"] != "root" or alarm["ended"] is not None:
            continue
        k = tables.row[alarm["asset"]]
        caused = [row for row in range(len(tables.outages.told)) if tables.outages.told[row]["root_asset_id"] ==
                  alarm["asset"] and tables.outages.start[row] <= t_s + 3600 and tables.outages.end[row] > t_s]
        asked.same("desk: alarms", "a cause keeps something out, or will within the hour", bool(caused), True, *where,
                   alarm["asset"])
        if caused:
            first = min(int(tables.outages.start[row]) for row in caused)
            asked.same("desk: alarms", "since when", alarm["when"] - tables.start, first, *where, tables.ids[k])
    for act in told["acts"]["ahead"]:
        asked.same("desk: acts", "ahead", act["before"] > tables.start + t_s, True, *where, act["asset"])


def _asset(asked: Asked, tables: Tables, run: Any, seat: Seat, k: int, t_s: int, own: str) -> None:
    """Hold what the desk says of one asset now: condition, since when, depth, and why as ``explain`` says it."""
    name, where = tables.ids[k], (tables.folder.name, t_s, tables.ids[k])
    told = seat.json(f"/api/assets/{name}")
    asked.same("desk: asset", "condition", told["condition"], own, *where)
    row = tables.outages.of(k, t_s)
    since = told["since"]
    asked.same("desk: asset", "since", None if since is None else since - tables.start,
               None if row < 0 else int(tables.outages.start[row]), *where)
    if told["depth_m"] is not None:
        depth_m = tables.depth(k, t_s)
        asked.same("desk: asset", "depth", abs(told["depth_m"] - depth_m) < 0.0051, True, *where, told["depth_m"],
                   depth_m)
    for lang in ("fr", "en"):
        asked.same("desk: asset", "why", told["why"][lang], explain(run.result, name, lang, t_s).sentence, *where, lang)


def _work(asked: Asked, crews: CrewTables, seat: Seat) -> None:
    """Hold the bars of the crews: their hours and all that they did."""
    tables, told = crews.tables, seat.json("/api/crews")["crews"]
    for crew in told:
        own = [(tables.ids[one.assets[0]], len(one.assets), one.stage, one.start, min(one.end, tables.horizon_s))
               for one in crews.of(crew["id"])]
        said = [(one["asset"], one["count"], one["stage"], one["from"], one["to"]) for one in crew["work"]]
        asked.of["desk: crews"] += len(own)
        asked.same("desk: crews", "work", sorted(said), sorted(own), tables.folder.name, crew["id"])
        hours = [[begin, min(end, tables.horizon_s)] for begin, end in crews.shifts[crew["id"]]
                 if begin < tables.horizon_s]
        asked.same("desk: crews", "hours", crew["hours"], hours, tables.folder.name, crew["id"])


def _crews(asked: Asked, crews: CrewTables, seat: Seat, t_s: int) -> None:
    """Hold where each crew is at a second, what it does and until when, and what waits for what."""
    tables = crews.tables
    told, where = seat.json(f"/api/crews/at?run={RUN}&t={t_s}"), (tables.folder.name, t_s)
    for one in told["positions"]:
        crew = one["crew"]
        busy, duty = crews.busy(crew, t_s), crews.duty(crew, t_s)
        later = min((begin for begin, _ in crews.shifts[crew] if begin > t_s), default=NEVER)
        until = busy.end if busy else duty[1] if duty else later
        asked.same("desk: crews", "does", (one["state"], one["stage"]), _doing(busy, is_on_duty=duty is not None),
                   *where, crew)
        asked.same("desk: crews", "until", one["until"], None if until > tables.horizon_s else until, *where, crew)
        asked.same("desk: crews", "is at", one["asset"], crews.stands(crew, t_s) if busy or duty else "", *where, crew)
    own = Counter(crews.waits(t_s).values())
    for reason in ("crew", "kept", "access", "day", "hours", "part", "skill"):
        asked.same("desk: crews", "waits", told["reasons"].get(reason, 0), own.get(reason, 0), *where, reason)
    said = {key: n for key, n in told["reasons"].items() if key in (
        "reach", "inspect", "clean_dry", "replace", "re_energise")}
    asked.same("desk: crews", "at which stage", said, dict(crews.at_stage(t_s)), *where)


def _doing(busy: Work | None, *, is_on_duty: bool) -> tuple[str, str]:
    if busy is None:
        return ("free", "") if is_on_duty else ("off", "")
    return ("reach" if busy.stage == "reach" else "work"), busy.stage


def _maps(asked: Asked, tables: Tables, desk: Desk, browser: Any, pairs: list[tuple[int, int]]) -> None:
    """Ask the maps of tonight and of what-if in the browser: the state of an asset at a second, and the counts."""
    from tests.viewer.desk.test_browser import Served, sat

    times = sorted({t_s // tables.step_s * tables.step_s for _, t_s in pairs})
    served = Served(desk)
    try:
        page = sat(browser, served, "R. Morel")
        page.set_default_timeout(240_000)
        draft = Seat(desk).post("/api/drafts", name="Essai", base=RUN).json()["id"]
        for screen in ("tonight", f"whatif#{draft}"):
            page.goto(f"{served.address}/{screen}")
            page.wait_for_selector("body.ready")
            page.wait_for_function("() => globalThis.twinPage?.map?.model")
            told = page.evaluate(ON_THE_MAP, [[[tables.ids[k], t_s] for k, t_s in pairs], times])
            name = f"desk: map of {screen.partition('#')[0]}"
            for (k, t_s), said in zip(pairs, told["pairs"], strict=True):
                own = str(tables.condition(t_s)[k])
                if own == "suspended":
                    continue
                where = (tables.folder.name, t_s, tables.ids[k])
                asked.same(name, "condition", said["condition"], own, *where)
                asked.same(name, "since", said["since"], tables.since(k, t_s), *where)
            for t_s, lamps in zip(times, told["lamps"], strict=True):
                asked.same(name, "lamps", tuple(lamps), tables.counts(t_s)["lamps"], tables.folder.name, t_s)
        asked.same("desk: map", "errors", page.errors, [], tables.folder.name)
        page.context.close()
    finally:
        served.close()


def drawn(pairs: list[tuple[int, int]], rng: random.Random, moments: int, assets: int) -> list[tuple[int, int]]:
    """Draw of some pairs those of a few seconds, and of each second a few assets."""
    times = sorted({t_s for _, t_s in pairs})
    chosen = set(rng.sample(times, min(moments, len(times))))
    found = []
    for t_s in sorted(chosen):
        mine = [pair for pair in pairs if pair[1] == t_s]
        found += rng.sample(mine, min(assets, len(mine)))
    return found
