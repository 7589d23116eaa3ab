"""One answer wherever it is asked: outputs put to the question at drawn seconds, held against a run's tables alone.

From the command line, for a round with seeds of one's own (``--browser`` asks the pages too, the desk's among them)::

    python -m tests.verification.asked SEED SECONDS ASSETS [--browser] RUN...
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.parquet as pq
from typer.testing import CliRunner

from geodata.run.folder import read_run
from geodata.run.listing import to_dict
from tests.verification.asked_crews import CrewTables, asked_of_crews, asked_of_work, crews_of
from tests.verification.asked_desk import asked_of_desk, drawn
from tests.verification.asked_lists import Places, asked_of_filters, asked_of_report
from tests.verification.asked_pages import asked_of_map, asked_of_papers, asked_of_public
from tests.verification.asked_tables import NEVER, QUARTER_S, Tables, iso
from twin.cli import app
from twin.explaining.explain import explain
from twin.results.condition_spans import Condition
from twin.results.listing import STATES, listing
from twin.results.moment import moment_of
from twin.results.situation import situation
from twin.results.summary import summarise
from viewer.desk.counts import counts as desk_counts
from viewer.desk.counts import sites as desk_sites
from viewer.desk.loaded import Loaded
from viewer.desk.runs import RunEntry

CONDITIONS = ("out", "may_be_out", "on_reserve", "last_feed", "no_supplier", "suspended", "in_service")
#: States that are not asked of a list: the two that need streets, and all the rest of the town.
ABSENT = ("cut_off", "unreachable", "in_service")


class Asked:
    """What was asked of whom, and what came out otherwise than the tables have it."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()
        self.otherwise: Counter[str] = Counter()
        self.first: dict[str, Any] = {}
        self.rounding: Counter[str] = Counter()

    def same(self, of: str, what: str, told: Any, tables: Any, *where: Any) -> None:
        """Hold one answer against the tables'."""
        self.of[of] += 1
        if told != tables:
            self.otherwise[f"{of}: {what}"] += 1
            self.first.setdefault(f"{of}: {what}", (*where, "told", told, "tables", tables))


def moments(tables: Tables, rng: random.Random, count: int) -> list[int]:
    """Draw seconds: a third from all, a third at changes, a third where rounding turns; start, end, issue, midnight.

    On a night in which the clock changes the seconds about it as well.
    """
    horizon_s = tables.horizon_s
    zone = ZoneInfo(tables.info["timezone"])

    def fits(t_s: int) -> int:
        return min(horizon_s, max(0, t_s))

    whole = [rng.randrange(horizon_s + 1) for _ in range(count - 2 * (count // 3))]
    changes = tables.changes or [0]
    near = [fits(rng.choice(changes) + rng.choice((-1, 0, 1))) for _ in range(count // 3)]
    fixed = [0, horizon_s, tables.issued_s - 1, tables.issued_s, tables.issued_s + 1]
    at = datetime.fromtimestamp(tables.start, zone)
    for hours in range(horizon_s // 3600 + 1):
        now = datetime.fromtimestamp(tables.start + hours * 3600, zone)
        if now.date() != at.date():  # midnight
            midnight = int(datetime(now.year, now.month, now.day, tzinfo=zone).timestamp()) - tables.start
            fixed += [midnight - 1, midnight, midnight + 1]
        if now.utcoffset() != at.utcoffset():  # the change of the clock, and the hour that comes twice or never
            turn = (tables.start + hours * 3600) // 3600 * 3600 - tables.start
            fixed += [turn - 3601, turn - 1, turn, turn + 1, turn + 1800, turn + 3600]
        at = now
    edges = []
    for change in rng.sample(changes, min(len(changes), count)):
        for length in (60, QUARTER_S):
            edge = (tables.start + change) // length * length - tables.start
            edges += [edge - 1, edge, edge + length - 1, edge + length, (edge + length // 2)]
    always = {one for one in fixed if 0 <= one <= horizon_s}
    clock = [one for one in edges if 0 <= one <= horizon_s]
    return sorted({*whole, *near, *always, *rng.sample(clock, min(len(clock), count // 3))})


def drawn_assets(tables: Tables, rng: random.Random, count: int) -> list[int]:
    """Draw assets: four in ten that go out, get wet or are in doubt, three that are neither lamp nor house, any."""
    ever = sorted({*tables.outages.by, *tables.doubts.by, *tables.wet.by}) or [0]
    apart = np.flatnonzero(~np.isin(tables.kind, ["lamp", "building"])).tolist()
    return [rng.choice(ever) for _ in range(count * 4 // 10)] + [rng.choice(apart) for _ in range(count * 3 // 10)] + [
        rng.randrange(len(tables.ids)) for _ in range(count - count * 4 // 10 - count * 3 // 10)]


def asked_of_result(asked: Asked, tables: Tables, run: Any, t_s: int) -> None:
    """Ask the moment, the list, the point of the situation and the desk about all assets at once."""
    result, name = run.result, tables.folder.name
    own, counts = tables.condition(t_s), tables.counts(t_s)
    told = np.array([one.word for one in Condition])[moment_of(result, t_s).condition]
    differs = np.flatnonzero(told != own)
    asked.of["result"] += len(own)
    for row in differs.tolist():
        asked.same("result", f"condition {told[row]} for {own[row]}", told[row], own[row], name, t_s, tables.ids[row])
    listed = to_dict(listing(result, t_s, states=[one for one in STATES if one not in ABSENT]))
    asked.same("list", "at", listed["at"], iso(tables, t_s), name, t_s)
    for row in listed["rows"]:
        k = tables.row[row["asset_id"]]
        said = [one for one in row["states"] if one in CONDITIONS]
        where = (name, t_s, row["asset_id"])
        asked.same("list", "condition", said or ["in_service"], [str(own[k])], *where)
        if own[k] in ("out", "may_be_out"):
            since = tables.since if own[k] == "out" else tables.may_since
            asked.same("list", "since", row["since"], iso(tables, since(k, t_s)), *where)
            asked.same("list", "root", (row["root"], row["root_mechanism"]), tables.root(k, t_s), *where)
        if own[k] == "out" and (at := tables.outages.of(k, t_s)) >= 0:
            asked.same("list", "back", row["back"], iso(tables, int(tables.outages.end[at])), *where)
        for what in ("touched", "flooded"):
            asked.same("list", f"{what} since its test", row[f"{what}_since_test"],
                       iso(tables, tables.untested(what, k, t_s)), *where)
    rows = {row["asset_id"] for row in listed["rows"]}
    pressing = {tables.ids[k] for k in np.flatnonzero(own != "in_service").tolist()}
    asked.same("list", "all that is not in service", pressing - rows, set(), name, t_s)
    for kind in np.unique(tables.kind).tolist():
        states = listed["counts"].get(kind, {})
        for word in CONDITIONS[:-1]:
            asked.same("counts: list", f"{kind} {word}", states.get(word, 0),
                       int((own[tables.kind == kind] == word).sum()), name, t_s)
    for count in situation(result, t_s).counts:
        one = "wet" if count.name == "buildings_wet" else count.name.removesuffix("_out")
        asked.same("counts: point", count.name, (count.now.out, count.now.may), counts[one], name, t_s)
        for hours, ahead in zip((1, 3, 6, 12), count.ahead, strict=True):
            later = t_s + 3600 * hours
            asked.same("counts: point", f"{count.name} in {hours} h", ahead and (ahead.out, ahead.may),
                       tables.counts(later)[one] if later <= tables.horizon_s else None, name, t_s)
    loaded = Loaded(RunEntry(id="x", number=1, name=name, state="done"), run)
    desk = {row["row"]: row["values"] for row in desk_counts(loaded, loaded.start + t_s)}
    for hours, k in zip((0, 1, 3, 6, 12), range(5), strict=True):
        later = t_s + hours * 3600
        then = tables.counts(later) if later <= tables.horizon_s else None
        for one in ("lamps", "cabinets", "sites", "wet"):
            asked.same("counts: desk", one, desk[one][k], then and then[one][0], name, t_s, hours)
        asked.same("counts: desk", "doubt", desk["doubt"][k], then and then["lamps"][1], name, t_s, hours)
    asked.same("counts: desk", "curve", loaded.lamps_out([t_s]), [counts["lamps"][0]], name, t_s)
    state = {"out": "out", "may_be_out": "may_be_out", "reserve": "on_reserve"}
    seen = {row["asset"]: row for row in desk_sites(loaded, loaded.start + t_s)}
    for k in np.flatnonzero(tables.kind == "site").tolist():
        row = seen.get(tables.ids[k])
        said = state.get(row["state"]) if row else None
        asked.same("desk", "state of a site", said, str(own[k]) if own[k] in state.values() else None, name, t_s,
                   tables.ids[k])
        if row and own[k] == "out":
            asked.same("desk", "since when", row["when"] - loaded.start, tables.since(k, t_s), name, t_s, tables.ids[k])


def asked_of_explain(asked: Asked, tables: Tables, run: Any, k: int, t_s: int, lang: str, own: str) -> None:
    """Ask for an explanation of one asset: what it says as JSON, and that its words are of the same sort."""
    one = explain(run.result, tables.ids[k], lang, t_s)
    told, where = one.to_dict(), (tables.folder.name, t_s, tables.ids[k], lang)
    asked.same("explain", "condition", told["now"]["condition"], own, *where)
    for name, spans in (("outage", tables.outages), ("doubt", tables.doubts)):
        row = spans.of(k, t_s)
        said = told[name] and (told[name]["start"], told[name]["end"])
        asked.same("explain", name, said, None if row < 0 else (
            iso(tables, int(spans.start[row])), iso(tables, int(spans.end[row]))), *where)
    if own != "suspended" and (row := tables.outages.of(k, t_s)) >= 0:
        said, its = told["outage"], tables.outages.told[row]
        asked.same("explain", "mechanism", said["mechanism"], its["mechanism"], *where)
        asked.same("explain", "root mechanism", said["root_mechanism"], its["root_mechanism"], *where)
        text = " ".join((one.sentence, *one.paragraphs))
        named = (its["root_asset_id"], str(run.result.city.assets.name[tables.row[its["root_asset_id"]]]))
        asked.same("explain", "root in words", any(one and one in text for one in named), True, *where, text)
    for what in ("touched", "flooded"):
        asked.same("explain", f"{what} since its test", told["now"][f"{what}_since_test"],
                   iso(tables, tables.untested(what, k, t_s)), *where)
    sure = {"fr": ("hors service", "sans courant", "éteinte depuis"), "en": ("out of service", "without power")}[lang]
    if own == "in_service":
        asked.same("explain", "in service in words", any(word in one.sentence for word in sure), False, *where,
                   one.sentence)
    may = {"fr": ("peu", "pourr", "incertain"), "en": ("may", "might", "uncertain", "doubt")}[lang]
    if own == "may_be_out":
        asked.same("explain", "doubt in words", any(word in one.sentence for word in may), True, *where, one.sentence)


def asked_of_terminal(asked: Asked, tables: Tables, t_s: int, k: int, lang: str) -> None:
    """Ask the commands ``list``, ``report`` and ``explain``, with moments written with their offset."""
    at, where = str(iso(tables, t_s)), (tables.folder.name, t_s, tables.ids[k], lang)
    own, counts = tables.condition(t_s), tables.counts(t_s)
    with tempfile.TemporaryDirectory() as folder:
        for command in (["list", str(tables.folder)], ["report", str(tables.folder), "--out", f"{folder}/p.html"],
                        ["explain", str(tables.folder), tables.ids[k]]):
            said = CliRunner().invoke(app, [*command, "--at", at, "--lang", lang, "--json"])
            asked.same("terminal", "exit code", said.exit_code, 0, *where, command[0], said.output[:500])
            if said.exit_code:
                continue
            told = json.loads(said.stdout)
            if command[0] == "explain":
                asked.same("terminal", "explain", told["now"]["condition"], str(own[k]), *where)
            elif command[0] == "list":
                lamp = told["counts"].get("lamp", {})
                asked.same("terminal", "list", (lamp.get("out", 0), lamp.get("may_be_out", 0)), counts["lamps"], *where)
            else:
                lamp = told["counts"]["lamps_out"]
                asked.same("terminal", "report", (lamp["now"], lamp["may"]["now"]), counts["lamps"], *where)


def asked_of_run(asked: Asked, tables: Tables, run: Any) -> None:
    """Ask the summary and the indicators about the run as a whole, and the timeline at its steps."""
    told, lamps, name = summarise(run.result), tables.info["indicators"]["lamps"], tables.folder.name
    gear = ~np.isin(tables.kind, ["building", "site"])
    flooded = tables.failed_s < NEVER
    building = tables.kind == "building"
    out = {kind: tables.ever(kind) for kind in np.unique(tables.kind).tolist()}
    for what, said, own in (
            ("lamps ever out", lamps["ever_out"], out["lamp"]),
            ("most out", lamps["most_out"], tables.most_out("lamp", is_sure=False)),
            ("most surely out", told.lamps_out_at_worst, tables.most_out("lamp", is_sure=True)),
            ("lamp-hours", told.dark_hours, round(tables.lamp_hours, 1)),
            ("lamps not back", told.lamps_not_back, len({int(a) for a, end in zip(
                tables.outages.asset, tables.outages.end, strict=True) if end == NEVER and tables.kind[a] == "lamp"})),
            ("buildings wet", told.buildings_wet, int((building & (tables.touched_s < NEVER)).sum())),
            ("buildings flooded", told.buildings_flooded, int((building & flooded).sum())),
            ("doubtful", told.doubtful, len(tables.doubts.by)),
            ("no supplier", sum(told.no_supplier.values()), len(tables.supplierless)),
            ("assets out", {k: n for k, n in tables.info["counts"]["assets_out"].items() if n},
             {k: n for k, n in out.items() if n}),
            ("flooded", {k: row["count"] for k, row in tables.info["indicators"]["flooded"].items()},
             dict(Counter(tables.kind[flooded & gear].tolist()))),
            ("zones", told.zones_suspended, len({int(a) for a in [*tables.outages.by, *tables.wet.by]
                                                 if tables.kind[a] == "zone"}))):
        asked.same("counts: summary", what, said, own, name)
    if told.lamps_out_at_worst:
        at_s = round(datetime.fromisoformat(told.worst_at).timestamp()) - tables.start
        asked.same("counts: summary", "at the worst", (told.lamps_out_at_worst, told.lamps_in_doubt_at_worst),
                   tables.counts(at_s)["lamps"], name, at_s)
    computed: Counter[tuple[int, str]] = Counter()
    for one in pq.read_table(tables.folder / "timeline.parquet").to_pylist():
        if one["mechanism"] not in ("wet", "flooded_inside"):
            computed[round(one["time"].timestamp()) - tables.start, one["kind"]] += one["out"]
    for (at_s, kind), n in computed.items():
        kinds = tables.kind[tables.outages.asset[tables.outages.at(at_s)]]
        asked.same("counts: timeline", kind, n, int((kinds == kind).sum()), name, at_s)


def ask_night(asked: Asked, folder: Path, rng: random.Random, seconds: int, assets: int, browser: Any = None) -> None:
    """Put all questions to one run."""
    run, tables = read_run(folder), Tables(folder)
    asked_of_run(asked, tables, run)
    times, pairs = moments(tables, rng, seconds), []
    for t_s in times:
        asked_of_result(asked, tables, run, t_s)
        own = tables.condition(t_s)
        for k in drawn_assets(tables, rng, assets):
            asked.of["pairs"] += 1
            asked_of_explain(asked, tables, run, k, t_s, rng.choice(("fr", "en")), str(own[k]))
            pairs.append((k, t_s))
    for t_s in rng.sample(times, min(len(times), 2)):
        asked_of_terminal(asked, tables, t_s, rng.choice(drawn_assets(tables, rng, 5)), rng.choice(("fr", "en")))
    asked_of_papers(asked, tables, run)
    crews = crews_of(tables)
    ask_lists(asked, tables, crews, run, times, rng)
    asked_of_desk(asked, tables, crews, run, drawn(pairs, rng, 6, 20), browser)
    if browser is not None:
        now = datetime.fromtimestamp(tables.start + tables.issued_s, UTC) + timedelta(hours=1)
        asked_of_map(asked, tables, run, browser, pairs, times, now)
        asked_of_public(asked, tables, run, browser, times, now)


def ask_lists(asked: Asked, tables: Tables, crews: CrewTables | None, run: Any, times: list[int], rng: random.Random
              ) -> None:
    """Put the questions that are asked of lists, papers and crews: of a run that has some at their own seconds too."""
    places = Places(tables)
    for place, t_s in enumerate(times):
        asked_of_filters(asked, places, run, t_s, rng, by_command=place < 1)
    for t_s in rng.sample(times, min(len(times), 4)):
        asked_of_report(asked, places, crews, run, t_s, rng.choice(("fr", "en")))
    if crews is not None:
        asked_of_work(asked, crews, run)
        own = [min(tables.horizon_s, max(0, rng.choice(crews.changes) + rng.choice((-1, 0, 1)))) for _ in times]
        for t_s in sorted({*rng.sample(times, (len(times) + 1) // 2), *own}):
            asked_of_crews(asked, crews, run, t_s, rng.choice(("fr", "en")))


def main(seed: int, seconds: int, assets: int, *runs: str) -> int:
    """Ask, and print what was asked and what differs; the exit code tells whether anything does."""
    # Helpers of the pages' tests import each other as pytest finds them.
    sys.path.insert(0, str(Path(__file__).parents[1] / "viewer"))
    from tests.viewer.page_browser import chromium

    asked, rng = Asked(), random.Random(seed)
    folders = [Path(one) for one in runs if one != "--browser"]

    def ask(browser: Any) -> None:
        for folder in folders:
            ask_night(asked, folder, rng, seconds, assets, browser)
            print(folder.name, dict(asked.of), dict(asked.otherwise), flush=True)

    if "--browser" in runs:
        with chromium() as browser:
            ask(browser)
    else:
        ask(None)
    print("rounding", dict(asked.rounding))
    for what, n in asked.otherwise.most_common():
        print(n, what, str(asked.first[what])[:1500])
    return int(bool(asked.otherwise))


if __name__ == "__main__":
    sys.exit(main(*(int(one) for one in sys.argv[1:4]), *sys.argv[4:]))
