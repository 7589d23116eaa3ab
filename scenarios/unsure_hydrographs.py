"""From the tables of a forecast that a scenario names under ``uncertainty:`` to the hydrographs that nights take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.complaints import Complaints
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from scenarios.uncertainty import BoundsOf, ForecastUnsure, InflowsUnsure, MembersOf, MembersUnsure
from twin.ensemble.distributions import Discrete
from twin.ensemble.hydrographs import AtGauges, Discharge, Forecast, InflowMembers, Members
from twin.errors import InputError
from twin.quantities import Int64Array
from twin.world.assets import unknown_id

if TYPE_CHECKING:
    from geodata.gauges import Hydrograph
    from geodata.hazards.declared.flood import FloodSpec, Readings
    from geodata.hazards.declared.flow import Inflow

#: Columns of the table of one place by their keys, and the weights of its members.
_Place = tuple[KeyPath, MembersOf | BoundsOf]


def level_hydrographs(scenario: Scenario, clock: Clock, complaints: Complaints) -> dict[str, Any]:
    """Give ``members`` or ``forecast`` of a level, at one gauge or at several; complain of what does not fit."""
    level, flood = None if scenario.uncertainty is None else scenario.uncertainty.level, scenario.flood
    said = None if level is None else level.members or level.forecast
    if level is None or flood is None or said is None:
        return {}
    name = "members" if level.members is not None else "forecast"
    path: KeyPath = ("uncertainty", "level", name)
    readings = _gauges(flood)
    if not readings:
        return {}
    if len(readings) > 1 and not said.gauges:
        complaints.add(path, of_key=True, found=f"'{name}' of one gauge beside {len(readings)} gauges",
                       expected=f"'gauges' with those of {', '.join(readings)}",
                       remedy="Beside them 'together: true', where they are of one forecast.")
        return {}
    places = _places(said, "gauges", list(readings), path, complaints)
    if places is None:
        return {}
    lacking = [gauge for gauge in readings if gauge not in places]
    if lacking:
        complaints.add((*path, "gauges"), of_key=True, found=f"nothing of gauge {', '.join(lacking)}",
                       expected="each gauge of the plan", remedy="The water between two gauges hangs on both.")
        return {}
    read = {gauge: _read(one, at, readings[gauge], scenario, clock, complaints) for gauge, (at, one) in places.items()}
    read = {gauge: read[gauge] for gauge in readings}
    if any(one is None for one in read.values()):
        return {}
    # All gauges at the times of all.
    times_s = np.unique(np.concatenate([graph.times_s for one in read.values() if one is not None
                                        for graph in (one[0], *one[1])])).astype(np.int64)
    parts: list[Any] = []
    for gauge, one in read.items():
        assert one is not None
        at, columns = places[gauge]
        by_m = np.stack([graph.at(times_s) for graph in one[1]]) - one[0].at(times_s)
        parts.append(_members(said, at, columns, times_s, by_m, complaints) if isinstance(columns, MembersOf) else
                     _bounds(at, times_s, by_m, complaints))
    if any(part is None for part in parts):
        return {}
    if len(parts) == 1:
        return {name: parts[0]}
    return {name: AtGauges(names=tuple(read), parts=tuple(parts), is_one=bool(said.together))}


def _members(said: Any, at: KeyPath, columns: MembersOf, times_s: Int64Array, by_m: Any, complaints: Complaints
             ) -> Members | None:
    which = _which(said, columns, at, complaints)
    return None if which is None else Members(times_s=times_s, by_m=by_m, which=which)


def _bounds(at: KeyPath, times_s: Int64Array, by_m: Any, complaints: Complaints) -> Forecast | None:
    crossed = int(np.any(np.diff(by_m, axis=0) < 0, axis=0).sum())
    if crossed:
        complaints.add((*at, "file"), found=f"P10, P50 and P90 in another order at {crossed} of {len(times_s)} times",
                       expected="P10 lowest, P90 highest", remedy="Check the names of the columns.")
        return None
    return Forecast(times_s=times_s, by_m=by_m)


def _which(said: MembersUnsure | InflowsUnsure, columns: MembersOf, at: KeyPath, complaints: Complaints
           ) -> Discrete | None:
    """Give which member a number takes: by the weights of all, or by its own."""
    own = said.weights if not columns.weights else columns.weights
    path: KeyPath = (*at, "weights") if columns.weights else (*at[:3], "weights")
    return complaints.tried(path, lambda: Discrete(values=tuple(float(k) for k in range(len(columns.columns))),
                                                   weights=own))


def _places(said: MembersUnsure | InflowsUnsure | ForecastUnsure, each: str, names: Sequence[str], path: KeyPath,
            complaints: Complaints) -> dict[str, _Place] | None:
    """Give by the name of each place where its table is named, and its columns; None where one is no place."""
    if not getattr(said, each):
        columns: MembersOf | BoundsOf
        if isinstance(said, ForecastUnsure):
            columns = BoundsOf(file=said.file or "", p10=said.p10 or "", p50=said.p50 or "", p90=said.p90 or "")
        else:
            columns = MembersOf(file=said.file or "", columns=said.columns or ())
        return {names[0]: (path, columns)}
    found: dict[str, _Place] = {}
    for key, entry in getattr(said, each).items():
        if key not in names:
            complaints.add((*path, each, key), of_key=True, found=f"'{key}'",
                           expected=f"one that the plan has ({', '.join(names)})",
                           remedy=unknown_id(key, dict.fromkeys(names, 0), "").remedy)
            return None
        found[key] = ((*path, each, key), entry)
    return found


def _gauges(flood: FloodSpec) -> Mapping[str, Readings]:
    """Give the gauges of the water by the names that the scenario has for them, those without one by number."""
    levels = flood.river_stage or flood.hand
    readings = levels.readings if levels is not None else () if flood.catalogue is None else (flood.catalogue,)
    return {one.gauge or f"gauge {k + 1}": one for k, one in enumerate(readings)}


def _columns(said: MembersOf | BoundsOf) -> tuple[str, ...]:
    return said.columns if isinstance(said, MembersOf) else (said.p10, said.p50, said.p90)


def _read(said: MembersOf | BoundsOf, at: KeyPath, reading: Readings, scenario: Scenario, clock: Clock,
          complaints: Complaints) -> tuple[Hydrograph, list[Hydrograph]] | None:
    """Give the plan's own levels, and those of each column, in one datum; None where something was complained of."""
    from geodata.hazards.declared.flood import Readings as Plain
    from geodata.hazards.river_stage import hydrograph

    def read(**other: Any) -> Hydrograph:
        one = Plain.model_validate({**reading.model_dump(include=set(Plain.model_fields)), **other})
        return hydrograph(one, start=clock.start, folder=scenario.folder, field="uncertainty.level")

    names = _columns(said)
    # What a forecast gives is no reading of a gauge: nothing of it is judged and left out.
    made = complaints.tried((*at, "file"), lambda: (read(), [
        read(levels=said.file, column=name, station=None, outliers="keep") for name in names]))
    flood = scenario.flood
    if made is None or flood is None or not _are_whole(names, made[1], at, complaints):
        return None
    return made if _meet(names, made[1], flood, clock, at, complaints) else None


def _are_whole(names: Sequence[str], graphs: Sequence[Hydrograph], path: KeyPath, complaints: Complaints) -> bool:
    """Complain of a column that lacks values which another one has."""
    every: Int64Array = np.unique(np.concatenate([graph.times_s for graph in graphs]))
    for name, graph in zip(names, graphs, strict=True):
        if len(graph.times_s) < len(every):
            complaints.add((*path, "file"), found=f"no value of '{name}' at {len(every) - len(graph.times_s)} of "
                           f"{len(every)} times", expected="a value of each column at each time",
                           remedy="A forecast whose bounds are empty says nothing of how sure it is: cut these times, "
                           "or vary 'offset_m' by the errors of past forecasts.")
            return False
    return True


def _meet(names: Sequence[str], graphs: Sequence[Hydrograph], flood: FloodSpec, clock: Clock, path: KeyPath,
          complaints: Complaints) -> bool:
    """Complain of columns that begin after the start of the run or end before it does."""
    for name, graph in zip(names, graphs, strict=True):
        first_s, last_s = int(graph.times_s[0]), int(graph.times_s[-1])
        needed_s = 0 if flood.after == "hold" else clock.duration_s
        if first_s > 0 or last_s < needed_s:
            complaints.add((*path, "file"), found=f"'{name}' from {first_s / 3600:.2f} h to {last_s / 3600:.2f} h "
                           "after the start",
                           expected=f"levels over the whole run, 0 h to {clock.duration_s / 3600:.2f} h",
                           remedy="Are the dates those of the run? `flood: {after: hold}` keeps the last level.")
            return False
    return True


def inflow_members(scenario: Scenario, clock: Clock, complaints: Complaints) -> tuple[InflowMembers, ...]:
    """Give the members that inflows of the flow model take; complain of what does not fit them."""
    from geodata.hazards.flow.naming import names_of

    flow, flood = None if scenario.uncertainty is None else scenario.uncertainty.flow, scenario.flood
    said = None if flow is None else flow.members
    if said is None or flood is None or flood.inflow is None:
        return ()
    path: KeyPath = ("uncertainty", "flow", "members")
    try:
        names = names_of(flood.inflows, flood.flow_model).inflows
    except InputError:  # said where the water is opened
        return ()
    if len(names) > 1 and not said.inflows:
        complaints.add(path, of_key=True, found=f"'members' of one inflow beside {len(names)} inflows",
                       expected="'inflows' with those of each that has some",
                       remedy="An inflow that does not stand there stays as the plan has it.")
        return ()
    found: list[InflowMembers] = []
    for name, (at, columns) in (_places(said, "inflows", names, path, complaints) or {}).items():
        assert isinstance(columns, MembersOf)
        which = _which(said, columns, at, complaints)
        inflow, place = flood.inflows[names.index(name)], names.index(name)
        read = complaints.tried((*at, "file"), partial(_members_of, columns, inflow, place, scenario, clock))
        if which is not None and read is not None:
            found.append(InflowMembers(name=name, members=read, which=which))
    return tuple(found)


def _members_of(columns: MembersOf, inflow: Inflow, place: int, scenario: Scenario, clock: Clock
                ) -> tuple[Discharge, ...]:
    return tuple(_discharge(columns.file, column, inflow, place, scenario, clock) for column in columns.columns)


def _discharge(file: str, column: str, inflow: Inflow, place: int, scenario: Scenario, clock: Clock) -> Discharge:
    """Read one column as the discharge of an inflow, by the rules of its own file.

    Raises
    ------
    InputError
        See ``discharge_of``.
    """
    from geodata.hazards.flow.series import Run, discharge_of
    from geodata.inputs.times import by_the_clock

    # A plan of one number or of a list has no rule for what comes after a table ends.
    after = inflow.after if inflow.file is not None or isinstance(inflow.m3_s, tuple) else "refuse"
    own = inflow.model_copy(update={"file": file, "m3_s": None, "every": None, "after": after})
    start = by_the_clock(clock.start, clock.zone.key)
    series = discharge_of(own, Run(scenario.folder, start, 0.0, clock.duration_s), column=column)
    return Discharge(at=place, times_s=series.times_s, m3_s=series.values)
