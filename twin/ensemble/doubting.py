"""Doubt from nights: who is out in nearly all nights at a moment, who in some, who in hardly any.

The run of the plan itself stays what it is; what its nights say of each moment takes the place of its doubt. Where the
run has an asset out and fewer than 19 nights of 20 do, or in service and more than 1 of 20 do not, it may be out and
may not: pages, leaflets and alerts then say *may*, as they do for any doubt.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor

import numpy as np

from twin.codes import Mechanism
from twin.engine.doubt import in_doubt
from twin.engine.part import Intervals
from twin.ensemble.answers import CERTAIN_FROM, Answers
from twin.ensemble.moments import HARDLY, Moments
from twin.quantities import NONE, Int32Array, Int64Array, column
from twin.results.doubts import Doubts
from twin.results.indicators import indicators
from twin.results.result import Result
from twin.results.spans import spans_of
from twin.world.graph import graph_of


def doubts_of_nights(base: Result, answers: Answers, moments: Moments) -> Doubts:
    """Give when each asset may be out and may not, as the nights of an ensemble have it.

    Parameters
    ----------
    base
        The run of the plan itself.
    answers, moments
        What the nights give.
    """
    duration_s = base.plan.duration_s
    hopeful = _as_run(base, answers, *moments.out_in(ceil(CERTAIN_FROM * answers.n), duration_s))
    cautious = _as_run(base, answers, *moments.out_in(floor(HARDLY * answers.n) + 1, duration_s))
    return in_doubt((Intervals.of(base.outages), hopeful, cautious), duration_s)


def _as_run(base: Result, answers: Answers, asset: Int32Array, start_s: Int64Array, end_s: Int64Array) -> Intervals:
    """Give intervals with the most frequent cause of each asset."""
    place = np.searchsorted(answers.asset, asset)
    first = answers.causes.offsets[place]
    root, root_mechanism = answers.causes.root[first], answers.causes.mechanism[first]
    is_own = root == asset
    feeder = graph_of(base.city).preferred()[asset]
    return Intervals(
        asset=asset, start_s=start_s, end_s=end_s, root=column(root, np.int32),
        root_mechanism=column(root_mechanism, np.int8),
        mechanism=column(np.where(is_own, root_mechanism, Mechanism.SUPPLY_LOST), np.int8),
        cause=column(np.where(is_own | (feeder == NONE), root, feeder), np.int32))


def with_doubts(base: Result, doubts: Doubts, digest: str, nights: int) -> Result:
    """Give the run with the doubts of its nights: outages stay.

    An outage is doubtful that is sure at no moment: that most begin at another second in each night makes no doubt of
    whether they come.
    """
    spans = spans_of(base.outages, doubts)
    is_sure = np.zeros(len(base.outages), bool)
    is_sure[spans.outage[spans.is_sure]] = True
    outages = replace(base.outages, is_doubtful=column(~is_sure, np.bool_))
    return replace(
        base, outages=outages, doubts=doubts,
        indicators=indicators(base.plan, base.city, base.exposure, outages, doubts, base.trace),
        provenance={**base.provenance, "doubts_of": {"ensemble": digest, "nights": nights}})
