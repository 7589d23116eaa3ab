"""``twin review`` at the front desk: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.nights import night
from twin import cli


@pytest.fixture(scope="module")
def folder() -> str:
    return str(night("ouche-q100").path)


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """P-02 went out as foretold, A-050 unforeseen, A-012 was seen in service while it should have been out."""
    start = night("ouche-q100").result.plan.start.timestamp()
    rows = [("P-02", 4.5, False), ("P-02", 5.5, True), ("A-050", 5.0, False), ("A-050", 6.0, True),
            ("A-012", 9.0, False)]
    file = tmp_path / "seen.json"
    file.write_text(json.dumps([
        *({"series": asset, "what": "out", "value": out,
           "observed": datetime.fromtimestamp(start + hour * 3600, UTC).isoformat()} for asset, hour, out in rows),
        {"series": "pont-neuf", "what": "level", "unit": "m", "value": 3.0,
         "observed": datetime.fromtimestamp(start + 6 * 3600, UTC).isoformat()}]), encoding="utf-8")
    return file


def test_a_night_is_judged_and_written(folder: str, seen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
                                       ) -> None:
    history = tmp_path / "nights.csv"
    words = ["review", folder, "--observed", str(seen), "--csv", str(tmp_path / "v.csv"), "--heights",
             str(tmp_path / "h.csv"), "--history", str(history), "--page", str(tmp_path / "p.html"), "--lang", "fr"]
    assert cli.main(words) == 0
    text = capsys.readouterr().out
    assert "Équipements signalés\u00a0: 3 (0 fois par des personnes et 5 fois par des instruments)." in text
    assert "Venu sans annonce\u00a0: l’armoire d’éclairage A-050." in text
    assert "Annoncé hors service et vu en service\u00a0: l’armoire d’éclairage A-012." in text
    assert "Pont-neuf, 3 à 6 h avant" in text
    verdicts = {row["asset"]: row["verdict"] for row in csv.DictReader(
        (tmp_path / "v.csv").read_text("utf-8").splitlines())}
    assert (verdicts["P-02"], verdicts["A-050"], verdicts["A-012"]) == ("hit", "miss", "false_alarm")
    assert cli.main([*words[:-2], "--lang", "en"]) == 0
    assert len(history.read_text("utf-8").splitlines()) == 2, "the same night stands once"
    capsys.readouterr()


def test_json_holds_what_the_text_says(folder: str, seen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["review", folder, "--observed", str(seen), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["last"]["hits"], found["last"]["misses"], found["last"]["false_alarms"]) == (1, 1, 1)
    assert (found["last"]["pod"], found["last"]["far"], found["last"]["csi"]) == pytest.approx((0.5, 0.5, 1 / 3))
    assert found["levels"][0]["readings"] == 1
    assert {one["asset"]: one["is_beyond"] for one in found["heights"]}["A-012"], "it stood in too much water"


def test_nothing_seen_is_said(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["review", folder, "--lang", "en"]) == 0
    assert "nothing can be said of what was foretold" in capsys.readouterr().out


@pytest.mark.parametrize(("said", "told"), [
    ('{"series": "P-99", "what": "out", "value": true, "observed": "2026-11-22T20:00Z"}', "'P-99'"),
    ('{"series": "P-02", "what": "out", "value": true, "observed": "2026-11-22T20:00"}', "without an offset"),
    ("no json", "no JSON")])
def test_what_cannot_be_an_observation_is_refused(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                  said: str, told: str) -> None:
    file = tmp_path / "seen.json"
    file.write_text(said, encoding="utf-8")
    assert cli.main(["review", folder, "--observed", str(file)]) == 2
    assert told in capsys.readouterr().err


def test_observations_that_are_not_there_are_refused(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
                                                     ) -> None:
    for place in (tmp_path / "none.json", tmp_path):
        assert cli.main(["review", folder, "--observed", str(place), "--lang", "fr"]) == 2
        assert "fichier introuvable\u00a0; attendu\u00a0: des observations (JSON)." in capsys.readouterr().err


def test_a_history_that_is_none_is_refused_and_kept(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
                                                    ) -> None:
    file = tmp_path / "nights.csv"
    file.write_text("my,own\n1,2\n", encoding="utf-8")
    assert cli.main(["review", folder, "--history", str(file)]) == 2
    assert "my, own" in capsys.readouterr().err
    assert file.read_text("utf-8") == "my,own\n1,2\n"
    assert cli.main(["review", folder, "--near", "2"]) == 2
    assert "--near" in capsys.readouterr().err
