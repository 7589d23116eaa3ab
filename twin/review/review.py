"""Review: a night's forecasts against what happened: scores by issue, kind and street, times, levels, heights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE
from twin.review.contingency import Contingency
from twin.review.levels import LevelError, level_errors
from twin.review.night import Issue, Night
from twin.review.taught import TaughtHeight, taught_heights
from twin.review.verdicts import NEAR_S, Judged, Verdict, counted, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a set of verdicts comes to."""

    table: Contingency
    #: Foretold, and nobody looked in that time: counts for nothing.
    unseen: int
    #: Foretold in doubt alone: came, did not come, not seen.
    may_came: int
    may_not: int
    may_unseen: int
    #: Hits whose time is known to have lain between two words, or late, or early; and the middle of the errors [s]:
    #: above 0 foretold later than it came.
    timed: int
    median_error_s: float

    @property
    def seen(self) -> int:
        """How many assets somebody saw."""
        t = self.table
        return t.hits + t.misses + t.false_alarms + t.quiet + self.may_came + self.may_not


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReview:
    """One issue against the night."""

    issue: Issue
    scores: Scores
    #: Already known to be out when it was issued: not foretold.
    known: int
    judged: Sequence[Judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A whole night."""

    night: Night
    issues: Sequence[IssueReview]
    #: What was foretold last before it was seen: of each asset the verdict of the last issue before.
    last: Sequence[Judged]
    scores: Scores
    by_kind: Sequence[tuple[str, Scores]]
    #: Of the assets in each street; those without one under an empty name.
    by_street: Sequence[tuple[str, Scores]]
    levels: Sequence[LevelError]
    taught: Sequence[TaughtHeight]

    @property
    def seen(self) -> int:
        """How many assets somebody spoke of."""
        return len(np.unique(self.night.words.asset))


def review(night: Night, *, near_s: int = NEAR_S) -> Review:
    """Hold a night's issues against what was seen.

    Parameters
    ----------
    night
        Its runs in order of issue, and what was said and read.
    near_s
        An outage that came within this of what was foretold is the one that was foretold [s].
    """
    issues = []
    for issue in night.issues:
        judged, known = judge(issue, night.words, near_s=near_s)
        issues.append(IssueReview(issue=issue, scores=scores_of(judged), known=known, judged=judged))
    last = _last(night, issues)
    assets = night.issues[0].result.city.assets
    kinds = [str(assets.kinds.names[assets.kind[one.asset]]) for one in last]
    streets = [str(assets.street[one.asset] or "") for one in last]
    return Review(night=night, issues=issues, last=last, scores=scores_of(last), by_kind=_grouped(last, kinds),
                  by_street=_grouped(last, streets), levels=level_errors(night.issues, night.readings),
                  taught=taught_heights(night.issues[-1], night.words))


def scores_of(judged: Sequence[Judged]) -> Scores:
    """Give what verdicts come to."""
    of = [one.verdict for one in judged]
    errors = [one.error_s for one in judged if one.verdict is Verdict.HIT and one.error_s is not None]
    return Scores(table=counted(judged), unseen=of.count(Verdict.UNSEEN), may_came=of.count(Verdict.MAY_CAME),
                  may_not=of.count(Verdict.MAY_NOT), may_unseen=of.count(Verdict.MAY_UNSEEN), timed=len(errors),
                  median_error_s=float(np.median(errors)) if errors else float("nan"))


def _last(night: Night, issues: Sequence[IssueReview]) -> list[Judged]:
    """Give of each asset the verdict of the last issue before it was first seen out, or else last seen in service.

    Of what nobody saw, the last issue of all speaks.
    """
    of_issue = [{one.asset: one for one in told.judged} for told in issues]
    issued = np.array([told.issue.issued for told in issues])
    moments: dict[int, int] = {}
    dark: set[int] = set()
    words = night.words
    for asset, at, is_out in zip(words.asset.tolist(), words.at.tolist(), words.is_out.tolist(), strict=True):
        if asset not in dark:
            moments[asset] = at
        if is_out:
            dark.add(asset)
    found = []
    for asset in sorted(moments.keys() | {asset for told in of_issue for asset in told}):
        place = int(np.searchsorted(issued, moments[asset])) - 1 if asset in moments else len(issues) - 1
        if place != NONE and (one := of_issue[place].get(asset)) is not None:
            found.append(one)
    return found


def _grouped(judged: Sequence[Judged], names: Iterable[str]) -> list[tuple[str, Scores]]:
    groups: dict[str, list[Judged]] = {}
    for one, name in zip(judged, names, strict=True):
        groups.setdefault(name, []).append(one)
    return [(name, scores_of(groups[name])) for name in sorted(groups)]
