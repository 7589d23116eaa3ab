"""Ways to a refuge: by hand, on a small network."""

from __future__ import annotations

import numpy as np

from tests.reference.streets import Street, access_of
from twin.access.escape import ways_to
from twin.world.access import AccessRules

#: Two refuges R1 and R2; H1 hangs on R1's side, H2 between, nearer to R2 by time; a street that leads nowhere.
WAYS: dict[str, Street] = {"R1-X": ("R1", "X", 500, 30), "X-H1": ("X", "H1", 200, 30), "X-H2": ("X", "H2", 600, 30),
                           "H2-R2": ("H2", "R2", 400, 30), "X-N": ("X", "N", 100, 30)}
AT = {"R1": "R1", "R2": "R2", "H1": "H1", "H2": "H2", "lost": ""}


def marked(homes: list[int], refuges: list[int]) -> set[str]:
    access = access_of(WAYS, AT, None, AccessRules(), 3600)
    found = ways_to(access, np.array(homes, np.int32), np.array(refuges, np.int32))
    return {name for name, is_on in zip(WAYS, found, strict=True) if is_on}


def test_each_goes_to_the_nearest_refuge_by_the_fastest_way() -> None:
    assert marked([2, 3], [0, 1]) == {"R1-X", "X-H1", "H2-R2", "X-H2"}, "the street of a home at its corner counts"
    assert marked([2], [0]) == {"R1-X", "X-H1"}
    assert "X-N" not in marked([2, 3], [0, 1])


def test_with_one_refuge_the_far_home_goes_all_the_way() -> None:
    assert marked([3], [0]) >= {"R1-X", "X-H2"}


def test_what_is_off_every_street_counts_for_nothing() -> None:
    assert marked([4], [0]) == {"R1-X"}
    assert marked([2], [4]) == set()
