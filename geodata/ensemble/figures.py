"""Figures of whatever a folder holds: of the nights of an ensemble, or of the one night of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from geodata.damage import read_damages
from geodata.ensemble.asking import nights_of
from geodata.ensemble.folder import read_ensemble
from geodata.ensemble.place import is_ensemble
from geodata.run.folder import read_run
from twin.engine.part import Intervals
from twin.ensemble.damage import Damages
from twin.ensemble.member import Outcome
from twin.ensemble.tally import Tally
from twin.quantities import FloatArray, Int64Array, column
from twin.results.result import Result
from twin.water.depths import Coverage
from twin.world.kinds import Kinds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """Figures night by night."""

    name: str
    is_ensemble: bool
    index: Int64Array
    figures: Mapping[str, FloatArray]
    #: What ``ensemble.json`` says; empty for a run.
    told: Mapping[str, Any]
    #: Kinds of the city, for their words.
    kinds: Kinds
    #: What has a value, where that was asked for, and nights in which some of it stands in water of unknown depth.
    damages: Damages | None = None
    unknown: int = 0
    #: Number of the flood of each night, (N,), where nights share them; None: each has its own.
    flood: Int64Array | None = None


def read_figures(folder: Path, values: Path | None = None) -> Figures:
    """Read the figures of a run or of an ensemble.

    Parameters
    ----------
    folder
        The run or the ensemble.
    values
        A file of what things are worth (``geodata.damage``): figures ``damage`` and ``damage:kind`` come to the others.

    Raises
    ------
    InputError
        The folder is neither; a file of values that does not fit its city.
    """
    if is_ensemble(folder):
        found = read_ensemble(folder)
        figures = Figures(name=str(found.told["name"]), is_ensemble=True, index=found.answers.index,
                          figures=found.answers.figures, told=found.told, kinds=found.base.city.assets.kinds,
                          flood=found.answers.flood)
        nights = (night for _, night in nights_of(folder, found.told["digest"], found.answers))
        return figures if values is None else _with_damage(figures, read_damages(values, found.run.city_file), nights,
                                                               len(found.base.city.assets))
    run = read_run(folder)
    result, night = run.result, outcome_of(run.result)
    tally = Tally(result.city)
    tally.add(night)
    answers = tally.answers()
    figures = Figures(name=result.plan.name, is_ensemble=False, index=answers.index, figures=answers.figures, told={},
                      kinds=result.city.assets.kinds)
    return figures if values is None else _with_damage(figures, read_damages(values, run.city_file), [night],
                                                           len(result.city.assets))


def _with_damage(figures: Figures, damages: Damages, nights: Iterable[Outcome], assets: int) -> Figures:
    """Give the figures with the damage of each night, all of it and by kind."""
    told, unknown = [], 0
    rows = np.concatenate([one.rows for one in damages.valued])
    for night in nights:
        told.append(damages.of(night.wet, night.peak_um.astype(np.float64) * 1e-6, assets))
        unknown += bool(np.isin(night.unknown, rows).any())
    by_kind = {f"damage:{kind}": np.array([one[kind] for one in told]) for kind in damages.kinds}
    total = np.sum(list(by_kind.values()), axis=0)
    return replace(figures, damages=damages, unknown=unknown, figures={
        "damage": total, **(by_kind if len(by_kind) > 1 else {}), **figures.figures})


def outcome_of(result: Result) -> Outcome:
    """Give a run as the one night that it is."""
    rows = Intervals.of(result.outages)
    o = result.outages
    order = np.lexsort((o.start_s, o.asset))
    peak_m = np.nan_to_num(result.exposure.peak_depth_m.astype(np.float64))
    wet = np.flatnonzero(peak_m > 0)
    return Outcome(
        index=0, drawn={}, asset=column(rows.asset, np.int32), start_s=column(rows.start_s, np.int32),
        end_s=column(rows.end_s, np.int32), dark_s=column(o.dark_s[order].clip(0), np.int32),
        mechanism=column(rows.mechanism, np.int8), root=column(rows.root, np.int32),
        root_mechanism=column(rows.root_mechanism, np.int8), wet=column(wet, np.int32),
        peak_um=column(np.rint(peak_m[wet] * 1e6), np.int32),
        unknown=column(np.flatnonzero(np.asarray(result.exposure.coverage) == Coverage.UNKNOWN), np.int32))
