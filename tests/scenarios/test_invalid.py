"""Every file in ``tests/invalid/scenarios`` is refused with the message that stands beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geodata.city.model import CityFile
from geodata.demo_town import valmont
from geodata.wording import refusal_text
from scenarios import load_scenario, prepare
from scenarios.pipeline import water
from tests.french import english_in
from tests.reference.hand_town import hand_city
from twin.errors import InputError

INVALID = Path(__file__).parents[1] / "invalid" / "scenarios"
FILES = sorted(INVALID.glob("*.yaml"))
#: These complain about the city itself, so theirs is read; those named ``town_*`` need a river and streets.
OF_CITY = {"missing_city", "no_city"}


def refused(path: Path) -> InputError | None:
    city = hand_city()
    try:
        scenario = load_scenario(path)
        if path.stem in OF_CITY:
            prepare(scenario)
        elif path.stem.startswith("town_"):
            water(prepare(scenario, valmont()))
        else:
            prepare(scenario, CityFile(city=city, shapes=np.full(15, None, object)))
    except InputError as error:
        return error
    return None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_invalid_scenario_is_refused_with_its_message(path: Path) -> None:
    error = refused(path)
    assert error is not None
    expected = path.with_suffix(".message").read_text(encoding="utf-8").rstrip("\n")
    assert str(error).replace(f"{INVALID}/", "") == expected
    assert english_in(error) == [], refusal_text(error, "fr")


def test_every_message_belongs_to_a_file() -> None:
    assert {path.stem for path in INVALID.glob("*.message")} == {path.stem for path in FILES}
