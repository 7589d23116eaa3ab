"""The notice for a letter box: three sentences, the safety line, status and limit at head and foot."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import fake_town
import pytest

from geodata.run.folder import Run
from tests.nights import night
from tests.viewer.test_open_data import as_forecast
from twin.errors import InputError
from twin.results.doubts import Doubts
from twin.water.exposure import dry
from viewer.outputs.leaflet import export_leaflet
from viewer.public.night import public_night


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


def test_all_gives_a_page_for_each_street_in_which_a_lamp_may_go_out(tmp_path: Path) -> None:
    text = export_leaflet(night(), tmp_path / "a.html", streets=["all"]).read_text(encoding="utf-8")
    told = public_night(night())
    wanted = {told.streets[street - 1] for street, pattern in zip(told.lamps.street, told.lamps.pattern, strict=True)
              if street and pattern}
    assert text.count("<article") == len(wanted)
    assert {row["name"] for row in night().info["indicators"]["streets"]} <= wanted


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


def calm(run: Run) -> Run:
    """Give the same run without a single outage, dry."""
    result = run.result
    outages = replace(result.outages, **{f.name: getattr(result.outages, f.name)[:0] for f in fields(result.outages)})
    exposure = dry(result.city.assets)
    dry_night = replace(result, outages=outages, doubts=Doubts.none(), exposure=exposure)
    return replace(run, result=dry_night, water=None, water_grid=None)


@pytest.mark.parametrize(("lang", "said"), [
    ("fr", "Dans ce calcul, tout reste calme. Aucune lampe ne s’éteint. Aucun feu tricolore ne s’éteint."),
    ("en", "As computed here, all is calm. No lamp goes out. No traffic signal goes out.")])
def test_a_calm_night_gives_one_page_for_the_town_that_says_so(lang: str, said: str, tmp_path: Path) -> None:
    made = export_leaflet(calm(night()), tmp_path / "a.html", streets=["all"], lang=lang)
    assert made.read_text(encoding="utf-8").count("<article") == 1
    assert said in words(made)
    assert "112" in words(made)


def test_a_street_cannot_be_asked_of_a_city_without_lamps(tmp_path: Path) -> None:
    city_file = fake_town.town(4, 2)
    bare = fake_town.run_of(fake_town.without(city_file, ~city_file.city.assets.of_kind("lamp")))
    with pytest.raises(InputError, match=r"nothing is told of lamps.*--leaflet all gives one page for the town"):
        export_leaflet(bare, tmp_path / "a.html", streets=["Rue Haute 1"])
    assert "L’éclairage n’est pas dans les données" in words(export_leaflet(bare, tmp_path / "b.html", streets=["all"]))


def test_a_street_at_a_junction_without_signals_says_so(tmp_path: Path) -> None:
    text = words(export_leaflet(night(), tmp_path / "a.html", streets=["Rue des Mariniers"]))
    said = "Feux tricolores éteints à partir de \\d+ h \\d\\d environ : Rue des Mariniers / Rue du Grand-Pont."
    assert re.search(said, text)


def test_a_list_that_keeps_streets_back_leaves_the_town_alone(tmp_path: Path) -> None:
    kept = tmp_path / "few.toml"
    kept.write_text('[lamp]\nfields = ["position"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="lamps are told without their street"):
        export_leaflet(night(), tmp_path / "a.html", streets=[darkest()], fields=kept)
    text = words(export_leaflet(night(), tmp_path / "a.html", streets=["all"], fields=kept))
    assert darkest() not in text
    assert re.search(r"\d+ lampes sur", text)


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
