"""Sentences of an ensemble, word for word in both languages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.reference.cities import city_of, plan_of
from tests.twin.ensemble.test_answers import night
from twin.engine.simulate import run
from twin.ensemble.answers import Answers
from twin.ensemble.tally import Tally
from twin.explaining.likely import Asked, likely_lines
from twin.explaining.nights import figure_rows, night_lines
from twin.water.exposure import dry
from twin.world.assets import Labels

TOWN = {"P": "substation", "C": "cabinet", "L": "lamp", "S": "site"}
LINKS = [("P", "C"), ("C", "L"), ("P", "S")]
P, C, L, S = range(4)
HOUR = 3600


@pytest.fixture(scope="module")
def base():
    city = city_of(TOWN, LINKS)
    street = Labels.of(["", "", "Quai des Oubliés", ""])
    city = replace(city, assets=city.assets.replaced(street=street))
    return run(city, plan_of(12 * HOUR), dry(city.assets))


@pytest.fixture(scope="module")
def answers(base) -> Answers:
    """Forty nights: the lamp is out in 28, in 20 by its cabinet, in 6 by the substation, in 2 by itself."""
    tally = Tally(base.city)
    for i in range(40):
        root, mechanism = (C, 0) if i < 20 else (P, 5) if i < 26 else (L, 0)
        out = [(L, 6 * HOUR + 60 * i, 9 * HOUR + 60 * i, 600, root, mechanism)] if i < 28 else []
        out += [(S, HOUR, -1, 0, P, 0)] if i == 0 else []
        tally.add(night(i, out, wet=[(L, 100_000 + 10_000 * i)], unknown=[L] if i < 2 else [],
                        drawn={"level.offset_m": 0.3 - 0.01 * i}))
    return tally.answers({40: "ValueError: no"})


def lines(base, answers, row, is_out, lang, at_s=None):
    asked = Asked(asset=base.city.assets[row], is_out=np.asarray(is_out), at_s=at_s)
    return [line.replace("\u00a0", " ").replace("\u202f", " ") for line in likely_lines(base, answers, asked, lang)]


def test_a_lamp_in_french(base, answers):
    assert lines(base, answers, L, np.arange(40) < 28, "fr") == [
        "La lampe L (Quai des Oubliés) est éteinte 7 fois sur 10 : possible (28 des 40 nuits ; entre 54 et 82 sur "
        "100).",
        "Quand cela arrive, c’est dans 7 cas sur 10 à cause de l’armoire d’éclairage C (inondée), dans 2 à cause du "
        "poste électrique P (en panne), dans 1 à cause d’elle-même (inondée).",
        "Si cela arrive, c’est entre 22 h 00 et 22 h 30, 8 fois sur 10. Précision de ces heures, 19 fois sur 20 : la "
        "première à 22 h 15 au plus tard, la seconde à 22 h 15 au plus tôt.",
        "Retour : une fois sur deux avant lundi 1 h 15, 9 fois sur 10 avant lundi 1 h 30. Précision de ces heures, 19 "
        "fois sur 20 : la première entre lundi 1 h 00 et lundi 1 h 30, la seconde à lundi 1 h 15 au plus tôt.",
        "Hauteur d’eau sur place : entre 0,13 m et 0,45 m, 8 fois sur 10 ; 0,29 m pour la nuit du milieu. Précision de "
        "ces hauteurs, 19 fois sur 20 : la première entre 0,10 m et 0,18 m, la deuxième entre 0,41 m et 0,49 m, celle "
        "du milieu entre 0,23 m et 0,36 m.",
        "Ce qui décide : c’est le cas quand la rivière dépasse de 0,03 m ou plus le niveau prévu. Cela seul donne la "
        "bonne réponse dans 40 nuits sur 40.",
        "Pour en être plus sûr : relever la hauteur des parties sous tension, prise par défaut aujourd’hui. À relever "
        ": l’armoire d’éclairage C et la lampe L.",
        "Ces nuits donnent la part à 14 sur 100 près ; à 1 près, il en faut 8 068.",
        "Dans 2 nuits, la hauteur d’eau sur place est inconnue un moment ; elle compte comme nulle.",
        "1 nuit n’a pas pu être calculée et ne compte pas : nuit 40, ValueError: no"]


def test_a_lamp_in_english(base, answers):
    assert lines(base, answers, L, np.arange(40) < 28, "en") == [
        "Lamp L (Quai des Oubliés) is dark 7 times out of 10: possible (28 of 40 nights; between 54 and 82 out of "
        "100).",
        "When this happens, it is in 7 cases out of 10 because of lighting cabinet C (flooded), in 2 because of "
        "substation P (failed), in 1 because of itself (flooded).",
        "If it happens, it is between 22:00 and 22:30 8 times out of 10. How well these hours are known, 19 times out "
        "of 20: the first at 22:15 at the latest, the second at 22:15 at the earliest.",
        "Back: half of the times before Monday 01:15, 9 times out of 10 before Monday 01:30. How well these hours are "
        "known, 19 times out of 20: the first between Monday 01:00 and Monday 01:30, the second at Monday 01:15 at the "
        "earliest.",
        "Water there: between 0.13 m and 0.45 m 8 times out of 10, 0.29 m in the middle. How well these depths are "
        "known, 19 times out of 20: the first between 0.10 m and 0.18 m, the second between 0.41 m and 0.49 m, the "
        "middle one between 0.23 m and 0.36 m.",
        "What decides: it is out where the river stands 0.03 m or more above the level of the plan. That alone is "
        "right in 40 nights of 40.",
        "To be surer: measure the height of the live parts of lighting cabinet C and lamp L, taken by default today.",
        "These nights tell the share to within 14 out of 100; within 1 takes 8,068 nights.",
        "In 2 nights the water there is of unknown depth for a time, and counts as dry.",
        "1 night could not be computed and is not counted: night 40, ValueError: no"]


def test_what_never_happens(base, answers):
    assert lines(base, answers, P, np.zeros(40, bool), "fr")[0] == (
        "Le poste électrique P n’est hors service dans aucune des 40 nuits calculées.")
    assert lines(base, answers, P, np.zeros(40, bool), "en")[0] == (
        "Substation P is out of service in none of the 40 nights computed.")


def test_a_moment(base, answers):
    assert lines(base, answers, L, np.arange(40) < 1, "fr", 6 * HOUR)[0] == (
        "À 22 h 00, la lampe L (Quai des Oubliés) est éteinte moins d’une fois sur 10 : peu probable (1 des 40 nuits ; "
        "entre 0 et 13 sur 100).")


def test_before_a_moment(base, answers):
    def told(before, lang):
        asked = Asked(asset=base.city.assets[L], is_out=np.arange(40) < 28, at_s=7 * HOUR, is_before=before)
        return [line.replace("\u00a0", " ") for line in likely_lines(base, answers, asked, lang)][2]

    assert told(np.arange(40) < 16, "en") == (
        "Out at some time before then: 4 times out of 10 (16 of 40 nights; between 26 and 56 out of 100).")
    assert told(np.arange(40) < 16, "fr") == (
        "Coupure à un moment ou un autre avant cette heure : 4 fois sur 10 (16 des 40 nuits ; entre 26 et 56 sur 100).")
    assert told(np.zeros(40, bool), "fr") == "Avant cette heure, dans aucune des nuits."


def test_the_whole_in_both_languages(base, answers):
    french, english = (night_lines(base.city, answers, lang) for lang in ("fr", "en"))
    plain = [line.replace("\u00a0", " ").replace("\u202f", " ") for line in (*french, *english)]
    assert plain == [
        "8 nuits sur 10 se placent entre la première et la dernière colonne ; celle du milieu est entre les deux.",
        "Sous chaque chiffre, les valeurs entre lesquelles il se trouve 19 fois sur 20 (« ? » : trop peu de nuits pour "
        "le dire).",
        "1 nuit n’a pas pu être calculée et ne compte pas : nuit 40, ValueError: no",
        "Lampes qui s’éteignent : 1 peut-être ; 0 dans aucune des nuits.",
        "L’établissement S : sans courant moins d’une fois sur 10 (1 des 40 nuits ; entre 0 et 13 sur 100).",
        "Les parts sont connues à 16 sur 100 près ou mieux ; à 1 près, il faut 9 604 nuits.",
        "8 nights of 10 lie between the first and the last column; the middle one stands between them.",
        "Below each figure, between which values it lies 19 times out of 20 (?: so few nights do not tell).",
        "1 night could not be computed and is not counted: night 40, ValueError: no",
        "Lamps that go out: 1 possibly; 0 in none of the nights.",
        "Critical site S: without power less than once out of 10 (1 of 40 nights; between 0 and 13 out of 100).",
        "Shares are known to within 16 out of 100 or better; within 1 takes 9,604 nights."]
    assert [row.name for row in figure_rows(answers, "fr")][:2] == ["heures-lampes sans lumière",
                                                                    "lampes qui s’éteignent"]
