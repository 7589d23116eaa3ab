"""The point of the situation: one A4 page, black on white, without colour; for the operator, the mayor, the prefect.

Its texts are those of ``twin.explaining.situation``, cell by cell: nothing is counted or worded here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from geodata.atomic import write_whole
from twin.explaining.nights import report_lines, report_title
from twin.explaining.situation import MOST_SITES, Page, page_of
from twin.explaining.words import speech
from twin.results.situation import Situation
from viewer.outputs.driver_strip import report_strip
from viewer.outputs.help_numbers import numbers_of
from viewer.outputs.report_drawings import map_svg, river_svg

if TYPE_CHECKING:
    from geodata.ensemble.driven import Driven
    from geodata.run.folder import Run
    from twin.ensemble.answers import Answers
    from twin.results.order_of_return import ReturnOrder

#: Acts that are told one by one where the page has to tell of nights too.
_ACTS_BESIDE_NIGHTS = 3


def export_report(run: Run, told: Situation, out: Path, *, lang: str, answers: Answers | None = None,
                  driven: Sequence[Driven] = (), contacts: Path | None = None,
                  order: ReturnOrder | None = None) -> Page:
    """Write a point of the situation as one HTML file that prints as one A4 page; give its texts.

    Parameters
    ----------
    run
        The run read from its folder: streets and the picture of the water for the map.
    told
        What is told.
    out
        HTML file to write.
    lang
        ``fr`` or ``en``.
    answers
        What the nights say of whose plan it is the run; None: a run by itself.
    driven
        What drives the answers of these nights, as far as anybody asked.
    contacts
        The city's contacts (TOML), whose emergency number is told; None: the country's.
    order
        The order of return at the moment; None: that of the nights that the run drew, if any.

    Raises
    ------
    InputError
        A place that cannot be written, or a language other than fr and en.
    """
    if answers is not None:
        # The nights need the room of two cuts, which are then counted with the others that have none.
        kept = tuple(act for place, act in enumerate(told.acts) if act.sort != "cut" or place < _ACTS_BESIDE_NIGHTS)
        told = replace(told, acts=kept, acts_more=told.acts_more + len(told.acts) - len(kept))
    page = page_of(told, lang, numbers_of(run, contacts), order)
    write_whole(out, render(run, told, page, answers, driven), opens="<!doctype html", sort="a page")
    return page


def render(run: Run, told: Situation, page: Page, answers: Answers | None = None, driven: Sequence[Driven] = ()
           ) -> str:
    """Give the page as HTML."""
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath("report.css").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined)
    environment.filters["ids"] = kept_together
    template = environment.from_string(templates.joinpath("report.html.j2").read_text("utf-8"))
    nights = [] if answers is None else report_lines(run.result.city, answers, page.lang)
    return template.render(
        decides=report_strip(run.result.city, driven, page.lang), nights=nights,
        nights_title="" if answers is None else report_title(answers, page.lang),
        page=page, stop="\u00a0;" if page.lang == "fr" else ";", colon="\u00a0:" if page.lang == "fr" else ":",
        style=Markup(style),
        style_hash=base64.b64encode(sha256(style.encode()).digest()).decode(),
        river=river_svg(told, told.rivers[0], page.lang) if told.rivers else "",
        river_words=_river_words(told, page.lang),
        map=map_svg(run, told, [site.asset for site in told.sites[:MOST_SITES]]))


def kept_together(text: str) -> str:
    """Give a text whose ids are not broken at their hyphen: A-012 is read as one."""
    return re.sub(r"\b([A-Z]{1,3})-(?=\d)", "\\1\u2011", text)


def _river_words(told: Situation, lang: str) -> tuple[str, ...]:
    """Give what the lines of the river's graph mean."""
    if not told.rivers:
        return ()
    text = speech(lang).text
    return (text("computed"), text("ahead"), *((text("read"),) if told.rivers[0].readings else ()))
