"""The fast engine and the slow one agree on random small cities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference.engine import SlowEngine
from tests.reference.random_cities import Case, random_case
from twin.codes import Mechanism, What
from twin.engine.clock import Engine
from twin.engine.collect import log_of, order_of, outages_of, rows_of, trace_of
from twin.engine.cuts import in_order
from twin.engine.state import CityState
from twin.world.sun import Darkness

TOLD = {What.FLOODED, What.TRIPPED, What.REPAIRED, What.RESET, What.REPAIR_STARTED, What.REPAIR_UNDONE,
        What.SUPPLY_LOST, What.BUFFER_STARTED, What.BUFFER_EMPTIED, What.UNSUPERVISED, What.SUPERVISED}


def fast(case: Case) -> tuple[list[tuple[object, ...]], list[tuple[int, str, int]]]:
    state = Engine(CityState(case.city, case.exposure.crossings, reset_s=case.plan.reset_s), case.plan).run()
    state.validate()
    log = log_of(state)
    order = order_of(log)
    trace, row_of = trace_of(state, log, order, in_order(case.plan)), rows_of(order)
    never = Darkness(groups=(np.zeros((0, 2), np.int64),), group=np.zeros(len(case.city.assets), np.int32))
    o = outages_of(state, case.exposure, row_of, never, case.plan)
    rows = [(o.asset[i], o.start_s[i], o.end_s[i], Mechanism(int(o.mechanism[i])).word, o.cause[i], o.root[i],
             Mechanism(int(o.root_mechanism[i])).word, Mechanism(int(o.held_mechanism[i])).word, o.held[i])
            for i in range(len(o))]
    story = [(int(trace.time_s[r]), What(int(trace.what[r])).word, int(trace.asset[r])) for r in range(len(trace))
             if trace.what[r] in TOLD]
    return rows, sorted(story)


def slow(case: Case) -> tuple[list[tuple[object, ...]], list[tuple[int, str, int]]]:
    engine = SlowEngine(case.city, case.plan, case.times_s,
                        {case.city.assets.row(name): depths for name, depths in case.depth_m.items()}).run()
    rows = sorted((tuple(outage.values()) for outage in engine.outages), key=lambda row: (row[1], row[0]))
    return rows, sorted(engine.story)


def check(seed: int) -> None:
    case = random_case(seed)
    quick, thorough = fast(case), slow(case)
    assert quick[0] == thorough[0]
    assert quick[1] == thorough[1]


@settings(max_examples=120, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1))
def test_the_fast_engine_agrees_with_the_slow_one(seed: int) -> None:
    check(seed)


@pytest.mark.verify
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1))
def test_the_fast_engine_agrees_with_the_slow_one_on_thousands_of_cities(seed: int) -> None:
    check(seed)
