"""Levels: how far what was foretold of a gauge lay from what it read, by how long before it was foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.live.judging import passed, rms, skill
from twin.quantities import FloatArray
from twin.review.night import Issue, Readings

#: Edges of the lead times [h].
LEADS_H = (0, 1, 3, 6, 12, 24, 48, 96)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelError:
    """Errors at one gauge and one range of lead times, over all issues of the night."""

    gauge: str
    #: From and to how long before [h].
    from_h: int
    to_h: int
    readings: int
    #: Mean of foretold less read, and root of the mean square [m].
    bias_m: float
    rms_m: float
    #: Share of persistence's square error taken away; NaN where nothing had been read as a run was issued.
    skill: float
    #: How many readings passed what was foretold.
    passed: int


def level_errors(issues: Sequence[Issue], readings: Sequence[Readings]) -> list[LevelError]:
    """Give the errors by gauge and lead time; nothing for a gauge that was not foretold or not read.

    Parameters
    ----------
    issues
        With their curves.
    readings
        One entry a gauge; readings after a run's issue are held against its curve.
    """
    found = []
    for gauge in readings:
        pairs = [_pairs(issue, gauge) for issue in issues]
        lead, foretold, came, last = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        for low, high in pairwise(LEADS_H):
            mine = (lead > low * 3600) & (lead <= high * 3600)
            if not mine.any():
                continue
            has_last = mine & ~np.isnan(last)
            found.append(LevelError(
                gauge=gauge.gauge, from_h=low, to_h=high, readings=int(mine.sum()),
                bias_m=float(np.mean(foretold[mine] - came[mine])), rms_m=rms(foretold[mine], came[mine]),
                skill=skill(foretold[has_last], came[has_last], last[has_last]),
                passed=passed(foretold[mine], came[mine])[0]))
    return found


def _pairs(issue: Issue, gauge: Readings) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give lead [s], foretold, read and last read before the issue [m] of each reading that the curve covers."""
    curve = next((one for one in issue.curves if one.gauge == gauge.gauge), None)
    none = np.empty(0)
    if curve is None or not len(curve.at):
        return none, none, none, none
    mine = (gauge.at > issue.issued) & (gauge.at >= curve.at[0]) & (gauge.at <= curve.at[-1])
    before = np.flatnonzero(gauge.at <= issue.issued)
    last = float(gauge.level_m[before[-1]]) if len(before) else float("nan")
    at = gauge.at[mine]
    foretold = np.interp(at, curve.at, curve.level_m)
    return (at - issue.issued).astype(float), foretold, gauge.level_m[mine].astype(float), np.full(len(at), last)
