"""Two runs, or two ensembles, beside each other, as the desk's page takes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.codes import Action
from twin.ensemble.comparing import check_alike, compare_nights
from twin.errors import InputError
from twin.explaining.compared import compared_lines, figures
from twin.explaining.measured import measures_of
from twin.explaining.paired import paired_lines, paired_rows
from twin.explaining.words import speech
from twin.results.compare import Comparison, compare
from twin.world.kinds import LANGUAGES, Role
from viewer.desk.whole import Whole

#: Causes of a comparison that the page carries; the count beside them is the true one.
GROUPS = 40
#: What a plan declares that somebody decides; facts are seen.
_ACTS = (Action.CUT, Action.FAIL)
_QUARTER_S = 900


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
            "decided": [_decided(first, second), _decided(second, first)], "dark": _dark_apart(first, second, found),
            "worse": worse[:GROUPS], "better": better[:GROUPS], "causes": {"worse": len(worse), "better": len(better)},
            "figures": {lang: [[row.name, row.first, row.second, row.difference] for row in figures(found, lang)]
                        for lang in LANGUAGES},
            "lines": {lang: [{"text": line.text, "alarm": line.is_alarm} for line in compared_lines(found, lang)]
                      for lang in LANGUAGES}}


def _decided(mine: Whole, other: Whole) -> list[dict[str, Any]]:
    """Give what one plan declares, raises, feeds or takes as a measure alone, and whose decision each is.

    ``by``: ``city``, ``grid`` or ``others``.
    """
    plan, theirs, assets = mine.result.plan, other.result.plan, mine.result.city.assets
    names = other.result.city.assets.id
    known = {(row.at_s, row.action, str(names[row.asset])) for row in theirs.declared}
    told: dict[str, tuple[str, str]] = {}
    for record in measures_of(plan):
        if record not in measures_of(theirs):
            by = record["authority"] if record["authority"] in ("city", "grid") else "others"
            for asset in record["assets"]:
                told.setdefault(str(asset), (str(record["measure"]), by))
    own = set(assets.id.tolist())
    found = [(str(assets.id[row.asset]), row.action.name.lower()) for row in plan.declared if row.action in _ACTS
             and (row.at_s, row.action, str(assets.id[row.asset])) not in known]
    found += [(key, "raise") for key, *_ in set(plan.thresholds) - set(theirs.thresholds)]
    found += [(consumer, "feed") for _, _, consumer, _ in set(plan.supplies) - set(theirs.supplies)]
    for asset, what in found:
        if asset in own:
            told.setdefault(asset, (what, "grid" if assets.has_role(assets.row(asset), Role.GRID) else "city"))
    return [{"asset": asset, "what": what, "by": by} for asset, (what, by) in sorted(told.items())]


def _dark_apart(first: Whole, second: Whole, found: Comparison) -> dict[str, Any]:
    """Give the lamp-hours of darkness that the second has more, and those that it has less, by the quarter of an hour.

    Their difference is the difference of the figures; ``row`` is where the figures tell it.
    """
    more, less = 0.0, 0.0
    for t_s in range(0, min(first.duration_s, second.duration_s), _QUARTER_S):
        a, b = (_dark_s(one, t_s, t_s + _QUARTER_S) for one in (first, second))
        more, less = more + max(0, b - a), less + max(0, a - b)
    name = speech("en").text("lamp-hours of darkness")
    row = next(k for k, one in enumerate(figures(found, "en")) if one.name == name)
    return {"more": round(more / 3600), "less": round(less / 3600), "row": row}


def _dark_s(loaded: Whole, from_s: int, to_s: int) -> int:
    """Give the seconds of darkness of all lamps within a span."""
    o, end_s = loaded.result.outages, loaded.view.end_s
    mine = loaded.result.city.assets.of_role(Role.LIGHTS)[o.asset] & (o.start_s < to_s) & (end_s > from_s)
    return int(loaded.view.dark.seconds(o.asset[mine], np.maximum(o.start_s[mine], from_s),
                                        np.minimum(end_s[mine], to_s)).sum())


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
            "lamp_hours": [hours[0], hours[1]], "worse": [], "better": [], "decided": [[], []], "dark": None,
            "causes": {"worse": 0, "better": 0}, "sites": sites,
            "figures": {lang: [[row.name, row.first, row.second, row.difference] for row in paired_rows(found, lang)]
                        for lang in LANGUAGES},
            "lines": {lang: [{"text": line, "alarm": False} for line in paired_lines(first.result.city, found, lang)]
                      for lang in LANGUAGES}}
