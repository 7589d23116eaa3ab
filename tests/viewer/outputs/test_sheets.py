"""Crew sheets as files: one A4 each, the text of the page, the table; private numbers leave in nothing else."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
import typer.testing

from geodata.run.folder import Run, read_run
from geodata.run.headings import headings
from geodata.run.journal import grid_rows
from geodata.run.roads import access_of
from geodata.run.sheets import COLUMNS, read_phones
from scenarios import load_scenario, run_scenario, shipped
from tests.nights import night
from tests.viewer.marks import unpacked
from twin.cli.app import app
from twin.errors import InputError
from twin.explaining.sheeted import MOST_VISITS, sheet_page
from twin.explaining.situation import page_of
from twin.quantities import seconds_between
from twin.results.listing import listing
from twin.results.situation import situation
from viewer.outputs.call import export_call
from viewer.outputs.leaflet import export_leaflet
from viewer.outputs.open_data import export_open_data
from viewer.outputs.page import export_map
from viewer.outputs.papers import sheet_pdf
from viewer.outputs.sheets import export_sheets, file_names, render, sheets_of
from viewer.outputs.sms import export_sms

AT_S = 13 * 3600 + 1800
CANARY = "06 99 88 77 66"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("crews")
    levels = shipped()["ouche-q10"].with_name("ouche-q10.csv")
    (folder / "night.yaml").write_text(json.dumps({
        "scenario": "Crue, deux équipes", "city": "valmont", "start": "2026-11-22T16:00+01:00", "duration": "36h",
        "flood": {"river_stage": {"river": "ouche", "gauge": "pont-neuf", "levels": str(levels), "datum": "gauge"}},
        "access": {"day_m": 0.30, "night_m": 0.10},
        "crews": {"teams": [{"id": "E1", "base": "S-14", "called": "22:00"},
                            {"id": "E2", "base": "S-14", "called": "2026-11-23T05:00"}]}}), encoding="utf-8")
    return read_run(run_scenario(load_scenario(folder / "night.yaml"), picture=False).write(folder / "run"))


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("phones") / "phones.toml"
    file.write_text(f'[crews]\nE1 = "{CANARY}"\nE2 = "06 00 00 00 02"\n[lines]\n"Gestionnaire" = "{CANARY}"\n', "utf-8")
    return file


def test_the_way_of_each_sheet_is_the_one_that_was_driven(run: Run) -> None:
    trips = {(shift.crew, shift.start_s): shift for shift in run.result.crew_work if shift.stage == "reach"}
    found = [(sheet.crew.id, visit) for sheet in sheets_of(run, 0) for visit in sheet.visits]
    assert len(found) == len(trips) > 5
    access = access_of(run)
    assert access is not None
    for crew, visit in found:
        trip = trips[crew, visit.leaves_s]
        assert tuple(leg.street for leg in visit.legs if leg.street) == trip.streets
        if visit.legs:
            last = visit.legs[-1]
            assert visit.leaves_s <= last.enters_s <= visit.leaves_s + trip.trip_s
            assert all(leg.depth_m < 0.30 for leg in visit.legs)
        assert visit.arrives_s in (-1, visit.leaves_s + trip.trip_s)


def test_streets_are_read_back_as_they_were_run(run: Run, tmp_path: Path) -> None:
    """A run of an earlier version kept none: that is said, and no sheet goes out without its way."""
    found = access_of(run)
    assert found is not None
    assert found.depths is run.result.street_depths
    earlier = replace(run, result=replace(run.result, street_depths=None))
    with pytest.raises(InputError, match="no depths of streets"):
        access_of(earlier)
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder)
    (folder / "street_depths.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="street_depths"):
        read_run(folder)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_files_hold_the_same_texts_and_the_table_every_visit(run: Run, phones: Path, lang: str, tmp_path: Path
                                                                 ) -> None:
    files = export_sheets(run, AT_S, tmp_path / "sheets", lang=lang, phones=phones)
    assert [file.name for file in files] == ["sheet-E1.html", "sheet-E1.txt", "sheet-E2.html", "sheet-E2.txt",
                                             "sheets.csv"]
    sheets = sheets_of(run, AT_S)
    for sheet in sheets:
        page = sheet_page(sheet, lang, read_phones(phones).of(sheet.crew.id))
        html = (tmp_path / "sheets" / f"sheet-{sheet.crew.id}.html").read_text("utf-8").replace("\u2011", "-")
        text = (tmp_path / "sheets" / f"sheet-{sheet.crew.id}.txt").read_text("utf-8")
        for cell in (page.title, page.valid, *page.facts, *page.warnings, *page.notes,
                     *(cell for row in page.rows for cell in row), *(number for _, number in page.phones)):
            assert cell in html, cell
            assert cell in text, cell
    with files[-1].open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, delimiter=";" if lang == "fr" else ","))
    assert tuple(rows[0]) == headings(COLUMNS, lang)
    assert len(rows) == sum(len(sheet.visits) for sheet in sheets)
    # Twice the same bytes.
    before = {file.name: file.read_bytes() for file in files}
    export_sheets(run, AT_S, tmp_path / "sheets", lang=lang, phones=phones)
    assert {file.name: file.read_bytes() for file in files} == before


def test_a_sheet_prints_on_one_page_and_needs_no_colour(run: Run, phones: Path, tmp_path: Path) -> None:
    export_sheets(run, 0, tmp_path, lang="fr", phones=phones)
    html = tmp_path / "sheet-E2.html"
    assert {c.lower() for c in re.findall(r"#[0-9a-fA-F]{3,6}\b", html.read_text("utf-8"))} <= {"#000", "#fff"}
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser")
    subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
                    f"--print-to-pdf={tmp_path / 'p.pdf'}", "--no-pdf-header-footer", html.as_uri()],
                   check=True, capture_output=True, timeout=120)
    assert len(re.findall(rb"/Type\s*/Page[^s]", (tmp_path / "p.pdf").read_bytes())) == 1


# --- the page, where access and crews are computed ---------------------------------------------------


def test_acts_tell_when_to_leave_from_where_and_by_which_streets(run: Run) -> None:
    rows = {row["asset"]: row for row in run.result.indicators["last_moment_to_act"]["rows"]}
    at_s = 3600
    told = situation(run.result, at_s, most_acts=40)
    ids = run.result.city.assets.id
    cuts = [act for act in told.acts if act.sort == "cut" and act.by == "city"]
    assert any(act.base == "S-14" and act.way for act in cuts)
    for act in cuts:
        mine = [rows[str(ids[row])] for row in act.assets if str(ids[row]) in rows]
        moments = [seconds_between(run.result.plan.start, datetime.fromisoformat(row["act_before"])) for row in mine
                   if row["binds"] != "none"]
        ahead = [moment for moment in moments if moment > at_s]
        if ahead:
            assert (act.before_s, act.is_cut_off) == (min(ahead), False)
        assert act.before_s > at_s
    page = page_of(told, "fr")
    assert page.acts_note == "avant\u00a0: heure de départ\u00a0; sans accès, heure de début"
    where = {cell for row in page.acts for cell in row[3:4]}
    assert any("de S-14 → Rue du Pré-aux-Clercs → " in cell for cell in where)


def test_the_page_tells_where_crews_are_and_whose_hours_go_beyond(run: Run) -> None:
    page = page_of(situation(run.result, 14 * 3600), "fr")
    assert [row[0] for row in page.crews] == ["E1", "E2"]
    assert page.crews[0][2] == "8\u00a0h\u00a000"
    plan = replace(run.result.plan, crews=replace(run.result.plan.crews, derogation="préfet, péril"))
    page = page_of(situation(replace(run.result, plan=plan), 14 * 3600), "fr")
    assert page.done[0] == "Horaires au-delà des limites, par dérogation\u00a0: préfet, péril"


# --- private numbers ---------------------------------------------------------------------------------


def test_private_numbers_stand_on_sheets_and_in_nothing_public(run: Run, phones: Path, tmp_path: Path) -> None:
    export_sheets(run, AT_S, tmp_path / "sheets", lang="fr", phones=phones)
    assert CANARY in (tmp_path / "sheets" / "sheet-E2.txt").read_text("utf-8")
    assert CANARY not in (tmp_path / "sheets" / "sheets.csv").read_text("utf-8")
    # The file lies beside the run, under the name that a hurried hand would give it.
    shutil.copyfile(phones, run.path / "phones.toml")
    out = tmp_path / "public"
    out.mkdir()
    export_map(run, out / "public.html", public=True, lang="fr")
    export_sms(run, out / "sms.csv")
    export_call(run, out / "call.csv")
    export_leaflet(run, out / "leaflet.html", streets=["all"], lang="fr")
    export_open_data(run, out / "open", format="geojson")
    told = [file for file in out.rglob("*") if file.is_file()]
    assert len(told) > 3
    for file in told:
        text = file.read_bytes().decode("utf-8", "replace")
        assert CANARY not in text + (unpacked(text) if file.suffix == ".html" else ""), file
    with pytest.raises(InputError, match="table 'crews'"):
        export_sms(run, out / "sms.csv", contacts=phones)


@pytest.mark.parametrize(("text", "message"), [
    ("[crew]\nE1 = '06'", "table 'crew'"), ("[crews]\nE1 = 6", "no number"), ("crews = 1", "no number"), ("[", "TOML")])
def test_a_file_of_numbers_that_is_none_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        read_phones(tmp_path / "p.toml")
    with pytest.raises(InputError, match="no such file"):
        read_phones(tmp_path / "none.toml")


def test_a_run_without_crews_has_no_sheets(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without crews"):
        export_sheets(night("ouche-q10"), AT_S, tmp_path, lang="en")


def test_file_names_are_no_paths() -> None:
    assert file_names(["../../etc", "a b", "a_b"]) == ["sheet-______etc", "sheet-a_b", "sheet-a_b-2"]


def test_the_command_writes_them_and_refuses_what_does_not_fit(run: Run, phones: Path, tmp_path: Path) -> None:
    runner = typer.testing.CliRunner()
    done = runner.invoke(app, ["report", str(run.path), "--at", "+13h", "--sheets", str(tmp_path / "s"), "--lang", "fr",
                               "--phones", str(phones), "--json"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "s" / "sheet-E1.html").is_file()
    for options, words in ((["--out", str(tmp_path / "p.html"), "--phones", str(phones)], "without --sheets"),
                           ([], "nothing to write")):
        refused = runner.invoke(app, ["report", str(run.path), "--at", "+13h", *options])
        assert words in str(refused.exception)


def test_markup_in_a_name_is_text(run: Run) -> None:
    page = sheet_page(sheets_of(run, AT_S)[0], "fr", {"<b>x</b>": "<i>"})
    assert "&lt;b&gt;x&lt;/b&gt;" in render(page)


def text_of(data: bytes) -> str:
    """Give the text of a PDF without its spaces, and hold that it is tagged and says so."""
    reader = pypdf.PdfReader(BytesIO(data))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_sheet_as_pdf_has_the_texts_of_the_page_and_its_private_numbers(run: Run, phones: Path, lang: str) -> None:
    numbers = read_phones(phones)
    for sheet in sheets_of(run, AT_S):
        page = sheet_page(sheet, lang, numbers.of(sheet.crew.id))
        data = sheet_pdf(page, run.result.city.name)
        assert data == sheet_pdf(page, run.result.city.name), "the same sheet has the same bytes"
        assert pypdf.PdfReader(BytesIO(data)).trailer["/Root"]["/Lang"] == lang
        found = text_of(data)
        texts = [page.status, page.title, page.place, page.valid, page.digest, *page.facts, *page.warnings, *page.notes,
                 *(cell for row in page.rows for cell in row), *(cell for pair in page.phones for cell in pair)]
        for text in texts:
            assert re.sub(r"\s+", "", text) in found, text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_hand_over_cuts_and_the_grid_list_are_written_as_pdf_where_their_name_says_so(run: Run, tmp_path: Path,
                                                                                     lang: str) -> None:
    names = {"--handover": "do_not_re_energise", "--cuts": "live_in_water"}
    done = typer.testing.CliRunner().invoke(app, [
        "report", str(run.path), "--at", "22:00", "--lang", lang, "--sheets", str(tmp_path / "sheets"), "--sheets-pdf",
        *(part for name in (*names, "--grid") for part in (name, str(tmp_path / f"{name[2:]}.pdf")))])
    assert done.exit_code == 0, done.output
    crews = run.result.plan.crews
    assert crews is not None
    assert sorted(one.name for one in (tmp_path / "sheets").glob("*.pdf")) == [f"sheet-{c.id}.pdf" for c in crews.crews]
    for name, state in names.items():
        found = text_of((tmp_path / f"{name[2:]}.pdf").read_bytes())
        told = listing(run.result, 6 * 3600, states=[state])
        gear = [row for row in told.rows if not told.is_counted(row)]
        assert gear
        assert all(str(row.asset.id) in found for row in gear)
    found = text_of((tmp_path / "grid.pdf").read_bytes())
    assert all(str(row[0]) in found for row in grid_rows(run.result, 6 * 3600))


def test_a_sheet_has_every_visit_up_to_nine_on_as_many_pages_as_it_takes(run: Run) -> None:
    for sheet in sheets_of(run, AT_S):
        page = sheet_page(sheet, "fr")
        assert len(page.rows) == min(len(sheet.visits), MOST_VISITS)
