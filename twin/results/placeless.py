"""Assets that should stand somewhere and have no position: no water is computed for them, whatever hangs on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, Int32Array
from twin.results.result import Result
from twin.water.depths import Coverage
from twin.world.graph import LONGEST_CHAIN, graph_of
from twin.world.kinds import Role


@dataclass(frozen=True, slots=True)
class Placeless:
    """The assets of a run without a position, but for kinds that have no place of their own."""

    #: Rows, (P,), those on which most lamps hang first.
    rows: Int32Array
    #: Lamps whose preferred chain of suppliers leads through each, (P,); a lamp is not counted for itself.
    lamps: Int32Array


def placeless(result: Result) -> Placeless:
    """Give the assets without a position, and how many lamps hang on each."""
    assets = result.city.assets
    has_place = np.array([kind.footprint != "none" for kind in assets.kinds], dtype=bool)
    is_one = (result.exposure.coverage == Coverage.NONE) & has_place[assets.kind]
    rows = np.flatnonzero(is_one).astype(np.int32)
    if not len(rows):
        return Placeless(rows, np.zeros(0, np.int32))
    preferred = graph_of(result.city).preferred()
    lamps = np.flatnonzero(assets.of_role(Role.LIGHTS)).astype(np.int64)
    pairs: list[np.ndarray] = []
    above = preferred[lamps]
    for _ in range(LONGEST_CHAIN):
        lamps, above = lamps[above != NONE], above[above != NONE]
        if not len(lamps):
            break
        met = is_one[above] & (above != lamps)
        pairs.append(lamps[met] * len(assets) + above[met])
        above = preferred[above]
    # a ring is walked more than once, and counts once
    met = np.unique(np.concatenate(pairs)) % len(assets) if pairs else np.zeros(0, np.int64)
    count = np.bincount(met.astype(np.int64), minlength=len(assets))[rows].astype(np.int32)
    order = np.argsort(-count, kind="stable")
    return Placeless(rows[order], count[order])
