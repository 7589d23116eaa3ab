"""Levels at a gauge over time: read from what services and people write, each reading judged before it counts."""

from __future__ import annotations

from geodata.gauges.reading import Hydrograph, read_levels

__all__ = ["Hydrograph", "read_levels"]
