"""Access: trips from a base to every asset, at every frame of the water.

    python -m benchmarks.access [--assets 50_000] [--edges 20_000] [--frames 144]

The city is a grid of streets, a third of them under water that comes and goes. The baseline is one Dijkstra of scipy
per frame over the same streets with the speeds of that frame, without what places along streets cost. Figures vary with
what else runs on the machine: quote the ratio.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.access.access import Access
from twin.access.network import Places, StreetNetwork
from twin.water.depths import DepthSeries
from twin.world.access import AccessRules


def city(assets: int, edges: int, frames: int, seed: int = 3) -> Access:
    """Make a grid of streets with water on a third of them, and places along them."""
    rng = np.random.default_rng(seed)
    side = round((edges / 2) ** 0.5)
    node = np.arange(side * side).reshape(side, side)
    start = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()]).astype(np.int32)
    end = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()]).astype(np.int32)
    n = len(start)
    network = StreetNetwork(
        start=start, end=end, length_m=rng.uniform(40, 160, n), limit_kmh=rng.choice([30.0, 50.0], n),
        is_limit_assumed=np.ones(n, bool), is_bridge=np.zeros(n, bool), is_underpass=np.zeros(n, bool),
        street=np.full(n, -1, np.int32), names=(), junctions=side * side)
    wet = np.flatnonzero(rng.random(n) < 1 / 3).astype(np.int32)
    peak_um = rng.integers(10_000, 600_000, len(wet))
    rise = np.sin(np.pi * np.arange(frames) / (frames - 1)) ** 2
    times_s = np.arange(frames, dtype=np.int64) * 300
    depths = DepthSeries(
        times_s=times_s, after="hold", duration_s=int(times_s[-1]), asset=wet, first=np.zeros(len(wet), np.int32),
        offsets=np.arange(len(wet) + 1, dtype=np.int64) * frames,
        depth_um=np.rint(peak_um[:, None] * rise).astype(np.int32).ravel(), coverage=np.zeros(n, np.int8),
        unknown_s=np.zeros(n, np.int64), shortfall_m=np.full(n, np.inf), error_m=0.0)
    edge = rng.integers(0, n, assets).astype(np.int32)
    places = Places.of(network, edge, rng.random(assets) * network.length_m[edge], np.zeros(assets))
    return Access(network=network, depths=depths, places=places, rules=AccessRules(), duration_s=int(times_s[-1]),
                  nights=np.array([[7200, 36_000]], np.int64))


def peer(access: Access) -> float:
    """Time a Dijkstra of scipy for each departure, speeds as they are then."""
    net, begun = access.network, time.perf_counter()
    for t in access.departures_s.tolist():
        depth_m = access.depths.at(t) if access.depths is not None else np.zeros(len(net))
        w = depth_m * 1e3
        kmh = np.minimum(net.limit_kmh, 0.0009 * w * w - 0.5529 * w + 86.9448)
        limits = access.limits()
        is_open = depth_m < limits.depth_um[np.searchsorted(limits.from_s, t, side="right") - 1] * 1e-6
        graph = csr_array(((net.length_m * 3.6 / kmh)[is_open], (net.start[is_open], net.end[is_open])),
                          shape=(net.junctions, net.junctions))
        dijkstra(graph, directed=False, indices=[0])
    return time.perf_counter() - begun


def main() -> None:
    """Print the time of all trips, and the ratio to the baseline."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("assets", 50_000), ("edges", 20_000), ("frames", 144)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    small = city(100, 100, 3)
    small.windows((0, 0.0), np.arange(100, dtype=np.int32))
    access = city(chosen.assets, chosen.edges, chosen.frames)
    begun = time.perf_counter()
    windows = access.windows((0, 0.0), np.arange(chosen.assets, dtype=np.int32))
    mine_s = time.perf_counter() - begun
    baseline_s = peer(access)
    print(f"{access.network!r}, {chosen.assets:,} assets, {len(access.departures_s)} departures: "
          f"{len(windows):,} windows")
    print(f"  all trips {mine_s:.2f} s; scipy's Dijkstra per departure {baseline_s:.2f} s; ratio "
          f"{mine_s / baseline_s:.2f}")


if __name__ == "__main__":
    main()
