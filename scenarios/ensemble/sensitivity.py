"""What drives an answer: variance-based indices of groups, with their intervals, and a screening from the same nights.

The *total-order* index of a quantity is the share of the variance that would be left if everything else were known: it
holds what the quantity does alone and together with others. The *first-order* index is what would go if it alone
became known; where an answer jumps at a threshold it is near zero for quantities that matter, and is never told alone.
Small negative values are noise of the estimate and are told as they are, with their interval.

Source
------
Total order: Jansen 1999, doi:10.1016/S0010-4655(98)00154-4; first order: Saltelli et al. 2010,
doi:10.1016/j.cpc.2009.09.018; both as ``scipy.stats.sobol_indices`` computes them. Screening: the mean absolute effect
of Morris 1991, doi:10.1080/00401706.1991.10484804, in the radial design of Campolongo et al. 2011,
doi:10.1016/j.cpc.2010.12.039, for groups without a step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import sobol_indices

from twin.ensemble.driver import Driver
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array

#: Resamples behind an interval of 95 %.
_RESAMPLES = 999


def drivers_of(names: Sequence[str], first: FloatArray, second: FloatArray, mixed: FloatArray, *, seed: int = 0,
               flood: Int64Array | None = None) -> list[Driver]:
    """Give the indices of each quantity, the largest total first.

    Parameters
    ----------
    names
        Quantities, (d,).
    first, second
        The answer in two independent sets of nights, (n,) each; n a power of 2.
    mixed
        The answer in the nights of the first with one quantity of the second, (d, n).
    seed
        Of the resampling behind the intervals.
    flood
        Number of the flood of each night, (n,), where nights share them: whole floods are then drawn again, since
        nights of one are not independent.

    Raises
    ------
    InputError
        n is no power of 2; the answer is the same in all nights.
    """
    n = len(first)
    if n < 2 or n & (n - 1):
        raise InputError(field="-n", found=f"{n}", expected="a power of 2: 64, 128, 256")
    if np.ptp(np.concatenate([first, second, mixed.ravel()])) == 0:
        raise InputError(found="an answer that is the same in all nights", expected="one that varies",
                         remedy="Ask for another answer by --of, or for more nights.")
    found = sobol_indices(func={"f_A": first[None, :], "f_B": second[None, :], "f_AB": mixed[:, None, :]}, n=n)
    total, one = np.ravel(found.total_order), np.ravel(found.first_order)
    totals, ones = _resampled(first, second, mixed, seed, flood)
    bounds = [np.nanquantile(values, (0.025, 0.975), axis=0) for values in (totals, ones)]
    effect = np.abs(mixed - first).mean(axis=1)
    drivers = [Driver(name=name, total=float(total[k]), total_low=float(bounds[0][0, k]),
                      total_high=float(bounds[0][1, k]), first=float(one[k]), first_low=float(bounds[1][0, k]),
                      first_high=float(bounds[1][1, k]), effect=float(effect[k])) for k, name in enumerate(names)]
    return sorted(drivers, key=lambda driver: (-driver.total, driver.name))


def _resampled(first: FloatArray, second: FloatArray, mixed: FloatArray, seed: int, flood: Int64Array | None
               ) -> tuple[FloatArray, FloatArray]:
    """Give total-order and first-order indices of nights, or whole floods, drawn again with replacement, (R, d) each.

    By sums over counts: a product of matrices for all resamples at once.
    """
    n = len(first)
    centre = (first.mean() + second.mean()) / 2
    a, b, ab = first - centre, second - centre, mixed - centre
    # How often each night is drawn, (R, n), and how many that makes: floods may have unlike numbers of nights.
    group = np.arange(n) if flood is None else np.unique(flood, return_inverse=True)[1]
    groups = int(group.max()) + 1
    count = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), _RESAMPLES)[:, group].astype(
        np.float64)
    drawn = count.sum(axis=1)[:, None]
    mean = count @ np.stack([a, b], axis=1) / drawn
    square = count @ np.stack([a * a, b * b], axis=1) / drawn
    variance = square.mean(axis=1) - mean.mean(axis=1) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        total = count @ ((a - ab) ** 2).T / (2 * drawn) / variance[:, None]
        # The means are those of the resample, as the estimator has them.
        shift = mean.mean(axis=1)[:, None]
        one = (count @ (b * (ab - a)).T / drawn - shift * (count @ (ab - a).T / drawn)) / variance[:, None]
    total[variance <= 0], one[variance <= 0] = np.nan, np.nan
    return np.asarray(total), np.asarray(one)
