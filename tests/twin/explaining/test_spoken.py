"""What an operator would not say aloud: 0.00 m of water, durations assumed of what is declared, not yet off."""

from __future__ import annotations

import numpy as np
import pytest

from tests.nights import LIVED_NIGHT, night
from twin.explaining.explain import explain
from twin.explaining.listed import listed_rows
from twin.results.listing import listing
from twin.results.moment import moment_of
from twin.results.result import Result

HOUR_S = 3600


def paragraphs(result: Result, asset: str, lang: str, at_s: int) -> str:
    return " ".join(explain(result, asset, lang, at_s).paragraphs)


def row_of(result: Result, asset: str, lang: str, at_s: int) -> tuple[str, str]:
    found = listing(result, at_s)
    rows = {one.asset.id: told for one, told in zip(found.rows, listed_rows(found, lang), strict=True)}
    return rows[asset].state, rows[asset].water


@pytest.mark.parametrize(("lang", "said", "never"), [
    ("fr", "En ce moment : pas d’eau (le poste électrique P-12).", "0,00 m"),
    ("en", "Now: no water at substation P-12.", "0.00 m")])
def test_where_water_is_yet_to_come_it_is_dry(lang: str, said: str, never: str) -> None:
    told = paragraphs(night("ouche-q100").result, "P-12", lang, int(4.5 * HOUR_S)).replace("\u00a0", " ")
    assert said in told
    assert never not in told


@pytest.mark.parametrize(("lang", "paragraph", "cell"), [
    ("fr", "En ce moment : moins de 0,01 m d’eau", "moins de 0,01 m"),
    ("en", "Now: less than 0.01 m of water", "less than 0.01 m")])
def test_a_film_of_water_is_not_told_as_nothing(lang: str, paragraph: str, cell: str) -> None:
    result = night("ouche-q100").result
    for at_s in range(2 * HOUR_S, 24 * HOUR_S, 1_700):
        moment = moment_of(result, at_s)
        films = np.flatnonzero((moment.depth_m > 0) & (moment.depth_m < 0.005) & moment.is_out)
        for row in films[:1].tolist():
            found = explain(result, result.city.assets.id[row], lang, at_s)
            if found.tree is not None and found.tree.trunk()[-1].asset.row == row:
                assert paragraph in " ".join(found.paragraphs).replace("\u00a0", " ")
            assert cell in row_of(result, result.city.assets.id[row], lang, at_s)[1].replace("\u00a0", " ")
            return
    raise AssertionError("no film of water was met")


@pytest.mark.parametrize(("lang", "said", "never"), [
    ("fr", "À venir : retour vers lundi 1 h 00, comme annoncé.", "durées supposées"),
    ("en", "Ahead: back about Monday 01:00, as declared.", "durations assumed")])
def test_what_is_declared_back_takes_no_assumed_duration(lang: str, said: str, never: str) -> None:
    told = paragraphs(night(LIVED_NIGHT).result, "P-03", lang, 6 * HOUR_S).replace("\u00a0", " ")
    assert said in told
    assert never not in told


@pytest.mark.parametrize(("lang", "live", "off"), [
    ("fr", "une fois hors tension, ne pas remettre sous tension", "; ne pas remettre sous tension"),
    ("en", "once off, not to be re-energised", "; not to be re-energised")])
def test_what_is_in_service_is_not_to_come_back_once_off(lang: str, live: str, off: str) -> None:
    result, at_s = night("ouche-q100").result, 6 * HOUR_S
    assert live in row_of(result, "P-12", lang, at_s)[0]
    assert off in row_of(result, "P-01", lang, at_s)[0].replace("\u00a0;", ";")
    assert live not in row_of(result, "P-01", lang, at_s)[0]


def test_what_is_seen_in_service_is_told_the_same() -> None:
    told = paragraphs(night(LIVED_NIGHT).result, "A-077", "fr", 6 * HOUR_S)
    assert "une fois hors tension, ne pas remettre" in told
