"""A whole season of cotton at Maricopa, 2013, as pyfao56 publishes it (test01, dry treatment; CC0): its sums, printed.

The weather, the waterings and the sums are pyfao56's; every step is taken with the twin's own formulae. pyfao56 lets
rain and watering come late in the day for the evaporating layer: so does this test. The kernel wets it early in the
day, as FAO-56's example 35 does.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from twin.irrigation.evapotranspiration import kc_max, wind_at_2m
from twin.kernels.soil.formulae import allowed_fraction, evaporation_of, layer_after, reduction_of, stress_of

ROWS = list(csv.DictReader((Path(__file__).parent / "cotton_2013.csv").read_text("utf-8").splitlines()))
#: Sums of the season [mm], to the digit that is printed.
SUMS = {"ETref": 1352.490, "ETc": 1062.597, "ETa": 887.088, "E": 96.761, "T": 790.327, "DP": 49.790, "I": 754.400,
        "P": 49.270}
BEGINS_MM, ENDS_MM = 75.000, 208.208
#: Basal coefficients, lengths of the stages [days], heights [m], depths of the roots [m]; soil and its surface layer.
KCB, STAGES, HEIGHT_M, ROOT_M, P = (0.15, 1.20, 0.573), (31, 52, 50, 21), (0.05, 1.20), (0.6, 1.7), 0.65
FC, WP, LAYER_M, REW = 0.225, 0.100, 0.1143, 9.0
TEW = 1000.0 * (FC - 0.5 * WP) * LAYER_M


def column(name: str) -> np.ndarray:
    return np.array([float(row[name] or 0.0) for row in ROWS])


def grown() -> dict[str, np.ndarray]:
    """The crop by days: its basal coefficient along the stages; height, roots and cover follow from it."""
    ends = np.cumsum((0, *STAGES)).astype(float)
    low, mid, late = KCB
    day = np.arange(len(ROWS), dtype=float)
    kcb = np.interp(day, ends, (low, low, mid, mid, late))
    up = np.interp(day, ends[:3], (low, low, mid))  # what has grown does not shrink
    share = (up - low) / (mid - low)
    height = HEIGHT_M[0] + (HEIGHT_M[1] - HEIGHT_M[0]) * share
    wind = np.clip(wind_at_2m(column("wind_3m_m_s"), 3.0), 1.0, 6.0)
    rh_min = np.clip(column("rh_min"), 20.0, 80.0)
    most = np.array([float(kc_max(k, w, r, float(h))) for k, w, r, h in zip(kcb, wind, rh_min, height, strict=True)])
    cover = np.clip(((kcb - low) / (most - low)) ** (1.0 + 0.5 * height), 0.0, 0.99)
    return {"kcb": kcb, "root_m": ROOT_M[0] + (ROOT_M[1] - ROOT_M[0]) * share, "kc_max": most, "cover": cover}


def test_the_season_of_cotton_2013_comes_to_the_sums_of_pyfao56() -> None:
    crop, layer, depletion, wetted = grown(), TEW, BEGINS_MM, 1.0
    found = dict.fromkeys(SUMS, 0.0)
    for d, (eto, rain, given) in enumerate(zip(column("eto_mm"), column("rain_mm"), column("given_mm"), strict=True)):
        wetted = float(ROWS[d]["wetted"]) if given > 0 else 1.0 if rain >= 3.0 else wetted
        kcb, total = float(crop["kcb"][d]), 1000.0 * (FC - WP) * float(crop["root_m"][d])
        share = min(max(1.0 - float(crop["cover"][d]), 0.01), wetted)
        ke = evaporation_of(reduction_of(layer, TEW, REW), kcb, float(crop["kc_max"][d]), share)
        # wetted late in the day: what the layer cannot hold runs out of it
        after = layer - rain - given / wetted + ke * eto / share
        layer = layer_after(after + max(rain + given / wetted - layer, 0.0), 0.0, share, TEW)
        allowed = allowed_fraction(P, (kcb + ke) * eto) * total
        ks = stress_of(depletion, total, allowed)
        eta = (ks * kcb + ke) * eto
        drained = max(rain + given - eta - depletion, 0.0)
        depletion = min(max(depletion - rain - given + eta + drained, 0.0), total)
        for name, mm in (("ETref", eto), ("ETc", (kcb + ke) * eto), ("ETa", eta), ("E", ke * eto),
                         ("T", ks * kcb * eto), ("DP", drained), ("I", given), ("P", rain)):
            found[name] += mm
    assert found == pytest.approx(SUMS, abs=6e-4)
    assert depletion == pytest.approx(ENDS_MM, abs=6e-4)
    assert found["ETa"] - found["I"] - found["P"] + found["DP"] == pytest.approx(ENDS_MM - BEGINS_MM, abs=6e-4)

