"""Run: from a city, a plan and its exposure to a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.engine.clock import Engine
from twin.engine.collect import contradictions, log_of, order_of, outages_of, rows_of, series_of, trace_of
from twin.engine.cuts import in_order
from twin.engine.doubt import doubts_of, opened_in_doubt
from twin.engine.graph import FOREVER_S
from twin.engine.pace import AS_PLANNED, Pace
from twin.engine.part import Intervals
from twin.engine.state import CityState
from twin.kernels.supply import beside
from twin.quantities import NONE, Int64Array, column
from twin.results.doubts import Doubts
from twin.results.feeds import feeds_of
from twin.results.indicators import indicators
from twin.results.outages import Outages
from twin.results.provenance import provenance as made_with
from twin.results.result import Result
from twin.results.returns import Returns
from twin.results.view import View
from twin.water.depths import Coverage
from twin.water.exposure import Crossings, Exposure
from twin.world.assets import Source
from twin.world.city import City
from twin.world.crews import scheduled
from twin.world.graph import without_supplier
from twin.world.plan import DarkHours, Plan
from twin.world.sun import dark_periods, darkness_of

if TYPE_CHECKING:
    from twin.access.access import Access  # with the kernels of trips


def run(city: City, plan: Plan, exposure: Exposure, *, provenance: Mapping[str, Any] | None = None,
        warnings: Sequence[Mapping[str, Any]] = (), access: Access | None = None,
        on_instant: Callable[[int, int], None] | None = None) -> Result:
    """Let a plan happen to a city in its water, and give all that follows.

    Parameters
    ----------
    city
        The city, the scenario's thresholds already in its columns.
    plan
        What is declared and when, the horizon, the hours of darkness.
    exposure
        What the water does at each asset within the horizon (``twin.water.exposure.expose``, or ``dry``).
    provenance
        What else the result should carry: digests of input files, say.
    warnings
        What the caller already knows that every reader must be told, plain JSON values.
    access
        The streets in the water, where the plan asks who can get where.
    on_instant
        Called now and then with the moment reached [s] and the horizon [s].

    Raises
    ------
    ValueError
        An exposure of another city; a declared asset that the city lacks.

    Examples
    --------
    >>> result = run(city, plan, exposure)  # doctest: +SKIP
    >>> len(result.outages)  # doctest: +SKIP
    15
    """
    if len(exposure) != len(city.assets):
        raise ValueError(f"an exposure of {len(exposure)} assets does not fit a city of {len(city.assets)}")
    beside.wait()
    declared = in_order(plan)
    if any(not 0 <= d.asset < len(city.assets) for d in declared):
        raise ValueError("the plan declares something of a row that is no asset of this city")
    # The digests are made beside the cascade, the trace is put together beside the runs that tell doubt.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside") as pool:
        digesting = pool.submit(made_with, plan, city, exposure)
        state = lived(city, plan, exposure.crossings, access, on_instant=on_instant)
        night = darkness_of(plan, city)
        log = log_of(state)
        order = order_of(log)
        outages = outages_of(state, exposure, rows_of(order), night, plan)
        putting = pool.submit(trace_of, state, log, order, declared)
        doubts = doubts_of(city, plan, exposure, outages, None if plan.crews is None else partial(
            lived, city, plan, access=access))
        trace = putting.result()
    outages = replace(outages, is_doubtful=column(opened_in_doubt(outages, doubts), np.bool_))
    series = series_of(city, exposure, outages, night, plan)
    returns = _returns(city, plan, exposure, outages, doubts, access)
    found = indicators(plan, city, exposure, outages, doubts, trace, access)
    if returns is not None:
        found["returns"] = returns.indicator(View(plan, city, exposure, outages, doubts), trace)
    return Result(
        plan=plan, city=city, exposure=exposure, trace=trace, outages=outages, doubts=doubts,
        feeds=feeds_of(city, trace), series=series,
        indicators=found, returns=returns, street_depths=None if access is None else access.depths,
        street_heads=None if access is None else access.heads,
        provenance={**digesting.result(), **(provenance or {})},
        warnings=(*warnings, *contradictions(state, declared), *_never_fed(city, state), *_no_supplier(city),
                  *_coverage(exposure), *_defaults(city)))


def _returns(city: City, plan: Plan, exposure: Exposure, outages: Outages, doubts: Doubts,
             access: Access | None) -> Returns | None:
    """Give the range of returns over as many nights as the plan asks for; None where it asks for none."""
    if plan.crews is None or not plan.crews.samples:
        return None
    return draw_returns(View(plan, city, exposure, outages, doubts), plan.crews.samples, access)


def draw_returns(view: View, nights: int, access: Access | None) -> Returns:
    """Draw nights of a plan with crews, paired by their keys, and give the range of returns of its outages.

    Parameters
    ----------
    view
        The run that takes medians.
    nights
        How many to draw; about a second each for the built-in town.
    access
        The streets in its water, where crews drive.
    """
    city, plan, exposure, outages = view.city, view.plan, view.exposure, view.outages

    def ends() -> Iterator[Int64Array]:
        for sample in range(1, nights + 1):
            drawn = Intervals.lived(lived(city, plan, exposure.crossings, access, pace=Pace(sample=sample)))
            row = drawn.covering(outages.asset, outages.start_s)
            # Who came back earlier that night is in service by now, and may be as soon as it went out.
            yield np.where(row == NONE, outages.start_s, drawn.end_s[row]) if len(drawn) else outages.start_s

    return Returns.of(ends(), outages, view)


def lived(city: City, plan: Plan, crossings: Crossings, access: Access | None = None, *, pace: Pace = AS_PLANNED,
          on_instant: Callable[[int, int], None] | None = None) -> CityState:
    """Give the state at the end of a plan, with its log; crews as the plan says, else without limit.

    Parameters
    ----------
    city, plan, crossings
        What happens to whom.
    access
        The streets, where crews drive.
    pace
        How fast repairs and trips go.
    on_instant
        As for ``run``.
    """
    if plan.crews is None:
        state = CityState(city, crossings, reset_s=plan.reset_s, repair_s=_paced(None, city, pace))
        return Engine(state, plan, on_instant=on_instant).run()
    from twin.crews.others import other_stages
    from twin.engine.workforce import CrewForce

    if access is None and plan.crews.travel == "streets":
        raise ValueError("crews that drive need the streets of the city")
    needs_crew = scheduled(city.assets, plan.crews.owner)
    others = other_stages(plan.crews, city.assets, plan.seed, pace.sample)
    state = CityState(city, crossings, reset_s=plan.reset_s, needs_crew=needs_crew, repair_s=_paced(
        None if others is None else others.repair_s(city.assets), city, pace))
    state.others = others
    nights = dark_periods(plan.start, plan.duration_s + 1, DarkHours(), latitude=city.latitude,
                          longitude=city.longitude, timezone=city.timezone)
    force = CrewForce(plan.crews, city, access if plan.crews.travel == "streets" else None, nights=nights,
                      seed=plan.seed, pace=pace,
                      was_dead=lambda row: bool(state.tables.assets["was_dead"][row] > 0))
    return Engine(state, plan, force, on_instant).run()


def _paced(usual_s: tuple[Int64Array, Int64Array] | None, city: City, pace: Pace
           ) -> tuple[Int64Array, Int64Array] | None:
    """Give how long repairs without crews take, live and dead, (A,) each [s]; None where kinds say it."""
    if pace.repair is None:
        return usual_s
    kinds, kind = city.assets.kinds, city.assets.kind
    live_s, dead_s = usual_s or (kinds.repair_s[kind], kinds.repair_dead_s[kind])
    return (np.minimum(np.rint(live_s * pace.repair), FOREVER_S).astype(np.int64),
            np.minimum(np.rint(dead_s * pace.repair), FOREVER_S).astype(np.int64))


def _never_fed(city: City, state: CityState) -> list[dict[str, Any]]:
    """Warn of assets that no source feeds even before anything happens: rings cut off from every source."""
    if not len(state.never_fed):
        return []
    return [{"warning": "never_fed", "count": len(state.never_fed),
             "asset_ids": [str(name) for name in city.assets.id[state.never_fed[:5]]]}]


def _no_supplier(city: City) -> list[dict[str, Any]]:
    """Warn of assets that need a supplier and have none known: they count as fed."""
    rows = np.flatnonzero(without_supplier(city))
    kinds = np.bincount(city.assets.kind[rows], minlength=len(city.assets.kinds))
    return [{"warning": "no_supplier", "kind": city.assets.kinds.names[code], "count": int(count)}
            for code, count in enumerate(kinds) if count]


def _coverage(exposure: Exposure) -> list[dict[str, Any]]:
    """Warn of assets whose water is not known, or known in part: they run as dry there."""
    counts = {c.word: int(np.count_nonzero(exposure.coverage == c)) for c in (Coverage.UNKNOWN, Coverage.PARTIAL)}
    return [{"warning": f"coverage_{word}", "count": count} for word, count in counts.items() if count]


def _defaults(city: City) -> list[dict[str, Any]]:
    """Warn of values that are the kind's default, not the city's own: each is an assumption."""
    assets = city.assets
    columns = {"touch_m": assets.touch_source, "fail_m": assets.fail_source, "protection": assets.protection_source}
    counts = {name: int(np.count_nonzero(column == Source.DEFAULT)) for name, column in columns.items()}
    return [{"warning": "defaults", "field": name, "count": count} for name, count in counts.items() if count]
