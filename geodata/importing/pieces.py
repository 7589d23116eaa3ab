"""Records that stand for several assets: several points of one shape, several lanterns of one mast."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.importing.columns import read_text
from geodata.importing.layers import Layer
from geodata.importing.schema import LayerSpec
from geodata.importing.words import meanings
from geodata.tables.values import numbers, texts
from twin.world.kinds import Kinds

_MULTIPOINT = 4
#: No mast carries more; a larger number is something else.
_MOST_LANTERNS = 24


def divide_points(layer: Layer, kinds: Kinds) -> None:
    """Make an asset of each point of a record, where the kind stands at a point: a record of five points is five lamps.

    Comes before ids are given: they are told apart by where they stand.
    """
    if not len(layer.geometry) or not isinstance(layer.spec, LayerSpec):
        return
    outlined = [kind.name for kind in kinds if kind.footprint in ("outline", "area")]
    several = (shapely.get_type_id(layer.geometry) == _MULTIPOINT) & ~np.isin(layer.kind, outlined)
    parts = np.where(several, shapely.get_num_geometries(layer.geometry), 1)
    if not (parts > 1).any():
        return
    layer.tally([("mended", "a record of several points: each becomes an asset of its own", parts > 1)])
    rows = np.repeat(np.arange(len(parts)), parts)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(parts) - parts, parts)
    layer.take(rows)
    shapes = np.flatnonzero(several[rows])
    layer.geometry[shapes] = shapely.get_geometry(layer.geometry[shapes], place[shapes])


def divide_lanterns(layer: Layer) -> None:
    """Make an asset of each lantern of a record, as its column counts them: L-12 with two is L-12~1 and L-12~2.

    Comes after ids are given: the lanterns of a record say the same, and stand in one place.
    """
    spec = layer.spec
    if not isinstance(spec, LayerSpec) or not len(layer.id):
        return
    if spec.lanterns is None:
        _tell_of_several(layer)
        return
    read = numbers(read_text(layer.table, spec, spec.lanterns, "lanterns"))
    with np.errstate(invalid="ignore"):
        wrong = read.unreadable | (np.isfinite(read.value) & (
            (read.value != np.floor(read.value)) | (read.value < 1) | (read.value > _MOST_LANTERNS)))
    layer.tally([("doubtful", f"{spec.lanterns}: no number of lanterns from 1 to {_MOST_LANTERNS}; taken as one",
                  wrong)])
    count = np.where(wrong | np.isnan(read.value), 1, read.value).astype(np.int64)
    layer.tally([("mended", "a record of several lanterns: each becomes an asset of its own", count > 1)])
    rows = np.repeat(np.arange(len(count)), count)
    place = 1 + np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    layer.take(rows)
    layer.piece = np.where(count[rows] > 1, place, 0)
    layer.id = np.array([f"{name}~{piece}" if piece else name for name, piece
                         in zip(layer.id, layer.piece.tolist(), strict=True)] or [], dtype=object)


def _tell_of_several(layer: Layer) -> None:
    """Tell of lamps whose record says that it is several, where the mapping does not tell them apart."""
    for name, values in layer.table.columns.items():
        if "lanterns" not in meanings(name):
            continue
        read = numbers(texts(values))
        with np.errstate(invalid="ignore"):
            several = (read.value > 1) & (read.value <= _MOST_LANTERNS) & (layer.kind == "lamp")
        layer.tally([("doubtful", f"{name} says several lanterns, taken as one: `lanterns: {name}` makes an asset of "
                      "each", several)])
