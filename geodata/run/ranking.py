"""A ranking, its plan and preventive cuts as files: JSON values and CSV; and which assets stand in a main street."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geodata.city.model import CityFile
from geodata.csv_file import write_csv_file
from twin.deciding.crewed import Crewed
from twin.deciding.cutting import Cuts
from twin.deciding.plans import Pair, Step
from twin.deciding.ranking import Ranking
from twin.deciding.terms import COUNTS
from twin.quantities import NONE, BoolArray
from twin.results.result import Result
from twin.world.kinds import Role

#: Columns of the CSV of a ranking, in order.
COLUMNS = ("place", "asset_id", "kind", "street", "by", "site_hours_spared", "people_hours_spared", "lamp_hours_spared",
           "main_street_lamp_hours_spared", "height_m", "height_at_more_water_m", "then", "then_at", "still_dark_lamps",
           "place_by_lamps", "site_hours_if_lost", "people_hours_if_lost", "lamp_hours_if_lost",
           "main_street_lamp_hours_if_lost", "lamps_alone", "sites_alone", "people_alone")
CUT_COLUMNS = ("place", "asset_id", "kind", "street", "by", "cut_at", "closed_at", "live_s", "live_after_s", "near_s",
               "near_site", "near_main_street", "near_houses", "near_refuge_way", "site_hours", "people_hours",
               "lamp_hours", "main_street_lamp_hours")


def main_streets(city_file: CityFile) -> BoolArray | None:
    """Tell which assets stand in a main street by the city's own rank, (A,); None where the city ranks no street."""
    layer = city_file.context.get("street")
    rank = None if layer is None else layer.columns.get("rank")
    if layer is None or rank is None:
        return None
    names = {str(name) for name, one in zip(layer.name, rank, strict=True) if name and str(one) == "main"}
    street = city_file.city.assets.street
    is_main = np.array([*(word in names for word in street.words), False])
    return np.asarray(is_main[street.codes])


def ranking_to_dict(ranking: Ranking, pairs: Sequence[Pair], steps: Sequence[Step] | None,
                    crewed: Sequence[Crewed] = ()) -> dict[str, Any]:
    """Give a ranking as plain JSON values; hours to the hundredth, heights in metres."""
    assets = ranking.result.city.assets

    def named(place: int) -> str:
        return str(assets.id[ranking.asset[place]])

    found: dict[str, Any] = {
        "run": ranking.result.plan.name, "objective": ranking.objective, "crews": "unlimited",
        "untouched": ranking.untouched, "rows": [dict(zip(COLUMNS, row, strict=True)) for row in _rows(ranking)],
        "single_points": [{"site": str(assets.id[site]), "on": [str(assets.id[row]) for row in rows]}
                          for site, rows in ranking.single_points],
        "pairs": [{"assets": [named(place) for place in pair.places], "together": _hours(pair.together),
                   "beyond_the_sum": _hours(pair.beyond)} for pair in pairs]}
    if crewed:
        found["with_crews"] = [{"asset": named(one.place), "spared": _hours(one.spared.tolist())} for one in crewed]
    if steps is not None:
        found["plan"] = [{"asset": named(step.place), "by": _by(ranking.result, int(ranking.asset[step.place])),
                          "cost": step.cost, "adds": _hours(step.adds), "together": _hours(step.together)}
                         for step in steps]
    return found


def cuts_to_dict(cuts: Cuts) -> dict[str, Any]:
    """Give preventive cuts as plain JSON values."""
    return {"run": cuts.result.plan.name, "rows": [dict(zip(CUT_COLUMNS, row, strict=True)) for row in _cut_rows(cuts)]}


def write_csv(ranking: Ranking, out: Path) -> None:
    """Write a row for each thing of a ranking.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    write_csv_file(out, COLUMNS, _rows(ranking), sort="a ranking", known_by=6)


def write_cuts_csv(cuts: Cuts, out: Path) -> None:
    """Write a row for each preventive cut.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    write_csv_file(out, CUT_COLUMNS, _cut_rows(cuts), sort="preventive cuts", known_by=6)


def _rows(ranking: Ranking) -> list[tuple[Any, ...]]:
    assets, rows = ranking.result.city.assets, []
    for i, row in enumerate(ranking.asset.tolist()):
        then = int(ranking.then_root[i])
        rows.append((
            i + 1, str(assets.id[row]), assets[row].kind, assets.street[row] or None, _by(ranking.result, row),
            *_hours(ranking.spared[i].tolist()).values(), ranking.height_cm[i] / 100, ranking.height_more_cm[i] / 100,
            None if then == NONE else str(assets.id[then]), ranking.result.view.moment(int(ranking.then_s[i])),
            int(ranking.still_dark[i]), int(ranking.place_by_lamps[i]), *_hours(ranking.loss[i].tolist()).values(),
            int(ranking.alone_lamps[i]), int(ranking.alone_sites[i]), int(ranking.alone_people[i])))
    return rows


def _cut_rows(cuts: Cuts) -> list[tuple[Any, ...]]:
    assets, rows = cuts.result.city.assets, []
    for i, row in enumerate(cuts.asset.tolist()):
        rows.append((
            i + 1, str(assets.id[row]), assets[row].kind, assets.street[row] or None, _by(cuts.result, row),
            cuts.result.view.moment(int(cuts.at_s[i])),
            None if cuts.until_s[i] >= cuts.result.plan.duration_s else cuts.result.view.moment(int(cuts.until_s[i])),
            int(cuts.live_s[i]), int(cuts.live_after_s[i]),
            int(cuts.near_s[i]), bool(cuts.near_site[i]), bool(cuts.near_main[i]), bool(cuts.near_houses[i]),
            bool(cuts.near_refuge[i]),
            *_hours(cuts.costs[i].tolist()).values()))
    return rows


def _by(result: Result, row: int) -> str:
    return "grid" if result.city.assets.has_role(row, Role.GRID) else "city"


def _hours(seconds: Sequence[float]) -> dict[str, float]:
    return {name.replace("_s", "_hours"): round(value / 3600, 2) for name, value in zip(COUNTS, seconds, strict=True)}
