"""Counts, quantiles and causes, worked by hand from a few nights."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.cities import city_of
from twin.codes import Mechanism
from twin.ensemble.answers import Word, quantiles, word_of
from twin.ensemble.confidence import quantile_of
from twin.ensemble.member import Outcome
from twin.ensemble.tally import LATER, Tally
from twin.quantities import column

TOWN = {"C": "cabinet", "L": "lamp", "B": "building", "H": "site", "G": "site"}
C, L, B, H, G = range(5)


def night(index, outages, wet=(), unknown=(), drawn=None):
    """Give a night; an outage is (asset, start, end, dark, root, mechanism)."""
    rows = np.array(sorted(outages), np.int64).reshape(-1, 6).T
    return Outcome(index=index, asset=column(rows[0], np.int32), start_s=column(rows[1], np.int32),
                   end_s=column(rows[2], np.int32), dark_s=column(rows[3], np.int32),
                   mechanism=column(rows[5], np.int8), root=column(rows[4], np.int32),
                   root_mechanism=column(rows[5], np.int8), wet=column([a for a, _ in wet], np.int32),
                   peak_um=column([um for _, um in wet], np.int32), unknown=column(unknown, np.int32),
                   drawn=drawn or {})


@pytest.fixture(scope="module")
def answers():
    tally = Tally(city_of(TOWN))
    tally.add(night(0, [(L, 100, 200, 60, C, 0), (L, 300, 500, 0, L, 0), (H, 50, -1, 0, C, 0)], wet=[(C, 400_000)],
                    drawn={"level.offset_m": 0.1}))
    tally.add(night(2, [(L, 120, -1, 3600, C, 0)], wet=[(C, 600_000)], unknown=[B], drawn={"level.offset_m": 0.3}))
    tally.add(night(3, [(L, 90, 95, 0, L, 1), (G, 10, 20, 0, C, 4), (H, 10, 20, 0, C, 4)], drawn={"level.offset_m": 0}))
    tally.add(night(7, [], drawn={"level.offset_m": -0.2}))
    return tally.answers({1: "ValueError: no"})


def test_shares(answers):
    assert (answers.n, answers.failed) == (4, {1: "ValueError: no"})
    assert [answers.share_out(row).count for row in (C, L, B, H, G)] == [0, 3, 0, 2, 1]
    assert answers.share_dark(L).count == 2
    assert answers.unknown.sum() == 0  # B is neither out nor wet in any night: it has no row


def test_quantiles_are_of_the_nights_in_which_it_goes_out(answers):
    k = answers.place(L)
    assert answers.first_s[k].tolist() == [90, 100, 120]
    # For good: the second outage of night 0 ends at 500; night 2 is not back.
    assert answers.back_s[k].tolist() == [95, 500, np.inf]


def test_depths_are_of_all_nights(answers):
    assert answers.depth_m[answers.place(C)].tolist() == pytest.approx([0, 0, 0.6])
    assert answers.depth_m[answers.place(L)].tolist() == [0, 0, 0]


def test_causes_come_with_their_counts_the_most_frequent_first(answers):
    told = [(cause.root, cause.mechanism, cause.count) for cause in answers.causes_of(L)]
    assert told == [(C, Mechanism.FLOODED, 2), (L, Mechanism.TRIPPED, 1)]
    assert answers.causes_of(B) == []


def test_sites_out_in_one_night(answers):
    assert answers.together(np.array([H, G])).count == 1
    assert answers.together(np.array([H])).count == 2


def test_figures_and_draws_stand_night_by_night(answers):
    assert answers.figures["lamp_hours_dark"].tolist() == pytest.approx([60 / 3600, 1, 0, 0])
    assert answers.figures["lamps_not_back"].tolist() == [0, 1, 0, 0]
    assert answers.figures["sites_without_power"].tolist() == [1, 0, 2, 0]
    assert answers.drawn["level.offset_m"].tolist() == [0.1, 0.3, 0, -0.2]


def test_words_have_their_bounds():
    assert [word_of(k, 100) for k in (100, 95, 94, 76, 75, 25, 24, 1, 0)] == [
        Word.CERTAIN, Word.CERTAIN, Word.LIKELY, Word.LIKELY, Word.POSSIBLE, Word.POSSIBLE, Word.UNLIKELY,
        Word.UNLIKELY, Word.NEVER]


def test_every_asset_of_the_city_has_its_word(answers):
    assert answers.words(5) == [Word.NEVER, Word.POSSIBLE, Word.NEVER, Word.POSSIBLE, Word.POSSIBLE]


def test_nights_come_in_order():
    tally = Tally(city_of(TOWN))
    tally.add(night(3, []))
    with pytest.raises(ValueError, match="night 2 after night 3"):
        tally.add(night(2, []))


def test_zeros_that_nobody_wrote_down_count_among_the_values():
    rng = np.random.default_rng(2)
    place, values, zeros = rng.integers(0, 9, 60), rng.integers(1, 1000, 60), rng.integers(0, 40, 10)
    count = np.bincount(place, minlength=10)
    written = np.repeat(np.arange(10), zeros)
    expected = quantiles(np.append(place, written), np.append(values, np.zeros(len(written), np.int64)), count + zeros,
                         LATER)
    for found, known in zip(quantiles(place, values, count, LATER, zeros), expected, strict=True):
        np.testing.assert_array_equal(found, known)


def test_quantiles_of_many_places_are_those_of_each():
    rng = np.random.default_rng(1)
    place, values = rng.integers(0, 20, 500), rng.integers(0, 1000, 500)
    values[::7] = LATER
    effective = rng.uniform(1, 40, 21)
    found, within = quantiles(place, values, np.bincount(place, minlength=21), LATER, effective=effective)
    for k in range(20):
        mine = np.where(values == LATER, np.inf, values)[place == k]
        expected = [quantile_of(mine, q, min(effective[k], len(mine))) for q in (0.1, 0.5, 0.9)]
        assert found[k].tolist() == [one.value for one in expected]
        assert within[k].tolist() == [[one.low, one.high] for one in expected]
    assert np.isnan(found[20]).all()
    assert np.isnan(within[20]).all()


def test_nights_that_share_floods_know_hours_and_depths_as_well_as_the_floods():
    """Eight floods of five nights: hours and depths hang on the flood alone, and are told as by eight nights."""
    tally, flood = Tally(city_of(TOWN)), np.repeat(np.arange(8), 5)
    for i, of in enumerate(flood.tolist()):
        tally.add(night(i, [(L, 100 + of, 900 + of, 0, C, 0)], wet=[(L, 1000 * (of + 1))]))
    shared, apart = tally.answers(flood=flood), tally.answers()
    hours, depths = quantile_of(np.arange(100.0, 108.0), 0.5), quantile_of(np.arange(1.0, 9.0), 0.5)
    k = shared.place(L)
    assert shared.first_within_s[k, 1].tolist() == [hours.low, hours.high]
    assert shared.depth_within_m[k, 1] * 1000 == pytest.approx([depths.low, depths.high])
    assert apart.first_within_s[k, 1].tolist() == [102, 105]
    assert np.isinf(shared.first_within_s[k, [0, 2], [0, 1]]).all()  # eight do not bound a tenth
    assert shared.figure("lamps_ever_out")[1].high == 1
