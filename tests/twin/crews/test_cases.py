"""The worked cases of crews, to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.reference.cities import city_of, plan_of
from tests.reference.streets import Street, access_of, depths_of
from tests.reference.water import water_at
from twin.access.access import Access
from twin.codes import Action, What
from twin.engine.part import Intervals
from twin.engine.simulate import run
from twin.engine.variants import Base
from twin.engine.workforce import CrewForce
from twin.errors import InputError
from twin.explaining.compared import compared_lines
from twin.results.compare import compare
from twin.results.result import Result
from twin.world.access import AccessRules
from twin.world.assets import Labels, Protection
from twin.world.city import City
from twin.world.crews import Crew, CrewPlan, Lasts, StageRule
from twin.world.edits import Raise
from twin.world.kinds import STAGES, Figure, Kinds, built_in_kinds
from twin.world.plan import Declared

H = 3600
STREETS: dict[str, Street] = {"D-X": ("D", "X", 500, 30), "X-A1": ("X", "A1", 1000, 30),
                              "X-A2": ("X", "A2", 1500, 30), "X-A3": ("X", "A3", 300, 30),
                              "D-A3": ("D", "A3", 4000, 30)}
LAMPS = {"A1": 40, "A2": 90, "A3": 60}
#: No stage asks for anything but time.
PLAIN = tuple((kind, stage, StageRule()) for kind in ("cabinet", "lamp") for stage in STAGES)


def kinds_of(stages: Mapping[str, int]) -> Kinds:
    """Give the built-in kinds; cabinets have these stages."""
    figures = tuple(Figure(value=float(stages.get(stage, 0)), unit="s", source="a test", assumption=True)
                    for stage in STAGES)
    return Kinds(tuple(replace(kind, repair_s=figures, repair_dead_s=figures) if kind.name == "cabinet" else kind
                       for kind in built_in_kinds()))


def town(stages: Mapping[str, int], names: Sequence[str], lamps: Mapping[str, int] | None = None) -> City:
    """Give a city: a substation, a depot D, and cabinets with their lamps."""
    assets: dict[str, Any] = {"S": "substation", "D": "site"}
    links = []
    for name in names:
        assets[name] = "cabinet"
        links.append(("S", name))
    for name, count in (lamps or {}).items():
        for i in range(count):
            assets[f"{name}-L{i}"] = "lamp"
            links.append((name, f"{name}-L{i}"))
    return city_of(assets, links, kinds=kinds_of(stages))


#: Everything begins so many seconds after the start of the plan: water must have been there before it leaves.
BEGIN_S = 100


def night(city: City, ready: Mapping[str, int | Sequence[tuple[int, int]]], crews: CrewPlan,
          access: Access | None = None, duration_s: int = 60_000, **given: Any) -> Result:
    """Give a run in which cabinets are in water from the start until they are ready.

    ``ready`` may hold spans in which it stands in water instead.
    """
    spans = {name: [(-BEGIN_S, at)] if isinstance(at, int) else list(at) for name, at in ready.items()}
    times = {0, duration_s}
    for own in spans.values():
        for first, last in own:
            times |= {t + BEGIN_S for t in (first - 1, first, last - 1, last) if t + BEGIN_S >= 0}
    moments = sorted(times)
    depths = {name: [float(any(first <= t - BEGIN_S < last for first, last in own)) for t in moments]
              for name, own in spans.items()}
    plan = plan_of(duration_s, crews=crews, **given)
    return run(city, plan, water_at(city.assets, moments, depths, duration_s), access=access)


def streets(city: City, ways: Mapping[str, Street] = STREETS, ) -> Access:
    """Give the streets of the worked case, every asset at the junction of its name."""
    nodes = {end for way in ways.values() for end in way[:2]}
    opens = BEGIN_S + 12_000
    depths = depths_of(ways, [0, opens - 1, opens, 90_000], {"X-A3": [0.45, 0.45, 0.29, 0.29]}, 90_000)
    return access_of(ways, {str(name): str(name) if name in nodes else "" for name in city.assets.id}, depths,
                     AccessRules(day_m=0.3, night_m=0.3), 90_000)


def back(result: Result) -> dict[str, int]:
    """Give when each cabinet is repaired."""
    return {result.city.assets.id[e]: int(t) - BEGIN_S for e, t, what in zip(
        result.trace.asset, result.trace.time_s, result.trace.what, strict=True) if what == What.REPAIRED}


def lamp_hours(found: Mapping[str, int]) -> float:
    """Give lamps times hours until each cabinet is back."""
    return round(sum(LAMPS[name] * at for name, at in found.items()) / H, 2)


def crews(count: int, **given: Any) -> CrewPlan:
    """Give so many crews at the depot."""
    return CrewPlan(crews=tuple(Crew(id=str(i + 1), base="D") for i in range(count)), **{"stages": PLAIN, **given})


def case(count: int, ready: Mapping[str, int] = {"A1": 0, "A2": 1800, "A3": 3600},
         ways: Mapping[str, Street] = STREETS, **given: Any) -> Result:
    city = town({"replace": 10_500}, ["A1", "A2", "A3"], LAMPS)
    return night(city, ready, crews(count, **given), streets(city, ways))


def noted(result: Result, name: str, what: What) -> list[tuple[int, Mapping[str, Any]]]:
    """Give what crews wrote down of an asset: second and detail."""
    return [(e.time_s - BEGIN_S, e.detail) for e in result.trace.of_asset(result.city.assets.row(name))
            if e.what is what]


# C1


def test_two_crews_three_cabinets_and_a_closed_road() -> None:
    result = case(2)
    assert back(result) == {"A1": 10_680, "A2": 12_540, "A3": 21_840}
    assert lamp_hours(back(result)) == 796.17
    trips = {name: [(t, d["crew"], d["trip_s"], d["by"]) for t, d in noted(result, name, What.STAGE_STARTED)
                    if d["stage"] == "reach"] for name in LAMPS}
    assert trips == {"A1": [(0, "1", 180, ["D-X", "X-A1"])], "A2": [(1800, "2", 240, ["D-X", "X-A2"])],
                     "A3": [(10_680, "1", 660, ["X-A1", "D-X", "D-A3"])]}


def test_a_wait_names_the_crews_and_the_way_round() -> None:
    result = case(2)
    (at_s, why), = noted(result, "A3", What.DELAYED)
    assert at_s == 3600
    assert why["for"] == "crew"
    assert [(c["crew"], c["asset"], c["until_s"] - BEGIN_S) for c in why["crews"]] == [
        ("1", "A1", 10_680), ("2", "A2", 12_540)]
    reach = next(d for _, d in noted(result, "A3", What.STAGE_STARTED) if d["stage"] == "reach")
    assert reach["round"] == [{"street": "X-A3", "depth_m": 0.45}]


def test_a_third_crew() -> None:
    result = case(3)
    assert back(result)["A3"] == 14_580
    assert lamp_hours(back(result)) == 675.17


def test_without_a_way_round_the_job_waits_for_access() -> None:
    result = case(2, ways={name: way for name, way in STREETS.items() if name != "D-A3"})
    assert back(result)["A3"] == 23_091
    assert lamp_hours(back(result)) == 817.02
    last_s, why = noted(result, "A3", What.DELAYED)[-1]
    assert (last_s, why["for"], why["opens_s"] - BEGIN_S) == (10_680, "access", 12_000)


# C2


@pytest.mark.parametrize(("count", "policy", "found", "hours"), [
    (1, "nearest", (10_680, 21_480, 32_631), 1199.52), (1, "most_lamps", (33_051, 10_740, 21_960), 1001.73),
    (1, "critical_first", (22_140, 32_940, 10_980), 1252.50), (2, "nearest", (10_680, 10_740, 21_840), 751.17),
    (2, "most_lamps", (21_540, 10_740, 10_980), 690.83), (2, "critical_first", (10_680, 21_480, 10_980), 838.67)])
def test_policies(count: int, policy: str, found: tuple[int, int, int], hours: float) -> None:
    priority = (("A1", 1), ("A2", 1), ("A3", 0))
    result = case(count, {"A1": 0, "A2": 0, "A3": 0}, policy=policy, priority=priority)
    assert back(result) == dict(zip(("A1", "A2", "A3"), found, strict=True))
    assert lamp_hours(back(result)) == hours


def test_a_given_list() -> None:
    result = case(1, {"A1": 0, "A2": 0, "A3": 0}, policy="list", order=("A3", "A1"))
    assert back(result) == {"A3": 10_980, "A1": 22_140, "A2": 32_940}


# C3


def hurt(count: int, **given: Any) -> dict[str, int]:
    return back(hurt_night(count, **given))


def hurt_night(count: int, **given: Any) -> Result:
    seconds = {"A1": 2340, "A2": 2340, "B1": 36_000, "B2": 36_000, "C": 3600}
    city = town({"replace": 1}, list(seconds))
    kinds = [*city.assets.kinds, *(replace(city.assets.kinds["cabinet"], name=f"cabinet_{s}")
                                   for s in sorted(set(seconds.values())))]
    table = Kinds(tuple(kinds))
    kind = np.array(city.assets.kind)
    for name, s in seconds.items():
        kind[city.assets.row(name)] = table.index(f"cabinet_{s}")
    city = replace(city, assets=replace(city.assets, kinds=table).replaced(kind=kind))
    stages = tuple((f"cabinet_{s}", "replace", StageRule(lasts=Lasts(form="fixed", values=(float(s),))))
                   for s in seconds.values())
    return night(city, {name: 4320 if name == "C" else 0 for name in seconds}, crews(
        count, policy="critical_first", travel="none", stages=stages,
        priority=(("A1", 1), ("A2", 1), ("B1", 2), ("B2", 2), ("C", 0)), **given),
        duration_s=100_000)


def test_one_more_crew_hurts_one() -> None:
    assert hurt(1)["C"] == 8280
    two = hurt(2)
    assert two["C"] == 41_940
    assert sum(hurt(1).values()) - sum(two.values()) == 139_860 - 123_300
    assert hurt(3)["C"] == 7920


def test_it_is_told_who_comes_later_because_who_was_where() -> None:
    one, two = hurt_night(1), hurt_night(2)
    found = compare(one, two)
    ids = two.city.assets.id
    assert [(ids[late.second], late.by_s, late.reason, late.since_s - BEGIN_S) for late in found.later] == [
        ("C", 33_660, "crew", 4320)]
    assert [(busy.crew, ids[busy.asset], busy.since_s - BEGIN_S) for busy in found.later[0].busy] == [
        ("1", "B1", 2340), ("2", "B2", 2340)]
    # Work that the horizon does not cut: the same hours of crews.
    assert found.figures["crew_hours"][0] == found.figures["crew_hours"][1]
    assert any(line.text == "  l’armoire d’éclairage C, 9\u00a0h\u00a021 plus tard\u00a0: a attendu une équipe à "
               "partir de 17\u00a0h\u00a013\u00a0; 1 était à B1 (depuis 16\u00a0h\u00a040) et 2 était à B2 (depuis "
               "16\u00a0h\u00a040)" for line in compared_lines(found, "fr")), compared_lines(found, "fr")
    assert not compare(two, one).later or all(ids[late.second] != "C" for late in compare(two, one).later)
    assert compare(one, one).later == ()


def test_a_reserve_for_what_is_critical() -> None:
    assert hurt(2, reserve=1)["C"] == 7920


# C4


@pytest.mark.parametrize(("held", "found"), [(True, [14_400] * 2 + [28_800] * 2 + [43_200] * 2),
                                             (False, [14_400] * 2 + [19_800] * 2 + [25_200] * 2)])
def test_drying_needs_nobody(held: bool, found: list[int]) -> None:
    names = [f"A{i}" for i in range(6)]
    city = town({"inspect": 1800, "clean_dry": 7200, "replace": 5400}, names)
    stages = (*PLAIN, ("cabinet", "clean_dry", StageRule(crew=held)))
    result = night(city, dict.fromkeys(names, 0), crews(2, travel="none", stages=stages))
    assert sorted(back(result).values()) == found


# C5


def test_no_job_is_begun_that_cannot_be_done_within_the_shift() -> None:
    # Called at 22:00, ten hours of work, eleven of rest: on duty until 08:00, then from 19:00.
    city = town({"replace": 3 * H}, ["A1", "A2", "A3", "A4"])
    shift = ((BEGIN_S, BEGIN_S + 10 * H), (BEGIN_S + 21 * H, BEGIN_S + 31 * H))
    plan = crews(1, travel="none")
    plan = replace(plan, crews=(replace(plan.crews[0], shifts=shift),))
    result = night(city, dict.fromkeys(["A1", "A2", "A3", "A4"], 0), plan, duration_s=40 * H)
    assert back(result) == {"A1": 3 * H, "A2": 6 * H, "A3": 9 * H, "A4": 24 * H}
    last_s, why = noted(result, "A4", What.DELAYED)[-2]
    assert (last_s, why["for"], why["shift_s"] - BEGIN_S) == (9 * H, "hours", 21 * H)


def test_a_shift_in_which_nothing_was_ready_is_the_first_all_the_same() -> None:
    # Sent ahead to A1, where its first shift passes without a job; the second begins at its base again.
    city = town({"replace": 1 * H}, ["A1", "A2"])
    plan = crews(1, travel="none")
    shift = ((BEGIN_S, BEGIN_S + 1 * H), (BEGIN_S + 12 * H, BEGIN_S + 22 * H))
    first = replace(plan.crews[0], shifts=shift, stands_at="A1")
    force = CrewForce(replace(plan, crews=(first,)), city, None, nights=np.empty((0, 2), np.int64))
    [hand] = force.hands
    assert force._on_duty(hand, BEGIN_S + 13 * H)
    assert hand.at == first.base
    [sent] = CrewForce(replace(plan, crews=(first,)), city, None, nights=np.empty((0, 2), np.int64)).hands
    assert force._on_duty(sent, BEGIN_S + 1)
    assert sent.at == "A1"


# C6


def test_water_that_returns_frees_the_crew_and_the_parts_used_are_lost() -> None:
    city = town({"inspect": 1000, "replace": 4000}, ["A1", "A2"])
    stages = (*PLAIN, ("cabinet", "replace", StageRule(part="contacteur")))
    result = night(city, {"A1": [(-BEGIN_S, 0), (2500, 3000)], "A2": 500},
                   crews(1, travel="none", stages=stages, stock=(("contacteur", 2),),
                         deliveries=(("contacteur", BEGIN_S + 20_000, 1),)))
    undone, = noted(result, "A1", What.REPAIR_UNDONE)
    assert undone[0] == 2500
    assert back(result) == {"A2": 7500, "A1": 25_000}
    assert noted(result, "A1", What.DELAYED)[-1] == (
        3000, {"for": "part", "part": "contacteur", "delivery_s": BEGIN_S + 20_000})


def test_a_part_that_was_not_yet_built_in_goes_back() -> None:
    city = town({"inspect": 1000, "replace": 4000}, ["A1"])
    stages = (*PLAIN, ("cabinet", "replace", StageRule(part="contacteur")))
    result = night(city, {"A1": [(-BEGIN_S, 0), (500, 600)]},
                   crews(1, travel="none", stages=stages, stock=(("contacteur", 1),)))
    assert back(result) == {"A1": 5600}


# C7


def test_the_third_waits_for_a_part() -> None:
    city = town({"replace": 1000}, ["A1", "A2", "A3"])
    stages = (*PLAIN, ("cabinet", "replace", StageRule(part="contacteur")))
    result = night(city, dict.fromkeys(["A1", "A2", "A3"], 0), crews(
        3, travel="none", stages=stages, stock=(("contacteur", 2),), deliveries=(("contacteur", BEGIN_S + 5000, 4),)))
    assert back(result) == {"A1": 1000, "A2": 1000, "A3": 6000}
    assert noted(result, "A3", What.DELAYED) == [
        (0, {"for": "part", "part": "contacteur", "delivery_s": BEGIN_S + 5000})]


# C8


def test_a_test_that_fails_brings_drying_and_test_once_more() -> None:
    city = town({"inspect": 1000, "clean_dry": 2000, "re_energise": 500}, ["A1"])
    stages = (*PLAIN, ("cabinet", "clean_dry", StageRule(crew=False)), ("cabinet", "re_energise", StageRule(fails=1.0)))
    result = night(city, {"A1": 0}, crews(1, travel="none", stages=stages))
    assert back(result) == {"A1": 1000 + 2 * 2500}
    assert [t for t, _ in noted(result, "A1", What.TEST_FAILED)] == [3500]
    repair, = result.repairs.of_asset(result.city.assets.row("A1"))
    assert repair.stages[-1][2] - BEGIN_S == 6000


# C9


def test_crews_without_limit_and_distance_are_no_crews() -> None:
    names = [f"A{i}" for i in range(5)]
    city = town({"reach": 600, "inspect": 1000, "clean_dry": 2000, "re_energise": 500}, names, {"A1": 3})
    ready = {name: 100 * i for i, name in enumerate(names)}
    limited = night(city, ready, crews(50, travel="none"))
    plan = replace(limited.plan, crews=None)
    free = run(city, plan, limited.exposure)
    for name in ("asset", "start_s", "end_s", "mechanism", "cause", "root", "held", "dark_s"):
        np.testing.assert_array_equal(getattr(limited.outages, name), getattr(free.outages, name), err_msg=name)
    assert dict(limited.indicators) == dict(free.indicators)
    assert "crews" not in plan.to_dict()


# What else is stated


def test_who_is_not_qualified_is_not_sent() -> None:
    city = town({"replace": 1000}, ["A1"])
    plan = crews(1, travel="none", stages=(("cabinet", "replace", StageRule(skill="BC")),))
    result = night(city, {"A1": 0}, plan)
    assert back(result) == {}
    assert noted(result, "A1", What.DELAYED) == [(0, {"for": "skill", "skill": "BC"})]


def test_what_needs_daylight_waits_for_it() -> None:
    # The plan starts at 15:00 UTC; the sun sets before 16:00 and rises towards 07:00.
    city = town({"replace": 1000}, ["A1"])
    result = night(city, {"A1": 3 * H}, crews(
        1, travel="none", stages=(("cabinet", "replace", StageRule(dark=False)),)), duration_s=30 * H)
    (_, why), = noted(result, "A1", What.DELAYED)
    assert why["for"] == "day"
    assert back(result) == {"A1": why["dawn_s"] - BEGIN_S + 1000}


def test_the_lamps_of_one_street_are_one_visit() -> None:
    city = city_of({"S": "substation", "D": "site", "L1": "lamp", "L2": "lamp"}, [("S", "L1"), ("S", "L2")])
    city = replace(city, assets=city.assets.replaced(street=Labels.of(["", "", "Rue A", "Rue A"])))
    result = night(city, {"L1": 0, "L2": 0}, crews(1, travel="none", stages=(
        *PLAIN, ("lamp", "reach", StageRule(lasts=Lasts(form="fixed", values=(100.0,)))))))
    begun = {t for name in ("L1", "L2") for t, _ in noted(result, name, What.REPAIR_STARTED)}
    assert begun == {0}
    assert len(set(back(result).values())) == 1


def test_a_cut_asset_has_the_shorter_stages() -> None:
    city = town({"replace": 1000}, ["A1"])
    kind = city.assets.kinds["cabinet"]
    shorter = tuple(replace(figure, value=figure.value / 2) for figure in kind.repair_s)
    kinds = Kinds(tuple(replace(k, repair_dead_s=shorter) if k.name == "cabinet" else k for k in city.assets.kinds))
    city = replace(city, assets=replace(city.assets, kinds=kinds))
    declared = (Declared(at_s=10, action=Action.CUT, asset=city.assets.row("A1")),)
    result = night(city, {"A1": [(0, 100)]}, crews(1, travel="none"), declared=declared)
    assert back(result) == {"A1": 600}


def lamps_in(count: int) -> City:
    """Give lamps of one street; each takes 1,000 s of inspection, 500 of drying, 1,000 of test."""
    city = city_of({"S": "substation", "D": "site", **{f"L{i}": "lamp" for i in range(count)}},
                   [("S", f"L{i}") for i in range(count)])
    return replace(city, assets=city.assets.replaced(street=Labels.of(["", "", *["Rue A"] * count])))


def of_lamps(**given: Any) -> dict[str, Any]:
    seconds = {"reach": 0.0, "inspect": 1000.0, "clean_dry": 500.0, "replace": 0.0, "re_energise": 1000.0}
    stages = tuple(("lamp", stage, StageRule(crew=stage != "clean_dry", lasts=Lasts(form="fixed", values=(lasts_s,))))
                   for stage, lasts_s in seconds.items())
    return {"travel": "none", "stages": stages, **given}


def test_lamps_of_a_street_take_their_time_one_after_the_other_and_dry_together() -> None:
    result = night(lamps_in(3), dict.fromkeys(["L0", "L1", "L2"], 0), crews(1, **of_lamps()))
    # A stage of no seconds takes one: the crew is there and gone.
    assert set(back(result).values()) == {1 + 3000 + 500 + 1 + 3000}
    assert [shift.count for shift in result.crew_work if shift.stage == "inspect"] == [3]


def test_a_visit_takes_as_many_lamps_as_fit_into_the_shift() -> None:
    plan = crews(1, **of_lamps())
    end_s = BEGIN_S + 2500
    plan = replace(plan, crews=(replace(plan.crews[0], shifts=((0, end_s), (end_s + 39_600, 10**9))),))
    result = night(lamps_in(3), dict.fromkeys(["L0", "L1", "L2"], 0), plan)
    inspections = [(shift.count, shift.start_s - BEGIN_S) for shift in result.crew_work if shift.stage == "inspect"]
    assert inspections[0] == (2, 1)
    assert inspections[1][0] == 1
    assert inspections[1][1] >= 2500 + 39_600
    assert len(back(result)) == 3


def test_a_lamp_that_gets_wet_again_leaves_the_visit() -> None:
    city = lamps_in(2)
    result = night(city, {"L0": [(-BEGIN_S, 0), (1500, 1600)], "L1": 0}, crews(2, **of_lamps()))
    found = back(result)
    assert found["L1"] == 1 + 2000 + 500 + 1 + 1000
    assert found["L0"] == 1600 + 1 + 1000 + 500 + 1 + 1000


def test_a_variant_sends_the_crews_out_again() -> None:
    city = town({"replace": 10_500}, ["A1", "A2", "A3"], LAMPS)
    roads = streets(city)
    result = night(city, {"A1": 0, "A2": 1800, "A3": 3600}, crews(2), roads)
    base = Base(result, roads)
    same = base.with_()
    for name in Intervals.__slots__:
        np.testing.assert_array_equal(getattr(same.intervals, name), getattr(base.intervals, name), err_msg=name)
    assert back(same.result) == {"A1": 10_680, "A2": 12_540, "A3": 21_840}
    # Without A1 the first crew is free when A2 is ready, the second when A3 is: nobody waits for anybody.
    spared = base.with_(Raise("A1", 5.0))
    assert back(spared.result) == {"A2": 12_540, "A3": 14_580}
    assert spared.reached.all(), "whoever is late may be on time now"
    whole = Intervals.of(spared.result.outages)
    for name in Intervals.__slots__:
        np.testing.assert_array_equal(getattr(spared.intervals, name), getattr(whole, name), err_msg=name)


def test_a_variant_draws_as_its_base_does() -> None:
    lasts = Lasts(form="triangular", values=(2.0 * H, 3.0 * H, 7.0 * H))
    city = town({"replace": 1}, ["A1", "A2"])
    plan = crews(1, travel="none", stages=(*PLAIN, ("cabinet", "replace", StageRule(lasts=lasts))), samples=40)
    result = night(city, {"A1": 0, "A2": 0}, plan, duration_s=60 * H)
    alone = Base(result).with_(Raise("A1", 5.0)).result
    both, one = result.returns, alone.returns
    assert both is not None
    assert one is not None
    # A2 came after A1; alone it is back as soon as A1 was: its own draws, another's place in the queue.
    row = int(np.flatnonzero(alone.outages.asset == city.assets.row("A2"))[0])
    last = int(np.flatnonzero(result.outages.asset == city.assets.row("A2"))[0])
    assert one.p50_s[row] < both.p50_s[last]
    again = Base(result).with_().result.returns
    assert again is not None
    np.testing.assert_array_equal(again.p90_s, both.p90_s)


def test_a_variant_of_crews_that_drive_needs_their_streets() -> None:
    with pytest.raises(InputError, match="without its streets"):
        Base(case(2)).with_()


def test_doubt_with_crews_counts_who_is_held_up() -> None:
    # A1 is in doubt: without it A2 would be mended first.
    city = town({"replace": 10_000}, ["A1", "A2"])
    height = np.array(city.assets.fail_m)
    height[city.assets.row("A1")] = 0.98
    city = replace(city, assets=city.assets.replaced(fail_m=height))
    result = night(city, {"A1": 0, "A2": 0}, crews(1, travel="none"))
    held = [d for d in result.doubts.of_asset(city.assets.row("A2")) if d.is_out]
    assert [(d.start_s - BEGIN_S, d.end_s - BEGIN_S) for d in held] == [(10_000, 20_000)]


def protected(city: City, protection: Protection) -> np.ndarray:
    """Give the column of protections: circuits have this one."""
    return np.where(city.assets.of_kind("circuit"), protection, Protection.NONE).astype(np.int8)


def test_a_trip_is_searched_by_halves() -> None:
    # Ten lamps on one circuit, one of them wet: four halvings of 300 s beside its inspection.
    assets = {"S": "substation", "D": "site", "K": "circuit", **{f"L{i}": "lamp" for i in range(10)}}
    city = city_of(assets, [("S", "K"), *(("K", f"L{i}") for i in range(10))])
    city = replace(city, assets=city.assets.replaced(protection=protected(city, Protection.RCD)))
    plain, searched = (night(city, {"L3": 0}, crews(1, **of_lamps(search_s=search_s))) for search_s in (0, 300))
    row = city.assets.row("L3")
    ends = [int(result.trace.time_s[(result.trace.asset == row) & (result.trace.what == What.REPAIRED)][0])
            for result in (plain, searched)]
    assert ends[1] - ends[0] == 4 * 300
    assert "search_s" not in plain.plan.crews.to_dict()
    assert CrewPlan.of(searched.plan.crews.to_dict()) == searched.plan.crews


def test_two_wet_lamps_of_one_circuit_are_one_search_and_a_fuse_needs_none() -> None:
    assets = {"S": "substation", "D": "site", "K": "circuit", **{f"L{i}": "lamp" for i in range(8)}}
    city = city_of(assets, [("S", "K"), *(("K", f"L{i}") for i in range(8))])
    street = Labels.of(["Rue A" if name.startswith("L") else "" for name in city.assets.id])
    for protection, lasts_s in ((Protection.RCD, 3 * 300), (Protection.FUSE, 0)):
        made = replace(city, assets=city.assets.replaced(
            street=street, protection=protected(city, protection)))
        found = [back(night(made, {"L3": 0, "L5": 0}, crews(1, **of_lamps(search_s=search_s))))["L3"]
                 for search_s in (0, 300)]
        assert found[1] - found[0] == lasts_s
