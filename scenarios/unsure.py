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
from twin.ensemble.uncertain import Breakdown, Duration, Ground, Height, Level, Own, Uncertainty
from twin.quantities import Int32Array
from twin.world.assets import Assets, Source, unknown_id
from twin.world.city import City

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: Sources of water whose level can stand higher or lower without computing the water anew.
WITH_LEVEL = ("river_stage", "hand", "catalogue")


def uncertainty_of(scenario: Scenario, city_file: CityFile, clock: Clock, complaints: Complaints) -> Uncertainty:
    """Give what may be otherwise; complain of what does not fit the city or its water."""
    said, assets = scenario.uncertainty, city_file.city.assets
    if said is None:
        return Uncertainty()
    _check_water(scenario, said, city_file, complaints)
    _check_city(said, city_file.city, complaints)
    level = Level() if said.level is None else Level(**{
        name: None if drawn is None else drawn.made()
        for name in ("offset_m", "scale", "shift_s") for drawn in [getattr(said.level, name)]})
    ground = None if said.ground is None else Ground(sd_m=said.ground.sd_m, correlation_m=said.ground.correlation_m)
    return Uncertainty(
        level=level, ground=ground, heights=tuple(_heights(said, assets, complaints)),
        rcd=None if said.protection is None else said.protection.rcd,
        repairs=tuple(_repairs(said, assets, complaints)), wrong_links=0.0 if said.links is None else said.links.wrong,
        breakdowns=tuple(_breakdowns(said, assets, clock, complaints)), sources=dict(_sources(said)))


def _check_water(scenario: Scenario, said: Said, city_file: CityFile, complaints: Complaints) -> None:
    flood, path = scenario.flood, ("uncertainty",)
    if flood is None:
        for name in ("level", "ground"):
            if getattr(said, name) is not None:
                complaints.add((*path, name), of_key=True, found=f"'{name}' in a scenario without water",
                               expected="'flood' beside it")
        return
    has_level = any(getattr(flood, source, None) is not None for source in WITH_LEVEL)
    for name in ("offset_m", "scale"):
        if said.level is not None and getattr(said.level, name) is not None and not has_level:
            complaints.add((*path, "level", name), of_key=True, found=f"'{name}' beside water without a level",
                           expected=f"flood: {' or '.join(WITH_LEVEL)}",
                           remedy="What a flow model or a raster computed holds for its own level alone: vary "
                           "'shift_s' and 'ground', or make a catalogue of maps by level.")
    terrain = city_file.terrain
    if said.ground is not None and terrain is not None:
        from geodata.hazards.river_stage import cell_size_m

        cell_m = max(cell_size_m(terrain))
        if said.ground.correlation_m < cell_m:
            complaints.add((*path, "ground", "correlation_m"), found=f"{said.ground.correlation_m:g} m",
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
        elif name == "level" and entry is not None:
            yield from ((f"level.{key}", drawn.source) for key in ("offset_m", "scale", "shift_s")
                        if (drawn := getattr(entry, key)) is not None)
        elif entry is not None:
            yield name, entry.source
