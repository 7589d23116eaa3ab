"""Measures of a scenario, lowered: to edits of the plan and its city, to walls and pumps of its water.

What a measure needs of the water (that it was ready before the water came, when the water has left) is known once the
water has been read at the assets: ``after_water``. What it needs of the run is asked of the result: ``check_ready``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from scenarios.measure_spec import Measure
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.resources import check_resources, resource_edits, resource_record
from scenarios.schema import Scenario
from scenarios.walls import check_wall
from twin.codes import Action, What
from twin.errors import InputError, InputErrors
from twin.quantities import NONE, seconds_between
from twin.results.result import Result
from twin.water.exposure import Exposure, exposure_of
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.edits import AddSupplier, Declare, Edit, Isolate, MovePeople, Protect, Raise, Reserve, apply_all
from twin.world.graph import graph_of
from twin.world.kinds import Role

if TYPE_CHECKING:
    from scenarios.prepared import Prepared

#: Keys beside a measure's own that a complaint may be about.
_OWN_KEYS = ("to_m", "by_m", "at", "until", "authority", "instead", "place")
#: Gives a moment of the scenario in seconds; None where it complained.
At = Callable[[str, KeyPath], int | None]


def with_water(scenario: Scenario, at: At) -> Scenario:
    """Give the scenario with the walls and pumps of its measures among those of its water.

    Parameters
    ----------
    scenario
        As it was read.
    at
        Turns a moment into seconds, and complains where it does not lie in the run.

    Raises
    ------
    InputError
        Water that has no walls or pumps; a wall that is there for a part of the run where the water cannot have one.
    """
    added = [(i, one) for i, one in enumerate(scenario.measures) if one.sort in ("barrier", "pump")]
    if not added:
        return scenario
    flood = scenario.flood
    if flood is None or not (flood.river_stage or flood.rain or flood.inflow):
        raise scenario.complaint(("measures", added[0][0], added[0][1].sort), found=f"a {added[0][1].sort} in water "
                                 "that is read as it is", expected="`flood: river_stage` (barriers), `rain` or "
                                 "`inflow`: water that is computed")
    if flood.river_stage is not None:
        from geodata.hazards.declared.flood import Levee

        levees = [Levee.model_validate({"name": one.name or f"measures[{i}]", "line": one.barrier or (), "crest_m":
                                        _of_a_level(scenario, i, one), **_period(one, i, "until", at)})
                  for i, one in added]
        stage = flood.river_stage.model_copy(update={"levees": (*flood.river_stage.levees, *levees)})
        return _with_flood(scenario, flood.model_copy(update={"river_stage": stage}))
    from geodata.hazards.declared.flow import Barrier, FlowModel, Pump

    model = flood.model or FlowModel.model_validate({})
    walls = [Barrier.model_validate({"name": one.name or f"measures[{i}]", "line": one.barrier, "crest_m": one.crest_m,
                                     "height_m": one.height_m, **_period(one, i, "to", at)})
             for i, one in added if one.barrier is not None]
    pumps = [Pump.model_validate({"name": one.name or f"measures[{i}]", "at": one.pump, "to": one.to or "out",
                                  "m3_s": one.m3_s, **_period(one, i, "until", at)})
             for i, one in added if one.pump is not None]
    model = model.model_copy(update={"barriers": (*model.barriers, *walls), "pumps": (*model.pumps, *pumps)})
    return _with_flood(scenario, flood.model_copy(update={"model": model}))


def _of_a_level(scenario: Scenario, i: int, one: Measure) -> float:
    """Give the crest of a wall in water that is filled from a level."""
    path: KeyPath = ("measures", i)
    if one.sort == "pump":
        raise scenario.complaint((*path, "pump"), found="a pump in water that is filled from a river's level",
                                 expected="the flow model: `flood: rain` or `inflow`")
    if one.crest_m is None:
        raise scenario.complaint((*path, "height_m"), found="a height above the ground", expected="'crest_m', an "
                                 "altitude, in water that is filled from a river's level")
    return one.crest_m


def _period(one: Measure, i: int, end: str, at: At) -> dict[str, str]:
    """Give the keys of the period in which a wall or a pump of the flow model is there."""
    found = {}
    for mine, theirs in (("at", "from"), ("until", end)):
        text = getattr(one, mine)
        seconds = None if text is None else at(text, ("measures", i, mine))
        if seconds:
            found[theirs] = f"{seconds}s"
    return found


def _with_flood(scenario: Scenario, flood: Any) -> Scenario:
    changed = scenario.model_copy(update={"flood": flood})
    changed._document, changed._path = scenario._document, scenario._path
    return changed


def with_measures(prepared: Prepared, clock: Clock) -> Prepared:
    """Give a prepared scenario with its measures in its plan and city.

    Parameters
    ----------
    prepared
        Everything but the measures.
    clock
        Turns moments into seconds; its complaints are told of what does not fit.

    Raises
    ------
    InputErrors
        All that does not fit.
    """
    at, complaints = clock.at, clock.complaints
    scenario, plan, city, told = prepared.scenario, prepared.plan, prepared.city, list(prepared.warnings)
    issued_s = seconds_between(plan.start, plan.issued_at)
    records = []
    for i, one in enumerate(scenario.measures):
        path: KeyPath = ("measures", i)
        times = {key: None if (text := getattr(one, key)) is None else at(text, (*path, key))
                 for key in ("at", "until")}
        before = len(complaints.errors)
        shifts = check_resources(one, path, prepared, clock)
        if len(complaints.errors) > before:
            continue
        try:
            record = _record(one, city, times)
            if one.barrier is not None:
                check_wall(one.barrier, prepared.city_file)
            after = apply_all(plan, city, (*_edits(one, plan.duration_s, times),
                                           *resource_edits(one, plan, times, shifts)))
        except InputErrors:
            raise
        except InputError as error:
            where = (*path, error.field if error.field in _OWN_KEYS else one.sort)
            complaints.errors.append(scenario.complaint(where, found=error.found, expected=error.expected,
                                                        remedy=error.remedy, ids=error.ids))
            continue
        plan, city = after.plan, after.city
        records.append(json.dumps(record, ensure_ascii=False, sort_keys=True))
        order_s = None if times["at"] is None else times["at"] - (one.lead or 0)
        if one.lead and order_s is not None and order_s < issued_s:
            told.append({"warning": "measure_ordered_too_late", "measure": i, "name": one.name or one.sort,
                         "order_by_s": order_s, "issued_s": issued_s})
    complaints.settle()
    if not records:
        return prepared
    return replace(prepared, plan=replace(plan, measures=tuple(records)), warnings=tuple(told),
                   city_file=replace(prepared.city_file, city=city))


def _edits(one: Measure, duration_s: int, times: Mapping[str, int | None]) -> Iterator[Edit]:
    at_s, until_s = times["at"], times["until"]
    if at_s is not None and until_s is not None and until_s <= at_s:
        raise InputError(field="until", found=f"'{one.until}', not after '{one.at}'", expected="a moment after 'at'")
    for name in one.raise_ or ():
        yield Raise(name, float(one.by_m or 0))
    for name in one.protect or ():
        yield Protect(name, float(one.to_m or 0))
    for name in one.generator or ():
        yield Reserve(name, int(one.fuel or 0))
    if one.feed is not None:
        yield AddSupplier(str(one.supplier), one.feed, int(one.changeover or 0))
    if one.refuge is not None:
        yield MovePeople(one.refuge, str(one.instead))
    for name in one.isolate or ():
        yield Isolate(name)
    for name in (*(one.cut or ()), *(one.isolate or ()), *(one.close_irrigation or ())):
        if at_s is None:  # complained of already
            continue
        yield Declare(Action.CUT, name, at_s, by=one.by, reason=one.name)
        if until_s is not None and until_s < duration_s:
            yield Declare(Action.RESTORE, name, until_s, by=one.by, reason=one.name)


def _record(one: Measure, city: City, times: Mapping[str, int | None]) -> dict[str, Any]:
    """Give what a plan keeps of a measure; refuse what does not fit its assets."""
    assets = city.assets
    given: Any = getattr(one, "raise_" if one.sort == "raise" else one.sort)
    of_resources = resource_record(one)
    names = of_resources.pop("assets", None) if of_resources else [] if one.sort in ("barrier", "pump") else [
        given] if isinstance(given, str) else list(given)
    rows = [assets.row(name) for name in names]
    _check_assets(one, assets, rows)
    record: dict[str, Any] = {"measure": one.sort, "assets": names, "authority": _authority(one, assets, rows),
                              **of_resources}
    for key in ("name", "by", "note", "people", "cost", "by_m", "to_m", "supplier", "instead", "changeover", "fuel",
                "lead", "safe_return", "crest_m", "height_m", "m3_s"):
        if value := getattr(one, key):
            record[key] = value
    record |= {f"{key}_s": seconds for key, seconds in times.items() if seconds is not None}
    if one.sort in ("raise", "protect"):
        record["was_m"] = [[_metres(assets.touch_m[row]), _metres(assets.fail_m[row])] for row in rows]
    return record


def _metres(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _check_assets(one: Measure, assets: Assets, rows: list[int]) -> None:
    role = {"isolate": Role.LIGHTS, "close_irrigation": Role.WATERS, "generator": Role.PREMISES}.get(one.sort)
    for row in rows:
        if one.sort == "generator" and assets.has_role(row, Role.LIVE_IN_STREET):
            continue  # a lift station or a pump takes a set as a house does
        if role is not None and not assets.has_role(row, role):
            raise InputError(found=f"{assets.id[row]}, a {assets[row].kind}", ids=(str(assets.id[row]),), expected={
                "isolate": "lamps", "close_irrigation": "irrigation zones"}.get(one.sort, "a site, a building, a lift "
                                                                                "station or a pump"))
        if one.sort in ("raise", "protect") and np.isnan(assets.x_m[row]):
            raise InputError(found=f"{assets.id[row]}, which has no position", expected="an asset that water can reach",
                             ids=(str(assets.id[row]),))


def _authority(one: Measure, assets: Assets, rows: list[int]) -> str:
    grid = [str(assets.id[row]) for row in rows if assets.has_role(row, Role.GRID)]
    if grid and len(grid) < len(rows):
        raise InputError(found=f"{grid[0]}, the grid operator's, beside the city's", expected="one owner for a measure",
                         remedy="Write one entry for each.", ids=grid)
    if grid and one.authority not in (None, "grid", "prefect"):
        raise InputError(field="authority", found=f"'{one.authority}' for {grid[0]}, which is the grid operator's",
                         expected="grid or prefect: it has to be asked for", ids=grid)
    return one.authority or ("grid" if grid else "city")


def after_water(prepared: Prepared, exposure: Exposure) -> Prepared:
    """Give the plan with what the water decides: when what was cut is closed again.

    Raises
    ------
    InputError
        A measure against water that is ready only when the water is there already.
    """
    plan = prepared.plan
    for i, text in enumerate(plan.measures):
        record = json.loads(text)
        if "was_m" in record and "at_s" in record:
            _check_before_water(prepared, exposure, i, record)
        if record.get("safe_return"):
            edits = [Declare(Action.RESTORE, name, left_s, by=record.get("by", ""), reason=record.get("name", ""))
                     for name in record["assets"]
                     if record["at_s"] < (left_s := _left(prepared.city, exposure, name)) < plan.duration_s]
            plan = apply_all(plan, prepared.city, edits).plan
    return replace(prepared, plan=plan)


def _check_before_water(prepared: Prepared, exposure: Exposure, i: int, record: Mapping[str, Any]) -> None:
    if exposure.depths is None:
        return
    assets = prepared.city.assets
    rows = assets.rows(record["assets"])
    heights = np.array([[np.nan if value is None else value for value in pair] for pair in record["was_m"]])
    before = exposure_of(exposure.depths.take(rows), assets.take(rows).replaced(
        touch_m=heights[:, 0], fail_m=heights[:, 1])).touched_at_s
    for name, touched_s in zip(record["assets"], before.tolist(), strict=True):
        if touched_s != NONE and touched_s < record["at_s"]:
            raise prepared.scenario.complaint(
                ("measures", i, "at"), found=f"{record['measure']} of {name} at {_clock(prepared, record['at_s'])}",
                expected=f"before the water touches it, at {_clock(prepared, touched_s)}", ids=(name,),
                remedy="What is done in the water is not computed.")


def _left(city: City, exposure: Exposure, name: str) -> int:
    """Give when the water has left an asset and all gear in the street that hangs on it [s]; past any horizon if never.

    Lamps do not hold it back: a wet one opens its circuit by itself, and one behind a fuse is told as live in water.
    """
    mask = np.zeros(len(city.assets), bool)
    mask[city.assets.row(name)] = True
    members = mask | (graph_of(city).downstream(mask) & city.assets.of_role(Role.LIVE_IN_STREET))
    ends = exposure.wet.end_s[members[exposure.wet.asset]]
    return int(np.where(ends == NONE, np.iinfo(np.int64).max, ends).max(initial=0))


def check_ready(prepared: Prepared, result: Result) -> None:
    """Refuse a generator that arrives when the supply is lost already: the run would count it from then on.

    Raises
    ------
    InputError
        Such a one; the moment is said.
    """
    trace = result.trace
    for i, text in enumerate(prepared.plan.measures):
        record = json.loads(text)
        if record["measure"] != "generator" or "at_s" not in record:
            continue
        for name in record["assets"]:
            started = trace.time_s[(trace.what == What.BUFFER_STARTED) & (trace.asset == result.city.assets.row(name))]
            if len(started) and int(started[0]) < record["at_s"]:
                raise prepared.scenario.complaint(
                    ("measures", i, "at"), found=f"a generator at {name} at {_clock(prepared, record['at_s'])}, "
                    f"without supply since {_clock(prepared, int(started[0]))}",
                    expected="one that stands ready before that", ids=(name,),
                    remedy="One that comes later is not computed.")


def _clock(prepared: Prepared, seconds: int) -> str:
    zone = ZoneInfo(prepared.city.timezone)
    return (prepared.plan.start + timedelta(seconds=seconds)).astimezone(zone).isoformat(timespec="seconds")
