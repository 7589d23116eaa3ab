"""What the flow kernels read and change: groups of arrays, kinds, and the places of the clock.

Layout. Fields are padded by one ghost cell on each side: cell ``(i, j)`` has ``i`` in 1..R and ``j`` in 1..C.
``qx[i, j]`` is the flow per metre of width [m2/s] through the west face of the cell, positive to the east; ``qy[i, j]``
through its north face, positive to the south. ``h`` is the water of a cell over its whole area [m]: its depth where a
cell is flat. Every height is above the *datum* of its cell (its lowest ground; where hollows inside a cell are filled,
the lowest after that), and made in float64, so that a terrain at 2000 m costs no precision.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin.quantities import BoolArray, Float32Array, FloatArray, Int32Array

f32 = np.float32
#: A number inside a kernel: numba makes it float32, float64 or an integer from what it is handed.
Scalar = Any
G = f32(9.80665)
#: sqrt(g): ``rough`` is this times Manning's n.
ROOT_G = float(np.sqrt(9.80665))
#: Rows of a strip and columns of a tile: the unit of activity and of parallel work.
STRIP_ROWS = 32
TILE_COLUMNS = 64
#: A bed step of half of this or more is a wall; so is the bed of a face that high.
CLOSED = f32(1e6)
WALL = f32(5e5)
#: Knots of subgrid tables: the first at squares, (k / KNOTS)^2 of ``top``, for what changes fastest is where there is
#: little water; the upper ones evenly from there to ``full``, where all ground is under water.
KNOTS, UPPER_KNOTS = 12, 4
LAST_KNOT = KNOTS + UPPER_KNOTS
#: Kinds of special faces.
FLOW, STAGE, NORMAL, BARRIER = 1, 2, 3, 4
#: Kinds of transfers between cells.
PUMP, CULVERT, GULLY = 1, 2, 3
#: How an ``advance`` ends.
REACHED, COLLAPSED, NOT_FINITE = 0, 1, 2
#: Places in ``clock``.
TIME, SPEED, DEPTH, STEPS, STATUS, DT_LEAST, RAIN_MADE, CREATED, REPAIRS, CELLS = range(10)
#: A depth below zero by less is rounding, not an overdraft [m].
ROUNDING_M = 1e-6
#: No reassociation: compensated sums depend on the order written. No reciprocals: an exact division is as fast here and
#: the same in every lane.
FAST = {"nnan", "ninf", "nsz", "contract"}


class Spans(NamedTuple):
    """Work of a sweep: job ``k`` is the strip ``strip[k]`` with the spans ``first[k]`` to ``first[k + 1]``."""

    strip: Int32Array
    first: Int32Array
    #: Columns ``begin`` to ``end - 1`` of each span.
    begin: Int32Array
    end: Int32Array


class Fields(NamedTuple):
    """What a step changes, (R + 2, C + 2): a step reads one of these and writes another."""

    h: Float32Array
    qx: Float32Array
    qy: Float32Array
    #: Velocities of faces [m/s], kept with advection alone; else None.
    ux: Float32Array
    uy: Float32Array


class Flat(NamedTuple):
    """Cells that are flat, (R + 2, C + 2): bed steps to the cell before [m], and ``sqrt(g) n``."""

    step_x: Float32Array
    step_y: Float32Array
    rough: Float32Array


class Storage(NamedTuple):
    """Level of a cell over its datum from its water; tables, and the piece of each that holds now.

    A piece is the line ``level = at + slope w`` that holds for ``begin <= w < end``, w the water above the pockets: the
    loop over cells streams pieces and looks nothing up; a cell that leaves its piece gets the next one.
    """

    #: Water that hollows inside the cell hold back [m]: it stands in them and never runs.
    pocket: Float32Array
    #: Water above the pockets at knot KNOTS and at the last [m], open share of the cell, and level at each knot,
    #: (R + 2, C + 2, LAST_KNOT + 1) [m].
    top: Float32Array
    full: Float32Array
    share: Float32Array
    knots: Float32Array
    at: Float32Array
    slope: Float32Array
    begin: Float32Array
    end: Float32Array
    #: Part of the cell that is wet on this piece: 1 / slope; its pockets are not counted.
    wet: Float32Array


class Conveyance(NamedTuple):
    """Mean depth of faces from the level over their lowest ground, as tables and pieces like ``Storage``; roughness."""

    #: Lowest ground of the face above the datum of the cell before it and of the cell behind it [m]; CLOSED: a wall.
    low0: Float32Array
    low1: Float32Array
    #: Level at knot KNOTS and at the last [m], and the share of the face that carries above it.
    top: Float32Array
    full: Float32Array
    share: Float32Array
    #: Mean depth at each knot, (R + 2, C + 2, LAST_KNOT + 1) [m].
    depths: Float32Array
    at: Float32Array
    slope: Float32Array
    begin: Float32Array
    end: Float32Array
    #: ``sqrt(g) n`` at the mean depth H is ``rough + more min(1 / H, most)``: shallow water feels every bump on its way
    #: from the middle of one cell to that of the next.
    rough: Float32Array
    more: Float32Array
    most: Float32Array


class Subgrid(NamedTuple):
    """Coarse cells that keep the storage and the conveyance of a fine terrain."""

    storage: Storage
    x: Conveyance
    y: Conveyance
    #: Rise of the ground over each cell by column and by row [m].
    fall_x: Float32Array
    fall_y: Float32Array
    #: Level of each cell over its datum, and its water above its pockets [m], made at the start of a step.
    level: Float32Array
    free: Float32Array
    #: Who of a row has left its piece, by column: scratch of each job, (jobs, C + 2).
    left: Int32Array


class Special(NamedTuple):
    """Faces that are not plain, (F,): edges and barriers."""

    axis: Int32Array
    i: Int32Array
    j: Int32Array
    kind: Int32Array
    #: +1 when the domain lies behind the face (west and north edges), -1 before it, 0 for barriers.
    side: Int32Array
    series: Int32Array
    #: Share per metre (FLOW), slope (NORMAL), height of the datum of the cell inside (STAGE) [m].
    number: FloatArray
    from_s: FloatArray
    to_s: FloatArray
    #: Lowest ground of an edge face above the datum of the cell before and behind [m], and its table as ``Conveyance``.
    low0: FloatArray
    low1: FloatArray
    top: FloatArray
    full: FloatArray
    share: FloatArray
    depths: FloatArray
    roughs: FloatArray
    #: Crest of a barrier along the face above either datum, (F, M) [m]; inf where nothing crosses. Barriers that stand
    #: on one face stand at different times.
    crest0: FloatArray
    crest1: FloatArray


class Series(NamedTuple):
    """Values over time: series ``s`` is rows ``first[s]`` to ``first[s + 1]``."""

    first: Int32Array
    times_s: FloatArray
    values: FloatArray


class Sources(NamedTuple):
    """Cells that series are poured into, each its share."""

    i: Int32Array
    j: Int32Array
    share: FloatArray
    series: Int32Array


class Moves(NamedTuple):
    """Pumps, culverts and gullies, (M,)."""

    kind: Int32Array
    i: Int32Array
    j: Int32Array
    #: -1: out of the domain.
    to_i: Int32Array
    to_j: Int32Array
    capacity_m3_s: FloatArray
    #: Start and stop depth of a pump [m]; area [m2] and sill [m] of a culvert.
    first: FloatArray
    second: FloatArray
    #: Datum of the cell of either end, counted from that of the first [m], and ground there above its datum [m].
    datum: FloatArray
    ground: FloatArray
    to_ground: FloatArray
    from_s: FloatArray
    to_s: FloatArray
    #: Water runs onwards only.
    flap: BoolArray
    #: Which pumps run, changed.
    on: BoolArray


class Tally(NamedTuple):
    """Sums that a run adds to, float64."""

    #: Time and what belongs to it; see the places above, (10,).
    clock: FloatArray
    #: Volume poured by each series [m3].
    made: FloatArray
    #: Volume through each special face along its axis, and against it, (F, 2) [m3].
    passed: FloatArray
    #: Volume moved by each pump, culvert and gully, onwards less back [m3].
    moved: FloatArray


class Rule(NamedTuple):
    """Numbers that hold for a whole run."""

    cell_m: float
    #: Weight of a face's own flow against its neighbours'.
    theta: float
    #: Depth below which no water moves [m].
    film_m: float
    cfl: float
    dt_most_s: float
    #: A step shorter than this ends the run.
    dt_least_s: float
    advection: bool
