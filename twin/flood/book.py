"""The book of every cubic metre, and what a run says when it cannot go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from twin.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Where the water came from and where it went, up to one moment [m3]."""

    time_s: float
    start_m3: float
    rain_m3: float
    inflow_m3: Mapping[str, float]
    #: Over each side of the domain, inwards positive; and all that ever came in over them.
    edges_m3: Mapping[str, float]
    edges_in_m3: float
    infiltration_m3: float
    drains_m3: float
    #: Out of the domain by pumps and gullies, by name; transfers inside are in ``moved_m3``.
    pumped_out_m3: Mapping[str, float]
    moved_m3: Mapping[str, float]
    stored_m3: float
    #: Water that the limiter had to make because nobody had it to give; 0 in every run seen so far.
    created_m3: float
    steps: int
    shortest_step_s: float
    #: Times that an overdrawn cell was repaired.
    repairs: int = 0
    #: Steps times active cells: the work done.
    cell_updates: float = 0.0
    notes: tuple[str, ...] = field(default=())

    @property
    def came_m3(self) -> float:
        """All water that ever was in the domain."""
        return self.start_m3 + self.rain_m3 + sum(self.inflow_m3.values()) + self.edges_in_m3

    @property
    def error_m3(self) -> float:
        """Water stored less what the entries say should be stored."""
        expected = (self.start_m3 + self.rain_m3 + sum(self.inflow_m3.values()) + sum(self.edges_m3.values())
                    - self.infiltration_m3 - self.drains_m3 - sum(self.pumped_out_m3.values()))
        return self.stored_m3 - expected

    @property
    def relative_error(self) -> float:
        """``error_m3`` over all water that came; 0 in a dry domain."""
        return self.error_m3 / self.came_m3 if self.came_m3 > 0 else 0.0

    def complaint(self, *, advection: bool) -> str:
        """Say that the book does not balance, or give an empty text: above 1e-6, with advection 2e-4."""
        limit = 2e-4 if advection else 1e-6
        if abs(self.relative_error) <= limit:
            return ""
        return (f"The book of the water does not balance: {self.error_m3:+.3g} m3 of {self.came_m3:.6g} m3 "
                f"({self.relative_error:+.1e}; allowed {limit:g}).")

    def to_dict(self) -> dict[str, Any]:
        """Give the book as JSON values, with its error."""
        return {**asdict(self), "error_m3": self.error_m3, "relative_error": self.relative_error}


class FlowUnstable(InputError):  # noqa: N818 - named as operators say it
    """The computation cannot go on; says the cell, the time and the cause."""

    def __init__(self, *, time_s: float, row: int, column: int, x: float, y: float, cause: str, remedy: str) -> None:
        #: Time [s], cell (row, column from 0) and place of the trouble.
        self.time_s, self.cell, self.place, self.cause = time_s, (row, column), (x, y), cause
        super().__init__(field="flow model", found=f"{cause} at {time_s:.1f} s in row {row + 1}, column {column + 1} "
                         f"({x:.1f}, {y:.1f})", expected="water that moves slower than a step can follow",
                         remedy=remedy)


class Cancelled(InputError):  # noqa: N818 - an ending, not an error of ours
    """Somebody stopped the computation; what was written up to then is whole and can be resumed."""

    def __init__(self, time_s: float) -> None:
        self.time_s = time_s
        super().__init__(field="flow model", found=f"a stop at {time_s:.0f} s", expected="a run to its end",
                         remedy="Run the same command again: it goes on from there.")
