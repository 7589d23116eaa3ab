"""Damage by water: how much of the value of a thing is lost at a depth, by curves of depth and damage.

The convention. A thing's damage in a night is its value times the fraction that the curve gives for the highest water
at it, counted from its floor; straight between the points of the curve, and that of the last point beyond it. Below
``LEAST_M`` above the ground there is none, whatever the curve says at 0: a house that stays dry is not damaged. Where
the depth is not known it counts as dry, and is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.errors import InputError
from twin.flood.tables import table_rows
from twin.quantities import FloatArray, Int32Array

#: Water below this does no damage [m]: the point of a curve at 0 stands for dry.
LEAST_M = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """How much of a value is lost at a depth.

    Examples
    --------
    >>> float(shipped_curves()["jrc-europe-residential"].at(np.array([0.75]))[0])
    0.325
    """

    name: str
    #: Depths above the floor, increasing [m], and the fraction lost at each, 0 to 1 and never falling, (P,).
    depth_m: FloatArray
    fraction: FloatArray
    source: str

    def __post_init__(self) -> None:
        depth_m, fraction = self.depth_m, self.fraction
        if len(depth_m) < 2 or not np.all(np.isfinite(depth_m)) or np.any(np.diff(depth_m) <= 0):
            raise InputError(field=self.name, found="depths " + ", ".join(f"{d:g}" for d in depth_m),
                             expected="two depths or more, each once, increasing")
        if not (np.all(fraction >= 0) and np.all(fraction <= 1)) or np.any(np.diff(fraction) < 0):
            raise InputError(field=self.name, found="fractions " + ", ".join(f"{f:g}" for f in fraction),
                             expected="0 to 1, never falling with depth", remedy="40 % is written 0.4.")

    def at(self, depth_m: FloatArray) -> FloatArray:
        """Give the fraction lost at depths above the floor, (N,)."""
        return np.asarray(np.interp(depth_m, self.depth_m, self.fraction))


def shipped_curves() -> dict[str, Curve]:
    """Give the curves of ``damage_curves.csv`` by name: six of Europe, of the Joint Research Centre."""
    return curves_of(table_rows("damage_curves.csv"))


def curves_of(rows: Sequence[Mapping[str, str]]) -> dict[str, Curve]:
    """Give curves by name from rows of ``curve``, ``depth_m``, ``fraction`` and ``source``.

    Raises
    ------
    InputError
        Values that make no curve, or none that says where it is from.
    """
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        found.setdefault(row["curve"], []).append(row)
    curves = {}
    for name, points in found.items():
        source = points[0].get("source", "").strip()
        if not name or not source:
            raise InputError(field=name or "curve", found="a curve without " + ("its source" if name else "a name"),
                             expected="both")
        try:
            values = np.array([[float(point["depth_m"]), float(point["fraction"])] for point in points])
        except ValueError as error:
            raise InputError(field=name, found=str(error), expected="numbers, with a point") from None
        curves[name] = Curve(name=name, depth_m=values[:, 0], fraction=values[:, 1], source=source)
    return curves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Valued:
    """Assets of a kind, or one asset, with what they are worth."""

    #: Kind that it is counted under.
    kind: str
    rows: Int32Array
    #: Value of each, in the money of the file, (N,).
    value: FloatArray
    curve: Curve
    #: Height above the ground of each from which the curve counts, (N,) [m].
    floor_m: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Damages:
    """All that has a value; of two entries for one asset the later counts."""

    currency: str
    valued: tuple[Valued, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds with a value, in the order of the file."""
        return tuple(dict.fromkeys(one.kind for one in self.valued))

    def of(self, wet: Int32Array, peak_m: FloatArray, assets: int) -> dict[str, float]:
        """Give the damage of one night by kind.

        Parameters
        ----------
        wet, peak_m
            Rows of the assets in water, and the highest water at each above its ground, (W,) [m].
        assets
            Assets of the city.
        """
        depth_m = np.zeros(assets)
        depth_m[wet] = peak_m
        lost, kind_of = np.zeros(assets), np.full(assets, -1)
        kinds = self.kinds
        for one in self.valued:
            at_m = depth_m[one.rows]
            lost[one.rows] = np.where(at_m < LEAST_M, 0.0, one.value * one.curve.at(at_m - one.floor_m))
            kind_of[one.rows] = kinds.index(one.kind)
        return {kind: float(lost[kind_of == k].sum()) for k, kind in enumerate(kinds)}
