"""Random small cities, waters and plans: cycles, alternatives, buffers, transfers, facts, several waves."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.reference.cities import city_of, kinds_with_repairs, plan_of
from tests.reference.water import water_at
from twin.codes import Action
from twin.water.exposure import Exposure
from twin.world.assets import Protection
from twin.world.city import City
from twin.world.plan import Declared, Plan
from twin.world.supplies import Service

HORIZON_S = 240
#: Heights in whole centimetres, depths in whole millimetres: exact in every arithmetic.
_LEVELS = ((0.05, 0.30), (0.10, 0.30), (0.20, 0.50), (0.10, 0.10), (0.20, 0.15))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    city: City
    plan: Plan
    exposure: Exposure
    times_s: list[int]
    depth_m: dict[str, list[float]]


def random_case(seed: int, *, transfers: bool = True, buffers: bool = True, facts: bool = True,
                declared: bool = True) -> Case:
    """Make a case from a seed; the same seed makes the same case."""
    rng = Random(seed)
    count = rng.randint(2, 11)
    kinds = kinds_with_repairs({name: (rng.choice((0, 1, 5, 20, 60)), rng.choice((1, 3, 10))) for name in (
        "substation", "service_box", "cabinet", "lamp", "building", "controller")})
    assets: dict[str, dict[str, object]] = {}
    names = []
    for i in range(count):
        kind = rng.choice(("substation", "service_box", "cabinet", "circuit", "lamp", "lamp", "building", "controller"))
        touch_m, fail_m = rng.choice(_LEVELS)
        name = f"{kind[:2]}{i}"
        names.append(name)
        assets[name] = {"kind": kind, "buffer_s": rng.choice((0, 0, 0, 4, 15, 60)) if buffers else 0}
        if kind == "circuit":
            assets[name]["protection"] = rng.choice((Protection.RCD, Protection.RCD, Protection.FUSE))
        else:
            assets[name] |= {"touch_m": touch_m, "fail_m": fail_m}
    links = []
    for i, name in enumerate(names):
        if assets[name]["kind"] == "substation" and rng.random() < 0.8:
            continue
        for group in range(rng.choice((0, 1, 1, 1, 2))):
            # Mostly from rows above, as in a real city; sometimes from anywhere, which makes cycles.
            pool = [n for n in (names if rng.random() < 0.4 else names[:i]) if n != name]
            service = rng.choice((Service.POWER, Service.POWER, Service.POWER, Service.WATER, Service.CONTROL))
            for supplier in rng.sample(pool, min(len(pool), rng.choice((1, 1, 2, 2, 3)))):
                links += [(supplier, name, {"group": group, "service": service, "transfer_s": rng.choice(
                    (0, 0, 0, 5, 20)) if transfers else 0})]
    city = city_of(assets, links, kinds=kinds)
    times_s = sorted(rng.sample(range(0, HORIZON_S), rng.randint(2, 7)))
    depth_m = {name: [rng.choice((0.0, 0.0, 0.04, 0.08, 0.12, 0.25, 0.33, 0.6)) for _ in times_s]
               for name in names if assets[name]["kind"] != "circuit" and rng.random() < 0.5}
    said = []
    if declared:
        actions = [Action.FAIL, Action.CUT, Action.RESTORE] + ([
            Action.FACT_OUT, Action.FACT_IN_SERVICE, Action.FACT_DRY, Action.FACT_END] if facts else [])
        said = [Declared(at_s=rng.randint(-3, HORIZON_S), action=rng.choice(actions), asset=rng.randrange(count))
                for _ in range(rng.choice((0, 1, 2, 4, 8)))]
    plan = plan_of(HORIZON_S, reset_s=rng.choice((0, 3, 25)), step_s=60, declared=tuple(said))
    return Case(city=city, plan=plan, times_s=times_s, depth_m=depth_m,
                exposure=water_at(city.assets, times_s, depth_m, HORIZON_S))
