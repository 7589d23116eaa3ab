"""The town worked by hand in design.md: its city, plan and water, and the table of outages that must come out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.reference.cities import city_of, kinds_with_repairs, plan_of
from tests.reference.water import water_at
from twin.codes import Action
from twin.water.exposure import Exposure
from twin.world.assets import Protection
from twin.world.city import City
from twin.world.plan import Declared, Plan

HOURS_S = 3600
HORIZON_S = 36 * HOURS_S
#: Depth w at whole hours from the start [m], 0 afterwards.
WATER_M = (0, 0, 0.37, 0.85, 0.37, 0, 0, 0.41, 0.41, 0)
#: Depth of each asset as a multiple of w; the others stay dry.
SHARE = {"C1": 1.0, "L2": 0.9, "L4": 0.9, "B1": 0.45, "Z1": 0.5}
REPAIRS_S = {"cabinet": (21600, 21600), "lamp": (7200, 7200), "building": (86400, 86400), "controller": (14400, 14400),
             "service_box": (14400, 14400)}
#: (asset, start, end, mechanism, cause, root, root mechanism, held mechanism, held asset)
EXPECTED = (
    ("K1", 6844, 53122, "tripped", "L2", "L2", "flooded", "supply_lost", "C1"),
    ("L1", 6844, 53122, "supply_lost", "K1", "L2", "flooded", "supply_lost", "C1"),
    ("L2", 6844, 53122, "flooded", "L2", "L2", "flooded", "supply_lost", "C1"),
    ("L4", 6844, 39600, "flooded", "L4", "L4", "flooded", "supply_lost", "S1"),
    ("C1", 8925, 53122, "flooded", "C1", "C1", "flooded", "flooded", "C1"),
    ("B1", 9425, 117825, "flooded", "B1", "B1", "flooded", "flooded", "B1"),
    ("S1", 36000, 39600, "failed", "S1", "S1", "failed", "failed", "S1"),
    ("C2", 37800, 39600, "supply_lost", "S1", "S1", "failed", "supply_lost", "S1"),
    ("K2", 37800, 39600, "supply_lost", "C2", "S1", "failed", "supply_lost", "S1"),
    ("L3", 37800, 39600, "supply_lost", "K2", "S1", "failed", "supply_lost", "S1"),
    ("R1", 37800, 43200, "supply_lost", "S2", "S2", "failed", "supply_lost", "S2"),
    ("R2", 37800, 43200, "supply_lost", "R1", "S2", "failed", "supply_lost", "S2"),
    ("S2", 37800, 43200, "failed", "S2", "S2", "failed", "failed", "S2"),
    ("I1", 38700, 39600, "buffer_empty", "C2", "S1", "failed", "buffer_empty", "S1"),
    ("Z1", 38700, 39600, "supply_lost", "I1", "S1", "failed", "supply_lost", "S1"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandTown:
    city: City
    plan: Plan
    exposure: Exposure


def hand_city() -> City:
    """Give the fifteen assets and who feeds whom."""
    street, lamp = {"touch_m": 0.10, "fail_m": 0.60}, {"kind": "lamp", "touch_m": 0.10, "fail_m": 0.30}
    box = {"kind": "service_box", "touch_m": 0.10, "fail_m": 0.50}
    return city_of(
        {"S1": {"kind": "substation", "touch_m": 0.20, "fail_m": 0.50},
         "S2": {"kind": "substation", "touch_m": 0.20, "fail_m": 0.50},
         "C1": {"kind": "cabinet", **street}, "C2": {"kind": "cabinet", **street},
         "K1": {"kind": "circuit", "protection": Protection.RCD},
         "K2": {"kind": "circuit", "protection": Protection.FUSE},
         "L1": lamp, "L2": lamp, "L3": lamp, "L4": lamp,
         "B1": {"kind": "building", "touch_m": 0.05, "fail_m": 0.30},
         "I1": {"kind": "controller", "touch_m": 0.10, "fail_m": 0.30, "buffer_s": 900},
         "Z1": "zone", "R1": box, "R2": box},
        [("S1", "C1"), ("S2", "C1"), ("S1", "C2"), ("S2", "C2"), ("C1", "K1"), ("C2", "K2"), ("K1", "L1"),
         ("K1", "L2"), ("K2", "L3"), ("K2", "L4"), ("S1", "B1"), ("C2", "I1"), ("I1", "Z1"), ("S2", "R1"),
         ("R2", "R1"), ("R1", "R2")],
        kinds=kinds_with_repairs(REPAIRS_S))


def hand_town() -> HandTown:
    """Give the town, its 36 hours and its water."""
    city = hand_city()
    row = city.assets.row
    declared = tuple(Declared(at_s=at_s, action=action, asset=row(name)) for at_s, action, name in (
        (36000, Action.FAIL, "S1"), (37800, Action.FAIL, "S2"), (39600, Action.RESTORE, "S1"),
        (43200, Action.RESTORE, "S2")))
    plan = plan_of(HORIZON_S, name="Hand-worked town", declared=declared)
    times_s = [hour * HOURS_S for hour in range(len(WATER_M))]
    exposure = water_at(city.assets, times_s, {name: [share * w for w in WATER_M] for name, share in SHARE.items()},
                        HORIZON_S)
    return HandTown(city=city, plan=plan, exposure=exposure)
