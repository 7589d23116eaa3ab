"""Ids: from columns, or made from what a record says; never from where it stands in its file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geodata.importing.schema import IdSpec
from geodata.tables.table import Table
from geodata.tables.values import texts, without_nulls
from twin.errors import InputError
from twin.quantities import BoolArray, TextArray

#: Length of a made id, in hexadecimal digits: 48 bits keep a million records apart nearly always; the rare collision
#: is told apart as any repeated id is.
_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Identified:
    """Ids of the records of one layer, unique within it, and what was done for that."""

    id: TextArray
    #: Records to keep, (N,): duplicates may be dropped.
    keep: BoolArray
    #: Ids as the columns have them, before anything was added: what links refer to.
    raw: TextArray
    #: (outcome, reason, mask).
    tallies: tuple[tuple[str, str, BoolArray], ...]


def identified(table: Table, spec: IdSpec, geometry: TextArray, null: tuple[str, ...], name: str) -> Identified:
    """Give each record its id.

    Parameters
    ----------
    table
        The records.
    spec
        Columns, or content.
    geometry
        Their shapes in the file's own CRS, part of the content.
    null
        Texts that mean no value.
    name
        Name of the kind or layer: stands before made ids.

    Raises
    ------
    InputError
        A column that the table lacks; repeated ids where the mapping refuses them.
    """
    n = len(table)
    nobody = np.zeros(n, dtype=bool)
    if spec.content:
        columns = list(table.columns) if spec.content is True else [
            table.name_of(column, field_path="id.content") for column in spec.content]
        digest = content(table, columns, geometry)
        raw = np.array([f"{spec.prefix or name + '-'}{text[:_DIGITS]}" for text in digest], dtype=object)
        missing = nobody
    else:
        parts = [without_nulls(table.text(column, field_path="id"), null) for column in spec.columns]
        missing = np.array([any(part[i] is None for part in parts) for i in range(n)], dtype=bool)
        if len(parts) == 1:
            raw = np.array([f"{spec.prefix}{value}" for value in parts[0]], dtype=object)
        else:
            raw = np.array([spec.prefix + spec.separator.join(map(str, row)) for row in zip(*parts, strict=True)]
                           or [], dtype=object)
        if missing.any():
            rows = np.flatnonzero(missing)
            digest = content(table.take(rows), list(table.columns), geometry[rows])
            raw[rows] = [f"{spec.prefix or name + '-'}{text[:_DIGITS]}" for text in digest]
    repeated = repeats(raw)
    keep = np.ones(n, dtype=bool)
    final = raw
    tallies: list[tuple[str, str, BoolArray]] = [
        ("doubtful", "no id in the file; made from the record's content", missing)]
    if repeated.any():
        if spec.duplicates == "refuse":
            raise InputError(file=table.file, field="id", found=f"{int(repeated.sum())} records whose ids are repeated",
                             expected="an id of its own for each record", ids=sorted(set(raw[repeated])),
                             remedy="Add a column to 'id', or say duplicates: suffix, drop_copies or drop.")
        final, same = _told_apart(table, raw, repeated, geometry)
        first = _first_of_each(raw, final)
        later = repeated & ~first
        if spec.duplicates == "drop":
            keep = ~later
            final = np.where(keep, raw, final)
            tallies.append(("dropped", "id repeated; the first by content is kept", later))
        else:
            tallies.append(("doubtful", "id repeated; told apart by content", later & ~same))
            if spec.duplicates == "drop_copies":
                keep = ~(later & same)
                tallies.append(("dropped", "the same record again, in every column", ~keep))
            else:
                tallies.append(("doubtful", "the same record again; numbered", later & same))
    return Identified(id=final, keep=keep, raw=raw, tallies=tuple(tallies))


def content(table: Table, columns: Sequence[str], geometry: TextArray) -> list[str]:
    """Give a digest of what each record says: column names and values, and its shape."""
    values = [texts(table.columns[name]) for name in sorted(columns)]
    shapes = shapely.to_wkb(geometry, byte_order=1, include_srid=False) if len(geometry) else geometry
    heads = [f"{name}=" for name in sorted(columns)]
    result = []
    for i in range(len(table)):
        said = "\x1f".join(head + ("" if value[i] is None else str(value[i]))
                           for head, value in zip(heads, values, strict=True))
        result.append(hashlib.blake2b(said.encode() + (shapes[i] or b""), digest_size=16).hexdigest())
    return result


def as_read(table: Table) -> Table:
    """Give a table with the cells blank that were so in its file: copies are told by what was written."""
    if not table.filled:
        return table
    columns = dict(table.columns)
    for name, mask in table.filled.items():
        columns[name] = table.text(name).copy()
        columns[name][mask] = None
    return replace(table, columns=columns)


def copies_in(table: Table) -> BoolArray:
    """Give the records that say in every column, and of their shape, what one before them says, (N,)."""
    shapes = np.full(len(table), None, dtype=object) if table.geometry is None else table.geometry
    first: dict[str, int] = {}
    digests = content(as_read(table), list(table.columns), shapes)
    return np.array([first.setdefault(text, row) != row for row, text in enumerate(digests)], dtype=bool)


def repeats(ids: TextArray) -> BoolArray:
    """Give the mask of the ids that stand more than once."""
    _, inverse, counts = np.unique(ids.astype(str), return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] > 1)


def _told_apart(table: Table, raw: TextArray, repeated: BoolArray, geometry: TextArray) -> tuple[TextArray, BoolArray]:
    """Give ids with a short digest after the repeated ones but the first, and which are whole copies of another."""
    rows = np.flatnonzero(repeated).tolist()
    digest = dict(zip(rows, content(as_read(table.take(rows)), list(table.columns), geometry[rows]), strict=True))
    final, copies = raw.copy(), np.zeros(len(raw), dtype=bool)
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(raw[row], []).append(row)
    taken = set(raw)
    for name, members in groups.items():
        seen: dict[str, int] = {}
        # by content, so that the same file in another order gives the same ids; whole copies are interchangeable
        for place, row in enumerate(sorted(members, key=lambda row: digest[row])):
            text = digest[row]
            seen[text] = seen.get(text, 0) + 1
            copies[row] = seen[text] > 1
            if place:
                candidate = f"{name}~{text[:4]}" + (f".{seen[text]}" if seen[text] > 1 else "")
                length = 4
                while candidate in taken:
                    length += 4
                    candidate = f"{name}~{text[:length]}.{seen[text]}"
                taken.add(candidate)
                final[row] = candidate
    return final, copies


def _first_of_each(raw: TextArray, final: TextArray) -> BoolArray:
    return np.asarray(raw == final)
