"""Anchoring: a forecast of a river's level held to its gauge again; the corrected curve stands beside the raw one.

The time is tried first: where the night that was foretold comes earlier or later, no correction of the level can mend
it and one makes it worse. Else the last error fades away: AR(1), restricted so that no correction exceeds the last
error. Else the forecast stays as it is. A correction moves the level, not the volume, and holds at its gauge alone.

Source
------
AR(1) with fixed memory and the restriction: Li et al. 2015, HESS 19, 1-15, doi:10.5194/hess-19-1-2015 (restricted when
one forecasts, not when one fits: Bennett et al. 2021). Shift of a rating: USGS practice, Rantz 1982, WSP 2175.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import exp, log, sqrt

import numpy as np

from twin.errors import InputError
from twin.quantities import FloatArray

#: Memory of an error per 5 minutes where no archive says otherwise: half of it is gone after 2.9 h (an assumption).
PHI_PER_5_MIN = 0.98
#: The time is shifted by 3 h at most, and only where that takes 30 % off the error.
MOST_SHIFT_S, LEAST_GAIN = 3 * 3600, 0.30


class Way(Enum):
    """How a forecast was held to its gauge."""

    SHIFTED = "shifted"
    LEVELLED = "levelled"
    RAW = "raw"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Anchored:
    """A forecast held to its gauge."""

    way: Way
    #: The corrected level, (T,) [m], and the standard deviation of its error, (T,) [m].
    level_m: FloatArray
    sd_m: FloatArray
    #: The night comes this much earlier than foretold [s]; 0 unless ``SHIFTED``.
    earlier_s: int = 0
    #: Last error, observed less foretold [m]; NaN where nothing was observed.
    last_error_m: float = float("nan")


def memory(errors: Sequence[float]) -> tuple[float, float]:
    """Give the memory phi of errors in equal steps, by least squares, and the standard deviation of what is new.

    Six points cannot tell a bias from a memory: fixed phi is used unless an archive gives twenty floods' worth.

    Raises
    ------
    InputError
        Fewer than three errors, or none but zeros.

    Examples
    --------
    >>> phi, sd = memory([0.40, 0.36, 0.32, 0.30, 0.26, 0.24])
    >>> round(phi, 6), round(sd, 6)
    (0.901747, 0.008578)
    """
    e = np.asarray(errors, float)
    if len(e) < 3 or not np.any(e[:-1]):
        raise InputError(field="errors", found=f"{len(e)} errors", expected="three or more, not all of them 0")
    phi = float((e[1:] * e[:-1]).sum() / (e[:-1] ** 2).sum())
    new = e[1:] - phi * e[:-1]
    return phi, float(np.sqrt((new ** 2).sum() / (len(new) - 1)))


def half_life(phi: float) -> float:
    """Give the steps after which half of an error is left.

    Examples
    --------
    >>> round(half_life(0.9), 2)
    6.58
    """
    return log(0.5) / log(phi)


def fading(coefficients: Sequence[float], errors: Sequence[float], steps: int) -> FloatArray:
    """Give the errors to come of an AR process, (steps,), from its coefficients and last errors, the latest last.

    Examples
    --------
    >>> fading([1.2, -0.3], [0.18, 0.20], 4).round(6).tolist()
    [0.186, 0.1632, 0.14004, 0.119088]
    """
    known = list(errors)
    for _ in range(steps):
        known.append(sum(c * known[-1 - k] for k, c in enumerate(coefficients)))
    return np.array(known[len(errors):])


def levelled(error_m: float, foretold_m: FloatArray, phi: float, sigma_m: float) -> tuple[FloatArray, FloatArray]:
    """Give a forecast with its last error fading, and the standard deviation of what is left, (T,) each [m].

    Parameters
    ----------
    error_m
        Observed less foretold, now [m].
    foretold_m
        The forecast, a step ahead, two steps ahead, and so on, (T,) [m].
    phi, sigma_m
        Memory per step, and standard deviation of what is new in a step [m].

    Examples
    --------
    >>> level, sd = levelled(0.2, np.array([2.30, 2.55, 2.70, 2.60]), 0.9, 0.02)
    >>> level.round(5).tolist(), sd.round(6).tolist()
    ([2.48, 2.712, 2.8458, 2.73122], [0.02, 0.026907, 0.031408, 0.034627])
    """
    k = np.arange(1, len(foretold_m) + 1)
    # phi is below 1, so no correction exceeds the last error: the additive form is restricted by itself.
    sd = sigma_m * np.sqrt((1 - phi ** (2 * k)) / (1 - phi ** 2))
    return foretold_m + phi ** k * error_m, sd


def restricted(observed: float, foretold: float, ahead: float, phi: float) -> float:
    """Give a forecast corrected by the ratio of the last values, the correction no larger than the last error.

    For flows, whose errors grow with them: by the ratio alone a rising flow would be over-corrected.

    Examples
    --------
    >>> restricted(6.0, 5.0, 9.0, 0.9), round(restricted(6.0, 5.0, 2.0, 0.9), 3)
    (10.0, 2.357)
    """
    most = abs(observed - foretold)
    correction = ahead * exp(phi * log(observed / foretold)) - ahead
    return ahead + max(-most, min(most, correction))


def rating_shift(flow_m3_s: float, stage_m: float, *, factor: float, zero_m: float, power: float) -> float:
    """Give by how much a rating ``factor * (stage - zero) ** power`` stands too high at a measured flow [m].

    Examples
    --------
    >>> round(rating_shift(40, 2.0, factor=20, zero_m=0.3, power=1.6), 6)
    -0.157789
    """
    return float(zero_m + (flow_m3_s / factor) ** (1 / power) - stage_m)


def shift_of(times_s: FloatArray, observed_m: FloatArray, forecast_s: FloatArray, forecast_m: FloatArray,
             *, most_s: int = MOST_SHIFT_S, step_s: int = 300) -> tuple[int, float, float]:
    """Give how much earlier the night comes than foretold [s], with the errors as it is and shifted, root mean square.

    Parameters
    ----------
    times_s, observed_m
        What the gauge read, (N,) [s], [m].
    forecast_s, forecast_m
        The forecast's curve, which must reach ``most_s`` beyond the readings to try the whole shift.
    """
    raw = _rms(observed_m - np.interp(times_s, forecast_s, forecast_m))
    best, least = 0, raw
    for shift in sorted(range(-most_s, most_s + 1, step_s), key=abs):
        moved = times_s + shift
        within = (moved >= forecast_s[0]) & (moved <= forecast_s[-1])
        # Fewer than three readings fit any shift.
        if within.sum() < max(3, len(times_s) // 2):
            continue
        error = _rms(observed_m[within] - np.interp(moved[within], forecast_s, forecast_m))
        if error < least - 1e-12:
            best, least = shift, error
    return best, raw, least


def anchored(times_s: FloatArray, observed_m: FloatArray, forecast_s: FloatArray, forecast_m: FloatArray,
             wanted_s: FloatArray, *, now_s: float, phi_per_5_min: float = PHI_PER_5_MIN,
             sigma_m: float = 0.02) -> Anchored:
    """Give a forecast held to its gauge.

    Parameters
    ----------
    times_s, observed_m
        Sound readings of the gauge up to now, (N,) [s], [m]; see ``twin.live.gauge`` for those that drop out.
    forecast_s, forecast_m
        The forecast's curve, (F,).
    wanted_s
        Times after now at which the corrected level is wanted, (T,) [s].
    now_s
        The present; an error seen a while ago has faded by then.
    phi_per_5_min, sigma_m
        Memory, and standard deviation of what is new per 5 min [m].
    """
    ahead_m = np.interp(wanted_s, forecast_s, forecast_m)
    steps = (wanted_s - now_s) / 300
    spread = sigma_m * np.sqrt((1 - phi_per_5_min ** (2 * steps)) / (1 - phi_per_5_min ** 2))
    if not len(times_s):
        limit = sigma_m / sqrt(1 - phi_per_5_min ** 2)
        return Anchored(way=Way.RAW, level_m=ahead_m, sd_m=np.full(len(ahead_m), limit))
    error = float(observed_m[-1] - np.interp(times_s[-1], forecast_s, forecast_m))
    earlier, raw, shifted = shift_of(times_s, observed_m, forecast_s, forecast_m)
    if earlier and raw > 0 and shifted < (1 - LEAST_GAIN) * raw:
        return Anchored(way=Way.SHIFTED, level_m=np.interp(wanted_s + earlier, forecast_s, forecast_m), sd_m=spread,
                        earlier_s=earlier, last_error_m=error)
    age = (wanted_s - times_s[-1]) / 300
    return Anchored(way=Way.LEVELLED, level_m=ahead_m + phi_per_5_min ** age * error, sd_m=spread, last_error_m=error)


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values ** 2))) if len(values) else 0.0
