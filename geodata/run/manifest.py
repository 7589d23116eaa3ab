"""What ``run.json`` says of a run, and the plan back from it."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import metadata
from typing import Any

import numpy as np

from twin import __version__
from twin.codes import Action, Mechanism
from twin.quantities import distinct
from twin.results.result import Result
from twin.water.depths import Coverage
from twin.world.access import AccessRules
from twin.world.assets import Assets
from twin.world.crews import CrewPlan
from twin.world.plan import DarkHours, Declared, Note, Plan

#: Libraries whose version may change a figure.
_LIBRARIES = ("numpy", "numba", "simpy", "pyogrio", "rasterio", "shapely", "pyproj", "pyarrow")

#: Longest value that is spread over lines [characters].
_SPREAD = 100_000


def describe(result: Result, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give what a reader must know of a run before its tables, plain JSON values."""
    plan, city = result.plan, result.city
    return {
        "name": plan.name, "city": city.name, "status": plan.status, "start": plan.start.isoformat(),
        "duration_s": plan.duration_s, "issued_at": plan.issued_at.isoformat(),
        "valid_until": plan.valid_until.isoformat(),
        "next_update": plan.next_update.isoformat() if plan.next_update else None,
        "timezone": city.timezone, "seed": plan.seed,
        "plan": plan_to_dict(plan, city.assets), "plan_sha256": plan.digest, "versions": versions(),
        "inputs": [dict(item) for item in inputs], "provenance": dict(result.provenance), "counts": counts(result),
        "doubtful": doubtful(result), "unknown": unknown(result), "indicators": dict(result.indicators),
        "warnings": [dict(warning) for warning in result.warnings]}


def versions() -> dict[str, str]:
    """Give the versions that a figure may depend on."""
    return {"twin": __version__, "python": platform.python_version(),
            **{name: metadata.version(name) for name in _LIBRARIES}}


def _by_kind(assets: Assets, rows: Any) -> dict[str, int]:
    found = np.bincount(assets.kind[rows], minlength=len(assets.kinds))
    return {name: int(n) for name, n in zip(assets.kinds.names, found, strict=True) if n}


def counts(result: Result) -> dict[str, Any]:
    """Give how many assets there are, went out and came back, by kind; outages by mechanism; events."""
    assets, outages = result.city.assets, result.outages
    by_mechanism = np.bincount(outages.mechanism, minlength=len(Mechanism)) if len(outages) else np.zeros(
        len(Mechanism), int)
    still = distinct(outages.asset[outages.end_s == -1])
    return {"assets": _by_kind(assets, slice(None)), "links": len(result.city.supplies), "outages": len(outages),
            "assets_out": _by_kind(assets, distinct(outages.asset)), "not_back": _by_kind(assets, still),
            "mechanisms": {m.word: int(by_mechanism[m]) for m in Mechanism if by_mechanism[m]},
            "events": len(result.trace)}


def doubtful(result: Result) -> dict[str, Any]:
    """Give the assets that may be out and may not at some moment, those whose own height decides it, and outages."""
    assets = result.city.assets
    return {"assets": _by_kind(assets, distinct(result.doubts.asset)),
            "near_threshold": _by_kind(assets, np.flatnonzero(result.exposure.is_doubtful)),
            "outages": int(np.count_nonzero(result.outages.is_doubtful))}


def unknown(result: Result) -> dict[str, Any]:
    """Give how many assets the water does not cover, by coverage and kind: they run as dry."""
    coverage = result.exposure.coverage
    return {kind.word: _by_kind(result.city.assets, np.flatnonzero(coverage == kind)) for kind in Coverage
            if kind is not Coverage.INSIDE}


def plan_to_dict(plan: Plan, assets: Assets) -> dict[str, Any]:
    """Give the plan as JSON values, with the id beside each row number."""
    table = plan.to_dict()
    for declared in table["declared"]:
        declared["asset_id"] = assets.id[declared["asset"]]
    return table


def _declared(row: Mapping[str, Any]) -> Declared:
    values: dict[str, Any] = {key: value for key, value in row.items() if key != "asset_id"}
    return Declared(**{**values, "action": Action[values["action"].upper()]})


def plan_of(table: Mapping[str, Any]) -> Plan:
    """Give the plan back from ``run.json``."""
    given = dict(table)
    for name in ("start", "issued_at", "valid_until", "next_update"):
        if given.get(name) is not None:
            given[name] = datetime.fromisoformat(given[name])
    given["declared"] = tuple(_declared(row) for row in given["declared"])
    given["notes"] = tuple(Note(**row) for row in given["notes"])
    given["dark"] = DarkHours(**given["dark"])
    for name in ("public_title", "texts"):
        given.setdefault(name, ())
    for name in ("thresholds", "repair_s", "supplies", "public_title", "texts"):
        given[name] = tuple(tuple(row) for row in given[name])
    given["measures"] = tuple(json.dumps(row, ensure_ascii=False, sort_keys=True)
                              for row in given.get("measures", ()))
    given["flood"] = json.dumps(given["flood"], ensure_ascii=False)
    if given.get("access") is not None:
        given["access"] = AccessRules.of(given["access"])
    if given.get("crews") is not None:
        given["crews"] = CrewPlan.of(given["crews"])
    return Plan(**given)


def to_json(info: Mapping[str, Any]) -> str:
    """Give the text of ``run.json``: a key a line, short values spread out for people, long lists kept tight.

    The standard encoder writes a long list thirty times as fast in one line.
    """
    lines = []
    for key, value in info.items():
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError):  # numpy values, or numbers that are not finite
            value = plain(value)
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if len(text) <= _SPREAD:
            text = json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n ")
        lines.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def plain(value: Any) -> Any:
    """Give JSON values: arrays as lists, numpy numbers as numbers, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
