"""The public page in a browser: each promise on access has its test."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from page_browser import launched, opened

from viewer.outputs.page import export_map

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def public(chromium: Any, pages: dict[str, Path], now: Any) -> Any:
    page = opened(chromium, pages["public"], now=now)
    yield page
    page.context.close()


def state_at(run: Any, t: int) -> dict[str, tuple[int, int]]:
    """Lamps out and first since, by street, counted from the run itself, its times to the quarter outward.

    A quarter in which a lamp also only may be out is told as doubt, unless that would hide the outage whole.
    """
    spans, assets = run.result.spans, run.result.city.assets
    lamp, horizon = assets.of_kind("lamp"), run.result.plan.duration_s

    def quarters(k: int) -> range:
        end = horizon + 900 if spans.end_s[k] == -1 else int(spans.end_s[k])
        return range(int(spans.start_s[k]) // 900 * 900, -(-end // 900) * 900, 900)

    doubts: dict[int, set[int]] = {}
    for k in np.flatnonzero(~spans.is_sure).tolist():
        doubts.setdefault(int(spans.asset[k]), set()).update(quarters(k))
    found: dict[str, list[int]] = {}
    for k in np.flatnonzero(spans.is_sure & lamp[spans.asset]).tolist():
        row, mine = int(spans.asset[k]), quarters(k)
        plain = [at for at in mine if at not in doubts.get(row, ())] or list(mine)
        if t in plain:
            since = max(at for at in plain if at <= t and at - 900 not in plain)
            entry = found.setdefault(assets.street[row], [0, 10**9])
            entry[0] += 1
            entry[1] = min(entry[1], since)
    return {name: (n, since) for name, (n, since) in found.items()}


def set_time(page: Any, t: int) -> None:
    page.evaluate("t => { const s = document.getElementById('time'); s.value = t;"
                  " s.dispatchEvent(new Event('input', {bubbles: true})); }", t)


def test_nothing_is_asked_of_the_network_and_the_policy_holds(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now)
    page.fill("#search", "Quai")
    page.keyboard.press("Enter")
    for language in ("en", "simple", "fr"):
        page.click(f"[data-lang={language}]")
    page.click("#play")
    page.wait_for_timeout(900)
    page.click("#play")
    assert page.requests == [pages["public"].as_uri()]
    assert page.errors == []
    page.evaluate("() => { const s = document.createElement('script'); s.textContent = 'globalThis.broken = 1';"
                  " document.head.append(s); }")
    assert page.evaluate("() => globalThis.broken") is None
    page.context.close()


def test_table_equals_the_state_at_each_moment(public: Any, made_run: Any) -> None:
    for t in (0, 6 * 3600, 8 * 3600, 10 * 3600, 15 * 3600, 24 * 3600):
        set_time(public, t)
        rows = public.evaluate("() => twinPage.tables.rows.filter(r => r.out).map(r =>"
                               " [twinPage.model.streets[r.street], r.out, r.since])")
        expected = state_at(made_run, t)
        assert {name: (out, since) for name, out, since in rows} == expected
        public.evaluate("() => { twinPage.tables.isOpen = true; twinPage.tables.show(0, twinPage.t); }")
        shown = public.evaluate("() => [...document.querySelectorAll('#street-rows tr[data-out]')].map(r =>"
                                " [r.querySelector('th').textContent, Number(r.dataset.out)])")
        assert {name: n for name, n in shown if n} == {name: n for name, (n, _) in expected.items()}
        counted = public.evaluate("() => twinPage.counts.out")
        assert counted == sum(n for n, _ in expected.values())


def test_doubtful_lamps_are_counted_apart(public: Any, made_run: Any) -> None:
    set_time(public, 9 * 3600)
    outages, lamp = made_run.result.outages, made_run.result.city.assets.of_kind("lamp")
    doubtful = int((lamp[outages.asset] & outages.is_doubtful & (outages.start_s <= 9 * 3600) & (
        (outages.end_s == -1) | (outages.end_s > 9 * 3600))).sum())
    assert public.evaluate("() => twinPage.counts.may") >= doubtful


def test_three_sentences_answer_a_street(public: Any, made_run: Any) -> None:
    set_time(public, 9 * 3600)
    name, (n, _) = max(state_at(made_run, 9 * 3600).items(), key=lambda item: item[1][0])
    public.fill("#search", name)
    public.keyboard.press("Enter")
    assert public.inner_text("#answer-title").startswith(name)
    sentences = public.locator("#sentences p").all_inner_texts()
    assert len(sentences) == 3
    assert sentences[0].startswith("Retour")
    assert "heure non connue" in sentences[0]
    assert f"{n} lampe" in sentences[2]
    assert "rue éclairée n’est pas une rue sûre" in public.inner_text(".safety")


def test_an_unknown_street_gets_its_nearest_names(public: Any) -> None:
    public.fill("#search", "Quay des Lavandiere")
    public.keyboard.press("Enter")
    results = public.inner_text("#results")
    assert "Nous ne trouvons pas cette rue" in results
    assert "Quai des Lavandières" in results
    assert public.locator("#results a[href='#streets']").count() == 1


def test_a_lamp_is_found_by_its_number(public: Any, made_run: Any) -> None:
    assets = made_run.result.city.assets
    row = int(np.flatnonzero(assets.of_kind("lamp"))[5])
    public.fill("#search", assets.id[row])
    public.keyboard.press("Enter")
    assert public.inner_text("#answer-title").startswith(assets.street[row])


def test_slider_speaks_in_words_and_status_announces(public: Any) -> None:
    set_time(public, 3 * 3600)
    before = public.get_attribute("#time", "aria-valuetext")
    public.focus("#time")
    public.keyboard.press("PageDown")
    public.keyboard.press("ArrowRight")
    after = public.get_attribute("#time", "aria-valuetext")
    assert before != after
    assert "0 lampe éteinte, 0 pâté de maisons dans l’eau" in after, "zero is singular in French"
    public.clock.run_for(1000)
    public.wait_for_timeout(800)
    assert public.inner_text("#live-region") == after


def test_every_control_is_reached_by_keyboard_and_has_a_name(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    public = opened(chromium, pages["public"], now=now)
    seen = []
    for _ in range(60):
        public.keyboard.press("Tab")
        seen.append(public.evaluate("""() => {
          const e = document.activeElement;
          const name = e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent;
          const box = e.getBoundingClientRect();
          return [e.id || (e === document.body ? 'BODY' : e.className || e.tagName), name.trim(),
            box.width, box.height, getComputedStyle(e).outlineStyle];
        }"""))
        if seen[-1][0] == "BODY":
            break
    ids = [one[0] for one in seen]
    for wanted in ("skip", "search", "where", "map", "play", "time", "csv"):
        assert wanted in ids, f"{wanted} is not reached by keyboard"
    assert ids.index("search") < ids.index("map") < ids.index("time"), "answer, then map, then time"
    for name, said, width, height, outline in seen:
        if name == "BODY":
            continue
        assert said, f"{name} has no name"
        assert outline != "none", f"{name} shows no focus"
        if name != "skip":
            assert min(width, height) >= 24, f"{name} is smaller than 24 px"


def test_the_canvas_is_an_image_with_a_name_that_changes(public: Any) -> None:
    set_time(public, 4 * 3600)
    first = public.get_attribute("canvas.top", "aria-label")
    set_time(public, 9 * 3600)
    assert public.get_attribute("canvas.top", "role") == "img"
    assert public.get_attribute("canvas.top", "aria-label") != first
    assert "tableau des rues" in public.get_attribute("canvas.top", "aria-label")


def test_headings_landmarks_and_tables_are_in_order(public: Any) -> None:
    assert public.locator("main").count() == 1
    assert public.locator("h1").count() == 1
    assert public.locator("[role=search]").count() == 1
    assert public.locator("[role=status]").count() == 1
    for table in ("#street-table", "#block-table"):
        assert public.locator(f"{table} caption").inner_text()
        assert public.locator(f"{table} thead th:not([scope=col])").count() == 0
        assert public.locator(f"{table} tbody th:not([scope=row])").count() == 0


def test_language_switch_changes_words_lang_and_title(public: Any) -> None:
    set_time(public, 9 * 3600)
    public.fill("#search", "Quai des Lavandières")
    public.keyboard.press("Enter")
    titles = set()
    for language, expected, lang in (("en", "time not known", "en"), ("simple", "on ne sait pas", "fr"),
                                     ("fr", "heure non connue", "fr")):
        public.click(f"[data-lang={language}]")
        assert public.evaluate("() => document.documentElement.lang") == lang
        assert public.get_attribute(f"[data-lang={language}]", "aria-pressed") == "true"
        assert expected in public.inner_text("#sentences")
        titles.add(public.title())
    assert len(titles) == 3
    public.click("[data-lang=en]")
    assert "21:00" in public.inner_text("#clock")
    public.click("[data-lang=fr]")
    assert "21\u00a0h\u00a000" in public.evaluate("() => document.getElementById('clock').textContent")


def test_every_visible_text_is_in_the_chosen_language(public: Any) -> None:
    public.click("[data-lang=en]")
    text = public.inner_text("body")
    for word in ("lampes", "éteint", "Chercher", "maisons dans", "Télécharger"):
        assert word not in text, word
    public.click("[data-lang=fr]")


def test_csv_holds_the_rows_that_are_shown(public: Any) -> None:
    set_time(public, 9 * 3600)
    with public.expect_download() as download:
        public.click("#csv")
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == len(public.evaluate("() => twinPage.tables.rows")) + 1
    assert lines[0] == "Rue;Lampes éteintes;Lampes de la rue;Depuis;Étape;Pâtés dans l’eau;Moment;État;Calcul"
    assert all(line.split(";")[7] == "SIMULATION" for line in lines[1:])
    assert public.evaluate("() => twinPage.tables.rows.length") > 3


def test_escape_in_the_search_clears_and_lets_go(public: Any) -> None:
    public.fill("#search", "Quai des Lavandières")
    public.keyboard.press("Enter")
    assert public.evaluate("() => twinPage.street") > 0
    public.focus("#search")
    public.keyboard.press("Escape")
    assert public.input_value("#search") == ""
    assert public.evaluate("() => [twinPage.street, document.activeElement.tagName]") == [0, "BODY"]


def test_while_the_water_rises_the_table_waits_for_it_to_fall(public: Any) -> None:
    set_time(public, 9 * 3600)
    for language, words in (("fr", "attend la décrue"), ("simple", "on attend que l’eau descende"),
                            ("en", "waits for the water to fall")):
        public.click(f"[data-lang={language}]")
        stages = public.locator("#street-rows td.wide:nth-of-type(3)").all_inner_texts()
        assert words in stages
    assert "Blocks in water" in public.inner_text("#street-table thead")
    public.click("[data-lang=simple]")
    assert public.inner_text("#paragraph").startswith("Si l’eau monte comme dans ce calcul")
    assert "Groupes de maisons dans l’eau" in public.inner_text("#street-table thead")
    public.click("[data-lang=fr]")


def test_a_town_without_lamps_does_not_say_that_none_goes_out(chromium: Any, now: Any, tmp_path: Path) -> None:
    from fake_town import run_of, town, without

    city_file = town(4, 2)
    assets = city_file.city.assets
    keep = ~assets.of_kind("lamp")
    run = run_of(without(city_file, keep))
    page = opened(chromium, export_map(run, tmp_path / "dry.html", public=True), now=now)
    for language, words in (("fr", "L’éclairage n’est pas dans les données de ce calcul"),
                            ("en", "The lighting is not in the data of this run"),
                            ("simple", "Le calcul ne connaît pas les lampes")):
        page.click(f"[data-lang={language}]")
        text = page.inner_text("#paragraph")
        assert words in text
        assert re.search(r"\d+ (pâtés|blocks|groupes)", text)
        assert "aucune lampe" not in page.inner_text("body")
        assert "no lamp" not in page.inner_text("body")
    peaks = run.result.exposure.peak_time_s
    peak = int(np.sort(peaks[peaks != -1])[(peaks != -1).sum() // 2])
    assert page.evaluate("() => twinPage.t") == peak // 600 * 600
    assert not page.is_visible("#street-table")
    assert page.is_visible("#block-table")
    page.context.close()


def test_past_its_time_nothing_is_said_in_the_present(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now + timedelta(days=2))
    assert page.inner_text("#status") == "PÉRIMÉ"
    for gone in ("#finder", "#paragraph", "#answer", ".player", ".tables"):
        assert not page.is_visible(gone), gone
    assert "plus valables" in page.inner_text("#late")
    page.click("#anyway")
    assert page.is_visible(".tables")
    page.context.close()


def test_the_next_update_is_said_in_each_language(chromium: Any, made_run: Any, now: Any, tmp_path: Path) -> None:
    plan = replace(made_run.result.plan, next_update=now + timedelta(minutes=30))
    promised = SimpleNamespace(**{**vars(made_run), "result": replace(made_run.result, plan=plan)})
    for public in (True, False):
        page = opened(chromium, export_map(promised, tmp_path / "next.html", public=public), now=now)
        assert "prochain point à 19\u00a0h\u00a030" in page.text_content("#made")
        page.click("[data-lang=en]")
        assert "next update at 19:30" in page.text_content("#made")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 1280
        page.context.close()


def test_narrow_screens_scroll_one_way_only(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now, width=320, height=640)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    assert page.evaluate("() => getComputedStyle(document.body).overflow") == "visible"
    page.context.close()


def test_text_at_twice_its_size_stays_in_the_page(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now, width=640, height=700)
    page.evaluate("() => { document.documentElement.style.fontSize = '32px'; }")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 640
    page.context.close()


def test_reduced_motion_moves_the_map_at_once(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now, reduced_motion="reduce")
    moved = page.evaluate("() => { const v = twinPage.map.view; const x = v.x; twinPage.map.go(x + 100, v.y, 2);"
                          " return [v.x - x, v.scale]; }")
    assert moved == [100, 2]
    page.context.close()


def test_printed_it_is_white_with_patterns_and_its_limit_on_each_page(public: Any) -> None:
    set_time(public, 9 * 3600)
    public.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    public.emulate_media(media="print")
    assert public.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert public.is_visible("#print-map")
    assert not public.is_visible(".player")
    for edge in (".print-head", ".print-foot"):
        assert "23\u00a0h\u00a030" in public.inner_text(edge)
        assert public.evaluate(f"() => getComputedStyle(document.querySelector('{edge}')).position") == "fixed"
    colours = public.evaluate("""() => { const c = document.getElementById('print-map');
      const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
      for (let i = 0; i < d.length; i += 4) {
        const p = [d[i], d[i + 1], d[i + 2]];
        if (Math.max(...p) - Math.min(...p) > 12) n++;
      }
      return n; }""")
    assert colours == 0, "patterns carry the meaning, no colour"
    assert public.pdf()[:4] == b"%PDF"
    public.emulate_media(media="screen")


def test_without_webgl_all_works(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    with launched(chromium.browser_type, "--disable-3d-apis") as browser:
        page = opened(browser, pages["public"], now=now)
        assert page.get_attribute("#map", "data-renderer") == "2d"
        drawn = page.evaluate("() => { const c = document.querySelector('canvas.base').getContext('2d');"
                              " return [...c.getImageData(200, 200, 60, 60).data].some(v => v > 60); }")
        assert drawn
        assert page.errors == []


def test_without_javascript_the_table_stands(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now, ready="#street-rows tr", java_script_enabled=False)
    assert page.locator("#street-rows tr").count() > 3
    assert "a besoin de JavaScript" in page.inner_text(".noscript")
    assert page.is_visible(".safety")
    page.context.close()


@pytest.mark.parametrize(("lang", "may", "lit"), [("fr", "peut-être éteinte", "allumées."),
                                                  ("en", "may be out", "are lit.")])
def test_a_street_whose_lamps_are_in_doubt_is_never_called_lit(public: Any, lang: str, may: str, lit: str) -> None:
    public.click(f"[data-lang={lang}]")
    told = public.evaluate("""() => {
      const {answer, model} = twinPage;
      const t = model.times.find((t) => model.isNight(t));
      return answer.lit({street: 1, out: 0, may: 3, total: 3, since: Infinity, maySince: t, wet: 0}, t);
    }""")
    said = " ".join(text for _, text in told)
    assert may in said
    assert lit not in said
