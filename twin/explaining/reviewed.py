"""A night's review in words: what was foretold, what came, how late it was told, and what the night teaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import numpy as np

from twin.explaining.words import Speech, speech
from twin.review.levels import LevelError
from twin.review.night import Issue, by_the_clock
from twin.review.review import Review, Scores
from twin.review.taught import TaughtHeight
from twin.review.verdicts import Verdict
from twin.world.city import City

#: Heads of the table of scores.
COLUMNS = ("came as foretold", "came unforeseen", "did not come", "in doubt: came", "in doubt: did not come",
           "nobody looked", "detected", "false alarms", "CSI", "foretold")
#: Unforeseen assets named at most.
_NAMED = 8
_OUT_BEYOND = ("{asset}: was out after {depth} of water alone, though the file says it fails at {before}: more than "
               "errors explain. The word, the water or the height is wrong.")
_STOOD_BEYOND = ("{asset}: was seen in service in {depth} of water, though the file says it fails at {before}: more "
                 "than errors explain. The word, the water or the height is wrong.")
_LEFT_OUT = {"unknown": "{n} words about assets that the city does not have",
             "mixed": "{n} messages with lamps both dark and lit: neither out nor in service",
             "gauge_step": "{n} readings that jump", "gauge_range": "{n} readings out of the gauge's range",
             "gauge_stuck": "{n} readings of a stuck gauge"}


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One row of a table of scores: its name and a cell for each of ``COLUMNS``."""

    name: str
    cells: tuple[str, ...]


def score_columns(lang: str) -> tuple[str, ...]:
    """Give the heads of the table of scores."""
    words = speech(lang)
    return tuple(words.text(column) for column in COLUMNS)


def score_rows(found: Review, lang: str) -> list[ScoreRow]:
    """Give the table: a row for each run, for what was foretold last before it was seen, and for each kind."""
    words = speech(lang)
    city = found.night.issues[0].result.city
    rows = [ScoreRow(_issued(words, city, one.issue, found.night.issues[0].issued), _cells(words, one.scores))
            for one in found.issues]
    if len(found.issues) > 1:
        rows.append(ScoreRow(words.text("Last run before it was seen"), _cells(words, found.scores)))
    for kind, scores in found.by_kind:
        if not scores.seen:
            continue
        many = words.kind(city.assets.kinds, kind).many
        rows.append(ScoreRow(words.text("of which {kind}", kind=many), _cells(words, scores)))
    return rows


def _issued(words: Speech, city: City, issue: Issue, first: int) -> str:
    """Give a run with the time at which it was issued, and the day of the week where it is not the first one's."""
    at, beside = (by_the_clock(city, one) for one in (issue.issued, first))
    if at.date() == beside.date():
        return words.text("{run}, issued {time}", run=issue.name, time=words.clock(at))
    return words.text("{run}, issued {day} at {time}", run=issue.name, day=words.day(at).split(" ", 1)[0],
                      time=words.clock(at))


def reviewed_lines(found: Review, lang: str) -> list[str]:
    """Give the sentences of a review, in the order in which they are read."""
    words = speech(lang)
    return [Speech.sentence(line) for line in (*_seen(found, words), *_unforeseen(found, words), *_late(found, words),
                                               *_levels(found, words), *_taught(found, words))]


def taught_line(city: City, taught: TaughtHeight, lang: str) -> str:
    """Give the sentence about one height."""
    words = speech(lang)
    values = {"asset": words.asset(city.assets.kinds, city.assets[taught.asset]),
              "before": words.depth(taught.before_m), "middle": words.depth(taught.p50_m),
              "low": words.depth(taught.p10_m), "high": words.depth(taught.p90_m)}
    if taught.is_beyond:
        depth_m = taught.failed_m if isnan(taught.stood_m) else taught.stood_m
        message = _OUT_BEYOND if isnan(taught.stood_m) else _STOOD_BEYOND
        return words.text(message, depth=words.depth(depth_m), **values)
    if not isnan(taught.failed_m) and not isnan(taught.stood_m):
        return words.text("{asset}: stood in {stood} of water and failed by {failed}. The file says it fails at "
                          "{before}; the night says about {middle} ({low} to {high}).",
                          stood=words.depth(taught.stood_m), failed=words.depth(taught.failed_m), **values)
    if isnan(taught.failed_m):
        return words.text("{asset}: stood in {stood} of water. The file says it fails at {before}; the night says "
                          "about {middle} ({low} to {high}).", stood=words.depth(taught.stood_m), **values)
    return words.text("{asset}: was out after {failed} of water. The file says it fails at {before}; the night says "
                      "about {middle} ({low} to {high}).", failed=words.depth(taught.failed_m), **values)


def _cells(words: Speech, scores: Scores) -> tuple[str, ...]:
    table = scores.table
    return (*(words.number(value) for value in (table.hits, table.misses, table.false_alarms, scores.may_came,
                                                scores.may_not, scores.unseen + scores.may_unseen)),
            *("–" if isnan(share) else words.number(share, 2) for share in (table.pod, table.far, table.csi)),
            _error(words, scores))


def _error(words: Speech, scores: Scores) -> str:
    if not scores.timed:
        return "–"
    minutes = round(scores.median_error_s / 60)
    if not minutes:
        return words.text("in time")
    said = words.duration(abs(scores.median_error_s))
    return words.text("{time} too late", time=said) if minutes > 0 else words.text("{time} too early", time=said)


def _seen(found: Review, words: Speech) -> Iterator[str]:
    night = found.night
    if not len(night.words):
        yield words.text("Nobody reported anything of an asset: nothing can be said of what was foretold.")
    else:
        yield words.text("{seen} assets were spoken of, {called} times by people, {sent} times by instruments. What "
                         "nobody saw counts neither for the forecast nor against it.", seen=words.number(found.seen),
                         called=words.number(night.called), sent=words.number(max(len(night.words) - night.called, 0)))
    for reason, n in night.left_out:
        yield words.text("Left out: {what}.", what=words.text(_LEFT_OUT[reason], n=words.number(n)))
    known = sum(one.known for one in found.issues[-1:])
    if known:
        yield words.text("{n} assets were already known to be out as the last run was issued: not foretold.",
                         n=words.number(known))


def _unforeseen(found: Review, words: Speech) -> Iterator[str]:
    city = found.night.issues[-1].result.city
    for verdict, message in ((Verdict.MISS, "Came unforeseen: {assets}."),
                             (Verdict.FALSE_ALARM, "Foretold out and seen in service: {assets}.")):
        mine = [one.asset for one in found.last if one.verdict is verdict]
        if mine:
            named = [words.asset(city.assets.kinds, city.assets[row]) for row in mine[:_NAMED]]
            if len(mine) > _NAMED:
                named.append(words.plural("{n} more", "{n} more", len(mine) - _NAMED))
            yield words.text(message, assets=words.listing(named))


def _late(found: Review, words: Speech) -> Iterator[str]:
    scores = found.scores
    if scores.timed:
        yield words.text("For {n} of the {hits} that came as foretold the hour can be checked: {error} at the median.",
                         n=words.number(scores.timed), hits=words.number(scores.table.hits),
                         error=_error(words, scores))


def _levels(found: Review, words: Speech) -> Iterator[str]:
    if found.night.readings and not found.levels:
        yield words.text("The gauges were read, but no run has a forecast of them at hand: levels are not judged.")
    for one in found.levels:
        yield _level(words, one)


def _level(words: Speech, one: LevelError) -> str:
    bias = words.depth(abs(one.bias_m))
    told = words.text("foretold {bias} too low on average", bias=bias) if one.bias_m < -0.005 else words.text(
        "foretold {bias} too high on average", bias=bias) if one.bias_m > 0.005 else words.text(
        "right on average")
    line = words.text("{gauge}, {low} to {high} h before: {told}, error {rms}; passed {passed} of {n} times",
                      gauge=one.gauge, low=words.number(one.from_h), high=words.number(one.to_h), told=told,
                      rms=words.depth(one.rms_m), passed=words.number(one.passed), n=words.number(one.readings))
    if np.isnan(one.skill):
        return line + "."
    better = words.text("better than “as now”") if one.skill > 0 else words.text("no better than “as now”")
    return words.text("{told}; {better}.", told=line, better=better)


def _taught(found: Review, words: Speech) -> Iterator[str]:
    city = found.night.issues[-1].result.city
    yield from (taught_line(city, one, words.lang) for one in found.taught[:_NAMED])
    if found.taught:
        yield words.text("Heights are offered and never applied: whoever keeps the city measures them and writes them "
                         "in.")

