"""Context layers on their way in: streets, districts, water, parks and bridges, drawn and named but never out."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geodata.city.model import Context
from geodata.importing.asset_fields import extras_of, field_of
from geodata.importing.columns import Others, nulls_of
from geodata.importing.complaints import Complaints
from geodata.importing.ids import identified
from geodata.importing.layers import Layer
from geodata.importing.schema import ContextSpec, IdSpec


def contexts_of(layers: dict[str, Layer], others: Others, complaints: Complaints) -> dict[str, Context]:
    """Give the context layers of a city by their kind; several of one kind become one.

    Raises
    ------
    InputErrors
        What keeps a field of theirs from being read.
    """
    parts: dict[str, list[Context]] = {}
    for name, layer in layers.items():
        with complaints.of(name):
            parts.setdefault(name.split(".", 1)[0], []).append(_context(name, layer, others))
    complaints.tell()
    return {name: _joined_context(items) for name, items in parts.items()}


def _context(name: str, layer: Layer, others: Others) -> Context:
    spec = layer.spec
    assert isinstance(spec, ContextSpec)
    kept = ~shapely.is_missing(layer.geometry)
    layer.tally([("dropped", "nothing to draw: no geometry", ~kept)])
    layer.take(kept)
    n = len(layer.table)
    found = identified(layer.table, spec.id or IdSpec(content=True), layer.geometry, nulls_of(spec),
                       name.split(".", maxsplit=1)[0])
    for outcome, reason, mask in found.tallies:
        layer.report.add(outcome, reason, found.id[mask])
    ids = found.id
    label = np.full(n, "", dtype=object)
    if spec.name is not None:
        label = field_of(layer, "name", spec.name, others).as_texts()
    columns: dict[str, Any] = {}
    for field, item in spec.fields.items():
        values = field_of(layer, field, item, others)
        columns[field] = values.values if values.values.dtype.kind == "f" else values.as_texts()
    columns |= extras_of(layer, spec.keep)
    layer.report.kept[name.split(".", 1)[0]] = n
    return Context(id=ids, name=label, geometry=layer.geometry, columns=columns)


def _joined_context(items: list[Context]) -> Context:
    if len(items) == 1:
        return items[0]
    names = list(dict.fromkeys(column for item in items for column in item.columns))

    def part(item: Context, name: str) -> Any:
        missing = next(other.columns[name] for other in items if name in other.columns)
        blank = np.nan if missing.dtype.kind == "f" else ""
        return item.columns.get(name, np.full(len(item), blank, dtype=missing.dtype))

    return Context(id=np.concatenate([item.id for item in items]), name=np.concatenate([item.name for item in items]),
                   geometry=np.concatenate([item.geometry for item in items]),
                   columns={name: np.concatenate([part(item, name) for item in items]) for name in names})
