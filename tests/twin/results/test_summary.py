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


def test_lamps_out_at_worst_are_surely_out_and_those_in_doubt_apart() -> None:
    for name in ("ouche-q10", "valmont-facts"):
        result = night(name).result
        told, spans, lamp = summarise(result), result.spans, result.city.assets.of_kind("lamp")
        end = np.where(spans.end_s == NONE, result.plan.duration_s, spans.end_s)
        ours = np.flatnonzero(lamp[spans.asset] & spans.is_sure)
        moments = np.unique(spans.start_s[ours])
        out = [int(((spans.start_s[ours] <= t) & (end[ours] > t)).sum()) for t in moments]
        t = int(moments[int(np.argmax(out))])
        in_doubt = result.doubts.asset[result.doubts.at(t)]
        assert told.lamps_out_at_worst == max(out) > 0
        assert told.lamps_in_doubt_at_worst == int(lamp[in_doubt].sum()) > 0


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
