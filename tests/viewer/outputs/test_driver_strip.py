"""Strips of what decides: a dot at its share, a bar as far as it is sure, words beside and no percentage."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.geodata.ensemble.test_driven import HOURS, LEVEL, REFUGE
from tests.reference.cities import city_of
from viewer.outputs.driver_strip import report_strip, told_of

CITY = city_of({"S-08/é": "site"})
REPAIR = replace(LEVEL, name="repair", total=-0.02, total_low=-0.1, total_high=0.02)
WIDE = replace(LEVEL, name="heights", total=0.5, total_low=-0.2, total_high=1.6)
BOTH = replace(HOURS, drivers=(LEVEL, WIDE, REPAIR))


def test_a_map_tells_each_answer_in_both_languages():
    first, second = told_of(CITY, [REFUGE, BOTH])
    assert set(first) == {"fr", "en"}
    assert first["fr"].sentence.endswith("deux tiers de l’incertitude viennent du niveau de la rivière, avec ou sans "
                                         "le reste.")
    assert [(strip.name, strip.part, strip.between) for strip in first["en"].strips] == [
        ("The level of the river", "two thirds", "between half and three quarters"),
        ("The heights of live parts", "half", "from nothing to all: too few nights"),
        ("The durations of repairs", "less than a tenth", "")]
    assert second["en"].sentence.startswith("Whether critical site S-08/é goes out")
    assert not any("%" in strip.part + strip.between for told in first.values() for strip in told.strips)


def test_dots_and_bars_stand_where_they_are_and_stay_on_the_strip():
    strips = told_of(CITY, [BOTH])[0]["en"].strips
    dots = [float(re.search(r'cx="([\d.]+)"', strip.svg)[1]) for strip in strips]
    bars = [[float(x) for x in re.search(r'class="range" d="M([\d.]+) 6H([\d.]+)"', strip.svg).groups()]
            for strip in strips]
    # From 5 to 115: two thirds, one half, nothing.
    assert dots == [77.6, 60.0, 5.0]
    assert bars == [[60.0, 93.0], [5.0, 115.0], [5.0, 7.2]]


def test_a_point_tells_lamp_hours_first():
    sentence, svg = report_strip(CITY, [REFUGE, BOTH], "fr")
    assert sentence.startswith("Heures-lampes sans lumière")
    assert svg.count("<circle") == 3
    assert report_strip(CITY, [], "fr") is None
