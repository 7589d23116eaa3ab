"""Acts that go as one: one hand, one district, within ten minutes of the first; and ids told as ranges."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from geodata.demo_town import valmont
from twin.results.together import TOGETHER_S, as_one, ranges
from twin.world.assets import Labels
from twin.world.kinds import Role

ASSETS = valmont().city.assets


def rows(*ids: str) -> list[int]:
    return [ASSETS.row(one) for one in ids]


def test_cabinets_of_one_district_within_ten_minutes_are_one_act() -> None:
    district = ASSETS.district[ASSETS.row("A-001")]
    near = [row for row in range(len(ASSETS)) if ASSETS.has_role(row, Role.SWITCHES)
            and ASSETS.district[row] == district][:3]
    assert len(near) == 3
    assert as_one(ASSETS, near, [900, 0, 600]) == [(1, 2), (0,)], "ten minutes count from the first, not the last"
    assert as_one(ASSETS, near, [601, 0, 600]) == [(1, 2), (0,)]
    assert as_one(ASSETS, near, [600, 0, 300]) == [(1, 2, 0)]


def test_what_is_not_alike_goes_by_itself() -> None:
    two = rows("A-001", "A-001")
    assert as_one(ASSETS, two, [0, 0], ["to_give", "done"]) == [(0,), (1,)]
    assert as_one(ASSETS, two, [0, 0], ["done", "done"]) == [(0, 1)]


def test_the_grid_is_another_hand_and_another_district_another_errand() -> None:
    boxes = [row for row in range(len(ASSETS)) if ASSETS.has_role(row, Role.GRID)]
    box = next(row for row in boxes if any(
        ASSETS.district[other] == ASSETS.district[row] and ASSETS.has_role(other, Role.SWITCHES)
        for other in range(len(ASSETS))))
    cabinet = next(row for row in range(len(ASSETS)) if ASSETS.has_role(row, Role.SWITCHES)
                   and ASSETS.district[row] == ASSETS.district[box])
    far = next(row for row in range(len(ASSETS)) if ASSETS.has_role(row, Role.SWITCHES)
               and ASSETS.district[row] != ASSETS.district[box])
    assert sorted(as_one(ASSETS, [box, cabinet, far], [0, 0, 0])) == [(0,), (1,), (2,)]


def test_without_a_district_the_street_counts_and_without_either_each_is_alone(tiny_city: Any) -> None:
    assets = tiny_city(dict.fromkeys("ABCDE", "cabinet"), []).assets.replaced(
        street=Labels.of(["Rue A", "Rue A", "Rue B", "", ""]), district=Labels.empty(5))
    assert as_one(assets, range(5), [0] * 5) == [(0, 1), (2,), (3,), (4,)]


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 5000)), max_size=40))
def test_every_act_is_in_one_group_whose_moments_lie_together(acts: list[tuple[int, int]]) -> None:
    cabinets = [row for row in range(len(ASSETS)) if ASSETS.has_role(row, Role.SWITCHES)]
    mine = [cabinets[one % len(cabinets)] for one, _ in acts]
    before = [at for _, at in acts]
    groups = as_one(ASSETS, mine, before)
    assert sorted(place for group in groups for place in group) == list(range(len(acts)))
    firsts = [before[group[0]] for group in groups]
    assert firsts == sorted(firsts)
    for group in groups:
        assert max(before[place] for place in group) - before[group[0]] <= TOGETHER_S


def test_ids_that_follow_each_other_are_a_range() -> None:
    assert ranges([]) == []
    assert ranges(["A-9", "A-10", "A-11"]) == [("A-9", "A-9"), ("A-10", "A-10"), ("A-11", "A-11")], \
        "numbers of another length are another series"
    assert ranges(["A-1-2", "A-1-1", "A-1-3"]) == [("A-1-1", "A-1-3")]
    assert ranges(["gare", "gare"]) == [("gare", "gare")]
