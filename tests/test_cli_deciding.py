"""``twin list``, ``rank``, ``report`` and messages at the front desk: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.nights import night
from twin import cli


@pytest.fixture(scope="module")
def folder() -> str:
    return str(night("ouche-q100").path)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(list(words)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(capsys, *words, "--json"))
    return found


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(list(words)) == 2
    return capsys.readouterr().err


def test_a_list_is_printed_counted_and_written(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "list", folder, "--at", "02:00", "--lang", "fr", "--csv", str(tmp_path / "l.csv"))
    assert text.startswith("Crue centennale de l’Ouche (simulation)\u00a0: lundi 23 novembre 2026, 2\u00a0h\u00a000")
    assert "P-02" in text
    assert "L-0001" not in text, "lamps are only counted"
    assert "sont seulement comptés ici" in text
    found = answer(capsys, "list", folder, "--at", "02:00", "--kind", "site,lift_station", "--state", "out")
    assert {row["asset_id"] for row in found["rows"]} == {"S-03", "S-04", "S-08", "R-01", "R-02"}
    assert len((tmp_path / "l.csv").read_text("utf-8").splitlines()) > 1755


def test_a_list_refuses_what_there_is_not(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--state" in refusal(capsys, "list", folder, "--state", "dark")
    assert "Did you mean" in refusal(capsys, "list", folder, "--street", "Rue du Boi")
    assert "a moment of the run" in refusal(capsys, "list", folder, "--at", "+99h")


def test_a_street_is_explained_and_an_id_comes_first(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", folder, "boulevard du midi", "--at", "02:00", "--lang", "fr").startswith(
        "Boulevard du Midi, lundi 2\u00a0h\u00a000\u00a0: 78 lampes sur 92 sont sans courant.")
    assert answer(capsys, "explain", folder, "Rue du Bois")["lamps"] == 46
    found = answer(capsys, "explain", folder, "S-03", "--lang", "en")
    assert (found["would_have_kept"]["asset"], found["would_have_kept"]["height_m"]) == ("P-02", 0.4)
    assert "Aucune mesure isolée n’aurait suffi" in said(capsys, "explain", folder, "A-012", "--lang", "fr")
    assert "A-012-3" in refusal(capsys, "explain", folder, "A-0123")
    assert "street 'rue du boisé'" in refusal(capsys, "explain", folder, "rue du boisé")


def test_a_ranking_with_a_plan(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "rank", folder, "--kind", "cabinet,substation", "--top", "3", "--budget", "5000", "--cost",
                "cabinet=1500", "--lang", "fr", "--csv", str(tmp_path / "r.csv"))
    assert "à demander au gestionnaire" in text
    assert "Plan dans la limite de 5\u202f000" in text
    assert "Travaux de la ville\u00a0: 4\u202f500" in text
    found = answer(capsys, "rank", folder, "--kind", "cabinet")
    assert found["untouched"] == 76
    assert len(found["rows"]) == 24
    assert "plan" not in found


def test_preventive_cuts(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Jamais dit sans danger" in said(capsys, "rank", folder, "--cut", "--lang", "fr", "--top", "3")
    assert answer(capsys, "rank", folder, "--cut")["rows"][0]["asset_id"] == "A-093"


@pytest.mark.parametrize(("words", "message"), [
    (["--budget", "5"], "a budget without costs"), (["--cost", "cabinet=5"], "--budget"),
    (["--cut", "--budget", "5"], "one or the other"), (["--cost", "cabinet"], "cabinet=1500"),
    (["--cut", "--lead", "15"], "--lead"), (["--budget", "5", "--cost", "A-0123=5"], "A-012-3")])
def test_a_ranking_refuses(folder: str, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert message in refusal(capsys, "rank", folder, *words)


def test_a_report_with_its_lists(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = {name: str(tmp_path / name) for name in ("p.html", "log.csv", "grid.csv", "hand.csv")}
    found = answer(capsys, "report", folder, "--at", "22:00", "--since", "20:00", "--out", places["p.html"], "--log",
                   places["log.csv"], "--grid", places["grid.csv"], "--handover", places["hand.csv"])
    assert found["files"] == list(places.values())
    assert found["counts"]["lamps_out"]["now"] == 1352
    assert all(Path(place).stat().st_size > 500 for place in places.values())
    other = str(night("valmont-preventive-cut").path)
    assert "Written" in said(capsys, "report", folder, "--at", "22:00", "--since", other, "--out", places["p.html"])


def test_a_report_refuses(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "p.html")
    assert "not before --at" in refusal(capsys, "report", folder, "--at", "22:00", "--since", "23:00", "--out", out)
    asked = ["report", folder, "--at", "22:00", "--out", out]
    assert "or the folder of a run" in refusal(capsys, *asked, "--since", "elsewhere")
    unlike = str(night("valmont-facts").path)
    assert "with the same" in (told := refusal(capsys, "report", folder, "--at", "22:00", "--since", unlike, "--out",
                                                out)) or "one from" in told
    (tmp_path / "mine.html").write_text("my notes", encoding="utf-8")
    assert "mine.html" in refusal(capsys, "report", folder, "--at", "22:00", "--out", str(tmp_path / "mine.html"))
    assert not Path(out).exists()


def test_messages_are_written(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sms.csv"
    assert answer(capsys, "export", folder, "--format", "sms", "--out", str(out))["format"] == "sms"
    assert out.read_text("utf-8").startswith("street,lang,signs,text")
