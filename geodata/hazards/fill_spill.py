"""Rain that stands where it runs to in the end: hollows filled and spilled, without time, held for a period."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from geodata.hazards.declared.flood import FillSpill
from geodata.hazards.flow.ground import buildings_of, check_size, drawn, land_of, terrain_of, window_of
from geodata.hazards.frames import FrameHazard
from geodata.hazards.rasters import held
from twin.flood.domain import Domain, roof_shares
from twin.flood.fill_spill import fill_spill
from twin.flood.tables import land_classes

if TYPE_CHECKING:
    from geodata.city.model import CityFile

_FIELD = "flood.fill_spill"


def open_fill_spill(spec: FillSpill, *, city_file: CityFile, start: datetime, duration_s: int,
                    depth_error_m: float | None) -> FrameHazard:
    """Give the water that a rain leaves in the hollows of the city's terrain.

    Raises
    ------
    InputError
        No terrain, a window outside it, more cells than can be held, voids that are refused.
    """
    terrain = terrain_of(city_file, field=_FIELD)
    height, grid = window_of(terrain, spec.window, field=f"{_FIELD}.window")
    check_size(grid, field=_FIELD, remedy="Give a window.")
    built = drawn(buildings_of(city_file), grid) if spec.buildings == "blocked" else np.zeros(height.shape, bool)
    domain = Domain.of(height, grid, blocked=built, voids=spec.voids, file="terrain")
    sealed = np.array([c.sealed for c in land_classes().values()])[land_of(city_file, grid)]
    # Roofs shed all of it; water bodies take nothing.
    taken_mm = np.where(domain.blocked, 0.0, np.where(sealed == "no", spec.losses_mm,
                                                      np.where(sealed == "yes", spec.drains_mm, 0.0)))
    left_mm = np.where(np.isfinite(height), np.maximum(spec.rain_mm - taken_mm, 0.0), 0.0)
    share_mm = roof_shares(domain.open, domain.blocked, left_mm)
    answer = fill_spill(np.where(domain.open, height, np.nan), domain.cell_m,
                        volume_m3=np.where(domain.open, share_mm, 0.0) / 1000.0 * domain.cell_m**2,
                        open_edges=spec.edges == "open")
    depth = answer.depth_m.astype(np.float32)
    depth[domain.blocked] = 0.0
    fallen = spec.rain_mm / 1000.0 * domain.cell_m**2 * int(np.count_nonzero(domain.open | domain.blocked))
    notes = (
        f"{spec.rain_mm:g} mm of rain stand where they run to in the end: nothing is said of when, nor of water on its "
        f"way through a street. Of {fallen:.0f} m3, {answer.stored_m3:.0f} m3 stand in hollows, "
        f"{answer.spilled_m3 + answer.runoff_m3:.0f} m3 leave over the edge, {fallen - answer.given_m3:.0f} m3 are "
        "lost.",
        f"Lost before anything runs: {spec.losses_mm:g} mm on open ground, {spec.drains_mm:g} mm into the sewers on "
        "streets and squares, none on roofs.", *domain.notes)
    return held(depth, grid, from_=spec.from_, to=spec.to, start=start, duration_s=duration_s, field=_FIELD,
                notes=notes, depth_error_m=float(np.nan_to_num(terrain.error_m)) if depth_error_m is None
                else depth_error_m)
