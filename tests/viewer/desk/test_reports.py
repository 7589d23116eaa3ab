"""Files that leave the desk: each is what the command writes; the public's from the approved run, with a name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from geodata.run.journal import write_grid
from tests.viewer.desk.conftest import Seat
from twin.world.kinds import LANGUAGES
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.reports import SORTS

INSIDE = [name for name, sort in SORTS.items() if not sort.is_released]
PUBLIC = [name for name, sort in SORTS.items() if sort.is_released]


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
    assert f"{sort}{SORTS[sort].suffix}" in answer.headers["content-disposition"]
    assert seat.json("/api/journal")["lines"][0]["what"] == "report"
    assert all("n° 1" in seat.json("/api/journal")["lines"][0]["said"][lang] or lang == "en" for lang in LANGUAGES)


def test_a_list_is_what_the_command_writes(seat: Seat, desk: Desk, tmp_path: Path) -> None:
    row = made(seat, sort="grid", lang="fr")
    loaded = desk.shelf.get(row["run"])
    out = tmp_path / "grid.csv"
    write_grid(loaded.result, row["moment"] - loaded.start, out)
    assert seat.get(f"/api/reports/{row['id']}").content == out.read_bytes()


@pytest.mark.parametrize("sort", PUBLIC)
def test_the_public_is_told_from_the_approved_run_in_a_name(seat: Seat, desk: Desk, sort: str) -> None:
    refused = seat.post("/api/reports", sort=sort, lang="fr", released_by="C. Lenoir")
    assert (refused.status_code, refused.json()["field"]) == (422, "run")
    approve(seat, desk)
    for nobody in ("", "  ", "x" * 90):
        assert seat.post("/api/reports", sort=sort, lang="fr", released_by=nobody).status_code == 422
    street = seat.json("/api/tonight")["acts"]["past"][0]["street"] if sort == "leaflet" else ""
    row = made(seat, sort=sort, lang="fr", released_by=" C. Lenoir ", street=street)
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
        {"sort": "situation", "run": "0123456789abcdef"}]
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
