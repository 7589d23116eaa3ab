"""Ground: the altitude of the cell that an asset stands in, and what the terrain leaves unknown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.importing.readers import files_of
from geodata.importing.report import ImportReport
from geodata.importing.schema import TerrainSpec
from geodata.terrain_wanted import WITHOUT
from twin.quantities import FloatArray, TextArray
from twin.world.kinds import Kinds

if TYPE_CHECKING:
    from geodata.terrain import Terrain

#: Terrain around the outermost asset that a river or a map may need [m].
MARGIN_M = 1000.0
#: Beyond this error of the terrain a single lamp's result illustrates, no more [m].
ILLUSTRATIVE_M = 1.0


def terrain_of(spec: TerrainSpec | None, root: Path, x_m: FloatArray, y_m: FloatArray, crs: str, shapes: TextArray,
               columns: dict[str, Any], ids: TextArray, kind: TextArray, kinds: Kinds,
               report: ImportReport) -> Terrain | None:
    """Read the terrain around the city and fill ``columns['ground_m']`` where the files do not say.

    A point takes the cell it stands in, an area the cell of its representative point; nothing is warped or smoothed.

    Raises
    ------
    InputError
        Rasters that are missing, without CRS, in another place, or no altitudes at all.
    """
    placed = np.isfinite(x_m)
    ground = columns["ground_m"]
    if spec is None:
        if (placed & np.isnan(ground)).any():
            report.warnings.append(WITHOUT)
        return None
    from geodata.terrain import read_terrain

    window = None
    if placed.any():
        window = (float(np.nanmin(x_m)) - MARGIN_M, float(np.nanmin(y_m)) - MARGIN_M,
                  float(np.nanmax(x_m)) + MARGIN_M, float(np.nanmax(y_m)) + MARGIN_M)
    files = [path for pattern in spec.file for path in files_of(root, pattern)]
    terrain = read_terrain(files, spec.crs, spec.unit if "unit" in spec.model_fields_set else None, window,
                           window_crs=crs, error_m=spec.error_m, vertical=spec.vertical)
    if spec.void:
        height = np.array(terrain.height_m)
        height[np.isin(height, np.array(spec.void, dtype=height.dtype))] = np.nan
        terrain = replace(terrain, height_m=height)
    sampled = terrain.at(x_m, y_m, crs)
    stated = np.isfinite(ground)
    columns["ground_source"] = np.where(stated, 0, np.where(np.isfinite(sampled), 3, 4)).astype(np.int8)
    columns["ground_m"] = np.where(stated, ground, sampled)
    needs = placed & np.array([kinds[name].footprint != "none" for name in kind], dtype=bool) & ~stated
    nowhere = ids[needs & np.isnan(sampled)]
    rasters = "1 terrain file" if len(files) == 1 else f"{len(files)} terrain files"
    report.notes.append(f"ground: {int((needs & np.isfinite(sampled)).sum()):,} assets from {rasters}, "
                        f"{int(stated.sum()):,} from their own column, {len(nowhere):,} without"
                        + (f" ({', '.join(nowhere[:5])}{' …' if len(nowhere) > 5 else ''})" if len(nowhere) else ""))
    if len(nowhere):
        report.warnings.append(f"{len(nowhere):,} assets stand over a void of the terrain or beyond its edge")
    if np.isnan(terrain.error_m):
        report.warnings.append("the terrain's error is not stated: state terrain: {error_m: ...}")
    elif terrain.error_m > ILLUSTRATIVE_M:
        report.warnings.append(f"the terrain's error is {terrain.error_m:g} m: results for single lamps are "
                               "illustrative, only the pattern counts")
    return terrain
