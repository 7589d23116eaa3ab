"""Measures, edges and inflows as the index arrays that the kernels read.

Rows and columns are padded: cell (0, 0) of the domain is (1, 1) here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.flood.domain import SIDES, Domain
from twin.flood.series import Series
from twin.flood.setup import Edge, FlowSetup, Inflow
from twin.kernels import flow
from twin.quantities import BoolArray, FloatArray, Int32Array, Int64Array

#: Least slope of an open edge whose bed does not fall outwards [-].
LEAST_SLOPE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Faces:
    """Faces that are not plain: edges and barriers. Columns as ``twin.kernels.flow`` reads them."""

    axis: Int32Array
    i: Int32Array
    j: Int32Array
    kind: Int32Array
    side: Int32Array
    series: Int32Array
    a: FloatArray
    b: FloatArray
    from_s: FloatArray
    to_s: FloatArray
    #: Name, faces and sign of each group: a side of the domain, or an inflow over it.
    groups: tuple[tuple[str, Int64Array, int], ...]
    #: Names of the inflows among the groups.
    names: tuple[str, ...]
    #: Series that faces use, in the order of ``series``.
    used: tuple[Series, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sources:
    """Cells that inflows pour into, and all series of the run."""

    i: Int32Array
    j: Int32Array
    share: FloatArray
    series: Int32Array
    series_first: Int32Array
    series_t: FloatArray
    series_v: FloatArray
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """Pumps, culverts and gullies."""

    kind: Int32Array
    i: Int32Array
    j: Int32Array
    to_i: Int32Array
    to_j: Int32Array
    #: (M, 8), see ``twin.kernels.flow._transfers``.
    number: FloatArray
    #: Which pumps run, changed by the kernel.
    on: BoolArray
    names: tuple[str, ...]


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


def _bed_slope(domain: Domain, side: str, row: Int64Array, col: Int64Array) -> FloatArray:
    """Give the fall of the bed towards the edge, at least ``LEAST_SLOPE``."""
    z = domain.height_m
    back = {"west": (0, 1), "east": (0, -1), "north": (1, 0), "south": (-1, 0)}[side]
    r, c = np.clip(row + back[0], 0, z.shape[0] - 1), np.clip(col + back[1], 0, z.shape[1] - 1)
    inner = np.where(domain.open[r, c], z[r, c], z[row, col])
    return np.asarray(np.maximum((inner - z[row, col]) / domain.cell_m, LEAST_SLOPE))


def pack_faces(setup: FlowSetup) -> Faces:
    """Pack edges, inflows over edges and barriers.

    Raises
    ------
    InputError
        A barrier that touches no face of the domain, an edge or inflow without an open cell.
    """
    domain = setup.domain
    columns: dict[str, list[Any]] = {name: [] for name in
                                     ("axis", "i", "j", "kind", "side", "series", "a", "b", "from_s", "to_s")}
    groups: list[tuple[str, Int64Array, int]] = []
    used: list[Series] = []
    notes: list[str] = []
    taken: set[tuple[int, int, int]] = set()

    def put(group: str, axis: Any, i: Int64Array, j: Int64Array, kind: int, side: int, series: int, a: Any, b: Any,
            window: tuple[float, float] = (-np.inf, np.inf)) -> int:
        axis, a, b = (np.broadcast_to(v, i.shape) for v in (axis, a, b))
        keys = list(zip(axis.tolist(), i.tolist(), j.tolist(), strict=True))
        keep = np.array([key not in taken for key in keys], dtype=np.bool_)
        taken.update(keys)
        first = len(columns["i"])
        for name, values in (("axis", axis), ("i", i), ("j", j), ("a", a), ("b", b)):
            columns[name].extend(np.asarray(values)[keep].tolist())
        count = int(keep.sum())
        for name, value in (("kind", kind), ("side", side), ("series", series), ("from_s", window[0]),
                            ("to_s", window[1])):
            columns[name].extend([value] * count)
        if side:
            groups.append((group, np.arange(first, first + count), side))
        return count

    for inflow in setup.inflows:
        part = _over_edge(domain, inflow)
        if part is None:
            continue
        row, col = domain.edge_cells(*part)
        if not len(row):
            raise InputError(field="inflow", ids=(inflow.name,), found=f"no open cell on the {part[0]} edge between "
                             f"{part[1]:g} and {part[2]:g}", expected="a part of the edge that water can cross")
        i, j, side = _behind(part[0], row, col)
        put(inflow.name, SIDES[part[0]], i, j, flow.FLOW, side, len(used), 1.0 / (len(row) * domain.cell_m), 0.0)
        used.append(inflow.m3_s)
    names = tuple(name for name, _, _ in groups)
    for edge in setup.edges:
        _pack_edge(domain, edge, put, used)
    for barrier in setup.barriers:
        axis, row, col = domain.faces_along(barrier.line)
        behind = (row, col)
        before = (row - (axis == 1), col - (axis == 0))
        passable = domain.open[behind] & domain.open[before]
        if not len(axis):
            raise InputError(field="barriers", ids=(barrier.name,), found="a line that touches no cell of the domain",
                             expected=f"a line inside {domain.extent}",
                             remedy="Coordinates are those of the city's CRS.")
        axis, row, col = axis[passable], row[passable], col[passable]
        z0, z1 = domain.height_m[row - (axis == 1), col - (axis == 0)], domain.height_m[row, col]
        ground = np.maximum(z0, z1)
        crest = ground + barrier.height_m if barrier.height_m is not None else np.full(len(z0), barrier.crest_m)
        stands = crest > ground
        if not stands.all():
            notes.append(f"The crest of '{barrier.name}' lies at or below the ground along {int((~stands).sum())} of "
                         f"{len(stands)} faces: no wall there.")
        axis, row, col, z0, z1, crest = (v[stands] for v in (axis, row, col, z0, z1, crest))
        put(barrier.name, axis, row + 1, col + 1, flow.BARRIER, 0, -1, crest - z0, crest - z1,
            (barrier.from_s, barrier.to_s))
    ints = {name: np.array(columns[name], np.int32) for name in ("axis", "i", "j", "kind", "side", "series")}
    floats = {name: np.array(columns[name], np.float64) for name in ("a", "b", "from_s", "to_s")}
    return Faces(axis=ints["axis"], i=ints["i"], j=ints["j"], kind=ints["kind"], side=ints["side"],
                 series=ints["series"], a=floats["a"], b=floats["b"], from_s=floats["from_s"], to_s=floats["to_s"],
                 groups=tuple(groups), names=names, used=tuple(used), notes=tuple(notes))


def _pack_edge(domain: Domain, edge: Edge, put: Any, used: list[Series]) -> None:
    row, col = domain.edge_cells(edge.side, edge.start_m, edge.end_m)
    if not len(row):
        raise InputError(field=f"edges.{edge.side}", found=f"no open cell between {edge.start_m:g} and {edge.end_m:g}",
                         expected="a part of the edge that water can cross")
    i, j, side = _behind(edge.side, row, col)
    axis = SIDES[edge.side]
    if edge.level_m is not None:
        put(edge.side, axis, i, j, flow.STAGE, side, len(used), domain.height_m[row, col], 0.0)
        used.append(edge.level_m)
        return
    slope = np.full(len(row), edge.slope) if edge.slope is not None else _bed_slope(domain, edge.side, row, col)
    put(edge.side, axis, i, j, flow.NORMAL, side, -1, slope, 0.0)


def pack_sources(setup: FlowSetup, faces: Faces) -> Sources:
    """Pack inflows at points and along lines inside, and all series.

    Raises
    ------
    InputError
        An inflow outside the domain or in a wall, or a negative discharge.
    """
    domain = setup.domain
    i: list[int] = []
    j: list[int] = []
    share: list[float] = []
    series: list[int] = []
    names: list[str] = []
    inside: list[Series] = []
    for inflow in setup.inflows:
        if (inflow.m3_s.values < 0).any():
            raise InputError(field="inflow", ids=(inflow.name,), found=f"{inflow.m3_s.values.min():g} m3/s",
                             expected="0 or more", remedy="Water that leaves is a pump or an edge.")
        if inflow.name in faces.names:
            continue
        if len(inflow.line) == 1:
            cells = [domain.cell(float(inflow.line[0, 0]), float(inflow.line[0, 1]), field="inflow", name=inflow.name)]
        else:
            row, col = domain.cells_along(inflow.line)
            cells = list(zip(row.tolist(), col.tolist(), strict=True))
            if not cells:
                raise InputError(field="inflow", ids=(inflow.name,), found="a line that touches no open cell",
                                 expected=f"a line inside {domain.extent}")
        for row_, col_ in cells:
            i.append(row_ + 1)
            j.append(col_ + 1)
            share.append(1.0 / len(cells))
            series.append(len(inside))
        names.append(inflow.name)
        inside.append(inflow.m3_s)
    # Faces number their series from 0: theirs come first in the table, the sources' behind them.
    table = [*faces.used, *inside]
    first = np.concatenate([[0], np.cumsum([len(s.times_s) for s in table])]).astype(np.int32)
    return Sources(i=np.array(i, np.int32), j=np.array(j, np.int32), share=np.array(share, np.float64),
                   series=np.array(series, np.int32) + len(faces.used), series_first=first,
                   series_t=np.concatenate([s.times_s for s in table]) if table else np.empty(0),
                   series_v=np.concatenate([s.values for s in table]) if table else np.empty(0), names=tuple(names))


def pack_moves(setup: FlowSetup) -> Moves:
    """Pack pumps, culverts and gullies.

    Raises
    ------
    InputError
        An end outside the domain or in a wall, or both ends in one cell.
    """
    domain = setup.domain
    rows: list[tuple[int, int, int, int, int]] = []
    numbers: list[list[float]] = []
    names: list[str] = []

    def ends(name: str, what: str, at: tuple[float, float],
             to: tuple[float, float] | None) -> tuple[int, int, int, int]:
        i, j = domain.cell(*at, field=f"{what}.at", name=name)
        if to is None:
            return i, j, -2, -2
        to_i, to_j = domain.cell(*to, field=f"{what}.to", name=name)
        if (i, j) == (to_i, to_j):
            raise InputError(field=what, ids=(name,), found="both ends in one cell", expected="two places at least "
                             f"{domain.cell_m:g} m apart")
        return i, j, to_i, to_j

    for pump in setup.pumps:
        at = ends(pump.name, "pumps", pump.at, pump.to)
        rows.append((flow.PUMP, *at))
        numbers.append([pump.capacity_m3_s, pump.on_m, pump.off_m, 0.0, 0.0, pump.from_s, pump.to_s, 0.0])
        names.append(pump.name)
    for culvert in setup.culverts:
        at = ends(culvert.name, "culverts", culvert.at, culvert.to)
        rows.append((flow.CULVERT, *at))
        z0, z1 = domain.height_m[at[0], at[1]], domain.height_m[at[2], at[3]]
        numbers.append([culvert.capacity_m3_s, culvert.area_m2, culvert.sill_m, float(z0 - z0), float(z1 - z0), -np.inf,
                        np.inf, float(culvert.flap)])
        names.append(culvert.name)
    for gully in setup.gullies:
        rows.append((flow.GULLY, *ends(gully.name, "drains", gully.at, None)))
        numbers.append([gully.capacity_m3_s, 0.0, 0.0, 0.0, 0.0, -np.inf, np.inf, 0.0])
        names.append(gully.name)
    table = np.array(rows, dtype=np.int32).reshape(-1, 5)
    return Moves(kind=table[:, 0].copy(), i=table[:, 1] + 1, j=table[:, 2] + 1, to_i=table[:, 3] + 1,
                 to_j=table[:, 4] + 1, number=np.array(numbers, np.float64).reshape(-1, 8),
                 on=np.zeros(len(table), np.bool_), names=tuple(names))
