"""What was seen: soil probes, meters, water by hand. What no ground shows is refused, a stuck probe left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise

import numpy as np

from scenarios.irrigation.schema import ObservationSpec, SeasonSpec
from twin.errors import InputError
from twin.irrigation.calendar import Calendar
from twin.irrigation.season import Point, PointSort
from twin.irrigation.weather import Note
from twin.irrigation.zones import Zone

#: Water content that no ground goes beyond [m³/m³], and tension that no sensor reads [kPa].
MOST_M3_M3, MOST_KPA = 0.8, 20_000.0
#: The same reading so often in a row is a stuck probe.
STUCK_AFTER = 5


#: Gives a complaint about a place of the file: see ``Programmed.complaint``.
Complain = Callable[..., InputError]


def points_of(spec: SeasonSpec, zones: Sequence[Zone], number: Mapping[str, int], calendar: Calendar, complain: Complain
              ) -> tuple[list[Point], list[Note]]:
    """Give the single values of a season, and what is to be said of those left out.

    Raises
    ------
    InputError
        A reading that no ground shows; a day outside of the season.
    """
    def day(key: str, i: int, on: date) -> int:
        d = calendar.number(on)
        if not 0 <= d < calendar.days:
            raise complain((key, i, "on"), found=str(on), expected=f"a day from {calendar.first} to {calendar.last}")
        return d

    for i, one in enumerate(spec.observations):
        if (fault := _fault(one, zones[number[one.zone]])) is not None:
            raise complain(("observations", i), found=f"{fault[0]} on {one.on}", expected=fault[1], ids=[one.zone],
                           remedy=fault[2])
    seen, notes = _unstuck(spec.observations)
    points = [Point(zone=number[one.zone], day=day("observations", spec.observations.index(one), one.on),
                    sort=PointSort.PROBED, mm=_depletion(one, zones[number[one.zone]]), by=one.probe) for one in seen]
    points += [Point(zone=number[one.zone], day=day("meters", i, one.on), sort=PointSort.READ_OFF,
                     mm=1000.0 * one.m3 / zones[number[one.zone]].area_m2) for i, one in enumerate(spec.meters)]
    points += [Point(zone=number[zone], day=day("by_hand", i, one.on), sort=PointSort.GIVEN, mm=one.mm, by=one.by)
               for i, one in enumerate(spec.by_hand) for zone in one.zones]
    return points, notes


def _unstuck(observations: Sequence[ObservationSpec]) -> tuple[list[ObservationSpec], list[Note]]:
    """Leave out what a probe repeats once it is stuck."""
    def key(one: ObservationSpec) -> tuple[str, str]:
        return one.zone, one.probe

    def value(one: ObservationSpec) -> tuple[float | None, ...]:
        return one.depletion_mm, one.percent, one.m3_m3, one.tension_kpa

    kept: list[ObservationSpec] = []
    notes: list[Note] = []
    for (zone, probe), group in groupby(sorted(observations, key=lambda one: (*key(one), one.on)), key=key):
        for _, same in groupby(group, key=value):
            run = list(same)
            kept += run[:1] if len(run) >= STUCK_AFTER else run
            if len(run) >= STUCK_AFTER:
                name = probe or zone
                notes.append(Note(
                    f"Probe {name}: one reading {len(run)} times in a row ({run[0].on} to {run[-1].on}): it is taken "
                    "for stuck, the first alone counts.",
                    f"Sonde {name} : la même valeur {len(run)} fois de suite (du {run[0].on} au {run[-1].on}) : elle "
                    "est tenue pour bloquée, seule la première compte."))
    return kept, notes


def _fault(one: ObservationSpec, zone: Zone) -> tuple[str, str, str] | None:
    """Give what is wrong with a reading, what was expected and what to do; None where nothing is."""
    if one.depletion_mm is not None and one.depletion_mm > zone.total_mm:
        return (f"a depletion of {one.depletion_mm:g} mm",
                f"at most {zone.total_mm:.1f} mm, all that this ground holds", "")
    if one.tension_kpa is not None and not 0.0 <= one.tension_kpa <= MOST_KPA:
        return f"{one.tension_kpa:g} kPa", f"a tension from 0 to {MOST_KPA:g} kPa", ""
    if one.curve is not None and not all(a[0] < b[0] for a, b in pairwise(one.curve)):
        return "a curve whose tensions do not rise", "pairs of [kPa, m³/m³] by rising tension", ""
    content = one.m3_m3 if one.m3_m3 is not None else None if one.percent is None else one.percent / 100.0
    if content is not None and not 0.0 <= content <= MOST_M3_M3:
        return (f"a water content of {content:g} m³/m³", f"0 to {MOST_M3_M3:g}",
                "25 % is written `percent: 25` or `m3_m3: 0.25`.")
    return None


def _depletion(one: ObservationSpec, zone: Zone) -> float:
    """Give the depletion that a probe sees [mm]."""
    if one.depletion_mm is not None:
        return one.depletion_mm
    if one.tension_kpa is None:
        return zone.depletion_of(one.m3_m3 if one.m3_m3 is not None else (one.percent or 0.0) / 100.0)
    if one.curve:
        kpa, content = zip(*one.curve, strict=True)
        return zone.depletion_of(float(np.interp(one.tension_kpa, kpa, content)))
    return zone.depletion_of(zone.soil.water_content(one.tension_kpa))
