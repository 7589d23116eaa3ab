"""From what a scenario says under ``uncertainty:`` of its water to what an ensemble draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scenarios.complaints import Complaints
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from scenarios.uncertainty import EVERY, ForecastUnsure, MembersUnsure
from scenarios.uncertainty import Uncertainty as Said
from twin.ensemble.distributions import Discrete
from twin.ensemble.uncertain import (
    FLOW,
    HOLLOWS,
    LEVEL,
    Crest,
    Flow,
    Forecast,
    Level,
    Members,
    PumpFailure,
    Uncertainty,
)
from twin.errors import InputError
from twin.quantities import NONE, Int64Array
from twin.world.assets import unknown_id

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.gauges import Hydrograph
    from geodata.hazards.declared.flood import FloodSpec, Readings

#: Sources of water whose level can stand higher or lower without computing the water anew.
WITH_LEVEL = ("river_stage", "hand", "catalogue")


class WaterUnsure(NamedTuple):
    """What may be otherwise of the water."""

    level: Level
    flow: Flow
    crests: tuple[Crest, ...]
    pumps: tuple[PumpFailure, ...]


def has_floods(scenario: Scenario, uncertain: Uncertainty) -> bool:
    """Tell whether nights have floods of their own, which the flow model computes."""
    flood = scenario.flood
    if flood is None or (flood.rain is None and flood.inflow is None):
        return False
    return bool(uncertain.level.offset_m or uncertain.crests or uncertain.pumps or any(
        getattr(uncertain.flow, name) for name in FLOW))


def water_unsure(scenario: Scenario, city_file: CityFile, clock: Clock, complaints: Complaints) -> WaterUnsure:
    """Give what may be otherwise of the water; complain of what does not fit it."""
    said, flood = scenario.uncertainty, scenario.flood
    assert said is not None
    path: KeyPath = ("uncertainty",)
    if flood is None:
        for name in ("level", "ground", "flow", "crest", "pumps"):
            if getattr(said, name):
                complaints.add((*path, name), of_key=True, found=f"'{name}' in a scenario without water",
                               expected="'flood' beside it")
        return WaterUnsure(Level(), Flow(), (), ())
    _check_level(flood, said, complaints)
    _check_flow(flood, said, complaints)
    drawn: dict[str, Any] = {} if said.level is None else {
        name: entry.made() for name in LEVEL[:3] if (entry := getattr(said.level, name)) is not None}
    level = Level(**drawn, **_hydrographs(scenario, city_file, clock, complaints))
    flow = Flow() if said.flow is None else Flow(floods=said.flow.floods, **{
        name: entry.made() for name in FLOW if (entry := getattr(said.flow, name)) is not None})
    return WaterUnsure(level, flow, tuple(_crests(flood, said, complaints)),
                       tuple(_pumps(flood, said, clock, complaints)))


def _is_flow(flood: FloodSpec) -> bool:
    return flood.rain is not None or flood.inflow is not None


def _check_level(flood: FloodSpec, said: Said, complaints: Complaints) -> None:
    if said.level is None:
        return
    has_level = any(getattr(flood, source, None) is not None for source in WITH_LEVEL)
    edges = flood.flow_model.edges if _is_flow(flood) else None
    has_edge = edges is not None and any(
        getattr(rule, "level_m", None) is not None or getattr(rule, "file", None) is not None
        for rule in (edges.north, edges.east, edges.south, edges.west))
    for name in ("offset_m", "scale", "members", "forecast"):
        if getattr(said.level, name) is None or has_level or (name == "offset_m" and has_edge):
            continue
        complaints.add(("uncertainty", "level", name), of_key=True, found=f"'{name}' beside water without a level",
                       expected=f"flood: {' or '.join(WITH_LEVEL)}",
                       remedy="Beside rain and inflow vary `flow`, and 'offset_m' where an edge has a level. What a "
                       "raster holds it holds for its own level alone: vary 'shift_s' and 'ground', or make a "
                       "catalogue of maps by level.")


def _check_flow(flood: FloodSpec, said: Said, complaints: Complaints) -> None:
    if said.flow is None:
        return
    given = [name for name in FLOW if getattr(said.flow, name) is not None]
    if not given and said.flow.floods is None:
        complaints.add(("uncertainty", "flow"), of_key=True, found="nothing", expected=f"one of {', '.join(FLOW)}")
    if not _is_flow(flood):
        complaints.add(("uncertainty", "flow"), of_key=True, found="'flow' beside water that is not computed by flow",
                       expected="flood: {rain: …} or {inflow: …}")
        return
    for name, source in (("discharge", "inflow"), ("rain", "rain")):
        if name in given and getattr(flood, source) is None:
            complaints.add(("uncertainty", "flow", name), of_key=True, found=f"'{name}' in a flood without {source}",
                           expected=f"flood: {{{source}: …}}")
    others = (said.crest, said.pumps, said.level is not None and said.level.offset_m)
    if said.flow.floods is not None and not given and not any(others):
        complaints.add(("uncertainty", "flow", "floods"), found=f"{said.flow.floods} floods that are all the same",
                       expected="something that moves the water: discharge, rain, roughness, a crest, a pump")


def _hydrographs(scenario: Scenario, city_file: CityFile, clock: Clock, complaints: Complaints) -> dict[str, Any]:
    """Give ``members`` or ``forecast`` of a level."""
    level, flood = None if scenario.uncertainty is None else scenario.uncertainty.level, scenario.flood
    if level is None or flood is None or (level.members is None and level.forecast is None):
        return {}
    name = "members" if level.members is not None else "forecast"
    path: KeyPath = ("uncertainty", "level", name)
    readings = _gauges(flood)
    if not readings:
        return {}
    if len(readings) > 1:
        complaints.add(path, of_key=True, found=f"'{name}' beside {len(readings)} gauges", expected="one gauge",
                       remedy="With several gauges vary 'offset_m', 'scale' and 'shift_s'.")
        return {}
    said = level.members or level.forecast
    assert said is not None
    made = complaints.tried((*path, "file"), lambda: _read(said, readings[0], scenario, clock))
    if made is None:
        return {}
    plan, graphs = made
    names = _columns(said)
    if not _are_whole(names, graphs, path, complaints) or not _meet(names, graphs, flood, clock, path, complaints):
        return {}
    times_s = np.unique(np.concatenate([plan.times_s, *(graph.times_s for graph in graphs)])).astype(np.int64)
    by_m = np.stack([graph.at(times_s) for graph in graphs]) - plan.at(times_s)
    if isinstance(said, MembersUnsure):
        which = complaints.tried((*path, "weights"), lambda: Discrete(
            values=tuple(float(k) for k in range(len(names))), weights=said.weights))
        return {} if which is None else {name: Members(times_s=times_s, by_m=by_m, which=which)}
    crossed = int(np.any(np.diff(by_m, axis=0) < 0, axis=0).sum())
    if crossed:
        complaints.add((*path, "file"), found=f"P10, P50 and P90 in another order at {crossed} of {len(times_s)} times",
                       expected="P10 lowest, P90 highest", remedy="Check the names of the columns.")
        return {}
    return {name: Forecast(times_s=times_s, by_m=by_m)}


def _gauges(flood: FloodSpec) -> tuple[Readings, ...]:
    levels = flood.river_stage or flood.hand
    if levels is not None:
        return levels.readings
    return () if flood.catalogue is None else (flood.catalogue,)


def _columns(said: MembersUnsure | ForecastUnsure) -> tuple[str, ...]:
    return said.columns if isinstance(said, MembersUnsure) else (said.p10, said.p50, said.p90)


def _read(said: MembersUnsure | ForecastUnsure, reading: Readings, scenario: Scenario, clock: Clock
          ) -> tuple[Hydrograph, list[Hydrograph]]:
    """Give the plan's own levels, and those of each column, in one datum."""
    from geodata.hazards.declared.flood import Readings as Plain
    from geodata.hazards.river_stage import hydrograph

    def read(**other: Any) -> Hydrograph:
        one = Plain.model_validate({**reading.model_dump(include=set(Plain.model_fields)), **other})
        return hydrograph(one, start=clock.start, folder=scenario.folder, field="uncertainty.level")

    # What a forecast gives is no reading of a gauge: nothing of it is judged and left out.
    return read(), [read(levels=said.file, column=name, station=None, outliers="keep") for name in _columns(said)]


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


def _crests(flood: FloodSpec, said: Said, complaints: Complaints) -> Iterator[Crest]:
    """Give the crests that may be otherwise; of two entries for one the last counts, that of its name."""
    walls = _walls(flood)
    found: dict[int, Crest] = {}
    for key in sorted(said.crest, key=lambda k: k != EVERY):
        path: KeyPath = ("uncertainty", "crest", key)
        for at in _named(key, walls, "levee or barrier", path, complaints):
            found[at] = Crest(at=at, name=walls[at], error_m=said.crest[key].error_m.made())
    yield from (found[at] for at in sorted(found))


def _walls(flood: FloodSpec) -> list[str]:
    """Give the names of the levees and barriers of the water, each one's own."""
    if flood.river_stage is not None:
        names = [levee.name for levee in flood.river_stage.levees]
        return [name if names.count(name) == 1 else f"{name} {k + 1}" for k, name in enumerate(names)]
    return _own_names(flood)[0] if _is_flow(flood) else []


def _own_names(flood: FloodSpec) -> tuple[list[str], list[str]]:
    """Give the names of barriers and pumps of the flow model, as its book has them."""
    from geodata.hazards.flow.naming import names_of

    try:
        names = names_of(flood.inflows, flood.flow_model)
    except InputError:  # said where the water is opened
        return [], []
    return list(names.barriers), list(names.pumps)


def _pumps(flood: FloodSpec, said: Said, clock: Clock, complaints: Complaints) -> Iterator[PumpFailure]:
    pumps = _own_names(flood)[1] if _is_flow(flood) else []
    found: dict[int, PumpFailure] = {}
    for key in sorted(said.pumps, key=lambda k: k != EVERY):
        path, entry = ("uncertainty", "pumps", key), said.pumps[key]
        from_s = 0 if entry.from_ is None else clock.at(entry.from_, (*path, "from"))
        to_s = clock.duration_s if entry.to is None else clock.at(entry.to, (*path, "to"))
        if from_s is None or to_s is None:
            continue
        if to_s <= from_s:
            complaints.add((*path, "to"), found=f"'{entry.to}', not after 'from'", expected="a later moment")
            continue
        if flood.river_stage is not None:
            yield from _undrained(flood, key, entry, path, complaints)
            continue
        for at in _named(key, pumps, "pump of the flow model", path, complaints):
            found[at] = PumpFailure(at=at, name=pumps[at], probability=entry.probability, from_s=from_s, to_s=to_s)
    yield from (found[at] for at in sorted(found))


def _undrained(flood: FloodSpec, key: str, entry: Any, path: KeyPath, complaints: Complaints) -> Iterator[PumpFailure]:
    """Give the failure of what drains the hollows of a river stage: for the whole night, or not at all."""
    assert flood.river_stage is not None
    if key != EVERY:
        complaints.add(path, of_key=True, found=f"'{key}' in water that is filled from a river's level",
                       expected=f"'{EVERY}': what drains the hollows", remedy="Single pumps are the flow model's.")
    elif entry.from_ is not None or entry.to is not None:
        complaints.add((*path, "from" if entry.from_ is not None else "to"), of_key=True,
                       found="a span in water that is filled from a river's level", expected="no span",
                       remedy="What drains the hollows there has run or not, the whole night.")
    elif not flood.river_stage.drain_mm_h:
        complaints.add(path, of_key=True, found="hollows that are not drained", expected="drain_mm_h above 0")
    else:
        yield PumpFailure(at=NONE, name=HOLLOWS, probability=entry.probability, from_s=0, to_s=1)


def _named(key: str, names: Sequence[str], what: str, path: KeyPath, complaints: Complaints) -> list[int]:
    """Give the places of what a key names; complain of a word that names nothing."""
    if key == EVERY and names:
        return list(range(len(names)))
    if key in names:
        return [list(names).index(key)]
    listed = ", ".join(names[:8]) or "none"
    complaints.add(path, of_key=True, found=f"'{key}'", expected=f"a {what} of this flood ({listed})" + (
        f" or {EVERY}" if names else ""), remedy=unknown_id(key, dict.fromkeys(names, 0), "").remedy if names else "")
    return []

