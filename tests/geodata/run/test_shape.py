"""Every indicator has its shape: what the engine gives fits it, and nothing that it gives is left unchecked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from geodata.run.shape import INDICATORS, Each, Known, Maybe, check
from tests.nights import night
from tests.reference.hand_town import HandTown
from twin.engine.simulate import run
from twin.results.result import Result


def unnamed(value: Any, shape: Any, at: str = "") -> Iterator[str]:
    """Give the places of values for which the shape has no name."""
    if isinstance(shape, Maybe):
        yield from unnamed(value, shape.shape, at) if value is not None else ()
    elif isinstance(shape, list):
        for item in value:
            yield from unnamed(item, shape[0], at)
    elif isinstance(shape, Each):
        for item in value.values():
            yield from unnamed(item, shape.shape, at)
    elif isinstance(shape, Mapping):
        shapes = {name.removesuffix("?"): inner for name, inner in shape.items()}
        for key, item in value.items():
            if key in shapes:
                yield from unnamed(item, shapes[key], f"{at}.{key}")
            else:
                yield f"{at}.{key}"


def fits(result: Result) -> None:
    check(dict(result.indicators), INDICATORS, Known.of("run.json", result.city.assets, result.plan.start))
    assert sorted(set(unnamed(dict(result.indicators), INDICATORS))) == []


def test_indicators_of_the_hand_town_fit(hand_town: HandTown) -> None:
    fits(run(hand_town.city, hand_town.plan, hand_town.exposure))


@pytest.mark.parametrize("name", ["ouche-q100", "ouche-q10", "valmont-june"])
def test_indicators_of_shipped_nights_fit(name: str) -> None:
    fits(night(name).result)
