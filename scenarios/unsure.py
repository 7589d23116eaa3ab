"""From what a scenario says under ``uncertainty:`` to rows of its city."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.complaints import Complaints
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from scenarios.uncertainty import EVERY
from scenarios.uncertainty import Uncertainty as Said
from scenarios.unsure_water import water_unsure
from twin.ensemble.uncertain import (
    FLOW,
    LEVEL,
    Breakdown,
    Duration,
    Ground,
    Height,
    Own,
    Travel,
    Uncertainty,
)
from twin.quantities import Int32Array
from twin.world.assets import Assets, Source, unknown_id
from twin.world.city import City
from twin.world.crews import CrewPlan
from twin.world.kinds import STAGES

if TYPE_CHECKING:
    from geodata.city.model import CityFile

def uncertainty_of(scenario: Scenario, city_file: CityFile, clock: Clock, complaints: Complaints,
                   plan_crews: CrewPlan | None = None) -> Uncertainty:
    """Give what may be otherwise; complain of what does not fit the city, its water or its crews."""
    said, assets = scenario.uncertainty, city_file.city.assets
    if said is None:
        return Uncertainty()
    water = water_unsure(scenario, city_file, clock, complaints)
    _check_ground(said, city_file, complaints)
    _check_city(said, city_file.city, complaints)
    ground = None if said.ground is None else Ground(sd_m=said.ground.sd_m, correlation_m=said.ground.correlation_m)
    return Uncertainty(
        level=water.level, flow=water.flow, crests=water.crests, pumps=water.pumps, ground=ground,
        heights=tuple(_heights(said, assets, complaints)), travel=_travel(scenario, said, complaints),
        crews=plan_crews is not None and any(
            plan_crews.rule(kind, stage).lasts is not None or 0 < plan_crews.rule(kind, stage).fails < 1
            for kind in assets.kinds.names for stage in STAGES),
        rcd=None if said.protection is None else said.protection.rcd,
        repairs=tuple(_repairs(said, assets, complaints)), wrong_links=0.0 if said.links is None else said.links.wrong,
        breakdowns=tuple(_breakdowns(said, assets, clock, complaints)), sources=dict(_sources(said)))


def _travel(scenario: Scenario, said: Said, complaints: Complaints) -> Travel | None:
    if said.travel is None:
        return None
    if scenario.crews is None or scenario.crews.travel != "streets":
        complaints.add(("uncertainty", "travel"), of_key=True, found="'travel' in a scenario without crews that drive",
                       expected="'crews' beside it, without 'travel: none'")
        return None
    return Travel(factor=said.travel.factor.made(), each=said.travel.each)


def _check_ground(said: Said, city_file: CityFile, complaints: Complaints) -> None:
    terrain = city_file.terrain
    if said.ground is not None and terrain is not None:
        from geodata.hazards.river_stage import cell_size_m

        cell_m = max(cell_size_m(terrain))
        if said.ground.correlation_m < cell_m:
            complaints.add(("uncertainty", "ground", "correlation_m"), found=f"{said.ground.correlation_m:g} m",
                           expected=f"a cell of the terrain or more, {cell_m:g} m",
                           remedy="An error that changes from cell to cell averages out, and says that nothing is "
                           "uncertain.")


def _check_city(said: Said, city: City, complaints: Complaints) -> None:
    """Complain of what the city leaves nothing uncertain about."""
    assets = city.assets
    assumed = assets.kinds.is_circuit[assets.kind] & (assets.protection_source == Source.DEFAULT)
    if said.protection is not None and not np.any(assumed):
        complaints.add(("uncertainty", "protection"), of_key=True,
                       found="'protection' in a city that knows it of every circuit",
                       expected="circuits whose protection is an assumption", remedy="Leave it out.")
    if said.links is not None and not np.any(city.supplies.source == Source.INFERRED):
        complaints.add(("uncertainty", "links"), of_key=True, found="'links' in a city without an inferred link",
                       expected="links that were inferred", remedy="Leave it out.")


def _heights(said: Said, assets: Assets, complaints: Complaints) -> Iterator[Height | Own]:
    """Give the heights, those of all first, then of kinds, then of single assets: the last one counts."""
    has_height = ~np.isnan(assets.fail_m)
    for key in sorted(said.heights, key=lambda k: (k != EVERY, k not in assets.kinds.names)):
        path, entry = ("uncertainty", "heights", key), said.heights[key]
        rows = _rows(key, assets, path, complaints)
        if rows is None:
            continue
        fails = rows[has_height[rows]]
        if not len(fails):
            complaints.add(path, of_key=True, found=f"'{key}', which water does not fail", expected="one with a fail_m")
        elif entry.stated:
            if not np.any(assets.height_error_m[fails] > 0):
                complaints.add((*path, "stated"), found="no error stated for any of them", expected="'error_m'",
                               remedy="State it in the city, or give its distribution here.")
            yield Own(rows=fails)
        else:
            drawn = entry.fail_m or entry.error_m
            assert drawn is not None
            yield Height(rows=fails, distribution=drawn.made(), is_absolute=entry.fail_m is not None)


def _repairs(said: Said, assets: Assets, complaints: Complaints) -> Iterator[Duration]:
    kinds = assets.kinds
    for key in sorted(said.repair, key=lambda k: k != EVERY):
        path, entry = ("uncertainty", "repair", key), said.repair[key]
        if key != EVERY and key not in kinds.names:
            complaints.add(path, of_key=True, found=f"'{key}'",
                           expected=f"a kind ({', '.join(kinds.names)}) or {EVERY}",
                           remedy=unknown_id(key, dict.fromkeys(kinds.names, 0), "").remedy)
            continue
        for name in kinds.names if key == EVERY else (key,):
            rows = np.flatnonzero(assets.of_kind(name)).astype(np.int32)
            if len(rows) and kinds[name].repair_total_s:
                yield Duration(rows=rows, factor=entry.factor.made(), each=entry.each, kind=name)


def _breakdowns(said: Said, assets: Assets, clock: Clock, complaints: Complaints) -> Iterator[Breakdown]:
    for key, entry in sorted(said.breakdowns.items()):
        path = ("uncertainty", "breakdowns", key)
        rows = _rows(key, assets, path, complaints)
        from_s = 0 if entry.from_ is None else clock.at(entry.from_, (*path, "from"))
        to_s = clock.duration_s if entry.to is None else clock.at(entry.to, (*path, "to"))
        if from_s is not None and to_s is not None and to_s <= from_s:
            complaints.add((*path, "to"), found=f"'{entry.to}', not after 'from'", expected="a later moment")
        elif rows is not None and from_s is not None and to_s is not None:
            yield Breakdown(rows=rows, probability=entry.probability, from_s=from_s, to_s=to_s)


def _rows(key: str, assets: Assets, path: KeyPath, complaints: Complaints) -> Int32Array | None:
    """Give the assets of a kind, of an id, or all; complain of a word that is neither."""
    if key == EVERY:
        return np.arange(len(assets), dtype=np.int32)
    if key in assets.kinds.names:
        return np.flatnonzero(assets.of_kind(key)).astype(np.int32)
    known = dict.fromkeys([*assets.kinds.names, *assets.id], 0)
    if key not in known:
        complaints.add(path, of_key=True, found=f"'{key}'",
                       expected=f"a kind ({', '.join(assets.kinds.names)}), an asset's id or {EVERY}",
                       remedy=unknown_id(key, known, assets.ids_look()).remedy)
        return None
    return np.array([assets.row(key)], np.int32)


def _sources(said: Said) -> Iterator[tuple[str, str]]:
    for name in type(said).model_fields:
        entry: Any = getattr(said, name)
        if isinstance(entry, dict):
            yield from ((f"{name}.{key}", inner.source) for key, inner in entry.items())
        elif name in ("level", "flow") and entry is not None:
            yield from ((f"{name}.{key}", drawn.source) for key in (LEVEL if name == "level" else (*FLOW, "members"))
                        if (drawn := getattr(entry, key)) is not None)
        elif entry is not None:
            yield name, entry.source
