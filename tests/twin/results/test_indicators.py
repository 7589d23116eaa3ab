"""Figures and lists that an operator acts on, recounted by hand and by plain loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.reference.cities import plan_of
from tests.reference.hand_town import HandTown
from tests.reference.water import water_at
from twin.codes import Action
from twin.engine.simulate import run
from twin.results.summary import summarise
from twin.world.assets import Labels, Protection, Source
from twin.world.city import City
from twin.world.plan import Declared
from twin.world.supplies import Feed

H = 3600


@pytest.fixture(scope="module")
def found(hand_town: HandTown) -> dict[str, Any]:
    return dict(run(hand_town.city, hand_town.plan, hand_town.exposure).indicators)


def test_lamps_out_and_dark(found: dict[str, Any]) -> None:
    lamps = found["lamps"]
    assert (lamps["count"], lamps["ever_out"], lamps["most_out"], lamps["not_back"]) == (4, 4, 4, 0)
    assert lamps["lamp_hours_dark"] == pytest.approx((46278 * 2 + 32756 + 1800) / 3600, abs=0.01)
    assert datetime.fromisoformat(lamps["most_out_at"]).timestamp() % 86400 == (1 * H + 30 * 60)


def test_a_building_that_water_fails_is_without_power_too(found: dict[str, Any]) -> None:
    assert (found["buildings"]["flooded_inside"], found["buildings"]["without_power"]) == (1, 1)


def test_roots_share_the_darkness(found: dict[str, Any]) -> None:
    assert [(root["asset"], root["lamps"]) for root in found["roots"]] == [("L2", 2), ("L4", 1), ("S1", 1)]
    assert sum(root["share"] for root in found["roots"]) == pytest.approx(1, abs=1e-3)


def test_a_fused_lamp_in_water_may_be_live_until_its_circuit_is_dead(found: dict[str, Any]) -> None:
    rows = {row["cut"]: row for row in found["may_be_live"]["rows"]}
    assert set(rows) == {"K2", "C1"}
    assert rows["K2"]["assets"] == ["L4"]
    assert rows["K2"]["cut_kind"] == "circuit"


def test_the_last_moment_to_act_is_the_first_touch(found: dict[str, Any], hand_town: HandTown) -> None:
    (row,) = found["last_moment_to_act"]["rows"]
    touched_s = int(hand_town.exposure.touched_at_s[hand_town.city.assets.row("C1")])
    assert datetime.fromisoformat(row["act_before"]) == hand_town.plan.start + timedelta(seconds=touched_s)
    assert row["lamps"] == 2


def test_a_zone_under_water_or_without_its_controller_is_suspended(found: dict[str, Any]) -> None:
    assert found["zones"]["suspended"] == 1
    assert found["zones"]["rows"][0]["under_water"]


def lamp_in_water(tiny_city: Callable[..., City], protection: Protection, *declared: tuple[int, Action, str],
                  feed: Feed = Feed.PERMANENT, until_h: int = 10) -> dict[str, Any]:
    """One lamp in 0.5 m of water from the second hour on, on a circuit that may be cut."""
    city = tiny_city({"S": "substation", "A": "cabinet", "K": {"kind": "circuit", "protection": protection},
                      "L": {"kind": "lamp", "touch_m": 0.05, "fail_m": 0.30}},
                     [("S", "A"), ("A", "K"), ("K", "L", {"feed": feed})])
    plan = plan_of(24 * H, declared=tuple(
        Declared(at_s=at_s, action=action, asset=city.assets.row(name)) for at_s, action, name in declared))
    times_s = [0, 2 * H, 2 * H + 1, until_h * H, until_h * H + 1]
    water = water_at(city.assets, times_s, {"L": [0, 0, 0.5, 0.5, 0]}, 24 * H)
    return dict(run(city, plan, water).indicators)


def spans(found: dict[str, Any], start: datetime) -> list[tuple[str, float, float]]:
    def hours(iso: str) -> float:
        return round((datetime.fromisoformat(iso) - start).total_seconds() / H, 2)

    return [(row["cut"], hours(row["from"]), hours(row["to"])) for row in found["may_be_live"]["rows"]]


START = plan_of(H).start


def test_an_rcd_leaves_nothing_live(tiny_city: Callable[..., City]) -> None:
    assert spans(lamp_in_water(tiny_city, Protection.RCD), START) == []


def test_a_fuse_may_leave_the_lamp_live_while_the_water_stands(tiny_city: Callable[..., City]) -> None:
    assert spans(lamp_in_water(tiny_city, Protection.FUSE), START) == [("K", 2.0, 10.0)]


def test_a_cut_cabinet_ends_the_danger(tiny_city: Callable[..., City]) -> None:
    found = lamp_in_water(tiny_city, Protection.FUSE, (5 * H, Action.CUT, "A"))
    assert spans(found, START) == [("K", 2.0, 5.0)]


def test_a_cut_that_ends_in_the_water_starts_the_danger(tiny_city: Callable[..., City]) -> None:
    found = lamp_in_water(tiny_city, Protection.FUSE, (H, Action.CUT, "A"), (6 * H, Action.RESTORE, "A"))
    assert spans(found, START) == [("K", 6.0, 10.0)]


def test_behind_the_contactor_a_lamp_is_dead_by_day(tiny_city: Callable[..., City]) -> None:
    permanent = lamp_in_water(tiny_city, Protection.FUSE, until_h=20)
    assert spans(permanent, START) == [("K", 2.0, 20.0)]
    # From 16:00 on 22 November at 47.3° N, 5° E the sun is back at about 8 o'clock, after 16 hours.
    switched = lamp_in_water(tiny_city, Protection.FUSE, feed=Feed.SWITCHED, until_h=20)
    ((cut, from_h, to_h),) = spans(switched, START)
    assert (cut, from_h) == ("K", 2.0)
    assert to_h == pytest.approx(16, abs=0.3)


def test_streets_count_each_lamp_once(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "A": "cabinet", "K": {"kind": "circuit", "protection": Protection.FUSE},
                      "L1": "lamp", "L2": "lamp", "L3": "lamp"},
                     [("S", "A"), ("A", "K"), ("K", "L1"), ("K", "L2"), ("K", "L3")])
    streets = Labels.of(["", "", "", "Rue A", "Rue A", "Rue B"])
    city = replace(city, assets=city.assets.replaced(street=streets))
    plan = plan_of(24 * H, declared=tuple(
        Declared(at_s=at_s, action=action, asset=city.assets.row(name)) for at_s, action, name in (
            (2 * H, Action.FAIL, "L1"), (3 * H, Action.RESTORE, "L1"), (4 * H, Action.FAIL, "L1"),
            (5 * H, Action.RESTORE, "L1"))))
    water = water_at(city.assets, [0, 24 * H], {}, 24 * H)
    (street,) = run(city, plan, water).indicators["streets"]
    assert (street["name"], street["lamps"], street["ever_out"], street["lamp_hours_dark"]) == ("Rue A", 2, 1, 2.0)


def test_assets_on_an_inferred_link_are_counted_by_kind(hand_town: HandTown, found: dict[str, Any]) -> None:
    assert "inferred_links" not in found
    supplies, assets = hand_town.city.supplies, hand_town.city.assets
    source = supplies.source.copy()
    source[[supplies.edges_into(assets.row(name)).start for name in ("L1", "L3", "B1")]] = Source.INFERRED
    city = replace(hand_town.city, supplies=replace(supplies, source=source))
    told = run(city, hand_town.plan, hand_town.exposure)
    assert told.indicators["inferred_links"] == {"lamp": 2, "building": 1}
    assert summarise(told).inferred_links == {"lamp": 2, "building": 1}
