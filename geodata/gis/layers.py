"""The layers of a run for GIS: assets, their conditions over time, outages, water and links, each as a frame.

For those who run the city's network, as the operator's map is: nothing is left out for the public's sake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import rasterio.features
import shapely
from geopandas import GeoDataFrame
from rasterio.transform import Affine

from twin.codes import Mechanism
from twin.quantities import NONE, Int64Array
from twin.results.condition_spans import Condition, covering
from twin.water.hazard import WATER_STEPS_M
from twin.world.assets import Source
from twin.world.graph import without_supplier
from twin.world.supplies import Feed, Service

if TYPE_CHECKING:
    from geodata.run.folder import Run



@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of one language: of conditions, and of one of each kind by the kind's name."""

    conditions: Mapping[Condition, str]
    kinds: Mapping[str, str]


#: Gear that a line or an area stands for in its own layer, beside its point.
_DRAWN = {1: "lines", 3: "areas", 5: "lines", 6: "areas"}


def layers_of(run: Run, words: Words) -> Iterator[tuple[str, GeoDataFrame]]:
    """Give every layer by name, in the order in which they are drawn from below."""
    yield "water", _water(run)
    assets = _assets(run, words)
    for name in ("areas", "lines"):
        drawn = _drawn(run, assets, name)
        if len(drawn):
            yield name, drawn
    yield "supplies", _supplies(run)
    yield "states", _states(run, assets, words)
    yield "outages", _outages(run, assets)
    yield "assets", assets


def _moments(run: Run, seconds: Int64Array) -> Any:
    """Give seconds as moments in UTC, (N,); -1 is none."""
    start = pd.Timestamp(run.result.plan.start).tz_convert("UTC").as_unit("ms")
    known = seconds != NONE
    moments = start + pd.to_timedelta(np.where(known, seconds, 0), unit="s")
    return pd.Series(moments).dt.as_unit("ms").where(pd.Series(known), pd.NaT)


def _points(run: Run, rows: Any = slice(None)) -> Any:
    """Give the place of each asset; None where it has none."""
    assets = run.result.city.assets
    x, y = assets.x_m[rows], assets.y_m[rows]
    shapes = np.full(len(x), None, dtype=object)
    known = ~(np.isnan(x) | np.isnan(y))
    shapes[known] = shapely.points(x[known], y[known])
    return shapes


def _assets(run: Run, words: Words) -> GeoDataFrame:
    """Give every asset with what the water does to it and what becomes of it."""
    result = run.result
    assets, exposure, outages = result.city.assets, result.exposure, result.outages
    n = len(assets)
    table = run.tables.exposure.drop_columns(["geometry", "kind", "ground_m"]).to_pandas()
    first = np.full(n, NONE, np.int64)
    row = np.full(n, NONE, np.int64)
    order = np.argsort(outages.start_s, kind="stable")[::-1]
    row[outages.asset[order]], first[outages.asset[order]] = order, outages.start_s[order]
    out = row != NONE
    mechanism = np.full(n, None, object)
    mechanism[outages.asset[order]] = np.array([m.word for m in Mechanism], object)[outages.mechanism[order]]
    ids = np.asarray(assets.id, object)

    def of(rows: Any) -> Any:
        return np.where(out, ids[rows[row]], None) if len(outages) else np.full(n, None, object)

    doubtful = np.zeros(n, bool)
    doubtful[result.doubts.asset] = True
    kinds = np.array([words.kinds[name] for name in assets.kinds.names], object)
    return GeoDataFrame({
        "id": ids, "kind": np.array(assets.kinds.names, object)[assets.kind],
        "kind_name": kinds[assets.kind], "name": assets.name, "street": _words(assets.street),
        "district": _words(assets.district), "owner": assets.owner, "ground_m": assets.ground_m,
        "touch_m": assets.touch_m, "fail_m": assets.fail_m, "supplier_known": ~without_supplier(result.city),
        **{name: table[name] for name in table.columns if name not in ("asset_id", "doubtful")},
        "water_is_doubtful": exposure.is_doubtful, "first_out": _moments(run, first), "mechanism":
        mechanism, "cause": of(outages.cause), "root": of(outages.root),
        "may_be_out": doubtful}, geometry=_points(run), crs=result.city.crs)


def _words(labels: Any) -> Any:
    return np.array([*labels.words, None], object)[labels.codes]


def _drawn(run: Run, assets: GeoDataFrame, layer: str) -> GeoDataFrame:
    """Give the assets that have an outline of that sort."""
    shapes = run.city_file.outlines
    types = shapely.get_type_id(shapes)
    rows = np.flatnonzero([_DRAWN.get(int(t)) == layer for t in types])
    return GeoDataFrame(assets.iloc[rows].drop(columns="geometry").reset_index(drop=True), geometry=shapes[rows],
                 crs=assets.crs)


def _states(run: Run, assets: GeoDataFrame, words: Words) -> GeoDataFrame:
    """Give the condition of every asset over time, as ``explain --at`` gives it at each moment."""
    asset, start_s, end_s, condition = covering(run.result.conditions, len(run.result.city.assets),
                                                 run.result.plan.duration_s)
    told = assets[["id", "kind", "kind_name", "name", "street"]].iloc[asset].reset_index(drop=True)
    return GeoDataFrame(told.assign(
        condition=np.array([c.word for c in Condition], object)[condition],
        state=np.array([words.conditions[c] for c in Condition], object)[condition],
        start=_moments(run, start_s), end=_moments(run, end_s)),
        geometry=_points(run, asset), crs=assets.crs)


def _outages(run: Run, assets: GeoDataFrame) -> GeoDataFrame:
    outages = run.result.outages
    table = run.tables.outages.drop_columns(["event_row"]).to_pandas()
    # The temporal controller asks for an end: that of the run where the outage outlasts it, which ``open`` tells.
    end_s = np.where(outages.end_s == NONE, run.result.plan.duration_s, outages.end_s)
    told = assets[["name", "street"]].iloc[outages.asset].reset_index(drop=True)
    return GeoDataFrame(pd.concat([table.drop(columns=["start", "end"]), told], axis=1).assign(
        start=_moments(run, outages.start_s), end=_moments(run, end_s), open=outages.end_s == NONE),
        geometry=_points(run, outages.asset), crs=assets.crs)


def _supplies(run: Run) -> GeoDataFrame:
    """Give every link from supplier to consumer as a straight line."""
    city = run.result.city
    assets, s = city.assets, city.supplies
    ends = np.stack([np.stack([assets.x_m[rows], assets.y_m[rows]], axis=1) for rows in (s.supplier, s.consumer)],
                    axis=1) if len(s) else np.empty((0, 2, 2))
    shapes = np.full(len(s), None, dtype=object)
    known = ~np.isnan(ends).any(axis=(1, 2))
    shapes[known] = shapely.linestrings(ends[known])
    ids = np.asarray(assets.id, object)
    return GeoDataFrame({"supplier": ids[s.supplier], "consumer": ids[s.consumer],
                  "service": _named(Service, s.service), "group": s.group, "preference": s.preference,
                  "transfer_s": s.transfer_s, "feed": _named(Feed, s.feed), "source": _named(Source, s.source)},
                 geometry=shapes, crs=city.crs)


def _named(codes: Any, values: Any) -> Any:
    return np.array([code.name.lower() for code in codes], object)[values]


def _water(run: Run) -> GeoDataFrame:
    """Give the water as areas: from when until when it stands at least so deep."""
    columns: dict[str, list[Any]] = {"depth_from_m": [], "start_s": [], "end_s": []}
    shapes: list[Any] = []
    crs = run.result.city.crs
    if run.water is not None and run.water_grid is not None:
        crs = run.water_grid.crs
        times = np.append(run.water_times_s, run.result.plan.duration_s)
        for step, first, last in zip(WATER_STEPS_M, run.water.first, run.water.last, strict=True):
            # One code for each pair of first and last wet frame: areas that come and go together are one.
            codes = np.where(first >= 0, first.astype(np.int32) * (1 << 15) + last, -1).astype(np.int32)
            parts: dict[int, list[Any]] = {}
            for shape, value in rasterio.features.shapes(codes, mask=codes >= 0,
                                                         transform=Affine(*run.water_grid.transform)):
                parts.setdefault(int(value), []).append(shapely.geometry.shape(shape))
            for value, polygons in sorted(parts.items()):
                begins, ends = divmod(value, 1 << 15)
                columns["depth_from_m"].append(step)
                columns["start_s"].append(times[begins])
                columns["end_s"].append(times[ends + 1])
                shapes.append(shapely.multipolygons(polygons))
    moments = {key: _moments(run, np.array(columns[f"{key}_s"], np.int64)) for key in ("start", "end")}
    return GeoDataFrame({"depth_from_m": np.array(columns["depth_from_m"], float), **moments}, geometry=shapes, crs=crs)
