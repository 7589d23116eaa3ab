"""The point of the situation as PDF: tagged, in its language, one page, the texts of the HTML page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typer.testing

from tests.nights import night
from twin.cli.app import app
from twin.errors import InputError
from twin.explaining.situation import page_of
from twin.results.situation import situation
from viewer.outputs.pdf import export_pdf, inputs_of, pdf_of

AT_S = 6 * 3600


def made(name: str, at_s: int, lang: str) -> tuple[Any, pypdf.PdfReader, bytes]:
    run = night(name)
    told = situation(run.result, at_s, since_s=3600)
    page = page_of(told, lang)
    data = pdf_of(run, told, page)
    return inputs_of(run, told, page), pypdf.PdfReader(BytesIO(data)), data


def elements(node: Any) -> Iterator[Any]:
    """Give every element of the tree of tags."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from elements(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_file_is_tagged_titled_and_speaks_its_language(lang: str) -> None:
    page, reader, _ = made("ouche-q100", AT_S, lang)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == lang
    assert reader.metadata is not None
    assert reader.metadata.title == page["document"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data(), "it says that it is PDF/UA"
    tags = list(elements(root["/StructTreeRoot"]))
    kinds = [str(tag["/S"]) for tag in tags]
    assert kinds.count("/Table") >= 3
    assert {"/H1", "/H2", "/TH", "/TD", "/Figure"} <= set(kinds)
    assert all(tag.get("/Alt") for tag in tags if tag["/S"] == "/Figure"), "a drawing is said in words"


def sizes_of(reader: pypdf.PdfReader) -> set[float]:
    """Give the sizes of all letters of a file's pages [pt]."""
    found: set[float] = set()
    for page in reader.pages:
        page.extract_text(visitor_text=lambda text, outer, inner, _, size: found.add(
            abs(size * outer[3] * inner[3])) if text.strip() and size else None)
    return found


@pytest.mark.parametrize(("name", "at_s", "lang"), [
    ("ouche-q100", AT_S, "fr"), ("ouche-q100", 10 * 3600, "en"), ("valmont-preventive-cut", 14 * 3600, "fr"),
    ("valmont-substation", 3 * 3600, "en")])
def test_its_text_is_that_of_the_tables_on_a_page_or_two(name: str, at_s: int, lang: str) -> None:
    page, reader, _ = made(name, at_s, lang)
    assert len(reader.pages) <= 2, "a dense night goes on on a second page"
    assert min(sizes_of(reader)) >= 8.45, "and is set no smaller for it"

    def bare(text: str) -> str:
        return re.sub(r"\s+", "", text)

    found = bare("".join(one.extract_text() for one in reader.pages))
    texts = [page[key] for key in ("status", "title", "place", "headline", "valid", "following", "digest")]
    rows = [cell for key in ("counts", "sites", "acts", "decisions") for row in page[key] for cell in row]
    for text in (*texts, *page["alarms"], *page["count_notes"], *page["done"], *rows):
        assert bare(text) in found, text


def test_the_same_page_has_the_same_bytes() -> None:
    assert made("ouche-q10", AT_S, "fr")[2] == made("ouche-q10", AT_S, "fr")[2]


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    run = night("ouche-q10")
    told = situation(run.result, AT_S)
    with pytest.raises(InputError, match=r"the extra `pdf`(.|\n)*pip install"):
        export_pdf(run, told, page_of(told, "fr"), tmp_path / "p.pdf")
    assert not (tmp_path / "p.pdf").exists()


def test_a_pdf_of_your_own_stays(tmp_path: Path) -> None:
    run = night("ouche-q10")
    told = situation(run.result, AT_S)
    page = page_of(told, "fr")
    export_pdf(run, told, page, tmp_path / "p.pdf")
    export_pdf(run, told, page, tmp_path / "p.pdf")
    (tmp_path / "own.pdf").write_bytes(b"%PDF-1.7 a contract")
    with pytest.raises(InputError, match="did not write"):
        export_pdf(run, told, page, tmp_path / "own.pdf")
    assert (tmp_path / "own.pdf").read_bytes() == b"%PDF-1.7 a contract"


def test_the_command_writes_it(tmp_path: Path) -> None:
    done = typer.testing.CliRunner().invoke(app, ["report", str(night("ouche-q10").path), "--at", "22:00", "--pdf",
                                                  str(tmp_path / "p.pdf"), "--lang", "fr"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF-")
