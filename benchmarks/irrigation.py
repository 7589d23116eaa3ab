"""Water in the ground of 10,000 zones over 365 days, with locks, probes and six programmes.

    python -m benchmarks.irrigation [--zones 10000] [--days 365] [--nights 9]

Prints seconds of the kernel and of a whole season, and of the same zones in plain Python; and how much longer a flood
night of the built-in town takes with its season than without, in pairs of runs, one right after the other.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import date

import numpy as np

from scenarios.prepared import Prepared
from scenarios.resolve import prepare
from tests.reference.soil import Day
from tests.reference.soil import season as slow_season
from twin.irrigation import season as seasons
from twin.irrigation.calendar import Calendar
from twin.irrigation.data import retention_mm, soils, vegetation
from twin.irrigation.locks import Lock, Locks, Reason
from twin.irrigation.season import Carried, Point, PointSort, Season, balance
from twin.irrigation.weather import Weather, reference_of
from twin.irrigation.zones import Programme, Trigger, Zone

FIRST = date(2026, 1, 1)


def garden(zones: int, days: int, seed: int = 1) -> Season:
    """Give zones of every soil and plant, two locks and one probe reading each."""
    rng = np.random.default_rng(seed)
    season = np.sin(np.pi * np.arange(days) / days) ** 2
    rain = np.where(rng.random(days) < 0.25, rng.gamma(1.0, 8.0, days), 0.0)
    weather = Weather.of(FIRST, rain, eto_mm=0.5 + 6.0 * season)
    plain = Programme(name="p", days=frozenset({1, 4}), from_min=1320, lasts_min=480, rate_mm_h=12.0, efficiency=0.8,
                      trigger=Trigger.DEPLETION, amount=1.0)
    programmes = [replace(plain, name=f"p{i}", trigger=trigger, amount=amount, cycle_s=900 * (i % 2),
                          soak_s=1800 * (i % 2)) for i, (trigger, amount) in enumerate(
                              ((Trigger.DEPLETION, 1.0), (Trigger.FIXED, 8.0), (Trigger.REPLACE_ET, 0.9)) * 2)]
    ground, plants = list(soils().values()), list(vegetation().values())
    made = [Zone(id=f"Z-{i}", name="", area_m2=800.0, soil=ground[i % len(ground)], vegetation=plants[i % len(plants)],
                 programme=i % 6, curve_number=60.0 + i % 30) for i in range(zones)]
    starts = rng.integers(0, days * 86_400, 2 * zones)
    locks = [Lock(zone=i // 2, start_s=int(at_s), end_s=int(at_s + 100_000), reason=Reason(i % 7))
             for i, at_s in enumerate(starts.tolist())]
    points = [Point(zone=i, day=int(d), sort=PointSort.PROBED, mm=12.0)
              for i, d in enumerate(rng.integers(0, days, zones).tolist())]
    return Season(calendar=Calendar(FIRST, days, "Europe/Paris"), zones=made, programmes=programmes, rain=weather.rain,
                  reference=reference_of(weather, latitude=47.3, elevation_m=200.0), state=Carried.full(zones),
                  locks=Locks.of(locks), points=points)


def night_ratio(pairs: int) -> tuple[float, float, float]:
    """Give how much longer a flood night takes with its season: median ratio of pairs, and both medians [s of CPU]."""
    from scenarios.load import load_scenario
    from scenarios.running import run_scenario

    whole = prepare(load_scenario("valmont-june"))
    bare = replace(whole, scenario=whole.scenario.model_copy(update={"irrigation": None}))

    def spent(prepared: Prepared) -> float:
        began = time.process_time()
        run_scenario(prepared)
        return time.process_time() - began

    spent(whole)
    both = []
    for i in range(pairs):
        first, second = (whole, bare) if i % 2 else (bare, whole)
        one, other = spent(first), spent(second)
        both.append((one, other) if i % 2 else (other, one))
    times = np.array(both)
    with_s, without_s = np.median(times, axis=0)
    return float(np.median(times[:, 0] / times[:, 1])), float(with_s), float(without_s)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zones", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--nights", type=int, default=9)
    asked = parser.parse_args()
    balance(garden(10, 10))  # compile, or read what was
    season, kernel, spent = garden(asked.zones, asked.days), seasons.run_season, []

    def timed(*arguments: object) -> None:
        began = time.process_time()
        kernel(*arguments)
        spent.append(time.process_time() - began)

    seasons.run_season = timed
    wholes, walls = [], []
    for _ in range(3):
        began, wall = time.process_time(), time.perf_counter()
        balance(season)
        wholes.append(time.process_time() - began)
        walls.append(time.perf_counter() - wall)
    seasons.run_season = kernel
    zone_days = asked.zones * asked.days
    print(f"{asked.zones:,} zones x {asked.days} days: kernel {min(spent):.2f} s, season {min(wholes):.2f} s "
          f"(wall {min(walls):.2f} s), {1e9 * min(spent) / zone_days:.0f} ns per zone and day")
    plain = [Day(eto=float(e), rain=float(r)) for e, r in zip(season.reference.eto_mm, season.rain.mm, strict=True)]
    began, few = time.process_time(), max(asked.zones // 100, 1)
    for zone in season.zones[:few]:
        slow_season(plain, taw=zone.total_mm, kc=zone.vegetation.kc, p=zone.vegetation.p, start=0.0, efficiency=0.8,
                    retention=retention_mm(zone.curve_number), ksat=zone.soil.conductivity_mm_h)
    slow = (time.process_time() - began) * asked.zones / few
    if asked.nights:
        ratio, with_s, without_s = night_ratio(asked.nights)
        print(f"flood night with its season: {with_s:.2f} s, without: {without_s:.2f} s; ratio {ratio:.3f}, median of "
              f"{asked.nights} pairs")
    print(f"plain Python, without programmes and locks: {slow:.0f} s by {few:,} zones; {slow / min(spent):.0f} times")


if __name__ == "__main__":
    main()
