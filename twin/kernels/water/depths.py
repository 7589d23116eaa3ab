"""The depth of each asset at a frame, in whole micrometres (int32). An asset without cells keeps depth 0."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, Int8Array, Int32Array, Int64Array

#: Deeper than any flood: a value from here on is taken as unknown, not as water [µm], and as 32 bits have it [m].
DEEPEST_UM, DEEPEST_M = 2_000_000_000, np.float32(2000.0)
#: Assets are worked through in chunks, cells in blocks of this many: dry ones cost nothing.
CHUNK = 256
#: How much of an asset is unknown at a frame: nothing, some of its cells, all of them.
KNOWN, SOME, ALL = 0, 1, 2


@jit(nogil=True)
def asset_depths(offsets: Int64Array, members: Int32Array, lowest: Int32Array, highest: Int32Array,
                 depth_m: Float32Array, depth_um: Int32Array, unknown: Int8Array, is_active: BoolArray) -> None:
    """Fill the depth of each asset at one frame: the largest among its cells.

    Parameters
    ----------
    offsets, members
        Cells of each asset, (A + 1,) and (M,): positions in ``depth_m``.
    lowest, highest
        Least and greatest position among the cells of each chunk of assets; -1 where it has none.
    depth_m
        Depth at the cells, (C,) [m]; NaN unknown.
    depth_um, unknown
        Out: depth [µm], 0 where unknown, and ``KNOWN``, ``SOME`` or ``ALL``, (A,) each.
    is_active
        Out: whether a chunk may hold an asset that is not simply dry.
    """
    blocks = len(depth_m) // CHUNK + 1
    # Blocks before each one in which some cell is not dry.
    stirred = np.zeros(blocks + 1, np.int32)
    for block in range(blocks):
        stirred[block + 1] = stirred[block] + (not _is_dry(depth_m[block * CHUNK:(block + 1) * CHUNK]))
    for chunk in range(len(lowest)):
        begin, end = chunk * CHUNK, min((chunk + 1) * CHUNK, len(depth_um))
        is_active[chunk] = lowest[chunk] >= 0 and \
            stirred[highest[chunk] // CHUNK + 1] > stirred[lowest[chunk] // CHUNK]
        if is_active[chunk]:
            _chunk_depths(offsets[begin:end + 1], members, depth_m, depth_um[begin:end], unknown[begin:end])
        else:
            depth_um[begin:end] = 0
            unknown[begin:end] = KNOWN


@jit(nogil=True)
def _is_dry(depth_m: Float32Array) -> bool:
    """Tell whether no cell of a block is wet or unknown."""
    found = False
    for i in range(len(depth_m)):
        found |= not depth_m[i] <= 0
    return not found


@jit(nogil=True)
def _chunk_depths(offsets: Int64Array, members: Int32Array, depth_m: Float32Array, depth_um: Int32Array,
                  unknown: Int8Array) -> None:
    """Do what ``asset_depths`` does, for one chunk of assets."""
    for asset in range(len(depth_um)):
        first, last = offsets[asset], offsets[asset + 1]
        deepest = np.float32(0)
        missing = 0
        for m in range(first, last):
            metres = depth_m[members[m]]
            if metres >= DEEPEST_M or metres != metres:
                missing += 1
            elif metres > deepest:
                deepest = metres
        depth_um[asset] = np.int32(np.float64(deepest) * 1e6 + 0.5)
        unknown[asset] = KNOWN if missing == 0 else (ALL if missing == last - first else SOME)
