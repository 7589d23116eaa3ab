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
_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)


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


def ranges(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Give ids in order, those that follow each other as their first and last; one by itself is both.

    Examples
    --------
    >>> ranges(["A-084", "A-081", "A-082", "A-083", "C-02", "A-090", "A-091"])
    [('A-081', 'A-084'), ('A-090', 'A-090'), ('A-091', 'A-091'), ('C-02', 'C-02')]
    """
    runs: list[list[str]] = []
    for one in sorted(set(ids), key=_by_number):
        if runs and _follows(runs[-1][-1], one):
            runs[-1].append(one)
        else:
            runs.append([one])
    return [pair for run in runs
            for pair in ([(run[0], run[-1])] if len(run) >= RANGE else [(one, one) for one in run])]


def _by_number(one: str) -> tuple[str, int, str]:
    found = _NUMBERED.fullmatch(one)
    return (one, -1, one) if found is None else (found[1], int(found[2]), one)


def _follows(before: str, after: str) -> bool:
    one, other = _NUMBERED.fullmatch(before), _NUMBERED.fullmatch(after)
    return (one is not None and other is not None and one[1] == other[1] and len(one[2]) == len(other[2])
            and int(other[2]) == int(one[2]) + 1)
