"""What a chief of the night reads on the map, on the shipped nights: nothing past, done or drowned misleads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from night_pages import choose, open_night
from page_browser import opened

from tests.nights import LIVED_NIGHT, night
from twin.explaining.acts_papers import cuts_paper
from twin.quantities import NONE
from twin.results.moment import moment_of
from twin.world.kinds import Role
from viewer.outputs.page import export_map

pytestmark = pytest.mark.browser

H = 3600
FLOOD, CUT, CALLS, LIVED = "ouche-q100", "valmont-preventive-cut", "valmont-facts", LIVED_NIGHT


@pytest.fixture(scope="module")
def pages(chromium: Any) -> Iterator[dict[str, Any]]:
    opened = {name: open_night(chromium, name) for name in (FLOOD, CUT, CALLS, LIVED)}
    yield opened
    for page in opened.values():
        assert page.errors == []
        page.context.close()


def at(page: Any, t_s: int) -> None:
    page.evaluate("t => { twinPage.player.to(t); twinPage.choose(null, false); }", t_s)


def test_a_site_is_shown_on_the_supplier_that_feeds_it_at_that_moment(pages: dict[str, Any]) -> None:
    page = pages[FLOOD]
    assert "P-01" in choose(page, "S-01", 5 * H), "before its first supplier is flooded"
    said = choose(page, "S-01", 6 * H)
    assert "P-03" in said
    assert "P-01" not in said
    assert "dernière alimentation" in said
    link = page.evaluate("() => twinPage.map.scene.links.map((one) => one.to.label)")
    assert link == ["P-03"], "and the line on the map goes there"


def test_on_its_reserve_a_site_says_how_long_it_lasts(pages: dict[str, Any]) -> None:
    result = night(FLOOD).result
    row = result.city.assets.row("S-01")
    [(start_s, end_s, until_s)] = result.reserves.of_asset(row)
    page = pages[FLOOD]
    said = page.evaluate("([id, t]) => twinPage.why.condition(twinPage.model.ids().indexOf(id), t)",
                         ["S-01", (start_s + end_s) // 2])
    assert "réserve" in said
    assert f"{round((until_s - (start_s + end_s) // 2) / 60)}\u00a0min" in said


def test_with_both_feeds_dead_the_hospital_has_a_quarter_of_an_hour_left(pages: dict[str, Any]) -> None:
    said = choose(pages[LIVED], "S-01", int(5.75 * H))
    assert "Sur sa réserve\u00a0: encore 15\u00a0min, vide à 22\u00a0h\u00a000" in said


def test_what_is_cut_is_no_longer_told_to_be_cut(pages: dict[str, Any]) -> None:
    """A-012 was cut at 17:40; without that it is the first place to cut."""
    for name, is_told in ((FLOOD, True), (LIVED, False)):
        at(pages[name], int(2.5 * H))
        lines = pages[name].evaluate("() => twinPage.lists.live.lines.map((one) => one.title)")
        assert any("A-012" in line for line in lines) == is_told


def test_the_last_moment_to_act_is_never_past_nor_done(pages: dict[str, Any]) -> None:
    for name in (FLOOD, CUT):
        page, result = pages[name], night(name).result
        rows = result.indicators["last_moment_to_act"]["rows"]
        for t in (2 * H, 6 * H, 14 * H):
            at(page, t)
            shown = page.evaluate("() => twinPage.lists.moments.lines.map((one) => one.time)")
            past = page.evaluate("() => twinPage.lists.past.lines.map((one) => one.time)")
            assert all(time > t for time in shown)
            assert all(time <= t for time in past)
            assert shown == sorted(shown), "the next one first"
            assert len(shown) + len(past) == len(rows)
    dead = night(CUT).result.indicators["last_moment_to_act"]["dead_by_a_cut"]
    assert f"{dead} armoires sont coupées avant l’eau" in pages[CUT].inner_text("#acts-cut")
    at(pages[FLOOD], int(1.75 * H))
    assert "dans " in pages[FLOOD].inner_text("#moments li"), "an act within the hour is counted down"


def test_flooded_counts_what_stands_in_water_whatever_took_it_out_first(pages: dict[str, Any]) -> None:
    counted = {}
    for name in (FLOOD, CUT):
        exposure, assets = night(name).result.exposure, night(name).result.city.assets
        counted[name] = int((exposure.failed_at_s[assets.of_role(Role.SWITCHES)] != NONE).sum())
        rows = dict(zip(pages[name].locator("#figures dt").all_inner_texts(),
                        pages[name].locator("#figures dd").all_inner_texts(), strict=True))
        told = {re.sub(r" \(.*", "", term): value for term, value in rows.items()}
        assert told["Armoires d’éclairage"] == str(counted[name])
    assert counted[FLOOD] == counted[CUT] == 24, "a cut keeps nothing dry"
    dead = night(CUT).result.indicators["flooded"]["cabinet"]["dead"]
    assert f"({dead} hors tension)" in pages[CUT].inner_text("#figures")


def test_a_page_s_times_add_up_for_what_was_dead_when_the_water_came(pages: dict[str, Any]) -> None:
    [repair] = night(CUT).result.repairs.of_asset(night(CUT).result.city.assets.row("P-02"))
    said = choose(pages[CUT], "P-02", 14 * H)
    assert repair.planned_end_s - repair.start_s == 7.5 * H
    assert [night(CUT).result.view.moment(t) for t in (repair.start_s, repair.planned_end_s)] == [
        "2026-11-23T10:04:19+01:00", "2026-11-23T17:34:19+01:00"]
    assert "10\u00a0h\u00a004" in said
    assert "Retour au plus tôt vers 17\u00a0h\u00a045" in said, "17:34, rounded up to the quarter"
    assert "Puis 7\u00a0h\u00a030 de travail" in said
    assert "étape 1 sur 5" in said, "nothing is replaced at what was dead"
    live = choose(pages[FLOOD], "P-02", 14 * H)
    assert "Puis 17\u00a0h\u00a030 de travail" in live
    assert "étape 1 sur 6" in live


def test_a_cut_hides_no_water(pages: dict[str, Any]) -> None:
    said = choose(pages[CUT], "P-02", 14 * H)
    assert "coupé volontairement" in said
    assert "Ne pas remettre sous tension sans contrôle" in said
    assert "0,99\u00a0m au plus" in said
    touched = choose(pages[CUT], "P-02", 4 * H)
    assert "l’eau y est venue depuis le dernier essai" in touched, "at its foot since 18:49, below its live parts"
    before = choose(pages[CUT], "P-02", 2 * H + 36 * 60)
    assert "Ne pas remettre" not in before, "the water has not come yet"


def test_a_place_of_unknown_supply_is_opened_before_those_that_are_out(pages: dict[str, Any]) -> None:
    """As on the printed list: that it is out says nothing of a feed which nobody knows."""
    before, after, was_out = pages[FLOOD].evaluate("""t => {
      const {lists, model} = twinPage, open = () => lists.toOpen(t);
      const first = open().map((one) => one.at);
      const last = open().at(-1);
      const isOut = model.iv.stateAt(model.pattern[last.at], t) !== model.iv.stateAt(model.pattern[first[0]], t);
      const told = lists.config.live.filter((one) => one.at === last.at);
      for (const one of told) one.unknown = true;
      const then = open().map((one) => one.at);
      for (const one of told) one.unknown = false;
      return [first.indexOf(last.at), then.indexOf(last.at), isOut];
    }""", 6 * H)
    assert was_out, "the last of the list is out, the first in service"
    assert after < before


def test_a_gauge_that_reads_otherwise_stands_first(pages: dict[str, Any]) -> None:
    first = pages[CALLS].inner_text("#first li")
    assert "3,05\u00a0m lus" in first
    assert "3,21\u00a0m dans ce calcul" in first
    assert "0,16\u00a0m plus bas" in first
    assert not pages[FLOOD].evaluate("() => [...document.querySelectorAll('#first li')].some((one) => one.innerText"
                                     ".includes('Échelle'))")


def test_closed_streets_notes_and_readings_stand_on_the_timeline_in_both_languages(pages: dict[str, Any]) -> None:
    page = pages[CALLS]
    words = "() => twinPage.config.events.map((one) => twinPage.timeline.words(one))"
    french = page.evaluate(words)
    assert "rue fermée\u00a0: Quai des Lavandières" in french
    assert "Bus arrêtés rive gauche" in french
    page.click("[data-lang=en]")
    english = page.evaluate(words)
    page.click("[data-lang=fr]")
    assert "street closed: Quai des Lavandières" in english
    assert all("closed" not in one for one in french)
    at(page, 5 * H)
    assert "Rue fermée\u00a0: Quai des Lavandières, depuis 20\u00a0h\u00a045 (police municipale)." in page.inner_text(
        "#first")
    assert page.evaluate("() => twinPage.map.scene.closed.map((street) => twinPage.model.streets[street])") == [
        "Quai des Lavandières"]


def test_sites_have_times_people_and_their_doubt(pages: dict[str, Any]) -> None:
    page, result = pages[FLOOD], night(FLOOD).result
    at(page, 6 * H)
    lines = page.evaluate("() => twinPage.lists.vital.lines.map((one) => `${one.title}: ${one.detail}`)")
    refuge = next(line for line in lines if "refuge" in line)
    assert "sans courant depuis 21\u00a0h\u00a006" in refuge
    assert "400 personnes" in refuge
    assert "retour au plus tôt vers mardi 3\u00a0h\u00a045" in refuge, "the engine says 3:34"
    home = next(line for line in lines if "EHPAD" in line)
    assert "peut-être sans courant" in home or "peut-être" in home
    assert "84 personnes" in home
    hospital = next(line for line in lines if "hospitalier" in line)
    assert "dernière alimentation" in hospital
    out = [row for row in np.flatnonzero(result.city.assets.of_role(Role.VITAL))
           if moment_of(result, 6 * H).condition[row] == 0]
    assert f"{len(out)} sans courant" in page.inner_text("#sites-count")


def test_what_is_ours_and_what_holds_it_are_apart(pages: dict[str, Any]) -> None:
    said = choose(pages[FLOOD], "A-012", 24 * H)
    assert "Retenue par P-01 (réseau électrique)" in said
    assert "À A-012 (ville)" in said
    assert pages[FLOOD].locator("#why .stages").count() == 2
    result = night(FLOOD).result
    [own] = result.repairs.of_asset(result.city.assets.row("A-012"))
    assert own.end_s != NONE
    after = choose(pages[FLOOD], "A-012", -(-own.end_s // 300) * 300)
    assert "À A-012 (ville)" not in after, "its own work is done"
    assert "Retenue par P-01" in after


def test_both_suppliers_of_a_site_stand_in_its_causes(chromium: Any) -> None:
    name = "valmont-substation"
    result = night(name).result
    graph_rows = [row for row in result.outages.asset.tolist() if result.trace[int(
        result.outages.event_row[result.outages.asset == row][0])].contributors]
    assert graph_rows, "something there has lost both its suppliers"
    page = open_night(chromium, name)
    row = graph_rows[0]
    o = result.outages
    start_s = int(o.start_s[o.asset == row][0])
    beside = page.evaluate("""([id, t]) => { const {chain, model} = twinPage; const u = model.ids().indexOf(id);
      return chain.walk(u, t).flatMap((step) => chain.also(step).map((one) => model.ids()[one.u])); }""",
                           [str(result.city.assets.id[row]), start_s])
    page.context.close()
    from twin.explaining.tree import tree_of

    tree = tree_of(result, o[int(np.flatnonzero(o.asset == row)[0])])
    needed = [node.asset.id for node in tree.walk() if node.role == "contributor"]
    assert set(needed) <= set(beside) if needed else beside == []


def test_a_fact_has_its_age_and_is_asked_for_again(pages: dict[str, Any]) -> None:
    page = pages[CALLS]
    young = choose(page, "A-012", 6 * H)
    assert "En service, selon un fait signalé." in young
    assert "en service, par ronde" in young
    assert "Il y a 30\u00a0min." in young
    old = choose(page, "A-012", int(8.5 * H))
    assert "Il y a 3\u00a0h\u00a0: à redemander." in old
    assert "Ne pas remettre sous tension sans contrôle" in old, "it was seen in service, in the water"
    assert "fin du fait" not in old, "what is to come is no fact yet"
    out = choose(page, "A-039", 5 * H)
    assert "hors service par un fait signalé" in out
    assert "étape" not in out
    assert "Ce fait prend fin à 23\u00a0h\u00a015" in out


def test_much_that_fails_at_once_is_told_before_it_comes(pages: dict[str, Any]) -> None:
    page = pages[FLOOD]
    at(page, 2 * H)
    first = page.inner_text("#first")
    assert "188 lampes s’éteignent presque ensemble" in first
    assert "École des Bas-Prés" in first
    assert "Agir avant lundi 0\u00a0h\u00a020" in first
    at(page, 14 * H)
    assert "188" not in page.inner_text("#first"), "what is past is counted, not told as to come"


def test_places_things_and_hands_are_told_apart(pages: dict[str, Any]) -> None:
    page = pages[FLOOD]
    at(page, 6 * H)
    places = page.evaluate("() => twinPage.lists.live.lines.length")
    things = int(page.inner_text("[data-count=live]"))
    assert f"{places} points de coupure, {things} objets" in page.inner_text("#dangers-count")
    lines = page.evaluate("() => twinPage.lists.live.lines.map((one) => [one.title, one.detail])")
    for title, detail in lines:
        is_grid = re.search(r"[CP]-\d", title) is not None
        assert title.startswith("Faire couper") == is_grid
        assert ("à demander" in detail) == is_grid


@pytest.mark.parametrize("hour", [2, 4, 6, 8, 10])
def test_map_and_paper_have_the_places_to_cut_in_one_order_with_their_water(pages: dict[str, Any], hour: int) -> None:
    page, result = pages[FLOOD], night(FLOOD).result
    at(page, hour * H)
    lines = page.evaluate("() => twinPage.lists.live.lines.map((one) => [twinPage.model.ids()[one.u], one.detail])")
    paper = cuts_paper(result, hour * H, "fr")
    assert [name for name, _ in lines] == [row[1].rsplit(" ", 1)[1] for row in paper.rows]
    for (_, detail), row in zip(lines, paper.rows, strict=True):
        assert row[5].split(",\u00a0")[0].split(", ")[0].split("\u00a0m")[0] in detail, "the deepest of them now"


def test_a_site_with_water_at_its_door_is_not_to_be_re_energised_on_the_map_either(pages: dict[str, Any]) -> None:
    said = choose(pages[FLOOD], "S-11", 6 * H)
    assert "Une fois hors service, ne pas remettre sous tension" in said
    assert "ne pas remettre sous tension" not in choose(pages[FLOOD], "S-11", 5 * H)


def test_what_puts_out_most_lamps_follows_the_clock(pages: dict[str, Any]) -> None:
    page = pages[FLOOD]
    at(page, 6 * H)
    assert "P-13" not in page.inner_text("#why"), "it fails after midnight"
    assert "Ce qui éteint le plus de lampes à 22\u00a0h\u00a000" in page.inner_text("#why")
    at(page, 9 * H)
    assert "P-13" in page.inner_text("#why")
    told = [int(n.replace("\u202f", "")) for n in re.findall(r"([\d\u202f]+) lampes?", page.inner_text("#why"))]
    assert sum(told) == int(page.inner_text("[data-count=lamp_dark]").replace("\u202f", "")), "and they add up"


def test_depth_is_told_as_it_is_now_and_apart_from_the_highest(pages: dict[str, Any]) -> None:
    page, result = pages[FLOOD], night(FLOOD).result
    row = result.city.assets.row("A-012")
    for t, trend in ((3 * H, "en hausse"), (14 * H, "en baisse")):
        depth_m = round(float(moment_of(result, t).depth_m[row]), 3) + 1e-9
        said = choose(page, "A-012", t)
        assert f"À présent {depth_m:.2f}".replace(".", ",") in said
        assert trend in said
        assert "1,18\u00a0m au plus haut" in said


def test_a_return_is_not_told_to_the_minute(pages: dict[str, Any]) -> None:
    result = night(FLOOD).result
    o = result.outages
    end_s = int(o.end_s[o.asset == result.city.assets.row("P-02")][0])
    assert (end_s // 60) % 15, "computed between two quarters"
    said = choose(pages[FLOOD], "P-02", 14 * H)
    assert re.search(r"Retour au plus tôt vers \S+ \d+\u00a0h\u00a0(00|15|30|45)", said)


def test_signals_lift_stations_and_pumps_are_counted_and_named(pages: dict[str, Any]) -> None:
    page, result = pages[FLOOD], night(FLOOD).result
    at(page, 9 * H)
    condition, assets = moment_of(result, 9 * H).condition, result.city.assets
    said = page.inner_text("#others-kinds")
    for kind in ("traffic_signal", "lift_station", "pump", "service_box"):
        n = int((condition[assets.of_kind(kind)] == 0).sum())
        words = assets.kinds[kind].words["fr"]
        assert f"{n} {words.one if n < 2 else words.many}" in said
    named = page.evaluate("() => twinPage.lists.rest.lines.map((one) => twinPage.model.ids()[one.u])")
    assert "PO-01" in named


def test_paper_carries_the_lists_and_not_the_map_alone(pages: dict[str, Any]) -> None:
    page = pages[FLOOD]
    at(page, 6 * H)
    page.page.emulate_media(media="print")
    try:
        for name in ("first", "moments", "sites", "dangers", "others", "figures"):
            assert page.is_visible(f"#{name}"), name
        assert page.is_visible("#clock"), "the moment that it shows"
        assert not page.is_visible("#time")
    finally:
        page.page.emulate_media(media="screen")


def test_a_map_without_streets_says_how_to_add_them(chromium: Any, pages: dict[str, Any], tmp_path: Path) -> None:
    run = night(FLOOD)
    bare = replace(run, city_file=replace(run.city_file, context={}))
    page = opened(chromium, export_map(bare, tmp_path / "bare.html", public=False, lang="fr"),
                  now=run.result.plan.issued_at, timeout_ms=60_000)
    assert "sans rues ni rivière" in page.inner_text("#first")
    assert "sans rues" not in pages[FLOOD].inner_text("#first")
    assert page.errors == []
    page.context.close()
