"""Scene of the public page: what it draws and tells of a night, packed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely

from viewer.public.lamps import MAY, Interval
from viewer.public.night import PublicNight
from viewer.public.quarters import Span
from viewer.scene.frame import Frame, morton, pack_points, pack_shapes
from viewer.scene.ground import AREAS, pack_area, pack_names, pack_streets
from viewer.scene.pack import Packer, front_coded
from viewer.scene.water import pack_water

#: A public file is carried by phones: fewer cells and frames of water, a quarter of an hour in a night of two days.
_WATER = {"longest": 400, "frames": 150}
#: Outlines of houses are simplified by this [m]: under a pixel at the closest zoom.
_SIMPLIFY_M = 0.4


def pack_public(night: PublicNight) -> tuple[Packer, Frame]:
    """Pack a night for the public page; give the packed stream and the frame that it is drawn in."""
    packer, frame = Packer(), _frame(night)
    packer.text("streets", list(night.streets))
    number = {name: k + 1 for k, name in enumerate(night.streets)}
    streets = night.layers.get("street")
    if streets is not None:
        pack_streets(packer, frame, streets.shapes, np.array([number.get(name, 0) for name in streets.names], np.int64),
                     streets.ranks)
    for name in AREAS:
        if name in night.layers:
            pack_area(packer, frame, name, night.layers[name].shapes)
    rivers = night.layers.get("water")
    pack_names(packer, frame, () if rivers is None else zip(rivers.names, rivers.shapes, strict=True))
    water, grid, times_s = night.water or (None, None, np.zeros(0))
    packer.text("water", pack_water(packer, frame, night.crs, water, grid, times_s, **_WATER))
    packer.text("frame", {"width": frame.width_m, "height": frame.height_m, "step": frame.step_m})
    _pack_lamps(packer, frame, night)
    _pack_told(packer, night)
    _pack_houses(packer, frame, night)
    return packer, frame


def _frame(night: PublicNight) -> Frame:
    """Give the frame of what people look for, of what may be drawn at all."""
    points = [] if night.lamp_points is None or not np.isfinite(night.lamp_points).any() else [night.lamp_points]
    drawn = [shape for shape, _ in night.houses if shape is not None and not shape.is_empty]
    if not points and not drawn:
        drawn = [shape for shape in (*night.blocks.outlines, *(
            shape for layer in night.layers.values() for shape in layer.shapes)) if shape is not None
            and not shape.is_empty]
    if drawn:
        points.append(shapely.get_coordinates(shapely.point_on_surface(np.array(drawn, dtype=object))))
    xy = np.concatenate(points) if points else np.zeros((0, 2))
    return Frame.around(xy[:, 0], xy[:, 1])


def _pack_lamps(packer: Packer, frame: Frame, night: PublicNight) -> None:
    lamps = night.lamps
    if night.lamp_points is None:
        packer.add("lamp.placed", np.zeros(len(lamps), int), "u1")
    else:
        pack_points(packer, "lamp", frame, night.lamp_points[:, 0], night.lamp_points[:, 1])
        packer.add("lamp.placed", np.isfinite(night.lamp_points[:, 0]).astype(int), "u1")
    packer.add("lamp.street", lamps.street, "u2", delta=True)
    packer.add("lamp.unknown", lamps.is_unknown.astype(int), "u1")
    packer.add("lamp.pattern", lamps.pattern, "u2" if len(lamps.patterns) < 65_536 else "u4", delta=True)
    if night.lamp_numbers is not None:
        packer.text("lamp.id", front_coded(night.lamp_numbers))
    _pack_intervals(packer, "iv", lamps.patterns)


def _pack_intervals(packer: Packer, name: str, lists: tuple[tuple[Interval, ...], ...]) -> None:
    """Add lists of intervals as columns ``name.offsets``, ``name.start`` and so on; a word apart from its state."""
    packer.add(f"{name}.offsets", np.cumsum([0, *(len(one) for one in lists)]), "u4", delta=True)
    table = np.array([row for one in lists for row in one], np.int64).reshape(-1, 3)
    word = np.maximum(table[:, 2] - MAY, 0) if name == "iv" else np.zeros(len(table), int)
    for column, values, dtype in (("start", table[:, 0], "u4"), ("end", table[:, 1], "u4"),
                                  ("state", table[:, 2] - word, "u1")):
        packer.add(f"{name}.{column}", values, dtype)
    if word.any():
        packer.add(f"{name}.word", word, "u1")


def _pack_told(packer: Packer, night: PublicNight) -> None:
    """Add what each street is told: its rows over time, and the cause of most of its lamps over the night."""
    rows = [(street, row) for street in sorted(night.told) for row in night.told[street].rows]
    table = np.array([(street, row.start_s, row.end_s, row.story, row.stage, row.is_sure) for street, row in rows],
                     np.int64).reshape(-1, 6)
    for k, (column, dtype) in enumerate((("street", "u2"), ("start", "u4"), ("end", "u4"), ("story", "u1"),
                                         ("stage", "u1"), ("sure", "u1"))):
        packer.add(f"told.{column}", table[:, k], dtype, delta=column == "street")
    main = np.array([(street, night.told[street].story, night.told[street].is_sure) for street in sorted(night.told)],
                    np.int64).reshape(-1, 3)
    for k, (column, dtype) in enumerate((("street", "u2"), ("story", "u1"), ("sure", "u1"))):
        packer.add(f"main.{column}", main[:, k], dtype, delta=column == "street")


def _pack_houses(packer: Packer, frame: Frame, night: PublicNight) -> None:
    """Add the outlines of houses, and the blocks with when some house of theirs stands in water."""
    shapes = np.array([shape for shape, _ in night.houses], dtype=object)
    block_of = np.array([block for _, block in night.houses], np.int64)
    if len(shapes):
        inside = shapely.get_coordinates(shapely.point_on_surface(np.where(
            [shape is None or shape.is_empty for shape in shapes], shapely.Point(frame.west_m, frame.north_m), shapes)))
        order = np.lexsort((morton(frame.columns(inside[:, 0]), frame.rows(inside[:, 1])), block_of))
        shapes, block_of = shapes[order], block_of[order]
    of_ring = pack_shapes(packer, "building", frame, list(shapes), closed=True, simplify_m=_SIMPLIFY_M)
    packer.add("building.of", of_ring, "u4", delta=True)
    packer.add("building.block", block_of + 1, "u4", delta=True)
    blocks = night.blocks
    if not blocks.outlines:
        packer.add("block.pattern", [], "u4")
        return
    packer.add("block.of", pack_shapes(packer, "block", frame, list(blocks.outlines), closed=True, simplify_m=0.8),
               "u4", delta=True)
    numbers: dict[tuple[Span, ...], int] = {(): 0}
    packer.add("block.pattern", [numbers.setdefault(spans, len(numbers)) for spans in blocks.wet], "u4")
    _pack_intervals(packer, "wet", tuple(tuple((*span, 3) for span in spans) for spans in numbers))
    packer.add("block.street", blocks.street, "u2")
    packer.add("block.houses", blocks.houses, "u2")


def to_page(night: PublicNight, frame: Frame) -> dict[str, Any] | None:
    """Give the quadratic from degrees to page metres, fitted over the frame, for "where I am"."""
    if not night.layers.get("street") or not night.streets:
        return None
    west, south, east, north = frame.box
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(west, east, 7), np.linspace(south, north, 7)))
    lon, lat = pyproj.Transformer.from_crs(night.crs, "EPSG:4326", always_xy=True).transform(x, y)
    lon0, lat0 = float(np.mean(lon)), float(np.mean(lat))
    if not np.isfinite([lon0, lat0]).all():
        return None
    u, v = np.asarray(lon) - lon0, np.asarray(lat) - lat0
    terms = np.column_stack([np.ones_like(u), u, v, u * u, u * v, v * v])
    to_x, *_ = np.linalg.lstsq(terms, x - west, rcond=None)
    to_y, *_ = np.linalg.lstsq(terms, north - y, rcond=None)
    return {"lon": round(lon0, 7), "lat": round(lat0, 7), "x": [float(f"{k:.8g}") for k in to_x],
            "y": [float(f"{k:.8g}") for k in to_y]}
