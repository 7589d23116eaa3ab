"""Crew sheets as files: a page of one A4 and a text for each crew, and one table of all visits.

For the crews alone: sheets name supplies and carry the city's private numbers. Nothing public is made of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from geodata.atomic import write_whole
from geodata.run.folder import Run
from geodata.run.roads import access_of
from geodata.run.sheets import read_phones, write_csv
from twin.errors import InputError
from twin.explaining.sheeted import SheetPage, sheet_lines, sheet_page
from twin.results.sheets import Sheet, sheets
from viewer.outputs.papers import printed, sheet_pdf
from viewer.outputs.pdf import write_pdf


def sheets_of(run: Run, t_s: int) -> tuple[Sheet, ...]:
    """Give the sheets of a run's crews.

    Raises
    ------
    InputError
        A run without crews; one whose street depths are missing.
    """
    if run.result.plan.crews is None:
        raise InputError(file=str(run.path), field="--sheets", found="a run without crews",
                         expected="a scenario with `crews`", remedy="See docs/crews.md.")
    return sheets(run.result, access_of(run), t_s)


def export_sheets(run: Run, t_s: int, folder: Path, *, lang: str, phones: Path | None = None, pdf: bool = False
                  ) -> list[Path]:
    """Write ``sheet-ID.html`` and ``sheet-ID.txt`` for each crew and ``sheets.csv`` into a folder; give the files.

    Parameters
    ----------
    run
        A run with crews, read from its folder.
    t_s
        The moment [s from the start].
    folder
        Where to write; made where it is missing.
    lang
        ``fr`` or ``en``.
    phones
        The city's private numbers (TOML); none without it.
    pdf
        Write ``sheet-ID.pdf`` as well, tagged (PDF/UA-1).

    Raises
    ------
    InputError
        A run without crews, numbers that cannot be read, a place that cannot be written; PDF without the extra.
    """
    numbers, found = read_phones(phones), sheets_of(run, t_s)
    pages = [sheet_page(sheet, lang, numbers.of(sheet.crew.id)) for sheet in found]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(file=str(folder), found=f"a place that cannot be written ({error.strerror})",
                         expected="a folder") from error
    written = []
    for name, page in zip(file_names([sheet.crew.id for sheet in found]), pages, strict=True):
        html, text = folder / f"{name}.html", folder / f"{name}.txt"
        write_whole(html, render(page), opens="<!doctype html", sort="a page")
        write_whole(text, "\n".join(sheet_lines(page)) + "\n", opens=page.status, sort="a crew sheet")
        written += [html, text]
        if pdf:
            written.append(folder / f"{name}.pdf")
            write_pdf(sheet_pdf(page, run.result.city.name), written[-1])
    write_csv(found, folder / "sheets.csv", lang)
    return [*written, folder / "sheets.csv"]


def file_names(crews: Sequence[str]) -> list[str]:
    """Give a file name for each crew, no two alike.

    Examples
    --------
    >>> file_names(["E1", "nord/1", "nord 1"])
    ['sheet-E1', 'sheet-nord_1', 'sheet-nord_1-2']
    """
    found: list[str] = []
    for crew in crews:
        bare = "sheet-" + re.sub(r"[^\w-]", "_", crew)
        same = sum(bare in (name, name.rpartition("-")[0]) for name in found)
        found.append(bare if not same else f"{bare}-{same + 1}")
    return found


def render(page: SheetPage) -> str:
    """Give a sheet as HTML."""
    return printed("sheet", page)
