"""Outages cut where doubt begins and ends."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.nights import night
from twin.quantities import NONE
from twin.results.doubts import Doubts
from twin.results.outages import Outages
from twin.results.spans import Spans, spans_of

HORIZON = 20


def outages_of(rows: list[tuple[int, int, int]]) -> Outages:
    asset, start, end = (np.array([row[k] for row in rows], np.int64) for k in range(3))
    zeros = np.zeros(len(rows), np.int64)
    given = {"asset": asset, "start_s": start, "end_s": end}
    return Outages(**{name: given.get(name, zeros) for name in Outages.__slots__})


def doubts_of(rows: list[tuple[int, int, int, bool]]) -> Doubts:
    asset, start, end, is_out = (np.array([row[k] for row in rows]) for k in range(4))
    zeros = np.zeros(len(rows), np.int64)
    given = {"asset": asset.astype(np.int64), "start_s": start.astype(np.int64), "end_s": end.astype(np.int64),
             "is_out": is_out.astype(bool)}
    return Doubts(**{name: given.get(name, zeros) for name in Doubts.__slots__})


def told(spans: Spans) -> list[tuple[int, int, int, bool, int]]:
    return [(int(a), int(s), int(e), bool(sure), int(o)) for a, s, e, sure, o in zip(
        spans.asset, spans.start_s, spans.end_s, spans.is_sure, spans.outage, strict=True)]


def test_an_outage_is_cut_where_doubt_begins_and_ends() -> None:
    outages = outages_of([(3, 10, 50), (4, 0, NONE)])
    doubts = doubts_of([(3, 20, 30, True), (3, 50, 60, False), (5, 1, NONE, False)])
    assert told(spans_of(outages, doubts)) == [
        (3, 10, 20, True, 0), (3, 20, 30, False, 0), (3, 30, 50, True, 0), (3, 50, 60, False, NONE),
        (4, 0, NONE, True, 1), (5, 1, NONE, False, NONE)]


def seconds(rows: list[tuple[int, int]]) -> set[int]:
    return {t for start, end in rows for t in range(start, HORIZON if end == NONE else end)}


ENDS = st.lists(st.integers(0, HORIZON), min_size=0, max_size=8, unique=True).map(sorted)


def paired(ends: list[int]) -> list[tuple[int, int]]:
    rows = list(zip(ends[::2], ends[1::2], strict=False))
    return rows + ([(ends[-1], NONE)] if len(ends) % 2 else [])


@given(out=ENDS, doubt=ENDS)
def test_every_second_is_said_once_and_as_the_tables_say(out: list[int], doubt: list[int]) -> None:
    outages, doubtful = paired(out), paired(doubt)
    spans = spans_of(outages_of([(0, *row) for row in outages]), doubts_of([(0, *row, True) for row in doubtful]))
    sure = seconds([(s, e) for _, s, e, is_sure, _ in told(spans) if is_sure])
    may = seconds([(s, e) for _, s, e, is_sure, _ in told(spans) if not is_sure])
    assert sure == seconds(outages) - seconds(doubtful)
    assert may == seconds(outages) & seconds(doubtful)


def test_spans_of_a_night_do_not_overlap_and_hold_all_of_it() -> None:
    result = night().result
    spans = result.spans
    end = np.where(spans.end_s == NONE, result.plan.duration_s, spans.end_s)
    assert np.all((spans.asset[1:] != spans.asset[:-1]) | (spans.start_s[1:] >= end[:-1]))
    assert np.all(end > spans.start_s)
    out = np.where(result.outages.end_s == NONE, result.plan.duration_s, result.outages.end_s)
    assert (end - spans.start_s)[spans.outage != NONE].sum() == (out - result.outages.start_s).sum()
