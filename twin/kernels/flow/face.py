"""The momentum of one face: local inertia with implicit vector friction, in closed form. Float32, no branch, no pow.

Equations: docs/verification.md. Weighting of faces: de Almeida & Bates 2013, doi:10.1002/wrcr.20366.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from twin.kernels.flow.arrays import FAST, KNOTS, UPPER_KNOTS, WALL, Scalar, f32
from twin.kernels.jit import jit


@intrinsic  # type: ignore[untyped-decorator]
def bits(context: Any, x: Any) -> Any:
    """Give the bit pattern of a float32 as int32: a maximum of positive numbers that can be vectorised."""
    def build(c: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))
    return types.int32(types.float32), build


@intrinsic  # type: ignore[untyped-decorator]
def of_bits(context: Any, x: Any) -> Any:
    """Give the float32 of a bit pattern."""
    def build(c: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())
    return types.float32(types.int32), build


@jit(inline="always", fastmath=FAST, error_model="numpy")
def inverse_cube_root(x: Scalar) -> Scalar:
    """Give x^(-1/3) to 2e-6: a guess from the bits, then a cubic in x y^3, minimax over what the guess leaves."""
    y = of_bits(np.int32(0x54A1F800) - np.int32(f32(bits(x)) * f32(0.33333334)))
    t = x * y * (y * y)
    return y * (f32(1.73153945) + t * (f32(-1.30423272) + t * (f32(0.74717002) + t * f32(-0.17447872))))


@jit(inline="always", fastmath=FAST, error_model="numpy")
def root_flow(q: Scalar, q_before: Scalar, q_behind: Scalar, q_across: Scalar, drive: Scalar, a: Scalar,
        theta: Scalar) -> Scalar:
    """Give the new flow of a face [m2/s]: the exact root of q (1 + a |Q|) = b.

    drive     What gravity adds in the step, less what advection takes [m2/s].
    a         g dt n^2 / H^(7/3), the friction of the step [s/m2].
    q_across  Mean of the four flows across.
    """
    qb = q + (f32(1) - theta) * (f32(0.5) * (q_before + q_behind) - q)
    b = (qb if qb * drive >= f32(0) else q) + drive
    bt = q_across * (f32(1) + a * np.sqrt(q * q + q_across * q_across))
    return f32(2) * b / (f32(1) + np.sqrt(f32(1) + f32(4) * a * np.sqrt(b * b + bt * bt)))


@jit(inline="always", fastmath=FAST, error_model="numpy")
def flat_face(dz: Scalar, h0: Scalar, h1: Scalar, q: Scalar, q_before: Scalar, q_behind: Scalar, q_across: Scalar,
        rough_twice: Scalar, quarter_dt: Scalar, g_dt_dx: Scalar, theta: Scalar, film_m: Scalar,
        advected: Scalar) -> tuple[Scalar, Scalar]:
    """Give the new flow of a face between two flat cells [m2/s] and its speed [m/s]."""
    over = h0 + dz
    hf = max(over, h1) - max(dz, f32(0))
    hs = max(hf, film_m)
    r = inverse_cube_root(hs)
    per_depth = r * r * r
    a = quarter_dt * rough_twice * rough_twice * per_depth * per_depth * r
    new = root_flow(q, q_before, q_behind, q_across, g_dt_dx * hs * (over - h1) - advected, a, theta)
    new = new if (hf > film_m) & (dz < WALL) else f32(0)
    return new, abs(new) * per_depth


@jit(inline="always", fastmath=FAST, error_model="numpy")
def advected(q: Scalar, q0: Scalar, q1: Scalar, u: Scalar, u0: Scalar, u1: Scalar, across: Scalar, side0: Scalar,
        side1: Scalar, hf: Scalar, dt: Scalar, dt_dx: Scalar) -> Scalar:
    """Give what upwind advection takes from a face in a step [m2/s]; at most hf times 1 m/s2, as SFINCS bounds it."""
    before, behind = f32(0.5) * (q0 + q), f32(0.5) * (q + q1)
    from_before = before * (u - u0) + f32(0.5) * (u0 + u) * (q - q0)
    from_behind = behind * (u1 - u) + f32(0.5) * (u + u1) * (q1 - q)
    taken = (from_before if before > f32(0) else f32(0)) + (from_behind if behind < f32(0) else f32(0))
    taken = dt_dx * (taken + (across * (u - side0) if across > f32(0) else across * (side1 - u)))
    most = dt * max(hf, f32(0))
    return min(max(taken, -most), most)


@jit(inline="always", error_model="numpy")
def knot(top: Scalar, full: Scalar, k: Scalar) -> Scalar:
    """Give the place of a knot of a subgrid table; see ``flow_arrays.KNOTS``."""
    if k <= KNOTS:
        return top * (f32(k * k) / f32(KNOTS * KNOTS))
    return top + (full - top) * (f32(k - KNOTS) / f32(UPPER_KNOTS))


@jit(inline="always", error_model="numpy")
def knot_below(value: Scalar, top: Scalar, full: Scalar) -> Scalar:
    """Give the knot at or below ``value``; the last one beyond ``full``."""
    if value >= full:
        return KNOTS + UPPER_KNOTS
    if value < top:
        k = min(int(np.sqrt(max(value, f32(0)) / top) * f32(KNOTS)), KNOTS - 1)
    else:
        k = KNOTS + min(int((value - top) / (full - top) * f32(UPPER_KNOTS)), UPPER_KNOTS - 1)
    while k > 0 and value < knot(top, full, k):
        k -= 1
    while k < KNOTS + UPPER_KNOTS and value >= knot(top, full, k + 1):
        k += 1
    return k
