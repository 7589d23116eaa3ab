"""Uncrewed: a run as it would be with crews without limit. Rankings and cuts are counted beside that."""

from __future__ import annotations

from dataclasses import replace

from twin.engine.simulate import run
from twin.results.result import Result


def without_crews(result: Result) -> Result:
    """Give a run as it would be with crews without limit; the run itself where they are."""
    if result.plan.crews is None:
        return result
    return run(result.city, replace(result.plan, crews=None), result.exposure)
