"""OpenStreetMap in a draft: its tags say the kinds, so nothing needs to be guessed but who supplies whom.

Source
------
``geodata/data/draft_osm.csv``: tags of the OSM wiki's map features.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from geodata.importing.conditions import chosen
from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.seen import Column, Seen
from geodata.importing.readers import read_table
from geodata.importing.schema import TableSpec
from geodata.importing.vector_file import layers_of
from geodata.importing.words import KINDS
from geodata.tables.dialect import NULL_TEXTS
from geodata.tables.table import Table, joined
from geodata.tables.values import without_nulls

#: Share of a table that bears the tag of its kind, where the others are left out.
_MOST = 0.5
#: Tags that a draft makes fields of.
_FIELDS = {"name": "name", "operator": "operator", "street": "addr:street"}
#: Tags of streets that say how they are driven in a flood.
_DRIVING = {"bridge": "bridge", "tunnel": "tunnel", "maxspeed": "maxspeed"}
_RANK = {"column": "highway", "map": dict.fromkeys(("motorway", "trunk", "primary", "secondary", "tertiary"), "main"),
         "otherwise": "minor"}


def osm_guesses(path: Path, name: str) -> Iterator[Guess]:
    """Give a layer for each kind of thing that an extract holds.

    Parameters
    ----------
    path
        The extract, ``.osm.pbf`` or ``.osm``.
    name
        How the mapping names it.

    Raises
    ------
    InputError
        A file that is missing or cannot be read.
    """
    rows = _tags()
    wanted = (*dict.fromkeys(row["key"] for row in rows), *_FIELDS.values(), *_DRIVING.values())
    there = layers_of(path, name)
    tables: dict[str, Table] = {}
    for layer in dict.fromkeys(layer for row in rows for layer in row["layers"].split() if layer in there):
        tables[layer] = read_table(path.parent, TableSpec(file=[path.name], layer=[layer]), wanted)
    for row in rows:
        condition: Any = {"present": True} if row["values"] == "*" else row["values"].split()
        parts, layers = [], []
        for layer in row["layers"].split():
            if layer in tables:
                spec = TableSpec.model_validate({"file": name, "where": {row["key"]: condition}})
                part = tables[layer].take(chosen(tables[layer], spec).mask)
                if len(part):
                    parts.append(part)
                    layers.append(layer)
        if parts:
            whole = joined(parts)
            if isinstance(condition, list):
                condition = [value for value in condition if value in set(whole.text(row["key"]))]
            yield _guess(row, name, layers, whole, condition)


@cache
def _tags() -> tuple[dict[str, str], ...]:
    """Give the tags of each kind and context."""
    text = resources.files("geodata").joinpath("data/draft_osm.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def keep_tagged(guess: Guess) -> None:
    """Keep of a table with tags the records that its kind is tagged as: an extract holds a road among its lamps."""
    for row in _tags():
        column = guess.seen.columns.get(row["key"])
        values = row["values"].split()
        if row["kind"] != guess.kind or guess.is_told or column is None or guess.where:
            continue
        mine = [value for value in values if value in column.counts]
        others = Counter({value: n for value, n in column.counts.items() if value not in mine})
        if mine and others and sum(column.counts[value] for value in mine) >= _MOST * column.present:
            guess.where = {row["key"]: mine[0] if len(mine) == 1 else mine}
            guess.unsure("where", "left out, tagged otherwise: {values}", values=", ".join(
                f"{row['key']}={value} ×{n:,}" for value, n in others.most_common()[:5]))


def _guess(row: dict[str, str], name: str, layers: list[str], table: Table, condition: Any) -> Guess:
    columns = {column: Column(name=column, texts=without_nulls(table.text(column), NULL_TEXTS))
               for column in ("osm_ref", *_FIELDS.values(), *_DRIVING.values()) if column in table.columns}
    seen = Seen(name=f"{row['kind']}s" if row["kind"] in KINDS else row["kind"], file=name,
                layer=layers[0] if len(layers) == 1 else "", table=table, columns=columns)
    guess = Guess(seen=seen, id=["osm_ref"], is_told=True, layers=layers,
                  where={row["key"]: condition[0] if isinstance(condition, list) and len(condition) == 1
                         else condition})
    if row["kind"] in KINDS:
        guess.kind = row["kind"]
        used = _FIELDS if row["name"] else {}
    else:
        guess.context = row["kind"]
        used = {"name": "name"} if row["name"] else {}
        used |= _DRIVING if row["kind"] == "street" else {}
    guess.fields = {field: column for field, column in used.items()
                    if column in columns and np.any(columns[column].texts != None)}  # noqa: E711 - by element
    if row["kind"] == "street":
        guess.fields["rank"] = _RANK
    if row["kind"] == "site":
        guess.fields["function"] = "amenity"
    return guess
