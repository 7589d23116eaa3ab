"""``twin demo``: the main job, offline, on any day."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from twin import cli
from twin.cli.commands.demo import on_day


def test_the_demo_runs_offline_and_explains_a_dry_lamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    def offline(*arguments: Any, **options: Any) -> None:
        raise AssertionError("the demo asked for the network")
    monkeypatch.setenv("COLUMNS", "80")  # of a terminal, and none of a pipe's business: no line is cut
    monkeypatch.setattr(socket, "create_connection", offline)
    monkeypatch.setattr(socket.socket, "connect", offline)
    assert cli.main(["demo", "--date", "2027-07-14", "--out", str(tmp_path / "demo")]) == 0
    said = capsys.readouterr().out
    assert "was moved to Wednesday 14 July 2027" in said
    told = json.loads((tmp_path / "demo" / "run.json").read_text(encoding="utf-8"))
    assert (told["start"], told["issued_at"]) == ("2027-07-14T16:00:00+02:00",) * 2
    assert told["valid_until"] == "2027-07-16T04:00:00+02:00"
    assert [one["at_s"] for one in told["plan"]["declared"]] == [22_200, 74_700], "22:10, and 12:45 of the next day"
    assert re.search(r"lighting cabinets out(, \d+ more may be)?; \d+ flooded \(\d+ of them dead by then\), "
                     r"the first is A-\d+", said)
    lamp = re.search(r"fr  La lampe (\S+) .* est éteinte", said)
    assert lamp is not None
    assert f"en  Lamp {lamp[1]}" in said
    assert {"map.html", "run.json", "water.tif", "city.gpkg"} <= {path.name for path in (tmp_path / "demo").iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert cli.main(["explain", str(tmp_path / "demo"), lamp[1], "--lang", "fr"]) == 0
    explained = capsys.readouterr().out
    assert f"La lampe {lamp[1]}" in explained
    assert re.search(r"inondé à 20\s?h\s?39, au plus haut 0,\d\d\s?m, seuil 0,35\s?m, dépassement 0,\d\d\s?m",
                     explained)
    assert "{" not in explained
    assert cli.main(["explain", str(tmp_path / "demo"), lamp[1], "--lang", "en"]) == 0
    explained = capsys.readouterr().out
    assert re.search(r"flooded at 20:39, at its highest 0.\d\d\s?m, threshold 0.35\s?m, 0.\d\d\s?m above", explained)
    assert "{" not in explained


@pytest.mark.parametrize(("day", "start"), [("2028-02-29", "2028-02-29T16:00:00+01:00"),
                                            ("2026-10-24", "2026-10-24T16:00:00+02:00")])
def test_the_demo_keeps_its_clock_and_its_length_on_any_day(day: str, start: str) -> None:
    from datetime import UTC, date, timedelta

    from scenarios import load_scenario, prepare

    prepared = prepare(load_scenario("ouche-q10"))
    moved = on_day(prepared, date.fromisoformat(day))
    assert moved.plan.start.isoformat() == start
    assert moved.plan.valid_until.astimezone(UTC) - moved.plan.start.astimezone(UTC) == timedelta(hours=36)
    assert moved.plan.declared == prepared.plan.declared
    assert on_day(prepared, date.fromisoformat(day)).plan.digest == moved.plan.digest


def test_the_demo_is_not_out_of_date_on_the_day_it_is_made() -> None:
    from datetime import UTC, datetime

    from scenarios import load_scenario, prepare

    assert on_day(prepare(load_scenario("ouche-q10")), None).plan.valid_until > datetime.now(UTC)


def test_a_date_that_is_none_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--date", "14/07/2027", "--out", str(tmp_path / "demo")]) == 2
    assert "field '--date': found '14/07/2027'; expected a day, YYYY-MM-DD" in capsys.readouterr().err
