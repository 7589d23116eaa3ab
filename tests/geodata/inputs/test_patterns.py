"""Users' patterns: what Python's mean, in time that grows with the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.inputs.patterns import pattern_of

PATTERNS = [r"(\d+)\s*W", r"^(\w+)\b", r"[\w\s]+-", r"([^\s]+)$", r"\S+\W", r"[]a-c]+", r"[^]\d]+x?", r"(?i)é+", r"a\Z"]


@given(pattern=st.sampled_from(PATTERNS), text=st.text(alphabet="aB1 9éÉ-_]\u00a0\u202fW\tx\u0153", max_size=12))
def test_a_pattern_means_what_it_means_in_python(pattern: str, text: str) -> None:
    if r"\b" in pattern:
        text = text.encode("ascii", "ignore").decode()  # where words end is asked of ASCII alone
    ours, theirs = pattern_of(pattern).search(text), re.search(pattern, text)
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert (ours.group(0), ours.groups()) == (theirs.group(0), theirs.groups())


def test_a_pattern_that_divides_a_text_in_every_way_is_done_at_once() -> None:
    assert pattern_of(r"^(a+)+$").search("a" * 100_000 + "!") is None


@pytest.mark.parametrize("pattern", ["(", r"(?<=a)b", r"(a)\1", "a{2000}"])
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="without look-around and back-references"):
        pattern_of(pattern)
