"""The script that an engineer would write today, to compare with: good libraries, used the plain way.

geopandas for the layers, rasterio's ``sample`` at every asset for every frame, networkx ``descendants`` of what the
water fails, and a simpy process per asset that waits for its repair. It answers less than the twin does (no trips, no
buffers, no causes, frame times instead of crossings), and is written fairly: columns where the libraries have them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import networkx as nx
import numpy as np
import pandas
import pyogrio
import rasterio
import simpy

from benchmarks.metropolis_city import STEP_S

#: Seconds until what was flooded is mended, once its cell is dry.
REPAIR_S = 6 * 3600


def plain_job(inputs: Path) -> dict[str, Any]:
    """Run the plain script on the inputs of the benchmark, and tell the seconds of each stage."""
    seconds: dict[str, float] = {}
    begun = last = time.perf_counter()
    cpu_begun = time.process_time()

    def lap(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[name], last = now - last, now

    layers = []
    for name, _ in pyogrio.list_layers(inputs / "city.gpkg"):
        if name in {"substation", "cabinet", "circuit", "lamp", "building", "zone"}:
            layer = geopandas.read_file(inputs / "city.gpkg", layer=name)
            layers.append(pandas.DataFrame(layer.assign(kind=name)))
    assets = pandas.concat(layers, ignore_index=True)
    links = geopandas.read_file(inputs / "city.gpkg", layer="supplies")
    graph = nx.DiGraph()
    graph.add_nodes_from(assets["id"])
    graph.add_edges_from(zip(links["supplier"], links["consumer"], strict=True))
    lap("load")

    shapes = geopandas.GeoSeries(assets["geometry"])
    has_place = ~(shapes.isna() | shapes.is_empty)
    centres = shapes[has_place].centroid
    points = list(zip(centres.x, centres.y, strict=True))
    fail_m = assets["fail_m"].to_numpy(float)[has_place]
    ids = assets["id"].to_numpy(object)[has_place]
    files = sorted(inputs.glob("depth_*.tif"))
    wet_from = np.full(len(ids), -1)
    wet_until = np.full(len(ids), -1)
    for frame, file in enumerate(files):
        with rasterio.open(file) as raster:
            depth_m = np.array([value[0] for value in raster.sample(points)])
        failing = depth_m >= fail_m
        wet_from[failing & (wet_from < 0)] = frame
        wet_until[failing] = frame
    lap("sample")

    out_because: dict[str, set[str]] = {}
    for name in ids[wet_from >= 0]:
        for below in nx.descendants(graph, name):
            out_because.setdefault(below, set()).add(name)
    lap("cascade")

    world = simpy.Environment()
    back_at: dict[str, float] = {}
    mended = {name: world.event() for name in ids[wet_from >= 0]}

    def flooded(name: str, from_s: int, until_s: int) -> Iterator[simpy.Event]:
        yield world.timeout(from_s)
        yield world.timeout(until_s - from_s + REPAIR_S)
        mended[name].succeed()
        back_at[name] = world.now

    def dark(name: str, causes: set[str]) -> Iterator[simpy.Event]:
        yield simpy.AllOf(world, [mended[cause] for cause in causes])
        back_at[name] = max(back_at.get(name, 0), world.now)

    def standing(name: str) -> Iterator[simpy.Event]:
        yield world.timeout(0)
        back_at[name] = world.now

    for name, first, until in zip(ids, wet_from.tolist(), wet_until.tolist(), strict=True):
        if first >= 0:
            world.process(flooded(name, first * STEP_S, (until + 1) * STEP_S))
        elif name in out_because:
            world.process(dark(name, out_because[name]))
        else:
            world.process(standing(name))
    world.run()
    lap("simulate")
    total = time.perf_counter() - begun
    return {"assets": len(assets), "frames": len(files), "out": int((wet_from >= 0).sum() + len(out_because)),
            "seconds": seconds, "total_s": total, "cpu_s": time.process_time() - cpu_begun,
            "asset_frames_per_s": len(assets) * len(files) / total}
