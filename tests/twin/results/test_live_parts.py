"""What stands in water and may be live where nobody told what feeds it: until a cut of it is known, and no sooner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.reference.cities import plan_of
from tests.reference.water import water_at
from twin.codes import Action
from twin.engine.simulate import run
from twin.explaining.acts_papers import cuts_paper
from twin.explaining.explain import explain
from twin.explaining.first_lines import first_lines
from twin.explaining.situation import page_of
from twin.results.listing import listing
from twin.results.moment import moment_of
from twin.results.result import Result
from twin.results.situation import situation
from twin.results.summary import summarise
from twin.world.assets import Labels
from twin.world.city import City
from twin.world.plan import Declared

H = 3600


def in_water(tiny_city: Callable[..., City], depth_m: float, *cut: tuple[int, Action]) -> Result:
    """A cabinet and three lamps, two of them in one street, in water from the second hour to the tenth, nothing fed."""
    heights = {"touch_m": 0.10, "fail_m": 0.30}
    city = tiny_city({"A": {"kind": "cabinet", **heights}, **{name: {"kind": "lamp", **heights}
                      for name in ("L1", "L2", "L3")}}, [])
    city = replace(city, assets=city.assets.replaced(street=Labels.of(["", "Quai Bas", "Quai Bas", ""])))
    plan = plan_of(24 * H, declared=tuple(Declared(at_s=at_s, action=action, asset=city.assets.row("A"))
                                          for at_s, action in cut))
    depths = [0, 0, depth_m, depth_m, 0]
    water = water_at(city.assets, [0, 2 * H, 2 * H + 1, 10 * H, 10 * H + 1], dict.fromkeys(
        ("A", "L1", "L2", "L3"), depths), 24 * H)
    return run(city, plan, water)


@pytest.mark.parametrize("depth_m", [0.35, 0.5, 1.2, 3.0])
def test_deeper_water_never_empties_the_list_of_what_to_cut(tiny_city: Callable[..., City], depth_m: float) -> None:
    result = in_water(tiny_city, depth_m)
    told = result.indicators["may_be_live"]
    assert (told["count"], told["things"], told["unknown"]) == (3, 4, 4), "the cabinet, one street, and what has none"
    assert {row["cut"]: row["assets"] for row in told["rows"]} == {"A": ["A"], "L1": ["L1", "L2"], "L3": ["L3"]}
    moment = moment_of(result, 6 * H)
    assert moment.is_live_by_unknown.all()
    assert not moment_of(result, 11 * H).is_live_by_unknown.any(), "the water has left"


def test_only_a_cut_of_it_says_that_it_is_dead(tiny_city: Callable[..., City]) -> None:
    result = in_water(tiny_city, 1.2, (4 * H, Action.CUT), (6 * H, Action.RESTORE))
    row = result.city.assets.row("A")
    live = [bool(moment_of(result, hour * H).to_cut[row] != -1) for hour in (3, 5, 7)]
    assert live == [True, False, True]


def test_list_cuts_point_and_explanation_say_the_same(tiny_city: Callable[..., City]) -> None:
    result = in_water(tiny_city, 1.2)
    rows = listing(result, 6 * H, states=["live_in_water"]).rows
    assert [row.asset.id for row in rows] == ["A", "L1", "L2", "L3"]
    said = {"en": ("supply not known", "what feeds 4 things", "its supply is not known", "for 4 of these"),
            "fr": ("alimentation inconnue", "ce qui alimente 4 équipements", "alimentation inconnue",
                   "pour 4 de ces équipements")}
    for lang, words in said.items():
        paper = cuts_paper(result, 6 * H, lang)
        assert len(paper.rows) == 3
        assert all(words[0] in row[-1] for row in paper.rows)
        assert words[1] in str(page_of(situation(result, 6 * H), lang))
        assert any(words[2] in line for line in explain(result, "L2", lang, 6 * H).paragraphs)
        assert any(words[3] in line.text for line in first_lines(summarise(result), result.city.assets.kinds, lang))


def test_a_lamp_that_no_circuit_stands_above_may_be_live_while_its_cabinet_feeds_it(
        tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"A": "cabinet", "L": {"kind": "lamp", "touch_m": 0.05, "fail_m": 0.30}}, [("A", "L")])
    water = water_at(city.assets, [0, 2 * H, 2 * H + 1], {"L": [0, 0, 0.5]}, 24 * H)
    parts = run(city, plan_of(24 * H), water).live_parts
    assert np.array_equal(parts.cut, [city.assets.row("A")]), "its cabinet is what to open"
    assert not parts.is_supply_unknown.any()
