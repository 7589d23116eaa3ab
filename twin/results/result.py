"""Result: the answer of a run, and the questions one may put to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twin.quantities import Int32Array, Int64Array, TextArray
from twin.results.outages import Outages
from twin.results.trace import Trace
from twin.water.exposure import Exposure
from twin.world.city import City
from twin.world.plan import Plan

if TYPE_CHECKING:
    import networkx as nx

    from twin.explaining.explain import Explanation


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """Plan, trace, outages, exposure, series, indicators and provenance of one run."""

    plan: Plan
    city: City
    exposure: Exposure
    trace: Trace
    outages: Outages
    series: Series
    #: Lists and figures that an operator acts on, plain JSON values; see ``twin.results.indicators``.
    indicators: Mapping[str, Any]
    #: Versions and digests of inputs, plain JSON values.
    provenance: Mapping[str, Any]
    #: What every reader must be told: defaults in use, unknown coverage, contradictions, in plain JSON values.
    warnings: tuple[Mapping[str, Any], ...]

    def __repr__(self) -> str:
        return (f"Result of {self.plan.name!r} in {self.city.name}: {self.outages!r}, {self.trace!r}, "
                f"{self.city.assets!r}")

    def explain(self, asset_id: str, lang: str = "fr", at_s: int | None = None) -> Explanation:
        """Give the tree of causes of an asset's state, and its sentences in ``lang``.

        Parameters
        ----------
        asset_id
            Any asset; one that never failed is explained by the chain that feeds it.
        lang
            ``fr`` or ``en``.
        at_s
            Moment [s from start]; without it the asset's longest outage.

        Raises
        ------
        InputError
            The city has no such asset.
        """
        from twin.explaining.explain import explain

        return explain(self, asset_id, lang=lang, at_s=at_s)

    def to_graph(self) -> nx.MultiDiGraph:
        """Give the city as a networkx graph."""
        from twin.world.networkx_graph import to_graph

        return to_graph(self.city.assets, self.city.supplies)
