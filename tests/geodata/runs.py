"""Small runs with made-up answers, for tests of what is written and read back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np

from geodata.city.model import CityFile
from twin.codes import Action, Level, Mechanism, What
from twin.results.doubts import Doubts
from twin.results.feeds import Feeds
from twin.results.outages import Outages
from twin.results.result import Result, Series
from twin.results.trace import Trace
from twin.water.depths import Coverage, DepthSeries
from twin.water.exposure import Crossings, Exposure, WetPeriods
from twin.water.hazard import WATER_STEPS_M, Envelope, Grid
from twin.world.graph import graph_of
from twin.world.kinds import STAGES
from twin.world.plan import DarkHours, Declared, Note, Plan

START = datetime(2026, 11, 22, 16, 0, tzinfo=timezone(timedelta(hours=1)))


def made_up_result(city_file: CityFile, seed: int = 7, *, outages: int = 5, events: int = 9,
                   start: datetime = START) -> Result:
    """Give a result whose columns are drawn at random: valid in form, with every sort of gap, not a real cascade."""
    rng, n = np.random.default_rng(seed), len(city_file.city.assets)
    horizon_s = 36 * 3600

    def times(count: int, *, never: bool = True) -> np.ndarray:
        drawn = rng.integers(0, horizon_s, count)
        return np.where(rng.random(count) < 0.3, -1, drawn) if never else np.sort(drawn)

    def rows(count: int) -> np.ndarray:
        return rng.integers(0, n, count).astype(np.int32)

    def words(count: int, of: type) -> np.ndarray:
        return rng.integers(0, len(of), count).astype(np.int8)  # type: ignore[arg-type]

    crossings = 2 * n
    peak = rng.random(n).astype(np.float32)
    peak[rng.random(n) < 0.3] = np.nan
    exposure = Exposure(
        crossings=Crossings(time_s=times(crossings, never=False), asset=rows(crossings), level=words(crossings, Level),
                            is_up=rng.random(crossings) < 0.5),
        peak_depth_m=peak, peak_time_s=times(n), touched_at_s=times(n), failed_at_s=times(n), water_left_at_s=times(n),
        margin_m=city_file.city.assets.fail_m - peak, is_doubtful=rng.random(n) < 0.5, coverage=words(n, Coverage),
        unknown_s=rng.integers(0, horizon_s, n))
    wet = np.sort(rows(n // 2))
    exposure = replace(exposure, wet=WetPeriods(
        asset=wet, start_s=np.arange(len(wet)) * 60, end_s=times(len(wet)),
        peak_depth_m=rng.random(len(wet)).astype(np.float32), peak_time_s=times(len(wet), never=False)),
        depths=_made_up_depths(rng, exposure, horizon_s))
    lengths = rng.integers(0, 3, events)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    detail = np.array([json.dumps({"by": "appel du 22 h 08", "depth_m": 0.5}) if rng.random() < 0.5 else ""
                       for _ in range(events)], dtype=object)
    what, other = words(events, What), rows(events)
    stage = rng.integers(0, len(STAGES), events).astype(np.int8)
    other[what != What.TRANSFERRED], stage[what != What.STAGE_STARTED] = -1, -1
    for row in range(events):
        if what[row] == What.TRANSFERRED:
            detail[row] = json.dumps({"supplier": city_file.city.assets.id[other[row]]}, ensure_ascii=False)
        elif what[row] == What.STAGE_STARTED:
            detail[row] = json.dumps({"stage": STAGES[stage[row]]})
    trace = Trace(time_s=times(events, never=False), what=what, asset=rows(events), other=other, stage=stage,
                  cause_row=np.array([rng.integers(-1, row) if row else -1 for row in range(events)], dtype=np.int32),
                  offsets=offsets, contributors=rng.integers(0, max(events, 1), int(offsets[-1])).astype(np.int32),
                  detail=detail)
    table = Outages(
        asset=rows(outages), start_s=times(outages, never=False), end_s=times(outages), cause=rows(outages),
        mechanism=words(outages, Mechanism), root=rows(outages), root_mechanism=words(outages, Mechanism),
        root_depth_m=np.where(rng.random(outages) < 0.5, np.nan, rng.random(outages)).astype(np.float32),
        held_mechanism=words(outages, Mechanism), held=rows(outages), dark_s=times(outages),
        is_doubtful=rng.random(outages) < 0.5, event_row=rng.integers(0, max(events, 1), outages).astype(np.int32))
    series = Series(time_s=np.array([0, 300]), kind=np.array(["lamp", "building"], dtype=object),
                    mechanism=np.array(["flooded", "wet"], dtype=object), out=np.array([3, 1], dtype=np.int32),
                    dark=np.array([2, 0], dtype=np.int32))
    plan = Plan(
        name="Crue d’essai", start=start, duration_s=horizon_s, step_s=300, status="exercise", issued_at=start,
        valid_until=start + timedelta(hours=24), seed=seed, reset_s=1800,
        declared=(Declared(at_s=60, action=Action.FACT_OUT, asset=0, by="appel du 22 h 08"),),
        notes=(Note(at_s=90, text="échelle à 2,31 m", by="garde"),),
        dark=DarkHours(by="profile", on="17:30", off="08:00"),
        thresholds=(("cabinet", "fail_m", 0.4),), flood='{"river_stage": {"river": "ouche"}}')
    return Result(plan=plan, city=city_file.city, exposure=exposure, trace=trace, outages=table, series=series,
                  doubts=_made_up_doubts(rng, n, horizon_s), feeds=_made_up_feeds(rng, city_file, horizon_s),
                  indicators={"lamps_out": 3, "roots": [{
                      "asset": city_file.city.assets.id[0], "kind": city_file.city.assets[0].kind, "street": "",
                      "mechanism": "flooded", "lamps": 2, "lamp_hours_dark": 1.5, "share": 0.5}]},
                  provenance={"engine": "test"}, warnings=({"warning": "defaults", "text": "hauteurs supposées"},))


def _made_up_depths(rng: np.random.Generator, exposure: Exposure, horizon_s: int) -> DepthSeries:
    n = len(exposure)
    wet = np.flatnonzero(rng.random(n) < 0.6).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(1, 5, len(wet)))]).astype(np.int64)
    return DepthSeries(
        times_s=np.arange(8) * 600, after="hold", duration_s=horizon_s, asset=wet,
        first=rng.integers(0, 4, len(wet)).astype(np.int32), offsets=offsets,
        depth_um=rng.integers(0, 2_000_000, int(offsets[-1])).astype(np.int32), coverage=exposure.coverage,
        unknown_s=exposure.unknown_s, shortfall_m=np.where(rng.random(n) < 0.5, np.inf, rng.random(n)), error_m=0.12)


def _made_up_doubts(rng: np.random.Generator, n: int, horizon_s: int) -> Doubts:
    count = 4
    start_s = np.sort(rng.integers(0, horizon_s, count))
    asset, cause, root = (rng.integers(0, n, count).astype(np.int32) for _ in range(3))
    mechanism, root_mechanism = (rng.integers(0, len(Mechanism), count).astype(np.int8) for _ in range(2))
    return Doubts(asset=asset, start_s=start_s,
                  end_s=np.where(rng.random(count) < 0.3, -1, np.minimum(start_s + 60, horizon_s)),
                  is_out=rng.random(count) < 0.5, mechanism=mechanism, cause=cause, root=root,
                  root_mechanism=root_mechanism)


def _made_up_feeds(rng: np.random.Generator, city_file: CityFile, horizon_s: int) -> Feeds:
    graph = graph_of(city_file.city)
    first = graph.edge_offsets[:-1].copy()
    several = np.flatnonzero(np.diff(graph.edge_offsets) > 1).astype(np.int32)
    return Feeds(first=first, start_s=np.sort(rng.integers(0, horizon_s, len(several))), group=several,
                 edge=(first[several] + 1).astype(np.int32))


def made_up_water(seed: int = 3) -> tuple[Envelope, Grid, np.ndarray]:
    """Give a picture of the water of 5 x 4 cells and its ten frames."""
    rng = np.random.default_rng(seed)
    peak = rng.random((5, 4)).astype(np.float32)
    peak[0, 0] = np.nan
    first = rng.integers(-1, 10, (len(WATER_STEPS_M), 5, 4)).astype(np.int16)
    last = np.where(first < 0, -1, np.maximum(first, 8)).astype(np.int16)
    grid = Grid(rows=5, columns=4, transform=(25.0, 0.0, 850000.1, 0.0, -25.0, 6700000.3), crs="EPSG:2154")
    return Envelope(peak_m=peak, first=first, last=last), grid, np.arange(10) * 300
