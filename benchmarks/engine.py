"""The engine alone: a synthetic city of a million assets, a tenth of them wet, against a simpy process per asset.

    python benchmarks/engine.py [--assets 1000000] [--baseline 20000]

Prints instants, events per second and the ratio to the baseline, which does the same work in the way that comes to
mind first: one simpy process per asset that waits for its crossings and tells its consumers. The baseline is timed at
a size that it can bear; both are given per event. Times are of the processor, not of the wall: other work on the
machine counts little.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Generator

import numpy as np
import simpy

from tests.reference.cities import plan_of
from twin.codes import Level
from twin.engine.simulate import run
from twin.engine.state import CityState
from twin.quantities import column
from twin.water.exposure import Crossings, dry
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Supplies

DAY_S = 86400


def street_city(assets: int) -> City:
    """Give a city of about this many assets: per cabinet a circuit, a hundred lamps and nine buildings."""
    cabinets = max(assets // 111, 1)
    substations = max(cabinets // 30, 1)
    per = {"substation": substations, "cabinet": cabinets, "circuit": cabinets, "lamp": 100 * cabinets,
           "building": 9 * cabinets}
    kinds = built_in_kinds()
    kind = np.repeat(kinds.codes(list(per)), list(per.values()))
    first = dict(zip(per, np.cumsum([0, *per.values()]), strict=False))
    number = np.arange(cabinets)
    supplier = np.concatenate([
        number % substations, (number + 1) % substations, first["cabinet"] + number,
        first["circuit"] + np.repeat(number, 100), np.repeat(number, 9) % substations])
    consumer = np.concatenate([
        first["cabinet"] + number, first["cabinet"] + number, first["circuit"] + number,
        first["lamp"] + np.arange(100 * cabinets), first["building"] + np.arange(9 * cabinets)])
    preference = np.zeros(len(supplier), int)
    preference[cabinets:2 * cabinets] = 1
    if substations == 1:
        keep = preference == 0
        supplier, consumer, preference = supplier[keep], consumer[keep], preference[keep]
    table = Assets.of(kinds, id=[f"{i:07d}" for i in range(len(kind))], kind=kind, x_m=np.zeros(len(kind)),
                      y_m=np.zeros(len(kind)))
    return City(name="streets", crs="EPSG:2154", latitude=47.3, longitude=5.0, timezone="Europe/Paris", assets=table,
                supplies=Supplies.of(len(kind), supplier=supplier, consumer=consumer, preference=preference))


def wave(city: City, rng: np.random.Generator) -> Crossings:
    """Give the crossings of one wave over a tenth of the city: whole quarters, as rivers do."""
    number = np.concatenate([[0] * int(city.assets.of_kind(kind).sum()) if per is None else
                             np.arange(int(city.assets.of_kind(kind).sum())) // per
                             for kind, per in (("substation", None), ("cabinet", 1), ("circuit", 1), ("lamp", 100),
                                               ("building", 9))])
    has_place = ~np.isnan(city.assets.touch_m)
    wet = np.flatnonzero(has_place & (number % 10 == 1))
    edges = np.sort(rng.integers(0, DAY_S, (4, len(wet))), axis=0)
    rows = [(edges[0], Level.TOUCH, True), (edges[0], Level.RECEDE, True), (edges[1], Level.FAIL, True),
            (edges[2], Level.FAIL, False), (edges[3], Level.RECEDE, False), (edges[3], Level.TOUCH, False)]
    time_s = np.concatenate([at for at, _, _ in rows])
    level = np.repeat([int(lv) for _, lv, _ in rows], len(wet))
    is_up = np.repeat([up for _, _, up in rows], len(wet))
    asset = np.tile(wet, len(rows))
    order = np.lexsort((asset, level, time_s))
    return Crossings(time_s=column(time_s[order], np.int64), asset=column(asset[order], np.int32),
                     level=column(level[order], np.int8), is_up=column(is_up[order], np.bool_))


class OneProcessPerAsset:
    """The baseline: each asset is a simpy process; a lamp is out while it, its circuit or its cabinet is."""

    def __init__(self, city: City, crossings: Crossings) -> None:
        self.clock, self.events = simpy.Environment(), 0
        self.consumers: dict[int, list[int]] = {}
        for supplier, consumer in zip(city.supplies.supplier.tolist(), city.supplies.consumer.tolist(), strict=True):
            self.consumers.setdefault(supplier, []).append(consumer)
        self.down = [0] * len(city.assets)
        story: dict[int, list[tuple[int, int, bool]]] = {}
        for at_s, asset, level, is_up in zip(crossings.time_s.tolist(), crossings.asset.tolist(),
                                             crossings.level.tolist(), crossings.is_up.tolist(), strict=True):
            story.setdefault(asset, []).append((at_s, level, is_up))
        for asset in range(len(city.assets)):
            self.clock.process(self.live(asset, story.get(asset, [])))

    def live(self, asset: int, story: list[tuple[int, int, bool]]) -> Generator[simpy.Event, None, None]:
        """Wait for each crossing of an asset, and for its repair."""
        for at_s, level, is_up in story:
            yield self.clock.timeout(max(at_s - self.clock.now, 0))
            self.events += 1
            if level == Level.FAIL and is_up:
                self.spread(asset, 1)
            elif level == Level.RECEDE and not is_up:
                yield self.clock.timeout(7200)
                self.spread(asset, -1)

    def spread(self, asset: int, change: int) -> None:
        """Tell an asset and all that it feeds, one by one."""
        self.down[asset] += change
        self.events += 1
        for consumer in self.consumers.get(asset, ()):
            self.spread(consumer, change)


def main() -> None:
    """Time both and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--assets", type=int, default=1_000_000)
    options.add_argument("--baseline", type=int, default=20_000)
    given = options.parse_args()
    for size in (2_000, given.assets):  # the small one compiles the kernels
        city = street_city(size)
        crossings = wave(city, np.random.default_rng(7))
        exposure = dry(city.assets)
        exposure = type(exposure)(**{name: getattr(exposure, name) for name in exposure.__slots__}
                                  | {"crossings": crossings})
        began = time.process_time()
        CityState(city, crossings, reset_s=1800)
        graph_s = time.process_time() - began
        result = run(city, plan_of(2 * DAY_S), exposure)
        all_s = time.process_time() - began - graph_s
    instants = len(np.unique(result.trace.time_s))
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(city.assets)} assets, {len(crossings)} crossings, {instants} instants, {len(result.trace)} events, "
          f"{len(result.outages)} outages")
    print(f"graph {graph_s:.2f} s, whole run {all_s:.2f} s, {len(result.trace) / all_s:,.0f} events/s, "
          f"peak {peak_gb:.2f} GB")
    small = street_city(given.baseline)
    began = time.process_time()
    baseline = OneProcessPerAsset(small, wave(small, np.random.default_rng(7)))
    baseline.clock.run()
    per_event = (time.process_time() - began) / baseline.events
    print(f"baseline of {given.baseline} assets: {1 / per_event:,.0f} events/s; ratio "
          f"{len(result.trace) / all_s * per_event:.1f}")


if __name__ == "__main__":
    main()
