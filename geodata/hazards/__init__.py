"""Water depth over time from what users have: rasters, NetCDF, maps by gauge level, extents, river stage.

``open_hazard`` is the one door; ``specs`` says what a scenario may write under ``flood:``. Every rule is in
docs/water.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.hazards.declared.flood import FloodSpec
    from geodata.hazards.opening import open_hazard

__all__ = ["FloodSpec", "open_hazard"]


def __getattr__(name: str) -> Any:
    """Load on first use: reading a scenario must not cost rasterio."""
    if name == "open_hazard":
        from geodata.hazards.opening import open_hazard

        return open_hazard
    if name == "FloodSpec":
        from geodata.hazards.declared.flood import FloodSpec

        return FloodSpec
    raise AttributeError(f"module 'geodata.hazards' has no attribute '{name}'")
