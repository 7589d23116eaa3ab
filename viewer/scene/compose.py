"""Scene of the operator's page: everything that it draws and tells of a run, packed. All assets, links, intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.quantities import NONE
from twin.results.live_parts import live_parts
from twin.results.view import View
from twin.world.kinds import Role
from twin.world.supplies import Service
from viewer.scene.blocks import blocks_of
from viewer.scene.families import told
from viewer.scene.frame import Frame, morton, pack_points, pack_shapes
from viewer.scene.ground import AREAS, pack_area, pack_names, pack_streets
from viewer.scene.intervals import CONDITION, OUTAGE, Patterns, State, condition_rows, joined, state_rows, wet_rows
from viewer.scene.likely import LIKELY, cut, pack_likely
from viewer.scene.pack import Packer, centimetres, front_coded
from viewer.scene.told import pack_depths, pack_feeds, pack_live, pack_unfed, pack_untested, pack_waits
from viewer.scene.water import pack_water

if TYPE_CHECKING:
    from geodata.ensemble.folder import EnsembleFolder
    from geodata.run.folder import Run

#: A height that is not known, among those in centimetres.
NO_HEIGHT = 32_767


@dataclass(frozen=True, slots=True)
class Scene:
    """The packed stream and the few values that the page's lists need themselves."""

    packer: Packer
    #: Number in the page of each asset, (A,), -1 where it is not in it.
    number: Any
    #: Places to cut, by the row of the asset: their number in the page.
    places: dict[int, int]
    #: Where the page's plane lies in the city's CRS.
    frame: Frame
    #: Number in the page of each street by its name, from 1 on.
    streets: dict[str, int]


def pack_scene(run: Run, ensemble: EnsembleFolder | None = None) -> Scene:
    """Pack a run for the operator's page; beside an ensemble with how likely each thing is."""
    city, context = run.result.city, run.city_file.context
    assets = city.assets
    packer = Packer()
    frame = _frame(run)
    streets = _Streets(run)
    streets.pack(packer, frame)
    for name in AREAS:
        if name in context:
            pack_area(packer, frame, name, context[name].geometry)
    rivers = context.get("water")
    pack_names(packer, frame, () if rivers is None else
               zip((str(one) for one in rivers.name), rivers.geometry, strict=True))
    water = pack_water(packer, frame, city.crs, run.water, run.water_grid, np.asarray(run.water_times_s)
                       if run.water_times_s is not None else np.zeros(0))
    packer.text("water", water)
    packer.text("frame", {"width": frame.width_m, "height": frame.height_m, "step": frame.step_m})
    lamps, buildings = np.flatnonzero(assets.of_role(Role.LIGHTS)), np.flatnonzero(assets.buildings())
    place = _where(run)
    columns, rows = frame.columns(place[:, 0]), frame.rows(place[:, 1])
    blocks, block_of = blocks_of(run, public=False)
    buildings = buildings[np.lexsort((morton(columns[buildings], rows[buildings]), block_of[buildings]))]
    lamps = lamps[np.lexsort((assets.id[lamps].astype(str), _feeder(run)[lamps]))]
    number = _pack_assets(run, packer, frame, lamps, buildings, streets.of_assets, place, ensemble)
    if ensemble is not None:
        from viewer.scene.deciding import pack_deciding  # of pages of ensembles alone

        pack_likely(ensemble, packer, number)
        pack_deciding(ensemble, packer, number)
    places = _pack_told(run, packer, number)
    if run.gardens is None:
        packer.text("gardens", None)
    else:
        from viewer.scene.gardens import gardens_told  # of runs with a season alone

        packer.text("gardens", gardens_told(run, run.gardens, number))
    of_ring = pack_shapes(packer, "building", frame, run.city_file.shapes[buildings], closed=True, simplify_m=0.15)
    packer.add("building.of", of_ring, "u4", delta=True)
    packer.add("building.block", block_of[buildings] + 1, "u4", delta=True)
    _pack_blocks(run, packer, frame, blocks, block_of, buildings, streets.of_assets)
    packer.text("kinds", [told(kind) for kind in assets.kinds])
    return Scene(packer, number, places, frame, {name: i + 1 for i, name in enumerate(streets.names)})


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
    assets = run.result.city.assets
    seen = assets.of_role(Role.LIGHTS) | assets.buildings()
    chosen = place[seen] if seen.any() else place
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

    def pack(self, packer: Packer, frame: Frame) -> None:
        packer.text("streets", list(self.names))
        if self.layer is not None:
            rank = self.layer.columns.get("rank")
            pack_streets(packer, frame, self.layer.geometry, self.of_lines,
                         [""] * len(self.layer) if rank is None else [str(one) for one in rank])


def _pack_blocks(run: Run, packer: Packer, frame: Frame, blocks: list[Any], block_of: Any, buildings: Any,
                 street_of: Any) -> None:
    """Add the blocks with the intervals in which some house of theirs stands in water."""
    if not blocks:
        packer.add("block.pattern", [], "u4")
        return
    of_ring = pack_shapes(packer, "block", frame, blocks, closed=True, simplify_m=0.8)
    packer.add("block.of", of_ring, "u4", delta=True)
    wet = wet_rows(run, run.result.city.assets.buildings())
    intervals: list[list[tuple[int, int]]] = [[] for _ in blocks]
    for row, spans in wet.items():
        if block_of[row] >= 0:
            intervals[block_of[row]].extend((start, end) for start, end, _ in spans)
    patterns = Patterns()
    numbers = [patterns.number((start, end, State.WET) for start, end in joined(spans))
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


def _pack_told(run: Run, packer: Packer, number: Any) -> dict[int, int]:
    """Add what is told over time, and give the number of each place to cut."""
    result = run.result
    order = np.argsort(number, kind="stable")
    conditions, rows = Patterns(CONDITION), condition_rows(run)
    packer.add("asset.condition", [conditions.number(rows.get(row, ())) for row in order.tolist()], "u4", delta=True)
    conditions.pack(packer, "cond")
    pack_feeds(run, packer, number, order)
    pack_waits(run, packer, number)
    pack_untested(run, packer, number)
    pack_unfed(run, packer, number)
    parts = live_parts(View(result.plan, result.city, result.exposure, result.outages, result.doubts))
    places = {row: place for place, row in enumerate(dict.fromkeys(
        parts.cut[np.lexsort((result.city.assets.id[parts.cut].astype(str), parts.from_s))].tolist()))}
    pack_live(packer, parts, places, number)
    assets = result.city.assets
    pack_depths(run, packer, number, int((~assets.of_role(Role.LIGHTS) & ~assets.buildings()).sum()))
    return places


def _pack_assets(run: Run, packer: Packer, frame: Frame, lamps: Any, buildings: Any, street_of: Any,
                 place: Any, ensemble: EnsembleFolder | None) -> Any:
    result = run.result
    assets, supplies, exposure = result.city.assets, result.city.supplies, result.exposure
    others = np.ones(len(assets), bool)
    others[lamps] = others[buildings] = False
    nodes = np.flatnonzero(others)
    nodes = nodes[np.lexsort((assets.id[nodes].astype(str), assets.kind[nodes]))]
    order = np.r_[nodes, lamps, buildings]
    number = np.full(len(assets), NONE, np.int64)
    number[order] = np.arange(len(order))
    stories, patterns = (state_rows(run, number), Patterns(OUTAGE)) if ensemble is None else (state_rows(
        run, number, partial(cut, likelihood=ensemble.likelihood)), Patterns((*OUTAGE, *LIKELY)))
    packer.add("asset.pattern", [patterns.number(stories.rows.get(row, ())) for row in order.tolist()], "u4",
               delta=True)
    patterns.pack(packer, "iv")
    packer.text("also", stories.also)
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

    for name, values in (("peak", exposure.peak_depth_m), ("fail", assets.fail_m)):
        height_m = np.asarray(values, float)[order]
        rounded = np.clip(centimetres(np.nan_to_num(height_m)), -32_000, 32_000)
        packer.add(f"asset.{name}", np.where(np.isnan(height_m), NO_HEIGHT, rounded), "i2")
    packer.add("asset.coverage", np.asarray(exposure.coverage)[order], "u1")
    packer.add("asset.doubt", np.asarray(exposure.is_doubtful)[order].astype(int), "u1")
    packer.add("asset.failsource", np.asarray(assets.fail_source)[order], "u1")
    ends = number[supplies.consumer]
    edges = np.lexsort((supplies.preference, supplies.group, ends))
    packer.add("edge.consumer", ends[edges], "u4", delta=True)
    packer.add("edge.supplier", number[supplies.supplier[edges]], "u4", delta=True)
    packer.add("edge.source", supplies.source[edges], "u1")
    wet, wets = wet_rows(run, assets.buildings()), Patterns()
    packer.add("building.wet", [wets.number(wet.get(row, ())) for row in buildings.tolist()], "u4", delta=True)
    wets.pack(packer, "feet")
    zones = [row for row in nodes.tolist() if run.city_file.shapes[row] is not None
             and run.city_file.shapes[row].geom_type.endswith("Polygon")]
    of_ring = pack_shapes(packer, "zone", frame, run.city_file.shapes[zones] if zones else [], closed=True,
                          simplify_m=0.5)
    packer.add("zone.of", number[np.array(zones, np.int64)][of_ring] if zones else [], "u4", delta=True)
    return number
