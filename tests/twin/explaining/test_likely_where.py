"""What decides, in words: each quantity that a night has of its own can be told, in both languages."""

from __future__ import annotations

import pytest

from twin.ensemble.deciding import Split
from twin.ensemble.uncertain import FLOW, LEVEL
from twin.explaining.drivers import _NAMES
from twin.explaining.likely import _sort_of, _where
from twin.explaining.words import speech


def where(name, at, lang, *, is_above=True):
    return _where(speech(lang), Split(name=name, at=at, is_above=is_above, right=9)).replace("\u00a0", " ").replace(
        "\u202f", " ")


@pytest.mark.parametrize(("name", "at", "is_above", "en", "fr"), [
    ("flow.discharge", 1.2, True, "where the discharge is 1.20 times that of the plan or more",
     "quand le débit est d’au moins 1,20 fois celui prévu"),
    ("level.forecast", 0.25, True, "where the river stands 0.25 m or more above the level of the plan",
     "quand la rivière dépasse de 0,25 m ou plus le niveau prévu"),
    ("crest.quai", -0.1, False, "where the crest of quai stands 0.10 m or more below that of the plan",
     "quand la crête de « quai » est de 0,10 m ou plus sous la cote prévue"),
    ("crest.quai", -0.1, True, "where the crest of quai stands no more than 0.10 m below that of the plan",
     "quand la crête de « quai » est à moins de 0,10 m sous la cote prévue, ou au-dessus"),
    ("pumps.P1", 0.5, True, "where P1 fails", "quand « P1 » tombe en panne"),
    ("pumps.the hollows", 0.5, True, "where the hollows are not drained", "quand les creux ne se vident pas"),
    ("pumps.the hollows", 0.5, False, "where the hollows are drained", "quand les creux se vident"),
    ("level.members.amont", 0.3, True, "where the river stands 0.30 m or more above the level of the plan at amont",
     "quand la rivière dépasse de 0,30 m ou plus le niveau prévu à l’échelle « amont »"),
    ("level.forecast.amont", -0.3, True, "where the river stands no more than 0.30 m below the level of the plan at "
     "amont", "quand la rivière reste à moins de 0,30 m sous le niveau prévu à l’échelle « amont », ou au-dessus"),
    ("flow.members.Ouche", 160, True, "where the discharge of Ouche peaks at 160 m³/s or more",
     "quand le débit de « Ouche » atteint au plus fort 160 m³/s ou plus"),
    ("flow.members.Ouche", 160, False, "where the discharge of Ouche peaks at 160 m³/s or less",
     "quand le débit de « Ouche » n’atteint au plus fort que 160 m³/s ou moins"),
    ("travel", 1.5, True, "where crews drive 1.50 times as long as planned, or more",
     "quand les trajets des équipes durent au moins 1,50 fois le temps prévu")])
def test_a_bound_is_told(name, at, is_above, en, fr):
    assert where(name, at, "en", is_above=is_above) == en
    assert where(name, at, "fr", is_above=is_above) == fr


def test_every_quantity_has_a_name_among_the_drivers():
    names = {*(f"level.{name}" for name in LEVEL), *(f"flow.{name}" for name in FLOW), "ground", "heights",
             "protection", "repair", "links", "breakdowns", "crest", "pumps", "travel", "crews", "flow.members"}
    assert set(_NAMES) == names
    assert _sort_of("level.scale") == "level.scale"
    fr = speech("fr")
    assert not [name for name in _NAMES.values() if fr.text(name) == name]
