"""Speeds: how fast the water of a computation flows, over the terrain, at the moment that it has reached."""

from __future__ import annotations

import numpy as np

from twin.flood.model import FlowModel
from twin.quantities import Float32Array

#: Beyond this nothing is told [m/s]: a film at the front of a wave has a flow and next to no depth.
FASTEST_M_S = 30.0


def speed_m_s(run: FlowModel) -> Float32Array:
    """Give the speed of the water over the terrain, (rows, columns) [m/s]; 0 where it is dry.

    The speed of a face is its flow over the depth of the cell that it draws from; that of a cell the root of the
    squares of the faster of its two faces in each direction. Cells larger than those of the terrain have one each.
    """
    west, north = run.flows_m2_s()
    h = np.maximum(run.state()["h"][1:-1, 1:-1], 0.0)
    depth = np.pad(h, 1)
    film = run.setup.film_m

    def over(flow: Float32Array, before: Float32Array, behind: Float32Array) -> Float32Array:
        drawn = np.where(flow >= 0, before, behind)
        return np.where(drawn > film, np.abs(flow) / np.maximum(drawn, film), 0.0).astype(np.float32)

    along = over(west, depth[1:-1, :-1], depth[1:-1, 1:])
    across = over(north, depth[:-1, 1:-1], depth[1:, 1:-1])
    speed = np.hypot(np.maximum(along[:, :-1], along[:, 1:]), np.maximum(across[:-1], across[1:]))
    speed = np.minimum(np.where(h > film, speed, 0.0), FASTEST_M_S).astype(np.float32)
    factor, (rows, columns) = run.bed.factor, run.setup.domain.height_m.shape
    return np.repeat(np.repeat(speed, factor, axis=0), factor, axis=1)[:rows, :columns]
