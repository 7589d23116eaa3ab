"""Fields of a layer's records: those that mean something to the twin, and the file's own columns beside them."""

from __future__ import annotations

from typing import Any

import numpy as np

from geodata.importing.columns import FieldValues, Others, field_values
from geodata.importing.layers import Layer
from geodata.importing.schema import FieldSpec
from geodata.tables.values import texts

#: Fields of assets that hold numbers and texts; every other field of a mapping becomes a ``src_`` column.
NUMBERS = ("touch_m", "fail_m", "ground_m", "height_error_m", "buffer_s", "people", "zero_m")
TEXTS = ("name", "street", "district", "owner", "operator")
FIELDS = (*NUMBERS, *TEXTS, "protection")
#: What may stand in a mapped ``protection``; ``default`` asks for the assumption.
PROTECTIONS = ("rcd", "fuse", "default")


def field_of(layer: Layer, name: str, spec: FieldSpec, others: Others) -> FieldValues:
    """Give the values of one field of a layer's records; what was met is tallied.

    Raises
    ------
    InputError
        A missing column, a unit that measures something else.
    """
    allowed = PROTECTIONS if name == "protection" else ()
    is_number = True if name in NUMBERS else False if name in TEXTS or allowed else None
    values = field_values(layer.table, layer.spec, name, spec, is_number=is_number, allowed=allowed, others=others)
    layer.tally(values.tallies)
    return values


def extras_of(layer: Layer, keep: Any) -> dict[str, Any]:
    """Give the file's own columns, prefixed: ``ID`` and ``fid`` would collide with the city file's."""
    if keep == "none":
        return {}
    names = list(layer.table.columns) if keep == "all" else [layer.table.name_of(name, field_path="keep")
                                                             for name in keep]
    result: dict[str, Any] = {}
    folded: set[str] = set()
    for name in names:
        values = layer.table.columns[name]
        if values.dtype.kind == "O" and not any(value is not None for value in values):
            continue
        own = f"src_{name}"
        while own.casefold() in folded:
            own += "_"
        folded.add(own.casefold())
        result[own] = values
    return result


def joined_extras(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the imported columns of several layers of one kind under each other; ``""`` holds how many each has."""
    names = list(dict.fromkeys(name for item in items for name in item if name))
    result = {}
    for name in names:
        kept = [item.get(name, np.full(item[""], None, dtype=object)) for item in items]
        if len({values.dtype for values in kept}) > 1:
            kept = [texts(values) for values in kept]
        whole = np.concatenate(kept)
        if whole.dtype.kind != "O" or any(value is not None for value in whole):
            result[name] = whole
    return result
