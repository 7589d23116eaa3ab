"""The tables of a run folder: Parquet for any program, and back to the columns of the engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely

from geodata.city.arrow_columns import as_array, codes_of, floats_of, points_to_wkb, texts_of, words_to_arrow
from geodata.city.model import placeless
from twin.codes import Level, Mechanism, What
from twin.errors import InputError
from twin.quantities import FloatArray, Int32Array, Int64Array, TextArray
from twin.results.outages import Outages
from twin.results.result import Result, Series
from twin.results.trace import Trace
from twin.water.depths import Coverage
from twin.water.exposure import Crossings, Exposure
from twin.world.assets import Assets
from twin.world.plan import Plan

_TIME = pa.timestamp("ms", tz="UTC")
_MECHANISMS = [m.word for m in Mechanism]
_COVERAGE = [c.word for c in Coverage]
_LEVELS = [level.name.lower() for level in Level]
_EVENTS = [what.word for what in What]
_GEOMETRY_NAMES = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
                   6: "MultiPolygon", 7: "GeometryCollection"}

#: Schema of each table: the contract with every program that reads a run.
TABLES: Mapping[str, pa.Schema] = {
    "outages.parquet": pa.schema([
        ("asset_id", pa.string()), ("kind", pa.string()), ("start", _TIME), ("end", _TIME), ("mechanism", pa.string()),
        ("cause_asset_id", pa.string()), ("root_asset_id", pa.string()), ("root_mechanism", pa.string()),
        ("root_depth_m", pa.float32()), ("held_mechanism", pa.string()), ("held_asset_id", pa.string()),
        ("dark_s", pa.int64()), ("doubtful", pa.bool_()), ("event_row", pa.int32())]),
    "exposure.parquet": pa.schema([
        ("asset_id", pa.string()), ("kind", pa.string()), ("ground_m", pa.float64()), ("peak_depth_m", pa.float32()),
        ("peak_time", _TIME), ("touched_at", _TIME), ("failed_at", _TIME), ("water_left_at", _TIME),
        ("margin_m", pa.float64()), ("doubtful", pa.bool_()), ("coverage", pa.string()), ("geometry", pa.binary())]),
    "events.parquet": pa.schema([
        ("row", pa.int32()), ("time", _TIME), ("event", pa.string()), ("asset_id", pa.string()),
        ("cause_row", pa.int32()), ("contributors", pa.list_(pa.int32())), ("detail", pa.string())]),
    "timeline.parquet": pa.schema([
        ("time", _TIME), ("kind", pa.string()), ("mechanism", pa.string()), ("out", pa.int32()),
        ("dark", pa.int32())]),
    "crossings.parquet": pa.schema([
        ("time", _TIME), ("asset_id", pa.string()), ("level", pa.string()), ("rising", pa.bool_())]),
}
#: Columns of a table by name.
_Columns = Mapping[str, Any]
#: Columns of few words: stored as a dictionary.
_FEW_WORDS = {"kind", "mechanism", "root_mechanism", "held_mechanism", "coverage", "event", "level"}


# ----------------------------------------------------------------------------------------------------------- writing


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
    clock, series, crossings = _Clock(result.plan), result.series, result.exposure.crossings
    return {
        "events.parquet": lambda: _events_table(result.trace, ids, clock),
        "exposure.parquet": lambda: _exposure_table(result, ids, clock, shapes),
        "outages.parquet": lambda: _outages_table(result, ids, clock),
        "crossings.parquet": lambda: {
            "time": clock.moments(crossings.time_s, never=None), "asset_id": _ids(ids, crossings.asset),
            "level": words_to_arrow(crossings.level, _LEVELS), "rising": pa.array(crossings.is_up, pa.bool_())},
        "timeline.parquet": lambda: {
            "time": clock.moments(series.time_s, never=None), "kind": pa.array(series.kind, pa.string()),
            "mechanism": pa.array(series.mechanism, pa.string()), "out": pa.array(series.out, pa.int32()),
            "dark": pa.array(series.dark, pa.int32())}}


def write_table(name: str, make: Callable[[], _Columns], folder: Path) -> None:
    """Write one table; ``geo``, where it is among its columns, becomes the metadata of GeoParquet."""
    columns, schema = dict(make()), TABLES[name]
    geo = columns.pop("geo", None)
    if geo is not None:
        schema = schema.with_metadata({b"geo": json.dumps(geo).encode()})
    table = pa.table([columns[column] for column in schema.names], schema=schema)
    pq.write_table(table, folder / name, compression="zstd", compression_level=1,
                   use_dictionary=[column for column in schema.names if column in _FEW_WORDS],
                   row_group_size=1 << 20, write_statistics=True)


class _Clock:
    """Seconds from a plan's start to moments in UTC and back."""

    def __init__(self, plan: Plan) -> None:
        whole = plan.start.astimezone(UTC)
        self.start_ms = int(whole.timestamp()) * 1000 + whole.microsecond // 1000

    def moments(self, seconds: Int64Array, *, never: int | None = -1) -> pa.Array:
        """Give seconds as moments, (N,); ``never`` becomes null."""
        seconds = np.asarray(seconds, dtype=np.int64)
        mask = None if never is None else seconds == never
        return pa.array(self.start_ms + 1000 * seconds, pa.int64(), mask=mask).cast(_TIME)

    def seconds(self, moments: pa.Array, *, never: int = -1) -> Int64Array:
        """Give moments as seconds, (N,); null becomes ``never``."""
        values = pc.fill_null(moments.cast(pa.int64()), self.start_ms + 1000 * never)
        return np.asarray((values.to_numpy(zero_copy_only=False) - self.start_ms) // 1000, dtype=np.int64)


def _ids(ids: pa.Array, rows: Int32Array) -> pa.Array:
    rows = np.asarray(rows, dtype=np.int32)
    return ids.take(pa.array(rows, mask=rows < 0))


def _nan_as_null(values: Any, kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind, from_pandas=True)


def _kinds(assets: Assets, rows: Any) -> pa.Array:
    return words_to_arrow(assets.kind[rows], assets.kinds.names)


def _outages_table(result: Result, ids: pa.Array, clock: _Clock) -> _Columns:
    outages = result.outages
    return {
        "asset_id": _ids(ids, outages.asset), "kind": _kinds(result.city.assets, outages.asset),
        "start": clock.moments(outages.start_s, never=None), "end": clock.moments(outages.end_s),
        "mechanism": words_to_arrow(outages.mechanism, _MECHANISMS), "cause_asset_id": _ids(ids, outages.cause),
        "root_asset_id": _ids(ids, outages.root), "root_mechanism": words_to_arrow(outages.root_mechanism, _MECHANISMS),
        "root_depth_m": _nan_as_null(outages.root_depth_m, pa.float32()),
        "held_mechanism": words_to_arrow(outages.held_mechanism, _MECHANISMS), "held_asset_id": _ids(ids, outages.held),
        "dark_s": pa.array(outages.dark_s, pa.int64(), mask=outages.dark_s < 0),
        "doubtful": pa.array(outages.is_doubtful, pa.bool_()), "event_row": pa.array(outages.event_row, pa.int32())}


def _exposure_table(result: Result, ids: pa.Array, clock: _Clock,
                    shapes: TextArray) -> _Columns:
    assets, exposure = result.city.assets, result.exposure
    wkb, geo = _geometry(assets, shapes, result.city.crs)
    return {
        "asset_id": ids, "kind": _kinds(assets, slice(None)), "ground_m": _nan_as_null(assets.ground_m, pa.float64()),
        "peak_depth_m": _nan_as_null(exposure.peak_depth_m, pa.float32()),
        "peak_time": clock.moments(exposure.peak_time_s), "touched_at": clock.moments(exposure.touched_at_s),
        "failed_at": clock.moments(exposure.failed_at_s), "water_left_at": clock.moments(exposure.water_left_at_s),
        "margin_m": _nan_as_null(exposure.margin_m, pa.float64()),
        "doubtful": pa.array(exposure.is_doubtful, pa.bool_()),
        "coverage": words_to_arrow(exposure.coverage, _COVERAGE), "geometry": wkb, "geo": geo}


def _geometry(assets: Assets, shapes: TextArray, crs: str) -> tuple[pa.Array, dict[str, Any]]:
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


def _events_table(trace: Trace, ids: pa.Array, clock: _Clock) -> _Columns:
    detail = pa.array(trace.detail, pa.string())
    contributors = pa.ListArray.from_arrays(pa.array(trace.offsets, pa.int32()),
                                            pa.array(trace.contributors, pa.int32()))
    return {
        "row": pa.array(np.arange(len(trace)), pa.int32()), "time": clock.moments(trace.time_s, never=None),
        "event": words_to_arrow(trace.what, _EVENTS), "asset_id": _ids(ids, trace.asset),
        "cause_row": pa.array(trace.cause_row, pa.int32()), "contributors": contributors,
        "detail": pc.if_else(pc.equal(detail, ""), pa.scalar(None, pa.string()), detail)}


# ----------------------------------------------------------------------------------------------------------- reading


def read_tables(folder: Path, assets: Assets, plan: Plan) -> dict[str, Any]:
    """Give ``outages``, ``exposure``, ``trace`` and ``series`` of a run.

    The working figures of the exposure (``wet``, ``unknown_s``) are not kept: what rests on them stands in the tables.

    Raises
    ------
    InputError
        A table that is damaged, lacks a column, or speaks of assets that the city lacks.
    """
    clock, ids = _Clock(plan), pa.array(assets.id, pa.string())
    tables = {name: _Table(folder / name, ids) for name in TABLES}
    return {"outages": _outages(tables["outages.parquet"], clock),
            "exposure": _exposure(tables["exposure.parquet"], tables["crossings.parquet"], clock, assets),
            "trace": _trace(tables["events.parquet"], clock), "series": _series(tables["timeline.parquet"], clock)}


class _Table:
    """A table of the folder, its columns by name."""

    def __init__(self, path: Path, ids: pa.Array) -> None:
        self.path, self._ids = path, ids
        wanted = TABLES[path.name]
        columns = [name for name in wanted.names if name != "geometry"]
        try:
            self.table = pq.read_table(path, columns=columns)
        except (pa.ArrowException, OSError) as error:
            raise InputError(file=str(path), found=f"a damaged table ({error})", expected="a table of a run",
                             remedy="Copy the folder again, or run the scenario again.") from error
        wrong = [name for name in columns if name not in self.table.column_names
                 or self.table.schema.field(name).type != wanted.field(name).type]
        if wrong:
            raise InputError(file=str(path), field=", ".join(wrong), found="columns missing or of another type",
                             expected=", ".join(f"{name} {wanted.field(name).type}" for name in wrong))

    def __getitem__(self, name: str) -> pa.Array:
        return as_array(self.table[name])

    def rows(self, name: str) -> Int32Array:
        words = self[name]
        found = pc.index_in(words, value_set=self._ids)
        lost = pc.and_(pc.is_null(found), pc.is_valid(words))
        if pc.any(lost).as_py():
            strange = words.filter(lost).to_pylist()
            raise InputError(file=str(self.path), field=name, found="assets that the city of the run lacks",
                             expected="ids of city.gpkg", ids=sorted(set(strange)))
        return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int32)

    def codes(self, name: str, words: list[str]) -> Any:
        return codes_of(self[name], words, field=name, file=str(self.path))

    def numbers(self, name: str, kind: Any, none: Any = None) -> Any:
        values = self[name] if none is None else pc.fill_null(self[name], none)
        return np.array(values.to_numpy(zero_copy_only=False), dtype=kind)


def _outages(table: _Table, clock: _Clock) -> Outages:
    return Outages(
        asset=table.rows("asset_id"), start_s=clock.seconds(table["start"]), end_s=clock.seconds(table["end"]),
        mechanism=table.codes("mechanism", _MECHANISMS), cause=table.rows("cause_asset_id"),
        root=table.rows("root_asset_id"), root_mechanism=table.codes("root_mechanism", _MECHANISMS),
        root_depth_m=floats_of(table["root_depth_m"]).astype(np.float32),
        held_mechanism=table.codes("held_mechanism", _MECHANISMS), held=table.rows("held_asset_id"),
        dark_s=table.numbers("dark_s", np.int64, -1), is_doubtful=table.numbers("doubtful", np.bool_),
        event_row=table.numbers("event_row", np.int32))


def _exposure(table: _Table, crossings: _Table, clock: _Clock, assets: Assets) -> Exposure:
    if table.table.num_rows != len(assets) or np.any(table.rows("asset_id") != np.arange(len(assets))):
        raise InputError(file=str(table.path), field="asset_id", found="other assets than the city of the run",
                         expected="a row per asset, in the order of city.gpkg")
    margin_m: FloatArray = floats_of(table["margin_m"])
    return Exposure(
        crossings=Crossings(time_s=clock.seconds(crossings["time"]), asset=crossings.rows("asset_id"),
                            level=crossings.codes("level", _LEVELS), is_up=crossings.numbers("rising", np.bool_)),
        peak_depth_m=floats_of(table["peak_depth_m"]).astype(np.float32),
        peak_time_s=clock.seconds(table["peak_time"]), touched_at_s=clock.seconds(table["touched_at"]),
        failed_at_s=clock.seconds(table["failed_at"]), water_left_at_s=clock.seconds(table["water_left_at"]),
        margin_m=margin_m, is_doubtful=table.numbers("doubtful", np.bool_),
        coverage=table.codes("coverage", _COVERAGE))


def _trace(table: _Table, clock: _Clock) -> Trace:
    lists = table["contributors"]
    offsets = np.concatenate([[0], np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False))])
    return Trace(
        time_s=clock.seconds(table["time"]), what=table.codes("event", _EVENTS), asset=table.rows("asset_id"),
        cause_row=table.numbers("cause_row", np.int32),
        offsets=offsets.astype(np.int64),
        contributors=np.asarray(lists.flatten().to_numpy(zero_copy_only=False), dtype=np.int32),
        detail=texts_of(table["detail"]))


def _series(table: _Table, clock: _Clock) -> Series:
    return Series(time_s=clock.seconds(table["time"]), kind=texts_of(table["kind"]),
                  mechanism=texts_of(table["mechanism"]), out=table.numbers("out", np.int32),
                  dark=table.numbers("dark", np.int32))
