"""Pace: how fast repairs and trips go in one night of many, against what the plan says."""

from __future__ import annotations

from dataclasses import dataclass

from twin.quantities import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pace:
    """One night's pace."""

    #: Night of the draws of crews' stages and tests; 0: medians.
    sample: int = 0
    #: Factor of how long the repair of each asset takes, (A,); None: as the plan says.
    repair: FloatArray | None = None
    #: Factor of how long crews drive to each asset, (A,); None: as the streets and their water say.
    travel: FloatArray | None = None


AS_PLANNED = Pace()
