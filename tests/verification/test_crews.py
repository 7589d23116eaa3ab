"""Crews against closed forms: the batch, Erlang's waiting room, list scheduling; ranges hold as often as they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
import simpy

from tests.twin.crews.test_cases import BEGIN_S, PLAIN, back, crews, night, town
from tests.twin.crews.test_ranges import JOB, back_s, drawn
from twin.engine.pace import Pace
from twin.engine.workforce import CrewForce
from twin.results.result import Result
from twin.world.city import City
from twin.world.crews import CrewPlan, Lasts, StageRule
from twin.world.kinds import Kinds

H = 3600
#: Utilisation, then what is known: probability of waiting is not asked for, the mean wait is [h].
#: Source: CRAN queueing, example 10.9 (5, 10, 2); Ciw README, M/M/3 (0.2, 0.1, 3); Erlang C.
ERLANG = [(5.0, 10.0, 2, 0.006667), (1.5, 1 / 1.5, 3, 1.135514), (0.2, 0.1, 3, 4.444444), (1.0, 1 / 1.5, 2, 1.928571)]


def erlang_wait(rate: float, service: float, servers: int) -> float:
    """Give the mean wait of Erlang C."""
    a = rate / service
    terms = [a**k / float(np.prod(np.arange(1, k + 1), dtype=float)) for k in range(servers)]
    last = a**servers / float(np.prod(np.arange(1, servers + 1), dtype=float)) * servers / (servers - a)
    return float(last / (sum(terms) + last) / (servers * service - rate))


@pytest.mark.parametrize(("rate", "service", "servers", "wait"), ERLANG)
def test_the_closed_form_is_the_published_one(rate: float, service: float, servers: int, wait: float) -> None:
    assert erlang_wait(rate, service, servers) == pytest.approx(wait, abs=1e-6)


def waits_of(city: City, plan: CrewPlan, arrivals_s: Sequence[int], seed: int) -> list[int]:
    """Give how long each job waits for a crew when they arrive at these seconds, row by row of the city."""
    clock = simpy.Environment()
    force = CrewForce(plan, city, None, nights=np.zeros((0, 2), np.int64), seed=seed, pace=Pace(sample=1))
    begun: dict[int, int] = {}

    def arrive() -> Iterator[simpy.Event]:
        for row, at_s in enumerate(arrivals_s):
            yield clock.timeout(at_s - clock.now)
            force.send(clock, np.array([row + 2], np.int32))

    clock.process(arrive())
    while clock.peek() != float("inf"):
        now = clock.peek()
        while clock.peek() == now:
            clock.step()
        for row in force.begun().tolist():
            begun[row - 2] = int(now)
        force.notes()
        force.repaired()
    return [begun[row] - at_s for row, at_s in enumerate(arrivals_s)]


@pytest.mark.verify
@pytest.mark.parametrize(("rate", "service", "servers", "wait"), ERLANG)
def test_jobs_that_come_by_chance_wait_as_erlang_says(rate: float, service: float, servers: int, wait: float) -> None:
    jobs = 6000
    city = town({"replace": 1}, [f"A{i:05d}" for i in range(jobs)])
    stages = (*PLAIN, ("cabinet", "replace", StageRule(lasts=Lasts(form="exponential", values=(H / service,)))))
    plan = crews(servers, travel="none", stages=stages)
    found = []
    for seed in range(3):
        gaps = np.random.default_rng(seed).exponential(H / rate, jobs)
        arrivals = np.cumsum(np.maximum(1, np.rint(gaps))).astype(int)
        found += waits_of(city, plan, arrivals.tolist(), seed)[500:]
    # A queue remembers: thousands of jobs are hundreds of independent ones.
    assert np.mean(found) / H == pytest.approx(wait, rel=0.15, abs=0.002)


@pytest.mark.verify
@pytest.mark.parametrize(("count", "last", "mean"), [(3, 8.3333, 3.8667), (4, 7.1667, 3.0500)])
def test_a_batch_ends_as_its_closed_form(count: int, last: float, mean: float) -> None:
    result = drawn([f"A{i}" for i in range(10)], count, Lasts(form="exponential", values=(2.0 * H,)), 0)
    ends = (np.sort(back_s(result, range(1, 1001)), axis=1) - BEGIN_S) / H
    expected = np.cumsum([2 / min(count, 10 - i) for i in range(10)])
    assert expected[-1] == pytest.approx(last, abs=1e-4)
    assert expected.mean() == pytest.approx(mean, abs=1e-4)
    assert ends[:, -1].mean() == pytest.approx(last, abs=0.25)
    np.testing.assert_allclose(ends.mean(axis=0), expected, atol=0.25)


@pytest.mark.verify
def test_nine_truths_in_ten_are_back_before_their_p90() -> None:
    result = drawn(["A1"], 1, JOB, 1000)
    returns = result.returns
    assert returns is not None
    truths = back_s(result, range(5001, 6001))[:, 0]
    assert 0.85 <= np.mean(truths <= returns.p90_s[0]) <= 0.95
    assert 0.45 <= np.mean(truths <= returns.p50_s[0]) <= 0.55


@pytest.mark.verify
def test_ranges_hold_for_each_of_a_queue() -> None:
    """Three jobs on one crew: the second and third wait, their ranges hold as often as the first's."""
    result = drawn(["A1", "A2", "A3"], 1, JOB, 400)
    returns = result.returns
    assert returns is not None
    truths = back_s(result, range(5001, 6001))
    held = (truths <= returns.p90_s[None, :]).mean(axis=0)
    assert np.all((held >= 0.85) & (held <= 0.95)), held


def test_two_triangular_jobs_in_a_row_have_the_known_quantiles() -> None:
    # 200,000 draws: 7.89 and 10.06 h.
    truths = (np.sort(back_s(drawn(["A1", "A2"], 1, JOB, 0), range(1, 401)), axis=1)[:, -1] - BEGIN_S) / H
    assert np.quantile(truths, 0.5) == pytest.approx(7.89, abs=0.35)
    assert np.quantile(truths, 0.9) == pytest.approx(10.06, abs=0.45)


def scheduled(lengths: Sequence[int], count: int, after: dict[int, int] | None = None) -> int:
    """Give when the last of some jobs ends, in their order, each of its own length; ``after``: ready with another."""
    names = [f"A{i}" for i in range(len(lengths))]
    city = town({"replace": 1}, names)
    kinds = [*city.assets.kinds, *(replace(city.assets.kinds["cabinet"], name=f"cabinet_{s}")
                                   for s in sorted(set(lengths)))]
    table = Kinds(tuple(kinds))
    kind = np.array(city.assets.kind)
    for name, s in zip(names, lengths, strict=True):
        kind[city.assets.row(name)] = table.index(f"cabinet_{s}")
    city = replace(city, assets=replace(city.assets, kinds=table).replaced(kind=kind))
    stages = tuple((f"cabinet_{s}", "replace", StageRule(lasts=Lasts(form="fixed", values=(float(s * 100),))))
                   for s in set(lengths))
    ready: dict[str, int] = dict.fromkeys(names, 0)
    plan = crews(count, travel="none", stages=stages, policy="list", order=tuple(names))
    result: Result = night(city, ready, plan)
    if after:
        ends = back(result)
        ready |= {names[job]: ends[names[other]] for job, other in after.items()}
        result = night(city, ready, plan)
    return max(back(result).values()) // 100


@pytest.mark.parametrize(("count", "end"), [(2, 18), (3, 13)])
def test_list_scheduling_ends_as_graham_says(count: int, end: int) -> None:
    assert scheduled([4, 5, 6, 7, 8], count) == end


@pytest.mark.parametrize(("lengths", "count", "end"), [
    ([3, 2, 2, 2, 4, 4, 4, 4, 9], 3, 12), ([3, 2, 2, 2, 4, 4, 4, 4, 9], 4, 15),
    ([2, 1, 1, 1, 3, 3, 3, 3, 8], 3, 13)])
def test_more_crews_or_less_work_may_end_later(lengths: list[int], count: int, end: int) -> None:
    """Graham's anomaly: the four jobs of length 4 are ready with the fourth, the last with the first."""
    assert scheduled(lengths, count, {4: 3, 5: 3, 6: 3, 7: 3, 8: 0}) == end
