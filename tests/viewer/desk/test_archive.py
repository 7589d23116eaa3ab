"""A desk's night, read back for its review."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.viewer.desk.conftest import EVENING, placed
from twin import cli
from twin.errors import InputError
from viewer.desk.archive import is_desk, kept_night
from viewer.desk.desk import Desk


def test_facts_readings_and_runs_of_a_desk_are_its_night(open_desk: Callable[..., Desk], tmp_path: Path,
                                                         capsys: pytest.CaptureFixture[str]) -> None:
    placed(tmp_path, name="ouche-q100")
    desk = open_desk()
    now = int(EVENING.timestamp())
    desk.facts.report(asset="A-050", state="out", seen_at=now - 600, caller="équipe 2", note="", by="R. Morel", now=now)
    desk.sources.take(json.dumps([
        {"series": "P-02", "what": "out", "value": False, "observed": "2026-11-22T20:30+01:00"},
        {"series": "pont-neuf", "what": "level", "unit": "m", "value": 2.9, "observed": "2026-11-22T21:00+01:00"},
    ]).encode(), source="scada", sort="inbox")
    found = kept_night(tmp_path)
    assert [issue.name for issue in found.issues] == ["n° 1"]
    assert found.issues[0].curves[0].gauge == "pont-neuf"
    assert (len(found.words), found.called, [one.gauge for one in found.readings]) == (2, 1, ["pont-neuf"])
    desk.close()
    assert cli.main(["review", str(tmp_path), "--lang", "fr"]) == 0
    assert "Venu sans annonce\u00a0: l’armoire d’éclairage A-050." in capsys.readouterr().out


def test_a_desk_without_a_run_and_a_desk_beside_a_run_are_refused(open_desk: Callable[..., Desk], tmp_path: Path,
                                                                  capsys: pytest.CaptureFixture[str]) -> None:
    open_desk()
    assert is_desk(tmp_path)
    with pytest.raises(InputError, match="no run of the night"):
        kept_night(tmp_path)
    assert cli.main(["review", str(tmp_path), str(tmp_path)]) == 2
    assert "one desk alone" in capsys.readouterr().err


def test_spoilt_tables_are_refused(open_desk: Callable[..., Desk], tmp_path: Path) -> None:
    placed(tmp_path)
    open_desk().close()
    (tmp_path / "desk.sqlite").write_bytes(b"not a table" * 500)
    for beside in tmp_path.glob("desk.sqlite-*"):
        beside.unlink()
    with pytest.raises(InputError, match="tables of a desk"):
        kept_night(tmp_path)


def test_a_review_leaves_the_desks_runs_as_they_are(open_desk: Callable[..., Desk], tmp_path: Path) -> None:
    """A run may be on its way at the desk meanwhile: what became of it is the desk's to write."""
    placed(tmp_path)
    open_desk()
    going = tmp_path / "runs" / f"{'a' * 16}.json"
    going.write_text(json.dumps({"id": "a" * 16, "number": 2, "name": "x", "state": "running", "pid": 1, "began": 0}),
                     encoding="utf-8")
    before = {file: file.read_bytes() for file in (tmp_path / "runs").glob("*.json")}
    assert [issue.name for issue in kept_night(tmp_path).issues] == ["n° 1"]
    assert {file: file.read_bytes() for file in (tmp_path / "runs").glob("*.json")} == before
