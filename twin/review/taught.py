"""Taught: what a night says of heights of failure. Offered to whoever keeps the city; never applied by itself.

The height at which an asset fails is believed normal around the one in the city, with the error of its survey. Two
words count of each asset: the one "in service" under the deepest water, and the first one "out". Only assets that had a
supplier in service then are asked: one whose feed was lost says nothing of its own height.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, hypot, sqrt

import numpy as np

from twin.codes import Action, Mechanism
from twin.errors import InputError
from twin.live.posterior import ReportModel
from twin.quantities import NONE, FloatArray
from twin.results.result import Result
from twin.review.night import Issue, Words

#: Least error of a height, and error of a computed depth at an asset [m].
LEAST_SD_M = 0.05
DEPTH_SD_M = 0.10
#: A height is told where its middle moves by this much [m].
MOVED_M = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtHeight:
    """What is believed of one height after the night [m above ground]."""

    asset: int
    before_m: float
    p10_m: float
    p50_m: float
    p90_m: float
    #: Deepest computed water under which it was seen in service, shallowest under which it was out; NaN for none.
    stood_m: float
    failed_m: float
    #: More than the errors of height and depth explain: the word, the water or the height is wrong.
    is_beyond: bool


def posterior_height(mean_m: float, sd_m: float, stood_m: FloatArray, failed_m: FloatArray, *,
                     depth_sd_m: float = DEPTH_SD_M, reports: ReportModel | None = None) -> tuple[float, float, float]:
    """Give P10, P50 and P90 of a height of failure after words about it.

    Parameters
    ----------
    mean_m, sd_m
        What was believed: normal, above ground [m].
    stood_m, failed_m
        Computed depths [m] under which it was seen in service, and out; independent words.
    depth_sd_m
        Standard error of a computed depth: with none, a word would cut sharply at a depth that is not sharp.
    reports
        How far a word can be trusted.

    Raises
    ------
    InputError
        An error that is not above 0.

    Examples
    --------
    Seen in service in 0.50 m of water: it fails higher than the 0.40 m of the file.

    >>> before = posterior_height(0.40, 0.10, np.array([]), np.array([]))
    >>> after = posterior_height(0.40, 0.10, np.array([0.50]), np.array([]))
    >>> [round(value, 2) for value in before], [round(value, 2) for value in after]
    ([0.27, 0.4, 0.53], [0.35, 0.47, 0.59])
    """
    if not (sd_m > 0 and depth_sd_m > 0):
        raise InputError(found=f"standard errors {sd_m:g} and {depth_sd_m:g}", expected="above 0")
    model = reports or ReportModel()
    height = np.linspace(mean_m - 6 * sd_m, mean_m + 6 * sd_m, 1201)
    log = -0.5 * ((height - mean_m) / sd_m) ** 2
    for depths, is_out in ((stood_m, False), (failed_m, True)):
        for depth_m in np.asarray(depths, float).tolist():
            reached = np.array([0.5 * (1 + erf((depth_m - h) / (depth_sd_m * sqrt(2)))) for h in height.tolist()])
            out = reached * model.dark_if_down + (1 - reached) * model.dark_if_fed
            log += np.log(out if is_out else 1 - out)
    weight = np.exp(log - log.max())
    total = np.cumsum(weight) / weight.sum()
    p10, p50, p90 = (float(np.interp(share, total, height)) for share in (0.1, 0.5, 0.9))
    return p10, p50, p90


def taught_heights(issue: Issue, words: Words) -> list[TaughtHeight]:
    """Give the heights that a night teaches or contradicts, those that move most first.

    Parameters
    ----------
    issue
        The run whose water came nearest to what happened: the last one. Without depths over time nothing is taught.
    words
        What was said of assets.
    """
    assets = issue.result.city.assets
    stood, failed = _depths(issue, words)
    depths = issue.result.exposure.depths
    depth_sd_m = max(DEPTH_SD_M, depths.error_m if depths is not None and np.isfinite(depths.error_m) else 0.0)
    found = []
    for asset in sorted(stood.keys() | failed.keys()):
        before_m = float(assets.fail_m[asset])
        sd_m = max(float(np.nan_to_num(assets.height_error_m[asset])), LEAST_SD_M)
        p10, p50, p90 = posterior_height(before_m, sd_m, *(np.array([told[asset]] if asset in told else [])
                                                           for told in (stood, failed)), depth_sd_m=depth_sd_m)
        most_m = 3 * hypot(sd_m, depth_sd_m)
        is_beyond = stood.get(asset, -np.inf) - before_m > most_m or before_m - failed.get(asset, np.inf) > most_m
        if is_beyond or abs(p50 - before_m) >= MOVED_M:
            found.append(TaughtHeight(asset=asset, before_m=before_m, p10_m=p10, p50_m=p50, p90_m=p90,
                                      stood_m=stood.get(asset, np.nan), failed_m=failed.get(asset, np.nan),
                                      is_beyond=is_beyond))
    return sorted(found, key=lambda one: (-abs(one.p50_m - one.before_m), one.asset))


def _depths(issue: Issue, words: Words) -> tuple[dict[int, float], dict[int, float]]:
    """Give the deepest water under which each asset stood, and the water that the first word "out" lays at its door."""
    result, depths = issue.result, issue.result.exposure.depths
    assets = result.city.assets
    mine = (words.at >= issue.start) & (words.at <= issue.until) & ~np.isnan(assets.fail_m[words.asset])
    rows = np.unique(words.asset[mine])
    stood: dict[int, float] = {}
    failed: dict[int, float] = {}
    if depths is None or not len(rows):
        return stood, failed
    times_s = np.asarray(depths.times_s)
    at_frame = np.array([depths.at(int(t_s), rows) for t_s in times_s.tolist()])
    seen_s: dict[int, int] = {}
    for asset, at, is_out in zip(words.asset[mine].tolist(), words.at[mine].tolist(), words.is_out[mine].tolist(),
                                 strict=True):
        t_s, place = at - issue.start, int(np.searchsorted(rows, asset))
        if asset in failed or not _is_by_itself(result, asset, t_s):
            continue
        if not is_out:
            depth_m = float(depths.at(t_s, rows[place:place + 1])[0])
            if depth_m > 0:
                stood[asset] = max(stood.get(asset, 0.0), depth_m)
            seen_s[asset] = t_s
            continue
        # It failed at some time since it was last seen in service: the deepest water until now reached it.
        since = (times_s >= seen_s.get(asset, 0)) & (times_s <= t_s)
        deepest_m = max(float(depths.at(t_s, rows[place:place + 1])[0]), *at_frame[since, place].tolist(), 0.0)
        if deepest_m > 0:
            failed[asset] = deepest_m
    return ({asset: m for asset, m in stood.items() if not np.isnan(m)},
            {asset: m for asset, m in failed.items() if not np.isnan(m)})


def _is_by_itself(result: Result, asset: int, t_s: int) -> bool:
    """Tell whether an asset has a feed at a second as computed, so that a word about it speaks of its own height."""
    row = int(result.view.covering(np.array([asset], np.int32), np.array([t_s], np.int64))[0])
    if row == NONE:
        return True
    reported = any(one.asset == asset and one.action is Action.FACT_OUT for one in result.plan.declared)
    return bool(result.outages.root[row] == asset) and (
        reported or result.outages.root_mechanism[row] == Mechanism.FLOODED)
