"""The depth of each asset at a frame, in whole micrometres (int32). An asset without cells keeps depth 0."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, Int8Array, Int32Array, Int64Array

#: Deeper than any flood: a value above it is taken as unknown, not as water [µm].
DEEPEST_UM = 2_000_000_000
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
        is_dry = True
        for k in range(block * CHUNK, min((block + 1) * CHUNK, len(depth_m))):
            is_dry &= depth_m[k] <= 0
        stirred[block + 1] = stirred[block] + (not is_dry)
    for chunk in range(len(lowest)):
        begin, end = chunk * CHUNK, min((chunk + 1) * CHUNK, len(depth_um))
        is_active[chunk] = lowest[chunk] >= 0 and \
            stirred[highest[chunk] // CHUNK + 1] > stirred[lowest[chunk] // CHUNK]
        if not is_active[chunk]:
            depth_um[begin:end] = 0
            unknown[begin:end] = KNOWN
            continue
        for asset in range(begin, end):
            first, last = offsets[asset], offsets[asset + 1]
            deepest = np.int32(0)
            missing = 0
            for m in range(first, last):
                metres = depth_m[members[m]]
                if metres > 0:
                    micrometres = np.float64(metres) * 1e6 + 0.5
                    if micrometres >= DEEPEST_UM:
                        missing += 1
                    elif micrometres > deepest:
                        deepest = np.int32(micrometres)
                elif metres != metres:
                    missing += 1
            depth_um[asset] = deepest
            unknown[asset] = KNOWN if missing == 0 else (ALL if missing == last - first else SOME)
