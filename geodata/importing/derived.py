"""Records of a kind that has no table of its own: the distinct values of columns of another layer, circuits mostly."""

from __future__ import annotations

from collections import Counter

import numpy as np

from geodata.importing.columns import read_text
from geodata.importing.report import LayerReport
from geodata.importing.schema import LayerSpec, TableSpec
from geodata.tables.table import Table
from geodata.tables.values import loose


def derived(spec: LayerSpec, name: str, other: Table, other_spec: TableSpec, other_name: str
            ) -> tuple[Table, LayerReport]:
    """Give the records of a derived layer, and the beginning of its report.

    Parameters
    ----------
    spec, name
        The derived layer; what its links correct is put right before records are made of it.
    other, other_spec, other_name
        The layer whose columns are looked at.

    Raises
    ------
    InputError
        A column that the other layer lacks.
    """
    columns = [read_text(other, other_spec, column, "distinct") for column in spec.distinct]
    corrections = spec.corrections()
    right = [corrections.get(column.casefold(), {}) for column in spec.distinct]
    whole = [key for key in zip(*columns, strict=True) if None not in key]
    keys = [tuple(pairs.get(part, part) for pairs, part in zip(right, key, strict=True)) for key in whole]
    distinct, varied = _spellings(Counter(keys))
    names = [other.name_of(column) for column in spec.distinct]
    table = Table(file=f"{other.file} ({', '.join(names)})",
                  columns={column: np.array([key[i] for key in distinct], dtype=object)
                           for i, column in enumerate(names)},
                  record=np.array(["-".join(key) for key in distinct], dtype=object))
    report = LayerReport(name=name, file=table.file, read=len(distinct))
    report.notes.append(f"distinct values of {', '.join(names)} in {len(other):,} records of {other_name}")
    blank = len(other) - len(whole)
    if blank:
        report.notes.append(f"1 record of {other_name} leaves one of them blank" if blank == 1 else
                            f"{blank:,} records of {other_name} leave one of them blank")
    report.add("mended", f"{', '.join(names)}: met another but for case, spaces or leading zeros; taken as one",
               ["-".join(key) for key in varied])
    report.add("mended", f"{', '.join(names)}: misspelt; taken as the link corrects it",
               sorted({"-".join(key) for key, put in zip(whole, keys, strict=True) if key != put}))
    return table, report


def _spellings(counts: Counter[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Give the names that stand for all their spellings, the commonest of each, and the other spellings."""
    best: dict[tuple[str, ...], tuple[str, ...]] = {}
    for key in sorted(counts, key=lambda key: (-counts[key], key)):
        best.setdefault(loose(key), key)
    distinct = sorted(best.values())
    return distinct, sorted(set(counts) - set(distinct))
