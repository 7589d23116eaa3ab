"""Files that leave the desk: each is what the command writes; the public's from the approved run, with a name."""

from __future__ import annotations

import inspect
import io
import zipfile
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from geodata.run.journal import write_grid
from tests.viewer.desk.conftest import Seat
from twin.cli.commands.export import export as export_command
from twin.cli.commands.report import report as report_command
from twin.world.kinds import LANGUAGES
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.reports import SORTS

#: Crew sheets need a run with crews, an all-clear a calm one: each has a test of its own.
INSIDE = [name for name, sort in SORTS.items() if not sort.is_released and name != "sheets"]
PUBLIC = [name for name, sort in SORTS.items() if sort.is_released and name != "all_clear"]
FORMS = [(name, form) for name, sort in SORTS.items() for form in list(sort.forms)[1:] if name != "sheets"]


def made(seat: Seat, **said: Any) -> dict[str, Any]:
    answer = seat.post("/api/reports", **said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def approve(seat: Seat, desk: Desk) -> None:
    run, now = desk.runs.all()[0].id, desk.clock.epoch()
    assert seat.post(f"/api/runs/{run}/approve", until=now + 3600, reason="lu").status_code == 200


@pytest.mark.parametrize("sort", INSIDE)
def test_what_stays_inside_is_made_by_a_click(seat: Seat, desk: Desk, sort: str) -> None:
    row = made(seat, sort=sort, lang="fr")
    assert (row["by"], row["released_by"], row["is_approved"], row["number"]) == ("R. Morel", "", 0, 1)
    assert (row["moment"] is None) == (not SORTS[sort].has_moment)
    listed = seat.json("/api/reports")["made"][0]
    assert (listed["id"], listed["bytes"], listed["is_there"]) == (row["id"], row["bytes"], True)
    answer = seat.get(f"/api/reports/{row['id']}")
    assert (answer.status_code, len(answer.content)) == (200, row["bytes"])
    assert f"{sort}{next(iter(SORTS[sort].forms.values()))}" in answer.headers["content-disposition"]
    assert seat.json("/api/journal")["lines"][0]["what"] == "report"
    assert all("n° 1" in seat.json("/api/journal")["lines"][0]["said"][lang] or lang == "en" for lang in LANGUAGES)


def test_a_list_is_what_the_command_writes(seat: Seat, desk: Desk, tmp_path: Path) -> None:
    row = made(seat, sort="grid", lang="fr")
    loaded = desk.shelf.get(row["run"])
    out = tmp_path / "grid.csv"
    write_grid(loaded.result, row["moment"] - loaded.start, out, "fr")
    assert seat.get(f"/api/reports/{row['id']}").content == out.read_bytes()


@pytest.mark.parametrize("sort", PUBLIC)
def test_the_public_is_told_from_the_approved_run_in_a_name(seat: Seat, desk: Desk, sort: str) -> None:
    refused = seat.post("/api/reports", sort=sort, lang="fr", released_by="C. Lenoir")
    assert (refused.status_code, refused.json()["field"]) == (422, "run")
    approve(seat, desk)
    for nobody in ("", "  ", "x" * 90):
        assert seat.post("/api/reports", sort=sort, lang="fr", released_by=nobody).status_code == 422
    street = seat.json("/api/tonight")["acts"]["past"][0]["street"] if sort == "leaflet" else ""
    row = made(seat, sort=sort, lang="fr", released_by=" C. Lenoir ", streets=[street] if street else [])
    assert (row["released_by"], row["is_approved"], row["status"]) == ("C. Lenoir", 1, "exercise")
    content = seat.get(f"/api/reports/{row['id']}").content
    if sort == "open_data":
        assert "datapackage.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    said = seat.json("/api/journal")["lines"][0]["said"]
    assert "C. Lenoir" in said["fr"]
    assert "C. Lenoir" in said["en"]


def test_what_fails_leaves_nothing(seat: Seat, desk: Desk) -> None:
    end = desk.shelf.get(desk.runs.all()[0].id)
    wrong: list[dict[str, Any]] = [
        {"sort": "novel"}, {"sort": "situation", "lang": "de"}, {"sort": "situation", "moment": 5},
        {"sort": "situation", "moment": end.start + end.duration_s + 60}, {"sort": "situation", "run": "../x"},
        {"sort": "situation", "run": "0123456789abcdef"}, {"sort": "log", "form": "pdf"}, {"sort": "sheets"},
        {"sort": "situation", "since": desk.clock.epoch() + 60}, {"sort": "situation", "since_run": "../x"},
        {"sort": "leaflet", "streets": "all"}, {"sort": "alert", "update": "../x"},
        {"sort": "alert", "cancel": "0" * 16}]
    for said in wrong:
        assert seat.post("/api/reports", **said).status_code == 422, said
    assert seat.json("/api/reports")["made"] == []
    assert list((desk.folder / "reports").iterdir()) == []
    assert Seat(desk, name="Mur", standing=Standing.READER).post("/api/reports", sort="log").status_code == 403


def test_a_file_is_found_by_its_name_alone(seat: Seat, desk: Desk) -> None:
    row = made(seat, sort="log", lang="en")
    for wrong in ("..%2f..%2fdesk.sqlite", "0" * 16, "x"):
        assert seat.get(f"/api/reports/{wrong}").status_code in (404, 422)
    desk.reports.path_of(row).unlink()
    assert seat.json("/api/reports")["made"][0]["is_there"] is False
    assert seat.get(f"/api/reports/{row['id']}").status_code == 422


@pytest.mark.parametrize(("sort", "form"), FORMS)
def test_each_form_is_made(seat: Seat, desk: Desk, sort: str, form: str) -> None:
    if form == "pdf":
        pytest.importorskip("typst", reason="typst is not installed")
    approve(seat, desk)
    row = made(seat, sort=sort, form=form, lang="en", released_by="C. Lenoir")
    answer = seat.get(f"/api/reports/{row['id']}")
    assert len(answer.content) == row["bytes"] > 100
    assert answer.headers["content-disposition"].endswith(f'{SORTS[sort].forms[form]}"')
    assert answer.content.startswith({"pdf": b"%PDF", "html": b"<!doctype html"}.get(form, b"PK"))


def test_a_point_counts_from_an_earlier_moment_or_another_run(seat: Seat, desk: Desk) -> None:
    plain = seat.get(f"/api/reports/{made(seat, sort='situation', lang='fr')['id']}").text
    hour = made(seat, sort="situation", lang="fr", since=desk.clock.epoch() - 3600)
    other = made(seat, sort="situation", lang="fr", since_run=desk.runs.all()[0].id)
    texts = [seat.get(f"/api/reports/{row['id']}").text for row in (hour, other)]
    assert len({plain, *texts}) == 3


def test_an_alert_takes_the_place_of_an_earlier_one_or_takes_it_back(seat: Seat, desk: Desk) -> None:
    approve(seat, desk)
    first = made(seat, sort="alert", released_by="C. Lenoir")
    for what, kind in (("update", "Update"), ("cancel", "Cancel")):
        row = made(seat, sort="alert", released_by="C. Lenoir", **{what: first["id"]})
        assert f"<msgType>{kind}</msgType>" in seat.get(f"/api/reports/{row['id']}").text
    log = made(seat, sort="log")
    assert seat.post("/api/reports", sort="alert", released_by="C. Lenoir", update=log["id"]).status_code == 422
    refused = seat.post("/api/reports", sort="all_clear", released_by="C. Lenoir")
    assert (refused.status_code, refused.json()["found"]) == (422, "an all-clear for a run that is not calm")


#: Where each option of the two commands stands at the desk; what programs alone need is named as such.
AT_THE_DESK: dict[str, dict[str, Any]] = {
    "report": {"run_dir": "run", "at": "moment", "out": "situation", "pdf": "situation/pdf",
               "since": "since, since_run",
               "log": "log", "grid": "grid, grid/html, grid/pdf", "handover": "handover, handover/html, handover/pdf",
               "cuts": "cuts, cuts/html, cuts/pdf", "returns": "returns, returns/html, returns/pdf",
               "acts": "acts, acts/pdf", "sites": "sites, sites/pdf, sites/csv", "nights": "programs",
               "contacts": "contacts.toml",
               "sheets": "sheets", "sheets_pdf": "sheets/pdf", "phones": "phones.toml", "lang": "lang",
               "json": "programs"},
    "export": {"run_dir": "run", "out": "download", "public": "residents", "lang": "lang",
               "format": {"html": "operator", "gpkg": "gis", "geojson": "open_data", "csv": "open_data/csv",
                          "geoparquet": "open_data/geoparquet", "cap": "alert", "sms": "sms", "call": "call"},
               "released_by": "released_by", "leaflet": "leaflet", "contacts": "contacts.toml",
               "fields": "public_fields.toml", "all_clear": "all_clear", "update": "update", "cancel": "cancel",
               "json": "programs"}}


@pytest.mark.parametrize(("name", "command"), [("report", report_command), ("export", export_command)])
def test_all_that_the_commands_write_is_made_at_the_desk(name: str, command: Any) -> None:
    options = inspect.signature(command).parameters
    here = AT_THE_DESK[name]
    assert set(here) == set(options), "an option that the desk does not know of"
    formats = here.get("format")
    if isinstance(formats, dict):
        written = get_args(get_args(get_type_hints(command, include_extras=True)["format"])[0])
        assert set(written) == set(formats), "a format that the desk does not know of"
    words = [word for value in here.values() for one in (value.values() if isinstance(value, dict) else [value])
             for word in one.split(", ")]
    asked = {"run", "moment", "since", "since_run", "lang", "released_by", "update", "cancel", "download", "programs",
             "contacts.toml", "public_fields.toml", "phones.toml"}
    made_here = set(SORTS) | {f"{name}/{form}" for name, sort in SORTS.items() for form in sort.forms}
    assert set(words) <= made_here | asked
    if name == "export":
        both = " ".join(" ".join(map(str, one.values())) for one in AT_THE_DESK.values())
        assert all(sort in both for sort in SORTS), "all that the desk makes is what a command writes"
