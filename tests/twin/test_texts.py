"""Texts that anybody may have written: read by people, obeyed by nothing."""

from __future__ import annotations

import io

import pytest

from twin.texts import PLAINLY, clean, inert, plain, visible


@pytest.mark.parametrize("sign", [chr(n) for n in (*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2066, 0xFEFF,
                                                   0x200F, 0xE0041)])
def test_no_sign_that_steers_reaches_a_terminal(sign: str) -> None:
    assert visible(f"a{sign}b") == "a\ufffdb"
    assert sign not in clean(f"a{sign}b")


def test_lines_tabs_and_joiners_stay() -> None:
    text = "Rue de l’Île\n\tनमस्ते क\u200dष 💡"
    assert visible(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2+3+cmd|x", "@SUM(A1)", "\t=1", "\tx", "\rx", " =1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Rue A", "", "1-2", "a=b", "é"])
def test_other_cells_stay(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize(("encoding", "told"), [
    ("ascii", "L'Ile - 2 m3 -> d'ete 0,35 m ??"), ("latin-1", "L'Île - 2 m³ -> d'été 0,35\xa0m ??"),
    ("utf-8", "L’Île – 2 m³ → d’été 0,35\u202fm 💡م")])
def test_an_encoding_that_lacks_our_letters_is_no_error(encoding: str, told: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors=PLAINLY)
    stream.write("L’Île – 2 m³ → d’été 0,35\u202fm 💡م")
    stream.flush()
    assert raw.getvalue().decode(encoding).replace("\xa0", " ") == told.replace("\xa0", " ")


def test_half_a_letter_is_written_as_something() -> None:
    assert plain("caf\udce9") == "caf?"
