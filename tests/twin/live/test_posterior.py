"""The chances worked by hand, the sum over all states as a slow twin, and what a report may not do."""

from __future__ import annotations

from itertools import product
from time import perf_counter, process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import InputError
from twin.live.posterior import ReportModel, best_question, posterior, prior_by_water, suspects

#: Substation over cabinets A, B, C.
TREE = np.array([-1, 0, 0, 0], np.int32)
PRIOR = np.array([0.05, 0.3, 0.02, 0.02])


def failed(dark: list[int], lit: list[int]) -> list[float]:
    return np.round(posterior(TREE, PRIOR, np.array(dark), np.array(lit)).failed, 4).tolist()


@pytest.mark.parametrize(("dark", "lit", "dry", "wet"), [
    (1, 0, 0.2512, 0.8925), (2, 0, 0.9177, 0.9964), (3, 0, 0.9973, 0.9999), (1, 1, 0.0103, 0.2042),
    (2, 1, 0.2562, 0.8950), (3, 3, 0.0108, 0.2129)])
def test_one_cabinet_by_hand(dark: int, lit: int, dry: float, wet: float) -> None:
    for prior, expected in ((0.01, dry), (0.2, wet)):
        found = posterior(np.array([-1]), np.array([prior]), np.array([dark]), np.array([lit]))
        assert float(found.failed[0]) == pytest.approx(expected, abs=5e-5)


def test_report_of_a_fed_lamp() -> None:
    assert ReportModel().dark_if_fed == pytest.approx(0.0292)
    assert ReportModel().dark_if_down == pytest.approx(0.97)


def test_dark_lamps_of_one_cabinet_among_lit_ones_name_it() -> None:
    assert failed([0, 4, 0, 0], [0, 0, 4, 4]) == [0, 1, 0, 0]


def test_two_dark_cabinets_name_what_feeds_them() -> None:
    found = posterior(TREE, PRIOR, np.array([0, 4, 4, 0]), np.zeros(4, int))
    assert np.round(found.failed, 4).tolist() == [0.8977, 0.3716, 0.1203, 0.02]
    assert round(float(found.down[3]), 4) == 0.8997, "nobody reported C, and it is dark with the substation"


def test_all_dark_names_the_substation() -> None:
    assert failed([0, 4, 4, 4], [0, 0, 0, 0])[0] == 0.9977


def test_one_dark_lamp_names_the_wet_cabinet() -> None:
    assert failed([0, 1, 0, 0], [0, 0, 0, 0])[:2] == [0.1408, 0.8450]


def test_one_lit_lamp_turns_the_suspicion() -> None:
    assert failed([0, 4, 4, 0], [0, 0, 0, 1])[:3] == [0.2166, 0.8484, 0.7877]


def test_silence_leaves_the_priors() -> None:
    assert failed([0, 0, 0, 0], [0, 0, 0, 0]) == PRIOR.tolist()


def test_suspects_with_the_odds_over_the_next() -> None:
    told = suspects(posterior(TREE, PRIOR, np.array([0, 4, 4, 0]), np.zeros(4, int)))
    assert [one.node for one in told] == [0, 1, 2]
    assert told[0].odds == pytest.approx(0.8977 / 0.3716, abs=1e-3)


def test_the_question_is_asked_where_its_answer_decides() -> None:
    # A and B are dark: whether C burns says whether it was the substation.
    node, gain = best_question(TREE, PRIOR, np.array([0, 4, 4, 0]), np.zeros(4, int), [1, 2, 3])
    assert node == 3
    assert gain > 0.1


def test_nodes_in_a_ring_are_refused() -> None:
    with pytest.raises(InputError, match="in a ring"):
        posterior(np.array([1, 0], np.int32), np.array([0.1, 0.1]), np.zeros(2, int), np.zeros(2, int))
    with pytest.raises(InputError, match="0 to 1"):
        posterior(np.array([-1]), np.array([1.2]), np.zeros(1, int), np.zeros(1, int))


def test_priors_by_the_water_rise_with_it() -> None:
    chances = [prior_by_water(depth, 0.35, 0.1) for depth in (0.0, 0.2, 0.35, 0.5)]
    assert chances == sorted(chances)
    assert prior_by_water(float("nan"), 0.35, 0.1) == 0.01
    assert prior_by_water(0.4, 0.35, 0.0) == 1.0


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_agrees_with_the_sum_over_all_states(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 6))
    parent = np.array([-1, *(data.draw(st.integers(-1, i - 1)) for i in range(1, n))], np.int32)
    prior = np.array([data.draw(st.floats(0.01, 0.9)) for _ in range(n)])
    dark, lit = (np.array([data.draw(st.integers(0, 3)) for _ in range(n)]) for _ in range(2))
    model, total, by_own, by_down = ReportModel(), 0.0, np.zeros(n), np.zeros(n)
    for own in product((False, True), repeat=n):
        down = [False] * n
        weight = 1.0
        for i in range(n):
            down[i] = own[i] or (parent[i] >= 0 and down[parent[i]])
            says = model.dark_if_down if down[i] else model.dark_if_fed
            weight *= (prior[i] if own[i] else 1 - prior[i]) * says ** dark[i] * (1 - says) ** lit[i]
        total += weight
        by_own += weight * np.array(own)
        by_down += weight * np.array(down)
    found = posterior(parent, prior, dark, lit)
    np.testing.assert_allclose(found.failed, by_own / total, atol=1e-9)
    np.testing.assert_allclose(found.down, by_down / total, atol=1e-9)


def test_a_city_of_fifty_thousand_lamps_is_judged_at_once() -> None:
    # 20 substations, 1,000 cabinets, 4,000 segments, 45,000 lamps as nodes: far more than is asked of it.
    parent = np.concatenate([np.full(20, -1), np.arange(1000) % 20, 20 + np.arange(4000) % 1000,
                             1020 + np.arange(45_000) % 4000]).astype(np.int32)
    rng = np.random.default_rng(1)
    dark, lit = rng.integers(0, 2, len(parent)), rng.integers(0, 2, len(parent))
    prior = np.full(len(parent), 0.01)
    posterior(parent, prior, dark, lit)
    begin = perf_counter()
    posterior(parent, prior, dark, lit)
    assert perf_counter() - begin < 0.5, "50 ms on a quiet machine"
    # As it is asked: lamps are reports, what feeds them the nodes. By the processor's time: other work is not counted.
    fed = np.arange(45_000) % 4000 + 1020
    dark, lit = (np.bincount(fed, weights=said[5020:], minlength=5020).astype(np.int64) for said in (dark, lit))
    begin = process_time()
    posterior(parent[:5020], prior[:5020], dark, lit)
    assert process_time() - begin < 0.05
