"""Together: which acts go as one, and which ids are told as one range.

One hand goes once. Acts at places of one district (of one street where nobody said which district), by the same hand,
whose moments lie within minutes of the first, are one act with its first moment. What else has to be alike for it, such
as what became of the act, whoever asks says.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from twin.world.assets import Assets
from twin.world.kinds import Role

#: Acts whose moments lie within this time of the first, by the same hand, are one act [s].
TOGETHER_S = 600
#: Ids that follow each other are a range from so many on: two are sooner read by themselves.
RANGE = 3
_NUMBERED = re.compile(r"(.*?)(\d{1,9})", re.DOTALL)


def as_one(assets: Assets, rows: Sequence[int], before_s: Sequence[int], alike: Sequence[Hashable] = ()
           ) -> list[tuple[int, ...]]:
    """Give the acts that go as one: groups of places in ``rows``, in order of their first moments.

    Parameters
    ----------
    assets
        The city's.
    rows
        The asset of each act, (N,).
    before_s
        Before when each is to be done, (N,), in seconds from any moment.
    alike
        What has to be alike beside hand and place, (N,); without any, nothing has to.

    Returns
    -------
    Groups, each in order of its moments; every act is in one.
    """
    groups: dict[Hashable, list[list[int]]] = {}
    found: list[list[int]] = []
    for place in sorted(range(len(rows)), key=lambda one: (before_s[one], rows[one], one)):
        row = rows[place]
        where = ("district", assets.district[row]) if assets.district[row] else ("street", assets.street[row])
        # What stands nowhere that anybody could say is an errand of its own.
        key = (where if where[1] else ("alone", str(row)), assets.has_role(row, Role.GRID),
               alike[place] if len(alike) else None)
        mine = groups.setdefault(key, [])
        if mine and before_s[place] - before_s[mine[-1][0]] <= TOGETHER_S:
            mine[-1].append(place)
        else:
            mine.append([place])
            found.append(mine[-1])
    return [tuple(group) for group in found]


def in_runs(ids: Sequence[str]) -> list[list[str]]:
    """Give ids in order, those whose numbers follow on one another together at the place of the first of them.

    Examples
    --------
    >>> in_runs(["A-081", "R-02", "A-083", "A-082", "A-095"])
    [['A-081', 'A-082', 'A-083'], ['R-02'], ['A-095']]
    >>> in_runs(["P-01", "P-02"])
    [['P-01'], ['P-02']]
    """
    numbers = {one: (found[1], int(found[2]), len(found[2])) for one in ids if (found := _NUMBERED.fullmatch(one))}
    by_number = {key: one for one, key in numbers.items()}
    told: set[str] = set()
    runs: list[list[str]] = []
    for one in ids:
        if one in told:
            continue
        run = [one]
        if one in numbers:
            head, number, width = numbers[one]
            before = after = number
            while (head, before - 1, width) in by_number:
                before -= 1
            while (head, after + 1, width) in by_number:
                after += 1
            run = [by_number[head, n, width] for n in range(before, after + 1)]
        run = run if len(run) >= RANGE else [one]
        told |= set(run)
        runs.append(run)
    return runs


def ranges(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Give ids sorted by their numbers, those that follow each other as their first and last; one by itself is both.

    Examples
    --------
    >>> ranges(["A-084", "A-081", "A-082", "A-083", "C-02", "A-090", "A-091"])
    [('A-081', 'A-084'), ('A-090', 'A-090'), ('A-091', 'A-091'), ('C-02', 'C-02')]
    """
    return [(run[0], run[-1]) for run in in_runs(sorted(set(ids), key=_by_number))]


def _by_number(one: str) -> tuple[str, int, str]:
    found = _NUMBERED.fullmatch(one)
    return (one, -1, one) if found is None else (found[1], int(found[2]), one)
