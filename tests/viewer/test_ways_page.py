"""Streets in the water and crews on the operator's page: what the run says, at the moment chosen, for every reader."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_browser import opened
from test_axe import violations

from geodata.run.folder import Run, read_run
from geodata.run.roads import RunStreets
from scenarios import run_scenario
from scenarios.load import load_scenario
from tests.nights import night
from twin.quantities import NONE
from twin.results.crew_days import Doing, crew_days
from twin.results.queue import REASONS, delays_of, queue_at
from twin.results.reach import Reach
from viewer.outputs.page import export_map
from viewer.scene.compose import pack_scene
from viewer.scene.crews import pack_crews
from viewer.scene.roads import pack_roads

SCENARIO = """\
scenario: Crue décennale, deux équipes
city: valmont
start: 2026-11-22T16:00+01:00
duration: 36h
step: 5min
status: simulation
seed: 7
flood: {river_stage: {river: ouche, gauge: pont-neuf, levels: LEVELS, datum: gauge}}
access:
  night_m: 0.20
  bases: [S-14]
  closed: [{street: Rue des Iris, at: "18:00", until: "20:00", by: police}]
crews:
  policy: critical_first
  teams: [{id: E1, base: S-14, people: 2}, {id: E2, base: S-14, people: 3, called: "22:00", recall: 45min}]
"""

#: Names of the streets that the page says are closed.
SHOWN = "t => twinPage.model.roads.closedStreets(t).map(s => twinPage.model.streets[s.street])"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Give the ten-year night with a base and two crews, read back from its folder."""
    folder = tmp_path_factory.mktemp("ways")
    levels = Path(__file__).parents[2] / "scenarios" / "ouche-q10.csv"
    (folder / "a.scenario.yaml").write_text(SCENARIO.replace("LEVELS", str(levels)), encoding="utf-8")
    return read_run(run_scenario(load_scenario(folder / "a.scenario.yaml")).write(folder / "run"))


@pytest.fixture(scope="module")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_map(run, tmp_path_factory.mktemp("page") / "ways.html", public=False, lang="fr")


def packed(run: Run) -> Any:
    scene, streets = pack_scene(run), RunStreets.of(run)
    assert streets is not None
    before = len(scene.packer.base64())
    pack_roads(run, streets, scene)
    pack_crews(run, streets, scene)
    return scene, before


def test_the_depths_of_the_streets_come_back_from_the_folder(run: Run) -> None:
    streets = RunStreets.of(run)
    assert streets is not None
    assert streets.access.depths is not None
    reach = Reach.of(streets.access, run.result.view)
    told = run.result.indicators["access"]
    found = reach.indicator(run.result.view)
    # What is not known of the edges is counted as the run is made, and stands in its indicators.
    assert {**found, "edges_unknown": told["edges_unknown"]} == told


def test_streets_and_crews_add_little_to_a_page(run: Run) -> None:
    scene, before = packed(run)
    assert len(scene.packer.base64()) < 1.12 * before


def test_a_run_without_access_and_crews_packs_what_it_did_before() -> None:
    calm = night()
    assert RunStreets.of(calm) is None
    scene = pack_scene(calm)
    before = scene.packer.stream()
    pack_crews(calm, None, scene)
    assert scene.packer.stream() == before
    assert calm.result.street_depths is None


def test_what_is_cut_off_is_what_no_window_holds(run: Run) -> None:
    streets = RunStreets.of(run)
    assert streets is not None
    reach = Reach.of(streets.access, run.result.view)
    cut = reach.cut_off()
    for t in streets.access.departures_s.tolist()[::24]:
        reached = np.zeros(len(run.result.city.assets), bool)
        for windows in reach.windows:
            held = (windows.from_s <= t) & ((windows.closed_s == NONE) | (t <= windows.until_s))
            reached[windows.asset[held]] = True
        out = np.zeros_like(reached)
        out[cut.asset[(cut.start_s <= t) & ((cut.end_s == NONE) | (t < cut.end_s))]] = True
        on_street = np.asarray(streets.access.places.edge) != NONE
        assert np.array_equal(out, on_street & ~reached)


def test_crews_fill_the_run_and_drive_the_ways_that_the_trace_tells(run: Run) -> None:
    streets, days = RunStreets.of(run), crew_days(run.result)
    assert streets is not None
    for crew in range(2):
        mine = [piece for piece in days if piece.crew == crew]
        assert (mine[0].start_s, mine[-1].end_s) == (0, run.result.plan.duration_s)
        assert all(one.end_s == other.start_s for one, other in pairwise(mine))
    driven = [piece for piece in days if piece.doing == Doing.DRIVING]
    assert driven
    for piece in driven:
        access = streets.access
        legs = access.legs(access.place(piece.origin), access.place(piece.asset), piece.start_s, None)
        assert not legs or abs(legs[-1].left_s - piece.end_s) <= 1
        names = [access.network.name_of(leg.edge) for leg in legs]
        names = [name for name in names if name]
        assert tuple(name for i, name in enumerate(names) if i == 0 or names[i - 1] != name) == piece.streets
    # The second crew is called at 22:00 and stands at its base 45 minutes later.
    assert next(piece.start_s for piece in days if piece.crew == 1 and piece.doing != Doing.OFF) == 6.75 * 3600


def test_stages_of_a_repair_in_two_visits_follow_each_other(run: Run) -> None:
    repairs = run.result.repairs
    assert len(repairs)
    # Who drives there twice has two trips: the stage counts from the first, and no stage lasts less than nothing.
    assert repairs.stage_s.min() >= 0
    assert run.result.waits.start_s.min() >= 0


def test_what_waits_over_time_is_what_waits_at_each_moment(run: Run) -> None:
    delays = delays_of(run.result.trace)
    assert len(delays) > 20
    for t in range(0, run.result.plan.duration_s + 1, 3600):
        held = (delays.start_s <= t) & ((delays.end_s == NONE) | (t < delays.end_s))
        queue = queue_at(run.result.trace, t)
        assert delays.asset[held].tolist() == queue.asset.tolist()
        assert [REASONS[k] for k in delays.reason[held].tolist()] == list(queue.reasons)
    # A crew comes to all that is ever begun again, and after the wait.
    comes = delays.next_s != NONE
    assert comes.any()
    assert (delays.next_s[comes] >= delays.start_s[comes]).all()


@pytest.mark.browser
def test_the_page_says_what_the_run_says(chromium: Any, run: Run, file: Path) -> None:
    streets = RunStreets.of(run)
    assert streets is not None
    page = opened(chromium, file, now=run.result.plan.issued_at + timedelta(hours=1), width=1600, height=900,
                  timeout_ms=60_000)
    closed = streets.access.closed()
    for t in (2.5 * 3600, 7 * 3600, 20 * 3600):
        page.evaluate("t => twinPage.player.to(t)", t)
        held = (closed.start_s <= t) & ((closed.end_s == NONE) | (t < closed.end_s))
        names = {streets.access.network.name_of(edge) for edge in closed.edge[held].tolist()} - {""}
        shown = page.evaluate(SHOWN, t)
        assert set(shown) == names
        assert int(page.inner_text("#layers [data-count=street_closed]")) == len(names)
    # By order, from six to eight.
    assert "Rue des Iris" in page.evaluate(SHOWN, 2.5 * 3600)
    page.evaluate("() => twinPage.player.to(3600)")
    asset = next(str(row["asset"]) for row in run.result.indicators["last_moment_to_act"]["rows"]
                 if row["binds"] != "none")
    page.fill("#search", asset)
    page.keyboard.press("Enter")
    text = page.inner_text("#why")
    base, row = streets.access.place(run.result.city.assets.row("S-14")), run.result.city.assets.row(asset)
    trip = streets.access.trip(base, streets.access.place(row), 3600)
    assert trip is not None
    assert f"accessible, {max(round(trip.lasts_s / 60), 0)}\xa0min par {', '.join(trip.streets)}" in text
    assert "Partir au plus tard" in text
    assert page.evaluate("() => twinPage.map.scene.ways.length") == 1
    assert page.errors == []
    page.context.close()


@pytest.mark.browser
# The two sheets of this page take turns in the languages; both of each are `make verify`.
@pytest.mark.parametrize("lang", [pytest.param("fr", marks=pytest.mark.verify), "en"])
def test_crews_with_the_keyboard_and_for_axe(chromium: Any, run: Run, file: Path, lang: str) -> None:
    sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened(chromium, file, now=run.result.plan.issued_at + timedelta(hours=1), width=1600, height=900,
                  timeout_ms=60_000)
    page.click(f"[data-lang={lang}]")
    work = [piece for piece in crew_days(run.result) if piece.doing in (Doing.DRIVING, Doing.WORKING)]
    page.evaluate("t => twinPage.player.to(t)", work[2].start_s)
    assert not page.is_visible("#crews-none")
    assert page.locator("#crews > li").count() == 2
    assert violations(sync.Axe(), page) == []
    page.focus("#work-open")
    page.keyboard.press("Enter")
    assert page.is_visible("#work")
    assert page.locator("#work-rows > tr").count() == len(work)
    assert violations(sync.Axe(), page) == []
    with page.expect_download() as download:
        page.click("#work-csv")
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == len(work) + 1
    assert lines[0].startswith(("crew;asset_id;", "crew,asset_id,"))
    page.keyboard.press("Escape")
    assert not page.is_visible("#work")
    assert page.evaluate("document.activeElement.id") == "work-open"
    assert page.errors == []
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["fr", pytest.param("en", marks=pytest.mark.verify)])
def test_each_wait_tells_its_reason_in_the_panel_and_in_the_list(chromium: Any, run: Run, file: Path, lang: str
                                                                 ) -> None:
    sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened(chromium, file, now=run.result.plan.issued_at + timedelta(hours=1), width=1600, height=900,
                  timeout_ms=60_000)
    page.click(f"[data-lang={lang}]")
    assets, delays = run.result.city.assets, delays_of(run.result.trace)
    all_words = {"fr": {"crew": "Attend une équipe\u00a0: ", "access": "Attend l’accès",
                        "hours": "Attend une équipe\u00a0: il"},
                 "en": {"crew": "Waits for a crew: ", "access": "Waits for access", "hours": "Waits for a crew: none"}}
    words = all_words[lang]
    told = set()
    gear = ~assets.of_kind("lamp", "building")
    for k in np.flatnonzero(gear[delays.asset]).tolist():
        reason, end_s = REASONS[delays.reason[k]], int(delays.end_s[k])
        t = -(-int(delays.start_s[k]) // 300) * 300
        if reason in told or (end_s != NONE and t >= end_s):
            continue
        told.add(reason)
        page.evaluate("t => twinPage.player.to(t)", t)
        page.evaluate("id => twinPage.chooseId(id)", str(assets.id[delays.asset[k]]))
        assert words[reason] in page.inner_text("#why"), (reason, assets.id[delays.asset[k]])
        shown = queue_at(run.result.trace, t)
        lamps = assets.of_kind("lamp")[shown.asset]
        assert page.evaluate("() => twinPage.crews.waiting.lines.filter(l => !twinPage.model.isLamp(l.u)).length") == (
            len(shown) - int(lamps.sum()))
        if reason == "crew":
            where = page.inner_text("#why").split(words[reason])[1].split("\n")[0]
            assert "E1" in where or {"fr": "les deux", "en": "both"}[lang] in where
    assert "crew" in told
    page.click("#work-open")
    assert page.locator("#wait-rows > tr").count() == page.evaluate("() => twinPage.crews.waiting.lines.length")
    assert violations(sync.Axe(), page) == []
    assert page.errors == []
    page.context.close()


@pytest.mark.browser
def test_a_run_without_crews_says_so(chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["operator"], now=now)
    assert "Ce calcul ne compte pas d’équipes" in page.inner_text("#crews-none")
    for hidden in ("#crews-work", "#closed-section", "#islands-section"):
        assert not page.is_visible(hidden), hidden
    page.context.close()
