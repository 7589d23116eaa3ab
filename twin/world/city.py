"""City: assets, supplies and where on Earth they stand."""

from __future__ import annotations

from dataclasses import dataclass

from twin.world.assets import Assets
from twin.world.supplies import Supplies


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class City:
    """What the engine knows of a city. Files, shapes and terrain are ``geodata``'s."""

    name: str
    #: Projected CRS of ``x_m`` and ``y_m``, an authority code ("EPSG:2154") or WKT.
    crs: str
    #: Place for sunrise and sunset [degrees].
    latitude: float
    longitude: float
    #: IANA time zone.
    timezone: str
    assets: Assets
    supplies: Supplies

    def assert_equal(self, other: City) -> None:
        """Raise ``AssertionError`` at the first difference."""
        for name in ("name", "crs", "latitude", "longitude", "timezone"):
            mine, theirs = getattr(self, name), getattr(other, name)
            assert mine == theirs, f"{name}: {mine!r} against {theirs!r}"
        self.assets.assert_equal(other.assets)
        self.supplies.assert_equal(other.supplies)
