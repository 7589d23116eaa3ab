"""The page of irrigated zones: its words in both languages, its figures, nothing that runs or loads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.reference.cities import city_of
from tests.twin.irrigation.lawns import lawn, season_of
from twin.errors import InputError
from twin.explaining.irrigated import teller_of
from twin.irrigation.data import soils, vegetation
from twin.irrigation.indicators import Indicators
from twin.irrigation.locks import Lock, Locks, Reason
from twin.irrigation.season import balance
from viewer.irrigation_words import irrigation_words
from viewer.outputs.depletion import SORTS, figure, mark
from viewer.outputs.irrigation import write_irrigation_page

HOUR = 3600


def made() -> Indicators:
    locks = Locks.of([Lock(zone=1, start_s=30 * HOUR, end_s=40 * HOUR, reason=Reason.UNDER_WATER),
                      Lock(zone=1, start_s=40 * HOUR, end_s=-1, reason=Reason.SANITARY)])
    zones = [lawn("Z-1", name="Pelouse <nord> & sud"), lawn("Z-2", name="Pelouse du bas")]
    return Indicators(balance(season_of([6.0] * 14, [0.0] * 6 + [12.0] + [0.0] * 7, zones=zones, locks=locks)))


def page(folder: Path, lang: str) -> str:
    told = made()
    teller = teller_of(told.balance, city_of({"S": "substation"}).assets.kinds, lang)
    return write_irrigation_page(told, teller, 9, city="Valmont", season="Semaine", out=folder / "p.html").read_text(
        "utf-8")


def test_both_languages_have_the_same_words() -> None:
    french, english = irrigation_words("fr"), irrigation_words("en")
    assert set(french) == set(english)
    for key in ("soils", "plants"):
        assert set(french[key]) == set(english[key])
    assert set(french["soils"]) == set(soils())
    assert set(french["plants"]) == set(vegetation())
    assert {f"legend_{sort}" for sort in SORTS} <= set(french)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_has_a_figure_for_each_zone_and_runs_nothing(tmp_path: Path, lang: str) -> None:
    text = page(tmp_path, lang)
    assert f'<html lang="{lang}">' in text
    assert text.count('role="img"') == 2
    assert "<script" not in text
    assert re.search(r"(src|href)=\"(?!#)", text) is None
    assert "Pelouse &lt;nord&gt; &amp; sud" in text
    assert "<nord>" not in text
    assert len(set(re.findall(r' id="([^"]+)"', text))) == len(re.findall(r' id="', text))


def test_a_page_says_that_it_is_computed_and_why_a_zone_is_locked(tmp_path: Path) -> None:
    text = page(tmp_path, "fr")
    assert "Calcul, pas une mesure" in text
    assert "elle a été inondée et le feu vert sanitaire n’est pas encore donné" in text
    assert "Remise en route" in text


def test_a_figure_shows_what_happened_on_its_day() -> None:
    told = made()
    drawn = ET.fromstring(str(figure(told.balance, 1, 9, lang="en", title="t", described="d", full="full",
                                     empty="dry")))
    of = {sort: [e for e in drawn.iter() if e.get("class") == sort] for sort in SORTS}
    assert len(of["flood"]) == 1
    assert len(of["rain"]) == 1
    # water on the second day; locked from then to the end; never watered
    width = float(of["flood"][0].get("width", 0))
    assert float(of["lock"][0].get("width", 0)) == pytest.approx(13 * width, abs=1)
    assert of["given"] == []
    assert len(of["depletion"][0].get("d", "").split("L")) == 15
    first = ET.fromstring(str(figure(told.balance, 0, 9, lang="fr", title="t", described="d", full="p", empty="s")))
    given = int((told.balance.columns.gross_mm[0] > 0).sum())
    assert [e.get("class") for e in first.iter()].count("given") == given > 0


def test_each_mark_of_the_legend_is_drawn_alike() -> None:
    assert all(f'class="{sort}"' in mark(sort) for sort in SORTS)


def test_a_file_of_another_sort_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("my notes", "utf-8")
    with pytest.raises(InputError):
        page(tmp_path, "fr")
