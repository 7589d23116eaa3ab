"""The tables of a run folder, read: the columns of the engine back from Parquet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geodata.causes import cause_of
from geodata.city.arrow_columns import as_array, codes_of, floats_of, texts_of
from geodata.run.schemas import COVERAGE, EVENTS, LEVELS, MECHANISMS, OPTIONAL, TABLES, Clock
from twin.codes import What
from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, Int8Array, Int32Array, Int64Array, TextArray
from twin.results.doubts import Doubts
from twin.results.feeds import Feeds
from twin.results.outages import Outages
from twin.results.result import Series
from twin.results.returns import Returns
from twin.results.trace import Trace
from twin.water.depths import DepthSeries
from twin.water.exposure import Crossings, Exposure, WetPeriods
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.graph import graph_of
from twin.world.kinds import STAGES
from twin.world.plan import Plan

#: Repairs that are begun are followed to their end, beyond that of the run.
_LATE_S = 366 * 86400
#: Water that is deeper is refused where it is read.
_DEEPEST_M = 1000.0


def read_tables(folder: Path, city: City, plan: Plan) -> dict[str, Any]:
    """Give ``outages``, ``doubts``, ``feeds``, ``exposure``, ``trace`` and ``series`` of a run.

    Raises
    ------
    InputError
        A table that is damaged, lacks a column, or speaks of assets that the city lacks.
    """
    assets, clock = city.assets, Clock(plan)
    ids = pa.array(assets.id, pa.string())
    tables = {name: _Table(folder / name, ids, clock, plan.duration_s) for name in TABLES
              if name not in OPTIONAL or (folder / name).is_file()}
    events = len(tables["events.parquet"])
    return {"outages": _outages(tables["outages.parquet"], events),
            "doubts": _doubts(tables["doubts.parquet"]),
            "feeds": _feeds(tables["feeds.parquet"], city),
            "exposure": _exposure(tables, assets),
            "trace": _trace(tables["events.parquet"], assets.id),
            "series": _series(tables["timeline.parquet"]), "returns": _returns(tables, assets),
            "street_depths": _street_depths(tables, "street_depths.parquet"),
            "street_heads": _street_depths(tables, "street_heads.parquet")}


class _Table:
    """A table of the folder, its columns by name."""

    def __init__(self, path: Path, ids: pa.Array, clock: Clock, duration_s: int) -> None:
        self.path, self._ids, self._clock, self._duration_s = path, ids, clock, duration_s
        wanted = TABLES[path.name]
        columns = [name for name in wanted.names if name != "geometry"]
        try:
            self.table = pq.read_table(path, columns=columns)
        except (pa.ArrowException, OSError) as error:
            raise InputError(file=str(path), found=f"a damaged table ({cause_of(error)})", expected="a table of a run",
                             remedy="Copy the folder again, or run the scenario again.") from error
        wrong = [name for name in columns if name not in self.table.column_names
                 or self.table.schema.field(name).type != wanted.field(name).type]
        if wrong:
            raise InputError(file=str(path), field=", ".join(wrong), found="columns missing or of another type",
                             expected=", ".join(f"{name} {wanted.field(name).type}" for name in wrong))

    def __getitem__(self, name: str) -> pa.Array:
        return as_array(self.table[name])

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def wrong(self, name: str, found: str, expected: str) -> InputError:
        """Give the complaint about a column."""
        return InputError(file=str(self.path), field=name, found=found, expected=expected,
                          remedy="Copy the folder again, or run the scenario again.")

    def full(self, name: str) -> pa.Array:
        """Give a column without a gap."""
        column = self[name]
        if column.null_count:
            raise self.wrong(name, f"{column.null_count} rows without a value", "a value in every row")
        return column

    def seconds(self, name: str, *, is_needed: bool = False, after_s: int = 0) -> Int64Array:
        """Give a column of moments as seconds from the start, -1 for none; ``after_s``: how far beyond the end."""
        column = self.full(name) if is_needed else self[name]
        found, stands = self._clock.seconds(column), column.is_valid().to_numpy(zero_copy_only=False)
        last_s = self._duration_s + after_s
        if np.any(stands & ((found < 0) | (found > last_s))):
            raise self.wrong(name, "moments outside the run", f"moments up to {last_s} s after its start")
        return found

    def rows(self, name: str, *, is_needed: bool = False) -> Int32Array:
        words = self.full(name) if is_needed else self[name]
        found = pc.index_in(words, value_set=self._ids)
        lost = pc.and_(pc.is_null(found), pc.is_valid(words))
        if pc.any(lost).as_py():
            strange = words.filter(lost).to_pylist()
            raise InputError(file=str(self.path), field=name, found="assets that the city of the run lacks",
                             expected="ids of city.gpkg", ids=sorted(set(strange)))
        return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int32)

    def codes(self, name: str, words: list[str], *, is_needed: bool = False) -> Any:
        column = self.full(name) if is_needed else self[name]
        found = codes_of(column, words, field=name, file=str(self.path))
        if is_needed and np.any(found < 0):
            raise self.wrong(name, "rows without a word", "a word in every row")
        return found

    def numbers(self, name: str, kind: Any, none: Any = None, *, low: int | None = None, high: int | None = None
                ) -> Any:
        """Give a column of numbers; ``low`` and ``high`` are the first and the last that are meant."""
        values = self.full(name) if none is None else pc.fill_null(self[name], none)
        found = np.array(values.to_numpy(zero_copy_only=False), dtype=kind)
        if len(found) and ((low is not None and found.min() < low) or (high is not None and found.max() > high)):
            raise self.wrong(name, f"numbers from {found.min()} to {found.max()}",
                             f"{low if low is not None else ''} to {high if high is not None else ''}")
        return found

    def lists(self, name: str) -> tuple[Int64Array, Int32Array]:
        """Give a column of lists of whole numbers as offsets, (N + 1,), and values."""
        lists = self.full(name)
        values = lists.flatten()
        if values.null_count:
            raise self.wrong(name, "lists with gaps", "whole numbers")
        offsets = np.concatenate([[0], np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False))])
        return offsets.astype(np.int64), np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.int32)

    def depths(self, name: str) -> Any:
        """Give a column of depths as 32-bit floats, (N,) [m]; NaN where there is none."""
        with np.errstate(over="ignore"):
            found = floats_of(self[name]).astype(np.float32)
        if np.any((found < 0) | (found > _DEEPEST_M)):
            raise self.wrong(name, f"depths from {np.nanmin(found):g} to {np.nanmax(found):g} m",
                             f"0 to {_DEEPEST_M:g} m")
        return found


def _outages(table: _Table, events: int) -> Outages:
    return Outages(
        asset=table.rows("asset_id", is_needed=True), start_s=table.seconds("start", is_needed=True),
        end_s=table.seconds("end"), mechanism=table.codes("mechanism", MECHANISMS, is_needed=True),
        cause=table.rows("cause_asset_id"), root=table.rows("root_asset_id"),
        root_mechanism=table.codes("root_mechanism", MECHANISMS, is_needed=True),
        root_depth_m=table.depths("root_depth_m"),
        held_mechanism=table.codes("held_mechanism", MECHANISMS, is_needed=True), held=table.rows("held_asset_id"),
        dark_s=table.numbers("dark_s", np.int64, -1), is_doubtful=table.numbers("doubtful", np.bool_),
        event_row=table.numbers("event_row", np.int32, low=-1, high=max(events - 1, 0)))


def _doubts(table: _Table) -> Doubts:
    return Doubts(
        asset=table.rows("asset_id", is_needed=True), start_s=table.seconds("start", is_needed=True),
        end_s=table.seconds("end"),
        is_out=table.codes("computed", ["in_service", "out"], is_needed=True) == 1,
        mechanism=table.codes("mechanism", MECHANISMS), cause=table.rows("cause_asset_id"),
        root=table.rows("root_asset_id"), root_mechanism=table.codes("root_mechanism", MECHANISMS))


def _feeds(table: _Table, city: City) -> Feeds:
    """Give the edges that groups use; groups of one supplier have no other, and stand in no table."""
    graph, s = graph_of(city), city.supplies
    start_s = table.seconds("from", is_needed=True)
    asset, supplier = table.rows("asset_id", is_needed=True), table.rows("supplier_id", is_needed=True)
    number = table.numbers("group", np.int64)
    n = max(len(city.assets), 1)
    most = int(s.group.max(initial=0)) + 1
    keys = (s.consumer.astype(np.int64) * most + s.group) * n + s.supplier
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys[order], (asset.astype(np.int64) * most + number) * n + supplier)
    edge = np.append(order, 0)[place]
    if len(edge) and not np.array_equal(keys[edge], (asset.astype(np.int64) * most + number) * n + supplier):
        raise InputError(file=str(table.path), field="supplier_id", found="a feed that the city does not have",
                         expected="links of city.gpkg")
    group, first = graph.group_of_edge[edge] if len(edge) else np.empty(0, np.int32), graph.edge_offsets[:-1].copy()
    at_start = np.arange(len(edge)) < len(np.flatnonzero(np.diff(graph.edge_offsets) > 1))
    first[group[at_start]] = edge[at_start]
    return Feeds(first=first, start_s=start_s[~at_start], group=group[~at_start],
                 edge=edge[~at_start].astype(np.int32))


def _exposure(tables: Mapping[str, _Table], assets: Assets) -> Exposure:
    table, crossings, wet = (tables[f"{name}.parquet"] for name in ("exposure", "crossings", "wet_periods"))
    if table.table.num_rows != len(assets) or np.any(table.rows("asset_id") != np.arange(len(assets))):
        raise InputError(file=str(table.path), field="asset_id", found="other assets than the city of the run",
                         expected="a row per asset, in the order of city.gpkg")
    margin_m: FloatArray = floats_of(table["margin_m"])
    coverage, unknown_s = table.codes("coverage", COVERAGE, is_needed=True), table.numbers("unknown_s", np.int64)
    wet_depths = tables.get("depths.parquet")
    depths = None if wet_depths is None else _depths(
        wet_depths, wet_depths.rows("asset_id", is_needed=True), coverage, unknown_s, floats_of(table["shortfall_m"]))
    return Exposure(
        crossings=Crossings(
            time_s=crossings.seconds("time", is_needed=True), asset=crossings.rows("asset_id", is_needed=True),
            level=crossings.codes("level", LEVELS, is_needed=True), is_up=crossings.numbers("rising", np.bool_)),
        peak_depth_m=table.depths("peak_depth_m"),
        peak_time_s=table.seconds("peak_time"), touched_at_s=table.seconds("touched_at"),
        failed_at_s=table.seconds("failed_at"), water_left_at_s=table.seconds("water_left_at"),
        margin_m=margin_m, is_doubtful=table.numbers("doubtful", np.bool_), coverage=coverage, unknown_s=unknown_s,
        depths=depths, wet=WetPeriods(
            asset=wet.rows("asset_id", is_needed=True), start_s=wet.seconds("start", is_needed=True),
            end_s=wet.seconds("end"), peak_depth_m=wet.depths("peak_depth_m"),
            peak_time_s=wet.seconds("peak_time")))


def _street_depths(tables: Mapping[str, _Table], name: str) -> DepthSeries | None:
    """Give the depths, or heads, on the edges of the streets; what is not known of them stands in the indicators."""
    table = tables.get(name)
    if table is None:
        return None
    edge = table.numbers("edge", np.int32, low=0)
    if np.any(np.diff(edge) <= 0):
        raise table.wrong("edge", "edges that do not increase", "each edge once, in order")
    none = np.zeros(0)
    return _depths(table, edge, none.astype(np.int8), none.astype(np.int64), none)


def _depths(table: _Table, rows: Int32Array, coverage: Int8Array, unknown_s: Int64Array, shortfall_m: FloatArray
            ) -> DepthSeries:
    offsets, depth_um = table.lists("depth_um")
    try:
        told = json.loads((table.table.schema.metadata or {})[b"twin"])
        times_s, after = np.array(told["times_s"], np.int64), str(told["after"])
        duration_s, error_m = int(told["duration_s"]), float(told["error_m"])
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(file=str(table.path), found=f"no times of the frames ({error!r})",
                         expected="the metadata `twin` of a run's depths") from error
    first = table.numbers("first_frame", np.int32, low=0)
    if np.any(depth_um < 0):
        raise table.wrong("depth_um", "depths below 0", "0 or more")
    if np.any(first + np.diff(offsets) > len(times_s)):
        raise table.wrong("depth_um", "depths beyond the last frame", f"depths of {len(times_s)} frames")
    return DepthSeries(
        times_s=times_s, after=after, duration_s=duration_s, asset=rows,
        first=first, offsets=offsets, depth_um=depth_um, coverage=coverage,
        unknown_s=unknown_s, shortfall_m=np.where(np.isnan(shortfall_m), np.inf, shortfall_m), error_m=error_m)


def _trace(table: _Table, ids: TextArray) -> Trace:
    offsets, contributors = table.lists("contributors")
    what, detail = table.codes("event", EVENTS, is_needed=True), texts_of(table["detail"])
    cause_row, n = table.numbers("cause_row", np.int32, low=-1), len(table)
    # Causes come before what they cause: a chain ends.
    if np.any(cause_row >= np.arange(n)) or np.any((contributors < 0) | (contributors >= n)):
        raise table.wrong("cause_row", "causes that are no earlier events", "rows of this table")
    for text in set(detail):
        _details(table, text)
    return Trace(
        time_s=table.seconds("time", is_needed=True, after_s=_LATE_S), what=what, asset=table.rows("asset_id"),
        other=_said(what == What.TRANSFERRED, detail, "supplier", {name: i for i, name in enumerate(ids)}, np.int32),
        stage=_said(what == What.STAGE_STARTED, detail, "stage", {name: i for i, name in enumerate(STAGES)}, np.int8),
        cause_row=cause_row, offsets=offsets, contributors=contributors, detail=detail)


def _details(table: _Table, text: str) -> None:
    """Refuse a detail that is no JSON object."""
    try:
        is_one = not text or isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_one = False
    if not is_one:
        raise table.wrong("detail", f"'{text[:40]}'", "a JSON object, or nothing")


def _said(rows: BoolArray, detail: TextArray, key: str, number: Mapping[str, int], kind: Any) -> Any:
    """Give what the detail of some events names, as a number, -1 for all others."""
    found = np.full(len(rows), -1, kind)
    seen: dict[str, int] = {}
    for row in np.flatnonzero(rows).tolist():
        text = detail[row]
        if text not in seen:
            seen[text] = number[json.loads(text)[key]]
        found[row] = seen[text]
    return found


def _returns(tables: Mapping[str, _Table], assets: Assets) -> Returns | None:
    if "returns.parquet" not in tables or "street_returns.parquet" not in tables:
        return None
    table, streets = tables["returns.parquet"], tables["street_returns.parquet"]
    try:
        samples = int(json.loads((table.table.schema.metadata or {})[b"twin"])["samples"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(file=str(table.path), found=f"no number of nights ({error!r})",
                         expected="the metadata `twin` of a run's returns") from error
    place = {word: code for code, word in enumerate(assets.street.words)}
    strange = [word for word in texts_of(streets["street"]) if word not in place]
    if strange:
        raise InputError(file=str(streets.path), field="street", found=f"'{strange[0]}'",
                         expected="streets of city.gpkg")
    return Returns(p50_s=table.seconds("p50"), p90_s=table.seconds("p90"), samples=samples,
                   street=np.array([place[word] for word in texts_of(streets["street"])], np.int32),
                   street_p50_s=streets.seconds("p50"), street_p90_s=streets.seconds("p90"))


def _series(table: _Table) -> Series:
    return Series(time_s=table.seconds("time", is_needed=True), kind=texts_of(table["kind"]),
                  mechanism=texts_of(table["mechanism"]), out=table.numbers("out", np.int32),
                  dark=table.numbers("dark", np.int32))
