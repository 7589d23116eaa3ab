"""Who supplies whom where no column says so: the nearest, a guess that a person must confirm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.placing import metres_of
from geodata.importing.words import KINDS

#: What is fed by someone, and what feeds, the nearest in rank last.
_FED = ("lamp", "cabinet", "traffic_signal", "lift_station", "pump")
_FEEDERS = ("substation", "service_box", "cabinet")
#: Farthest distance that is drafted [m], and the share of the records that must have a feeder so near.
_FARTHEST_M, _MOST = {"substation": 1000.0, "service_box": 500.0, "cabinet": 500.0}, 0.8
#: Distances are written to this [m].
_ROUND_M = 50.0


def link_the_nearest(guesses: Sequence[Guess]) -> None:
    """Draft a link by distance for what is fed by someone and has no link; say so, or that it counts as fed."""
    feeders = {kind: [guess for guess in guesses if guess.kind == kind] for kind in _FEEDERS}
    for guess in guesses:
        if guess.kind not in _FED or guess.links:
            continue
        above = [kind for kind in _FEEDERS if feeders[kind] and KINDS.index(kind) < KINDS.index(guess.kind)]
        if not above:
            guess.unsure("", "nothing here supplies these: they count as always fed")
            continue
        kind = above[-1]
        within_m = _within(guess, feeders[kind], _FARTHEST_M[kind])
        if within_m is None or guess.is_told:
            guess.unsure("", "no column says who supplies these: they count as always fed. A guess would be "
                         "supplied_by: {link}", link=f"{{kind: {kind}, nearest_m: 300}}")
            continue
        guess.links = [{"kind": kind, "nearest_m": within_m}]
        guess.unsure("supplied_by", "no column says who supplies these: the nearest {kind} is taken, marked inferred "
                     "in every answer. Confirm it, or take the line out: then they count as always fed", kind=kind)


def _within(guess: Guess, feeders: Sequence[Guess], farthest_m: float) -> int | None:
    """Give the distance within which nearly all records have a feeder [m]; None where too few have one near."""
    there = np.concatenate([feeder.degrees[np.isfinite(feeder.degrees).all(axis=1)] for feeder in feeders])
    here = guess.degrees[np.isfinite(guess.degrees).all(axis=1)] if len(guess.degrees) else guess.degrees
    if not len(there) or not len(here):
        return None
    around = np.median(there, axis=0)
    metres, _ = cKDTree(metres_of(there, around)).query(metres_of(here, around))
    near = metres[metres <= farthest_m]
    if len(near) < _MOST * len(metres):
        return None
    return int(max(_ROUND_M, _ROUND_M * np.ceil(1.3 * np.quantile(near, 0.99) / _ROUND_M)))
