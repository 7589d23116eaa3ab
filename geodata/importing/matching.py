"""Matching: which suppliers carry the name that a record gives. Of several none is ever picked in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from geodata.importing.columns import Others, read_text
from geodata.importing.link_spec import LinkSpec
from geodata.importing.placeable import Found, Placeable
from geodata.importing.report import LinkReport
from geodata.tables.values import alike_by_number, extracted, items_of, letter_and_number, loose
from twin.errors import InputError
from twin.quantities import NONE, BoolArray, Int64Array, TextArray
from twin.world.assets import Source

#: A name as columns give it, one part each.
Name = tuple[str, ...]
#: Suppliers by the name that they carry.
Carriers = dict[Name, list[int]]
#: Names that a complaint lists.
_NAMED = 5


def matched(layer: Placeable, link: LinkSpec, suppliers: Sequence[tuple[Placeable, BoolArray]], report: LinkReport,
            path: str, others: Others) -> Found:
    """Find the suppliers that the records of a layer name.

    Parameters
    ----------
    layer, link
        The records, and how they name their supplier.
    suppliers
        Layers of suppliers, and the mask of those that can be meant.
    report
        Takes what was met, and the names that no supplier carries.
    path
        Key of the link in the mapping, for messages.
    others
        Gives layers and tables by name.

    Raises
    ------
    InputError
        Several suppliers carry one name and ``choose`` does not say which; columns that are not there.
    """
    n = len(layer.raw)
    names = _names(layer, link, suppliers, report, path, others)
    exact, folded = _carriers(layer, link, suppliers, path)
    signs = alike_by_number(name[0] for name in exact if len(name) == 1) if link.spelling == "number" else {}
    met: dict[tuple[Name, ...], tuple[list[int], bool, bool]] = {}
    guessed: set[tuple[Name, ...]] = set()
    missing: Counter[str] = Counter()
    for given, count in Counter(names).items():  # far fewer names than records
        rows: dict[int, None] = {}
        is_varied = is_unknown = False
        for name in given:
            found = exact.get(name) or folded.get(loose(name), [])
            is_varied |= bool(found) and name not in exact
            if not found and len(name) == 1 and (alike := signs.get(letter_and_number(name[0]))):
                found = exact[(alike,)]
                guessed.add(given)
            is_unknown |= not found
            missing[" / ".join(name)] += count * (not found)
            rows.update(dict.fromkeys(found))
        met[given] = list(rows), is_varied, is_unknown
    supplier = np.array([met[given][0][0] if len(met[given][0]) == 1 else NONE for given in names] or [],
                        dtype=np.int64)
    inferred = np.array([given in guessed for given in names], dtype=bool)
    several = {row: met[given][0] for row, given in enumerate(names) if len(met[given][0]) > 1}
    varied = np.array([met[given][1] for given in names], dtype=bool)
    unknown = np.array([met[given][2] for given in names], dtype=bool)
    nameless = np.array([not given for given in names], dtype=bool)
    report.add("names its supplier with other case, spaces or leading zeros; linked", layer.id[varied])
    report.add("names its supplier in another way; linked by its letter and number, inferred", layer.id[inferred])
    report.add("names a supplier that the city lacks", layer.id[unknown])
    report.add("names no supplier", layer.id[nameless])
    report.lack(+missing, np.unique(supplier[supplier != NONE], return_counts=True)[1])
    source = np.full(n, Source.SURVEY, dtype=np.int64)
    source[inferred] = Source.INFERRED
    more: list[Int64Array] = []
    if several and link.choose is None:
        raise _ambiguous(layer, link, several, names, suppliers, path)
    if several and link.choose == "nearest":
        _choose(layer, several, suppliers, supplier, report)
        source[list(several)] = Source.INFERRED
    elif several:
        more = [np.full(n, NONE, dtype=np.int64) for _ in range(max(map(len, several.values())) - 1)]
        for row, those in several.items():
            supplier[row] = those[0]
            for column, other in zip(more, those[1:], strict=False):
                column[row] = other
            if len(those) > len(names[row]):  # one name, several suppliers: which is meant is not known
                source[row] = Source.INFERRED
        report.add("names several suppliers; each is needed" if link.choose == "all" else
                   "names several suppliers; they replace each other", layer.id[list(several)])
    return Found(supplier=supplier, source=source, along_m=np.full(n, np.nan), more=tuple(more))


def _names(layer: Placeable, link: LinkSpec, suppliers: Sequence[tuple[Placeable, BoolArray]], report: LinkReport,
           path: str, others: Others) -> list[tuple[Name, ...]]:
    """Give the names that each record gives: none, one, or through a table as many as it lists."""
    own = link.by or list(link.match)
    if link.looked_up_in is None:
        parts = [read_text(layer.table, layer.spec, column, f"{path}.by") for column in own]
        if link.pattern is not None:
            parts[0], missed = extracted(parts[0], link.pattern)
            report.add("the pattern is not in the text: no supplier", layer.id[missed])
        wrong = np.zeros(len(layer.raw), dtype=bool)
        for place, right in enumerate(_corrections(link, suppliers)):
            wrong |= np.array([text in right for text in parts[place]], dtype=bool)
            parts[place] = np.array([right.get(text, text) for text in parts[place]] or [], dtype=object)
        report.add("names its supplier as the mapping corrects it", layer.id[wrong])
        if len(parts) == 1:  # a cell may hold a list
            return [() if text is None else tuple(dict.fromkeys((item,) for item in items_of(text)))
                    for text in parts[0]]
        return [() if name is None else (name,) for name in _rows(parts)]
    other, other_spec = others(link.looked_up_in)
    mine = _rows([read_text(layer.table, layer.spec, column, f"{path}.on") for column in link.on])
    theirs = _rows([read_text(other, other_spec, column, f"{path}.on") for column in link.on.values()])
    parts = [read_text(other, other_spec, column, f"{path}.by") for column in own]
    if link.pattern is not None:
        parts[0], _ = extracted(parts[0], link.pattern)
    said = _rows(parts)
    exact: Carriers = {}
    folded: Carriers = {}
    for row, key in enumerate(theirs):
        if key is not None:
            exact.setdefault(key, []).append(row)
            folded.setdefault(loose(key), []).append(row)
    found = [[] if key is None else exact.get(key) or folded.get(loose(key), []) for key in mine]
    lost = np.array([not rows for rows in found], dtype=bool)
    varied = np.array([bool(rows) and key not in exact for key, rows in zip(mine, found, strict=True)], dtype=bool)
    report.add(f"stands not in {link.looked_up_in}", layer.id[lost])
    report.add(f"stands in {link.looked_up_in} with other case, spaces or leading zeros; linked", layer.id[varied])
    return [tuple(dict.fromkeys(name for row in rows if (name := said[row]) is not None)) for rows in found]


def _corrections(link: LinkSpec, suppliers: Sequence[tuple[Placeable, BoolArray]]) -> list[dict[str, str]]:
    """Give what is put right in each column that names a supplier: by the link, and in making derived suppliers."""
    found: list[dict[str, str]] = [{} for _ in link.by or link.match]
    for other, _ in suppliers:
        right = other.spec.corrections()
        columns = list(link.match.values()) or other.spec.id.columns
        for pairs, column in zip(found, columns, strict=False):
            pairs.update(right.get(column.casefold(), {}))
    if link.corrections:
        found[0].update(link.corrections)
    return found


def _rows(parts: Sequence[TextArray]) -> list[Name | None]:
    """Give the name of each row; None where a part of it is blank."""
    return [None if any(part is None for part in row) else row for row in zip(*parts, strict=True)]


def _carriers(layer: Placeable, link: LinkSpec, suppliers: Sequence[tuple[Placeable, BoolArray]],
              path: str) -> tuple[Carriers, Carriers]:
    """Give suppliers by the name that they carry, as it stands and without what people vary."""
    own = link.by or list(link.match)
    exact: Carriers = {}
    folded: Carriers = {}
    for other, mask in suppliers:
        rows = np.flatnonzero(mask)
        columns = list(link.match.values()) or other.spec.id.columns
        if link.by and len(columns) != len(own):
            raise InputError(file=layer.table.file, field=f"layers.{layer.name}.{path}.by",
                             found=f"{len(own)} columns ({', '.join(own)})",
                             expected=f"as many as the ids of {other.name} have ({', '.join(columns) or 'made ids'})",
                             remedy="Or name pairs of columns with 'match'.")
        theirs = _rows([read_text(other.table, other.spec, column, f"{path}.match")[rows] for column in columns])
        for row, name in zip((other.first_row + rows).tolist(), theirs, strict=True):
            if name is not None:
                exact.setdefault(name, []).append(row)
                folded.setdefault(loose(name), []).append(row)
    return exact, folded


def _ambiguous(layer: Placeable, link: LinkSpec, several: dict[int, list[int]], names: list[tuple[Name, ...]],
               suppliers: Sequence[tuple[Placeable, BoolArray]], path: str) -> InputError:
    """Give the complaint about names that several suppliers carry."""
    ids = {other.first_row + row: str(other.id[row]) for other, mask in suppliers
           for row in np.flatnonzero(mask).tolist()}
    said = {" and ".join(" / ".join(name) for name in names[row]): rows for row, rows in several.items()}
    listed = "; ".join(f"'{name}': {', '.join(ids[row] for row in rows[:_NAMED])}{' …' if len(rows) > _NAMED else ''}"
                       for name, rows in list(said.items())[:_NAMED])
    more = f"; and {len(said) - _NAMED} more names" if len(said) > _NAMED else ""
    key = "by" if link.by else "match"
    columns = ", ".join(link.by or link.match)
    return InputError(file=layer.table.file, field=f"layers.{layer.name}.{path}.{key} ({columns})",
                      ids=[str(layer.id[row]) for row in several],
                      found=f"{len(several):,} record{'s' if len(several) > 1 else ''} whose supplier may be several "
                            f"({listed}{more})",
                      expected="one supplier of each name",
                      remedy="Say choose: nearest (the link is then marked inferred), alternatives or all; match more "
                             "columns; or give the suppliers' id: {duplicates: drop} where they are one.")


def _choose(layer: Placeable, several: dict[int, list[int]], suppliers: Sequence[tuple[Placeable, BoolArray]],
            supplier: np.ndarray, report: LinkReport) -> None:
    """Take the nearest of the suppliers that carry one name."""
    place = {other.first_row + row: (float(other.x_m[row]), float(other.y_m[row]))
             for other, mask in suppliers for row in np.flatnonzero(mask).tolist()}
    chosen, lost = [], []
    for row, rows in several.items():
        metres = np.array([np.hypot(place[one][0] - layer.x_m[row], place[one][1] - layer.y_m[row]) for one in rows])
        if np.isfinite(metres).any():
            supplier[row] = rows[int(np.nanargmin(metres))]
            chosen.append(layer.id[row])
        else:
            lost.append(layer.id[row])
    report.add("several suppliers carry the name; the nearest is taken, inferred", chosen)
    report.add("several suppliers carry the name and no position tells which is nearest; not linked", lost)
