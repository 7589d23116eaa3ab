"""Figures of whatever a folder holds: of the nights of an ensemble, or of the one night of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geodata.ensemble.folder import is_ensemble, read_ensemble
from geodata.run.folder import read_run
from twin.engine.part import Intervals
from twin.ensemble.member import Outcome
from twin.ensemble.tally import Tally
from twin.quantities import FloatArray, Int64Array, column
from twin.results.result import Result


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """Figures night by night."""

    name: str
    is_ensemble: bool
    index: Int64Array
    figures: Mapping[str, FloatArray]
    #: What ``ensemble.json`` says; empty for a run.
    told: Mapping[str, Any]


def read_figures(folder: Path) -> Figures:
    """Read the figures of a run or of an ensemble.

    Raises
    ------
    InputError
        The folder is neither.
    """
    if is_ensemble(folder):
        found = read_ensemble(folder)
        return Figures(name=str(found.told["name"]), is_ensemble=True, index=found.answers.index,
                       figures=found.answers.figures, told=found.told)
    result = read_run(folder).result
    tally = Tally(result.city)
    tally.add(outcome_of(result))
    answers = tally.answers()
    return Figures(name=result.plan.name, is_ensemble=False, index=answers.index, figures=answers.figures, told={})


def outcome_of(result: Result) -> Outcome:
    """Give a run as the one night that it is."""
    rows = Intervals.of(result.outages)
    o = result.outages
    order = np.lexsort((o.start_s, o.asset))
    return Outcome(
        index=0, drawn={}, asset=column(rows.asset, np.int32), start_s=column(rows.start_s, np.int32),
        end_s=column(rows.end_s, np.int32), dark_s=column(o.dark_s[order].clip(0), np.int32),
        mechanism=column(rows.mechanism, np.int8), root=column(rows.root, np.int32),
        root_mechanism=column(rows.root_mechanism, np.int8), wet=column([], np.int32), peak_um=column([], np.int32),
        unknown=column([], np.int32))
