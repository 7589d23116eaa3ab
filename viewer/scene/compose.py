"""Scene: everything a page draws and tells of a run, packed.

The operator's scene holds all assets, links and intervals. The public one holds what the allow-list lets through:
lamps by street, blocks of houses, and stories in place of the chain of supply.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.quantities import NONE
from twin.water.exposure import Coverage
from twin.world.supplies import Service
from viewer.scene.blocks import blocks_of
from viewer.scene.frame import Frame, morton, pack_points, pack_shapes
from viewer.scene.intervals import (
    OPEN,
    Patterns,
    State,
    doubtful_rows,
    joined,
    merged,
    outage_rows,
    repairs,
    suspended_rows,
    wet_rows,
)
from viewer.scene.pack import Packer
from viewer.scene.public import Allowed, coarse_position, public_stories
from viewer.scene.water import pack_water

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Layers of the city's own that are drawn as ground, and whether their shapes are closed.
_GROUND = {"park": True, "water": True, "bridge": True}
#: A public file is carried by phones: fewer cells and frames of water, a quarter of an hour in a night of two days.
_PUBLIC_WATER = {"longest": 400, "frames": 150}
#: Outlines are simplified by this in a public file [m]: under a pixel at the closest zoom.
_SIMPLIFY_M = 0.4
#: A height that is not known, among those in centimetres.
NO_HEIGHT = 32_767


@dataclass(frozen=True, slots=True)
class Scene:
    """The packed stream and the few values that the page's HTML needs itself."""

    packer: Packer
    frame: Frame
    #: Names of streets in the order of their numbers in the page (1 is the first).
    streets: tuple[str, ...]
    #: Rows of the lamps in the page's order.
    lamps: Any
    #: Number in the page of each asset, (A,), -1 where it is not in it; the operator's page only.
    number: Any
    #: Intervals of the lamps, the pattern of each lamp and its street's number (0 none), (L,).
    patterns: Patterns
    lamp_patterns: Any
    lamp_streets: Any
    #: Start and end of each interval in which some block stands in water; one entry per block and interval.
    wet_blocks: list[tuple[int, int]]
    #: Number of blocks of houses.
    blocks: int
    #: Houses that get wet feet and belong to no block: told as a number, never with a place.
    lone: int


def pack_scene(run: Run, allowed: Allowed, *, public: bool) -> Scene:
    """Pack a run for a page."""
    city, context = run.result.city, run.city_file.context
    assets = city.assets
    packer = Packer()
    frame = _frame(run)
    streets = _Streets(run)
    streets.pack(packer, frame, allowed)
    kind_of = np.array(assets.kinds.names, dtype=object)[assets.kind]
    for name, closed in _GROUND.items():
        if name in context and allowed(name, "outline"):
            shapes: Iterable[Any] = context[name].geometry
            if name == "bridge":
                shapes = [_area(shape) for shape in shapes]
            pack_shapes(packer, name, frame, shapes, closed=closed, simplify_m=1.0)
    _pack_names(packer, frame, context, allowed)
    water = pack_water(packer, frame, city.crs, run.water, run.water_grid, np.asarray(run.water_times_s)
                       if run.water_times_s is not None else np.zeros(0), **(_PUBLIC_WATER if public else {}))
    packer.text("water", water)
    packer.text("frame", {"width": frame.width_m, "height": frame.height_m, "step": frame.step_m})
    lamps = np.flatnonzero(kind_of == "lamp")
    buildings = np.flatnonzero(kind_of == "building")
    place = _where(run)
    columns, rows = frame.columns(place[:, 0]), frame.rows(place[:, 1])
    street_of = streets.of_assets
    blocks, block_of = blocks_of(run, public=public)
    buildings = buildings[np.lexsort((morton(columns[buildings], rows[buildings]), block_of[buildings]))]
    number = np.full(len(assets), NONE, np.int64)
    if public:
        lamps = lamps[np.lexsort((assets.id[lamps].astype(str), street_of[lamps]))]
        patterns, numbers = _pack_public(run, packer, frame, allowed, lamps, street_of, place, streets)
    else:
        lamps = lamps[np.lexsort((assets.id[lamps].astype(str), _feeder(run)[lamps]))]
        number, patterns, numbers = _pack_operator(run, packer, frame, lamps, buildings, street_of, place)
    if allowed("building", "outline"):
        of_ring = pack_shapes(packer, "building", frame, run.city_file.shapes[buildings], closed=True,
                              simplify_m=_SIMPLIFY_M if public else 0.15)
        packer.add("building.of", of_ring, "u4", delta=True)
    packer.add("building.block", block_of[buildings] + 1, "u4", delta=True)
    wet = _pack_blocks(run, packer, frame, allowed, blocks, block_of, buildings, street_of)
    return Scene(packer, frame, streets.names, lamps, number, patterns, np.array(numbers, np.int64),
                 street_of[lamps], wet, len(blocks), sum(1 for row in wet_rows(run) if block_of[row] < 0))


def _area(shape: Any) -> Any:
    """Give a bridge as an area: a line gets the width of a carriageway."""
    if shape is None or shape.geom_type.endswith("Polygon"):
        return shape
    return shapely.buffer(shape, 6.0, cap_style="flat")


def _where(run: Run) -> Any:
    """Give a point for each asset, (A, 2) [m]: its own, else one inside its shape; NaN where there is neither."""
    assets = run.result.city.assets
    points = np.column_stack([assets.x_m, assets.y_m]).astype(float)
    for row in np.flatnonzero(np.isnan(points[:, 0])).tolist():
        shape = run.city_file.shapes[row]
        if shape is not None and not shape.is_empty:
            inside = shape.representative_point()
            points[row] = inside.x, inside.y
    return points


def _frame(run: Run) -> Frame:
    """Give the frame of the assets people look for; a far substation does not shrink the town."""
    place = _where(run)
    kinds = run.result.city.assets.of_kind("lamp", "building") if {"lamp", "building"} <= set(
        run.result.city.assets.kinds.names) else np.ones(len(place), bool)
    chosen = place[kinds] if kinds.any() else place
    return Frame.around(chosen[:, 0], chosen[:, 1])


def _feeder(run: Run) -> Any:
    """Give the preferred supplier of power of each asset, (A,); -1 where it has none."""
    supplies = run.result.city.supplies
    feeder = np.full(len(run.result.city.assets), NONE, np.int64)
    power = np.flatnonzero(supplies.service == Service.POWER)[::-1]
    feeder[supplies.consumer[power]] = supplies.supplier[power]
    return feeder


class _Streets:
    """Streets of the page: the names that assets carry and those that the layer of streets draws."""

    def __init__(self, run: Run) -> None:
        labels = run.result.city.assets.street
        self.layer = run.city_file.context.get("street")
        drawn = [] if self.layer is None else [str(name) for name in self.layer.name]
        self.names = tuple(sorted({name for name in (*labels.words, *drawn) if name}, key=lambda n: (n.casefold(), n)))
        number = {name: i + 1 for i, name in enumerate(self.names)}
        self.of_assets = np.array([*(number.get(word, 0) for word in labels.words), 0])[labels.codes]
        self.of_lines = np.array([number.get(name, 0) for name in drawn], np.int64)
        self.lines: dict[str, list[Any]] = {}
        for name, shape in zip(drawn, () if self.layer is None else self.layer.geometry, strict=False):
            if name and shape is not None:
                self.lines.setdefault(name, []).append(shape)

    def pack(self, packer: Packer, frame: Frame, allowed: Allowed) -> None:
        packer.text("streets", list(self.names) if allowed("street", "name") else [])
        if self.layer is None or not allowed("street", "outline"):
            return
        rank = self.layer.columns.get("rank")
        main = np.zeros(len(self.layer), int) if rank is None else (np.asarray(rank).astype(str) == "main").astype(int)
        of_line = pack_shapes(packer, "street", frame, self.layer.geometry, closed=False, simplify_m=0.6)
        packer.add("street.of", self.of_lines[of_line] if len(of_line) else of_line, "u2", delta=True)
        packer.add("street.main", main[of_line] if len(of_line) else of_line, "u1")


def _pack_names(packer: Packer, frame: Frame, context: Any, allowed: Allowed) -> None:
    """Add the names of rivers, along their middle."""
    rivers: list[dict[str, Any]] = []
    if "water" in context and allowed("water", "name") and allowed("water", "outline"):
        layer = context["water"]
        longest: dict[str, tuple[Any, float]] = {}
        for name, shape in zip(layer.name, layer.geometry, strict=True):
            if not name or shape is None or shape.is_empty:
                continue
            line = river_line(shapely.intersection(shape, shapely.box(*frame.box)))
            if line is not None and (name not in longest or line[1] > longest[name][1]):
                longest[name] = line
        for name, (points, _) in sorted(longest.items()):
            rivers.append({"name": str(name), "x": ((points[:, 0] - frame.west_m) / 1).round(1).tolist(),
                           "y": (frame.north_m - points[:, 1]).round(1).tolist()})
    packer.text("rivers", rivers)


def river_line(shape: Any) -> tuple[Any, float] | None:
    """Give the middle of a river's bed as points, (N, 2) [m], and its length [m]; None where it is no band."""
    # Only areas are drawn as water: a name over a line that is not drawn would lie on houses.
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not parts:
        return None
    part = max(parts, key=lambda one: one.area)
    xy = shapely.get_coordinates(part)
    centre = xy.mean(axis=0)
    _, _, axes = np.linalg.svd(xy - centre, full_matrices=False)
    along, across = (xy - centre) @ axes[0], axes[1]
    reach = float(np.abs((xy - centre) @ across).max()) + 10
    points = []
    for s in np.linspace(along.min(), along.max(), 34)[1:-1]:
        foot = centre + s * axes[0]
        cut = shapely.intersection(part, shapely.LineString([foot - reach * across, foot + reach * across]))
        pieces = [piece for piece in shapely.get_parts(cut) if piece.length > 0]
        if pieces:
            points.append(shapely.get_coordinates(max(pieces, key=lambda piece: piece.length)).mean(axis=0))
    if len(points) < 3:
        return None
    middle = np.array(points)
    smooth = middle.copy()
    smooth[1:-1] = (middle[:-2] + 2 * middle[1:-1] + middle[2:]) / 4
    return smooth, float(np.hypot(*np.diff(smooth, axis=0).T).sum())


def _pack_blocks(run: Run, packer: Packer, frame: Frame, allowed: Allowed, blocks: list[Any], block_of: Any,
                 buildings: Any, street_of: Any) -> list[tuple[int, int]]:
    """Add the blocks with the intervals in which some house of theirs stands in water, and give these intervals."""
    if not blocks:
        packer.add("block.pattern", [], "u4")
        return []
    if allowed("block", "outline"):
        of_ring = pack_shapes(packer, "block", frame, blocks, closed=True, simplify_m=0.8)
        packer.add("block.of", of_ring, "u4", delta=True)
    wet = wet_rows(run)
    intervals: list[list[tuple[int, int]]] = [[] for _ in blocks]
    for row, spans in wet.items():
        if block_of[row] >= 0:
            intervals[block_of[row]].extend((start, end) for start, end, state in spans if state == State.WET)
    patterns = Patterns()
    numbers = [patterns.number((start, end, State.WET, 0, 0, 0, 0, 0, 0) for start, end in joined(spans))
               for spans in intervals]
    packer.add("block.pattern", numbers, "u4")
    patterns.pack(packer, "wet")
    # a block belongs to the street that most of its houses name
    members: list[dict[int, int]] = [{} for _ in blocks]
    count = np.zeros(len(blocks), np.int64)
    for row in buildings.tolist():
        block = int(block_of[row])
        if block >= 0:
            count[block] += 1
            street = int(street_of[row])
            if street:
                members[block][street] = members[block].get(street, 0) + 1
    packer.add("block.street", [min(m, key=lambda s: (-m[s], s)) if m else 0 for m in members], "u2")
    packer.add("block.houses", count, "u2")
    return [span for spans in intervals for span in joined(spans)]


def _pack_public(run: Run, packer: Packer, frame: Frame, allowed: Allowed, lamps: Any, street_of: Any, place: Any,
                 streets: _Streets) -> tuple[Patterns, list[int]]:
    stories = public_stories(run)
    certain = outage_rows(run, None, stories=stories.of_outage)
    rows = merged(certain, doubtful_rows(run, story=stories.may))
    patterns = Patterns()
    numbers = [patterns.number(rows.get(row, ())) for row in lamps.tolist()]
    if allowed("lamp", "position"):
        pack_points(packer, "lamp", frame, place[lamps, 0], place[lamps, 1])
        packer.add("lamp.placed", np.isfinite(place[lamps, 0]).astype(int), "u1")
    packer.add("lamp.street", street_of[lamps] if allowed("lamp", "street") else np.zeros(len(lamps), int), "u2",
               delta=True)
    unknown = np.asarray(run.result.exposure.coverage)[lamps] == Coverage.UNKNOWN
    packer.add("lamp.unknown", unknown.astype(int), "u1")
    packer.add("lamp.pattern", numbers, "u2" if max(numbers, default=0) < 65_536 else "u4", delta=True)
    if allowed("lamp", "id"):
        packer.text("lamp.id", front_coded(run.result.city.assets.id[lamps]))
    patterns.pack(packer, "iv")
    table = np.array(stories.table, np.int64).reshape(-1, 4)
    packer.add("story.code", table[:, 0], "u1")
    packer.add("story.place", table[:, 1] + 1, "u2")
    packer.add("story.hold", table[:, 2] + 1, "u2")
    packer.add("story.sure", table[:, 3], "u1")
    points = [coarse_position(run, row, streets.lines) if allowed("cabinet", "street") else None
              for row in stories.places]
    packer.add("place.x", frame.columns([np.nan if p is None else p[0] for p in points]), "u2")
    packer.add("place.y", frame.rows([np.nan if p is None else p[1] for p in points]), "u2")
    packer.add("place.known", [p is not None for p in points], "u1")
    _pack_holds(run, packer, stories.holds)
    return patterns, numbers


def _pack_holds(run: Run, packer: Packer, rows: list[int]) -> None:
    """Add, for what holds an outage, its kind and when the stages of its repair run."""
    assets = run.result.city.assets
    windows = repairs(run)
    offsets, starts, ends = [0], [], []
    for row in rows:
        for start, end in windows.get(row, ()):
            starts.append(start)
            ends.append(min(end, OPEN))
        offsets.append(len(starts))
    packer.add("hold.kind", [int(assets.kind[row]) for row in rows], "u1")
    packer.add("hold.offsets", offsets, "u4", delta=True)
    packer.add("hold.start", starts, "u4")
    packer.add("hold.end", ends, "u4")


def front_coded(ids: Any) -> str:
    """Give texts one per line, each with the number of letters it shares with the one before (base 36) in front.

    Examples
    --------
    >>> front_coded(["L-0001", "L-0002"]).split(chr(10))
    ['0L-0001', '52']
    """
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    lines, before = [], ""
    for one in ids:
        text = str(one).replace("\n", " ")
        shared = min(len(before), len(text), 35)
        while before[:shared] != text[:shared]:
            shared -= 1
        lines.append(digits[shared] + text[shared:])
        before = text
    return "\n".join(lines)


def _pack_operator(run: Run, packer: Packer, frame: Frame, lamps: Any, buildings: Any, street_of: Any,
                   place: Any) -> tuple[Any, Patterns, list[int]]:
    result = run.result
    assets, supplies, exposure = result.city.assets, result.city.supplies, result.exposure
    others = np.ones(len(assets), bool)
    others[lamps] = others[buildings] = False
    nodes = np.flatnonzero(others)
    nodes = nodes[np.lexsort((assets.id[nodes].astype(str), assets.kind[nodes]))]
    order = np.r_[nodes, lamps, buildings]
    number = np.full(len(assets), NONE, np.int64)
    number[order] = np.arange(len(order))
    rows = merged(merged(outage_rows(run, number), suspended_rows(run)), doubtful_rows(run, number))
    patterns = Patterns()
    numbers = [patterns.number(rows.get(row, ())) for row in order.tolist()]
    packer.add("asset.pattern", numbers, "u4", delta=True)
    patterns.pack(packer, "iv")
    packer.text("count", {"node": len(nodes), "lamp": len(lamps), "building": len(buildings)})
    packer.add("asset.kind", assets.kind[order], "u1", delta=True)
    pack_points(packer, "asset", frame, place[order, 0], place[order, 1])
    packer.add("asset.placed", np.isfinite(place[order, 0]).astype(int), "u1")
    packer.add("asset.street", street_of[order], "u2", delta=True)
    packer.text("asset.id", front_coded(assets.id[order]))
    packer.text("asset.name", {str(number[row]): str(assets.name[row]) for row in order.tolist() if assets.name[row]})
    for label in ("owner", "operator"):
        labels = getattr(assets, label)
        packer.text(f"asset.{label}s", list(labels.words))
        packer.add(f"asset.{label}", np.asarray(labels.codes)[order] + 1, "u2", delta=True)

    def centimetres(values: Any) -> Any:
        values = np.asarray(values, float)[order]
        return np.where(np.isnan(values), NO_HEIGHT, np.clip(np.rint(np.nan_to_num(values) * 100), -32_000, 32_000))

    packer.add("asset.peak", centimetres(exposure.peak_depth_m).astype(int), "i2")
    packer.add("asset.fail", centimetres(assets.fail_m).astype(int), "i2")
    packer.add("asset.coverage", np.asarray(exposure.coverage)[order], "u1")
    packer.add("asset.doubt", np.asarray(exposure.is_doubtful)[order].astype(int), "u1")
    packer.add("asset.failsource", np.asarray(assets.fail_source)[order], "u1")
    ends = number[supplies.consumer]
    edges = np.lexsort((supplies.preference, supplies.group, ends))
    packer.add("edge.consumer", ends[edges], "u4", delta=True)
    packer.add("edge.supplier", number[supplies.supplier[edges]], "u4", delta=True)
    packer.add("edge.service", supplies.service[edges], "u1")
    packer.add("edge.source", supplies.source[edges], "u1")
    wet = wet_rows(run)
    wets = Patterns()
    packer.add("building.wet", [wets.number((start, end, state, 0, 0, 0, 0, 0, 0) for start, end, state in
                                            wet.get(row, ())) for row in buildings.tolist()], "u4", delta=True)
    wets.pack(packer, "feet")
    zones = [row for row in nodes.tolist() if run.city_file.shapes[row] is not None
             and run.city_file.shapes[row].geom_type.endswith("Polygon")]
    of_ring = pack_shapes(packer, "zone", frame, run.city_file.shapes[zones] if zones else [], closed=True,
                          simplify_m=0.5)
    packer.add("zone.of", number[np.array(zones, np.int64)][of_ring] if zones else [], "u4", delta=True)
    flooded = sorted(repairs(run), key=lambda row: number[row])
    packer.add("hold.asset", number[np.array(flooded, np.int64)] if flooded else [], "u4")
    _pack_holds(run, packer, flooded)
    return number, patterns, numbers[len(nodes):len(nodes) + len(lamps)]
