"""Hours and depths of one asset over many nights, in words, each quantile with the bounds between which it lies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.ensemble.answers import Answers
from twin.explaining.teller import Teller
from twin.explaining.words import Speech
from twin.quantities import NONE, FloatArray
from twin.results.returns import early, late
from twin.world.assets import Asset


def hour_lines(teller: Teller, answers: Answers, asset: Asset) -> Iterator[str]:
    """Tell between which hours an asset goes out and comes back, and how well these are known."""
    words, k = teller.speech, answers.place(asset.row)
    low, middle, high = answers.first_s[k]
    if low == high:
        yield words.text("If it happens, it is at {time}.", time=quarter(teller, middle, up=False))
    else:
        yield words.text("If it happens, it is between {low} and {high} 8 times out of 10.",
                         low=quarter(teller, low, up=False), high=quarter(teller, high, up=True)) + _known_hours(
            teller, answers.first_within_s[k, [0, 2]])
    _, middle, high = answers.back_s[k]
    within_s = answers.back_within_s[k]
    if not np.isfinite(middle):
        yield words.text("Half of the times or more it is not back within the time computed.")
    elif not np.isfinite(high):
        yield words.text("Back: half of the times before {middle}; once out of 10 or more not within the time "
                         "computed.", middle=quarter(teller, middle, up=True)) + _known_hours(teller, within_s[[1]])
    else:
        yield words.text("Back: half of the times before {middle}, 9 times out of 10 before {high}.",
                         middle=quarter(teller, middle, up=True), high=quarter(teller, high, up=True)) + _known_hours(
            teller, within_s[[1, 2]])


def _known_hours(teller: Teller, within_s: FloatArray) -> str:
    """Tell between which hours one hour, or each of two, lies, (1 or 2, 2) [s]."""
    words = teller.speech
    told = [_within(words, *(quarter(teller, value, up=bool(end)) if np.isfinite(value) else None
                             for end, value in enumerate(pair)), at_most="at {value} at the latest",
                    at_least="at {value} at the earliest") for pair in within_s]
    return " " + (words.text("How well this hour is known, 19 times out of 20: {first}.", first=told[0])
                  if len(told) == 1 else
                  words.text("How well these hours are known, 19 times out of 20: the first {first}, the second "
                             "{second}.", first=told[0], second=told[1]))


def _within(words: Speech, low: str | None, high: str | None, *, at_most: str, at_least: str) -> str:
    """Give between which values a quantile lies; None: so few nights do not bound it there."""
    if low == high:
        return low or words.text("not told by so few nights")
    if low is None or high is None:
        return words.text(at_most, value=high) if low is None else words.text(at_least, value=low)
    return words.text("between {low} and {high}", low=low, high=high)


def quarter(teller: Teller, seconds: float, *, up: bool) -> str:
    """Give a moment rounded outward to a quarter of an hour, as the clock shows it."""
    rounded_s = (late if up else early)(int(seconds), teller.result.plan.start)
    return teller.speech.weekday_clock(teller.moment(rounded_s), teller.beside)


def depth_lines(teller: Teller, answers: Answers, asset: Asset) -> Iterator[str]:
    """Tell how deep the water stands at an asset, and how well that is known."""
    k = answers.place(asset.row)
    if k == NONE or not answers.depth_m[k, 2] > 0:
        return
    low, middle, high = (teller.speech.depth(value) for value in answers.depth_m[k])
    told = [_within(teller.speech, *(teller.speech.depth(value) if np.isfinite(value) else None for value in pair),
                    at_most="{value} at most", at_least="{value} at least") for pair in answers.depth_within_m[k]]
    yield teller.speech.text("Water there: between {low} and {high} 8 times out of 10, {middle} in the middle.",
                             low=low, middle=middle, high=high) + " " + teller.speech.text(
        "How well these depths are known, 19 times out of 20: the first {first}, the second {second}, the middle one "
        "{third}.",
        first=told[0], second=told[2], third=told[1])
