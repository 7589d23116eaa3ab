"""A night of an ensemble beside a sample of CLIMADA's unsequa: one toy case, one machine, one process each.

    python -m benchmarks.ensemble_peer [--assets 50000] [--samples 64] [--python /path/to/its/python]

The case: so many things at so many places in water whose level and whose threshold of failure may be otherwise, both
normal. unsequa moves the depth of one event at all places and the step of one impact function, and sums the impact of
each sample. The twin does what it does in every night: the level picks other maps, each thing has a height of its own,
and the outages of all that hangs on them are found with their causes and their ends. The peer is asked for less.

CLIMADA is not among the twin's requirements. It wants the Python package ``gdal``, which has no wheel: on Debian
install ``python3-gdal``, make a virtual environment, ``pip install --no-deps climada``, then what it requires without
``gdal``, and let ``osgeo`` of the system be found (a link to it in ``site-packages``). Seconds are of the processor.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

#: Standard deviations of level and threshold, and the threshold itself [m].
LEVEL_SD_M, HEIGHT_SD_M, FAIL_M = 0.16, 0.10, 0.6


def peer(assets: int, samples: int) -> dict[str, float]:
    """Time CLIMADA's unsequa, in an interpreter that has it."""
    import geopandas
    import scipy.stats
    from climada.engine.unsequa import CalcImpact, InputVar
    from climada.entity import Exposures, ImpactFunc, ImpactFuncSet
    from climada.hazard import Centroids, Hazard
    from scipy import sparse

    rng = np.random.default_rng(1)
    lat, lon = 47 + rng.random(assets) / 10, 5 + rng.random(assets) / 10
    depth_m = np.where(rng.random(assets) < 0.1, rng.uniform(0.2, 1.2, assets), 0.0)
    exposures = Exposures(geopandas.GeoDataFrame(
        {"value": np.ones(assets), "impf_FL": np.ones(assets, int)}, geometry=geopandas.points_from_xy(lon, lat),
        crs="EPSG:4326"))
    centroids = Centroids(lat=lat, lon=lon, crs="EPSG:4326")

    def hazard(offset: float = 0.0) -> Hazard:
        moved = sparse.csr_matrix(np.where(depth_m > 0, np.maximum(depth_m + offset, 0), 0)[None, :])
        return Hazard(haz_type="FL", centroids=centroids, intensity=moved, units="m", event_id=np.array([1]),
                      event_name=["night"], date=np.array([1]), frequency=np.array([1.0]), orig=np.array([True]))

    def curves(shift: float = 0.0) -> ImpactFuncSet:
        return ImpactFuncSet([ImpactFunc.from_step_impf(
            intensity=(0, max(FAIL_M + shift, 0.01), 20), haz_type="FL", impf_id=1)])

    exposures.assign_centroids(hazard())
    calculation = CalcImpact(exposures, InputVar(curves, {"shift": scipy.stats.norm(0, HEIGHT_SD_M)}),
                             InputVar(hazard, {"offset": scipy.stats.norm(0, LEVEL_SD_M)}))
    # (d + 2) n samples of d = 2 quantities.
    drawn = calculation.make_sample(N=max(samples // 4, 1), sampling_kwargs={"calc_second_order": False})
    calculation.uncertainty(drawn, rp=[], calc_eai_exp=False, calc_at_event=False, processes=1)
    began = time.process_time()
    calculation.uncertainty(drawn, rp=[], calc_eai_exp=False, calc_at_event=False, processes=1)
    return {"samples": len(drawn.samples_df), "sample_s": (time.process_time() - began) / len(drawn.samples_df)}


def main() -> None:
    """Time both and print the ratio; without CLIMADA say so."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--assets", type=int, default=50_000)
    options.add_argument("--samples", type=int, default=64)
    options.add_argument("--python", default=sys.executable, help="the interpreter that has CLIMADA")
    options.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.peer:
        print(json.dumps(peer(given.assets, given.samples)))
        return
    told = subprocess.run([given.python, str(Path(__file__)), "--peer", "--assets", str(given.assets), "--samples",
                           str(given.samples)], capture_output=True, text=True, check=False)
    if told.returncode:
        last = (told.stderr.strip().splitlines() or ["no reason told"])[-1]
        sys.exit(f"CLIMADA does not run in {given.python}: {last}\nHow to install it beside: the head of this file.")
    theirs = json.loads(told.stdout.strip().splitlines()[-1])

    from benchmarks.ensemble import flooded_city
    from twin.ensemble.member import member

    ensemble, _ = flooded_city(given.assets, "catalogue")
    member(ensemble, 0)
    began = time.process_time()
    nights = max(given.samples // 2, 8)
    for index in range(1, nights + 1):
        member(ensemble, index)
    night_s = (time.process_time() - began) / nights
    print(f"assets            {given.assets:,}")
    print(f"unsequa, a sample {theirs['sample_s']:.4f} s")
    print(f"twin, a night     {night_s:.4f} s")
    print(f"sample / night    {theirs['sample_s'] / night_s:.2f}")


if __name__ == "__main__":
    main()
