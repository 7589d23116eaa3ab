"""A trip street by street, with the water in each as it is entered and at another moment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from twin.access.access import Access
from twin.kernels.access.roads import depth_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetLeg:
    """One street of a trip; a street without a name is one leg as far as it goes."""

    #: Empty without one.
    street: str
    length_m: float
    #: When it is entered [s].
    enters_s: int
    #: Deepest water on what is driven of it, as each part is entered, and at another moment asked about [m].
    depth_m: float
    now_m: float
    is_bridge: bool


def street_legs(access: Access, start: tuple[int, float], to: tuple[int, float], depart_s: int, now_s: int,
                wade_m: float | None = None) -> tuple[StreetLeg, ...]:
    """Give the fastest trip between two places (edge, metre) street by street; nothing where there is no way.

    Parameters
    ----------
    access
        The streets in the water.
    start, to
        Where it begins and ends.
    depart_s
        When one leaves [s].
    now_s
        The moment for ``StreetLeg.now_m`` [s].
    wade_m
        Depth from which the vehicle enters no street by day; None: the plan's.
    """
    found = []
    driven = access.legs(start, to, depart_s, wade_m)
    for name, group in groupby(driven, key=lambda leg: access.network.name_of(leg.edge)):
        mine = list(group)
        found.append(StreetLeg(
            street=name, length_m=sum(abs(leg.to_m - leg.from_m) for leg in mine), enters_s=_second(mine[0].entered_s),
            depth_m=max(_depth_m(access, leg.edge, _second(leg.entered_s)) for leg in mine),
            now_m=max(_depth_m(access, leg.edge, now_s) for leg in mine),
            is_bridge=all(bool(access.network.is_bridge[leg.edge]) for leg in mine)))
    return tuple(found)


def _second(at_s: float) -> int:
    return int(np.floor(at_s + 1e-6))


def _depth_m(access: Access, edge: int, t_s: int) -> float:
    if access.heads is not None:
        return float(str(access.water_on(edge, t_s)["depth_m"]))
    return round(float(depth_at(access.roads, edge, min(max(t_s, 0), access.duration_s))) * 1e-6, 3)
