"""The operator's page: its figures and lists, read from the indicators of the run; nothing is counted here anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.city.model import has_ground
from twin.codes import Action
from twin.explaining.fact_words import FACT_STALE_S
from twin.quantities import NONE
from twin.results.cut_order import places_of
from twin.results.summary import summarise
from twin.world.assets import Source
from twin.world.kinds import Role
from twin.world.sun import dark_periods
from viewer.outputs.clock import Clock
from viewer.scene.compose import Scene
from viewer.scene.likely import nights_told
from viewer.scene.pack import centimetres

if TYPE_CHECKING:
    from geodata.ensemble.folder import EnsembleFolder
    from geodata.run.folder import Run

_DAY_S = 86_400
#: Lines of the list of layers, as a run has them.
_LAYERS = ("lamp_dark", "lamp_may", "lamp_lit", "unknown", "cabinet_out", "cabinet_may", "cabinet_in", "substation_out",
           "substation_may", "substation_in", "wet", "water", "live", "street_closed", "island", "crew",
           "site_out", "site_may", "site_in", "zone_out", "zone_may", "zone_in", "other_out", "other_may", "other_in")
#: The words of what is in doubt in an ensemble, and the lines that its map holds as a legend.
_WORDS = ("likely", "possible", "unlikely")
#: What the operator's timeline can name.
TIMELINE = ("water", "first_dark", "together", "flooded", "failed", "cut", "restore", "fact", "closed", "open",
            "reading", "note")


def layers(*, is_ensemble: bool) -> list[tuple[str, str, str, str]]:
    """Give the lines of the list of layers: key of the count, key of the text, what it switches, symbol.

    What is in doubt is one line for a run, and a line for each of the three words for an ensemble.
    """
    found: list[tuple[str, str, str, str]] = []
    doubts = _WORDS if is_ensemble else ("may",)
    told = {"lamp_dark": "lamp_certain", "lamp_lit": "lamp_spared"} if is_ensemble else {}
    symbols, switched = {"wet": "building_wet"}, {"zone_in": "zone_in zone"}
    for name in _LAYERS:
        family, _, state = name.partition("_")
        keys = [f"{family}_{word}" for word in doubts] if state == "may" else [name]
        found += [(key, told.get(key, key), switched.get(key, key), symbols.get(key, key)) for key in keys]
    return found


def operator_config(run: Run, scene: Scene, clock: Clock, lang: str, ensemble: EnsembleFolder | None = None
                    ) -> dict[str, Any]:
    """Give what the script of the operator's page is told beside the packed scene.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    scene
        The run as it was packed: assets have their numbers there.
    clock
        Times of the run.
    lang
        Language that the page opens in.
    ensemble
        The ensemble of which it is the run of the plan; None: a run by itself.
    """
    return {**_common(run, clock), "public": False, "lang": lang, **_figures(run), **_lists(run, scene, clock),
            "hasGround": has_ground(run.city_file.context),
            "facts": _facts(run, scene), "notes": _notes(run, scene), "staleAfter": FACT_STALE_S,
            "events": _events(run, scene, clock), "ensemble": None if ensemble is None else nights_told(ensemble)}


def _common(run: Run, clock: Clock) -> dict[str, Any]:
    """Give what the operator's page must know: names, times, nights, status."""
    plan, city = run.result.plan, run.result.city
    # A night is named from dusk to dawn, also where the run begins after the one or ends before the other.
    nights = dark_periods(plan.start.astimezone(UTC) - timedelta(seconds=_DAY_S), plan.duration_s + 2 * _DAY_S,
                          plan.dark, latitude=city.latitude, longitude=city.longitude,
                          timezone=city.timezone) - _DAY_S
    nights = nights[(nights[:, 1] > 0) & (nights[:, 0] < plan.duration_s)]
    wet = _wet_span(run)
    return {"name": plan.name, "texts": [list(row) for row in plan.texts], "city": city.name,
            "status": plan.status, "start": clock.start, "offsets": clock.offsets(plan.duration_s),
            "duration": plan.duration_s, "step": plan.step_s,
            "issued": clock.since(plan.issued_at), "validUntil": clock.since(plan.valid_until),
            "nextUpdate": clock.since(plan.next_update),
            "nights": np.asarray(nights).tolist(), "wetSpan": wet, "peakAt": _peak_at(run)}


def _wet_span(run: Run) -> list[int] | None:
    """Give from when until when some asset stands in water, None where none does."""
    exposure = run.result.exposure
    touched = exposure.touched_at_s[exposure.touched_at_s != NONE]
    if not len(touched):
        return None
    never_left = bool(((exposure.touched_at_s != NONE) & (exposure.water_left_at_s == NONE)).any())
    last = run.result.plan.duration_s if never_left else int(exposure.water_left_at_s.max())
    return [int(touched.min()), last]


def _peak_at(run: Run) -> int:
    """Give when the water stands highest: the middle one of the assets' own peaks."""
    peaks = run.result.exposure.peak_time_s
    peaks = np.sort(peaks[peaks != NONE])
    return int(peaks[len(peaks) // 2]) if len(peaks) else 0


def _figures(run: Run) -> dict[str, Any]:
    """Give the figures of the night, as the terminal tells them."""
    result = run.result
    told, assets = summarise(result), result.city.assets
    sources = (assets.touch_source, assets.fail_source, assets.protection_source)
    kinds = assets.kinds.names
    return {"most": {"out": told.lamps_out_at_worst, "doubtful": told.lamps_in_doubt_at_worst},
            "flooded": [{"kind": kinds.index(name), "n": row["flooded"], "dead": row["flooded_dead"]}
                        for name, row in told.gear.items() if row["flooded"]],
            "contradictions": told.contradictions, "doubtful": told.doubtful,
            "inferredLinks": sum(told.inferred_links.values()),
            "defaults": int(sum((np.asarray(source) == Source.DEFAULT).sum() for source in sources))}


def _lists(run: Run, scene: Scene, clock: Clock) -> dict[str, Any]:
    """Give the lists of the page, assets by their number in it, in the order of the indicators."""
    told, assets = summarise(run.result), run.result.city.assets
    indicators = run.result.indicators

    def of(asset_id: str) -> int:
        return int(scene.number[assets.row(asset_id)])

    places: list[dict[str, Any]] = [{}] * len(scene.places)
    by_cut = {entry["cut"]: entry for entry in indicators.get("may_be_live", {}).get("rows", ())}
    opened = places_of(run.result.view, np.array(list(scene.places), np.int32)).tolist()
    for (row, place), at in zip(scene.places.items(), opened, strict=True):
        entry = by_cut.get(str(assets.id[row]), {})
        depth_m = entry.get("depth_m")
        places[place] = {"cut": int(scene.number[row]), "at": int(scene.number[at]),
                         "rank": run.result.cut_order[at],
                         "by": entry.get("by", "city"), "unknown": not entry.get("supply_known", True),
                         "operator": entry.get("operator", ""), "street": entry.get("street", ""),
                         "depth": None if depth_m is None else int(centimetres(depth_m))}
    last = indicators.get("last_moment_to_act", {})
    moments = [{"u": of(entry["asset"]), "at": clock.since(entry["act_before"]),
                "failed": clock.since(entry["failed_at"]), "lamps": entry["lamps"], "doubtful": entry["doubtful"],
                **_leave(entry, of)}
               for entry in last.get("rows", ())]
    return {
        "live": places, "lastMoments": moments, "deadByCut": last.get("dead_by_a_cut", 0),
        "sites": [{"u": of(site["asset"]), "people": site["people"]} for site in indicators.get("sites", ())],
        "roots": [{"u": of(entry["asset"]), "lamps": entry["lamps"], "share": entry["share"]}
                  for entry in indicators.get("roots", ())],
        "clusters": [{"from": clock.since(one["from"]), "to": clock.since(one["to"]), "lamps": one["lamps"],
                      "causes": one["root_count"], "roots": [of(root) for root in one["roots"]],
                      "streets": one["streets"], "sites": [of(site["asset"]) for site in one["sites"]],
                      "before": clock.since(one["act_before"])} for one in told.clusters],
        "readings": [{"u": of(one["gauge"]), "at": one["at_s"], "read": int(centimetres(one["read_m"])),
                      "computed": int(centimetres(one["scenario_m"])),
                      "difference": int(np.sign(one["difference_m"])) * int(centimetres(abs(one["difference_m"])))}
                     for one in told.readings]}


def _leave(entry: dict[str, Any], of: Callable[[str], int]) -> dict[str, Any]:
    """Give what a last moment says of the way there; nothing where the run has no bases."""
    if "binds" not in entry:
        return {}
    return {"leave": {"base": of(entry["base"]) if entry["base"] else -1, "binds": entry["binds"],
                      "trip": entry["trip_s"] or 0, "work": entry["work_s"], "by": entry["by"]}}


def _facts(run: Run, scene: Scene) -> list[dict[str, Any]]:
    return [{"u": int(scene.number[one.asset]), "at": one.at_s, "by": one.by, "reason": one.reason,
             "fact": one.action >= Action.FACT_OUT, "action": Action(one.action).name.lower()}
            for one in run.result.plan.declared]


def _notes(run: Run, scene: Scene) -> list[dict[str, Any]]:
    """Give what was seen and moves no asset: readings of gauges, streets closed and opened, free notes."""
    assets = run.result.city.assets
    return [{"at": note.at_s, "by": note.by, "text": note.text, "street": note.street, "state": note.state,
             "u": int(scene.number[assets.row(note.gauge)]) if note.gauge else -1,
             "level": None if note.level_m is None else int(centimetres(note.level_m))}
            for note in run.result.plan.notes]


def _events(run: Run, scene: Scene, clock: Clock) -> list[dict[str, Any]]:
    """Give the few events that a timeline can name: first water, first lamp, gear flooded, decisions, facts."""
    result = run.result
    assets, plan, touched_s = result.city.assets, result.plan, result.exposure.touched_at_s
    events: list[dict[str, Any]] = []
    wet = assets.buildings() & (touched_s != NONE)
    if wet.any():
        events.append({"kind": "water", "at": int(touched_s[wet].min()), "u": -1})
    lamps = result.spans.is_sure & assets.of_role(Role.LIGHTS)[result.spans.asset]
    if lamps.any():
        events.append({"kind": "first_dark", "at": int(result.spans.start_s[lamps].min()), "u": -1})
    # What the water reached is told from exposure: a cut hides no water.
    failed_s = result.exposure.failed_at_s
    gear = (assets.of_role(Role.SWITCHES) | assets.of_role(Role.SOURCE)) & (failed_s != NONE)
    events += [{"kind": "flooded", "at": int(failed_s[row]), "u": int(scene.number[row])}
               for row in np.flatnonzero(gear).tolist()]
    events += [{"kind": "together", "at": clock.since(one["from"]), "u": -1, "n": one["lamps"], "tone": "danger"}
               for one in result.indicators.get("clusters", ())]
    words = {Action.FAIL: "failed", Action.CUT: "cut", Action.RESTORE: "restore"}
    events += [{"kind": words.get(declared.action, "fact"), "at": declared.at_s,
                "u": int(scene.number[declared.asset]), "tone": "danger"} for declared in plan.declared]
    for note in plan.notes:
        kind = note.state if note.street else "reading" if note.gauge else "note"
        events.append({"kind": kind, "at": note.at_s, "u": -1, "text": note.street or note.gauge or note.text})
    return sorted(events, key=lambda event: (event["at"], event["kind"], event["u"]))[:400]
