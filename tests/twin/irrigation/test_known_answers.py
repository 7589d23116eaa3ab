"""The known answers: a dry week, a programme, a flood on Thursday, orders of drought; FAO-56's own examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from tests.twin.irrigation.lawns import MONDAY, TWICE, WEEK_ETO, WEEK_RAIN, lawn, run
from twin.irrigation.calendar import Calendar
from twin.irrigation.locks import Lock, Locks, Reason, Release, sanitary_locks
from twin.irrigation.orders import DroughtOrder, national_minimum
from twin.irrigation.season import Watering, balance, without_locks
from twin.irrigation.weather import ForecastRain
from twin.irrigation.zones import Hold, Trigger
from twin.kernels.soil.formulae import allowed_fraction, evaporation_of, layer_after, reduction_of, stress_of

HOUR, DAY = 3600, 86_400


def test_a_lawn_without_water_for_a_week() -> None:
    c = run(rain=WEEK_RAIN, zones=[lawn(programme=-1)]).columns
    assert np.round(c.depletion_mm[0], 3).tolist() == [24.750, 29.975, 35.424, 40.314, 44.421, 35.228, 38.536]
    assert np.round(c.stress[0], 4).tolist() == [1, 1, 0.9559, 0.8302, 0.7455, 0.7386, 0.9949]
    assert int((c.stress[0] < 1).sum()) == 5


def test_a_programme_on_tuesday_and_friday_waters_when_the_ground_asks_for_it() -> None:
    b = run(rain=WEEK_RAIN)
    c = b.columns
    assert Watering(c.action[0, 1]) is Watering.NOT_NEEDED
    assert round(float(c.allowed_mm[0, 1]), 2) == 29.33
    assert Watering(c.action[0, 4]) is Watering.WATERED
    assert round(float(b.net_mm[0, 4]), 2) == 40.31
    assert round(float(c.stress[0, 4]), 4) == 0.7455  # the morning's
    assert round(float(c.depletion_mm[0, 4]), 3) == 4.107
    assert (round(float(c.depletion_mm[0, 5]), 3), round(float(c.drained_mm[0, 5]), 3)) == (0.0, 4.093)
    assert round(float(b.gross_m3[0].sum()), 1) == 50.4


def flooded_on_thursday(*, is_released: bool, **more: Any) -> Any:
    """Sixteen days: water on Thursday, the controller drowned until Monday, its cabinet lost until Wednesday."""
    eto = [*WEEK_ETO, 4.5, 5.0, 5.5, *[6.0] * 6]
    rain = [*WEEK_RAIN, *[0.0] * 9]
    calendar = Calendar(MONDAY, 16, "Europe/Paris")
    left_s = 3 * DAY + 20 * HOUR
    water = Lock(zone=0, start_s=3 * DAY + 2 * HOUR, end_s=left_s, reason=Reason.UNDER_WATER)
    drowned = Lock(zone=0, start_s=3 * DAY + 2 * HOUR, end_s=7 * DAY, reason=Reason.CONTROLLER_FLOODED)
    unfed = Lock(zone=0, start_s=7 * DAY, end_s=9 * DAY, reason=Reason.CONTROLLER_UNPOWERED)
    given = [Release(zone=0, at=datetime(2026, 7, 13, 8, tzinfo=UTC), by="M. Durand")] if is_released else []
    locks = [water, drowned, unfed]
    return run(eto, rain, locks=Locks.of([*locks, *sanitary_locks(locks, given, calendar)]), **more)


def test_after_a_flood_watering_waits_for_the_controller_its_cabinet_and_the_ground() -> None:
    b = flooded_on_thursday(is_released=True)
    c = b.columns
    assert c.depletion_mm[0, 3] == 0.0
    assert Watering(c.action[0, 4]) is Watering.LOCKED
    assert b.lock_of(0, 4).reason is Reason.CONTROLLER_FLOODED
    assert Watering(c.action[0, 8]) is Watering.LOCKED
    assert b.lock_of(0, 8).reason is Reason.CONTROLLER_UNPOWERED
    assert Watering(c.action[0, 11]) is Watering.NOT_NEEDED
    assert (round(float(c.depletion_mm[0, 10]), 3), round(float(c.allowed_mm[0, 11]), 2)) == (23.275, 27.90)
    assert [d for d in range(16) if c.gross_mm[0, d] > 0] == [15]
    assert round(float(b.net_mm[0, 15]), 2) == 43.74


def test_without_a_sanitary_release_it_stays_locked_for_that() -> None:
    b = flooded_on_thursday(is_released=False)
    assert not b.columns.gross_mm.any()
    assert Watering(b.columns.action[0, 15]) is Watering.LOCKED
    assert b.lock_of(0, 15).reason is Reason.SANITARY


def test_a_release_given_before_the_water_left_releases_nothing() -> None:
    calendar = Calendar(MONDAY, 7, "Europe/Paris")
    water = Lock(zone=0, start_s=DAY, end_s=2 * DAY, reason=Reason.UNDER_WATER)
    early = Release(zone=0, at=datetime(2026, 7, 6, 12, tzinfo=UTC), by="")
    assert [lock.end_s for lock in sanitary_locks([water], [early], calendar)] == [-1]


def test_rain_that_is_forecast_changes_no_depletion() -> None:
    told = [ForecastRain(issued=datetime(2026, 7, 6, 4, tzinfo=UTC), day=date(2026, 7, 8), mm=20.0)]
    plain, told_of = run(rain=WEEK_RAIN), run(rain=WEEK_RAIN, forecasts=told)
    assert np.array_equal(plain.columns.depletion_mm, told_of.columns.depletion_mm)


def test_rain_that_is_forecast_holds_watering_back_for_a_stated_time_and_says_so() -> None:
    heeds = replace(TWICE, hold=Hold(above_mm=5.0, within_d=2, at_most=1))
    told = [ForecastRain(issued=datetime(2026, 7, 9, 22, tzinfo=UTC), day=date(2026, 7, 11), mm=20.0),
            ForecastRain(issued=datetime(2026, 7, 13, 22, tzinfo=UTC), day=date(2026, 7, 14), mm=20.0)]
    b = run([6.0] * 10, programmes=[heeds], forecasts=told)
    assert Watering(b.columns.action[0, 4]) is Watering.HELD
    assert b.forecast_of(0, 4) == told[0]
    # held once already: the next day of the programme waters, whatever is expected
    assert Watering(b.columns.action[0, 8]) is Watering.WATERED


ALERTE = DroughtOrder(name="arrêté 2026-101", level="alerte", first=MONDAY, last=None,
                      forbidden=national_minimum("alerte"))


def test_under_alerte_a_programme_at_noon_is_refused_or_moved_with_its_order() -> None:
    noon = replace(TWICE, from_min=12 * 60, lasts_min=240)
    moved = run(rain=WEEK_RAIN, programmes=[noon], orders=[ALERTE])
    assert [moved.season.calendar.moment(s).hour for s in moved.window(0, 4)] == [18, 22]
    assert moved.order_of(0, 4) is ALERTE
    assert moved.columns.gross_mm[0, 4] > 0
    refused = run(rain=WEEK_RAIN, programmes=[replace(noon, moves=False)], orders=[ALERTE])
    assert Watering(refused.columns.action[0, 4]) is Watering.REFUSED
    assert refused.order_of(0, 4) is ALERTE
    assert not refused.columns.gross_mm.any()


def test_under_alerte_renforcee_lawns_get_nothing_and_their_stress_is_counted() -> None:
    order = replace(ALERTE, level="alerte_renforcee", forbidden=national_minimum("alerte_renforcee"))
    b = run(rain=WEEK_RAIN, orders=[order])
    assert b.gross_m3.sum() == 0.0
    assert int((b.columns.stress[0] < 1).sum()) == 5
    freed = run(rain=WEEK_RAIN, orders=[replace(order, derogations={"Z-1": ((8 * 60, 20 * 60),)})])
    assert freed.columns.gross_mm[0, 4] > 0


def test_the_stress_of_a_drying_root_zone_is_that_of_fao_56_example_37() -> None:
    depletion, ks = 55.0, []
    evenings = []
    for _ in range(10):
        ks.append(stress_of(depletion, 160.0, 64.0))
        depletion += ks[-1] * 1.2 * 5.0
        evenings.append(depletion)
    assert np.round(ks, 2).tolist() == [1.00, 1.00, 0.97, 0.91, 0.85, 0.80, 0.75, 0.70, 0.66, 0.62]
    assert np.round(evenings, 1).tolist() == [61.0, 67.0, 72.8, 78.3, 83.4, 88.2, 92.6, 96.9, 100.8, 104.5]


def test_the_evaporating_layer_is_that_of_fao_56_example_35_as_corrected() -> None:
    eto = [4.5, 5, 3.9, 4.2, 4.8, 2.7, 5.8, 5.1, 4.7, 5.2]
    kcb = [0.30, 0.31, 0.32, 0.33, 0.34, 0.36, 0.37, 0.38, 0.39, 0.40]
    few = [0.8] * 5 + [0.89, 0.88, 0.87, 0.87, 0.86]
    kr, ke, evening, etc, layer = [], [], [], [], 18.0
    for d in range(10):
        layer = max(layer - (50.0 if d == 0 else 6.0 if d == 5 else 0.0), 0.0)  # 40 mm on 0.8 of the ground; rain
        kr.append(reduction_of(layer, 18.0, 8.0))
        ke.append(evaporation_of(kr[-1], kcb[d], 1.21, few[d]))
        layer = layer_after(layer, ke[-1] * eto[d], few[d], 18.0)
        evening.append(layer)
        etc.append((kcb[d] + ke[-1]) * eto[d])
    assert np.allclose(kr, [1, 1, .73, .41, .22, .71, .52, .23, .12, .07], atol=0.006)
    assert np.allclose(ke, [.91, .90, .65, .36, .19, .60, .44, .19, .10, .05], atol=0.006)
    assert np.allclose(evening, [5.1, 10.7, 13.9, 15.8, 16.9, 12.8, 15.7, 16.8, 17.3, 17.7], atol=0.06)
    assert np.allclose(etc, [5.4, 6.0, 3.8, 2.9, 2.6, 2.6, 4.7, 2.9, 2.3, 2.4], atol=0.06)


#: The first days of cotton at Maricopa, 2013, as pyfao56 publishes them (test01, dry; CC0): ETref, Kcb, E, watering;
#: p, Ks, ETa, deep percolation, depletion of the evening.
COTTON = (
    (6.970, 0.15, 0.000, 0.0, 0.800, 0.000, 0.000, 0.000, 75.000),
    (6.420, 0.15, 0.000, 0.0, 0.800, 0.000, 0.000, 0.000, 75.000),
    (7.400, 0.15, 0.000, 33.0, 0.800, 0.000, 0.000, 0.000, 42.000),
    (5.790, 0.15, 3.532, 0.0, 0.674, 1.000, 4.400, 0.000, 46.400),
    (6.640, 0.15, 4.061, 0.0, 0.648, 1.000, 5.057, 0.000, 51.457),
    (6.630, 0.15, 3.109, 0.0, 0.686, 0.999, 4.103, 0.000, 55.560),
    (8.130, 0.15, 0.000, 0.0, 0.800, 1.000, 1.220, 0.000, 56.779),
    (9.540, 0.15, 0.000, 108.0, 0.793, 1.000, 1.431, 49.790, 0.000),
    (7.850, 0.15, 4.835, 0.0, 0.610, 1.000, 6.012, 0.000, 6.012),
    (8.940, 0.15, 5.554, 0.0, 0.574, 1.000, 6.895, 0.000, 12.907),
    (10.220, 0.15, 0.000, 0.0, 0.789, 1.000, 1.533, 0.000, 14.440),
    (6.780, 0.15, 0.000, 0.0, 0.800, 1.000, 1.017, 0.000, 15.457))


def test_the_root_zone_of_cotton_2013_is_that_of_pyfao56() -> None:
    depletion = 75.0
    for eto, kcb, evaporated, given, p, ks, eta, drained, evening in COTTON:
        fraction = allowed_fraction(0.65, kcb * eto + evaporated)
        stress = stress_of(depletion, 75.0, fraction * 75.0)
        used = stress * kcb * eto + evaporated
        lost = max(given - used - depletion, 0.0)
        depletion = max(depletion - given + used, 0.0)
        assert (fraction, stress, used, lost, depletion) == pytest.approx((p, ks, eta, drained, evening), abs=1.01e-3)


@pytest.mark.parametrize(("soil_mm_m", "crop", "total", "ready"), [
    # loamy sand, silt, silty clay; onion, tomato, maize
    (90, (0.4, 0.30), 36, 11), (90, (0.8, 0.40), 72, 29), (90, (1.2, 0.55), 108, 59), (170, (0.4, 0.30), 68, 20),
    (170, (0.8, 0.40), 136, 54), (170, (1.2, 0.55), 204, 112), (120, (0.4, 0.30), 48, 14),
    (120, (0.8, 0.40), 96, 38), (120, (1.2, 0.55), 144, 79)])
def test_available_water_is_that_of_fao_56_example_36(soil_mm_m: float, crop: tuple[float, float], total: float,
                                                      ready: float) -> None:
    roots, p = crop
    grown = replace(lawn().vegetation, p=p, kc=1.0)
    zone = lawn(taw_mm=soil_mm_m * roots, root_m=roots, vegetation=grown, programme=-1)
    b = run([5.0], zones=[zone])
    assert zone.total_mm == pytest.approx(total)
    assert float(b.columns.allowed_mm[0, 0]) == pytest.approx(ready, abs=0.51)


def test_what_the_locks_save_is_what_a_blind_controller_would_have_given() -> None:
    fixed = replace(TWICE, trigger=Trigger.FIXED, amount=10.0)
    b = flooded_on_thursday(is_released=True, programmes=[fixed])
    blind = balance(without_locks(b.season))
    assert np.flatnonzero(blind.columns.gross_mm[0]).tolist() == [1, 4, 8, 11, 15]
    assert np.flatnonzero(b.columns.gross_mm[0]).tolist() == [1, 15]
    assert Watering(b.columns.action[0, 11]) is Watering.DRAINING
