"""One story: losses, counts, repairs and returns as map, report, list, explanation, tables and desk tell them.

Asked at five moments of two nights: the hundred-year night with its crews, and the same without a limit of hands.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from night_pages import choose, exported, open_night
from page_browser import opened
from typer.testing import CliRunner

from geodata.run.listing import to_dict
from tests.nights import night
from twin.cli import app
from twin.codes import Mechanism
from twin.explaining.explain import explain
from twin.explaining.listed import listed_rows, teller_of
from twin.explaining.loss_words import lost_words
from twin.explaining.repaired_words import repaired_at
from twin.explaining.situation import number_in, page_of
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.counts import GROUPS, counted, lamps_over_time
from twin.results.listing import listing
from twin.results.moment import moment_of
from twin.results.situation import situation
from twin.world.kinds import Role
from viewer.desk.acts import _warnings
from viewer.desk.counts import counts as desk_counts
from viewer.desk.counts import sites as desk_sites
from viewer.desk.loaded import Loaded

CREWS = "ouche-q100-crews"
NIGHTS = (CREWS, "ouche-q100")
H = 3600
#: 20:00, 22:00, 22:30, an hour after midnight, and the next evening.
MOMENTS = (4 * H, 6 * H, int(6.5 * H), 9 * H, 26 * H)
#: Homes and stations that the water may take, a substation in doubt, gear behind others.
ASKED = ("S-01", "S-03", "S-04", "S-08", "S-11", "S-13", "S-14", "P-02", "P-12", "P-13", "A-012", "A-030", "A-094",
         "C-08", "R-01", "F-02")


def loaded_of(name: str) -> Loaded:
    """Give a night as the desk holds it."""
    return Loaded(SimpleNamespace(scenario="", id="a"), night(name))  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=NIGHTS)
def told(request: Any, chromium: Any) -> Any:
    page = open_night(chromium, request.param)
    yield request.param, page
    page.context.close()


# --- the earliest moment of loss ----------------------------------------------------------------------


@pytest.mark.parametrize("name", NIGHTS)
def test_a_loss_begins_with_its_first_doubt_and_is_sure_where_nothing_is(name: str) -> None:
    result = night(name).result
    assets, losses, horizon_s = result.city.assets, result.losses, result.plan.duration_s
    for k in range(0, len(losses), max(1, len(losses) // 60)):
        one = losses[k]
        for t, expected in ((one.may_s, {Condition.OUT, Condition.MAY_BE_OUT}),
                            *(((one.sure_s, {Condition.OUT}),) if one.sure_s != NONE else ())):
            if t < horizon_s and not assets.has_role(one.asset, Role.WATERS):
                assert Condition(int(moment_of(result, t).condition[one.asset])) in expected
        if one.may_s > 0:
            before = Condition(int(moment_of(result, one.may_s - 1).condition[one.asset]))
            assert before not in {Condition.OUT, Condition.MAY_BE_OUT}, "nothing is earlier"
        if one.computed_s != NONE:
            assert moment_of(result, one.computed_s).is_out[one.asset]


def test_the_home_is_told_at_its_earliest_moment() -> None:
    """Water at its door at 21:33, possibly inside at 22:25, computed inside at 23:52 and never sure of it."""
    result = night(CREWS).result
    home = result.losses.next(result.city.assets.row("S-11"), 6 * H)
    assert home is not None
    assert [str(result.view.moment(t))[11:16] for t in (home.may_s, home.computed_s)] == ["22:25", "23:52"]
    assert (home.sure_s, home.mechanism) == (NONE, Mechanism.FLOODED)
    assert lost_words(teller_of(result, "fr"), home, 6 * H).replace("\u00a0", " ") == (
        "peut-être sans courant dès 22 h 25 (selon le calcul 23 h 52, incertain)")


ON_THE_MAP = """([ids, times]) => { const {model} = twinPage; const all = model.ids(); const found = [];
  for (const t of times) for (const id of ids) {
    const one = twinPage.lists.losses.of(all.indexOf(id), t);
    found.push(one && [one.may, one.computed, one.sure, one.end, all[one.root]].map(
      (n) => n === 0xFFFFFFFF ? -1 : n));
  } return found; }"""


@pytest.mark.browser
def test_the_map_knows_the_same_losses(told: Any) -> None:
    name, page = told
    result = night(name).result
    assets = result.city.assets
    spread = [int(row) for row in np.unique(result.losses.asset)][::40]
    ids = [*ASKED, *(str(assets.id[row]) for row in spread if not assets.has_role(row, Role.WATERS))]
    found = page.evaluate(ON_THE_MAP, [ids, list(MOMENTS)])
    expected = []
    for t in MOMENTS:
        for one in ids:
            loss = result.losses.next(assets.row(one), t)
            expected.append(None if loss is None else [loss.may_s, loss.computed_s, loss.sure_s, loss.end_s,
                                                       str(assets.id[loss.root])])
    assert found == expected
    assert page.errors == []


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_output_says_a_loss_in_the_same_words(told: Any, lang: str) -> None:
    name, page = told
    run = night(name)
    result, assets, start = run.result, run.result.city.assets, run.result.plan.start
    page.click(f"[data-lang={lang}]")
    for t in MOMENTS[:4]:
        moment, found = moment_of(result, t), listing(result, t)
        rows = dict(zip((row.asset.id for row in found.rows), listed_rows(found, lang), strict=True))
        teller = teller_of(result, lang)
        beside = type(teller)(result, teller.speech, teller.moment(t))
        sites = {site.name: site for site in page_of(situation(result, t), lang).sites}
        for one in ASKED:
            row = assets.row(one)
            loss = result.losses.next(row, t)
            if loss is None or moment.condition[row] in (Condition.OUT, Condition.ON_RESERVE):
                continue
            # Lists and explanations say days beside the start of the run, map and report beside the moment.
            words, near = lost_words(teller, loss, t), lost_words(beside, loss, t)
            assert near.lower() in choose(page, one, t).lower(), (one, t)
            assert any(words.lower() in line.lower() for line in explain(result, one, lang, t).paragraphs), (one, t)
            if one in rows:
                assert words.lower() in f"{rows[one].state} {rows[one].ahead}".lower(), (one, t)
            if (said := sites.get(str(assets.name[row]))) is not None:
                assert near in said.then, (one, t)
            if assets.has_role(row, Role.VITAL):
                lines = page.evaluate("() => twinPage.lists.vital.lines.map((one) => `${one.u} ${one.detail}`)")
                number = page.evaluate("id => twinPage.model.ids().indexOf(id)", one)
                assert any(line.startswith(f"{number} ") and near in line for line in lines), (one, t)
    page.click("[data-lang=fr]")
    assert start == result.plan.start
    assert page.errors == []


@pytest.mark.parametrize("name", NIGHTS)
def test_the_desk_and_the_tables_give_the_same_moments(name: str) -> None:
    run = night(name)
    result, loaded = run.result, loaded_of(name)
    assets = result.city.assets
    for t in MOMENTS:
        rows = {row["asset_id"]: row for row in to_dict(listing(result, t))["rows"]}
        seen = {row["asset"]: row for row in desk_sites(loaded, loaded.start + t)}
        for one in ("S-04", "S-08", "S-11", "S-13", "S-14"):
            row = assets.row(one)
            loss = result.losses.next(row, t)
            if loss is None:
                continue
            if one in rows:
                assert rows[one]["may_be_out_from"] == result.view.moment(loss.may_s)
                assert rows[one]["out_surely_from"] == result.view.moment(loss.sure_s)
            assert explain(result, one, "en", t).to_dict()["now"]["may_be_out_from"] == result.view.moment(loss.may_s)
            wet_s = int(result.exposure.touched_at_s[row])
            if moment_of(result, t).condition[row] != Condition.OUT and not t < wet_s <= loss.may_s:
                assert seen[one]["when"] == loaded.start + loss.may_s, (one, t)
                assert seen[one]["state"] in ("may_be_out", "may_go_out", "will_be_out", "reserve")
    warned = {row["asset"]: row["before"] - loaded.start for row in _warnings(loaded, {})}
    for one in ("S-11", "S-13"):
        row = assets.row(one)
        assert warned[one] == min(int(result.exposure.touched_at_s[row]), int(result.losses.may_s[
            result.losses.asset == row].min())), "the first that befalls it"


@pytest.mark.parametrize("name", NIGHTS)
def test_an_act_for_people_is_due_before_the_earliest_moment(name: str) -> None:
    result = night(name).result
    for t in MOMENTS[:3]:
        for act in situation(result, t, most_acts=50).acts:
            if act.sort == "cut":
                continue
            row = act.assets[0]
            loss, wet_s = result.losses.next(row, t), int(result.exposure.touched_at_s[row])
            assert loss is None or loss.may_s <= t or act.before_s <= max(loss.may_s, wet_s), result.city.assets.id[row]


def test_what_feeds_a_site_from_the_water_is_not_in_service_alone() -> None:
    """P-12 stands in water since 21:43 and is on the list of cuts: whoever cuts it takes the home with it."""
    result = night(CREWS).result
    home = next(site for site in situation(result, 6 * H).sites if result.city.assets.id[site.asset] == "S-11")
    assert str(result.city.assets.id[home.wet_feed]) == "P-12"
    assert str(result.view.moment(home.wet_feed_s))[11:16] == "21:43"
    assert home.is_threatened
    cuts = {row.cut.id for row in listing(result, 6 * H, states=["live_in_water"]).rows if row.cut is not None}
    assert "P-12" in cuts
    said = next(site for site in page_of(situation(result, 6 * H), "fr").sites if site.name == "EHPAD Les Tilleuls")
    assert "dans l’eau depuis 21\u00a0h\u00a043, à couper" in said.feed


@pytest.mark.browser
def test_the_map_says_that_the_feed_stands_in_water(told: Any) -> None:
    page = told[1]
    assert "dans l’eau depuis 21\u00a0h\u00a043, à couper" in choose(page, "S-11", 6 * H)


# --- counts ------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_every_output_counts_alike(told: Any) -> None:
    name, page = told
    run = night(name)
    result, loaded = run.result, loaded_of(name)
    family = {"lamps": "lamp", "cabinets": "cabinet", "sites": "site"}
    kinds = {"lamps": "lamp", "cabinets": "cabinet", "sites": "site", "signals": "traffic_signal",
             "lift_stations": "lift_station", "buildings": "building"}
    for t in MOMENTS:
        moment, listed = moment_of(result, t), listing(result, t)
        report = {count.name: count for count in situation(result, t).counts}
        page.evaluate("t => twinPage.player.to(t)", t)
        desk = {row["row"]: row["values"][0] for row in desk_counts(loaded, loaded.start + t)}
        for group in GROUPS:
            own = counted(moment, group)
            assert report[f"{group}_out"].now == own
            states = listed.counts.get(kinds[group], {})
            assert (states.get("out", 0), states.get("may_be_out", 0)) == (own.out, own.may), (group, t)
            if group in family:
                assert desk[group] == own.out
                keys = [f"{family[group]}_{'dark' if group == 'lamps' else 'out'}", f"{family[group]}_may"]
                shown = [number_in(page.inner_text(f"[data-count={key}]")) for key in keys]
                assert shown == [own.out, own.may], (group, t)
        lamps = counted(moment, "lamps")
        assert desk["doubt"] == lamps.may
        assert lamps_over_time(result, [t]) == [lamps]
        assert loaded.lamps_out([t]) == [lamps.out]
        words = page.inner_text("#figure-out").replace("\n", " ")
        assert number_in(words.partition(",")[0]) == lamps.out
        assert ("de plus peut-être" in words) == bool(lamps.may)


@pytest.mark.parametrize("name", NIGHTS)
def test_the_command_line_counts_alike(name: str, tmp_path: Path) -> None:
    run = night(name)
    t = MOMENTS[3]
    at, own = str(run.result.view.moment(t)), counted(moment_of(run.result, t), "lamps")
    said = [CliRunner().invoke(app, [command, str(run.path), "--at", at, "--json", *more]) for command, more in (
        ("list", []), ("report", ["--out", str(tmp_path / "p.html")]))]
    assert [one.exit_code for one in said] == [0, 0], [one.output for one in said]
    listed, report = (json.loads(one.output)["counts"] for one in said)
    assert (listed["lamp"]["out"], listed["lamp"]["may_be_out"]) == (own.out, own.may)
    assert (report["lamps_out"]["now"], report["lamps_out"]["may"]["now"]) == (own.out, own.may)
    assert own.may > 0


@pytest.mark.browser
def test_one_rule_counts_the_lamps_of_a_cause(told: Any) -> None:
    """P-02: all that is out downstream of it, and apart from that what it alone is the root cause of."""
    name, page = told
    result = night(name).result
    page.evaluate("() => twinPage.choose(null)")
    for t in MOMENTS[1:4]:
        said = choose(page, "P-02", t)
        o, assets = result.outages, result.city.assets
        moment = moment_of(result, t)
        lamp = assets.of_role(Role.LIGHTS) & (moment.condition == Condition.OUT)
        rooted = int((lamp & (o.root[moment.outage] == assets.row("P-02"))).sum())
        below = int(number_in(re.search(r"([\d\u202f]+) lampes éteintes en aval", said).group(1)))  # type: ignore[union-attr]
        root = re.search(r"Cause première de ([\d\u202f]+) lampes éteintes", said)
        assert root is not None
        assert number_in(root.group(1)) == rooted <= below
        page.evaluate("() => twinPage.choose(null)")
        listed = page.evaluate("() => twinPage.model.rootsAt(twinPage.t).roots.map(({u, lamps}) => "
                               "[twinPage.model.ids()[u], lamps])")
        assert dict(listed)["P-02"] == rooted
        assert f"{rooted} lampes éteintes" in page.inner_text("#why")


# --- repairs and returns -----------------------------------------------------------------------------


@pytest.mark.browser
def test_the_map_says_repaired_and_without_power_as_the_others_do(told: Any) -> None:
    name, page = told
    result = night(name).result
    unfed, ids, step_s = result.unfed, result.city.assets.id, result.plan.step_s
    gear = [k for k in range(len(unfed)) if not result.city.assets.has_role(int(unfed.asset[k]), Role.LIGHTS)]
    assert gear
    for k in gear[:6]:
        t = -(-int(unfed.start_s[k]) // step_s) * step_s
        asset = result.city.assets[int(unfed.asset[k])]
        words = repaired_at(teller_of(result, "fr"), asset, t)
        assert words.endswith(f"avant le retour de {ids[unfed.holder[k]]}")
        assert words in choose(page, str(asset.id), t).replace("Réparé", "réparé"), asset.id


@pytest.mark.browser
def test_a_return_is_one_quarter_and_one_wording_everywhere(told: Any) -> None:
    name, page = told
    result = night(name).result
    words = "retour vers" if name == CREWS else "retour au plus tôt vers"
    at = "mardi 3\u00a0h\u00a045"
    t = 6 * H
    found = listing(result, t, kinds=["site"])
    refuge = next(row for row, one in zip(listed_rows(found, "fr"), found.rows, strict=True) if one.asset.id == "S-03")
    assert refuge.ahead == f"{words} {at}"
    site = next(one for one in page_of(situation(result, t), "fr").sites if "refuge" in one.name)
    assert site.then == f"{words} {at}"
    assert any(f"{words} {at}" in line for line in explain(result, "S-03", "fr", t).paragraphs)
    assert f"{words} {at}" in choose(page, "S-03", t).lower()
    assert f"{words} {at}" in page.inner_text("#sites")


# --- the map itself ----------------------------------------------------------------------------------


@pytest.mark.browser
def test_it_opens_now_while_the_night_is_on_and_else_at_its_viewpoint(chromium: Any) -> None:
    plan = night(CREWS).result.plan
    for after, expected in ((timedelta(hours=6, minutes=2), 6 * H), (timedelta(days=9), 0), (timedelta(days=-2), 0)):
        page = opened(chromium, exported(CREWS, public=False), now=plan.start + after, width=1366, height=768,
                      timeout_ms=60_000)
        assert page.evaluate("() => twinPage.t") == expected, after
        page.context.close()


@pytest.mark.browser
def test_a_click_on_the_curve_moves_the_time_and_the_keys_go_on_from_there(told: Any) -> None:
    name, page = told
    box = page.locator("#chart svg").bounding_box()
    plan = night(name).result.plan
    page.mouse.click(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    t = page.evaluate("() => twinPage.t")
    assert abs(t - plan.duration_s / 3) <= plan.step_s
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => twinPage.t") == t + plan.step_s


@pytest.mark.browser
def test_what_is_chosen_is_told_in_sight(told: Any) -> None:
    page = told[1]
    page.evaluate("() => twinPage.choose(null)")
    page.evaluate("() => { const rail = document.querySelector('.right.rail'); rail.scrollTop = rail.scrollHeight; }")
    assert page.evaluate("() => document.querySelector('.right.rail').scrollTop") > 0
    page.fill("#search", "S-11")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.querySelector('.right.rail').scrollTop") == 0
    assert "EHPAD" in page.inner_text("#why")


@pytest.mark.browser
def test_where_no_act_is_left_it_is_said_why(told: Any) -> None:
    page = told[1]
    page.evaluate("t => twinPage.player.to(t)", 26 * H)
    said = page.inner_text("#moments")
    assert re.search(r"Plus aucune armoire à couper avant l’eau\u00a0: \d+ armoires sont déjà dans l’eau", said)


@pytest.mark.browser
def test_depth_now_stands_apart_from_the_highest(told: Any) -> None:
    name, page = told
    result = night(name).result
    row = result.city.assets.row("P-02")
    now_m = float(moment_of(result, 6 * H).depth_m[row])
    said = choose(page, "P-02", 6 * H)
    now = f"{round(now_m, 3) + 1e-9:.2f}".replace(".", ",")
    assert f"{now}\u00a0m d’eau à présent, au plus haut 0,99\u00a0m" in said


@pytest.mark.browser
def test_no_water_that_is_to_come_is_told_as_so_far(told: Any) -> None:
    """Of gear the map keeps depths over time and tells the highest so far; of a house and a lamp it tells none."""
    name, page = told
    result = night(name).result
    assets, t = result.city.assets, 6 * H
    moment, highest_s = moment_of(result, t), result.exposure.peak_time_s
    ahead = (moment.flooded_since_test_s != NONE) & (highest_s > t + H)
    lights, premises = assets.of_role(Role.LIGHTS), assets.buildings()
    for mask, is_kept in ((lights, False), (premises, False), (~lights & ~premises, True)):
        row = int(np.flatnonzero(ahead & mask)[0])
        lines = [line for line in choose(page, str(assets.id[row]), t).splitlines()
                 if line.startswith(str(assets.id[row])) and "a atteint les parties sous tension" in line]
        highest_m = float(moment.highest_m(np.array([row], np.int32))[0])
        assert float(result.exposure.peak_depth_m[row]) > highest_m + 0.01, "it comes higher"
        so_far = f"{round(highest_m, 3) + 1e-9:.2f}\u00a0m au plus haut jusqu’ici".replace(".", ",")
        assert [so_far in line for line in lines] == [is_kept]
        assert [bool(re.search(r"\d\u00a0m\b|au plus haut", line)) for line in lines] == [is_kept]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_command_stands_on_what_is_printed(lang: str) -> None:
    for name in NIGHTS:
        for t in MOMENTS:
            page = page_of(situation(night(name).result, t), lang)
            assert not re.search(r"\btwin (list|rank|report|explain|run)\b|--\w", repr(page))


def test_leaving_and_a_feeder_are_two_words_in_french() -> None:
    """A *départ* is electrical; who leaves *quitte* or *part*."""
    root = Path(__file__).parents[2]
    words = json.loads((root / "viewer" / "data" / "words.fr.json").read_text("utf-8"))
    assert not [key for key, said in words.items() if "départ" in json.dumps(said, ensure_ascii=False).lower()]
