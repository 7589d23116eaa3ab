"""The street network of a city file: what is driven along in a flood, and the cells that its water is read from.

Streets are cut where they meet: at ends, and at points that two lines share. Lines that cross without a common point
pass over each other. An end that lies on another line, within half a metre, meets it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.cells import index_lines
from geodata.streets import OFF_STREET_M, SNAP_M
from twin.access.network import Places, StreetNetwork
from twin.quantities import NONE, BoolArray, FloatArray, Int64Array, TextArray
from twin.water.depths import CellIndex

if TYPE_CHECKING:
    from geodata.city.model import CityFile, Context
    from twin.water.hazard import Grid
    from twin.world.access import AccessRules
    from twin.world.assets import Assets

#: A street that runs this far within a metre of a bridge's line is on it [m]; one that passes below is not.
_ON_BRIDGE_M = 5.0
#: Columns of a street layer that tell its limit [km/h], a bridge and a tunnel, as common sources name them.
_LIMIT, _BRIDGE, _TUNNEL = (("limit_kmh", "maxspeed", "src_maxspeed", "src_limit_kmh"), ("bridge", "src_bridge"),
                            ("tunnel", "src_tunnel", "underpass", "src_underpass"))
_NO = {"", "no", "0", "0.0", "false", "none", "nan", "non"}
#: Columns that say whether vehicles drive there, and OpenStreetMap's sort of way; the sorts on which none does.
_DRIVE, _SORT = ("drive", "src_drive"), ("highway", "src_highway")
_ON_FOOT = {"footway", "path", "steps", "cycleway", "bridleway", "trail", "corridor", "elevator", "platform",
            "proposed", "construction", "abandoned", "razed", "via_ferrata"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Streets:
    """The network of a city with its shapes."""

    network: StreetNetwork
    #: Line of each edge in the city's CRS, (E,).
    lines: TextArray
    #: What of each edge stands on the ground: the deck of a bridge left out, (E,); None where nothing is left.
    on_ground: TextArray

    @classmethod
    def of(cls, city_file: CityFile, rules: AccessRules) -> Streets | None:
        """Give the network of a city; None where its file has no streets."""
        layer = city_file.context.get("street")
        if layer is None:
            return None
        lines, of_line = _lines(layer.geometry)
        is_driven = _is_driven(layer)
        lines, of_line = lines[is_driven[of_line]], of_line[is_driven[of_line]]
        if not len(lines):
            return None
        lines, of_edge = _cut(_meeting(lines))
        row = of_line[of_edge]
        ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)], axis=1)
        _, nodes = np.unique(np.round(ends.reshape(-1, 2) / SNAP_M).astype(np.int64), axis=0, return_inverse=True)
        nodes = nodes.reshape(-1, 2)
        limit, assumed = _limits(layer, rules)
        named = np.array([str(name or "") for name in layer.name], object)
        names = tuple(sorted({str(name) for name in named if name}))
        code = np.array([names.index(name) if name else NONE for name in named], np.int32)
        on_ground, is_bridge = _on_ground(lines, city_file.context.get("bridge"), _is(layer, _BRIDGE)[row])
        network = StreetNetwork(
            start=nodes[:, 0].astype(np.int32), end=nodes[:, 1].astype(np.int32), length_m=shapely.length(lines),
            limit_kmh=limit[row], is_limit_assumed=assumed[row], is_bridge=is_bridge,
            is_underpass=_is(layer, _TUNNEL)[row], street=code[row], names=names, junctions=int(nodes.max()) + 1,
            not_driven=int((~is_driven).sum()),
            over_rivers=_over_rivers(on_ground, city_file.context.get("water"), _is(layer, _TUNNEL)[row]))
        return cls(network=network, lines=lines, on_ground=on_ground)

    def cells(self, crs: str, grid: Grid) -> CellIndex:
        """Give the cells of a hazard that each edge is read from: all that it crosses but for bridges."""
        return index_lines(self.on_ground, crs, grid)

    def places(self, assets: Assets) -> Places:
        """Give where each asset stands: on the nearest street within 150 m, else on none."""
        points = np.column_stack([assets.x_m, assets.y_m])
        edge, metre, off = np.full(len(assets), NONE), np.zeros(len(assets)), np.full(len(assets), np.nan)
        known = np.flatnonzero(~np.isnan(points).any(axis=1))
        tree = shapely.STRtree(self.lines)
        dots = shapely.points(points[known])
        which, hit = tree.query_nearest(dots, max_distance=OFF_STREET_M, all_matches=False)
        edge[known[which]] = hit
        metre[known[which]] = shapely.line_locate_point(self.lines[hit], dots[which])
        off[known[which]] = shapely.distance(self.lines[hit], dots[which])
        return Places.of(self.network, edge.astype(np.int32), metre, off)


def _lines(geometry: TextArray) -> tuple[TextArray, Int64Array]:
    """Give the single lines of a layer, outlines of squares too, and the record of each."""
    parts, of_part = shapely.get_parts(geometry, return_index=True)
    is_area = np.isin(shapely.get_type_id(parts), (3,))
    parts = np.where(is_area, shapely.boundary(parts), parts)
    parts, inner = shapely.get_parts(parts, return_index=True)
    of_part = of_part[inner]
    keep = np.isin(shapely.get_type_id(parts), (1, 2)) & (shapely.length(parts) > 0)
    return np.asarray([shapely.LineString(shapely.get_coordinates(line)) for line in parts[keep]],
                      object), of_part[keep]


def _meeting(lines: TextArray) -> TextArray:
    """Give the lines with a point more wherever another one ends on them."""
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    tree = shapely.STRtree(lines)
    which, hit = tree.query(ends, predicate="dwithin", distance=SNAP_M)
    more: dict[int, list[float]] = {}
    for end, line in zip(which.tolist(), hit.tolist(), strict=True):
        at = float(shapely.line_locate_point(lines[line], ends[end]))
        corners = shapely.line_locate_point(lines[line], shapely.points(shapely.get_coordinates(lines[line])))
        if np.abs(corners - at).min() > SNAP_M:
            more.setdefault(line, []).append(at)
    found = lines.copy()
    for line, places in more.items():
        xy = shapely.get_coordinates(lines[line])
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
        new = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], np.array(places)))
        order = np.argsort(np.concatenate([along, places]), kind="stable")
        found[line] = shapely.LineString(np.concatenate([xy, new])[order])
    return found


def _cut(lines: TextArray) -> tuple[TextArray, Int64Array]:
    """Cut lines at the points that two of them share, or one passes twice, and at their ends."""
    xy, of_line = shapely.get_coordinates(lines, return_index=True)
    keys = np.round(xy / SNAP_M).astype(np.int64)
    _, node, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    node = node.ravel()
    # The first point of a closed ring is its last as well: counted twice, and a junction, rightly.
    is_cut = count[node] > 1
    # Points of one line closer than the snap share a key and are no junction by themselves.
    same = np.append((of_line[1:] == of_line[:-1]) & (node[1:] == node[:-1]), False)
    pairs = np.bincount(node, weights=same, minlength=len(count))
    is_cut &= count[node] - pairs[node] > 1
    is_end = np.append(True, of_line[1:] != of_line[:-1]) | np.append(of_line[1:] != of_line[:-1], True)
    cut = np.flatnonzero(is_cut | is_end)
    pieces, owner = [], []
    for begin, stop in zip(cut[:-1].tolist(), cut[1:].tolist(), strict=True):
        if (of_line[begin] == of_line[stop] and node[begin] != node[stop]) or (
                of_line[begin] == of_line[stop] and stop - begin > 1):
            pieces.append(shapely.LineString(xy[begin:stop + 1]))
            owner.append(of_line[begin])
    found = np.empty(len(pieces), object)
    found[:] = pieces
    keep = shapely.length(found) > 0
    return found[keep], np.array(owner, np.int64)[keep]


def _limits(layer: Context, rules: AccessRules) -> tuple[FloatArray, BoolArray]:
    """Give the speed limit of each street, and whether it is an assumption by rank."""
    speeds = dict(rules.speed_kmh)
    ranks = layer.columns.get("rank", [""] * len(layer))
    limit = np.array([speeds.get(str(rank or ""), speeds["minor"]) for rank in ranks], float)
    said = np.full(len(layer), np.nan)
    for name in _LIMIT:
        if name in layer.columns:
            said = np.where(np.isnan(said), [_speed(value) for value in layer.columns[name]], said)
    return np.where(np.isnan(said), limit, said), np.isnan(said)


def _speed(value: Any) -> float:
    """Read a limit: 50, "50", "30 mph"; NaN where it says none."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?\s*", str(value))
    if found is None or float(found[1]) <= 0:
        return float("nan")
    return float(found[1]) * (1.609344 if found[2] == "mph" else 1.0)


def _is(layer: Context, names: tuple[str, ...]) -> BoolArray:
    """Tell which streets one of some columns says yes of, (N,)."""
    found = np.zeros(len(layer), bool)
    for name in names:
        if name in layer.columns:
            found |= np.array([str("" if value is None else value).strip().lower() not in _NO
                               for value in layer.columns[name]], bool)
    return found


def _is_driven(layer: Context) -> BoolArray:
    """Tell on which streets vehicles drive, (N,): all that no column says otherwise of."""
    driven = np.ones(len(layer), bool)
    for names, no in ((_DRIVE, _NO - {"", "nan", "none"}), (_SORT, _ON_FOOT)):
        for name in names:
            if name in layer.columns:
                driven &= np.array([str(value).strip().lower() not in no for value in layer.columns[name]], bool)
    return driven


def _over_rivers(on_ground: TextArray, waters: Context | None, is_underpass: BoolArray) -> int:
    """Count the edges whose ground crosses water on the map: a bridge that no layer tells of, most likely."""
    if waters is None:
        return 0
    shapes = waters.geometry[~shapely.is_missing(waters.geometry)]
    line, _ = shapely.STRtree(shapes).query(on_ground, predicate="crosses")
    line = line[~is_underpass[line]]
    return len(np.unique(line))


def _on_ground(lines: TextArray, bridges: Context | None, is_bridge: BoolArray) -> tuple[TextArray, BoolArray]:
    """Give what of each line is no deck, None where nothing is, and which lines are bridges as a whole."""
    ground = lines.copy()
    ground[is_bridge] = None
    decks = np.empty(0, object) if bridges is None else shapely.buffer(
        bridges.geometry[~shapely.is_missing(bridges.geometry)], 1.0)
    if len(decks):
        tree = shapely.STRtree(decks)
        line, deck = tree.query(ground, predicate="intersects")
        for row, over in zip(line.tolist(), deck.tolist(), strict=True):
            if shapely.length(shapely.intersection(lines[row], decks[over])) < _ON_BRIDGE_M:
                continue
            left = shapely.difference(ground[row], decks[over])
            ground[row] = None if left.is_empty or left.length < 2.0 else left
    return ground, np.asarray(shapely.is_missing(ground), bool)
