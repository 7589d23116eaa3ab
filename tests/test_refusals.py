"""Every refusal has its French: each thing found, expected or advised anywhere in the four packages."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.french import WORDS
from tests.refusals import PACKAGES, Piece, pieces

_HOLE = re.compile(r"\{\w+\}")
#: Pieces that are the same in both languages: formats, keys and words that a file or a command has.
SAME = {
    "citytwin-ensemble-5", "<alert>", "Actual", "Datastreams()", "Datastreams({key})", "ISO 8601", "mm", "TOML",
    "{mean: 2h}", "--json"}
#: Ways that the scan makes of a sentence and the program never: a layer is asked for its CRS where it has one, and
#: one seed or several distributions differ.
NEVER = re.compile(r".* under none(,.*)?|two ensembles with (another distributions|other seed)")
#: Words that French has as well, as values of a sentence.
_BOTH = {"ensemble", "latin", "figure", "page", "table", "file", "slope", "storm", "uniform", "where", "layer",
         "records"}
_WORD = re.compile(r"\b[a-z]{4,}\b")
_QUOTED = re.compile(r"'[^']*'|«[^»]*»|`[^`]*`|\"[^\"]*\"|\S*[_=:/\\]\S*")
#: What may stand in a hole: a name, a number, or what is a number by its hole.
_SAMPLES = (lambda hole: hole[1:-1].upper(), lambda hole: "12",
            lambda hole: "12" if re.fullmatch(r"\{(n|count)\d*\}", hole) else hole[1:-1].upper())


@cache
def all_pieces() -> list[Piece]:
    return pieces()


@cache
def forms() -> frozenset[str]:
    return frozenset(_HOLE.sub("{}", form) for form in WORDS.sentences)


def lacks_french(text: str) -> bool:
    """Tell whether a sentence with its holes would come out in English, or in both languages at once."""
    own = _QUOTED.sub("", _HOLE.sub("", text))
    if text in SAME or NEVER.fullmatch(text) or not re.search(r"[A-Za-z]{2}", own) or _HOLE.sub("{}", text) in forms():
        return False
    return all(leaves_english(_HOLE.sub(lambda hole, like=like: like(hole[0]), text)) for like in _SAMPLES)


def leaves_english(sample: str) -> bool:
    """Tell whether words of a sentence are still there when it is told."""
    said, form = WORDS.told(sample), WORDS.form_of(sample)
    known = words(form[0]) if form else set()
    return said == sample or bool(words(sample) & words(said) - known - _BOTH)


def words(text: str) -> set[str]:
    """Give the words of a text that are neither quoted nor a path or an address."""
    return set(_WORD.findall(_HOLE.sub("", _QUOTED.sub("", text))))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_refusal_has_its_french(package: str) -> None:
    missing = {f"{piece.file}:{piece.line} {text!r}" for piece in all_pieces() if piece.file.startswith(package)
               for text in piece.texts if lacks_french(text)}
    assert sorted(missing) == []


def test_the_scan_finds_what_is_refused_and_notices_what_has_no_french() -> None:
    texts = {text for piece in all_pieces() for text in piece.texts}
    assert len(texts) > 1500
    assert "a name for the variant" in texts, "a plain sentence"
    assert "folder '{parent}' may not be written" in texts, "through a name, in one of several branches"
    assert "a VRT that is no plain mosaic of tiles (a mask)" in texts, "through what a caller hands over"
    assert lacks_french("a wheel that squeaks")
    assert lacks_french("a barrier that squeaks, without {value}")
    assert lacks_french("{n} squeaking")
    assert not lacks_french("'{value}'")

