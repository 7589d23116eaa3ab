"""Read a programme file and make a season of it: with a city, a run where water and outages count, and a past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from geodata.city.gardens import ZoneRecord, zone_records
from geodata.city.model import CityFile
from geodata.drivers import regular
from geodata.inputs.times import local_moment
from geodata.inputs.yaml_file import Places, load_model, nearest_place
from geodata.weather.reading import read_forecast
from scenarios.irrigation.carried import Past, read_past
from scenarios.irrigation.making import ZoneMaker, counted_defaults
from scenarios.irrigation.schema import FactSpec, ProgrammeSpec, SeasonSpec
from scenarios.irrigation.sightings import points_of
from scenarios.irrigation.weathers import Weathers
from twin.errors import InputError, InputErrors
from twin.irrigation.calendar import Calendar
from twin.irrigation.data import vegetation
from twin.irrigation.locks import Lock, Locks, Reason, Release, ended, locks_of_run, sanitary_locks
from twin.irrigation.orders import DroughtOrder, Hours, minutes, national_minimum
from twin.irrigation.season import Season, check_programme
from twin.irrigation.weather import Note
from twin.irrigation.zones import Hold, Programme, Trigger, Valve
from twin.quantities import NONE
from twin.results.result import Result
from twin.world.kinds import Kinds, Role


@dataclass(frozen=True, kw_only=True, eq=False)
class Programmed:
    """A programme file with the place of each key, for complaints."""

    path: Path
    spec: SeasonSpec
    places: Places

    def complaint(self, location: Sequence[str | int], *, found: str, expected: str, remedy: str = "",
                  ids: Sequence[str] = ()) -> InputError:
        """Give a complaint about one place of the file."""
        line, column = nearest_place(tuple(location), self.places)
        said = [self.spec.programmes[part].name if isinstance(part, int) and location[0] == "programmes" else str(part)
                for part in location]
        return InputError(file=str(self.path), line=line, column=column, field=".".join(said),
                          found=found, expected=expected, remedy=remedy, ids=ids)


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedSeason:
    """A season with the city that it stands in."""

    programmed: Programmed
    season: Season
    city_file: CityFile
    #: Row of each zone's asset, (Z,).
    rows: Sequence[int] = field(default_factory=list)

    @property
    def kinds(self) -> Kinds:
        """The kinds of the city: how its gear is called."""
        return self.city_file.city.assets.kinds


#: How the name of a programme file ends.
SUFFIX = ".irrigation.yaml"


def shipped_programmes() -> dict[str, Path]:
    """Give the programme files that come with the package, by name."""
    folder = Path(__file__).parent
    return {path.name.removesuffix(SUFFIX): path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def find_programme(name: str | Path) -> Path:
    """Give a programme file: a path, or the name of one that ships.

    Raises
    ------
    InputError
        Neither; the shipped names are listed.
    """
    path, own = Path(name), shipped_programmes()
    if path.is_file():
        return path
    if str(name) in own:
        return own[str(name)]
    if path.exists():
        regular(path, file=str(name), expected="a programme file")
    raise InputError(file=str(name), found="no such file",
                     expected="a programme file, or a shipped one by its name",
                     remedy=f"Shipped: {', '.join(own) or 'none'}.")


def read_programme(path: Path) -> Programmed:
    """Read a programme file.

    Raises
    ------
    InputError, InputErrors
        Every complaint about the file, with line and column.
    """
    spec, places = load_model(path, SeasonSpec)
    return Programmed(path=path, spec=spec, places=places)


def prepare_season(programmed: Programmed, city_file: CityFile, result: Result | None = None,
                   state: Path | None = None) -> PreparedSeason:
    """Make a season of a programme file.

    Parameters
    ----------
    programmed
        The file.
    city_file
        The city; its assets that water are the zones.
    result
        A run whose water and outages suspend watering; its city counts in place of the other.
    state
        What an earlier season left; None: the ground is full.

    Raises
    ------
    InputError, InputErrors
        Zones that the city lacks, a zone in two programmes, weather that lacks, a state of another evening.
    """
    spec, city = programmed.spec, city_file.city if result is None else result.city
    assets = city.assets
    rows = np.flatnonzero(assets.of_role(Role.WATERS)).tolist()
    if not rows:
        raise InputError(file=str(programmed.path), found=f"a city without irrigation zones ({city.name})",
                         expected="a city with assets of kind 'zone'")
    ids = [str(assets.id[row]) for row in rows]
    records = zone_records(city_file)
    made = ZoneMaker(spec, city_file, {zone_id: records.get(row, ZoneRecord())
                                       for zone_id, row in zip(ids, rows, strict=True)})
    programme_of = _checked(programmed, ids, made)
    calendar = Calendar(spec.first, (spec.last - spec.first).days + 1, city.timezone)
    controllers = _controllers(programmed, result.city if result else city, rows)
    zones = [made.zone(zone_id, row, programme_of.get(zone_id, NONE), controllers.get(zone_id, ""))
             for zone_id, row in zip(ids, rows, strict=True)]
    folder = programmed.path.parent
    notes: list[Note] = []
    weathers = Weathers.read(spec, city_file, folder, notes)
    stated = [made.value(zone_id, "station") for zone_id in ids]
    station_of = weathers.of_zones(rows, stated, programmed.complaint, notes)
    number = {zone_id: z for z, zone_id in enumerate(ids)}
    past = Past.none(zones, {z: s.depletion_mm for zone_id, z in number.items()
                             if (s := spec.zones.get(zone_id, spec.defaults)).depletion_mm is not None}) \
        if state is None else read_past(state, number, calendar, city, notes)
    np.minimum(past.state.depletion_mm, [zone.total_mm for zone in zones], out=past.state.depletion_mm)
    points, said = points_of(programmed.spec, zones, number, calendar, programmed.complaint)
    notes += said
    forecasts = [] if spec.forecast is None else read_forecast(spec.forecast, folder=folder, timezone=city.timezone)
    season = Season(
        calendar=calendar, zones=zones, programmes=[_programme(p) for p in spec.programmes],
        rain=weathers.rain[0], reference=weathers.reference[0], station=weathers.names[0], stations=weathers.others(),
        station_of=station_of, state=past.state, orders=_orders(spec), forecasts=forecasts, points=points,
        locks=_locks(spec, past, result, rows, number, controllers, calendar),
        notes=notes, defaults=counted_defaults(zones))
    return PreparedSeason(programmed=programmed, season=season, city_file=city_file, rows=rows)


def _checked(programmed: Programmed, ids: Sequence[str], made: ZoneMaker) -> dict[str, int]:
    """Give the programme of each zone; all that names zones names some that there are."""
    spec, known = programmed.spec, set(ids)
    wrong: list[InputError] = []

    def named(location: Sequence[str | int], zones: Iterable[str]) -> None:
        lost = [zone for zone in zones if zone not in known]
        if lost:
            from difflib import get_close_matches

            near = get_close_matches(lost[0], ids, n=1)
            wrong.append(programmed.complaint(location, found=f"no zone '{lost[0]}'", ids=lost,
                                              expected="irrigation zones of the city",
                                              remedy=f"Did you mean {near[0]}?" if near else ""))

    for zone in spec.zones:
        named(("zones", zone), [zone])
    for key, parts in (("programmes", spec.programmes), ("facts", spec.facts), ("off", spec.off),
                       ("winter", spec.winter), ("by_hand", spec.by_hand)):
        for i, part in enumerate(parts):
            if isinstance(zones := getattr(part, "zones", None), list):
                named((key, i, "zones"), zones)
    for key, names in (("observations", [one.zone for one in spec.observations]),
                       ("meters", [one.zone for one in spec.meters]), ("expect", [one.zone for one in spec.expect])):
        for i, name in enumerate(names):
            named((key, i, "zone"), [name])
    found: dict[str, int] = {}
    for p, programme in enumerate(spec.programmes):
        for zone in _zones_of(programme, made, ids):
            if zone in found:
                wrong.append(programmed.complaint(
                    ("programmes", p), ids=[zone], expected="one programme for each zone",
                    found=f"a zone of '{spec.programmes[found[zone]].name}' again in '{programme.name}'"))
                break
            found[zone] = p
        try:
            check_programme(_programme(programme))
        except InputError as error:
            key = error.field.rsplit(".", 1)[-1]
            wrong.append(programmed.complaint(("programmes", p, key), found=error.found, expected=error.expected,
                                              remedy=error.remedy))
    if wrong:
        raise InputErrors(wrong)
    return found


def _zones_of(programme: ProgrammeSpec, made: ZoneMaker, ids: Sequence[str]) -> list[str]:
    if programme.zones == "all":
        return list(ids)
    if programme.zones is not None:
        return list(programme.zones)
    uses = set(programme.uses or ())
    return [zone for zone in ids if vegetation()[made.plant(zone)].use in uses]


def _controllers(programmed: Programmed, city: Any, rows: Sequence[int]) -> dict[str, str]:
    """Give the controller of each zone: what feeds it; two of them are refused, for nobody knows which one waters."""
    supplies, assets = city.supplies, city.assets
    of: dict[int, list[int]] = {}
    for supplier, consumer in zip(supplies.supplier.tolist(), supplies.consumer.tolist(), strict=True):
        of.setdefault(consumer, []).append(supplier)
    twice = [row for row in rows if sum(assets[s].kind == "controller" for s in of.get(row, ())) > 1]
    if twice:
        raise InputError(file=city.name, field="supplies", ids=[str(assets.id[row]) for row in twice],
                         found="two controllers on one zone", expected="one controller for each zone",
                         remedy="Take one link away in the city file.")
    return {str(assets.id[row]): str(assets.id[of[row][0]]) for row in rows if of.get(row)}


def _programme(spec: ProgrammeSpec) -> Programme:
    begin, lasts = spec.window
    trigger, amount = next((sort, value) for sort, value in (
        (Trigger.DEPLETION, spec.trigger.depletion), (Trigger.FIXED, spec.trigger.fixed_mm),
        (Trigger.REPLACE_ET, spec.trigger.replace_et)) if value is not None)
    hold = spec.forecast_hold
    return Programme(
        name=spec.name, days=spec.days, from_min=begin, lasts_min=lasts, rate_mm_h=spec.rate_mm_h,
        efficiency=spec.efficiency, trigger=trigger, amount=amount, refill=spec.refill,
        most_mm=np.inf if spec.most_mm is None else spec.most_mm, cycle_s=spec.cycle, soak_s=spec.soak,
        valve=Valve.LATCHING if spec.valve == "latching" else Valve.NORMALLY_CLOSED,
        moves=spec.in_forbidden_hours == "move",
        hold=None if hold is None else Hold(above_mm=hold.above_mm, within_d=hold.within_days, at_most=hold.at_most))


def _hours(spec: Sequence[tuple[str, str]]) -> Hours:
    """Give forbidden hours in minutes; those that pass midnight are cut there."""
    found: list[tuple[int, int]] = []
    for begin, end in ((minutes(a), minutes(b)) for a, b in spec):
        found += [(begin, end)] if begin < end else [(begin, 1440), (0, end)]
    return tuple(sorted(found))


def _orders(spec: SeasonSpec) -> list[DroughtOrder]:
    return [DroughtOrder(
        name=order.name, level=order.level, first=order.first, last=order.last,
        forbidden=national_minimum(order.level) if order.forbidden is None
        else {use: _hours(hours) for use, hours in order.forbidden.items()},
        derogations={zone: _hours(hours) for zone, hours in order.derogations.items()}) for order in spec.drought]


def _locks(spec: SeasonSpec, past: Past, result: Result | None, rows: Sequence[int], number: Mapping[str, int],
           controllers: Mapping[str, str], calendar: Calendar) -> Locks:
    """Give all locks: of the past, of the run, by hand, of winter, and those for which facts of persons are awaited."""
    locks = list(past.locks)
    if result is not None:
        locks += locks_of_run(result, {row: z for z, row in enumerate(rows)}, calendar)
    for reason, parts in ((Reason.BY_HAND, spec.off), (Reason.WINTER, spec.winter)):
        for part in parts:
            zones = list(number) if part.zones == "all" else part.zones
            end_s = NONE if part.last is None else calendar.second(calendar.number(part.last) + 1, 0)
            locks += [Lock(zone=number[zone], start_s=calendar.second(calendar.number(part.first), 0), end_s=end_s,
                           reason=reason, by=part.by) for zone in zones]
    zone_of: dict[str, list[int]] = {}
    for zone, controller in controllers.items():
        zone_of.setdefault(controller, []).append(number[zone])
    for fact in spec.facts:
        if fact.state in ("in_service", "dry"):
            named = [z for c in fact.controllers or () for z in zone_of.get(c, ())] if fact.controllers else \
                [number[zone] for zone in fact.zones or ()]
            reasons = (Reason.UNDER_WATER,) if fact.state == "dry" else (
                Reason.CONTROLLER_FLOODED, Reason.CONTROLLER_UNPOWERED, Reason.CONTROLLER_OUT)
            locks = ended(locks, set(named), reasons, calendar.seconds(_moment(fact, calendar)))
    releases = [Release(zone=number[zone], at=_moment(fact, calendar), by=fact.by)
                for fact in spec.facts if fact.state == "released" for zone in fact.zones or ()]
    return Locks.of([*locks, *sanitary_locks(locks, releases, calendar, past.awaiting)])


def _moment(fact: FactSpec, calendar: Calendar) -> datetime:
    return fact.at if fact.at.tzinfo is not None else local_moment(fact.at.isoformat(), ZoneInfo(calendar.timezone))
