"""The residents' page of irrigated zones: its reasons in public words, and nothing of gear or persons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.reference.cities import city_of
from tests.twin.irrigation.lawns import lawn, season_of
from twin.explaining.irrigated import teller_of
from twin.irrigation.locks import Lock, Locks, Reason
from twin.irrigation.orders import DroughtOrder, national_minimum
from twin.irrigation.season import balance
from viewer.irrigation_words import irrigation_words
from viewer.outputs.watering_page import write_watering_page


def page(folder: Path, lang: str, fields: Path | None = None) -> str:
    city = city_of({"A-SECRET": "cabinet", "K-SECRET": "controller"})
    gear = {name: city.assets[city.assets.row(name)] for name in ("A-SECRET", "K-SECRET")}
    locks = [Lock(zone=z, start_s=86_400, end_s=-1, reason=reason, asset=gear["A-SECRET"], controller=gear["K-SECRET"],
                  by="M. Secret") for z, reason in enumerate(Reason)]
    zones = [lawn(f"Z-{z}", name=f"Jardin {reason.word}", controller="K-SECRET") for z, reason in enumerate(Reason)]
    zones.append(replace(lawn("Z-99", name="Square <jaune>"), controller="K-SECRET"))
    order = DroughtOrder(name="arrêté 7", level="alerte_renforcee", first=season_of().calendar.first, last=None,
                         forbidden=national_minimum("alerte_renforcee"))
    b = balance(season_of(zones=zones, locks=Locks.of(locks), orders=[order]))
    return write_watering_page(teller_of(b, city.assets.kinds, lang), 4, city="Valmont", out=folder / "p.html",
                               fields=fields).read_text("utf-8")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_reason_has_its_answer_and_no_gear_or_person_is_on_the_page(tmp_path: Path, lang: str) -> None:
    text = page(tmp_path, lang)
    words = irrigation_words(lang)["public"]
    for reason in Reason:
        assert words[reason.word].split("{")[0].split(" :")[0] in text.replace("&#39;", "'")
    assert "SECRET" not in text
    assert "Secret" not in text
    assert "Z-99" not in text
    assert "Square &lt;jaune&gt;" in text
    assert "arrêté 7" in text
    assert "<script" not in text


def test_a_yellow_lawn_is_told_since_when_and_by_which_order(tmp_path: Path) -> None:
    text = page(tmp_path, "fr").replace("\u00a0", " ")
    assert ("L’arrosage est interdit par un arrêté sécheresse (arrêté 7, niveau alerte renforcée). Manque d’eau depuis "
            "mercredi.") in text


def test_a_city_that_publishes_nothing_of_its_zones_says_so(tmp_path: Path) -> None:
    nothing = tmp_path / "list.toml"
    nothing.write_text("[zone]\nfields = []\n", "utf-8")
    text = page(tmp_path, "fr", nothing)
    assert "La ville ne publie pas le détail de l’arrosage." in text
    assert "Jardin" not in text
    assert "Square" not in text


def test_both_languages_answer_alike() -> None:
    assert set(irrigation_words("fr")["public"]) == set(irrigation_words("en")["public"])
