"""Names from files leave without signs that steer a terminal, turn text around, break XML or run in a spreadsheet."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.texts import clean, inert
from viewer.public.quarters import OPEN, Quarters, without


@given(st.text(st.characters(), max_size=80))
def test_what_is_clean_is_one_line_of_visible_signs_that_xml_can_hold(text: str) -> None:
    said = clean(text)
    assert not [sign for sign in said if unicodedata.category(sign) in ("Cc", "Cs", "Cn")]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]", said)
    assert clean(said) == said
    element = ET.Element("a")
    element.text = said
    assert ET.fromstring(ET.tostring(element)).text in (said, None)


@pytest.mark.parametrize("name", ["Rue de l’Écluse", "Straße 4", "улица Ленина", "北京路", "क्षेत्र", "شارع", "Rue 𝔘ni"])
def test_names_of_all_scripts_stay(name: str) -> None:
    assert clean(name) == name


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-2+3+cmd|x", "+Rue B", "\uff1d1", "=cmd|'/C calc'!A0"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"
    assert inert(f"Rue {text}") == f"Rue {text}"


SPANS = st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 9000)).map(lambda pair: (pair[0], sum(pair))),
                 max_size=8)


@given(SPANS, st.integers(0, 899))
def test_rounded_outward_nothing_is_lost_and_nothing_grows_by_more_than_a_quarter(spans: list[tuple[int, int]],
                                                                                  past: int) -> None:
    told = Quarters(past).outward([*spans, (80_000, OPEN)])
    assert told == sorted(told)
    assert all(one[1] < other[0] for one, other in pairwise(told))
    for start, end in spans:
        assert any(begins <= start and end <= ends for begins, ends in told)
    edges = {start for start, _ in spans} | {80_000}
    for begins, ends in told:
        assert any(begins <= edge < begins + 900 for edge in edges)
        assert (begins + past) % 900 == 0 or begins == 0
        assert ends == OPEN or ((ends + past) % 900 == 0 and any(end <= ends < end + 900 for _, end in spans))


@given(SPANS, SPANS)
def test_what_is_left_and_what_is_taken_make_the_whole(spans: list[tuple[int, int]],
                                                       taken: list[tuple[int, int]]) -> None:
    ours, theirs = Quarters(0).outward(spans), Quarters(0).outward(taken)
    left = without(ours, theirs)
    for moment in range(0, 100_000, 900):
        holds = any(start <= moment < end for start, end in ours) and not any(
            start <= moment < end for start, end in theirs)
        assert any(start <= moment < end for start, end in left) == holds
