"""Vigicrues: levels [m] and discharges [m3/s] of its stations, and forecasts with their 10, 50 and 90 %.

The service gives the forecast in force alone: each issue is kept, by the time at which it was made
(``DtProdSimul``; the file's own date changes at every fetch). Errors come as an answer like any other.

Source
------
https://www.vigicrues.gouv.fr, services/observations.json and services/v1.1/prevision.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from geodata.feeds.taken import About, Forecast, Taken, json_of, list_of, mapping_of
from geodata.observations.normal import LIMITS, Refusal, Why, moment_of, seconds_of

_QUANTITIES = {"H": ("level", "m"), "Q": ("flow", "m3/s")}
#: Points of one forecast at most: an hour each for two months.
_MOST_POINTS = 1500


def read_observations(body: bytes, about: About) -> Taken:
    """Read the observations of one station."""
    taken = Taken.of(body, about)
    try:
        said = _answer(body)
        series = mapping_of(said.get("Serie"), "Serie")
        quantity = str(series.get("GrdSerie"))
        if quantity not in _QUANTITIES:
            raise Refusal(Why.WHAT, field="GrdSerie", found=f"'{quantity}'", expected="H or Q")
        what, unit = _QUANTITIES[quantity]
        for row in list_of(series.get("ObssHydro"), "ObssHydro"):
            moment, value = _point(row)
            taken.put(series.get("CdStationHydro"), what, value, unit=unit, observed=moment)
    except Refusal as error:
        taken.refuse(error)
    return taken


def read_forecast(body: bytes, about: About) -> Taken:
    """Read a forecast of levels: one answer holds one station, or a list of them."""
    taken = Taken.of(body, about)
    try:
        said = _answer(body)
        simulated = said.get("Simul")
        for one in simulated if isinstance(simulated, list) else [simulated]:
            try:
                _simulated(taken, mapping_of(one, "Simul"))
            except Refusal as error:
                taken.refuse(error)
    except Refusal as error:
        taken.refuse(error)
    return taken


def _simulated(taken: Taken, said: Mapping[str, Any]) -> None:
    if said.get("GrdSimul") != "H":
        raise Refusal(Why.WHAT, field="GrdSimul", found=f"{said.get('GrdSimul')!r}", expected="H")
    series = taken.asset(said.get("CdEntVigiCru"))
    issued = seconds_of(_utc(said.get("DtProdSimul")), taken.about.received)
    points = list_of(said.get("Prevs"), "Prevs")
    if len(points) > _MOST_POINTS:
        raise Refusal(Why.LARGE, field="Prevs", found=f"{len(points)} points", expected=f"{_MOST_POINTS} at most")
    for point in points:
        try:
            taken.forecasts.append(_foretold(taken, mapping_of(point, "Prevs"), series, issued))
        except Refusal as error:
            taken.refuse(error)


def _foretold(taken: Taken, point: Mapping[str, Any], series: str, issued: int) -> Forecast:
    low, mid, high = (_level(point.get(key), key) for key in ("ResMinPrev", "ResMoyPrev", "ResMaxPrev"))
    told = [one for one in (low, mid, high) if one is not None]
    if not told:
        raise Refusal(Why.VALUE, field="ResMoyPrev", found="no value", expected="one of the three")
    if told != sorted(told):
        raise Refusal(Why.VALUE, field="ResMoyPrev", found=f"{told}", expected="10, 50 and 90 % in rising order")
    return Forecast(source=taken.about.source, series=series, issued=issued,
                    at=int(moment_of(_utc(point.get("DtPrev"))).timestamp()), low_m=low, mid_m=mid, high_m=high,
                    received=int(taken.about.received.timestamp()), raw=taken.raw)


def _level(value: Any, key: str) -> float | None:
    if value is None:
        return None
    low, high = LIMITS["level"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Refusal(Why.VALUE, field=key, found=repr(value), expected=f"a level of {low:g} to {high:g} m")
    return float(value)


def _answer(body: bytes) -> Mapping[str, Any]:
    said = mapping_of(json_of(body), "answer")
    for key in ("error_msg", "message"):
        if said.get(key) and "code" in said:
            raise Refusal(Why.FORM, found=f"{said[key]!r} ({said['code']})", expected="an answer")
    return said


def _point(row: Any) -> tuple[Any, Any]:
    """Give time and value of a reading; in its two forms: a mapping, or milliseconds since 1970 and a value."""
    if isinstance(row, list) and len(row) == 2 and isinstance(row[0], int | float) and not isinstance(row[0], bool):
        try:
            return datetime.fromtimestamp(row[0] / 1000, UTC), row[1]
        except (ValueError, OverflowError, OSError):
            raise Refusal(Why.ZONE, field="DtObsHydro", found=f"{row[0]}", expected="milliseconds since 1970") from None
    said = mapping_of(row, "ObssHydro")
    return _utc(said.get("DtObsHydro")), said.get("ResObsHydro")


def _utc(said: Any) -> Any:
    """Give a time as the service means it: its older answers write none of their offset, which is UTC."""
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        moment = None
    return said if moment is None else moment if moment.tzinfo else moment.replace(tzinfo=UTC)
