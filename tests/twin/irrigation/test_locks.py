"""Locks are read from a run: water on the zone, its controller drowned, its controller without what feeds it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from tests.reference.cities import kinds_with_repairs, plan_of
from tests.reference.hand_town import HandTown
from tests.reference.water import water_at
from tests.twin.irrigation.lawns import lawn, season_of
from twin.engine.simulate import run
from twin.explaining.irrigated import (
    grouped_sentences,
    locked_since,
    stress_sentence,
    teller_of,
    told_zone,
    zone_sentence,
)
from twin.explaining.irrigated_season import restart_lines, season_lines
from twin.irrigation.calendar import Calendar
from twin.irrigation.data import vegetation
from twin.irrigation.indicators import Indicators
from twin.irrigation.locks import Lock, Locks, Reason, ended, locks_of_run, sanitary_locks
from twin.irrigation.restart import RestartStep, restarts
from twin.irrigation.season import Balance, Point, PointSort, balance
from twin.irrigation.zones import Zone
from twin.world.city import City

HOUR = 3600
#: The runs begin on 22 November 2026 at 16:00 of Paris.
NIGHT = Calendar(date(2026, 11, 22), 4, "Europe/Paris")
SHIFT = 16 * HOUR


def test_the_zone_worked_by_hand(hand_town: HandTown) -> None:
    result = run(hand_town.city, hand_town.plan, hand_town.exposure)
    locks = locks_of_run(result, {hand_town.city.assets.row("Z1"): 0}, NIGHT)
    wet = [lock for lock in locks if lock.reason is Reason.UNDER_WATER]
    assert len(wet) == 2
    (lost,) = [lock for lock in locks if lock.reason is Reason.CONTROLLER_UNPOWERED]
    assert (lost.start_s, lost.end_s) == (38700 + SHIFT, 39600 + SHIFT)
    assert (lost.asset.id, lost.controller.id) == ("C2", "I1")


def drowned(tiny_city: Callable[..., City]) -> tuple[City, list[Lock]]:
    """The controller K-07 drowns and is mended in four hours; its cabinet A-012 drowns too and takes ten."""
    city = tiny_city(
        {"P-01": "substation", "A-012": {"kind": "cabinet", "touch_m": 0.1, "fail_m": 0.3},
         "K-07": {"kind": "controller", "touch_m": 0.1, "fail_m": 0.3}, "Z-05": "zone"},
        [("P-01", "A-012"), ("A-012", "K-07"), ("K-07", "Z-05")],
        kinds=kinds_with_repairs({"cabinet": (10 * HOUR, 10 * HOUR), "controller": (4 * HOUR, 4 * HOUR)}))
    water = [0.0, 0.5, 0.0, 0.0]
    plan = plan_of(30 * HOUR)
    exposure = water_at(city.assets, [0, HOUR, 2 * HOUR, 3 * HOUR], {"K-07": water, "A-012": [0.9 * w for w in water]},
                        30 * HOUR)
    return city, locks_of_run(run(city, plan, exposure), {city.assets.row("Z-05"): 0}, NIGHT)


def test_a_drowned_controller_that_is_mended_waits_for_its_cabinet(tiny_city: Callable[..., City]) -> None:
    _, locks = drowned(tiny_city)
    first, then = sorted(locks, key=lambda lock: lock.start_s)
    assert (first.reason, first.asset.id) == (Reason.CONTROLLER_FLOODED, "K-07")
    assert (then.reason, then.asset.id, then.controller.id) == (Reason.CONTROLLER_UNPOWERED, "A-012", "K-07")
    assert first.end_s == then.start_s < then.end_s


def told(tiny_city: Callable[..., City], lang: str, zones: list[Zone] | None = None, days: int = 4) -> tuple:
    city, locks = drowned(tiny_city)
    zones = zones or [lawn("Z-05", name="Parc des Lavandières, zone 1")]
    season = season_of([2.0] * days, first=NIGHT.first, zones=zones, locks=Locks.of(locks), start_mm=30.0)
    b = balance(season)
    return teller_of(b, city.assets.kinds, lang), b


def test_the_sentence_of_a_locked_zone_word_for_word(tiny_city: Callable[..., City]) -> None:
    french, _ = told(tiny_city, "fr")
    name = "«\u00a0Parc des Lavandières, zone 1\u00a0» (Z-05)"
    assert zone_sentence(french, 0, 0) == \
        f"{name} n’est pas arrosée depuis dimanche\u00a0: son programmateur K-07 a perdu l’armoire d’éclairage A-012."
    # by the evening of the next day all is back
    assert "depuis" not in zone_sentence(french, 0, 1)
    english, _ = told(tiny_city, "en")
    assert zone_sentence(english, 0, 0) == \
        "“Parc des Lavandières, zone 1” (Z-05) has not been watered since Sunday: its controller K-07 has lost " \
        "lighting cabinet A-012."


def test_each_cause_has_its_words(tiny_city: Callable[..., City]) -> None:
    teller, _ = told(tiny_city, "fr")
    english, _ = told(tiny_city, "en")
    _, locks = drowned(tiny_city)
    lost = next(lock for lock in locks if lock.reason is Reason.CONTROLLER_UNPOWERED)
    assert teller.cause(lost) == "son programmateur K-07 a perdu l’armoire d’éclairage A-012"
    assert english.cause(lost) == "its controller K-07 has lost lighting cabinet A-012"
    said = {reason: (english.cause(lock), teller.cause(lock)) for reason in Reason
            for lock in [Lock(zone=0, start_s=0, end_s=-1, reason=reason, asset=lost.asset,
                              controller=lost.controller)]}
    assert len({en for en, _ in said.values()}) == len(Reason)
    assert all(en != fr for en, fr in said.values())


def test_a_stressed_zone_says_since_when_and_by_which_order(tiny_city: Callable[..., City]) -> None:
    from tests.twin.irrigation.test_known_answers import ALERTE
    from twin.irrigation.orders import national_minimum

    city, _ = drowned(tiny_city)
    order = type(ALERTE)(name="arrêté 2026-251", level="alerte_renforcee", first=ALERTE.first, last=None,
                         forbidden=national_minimum("alerte_renforcee"))
    b = balance(season_of(orders=[order]))
    french, english = (teller_of(b, city.assets.kinds, lang) for lang in ("fr", "en"))
    assert zone_sentence(french, 0, 4) == ("«\u00a0Pelouse Z-1\u00a0» (Z-1) n’est pas arrosée vendredi\u00a0: un "
                                           "arrêté sécheresse l’interdit (arrêté 2026-251, niveau alerte renforcée).")
    assert stress_sentence(french, 0, 4) == (
        "Ses plantes manquent d’eau depuis mercredi\u00a0: elles absorbent 75\u00a0% de leur besoin. Un arrêté "
        "sécheresse interdit de l’arroser (arrêté 2026-251, niveau alerte renforcée).")
    assert stress_sentence(english, 0, 4) == (
        "Its plants have lacked water since Wednesday: they take up 75\u00a0% of what they need. A drought order "
        "forbids to water it (arrêté 2026-251, reinforced alert).")
    assert grouped_sentences(english, 4) == [
        "Without enough water since Wednesday, forbidden by arrêté 2026-251, reinforced alert: Z-1."]
    assert told_zone(english, 0, 4).gives == "forbidden"
    lines = [line.text for line in season_lines(english, Indicators(b, 3.0))]
    assert "Days of stress, over all zones: 5." in lines
    assert "Of these, by orders of drought: 2." in lines
    assert any(line.startswith("Cost: 0.00 €") for line in lines)


def flooded() -> Balance:
    """One zone under water for two hours, a bed and a lawn."""
    zones = [lawn("Z-1"), lawn("Z-2", vegetation=lawn().vegetation, taw_mm=40.0)]
    wet = [Lock(zone=z, start_s=10 * HOUR, end_s=12 * HOUR, reason=Reason.UNDER_WATER) for z in (0, 1)]
    return balance(season_of([5.0] * 12, zones=zones, locks=Locks.of([*wet, *sanitary_locks(wet, [], season_of(
        [5.0]).calendar)])))


def test_a_restart_has_its_steps_in_order_and_waits_for_a_person() -> None:
    plan = restarts(flooded())
    assert [restart.zone for restart in plan] == [0, 1]
    assert [due.step for due in plan[0].steps] == [
        RestartStep.RECEDE, RestartStep.FLUSH, RestartStep.TEST, RestartStep.RELEASE, RestartStep.WATER]
    assert plan[0].waiting(20 * HOUR).step is RestartStep.FLUSH
    assert plan[0].steps[-1].done_s == -1


def test_the_restart_is_told(tiny_city: Callable[..., City]) -> None:
    city, _ = drowned(tiny_city)
    b = flooded()
    line = restart_lines(teller_of(b, city.assets.kinds, "fr"), restarts(b), 3)[1].text
    assert line.replace("\u00a0", " ") == (
        "  1. « Pelouse Z-1 » (Z-1) : l’eau se retire (lundi 12 h 00) ; réseau rincé (date inconnue) ; vannes essayées "
        "(date inconnue) ; feu vert sanitaire, donné par une personne (date inconnue) ; le sol demande de l’eau (date "
        "inconnue).")


def test_a_fact_ends_a_lock_from_its_time_on() -> None:
    lost = Lock(zone=0, start_s=0, end_s=-1, reason=Reason.CONTROLLER_OUT)
    later = Lock(zone=0, start_s=50, end_s=90, reason=Reason.CONTROLLER_OUT)
    other = Lock(zone=1, start_s=0, end_s=-1, reason=Reason.CONTROLLER_OUT)
    found = ended([lost, later, other], {0}, (Reason.CONTROLLER_OUT,), 20)
    assert [lock.end_s for lock in found] == [20, 90, -1]


def test_locks_that_touch_count_as_one_since(tiny_city: Callable[..., City]) -> None:
    _, b = told(tiny_city, "fr")
    assert b.season.calendar.moment(locked_since(b, 0, 0)).hour == 16


def test_days_under_water_are_held_against_what_plants_bear() -> None:
    zones = [lawn("Z-1"), lawn("Z-2")]
    wet = [Lock(zone=0, start_s=0, end_s=6 * 86_400, reason=Reason.UNDER_WATER)]
    found = Indicators(balance(season_of([3.0] * 10, zones=zones, locks=Locks.of(wet))))
    assert found.days_under_water.tolist() == [6, 0]
    assert found.is_beyond_tolerance.tolist() == [True, False]
    assert found.to_dict()["zones_beyond_tolerance"] == 1
    assert np.array_equal(found.saved_m3 >= 0, [True, True])


def test_water_given_to_a_ground_that_is_full_is_wasted() -> None:
    from dataclasses import replace

    from tests.twin.irrigation.lawns import TWICE
    from twin.irrigation.zones import Trigger

    fixed = replace(TWICE, trigger=Trigger.FIXED, amount=50.0)
    found = Indicators(balance(season_of(programmes=[fixed], start_mm=0.0)))
    # Tuesday: 40 mm reach a ground that lacks 4.75 and loses 5.225; the rest runs out below
    tuesday = 40.0 - 4.75 - 5.225
    # Friday: 40 mm on what Wednesday and Thursday took, and on what Friday takes
    friday = 40.0 - 0.95 * (6.0 + 6.2) - 0.95 * 5.8
    assert found.wasted_m3[0] == (tuesday + friday) / 0.8


def test_a_probe_is_told_with_its_age(tiny_city: Callable[..., City]) -> None:
    city, _ = drowned(tiny_city)
    seen = [Point(zone=0, day=1, sort=PointSort.PROBED, mm=20.0)]
    b = balance(season_of(points=seen))
    french, english = (teller_of(b, city.assets.kinds, lang) for lang in ("fr", "en"))
    assert told_zone(english, 0, 0).holds == "50.2\u00a0mm of 75.0\u00a0mm"
    assert told_zone(english, 0, 3).holds.endswith(" (probe, 2 days ago)")
    assert told_zone(french, 0, 2).holds.endswith(" (sonde, il y a 1 jour)")


def test_figures_that_are_assumptions_are_counted_and_said(tiny_city: Callable[..., City]) -> None:
    city, _ = drowned(tiny_city)
    zones = [lawn("Z-1"), lawn("Z-2", vegetation=vegetation()["young_trees"])]
    b = balance(season_of(zones=zones))
    said = [line.text for line in season_lines(teller_of(b, city.assets.kinds, "en"), Indicators(b))]
    assert "Soil or plants whose figures are assumptions, zones: 1." in said
