"""Runs of one night on one map: both are drawn, the table is that of the comparison, the panel answers for both."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from page_browser import opened
from test_axe import violations

from geodata.run.folder import Run, read_run
from scenarios import run_scenario
from scenarios.load import load_scenario
from tests.nights import night
from twin.explaining.compared import figures
from twin.results.compare import Comparison, compare
from twin.results.crew_days import Doing, crew_days
from viewer.outputs.compared_page import export_compared

pytestmark = pytest.mark.browser

PLAN = """\
scenario: Crue décennale, NAME
city: valmont
start: 2026-11-22T16:00+01:00
duration: DURATION
step: 5min
status: simulation
seed: 7
flood: {river_stage: {river: ouche, gauge: pont-neuf, levels: LEVELS, datum: gauge}}
measures:
  - MEASURE
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Give the ten-year night, the same with a cabinet lifted, and with one cut."""
    folder, base = tmp_path_factory.mktemp("plans"), night()
    found = [base]
    for name, measure in (("armoire levée", "{raise: A-012, by_m: 0.90}"),
                          ("armoire coupée", '{cut: A-012, at: "17:30"}')):
        file = folder / f"{len(found)}.scenario.yaml"
        text = PLAN.replace("NAME", name).replace("MEASURE", measure).replace(
            "DURATION", f"{base.result.plan.duration_s // 3600}h").replace(
            "LEVELS", str(Path(__file__).parents[3] / "scenarios" / "ouche-q10.csv"))
        file.write_text(text, encoding="utf-8")
        found.append(read_run(run_scenario(load_scenario(file)).write(folder / str(len(found)))))
    return found


@pytest.fixture(scope="module")
def comparisons(runs: list[Run]) -> list[Comparison]:
    return [compare(runs[0].result, run.result) for run in runs[1:]]


@pytest.fixture(scope="module")
def file(runs: list[Run], comparisons: list[Comparison], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_compared(runs[0], list(zip(runs[1:], comparisons, strict=True)),
                           tmp_path_factory.mktemp("two") / "two.html")


# The two sheets of this page take turns in the languages; both of each are `make verify`.
@pytest.mark.parametrize("lang", ["fr", pytest.param("en", marks=pytest.mark.verify)])
def test_the_page_tells_the_comparison_and_both_answers(chromium: Any, runs: list[Run], comparisons: list[Comparison],
                                                        file: Path, lang: str) -> None:
    sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened(chromium, file, now=runs[0].result.plan.issued_at + timedelta(hours=1), width=1600, height=900,
                  timeout_ms=60_000)
    page.click(f"[data-lang={lang}]")
    for which, found in enumerate(comparisons):
        if which:
            page.select_option("#which", str(which))
            page.wait_for_function("n => twinPage.beside.config.name.includes(n)", arg="coupée")
        shown = page.locator(f".other[data-which='{which}'] [lang={lang}] tbody tr").all_inner_texts()
        wanted = [f"{row.name}\t{row.first}\t{row.second}\t{row.difference}" for row in figures(found, lang)]
        assert shown == wanted
        assert page.locator(".other:visible").count() == 1
    page.evaluate("() => { twinPage.player.to(2 * 3600); twinPage.chooseId('A-012'); }")
    page.wait_for_timeout(600)
    said = page.inner_text("#why")
    assert said.count("A-012") >= 2
    words = {"fr": ("A, premier calcul", "B, second calcul"),
             "en": ("A, first computation", "B, second computation")}[lang]
    assert all(word in said for word in words)
    # Cut at half past five, in the second run alone.
    first, second = said.split(words[1])
    assert ("En service" if lang == "fr" else "In service") in first
    assert ("17\xa0h\xa030" if lang == "fr" else "17:30") in second
    # Both maps look at the same place, and the slider moves with the keyboard.
    page.wait_for_function("() => ['x', 'y', 'scale'].every(k => twinPage.map.view[k] === twinPage.beside.map.view[k])")
    page.focus("#swipe")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("() => document.getElementById('map-b').style.clipPath").endswith("49%)")
    assert violations(sync.Axe(), page) == []
    assert page.errors == []
    page.context.close()


CREWS = """access: {night_m: 0.20, bases: [S-14]}
crews:
  policy: critical_first
  teams: [{id: E1, base: S-14}MORE]
"""


@pytest.fixture(scope="module")
def crewed(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Give the ten-year night with one crew, and with a second one."""
    folder, found = tmp_path_factory.mktemp("crewed"), []
    for name, more in (("une équipe", ""), ("deux équipes", ', {id: E2, base: S-14, called: "22:00"}')):
        file = folder / f"{len(found)}.scenario.yaml"
        text = PLAN[:PLAN.index("measures:")].replace("NAME", name).replace("DURATION", "36h").replace(
            "LEVELS", str(Path(__file__).parents[3] / "scenarios" / "ouche-q10.csv"))
        file.write_text(text + CREWS.replace("MORE", more), encoding="utf-8")
        found.append(read_run(run_scenario(load_scenario(file)).write(folder / f"run{len(found)}")))
    return found


@pytest.fixture(scope="module")
def crewed_file(crewed: list[Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    first, second = crewed
    return export_compared(first, [(second, compare(first.result, second.result))],
                           tmp_path_factory.mktemp("crews") / "crews.html")


@pytest.mark.parametrize("lang", [pytest.param("fr", marks=pytest.mark.verify), "en"])
def test_both_sides_show_their_own_crews_and_the_panel_those_chosen(chromium: Any, crewed: list[Run],
                                                                    crewed_file: Path, lang: str) -> None:
    sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    first, second = crewed
    page = opened(chromium, crewed_file, now=first.result.plan.issued_at + timedelta(hours=1), width=1600, height=900,
                  timeout_ms=60_000)
    page.click(f"[data-lang={lang}]")
    drive = next(piece for piece in crew_days(second.result) if piece.doing == Doing.DRIVING and piece.crew == 1)
    page.evaluate("t => twinPage.player.to(t)", drive.start_s)
    t = page.evaluate("() => twinPage.t")
    for run, scene in ((first, "twinPage.map.scene"), (second, "twinPage.beside.map.scene")):
        on = {run.result.plan.crews.crews[piece.crew].id for piece in crew_days(run.result)
              if piece.doing != Doing.OFF and piece.start_s <= t < piece.end_s}
        shown = page.evaluate(f"() => {scene}.crews.map(c => c.label).join(', ')")
        assert set(filter(None, shown.split(", "))) == on, scene
    assert page.locator("#crews > li").count() == 1
    page.focus("#crews-of [data-run='1']")
    page.keyboard.press("Enter")
    assert page.locator("#crews > li").count() == 2
    assert page.get_attribute("#crews-of [data-run='1']", "aria-pressed") == "true"
    assert violations(sync.Axe(), page) == []
    page.click("#work-open")
    assert "deux équipes" in page.inner_text("#work-title")
    work = [piece for piece in crew_days(second.result) if piece.doing in (Doing.DRIVING, Doing.WORKING)]
    assert page.locator("#work-rows > tr").count() == len(work)
    asset = second.result.city.assets.id[drive.asset]
    page.locator("#work-rows .plain", has_text=str(asset)).first.click()
    assert str(asset) in page.inner_text("#why h2")
    assert page.errors == []
    page.context.close()


def test_a_page_of_one_run_has_no_second_map(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["operator"], now=now)
    assert page.locator("#map-b, #swipe, .compared").count() == 0
    page.context.close()
