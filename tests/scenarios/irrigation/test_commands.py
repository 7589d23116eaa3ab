"""Irrigation at the console: other days and weather, gardens for the public, two programmes beside each other."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios.irrigation.loading import find_programme
from twin.cli.app import app


def asked(*words: str) -> str:
    """Give what a command prints."""
    import twin.cli  # noqa: F401  # registers the commands

    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_other_days_take_the_place_of_the_files(tmp_path: Path) -> None:
    told = json.loads(asked("irrigate", "valmont", "valmont-summer", "--from", "2026-07-01", "--to", "2026-07-10",
                            "--open-data", str(tmp_path / "g.csv"), "--json"))
    assert (told["from"], told["to"], told["expectations"]) == ("2026-07-01", "2026-07-10", [])
    rows = list(csv.DictReader((tmp_path / "g.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 300
    assert {row["watering"] for row in rows} <= {"as_programmed", "ordered"}


def test_other_weather_takes_the_place_of_the_files(tmp_path: Path) -> None:
    source = find_programme("valmont-summer").parent / "valmont-summer.csv"
    (tmp_path / "mine.csv").write_bytes(source.read_bytes())
    one, other = (json.loads(asked("irrigate", "valmont", "valmont-summer", *more, "--json"))["indicators"]
                  for more in ((), ("--weather", str(tmp_path / "mine.csv"))))
    assert one == other


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_two_programmes_are_compared_by_water_stress_and_cost(tmp_path: Path, lang: str) -> None:
    plain = find_programme("valmont-summer")
    (tmp_path / "valmont-summer.csv").write_bytes((plain.parent / "valmont-summer.csv").read_bytes())
    text = plain.read_text("utf-8").replace("efficiency: 0.75", "efficiency: 0.95")
    (tmp_path / "drip.irrigation.yaml").write_text(text, "utf-8")
    told = json.loads(asked("compare", "valmont-summer", str(tmp_path / "drip.irrigation.yaml"), "--json"))
    assert told["second"]["applied_m3"] < told["first"]["applied_m3"]
    assert {"cost_eur", "stress_zone_days", "needed_m3"} <= set(told["first"])
    printed = asked("compare", "valmont-summer", str(tmp_path / "drip.irrigation.yaml"), "--lang", lang)
    assert ("eau apportée" if lang == "fr" else "water given") in printed
