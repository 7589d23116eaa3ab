"""Result: the answer of a run, and the questions one may put to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from twin.quantities import Int32Array, Int64Array, TextArray
from twin.results.condition_spans import Conditions, conditions_of
from twin.results.crew_work import Shift, crew_work
from twin.results.cut_order import cut_order
from twin.results.doubts import Doubts
from twin.results.feeds import Fed, Feeds, fed_over
from twin.results.live_parts import LiveParts, live_parts
from twin.results.losses import Losses, losses_of
from twin.results.outages import Outages
from twin.results.repairs import Repairs, repairs_of
from twin.results.reserves import Reserves, reserves_of
from twin.results.returns import Returns
from twin.results.spans import Spans, spans_of
from twin.results.trace import Trace
from twin.results.unfed import Unfed, unfed_of
from twin.results.untested import Untested, untested_of
from twin.results.view import View
from twin.results.waits import Waits, waits_of
from twin.results.watering import Suspensions, suspensions
from twin.water.depths import DepthSeries
from twin.water.exposure import Exposure
from twin.world.city import City
from twin.world.graph import graph_of
from twin.world.plan import Plan

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Counts over time, (S,) each: one row per step, kind and mechanism.

    ``mechanism`` is the word of ``Mechanism``, or ``wet`` and ``flooded_inside`` for buildings by exposure.
    """

    time_s: Int64Array
    kind: TextArray
    mechanism: TextArray
    out: Int32Array
    #: Lamps out between sunset and sunrise; 0 by day.
    dark: Int32Array

    def __repr__(self) -> str:
        return f"Series: {len(self.time_s):,} rows"


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """Plan, trace, outages, exposure, series, indicators and provenance of one run."""

    plan: Plan
    city: City
    exposure: Exposure
    trace: Trace
    outages: Outages
    #: When assets may be out and may not.
    doubts: Doubts
    #: Which supplier each group of alternatives uses, from when on.
    feeds: Feeds
    series: Series
    #: Lists and figures that an operator acts on, plain JSON values; see ``twin.results.indicators``.
    indicators: Mapping[str, Any]
    #: Versions and digests of inputs, plain JSON values.
    provenance: Mapping[str, Any]
    #: What every reader must be told: defaults in use, unknown coverage, contradictions, in plain JSON values.
    warnings: tuple[Mapping[str, Any], ...]
    #: Ranges of return over nights that were drawn; None where none were.
    returns: Returns | None = None
    #: Depth over time on each edge of the streets, where the plan asks for access; None without it or without water.
    street_depths: DepthSeries | None = None
    #: Total head on each edge where the water's velocity is known; None where it is not.
    street_heads: DepthSeries | None = None

    def __repr__(self) -> str:
        return (f"Result of {self.plan.name!r} in {self.city.name}: {self.outages!r}, {self.trace!r}, "
                f"{self.city.assets!r}")

    @cached_property
    def spans(self) -> Spans:
        """Each asset's time out or in doubt, in pieces that are one or the other."""
        return spans_of(self.outages, self.doubts)

    @cached_property
    def losses(self) -> Losses:
        """When each asset may be without service first, when the run computes it so, and when it is sure."""
        return losses_of(self.spans, self.outages, self.doubts)

    @cached_property
    def repairs(self) -> Repairs:
        """The repairs after water, with their stages."""
        return repairs_of(self.trace, self.city.assets)

    @cached_property
    def crew_work(self) -> tuple[Shift, ...]:
        """What crews did, stage by stage; empty where they are unlimited."""
        return () if self.plan.crews is None else crew_work(self.trace)

    @cached_property
    def conditions(self) -> Conditions:
        """What each asset is over time: out, in doubt, on its reserve, on its last feed, without a known supplier."""
        return conditions_of(self.city, self.outages, self.spans, self.reserves, self.suspensions)

    @cached_property
    def fed(self) -> Fed:
        """Which supplier in service each asset is fed by, over time."""
        return fed_over(self.city, self.feeds, self.outages)

    @cached_property
    def reserves(self) -> Reserves:
        """When assets live on a battery or tank."""
        return reserves_of(self.trace, self.city.assets)

    @cached_property
    def untested(self) -> Untested:
        """When water has reached an asset's live parts and it has not been tested since."""
        return untested_of(self.trace)

    @cached_property
    def unfed(self) -> Unfed:
        """What is repaired and yet without power, when, and whose return it waits for."""
        return unfed_of(self.trace, self.view, self.waits, graph_of(self.city))

    @cached_property
    def waits(self) -> Waits:
        """What each asset that is down by itself waits for, over time."""
        return waits_of(self.trace, self.repairs)

    @cached_property
    def suspensions(self) -> Suspensions:
        """When zones water nothing, and why."""
        return suspensions(self.view)

    @cached_property
    def live_parts(self) -> LiveParts:
        """What stands in water and may be live, and when."""
        return live_parts(self.view)

    @cached_property
    def cut_order(self) -> Mapping[int, int]:
        """The rank of each place that is ever to be cut, the most dangerous to people first."""
        return cut_order(self.view, self.live_parts)

    @cached_property
    def view(self) -> View:
        """The tables with the columns that several questions share."""
        return View(self.plan, self.city, self.exposure, self.outages, self.doubts)

    def to_graph(self) -> nx.MultiDiGraph:
        """Give the city as a networkx graph."""
        from twin.world.networkx_graph import to_graph

        return to_graph(self.city.assets, self.city.supplies)
