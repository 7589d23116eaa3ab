"""Two plans in the same nights: what one saves, and what pairing is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.reference.cities import city_of
from tests.twin.ensemble.nights import ensemble_of
from tests.twin.ensemble.test_answers import night
from tests.twin.ensemble.test_member import LINKS, TOWN, of_everything
from twin.ensemble.comparing import check_alike, compare_nights
from twin.ensemble.confidence import paired, paired_share
from twin.ensemble.member import member
from twin.ensemble.tally import Tally
from twin.errors import InputError
from twin.explaining.paired import paired_lines, paired_rows
from twin.world.edits import Raise, apply_all

CITY = city_of({"C": "cabinet", "L": "lamp", "H": "site", "G": "site"})
H, G = 2, 3


def tally(sites_out):
    found = Tally(CITY)
    for i, rows in sites_out.items():
        found.add(night(i, [(row, 10, 20, 0, 0, 0) for row in rows] + [(1, 0, 7200, 3600 * (len(rows) + i), 0, 0)]))
    return found.answers()


def test_sites_and_figures_night_by_night():
    first, second = tally({0: [H], 1: [H, G], 2: [], 3: [G]}), tally({0: [], 1: [G], 2: [G], 4: []})
    found = compare_nights(first, second, (("H", "G"), ("H", "G")))
    assert (found.n, found.alone) == (3, (1, 1))
    assert [(c.asset_id, c.first, c.second, c.worse, c.better) for c in found.sites] == [
        ("H", 2, 0, 0, 2), ("G", 1, 2, 1, 0)]
    one, two, difference = found.figures["lamp_hours_dark"]
    assert (one, two) == pytest.approx((2.0, 5 / 3))
    # 1, 3, 2 and then 0, 2, 3 hours: the differences are -1, -1 and 1.
    assert difference.value == pytest.approx(-1 / 3)
    assert difference.high - difference.value == pytest.approx(1.96 * np.sqrt(4 / 3 / 3), abs=1e-3)


def test_it_is_told_in_both_languages():
    found = compare_nights(tally({0: [H], 1: [H, G]}), tally({0: [], 1: [G]}), (("H", "G"), ("H", "G")))
    french, english = ([line.replace("\u00a0", " ") for line in paired_lines(CITY, found, lang)]
                       for lang in ("fr", "en"))
    assert french[1] == ("L’établissement H : sans courant dans 2 nuits, puis dans 0 ; 2 évitées, 0 de plus : "
                         "−100 nuits sur 100 (−100 à +19).")
    assert english[1] == ("Critical site H: without power in 2 nights, then in 0; 2 saved, 0 lost: "
                          "−100 nights out of 100 (−100 to +19).")
    rows = {row.name: row.difference for row in paired_rows(found, "en")}
    assert rows["critical sites without power"] == "−1.0 (−1.0 to −1.0)"
    assert rows["lamps that go out"] == "="


def test_it_says_how_many_nights_tell_a_difference_from_none():
    first, second = tally({0: [H], 1: [H, G], 2: [], 3: [G]}), tally({0: [], 1: [G], 2: [G], 3: [G]})
    found = compare_nights(first, second, (("H", "G"), ("H", "G")))
    lines = [line.replace("\u00a0", " ") for line in paired_lines(CITY, found, "en")]
    # 1, 3, 2, 4 and then 0, 2, 3, 4 hours: differences -1, -1, 1, 0, of mean -1/4 and variance 11/12.
    wanted = int(np.ceil(1.959964 ** 2 * (11 / 12) * 16))
    assert any(f"lamp-hours of darkness (about {wanted} nights)" in line for line in lines), lines


@pytest.mark.parametrize(("saved", "lost", "n"), [(0.2, 0.02, 60), (0.05, 0.0, 200), (0.4, 0.1, 30)])
def test_the_interval_of_a_difference_of_shares_holds_the_truth_in_95_of_100(saved, lost, n):
    rng, held = np.random.default_rng(1), 0
    for _ in range(1000):
        falls = rng.choice(3, n, p=[saved, lost, 1 - saved - lost])
        found = paired_share(falls == 0, falls == 1)
        held += found.low <= lost - saved <= found.high
    assert 0.92 < held / 1000 < 0.98


def test_pairing_saves_nights():
    """A cabinet raised by 3 cm: the nights in which it matters are few, all others are the same in both plans."""
    before = ensemble_of(TOWN, LINKS, of_everything)
    raised = apply_all(before.plan, before.city, [Raise("C", 0.03)])
    after = replace(before, plan=raised.plan, city=raised.city)
    apart = ensemble_of(TOWN, LINKS, of_everything, seed=99)

    def out_s(ensemble):
        nights = [member(ensemble, i) for i in range(300)]
        return np.array([np.where(n.end_s < 0, 21600, n.end_s).sum() - n.start_s.sum() for n in nights], float)

    first = out_s(before)
    same, strange = paired(first, out_s(after)), paired(first, out_s(apart))
    assert same.value < 0
    assert same.high < 0  # the measure shows
    assert same.variance_ratio > 5
    assert strange.variance_ratio == pytest.approx(1, abs=0.3)
    assert strange.low < 0 < strange.high  # and is drowned otherwise


@pytest.mark.parametrize("other", [{"seed": 1}, {"uncertainty": {"rcd": 0.5}}])
def test_nights_that_are_not_the_same_are_not_compared(other):
    told = {"seed": 0, "uncertainty": {"rcd": 0.7}}
    check_alike(told, dict(told))
    with pytest.raises(InputError, match="the same draws in both"):
        check_alike(told, told | other)


def test_nights_in_common_are_needed():
    with pytest.raises(InputError, match="two or more"):
        compare_nights(tally({0: []}), tally({1: []}), (("H", "G"), ("H", "G")))
