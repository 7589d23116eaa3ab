"""How likely each asset is out over time: tenths of the nights, to the second, and the words that go with them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.ensemble.test_answers import night
from twin.ensemble.answers import word_of
from twin.ensemble.moments import HARDLY, Moments, tenths_of, word_of_tenths


def of(nights, duration_s=6000):
    moments = Moments()
    for i, outages in enumerate(nights):
        moments.add(night(i, [(asset, start, end, 0, asset, 0) for asset, start, end in outages]))
    found = moments.likelihood(len(nights), duration_s)
    return found, list(zip(found.asset.tolist(), found.start_s.tolist(), found.end_s.tolist(), found.tenths.tolist(),
                           strict=True))


@pytest.mark.parametrize("n", [1, 3, 7, 20, 48, 60, 200, 1000])
def test_tenths_and_words_have_the_same_bounds(n):
    counts = np.arange(n + 1)
    for count, tenths in zip(counts.tolist(), tenths_of(counts, n).tolist(), strict=True):
        if count > HARDLY * n:
            assert word_of_tenths(tenths) is word_of(count, n), (count, n)
        else:
            assert tenths == 0
        assert abs(tenths - 10 * count / n) <= 0.5 + 1e-9


def test_likelihood_changes_where_a_night_does():
    nights = [[(1, 1000 + 100 * i, 3000)] for i in range(8)] + [[], [(0, 10, -1)]]
    found, told = of(nights)
    assert told == [(0, 10, -1, 1), *((1, 1000 + 100 * i, 1100 + 100 * i, i + 1) for i in range(7)), (1, 1700, 3000, 8)]
    assert list(found.within(1, 950, 1250)) == [(950, 1000, 0), (1000, 1100, 1), (1100, 1200, 2), (1200, 1250, 3)]
    assert list(found.within(1, 2900, -1)) == [(2900, 3000, 8), (3000, -1, 0)]
    assert list(found.within(0, 0, -1)) == [(0, 10, 0), (10, -1, 1)]
    assert list(found.within(2, 5, 9)) == [(5, 9, 0)]


def test_what_one_night_begins_as_another_ends_has_no_gap():
    assert of([[(0, 100, 200)], [(0, 200, 300)]])[1] == [(0, 100, 300, 5)]


def test_the_order_of_nights_does_not_matter():
    rng = np.random.default_rng(3)
    nights = [[(int(a), int(s), int(s) + 500) for a, s in zip(rng.integers(0, 4, 3), (0, 1000, 2000), strict=True)]
              for _ in range(30)]
    nights = [sorted(set(one)) for one in nights]
    assert of(nights)[1] == of(nights[::-1])[1]


def test_no_night_out_is_no_row():
    assert of([[], []])[1] == []
