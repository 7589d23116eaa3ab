"""What is drawn as what follows from roles: a city's own kinds are drawn and told without a word of code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from twin.world.kinds import Role, built_in_kinds
from viewer.scene.compose import pack_scene
from viewer.scene.families import FAMILIES, family_of, told

WORDS = {lang: {"one": "école", "many": "écoles", "the": "l’école", "of_the": "de l’école"} for lang in ("fr", "en")}
SCHOOL = {"roles": ["premises", "named"], "symbol": "footprint", "footprint": "outline", "words": WORDS}


@pytest.mark.parametrize(("kind", "family"), [
    ("lamp", "lamp"), ("cabinet", "cabinet"), ("substation", "substation"), ("site", "site"), ("zone", "zone"),
    ("circuit", ""), ("building", ""), ("service_box", "other"), ("traffic_signal", "other"), ("gauge", "other"),
    ("controller", "other"), ("lift_station", "other"), ("pump", "other")])
def test_the_built_in_kinds_have_their_families(kind: str, family: str) -> None:
    assert family_of(built_in_kinds()[kind]) == family
    assert family in FAMILIES


def test_what_is_told_of_a_kind_follows_its_roles() -> None:
    kinds = built_in_kinds()
    assert told(kinds["substation"])["isGrid"]
    assert not told(kinds["cabinet"])["isGrid"]
    assert told(kinds["circuit"])["isCircuit"]
    assert {kind.name for kind in kinds if told(kind)["hasRooms"]} == {"building", "site"}
    assert {kind.name for kind in kinds if told(kind)["isNamed"]} == {
        kind.name for kind in kinds if kind.roles & {Role.NAMED, Role.CIRCUIT}}


def test_a_city_s_own_school_is_a_house_of_the_map(made_run: Any) -> None:
    city = made_run.result.city
    own = city.assets.kinds.with_kinds({"school": SCHOOL})
    before = np.flatnonzero(city.assets.buildings())
    kind = np.array(city.assets.kind)
    kind[before[:3]] = own.index("school")
    assets = replace(city.assets.replaced(kind=kind), kinds=own)
    np.testing.assert_array_equal(np.flatnonzero(assets.buildings()), before)
    result = replace(made_run.result, city=replace(city, assets=assets))
    run = type(made_run)(**{**vars(made_run), "result": result})
    texts = pack_scene(run).packer._texts
    assert texts["count"]["building"] == len(before)
    assert texts["kinds"][own.index("school")]["family"] == ""
    assert texts["kinds"][own.index("school")]["hasRooms"]
