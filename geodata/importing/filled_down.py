"""Cells that a table leaves blank under what they repeat, as merged cells do that were saved as text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from geodata.tables.table import Table
from twin.quantities import BoolArray, TextArray


def filled_down(table: Table, columns: Iterable[str]) -> Table:
    """Give a table whose blank cells of some columns say what stands above them; each is counted.

    Raises
    ------
    InputError
        A column that the table lacks.
    """
    made, filled, tallies = dict(table.columns), dict(table.filled), list(table.tallies)
    for wanted in columns:
        column = table.name_of(wanted, field_path="fill")
        made[column], mask = _down(table.text(column), table.record)
        filled[column] = mask | filled.get(column, np.zeros(len(mask), dtype=bool))
        tallies.append(("mended", f"{column}: blank under a value; filled down", list(table.record[mask])))
    return replace(table, columns=made, filled=filled, tallies=tuple(tallies))


def _down(texts: TextArray, record: TextArray) -> tuple[TextArray, BoolArray]:
    """Give a column filled down, and the mask of the cells that were blank; no value passes from file to file."""
    result, mask = texts.copy(), np.zeros(len(texts), dtype=bool)
    above, last = None, -1
    for row, name in enumerate(record):
        line = int(digits) if (digits := str(name).rsplit(" ", 1)[-1]).isdigit() else last + 1
        if line <= last:
            above = None  # the next file or sheet
        last = line
        if texts[row] is not None:
            above = texts[row]
        elif above is not None:
            result[row], mask[row] = above, True
    return result, mask
