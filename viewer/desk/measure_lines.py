"""Lines of a variant that scenario files say as measures, facts or teams: barrier, pump, generator, seal, street, crew.

What moves the water, closes a street or adds a crew is computed by a run alone; the rest shows its outcome at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from scenarios.load import load_scenario
from twin.errors import InputError
from twin.world.edits import Edit, Protect, Reserve
from twin.world.kinds import Role
from viewer.desk.loaded import Loaded

#: Sorts with the keys that each must have.
SORTS: dict[str, tuple[str, ...]] = {
    "barrier": ("line", "crest_m"), "pump": ("place", "m3_s"), "generator": ("asset", "lasts_s"),
    "protect": ("asset", "to_m"), "close_street": ("street", "at_s"), "crew": ("asset", "people", "at_s", "until_s")}
#: Sorts whose outcome a run alone can tell, and those of them that move the water.
MOVES_WATER = ("level", "barrier", "pump")
NEEDS_RUN = (*MOVES_WATER, "close_street", "crew")
MOST_POINTS, MOST_PEOPLE = 200, 50
_BOUNDS = {"crest_m": (-500, 9000), "m3_s": (0, 500), "to_m": (0, 20), "lasts_s": (60, 30 * 86_400),
           "people": (1, MOST_PEOPLE), "at_s": (0, 10**9), "until_s": (0, 10**9)}


def edits_of_measure(line: Mapping[str, Any]) -> list[Edit]:
    """Give the edits of a line; none for one that needs a run.

    Raises
    ------
    InputError
        A key too many or too few, a value that cannot be.
    """
    sort = str(line["sort"])
    given = {key: value for key, value in line.items() if key not in ("id", "on", "by", "at", "sort")}
    if set(given) != set(SORTS[sort]):
        raise InputError(field=sort, found="a line that says too little", expected=f"{', '.join(SORTS[sort])}")
    for key, value in given.items():
        _check(key, value)
    if sort == "generator":
        return [Reserve(given["asset"], given["lasts_s"])]
    return [Protect(given["asset"], float(given["to_m"]))] if sort == "protect" else []


def _check(key: str, value: Any) -> None:
    if key in ("asset", "street"):
        good = isinstance(value, str) and 0 < len(value) <= 120
    elif key in ("line", "place"):
        points = value if key == "line" else [value]
        good = isinstance(points, list) and (2 if key == "line" else 1) <= len(points) <= MOST_POINTS and all(
            isinstance(one, list) and len(one) == 2 and all(_is_number(c) and isfinite(c) for c in one)
            for one in points)
    else:
        low, high = _BOUNDS[key]
        good = _is_number(value) and low <= value <= high and (
            isinstance(value, int) or key not in ("people", "at_s", "until_s", "lasts_s"))
    if not good:
        raise InputError(field=key, found=f"{value!r}"[:80], expected="a value that this key can have")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_fits(loaded: Loaded, line: Mapping[str, Any]) -> None:
    """Refuse a line that the base's scenario, city or water cannot take.

    Raises
    ------
    InputError
        An asset that takes no generator, a street that there is not, water without walls, a run without crews.
    """
    sort, assets = str(line["sort"]), loaded.result.city.assets
    if sort == "generator":
        row = assets.row(str(line["asset"]))
        if not (assets.has_role(row, Role.PREMISES) or assets.has_role(row, Role.LIVE_IN_STREET)):
            raise InputError(field="asset", found="an asset that takes no generator", ids=(str(line["asset"]),),
                             expected="a site, a building, a lift station or a pump")
    if sort == "close_street" and line["street"] not in assets.street.words:
        raise InputError(field="street", found=f"'{line['street']}'", expected="a street of the city")
    if sort == "crew":
        assets.row(str(line["asset"]))
        if loaded.result.plan.crews is None:
            raise InputError(field="crew", found="a run without crews", expected="one whose scenario declares crews",
                             remedy="Without crews every repair begins at once: one crew more changes nothing.")
        if line["until_s"] <= line["at_s"]:
            raise InputError(field="until_s", found=f"{line['until_s']}", expected="a moment after the beginning")
    if sort in ("barrier", "pump"):
        flood = load_scenario(loaded.entry.scenario).flood if loaded.entry.scenario else None
        is_filled = flood is not None and flood.river_stage is not None
        is_flow = flood is not None and (flood.rain is not None or flood.inflow is not None)
        if not is_flow and not (is_filled and sort == "barrier"):
            raise InputError(field=sort, found="water that is read or filled from a level", expected="the flow model" if
                             sort == "pump" else "water that is computed")


def entries_of(line: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give what a line adds to a scenario file, by the file's key; ``teams`` stands below ``crews``."""
    sort, by = line["sort"], {"by": line["by"]} if line.get("by") else {}
    if sort == "barrier":
        return {"measures": [{"barrier": [list(one) for one in line["line"]], "crest_m": line["crest_m"], **by}]}
    if sort == "pump":
        return {"measures": [{"pump": list(line["place"]), "m3_s": line["m3_s"], **by}]}
    if sort == "generator":
        return {"measures": [{"generator": [line["asset"]], "fuel": f"{line['lasts_s']}s", **by}]}
    if sort == "protect":
        return {"measures": [{"protect": [line["asset"]], "to_m": line["to_m"], **by}]}
    if sort == "close_street":
        return {"facts": [{"at": f"+{line['at_s']}s", "street": line["street"], "state": "closed", **by}]}
    return {"teams": [{"id": f"R-{line['id']}", "base": line["asset"], "people": line["people"],
                       "hours": [[f"+{line['at_s']}s", f"+{line['until_s']}s"]]}]}
