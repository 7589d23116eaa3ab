"""``twin irrigate`` at the front desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin import cli

ROOT = Path(__file__).parents[1]


def test_irrigate_tells_the_ground_of_each_zone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["irrigate", "valmont", "valmont-summer", "--on", "2026-07-14", "--csv", str(tmp_path / "days.csv"),
             "--save", str(tmp_path / "state.json")]
    assert cli.main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["on"], len(answer["zones"])) == ("2026-07-14", 30)
    assert all(outcome["is_met"] for outcome in answer["expectations"])
    assert len((tmp_path / "days.csv").read_text("utf-8").splitlines()) == 1 + 30 * 92
    assert json.loads((tmp_path / "state.json").read_text("utf-8"))["evening"] == "2026-08-31"
    assert cli.main([*words, "--lang", "fr"]) == 0
    said = capsys.readouterr().out
    assert "le sol contient" in said
    assert "Jours de stress hydrique" in said


def test_irrigate_compares_two_programmes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = ROOT / "scenarios" / "irrigation"
    (tmp_path / "valmont-summer.csv").write_bytes((folder / "valmont-summer.csv").read_bytes())
    plain = (folder / "valmont-summer.irrigation.yaml").read_text("utf-8")
    other = tmp_path / "clock.yaml"
    other.write_text(plain.replace("{depletion: 1.0}", "{fixed_mm: 12}"), "utf-8")
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--against", str(other), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["against"]["wasted_m3"] > answer["indicators"]["wasted_m3"]
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--against", str(other), "--lang", "fr"]) == 0
    assert "eau perdue sur sol humide" in capsys.readouterr().out
    other.write_text(plain.replace("to: 2026-08-31", "to: 2026-08-30"), "utf-8")
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--against", str(other)]) == 2
    assert "compared day by day" in capsys.readouterr().err


def test_irrigate_refuses_a_day_outside_of_its_season(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--on", "2027-01-01"]) == 2
    assert "a day from 2026-06-01 to 2026-08-31" in capsys.readouterr().err
    assert cli.main(["irrigate", "valmont", "no-such-file"]) == 2
    assert "Shipped: valmont-june, valmont-summer" in capsys.readouterr().err
