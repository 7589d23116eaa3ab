"""The first lines about a run: counts that agree with the map's, and an asset that is worth asking for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.nights import night
from twin.quantities import NONE
from twin.results.outages import Outages
from twin.results.result import Result
from twin.results.summary import summarise


def part(outages: Outages, rows: Any) -> Outages:
    return Outages(**{name: getattr(outages, name)[rows] for name in Outages.__slots__})


def test_lamps_out_at_worst_say_how_many_are_in_doubt() -> None:
    result = night().result
    told, outages, lamp = summarise(result), result.outages, result.city.assets.of_kind("lamp")
    end = np.where(outages.end_s == NONE, result.plan.duration_s, outages.end_s)
    ours = np.flatnonzero(lamp[outages.asset])
    moments = np.unique(outages.start_s[ours])
    out = [int(((outages.start_s[ours] <= t) & (end[ours] > t)).sum()) for t in moments]
    t = moments[int(np.argmax(out))]
    at_worst = ours[(outages.start_s[ours] <= t) & (end[ours] > t)]
    in_doubt = result.doubts.asset[result.doubts.at(int(t))]
    in_doubt = in_doubt[lamp[in_doubt]]
    assert told.lamps_out_at_worst == len(np.setdiff1d(outages.asset[at_worst], in_doubt)) > 0, "what is in doubt apart"
    assert told.lamps_in_doubt_at_worst == len(in_doubt) > 0


def test_what_to_ask_for_is_out_and_stands_on_the_map() -> None:
    result = night().result
    assets, outages = result.city.assets, result.outages
    chosen = summarise(result).asset_to_explain
    # the one that is chosen loses its position: another is chosen, that has one
    x_m = np.array(assets.x_m)
    x_m[assets.row(chosen)] = np.nan
    moved = replace(result, city=replace(result.city, assets=assets.replaced(x_m=x_m)))
    other = summarise(moved).asset_to_explain
    assert other != chosen
    assert not np.isnan(x_m[assets.row(other)])
    assert assets.row(other) in outages.asset


def test_without_a_dark_lamp_anything_else_that_is_out_and_without_that_nothing() -> None:
    result: Result = night().result
    lamp = result.city.assets.of_kind("lamp")
    no_lamps = replace(result, outages=part(result.outages, ~lamp[result.outages.asset]))
    told = summarise(no_lamps)
    assert told.lamp_to_explain == ""
    assert result.city.assets.row(told.asset_to_explain) in no_lamps.outages.asset
    calm = replace(result, outages=part(result.outages, slice(0, 0)))
    assert summarise(calm).asset_to_explain == ""
