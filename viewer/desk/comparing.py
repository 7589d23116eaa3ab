"""Two runs, or two ensembles, beside each other, as the desk's page takes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.ensemble.comparing import check_alike, compare_nights
from twin.errors import InputError
from twin.explaining.compared import compared_lines, figures
from twin.explaining.paired import paired_lines, paired_rows
from twin.results.compare import compare
from twin.world.kinds import LANGUAGES, Role
from viewer.desk.whole import Whole

#: Causes of a comparison that the page carries; the count beside them is the true one.
GROUPS = 40


def comparison(first: Whole, second: Whole) -> dict[str, Any]:
    """Give figures and lines in both languages, who is worse and better off.

    Raises
    ------
    InputError
        An ensemble beside a run.
    """
    if first.is_ensemble or second.is_ensemble:
        return _paired(first, second)
    found = compare(first.result, second.result)
    worse, better = found.groups(worse=True), found.groups(worse=False)
    return {"unlike": list(found.unlike), "paired": 0, "sites": _site_hours(first, second),
            "nothing": found.is_nothing, "lamp_hours": list(found.figures["lamp_hours_dark"]),
            "worse": worse[:GROUPS], "better": better[:GROUPS], "causes": {"worse": len(worse), "better": len(better)},
            "figures": {lang: [[row.name, row.first, row.second, row.difference] for row in figures(found, lang)]
                        for lang in LANGUAGES},
            "lines": {lang: [{"text": line.text, "alarm": line.is_alarm} for line in compared_lines(found, lang)]
                      for lang in LANGUAGES}}


def _site_hours(first: Whole, second: Whole) -> list[dict[str, Any]]:
    """Give the vital sites that are without power for longer in one of two runs; those that change most first."""
    told = []
    lost = [_without_power(one) for one in (first, second)]
    for asset in sorted(set(lost[0]) | set(lost[1])):
        name, a, b = next(one[asset][0] for one in lost if asset in one), *(one.get(asset, ("", 0))[1] for one in lost)
        if a != b:
            told.append({"asset": asset, "name": name, "first_s": a, "second_s": b})
    return sorted(told, key=lambda one: (-abs(one["second_s"] - one["first_s"]), one["asset"]))


def _without_power(loaded: Whole) -> dict[str, tuple[str, int]]:
    """Give the name of each vital site that loses its power, and for how long in all, until the end of the run [s]."""
    assets, o, end_s = loaded.result.city.assets, loaded.result.outages, loaded.view.end_s
    mine = np.flatnonzero(assets.of_role(Role.VITAL)[o.asset])
    told: dict[str, tuple[str, int]] = {}
    for row in mine.tolist():
        who = assets[int(o.asset[row])]
        before = told.get(str(who.id), ("", 0))[1]
        told[str(who.id)] = (str(who.name or who.id), before + int(end_s[row] - o.start_s[row]))
    return told


def _paired(first: Whole, second: Whole) -> dict[str, Any]:
    """Give two ensembles night by night, in the same form; an ensemble beside a run is refused."""
    a, b = first.ensemble, second.ensemble
    if a is None or b is None:
        raise InputError(found="an ensemble beside a run", expected="two runs, or two ensembles",
                         remedy="Draw the nights of both.")
    check_alike(a.told, b.told)
    found = compare_nights(a.answers, b.answers, (tuple(a.told["sites"]), tuple(b.told["sites"])))
    hours = found.figures["lamp_hours_dark"]
    assets = first.result.city.assets
    sites = [{"asset": one.asset_id, "name": str(assets.name[assets.row(one.asset_id)] or one.asset_id),
              "first": one.first, "second": one.second, "worse": one.worse, "better": one.better}
             for one in found.sites]
    return {"unlike": [], "paired": found.n,
            "nothing": not sites and all(one[2].low == one[2].high == 0 for one in found.figures.values()),
            "lamp_hours": [hours[0], hours[1]], "worse": [], "better": [],
            "causes": {"worse": 0, "better": 0}, "sites": sites,
            "figures": {lang: [[row.name, row.first, row.second, row.difference] for row in paired_rows(found, lang)]
                        for lang in LANGUAGES},
            "lines": {lang: [{"text": line, "alarm": False} for line in paired_lines(first.result.city, found, lang)]
                      for lang in LANGUAGES}}
