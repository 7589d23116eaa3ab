"""Ids in a row: A-081, A-082, A-083, A-084 are told as A-081 to A-084."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Fewer than this are told one by one.
_LEAST = 3


def in_runs(ids: Sequence[str]) -> list[list[str]]:
    """Give ids in order, those whose numbers follow on one another together at the place of the first of them.

    Examples
    --------
    >>> in_runs(["A-081", "R-02", "A-083", "A-082", "A-095"])
    [['A-081', 'A-082', 'A-083'], ['R-02'], ['A-095']]
    >>> in_runs(["P-01", "P-02"])
    [['P-01'], ['P-02']]
    """
    numbers = {one: (found[1], int(found[2]), len(found[2])) for one in ids if (found := re.fullmatch(
        r"(.*?)(\d{1,9})", one))}
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
        run = run if len(run) >= _LEAST else [one]
        told |= set(run)
        runs.append(run)
    return runs
