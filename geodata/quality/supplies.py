"""What the links of a city tell a doctor beside what its graph tells everybody: what feeds nothing, what is too far."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from twin.quantities import BoolArray, FloatArray, Int32Array, Int64Array
from twin.world.assets import Assets
from twin.world.kinds import Role
from twin.world.supplies import Supplies


def without_consumer(assets: Assets, supplies: Supplies) -> BoolArray:
    """Give the mask of the feeders that feed nothing, (A,)."""
    feeds = np.zeros(len(assets), dtype=bool)
    feeds[supplies.supplier] = True
    return ~feeds & assets.of_role(Role.DISTRIBUTES)


@cache
def _limits() -> dict[tuple[str, str], float]:
    text = resources.files("geodata").joinpath("data/link_lengths.csv").read_text(encoding="utf-8")
    return {(row["supplier"], row["consumer"]): float(row["limit_m"]) for row in csv.DictReader(text.splitlines())}


def lengths(assets: Assets, supplies: Supplies) -> tuple[Int64Array, FloatArray]:
    """Give where each link begins and how long it is [m], (E,) each; NaN where an end has no place.

    A supplier without a place (a circuit) stands for its own preferred supplier: a lamp is measured to its cabinet.
    """
    preferred = np.arange(len(assets))
    first = np.r_[True, supplies.consumer[1:] != supplies.consumer[:-1]] if len(supplies) else np.zeros(0, bool)
    above = preferred.copy()
    above[supplies.consumer[first]] = supplies.supplier[first]
    standing = supplies.supplier.astype(np.int64)
    for _ in range(3):  # a circuit on a circuit is as deep as it gets
        lost = np.isnan(assets.x_m[standing])
        standing[lost] = above[standing[lost]]
    consumer = supplies.consumer
    return standing, np.hypot(assets.x_m[standing] - assets.x_m[consumer], assets.y_m[standing] - assets.y_m[consumer])


def long_links(assets: Assets, supplies: Supplies) -> tuple[Int32Array, Int32Array, FloatArray, FloatArray]:
    """Give the links longer than their kinds allow: supplier, consumer, length and limit, (N,) each, longest first.

    Source
    ------
    ``geodata/data/link_lengths.csv``: assumptions, to be edited.
    """
    standing, length_m = lengths(assets, supplies)
    consumer = supplies.consumer
    names, limits = assets.kinds.names, _limits()
    table = np.array([[limits.get((one, other), limits["*", "*"]) for other in names] for one in names])
    limit_m = table[assets.kind[standing], assets.kind[consumer]]
    with np.errstate(invalid="ignore"):
        long = np.flatnonzero(length_m > limit_m)
    long = long[np.argsort(-length_m[long], kind="stable")]
    return (standing[long].astype(np.int32), consumer[long], length_m[long], limit_m[long])


def by_kind(assets: Assets, rows: Any) -> dict[str, Int64Array]:
    """Give the rows of a selection by kind, in the order of the kinds."""
    rows = np.flatnonzero(rows) if getattr(rows, "dtype", None) == np.bool_ else np.asarray(rows, dtype=np.int64)
    return {name: rows[assets.kind[rows] == code] for code, name in enumerate(assets.kinds.names)
            if np.any(assets.kind[rows] == code)}


def by_kind_of(assets: Assets, consumer: Any, mask: BoolArray) -> dict[str, Int64Array]:
    """Give the links of a selection by the kind of their consumer, in the order of the kinds."""
    links = np.flatnonzero(mask)
    code = assets.kind[consumer[links]]
    return {name: links[code == one] for one, name in enumerate(assets.kinds.names) if np.any(code == one)}
