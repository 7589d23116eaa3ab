"""Crews put to the question: where each is at a second and what it does, what waits for what, and the crews' sheets.

The tables' side is read from ``events.parquet`` and the plan in ``run.json`` by the rules of ``docs/crews.md``; the
answers are those of ``twin crews``, of the sheets, of ``explain`` and of the desk.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from geodata.run.crews import rows_of as work_rows
from geodata.run.roads import access_if_kept
from geodata.run.sheets import rows_of as sheet_rows
from tests.verification.asked_tables import NEVER, Tables, iso
from twin.explaining.crew_lines import crew_lines
from twin.explaining.explain import explain
from twin.explaining.sheeted import sheet_lines, sheet_page
from twin.results.queue import queue_at
from twin.results.sheets import sheets

if TYPE_CHECKING:
    from tests.verification.asked import Asked

#: What ends a stage of an asset, and what moves its repair on.
_ENDS = {"stage_started", "repaired", "repair_undone", "test_failed", "delayed"}
_STEPS = _ENDS | {"called"}
#: Words for a crew that is on duty without a job.
_FREE = {"fr": ("libre",), "en": ("free",)}
#: Nobody is at work after the last shift, and before the first one begins.
_OFF = {"fr": ("pas en poste", "en repos"), "en": ("off duty",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One stage of one visit by one crew; ``end`` is ``NEVER`` where it is not over at the horizon."""

    crew: str
    assets: tuple[int, ...]
    stage: str
    start: int
    end: int
    until: int
    streets: tuple[str, ...]
    origin: str
    is_undone: bool


class CrewTables:
    """What the events of a run say of its crews."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.plan: dict[str, Any] = tables.info["plan"]["crews"]
        self.crews = [str(one["id"]) for one in self.plan["crews"]]
        self.shifts = {one["id"]: [(int(a), int(b)) for a, b in one["shifts"]] for one in self.plan["crews"]}
        self.base = {one["id"]: (one["base"], one["stands_at"] or one["base"]) for one in self.plan["crews"]}
        #: Of each asset what moves its repair on: second, event, detail; in order.
        self.steps: dict[int, list[tuple[int, str, dict[str, Any]]]] = defaultdict(list)
        columns = ["time", "event", "asset_id", "detail"]
        for one in pq.read_table(tables.folder / "events.parquet", columns=columns).to_pylist():
            if one["event"] in _STEPS:
                self.steps[tables.row[one["asset_id"]]].append((
                    round(one["time"].timestamp()) - tables.start, one["event"], json.loads(one["detail"] or "{}")))

    @cached_property
    def work(self) -> list[Work]:
        """All that crews did, by start, crew and first asset."""
        found: dict[tuple[str, str, int, int], list[tuple[int, dict[str, Any], bool]]] = defaultdict(list)
        for asset, steps in self.steps.items():
            ending = [step for step in steps if step[1] in _ENDS]
            for place, (at_s, event, said) in enumerate(ending):
                if event == "stage_started" and "crew" in said:
                    end, what, _ = ending[place + 1] if place + 1 < len(ending) else (NEVER, "", {})
                    found[said["crew"], said["stage"], at_s, end].append((asset, said, what == "repair_undone"))
        return sorted((Work(
            crew=crew, stage=stage, start=start, end=end, assets=tuple(sorted(asset for asset, _, _ in rows)),
            until=int(rows[0][1].get("until_s", -1)), streets=tuple(rows[0][1].get("by", ())),
            origin=str(rows[0][1].get("from", "")), is_undone=any(undone for *_, undone in rows))
            for (crew, stage, start, end), rows in found.items()), key=lambda one: (one.start, one.crew, one.assets))

    def of(self, crew: str) -> list[Work]:
        """Give what one crew did."""
        return [one for one in self.work if one.crew == crew]

    def busy(self, crew: str, t_s: int) -> Work | None:
        """Give what a crew does at a second."""
        found = [one for one in self.of(crew) if one.start <= t_s < one.end]
        assert len(found) < 2, "one crew at two places"
        return found[0] if found else None

    def duty(self, crew: str, t_s: int) -> tuple[int, int] | None:
        """Give the shift that holds a second."""
        return next((one for one in self.shifts[crew] if one[0] <= t_s < one[1]), None)

    def stands(self, crew: str, t_s: int) -> str:
        """Give where a crew is, or drives to: its base as a shift begins, then wherever its last work was."""
        base, ahead = self.base[crew]
        moves = [(begin, 0, ahead if begin == self.shifts[crew][0][0] else base) for begin, _ in self.shifts[crew]]
        moves += [(one.start, 1, self.tables.ids[one.assets[0]]) for one in self.of(crew)]
        # Who was called off on the road stands where it set out from.
        moves += [(one.end, 0, one.origin) for one in self.of(crew) if one.stage == "reach" and one.is_undone]
        return max((one for one in moves if one[0] <= t_s), default=(0, 0, base))[2]

    def visits(self, crew: str) -> list[list[Work]]:
        """Give the stages of each visit of a crew: a visit begins with a trip, or after a break."""
        found: list[list[Work]] = []
        for one in self.of(crew):
            if found and one.stage != "reach" and one.start == found[-1][-1].end and set(one.assets) <= set(
                    found[-1][0].assets):
                found[-1].append(one)
            else:
                found.append([one])
        return found

    def waits(self, t_s: int) -> dict[int, str]:
        """Give which repairs wait at a second, and for what."""
        found = {}
        for asset, steps in self.steps.items():
            past = [step for step in steps if step[0] <= t_s]
            if past and past[-1][1] == "delayed":
                found[asset] = str(past[-1][2].get("for", "crew"))
        return found

    def at_stage(self, t_s: int) -> Counter[str]:
        """Count at which stage the repairs by crews are at a second; what others mend waits for nobody."""
        found: Counter[str] = Counter()
        for steps in self.steps.values():
            past = [step for step in steps if step[0] <= t_s]
            is_ours = any(event == "delayed" or "crew" in said for _, event, said in steps)
            if is_ours and past and past[-1][1] == "stage_started":
                found[past[-1][2]["stage"]] += 1
        return found

    @property
    def changes(self) -> list[int]:
        """Seconds at which a crew begins or ends something, within the run."""
        every = {at for one in self.work for at in (one.start, one.end)} | {
            at for shifts in self.shifts.values() for shift in shifts for at in shift}
        return sorted(at for at in every if 0 <= at <= self.tables.horizon_s)


def crews_of(tables: Tables) -> CrewTables | None:
    """Give the crews of a run; None where it has none."""
    return None if tables.info["plan"].get("crews") is None else CrewTables(tables)


def asked_of_work(asked: Asked, crews: CrewTables, run: Any) -> None:
    """Ask ``twin crews`` for all that crews did."""
    tables, name = crews.tables, crews.tables.folder.name
    told = Counter((row["crew"], row["asset_id"], row["assets"], row["stage"], row["start"], row["end"],
                    row["planned_until"], row["by"]) for row in work_rows(run.result))
    own = Counter((one.crew, tables.ids[one.assets[0]], len(one.assets), one.stage, iso(tables, one.start),
                   iso(tables, one.end), iso(tables, one.until), " > ".join(one.streets)) for one in crews.work)
    asked.of["crews"] += sum(own.values())
    asked.same("crews", "work", sorted(map(str, told - own)), sorted(map(str, own - told)), name)


def asked_of_crews(asked: Asked, crews: CrewTables, run: Any, t_s: int, lang: str) -> None:
    """Ask the lines of ``twin crews --at``, the sheets, and ``explain`` of what is worked on about a second."""
    tables = crews.tables
    where = (tables.folder.name, t_s, lang)
    lines = [line.text for line in crew_lines(run.result, lang, t_s)]
    for crew in crews.crews:
        line = next((one for one in lines if one.startswith((f"{crew}:", f"{crew}\u00a0:"))), "")
        busy = crews.busy(crew, t_s)
        if busy is not None:
            asked.same("crews", "at work in words", tables.ids[busy.assets[0]] in line, True, *where, crew, line)
            continue
        words = _FREE[lang] if crews.duty(crew, t_s) else _OFF[lang]
        asked.same("crews", "without work in words", any(word in line for word in words), True, *where, crew, line,
                   words)
    queue = queue_at(run.result.trace, t_s)
    told = {int(row): reason for row, reason in zip(queue.asset.tolist(), queue.reasons, strict=True)}
    asked.same("crews", "what waits for what", told, crews.waits(t_s), *where)
    for shown in sheets(run.result, access_if_kept(run), t_s):
        _sheet(asked, crews, shown, lang)
    for crew in crews.crews:
        busy = crews.busy(crew, t_s)
        if busy is not None:
            _worked_on(asked, crews, run, busy, t_s, lang)


def _worked_on(asked: Asked, crews: CrewTables, run: Any, busy: Work, t_s: int, lang: str) -> None:
    """Ask ``explain`` about an asset that a crew is at, or drives to: it names the stage, the crew and its end."""
    tables = crews.tables
    asset = busy.assets[0]
    one = explain(run.result, tables.ids[asset], lang, t_s)
    waits, where = one.to_dict()["waits_for"], (tables.folder.name, t_s, tables.ids[asset], lang)
    if tables.outages.of(asset, t_s) < 0:
        asked.same("crews: explain", "in service, and worked on", waits, None, *where)
    elif waits is not None and waits["asset"] == tables.ids[asset]:
        asked.same("crews: explain", "stage and crew", (waits["stage"], waits.get("crew"), waits.get("planned_until")),
                   (busy.stage, busy.crew, iso(tables, busy.until)), *where)
        asked.same("crews: explain", "crew in words", busy.crew in " ".join(one.paragraphs), True, *where)


def _sheet(asked: Asked, crews: CrewTables, shown: Any, lang: str) -> None:
    """Hold a crew's sheet against the tables: its visits ahead, hours, streets, and what is not to be re-energised."""
    tables, crew, t_s = crews.tables, shown.crew.id, shown.t_s
    where = (tables.folder.name, t_s, crew)
    visits = crews.visits(crew)
    ahead = [one for one in visits if one[-1].end > t_s]
    rows = list(sheet_rows([shown]))
    asked.same("sheets", "visits over and ahead", (shown.past, len(rows)), (len(visits) - len(ahead), len(ahead)),
               *where)
    if len(rows) != len(ahead):
        return
    text = "\n".join(sheet_lines(sheet_page(shown, lang)))
    duty = crews.duty(crew, t_s)
    if duty is not None and duty[1] <= tables.horizon_s:
        word = {"fr": "En service jusqu", "en": "On duty until"}[lang]
        asked.same("sheets", "on duty in words", word in text, True, *where, lang)
    for row, visit in zip(rows, ahead, strict=True):
        work = [one for one in visit if one.stage != "reach"]
        assets = tuple(sorted({asset for one in visit for asset in one.assets}))
        asked.same("sheets", "assets", row["asset_ids"], " ".join(tables.ids[one] for one in assets), *where)
        asked.same("sheets", "moments", (row["leaves"], row["arrives"], row["ends"]), (
            iso(tables, visit[0].start), iso(tables, work[0].start) if work else None, iso(tables, visit[-1].end)),
            *where)
        asked.same("sheets", "stages", row["stages"], " > ".join(dict.fromkeys(one.stage for one in work)), *where)
        asked.same("sheets", "from", row["from"], visit[0].origin, *where)
        asked.same("sheets", "streets", [one for one in row["by"].split(" > ") if one], _runs(visit[0].streets), *where)
        wet = any(tables.untested(what, one, t_s) >= 0 for one in assets for what in ("touched", "flooded"))
        asked.same("sheets", "not to be re-energised", row["not_to_be_re_energised"], wet, *where, row["asset_ids"])
        asked.same("sheets", "water comes back", row["water_comes_back"], visit[-1].is_undone, *where)
        for what, at_s in (("depth_now_m", t_s), ("depth_m", work[0].start if work else visit[0].start)):
            own = max(tables.depth(one, at_s) for one in assets)
            asked.same("sheets", "depth", row[what] is not None and abs(row[what] - own) < 0.0015, True, *where, what,
                       row["asset_ids"], row[what], own)


def _runs(streets: tuple[str, ...]) -> list[str]:
    """Give the names of a way, one after the other, those that follow themselves once."""
    return [one for place, one in enumerate(streets) if one and (not place or streets[place - 1] != one)]
