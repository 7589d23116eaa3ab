"""One table of states: every pair that must be read keeps its contrast, every text stands in every language."""

import re

import pytest

from twin.codes import Mechanism
from twin.world.kinds import STAGES as REPAIR
from viewer.public.stories import STAGES, STORIES
from viewer.states import contrast, states, svg
from viewer.words import Voice, registers

TABLE = states()


@pytest.mark.parametrize(("one", "other", "least"), TABLE["pairs"])
def test_pairs_of_colours_keep_their_contrast(one: str, other: str, least: float) -> None:
    assert contrast(TABLE["colors"][one], TABLE["colors"][other]) >= least


def test_out_is_told_by_shape_and_not_by_colour_alone() -> None:
    for name, symbol in TABLE["symbols"].items():
        paths = {shape["d"] for shape in symbol["shapes"]}
        if name.endswith("_out") and not name.startswith("lock_"):
            lit = {shape["d"] for shape in TABLE["symbols"][name.replace("_out", "_in")]["shapes"]}
            assert paths - lit, f"{name} differs from its lit state by colour alone"


@pytest.mark.parametrize("name", TABLE["symbols"])
def test_symbols_are_drawn_and_named_in_every_register(name: str) -> None:
    assert svg(name).count("<path") == len(TABLE["symbols"][name]["shapes"])
    for register in registers():
        assert set(TABLE["symbols"][name]["words"][register]) == {"zero", "one", "many"}


def test_catalogues_say_the_same_things() -> None:
    words = registers()
    assert set(words["fr"]) == set(words["en"])
    assert set(words["simple"]) <= set(words["fr"])

    def slots(entry: object) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", str(entry if isinstance(entry, str) else entry["many"])))  # type: ignore[index]

    for key, entry in words["fr"].items():
        assert type(entry) is type(words["en"][key]), key
        assert slots(entry) == slots(words["en"][key]), key


def test_every_mechanism_story_and_stage_has_its_words() -> None:
    words = set(registers()["fr"])
    for mechanism in Mechanism:
        assert {f"how_{mechanism.word}", f"how_{mechanism.word}_f"} <= words
        assert mechanism is Mechanism.FLOODED or f"outside_{mechanism.word}" in words
    assert {f"cause_{story}" for story in STORIES} <= words
    assert {f"stage_{stage}" for stage in ("recede", *REPAIR)} <= words
    assert {f"stage_long_{stage}" for stage in REPAIR} <= words
    for stage in STAGES:
        assert {f"wait_{stage}", f"back_waits_{stage}"} <= words


@pytest.mark.parametrize("register", registers())
def test_french_has_its_typography(register: str) -> None:
    for key, entry in registers()[register].items():
        for text in entry.values() if isinstance(entry, dict) else [entry]:
            assert "'" not in text, key
            if register != "en":
                assert not re.search(r" [:;?!»]|« ", text), key


def test_python_speaks_as_the_page_does() -> None:
    say = Voice("fr")
    assert say("of_total", n=5, total=1365) == "5 sur 1\u202f365"
    assert "<strong>" in str(say.rich("night_dry", n=2, total=9))
    assert "&lt;b&gt;" in str(say.rich("released_by", name="<b>"))
