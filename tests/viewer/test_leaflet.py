"""The notice for a letter box: three sentences, the safety line, status and limit at head and foot."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.nights import night
from tests.viewer.test_open_data import as_forecast
from twin.errors import InputError
from viewer.leaflet import export_leaflet


def words(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def darkest() -> str:
    return str(night().info["indicators"]["streets"][0]["name"])


def lit() -> str:
    run = night()
    assets, outages = run.result.city.assets, run.result.outages
    lamp = assets.of_kind("lamp")
    dark = set(assets.street.codes[outages.asset].tolist())
    doubtful = set(assets.street.codes[run.result.exposure.is_doubtful & lamp].tolist())
    return next(assets.street.words[c] for c in assets.street.codes[lamp] if c >= 0 and c not in dark | doubtful)


@pytest.mark.parametrize(("lang", "promise"), [("fr", "prochain point à 18 h 30"), ("en", "next update at 18:30")])
def test_a_promised_update_stands_at_head_and_foot(lang: str, promise: str, tmp_path: Path) -> None:
    run = night()
    plan = replace(run.result.plan, next_update=run.result.plan.start + timedelta(hours=2.5))
    promised = replace(run, result=replace(run.result, plan=plan))
    assert words(export_leaflet(promised, tmp_path / "a.html", streets=[darkest()], lang=lang)).count(promise) == 2
    assert promise not in words(export_leaflet(run, tmp_path / "b.html", streets=[darkest()], lang=lang))


@pytest.mark.parametrize(("lang", "back", "safety"), [
    ("fr", "heure non connue.", "Une rue éclairée n’est pas une rue sûre."),
    ("en", "time not known.", "A lit street is not a safe street.")])
def test_a_dark_street_in_three_sentences(lang: str, back: str, safety: str, tmp_path: Path) -> None:
    text = words(export_leaflet(night(), tmp_path / "a.html", streets=[darkest().upper()], lang=lang))
    for part in (darkest(), back, safety, "112"):
        assert part in text
    assert len(re.findall("EXERCI[CS]E", text)) == 3  # title, head and foot
    assert len(re.findall("valable jusqu|valid until", text)) == 2


def test_a_lit_street_gets_its_answer_too(tmp_path: Path) -> None:
    text = words(export_leaflet(night(), tmp_path / "a.html", streets=[lit()]))
    assert "les lampes de cette rue restent allumées" in text
    assert "Une rue éclairée n’est pas une rue sûre." in text


def test_all_gives_a_page_for_each_dark_street(tmp_path: Path) -> None:
    text = export_leaflet(night(), tmp_path / "a.html", streets=["all"]).read_text(encoding="utf-8")
    assert text.count("<article") == len(night().info["indicators"]["streets"])


def test_no_time_of_return_is_promised(tmp_path: Path) -> None:
    text = words(export_leaflet(night(), tmp_path / "a.html", streets=[darkest()]))
    answer = text[text.index("Retour"):text.index("Cause")]
    assert not re.search(r"\d", answer)


def test_an_unknown_street_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"Did you mean .*{darkest()}"):
        export_leaflet(night(), tmp_path / "a.html", streets=[darkest() + "x"])


def test_a_forecast_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--released-by"):
        export_leaflet(as_forecast(night()), tmp_path / "a.html", streets=[darkest()])
    forecast = as_forecast(night())
    text = words(export_leaflet(forecast, tmp_path / "a.html", streets=[darkest()], released_by="A. Martin"))
    assert "Diffusé par A. Martin." in text
