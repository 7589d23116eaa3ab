"""Typography of both languages, and catalogues that lack nothing."""

from __future__ import annotations

import ast
import string
from datetime import datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from geodata.wording import wording
from twin.errors import InputError
from twin.explaining.words import speech
from twin.locale.compile import compiled
from twin.world.assets import Assets
from twin.world.kinds import built_in_kinds

TWIN = Path(__file__).parents[3] / "twin"
PO = TWIN / "locale/fr/LC_MESSAGES/twin.po"


def messages() -> set[str]:
    """Every sentence that the code says through a catalogue: literal arguments of ``text``, tables of sentences."""
    found = set()
    for path in sorted([*(TWIN / "explaining").glob("*.py"), *(TWIN / "cli").rglob("*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                found.add(node.value)
    return found


def catalogue() -> dict[tuple[str, str], str]:
    with PO.open("rb") as file:
        found = [m for m in read_po(file) if m.id]
    flat: dict[tuple[str, str], str] = {}
    for m in found:
        forms = zip(m.id, m.string, strict=True) if isinstance(m.id, tuple) else [(m.id, m.string)]
        flat |= {(m.context or "", message): french for message, french in forms}
    return flat


def test_every_french_sentence_is_one_that_the_code_says() -> None:
    assert not {message for _, message in catalogue()} - messages()


def test_every_sentence_with_a_placeholder_has_its_french() -> None:
    said = {m for m in messages() if "{" in m and " " in m.strip()}
    # What the importer, the doctor, refusals and helps say stands in the catalogues of their own package.
    assert not said - {message for _, message in catalogue()} - set(wording("fr").sentences) - set(
        wording("fr", "refusals").sentences) - set(wording("fr", "command").sentences)


def test_a_french_sentence_holds_the_same_values() -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    told = catalogue()
    assert len(told) > 1000
    assert [english for (_, english), french in told.items() if not french] == [], "no French"
    # "{why}" and the like may be left out of neither.
    assert {english: french for (_, english), french in told.items() if values(french) != values(english)} == {}
    assert [french for french in told.values() if "'" in french] == [], "the French apostrophe is ’"
    assert [french for french in told.values() if any(sign in french for sign in (" :", " ;", " !", " ?"))] == [], (
        "a fixed space stands before a French double sign")


def test_genders_come_in_pairs() -> None:
    contexts: dict[str, set[str]] = {}
    for context, message in catalogue():
        contexts.setdefault(message, set()).add(context)
    assert all(found in ({""}, {"f", "m"}) for found in contexts.values())


def test_the_compiled_catalogue_is_the_one_that_is_committed() -> None:
    assert PO.with_suffix(".mo").read_bytes() == compiled(PO), "run python -m twin.locale.compile"


def test_french_numbers_times_and_units() -> None:
    fr = speech("fr")
    assert fr.number(1365) == "1\u202f365"
    assert fr.depth(0.444) == "0,44\u00a0m"
    assert fr.depth(0.0496, 0.05) == "moins de 0,05\u00a0m", "open under 0.05 m is not read as 0.05 m"
    assert fr.depth(0.0444, 0.05) == "0,04\u00a0m"
    assert fr.depth(0.05, 0.05) == "0,05\u00a0m"
    assert fr.clock(datetime(2027, 1, 12, 22, 5)) == "22\u00a0h\u00a005"
    assert fr.day(datetime(2027, 1, 12)) == "mardi 12 janvier 2027"
    assert fr.day(datetime(2027, 2, 1)) == "lundi 1er février 2027"
    assert fr.duration(21900) == "6\u00a0h\u00a005"
    assert fr.duration(2700) == "45\u00a0min"
    assert fr.listing(["a", "b", "c"]) == "a, b et c"


def test_english_numbers_times_and_units() -> None:
    en = speech("en")
    assert en.number(1365) == "1,365"
    assert en.depth(0.444) == "0.44\u00a0m"
    assert en.clock(datetime(2027, 1, 12, 22, 5)) == "22:05"
    assert en.day(datetime(2027, 1, 12)) == "Tuesday 12 January 2027"
    assert en.duration(7200) == "2\u00a0h"


@pytest.mark.parametrize(("distance_m", "said"), [(3, "10\u00a0m"), (144, "140\u00a0m"), (996, "1\u00a0km"),
                                                  (1240, "1,2\u00a0km")])
def test_distances_are_rounded_as_people_say_them(distance_m: float, said: str) -> None:
    assert speech("fr").distance(distance_m) == said


@pytest.mark.parametrize(("dx", "dy", "said"), [
    (100, 100, "140\u00a0m au nord-est"), (0, -200, "200\u00a0m au sud"), (-300, 10, "300\u00a0m à l’ouest"),
    (1, 1, ""), (float("nan"), 0, "")])
def test_where_one_asset_lies_seen_from_another(dx: float, dy: float, said: str) -> None:
    assets = Assets.of(built_in_kinds(), id=["L", "A"], kind=["lamp", "cabinet"], x_m=[0, dx], y_m=[0, dy])
    assert speech("fr").where(assets[0], assets[1]) == said


def test_a_language_that_we_do_not_speak_is_refused() -> None:
    with pytest.raises(InputError, match=r"language 'de'.*fr or en"):
        speech("de")
