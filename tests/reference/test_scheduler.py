"""Crews on simpy against a scheduler written from the rules, on random small cities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.reference.cities import city_of, plan_of
from tests.reference.scheduler import SlowCrews
from tests.reference.streets import SlowStreets, Street, access_of, depths_of
from tests.reference.water import water_at
from twin.access.access import Access
from twin.codes import What
from twin.engine.pace import Pace
from twin.engine.simulate import lived
from twin.world.access import AccessRules, Closure
from twin.world.crews import Crew, CrewPlan, Lasts, StageRule
from twin.world.kinds import STAGES, Figure, Kinds, built_in_kinds
from twin.world.plan import DarkHours
from twin.world.sun import dark_periods

UNTIL_S = 5000


def stages_of(rng: np.random.Generator) -> dict[str, int]:
    """Give the seconds of the stages of cabinets."""
    seconds = {"inspect": int(rng.integers(20, 200)), "replace": int(rng.integers(20, 400)),
               "re_energise": int(rng.integers(20, 200))}
    if rng.random() < 0.7:
        seconds["clean_dry"] = int(rng.integers(50, 600))
    return {stage: seconds[stage] for stage in STAGES if stage in seconds}


def rules_of(rng: np.random.Generator, stages: dict[str, int]) -> tuple[tuple[str, str, StageRule], ...]:
    """Give what stages ask for."""
    rules = []
    for stage, lasts_s in stages.items():
        lasts = None
        if rng.random() < 0.4:
            lasts = Lasts(form="triangular", values=(lasts_s / 2, float(lasts_s), 2.0 * lasts_s)) \
                if rng.random() < 0.5 else Lasts(form="exponential", values=(float(lasts_s),))
        rules.append(("cabinet", stage, StageRule(
            crew=stage != "clean_dry" or rng.random() < 0.2, skill="BC" if rng.random() < 0.2 else "",
            dark=rng.random() < 0.85, fails=0.4 if stage == "re_energise" else 0.0,
            part="contacteur" if stage == "replace" and rng.random() < 0.5 else "", lasts=lasts)))
    return tuple(rules)


def streets_of(rng: np.random.Generator) -> tuple[dict[str, Street], dict[str, list[float]]]:
    """Give streets between six junctions, and water on some of them."""
    streets: dict[str, Street] = {}
    for i in range(int(rng.integers(6, 10))):
        a, b = (i, i + 1) if i < 5 else rng.choice(6, 2, replace=False)
        streets[f"R{i}"] = (str(a), str(b), float(rng.integers(50, 1500)), float(rng.choice([30, 50])))
    depth_m = {name: (rng.integers(0, 400, 4) / 1000).tolist() for name in streets if rng.random() < 0.4}
    return streets, depth_m


def crews_of(rng: np.random.Generator, names: list[str], rules: Any) -> CrewPlan:
    """Give one to three crews and how they are sent."""
    crews = []
    for i in range(int(rng.integers(1, 4))):
        begin = int(rng.choice([0, 0, 700]))
        shifts = ((begin, UNTIL_S * 9),) if rng.random() < 0.6 else ((begin, begin + 1500), (begin + 2200, UNTIL_S * 9))
        crews.append(Crew(id=str(i), base=f"D{i % 2}", shifts=shifts,
                          skills=("BC",) if rng.random() < 0.7 else ()))
    return CrewPlan(
        crews=tuple(crews), policy=str(rng.choice(["nearest", "most_lamps", "critical_first", "list"])),
        order=tuple(rng.permutation(names)[:2].tolist()), reserve=int(rng.random() < 0.25), stages=rules,
        priority=tuple((name, int(rng.integers(0, 3))) for name in names),
        stock=(("contacteur", int(rng.integers(0, 4))),),
        deliveries=(("contacteur", int(rng.integers(500, 3000)), 5),),
        travel="streets" if rng.random() < 0.8 else "none")


def agree(seed: int) -> int:
    """Compare one city; give the number of repairs that ended."""
    rng = np.random.default_rng(seed)
    names = [f"A{i}" for i in range(int(rng.integers(2, 7)))]
    lamps = {name: int(rng.integers(0, 4)) for name in names}
    stages = stages_of(rng)
    figures = tuple(Figure(value=float(stages.get(stage, 0)), unit="s", source="a test", assumption=True)
                    for stage in STAGES)
    kinds = Kinds(tuple(replace(kind, repair_s=figures, repair_dead_s=figures) if kind.name == "cabinet" else kind
                        for kind in built_in_kinds()))
    assets: dict[str, Any] = {"S": "substation", "D0": "gauge", "D1": "gauge", **dict.fromkeys(names, "cabinet")}
    links = [("S", name) for name in names]
    for name, count in lamps.items():
        assets |= {f"{name}-L{i}": "lamp" for i in range(count)}
        links += [(name, f"{name}-L{i}") for i in range(count)]
    city = city_of(assets, links, kinds=kinds)
    plan = plan_of(UNTIL_S, crews=crews_of(rng, names, rules_of(rng, stages)), seed=seed)
    assert plan.crews is not None

    spans = {}
    for name in names:
        first = int(rng.integers(2, 400))
        spans[name] = [(0, first)]
        if rng.random() < 0.3:
            again = first + int(rng.integers(20, 1500))
            spans[name].append((again, again + int(rng.integers(2, 200))))
    edges = {t for own in spans.values() for a, b in own for t in (a - 1, a, b - 1, b) if t >= 0}
    moments = sorted({0, UNTIL_S, *edges})
    water = water_at(city.assets, moments, {name: [float(any(a <= t < b for a, b in own)) for t in moments]
                                            for name, own in spans.items()}, UNTIL_S)
    streets, depth_m = streets_of(rng)
    closures = (Closure(street="R2", from_s=300, until_s=900),) if rng.random() < 0.3 else ()
    rules = AccessRules(day_m=0.25, night_m=0.10, closures=closures)
    nights = dark_periods(plan.start, UNTIL_S + 1, DarkHours(), latitude=city.latitude, longitude=city.longitude,
                          timezone=city.timezone)
    depths = depths_of(streets, [0, 800, 2500, UNTIL_S], depth_m, UNTIL_S)
    at = {"D0": "0", "D1": "3", **{name: str(int(rng.integers(0, 6))) for name in names}}
    access: Access = access_of(streets, {str(name): at.get(str(name), "") for name in city.assets.id}, depths, rules,
                               UNTIL_S, nights.tolist())
    drives = plan.crews.travel == "streets"
    sample = int(rng.integers(0, 3))
    state = lived(city, plan, water.crossings, access, pace=Pace(sample=sample))
    state.validate()
    log = state.tables.events[:state.event_count]
    found: dict[str, list[int]] = {name: [] for name in names}
    for event in log[log["what"] == What.REPAIRED]:
        found[str(city.assets.id[event["asset"]])].append(int(event["time"]))
    slow = SlowCrews(
        plan=plan.crews, at=at if drives else dict.fromkeys(at, "0"), streets=SlowStreets(
            streets=streets, depths=depths, rules=rules, nights=nights.tolist()) if drives else None,
        wet=spans, rows={name: city.assets.row(name) for name in names}, lamps=lamps,
        priority=dict(plan.crews.priority), steps=list(stages.items()), nights=nights.tolist(), seed=seed,
        sample=sample, until_s=UNTIL_S).run()
    assert found == slow, seed
    return sum(len(times) for times in found.values())


@pytest.mark.parametrize("seed", range(12))
def test_crews_do_what_the_rules_say(seed: int) -> None:
    agree(seed)


@pytest.mark.verify
@pytest.mark.parametrize("block", range(10))
def test_crews_do_what_the_rules_say_in_a_thousand_cities(block: int) -> None:
    assert sum(agree(seed) for seed in range(1000 + 100 * block, 1100 + 100 * block)) > 100
