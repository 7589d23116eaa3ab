"""The season of a run's irrigated zones as a file of its folder: all that its water hangs on, and nothing computed.

Reading it runs the balance again, which takes milliseconds: there is one place that says what a zone holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

from geodata.inputs.plain_file import bytes_of
from geodata.run.head import SEASON
from twin.errors import InputError
from twin.irrigation.calendar import Calendar
from twin.irrigation.data import GroundSoil, Vegetation
from twin.irrigation.gardens import Gardens
from twin.irrigation.indicators import Indicators
from twin.irrigation.locks import Lock, Locks, Reason
from twin.irrigation.orders import DroughtOrder
from twin.irrigation.season import Carried, Point, PointSort, Season, Station, Watering, balance
from twin.irrigation.weather import ForecastRain, Note, ObservedRain, Reference
from twin.irrigation.zones import Hold, Programme, Trigger, Valve, Zone
from twin.world.assets import Asset
from twin.world.city import City
from twin.world.plan import Plan

#: Version of the file's content.
FORMAT = "citytwin-season-1"


def write_season(gardens: Gardens, folder: Path) -> None:
    """Write the season of a run into its folder."""
    season = gardens.balance.season
    ground = {zone.soil.name: asdict(zone.soil) for zone in season.zones}
    plants = {zone.vegetation.name: asdict(zone.vegetation) for zone in season.zones}
    told = {"format": FORMAT, "name": gardens.name, "eur_m3": gardens.told.eur_m3, "soils": ground,
            "vegetation": plants, **{field.name: _plain(getattr(season, field.name)) for field in fields(season)}}
    text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / SEASON).write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    """Give a value as JSON: names for soils, plants and assets, lists for columns, null for what has no limit."""
    if isinstance(value, GroundSoil | Vegetation):
        return value.name
    if isinstance(value, Asset):
        return value.id
    if isinstance(value, Locks):
        return {"blocks": value.blocks, "rows": [_plain(row) for row in value.rows]}
    if isinstance(value, IntEnum):
        return value.name.lower()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Note):
        return {"en": value.en, "fr": value.fr}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def read_season(path: Path, city: City, plan: Plan) -> Gardens | None:
    """Read the season of a run; None where it has none.

    Parameters
    ----------
    path
        Folder of the run.
    city, plan
        Those of the run.

    Raises
    ------
    InputError
        A file that cannot be read, or that names what the city lacks.
    """
    file = path / SEASON
    if not file.is_file():
        return None
    try:
        told = json.loads(bytes_of(file, expected="the season of a run").decode("utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']!r}")
        season = _season(told, city)
        return Gardens.of(str(told["name"]), Indicators(balance(season), told["eur_m3"]), city, plan)
    except InputError as error:
        error.file = str(file)
        raise
    except (OSError, KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(file=str(file), found=f"a season that cannot be read ({error!r})",
                         expected="what `twin run` leaves", remedy="Run the scenario again.") from error


def _season(told: Mapping[str, Any], city: City) -> Season:
    soils = {name: GroundSoil(**entry) for name, entry in told["soils"].items()}
    plants = {name: Vegetation(**entry) for name, entry in told["vegetation"].items()}
    calendar, state = told["calendar"], told["state"]
    programmes = [_programme(entry) for entry in told["programmes"]]
    zones = [_zone(entry, soils, plants) for entry in told["zones"]]
    if not all(-1 <= zone.programme < len(programmes) for zone in zones):
        raise ValueError("a zone whose programme lacks")
    locks = [_lock(entry, city, len(zones)) for entry in told["locks"]["rows"]]
    kinds = {"depletion_mm": float, "layer_mm": float, "wetted": float, "since_mm": float, "is_draining": bool,
             "watered_day": np.int32}
    if any(len(state[name]) != len(zones) for name in kinds):
        raise ValueError("a state of another number of zones")
    stations = [Station(name=one["name"], rain=_rain(one["rain"]), reference=_reference(one["reference"]))
                for one in told["stations"]]
    return Season(
        station=told["station"], stations=stations, station_of=np.array(told["station_of"], np.int32),
        calendar=Calendar(date.fromisoformat(calendar["first"]), calendar["days"], calendar["timezone"]),
        zones=zones, programmes=programmes, rain=_rain(told["rain"]), reference=_reference(told["reference"]),
        state=Carried(**{name: np.array(state[name], kind) for name, kind in kinds.items()}),
        locks=Locks(tuple(locks), blocks=told["locks"]["blocks"]),
        orders=[_order(entry) for entry in told["orders"]],
        forecasts=[ForecastRain(issued=datetime.fromisoformat(one["issued"]), day=date.fromisoformat(one["day"]),
                                mm=one["mm"]) for one in told["forecasts"]],
        points=[Point(**{**one, "sort": PointSort[one["sort"].upper()]}) for one in told["points"]],
        notes=[Note(**one) for one in told["notes"]], defaults=dict(told["defaults"]))


def _rain(entry: Mapping[str, Any]) -> ObservedRain:
    return ObservedRain(np.array(entry["mm"], float))


def _reference(entry: Mapping[str, Any]) -> Reference:
    return Reference(eto_mm=np.array(entry["eto_mm"], float), fallback=np.array(entry["fallback"], np.int8),
                     wind_m_s=np.array(entry["wind_m_s"], float), rh_min=np.array(entry["rh_min"], float))


def _zone(entry: Mapping[str, Any], soils: Mapping[str, GroundSoil], plants: Mapping[str, Vegetation]) -> Zone:
    by_month = entry["kc_by_month"]
    return Zone(**{**entry, "soil": soils[entry["soil"]], "vegetation": plants[entry["vegetation"]],
                   "kc_by_month": None if by_month is None else tuple(by_month),
                   "defaulted": tuple(entry["defaulted"])})


def _programme(entry: Mapping[str, Any]) -> Programme:
    hold = entry["hold"]
    return Programme(**{**entry, "days": frozenset(entry["days"]), "trigger": Trigger[entry["trigger"].upper()],
                        "valve": Valve[entry["valve"].upper()], "hold": None if hold is None else Hold(**hold),
                        "most_mm": np.inf if entry["most_mm"] is None else entry["most_mm"]})


def _lock(entry: Mapping[str, Any], city: City, zones: int) -> Lock:
    if not 0 <= entry["zone"] < zones:
        raise ValueError("a lock of a zone that lacks")

    def asset(name: str) -> Asset | None:
        return None if entry[name] is None else city.assets[city.assets.row(entry[name])]

    return Lock(**{**entry, "reason": Reason[entry["reason"].upper()], "asset": asset("asset"),
                   "controller": asset("controller")})


def _order(entry: Mapping[str, Any]) -> DroughtOrder:
    def hours(given: Any) -> dict[str, tuple[tuple[int, int], ...]]:
        return {name: tuple((a, b) for a, b in spans) for name, spans in given.items()}

    return DroughtOrder(name=entry["name"], level=entry["level"], first=date.fromisoformat(entry["first"]),
                        last=None if entry["last"] is None else date.fromisoformat(entry["last"]),
                        forbidden=hours(entry["forbidden"]), derogations=hours(entry["derogations"]))


def zones_at(gardens: Gardens, t_s: int, rows: Sequence[int]) -> dict[str, Any]:
    """Give the zones of some assets at a second of the run, plain JSON values; depths as of the evening of that day."""
    season, c, d = gardens.balance.season, gardens.balance.columns, gardens.day_at(t_s)
    wanted, zones = set(rows), []
    for z, row in enumerate(gardens.rows):
        if row not in wanted:
            continue
        lock, zone, probed = gardens.lock_at(z, t_s), season.zones[z], gardens.balance.probed_day(z, d)
        zones.append({
            "asset_id": zone.id, "total_mm": round(zone.total_mm, 3), "controller": zone.controller or None,
            "depletion_mm": round(float(c.depletion_mm[z, d]), 3), "allowed_mm": round(float(c.allowed_mm[z, d]), 3),
            "stress": round(float(c.stress[z, d]), 4), "given_mm": round(float(c.gross_mm[z, d]), 3),
            "action": Watering(int(c.action[z, d])).word, "locked_by": None if lock is None else lock.reason.word,
            "locked_asset": None if lock is None or lock.asset is None else lock.asset.id,
            "observed_days_ago": None if probed < 0 else d - probed})
    return {"season": gardens.name, "day": season.calendar.day(d).isoformat(), "zones": zones}
