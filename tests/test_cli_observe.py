"""``twin observe``: asks once, tells in both languages, ends with 3 where nobody answered; one a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.geodata.feeds.loopback import Said, Web, web
from tests.geodata.feeds.messages import hubeau_page, hubeau_row
from twin import cli


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as made:
        yield made


@pytest.fixture
def config(tmp_path: Path, service: Web) -> Path:
    file = tmp_path / "observe.yaml"
    file.write_text(f"city: valmont\nsources:\n  hub:\n    type: hubeau\n    url: {service.url}/obs\n"
                    "    stations: {B720000001: pont-neuf}\n", encoding="utf-8")
    return file


def observed(config: Path, *more: str) -> int:
    return cli.main(["observe", str(config), "--folder", str(config.parent / "night"), *more])


def test_a_gauge_is_asked_once_and_told(config: Path, service: Web, capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime.now(UTC) - timedelta(minutes=20)
    service.says("/obs", Said(hubeau_page(hubeau_row(date_obs=at.strftime("%Y-%m-%dT%H:%M:%SZ")))))
    assert observed(config, "--once", "--lang", "fr") == 0
    assert "À jour\u00a0: dernière donnée il y a 20\u202fmin, rythme attendu 15\u202fmin." in capsys.readouterr().out
    assert observed(config, "--status", "--json") == 0
    row: dict[str, Any] = json.loads(capsys.readouterr().out)[0]
    assert (row["name"], row["late"], row["accepted"], row["failures"]) == ("hub", False, 1, 0)
    assert len(service.asked) == 1, "--status asks nobody"


def test_a_source_that_does_not_answer_is_code_3(config: Path, service: Web, capsys: pytest.CaptureFixture[str]
                                                 ) -> None:
    service.says("/obs", Said(status=503))
    assert observed(config, "--once", "--lang", "en") == 3
    assert "The service asks to wait (1 failure)." in capsys.readouterr().out


def test_two_on_one_folder_are_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from viewer.desk.alone import alone
    from viewer.desk.feeding import OBSERVED_ALREADY, OBSERVING

    folder = config.parent / "night"
    folder.mkdir()
    with alone(folder, OBSERVING, found=OBSERVED_ALREADY):
        assert observed(config, "--once") == 2
    assert "another `twin observe`" in capsys.readouterr().err


def test_an_asset_that_the_city_lacks_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text("utf-8").replace("pont-neuf", "pont-vieux"), encoding="utf-8")
    assert observed(config, "--once") == 2
    assert "sources.hub.stations" in capsys.readouterr().err


def test_live_data_and_an_exercise_are_two(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "valmont", "--observe", str(config), "--clock", "2026-11-22T21:12+01:00"]) == 2
    assert "--clock" in capsys.readouterr().err
