"""PDF: pages as tagged, accessible files (PDF/UA-1), the same bytes for the same page.

Typst sets it, from a wheel that brings its own fonts; it is an extra, and asked for by name where it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.atomic import check_file, write_bytes
from twin.errors import InputError
from twin.explaining.situation import MOST_SITES, Page
from twin.results.situation import Situation
from viewer.outputs.report_drawings import map_svg, river_svg

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: What every PDF of the twin bears in its metadata.
_MARK = b"citytwin"
#: What an SVG needs of the style sheet where it stands alone.
_DRAWN = ("svg", ".axis", ".past", ".ahead", ".now", ".street", ".water", ".out", ".soon", ".site", ".bold")


def export_pdf(run: Run, told: Situation, page: Page, out: Path) -> None:
    """Write a point of the situation as one tagged PDF page.

    Parameters
    ----------
    run
        The run read from its folder: streets and the picture of the water for the map.
    told, page
        What is told, and its texts.
    out
        PDF file to write.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed; a place that cannot be written.
    """
    write_pdf(pdf_of(run, told, page), out)


def write_pdf(made: bytes, out: Path) -> None:
    """Write a PDF over nothing, or over one of the twin's own.

    Raises
    ------
    InputError
        A place that cannot be written, or that holds something else.
    """
    check_file(out, opens=(b"%PDF-",), sort="a PDF")
    if out.is_file() and _MARK not in out.read_bytes():
        raise InputError(file=str(out), found="a PDF that the twin did not write",
                         expected="a file that does not exist yet, or a PDF of the twin to replace",
                         remedy="It may be something of yours, so it stays. Choose another place.")
    write_bytes(out, made)


def pdf_of(run: Run, told: Situation, page: Page) -> bytes:
    """Give the page as the bytes of a PDF.

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed.
    """
    return typeset("report.typ", inputs_of(run, told, page))


def typeset(template: str, inputs: Mapping[str, Any]) -> bytes:
    """Set a template of ``viewer/templates`` with its texts: a tagged PDF (PDF/UA-1).

    Raises
    ------
    InputError
        The extra ``pdf`` is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise InputError(field="--pdf", found="no typst, which sets PDF pages", expected="the extra `pdf`",
                         remedy="pip install 'citytwin[pdf]'. The HTML page prints the same.") from error
    # Its own fonts alone: the same page has the same bytes on every machine.
    made = typst.compile(resources.files("viewer").joinpath("templates", template).read_bytes(), format="pdf",
                         pdf_standards="ua-1", ignore_system_fonts=True,
                         sys_inputs={"page": json.dumps(inputs, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made


def inputs_of(run: Run, told: Situation, page: Page) -> Mapping[str, Any]:
    """Give what the template reads: the texts of the page, its two drawings and what they are called."""
    colon = "\u00a0:" if page.lang == "fr" else ":"
    style = _style()
    return {
        **{name: value for name, value in asdict(page).items() if name not in ("sites", "symbols")},
        "document": f"{page.status}{colon} {page.title}, {page.place}", "author": told.result.city.name,
        "colon": colon, "river": "" if not told.rivers else _alone(river_svg(told, told.rivers[0], page.lang), style),
        "river_alt": page.headline,
        "map": _alone(map_svg(run, told, [site.asset for site in told.sites[:MOST_SITES]]), style),
        "map_alt": f"{page.title}{colon} " + ", ".join(page.legend),
        # The symbol of a site is a word here: a table that is read aloud has no boxes.
        "sites": [[f"{place}. {row.name} ({row.stands})", row.people, row.feed, row.then]
                  for place, row in enumerate(page.sites, start=1)]}


def _style() -> str:
    """Give the lines of the page's style sheet that its drawings use."""
    rules = resources.files("viewer").joinpath("templates/report.css").read_text("utf-8").splitlines()
    return "".join(rule.replace(".map svg", "svg") for rule in rules if rule.split(" ")[0].split("-")[0] in _DRAWN)


def _alone(svg: str, style: str) -> str:
    head, _, rest = svg.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{rest}'
