"""Sheets and lists as tagged PDF: a crew's sheet, the hand-over, what to cut, what to ask of the grid operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from twin.explaining.papers import Paper, grid_paper, listed_paper
from twin.explaining.sheeted import SheetPage
from twin.results.listing import Listing
from twin.results.result import Result
from viewer.outputs.pdf import typeset, write_pdf

#: Shares of the width of a crew sheet's columns; 0: as wide as its text.
_SHEET = (0, 0.55, 0.9, 0.5, 1.05, 3.3, 0.6)


def sheet_pdf(page: SheetPage, city: str) -> bytes:
    """Give a crew's sheet as the bytes of a PDF.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed.
    """
    texts = {key: value for key, value in asdict(page).items() if key != "crew"}
    return typeset("paper.typ", {**texts, **_head(page, city), "wide": False, "widths": _SHEET, "bold": (0, 2)})


def list_pdf(found: Listing, title: str, lang: str) -> bytes:
    """Give a list of assets as the bytes of a PDF; ``title`` is a key of ``twin.explaining.papers.TITLES``.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed; a language other than fr and en.
    """
    return _paper(listed_paper(found, title, lang), found.result.city.name)


def export_list(found: Listing, title: str, out: Path, lang: str) -> None:
    """Write a list of assets as a PDF.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed; a place that cannot be written.
    """
    write_pdf(list_pdf(found, title, lang), out)


def export_grid(result: Result, rows: list[tuple[Any, ...]], t_s: int, out: Path, lang: str) -> None:
    """Write the list for the grid operator as a PDF; ``rows`` are those of ``geodata.run.journal.grid_rows``.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed; a place that cannot be written.
    """
    write_pdf(_paper(grid_paper(result, rows, t_s, lang), result.city.name), out)


def _paper(paper: Paper, city: str) -> bytes:
    return typeset("paper.typ", {**asdict(paper), **_head(paper, city), "wide": True, "phones": (), "phones_title": ""})


def _head(page: SheetPage | Paper, city: str) -> Mapping[str, str]:
    colon = "\u00a0:" if page.lang == "fr" else ":"
    return {"document": f"{page.status}{colon} {page.title}, {page.place}", "author": city}
