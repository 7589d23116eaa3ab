"""One answer, wherever it is asked: result, terminal, tables of the run folder, map, public page and leaflet.

Five shipped nights, a handful of assets of every sort, moments from dusk to the next evening.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from night_pages import open_night
from typer.testing import CliRunner

from geodata.run.schemas import Clock
from tests.nights import night
from twin.codes import Mechanism
from twin.explaining.explain import explain
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.live_parts import live_parts
from twin.results.moment import moment_of
from twin.results.summary import summarise
from twin.results.view import View
from twin.world.kinds import Role
from viewer.outputs.leaflet import export_leaflet

NIGHTS = ("ouche-q100", "valmont-preventive-cut", "valmont-facts", "valmont-substation", "ouche-q10")
HOURS = (2.5, 5.5, 6.0, 8.5, 14.0, 24.0)
NAMED = ("S-01", "S-03", "S-04", "S-11", "P-01", "P-02", "P-03", "A-012", "A-026", "A-039", "C-06", "PO-01")


@cache
def asked(name: str) -> tuple[list[str], list[int]]:
    """Give the assets and the moments that are asked about."""
    result = night(name).result
    assets, o, d = result.city.assets, result.outages, result.doubts
    picked = [int(o.asset[np.flatnonzero(o.mechanism == m)[0]]) for m in Mechanism if np.any(o.mechanism == m)]
    for role in (Role.LIGHTS, Role.PREMISES, Role.WATERS, Role.CIRCUIT):
        mine = np.flatnonzero(assets.of_role(role))
        out, doubtful = o.asset[np.isin(o.asset, mine)], d.asset[np.isin(d.asset, mine)]
        picked += [int(mine[0]), *(int(rows[len(rows) // 2]) for rows in (out, doubtful) if len(rows))]
    named = [one for one in NAMED if one in set(assets.id.tolist())]
    ids = list(dict.fromkeys([*named, *(str(assets.id[row]) for row in picked)]))
    step_s = result.plan.step_s
    return ids, [int(h * 3600) // step_s * step_s for h in HOURS if h * 3600 <= result.plan.duration_s]


def by_result(name: str) -> list[dict[str, Any]]:
    """Give the answers of the result: its moments, and the explanations that stand on them."""
    result = night(name).result
    assets, ids = result.city.assets, result.city.assets.id
    found = []
    for t in asked(name)[1]:
        moment = moment_of(result, t)
        for asset in asked(name)[0]:
            row = assets.row(asset)
            now, told = moment.of(row), explain(result, asset, "fr", t)
            since = NONE if now.outage == NONE and now.doubt == NONE else int(
                result.doubts.start_s[now.doubt] if now.outage == NONE else result.outages.start_s[now.outage])
            suspended = now.condition is Condition.SUSPENDED
            found.append({
                "asset": asset, "t": t, "condition": now.condition.word, "since": NONE if suspended else since,
                "causes": [] if told.tree is None or suspended else [node.asset.id for node in told.tree.trunk()],
                "fed": [ids[one] for one in moment.chain(row)],
                "waits": None if told.waiting is None or suspended else [told.waiting.holder.id, told.waiting.stage],
                "untested": now.flooded_since_test_s,
                "reserve": now.reserve_ends_s if now.condition is Condition.ON_RESERVE else NONE})
    return found


#: The same questions, put to the page's script.
ON_THE_MAP = """([ids, times]) => { const {model, chain, why} = twinPage; const all = model.ids(); const found = [];
  const words = {1: 'out', 2: 'may_be_out', 5: 'on_reserve', 6: 'last_feed', 7: 'no_supplier'};
  for (const t of times) for (const id of ids) {
    const u = all.indexOf(id); const {iv, conditions, waits} = model;
    const i = iv.at(model.pattern[u], t); const k = model.condition(u, t);
    const mechanism = i < 0 ? '' : chain.mechanism(i); const isSuspended = mechanism === 'touched';
    const state = i >= 0 ? iv.state[i] : k >= 0 ? conditions.state[k] : 0;
    const isOut = i >= 0 && mechanism !== 'near' && !isSuspended;
    const holder = isOut ? why.waiting.holder(u, i, t) : -1; const since = waits.untestedSince(u, t);
    found.push({asset: id, t, condition: isSuspended ? 'suspended' : (words[state] ?? 'in_service'),
      since: i < 0 || isSuspended ? -1 : iv.since[i], causes: isOut ? chain.walk(u, t).map((s) => all[s.u]) : [],
      fed: chain.feed(u, t).slice(1).map((one) => all[one]),
      waits: isOut ? [all[holder], waits.at(holder, t)?.what ?? 'supply'] : null,
      untested: since === 0xFFFFFFFF ? -1 : since, reserve: state === 5 ? conditions.until[k] : -1});
  } return found; }"""


@pytest.mark.browser
@pytest.mark.parametrize("name", NIGHTS)
def test_the_map_answers_as_the_result(chromium: Any, name: str) -> None:
    page = open_night(chromium, name)
    try:
        told = page.evaluate(ON_THE_MAP, list(asked(name)))
        assert page.errors == []
        expected = by_result(name)
        assert len(told) == len(expected) > 60
        for on_map, by_run in zip(told, expected, strict=True):
            assert on_map == by_run
        _counts(page, name)
    finally:
        page.context.close()


def _counts(page: Any, name: str) -> None:
    """Hold the numbers of the screen against those of the result, at each moment and at the worst."""
    result = night(name).result
    assets, told = result.city.assets, summarise(result)
    lamp, cabinet = assets.of_role(Role.LIGHTS), assets.of_role(Role.SWITCHES)
    parts = live_parts(View(result.plan, result.city, result.exposure, result.outages, result.doubts))
    for t in asked(name)[1]:
        page.evaluate("t => twinPage.player.to(t)", t)
        condition = moment_of(result, t).condition
        shown = {key: int(re.sub(r"\D", "", page.inner_text(f"[data-count={key}]")) or 0)
                 for key in ("lamp_dark", "lamp_may", "cabinet_out", "cabinet_may", "site_out", "live")}
        assert shown == {
            "lamp_dark": int((condition[lamp] == Condition.OUT).sum()),
            "lamp_may": int((condition[lamp] == Condition.MAY_BE_OUT).sum()),
            "cabinet_out": int((condition[cabinet] == Condition.OUT).sum()),
            "cabinet_may": int((condition[cabinet] == Condition.MAY_BE_OUT).sum()),
            "site_out": int((condition[assets.of_role(Role.VITAL)] == Condition.OUT).sum()),
            "live": len(np.unique(parts.asset[parts.at(t)]))}, t
    if told.lamps_out_at_worst:
        at = result.indicators["lamps"]["surely"]["at"]
        worst = page.evaluate("at => { const {out, may} = twinPage.model.counts(Date.parse(at) / 1000"
                              " - twinPage.config.start); return [out, may]; }", at)
        assert worst == [told.lamps_out_at_worst, told.lamps_in_doubt_at_worst], "as the terminal says it"
        figures = [re.sub(r"\D", "", text) for text in page.locator("#figures dd").all_inner_texts()]
        assert str(told.lamps_out_at_worst) in figures
        most = page.evaluate("() => Math.max(...twinPage.model.outSeries)")
        assert most <= told.lamps_out_at_worst, "no moment of the slider shows more than the most"


@pytest.mark.parametrize("name", NIGHTS)
def test_the_tables_answer_as_the_result(name: str) -> None:
    run = night(name)
    clock, folder = Clock(run.result.plan), run.path

    def table(file: str) -> tuple[Any, Any, Any, Any]:
        read = pq.read_table(folder / file)
        end_s = clock.seconds(read["end"].combine_chunks())
        return (read, np.array(read["asset_id"].to_pylist()), clock.seconds(read["start"].combine_chunks()),
                np.where(end_s == NONE, np.iinfo(np.int64).max, end_s))

    outages, doubts = table("outages.parquet"), table("doubts.parquet")
    for t in asked(name)[1]:
        moment = moment_of(run.result, t)
        for asset in asked(name)[0]:
            now = moment.of(run.result.city.assets.row(asset))
            rows = [np.flatnonzero((ids == asset) & (start <= t) & (t < end)) for _, ids, start, end in (
                outages, doubts)]
            assert [len(found) for found in rows] == [int(now.outage != NONE), int(now.doubt != NONE)], (asset, t)
            for found, (read, _, start, _), mine in zip(rows, (outages, doubts), (
                    run.result.outages, run.result.doubts), strict=True):
                for row in found.tolist():
                    at = now.outage if mine is run.result.outages else now.doubt
                    root = run.result.city.assets.id[mine.root[at]]
                    assert (int(start[row]), read["root_asset_id"][row].as_py(), read["mechanism"][row].as_py()) == (
                        int(mine.start_s[at]), root, Mechanism(int(mine.mechanism[at])).word), (asset, t)


@pytest.mark.parametrize("name", NIGHTS)
def test_the_terminal_answers_as_the_result(name: str) -> None:
    from twin.cli import app

    result = night(name).result
    t = asked(name)[1][2]
    at = View(result.plan, result.city, result.exposure, result.outages, result.doubts).moment(t)
    for asset in ("S-01", "A-012"):
        said = CliRunner().invoke(app, ["explain", str(night(name).path), asset, "--at", str(at), "--json"])
        assert said.exit_code == 0, said.output
        told = json.loads(said.output)
        now = moment_of(result, t).of(result.city.assets.row(asset))
        assert told["now"]["condition"] == now.condition.word
        assert (told["outage"] is not None) == (now.outage != NONE)
        assert told["sentence"] == explain(result, asset, told["lang"], t).sentence


def lamps_by_street(name: str, t_s: int | None) -> dict[str, tuple[int, int]]:
    """Give lamps out and in doubt by street at a quarter of an hour, or ever, as is public.

    Outward to the quarter; a quarter in which a lamp is in doubt as well is told as doubt, unless that hides an outage.
    """
    result = night(name).result
    spans, assets = result.spans, result.city.assets
    start = result.plan.start.timestamp()

    def down(seconds: float) -> int:
        return int((start + seconds) // 900 * 900 - start)

    def holds(k: int, at_s: float) -> bool:
        last = np.inf if spans.end_s[k] == NONE else -down(-float(spans.end_s[k]))
        return bool(down(float(spans.start_s[k])) <= at_s < last)

    doubts: dict[int, list[int]] = {}
    for k in np.flatnonzero(~spans.is_sure).tolist():
        doubts.setdefault(int(spans.asset[k]), []).append(k)

    def is_hidden(k: int) -> bool:
        """Tell whether doubt takes all quarters of an outage: then it is told all the same."""
        last = -down(-float(spans.end_s[k])) if spans.end_s[k] != NONE else down(float(spans.start_s[k])) + 10**6
        return all(any(holds(d, at) for d in doubts.get(int(spans.asset[k]), ()))
                   for at in range(down(float(spans.start_s[k])), last, 900))

    sure: dict[str, set[int]] = {}
    may: dict[str, set[int]] = {}
    for k in np.flatnonzero(assets.of_role(Role.LIGHTS)[spans.asset]).tolist():
        if t_s is None or holds(k, t_s):
            row = int(spans.asset[k])
            is_told_sure = spans.is_sure[k] and (t_s is None or is_hidden(k) or not any(
                holds(d, t_s) for d in doubts.get(row, ())))
            (sure if is_told_sure else may).setdefault(assets.street[row], set()).add(row)
    return {street: (len(sure.get(street, ())), len(may.get(street, set()) - sure.get(street, set())))
            for street in {*sure, *may} if street}


@pytest.mark.browser
@pytest.mark.parametrize("name", NIGHTS)
def test_the_public_page_and_the_leaflet_count_as_the_result(chromium: Any, name: str, tmp_path: Any) -> None:
    page = open_night(chromium, name, public=True, width=1280)
    try:
        times = [t // 900 * 900 for t in asked(name)[1]]
        told = page.evaluate("""(times) => { const {model} = twinPage; return times.map((t) => Object.fromEntries(
          model.byStreet.rows(t).filter((row) => model.streets[row.street]).map((row) =>
          [model.streets[row.street], [row.out, row.may]]))); }""", times)
        assert page.errors == []
        for t, streets in zip(times, told, strict=True):
            assert {street: tuple(counts) for street, counts in streets.items()} == lamps_by_street(name, t), t
    finally:
        page.context.close()
    ever = lamps_by_street(name, None)
    streets = sorted(street for street, (out, _) in ever.items() if out > 1)[:3]
    if streets:
        text = export_leaflet(night(name), tmp_path / "leaflet.html", streets=streets, lang="fr").read_text("utf-8")
        for street, part in zip(streets, text.split("<article")[1:], strict=True):
            may = ever[street][1]
            assert f"{ever[street][0]} lampes sur" in part, street
            assert ("peut s’éteindre" in part or "peuvent s’éteindre" in part) == bool(may), street
