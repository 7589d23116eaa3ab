"""What every run must keep: causes, maximal outages, determinism, and that more protection never hurts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from random import Random

import numpy as np
import pytest

from tests.reference.cities import plan_of
from tests.reference.hand_town import HandTown
from tests.reference.random_cities import HORIZON_S, Case, random_case
from tests.reference.water import water_at
from twin.codes import Action, Mechanism, What
from twin.engine.simulate import run
from twin.results.result import Result
from twin.water.exposure import Exposure, dry
from twin.world.city import City
from twin.world.plan import DarkHours, Declared
from twin.world.sun import darkness_of
from twin.world.supplies import Service, Supplies

SEEDS = range(40)


def result_of(case: Case) -> Result:
    return run(case.city, case.plan, case.exposure)


def out_of(result: Result) -> np.ndarray:
    """Give who is out in each second, (A, seconds)."""
    out = np.zeros((len(result.city.assets), result.plan.duration_s), bool)
    o = result.outages
    for row in range(len(o)):
        end = result.plan.duration_s if o.end_s[row] < 0 else o.end_s[row]
        assert not out[o.asset[row], o.start_s[row]:end].any(), "two outages of an asset overlap"
        assert o.start_s[row] < end, "an outage of no time at all"
        out[o.asset[row], o.start_s[row]:end] = True
    return out


@pytest.mark.parametrize("seed", SEEDS)
def test_causes_are_earlier_rows_and_every_chain_ends_outside(seed: int) -> None:
    trace = result_of(random_case(seed)).trace
    assert np.all(trace.cause_row < np.arange(len(trace)))
    assert np.all(trace.cause_row >= -1)
    for row in range(len(trace)):
        event = trace[row]
        assert all(0 <= c < row for c in event.contributors)
        assert event.cause_row not in event.contributors
    assert np.all(np.diff(trace.time_s) >= 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_outages_are_maximal_and_open_with_an_event_of_their_own(seed: int) -> None:
    result = result_of(random_case(seed))
    o, trace = result.outages, result.trace
    out = out_of(result)
    for row in range(len(o)):
        end = o.end_s[row]
        assert o.start_s[row] == 0 or not out[o.asset[row], o.start_s[row] - 1]
        assert end < 0 or not out[o.asset[row], end]
        event = trace[int(o.event_row[row])]
        assert event.asset == o.asset[row]
        assert event.time_s <= o.start_s[row]
        restored = (trace.what == What.RESTORED) & (trace.asset == o.asset[row]) & (trace.time_s == end)
        assert restored.sum() == (end >= 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_roots_follow_causes_to_one_that_is_no_loss_of_supply(seed: int) -> None:
    o = result_of(random_case(seed)).outages
    for row in range(len(o)):
        outage = o[row]
        if outage.mechanism in (Mechanism.FLOODED, Mechanism.FAILED, Mechanism.CUT):
            assert outage.cause == outage.root == outage.asset
            assert outage.root_mechanism is outage.mechanism
        elif outage.mechanism is Mechanism.TRIPPED:
            assert outage.cause == outage.root != outage.asset
            assert outage.root_mechanism is Mechanism.FLOODED
        elif outage.root_mechanism in (Mechanism.SUPPLY_LOST, Mechanism.BUFFER_EMPTY):
            # Only a ring that was never fed is the root of its own loss.
            assert any(o.root[i] == o.asset[i] == outage.root for i in range(len(o)))


def bytes_of(result: Result) -> dict[str, bytes]:
    found = {}
    for table in (result.trace, result.outages, result.series):
        for field in fields(table):
            values = getattr(table, field.name)
            found[f"{type(table).__name__}.{field.name}"] = (
                "\n".join(map(str, values)).encode() if values.dtype == object else values.tobytes())
    return found


@pytest.mark.parametrize("seed", range(10))
def test_the_same_plan_gives_the_same_bytes(seed: int) -> None:
    assert bytes_of(result_of(random_case(seed))) == bytes_of(result_of(random_case(seed)))


def gentle_case(seed: int) -> Case:
    """Make a case within rule 9: no transfer delays, no facts, no cuts (the shorter repair of what was dead)."""
    case = random_case(seed, transfers=False, facts=False)
    return replace(case, plan=replace(case.plan, declared=tuple(
        d for d in case.plan.declared if d.action is not Action.CUT)))


def with_city(case: Case, city: City, share: float = 1.0) -> Case:
    depths = {name: [share * d for d in row] for name, row in case.depth_m.items()}
    return replace(case, city=city, exposure=water_at(city.assets, case.times_s, depths, HORIZON_S))


def raised(case: Case, rng: Random) -> Case:
    assets = case.city.assets
    by_m = np.zeros(len(assets))
    by_m[rng.randrange(len(assets))] = rng.choice((0.05, 0.2, 1.0))
    return with_city(case, replace(case.city, assets=assets.replaced(touch_m=assets.touch_m + by_m,
                                                                     fail_m=assets.fail_m + by_m)))


def lowered(case: Case, rng: Random) -> Case:
    return with_city(case, case.city, share=rng.choice((0.4, 0.7, 0.9)))


def with_supplier(case: Case, rng: Random) -> Case:
    s = case.city.supplies
    able = [e for e in range(len(s)) if s.service[e] != Service.CONTROL]
    if not able:
        return case
    e = rng.choice(able)
    group = (s.consumer == s.consumer[e]) & (s.group == s.group[e])
    others = [row for row in range(len(case.city.assets)) if row != s.consumer[e]
              # A circuit with an RCD brings its own trips to what it feeds.
              and not case.city.assets.kinds.is_circuit[case.city.assets.kind[row]]]
    if not others:
        return case
    more = {name: [*getattr(s, name), value] for name, value in (
        ("supplier", rng.choice(others)), ("consumer", s.consumer[e]), ("service", s.service[e]),
        ("group", s.group[e]), ("preference", s.preference[group].max() + 1), ("transfer_s", 0))}
    return replace(case, city=replace(case.city, supplies=Supplies.of(len(case.city.assets), **more)))


@pytest.mark.parametrize("protect", [raised, lowered, with_supplier])
@pytest.mark.parametrize("seed", SEEDS)
def test_more_protection_never_adds_a_second_of_outage(protect: Callable[[Case, Random], Case], seed: int) -> None:
    case = gentle_case(seed)
    before, after = out_of(result_of(case)), out_of(result_of(protect(case, Random(seed))))
    assert not np.any(after & ~before)


def test_removing_a_measure_restores_the_baseline(hand_town: HandTown) -> None:
    def of(city: City) -> Result:
        return run(city, hand_town.plan, hand_town.exposure)

    assets = hand_town.city.assets
    higher = replace(hand_town.city, assets=assets.replaced(buffer_s=np.full(len(assets), 7200)))
    again = replace(higher, assets=higher.assets.replaced(buffer_s=assets.buffer_s))
    assert bytes_of(of(higher)) != bytes_of(of(hand_town.city))
    assert bytes_of(of(again)) == bytes_of(of(hand_town.city))


# Single rules


def outages_by_id(result: Result) -> dict[str, list[tuple[object, ...]]]:
    found: dict[str, list[tuple[object, ...]]] = {}
    ids = result.city.assets.id
    for row in range(len(result.outages)):
        o = result.outages[row]
        found.setdefault(ids[o.asset], []).append((o.start_s, o.end_s, o.mechanism.word, ids[o.root]))
    return found


def test_the_depth_at_the_root_is_the_peak_of_the_outage(hand_town: HandTown) -> None:
    result = run(hand_town.city, hand_town.plan, hand_town.exposure)
    depth_m = {result.city.assets.id[result.outages.asset[i]]: float(result.outages.root_depth_m[i])
               for i in range(len(result.outages))}
    # Both waves count for K1, out through both; 0.9 x 0.85 m at its root L2.
    assert depth_m["K1"] == pytest.approx(0.765)
    assert depth_m["C1"] == pytest.approx(0.85)
    assert np.isnan(depth_m["C2"])


def test_dark_time_runs_between_sunset_and_sunrise_for_lamps_alone(hand_town: HandTown) -> None:
    plan = replace(hand_town.plan, dark=DarkHours(by="profile", on="18:00", off="06:00"))
    outages = run(hand_town.city, plan, hand_town.exposure).outages
    dark_s = {hand_town.city.assets.id[outages.asset[i]]: int(outages.dark_s[i]) for i in range(len(outages))}
    # 15:00 UTC is 16:00 in Paris: dark from 7200 s to 50400 s.
    assert dark_s["L1"] == 50400 - 7200
    assert dark_s["K1"] == -1


def test_the_series_counts_what_is_out_and_what_is_dark(hand_town: HandTown) -> None:
    plan = replace(hand_town.plan, step_s=3600, dark=DarkHours(by="profile", on="18:00", off="06:00"))
    series = run(hand_town.city, plan, hand_town.exposure).series
    rows = {(int(t), k, m): (int(o), int(d)) for t, k, m, o, d in zip(
        series.time_s, series.kind, series.mechanism, series.out, series.dark, strict=True)}
    assert rows[7200, "lamp", "flooded"] == (2, 2)
    assert rows[39600 - 3600, "substation", "failed"] == (1, 0)
    assert rows[3 * 3600, "building", "flooded_inside"] == (1, 0)
    assert rows[7200, "building", "wet"] == (1, 0)
    assert (24 * 3600, "lamp", "flooded") not in rows


def test_the_moment_of_the_horizon_is_as_dark_as_the_night_around_it(hand_town: HandTown) -> None:
    plan = replace(hand_town.plan, duration_s=4 * 3600, step_s=3600,
                   dark=DarkHours(by="profile", on="18:00", off="06:00"))
    result = run(hand_town.city, plan, hand_town.exposure)
    rows = result.series.time_s == 4 * 3600
    lamps = rows & (result.series.kind == "lamp")
    assert lamps.any()
    assert np.array_equal(result.series.dark[lamps], result.series.out[lamps])
    assert darkness_of(result.plan, result.city).is_dark(np.array([0], np.int32), 4 * 3600).all()
    assert result.outages.dark_s.max() <= 2 * 3600


def test_a_buffer_carries_its_asset_and_is_full_again_at_once(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "I": {"kind": "controller", "buffer_s": 100}}, [("S", "I")])
    plan = plan_of(1000, declared=tuple(Declared(at_s=t, action=a, asset=0) for t, a in (
        (100, Action.FAIL), (150, Action.RESTORE), (200, Action.FAIL), (400, Action.RESTORE))))
    assert outages_by_id(run(city, plan, dry(city.assets)))["I"] == [(300, 400, "buffer_empty", "S")]


def test_batteries_of_a_ring_take_turns(tiny_city: Callable[..., City]) -> None:
    ring = {"kind": "service_box", "buffer_s": 100}
    city = tiny_city({"S": "substation", "A": ring, "B": ring}, [("S", "A"), ("B", "A"), ("A", "B")])
    plan = plan_of(1000, declared=(Declared(at_s=50, action=Action.FAIL, asset=0),))
    found = outages_by_id(run(city, plan, dry(city.assets)))
    # A lives on its own battery until 150 and feeds B, then on that of B.
    assert found["A"] == [(250, -1, "buffer_empty", "S")]
    assert found["B"] == [(250, -1, "buffer_empty", "S")]


def test_a_back_feed_takes_nothing_from_a_battery(tiny_city: Callable[..., City]) -> None:
    box = {"kind": "service_box", "buffer_s": 4}
    boxes = {"S": "substation", "A": box, "B": box}
    plan = plan_of(100, declared=(Declared(at_s=10, action=Action.FAIL, asset=0),))
    for links in ([("S", "A"), ("A", "B")], [("S", "A"), ("B", "A"), ("A", "B")]):
        city = tiny_city(boxes, links)
        assert outages_by_id(run(city, plan, dry(city.assets)))["B"][0][0] == 18


def test_a_ring_that_no_source_ever_fed_has_empty_batteries(tiny_city: Callable[..., City]) -> None:
    ring = {"kind": "service_box", "buffer_s": 100}
    city = tiny_city({"A": ring, "B": ring}, [("B", "A"), ("A", "B")])
    found = outages_by_id(run(city, plan_of(1000), dry(city.assets)))
    assert found == {"A": [(0, -1, "buffer_empty", "A")], "B": [(0, -1, "buffer_empty", "A")]}


def test_the_root_is_what_is_in_force_when_an_outage_opens(tiny_city: Callable[..., City]) -> None:
    """C lost S at 10, drowned dead at 50, and S came back at 100: at 200 it is C's own water that keeps L dark."""
    city = tiny_city({"S": "substation", "T": "substation", "C": "cabinet", "D": "cabinet", "L": "lamp"},
                     [("S", "C"), ("T", "D"), ("C", "L"), ("D", "L")])
    plan = plan_of(1000, declared=(
        Declared(at_s=10, action=Action.FAIL, asset=0), Declared(at_s=100, action=Action.RESTORE, asset=0),
        Declared(at_s=200, action=Action.FAIL, asset=3)))
    water = water_at(city.assets, [0, 49, 50], {"C": [0.0, 0.0, 1.0]}, 1000)
    result = run(city, plan, water)
    found = outages_by_id(result)
    assert found["C"][0][2:] == ("supply_lost", "S")
    assert found["L"] == [(200, -1, "supply_lost", "C")]
    row = int(result.outages.event_row[result.outages.asset.tolist().index(4)])
    loss = result.trace[row]
    # The trace names what keeps each of them out: D since now, C by its water.
    assert result.trace[loss.cause_row].asset == 3
    assert [(result.trace[r].asset, result.trace[r].what) for r in loss.contributors] == [(2, What.FLOODED)]


def test_what_holds_a_ring_down_lies_outside_it(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"X": "substation", "A": "service_box", "B": "service_box"},
                     [("B", "A"), ("X", "A"), ("A", "B")])
    plan = plan_of(100, declared=(Declared(at_s=10, action=Action.FAIL, asset=0),))
    result = run(city, plan, dry(city.assets))
    ids = city.assets.id
    assert {ids[o.asset]: ids[o.held] for o in (result.outages[i] for i in range(3))} == {"X": "X", "A": "X", "B": "X"}


def test_a_transfer_takes_its_time_and_going_back_is_seamless(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S1": "substation", "S2": "substation", "C": "cabinet"},
                     [("S1", "C"), ("S2", "C", {"transfer_s": 60})])
    plan = plan_of(1000, declared=(Declared(at_s=100, action=Action.FAIL, asset=0),
                                   Declared(at_s=500, action=Action.RESTORE, asset=0)))
    result = run(city, plan, dry(city.assets))
    assert outages_by_id(result)["C"] == [(100, 160, "supply_lost", "S1")]
    moved = [(e.time_s, e.detail["supplier"]) for e in result.trace.of_asset(2) if e.what is What.TRANSFERRED]
    assert moved == [(160, "S2"), (500, "S1")]


def test_all_groups_are_needed(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "P": "pump", "Z": "controller"},
                     [("S", "Z"), ("P", "Z", {"group": 1, "service": Service.WATER})])
    plan = plan_of(1000, declared=(Declared(at_s=10, action=Action.FAIL, asset=1),))
    assert outages_by_id(run(city, plan, dry(city.assets)))["Z"] == [(10, -1, "supply_lost", "P")]


def test_losing_control_darkens_nothing(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "R": "substation", "C": "cabinet"},
                     [("S", "C"), ("R", "C", {"group": 1, "service": Service.CONTROL})])
    plan = plan_of(1000, declared=(Declared(at_s=10, action=Action.FAIL, asset=1),
                                   Declared(at_s=90, action=Action.RESTORE, asset=1)))
    result = run(city, plan, dry(city.assets))
    assert "C" not in outages_by_id(result)
    assert [(e.time_s, e.what) for e in result.trace.of_asset(2)] == [(10, What.UNSUPERVISED), (90, What.SUPERVISED)]


def test_what_was_cut_before_the_water_came_is_back_sooner(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "C": "cabinet"}, [("S", "C")])
    water = water_at(city.assets, [0, 1000, 2000, 3000], {"C": [0, 0.6, 0.6, 0]}, 90000)
    kind = city.assets.kinds["cabinet"]

    def back_at(*declared: Declared) -> int:
        outages = run(city, plan_of(90000, declared=declared), water).outages
        return int(outages.end_s[outages.asset == 1][0])

    live_s = back_at()
    assert live_s - back_at(Declared(at_s=10, action=Action.CUT, asset=0),
                            Declared(at_s=4000, action=Action.RESTORE, asset=0)
                            ) == kind.repair_total_s - kind.repair_dead_total_s > 0
    assert back_at(Declared(at_s=1500, action=Action.CUT, asset=0),
                   Declared(at_s=4000, action=Action.RESTORE, asset=0)) == live_s


def test_facts_beat_the_computation_and_contradictions_are_listed(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "A": "cabinet", "B": "cabinet", "D": "cabinet"},
                     [("S", "A"), ("S", "B"), ("S", "D")])
    water = water_at(city.assets, [0, 1000, 9000, 10000],
                     {"B": [0, 0.6, 0.6, 0], "D": [0, 0.6, 0.6, 0]}, 90000)
    plan = plan_of(90000, declared=(
        Declared(at_s=100, action=Action.FACT_OUT, asset=1, by="appel du 22 h 08"),
        Declared(at_s=5000, action=Action.FACT_END, asset=1),
        Declared(at_s=2000, action=Action.FACT_IN_SERVICE, asset=2),
        Declared(at_s=3000, action=Action.FACT_DRY, asset=3)))
    result = run(city, plan, water)
    found = outages_by_id(result)
    assert found["A"] == [(100, 5000, "failed", "A")]
    assert [(start, end) for start, end, *_ in found["B"]] == [(584, 2000)]
    assert found["D"][0][1] == 3000 + city.assets.kinds["cabinet"].repair_total_s
    contradicted = [(w["asset_id"], w["fact"], w["computed"], w["from_s"]) for w in result.warnings
                    if w["warning"] == "contradiction"]
    assert contradicted == [("A", "out", "in_service", 100), ("B", "in_service", "out", 2000),
                            ("D", "dry", "wet", 3000)]


def test_a_fact_that_the_computation_contradicts_only_later_is_listed_from_then(
        tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "A": "cabinet"}, [("S", "A")])
    plan = plan_of(1000, declared=(Declared(at_s=10, action=Action.FACT_IN_SERVICE, asset=1),
                                   Declared(at_s=400, action=Action.FAIL, asset=0)))
    result = run(city, plan, dry(city.assets))
    assert "A" not in outages_by_id(result)
    assert [w["from_s"] for w in result.warnings if w["warning"] == "contradiction"] == [400]


def test_a_ring_that_nothing_feeds_is_out_from_the_start_and_said_so(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"A": "service_box", "B": "service_box"}, [("A", "B"), ("B", "A")])
    result = run(city, plan_of(1000), dry(city.assets))
    assert outages_by_id(result) == {"A": [(0, -1, "supply_lost", "A")], "B": [(0, -1, "supply_lost", "A")]}
    assert {"warning": "never_fed", "count": 2, "asset_ids": ["A", "B"]} in result.warnings


def test_an_exposure_of_another_city_is_refused(hand_town: HandTown, tiny_city: Callable[..., City]) -> None:
    other: Exposure = dry(tiny_city({"S": "substation"}).assets)
    with pytest.raises(ValueError, match="does not fit"):
        run(hand_town.city, hand_town.plan, other)


def test_several_wet_lamps_of_one_second_stand_beside_each_other_in_the_trip(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "K": "circuit", "L1": "lamp", "L2": "lamp"},
                     [("S", "K"), ("K", "L1"), ("K", "L2")])
    water = water_at(city.assets, [0, 1000], {"L1": [0, 0.6], "L2": [0, 0.6]}, 900)
    trace = run(city, plan_of(900), water).trace
    trip = next(e for e in trace.of_asset(1) if e.what is What.TRIPPED)
    assert trace[trip.cause_row].asset == 2
    assert [trace[c].asset for c in trip.contributors] == [3]


def test_lamps_of_a_cabinet_with_its_own_windows_are_dark_by_those(hand_town: HandTown) -> None:
    # C1 burns from 18:00 to 20:00 and from 22:00 to 23:00; C2 from 18:00 to 06:00, as the plan says.
    own = (("18:00", "20:00"), ("22:00", "23:00"))
    plan = replace(hand_town.plan, step_s=3600, dark=DarkHours(by="profile", on="18:00", off="06:00",
                                                               cabinets=(("C1", own),)))
    result = run(hand_town.city, plan, hand_town.exposure)
    ids = hand_town.city.assets.id
    dark_s = {ids[result.outages.asset[i]]: int(result.outages.dark_s[i]) for i in range(len(result.outages))}
    assert dark_s["L1"] == 3 * 3600
    assert dark_s["L4"] == 39600 - 7200
    counted = {(int(t), m): int(d) for t, k, m, d in zip(result.series.time_s, result.series.kind,
                                                         result.series.mechanism, result.series.dark, strict=True)
               if k == "lamp"}
    # L2 hangs on C1, L4 on C2: at 20:00 and 21:00 L4 alone is dark.
    assert (counted[4 * 3600, "flooded"], counted[5 * 3600, "flooded"], counted[7 * 3600, "flooded"]) == (1, 1, 1)
    assert counted[3 * 3600, "flooded"] == 2
    assert counted[6 * 3600, "flooded"] == 2


def test_a_district_has_windows_of_its_own_and_a_cabinet_comes_before_it(hand_town: HandTown) -> None:
    from twin.world.assets import Labels
    from twin.world.sun import darkness_of

    n = len(hand_town.city.assets)
    assets = hand_town.city.assets.replaced(district=Labels.of(["Bourg"] * n))
    city = replace(hand_town.city, assets=assets)
    dark = DarkHours(districts=(("Bourg", (("20:00", "22:00"),)),), cabinets=(("C1", (("18:00", "19:00"),)),))
    found = darkness_of(replace(hand_town.plan, duration_s=12 * 3600, dark=dark), city)
    rows = {name: assets.row(name) for name in ("L1", "L3", "C1")}
    periods = {name: found.groups[found.group[row]].tolist() for name, row in rows.items()}
    assert periods == {"L1": [[7200, 10800]], "C1": [[7200, 10800]], "L3": [[14400, 21600]]}
