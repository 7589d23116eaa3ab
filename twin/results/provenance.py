"""Provenance: what a result was made with, so that it can be made again."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

import twin
from twin.water.exposure import Exposure
from twin.world.assets import Labels
from twin.world.city import City
from twin.world.plan import Plan

#: Packages whose version may change a result.
_PACKAGES = ("numpy", "numba", "simpy", "networkx")


@cache
def versions() -> Mapping[str, str]:
    """Give the versions of the twin, of Python and of what a result rests on."""
    found = {"twin": twin.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def provenance(plan: Plan, city: City, exposure: Exposure) -> dict[str, Any]:
    """Give versions, seed and SHA-256 digests of plan, city and exposure, as plain JSON values."""
    return {"versions": dict(versions()), "seed": plan.seed, "plan_sha256": plan.digest,
            "city_sha256": city_digest(city), "exposure_sha256": exposure_digest(exposure)}


def city_digest(city: City) -> str:
    """Give the SHA-256 of what the engine knows of a city: columns of assets and supplies."""
    digest = sha256(repr((city.name, city.crs, city.latitude, city.longitude, city.timezone,
                          city.assets.kinds.names)).encode())
    for table, names in ((city.assets, ("id", "kind", "x_m", "y_m", "ground_m", "touch_m", "fail_m", "height_error_m",
                                        "protection", "buffer_s", "street", "district")),
                         (city.supplies, ("supplier", "consumer", "service", "group", "preference", "transfer_s",
                                          "feed"))):
        for name in names:
            values = getattr(table, name)
            if isinstance(values, Labels):
                digest.update("\n".join(values.words).encode())
                values = values.codes
            _add(digest, name, values)
    for name in ("repair_s", "repair_dead_s"):
        _add(digest, name, getattr(city.assets.kinds, name))
    return digest.hexdigest()


def exposure_digest(exposure: Exposure) -> str:
    """Give the SHA-256 of what the engine reads of the water."""
    digest = sha256()
    for name in ("time_s", "asset", "level", "is_up"):
        _add(digest, name, getattr(exposure.crossings, name))
    for name in ("peak_depth_m", "coverage"):
        _add(digest, name, getattr(exposure, name))
    return digest.hexdigest()


def _add(digest: Any, name: str, values: np.ndarray[Any, Any]) -> None:
    digest.update(name.encode())
    if values.dtype == object:
        digest.update("\n".join(map(str, values)).encode())
    else:
        digest.update(np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes())
