"""The streets of a run in its water, read back: who can get where, and what stands on the way, at any moment of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geodata.city.arrow_columns import as_array, texts_of
from geodata.run.folder import Run
from geodata.run.schemas import TABLES
from geodata.street_network import Streets
from twin.access.access import Access
from twin.access.network import StreetNetwork
from twin.errors import InputError
from twin.quantities import column
from twin.water.depths import Coverage, DepthSeries

_NAME = "street_depths.parquet"
#: Lengths are written as they are: what differs by more is another network [m].
_SAME_M = 0.01


def streets_of_run(run: Run) -> Access | None:
    """Give the streets of a run in its water; None where its plan does not ask for them.

    Raises
    ------
    InputError
        A table of streets that is missing, damaged, or of other streets than those of the run's city.
    """
    rules = run.result.plan.access
    streets = None if rules is None else Streets.of(run.city_file, rules)
    if rules is None or streets is None:
        return None
    depths = None
    if run.result.exposure.depths is not None:
        depths = _depths(run.path / _NAME, streets.network)
    return Access.of(streets.network, depths, streets.places(run.result.city.assets), rules, run.result.plan,
                     run.result.city)


def _depths(path: Path, network: StreetNetwork) -> DepthSeries:
    """Read the depth on each edge."""
    remedy = "Run the scenario again."
    if not path.is_file():
        raise InputError(file=str(path), found="no depths of streets: a run of an earlier version",
                         expected="a run of this one", remedy=remedy)
    try:
        table = pq.read_table(path, schema=TABLES[_NAME])
        told = json.loads((table.schema.metadata or pq.read_schema(path).metadata or {})[b"twin"])
        times_s, after = np.array(told["times_s"], np.int64), str(told["after"])
        duration_s, error_m = int(told["duration_s"]), float(told["error_m"])
        lists = as_array(table["depth_um"])
        sizes = lists.value_lengths().to_numpy(zero_copy_only=False)
        depth_um = lists.flatten().to_numpy(zero_copy_only=False)
        first, unknown_s = (as_array(table[name]).to_numpy(zero_copy_only=False) for name in (
            "first_frame", "unknown_s"))
        length_m = as_array(table["length_m"]).to_numpy(zero_copy_only=False)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(file=str(path), found=f"a damaged table ({error})", expected="a table of a run",
                         remedy=remedy) from error
    names = [network.name_of(e) for e in range(len(network))]
    if texts_of(as_array(table["street"])).tolist() != names or np.any(np.abs(length_m - network.length_m) > _SAME_M):
        raise InputError(file=str(path), found="other streets than the city of the run", expected="those of city.gpkg",
                         remedy=remedy)
    if np.any(first < 0) or np.any(first + sizes > len(times_s)):
        raise InputError(file=str(path), field="depth_um", found="depths beyond the last frame",
                         expected=f"depths of {len(times_s)} frames", remedy=remedy)
    wet = np.flatnonzero(sizes)
    edges = len(network)
    return DepthSeries(
        times_s=times_s, after=after, duration_s=duration_s, asset=column(wet, np.int32),
        first=column(first[wet], np.int32), offsets=column(np.concatenate([[0], np.cumsum(sizes[wet])]), np.int64),
        depth_um=column(depth_um, np.int32), coverage=column(np.full(edges, Coverage.INSIDE), np.int8),
        unknown_s=column(unknown_s, np.int64), shortfall_m=column(np.full(edges, np.inf), np.float64), error_m=error_m)
