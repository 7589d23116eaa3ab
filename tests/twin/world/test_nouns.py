"""The nouns at a prompt: what they print, and what they answer to an id that they do not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.nights import night
from twin.errors import InputError
from twin.world.city import City
from twin.world.supplies import Service


def test_tables_say_what_they_are_in_one_line() -> None:
    result = night().result
    nouns = (result, result.outages, result.trace, result.exposure, result.exposure.wet, result.exposure.crossings,
             result.series, result.city.assets, result.city.assets.street, result.city.supplies)
    for noun in nouns:
        assert len(repr(noun)) < 200
        assert "\n" not in repr(noun)
        assert repr(noun).startswith(type(noun).__name__)
    assert repr(result.outages) == f"Outages: {len(result.outages):,} rows"
    assert repr(result.outages) in repr(result)


def test_an_unknown_id_is_answered_by_the_nearest_or_by_how_ids_look(tiny_city: Callable[..., City]) -> None:
    assets = tiny_city({"S-1": "substation", "L-1": "lamp", "L-2": "lamp", "L-3": "lamp", "L-4": "lamp"},
                       [("S-1", "L-1")]).assets
    with pytest.raises(InputError, match=r"Did you mean L-1\b"):
        assets.row("L-1x")
    with pytest.raises(InputError) as error:
        assets.row("XX")
    assert error.value.remedy == "Ids look like: S-1; L-1, L-2, L-3."


def test_what_is_missing_is_not_called_found() -> None:
    said = str(InputError(file="night", found="no such folder", expected="the folder of a run"))
    assert said == "night: no such folder; expected the folder of a run."


def test_alternatives_of_one_group_give_one_service(tiny_city: Callable[..., City]) -> None:
    with pytest.raises(InputError, match="1 groups whose suppliers give different services"):
        tiny_city({"S": "substation", "T": "substation", "C": "cabinet"},
                  [("S", "C"), ("T", "C", {"service": Service.CONTROL})])
