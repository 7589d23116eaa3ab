"""Files of water that must be refused, each with what was found, what was expected and what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from ruamel.yaml import YAML

from geodata.wording import refusal_text
from tests.french import english_in
from tests.geodata.waters import city, opened, terrain
from twin.errors import InputError

FOLDER = Path(__file__).parents[2] / "invalid/hazards"
CASES = YAML(typ="safe").load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))


def town():
    return city(terrain=terrain(np.add.outer(np.abs(np.arange(-10, 11)) / 2, np.arange(40, 0, -1) / 10)),
                water=[("L’Ouche", "ouche", shapely.LineString([(0, 105), (400, 105)]))],
                gauges=[("PN", 205, 105, 0.0)])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_refused_with_the_reason(case):
    with pytest.raises(InputError) as refused:
        list(opened(CASES[case]["flood"], FOLDER, town()).depths(np.arange(2)))
    message, at = str(refused.value), 0
    for words in CASES[case]["says"]:
        assert words in message[at:], message
        at = message.index(words, at)
    assert english_in(refused.value) == [], refusal_text(refused.value, "fr")


def test_every_file_of_the_folder_has_its_case():
    text = (FOLDER / "cases.yaml").read_text(encoding="utf-8")
    used = {p.name for p in FOLDER.iterdir() if p.name in text or p.match("d_*.asc")}
    assert used | {"cases.yaml"} == {p.name for p in FOLDER.iterdir()}
