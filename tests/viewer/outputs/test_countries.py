"""Whom a public file names follows the country: no wrong emergency number, and none passed over in silence."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geodata.city.model import SourceRecord
from tests.nights import night
from viewer.outputs.contacts import read_contacts
from viewer.outputs.countries import _table, country_of, words_of
from viewer.outputs.leaflet import export_leaflet
from viewer.outputs.notes import notes_of
from viewer.outputs.page import page

PARIS, LECCE = (48.9, 2.3), (40.35, 18.17)


def numbers(code: str, zone: str, place: tuple[float, float]) -> list[str]:
    return [number for number, _ in country_of(code, zone, *place).emergency]


@pytest.mark.parametrize(("zone", "place", "expected"), [
    ("Europe/Paris", PARIS, ["112", "18", "114"]), ("Europe/Rome", LECCE, ["112", "115"]),
    ("Europe/Berlin", (49.5, 11.3), ["112"]), ("Europe/London", (53.8, -1.5), ["999", "112"]),
    ("America/New_York", (25.8, -80.2), ["911"]), ("US/Eastern", (42.4, -71.1), ["911"]),
    ("Australia/Sydney", (-33.9, 151.2), ["000"]), ("Pacific/Auckland", (-41.3, 174.8), ["111"]),
    ("Indian/Reunion", (-20.9, 55.5), ["112", "18", "114"]), ("Asia/Calcutta", (28.6, 77.2), ["112"])])
def test_a_city_gets_the_numbers_of_its_country(zone: str, place: tuple[float, float], expected: list[str]) -> None:
    assert numbers("", zone, place) == expected


@pytest.mark.parametrize(("code", "zone", "place"), [
    ("", "UTC", PARIS), ("", "Etc/GMT-1", PARIS), ("", "Africa/Dakar", (14.7, -17.4)),
    ("", "Europe/Paris", (45.5, -73.6)), ("XX", "Europe/Paris", PARIS)])
def test_where_no_number_is_known_none_is_given(code: str, zone: str, place: tuple[float, float]) -> None:
    assert numbers(code, zone, place) == []


def test_the_city_s_own_word_comes_before_the_time_zone() -> None:
    there = country_of("CH", "Europe/Paris", 46.2, 6.1)
    assert (there.code, there.is_inferred, there.emergency) == ("CH", False, (("112", "any"), ("118", "fire")))


def test_every_country_of_the_table_has_a_source_and_words() -> None:
    assert len(_table()) > 40
    for code, known in _table().items():
        assert re.fullmatch("[A-Z]{2}", code)
        assert known["source"], code
        assert known["emergency"], code
        for one in known["emergency"]:
            assert re.fullmatch(r"\d{3}|\d{2}", one["number"]), code
            assert words_of(one["role"], "fr")
            assert words_of(one["role"], "en")
        for one in known.get("official", ()):
            assert one["url"].startswith("https://")
            assert one["fr"]
            assert one["en"]
            assert one["short"]
        assert all(words_of(key, f"{lang}_of") for key in known.get("authorities", ()) for lang in ("fr", "en"))


@pytest.mark.parametrize(("code", "language"), [("FR", "fr"), ("BE", "fr"), ("CH", "fr"), ("SN", "fr"), ("IT", "en"),
                                                ("DE", "en"), ("CA", "en"), ("", "en")])
def test_a_page_opens_in_an_official_language_that_exists(code: str, language: str) -> None:
    assert country_of(code, "UTC", 0.0, 0.0).language == language


def elsewhere(zone: str, country: str = "", **more: Any) -> Any:
    run = night()
    city = replace(run.result.city, timezone=zone, **more)
    return replace(run, result=replace(run.result, city=city), city_file=replace(run.city_file, country=country))


def test_nothing_of_france_stands_on_a_page_of_another_country(tmp_path: Path) -> None:
    run = elsewhere("Europe/Rome", latitude=40.35, longitude=18.17)
    public = page(run, public=True)
    leaflet = export_leaflet(run, tmp_path / "a.html", streets=["all"]).read_text("utf-8")
    for text in (public, leaflet):
        assert '<html lang="en">' in text
        assert not re.search("vigicrues|[Pp]refecture|préfecture|Etalab|>18<|>114<", text)
        assert "112" in text
        assert "115" in text
    assert "Official information comes from the municipality and Protezione Civile." in leaflet


def test_an_unknown_country_says_that_no_number_is_known(tmp_path: Path) -> None:
    run = elsewhere("UTC")
    english = "Emergency number: this page does not know it."
    assert english in page(run, public=True)
    assert english in export_leaflet(run, tmp_path / "a.html", streets=["all"]).read_text("utf-8")
    assert "112" not in re.sub(r"<script.*?</script>", "", page(run, public=True), flags=re.DOTALL)
    assert any("no emergency number: its country is not known. Write [[emergency]]" in note
               for note in notes_of(run, contacts=None, fields=None))
    own = tmp_path / "contacts.toml"
    own.write_text('[[emergency]]\nnumber = "17"\nfr = "Secours"\nen = "Rescue"\n', encoding="utf-8")
    text = page(run, public=True, city=own)
    assert english not in text
    assert "<strong>17</strong> Rescue" in text
    assert not [note for note in notes_of(run, contacts=own, fields=None) if "emergency" in note]


def test_a_country_that_is_guessed_is_said_to_whoever_publishes() -> None:
    guessed = [note for note in notes_of(elsewhere("Europe/Paris"), contacts=None, fields=None) if "guessed" in note]
    assert len(guessed) == 1
    assert "`country: FR` in the mapping" in guessed[0]
    assert not [note for note in notes_of(elsewhere("Europe/Paris", "FR"), contacts=None, fields=None)
                if "guessed" in note]


def with_sources(*sources: SourceRecord) -> Any:
    run = night()
    return replace(run, city_file=replace(run.city_file, sources=sources))


def test_data_of_openstreetmap_are_credited_as_their_licence_asks(tmp_path: Path) -> None:
    for source in (SourceRecord(name="streets", file="bavaria.osm.pbf"),
                   SourceRecord(name="Lauf", file="x.gpkg", licence="ODbL 1.0"),
                   SourceRecord(name="OpenStreetMap", file="y.geojson", attribution="OSM contributors")):
        run = with_sources(source)
        text = page(run, public=True, lang="en")
        assert "© OpenStreetMap contributors, under the ODbL (www.openstreetmap.org/copyright)" in text
        leaflet = export_leaflet(run, tmp_path / "a.html", streets=["all"], lang="fr").read_text("utf-8")
        assert "© les contributeurs d’OpenStreetMap (ODbL)" in leaflet
    assert "OpenStreetMap" not in page(with_sources(SourceRecord(name="Mairie", file="a.csv", licence="Etalab")),
                                       public=True, lang="en")


def test_licences_come_from_the_data_and_a_missing_one_is_said() -> None:
    run = with_sources(
        SourceRecord(name="Éclairage", file="a.csv", date="2018-02-18", licence="Licence Ouverte", attribution="Ville"),
        SourceRecord(name="Éclairage", file="b.csv", date="2020-01-01", licence="Licence Ouverte", attribution="Ville"),
        SourceRecord(name="quadri", file="lecce/quadri.csv"))
    text = re.sub(r"<script.*?</script>", "", page(run, public=True, lang="fr"), flags=re.DOTALL)
    assert "Données\u00a0: Éclairage, 2018-02-18–2020-01-01, Licence Ouverte, Ville." in text
    assert "quadri" not in text, "a source without a name is called as its file"
    assert "Pour une partie des données, aucune licence n’est indiquée." in text
    assert any("without a stated licence" in note for note in notes_of(run, contacts=None, fields=None))


def test_a_table_of_the_city_wins_over_the_country_s(tmp_path: Path) -> None:
    country = country_of("FR", "Europe/Paris", *PARIS)
    (tmp_path / "few.toml").write_text("official = []\n", encoding="utf-8")
    few = read_contacts(tmp_path / "few.toml", country)
    assert few.official == ()
    assert [one.to for one in few.emergency] == ["112", "18", "114"]
