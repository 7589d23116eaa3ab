"""What a season leaves to the next, as a file: the water of each zone on its last evening, and locks still in force."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from geodata.atomic import write_whole
from geodata.causes import cause_of
from twin.errors import InputError
from twin.irrigation.calendar import Calendar
from twin.irrigation.locks import Lock, Reason
from twin.irrigation.season import NEVER, Balance, Carried
from twin.irrigation.weather import Note
from twin.irrigation.zones import Zone
from twin.quantities import NONE
from twin.world.city import City

#: Version of the file.
FORMAT = "citytwin-irrigation-1"
_HEAD = f'{{\n  "format": "{FORMAT}"'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """What a season begins with."""

    state: Carried
    #: Locks without an end, of the season before.
    locks: Sequence[Lock] = ()
    #: Zones that wait for their sanitary release.
    awaiting: Sequence[int] = ()

    @staticmethod
    def none(zones: Sequence[Zone], depletion_mm: Mapping[int, float | None]) -> Past:
        """Give the past of a ground that is full, but where the file states its depletion."""
        state = Carried.full(len(zones))
        for z, mm in depletion_mm.items():
            state.depletion_mm[z] = min(mm or 0.0, zones[z].total_mm)
        return Past(state=state)


def write_state(balance: Balance, city: City, out: Path) -> None:
    """Write the evening of the last day.

    Raises
    ------
    InputError
        The place holds another sort of file, or cannot be written.
    """
    season, state = balance.season, balance.state
    calendar = season.calendar
    zones: dict[str, Any] = {}
    for z, zone in enumerate(season.zones):
        open_locks = [lock for lock in season.locks.of_zone(z) if lock.end_s == NONE]
        watered = int(state.watered_day[z])
        zones[zone.id] = {
            "depletion_mm": round(float(state.depletion_mm[z]), 6), "layer_mm": round(float(state.layer_mm[z]), 6),
            "wetted": round(float(state.wetted[z]), 6), "since_mm": round(float(state.since_mm[z]), 6),
            "draining": bool(state.is_draining[z]),
            "watered": None if watered == NEVER else calendar.day(watered).isoformat(),
            "awaits_release": any(lock.reason is Reason.SANITARY for lock in open_locks),
            "locks": [{"reason": lock.reason.word, "since": calendar.moment(lock.start_s).isoformat(),
                       "asset": None if lock.asset is None else lock.asset.id,
                       "controller": None if lock.controller is None else lock.controller.id, "by": lock.by}
                      for lock in open_locks if lock.reason is not Reason.SANITARY]}
    text = json.dumps({"format": FORMAT, "city": city.name, "evening": calendar.last.isoformat(), "zones": zones},
                      ensure_ascii=False, indent=2) + "\n"
    write_whole(out, text, opens=_HEAD, sort="a state of irrigation")


def read_past(path: Path, number: Mapping[str, int], calendar: Calendar, city: City, notes: list[Note]) -> Past:
    """Read what an earlier season left; zones that it lacks begin full, and are counted.

    Raises
    ------
    InputError
        No such file, of another sort or another city, of another evening than the one before the season.
    """
    told = _read(path)
    eve = calendar.first - timedelta(days=1)
    if told.get("city") != city.name:
        raise InputError(file=str(path), field="city", found=str(told.get("city")), expected=city.name)
    if told.get("evening") != eve.isoformat():
        raise InputError(file=str(path), field="evening", found=str(told.get("evening")),
                         expected=f"{eve}, the evening before the season",
                         remedy="A season follows the one before it without a gap.")
    state, locks, awaiting = Carried.full(len(number)), [], []
    known = {zone: entry for zone, entry in told["zones"].items() if zone in number}
    try:
        for zone, entry in known.items():
            z = number[zone]
            for name in ("depletion_mm", "layer_mm", "wetted", "since_mm"):
                getattr(state, name)[z] = float(entry[name])
            state.is_draining[z] = bool(entry["draining"])
            if entry["watered"] is not None:
                state.watered_day[z] = calendar.number(date.fromisoformat(entry["watered"]))
            awaiting += [z] if entry["awaits_release"] else []
            locks += [_lock(z, lock, calendar, city) for lock in entry["locks"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(file=str(path), field=f"zones.{zone}", found=f"an entry that cannot be read ({error})",
                         expected="what `twin irrigate --state` wrote") from None
    if not np.isfinite(state.depletion_mm).all() or (state.depletion_mm < 0).any():
        raise InputError(file=str(path), field="depletion_mm", found="a depletion below 0 or none",
                         expected="0 or more")
    if len(known) < len(number):
        n = len(number) - len(known)
        notes.append(Note(f"{path.name}: zones that it lacks, which begin with a full ground: {n}.",
                          f"{path.name} : zones absentes, supposées au départ à la capacité au champ : {n}."))
    return Past(state=state, locks=locks, awaiting=awaiting)


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(file=str(path), found="no such file", expected="what an earlier season left") from None
    except (OSError, ValueError) as error:
        raise InputError(file=str(path), found=f"a file that cannot be read ({cause_of(error)})",
                         expected="what `twin irrigate --state` wrote") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT or not isinstance(told.get("zones"), dict):
        raise InputError(file=str(path), found="a file of another sort", expected=f"a state ({FORMAT})")
    return told


def _lock(zone: int, told: Mapping[str, Any], calendar: Calendar, city: City) -> Lock:
    def asset(name: str) -> Any:
        return None if told[name] is None else city.assets[city.assets.row(str(told[name]))]

    return Lock(zone=zone, start_s=calendar.seconds(datetime.fromisoformat(told["since"])), end_s=NONE,
                reason=Reason[str(told["reason"]).upper()], asset=asset("asset"), controller=asset("controller"),
                by=str(told["by"]))
