"""Sheets and lists on paper: a crew's sheet as PDF; lists, the hand-over, cuts and returns as PDF or as a page."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from geodata.atomic import write_whole
from twin.explaining.papers import Paper
from twin.explaining.sheeted import SheetPage
from viewer.outputs.pdf import typeset, write_pdf
from viewer.outputs.report import kept_together

#: Shares of the width of a crew sheet's columns; 0: as wide as its text.
_SHEET = (0, 0.75, 1.05, 0.6, 1.15, 2.7, 0.85)


def sheet_pdf(page: SheetPage, city: str) -> bytes:
    """Give a crew's sheet as the bytes of a PDF.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed.
    """
    texts = {key: value for key, value in asdict(page).items() if key != "crew"}
    return typeset("paper.typ", {**texts, **_head(page, city), "wide": False, "widths": _SHEET, "bold": (0, 2)})


def export_paper(paper: Paper, city: str, out: Path) -> None:
    """Write a list on paper: a tagged PDF where the name ends in ``.pdf``, else a page that prints the same.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed; a place that cannot be written.
    """
    if out.suffix.lower() == ".pdf":
        write_pdf(paper_pdf(paper, city), out)
    else:
        write_whole(out, render_paper(paper), opens="<!doctype html", sort="a page")


def paper_pdf(paper: Paper, city: str) -> bytes:
    """Give a list on paper as the bytes of a PDF.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed.
    """
    return typeset("paper.typ", {**asdict(paper), **_head(paper, city), "wide": True, "phones": (), "phones_title": ""})


def render_paper(paper: Paper) -> str:
    """Give a list on paper as HTML."""
    return printed("paper", paper, total=sum(paper.widths) or 1)


def printed(name: str, page: SheetPage | Paper, **more: Any) -> str:
    """Give a page of the template and style of a name as HTML, with whatever else the template asks for."""
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath(f"{name}.css").read_text("utf-8") + _on_each_sheet(page)
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined)
    environment.filters["ids"] = kept_together
    template = environment.from_string(templates.joinpath(f"{name}.html.j2").read_text("utf-8"))
    return template.render(page=page, colon=_colon(page), style=Markup(style), **more,
                           style_hash=base64.b64encode(sha256(style.encode()).digest()).decode())


def _on_each_sheet(page: SheetPage | Paper) -> str:
    """Give the style by which every printed sheet bears its number, and those after the first what they belong to."""
    head, made, status = (_quoted(one) for one in (
        f"{page.status} \u00b7 {page.title} \u00b7 {page.place}", page.made, f"{page.status} \u00b7 {page.digest}"))
    return (f"@page {{ @top-left {{ content: {head} }} @top-right {{ content: {made} }} "
            f"@bottom-left {{ content: {status} }} "
            '@bottom-right { content: counter(page) " / " counter(pages) } }\n'
            "@page :first { @top-left { content: none } @top-right { content: none } }\n")


def _quoted(text: str) -> str:
    r"""Give a text as a string of a style sheet.

    Examples
    --------
    >>> _quoted('a "b" <c>')
    '"a \\22 b\\22  \\3c c\\3e "'
    """
    return '"' + "".join(f"\\{ord(sign):x} " if sign in '"\\<>\n' else sign for sign in text) + '"'


def _colon(page: SheetPage | Paper) -> str:
    return "\u00a0:" if page.lang == "fr" else ":"


def _head(page: SheetPage | Paper, city: str) -> Mapping[str, str]:
    colon = _colon(page)
    return {"colon": colon, "document": f"{page.status}{colon} {page.title}, {page.place}", "author": city}
