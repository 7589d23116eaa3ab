"""The answers of a season for programs: JSON values, a CSV of zones and days, and whether expectations hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from scenarios.expect import Outcome
from scenarios.irrigation.loading import PreparedSeason
from twin.explaining.irrigated import GroundTeller, lock_in_force, locked_since, told_zone
from twin.irrigation.indicators import Indicators
from twin.irrigation.locks import Lock
from twin.irrigation.restart import Restart
from twin.irrigation.season import Balance, Watering
from twin.quantities import NONE

_COLUMNS = ("zone_id", "day", "depletion_mm", "allowed_mm", "available_mm", "stress", "eto_mm", "eta_mm", "rain_mm",
            "runoff_mm", "gross_mm", "applied_m3", "drained_mm", "flood_mm", "corrected_mm", "action", "locked_by",
            "order")


def to_dict(prepared: PreparedSeason, told: Indicators, plan: list[Restart], d: int, teller: GroundTeller
            ) -> dict[str, Any]:
    """Give a season as plain JSON values, its zones as on day ``d``."""
    balance, season = told.balance, prepared.season
    calendar = season.calendar

    def moment(seconds: int) -> str | None:
        return None if seconds == NONE else calendar.moment(seconds).isoformat()

    return {
        "season": prepared.programmed.spec.season, "city": prepared.city_file.city.name,
        "from": calendar.first.isoformat(), "to": calendar.last.isoformat(), "on": calendar.day(d).isoformat(),
        "indicators": told.to_dict(), "defaults": dict(season.defaults),
        "fallbacks": season.fallbacks(), "stations": season.station_names,
        "notes": [note.fr if teller.words.lang == "fr" else note.en for note in season.notes],
        "zones": [_zone(balance, told, z, d, teller) for z in range(len(season.zones))],
        "restart": [{"zone": season.zones[r.zone].id, "steps": [
            {"step": due.step.word, "done": moment(due.done_s), "asset": None if due.asset is None else due.asset.id,
             "who": None if due.asset is None else due.asset.operator or due.asset.owner or None}
            for due in r.steps]} for r in plan]}


def _zone(balance: Balance, told: Indicators, z: int, d: int, teller: GroundTeller) -> dict[str, Any]:
    season, c = balance.season, balance.columns
    zone, lock = season.zones[z], lock_in_force(balance, z, d)
    probed = balance.probed_day(z, d)
    return {
        "id": zone.id, "name": zone.name, "soil": zone.soil.name, "vegetation": zone.vegetation.name,
        "area_m2": round(zone.area_m2, 1), "controller": zone.controller or None, "total_mm": round(zone.total_mm, 3),
        "depletion_mm": round(float(c.depletion_mm[z, d]), 3), "allowed_mm": round(float(c.allowed_mm[z, d]), 3),
        "stress": round(float(c.stress[z, d]), 4), "action": Watering(int(c.action[z, d])).word,
        "given_mm": round(float(c.gross_mm[z, d]), 3), "applied_m3": round(float(told.applied_m3[z]), 3),
        "needed_m3": round(float(told.needed_m3[z]), 3), "saved_m3": round(float(told.saved_m3[z]), 3),
        "wasted_m3": round(float(told.wasted_m3[z]), 3), "stress_days": int(told.stress_days[z]),
        "days_under_water": int(told.days_under_water[z]), "observed_days_ago": None if probed == NONE else d - probed,
        "locked_by": None if lock is None else lock.reason.word,
        "locked_asset": None if lock is None or lock.asset is None else lock.asset.id,
        "locked_since": None if lock is None else season.calendar.moment(locked_since(balance, z, d)).isoformat(),
        "sentence": told_zone(teller, z, d).sentence}


def write_csv(balance: Balance, out: Path) -> None:
    """Write a row for each zone and day.

    Raises
    ------
    InputError
        The place holds another sort of file, or cannot be written.
    """
    write_csv_file(out, _COLUMNS, _rows(balance), sort="a season of irrigation", known_by=3)


def _rows(balance: Balance) -> Iterator[tuple[Any, ...]]:
    season, c = balance.season, balance.columns
    applied = balance.gross_m3

    def mm(value: float) -> float:
        return round(float(value), 4)

    for z, zone in enumerate(season.zones):
        eto_mm, rain_mm = season.eto_of(z), season.rain_of(z)
        for d in range(season.calendar.days):
            order, lock = balance.order_of(z, d), balance.lock_of(z, d)
            yield (zone.id, season.calendar.day(d).isoformat(), mm(c.depletion_mm[z, d]), mm(c.allowed_mm[z, d]),
                   mm(zone.total_mm), mm(c.stress[z, d]), mm(eto_mm[d]), mm(c.eta_mm[z, d]),
                   mm(rain_mm[d]), mm(c.runoff_mm[z, d]), mm(c.gross_mm[z, d]), mm(applied[z, d]),
                   mm(c.drained_mm[z, d]), mm(c.flood_mm[z, d]), mm(c.corrected_mm[z, d]),
                   Watering(int(c.action[z, d])).word, "" if lock is None else _lock_word(lock),
                   "" if order is None else order.name)


def _lock_word(lock: Lock) -> str:
    return lock.reason.word if lock.asset is None else f"{lock.reason.word} {lock.asset.id}"


def expectations(prepared: PreparedSeason, told: Indicators) -> list[Outcome]:
    """Hold what a programme file expects of its zones.

    Returns
    -------
    One outcome for each thing expected, in the order of the file.
    """
    programmed, balance = prepared.programmed, told.balance
    ids = [zone.id for zone in prepared.season.zones]
    calendar, outcomes = prepared.season.calendar, []
    for i, expected in enumerate(programmed.spec.expect):
        z = ids.index(expected.zone)
        d = calendar.days - 1 if expected.on is None else _day(expected.on, prepared, i)
        found: dict[str, float] = {
            "depletion_mm": float(balance.columns.depletion_mm[z, d]),
            "applied_m3": float(told.applied_m3[z] if expected.on is None else balance.gross_m3[z, d]),
            "stress_days": float(told.stress_days[z])}
        where, line = f"expect[{i}]", programmed.complaint(("expect", i), found="", expected="").line
        subject = expected.zone + (f" on {expected.on}" if expected.on else " over the season")
        for name, value in found.items():
            wanted = getattr(expected, name)
            if wanted is not None:
                outcomes.append(Outcome(where=where, line=line, subject=subject, found=f"{value:.3f}",
                                        expected=f"{name} {wanted[0]:g} to {wanted[1]:g}",
                                        is_met=wanted[0] <= value <= wanted[1]))
        if expected.locked_by is not None:
            locks = {"none"} if (lock := lock_in_force(balance, z, d)) is None else {
                lock.reason.word, *([lock.asset.id] if lock.asset else [])}
            outcomes.append(Outcome(where=where, line=line, subject=subject, expected=f"locked by {expected.locked_by}",
                                    found=" ".join(sorted(locks)), is_met=expected.locked_by in locks))
    return outcomes


def _day(on: date, prepared: PreparedSeason, i: int) -> int:
    calendar = prepared.season.calendar
    d = calendar.number(on)
    if not 0 <= d < calendar.days:
        raise prepared.programmed.complaint(("expect", i, "on"), found=str(on),
                                            expected=f"a day from {calendar.first} to {calendar.last}")
    return d
