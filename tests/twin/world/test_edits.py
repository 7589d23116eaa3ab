"""Edits of a plan and its city: what they change, what they share, and what they refuse."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from geodata.demo_town import valmont
from tests.nights import night
from twin.codes import Action
from twin.errors import InputError
from twin.world.access import AccessRules
from twin.world.city import City
from twin.world.crews import Crew, CrewPlan, StageRule
from twin.world.edits import (
    SORTS,
    AddSupplier,
    CloseStreet,
    Declare,
    Edit,
    ExtraCrew,
    ExtraStock,
    Isolate,
    MovePeople,
    PrePosition,
    Protect,
    Raise,
    RemoveSupplier,
    Repair,
    Reserve,
    Threshold,
    apply_all,
    digest,
    of_dict,
    to_dict,
)
from twin.world.plan import Plan

EDITS: list[Edit] = [
    Threshold("A-012", fail_m=0.9), Threshold("lamp", touch_m=0.1, fail_m=0.2), Raise("A-012", 0.5),
    Repair("lamp", 600, 300), AddSupplier("P-02", "A-012", 60), Declare(Action.CUT, "A-012", 3600, by="chef"),
    Declare(Action.FACT_OUT, "A-013", 60), Protect("A-012", 0.9), Reserve("S-03", 3600), Isolate("L-4600"),
    MovePeople("S-03", "S-09"), PrePosition("E1", "S-12"), ExtraStock("contacteur", 3, 7200),
    ExtraCrew("E9", "S-14", 2, ("BR",), ((0, 36_000), (75_600, 111_600)), stands_at="S-12"),
    CloseStreet("Rue du Grand-Pont", 3600, 7200, by="police")]


def town() -> tuple[Plan, City]:
    result = night().result
    crews = CrewPlan(crews=(Crew(id="E1", base="S-14"),),
                     stages=(("cabinet", "replace", StageRule(part="contacteur")),), stock=(("contacteur", 2),))
    return replace(result.plan, crews=crews, access=AccessRules()), result.city


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: type(edit).__name__)
def test_what_an_edit_does_not_touch_is_shared(edit: Edit) -> None:
    plan, city = town()
    after = edit.apply(plan, city)
    changed = {f.name for f in fields(city.assets)
               if getattr(after.city.assets, f.name) is not getattr(city.assets, f.name)} - {"_row_of"}
    allowed: dict[type, set[str]] = {
        Threshold: {"touch_m", "fail_m", "touch_source", "fail_source"}, Raise: {"touch_m", "fail_m"},
        Repair: {"kinds"}, Protect: {"fail_m"}, Reserve: {"buffer_s"}, MovePeople: {"people"}}
    assert changed <= allowed.get(type(edit), set())
    assert (after.city.supplies is city.supplies) == (not isinstance(edit, AddSupplier | Isolate))


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: type(edit).__name__)
def test_an_edit_is_said_in_the_plan_and_comes_back_from_json(edit: Edit) -> None:
    plan, city = town()
    assert edit.apply(plan, city).plan.digest != plan.digest
    assert of_dict(to_dict(edit)) == edit


def test_every_sort_has_its_word() -> None:
    assert {type(edit) for edit in EDITS} | {RemoveSupplier} == set(SORTS.values())


def test_undo_is_to_leave_an_edit_out() -> None:
    plan, city = town()
    one, two = Raise("A-012", 0.5), Declare(Action.CUT, "A-012", 3600)
    assert apply_all(plan, city, [one, two]).plan.digest != apply_all(plan, city, [one]).plan.digest
    assert apply_all(plan, city, []).plan is plan
    assert digest([one, two]) != digest([two, one])


def test_heights_that_were_surveyed_and_count_no_longer_are_told() -> None:
    plan, city = town()
    surveyed = city.assets.replaced(fail_source=[1] * len(city.assets))
    told = Threshold("A-012", fail_m=0.9).apply(plan, replace(city, assets=surveyed)).warnings
    assert [w["warning"] for w in told] in ([], ["threshold_over_survey"])


@pytest.mark.parametrize(("edit", "said"), [
    (Raise("A-0122", 0.5), "A-0122"), (Raise("A-012", float("nan")), "a height in metres"),
    (Threshold("A-012", touch_m=0.9, fail_m=0.1), "fail_m at or above touch_m"),
    (Threshold("lam", fail_m=1.0), "a kind"),
    (Repair("lamps", 1, 1), "Did you mean 'lamp'"), (Repair("lamp", -1, 1), "0 or more seconds"),
    (AddSupplier("A-012", "A-012"), "does not supply itself"), (AddSupplier("P-99", "A-012"), "P-99"),
    (RemoveSupplier("A-013", "A-012"), "a link of the city"), (Declare(Action.CUT, "A-012", -5), "a moment of the run"),
    (Raise("6-A", 0.5), "fail_m")])
def test_what_does_not_fit_is_refused(edit: Any, said: str) -> None:
    plan, city = town()
    if isinstance(edit, Raise) and edit.asset == "6-A":
        edit = Raise(str(valmont().city.assets.id[valmont().city.assets.of_kind("circuit")][0]), 0.5)
    with pytest.raises(InputError, match=said):
        edit.apply(plan, city)


@pytest.mark.parametrize(("values", "said"), [
    ({"edit": "lift"}, "one of threshold"), ({"edit": "raise", "asset": "A-012"}, "by_m"),
    ({"edit": "raise", "asset": "A-012", "by_m": 1, "colour": 2}, "colour"),
    ({"edit": "declare", "action": "burn", "asset": "A-012", "at_s": 1}, "declare")])
def test_an_edit_that_is_none_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        of_dict(values)
