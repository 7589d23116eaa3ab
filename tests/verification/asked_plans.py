"""Two runs put to the question beside each other: what ``twin compare`` says of them, against the tables of both."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geodata.run.folder import read_run
from tests.verification.asked_tables import NEVER, Tables
from twin.results.compare import compare

if TYPE_CHECKING:
    from tests.verification.asked import Asked


def _lamps_not_back(tables: Tables) -> int:
    o = tables.outages
    return len(np.unique(o.asset[(o.end == NEVER) & (tables.kind[o.asset] == "lamp")]))


def _site_hours(tables: Tables) -> float:
    o = tables.outages
    mine = tables.kind[o.asset] == "site"
    return float((np.minimum(o.end[mine], tables.horizon_s) - o.start[mine]).sum()) / 3600


def _buildings(tables: Tables, at_s: object) -> int:
    return int(((tables.kind == "building") & (np.asarray(at_s) < NEVER)).sum())


#: Figures of a comparison, each counted from the tables.
FIGURES: dict[str, Callable[[Tables], float]] = {
    "lamps_ever_out": lambda one: one.ever("lamp"), "lamps_not_back": _lamps_not_back,
    "lamps_out_at_worst": lambda one: one.most_out("lamp", is_sure=True),
    "lamp_hours_dark": lambda one: round(one.lamp_hours, 2),
    "sites_without_power": lambda one: one.ever("site"),
    "site_hours_without_power": lambda one: round(_site_hours(one), 2),
    "buildings_without_power": lambda one: one.ever("building"),
    "buildings_wet": lambda one: _buildings(one, one.touched_s),
    "buildings_flooded_inside": lambda one: _buildings(one, one.failed_s),
    "gear_flooded": lambda one: int(((one.failed_s < NEVER) & ~np.isin(one.kind, ["building", "site"])).sum()),
    "zones_suspended": lambda one: len({int(a) for a in (*one.outages.by, *one.wet.by) if one.kind[a] == "zone"}),
    "may_be_out": lambda one: len(one.doubts.by)}


def _out(tables: Tables, asset: int) -> list[tuple[int, int]]:
    o = tables.outages
    return [(int(o.start[k]), min(int(o.end[k]), tables.horizon_s)) for k in o.by.get(asset, ())]


def _alone(mine: list[tuple[int, int]], other: list[tuple[int, int]]) -> int:
    """Count the seconds of some intervals that are in none of others."""
    return sum(end - start - sum(max(0, min(end, last) - max(start, first)) for first, last in other)
               for start, end in mine)


def asked_of_plans(asked: Asked, first: Path, second: Path, rng: random.Random, assets: int) -> None:
    """Ask for the comparison of two runs: its figures, and the seconds better and worse of drawn assets."""
    told = compare(read_run(first).result, read_run(second).result)
    a, b = Tables(first), Tables(second)
    where = (first.name, second.name)
    for name, count in FIGURES.items():
        said_of = tuple(round(one, 2) for one in told.figures[name])
        asked.same("counts: compare", name, said_of, (count(a), count(b)), *where)
    changed = {int(row): k for k, row in enumerate(told.changes.asset)}
    ever = sorted({*a.outages.by, *b.outages.by})
    for row in rng.sample(ever, min(len(ever), assets)):
        mine, theirs = _out(a, row), _out(b, b.row[a.ids[row]])
        worse, better = _alone(theirs, mine), _alone(mine, theirs)
        k = changed.get(row)
        said = (0, 0) if k is None else (int(told.changes.worse_s[k]), int(told.changes.better_s[k]))
        asked.same("compare", "seconds worse and better", said, (worse, better), *where, a.ids[row])
