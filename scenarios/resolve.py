"""From a scenario to a plan: every time in seconds, every asset a row, every default spelt out.

Nothing here computes water or outages. What cannot be resolved (an asset that the city lacks, a time beyond the end) is
collected and raised once, each complaint with its line in the scenario.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from geodata.inputs.times import check_moment, local_moment, moment_s
from scenarios import supply_changes
from scenarios.inputs import Input, flood_files, inputs_of
from scenarios.reading import KeyPath
from scenarios.schema import Event, Fact, Scenario
from twin.codes import Action
from twin.errors import InputError, InputErrors
from twin.quantities import with_offset
from twin.world.assets import Assets, Source, unknown_id
from twin.world.city import City
from twin.world.kinds import STAGES, Figure, Kind, Kinds
from twin.world.plan import DarkHours, Declared, Note, Plan

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from twin.water.hazard import Hazard

_Got = TypeVar("_Got")
#: Steps of the tables beyond these are a slip: a year in minutes is below it.
_MOST_STEPS = 1_000_000
_ACTIONS = {"fail": Action.FAIL, "cut": Action.CUT, "restore": Action.RESTORE}
_FACTS = {"out": Action.FACT_OUT, "in_service": Action.FACT_IN_SERVICE, "dry": Action.FACT_DRY, "ends": Action.FACT_END}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """All that a run needs, checked."""

    scenario: Scenario
    plan: Plan
    #: The city with the scenario's thresholds and repairs.
    city_file: CityFile
    #: The water; None where the scenario has none.
    hazard: Hazard | None
    #: Every file that the answer rests on, with its digest.
    inputs: tuple[Input, ...]
    #: What every reader must be told before the run has begun.
    warnings: tuple[Mapping[str, Any], ...]

    @property
    def city(self) -> City:
        """The engine's part of the city."""
        return self.city_file.city


class _Complaints:
    """Collects; a lookup that fails gives None and goes on."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.errors: list[InputError] = []

    def add(self, path: KeyPath, *, found: str, expected: str, remedy: str = "", of_key: bool = False) -> None:
        self.errors.append(self.scenario.complaint(path, found=found, expected=expected, remedy=remedy, of_key=of_key))

    def tried(self, path: KeyPath, of: Callable[[], _Got]) -> _Got | None:
        try:
            return of()
        except InputError as error:
            self.add(path, found=error.found, expected=error.expected, remedy=error.remedy)
            return None

    def heard(self, of: Callable[[], object]) -> None:
        """Keep the complaints of something that names their places itself."""
        try:
            of()
        except InputErrors as errors:
            self.errors += errors.complaints
        except InputError as error:
            self.errors.append(error)

    def settle(self) -> None:
        if self.errors:
            raise InputErrors(sorted(self.errors, key=lambda e: (e.line, e.column)))


def read_city_of(scenario: Scenario, given: str | Path | None = None) -> CityFile:
    """Read the city of a scenario, or the one given instead.

    Raises
    ------
    InputError
        Neither names a city; the file does not exist or is no city file.
    """
    from geodata.city.file import read_city

    name = str(given) if given is not None else scenario.city
    if name is None:
        raise scenario.complaint(("city",), found="no city", expected="a city file or valmont",
                                 remedy="Add `city: valmont`, or give one with --city.")
    if name == "valmont":
        from geodata.demo_town import valmont

        return valmont()
    path = Path(name) if given is not None else scenario.folder / name
    if given is None and not path.exists():
        raise scenario.complaint(("city",), found=f"'{name}', which does not exist",
                                 expected="a city file relative to the scenario, or valmont",
                                 remedy="twin import makes one from your own layers.")
    return read_city(path)


def prepare(scenario: Scenario, city_file: CityFile | None = None, *, city: str | Path | None = None,
            issued_at: str | datetime | None = None, cache: Path | None = None,
            progress: Callable[[str], None] | None = None) -> Prepared:
    """Resolve a scenario: read its city and water, and spell everything out.

    Parameters
    ----------
    scenario
        Read by :func:`scenarios.load_scenario`.
    city_file
        A city already read, instead of the scenario's.
    city
        Name or path of a city to read instead of the scenario's.
    issued_at
        Issue time, instead of the scenario's: a moment in one of the scenario's forms, or a datetime with offset.
    cache
        Folder for what is worth keeping between runs (computed water); None: the user's cache folder.
    progress
        Told in words how far the computation of water is, where there is one.

    Raises
    ------
    InputError, InputErrors
        What the scenario says does not fit the city, with line and column; water that cannot be read.
    """
    read = city_file if city_file is not None else read_city_of(scenario, city)
    town, complaints = read.city, _Complaints(scenario)
    zone = zone_of(town)
    start = complaints.tried(("start",), lambda: start_of(scenario, zone))
    complaints.settle()
    assert start is not None
    clock = _Clock(start=start, zone=zone, duration_s=scenario.duration, complaints=complaints)

    issued = _issued(scenario, issued_at, clock)
    valid_until = _valid_until(scenario, issued, clock)
    next_update = _next_update(scenario, issued, valid_until, clock)
    declared = _events(scenario.events, town.assets, clock) + _facts(scenario.facts, town.assets, clock)
    notes = _notes(scenario.facts, town.assets, clock, _streets(read))
    changed, thresholds, warnings = _with_thresholds(town.assets, scenario, complaints)
    changed, repairs = _with_repairs(changed, scenario, complaints)
    supplies, links = supply_changes.changed(town.assets, town.supplies, scenario.supplies, complaints.add)
    _check_expected(scenario, town.assets, clock)
    dark = _dark(scenario, town.assets, complaints)
    if scenario.step > scenario.duration:
        complaints.add(("step",), found=f"{scenario.step} s", expected=f"at most the duration, {scenario.duration} s")
    if scenario.duration // scenario.step > _MOST_STEPS:
        complaints.add(("step",), found=f"{scenario.duration // scenario.step:,} steps",
                       expected=f"at most {_MOST_STEPS:,}",
                       remedy="Widen the step of the tables: outages are exact to the second whatever it is.")
    flood = scenario.flood
    if complaints.errors and flood is not None and flood.rain is None and flood.inflow is None:
        # What is wrong with the water too is told at once; the flow model would first compute it.
        from geodata.hazards import open_hazard

        complaints.heard(lambda: placed(scenario, lambda: open_hazard(
            flood, city_file=read, folder=scenario.folder, start=start, duration_s=scenario.duration, cache=None)))
    complaints.settle()

    files = flood_files(scenario)
    plan = Plan(
        name=scenario.scenario, start=start, duration_s=scenario.duration, step_s=scenario.step, status=scenario.status,
        issued_at=issued, valid_until=valid_until, seed=scenario.seed, reset_s=scenario.reset_s,
        declared=tuple(sorted(declared, key=lambda d: (d.at_s, d.action, d.asset))),
        notes=tuple(sorted(notes, key=lambda n: (n.at_s, n.text))),
        dark=dark, thresholds=thresholds, repair_s=repairs, supplies=links, flood=_flood_json(scenario),
        next_update=next_update, public_title=tuple(sorted(scenario.public_title.items())))
    city_used = replace(read, city=replace(town, assets=changed, supplies=supplies))
    hazard = None
    if scenario.flood is not None:
        from geodata.hazards import open_hazard

        kept = cache or _own_cache()

        def tell(reached_s: float, end_s: float) -> None:
            if progress is not None:
                progress(f"the water flows: {reached_s / 3600:.1f} of {end_s / 3600:.1f} h")

        hazard = placed(scenario, lambda: open_hazard(
            scenario.flood, city_file=city_used, folder=scenario.folder, start=start, duration_s=scenario.duration,
            cache=kept, progress=tell))
    from scenarios.gauge_readings import compared

    return Prepared(scenario=scenario, plan=plan, city_file=city_used, hazard=hazard,
                    inputs=inputs_of(scenario, read, city, files),
                    warnings=(*warnings, *compared(scenario, read, start, zone)))


def _own_cache() -> Path | None:
    """Give the user's cache folder; None where it cannot be written: water is then computed each time."""
    from geodata.demo_town import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def zone_of(city: City) -> ZoneInfo:
    """Give the city's time zone.

    Raises
    ------
    InputError
        The city file names a zone that does not exist.
    """
    try:
        return ZoneInfo(city.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(field="timezone", found=f"'{city.timezone}' in the city file",
                         expected="an IANA time zone, Europe/Paris for example") from None


def start_of(scenario: Scenario, zone: ZoneInfo) -> datetime:
    """Give the start with its offset, whatever the clocks do later; it may not be relative to what is before it."""
    check_moment(scenario.start)
    if scenario.start.startswith("+") or len(scenario.start) <= 8:
        raise InputError(found=f"'{scenario.start}'", expected="date and time: 2026-11-22T16:00+01:00")
    return with_offset(local_moment(scenario.start, zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """Turns the scenario's moments into seconds from its start."""

    start: datetime
    zone: ZoneInfo
    duration_s: int
    complaints: _Complaints

    def at(self, text: str, path: KeyPath) -> int | None:
        """Give a moment within the horizon; complain and give None for any other."""
        seconds = self.complaints.tried(path, lambda: moment_s(text, self.start, self.zone))
        if seconds is None or 0 <= seconds <= self.duration_s:
            return seconds
        end = self.start + timedelta(seconds=self.duration_s)
        self.complaints.add(
            path, found=f"'{text}', {'before the start' if seconds < 0 else 'after the end'}",
            expected=f"a moment between {_written(self.start)} and {_written(end.astimezone(self.zone))}",
            remedy="" if seconds < 0 else "A time of day is the first one after the start: check it, or the duration.")
        return None


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _issued(scenario: Scenario, given: str | datetime | None, clock: _Clock) -> datetime:
    if isinstance(given, datetime):
        if given.tzinfo is None:
            raise InputError(field="--issued", found=f"'{given}'", expected="a time with its offset")
        return given
    if given == "now":
        return datetime.now(UTC).replace(microsecond=0)
    text = given if given is not None else scenario.issued
    if text is None:
        if scenario.status == "forecast":
            clock.complaints.add(("status",), found="a forecast without an issue time",
                                 expected="`issued:` in the scenario, or --issued",
                                 remedy="--issued now takes this computer's clock.")
        return clock.start
    if given is not None:
        try:
            return clock.start + timedelta(seconds=moment_s(text, clock.start, clock.zone))
        except InputError as error:
            raise InputError(field="--issued", found=error.found, expected=error.expected + ", or now",
                             remedy=error.remedy) from None
    seconds = clock.complaints.tried(("issued",), lambda: moment_s(text, clock.start, clock.zone))
    return clock.start + timedelta(seconds=seconds or 0)


def _valid_until(scenario: Scenario, issued: datetime, clock: _Clock) -> datetime:
    text = scenario.valid_until
    if text is None:
        return max(clock.start + timedelta(seconds=clock.duration_s), issued)
    seconds = clock.complaints.tried(("valid_until",), lambda: moment_s(text, clock.start, clock.zone))
    moment = clock.start + timedelta(seconds=seconds or 0)
    if seconds is not None and moment <= issued:
        clock.complaints.add(("valid_until",), found=f"'{text}', not after the issue time {_written(issued)}",
                             expected="a moment after the issue time")
    return moment


def _next_update(scenario: Scenario, issued: datetime, valid_until: datetime, clock: _Clock) -> datetime | None:
    text = scenario.next_update
    if text is None:
        return None
    seconds = clock.complaints.tried(("next_update",), lambda: moment_s(text, clock.start, clock.zone))
    if seconds is None:
        return None
    moment = clock.start + timedelta(seconds=seconds)
    if not issued < moment <= valid_until:
        # A page that expires before the next one comes would leave its readers with nothing.
        clock.complaints.add(("next_update",), found=f"'{text}', {_written(moment)}", expected=f"a moment after the "
                             f"issue time {_written(issued)}, and not after valid_until {_written(valid_until)}")
    return moment


def _rows(ids: Sequence[str], path: KeyPath, assets: Assets, complaints: _Complaints, *, is_list: bool) -> list[int]:
    rows = []
    for i, asset_id in enumerate(ids):
        row = complaints.tried((*path, i) if is_list else path, lambda wanted=asset_id: assets.row(wanted))  # type: ignore[misc]
        if row is not None:
            rows.append(row)
    return rows


def _is_list(scenario: Scenario, path: KeyPath) -> bool:
    return scenario._document is not None and (*path, 0) in scenario._document.values


def _events(events: Sequence[Event], assets: Assets, clock: _Clock) -> list[Declared]:
    declared: list[Declared] = []
    spans: dict[int, list[tuple[int, int | None, int]]] = {}
    scenario = clock.complaints.scenario
    for i, event in enumerate(events):
        path: KeyPath = ("events", i)
        at_s = clock.at(event.at, (*path, "at"))
        name = next(n for n in _ACTIONS if getattr(event, n) is not None)
        rows = _rows(getattr(event, name), (*path, name), assets, clock.complaints,
                     is_list=_is_list(scenario, (*path, name)))
        until_s = None if event.until is None else clock.at(event.until, (*path, "until"))
        if at_s is not None and until_s is not None and until_s <= at_s:
            clock.complaints.add((*path, "until"), found=f"'{event.until}', not after '{event.at}'",
                                 expected="a moment after 'at'")
        if at_s is None:
            continue
        declared += [Declared(at_s=at_s, action=_ACTIONS[name], asset=row, by=event.by, reason=event.reason)
                     for row in rows]
        if until_s is not None:
            declared += [Declared(at_s=until_s, action=Action.RESTORE, asset=row, by=event.by, reason=event.reason)
                         for row in rows]
        if name != "restore":
            for row in rows:
                spans.setdefault(row, []).append((at_s, until_s, i))
    _no_early_end(spans, events, assets, clock.complaints)
    return declared


def _no_early_end(spans: Mapping[int, Sequence[tuple[int, int | None, int]]], events: Sequence[Event], assets: Assets,
                  complaints: _Complaints) -> None:
    """Refuse an ``until`` that would end another event's fail or cut with its own: a restore ends both."""
    for row, own in spans.items():
        for _, until_s, i in own:
            cut_short = [j for at_s, other_s, j in own if j != i and until_s is not None and at_s <= until_s
                         and (other_s is None or until_s < other_s)]
            if cut_short:
                complaints.add(("events", i, "until"), found=f"'{events[i].until}' of {assets.id[row]}, while "
                               f"events[{cut_short[0]}] keeps it down for longer",
                               expected="an end that ends no other event: what is restored is neither failed nor cut",
                               remedy="Make one entry of the two, or give both the later end.")


def _facts(facts: Sequence[Fact], assets: Assets, clock: _Clock) -> list[Declared]:
    declared: list[Declared] = []
    seen: dict[tuple[int, int], int] = {}
    for i, fact in enumerate(facts):
        if fact.asset is None:
            continue
        path: KeyPath = ("facts", i, "asset")
        at_s = clock.at(fact.at, ("facts", i, "at"))
        rows = _rows(fact.asset, path, assets, clock.complaints, is_list=_is_list(clock.complaints.scenario, path))
        for row in rows if at_s is not None else ():
            assert at_s is not None
            assert fact.state is not None
            other = seen.setdefault((at_s, row), i)
            if other != i and facts[other].state != fact.state:
                clock.complaints.add(("facts", i), found=f"{assets.id[row]} is '{fact.state}' here and "
                                     f"'{facts[other].state}' in facts[{other}], at one moment",
                                     expected="one state at a time",
                                     remedy="Keep the later report; give each its time.")
            declared.append(Declared(at_s=at_s, action=_FACTS[fact.state], asset=row, by=fact.by))
    return declared


def _notes(facts: Sequence[Fact], assets: Assets, clock: _Clock, streets: Sequence[str]) -> list[Note]:
    notes = []
    for i, fact in enumerate(facts):
        if fact.asset is not None:
            continue
        at_s, text = clock.at(fact.at, ("facts", i, "at")), fact.note or ""
        if fact.gauge is not None:
            _gauge(fact.gauge, i, assets, clock.complaints)
            text = f"{fact.gauge}: {fact.level_m:.2f} m"
        if fact.street is not None:
            if streets and fact.street not in streets:
                from difflib import get_close_matches

                near = get_close_matches(fact.street, streets, n=2)
                clock.complaints.add(("facts", i, "street"), found=f"street '{fact.street}'",
                                     expected="a street of this city by its name",
                                     remedy=f"Did you mean {' or '.join(near)}?" if near else "")
            text = f"{fact.street}: {fact.state}"
        if at_s is not None:
            notes.append(Note(at_s=at_s, text=text, by=fact.by, gauge=fact.gauge or "", level_m=fact.level_m,
                              street=fact.street or "", state=(fact.street and fact.state) or ""))
    return notes


def _gauge(name: str, i: int, assets: Assets, complaints: _Complaints) -> None:
    """Complain where the city has no gauge of that id or name."""
    gauges = np.flatnonzero(assets.of_kind("gauge")) if "gauge" in assets.kinds.names else np.zeros(0, int)
    if name not in {*assets.id[gauges], *assets.name[gauges]}:
        known = ", ".join(assets.id[gauges]) or "none"
        complaints.add(("facts", i, "gauge"), found=f"gauge '{name}'", expected=f"a gauge of the city ({known})")


def _streets(city_file: CityFile) -> list[str]:
    context = city_file.context.get("street")
    named = [] if context is None else [str(name) for name in context.name if name]
    return sorted({*named, *city_file.city.assets.street.words})


def _with_thresholds(assets: Assets, scenario: Scenario, complaints: _Complaints
                     ) -> tuple[Assets, tuple[tuple[str, str, float], ...], tuple[Mapping[str, Any], ...]]:
    columns = {name: np.array(getattr(assets, name)) for name in ("touch_m", "fail_m", "touch_source", "fail_source")}
    said: list[tuple[str, str, float]] = []
    warnings: list[Mapping[str, Any]] = []
    kinds = assets.kinds.names
    for key in sorted(scenario.thresholds, key=lambda k: k not in kinds):
        threshold = scenario.thresholds[key]
        if key in kinds:
            rows = np.flatnonzero(assets.of_kind(key))
        else:
            row = _kind_or_asset(key, ("thresholds", key), assets, complaints)
            if row is None:
                continue
            rows = np.array([row])
        for name in ("touch_m", "fail_m"):
            value = getattr(threshold, name)
            if value is None:
                continue
            source = columns[name.replace("_m", "_source")]
            surveyed = int(np.isin(source[rows], [Source.SURVEY, Source.OBSERVED]).sum())
            if surveyed:
                warnings.append({"warning": "threshold_over_survey", "key": key, "column": name, "value_m": value,
                                 "count": surveyed})
            columns[name][rows], source[rows] = value, Source.DEFAULT
            said.append((key, name, float(value)))
        upside_down = rows[columns["fail_m"][rows] < columns["touch_m"][rows]]
        if len(upside_down):
            first = upside_down[0]
            complaints.add(("thresholds", key), found=f"fail_m {columns['fail_m'][first]:g} below touch_m "
                           f"{columns['touch_m'][first]:g} for {len(upside_down)} of them, {assets.id[first]} first",
                           expected="fail_m at or above touch_m", remedy="Say both touch_m and fail_m.")
    return (assets.replaced(**columns) if said else assets), tuple(said), tuple(warnings)


def _kind_or_asset(key: str, path: KeyPath, assets: Assets, complaints: _Complaints) -> int | None:
    try:
        return assets.row(key)
    except InputError:
        names = dict.fromkeys([*assets.kinds.names, *assets.id], 0)
        complaints.add(path, of_key=True, found=f"'{key}'",
                       expected=f"a kind ({', '.join(assets.kinds.names)}) or an asset's id",
                       remedy=unknown_id(key, names, assets.ids_look()).remedy)
        return None


def _with_repairs(assets: Assets, scenario: Scenario, complaints: _Complaints
                  ) -> tuple[Assets, tuple[tuple[str, int, int], ...]]:
    names, said = assets.kinds.names, []
    kinds: list[Kind] = list(assets.kinds.kinds)
    for key, repair in sorted(scenario.repair_s.items()):
        if key not in names:
            from difflib import get_close_matches

            near = get_close_matches(key, names, n=1)
            complaints.add(("repair_s", key), of_key=True, found=f"'{key}'", expected=f"a kind: {', '.join(names)}",
                           remedy=f"Did you mean '{near[0]}'?" if near else "")
            continue
        i = names.index(key)
        dead = repair.live if repair.dead is None else repair.dead
        kinds[i] = replace(kinds[i], repair_s=_stages(repair.live), repair_dead_s=_stages(dead))
        said.append((key, repair.live, dead))
    return (replace_kinds(assets, Kinds(tuple(kinds))) if said else assets), tuple(said)


def _stages(seconds: int) -> tuple[Figure, ...]:
    """Give one sum as stages: the scenario does not say how it is shared out, so all of it is the last."""
    return tuple(Figure(value=float(seconds if stage == STAGES[-1] else 0), unit="s", source="the scenario",
                        assumption=True) for stage in STAGES)


def replace_kinds(assets: Assets, kinds: Kinds) -> Assets:
    """Give the same assets with other figures for their kinds, in the same order."""
    return replace(assets, kinds=kinds)


def _check_expected(scenario: Scenario, assets: Assets, clock: _Clock) -> None:
    for i, expected in enumerate(scenario.expect):
        path: KeyPath = ("expect", i)
        if expected.at is not None:
            clock.at(expected.at, (*path, "at"))
        if hasattr(expected, "kind"):
            clock.complaints.tried((*path, "kind"), lambda wanted=expected.kind: assets.kinds.index(wanted))  # type: ignore[misc]
            for name in ("street", "district"):
                word, words = getattr(expected, name), getattr(assets, name).words
                if word is not None and word not in words:
                    from difflib import get_close_matches

                    near = get_close_matches(word, words, n=2)
                    clock.complaints.add((*path, name), found=f"{name} '{word}'", expected=f"a {name} of this city",
                                         remedy=f"Did you mean {' or '.join(near)}?" if near else "")
            continue
        for name in ("asset", "cause", "root", "held"):
            wanted = getattr(expected, name)
            if wanted is not None:
                clock.complaints.tried((*path, name), lambda wanted=wanted: assets.row(wanted))  # type: ignore[misc]
        for name in ("start", "end"):
            between = [clock.at(moment, (*path, name, j)) for j, moment in enumerate(getattr(expected, name) or ())]
            if None not in between and between != sorted(between, key=lambda at_s: at_s or 0):
                clock.complaints.add((*path, name), found=f"{getattr(expected, name)[0]} and then "
                                     f"{getattr(expected, name)[1]}", expected="the earlier moment first")


def _dark(scenario: Scenario, assets: Assets, complaints: _Complaints) -> DarkHours:
    """Give the hours of darkness; complain of cabinets and districts that the city lacks."""
    dark = scenario.dark
    for key in dark.cabinets:
        row = complaints.tried(("dark", "cabinets", key), lambda wanted=key: assets.row(wanted))  # type: ignore[misc]
        if row is not None and assets[row].kind == "lamp":
            complaints.add(("dark", "cabinets", key), found=f"'{key}', a lamp", expected="what feeds lamps: a cabinet",
                           of_key=True)
    for key in dark.districts:
        if key not in assets.district.words:
            known = ", ".join(assets.district.words[:8]) or "none"
            complaints.add(("dark", "districts", key), found=f"district '{key}'", of_key=True,
                           expected=f"a district of this city ({known})")
    return DarkHours(by=dark.by, on=dark.on or "", off=dark.off or "", windows=dark.windows or (),
                     cabinets=tuple(sorted(dark.cabinets.items())), districts=tuple(sorted(dark.districts.items())))


def _flood_json(scenario: Scenario) -> str:
    if scenario.flood is None:
        return "{}"
    plain = scenario.flood.model_dump(mode="json", exclude_none=True)
    return json.dumps({**plain, "files": [f.to_dict() for f in flood_files(scenario)]}, ensure_ascii=False,
                      sort_keys=True)


def placed(scenario: Scenario, opened: Callable[[], _Got]) -> _Got:
    """Give what ``opened`` gives; its complaints about the flood get their line in the scenario."""
    try:
        return opened()
    except InputErrors:
        raise
    except InputError as error:
        if error.line:
            raise
        # A complaint about the water's own key gets its line in the scenario; one about a file that the scenario names
        # gets the line that names it; what is wrong inside a file keeps that file's place.
        if error.file:
            naming = _naming(scenario, error.file) if error.found.startswith("no such") else None
            if naming is None:
                raise
            raise scenario.complaint(naming, found=f"'{error.file}': {error.found}", expected=error.expected,
                                     remedy=error.remedy) from None
        field = error.field if error.field.startswith("flood") else f"flood.{error.field}" if error.field else "flood"
        path = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", field))
        raise scenario.complaint(path, found=error.found, expected=error.expected,
                                 remedy=error.remedy, ids=error.ids) from None


def _naming(scenario: Scenario, file: str) -> KeyPath | None:
    """Give the place of the scenario that names a file."""
    if scenario._document is None:
        return None
    for path in scenario._document.values:
        value: Any = scenario._document.data
        for part in path:
            value = value[part]
        if isinstance(value, str) and value in (file, Path(file).name) and path[:1] == ("flood",):
            return path
    return None
