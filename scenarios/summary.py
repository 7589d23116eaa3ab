"""A run in a few lines: what drowned when, how many lamps, the worst street. For the console and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.quantities import NONE, BoolArray
from twin.results.outages import Mechanism
from twin.results.result import Result
from twin.water.exposure import Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one says first about a run. Moments are ISO 8601 in the city's zone, empty where there is none."""

    name: str
    status: str
    city: str
    start: str
    end: str
    assets: int
    #: Assets of each kind that were ever out, by kind.
    out_by_kind: Mapping[str, int]
    #: Assets of each kind whose own live parts were in water, with the first: kind -> (count, first id, its moment).
    drowned: Mapping[str, tuple[int, str, str]]
    #: Circuits tripped by a wet lamp.
    tripped: int
    lamps: int
    lamps_out_at_worst: int
    #: Those of them whose outage is in doubt: the map's « may be out ».
    lamps_in_doubt_at_worst: int
    worst_at: str
    lamps_not_back: int
    dark_hours: float
    #: Street with the most darkness, its lamps out and its lamp-hours; empty name where no lamp has a street.
    worst_street: str
    worst_street_lamps: int
    worst_street_dark_hours: float
    #: A lamp that stands dry and is dark because of a cabinet elsewhere, in that street if it can be; else any out.
    lamp_to_explain: str
    #: The same; where no lamp is out, anything that is. Empty where nothing is.
    asset_to_explain: str
    doubtful: int
    unknown: int
    #: Buildings with wet feet, and with water inside.
    buildings_wet: int
    buildings_flooded: int
    zones_suspended: int
    #: Names of the sites that lose their electricity.
    sites_without_power: tuple[str, ...]
    #: Things that may be live in water until they are cut.
    may_be_live: int
    #: Cabinet that water touches first, and when: the last moment to act on it. Empty where none.
    act_first: str
    act_first_before: str
    #: Facts that the computation contradicts.
    contradictions: int
    #: That the book of the water does not balance, in a sentence; empty where it does, or where none is kept.
    water_book: str
    #: What of the water was left out, guessed or may be otherwise, in sentences.
    water_doubts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)


def summarise(result: Result) -> Summary:
    """Give the first things to say about a result."""
    assets, outages, plan, exposure = result.city.assets, result.outages, result.plan, result.exposure
    zone = ZoneInfo(result.city.timezone)
    kinds = assets.kinds.names
    kind_of = assets.kind[outages.asset]
    ever_out = np.unique(outages.asset)
    own = outages.mechanism == Mechanism.FLOODED
    is_lamp = kind_of == kinds.index("lamp") if "lamp" in kinds else np.zeros(len(outages), bool)
    worst, in_doubt, worst_s = _most_at_once(result, is_lamp)
    street, street_lamps, street_hours = _worst_street(result, is_lamp)
    lamp = _to_explain(result, is_lamp, street)

    def moment(seconds: int) -> str:
        return "" if seconds == NONE else (plan.start + timedelta(seconds=int(seconds))).astimezone(zone).isoformat()

    drowned: dict[str, tuple[int, str, str]] = {}
    for code in np.unique(kind_of[own]):
        rows = np.flatnonzero(own & (kind_of == code))
        first = rows[np.argmin(outages.start_s[rows])]
        drowned[kinds[code]] = (len(np.unique(outages.asset[rows])), str(assets.id[outages.asset[first]]),
                                moment(int(outages.start_s[first])))
    counts = np.bincount(assets.kind[ever_out], minlength=len(kinds))
    return Summary(
        name=plan.name, status=plan.status, city=result.city.name, start=moment(0), end=moment(plan.duration_s),
        assets=len(assets), out_by_kind={kinds[i]: int(n) for i, n in enumerate(counts) if n}, drowned=drowned,
        tripped=len(np.unique(outages.asset[outages.mechanism == Mechanism.TRIPPED])),
        lamps=int(assets.of_kind("lamp").sum()) if "lamp" in kinds else 0,
        lamps_out_at_worst=worst, lamps_in_doubt_at_worst=in_doubt, worst_at=moment(worst_s),
        lamps_not_back=len(np.unique(outages.asset[is_lamp & (outages.end_s == NONE)])),
        dark_hours=round(float(outages.dark_s[is_lamp].clip(0).sum()) / 3600, 1),
        worst_street=street, worst_street_lamps=street_lamps, worst_street_dark_hours=street_hours,
        lamp_to_explain=lamp,
        asset_to_explain=lamp or _to_explain(result, np.ones(len(outages), dtype=bool), ""),
        doubtful=int(exposure.is_doubtful.sum()), unknown=int((exposure.coverage == Coverage.UNKNOWN).sum()),
        **_to_act_on(result))


def _to_act_on(result: Result) -> dict[str, Any]:
    """Give what the indicators say first; nothing where a result has none."""
    told = result.indicators
    buildings, acts = told.get("buildings", {}), told.get("last_moment_to_act", {}).get("rows", [])
    return {
        "buildings_wet": buildings.get("wet", 0), "buildings_flooded": buildings.get("flooded_inside", 0),
        "zones_suspended": told.get("zones", {}).get("suspended", 0),
        "sites_without_power": tuple(site["name"] or site["asset"] for site in told.get("sites", [])
                                     if site["without_power"]),
        "may_be_live": told.get("may_be_live", {}).get("count", 0),
        "act_first": acts[0]["asset"] if acts else "", "act_first_before": acts[0]["act_before"] if acts else "",
        "water_book": next((str(w["text"]) for w in result.warnings if w.get("warning") == "water_book"), ""),
        "water_doubts": tuple(str(w["text"]) for w in result.warnings if w.get("warning") == "water_doubt"),
        "contradictions": sum(w.get("warning") == "contradiction" for w in result.warnings)}


def _most_at_once(result: Result, rows: BoolArray) -> tuple[int, int, int]:
    """Give the most outages at one moment, those in doubt among them, and the moment [s]."""
    outages = result.outages
    if not rows.any():
        return 0, 0, NONE
    start, end = outages.start_s[rows], outages.end_s[rows]
    end = np.where(end == NONE, result.plan.duration_s, end)
    times = np.concatenate([start, end])
    change = np.concatenate([np.ones(len(start), np.int64), np.full(len(end), -1, np.int64)])
    order = np.lexsort((change, times))
    running = np.cumsum(change[order])
    last_of_instant = np.append(times[order][1:] != times[order][:-1], True)
    counts = np.where(last_of_instant, running, -1)
    at = int(np.argmax(counts))
    worst_s = int(times[order][at])
    in_force = (start <= worst_s) & (worst_s < end)
    return int(counts[at]), int((in_force & outages.is_doubtful[rows]).sum()), worst_s


def _worst_street(result: Result, is_lamp: BoolArray) -> tuple[str, int, float]:
    outages, street = result.outages, result.city.assets.street
    codes = street.codes[outages.asset]
    rows = is_lamp & (codes >= 0)
    if not rows.any():
        return "", 0, 0.0
    # By darkness; a night's outage counts before a day's, whatever its length.
    dark = np.bincount(codes[rows], weights=outages.dark_s[rows].clip(0), minlength=len(street.words))
    lamps = np.bincount(codes[np.flatnonzero(rows)[np.unique(outages.asset[rows], return_index=True)[1]]],
                        minlength=len(street.words))
    at = int(np.lexsort((-lamps, -dark))[0])
    return street.words[at], int(lamps[at]), round(float(dark[at]) / 3600, 1)


def _to_explain(result: Result, wanted: BoolArray, street: str) -> str:
    outages, assets = result.outages, result.city.assets
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return ""
    depth = np.nan_to_num(result.exposure.peak_depth_m[outages.asset[rows]])
    elsewhere = (outages.mechanism[rows] != Mechanism.FLOODED) & (outages.root_mechanism[rows] == Mechanism.FLOODED)
    by_cabinet = elsewhere & (assets.kind[outages.root[rows]] != assets.kind[outages.asset[rows]])
    code = assets.street.words.index(street) if street else NONE
    in_street = (assets.street.codes[outages.asset[rows]] == code) & (code != NONE)
    # First of all one that stands on the map.
    stands = ~np.isnan(assets.x_m[outages.asset[rows]])
    score = (16 * stands + 8 * (elsewhere & (depth == 0)) + 4 * by_cabinet + 2 * in_street
             + (outages.dark_s[rows] > 0))
    return str(assets.id[outages.asset[rows[int(np.argmax(score))]]])


def clock(moment: str) -> str:
    """Write an ISO moment for the console: 22/11 20:14."""
    return datetime.fromisoformat(moment).strftime("%d/%m %H:%M") if moment else "never"
