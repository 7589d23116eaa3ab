"""Floods: the water of nights that the flow model computes, each of them made before its nights and kept.

What moves the water of a flow model (discharge, rain, roughness, the level behind an edge, crests of barriers, pumps
that fail) asks for a computation of its own. A flood is known by the numbers that made it; nights with the same numbers
share it, and a time shift or an error of terrain is added to it as to any other water.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np

from twin.ensemble.waters import Flooded, Moved, deeper, later
from twin.water.depths import DepthSeries

#: Whose depths a flood is read at.
ASSETS, STREETS = "assets", "streets"


class Kept(Protocol):
    """Gives the floods that were computed."""

    def read(self, key: str, part: str) -> DepthSeries:
        """Give the depths of a flood at the assets or along the streets."""


def flood_of(moved: Moved) -> str:
    """Give what the flood of a night is known by; the same for nights that share one, empty for that of the plan.

    Examples
    --------
    >>> flood_of(Moved(shift_s=600)), len(flood_of(Moved(discharge=1.2)))
    ('', 24)
    """
    told = {"offset_m": moved.offset_m, "discharge": moved.discharge, "rain": moved.rain,
            "roughness": moved.roughness, "crest_m": [c for c in moved.crest_m if any(moved.crest_m)],
            "pump_fails_s": [s for s in moved.pump_fails_s if max(moved.pump_fails_s) >= 0]}
    if moved.inflows:
        told["inflows"] = [[one.at, one.times_s.tolist(), one.m3_s.tolist()] for one in moved.inflows]
    usual = {"offset_m": 0.0, "discharge": 1.0, "rain": 1.0, "roughness": 1.0, "crest_m": [], "pump_fails_s": []}
    return "" if told == usual else sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloodNight:
    """Water of the flow model, a flood for each night or for some."""

    #: The depths of the plan itself.
    nominal: DepthSeries
    kept: Kept
    #: ``ASSETS`` or ``STREETS``.
    part: str = ASSETS
    has_floods = True

    def at(self, moved: Moved) -> Flooded:
        """Give the depth over time at each asset, or along each street."""
        key = flood_of(moved)
        depths = self.kept.read(key, self.part) if key else self.nominal
        return Flooded(depths=later(deeper(depths, moved.local_m), moved.shift_s),
                       is_unknown=np.asarray(depths.unknown_s > 0))
