"""A small city beside a river, and files of water, for the tests of hazards."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import rasterio
import shapely
import shapely.affinity
import xarray
from rasterio.transform import from_origin

from geodata.city.model import CityFile, Context
from geodata.hazards import FloodSpec, open_hazard
from geodata.terrain import Terrain
from twin.water.hazard import Grid
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Supplies

START = datetime(2026, 11, 22, 16, tzinfo=timezone(timedelta(hours=1)))
#: Lower left corner of the city in Lambert-93.
X0, Y0 = 700_000.0, 6_600_000.0
CRS = "EPSG:2154"
#: Cells on which `radar` rains.
RAINED = Grid(rows=4, columns=6, transform=(10.0, 0.0, X0, 0.0, -10.0, Y0 + 40.0), crs=CRS)


def city(points=((50, 50), (150, 50), (250, 50)), *, terrain=None, water=None, gauges=()):
    """Lamps at points and gauges ``(id, x, y, zero)``, all relative to the corner."""
    points = np.array(points, float)
    ids = [f"L{i}" for i in range(len(points))] + [g[0] for g in gauges]
    assets = Assets.of(
        built_in_kinds(), id=ids, kind=["lamp"] * len(points) + ["gauge"] * len(gauges),
        name=[""] * len(points) + ["Pont Neuf"] * len(gauges),
        x_m=X0 + np.concatenate([points[:, 0], [g[1] for g in gauges]]),
        y_m=Y0 + np.concatenate([points[:, 1], [g[2] for g in gauges]]),
        zero_m=[np.nan] * len(points) + [g[3] for g in gauges])
    town = City(name="Essai", crs=CRS, latitude=46.5, longitude=3.0, timezone="Europe/Paris", assets=assets,
                supplies=Supplies.of(len(assets), supplier=[], consumer=[]))
    context = {}
    if water is not None:
        geometry = np.empty(len(water), object)
        geometry[:] = [shapely.affinity.translate(shape, X0, Y0) for _, _, shape in water]
        context["water"] = Context(
            id=np.array([f"w{i}" for i in range(len(water))], object), geometry=geometry,
            name=np.array([name for name, _, _ in water], object),
            columns={"river": np.array([river for _, river, _ in water], object)})
    return CityFile(city=town, shapes=np.full(len(assets), None, object), context=context, terrain=terrain)


def terrain(height, cell=10.0, error_m=0.1):
    height = np.array(height, np.float32)
    grid = Grid(rows=height.shape[0], columns=height.shape[1], crs=CRS,
                transform=(cell, 0.0, X0, 0.0, -cell, Y0 + cell * height.shape[0]))
    return Terrain(height_m=height, grid=grid, error_m=error_m, vertical="NGF-IGN69")


def raster(path, values, *, cell=10.0, nodata=None, dtype="float32", crs=CRS, west=0.0, north=100.0):
    """Write a GeoTIFF whose upper left corner is (west, north) from the city's corner."""
    values = np.atleast_2d(np.array(values, dtype))
    with rasterio.open(path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, dtype=dtype,
                       crs=crs, transform=from_origin(X0 + west, Y0 + north, cell, cell), nodata=nodata) as dataset:
        dataset.write(values, 1)
    return path


def opened(flood, folder, city_file, duration_s=3600, start=START):
    return open_hazard(FloodSpec.model_validate(flood), city_file=city_file, folder=folder, start=start,
                       duration_s=duration_s)


def at(hazard, *points):
    """Depth at points, (frames, points); -1 for unknown."""
    x, y = np.array(points, float).T
    cells = hazard.grid.cell_of(x + X0, y + Y0)
    return [[round(-1.0 if np.isnan(d) else float(d), 4) for d in frame] for frame in hazard.depths(cells)]


def radar(path, *, times=(0, 600, 1200), units="mm/h", crs=None, clock="minutes since 2026-07-17T18:00", rates=None,
          order=("time", "y", "x")):
    """Write rain on cells of 20 m over the grid: frame k rains k + 1 everywhere, and more to the east."""
    x, y = X0 + 20.0 * np.arange(-1, 5) + 10.0, Y0 + 20.0 * np.arange(-1, 4) + 10.0
    if rates is None:
        rates = np.arange(1.0, len(times) + 1)[:, None, None] + 0.1 * np.arange(len(x)) + np.zeros((len(y), 1))
    scale = 60.0 if clock and clock.startswith("minutes") else 1.0
    counted = ("time", np.array(times) / scale, {"units": clock} if clock else {})
    data = xarray.Dataset({"rain": (("time", "y", "x"), rates, {} if units is None else {"units": units})},
                          {"time": counted, "x": x, "y": y})
    if crs is not None:
        data["spatial_ref"] = ((), 0, {"crs_wkt": crs})
        data["rain"].attrs["grid_mapping"] = "spatial_ref"
    data.transpose(*order).to_netcdf(path, engine="h5netcdf")
    return path.name
