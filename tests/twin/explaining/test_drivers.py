"""What drives an answer, word for word in both languages."""

from __future__ import annotations

import pytest

from tests.reference.cities import city_of
from twin.ensemble.driver import Driver
from twin.explaining.drivers import driver_lines, driver_rows, shared_rows

CITY = city_of({"A-044": "cabinet"})


def driver(name, total, low, high, effect=1.0):
    return Driver(name=name, total=total, total_low=low, total_high=high, first=total / 2, first_low=low / 2,
                  first_high=high / 2, effect=effect)


LEVEL, HEIGHTS, REPAIR = (driver("level.offset_m", 0.66, 0.5, 0.8), driver("heights", 0.3, 0.2, 0.55),
                          driver("repair", 0.01, 0.0, 0.02))


def test_the_plain_sentence_in_both_languages():
    french, english = ([line.replace("\u00a0", " ") for line in driver_lines(
        CITY, [LEVEL, HEIGHTS, REPAIR], "lamp_hours_dark", 64, lang)] for lang in ("fr", "en"))
    assert french == [
        "Heures-lampes sans lumière : deux tiers de l’incertitude viennent du niveau de la rivière, avec ou sans le "
        "reste.",
        "Puis la hauteur des parties sous tension pour un tiers. Ce qui agit ensemble est compté dans chaque part : "
        "leur somme dépasse le tout.",
        "Presque rien ne tient à : la durée des réparations.",
        "Avec 64 nuits par jeu, on ne sait pas ce qui vient en premier : le niveau de la rivière et la hauteur des "
        "parties sous tension."]
    assert english == [
        "Lamp-hours of darkness: two thirds of the uncertainty comes from the level of the river, alone or with "
        "others.",
        "Then a third from the heights of live parts. What acts together is counted in each: the parts come to more "
        "than the whole.",
        "Hardly anything from the durations of repairs.",
        "With 64 nights of each set it is not sure which comes first: the level of the river and the heights of live "
        "parts."]


def test_an_asset_in_both_languages():
    french, english = (driver_lines(CITY, [LEVEL], "A-044", 64, lang)[0].replace("\u00a0", " ")
                       for lang in ("fr", "en"))
    assert french.startswith("Coupure ou non, pour l’armoire d’éclairage A-044 : deux tiers de l’incertitude viennent")
    assert english.startswith("Whether lighting cabinet A-044 goes out: two thirds of the uncertainty")


@pytest.mark.parametrize(("share", "said"), [(1.02, "nearly all"), (0.9, "nine tenths"), (0.75, "three quarters"),
                                             (0.5, "half"), (0.33, "a third"), (0.25, "a quarter"), (0.1, "a tenth"),
                                             (0.02, "less than a tenth")])
def test_shares_are_said_as_people_say_them(share, said):
    line = driver_lines(CITY, [driver("heights", share, share, share)], "lamp_hours_dark", 8, "en")[0]
    assert f": {said} of the uncertainty" in line


def test_first_order_never_stands_without_total_order():
    row = driver_rows([LEVEL], "lamp_hours_dark", "en")[0]
    assert (row.total, row.first) == ("0.66 (0.50 to 0.80)", "0.33 (0.25 to 0.40)")


@pytest.mark.parametrize(("name", "share", "said"), [
    ("heights", 0.5, "la moitié de l’incertitude vient de la hauteur des parties sous tension"),
    ("ground", 0.75, "trois quarts de l’incertitude viennent de l’erreur du terrain"),
    ("breakdowns", 0.33, "un tiers de l’incertitude vient des pannes"),
    ("links", 0.9, "neuf dixièmes de l’incertitude viennent des raccordements déduits"),
    ("level.offset_m", 1.0, "presque la totalité de l’incertitude vient du niveau de la rivière")])
def test_the_french_sentence_agrees(name, share, said):
    line = driver_lines(CITY, [driver(name, share, share, share)], "lamp_hours_dark", 8, "fr")[0]
    assert said in line.replace("\u00a0", " ")


def test_a_map_tells_shares_and_how_sure_they_are_in_words():
    first, *_, last = shared_rows([LEVEL, HEIGHTS, REPAIR], "en")
    assert (first.name, first.part, first.between) == (
        "The level of the river", "two thirds", "between half and three quarters")
    assert (last.part, last.between) == ("less than a tenth", "")
    small = shared_rows([driver("heights", 0.08, 0.02, 0.2)], "fr")[0]
    assert (small.part, small.between) == ("un dixième", "un quart au plus")


@pytest.mark.parametrize(("lang", "low", "high", "said"), [
    ("en", 0.0, 1.27, "That share is rough with 8 nights of each set (from nothing to all: too few nights)."),
    ("en", 0.19, 2.32, "That share is rough with 8 nights of each set (between a quarter and nearly all)."),
    ("fr", 0.19, 2.32, "Part mal connue avec 8 nuits par jeu (entre un quart et presque la totalité)."),
    ("fr", 0.4, 0.8, "")])
def test_a_share_that_few_nights_hardly_tell_is_told_with_its_interval(lang, low, high, said):
    line = driver_lines(CITY, [driver("level.offset_m", 0.53, low, high)], "lamp_hours_dark", 8, lang)[0]
    assert line.replace("\u00a0", " ").partition(". ")[2] == said


def test_a_minus_is_a_minus_and_nothing_has_none():
    row = driver_rows([driver("repair", -0.001, -0.24, 0.31)], "lamp_hours_dark", "fr")[0]
    assert row.total.replace("\u00a0", " ") == "0,00 (−0,24 à 0,31)"
