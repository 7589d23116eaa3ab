"""The river at a gauge in words: what was read against what is computed, and where it goes."""

from __future__ import annotations

from math import isnan
from typing import Any

from twin.explaining.teller import Teller
from twin.results.situation import River
from twin.results.summary import GAUGE_DIFFERS_M


def level_now(teller: Teller, river: River, t_s: int) -> str:
    """Say the level at a moment: the last one read against the one computed there, else the one computed now.

    Parameters
    ----------
    teller
        The run, and how it is told.
    river
        The gauge, as ``twin.results.situation.rivers`` has it at ``t_s`` [s from the start].
    """
    depth, name = teller.speech.depth, _name(teller, river)
    if not river.readings:
        return teller.text("{gauge}: {level} computed at {time}; nothing was read.", gauge=name,
                           level=depth(river.now_m), time=teller.clock(t_s))
    at_s, read_m, computed_m, _ = river.readings[-1]
    values: dict[str, Any] = {"gauge": name, "read": depth(read_m), "time": teller.clock(at_s),
                              "computed": depth(computed_m),
                              "by": teller.speech.number(abs(round((read_m - computed_m) * 100)))}
    if abs(read_m - computed_m) < GAUGE_DIFFERS_M:
        return teller.text("{gauge}: {read} read at {time}, computed {computed}: as computed.", **values)
    return teller.text("{gauge}: {read} read at {time}, computed {computed}: {by} cm more.", **values) \
        if read_m > computed_m else \
        teller.text("{gauge}: {read} read at {time}, computed {computed}: {by} cm less.", **values)


def trend(teller: Teller, river: River, t_s: int) -> str:
    """Say how the level went within the last hour, and when it is highest."""
    said = []
    if not isnan(river.hour_ago_m):
        change_m = river.now_m - river.hour_ago_m
        by = teller.speech.number(abs(round(change_m * 100)))
        said.append(teller.text("{by} cm more in an hour.", by=by) if change_m >= 0.01 else
                    teller.text("{by} cm less in an hour.", by=by) if change_m <= -0.01 else
                    teller.text("Steady for an hour."))
    if river.peak_s > t_s and river.peak_m > river.now_m + 0.005:
        said.append(teller.text("Highest {peak} about {time}, computed.", peak=teller.speech.depth(river.peak_m),
                                time=teller.clock(river.peak_s)))
    else:
        said.append(teller.text("The highest is past, by the run."))
    return " ".join(said)


def highest(teller: Teller, river: River) -> str:
    """Say how high it comes within the run."""
    top = int(river.level_m.argmax())
    return teller.text("{gauge}: highest {peak} about {time}, computed.", gauge=_name(teller, river),
                       peak=teller.speech.depth(float(river.level_m[top])), time=teller.clock(int(river.time_s[top])))


def datum(teller: Teller, river: River, level_m: float) -> str:
    """Say a level above the zero of the gauge as an altitude, and where the zero stands."""
    zero_m = float(teller.result.city.assets.zero_m[river.asset])
    return teller.text("In altitude {altitude}: the zero stands at {zero}.",
                       altitude=teller.speech.depth(level_m + zero_m), zero=teller.speech.depth(zero_m))


def _name(teller: Teller, river: River) -> str:
    assets = teller.result.city.assets
    return assets.called(river.asset)
