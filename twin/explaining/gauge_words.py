"""The level of a river at its gauge, in words: metres above its zero, against its threshold, and which way it goes."""

from __future__ import annotations

from math import isnan
from typing import Any

from twin.explaining.listed import teller_of
from twin.explaining.teller import Teller
from twin.results.result import Result
from twin.results.situation import River, rivers_at
from twin.world.kinds import Role

#: A level that moved by less within an hour is steady [m].
_STEADY_M = 0.01


def gauge_lines(result: Result, row: int, lang: str, at_s: int | None) -> list[str]:
    """Say the level at a gauge at a moment, or its highest of the run; nothing of what is no gauge.

    Parameters
    ----------
    result
        A run.
    row
        The asset.
    lang
        ``fr`` or ``en``.
    at_s
        Moment [s from start]; None: the highest of the whole run.
    """
    assets = result.city.assets
    if not assets.has_role(row, Role.GAUGE):
        return []
    teller = teller_of(result, lang, at_s or 0)
    river = next((one for one in rivers_at(result, at_s or 0) if one.asset == row), None)
    if river is None:
        return [teller.text("No level was computed at this gauge: it needs a zero, and water that reaches it.")]
    level_m = river.peak_m if at_s is None else river.now_m
    level = teller.speech.depth(level_m)
    said = teller.text("Level: at its highest {level} above the gauge's zero, {time}.", level=level,
                       time=teller.clock(river.peak_s)) if at_s is None else \
        teller.text("Level: {level} above the gauge's zero, {trend}.", level=level, trend=_trend(teller, river))
    zero_m = float(assets.zero_m[row])
    datum = teller.text("In altitude {altitude}: the zero stands at {zero}.",
                        altitude=teller.speech.depth(level_m + zero_m), zero=teller.speech.depth(zero_m))
    return [said, datum, *_threshold(teller, row, level_m)]


def _trend(teller: Teller, river: River) -> str:
    if isnan(river.hour_ago_m):
        return teller.text("rising or falling not known: the run is less than an hour old")
    change_m = river.now_m - river.hour_ago_m
    by = teller.speech.number(abs(round(change_m * 100)))
    if abs(change_m) < _STEADY_M:
        return teller.text("steady for an hour")
    return teller.text("rising, {by} cm more in an hour", by=by) if change_m > 0 else \
        teller.text("falling, {by} cm less in an hour", by=by)


def _threshold(teller: Teller, row: int, level_m: float) -> list[str]:
    """Say how far the level is from the height at which the gauge itself fails, where it has one."""
    assets = teller.result.city.assets
    fail_m = float(assets.ground_m[row] - assets.zero_m[row] + assets.fail_m[row])
    if isnan(fail_m):
        return []
    values: dict[str, Any] = {"margin": teller.speech.depth(abs(level_m - fail_m)), "fail": teller.speech.depth(fail_m)}
    return [teller.text("That is {margin} above the level at which the gauge itself fails ({fail}).", **values)
            if level_m >= fail_m else
            teller.text("That is {margin} below the level at which the gauge itself fails ({fail}).", **values)]
