"""Variants: what would be if something were otherwise, from the run as it is.

What an edit cannot reach is not computed again. The water stays; of the crossings those of the assets with other
heights are made anew from the depth series; of the outages those of the closed part that hangs on the edits. What comes
out equals a run of the whole, which ``Variant.result`` makes where more than the outages is wanted.

With crews there is no closed part: a crew that is not needed here goes elsewhere. The water and the streets stay, and
the night is lived through again as a whole, with the same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from twin.engine.cuts import dead_by_cut
from twin.engine.part import Intervals, Part
from twin.engine.simulate import lived, run
from twin.errors import InputError
from twin.quantities import BoolArray, Int32Array
from twin.results.result import Result
from twin.stages import Stage
from twin.water.exposure import Crossings, Exposure, exposure_of
from twin.world.edits import Edit, Edited, apply_all, digest

if TYPE_CHECKING:
    from twin.access.access import Access  # with the kernels of trips


class Base:
    """A run that variants are made of.

    Parameters
    ----------
    result
        The run.
    access
        Its streets in the water, where the plan asks for them: crews drive on them again.

    Examples
    --------
    >>> from scenarios import run_scenario
    >>> from twin.world.edits import Raise
    >>> base = Base(run_scenario("ouche-q10").result)
    >>> higher = base.with_(Raise("C-19", 0.3))
    >>> len(base.intervals), len(higher.intervals)
    (913, 912)
    """

    def __init__(self, result: Result, access: Access | None = None) -> None:
        self.result, self.access = result, access

    @cached_property
    def intervals(self) -> Intervals:
        """The outages of the run, sorted by asset, then start."""
        return Intervals.of(self.result.outages)

    def with_(self, *edits: Edit) -> Variant:
        """Give what would be with these edits, one after the other.

        Raises
        ------
        InputError
            An edit does not fit the city, or moves the water, which is then to be computed by its scenario; crews that
            drive, and no streets.
        """
        crews = self.result.plan.crews
        if crews is not None and crews.travel == "streets" and self.access is None:
            raise InputError(found="a run whose crews drive, without its streets", expected="the streets in the water",
                             remedy="Give them beside it: Base(run.result, access_of(run)).")
        for edit in edits:
            if edit.stage < Stage.EXPOSE:
                raise InputError(found=f"an edit that re-enters at the stage {edit.stage.word}",
                                 expected="one that leaves the water as it is", remedy="Run its scenario.")
        return Variant(self, edits, apply_all(self.result.plan, self.result.city, edits))


@dataclass(frozen=True, eq=False)
class Variant:
    """A run with edits."""

    base: Base
    edits: Sequence[Edit]
    edited: Edited

    @property
    def digest(self) -> str:
        """What it is known by: the base's plan and the edits."""
        return digest(self.edits)

    @cached_property
    def exposure(self) -> Exposure:
        """What the water does at each asset with its heights as they now are."""
        before = self.base.result.exposure
        if not any(edit.stage == Stage.EXPOSE for edit in self.edits) or before.depths is None:
            return before
        return exposure_of(before.depths, self.edited.city.assets)

    @cached_property
    def reached(self) -> BoolArray:
        """Assets that the edits can reach, (A,): the closed part that hangs on them; with crews every asset."""
        if self.edited.plan.crews is not None:
            return np.ones(len(self.edited.city.assets), bool)
        reached = np.zeros(len(self.edited.city.assets), bool)
        reached[self._part.rows[self._part.is_member]] = True
        return reached

    @cached_property
    def intervals(self) -> Intervals:
        """The outages, sorted by asset, then start; those that the edits cannot reach are the base's."""
        plan, city, base = self.edited.plan, self.edited.city, self.base.intervals
        if not self.edits:
            return base
        if plan.crews is not None:
            return Intervals.lived(lived(city, plan, self.exposure.crossings, self.access))
        made = self._part.run(plan, self._crossings(), base, dead_by_cut(city, plan))
        kept = np.flatnonzero(~self.reached[base.asset])
        columns = {name: np.concatenate([getattr(base, name)[kept], getattr(made, name)])
                   for name in Intervals.__slots__}
        order = np.lexsort((columns["start_s"], columns["asset"]))
        return Intervals(**{name: values[order] for name, values in columns.items()})

    @cached_property
    def result(self) -> Result:
        """The whole run, with everything that one may ask."""
        before = self.base.result
        told = tuple(w for w in before.warnings if w.get("warning") in _ABOUT_THE_INPUT)
        return run(self.edited.city, self.edited.plan, self.exposure,
                   provenance={"inputs": before.provenance.get("inputs", []), "variant_of": before.plan.digest,
                               "edits": self.digest}, warnings=(*told, *self.edited.warnings),
                   access=self.access)

    @cached_property
    def access(self) -> Access | None:
        """The streets in the water, with what the edits close; None where the base has none."""
        rules, before = self.edited.plan.access, self.base.access
        return before if before is None or rules is None else before.under(rules)

    @cached_property
    def _rows(self) -> Int32Array:
        """Assets at which something changes, increasing."""
        rows = [edit.rows(self.base.result.city) for edit in self.edits]
        return np.unique(np.concatenate(rows)).astype(np.int32) if rows else np.empty(0, np.int32)

    @cached_property
    def _part(self) -> Part:
        seeds = np.zeros(len(self.edited.city.assets), bool)
        seeds[self._rows] = True
        return Part.of(self.edited.city, seeds)

    def _crossings(self) -> Crossings:
        """Give the crossings at the part, those of the edited assets from their depths over time."""
        before = self.base.result.exposure
        if before.depths is None or not any(edit.stage == Stage.EXPOSE for edit in self.edits):
            return before.crossings
        old, rows = before.crossings, self._rows
        new = exposure_of(before.depths.take(rows), self.edited.city.assets.take(rows)).crossings
        is_new = np.zeros(len(self.edited.city.assets), bool)
        is_new[rows] = True
        kept = np.flatnonzero(self.reached[old.asset] & ~is_new[old.asset])
        return Crossings.of(np.concatenate([old.time_s[kept], new.time_s]),
                            np.concatenate([old.asset[kept], rows[new.asset]]),
                            np.concatenate([old.level[kept], new.level]),
                            np.concatenate([old.is_up[kept], new.is_up]))


#: Warnings about what came in; all others are found anew.
_ABOUT_THE_INPUT = {"threshold_over_survey", "gauge_reading", "water", "water_book", "water_doubt"}
