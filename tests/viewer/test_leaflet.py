"""The notice for a letter box: three sentences, the safety line, status and limit at head and foot."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.nights import night
from tests.viewer.test_open_data import as_forecast
from twin.errors import InputError
from twin.world.assets import Assets, Labels
from viewer.outputs.leaflet import export_leaflet


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


def test_a_street_is_found_as_the_search_of_the_page_finds_it(tmp_path: Path) -> None:
    assets = night().result.city.assets
    lit_codes = set(assets.street.codes[assets.of_kind("lamp")].tolist())
    named = next(w for code, w in enumerate(assets.street.words) if code in lit_codes and "é" in w)
    typed = named.replace("é", "e").replace("’", " ").replace("-", " ").upper()
    text = export_leaflet(night(), tmp_path / "a.html", streets=[typed, named]).read_text(encoding="utf-8")
    assert text.count("<article") == 1
    assert named in text


def test_all_without_a_dark_lamp_is_refused_instead_of_an_empty_page(tmp_path: Path) -> None:
    run = night()
    outages = replace(run.result.outages, **{f.name: getattr(run.result.outages, f.name)[:0]
                                             for f in fields(run.result.outages)})
    calm = replace(run, result=replace(run.result, outages=outages))
    with pytest.raises(InputError, match="no street that loses a lamp in this run"):
        export_leaflet(calm, tmp_path / "a.html", streets=["all"])
    city = run.result.city
    rows = np.flatnonzero(~city.assets.of_kind("lamp"))
    taken = {f.name: getattr(city.assets, f.name) for f in fields(city.assets) if f.name != "kinds"}
    columns = {name: value.take(rows) if isinstance(value, Labels) else value[rows] for name, value in taken.items()
               if name != "_row_of"}
    bare = replace(calm.result, city=replace(city, assets=Assets(kinds=city.assets.kinds, **columns)))
    with pytest.raises(InputError, match="a city without lamps"):
        export_leaflet(replace(calm, result=bare), tmp_path / "a.html", streets=["all"])
    assert not (tmp_path / "a.html").exists()


def test_a_source_of_several_files_is_named_once(tmp_path: Path) -> None:
    run = night()
    twice = replace(run, city_file=replace(run.city_file, sources=run.city_file.sources[:1] * 3))
    text = words(export_leaflet(twice, tmp_path / "a.html", streets=[darkest()]))
    assert text.count(run.city_file.sources[0].attribution) == 1


@pytest.mark.parametrize(("lang", "said"), [("fr", "EXERCICE\u00a0: ce n’est pas une observation."),
                                            ("en", "EXERCISE: this is not an observation.")])
def test_the_head_says_what_it_is_in_a_sentence(lang: str, said: str, tmp_path: Path) -> None:
    page = export_leaflet(night(), tmp_path / "a.html", streets=[darkest()], lang=lang).read_text(encoding="utf-8")
    head = page[page.index("<header"):page.index("</header>")]
    assert said in " ".join(re.sub(r"<[^>]+>", "", head).split(" "))
