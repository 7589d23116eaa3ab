"""From what a scenario says under ``uncertainty:`` of its water to what an ensemble draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios.complaints import Complaints
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from scenarios.uncertainty import EVERY
from scenarios.uncertainty import Uncertainty as Said
from scenarios.unsure_hydrographs import inflow_members, level_hydrographs
from twin.ensemble.uncertain import (
    FLOW,
    HOLLOWS,
    LEVEL,
    Crest,
    Flow,
    Level,
    PumpFailure,
    Uncertainty,
)
from twin.errors import InputError
from twin.quantities import NONE
from twin.world.assets import unknown_id

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.hazards.declared.flood import FloodSpec

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
    return bool(uncertain.level.offset_m or uncertain.crests or uncertain.pumps or uncertain.flow.members or any(
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
    level = Level(**drawn, **level_hydrographs(scenario, clock, complaints))
    flow = Flow() if said.flow is None else Flow(
        floods=said.flow.floods, members=inflow_members(scenario, clock, complaints),
        is_one_forecast=said.flow.members is None or said.flow.members.together is not False, **{
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
    given = [name for name in (*FLOW, "members") if getattr(said.flow, name) is not None]
    if not given and said.flow.floods is None:
        complaints.add(("uncertainty", "flow"), of_key=True, found="nothing",
                       expected=f"one of {', '.join((*FLOW, 'members'))}")
    if not _is_flow(flood):
        complaints.add(("uncertainty", "flow"), of_key=True, found="'flow' beside water that is not computed by flow",
                       expected="flood: {rain: …} or {inflow: …}")
        return
    for name, source in (("discharge", "inflow"), ("members", "inflow"), ("rain", "rain")):
        if name in given and getattr(flood, source) is None:
            complaints.add(("uncertainty", "flow", name), of_key=True, found=f"'{name}' in a flood without {source}",
                           expected=f"flood: {{{source}: …}}")
    others = (said.crest, said.pumps, said.level is not None and said.level.offset_m)
    if said.flow.floods is not None and not given and not any(others):
        complaints.add(("uncertainty", "flow", "floods"), found=f"{said.flow.floods} floods that are all the same",
                       expected="something that moves the water: discharge, rain, roughness, a crest, a pump")


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

