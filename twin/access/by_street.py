"""A trip street by street, with the water in each as it is entered and at another moment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from twin.access.access import Access
from twin.kernels.access.roads import depth_at, limit_at


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
    #: Shallowest of the parts driven, as each is entered [m]: where it is less, the deepest is met in places only.
    least_m: float
    #: From which depth on the vehicle enters no street, the moment it enters this one [m].
    limit_m: float
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
    limits = access.limits(wade_m)
    driven = access.legs(start, to, depart_s, wade_m)
    for name, group in groupby(driven, key=lambda leg: access.network.name_of(leg.edge)):
        mine = list(group)
        entered = [(leg.edge, _second(leg.entered_s)) for leg in mine]
        depths_m = [_depth_m(access, edge, at_s) for edge, at_s in entered]
        found.append(StreetLeg(
            street=name, length_m=sum(abs(leg.to_m - leg.from_m) for leg in mine), enters_s=_second(mine[0].entered_s),
            depth_m=max(depths_m), least_m=min(depths_m),
            limit_m=min(limit_at(limits, at_s) for _, at_s in entered) * 1e-6,
            now_m=max(_depth_m(access, leg.edge, now_s) for leg in mine),
            is_bridge=all(bool(access.network.is_bridge[leg.edge]) for leg in mine)))
    return tuple(found)


def _second(at_s: float) -> int:
    return int(np.floor(at_s + 1e-6))


def _depth_m(access: Access, edge: int, t_s: int) -> float:
    if access.heads is not None:
        return float(str(access.water_on(edge, t_s)["depth_m"]))
    # To the millimetre below: a street that is open under 0.200 m is never told as 0.200 m.
    return int(depth_at(access.roads, edge, min(max(t_s, 0), access.duration_s))) // 1000 / 1000
