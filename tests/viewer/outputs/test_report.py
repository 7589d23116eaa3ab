"""The point of the situation: its figures, its texts, its page, and the lists beside it."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from geodata.run.journal import GRID, JOURNAL, grid_rows, journal_rows, write_grid, write_journal
from geodata.run.roads import access_if_kept
from tests.nights import night
from twin.errors import InputError
from twin.explaining.situation import MOST_SITES, Page, number_in, page_of
from twin.explaining.words import speech
from twin.quantities import NONE
from twin.results.act_ways import with_ways
from twin.results.condition_spans import Condition
from twin.results.counts import Counted
from twin.results.moment import moment_of
from twin.results.situation import AHEAD_H, Situation, situation
from viewer.outputs.report import export_report, render

AT_22, AT_18 = 6 * 3600, 2 * 3600


class _Cells(HTMLParser):
    """The texts of a page's cells, headings, list items and lines, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._in_cell = True
        if tag in ("td", "th", "li", "p", "h1", "h2", "span"):
            self.cells.append("")
            if tag in ("td", "th") and self.rows:
                self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data.replace("\u2011", "-")
        if self._in_cell:
            self.rows[-1][-1] += data.replace("\u2011", "-")


@pytest.fixture(scope="module")
def told() -> Situation:
    return situation(night("ouche-q100").result, AT_22, since_s=4 * 3600)


# --- figures -----------------------------------------------------------------------------------------


def test_each_count_is_that_of_its_moment(told: Situation) -> None:
    result = told.result
    assets = result.city.assets
    kinds = {"lamps_out": "lamp", "cabinets_out": "cabinet", "sites_out": "site", "signals_out": "traffic_signal",
             "lift_stations_out": "lift_station", "buildings_out": "building"}
    counts = {count.name: count for count in told.counts}
    for name, kind in kinds.items():
        for at_s, found in ((AT_22, counts[name].now), (4 * 3600, counts[name].before),
                            *((AT_22 + 3600 * hours, n) for hours, n in zip(AHEAD_H, counts[name].ahead,
                                                                            strict=True))):
            condition = moment_of(result, at_s).condition[assets.of_kind(kind)]
            assert found == Counted(int((condition == Condition.OUT).sum()),
                                    int((condition == Condition.MAY_BE_OUT).sum())), (name, at_s)
    wet = result.exposure.wet
    house = assets.of_kind("building")[wet.asset]
    now = house & (wet.start_s <= AT_22) & ((wet.end_s == NONE) | (wet.end_s > AT_22))
    assert counts["buildings_wet"].now == Counted(int(now.sum()))


def test_beyond_the_end_of_the_run_nothing_is_told() -> None:
    late = situation(night("ouche-q100").result, 30 * 3600)
    assert all(count.ahead[2] is not None and count.ahead[3] is None for count in late.counts)


def test_the_river_is_that_of_the_levels_it_was_made_from(told: Situation) -> None:
    river = told.rivers[0]
    assert str(told.result.city.assets.id[river.asset]) == "pont-neuf"
    assert river.level_m[np.searchsorted(river.time_s, 5 * 3600)] == pytest.approx(3.49, abs=0.005)
    assert river.peak_m == pytest.approx(3.90, abs=0.005)


def test_at_18_the_levee_of_midnight_is_named() -> None:
    result = night("ouche-q100").result
    page = page_of(situation(result, AT_18), "fr")
    said = " ".join(page.alarms)
    assert "Lundi 0\u00a0h\u00a020\u00a0: 188 lampes en 2 min, 1\u00a0poste électrique, 5\u00a0armoires" in said
    assert "École des Bas-Prés" in said
    acts = situation(result, AT_18, most_acts=60).acts
    together = next(act for act in acts if act.sort == "cut" and result.city.assets.row("A-081") in act.assets)
    assert {str(result.city.assets.id[row]) for row in together.assets} >= {"A-081", "A-082", "A-083", "A-084", "A-095",
                                                                             "R-02", "PO-01"}


def test_the_hospital_is_told_on_its_last_feed_and_the_refuge_without_power(told: Situation) -> None:
    page = page_of(told, "fr")
    sites = {row.name: row for row in page.sites}
    assert sites["Centre hospitalier Saint-Antoine"].feed == "dernière alimentation P-03"
    refuge = sites["Gymnase Jean-Moulin (refuge)"]
    assert (refuge.symbol, refuge.people) == ("out", "400")
    assert refuge.feed == "sans courant depuis 21\u00a0h\u00a006 (P-02)"
    assert refuge.then == "retour au plus tôt vers mardi 3\u00a0h\u00a045"
    assert page.sites[0].name == refuge.name, "without power, the most people, first"


def test_acts_are_ahead_and_stand_in_order_of_time(told: Situation) -> None:
    assert [act.before_s for act in told.acts] == sorted(act.before_s for act in told.acts)
    assert all(act.before_s > AT_22 for act in told.acts)
    assert {act.sort for act in told.acts} >= {"cut", "evacuate"}
    assert [act.sort for act in told.acts].count("evacuate") == 4, "nobody is left out for want of room"
    assert len(told.acts) == 6
    past = situation(told.result, 30 * 3600)
    assert past.acts == ()
    assert [row[0] for row in page_of(past, "en").acts] == ["NOW"] * len(past.now)
    calm = situation(night("valmont-substation").result, 10 * 3600)
    assert (calm.now, calm.acts) == ((), ())
    assert page_of(calm, "en").acts[0][1] == "Nothing is left to be done beforehand."


def test_what_is_live_in_water_now_is_the_first_act(told: Situation) -> None:
    """All that the map and the list of cuts have in water and live: the substation first, then who has houses near."""
    result, ids = told.result, told.result.city.assets.id
    live = moment_of(result, AT_22).to_cut
    cabinet = result.view.cabinet
    places = {int(cabinet[cut]) if cabinet[cut] != NONE else int(cut) for cut in live[live != NONE].tolist()}
    assert {row for act in told.now for row in act.assets} == places
    assert sum(act.live for act in told.now) == int((live != NONE).sum()) == 28
    grid, city = told.now
    assert (grid.by, str(ids[grid.assets[0]]), city.by, str(ids[city.assets[0]])) == ("grid", "P-12", "city", "A-093")
    assert [str(ids[row]) for row in grid.darkened] == ["S-11"], "the home hangs on P-12 alone"
    page = page_of(told, "fr")
    assert page.acts_now == 2
    assert page.acts[0][:2] == ("MAINTENANT", "Couper P-12, C-03, C-19, C-07, C-21 et C-06\u00a0; l’EHPAD Les Tilleuls "
                                "passe sur réserve, jusqu’à lundi 2\u00a0h\u00a000 au plus"), "and what that costs"
    assert page.acts_detail[0].endswith("alimente l’EHPAD Les Tilleuls\u00a0: réserve 4\u00a0h, jusqu’à lundi "
                                        "2\u00a0h\u00a000, moins si l’eau entre (22\u00a0h\u00a025)")
    place_m = moment_of(result, AT_22).depth_m[list(city.assets)].max()
    assert city.place_m == place_m < city.depth_m, "the lamps behind stand deeper than the cabinets"
    assert f"jusqu’à {speech('fr').depth(place_m)} d’eau aux points de coupure" in page.acts_detail[1]
    asked = [what for who, what in page.decisions if who == "Gestionnaire"]
    assert asked[0].startswith("couper P-12, C-03, C-19, C-07, C-21 et C-06 maintenant"), "what is NOW is asked first"
    assert page.decisions[1][1].startswith("couper A-093, A-013")
    assert page.act_notes[0] == ("28 équipements peut-être sous tension dans l’eau maintenant ; 16 points de coupure : "
                                 "tous sur la liste « À couper », imprimée à part.")
    assert page_of(told, "en").acts[0][0] == "NOW"
    assert page_of(situation(result, 0), "fr").acts_now == 0


def words_in(*texts: str) -> int:
    """Give how many words somebody reads: each hour as its parts, marks as none."""
    return sum(any(c.isalnum() for c in word) for text in texts for word in text.replace("\u202f", "").split())


def answers_of(page: Page) -> dict[str, int]:
    """Give how many words each of a chief's questions takes to be answered on the first page, headings among them."""
    five = page.acts[:page.acts_first]
    return {
        "first act": words_in(*page.acts[0]),
        "acts": words_in(page.acts_title, page.acts_note, *page.act_headings, *sum(five, ()), page.acts_next),
        "sites": words_in(page.sites_title, *page.site_headings, *(word for row in page.sites for word in (
            row.name, row.people, row.feed, row.then)), page.sites_note, page.sites_more),
        "crews": words_in(page.crews_title, page.crews_note, *page.crew_headings, *sum(page.crews, ())),
        "return": words_in(page.returns_title, page.returns_note, *page.returns_headings, *sum(page.returns, ()),
                           page.returns_next),
        "untouchable": words_in(page.untouchable_title, *page.untouchable)}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_acts_are_read_in_a_minute_and_no_answer_takes_longer_than_it_did(lang: str) -> None:
    """190 words are a minute of reading without haste; the five acts of the densest hour are told in fewer."""
    most = {"first act": 40, "acts": 185, "sites": 190, "crews": 85, "return": 200, "untouchable": 80}
    for name in ("ouche-q100-crews", "ouche-q100"):
        run = night(name)
        access = access_if_kept(run)
        for hour in (2, 6, 10):
            page = page_of(with_ways(situation(run.result, hour * 3600), access), lang, {"rescue": "18"})
            assert len(page.acts) > 1
            for question, words in answers_of(page).items():
                assert words <= most[question], (name, hour, question, words)


def test_a_school_on_a_sunday_night_is_looked_into_and_not_brought_out_by_its_roll(told: Situation) -> None:
    page = page_of(told, "fr")
    school = next(row for row in page.acts if "École des Bas-Prés" in row[1] and row[1].startswith("Vérifier"))
    assert school[4].startswith("140 personnes (effectif de jour)")
    assert page.sites_note == "* Effectif de jour\u00a0; pas de classe le dimanche."
    assert {row.name for row in page.sites if row.people.endswith("*")} == {"École du Lavoir", "École des Bas-Prés"}
    assert ("Maire", "faire vérifier que personne n’est dans l’École des Bas-Prés (pas de classe le dimanche\u00a0; le "
            "nombre de personnes est l’effectif de jour).") in page.decisions
    assert {row.name: row.stands for row in page.sites}["École des Bas-Prés"] == "menacée"


def test_water_that_is_at_a_door_already_is_told_as_coming_inside() -> None:
    """The home has water at its door since 21:33: at 22:00 what comes at 22:25 is the water inside."""
    run = night("ouche-q100-crews")
    page = page_of(with_ways(situation(run.result, AT_22), access_if_kept(run)), "fr")
    home = next(row for row in page.acts if "EHPAD" in row[1] and row[1].startswith("Évacuer"))
    assert "eau dedans 22\u00a0h\u00a025, peut-être" in home[4]
    asked = [what for who, what in page.decisions if who == "Gestionnaire"]
    assert asked[1].startswith("couper C-22 et P-12 maintenant, faute d’accès à A-093"), "the city reaches none"
    assert "l’EHPAD Les Tilleuls passe sur réserve" in asked[1], "and what that costs"


def test_cabinets_in_a_row_are_told_as_a_range() -> None:
    acts = page_of(situation(night("ouche-q100").result, AT_22), "fr").acts
    assert any(row[1] == "Couper A-081 à A-084, R-02, PO-01 et A-095" for row in acts)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_command_stands_on_paper(lang: str) -> None:
    """Whoever holds a sheet of paper has no terminal: it says what to ask for."""
    for name in ("ouche-q100", "valmont-facts"):
        page = page_of(situation(night(name).result, AT_22), lang)
        said = " ".join((page.acts_more, *page.act_notes, page.sites_more, *page.done))
        assert "twin " not in said


def test_what_is_near_comes_before_what_weighs_more_later() -> None:
    result = night("ouche-q100").result
    acts = situation(result, AT_18).acts
    assert all(act.before_s <= AT_18 + 4 * 3600 for act in acts if act.sort == "cut")
    assert len(acts) == 5


def test_what_is_planned_is_told_by_whom_to_decide_it() -> None:
    result = night("valmont-measures").result
    page = page_of(situation(result, 2 * 3600 + 60), "fr")
    assert ("Gestionnaire", "comme prévu, P-01\u00a0: coupure à 18\u00a0h\u00a030, remise en service quand l’eau est "
            "partie.") in page.decisions
    assert any(line.startswith("Prévu\u00a0: groupe électrogène à S-03") for line in page.done)


def test_what_is_dead_by_a_cut_is_no_act() -> None:
    result = night("valmont-preventive-cut").result
    ids = {str(result.city.assets.id[row]) for act in situation(result, 3 * 3600, most_acts=99).acts
           if act.sort == "cut" for row in act.assets}
    assert not ids & {"P-01", "P-02"}
    page = page_of(situation(result, 14 * 3600), "fr")
    assert any(line.startswith("Fait\u00a0: coupé P-01") for line in page.done)


def test_a_reading_that_differs_is_the_first_line() -> None:
    result = night("valmont-facts").result
    page = page_of(situation(result, AT_22), "fr")
    assert page.headline == ("L’Ouche au Pont-Neuf\u00a0: 3,05\u00a0m lu à 22\u00a0h\u00a000, calculé "
                             "3,21\u00a0m\u00a0: 16 cm de moins.")
    assert any("levels shifted by −0.16" in line for line in page_of(situation(result, AT_22), "en").alarms)
    assert "aucun relevé" in page_of(situation(result, AT_18), "fr").headline
    assert any("Quai des Lavandières, rue fermée" in line for line in page.done)


# --- the page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_text_of_the_page_equals_the_tables(told: Situation, lang: str) -> None:
    run = night("ouche-q100")
    page = page_of(told, lang)
    found = _Cells(render(run, told, page))
    rows = [[cell.strip() for cell in row] for row in found.rows]
    first = [row[0] for row in rows].index(page.counts[0][0])
    assert [row[0] for row in page.counts] == [row[0] for row in rows[first:first + len(page.counts)]]
    for count, row in zip(told.counts, rows[first:first + len(page.counts)], strict=True):
        assert count.before is not None
        sure, _, maybe = row[1].partition("\u00a0(")
        assert (number_in(sure), number_in(maybe)) == (count.now.out, count.now.may)
        assert number_in(row[2]) == count.now.out - count.before.out
        for cell, ahead in zip(row[3:], count.ahead, strict=True):
            assert ahead is not None
            sure, _, maybe = cell.partition("\u00a0(")
            assert (number_in(sure), number_in(maybe)) == (ahead.out, ahead.may)
    for place, act in enumerate(page.acts, start=1):
        assert [str(place), *act] in rows
    for place, site in enumerate(page.sites, start=1):
        assert [f"{place}{site.name}", site.people, site.feed, site.then] in rows
    whole = " ".join(found.cells)
    assert all(line in whole for line in page.acts_detail)
    assert page.sites_note in whole
    for text in (page.title, page.place, page.headline, *page.alarms, *page.count_notes, page.valid, page.digest,
                 *page.done, *(what for _, what in page.decisions)):
        assert text in whole, text


def test_a_page_against_another_run_tells_the_change(told: Situation) -> None:
    other = night("valmont-preventive-cut").result
    against = situation(told.result, AT_22, since_run=other)
    lamps = against.counts[0]
    assert lamps.before is not None
    assert lamps.before.out == int((moment_of(other, AT_22).condition[other.city.assets.of_kind("lamp")]
                                    == Condition.OUT).sum())
    assert "Crue centennale, coupure préventive des quais" in page_of(against, "fr").made[1]


def test_a_page_without_water_or_gauge_is_a_page(tmp_path: Path) -> None:
    run = night("valmont-substation")
    page = export_report(run, situation(run.result, 3 * 3600), tmp_path / "p.html", lang="fr")
    assert (tmp_path / "p.html").read_text("utf-8").startswith("<!doctype html")
    assert page.sites


def test_a_language_that_there_is_not_is_refused(told: Situation) -> None:
    with pytest.raises(InputError, match="language"):
        page_of(told, "de")


@pytest.mark.parametrize(("name", "at_s", "lang"), [("ouche-q100", AT_22, "fr"), ("ouche-q100", 10 * 3600, "en"),
                                                    ("valmont-preventive-cut", 14 * 3600, "fr"),
                                                    ("ouche-q100-crews", AT_22, "fr")])
def test_the_page_prints_on_a_sheet_or_two(name: str, at_s: int, lang: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser")
    run = night(name)
    told = with_ways(situation(run.result, at_s, since_s=3600), access_if_kept(run))
    export_report(run, told, tmp_path / "p.html", lang=lang)
    subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
                    f"--print-to-pdf={tmp_path / 'p.pdf'}", "--no-pdf-header-footer", (tmp_path / "p.html").as_uri()],
                   check=True, capture_output=True, timeout=120)
    pdf = (tmp_path / "p.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) <= 2


@pytest.mark.parametrize(("sheet", "least"), [
    ("report.css", 8.5), ("paper.css", 8.5), ("sheet.css", 8.5), ("report.typ", 9), ("paper.typ", 9)])
def test_no_letter_of_a_printed_page_is_too_small_to_read(sheet: str, least: float) -> None:
    """What does not fit goes on on the next page; nothing is set smaller for it. Drawings are made in points."""
    text = (resources.files("viewer") / "templates" / sheet).read_text("utf-8")
    sizes = [float(size) for size in re.findall(r"(?:font|font-size|size): ?([\d.]+)p[tx]", text)]
    assert len(sizes) > 3
    assert min(sizes) >= least


def test_the_page_needs_no_colour(told: Situation) -> None:
    html = render(night("ouche-q100"), told, page_of(told, "fr"))
    colours = {c.lower() for c in re.findall(r"#[0-9a-fA-F]{3,6}\b", html)}
    assert colours <= {"#000", "#fff", "#999"}
    assert html.count('class="n"') == MOST_SITES


# --- the lists ---------------------------------------------------------------------------------------


def test_what_was_reported_and_what_is_computed_never_share_a_row(tmp_path: Path) -> None:
    result = night("valmont-facts").result
    write_journal(result, AT_22 + 3600, "fr", tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert tuple(rows[0]) == JOURNAL["fr"]
    assert {row["nature"] for row in rows} == {"signalé", "calculé"}
    assert [row["n°"] for row in rows] == [str(i) for i in range(1, len(rows) + 1)]
    assert [row["heure"] for row in rows] == sorted(row["heure"] for row in rows)
    told = [row for row in rows if row["nature"] == "signalé"]
    assert [row["événement"] for row in told] == [
        "A-039\u00a0: constat, hors service", "Quai des Lavandières: closed", "A-012\u00a0: constat, en service",
        "pont-neuf: 3.05 m", "Bus arrêtés rive gauche", "C-06\u00a0: constat, au sec"]
    assert told[0]["émetteur"] == "appel du 20 h 26, rue noire"
    assert all(row["rédacteur"] == ("twin" if row["nature"] == "calculé" else "") for row in rows)


def test_the_log_ends_at_its_moment_and_speaks_both_languages() -> None:
    result = night("ouche-q100").result
    early, late = journal_rows(result, AT_18 + 3600, "en"), journal_rows(result, AT_22, "en")
    assert 0 < len(early) < len(late)
    assert max(row[1] for row in early) <= "2026-11-22 19:00"
    assert any(row[4].startswith("P-02") and ": flooded" in row[4] and "lamps" in row[6] for row in late)
    with pytest.raises(InputError, match="language"):
        journal_rows(result, AT_18, "de")


def test_the_grid_list_names_supplies_and_what_hangs_on_them(tmp_path: Path) -> None:
    result = night("ouche-q100").result
    write_grid(result, AT_22, tmp_path / "grid.csv")
    rows = {row[0]: dict(zip(GRID, row, strict=True)) for row in grid_rows(result, AT_22)}
    assert rows["P-02"]["sites_behind"] == "Gymnase Jean-Moulin (refuge)"
    assert rows["P-02"]["people_behind"] == 400
    assert rows["P-02"]["since"] == "2026-11-22T21:06:57+01:00"
    assert next(iter(rows)) == "P-01", "the hospital and a school may hang on it"
    assert {row["by"] for row in rows.values()} == {"grid", "city"}
    assert all(row["why"] is not None for row in rows.values() if row["by"] == "city")
