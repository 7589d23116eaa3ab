"""What goes out together: shares worked by hand, and groups that fall in the same nights."""

from __future__ import annotations

import numpy as np

from twin.ensemble.together import groups_of, joint_of


def test_the_shares_of_several_worked_by_hand():
    """Ten nights: A in 6, B in 5, both in 4, at one moment in 3. Apart they would share 6/10 · 5/10 = 3 in 10."""
    a, b = np.zeros(10, bool), np.zeros(10, bool)
    a[:6], b[2:7] = True, True
    found = joint_of(np.stack([a, b], axis=1), np.arange(10) < 3)
    assert (found.all.count, found.at_once.count, found.some.count) == (4, 3, 7)
    assert found.apart == 0.3


def test_a_group_takes_in_what_is_like_its_first_and_leaves_the_others():
    nights = np.arange(100)
    out = np.stack([nights < 80, nights < 78, (nights < 80) ^ (nights == 3), nights >= 60, nights < 10, nights < 9,
                    nights < 0], axis=1)
    assert groups_of(out) == [[0, 1, 2], [4, 5]]
    assert groups_of(out[:, [3, 6]]) == []


def test_nine_of_ten_of_the_nights_of_either_are_enough_and_fewer_are_not():
    nights = np.arange(20)
    assert groups_of(np.stack([nights < 10, nights < 9], axis=1)) == [[0, 1]]
    assert groups_of(np.stack([nights < 10, nights < 8], axis=1)) == []
