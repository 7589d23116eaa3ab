"""Tables that leave as CSV: one way to write a cell, whoever asks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from geodata.atomic import write_whole
from twin.texts import inert


def csv_text(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    r"""Give a table as CSV: None is an empty cell, and no text is taken for a formula by a spreadsheet.

    Examples
    --------
    >>> csv_text(("id", "depth_m", "name"), [("A-1", -0.2, "=1+1"), ("A-2", None, "Rue, haute")])
    'id,depth_m,name\nA-1,-0.2,\'=1+1\nA-2,,"Rue, haute"\n'
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(["" if cell is None else inert(cell) if isinstance(cell, str) else cell for cell in row]
                    for row in rows)
    return text.getvalue()


def french_csv_text(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    r"""Give a table as a French spreadsheet opens it by a double click: semicolons, decimal commas, a mark of UTF-8.

    Examples
    --------
    >>> french_csv_text(("équipement", "eau (m)"), [("A-1", 0.25), ("A;2", None)])
    '\ufefféquipement;eau (m)\nA-1;0,25\n"A;2";\n'
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n", delimiter=";")
    table.writerow(columns)
    table.writerows(["" if cell is None else inert(cell) if isinstance(cell, str) else
                     str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row] for row in rows)
    return f"\ufeff{text.getvalue()}"


def write_csv_file(out: Path, columns: Sequence[str], rows: Iterable[Iterable[Any]], *, sort: str, known_by: int = 4,
                   opens: tuple[str, ...] = (), lang: str = "en") -> None:
    """Write a table as CSV, whole or not at all.

    Parameters
    ----------
    out
        The file. An earlier one of this sort is replaced: it begins with the first ``known_by`` columns.
    columns, rows
        Heading, and cells in its order.
    sort
        In words: "a list of assets".
    known_by
        How many columns tell an earlier file of this sort.
    opens
        How else an earlier one may begin: with headings of another language.
    lang
        ``fr``: as a French spreadsheet opens it, for people; ``en``: as programs read it.

    Raises
    ------
    InputError
        The place holds another sort of file, or cannot be written.
    """
    ways = (",".join(columns[:known_by]), *opens)
    french = tuple("\ufeff" + way.replace(",", ";") for way in ways)
    text = french_csv_text(columns, rows) if lang == "fr" else csv_text(columns, rows)
    write_whole(out, text, opens=(*ways, *french), sort=sort)
