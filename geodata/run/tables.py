"""The tables of a run folder, written: Parquet for any program. ``geodata.run.reading`` gives the columns back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely

from geodata.city.arrow_columns import points_to_wkb, words_to_arrow
from geodata.city.model import placeless
from geodata.run.schemas import COVERAGE, EVENTS, LEVELS, MECHANISMS, TABLES, Clock
from twin.quantities import Int32Array, TextArray
from twin.results.result import Result
from twin.results.trace import Trace
from twin.water.depths import DepthSeries
from twin.world.assets import Assets
from twin.world.graph import graph_of

_GEOMETRY_NAMES = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
                   6: "MultiPolygon", 7: "GeometryCollection"}
#: Columns of a table by name.
_Columns = Mapping[str, Any]
#: Encodings that halve a file: depths change little from frame to frame.
_ENCODINGS = {name: {"depth_um.list.element": "DELTA_BINARY_PACKED"}
              for name in ("depths.parquet", "street_depths.parquet", "street_heads.parquet")}
#: Columns of few words: stored as a dictionary.
_FEW_WORDS = {"kind", "mechanism", "root_mechanism", "held_mechanism", "coverage", "event", "level"}


def tables_of(result: Result, shapes: TextArray) -> dict[str, Callable[[], _Columns]]:
    """Give what makes each table of a run: nothing is made before it is written.

    Parameters
    ----------
    result
        The answer.
    shapes
        Shape of each asset, (A,); None where its position says it all.
    """
    ids = pa.array(result.city.assets.id, pa.string())
    clock, series, crossings = Clock(result.plan), result.series, result.exposure.crossings
    wet, depths, streets = result.exposure.wet, result.exposure.depths, result.street_depths
    heads = result.street_heads
    return {
        "events.parquet": lambda: _events_table(result.trace, ids, clock),
        "exposure.parquet": lambda: _exposure_table(result, ids, clock, shapes),
        "outages.parquet": lambda: _outages_table(result, ids, clock),
        "crossings.parquet": lambda: {
            "time": clock.moments(crossings.time_s, never=None), "asset_id": _ids(ids, crossings.asset),
            "level": words_to_arrow(crossings.level, LEVELS), "rising": pa.array(crossings.is_up, pa.bool_())},
        "timeline.parquet": lambda: {
            "time": clock.moments(series.time_s, never=None), "kind": pa.array(series.kind, pa.string()),
            "mechanism": pa.array(series.mechanism, pa.string()), "out": pa.array(series.out, pa.int32()),
            "dark": pa.array(series.dark, pa.int32())},
        "wet_periods.parquet": lambda: {
            "asset_id": _ids(ids, wet.asset), "start": clock.moments(wet.start_s, never=None),
            "end": clock.moments(wet.end_s), "peak_depth_m": pa.array(wet.peak_depth_m, pa.float32()),
            "peak_time": clock.moments(wet.peak_time_s)},
        "doubts.parquet": lambda: _doubts_table(result, ids, clock),
        "feeds.parquet": lambda: _feeds_table(result, ids, clock),
        **({} if depths is None else {
            "depths.parquet": lambda: {"asset_id": _ids(ids, depths.asset), **_depths_columns(depths)}}),
        **({} if streets is None else {
            "street_depths.parquet": lambda: {
                "edge": pa.array(streets.asset, pa.int32()), **_depths_columns(streets)}}),
        **({} if heads is None else {
            "street_heads.parquet": lambda: {
                "edge": pa.array(heads.asset, pa.int32()), **_depths_columns(heads)}}),
        **_returns_tables(result, ids, clock)}


def _returns_tables(result: Result, ids: pa.Array, clock: Clock) -> dict[str, Callable[[], _Columns]]:
    returns, words = result.returns, result.city.assets.street.words
    if returns is None:
        return {}
    return {
        "returns.parquet": lambda: {
            "asset_id": _ids(ids, result.outages.asset), "start": clock.moments(result.outages.start_s, never=None),
            "p50": clock.moments(returns.p50_s), "p90": clock.moments(returns.p90_s),
            "twin": {"samples": returns.samples}},
        "street_returns.parquet": lambda: {
            "street": pa.array([words[code] for code in returns.street], pa.string()),
            "p50": clock.moments(returns.street_p50_s), "p90": clock.moments(returns.street_p90_s)}}


def table_of(name: str, make: Callable[[], _Columns]) -> pa.Table:
    """Make one table; ``geo`` and ``twin``, where they are among its columns, become its metadata."""
    columns, schema = dict(make()), TABLES[name]
    for key in ("geo", "twin"):
        if (said := columns.pop(key, None)) is not None:
            schema = schema.with_metadata({key.encode(): json.dumps(said).encode()})
    return pa.table([columns[column] for column in schema.names], schema=schema)


def write_table(name: str, make: Callable[[], _Columns], folder: Path) -> None:
    """Write one table."""
    table = table_of(name, make)
    pq.write_table(table, folder / name, compression="zstd", compression_level=1,
                   use_dictionary=[column for column in table.column_names if column in _FEW_WORDS],
                   column_encoding=_ENCODINGS.get(name),
                   row_group_size=1 << 20, write_statistics=True)


def _ids(ids: pa.Array, rows: Int32Array) -> pa.Array:
    rows = np.asarray(rows, dtype=np.int32)
    return ids.take(pa.array(rows, mask=rows < 0))


def _nan_as_null(values: Any, kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind, from_pandas=True)


def _kinds(assets: Assets, rows: Any) -> pa.Array:
    return words_to_arrow(assets.kind[rows], assets.kinds.names)


def _outages_table(result: Result, ids: pa.Array, clock: Clock) -> _Columns:
    outages = result.outages
    return {
        "asset_id": _ids(ids, outages.asset), "kind": _kinds(result.city.assets, outages.asset),
        "start": clock.moments(outages.start_s, never=None), "end": clock.moments(outages.end_s),
        "mechanism": words_to_arrow(outages.mechanism, MECHANISMS), "cause_asset_id": _ids(ids, outages.cause),
        "root_asset_id": _ids(ids, outages.root), "root_mechanism": words_to_arrow(outages.root_mechanism, MECHANISMS),
        "root_depth_m": _nan_as_null(outages.root_depth_m, pa.float32()),
        "held_mechanism": words_to_arrow(outages.held_mechanism, MECHANISMS), "held_asset_id": _ids(ids, outages.held),
        "dark_s": pa.array(outages.dark_s, pa.int64(), mask=outages.dark_s < 0),
        "doubtful": pa.array(outages.is_doubtful, pa.bool_()), "event_row": pa.array(outages.event_row, pa.int32())}


def _exposure_table(result: Result, ids: pa.Array, clock: Clock,
                    shapes: TextArray) -> _Columns:
    assets, exposure = result.city.assets, result.exposure
    wkb, geo = geometry_of(assets, shapes, result.city.crs)
    shortfall_m = np.full(len(assets), np.inf) if exposure.depths is None else exposure.depths.shortfall_m
    return {
        "asset_id": ids, "kind": _kinds(assets, slice(None)), "ground_m": _nan_as_null(assets.ground_m, pa.float64()),
        "peak_depth_m": _nan_as_null(exposure.peak_depth_m, pa.float32()),
        "peak_time": clock.moments(exposure.peak_time_s), "touched_at": clock.moments(exposure.touched_at_s),
        "failed_at": clock.moments(exposure.failed_at_s), "water_left_at": clock.moments(exposure.water_left_at_s),
        "margin_m": _nan_as_null(exposure.margin_m, pa.float64()),
        "doubtful": pa.array(exposure.is_doubtful, pa.bool_()),
        "coverage": words_to_arrow(exposure.coverage, COVERAGE),
        "unknown_s": pa.array(exposure.unknown_s if len(exposure.unknown_s) else np.zeros(len(assets)), pa.int64()),
        "shortfall_m": pa.array(shortfall_m, pa.float64(), mask=~np.isfinite(shortfall_m)),
        "geometry": wkb, "geo": geo}


def _doubts_table(result: Result, ids: pa.Array, clock: Clock) -> _Columns:
    d = result.doubts
    return {
        "asset_id": _ids(ids, d.asset), "kind": _kinds(result.city.assets, d.asset),
        "start": clock.moments(d.start_s, never=None), "end": clock.moments(d.end_s),
        "computed": words_to_arrow(d.is_out.astype(np.int8), ["in_service", "out"]),
        "mechanism": words_to_arrow(d.mechanism, MECHANISMS), "cause_asset_id": _ids(ids, d.cause),
        "root_asset_id": _ids(ids, d.root), "root_mechanism": words_to_arrow(d.root_mechanism, MECHANISMS)}


def _feeds_table(result: Result, ids: pa.Array, clock: Clock) -> _Columns:
    """Give what each group of several alternatives uses at the start, and what took over later."""
    graph, feeds = graph_of(result.city), result.feeds
    several = np.flatnonzero(np.diff(graph.edge_offsets) > 1)
    group = np.concatenate([several, feeds.group]).astype(np.int32)
    edge = np.concatenate([feeds.first[several], feeds.edge])
    start_s = np.concatenate([np.zeros(len(several), np.int64), feeds.start_s])
    number = result.city.supplies.group[graph.edge_offsets[group]] if len(group) else np.empty(0, np.int16)
    return {"asset_id": _ids(ids, graph.group_asset[group]), "group": pa.array(number, pa.int16()),
            "from": clock.moments(start_s, never=None), "supplier_id": _ids(ids, graph.supplier[edge])}


def _depths_columns(depths: DepthSeries) -> _Columns:
    lists = pa.LargeListArray.from_arrays(pa.array(depths.offsets, pa.int64()), pa.array(depths.depth_um, pa.int32()))
    return {"first_frame": pa.array(depths.first, pa.int32()),
            "depth_um": lists.cast(pa.list_(pa.int32())),
            "twin": {"times_s": depths.times_s.tolist(), "after": depths.after, "duration_s": depths.duration_s,
                     "error_m": depths.error_m}}


def geometry_of(assets: Assets, shapes: TextArray, crs: str) -> tuple[pa.Array, dict[str, Any]]:
    """Give the shapes as WKB, (A,), and the ``geo`` metadata of GeoParquet 1.1.

    Source: https://geoparquet.org/releases/v1.1.0/
    """
    types, has_z = shapely.get_type_id(shapes), shapely.has_z(shapes)
    bare = (types == -1) & ~placeless(assets) & ~np.isnan(assets.x_m) & ~np.isnan(assets.y_m)
    points = bare | ((types == 0) & ~has_z)
    types = np.where(bare, 0, types)
    x = np.where(bare, assets.x_m, np.where(points, shapely.get_x(shapes), np.nan))
    y = np.where(bare, assets.y_m, np.where(points, shapely.get_y(shapes), np.nan))
    wkb = points_to_wkb(x, y)
    others = np.flatnonzero(~points & (types >= 0))
    if len(others):
        place = np.arange(len(shapes))
        place[others] = len(shapes) + np.arange(len(others))
        drawn = pa.array(shapely.to_wkb(shapes[others], flavor="iso"), pa.binary())
        wkb = pa.concat_arrays([wkb, drawn]).take(pa.array(place))
    bounds = [shapely.total_bounds(shapes[others])] if len(others) else []
    if np.any(points):
        bounds.append(np.array([np.nanmin(x), np.nanmin(y), np.nanmax(x), np.nanmax(y)]))
    names = sorted(_GEOMETRY_NAMES[int(t)] + suffix for suffix, mask in (("", ~has_z), (" Z", has_z))
                   for t in np.unique(types[mask]) if int(t) in _GEOMETRY_NAMES)
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": names,
                              "crs": pyproj.CRS.from_user_input(crs).to_json_dict()}
    if bounds:
        all_bounds = np.array(bounds)
        column["bbox"] = [*all_bounds[:, :2].min(axis=0).tolist(), *all_bounds[:, 2:].max(axis=0).tolist()]
    return wkb, {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _events_table(trace: Trace, ids: pa.Array, clock: Clock) -> _Columns:
    detail = pa.array(trace.detail, pa.string())
    contributors = pa.ListArray.from_arrays(pa.array(trace.offsets, pa.int32()),
                                            pa.array(trace.contributors, pa.int32()))
    return {
        "row": pa.array(np.arange(len(trace)), pa.int32()), "time": clock.moments(trace.time_s, never=None),
        "event": words_to_arrow(trace.what, EVENTS), "asset_id": _ids(ids, trace.asset),
        "cause_row": pa.array(trace.cause_row, pa.int32()), "contributors": contributors,
        "detail": pc.if_else(pc.equal(detail, ""), pa.scalar(None, pa.string()), detail)}
