"""Measures, edges and inflows as the index arrays that the kernels read.

Rows and columns are padded: cell (0, 0) of the computation is (1, 1) here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.flood.bed import Bed
from twin.flood.domain import SIDES, Domain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Edge, FlowSetup, Inflow
from twin.flood.walls import as_columns, walls_of
from twin.kernels.flow import arrays as flow
from twin.kernels.flow.tables import beds_at_edge, levels_tabled, profile_table
from twin.quantities import BoolArray, FloatArray, Int64Array

#: Least slope of an open edge whose bed does not fall outwards [-].
LEAST_SLOPE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packed:
    """What the kernels read of edges, barriers, inflows, pumps, culverts and gullies, and what belongs to whom."""

    special: flow.Special
    sources: flow.Sources
    moves: flow.Moves
    series: flow.Series
    #: Name, special faces and sign of each group: a side of the domain, or an inflow over it.
    groups: tuple[tuple[str, Int64Array, int], ...]
    #: Inflows over an edge, by name; and those inside, in the order of their series behind those of the faces.
    over_edges: frozenset[str]
    inside: tuple[str, ...]
    #: Place of the first series of an inflow inside.
    first_inside: int
    moved: tuple[str, ...]
    notes: tuple[str, ...]


def pack(setup: FlowSetup, bed: Bed) -> Packed:
    """Pack a setup for the kernels.

    Raises
    ------
    InputError
        A barrier that touches no face of the domain, an edge or inflow without an open cell, an inflow or an end of a
        pump or culvert outside the domain or in a wall, both ends in one cell, a negative discharge.
    """
    faces = _Faces(setup.domain, bed)
    for inflow in setup.inflows:
        if (inflow.m3_s.values < 0).any():
            raise InputError(field="inflow", ids=(inflow.name,), found=f"{inflow.m3_s.values.min():g} m3/s",
                             expected="0 or more", remedy="Water that leaves is a pump or an edge.")
        faces.inflow(inflow)
    over_edges = frozenset(name for name, _, _ in faces.groups)
    for edge in setup.edges:
        faces.edge(edge)
    faces.walls(setup.barriers)
    inside = [inflow for inflow in setup.inflows if inflow.name not in over_edges or faces.shared[inflow.name]]
    moves, moved = _moves(setup, bed)
    # Faces number their series from 0; those of sources come behind them.
    table = [*faces.used, *(inflow.m3_s for inflow in inside)]
    first = np.concatenate([[0], np.cumsum([len(s.times_s) for s in table])]).astype(np.int32)
    series = flow.Series(first, np.concatenate([s.times_s for s in table]) if table else np.empty(0),
                         np.concatenate([s.values for s in table]) if table else np.empty(0))
    sources = _sources(setup.domain, bed, inside, faces.shared, len(faces.used))
    return Packed(special=faces.special(), sources=sources, moves=moves, series=series,
                  groups=tuple(faces.groups), over_edges=over_edges,
                  inside=tuple(inflow.name for inflow in inside), first_inside=len(faces.used), moved=moved,
                  notes=tuple(faces.notes))


def _over_edge(domain: Domain, inflow: Inflow) -> tuple[str, float, float] | None:
    """Give side and part of it when a line lies along the domain's edge (within a cell), else None."""
    if len(inflow.line) < 2:
        return None
    a, _, west, _, e, north = domain.grid.transform
    east, south = west + a * domain.grid.columns, north + e * domain.grid.rows
    x, y = inflow.line[:, 0], inflow.line[:, 1]
    for side, far, along in (("west", x - west, y), ("east", x - east, y), ("north", y - north, x),
                             ("south", y - south, x)):
        if (np.abs(far) <= a).all() and np.ptp(along) > 0:
            return side, float(along.min()), float(along.max())
    return None


def _behind(side: str, row: Int64Array, col: Int64Array) -> tuple[Int64Array, Int64Array, int]:
    """Give padded indices of the faces of edge cells on ``side``, and +1 where the domain lies behind the face."""
    if side == "east":
        return row + 1, col + 2, -1
    if side == "south":
        return row + 2, col + 1, -1
    return row + 1, col + 1, 1


def _bed_slope(cells: Domain, side: str, row: Int64Array, col: Int64Array) -> FloatArray:
    """Give the fall of the bed towards the edge, at least ``LEAST_SLOPE``."""
    z = cells.height_m
    back = {"west": (0, 1), "east": (0, -1), "north": (1, 0), "south": (-1, 0)}[side]
    r, c = np.clip(row + back[0], 0, z.shape[0] - 1), np.clip(col + back[1], 0, z.shape[1] - 1)
    inner = np.where(cells.open[r, c], z[r, c], z[row, col])
    return np.asarray(np.maximum((inner - z[row, col]) / cells.cell_m, LEAST_SLOPE))


def edge_profile(domain: Domain, bed: Bed, surface_m: FloatArray, side: str, start_m: float = -np.inf,
                 end_m: float = np.inf) -> tuple[Int64Array, Int64Array, FloatArray, FloatArray]:
    """Give the cells along a part of one side that water can cross, and the terrain along their edge.

    Returns
    -------
    Row and column of each cell, (F,); ground [m], inf where nothing crosses, and Manning's n, (F, factor).
    """
    n, axis = bed.factor, SIDES[side]
    length, depth = domain.shape if axis == 0 else domain.shape[::-1]
    a, _, c, _, e, f = domain.grid.transform
    along = f + e * (np.arange(length) + 0.5) if axis == 0 else c + a * (np.arange(length) + 0.5)
    at = 0 if side in ("west", "north") else depth - 1
    ground = np.empty(length)
    beds_at_edge(surface_m, bed.passable, axis, at, ground)
    profile = np.where((along >= start_m) & (along <= end_m), ground, np.inf)
    manning = bed.manning[:length, at] if axis == 0 else bed.manning[at, :length]
    more = (0, -length % n)
    profile = np.pad(profile, more, constant_values=np.inf).reshape(-1, n)
    manning = np.pad(manning, more, constant_values=0.05).reshape(-1, n)
    crossed = np.flatnonzero(np.isfinite(profile).any(axis=1))
    edge = np.full(len(crossed), at // n)
    row, col = (crossed, edge) if axis == 0 else (edge, crossed)
    return row, col, profile[crossed], manning[crossed]


class _Faces:
    """Special faces as they are gathered."""

    def __init__(self, domain: Domain, bed: Bed) -> None:
        self.domain, self.bed, self._surface_m = domain, bed, bed.surface_m
        self.columns: dict[str, list[Any]] = {name: [] for name in flow.Special._fields}
        self.groups: list[tuple[str, Int64Array, int]] = []
        self.used: list[Series] = []
        self.notes: list[str] = []
        #: Cells and shares of inflows over faces that another inflow has, by name.
        self.shared: dict[str, list[tuple[int, int, float]]] = {}
        self._taken: set[tuple[int, int, int]] = set()

    def inflow(self, inflow: Inflow) -> None:
        """Add an inflow, if it lies over an edge."""
        part = _over_edge(self.domain, inflow)
        if part is None:
            return
        row, col, bed, n = edge_profile(self.domain, self.bed, self._surface_m, *part)
        if not len(row):
            raise InputError(field="inflow", ids=(inflow.name,), found=f"no open cell on the {part[0]} edge between "
                             f"{part[1]:g} and {part[2]:g}", expected="a part of the edge that water can cross")
        width = np.isfinite(bed).sum(axis=1)
        share = width / width.sum()
        # A coarse face may lie in two inflows: what the second brings there rises in the cell behind it.
        free = self._free(part[0], row, col)
        self.shared[inflow.name] = [(int(row[k]), int(col[k]), float(share[k])) for k in np.flatnonzero(~free)]
        self._edge(inflow.name, part[0], flow.FLOW, row, col, bed, n, share / self.bed.cells.cell_m)
        self.used.append(inflow.m3_s)

    def edge(self, edge: Edge) -> None:
        """Add a part of the domain's edge."""
        row, col, bed, n = edge_profile(self.domain, self.bed, self._surface_m, edge.side, edge.start_m, edge.end_m)
        if not len(row):
            raise InputError(field=f"edges.{edge.side}",
                             found=f"no open cell between {edge.start_m:g} and {edge.end_m:g}",
                             expected="a part of the edge that water can cross")
        if edge.level_m is not None:
            self._edge(edge.side, edge.side, flow.STAGE, row, col, bed, n, self.bed.cells.height_m[row, col])
            self.used.append(edge.level_m)
            return
        slope = (np.full(len(row), edge.slope) if edge.slope is not None
                 else _bed_slope(self.bed.cells, edge.side, row, col))
        self._edge(edge.side, edge.side, flow.NORMAL, row, col, bed, n, slope)

    def walls(self, barriers: tuple[Barrier, ...]) -> None:
        """Add barriers."""
        walls, notes = walls_of(barriers, self.bed, self._surface_m)
        self.notes += notes
        for wall in walls:
            self._put(kind=flow.BARRIER, **as_columns(wall, self.bed))

    def _free(self, side: str, row: Int64Array, col: Int64Array) -> BoolArray:
        i, j, _ = _behind(side, row, col)
        return np.array([(SIDES[side], int(a), int(b)) not in self._taken for a, b in zip(i, j, strict=True)], np.bool_)

    def _edge(self, group: str, side: str, kind: int, row: Int64Array, col: Int64Array, bed: FloatArray,
              manning: FloatArray, number: FloatArray) -> None:
        """Add those faces of an edge that nobody has yet."""
        i, j, behind = _behind(side, row, col)
        free = self._free(side, row, col)
        if kind != flow.FLOW and not free.all():
            self.notes.append(f"{int((~free).sum())} of {len(free)} cells of the {side} edge belong to an inflow.")
        first = len(self.columns["i"])
        for k in np.flatnonzero(free):
            datum = float(self.bed.cells.height_m[row[k], col[k]])
            lowest = float(bed[k].min())
            above = bed[k] - lowest
            top, full = levels_tabled(float(above[np.isfinite(above)].max()))
            depths, roughs = np.zeros(flow.LAST_KNOT + 1), np.ones(flow.LAST_KNOT + 1)
            profile_table(bed[k], manning[k], lowest, top, full, depths, roughs)
            self._taken.add((SIDES[side], int(i[k]), int(j[k])))
            self._put(axis=SIDES[side], i=int(i[k]), j=int(j[k]), kind=kind, side=behind, series=len(self.used),
                      number=number[k], low0=lowest - datum, low1=lowest - datum, top=top, full=full,
                      share=float((above < np.inf).mean()), depths=depths, roughs=roughs)
        self.groups.append((group, np.arange(first, len(self.columns["i"])), behind))

    def _put(self, **told: Any) -> None:
        """Add a face; what is not told does not matter for its kind."""
        nothing = np.zeros(flow.LAST_KNOT + 1)
        everywhere = np.full(self.bed.factor, np.inf)
        row = {"side": 0, "series": -1, "number": 0.0, "from_s": -np.inf, "to_s": np.inf, "low0": 0.0, "low1": 0.0,
               "top": 0.0, "full": 0.0, "share": 0.0, "depths": nothing, "roughs": nothing + 1.0, "crest0": everywhere,
               "crest1": everywhere, **told}
        for name, value in row.items():
            self.columns[name].append(value)

    def special(self) -> flow.Special:
        """Give the faces as the kernels read them."""
        knots, width = flow.LAST_KNOT + 1, self.bed.factor
        wide = {"depths": knots, "roughs": knots, "crest0": width, "crest1": width}
        whole = ("axis", "i", "j", "kind", "side", "series")
        count = len(self.columns["i"])
        packed: dict[str, Any] = {
            name: np.array(values, np.int32 if name in whole else np.float64).reshape(
                (count, wide[name]) if name in wide else (count,)) for name, values in self.columns.items()}
        return flow.Special(**packed)


def _sources(domain: Domain, bed: Bed, inflows: list[Inflow], shared: dict[str, list[tuple[int, int, float]]],
             first_series: int) -> flow.Sources:
    """Pack inflows at points and along lines inside, and what comes over faces that another inflow has."""
    rows: list[tuple[int, int, float, int]] = []
    for k, inflow in enumerate(inflows):
        if inflow.name in shared:
            rows += [(i + 1, j + 1, part, first_series + k) for i, j, part in shared[inflow.name]]
            continue
        if len(inflow.line) == 1:
            fine = [domain.cell(float(inflow.line[0, 0]), float(inflow.line[0, 1]), field="inflow", name=inflow.name)]
        else:
            row, col = domain.cells_along(inflow.line)
            fine = list(zip(row.tolist(), col.tolist(), strict=True))
            if not fine:
                raise InputError(field="inflow", ids=(inflow.name,), found="a line that touches no open cell",
                                 expected=f"a line inside {domain.extent}")
        cells, count = np.unique(np.array(fine) // bed.factor, axis=0, return_counts=True)
        rows += [(int(i) + 1, int(j) + 1, int(part) / len(fine), first_series + k)
                 for (i, j), part in zip(cells, count, strict=True)]
    i, j, share, series = zip(*rows, strict=True) if rows else ((), (), (), ())
    return flow.Sources(np.array(i, np.int32), np.array(j, np.int32), np.array(share, np.float64),
                        np.array(series, np.int32))


def single_places(setup: FlowSetup) -> Int64Array:
    """Give row and column of the terrain of inflows at a point and every end of a pump, culvert or gully, (K, 2).

    Raises
    ------
    InputError
        One lies outside the domain or in a wall.
    """
    places = [(move.name, "pumps", place) for move in setup.pumps for place in (move.at, move.to) if place is not None]
    places += [(move.name, "culverts", place) for move in setup.culverts for place in (move.at, move.to)]
    places += [(move.name, "drains", move.at) for move in setup.gullies]
    places += [(inflow.name, "inflow", (float(inflow.line[0, 0]), float(inflow.line[0, 1]))) for inflow in setup.inflows
               if len(inflow.line) == 1]
    return np.array([setup.domain.cell(*place, field=what, name=name) for name, what, place in places],
                    np.int64).reshape(-1, 2)


def _moves(setup: FlowSetup, bed: Bed) -> tuple[flow.Moves, tuple[str, ...]]:
    """Pack pumps, culverts and gullies; gives their names too."""
    domain = setup.domain
    rows: list[dict[str, Any]] = []
    names: list[str] = []

    def put(kind: int, name: str, what: str, at: tuple[float, float], to: tuple[float, float] | None,
            capacity_m3_s: float, *, first: float = 0.0, second: float = 0.0, from_s: float = -np.inf,
            to_s: float = np.inf, flap: bool = False) -> None:
        place = domain.cell(*at, field=f"{what}.at", name=name)
        i, j = (v // bed.factor for v in place)
        datum = float(bed.cells.height_m[i, j])
        row = {"kind": kind, "i": i + 1, "j": j + 1, "to_i": -1, "to_j": -1, "capacity_m3_s": capacity_m3_s,
               "first": first, "second": second, "datum": 0.0, "ground": float(domain.height_m[place]) - datum,
               "to_ground": 0.0, "from_s": from_s, "to_s": to_s, "flap": flap, "on": False}
        if to is not None:
            end = domain.cell(*to, field=f"{what}.to", name=name)
            to_i, to_j = (v // bed.factor for v in end)
            if (i, j) == (to_i, to_j):
                raise InputError(field=what, ids=(name,), found="both ends in one cell", expected="two places at least "
                                 f"{bed.cells.cell_m:g} m apart")
            there = float(bed.cells.height_m[to_i, to_j])
            row |= {"to_i": to_i + 1, "to_j": to_j + 1, "datum": there - datum,
                    "to_ground": float(domain.height_m[end]) - there}
        rows.append(row)
        names.append(name)

    for pump in setup.pumps:
        put(flow.PUMP, pump.name, "pumps", pump.at, pump.to, pump.capacity_m3_s, first=pump.on_m, second=pump.off_m,
            from_s=pump.from_s, to_s=pump.to_s)
    for culvert in setup.culverts:
        put(flow.CULVERT, culvert.name, "culverts", culvert.at, culvert.to, culvert.capacity_m3_s,
            first=culvert.area_m2, second=culvert.sill_m, flap=culvert.flap)
    for gully in setup.gullies:
        put(flow.GULLY, gully.name, "drains", gully.at, None, gully.capacity_m3_s)
    types: dict[str, Any] = {"flap": np.bool_, "on": np.bool_}
    types |= dict.fromkeys(("kind", "i", "j", "to_i", "to_j"), np.int32)
    return flow.Moves(**{name: np.array([row[name] for row in rows], types.get(name, np.float64))
                         for name in flow.Moves._fields}), tuple(names)
