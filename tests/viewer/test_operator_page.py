"""The operator's map in a browser: selection, causes, layers, keys; both renderers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_town
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_browser import opened

from twin.water.exposure import WetPeriods
from viewer.outputs.page import export_map
from viewer.scene.intervals import TOUCHED, State, state_rows

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def operator(chromium: Any, pages: dict[str, Path], now: Any) -> Any:
    page = opened(chromium, pages["operator"], now=now, width=1600, height=900)
    yield page
    page.context.close()


def root_of(run: Any, row: int) -> tuple[str, int]:
    outages = run.result.outages
    i = int(np.flatnonzero(outages.asset == row)[0])
    return run.result.city.assets.id[outages.root[i]], int(outages.start_s[i])


def test_it_asks_for_nothing_and_breaks_nothing(operator: Any, pages: dict[str, Path]) -> None:
    assert operator.requests == [pages["operator"].as_uri()]
    assert operator.errors == []


def test_the_chain_on_the_page_ends_at_the_root_of_the_run(operator: Any, made_run: Any) -> None:
    outages, assets = made_run.result.outages, made_run.result.city.assets
    lamps = [int(row) for row in outages.asset if assets.kinds.names[assets.kind[row]] == "lamp"]
    for row in lamps[:: max(1, len(lamps) // 12)]:
        root, start = root_of(made_run, row)
        chain = operator.evaluate("([id, t]) => { const u = twinPage.model.ids().indexOf(id);"
                                  " return twinPage.chain.walk(u, t).map(s => twinPage.model.ids()[s.u]); }",
                                  [assets.id[row], start])
        doubtful = bool(outages.is_doubtful[np.flatnonzero(outages.asset == row)[0]])
        assert chain[0] == assets.id[row]
        assert doubtful or chain[-1] == root


def test_choosing_in_search_fills_the_panel_and_draws_the_link(operator: Any, made_run: Any) -> None:
    assets, outages = made_run.result.city.assets, made_run.result.outages
    row = next(int(r) for i, r in enumerate(outages.asset) if assets.kinds.names[assets.kind[r]] == "lamp"
               and outages.root[i] != r and not outages.is_doubtful[i])
    operator.evaluate("t => twinPage.player.to(t)", 9 * 3600)
    operator.fill("#search", assets.id[row])
    operator.keyboard.press("Enter")
    assert assets.id[row] in operator.inner_text("#why h2")
    assert operator.locator("#why .tree li").count() >= 3
    assert operator.evaluate("() => twinPage.map.scene.links.length") >= 1
    operator.keyboard.press("Escape")


def test_layers_are_the_legend_and_count_what_is_drawn(operator: Any, made_run: Any) -> None:
    operator.evaluate("t => twinPage.player.to(t)", 9 * 3600)
    outages, assets = made_run.result.outages, made_run.result.city.assets
    kinds = np.array(assets.kinds.names, dtype=object)[assets.kind]
    open_now = (outages.start_s <= 9 * 3600) & ((outages.end_s == -1) | (outages.end_s > 9 * 3600))
    out = int((open_now & ~outages.is_doubtful & (kinds[outages.asset] == "cabinet")).sum())
    assert operator.inner_text("[data-count=cabinet_out]") == str(out)
    operator.uncheck("input[data-shows=lamp_lit]")
    assert operator.evaluate("() => twinPage.map.scene.show.lamp_lit") is False
    operator.check("input[data-shows=lamp_lit]")


def test_the_first_view_holds_the_whole_town_clear_of_the_tiles(operator: Any) -> None:
    operator.click("button[data-move=home]")
    inside = operator.evaluate("""() => { const {map, model} = twinPage; const tops = ['.numbers', '#search'].map(
      (s) => document.querySelector(s).getBoundingClientRect().bottom);
      const frame = map.holder.getBoundingClientRect();
      const zoom = document.querySelector('.zoom').getBoundingClientRect();
      let n = 0;
      for (let u = model.lamps[0]; u < model.lamps[1]; u++) {
        const [x, y] = [map.view.px(model.x[u]) + frame.left, map.view.py(model.y[u]) + frame.top];
        if (x < frame.left || x > zoom.left || y < Math.max(...tops) || y > frame.bottom) n++;
      } return n; }""")
    assert inside == 0


def test_rows_of_each_kind_add_up_to_its_count(operator: Any, made_run: Any) -> None:
    assets = made_run.result.city.assets
    for t in (0, 9 * 3600, 15 * 3600):
        operator.evaluate("t => twinPage.player.to(t)", t)
        for name, kinds in (("cabinet", ["cabinet"]), ("substation", ["substation"]), ("site", ["site"])):
            rows = operator.locator(f"#layers [data-count^={name}_]")
            assert sum(int(text) for text in rows.all_text_contents()) == int(assets.of_kind(*kinds).sum())


def test_a_doubtful_outage_shows_its_chain_up_to_the_root(chromium: Any, made_run: Any, now: Any,
                                                          tmp_path: Path) -> None:
    outages, assets = made_run.result.outages, made_run.result.city.assets
    lamp = assets.of_kind("lamp")
    i = next(k for k in range(len(outages)) if lamp[outages.asset[k]] and outages.root[k] != outages.asset[k])
    doubts = fake_town.all_in_doubt(outages)
    run = SimpleNamespace(**{**vars(made_run), "result": replace(made_run.result, doubts=doubts)})
    page = opened(chromium, export_map(run, tmp_path / "doubt.html", public=False), now=now)
    chain = page.evaluate("([id, t]) => { const p = twinPage; p.player.to(t); const u = p.model.ids().indexOf(id);"
                          " p.choose(u, false); return p.chain.walk(u, p.t).map(s => p.model.ids()[s.u]); }",
                          [assets.id[outages.asset[i]], int(-(-outages.start_s[i] // 600) * 600)])
    assert chain[-1] == assets.id[outages.root[i]]
    text = page.inner_text("#why")
    assert "(incertain)" in text
    assert "L’eau est près du seuil" not in text
    page.context.close()


def test_escape_in_the_search_clears_leaves_and_lets_go(operator: Any, made_run: Any) -> None:
    lamp = made_run.result.city.assets.id[np.flatnonzero(made_run.result.city.assets.of_kind("lamp"))[3]]
    operator.fill("#search", lamp)
    operator.keyboard.press("Enter")
    assert operator.evaluate("() => twinPage.chosen !== null")
    operator.focus("#search")
    operator.keyboard.press("Escape")
    assert operator.input_value("#search") == ""
    assert operator.evaluate("() => [twinPage.chosen, document.activeElement.tagName]") == [None, "BODY"]


def test_a_zone_under_water_is_suspended(made_run: Any) -> None:
    city = made_run.city_file.city
    old, site = city.assets, int(np.flatnonzero(city.assets.of_kind("site"))[0])
    kind = old.kind.copy()
    kind[site] = old.kinds.names.index("zone")
    wet = WetPeriods(asset=np.array([site], np.int32), start_s=np.array([4000]), end_s=np.array([9000]),
                     peak_depth_m=np.array([0.2], np.float32), peak_time_s=np.array([5000]))
    run = SimpleNamespace(result=replace(made_run.result, city=replace(city, assets=old.replaced(kind=kind)),
                                         exposure=replace(made_run.result.exposure, wet=wet)))
    rows = state_rows(run, np.arange(len(old))).rows[site]
    assert (4000, 9000, State.OUT, TOUCHED, 0, 0, 0, 0, 0, 4000, 9000) in rows


def test_keys_move_time_and_map(operator: Any) -> None:
    operator.evaluate("t => { twinPage.player.to(t); twinPage.map.home(); document.activeElement.blur(); }", 9 * 3600)
    operator.keyboard.press(".")
    assert operator.evaluate("() => twinPage.t") == 9 * 3600 + 600
    operator.focus("#map")
    before = operator.evaluate("() => ({...twinPage.map.view})")
    operator.keyboard.press("ArrowRight")
    operator.keyboard.press("+")
    after = operator.evaluate("() => ({...twinPage.map.view})")
    assert after["x"] > before["x"]
    assert after["scale"] > before["scale"]
    operator.click("button[data-move=home]")


def test_picking_finds_the_lamp_under_the_pointer(operator: Any) -> None:
    found = operator.evaluate("""() => { const {map, model} = twinPage; const u = model.lamps[0] + 7;
      map.view.scale = 3; map.view.x = model.x[u]; map.view.y = model.y[u];
      const hit = map.pick(map.view.width / 2, map.view.height / 2, 12); map.home(); return [u, hit.u, hit.kind]; }""")
    assert found[1] == found[0]
    assert found[2] == "asset"


def test_a_scrub_step_is_quick(operator: Any) -> None:
    spent = operator.evaluate("""() => { const p = twinPage; const spent = [];
      for (let k = 0; k < 20; k++) { const a = performance.now(); p.map.ground.draw(p.map.base.getContext('2d'),
        p.map.view, {...p.map.scene, t: 21600 + 600 * k}, p.map.ratio, p.map.big); spent.push(performance.now() - a); }
      return spent.sort((a, b) => a - b)[10]; }""")
    assert spent < 120


def test_every_danger_list_keeps_its_place_when_empty(operator: Any) -> None:
    operator.evaluate("() => twinPage.player.to(0)")
    for name in ("dangers", "sites", "moments"):
        assert operator.is_visible(f"#{name}")
    assert "aucun" in operator.inner_text("#sites")


def test_english_is_complete(operator: Any) -> None:
    operator.click("[data-lang=en]")
    text = operator.inner_text("body")
    for word in ("Pourquoi", "Couches", "Lampes", "Dernier"):
        assert word not in text
    assert operator.evaluate("() => document.documentElement.lang") == "en"
    operator.click("[data-lang=fr]")


def test_the_gpu_draws_the_same_layers(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["operator"], now=now, fragment="#renderer=gpu", width=620, height=500)
    page.wait_for_selector("#map[data-renderer=gpu]", timeout=20_000)
    assert page.evaluate("() => twinPage.map.gpu.deck.layerManager.getLayers().filter(l => l.isLoaded).length") >= 12
    spent = page.evaluate("""() => { const p = twinPage.map; const spent = [];
      for (let k = 0; k < 20; k++) { const a = performance.now();
        p.gpu.draw(p.view, {...p.scene, t: 600 * k}, {lamp: 3, node: 4, minor: 1, major: 2, block: 2, building: 1});
        spent.push(performance.now() - a); } return spent.sort((a, b) => a - b)[10]; }""")
    assert spent < 8, "2 ms on a quiet machine; this one is shared"
    size = ("() => twinPage.map.gpu.deck.layerManager.getLayers().find(l => l.id === 'nodes_in')"
            ".props.getSize({name: 'cabinet_in'})")
    assert page.evaluate(size) > 0
    page.evaluate("() => document.querySelector('[data-shows=cabinet_in]').click()")
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert page.evaluate(size) == 0, "a layer that is switched off is hidden by the GPU as by the canvas"
    assert [e for e in page.errors if "GL Driver" not in e] == []
    page.context.close()


HOSTILE = st.one_of(st.sampled_from(["</script><script>globalThis.broken=1</script>", "<img src=x onerror=alert(1)>",
                                     "\u202eאבג rue", "🏚️ 👩‍🚒", "'\"`${1}", "a" * 10_000, "]]>", "\u2028", "{n}"]),
                    st.text(min_size=1, max_size=60, alphabet=st.characters(exclude_categories=["Cs"])))


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(HOSTILE, min_size=4, max_size=4))
def test_names_are_text_and_break_nothing(chromium: Any, tmp_path: Path, names: list[str]) -> None:
    city_file = fake_town.town(3, 2)
    assets = city_file.city.assets
    labels = assets.street
    words = tuple(names[i] if i < len(names) else word for i, word in enumerate(labels.words))
    street = city_file.context["street"]
    swap = dict(zip(labels.words, words, strict=True))
    context = {**city_file.context, "street": replace(street, name=np.array([swap.get(n, n) for n in street.name],
                                                                            dtype=object))}
    hostile = assets.replaced(street=type(labels)(labels.codes, words),
                              name=np.array([names[row % 4] for row in range(len(assets))], dtype=object))
    run = fake_town.run_of(replace(city_file, city=replace(city_file.city, assets=hostile), context=context))
    for public in (False, True):
        file = export_map(run, tmp_path / f"{public}.html", public=public)
        page = opened(chromium, file, now=run.result.plan.issued_at + timedelta(hours=1))
        page.evaluate("name => { const p = twinPage; const s = p.model.streets.indexOf(name.trim() ? name : '');"
                      " if (s > 0) (p.chooseStreet ? p.chooseStreet(s) : p.choose(s, -1, true)); }", names[0])
        assert page.evaluate("() => globalThis.broken") is None
        assert page.errors == []
        assert page.locator("img").count() == 0
        page.context.close()


def test_every_sheet_of_paper_says_what_it_is_and_of_when(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["operator"], now=now, width=1600, height=900)
    assert page.evaluate("getComputedStyle(document.getElementById('print-head')).display") == "none"
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for edge, display in (("print-head", "table-header-group"), ("print-foot", "table-footer-group")):
        # head and foot of a table are repeated on each page, where they may not break
        style = page.evaluate("id => { const s = getComputedStyle(document.getElementById(id));"
                              " return [s.display, s.breakInside]; }", edge)
        assert style == [display, "avoid"]
    said = page.inner_text("#print-head"), page.inner_text("#print-foot")
    assert all(text.split(" — ")[0] == page.inner_text("#status") for text in said)
    assert page.inner_text("#date") in said[0]
    assert page.inner_text("#clock") in said[0]
    assert page.inner_text("#made") in said[1]
    page.context.close()
