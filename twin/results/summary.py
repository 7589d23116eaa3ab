"""A run in a few lines: what to know first, as figures. Every count is an indicator of the run.

In words: ``twin.explaining.first_lines``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.codes import Mechanism
from twin.quantities import NONE, BoolArray
from twin.results.acts import at as split_at
from twin.results.placeless import placeless
from twin.results.queue import queue_at
from twin.results.result import Result
from twin.world.kinds import Role

#: Roles with a line of their own; every other kind is told by its name.
_TOLD_APART = {Role.LIGHTS, Role.PREMISES, Role.WATERS, Role.CIRCUIT}
#: A gauge that reads this far from the levels of the scenario is told before all else: the night outside is another
#: than the one that was computed [m]. Twice the error of a staff gauge read by eye.
GAUGE_DIFFERS_M = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one says first about a run. Moments are ISO 8601 in the city's zone, empty where there is none."""

    name: str
    status: str
    city: str
    start: str
    end: str
    assets: int
    #: The latest reading of each gauge that differs from the levels of the scenario by ``GAUGE_DIFFERS_M``: gauge,
    #: moment, read, computed and difference [m].
    readings: tuple[Mapping[str, Any], ...]
    #: Moments at which much fails within minutes, by several causes; see ``twin.results.acts.clusters``.
    clusters: tuple[Mapping[str, Any], ...]
    #: Gear by kind, the most first: how many were ever out, how many others in doubt, flooded (water at live parts,
    #: from exposure, whatever took it out first), flooded live and dead, and the first flooded with its moment.
    gear: Mapping[str, Mapping[str, Any]]
    #: Circuits opened by a wet lamp.
    tripped: int
    lamps: int
    #: Lamps out at the moment at which most surely are, and apart from them those in doubt then.
    lamps_out_at_worst: int
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
    #: Assets that may be out and may not at some moment, and assets where the water is not known.
    doubtful: int
    unknown: int
    #: Assets that count as fed because no supplier is known for them, by kind.
    no_supplier: Mapping[str, int]
    #: Assets one of whose links to a supplier was inferred (the nearest), not surveyed, by kind.
    inferred_links: Mapping[str, int]
    #: Assets without a position on which lamps hang, those with most lamps first: ``asset`` and ``lamps``. No water is
    #: computed for them, so they count as dry. And the others without a position, by kind.
    placeless: tuple[Mapping[str, Any], ...]
    placeless_alone: Mapping[str, int]
    #: Buildings with water at them, and with water inside.
    buildings_wet: int
    buildings_flooded: int
    zones_suspended: int
    #: Vital sites without power, in doubt or on their reserve: name, people, outages, doubts, reserve; the worst first.
    sites: tuple[Mapping[str, Any], ...]
    #: Places to cut so that nothing is live in water, the things that stand in water there, and the grid's among them.
    may_be_live: int
    may_be_live_things: int
    may_be_live_grid: int
    #: Things among them whose supply is not known: what is to be opened has first to be asked.
    may_be_live_unknown: int
    #: The next cabinet for which something can still be done, seen from the issue time; empty where none.
    act_first: str
    act_first_before: str
    #: Where one sets out from for it, and which comes first: ``touch`` or ``access``; empty where no base is given.
    act_first_base: str
    act_first_binds: str
    #: Cabinets that no base reaches before the water does.
    acts_unreachable: int
    #: Dry assets that no way leads to at some moment, by kind; empty where no base is given.
    islands: Mapping[str, int]
    #: Edges of the streets that are outside the water known (dry and open in the run), and that cross a river without a
    #: known bridge (closed with it); assets too far from any street, by kind: no way there is told.
    edges_unknown: int
    edges_over_rivers: int
    off_street: Mapping[str, int]
    #: Crews of the plan, repairs that wait for what at the end of the run, and who lets the limits of hours be broken;
    #: 0 and empty where crews are unlimited.
    crews: int
    waiting_at_end: Mapping[str, int]
    derogation: str
    #: Cabinets for which it was too late already at the issue time.
    acts_past: int
    #: Facts that the computation contradicts.
    contradictions: int
    #: That the balance of the water does not close, in a sentence; empty where it does, or where none is kept.
    water_book: str
    #: What of the water was left out, guessed or may be otherwise: ``text`` in English and, where known, ``text_fr``.
    water_doubts: tuple[Mapping[str, str], ...]
    #: What else the water's maker says and every reader must know; the same.
    water_notes: tuple[Mapping[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)


def summarise(result: Result) -> Summary:
    """Give the first things to say about a result."""
    assets, outages, plan, told = result.city.assets, result.outages, result.plan, result.indicators
    zone = ZoneInfo(result.city.timezone)
    is_lamp = assets.of_role(Role.LIGHTS)[outages.asset]
    street, street_lamps, street_hours = _worst_street(result, is_lamp)
    lamp = _to_explain(result, is_lamp, street)

    def moment(seconds: int) -> str:
        return (plan.start + timedelta(seconds=int(seconds))).astimezone(zone).isoformat()

    def warned(*names: str) -> list[Mapping[str, Any]]:
        return [warning for warning in result.warnings if warning.get("warning") in names]

    surely = told.get("lamps", {}).get("surely", {})
    lamps, buildings, live = told.get("lamps", {}), told.get("buildings", {}), told.get("may_be_live", {})
    seen_from = max(plan.issued_at, plan.start).astimezone(zone).isoformat()
    acts = split_at(told.get("last_moment_to_act", {}), seen_from)
    return Summary(
        name=plan.name, status=plan.status, city=result.city.name, start=moment(0), end=moment(plan.duration_s),
        assets=len(assets), readings=_readings(warned("gauge_reading"), moment),
        clusters=tuple(told.get("clusters", ())), gear=_gear(result),
        tripped=len(np.unique(outages.asset[outages.mechanism == Mechanism.TRIPPED])),
        lamps=lamps.get("count", 0), lamps_out_at_worst=surely.get("most", 0),
        lamps_in_doubt_at_worst=surely.get("in_doubt_then", 0), worst_at=surely.get("at") or "",
        lamps_not_back=lamps.get("not_back", 0), dark_hours=round(lamps.get("lamp_hours_dark", 0.0), 1),
        worst_street=street, worst_street_lamps=street_lamps, worst_street_dark_hours=street_hours,
        lamp_to_explain=lamp,
        asset_to_explain=lamp or _to_explain(result, np.ones(len(outages), dtype=bool), ""),
        doubtful=len(np.unique(result.doubts.asset)),
        unknown=sum(told.get("coverage", {}).get("unknown", {}).values()),
        no_supplier=told.get("no_supplier", {}), inferred_links=told.get("inferred_links", {}),
        **_placeless(result), buildings_wet=buildings.get("wet", 0),
        buildings_flooded=buildings.get("flooded_inside", 0),
        zones_suspended=told.get("zones", {}).get("suspended", 0),
        sites=tuple(site for site in told.get("sites", []) if site["without_power"] or site["in_doubt"]
                    or site["reserve"]),
        may_be_live=live.get("places", live.get("count", 0)), may_be_live_things=live.get("things", 0),
        may_be_live_grid=live.get("grid", 0), may_be_live_unknown=live.get("unknown", 0),
        act_first=acts["ahead"][0]["asset"] if acts["ahead"] else "",
        act_first_before=acts["ahead"][0]["act_before"] if acts["ahead"] else "", acts_past=len(acts["past"]),
        act_first_base=acts["ahead"][0].get("base") or "" if acts["ahead"] else "",
        act_first_binds=acts["ahead"][0].get("binds", "") if acts["ahead"] else "",
        crews=0 if plan.crews is None else len(plan.crews.crews),
        waiting_at_end={} if plan.crews is None else queue_at(result.trace, plan.duration_s).counts(),
        derogation="" if plan.crews is None else plan.crews.derogation,
        acts_unreachable=len(acts["unreachable"]), islands=told.get("access", {}).get("islands", {}),
        edges_unknown=told.get("access", {}).get("edges_unknown", 0),
        edges_over_rivers=told.get("access", {}).get("edges_over_rivers", 0),
        off_street=told.get("access", {}).get("off_street", {}),
        contradictions=len(warned("contradiction")),
        water_book=next((str(w["text"]) for w in warned("water_book")), ""),
        water_doubts=_texts(warned("water_doubt")), water_notes=_texts(warned("water")))


def _placeless(result: Result) -> dict[str, Any]:
    found, assets = placeless(result), result.city.assets
    alone = Counter(assets.kinds.names[int(kind)] for kind in assets.kind[found.rows[found.lamps == 0]])
    return {"placeless": tuple({"asset": str(assets.id[row]), "lamps": int(lamps)} for row, lamps in zip(
        found.rows, found.lamps, strict=True) if lamps), "placeless_alone": dict(sorted(alone.items()))}


def _texts(warnings: list[Mapping[str, Any]]) -> tuple[Mapping[str, str], ...]:
    return tuple({name: str(w[name]) for name in ("text", "text_fr") if name in w} for w in warnings)


def _readings(found: list[Mapping[str, Any]], moment: Callable[[int], str]) -> tuple[Mapping[str, Any], ...]:
    latest = {reading["gauge"]: reading for reading in sorted(found, key=lambda r: int(r["at_s"]))}
    return tuple({**reading, "at": moment(reading["at_s"])} for reading in latest.values()
                 if abs(reading["difference_m"]) >= GAUGE_DIFFERS_M)


def _gear(result: Result) -> dict[str, Mapping[str, Any]]:
    assets, flooded = result.city.assets, result.indicators.get("flooded", {})
    spans = result.spans
    is_out = np.zeros(len(assets), bool)
    is_out[spans.asset[spans.is_sure]] = True
    may = np.zeros(len(assets), bool)
    may[result.doubts.asset] = True
    out, doubt = (np.bincount(assets.kind[rows], minlength=len(assets.kinds)) for rows in (is_out, may & ~is_out))
    none = {"count": 0, "live": 0, "dead": 0, "first": "", "first_at": ""}
    rows = {}
    for kind, count, doubtful in zip(assets.kinds, out.tolist(), doubt.tolist(), strict=True):
        water = flooded.get(kind.name, none)
        if (count or doubtful or water["count"]) and not kind.roles & _TOLD_APART:
            rows[kind.name] = {"out": count, "in_doubt": doubtful, "flooded": water["count"],
                               "flooded_live": water["live"], "flooded_dead": water["dead"],
                               "first": water["first"], "first_at": water["first_at"] or ""}
    return dict(sorted(rows.items(), key=lambda row: (-row[1]["flooded"], -row[1]["out"])))


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
