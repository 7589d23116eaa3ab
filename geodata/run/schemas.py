"""The tables of a run folder: the schema of each, and the words that its columns may hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.codes import Level, Mechanism, What
from twin.quantities import Int64Array
from twin.water.depths import Coverage
from twin.world.plan import Plan

TIME = pa.timestamp("ms", tz="UTC")
MECHANISMS = [m.word for m in Mechanism]
COVERAGE = [c.word for c in Coverage]
LEVELS = [level.word for level in Level]
EVENTS = [what.word for what in What]

#: Schema of each table: the contract with every program that reads a run.
TABLES: Mapping[str, pa.Schema] = {
    "outages.parquet": pa.schema([
        ("asset_id", pa.string()), ("kind", pa.string()), ("start", TIME), ("end", TIME), ("mechanism", pa.string()),
        ("cause_asset_id", pa.string()), ("root_asset_id", pa.string()), ("root_mechanism", pa.string()),
        ("root_depth_m", pa.float32()), ("held_mechanism", pa.string()), ("held_asset_id", pa.string()),
        ("dark_s", pa.int64()), ("doubtful", pa.bool_()), ("event_row", pa.int32())]),
    "exposure.parquet": pa.schema([
        ("asset_id", pa.string()), ("kind", pa.string()), ("ground_m", pa.float64()), ("peak_depth_m", pa.float32()),
        ("peak_time", TIME), ("touched_at", TIME), ("failed_at", TIME), ("water_left_at", TIME),
        ("margin_m", pa.float64()), ("doubtful", pa.bool_()), ("coverage", pa.string()), ("unknown_s", pa.int64()),
        ("shortfall_m", pa.float64()), ("geometry", pa.binary())]),
    "events.parquet": pa.schema([
        ("row", pa.int32()), ("time", TIME), ("event", pa.string()), ("asset_id", pa.string()),
        ("cause_row", pa.int32()), ("contributors", pa.list_(pa.int32())), ("detail", pa.string())]),
    "timeline.parquet": pa.schema([
        ("time", TIME), ("kind", pa.string()), ("mechanism", pa.string()), ("out", pa.int32()),
        ("dark", pa.int32())]),
    "crossings.parquet": pa.schema([
        ("time", TIME), ("asset_id", pa.string()), ("level", pa.string()), ("rising", pa.bool_())]),
    "wet_periods.parquet": pa.schema([
        ("asset_id", pa.string()), ("start", TIME), ("end", TIME), ("peak_depth_m", pa.float32()),
        ("peak_time", TIME)]),
    "depths.parquet": pa.schema([
        ("asset_id", pa.string()), ("first_frame", pa.int32()), ("depth_um", pa.list_(pa.int32()))]),
    "doubts.parquet": pa.schema([
        ("asset_id", pa.string()), ("kind", pa.string()), ("start", TIME), ("end", TIME), ("computed", pa.string()),
        ("mechanism", pa.string()), ("cause_asset_id", pa.string()), ("root_asset_id", pa.string()),
        ("root_mechanism", pa.string())]),
    "feeds.parquet": pa.schema([
        ("asset_id", pa.string()), ("group", pa.int16()), ("from", TIME), ("supplier_id", pa.string())]),
    "returns.parquet": pa.schema([
        ("asset_id", pa.string()), ("start", TIME), ("p50", TIME), ("p90", TIME)]),
    "street_returns.parquet": pa.schema([("street", pa.string()), ("p50", TIME), ("p90", TIME)]),
    "street_depths.parquet": pa.schema([
        ("edge", pa.int32()), ("first_frame", pa.int32()), ("depth_um", pa.list_(pa.int32()))]),
    "street_heads.parquet": pa.schema([
        ("edge", pa.int32()), ("first_frame", pa.int32()), ("depth_um", pa.list_(pa.int32()))]),
}
#: Tables that not every run has: without water, without nights drawn, without access, without velocities.
OPTIONAL = {"depths.parquet", "returns.parquet", "street_returns.parquet", "street_depths.parquet",
            "street_heads.parquet"}


class Clock:
    """Seconds from a plan's start to moments in UTC and back."""

    def __init__(self, plan: Plan) -> None:
        whole = plan.start.astimezone(UTC)
        self.start_ms = int(whole.timestamp()) * 1000 + whole.microsecond // 1000

    def moments(self, seconds: Int64Array, *, never: int | None = -1) -> pa.Array:
        """Give seconds as moments, (N,); ``never`` becomes null."""
        seconds = np.asarray(seconds, dtype=np.int64)
        mask = None if never is None else seconds == never
        return pa.array(self.start_ms + 1000 * seconds, pa.int64(), mask=mask).cast(TIME)

    def seconds(self, moments: pa.Array, *, never: int = -1) -> Int64Array:
        """Give moments as seconds, (N,); null becomes ``never``."""
        values = pc.fill_null(moments.cast(pa.int64()), self.start_ms + 1000 * never)
        return np.asarray((values.to_numpy(zero_copy_only=False) - self.start_ms) // 1000, dtype=np.int64)
