"""Trips along streets in the water: worked figures, and the router against one that knows no arrays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.reference.streets import SlowStreets, Street, access_of, depths_of
from twin.access.access import Access, closures_of
from twin.water.hazard import G_M_S2
from twin.world.access import AccessRules, Closure

#: Streets of the worked case: base D, crossing X, cabinets A1 to A3.
CASE: dict[str, Street] = {"D-X": ("D", "X", 500, 30), "X-A1": ("X", "A1", 1000, 30), "X-A2": ("X", "A2", 1500, 30),
                           "X-A3": ("X", "A3", 300, 30), "D-A3": ("D", "A3", 4000, 30)}
AT = {"D": "D", "A1": "A1", "A2": "A2", "A3": "A3"}
RULES = AccessRules(day_m=0.3, night_m=0.3)


def case(streets: dict[str, Street] = CASE, rules: AccessRules = RULES) -> Access:
    depths = depths_of(streets, [0, 11_999, 12_000, 60_000], {"X-A3": [0.45, 0.45, 0.29, 0.29]}, 60_000)
    return access_of(streets, AT, depths, rules, 60_000)


def go(access: Access, start: str, to: str, depart_s: int) -> int:
    names = list(AT)
    return int(access.seconds(access.place(names.index(start)), [access.place(names.index(to))], depart_s)[0])


def test_a_trip_takes_the_way_round_a_closed_street() -> None:
    access = case()
    assert go(access, "D", "A1", 0) == 180
    assert go(access, "D", "A2", 1800) == 240
    assert go(access, "A1", "A3", 10_680) == 660
    trip = access.trip(access.place(1), access.place(3), 10_680)
    assert trip is not None
    assert trip.streets == ("X-A1", "D-X", "D-A3")


def test_water_below_the_limit_slows_down() -> None:
    without = {name: street for name, street in CASE.items() if name != "D-A3"}
    access = case(without)
    assert go(access, "A1", "A3", 10_680) == -1
    assert access.next_opening(10_680) == 12_000
    assert go(access, "A1", "A3", 12_000) == 591  # 120 s, then 300 m at 2.29 km/h
    shallow = depths_of({"S": ("a", "b", 1000, 30)}, [0, 1000], {"S": [0.15, 0.15]}, 1000)
    street = access_of({"S": ("a", "b", 1000, 30)}, {"a": "a", "b": "b"}, shallow, RULES, 1000)
    assert int(street.seconds(street.place(0), [street.place(1)], 0)[0]) == 149


def test_a_street_at_the_limit_is_closed_and_a_hair_below_it_is_open() -> None:
    streets: dict[str, Street] = {"S": ("a", "b", 100, 50)}
    for depth_m, is_open in ((0.20, False), (0.199999, True)):
        depths = depths_of(streets, [0, 10], {"S": [depth_m, depth_m]}, 10)
        access = access_of(streets, {"a": "a", "b": "b"}, depths, AccessRules(), 10)
        assert (int(access.seconds((0, 0.0), [(0, 100.0)], 0)[0]) > 0) is is_open


def test_night_has_its_own_limit_and_a_vehicle_its_own() -> None:
    streets: dict[str, Street] = {"S": ("a", "b", 100, 50)}
    depths = depths_of(streets, [0, 1000], {"S": [0.1, 0.1]}, 1000)
    access = access_of(streets, {"a": "a", "b": "b"}, depths, AccessRules(), 1000, nights=[(100, 200)])
    reached = [int(access.seconds((0, 0.0), [(0, 100.0)], t)[0]) > 0 for t in (99, 100, 199, 200)]
    assert reached == [True, False, False, True]
    assert int(access.seconds((0, 0.0), [(0, 100.0)], 0, 0.08)[0]) == -1
    assert access.next_opening(0) == 200


def test_a_bridge_carries_no_depth_unless_it_is_closed() -> None:
    streets: dict[str, Street] = {"Pont": ("a", "b", 100, 50)}
    depths = depths_of(streets, [0, 1000], {"Pont": [4.1, 4.1]}, 1000)
    for closures, found in (((), True), ((Closure(street="Pont", from_s=10, until_s=20),), False)):
        access = access_of(streets, {"a": "a", "b": "b"}, depths, AccessRules(closures=closures), 1000)
        object.__setattr__(access.network, "is_bridge", np.array([True]))
        assert (int(access.seconds((0, 0.0), [(0, 100.0)], 15)[0]) > 0) is found
        assert int(access.seconds((0, 0.0), [(0, 100.0)], 20)[0]) > 0


def test_a_place_off_every_street_is_reached_by_none() -> None:
    access = access_of(CASE, {"D": "D", "far": ""}, None, RULES, 100)
    assert int(access.seconds(access.place(0), [access.place(1)], 0)[0]) == -1
    assert access.trip(access.place(1), access.place(0), 0) is None


def test_the_latest_word_about_a_street_holds() -> None:
    told = [(100, "A", True, "x"), (200, "A", False, "y"), (50, "B", True, ""), (60, "B", True, "later")]
    assert closures_of(told) == (Closure(street="B", from_s=50), Closure(street="A", from_s=100, until_s=200, by="x"))


def test_windows_tell_from_when_to_when_a_place_is_reached() -> None:
    without = {name: street for name, street in CASE.items() if name != "D-A3"}
    windows = case(without).windows((0, 0.0), np.array([1, 3], np.int32))
    rows = list(zip(windows.asset.tolist(), windows.from_s.tolist(), windows.closed_s.tolist(), strict=True))
    # Whoever leaves at 11,999 reaches the crossing a minute later, when the street is open.
    assert rows == [(1, 0, -1), (3, 11_999, -1)]


def test_more_water_never_makes_a_trip_shorter() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        streets, depth_m = random_streets(rng)
        names, deeper = list(streets), {name: [d + 0.05 for d in depths] for name, depths in depth_m.items()}
        trips = []
        for water in (depth_m, deeper):
            access = access_of(streets, {"a": "0", "b": "4"}, depths_of(streets, [0, 600], water, 600), RULES, 600)
            trips.append(int(access.seconds(access.place(0), [access.place(1)], 0)[0]))
        # Constant water: no opening on the way can make a later entry the faster one.
        assert trips[1] == -1 or (trips[0] != -1 and trips[0] <= trips[1]), names


def random_streets(rng: np.random.Generator, *, steady: bool = True
                   ) -> tuple[dict[str, Street], dict[str, list[float]]]:
    count = int(rng.integers(5, 12))
    streets: dict[str, Street] = {}
    for i in range(count):
        a, b = rng.choice(6, 2, replace=False) if i >= 5 else (i, i + 1)
        streets[f"R{i}"] = (str(a), str(b), float(rng.integers(20, 900)), float(rng.choice([30, 50, 70])))
    frames = 2 if steady else 4
    depth_m = {}
    for name in streets:
        if rng.random() < 0.6:
            depths = rng.integers(0, 450, frames) / 1000
            depth_m[name] = [float(depths[0])] * 2 if steady else depths.tolist()
    return streets, depth_m


@pytest.mark.parametrize("seed", range(25))
def test_trips_and_openings_equal_those_of_a_router_without_arrays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    streets, depth_m = random_streets(rng, steady=False)
    closures = (Closure(street="R1", from_s=50, until_s=int(rng.integers(60, 400))),) if seed % 2 else ()
    rules = AccessRules(day_m=0.25, night_m=0.10, closures=closures)
    nights = [(100, 300)] if seed % 3 else []
    depths = depths_of(streets, [0, 150, 320, 600], depth_m, 600)
    access = access_of(streets, {str(i): str(i) for i in range(6)}, depths, rules, 600, nights)
    slow = SlowStreets(streets=streets, depths=depths, rules=rules, nights=nights)
    for depart_s in (0, 99, 100, 155, 299, 300, 450):
        found = access.seconds(access.place(0), [access.place(i) for i in range(6)], depart_s)
        assert found.tolist() == [slow.seconds("0", str(i), depart_s) for i in range(6)]
        for i in range(6):
            trip = access.trip(access.place(0), access.place(i), depart_s)
            assert (-1 if trip is None else trip.lasts_s) == int(found[i])
    for after_s in (0, 120, 300):
        assert access.next_opening(after_s) == slow.next_opening(after_s, 600)


@pytest.mark.parametrize("seed", range(12))
def test_closed_streets_over_time_are_those_that_a_look_at_every_second_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    streets, depth_m = random_streets(rng, steady=False)
    closures = (Closure(street="R1", from_s=50, until_s=int(rng.integers(60, 400))), Closure(street="R2", from_s=0))
    rules = AccessRules(day_m=0.25, night_m=0.10, closures=closures[:seed % 3])
    nights = [(100, 300)] if seed % 2 else []
    depths = depths_of(streets, [0, 150, 320, 600], depth_m, 600)
    access = access_of(streets, {"0": "0"}, depths, rules, 600, nights)
    slow = SlowStreets(streets=streets, depths=depths, rules=rules, nights=nights)
    closed = access.closed()
    assert np.all(np.lexsort((closed.start_s, closed.edge)) == np.arange(len(closed)))
    for edge, name in enumerate(streets):
        mine = [(int(closed.start_s[k]), 601 if closed.end_s[k] == -1 else int(closed.end_s[k]))
                for k in np.flatnonzero(closed.edge == edge)]
        for t in range(601):
            assert any(start <= t < end for start, end in mine) != slow.is_open(name, t), (name, t)
    for k in range(len(closed)):
        name, last = list(streets)[closed.edge[k]], 600 if closed.end_s[k] == -1 else int(closed.end_s[k]) - 1
        depth_um = max(slow.depth_um(name, t) for t in range(int(closed.start_s[k]), last + 1))
        assert abs(closed.depth_m[k] * 1e6 - depth_um) < 0.5
        shut = any(c.street == name and c.from_s <= last and (c.until_s == -1 or c.until_s > closed.start_s[k])
                   for c in rules.closures)
        assert bool(closed.is_ordered[k]) is shut


@pytest.mark.parametrize("seed", range(8))
def test_ways_over_time_are_the_trips_of_each_departure(seed: int) -> None:
    rng = np.random.default_rng(seed)
    streets, depth_m = random_streets(rng, steady=False)
    depths = depths_of(streets, [0, 150, 320, 600], depth_m, 600)
    access = access_of(streets, {str(i): str(i) for i in range(6)}, depths, AccessRules(day_m=0.25, night_m=0.1), 600,
                       [(100, 300)])
    ways = access.ways(access.place(0), np.arange(6, dtype=np.int32))
    for asset in range(6):
        mine = np.flatnonzero(ways.asset == asset)
        for t in access.departures_s.tolist():
            held = [int(k) for k in mine if ways.start_s[k] <= t and (ways.end_s[k] == -1 or t < ways.end_s[k])]
            trip = access.trip(access.place(0), access.place(asset), t)
            assert len(held) == (0 if trip is None else 1)
            if trip is None:
                continue
            edges = ways.edge[ways.offsets[held[0]]:ways.offsets[held[0] + 1]]
            assert edges.min() >= 0
            if asset:
                assert tuple(access.network.name_of(int(e)) for e in edges) == trip.streets
                if t == ways.start_s[held[0]]:
                    assert ways.trip_s[held[0]] == trip.lasts_s


def in_flow(speed_m_s: float, depth_m: float = 0.12) -> Access:
    """Give one street of 1,000 m, shallow water on it from 1,000 s on, as fast as said."""
    ways: dict[str, Street] = {"S": ("a", "b", 1000, 30)}
    depths, heads = (depths_of(ways, [0, 999, 1000, 5000], {"S": [0, 0, m, m]}, 5000)
                     for m in (depth_m, depth_m + speed_m_s**2 / (2 * G_M_S2)))
    still = access_of(ways, {"A": "a", "B": "b"}, depths, AccessRules(day_m=0.20, night_m=0.20), 5000)
    return replace(still, heads=heads)


def test_a_street_closes_by_total_head_where_its_water_flows() -> None:
    fast, slow = in_flow(1.8), in_flow(0.5)
    # 0.12 m and 1.8 m/s: 0.285 m of head, above the limit of 0.20; at 0.5 m/s it is 0.133 m.
    assert not fast.street_state(0, 2000)[0]
    assert fast.street_state(0, 900)[0]
    assert slow.street_state(0, 2000)[0]
    assert fast.water_on(0, 2000) == {"depth_m": 0.12, "head_m": 0.285, "speed_m_s": 1.8}
    assert in_flow(0.2).water_on(0, 2000) == {"depth_m": 0.12}, "two millimetres of head are not told"
    start, to = fast.place(0), fast.place(1)
    assert fast.closed_on_the_way(start, to, 2000) == [
        {"street": "S", "depth_m": 0.12, "head_m": 0.285, "speed_m_s": 1.8}]
    assert fast.trip(start, to, 2000) is None
    shut = fast.closed()
    assert (round(float(shut.depth_m[0]), 3), round(float(shut.head_m[0]), 3)) == (0.12, 0.285)
    # Below the limit the speed is that of the head, 0.133 m: 29.3 km/h, and 30 are allowed.
    assert slow.trip(start, to, 2000) is not None
    trip = slow.trip(start, to, 2000)
    assert trip is not None
    mm = 120 + 0.5**2 / (2 * G_M_S2) * 1000
    assert trip.lasts_s == math.ceil(1000 * 3.6 / min(30, 0.0009 * mm**2 - 0.5529 * mm + 86.9448) - 1e-6)


def test_without_velocity_nothing_is_otherwise() -> None:
    flowing, still = in_flow(0.0), replace(in_flow(1.8), heads=None)
    assert still.street_state(0, 2000)[0]
    assert "head_m" not in still.water_on(0, 2000)
    assert flowing.trip(flowing.place(0), flowing.place(1), 2000) == still.trip(still.place(0), still.place(1), 2000)
