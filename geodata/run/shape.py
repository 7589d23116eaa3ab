"""The shape of ``run.json``: which sort of value stands where, so that no reader of a run meets another one.

What a run says is held against this once, as its folder is read. Explanations, lists and pages take it as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from twin.codes import Mechanism
from twin.errors import InputError
from twin.world.assets import Assets

#: Whole numbers of a run fit a column of 32 bits: a page packs them so.
_MOST = 2**31 - 1
#: No depth or height is more [m], no share, hour or length of a list.
_FAR = 1e12
#: A moment lies this near the start of its run: in seconds it fits 32 bits.
_YEARS = timedelta(days=366 * 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the values are held against, and the file for complaints."""

    file: str
    ids: Collection[str] = ()
    kinds: Collection[str] = ()
    start: datetime | None = None

    @classmethod
    def of(cls, file: str, assets: Assets, start: datetime) -> Known:
        """Take ids and kinds from the city of the run."""
        return cls(file=file, ids=set(assets.id.tolist()), kinds=set(assets.kinds.names), start=start)


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of single value."""

    says: str
    fits: Callable[[Any, Known], bool]


@dataclass(frozen=True, slots=True)
class Maybe:
    """A value that may be null."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Each:
    """An object whose keys are one sort and whose values have one shape."""

    key: Sort
    shape: Shape


#: An object of named values (a name that ends in ``?`` may be missing), a list of things of one shape, or one value.
Shape = Mapping[str, Any] | list[Any] | Sort | Maybe | Each


def _is_whole(value: Any) -> bool:
    return type(value) is int and abs(value) <= _MOST


def _is_moment(value: Any, known: Known) -> bool:
    try:
        moment = datetime.fromisoformat(value)
        return moment.tzinfo is not None and (known.start is None or abs(moment - known.start) < _YEARS)
    except (TypeError, ValueError, OverflowError):
        return False


ANY = Sort("any value", lambda value, known: True)
TEXT = Sort("a text", lambda value, known: isinstance(value, str))
FLAG = Sort("true or false", lambda value, known: isinstance(value, bool))
WHOLE = Sort("a whole number", lambda value, known: _is_whole(value))
COUNT = Sort("a whole number, 0 or more", lambda value, known: _is_whole(value) and value >= 0)
NUMBER = Sort("a number", lambda value, known: type(value) in (int, float) and math.isfinite(value)
              and abs(value) <= _FAR)
METRES = Sort("metres", lambda value, known: type(value) in (int, float) and abs(value) <= 1e5)
MOMENT = Sort("a moment of the run, ISO 8601 with offset", _is_moment)
ASSET = Sort("the id of an asset of city.gpkg", lambda value, known: isinstance(value, str) and value in known.ids)
KIND = Sort("a kind of city.gpkg", lambda value, known: isinstance(value, str) and value in known.kinds)
MECHANISM = Sort("a mechanism", lambda value, known: value in [m.word for m in Mechanism])
STATE = Sort("'out' or 'in_service'", lambda value, known: value in ["out", "in_service"])

_BY_KIND = Each(KIND, COUNT)
_OUTAGES: Shape = [{"start": MOMENT, "end": Maybe(MOMENT), "mechanism": MECHANISM, "root": ASSET}]
_PLACES: Shape = [{"name": TEXT, "lamps": COUNT, "ever_out": COUNT, "lamp_hours_dark": NUMBER,
                   "first_out_at": Maybe(MOMENT)}]

#: What ``twin.results.indicators`` gives.
INDICATORS: Mapping[str, Shape] = {
    "lamps?": {"count": COUNT, "ever_out": COUNT, "ever_dark": COUNT, "most_out": COUNT, "most_out_at": Maybe(MOMENT),
               "in_doubt_then": COUNT, "may_go_out_then": COUNT,
               "surely": {"most": COUNT, "at": Maybe(MOMENT), "in_doubt_then": COUNT},
               "ever_in_doubt": COUNT, "lamp_hours_dark": NUMBER, "not_back": COUNT},
    "flooded?": Each(KIND, {"count": COUNT, "live": COUNT, "dead": COUNT, "first": ASSET, "first_at": Maybe(MOMENT)}),
    "streets?": _PLACES, "districts?": _PLACES,
    "buildings?": {"count": COUNT, "wet": COUNT, "flooded_inside": COUNT, "without_power": COUNT,
                   "dwellings_known_for": COUNT, "dwellings_wet": Maybe(COUNT),
                   "dwellings_flooded_inside": Maybe(COUNT)},
    "sites?": [{"asset": ASSET, "name": TEXT, "street": TEXT, "people": Maybe(COUNT), "outages": _OUTAGES,
                "without_power": FLAG, "surely": [{"start": MOMENT, "end": Maybe(MOMENT)}],
                "in_doubt": [{"start": MOMENT, "end": Maybe(MOMENT), "computed": STATE}],
                "reserve": [{"start": MOMENT, "end": Maybe(MOMENT), "lasts_until": Maybe(MOMENT)}],
                "wet_at": Maybe(MOMENT), "flooded_inside_at": Maybe(MOMENT), "lamps_near": COUNT,
                "lamps_near_dark": COUNT}],
    "zones?": {"count": COUNT, "suspended": COUNT,
               "rows": [{"asset": ASSET, "name": TEXT, "under_water": FLAG, "wet_at": Maybe(MOMENT),
                         "outages": _OUTAGES}]},
    "roots?": [{"asset": ASSET, "kind": KIND, "street": TEXT, "mechanism": MECHANISM, "lamps": COUNT,
                "lamp_hours_dark": NUMBER, "share": NUMBER}],
    "clusters?": [{"from": MOMENT, "to": MOMENT, "lamps": COUNT, "out": _BY_KIND, "roots": [ASSET],
                   "root_count": COUNT, "sites": [{"asset": ASSET, "name": TEXT}], "streets": [TEXT],
                   "act_before": Maybe(MOMENT)}],
    "may_be_live?": {"count": COUNT, "places?": COUNT, "things": COUNT, "grid": COUNT, "unknown?": COUNT,
                     "rows": [{"cut": ASSET, "cut_kind": KIND, "cabinet": Maybe(ASSET), "by": TEXT, "operator": TEXT,
                               "street": TEXT, "from": MOMENT, "to": Maybe(MOMENT), "depth_m": Maybe(METRES),
                               "supply_known?": FLAG, "assets": [ASSET], "assets_count": COUNT}]},
    "last_moment_to_act?": {
        "count": COUNT, "dead_by_a_cut": COUNT,
        "rows": [{"asset": ASSET, "street": TEXT, "act_before": MOMENT, "failed_at": Maybe(MOMENT),
                  "peak_depth_m": Maybe(METRES), "lamps": COUNT, "doubtful": FLAG, "touched_at?": Maybe(MOMENT),
                  "binds?": TEXT, "base?": Maybe(ASSET), "trip_s?": Maybe(WHOLE), "work_s?": WHOLE,
                  "access_until?": Maybe(MOMENT), "access_lost?": Maybe(MOMENT), "by?": [TEXT]}]},
    "doubtful?": {"count": COUNT, "by_kind": _BY_KIND,
                  "near_threshold": {"count": COUNT, "by_kind": _BY_KIND,
                                     "rows": [{"asset": ASSET, "kind": KIND, "street": TEXT,
                                               "peak_depth_m": Maybe(METRES), "fail_m": METRES, "outcome": TEXT}]}},
    "no_supplier?": _BY_KIND, "inferred_links?": _BY_KIND,
    "irrigation?": {"zones": COUNT, "area_m2": NUMBER, "applied_m3": NUMBER, "needed_m3": NUMBER, "saved_m3": NUMBER,
                    "wasted_m3": NUMBER, "stress_zone_days": COUNT, "stress_zone_days_by_order": COUNT,
                    "zones_watered_while_flooded": COUNT, "zones_beyond_tolerance": COUNT, "refused_zone_days": COUNT,
                    "locked_zone_days": COUNT, "cost_eur?": NUMBER, "cost_needed_eur?": NUMBER},
    "coverage?": Each(TEXT, _BY_KIND),
    "access?": {"bases": [ASSET], "day_m": METRES, "night_m": METRES, "work_s": WHOLE, "islands": _BY_KIND,
                "never_reached": _BY_KIND, "off_street": _BY_KIND, "edges": COUNT, "edges_with_assumed_speed": COUNT,
                "edges_unknown": COUNT, "edges_over_rivers?": COUNT, "streets_not_driven?": COUNT,
                "cut_off": {"count": COUNT, "rows": [
                    {"asset": ASSET, "name": TEXT, "kind": KIND, "street": TEXT, "dry": FLAG,
                     "reached": [{"base": ASSET, "from": MOMENT, "until": Maybe(MOMENT), "closed": Maybe(MOMENT),
                                  "trip_s": WHOLE}]}]}}}

#: What a list of runs reads.
HEAD: Mapping[str, Shape] = {
    "name": TEXT, "city": TEXT, "status": TEXT, "start": MOMENT, "duration_s": COUNT, "issued_at": MOMENT,
    "valid_until": MOMENT, "timezone": TEXT, "plan_sha256": TEXT, "plan": {"texts?": [[TEXT]]}}

_BODY: Mapping[str, Shape] = {"indicators": INDICATORS, "provenance": Each(TEXT, ANY), "warnings": [{"warning": TEXT}],
                              "inputs": [Each(TEXT, ANY)]}
_SAID_OF_WATER: Mapping[str, Shape] = {"text": TEXT, "text_fr?": TEXT}
#: What a warning carries, by its name; others are kept and not read.
_WARNINGS: Mapping[str, Mapping[str, Shape]] = {
    "gauge_reading": {"gauge": ASSET, "at_s": WHOLE, "read_m": METRES, "scenario_m": METRES, "difference_m": METRES},
    "water": _SAID_OF_WATER, "water_book": _SAID_OF_WATER, "water_doubt": _SAID_OF_WATER}


def check_run(info: Mapping[str, Any], known: Known) -> None:
    """Hold what ``run.json`` says beside plan, files and water against its shape.

    Raises
    ------
    InputError
        A value of another sort, an asset or a kind that the city lacks, a value that is missing.
    """
    check(info, _BODY, known)
    for i, warning in enumerate(info["warnings"]):
        check(warning, _WARNINGS.get(warning["warning"], {}), known, ("warnings", str(i)))


def check(value: Any, shape: Shape, known: Known, at: tuple[str, ...] = ()) -> None:
    """Hold a value against a shape.

    Raises
    ------
    InputError
        With the place of the first value that does not fit, and what belongs there.
    """
    if isinstance(shape, Maybe):
        if value is not None:
            check(value, shape.shape, known, at)
    elif isinstance(shape, Sort):
        if not shape.fits(value, known):
            raise _misfit(value, shape.says, known, at)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise _misfit(value, "a list", known, at)
        for i, item in enumerate(value):
            check(item, shape[0], known, (*at, str(i)))
    elif not isinstance(value, dict):
        raise _misfit(value, "an object", known, at)
    elif isinstance(shape, Each):
        for key, item in value.items():
            check(key, shape.key, known, at)
            check(item, shape.shape, known, (*at, key))
    else:
        for name, inner in shape.items():
            key = name.removesuffix("?")
            if key in value:
                check(value[key], inner, known, (*at, key))
            elif key == name:
                raise _misfit(None, f"a value '{key}'", known, at)


def _misfit(value: Any, expected: str, known: Known, at: tuple[str, ...]) -> InputError:
    return InputError(file=known.file, field=".".join(at), found=f"{value!r}"[:60], expected=expected,
                      remedy="Copy the folder again, or run the scenario again.")
