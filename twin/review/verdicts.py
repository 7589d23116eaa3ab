"""Verdicts: of each asset that somebody saw, what one issue had foretold of it against what was seen.

Silence is no evidence: an asset that was foretold out and that nobody looked at in that time is *not seen*, and counts
neither for the forecast nor against it. What was already known to be out when the run was issued was not foretold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from twin.quantities import NONE
from twin.review.contingency import Contingency
from twin.review.night import Issue, Words

#: An outage that came this much before or after what was foretold is the one that was foretold [s].
NEAR_S = 2 * 3600


class Verdict(StrEnum):
    """What became of what was foretold. The words stand in files."""

    HIT = "hit"
    MISS = "miss"
    FALSE_ALARM = "false_alarm"
    QUIET = "quiet"
    UNSEEN = "unseen"  #: foretold, and nobody looked while it should have been out
    MAY_CAME = "may_came"  #: foretold in doubt alone, and it came
    MAY_NOT = "may_not"  #: foretold in doubt alone, and it did not come
    MAY_UNSEEN = "may_unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One asset under one issue. Moments in seconds since 1970, -1 for none."""

    asset: int
    verdict: Verdict
    #: Start of the outage foretold.
    foretold: int = NONE
    #: It came after the last word "in service" and not later than the first word "out".
    last_lit: int = NONE
    first_dark: int = NONE
    #: How much later than it came it was foretold [s], below 0 earlier, 0 between the two words; None where one of
    #: the words that would tell is missing.
    error_s: int | None = None


def verdict_of(spans: Sequence[tuple[int, int]], dark: Sequence[int], lit: Sequence[int], *, near_s: int = NEAR_S
               ) -> tuple[Verdict, int, int | None]:
    """Hold what was foretold of one asset against what was said of it.

    Parameters
    ----------
    spans
        From when to when it was foretold out, in order, none overlapping.
    dark, lit
        Moments of the words "out" and "in service", each in order.
    near_s
        What came this close to a span is what was foretold.

    Returns
    -------
    The verdict, the start of the span concerned (-1 for none), and the error of its time (None where it is not known).

    Examples
    --------
    >>> verdict_of([(100, 500)], dark=[220], lit=[90])
    (<Verdict.HIT: 'hit'>, 100, 0)
    >>> verdict_of([(100, 500)], dark=[80], lit=[40])
    (<Verdict.HIT: 'hit'>, 100, 20)
    >>> verdict_of([(100, 500)], dark=[], lit=[90, 300])
    (<Verdict.FALSE_ALARM: 'false_alarm'>, 100, None)
    >>> verdict_of([(100, 500)], dark=[], lit=[90])
    (<Verdict.UNSEEN: 'unseen'>, 100, None)
    >>> verdict_of([], dark=[220], lit=[])
    (<Verdict.MISS: 'miss'>, -1, None)
    """
    if not dark:
        looked = [start for start, end in spans if any(start <= t < end for t in lit)]
        if looked:
            return Verdict.FALSE_ALARM, looked[0], None
        return (Verdict.UNSEEN, spans[0][0], None) if spans else (Verdict.QUIET, NONE, None)
    near = [start for start, end in spans if any(start - near_s <= t < end + near_s for t in dark)]
    if not near:
        return Verdict.MISS, NONE, None
    start, first = near[0], dark[0]
    if start > first:
        return Verdict.HIT, start, start - first
    before = [t for t in lit if t < first]
    return Verdict.HIT, start, min(start - before[-1], 0) if before else None


def judge(issue: Issue, words: Words, *, near_s: int = NEAR_S) -> tuple[list[Judged], int]:
    """Give the verdict of every asset that one issue can be held to, and how many were already known to be out.

    Parameters
    ----------
    issue
        The run.
    words
        Of the whole night: those after its issue and within its hours count.
    near_s
        See ``verdict_of``.

    Returns
    -------
    Assets foretold out (or in doubt) from the issue on, and assets that somebody spoke of since; in order of row.
    """
    sure, may = _foretold(issue, wanted=True), _foretold(issue, wanted=False)
    said: dict[int, tuple[list[int], list[int]]] = {}
    known: set[int] = set()
    for asset, at, is_out in zip(words.asset.tolist(), words.at.tolist(), words.is_out.tolist(), strict=True):
        if at <= issue.issued:
            (known.add if is_out else known.discard)(asset)
        elif at < issue.until:
            said.setdefault(asset, ([], []))[0 if is_out else 1].append(at)
    found = []
    for asset in sorted((sure.keys() | may.keys() | said.keys()) - known):
        dark, lit = said.get(asset, ([], []))
        verdict, start, error_s = verdict_of(sure.get(asset, []), dark, lit, near_s=near_s)
        if asset in may and verdict in (Verdict.MISS, Verdict.QUIET):
            verdict, start, error_s = verdict_of(may[asset], dark, lit, near_s=near_s)
            verdict = _IN_DOUBT.get(verdict, verdict)
        first = dark[0] if dark else NONE
        found.append(Judged(asset=asset, verdict=verdict, foretold=start, first_dark=first, error_s=error_s,
                            last_lit=max((t for t in lit if not dark or t < first), default=NONE)))
    return found, len(known & (sure.keys() | may.keys() | said.keys()))


_IN_DOUBT = {Verdict.HIT: Verdict.MAY_CAME, Verdict.FALSE_ALARM: Verdict.MAY_NOT, Verdict.UNSEEN: Verdict.MAY_UNSEEN}


def _foretold(issue: Issue, *, wanted: bool) -> dict[int, list[tuple[int, int]]]:
    """Give when each asset is out for sure, or in doubt, after the issue: spans in seconds since 1970."""
    spans = issue.result.spans
    end = np.where(spans.end_s == NONE, issue.result.plan.duration_s, spans.end_s) + issue.start
    start = spans.start_s + issue.start
    mine = np.flatnonzero((spans.is_sure == wanted) & (end > issue.issued))
    found: dict[int, list[tuple[int, int]]] = {}
    for row in mine.tolist():
        found.setdefault(int(spans.asset[row]), []).append((max(int(start[row]), issue.issued), int(end[row])))
    return found


def counted(judged: Sequence[Judged]) -> Contingency:
    """Give the two-by-two table of those whose verdict is sure and seen."""
    of = [one.verdict for one in judged]
    return Contingency(hits=of.count(Verdict.HIT), misses=of.count(Verdict.MISS),
                       false_alarms=of.count(Verdict.FALSE_ALARM), quiet=of.count(Verdict.QUIET))
