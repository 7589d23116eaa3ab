"""Seasons: what goes in comes out, observations beat the computation, controllers do what they can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.soil import Day
from tests.reference.soil import season as slow_season
from tests.twin.irrigation.lawns import TWICE, lawn, run, season_of
from twin.errors import InputError
from twin.irrigation.data import curve_numbers, retention_mm, soils, vegetation
from twin.irrigation.locks import Lock, Locks, Reason
from twin.irrigation.season import Carried, Point, PointSort, Season, Watering, balance
from twin.irrigation.zones import Trigger, Valve
from twin.kernels.soil import tables

HOUR, DAY = 3600, 86_400


def random_season(seed: int, zones: int = 20, days: int = 60) -> Season:
    """Zones of all sorts under all that may happen to them."""
    rng = np.random.default_rng(seed)
    ground, plants = list(soils().values()), list(vegetation().values())
    programmes = [replace(
        TWICE, days=frozenset(rng.choice(7, rng.integers(1, 8), replace=False).tolist()),
        trigger=Trigger(int(rng.integers(3))), amount=float(rng.uniform(0.3, 1.5)), refill=float(rng.uniform(0.3, 1.2)),
        efficiency=float(rng.uniform(0.4, 1.0)), rate_mm_h=float(rng.uniform(4, 40)),
        cycle_s=int(rng.integers(2) * 600), soak_s=int(rng.integers(2) * 1800), valve=Valve(int(rng.integers(2))))
        for _ in range(5)]
    of = [lawn(f"Z-{i}", soil=ground[rng.integers(len(ground))], vegetation=plants[rng.integers(len(plants))],
               programme=int(rng.integers(-1, 5)), taw_mm=None, is_dual=bool(rng.integers(2)),
               curve_number=float(rng.uniform(30, 98)), wetted=float(rng.uniform(0.3, 1.0))) for i in range(zones)]
    locks = [Lock(zone=int(rng.integers(zones)), start_s=int(a), end_s=int(a + rng.integers(1, 5 * DAY)),
                  reason=Reason(int(rng.integers(7)))) for a in rng.integers(0, days * DAY, 2 * zones)]
    points = [Point(zone=int(rng.integers(zones)), day=int(rng.integers(days)), sort=PointSort(int(rng.integers(3))),
                    mm=float(rng.uniform(0, 60))) for _ in range(zones)]
    rain = np.where(rng.random(days) < 0.3, rng.gamma(1.0, 12.0, days), 0.0)
    season = season_of(rng.uniform(0, 9, days), rain, zones=of, programmes=programmes, locks=Locks.of(locks),
                       points=points)
    season.state.depletion_mm[:] = [rng.uniform(0, zone.total_mm) for zone in of]
    return season


def check_conserved(seed: int, zones: int) -> None:
    b = balance(random_season(seed, zones))
    c = b.columns
    assert np.abs(b.residual_mm()).max() < 1e-9
    totals = np.array([zone.total_mm for zone in b.season.zones])[:, None]
    assert (c.depletion_mm >= 0).all()
    assert (c.depletion_mm <= totals + 1e-9).all()
    for name in ("eta_mm", "gross_mm", "drained_mm", "runoff_mm", "flood_mm"):
        assert (getattr(c, name) >= -1e-9).all(), name
    assert ((c.stress >= 0) & (c.stress <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_water_is_neither_made_nor_lost(seed: int) -> None:
    check_conserved(seed, zones=20)  # 1,200 random seasons of a zone


@pytest.mark.verify
@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_water_is_neither_made_nor_lost_in_ten_thousand_seasons(seed: int) -> None:
    check_conserved(seed, zones=20)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_kernel_agrees_with_the_slow_reference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, soil, plant = 90, list(soils().values())[rng.integers(11)], list(vegetation().values())[rng.integers(6)]
    days = [Day(eto=float(rng.uniform(0, 9)), rain=float(rng.random() < 0.3) * float(rng.gamma(1, 15)),
                gross=float(rng.random() < 0.2) * float(rng.uniform(0, 40)),
                wet_h=float(rng.integers(1, 25)) if rng.random() < 0.05 else 0.0,
                seen=float(rng.uniform(0, 80)) if rng.random() < 0.05 else None) for _ in range(n)]
    zone = lawn(soil=soil, vegetation=plant, taw_mm=None, curve_number=float(rng.uniform(30, 98)))
    points = [Point(zone=0, day=d, sort=PointSort.READ_OFF, mm=day.gross) for d, day in enumerate(days)]
    points += [Point(zone=0, day=d, sort=PointSort.PROBED, mm=day.seen) for d, day in enumerate(days)
               if day.seen is not None]
    season = season_of([day.eto for day in days], [day.rain for day in days], zones=[zone], start_mm=zone.total_mm / 3,
                       points=points)
    midnights = season.calendar.start_s
    wet = [Lock(zone=0, start_s=int(midnights[d]), end_s=int(midnights[d] + day.wet_h * HOUR),
                reason=Reason.UNDER_WATER) for d, day in enumerate(days) if day.wet_h]
    c = balance(replace(season, locks=Locks.of(wet))).columns
    told = slow_season(days, taw=zone.total_mm, kc=plant.kc, p=plant.p, start=zone.total_mm / 3,
                       retention=retention_mm(zone.curve_number), efficiency=0.8, ksat=soil.conductivity_mm_h)
    for name, column in (("depletion", c.depletion_mm), ("ks", c.stress), ("eta", c.eta_mm), ("drained", c.drained_mm),
                         ("runoff", c.runoff_mm), ("flood", c.flood_mm), ("allowed", c.allowed_mm)):
        assert np.allclose(column[0], [row[name] for row in told], atol=1e-9), name


def test_a_season_is_a_chain_of_days() -> None:
    whole = random_season(7)
    b = balance(whole)
    half = 25
    first = replace(whole, calendar=replace(whole.calendar, days=half),
                    rain=replace(whole.rain, mm=whole.rain.mm[:half]), reference=cut(whole, 0, half),
                    points=[p for p in whole.points if p.day < half])
    carried = balance(first).state
    shift = int(whole.calendar.start_s[half])
    second = replace(
        whole, calendar=replace(whole.calendar, first=whole.calendar.day(half), days=60 - half),
        rain=replace(whole.rain, mm=whole.rain.mm[half:]), reference=cut(whole, half, 60), state=carried,
        points=[replace(p, day=p.day - half) for p in whole.points if p.day >= half],
        locks=Locks.of([replace(k, start_s=k.start_s - shift, end_s=k.end_s - shift) for k in whole.locks.rows]))
    assert np.allclose(balance(second).columns.depletion_mm, b.columns.depletion_mm[:, half:], atol=1e-9)


def cut(season: Season, a: int, b: int):
    r = season.reference
    return replace(r, eto_mm=r.eto_mm[a:b], fallback=r.fallback[a:b], wind_m_s=r.wind_m_s[a:b], rh_min=r.rh_min[a:b])


def test_a_probe_beats_the_computation() -> None:
    seen = Point(zone=0, day=2, sort=PointSort.PROBED, mm=12.0, by="S-3")
    c = run(zones=[lawn(programme=-1)], points=[seen]).columns
    assert c.depletion_mm[0, 2] == pytest.approx(12.0 + 0.95 * 6.0)
    assert c.corrected_mm[0, 2] == pytest.approx(12.0 - 29.975)


def test_a_meter_beats_the_programme() -> None:
    b = run(points=[Point(zone=0, day=4, sort=PointSort.READ_OFF, mm=0.0)])
    assert Watering(b.columns.action[0, 4]) is Watering.METERED
    assert b.columns.gross_mm[0, 4] == 0.0


def test_what_is_given_by_hand_waits_for_no_day_but_for_locks() -> None:
    by_hand = Point(zone=0, day=2, sort=PointSort.GIVEN, mm=10.0)
    b = run(points=[by_hand])
    assert Watering(b.columns.action[0, 2]) is Watering.BY_HAND
    assert b.columns.gross_mm[0, 2] == pytest.approx(10.0)
    locked = run(points=[by_hand], locks=Locks.of([Lock(zone=0, start_s=0, end_s=-1, reason=Reason.CONTROLLER_OUT)]))
    assert Watering(locked.columns.action[0, 2]) is Watering.LOCKED


def test_a_tanker_waters_a_zone_without_a_programme() -> None:
    b = run(zones=[lawn(programme=-1)], points=[Point(zone=0, day=2, sort=PointSort.GIVEN, mm=10.0)])
    assert Watering(b.columns.action[0, 2]) is Watering.BY_HAND
    assert b.columns.depletion_mm[0, 2] == pytest.approx(35.42388535 - 10.0)


def test_a_controller_lost_for_half_of_its_run_gives_half() -> None:
    fixed = replace(TWICE, trigger=Trigger.FIXED, amount=20.0, rate_mm_h=10.0)  # two hours from four in the morning
    lost = Lock(zone=0, start_s=DAY + 5 * HOUR, end_s=DAY + 9 * HOUR, reason=Reason.CONTROLLER_UNPOWERED)
    b = run(programmes=[fixed], locks=Locks.of([lost]))
    assert Watering(b.columns.action[0, 1]) is Watering.CUT_SHORT
    assert b.columns.gross_mm[0, 1] == pytest.approx(10.0)
    assert b.lock_of(0, 1) == lost
    assert b.columns.gross_mm[0, 4] == pytest.approx(20.0)


def test_a_latching_valve_stays_open_until_its_controller_is_back() -> None:
    fixed = replace(TWICE, trigger=Trigger.FIXED, amount=20.0, rate_mm_h=10.0, valve=Valve.LATCHING)
    lost = Lock(zone=0, start_s=DAY + 5 * HOUR, end_s=DAY + 9 * HOUR, reason=Reason.CONTROLLER_UNPOWERED)
    water = Lock(zone=0, start_s=DAY + 6 * HOUR, end_s=DAY + 8 * HOUR, reason=Reason.UNDER_WATER)
    b = run(programmes=[fixed], locks=Locks.of([lost, water]))
    assert Watering(b.columns.action[0, 1]) is Watering.STUCK
    assert b.columns.gross_mm[0, 1] == pytest.approx(10.0 + 40.0)
    assert b.columns.flags[0, 1] & tables.RAN_WET


def test_cycles_and_pauses_make_a_run_longer_and_the_night_cuts_it() -> None:
    from twin.kernels.soil.watering import fitted

    assert fitted(3600, 8 * HOUR, 600, 1800) == (3600, 3600 + 5 * 1800)
    assert fitted(3600, 2 * HOUR, 600, 1800) == (1800, 2 * HOUR)
    assert fitted(3600, 1800, 0, 0) == (1800, 1800)
    with pytest.raises(InputError, match="a programme no longer than its window"):
        run(programmes=[replace(TWICE, trigger=Trigger.FIXED, amount=30.0, cycle_s=600, soak_s=1800, lasts_min=120)])


@pytest.mark.parametrize(("changes", "message"), [
    ({"rate_mm_h": 0.0}, "rate_mm_h"), ({"efficiency": 1.2}, "efficiency"), ({"days": frozenset()}, "no day")])
def test_a_programme_that_no_controller_can_run_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(programmes=[replace(TWICE, **changes)])


def test_a_zone_without_area_is_refused() -> None:
    with pytest.raises(InputError, match=r"zones.Z-1.area_m2"):
        run(zones=[lawn(area_m2=0.0)])


def test_turf_in_the_dual_form_uses_what_it_uses_in_the_single_one() -> None:
    rain = np.where(np.arange(60) % 9 == 0, 15.0, 0.0)
    single, dual = (run([5.0] * 60, rain, zones=[lawn(is_dual=is_dual)]).columns.eta_mm.sum()
                    for is_dual in (False, True))
    assert dual == pytest.approx(single, rel=0.05)


def test_the_data_name_their_sources() -> None:
    for row in (*soils().values(), *vegetation().values()):
        assert row.source
    assert all(soil.wilting_point < soil.field_capacity for soil in soils().values())
    assert set(curve_numbers()) == {(c, g) for c in ("good", "fair", "poor") for g in "ABCD"}


def test_a_full_ground_is_what_a_season_without_a_past_begins_with() -> None:
    assert Carried.full(3).depletion_mm.tolist() == [0.0, 0.0, 0.0]
