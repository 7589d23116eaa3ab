"""A made-up metropolis for measuring: one million assets and a night of flood frames, from a seed.

It has the sizes of a real one and the shape that matters to the clock (lamps in clusters around their cabinets, along
a river whose flood plain holds a tenth of the cells), not its beauty: for a town to look at, see ``geodata/town``.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio.transform import Affine

from geodata.city.file import write_city
from geodata.city.model import CityFile, SourceRecord
from twin.world.assets import Assets, Labels, Protection, Source
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Feed, Service, Supplies

#: Assets of the whole metropolis: one million.
COUNTS = {"substation": 450, "cabinet": 9_000, "circuit": 9_000, "lamp": 900_000, "building": 80_000, "zone": 1_550}
#: Frames and cells of the whole flood: a day in steps of five minutes.
FRAMES, SIDE, STEP_S, CELL_M = 288, 2_000, 300, 10.0
#: Share of the cells that are wet, on average over the frames.
WET_SHARE = 0.10
CRS = "EPSG:2154"
ORIGIN = (840_000.0, 6_700_000.0)


def side_of(scale: float) -> int:
    """Give the rows and columns of the grid: cells grow with the assets, so that the town keeps its density."""
    return max(16, round(SIDE * math.sqrt(scale)))


def relief_m(side: int, seed: int = 11) -> np.ndarray:
    """Give the height of each cell above the river, (side, side) [m]: a winding valley with rough slopes.

    Its roughness of 5 cm keeps the frames from compressing better than real ones do.
    """
    rng = np.random.default_rng(seed)
    u = np.linspace(0.0, 1.0, side)
    river = 0.5 + 0.12 * np.sin(2 * np.pi * 1.3 * u) + 0.05 * np.sin(2 * np.pi * 4.1 * u + 1.0)
    away = np.abs(u[:, None] - river[None, :])
    rough = np.zeros((side, side))
    for waves, size in ((3, 1.0), (9, 0.45), (27, 0.2)):
        a, b = rng.uniform(0, 2 * np.pi, 2)
        rough += size * np.sin(2 * np.pi * waves * u + a)[:, None] * np.cos(2 * np.pi * waves * u + b)[None, :]
    return (40.0 * away + 0.8 * rough + rng.normal(0.0, 0.05, (side, side))).astype(np.float32)


def stage_m(frames: int, above: np.ndarray) -> np.ndarray:
    """Give the level of the river in each frame, (frames,) [m]: rises, peaks at two fifths, falls, never quite gone.

    Scaled so that ``WET_SHARE`` of the cells are wet on average.
    """
    t = np.linspace(0.0, 1.0, frames)
    shape = np.clip(np.exp(-((t - 0.4) / 0.22) ** 2), 0.02, None)
    flat = np.sort(above.ravel()[:: max(1, above.size // 200_000)])
    low, high = float(flat[0]), float(flat[-1])
    floor = low
    for _ in range(40):
        middle = 0.5 * (low + high)
        share = np.searchsorted(flat, floor + (middle - floor) * shape).mean() / len(flat)
        low, high = (middle, high) if share < WET_SHARE else (low, middle)
    return floor + (high - floor) * shape


def make_city(scale: float, seed: int = 7) -> CityFile:
    """Give the metropolis at a scale: 1.0 is one million assets."""
    rng, kinds = np.random.default_rng(seed), built_in_kinds()
    n = {name: max(1, round(count * scale)) for name, count in COUNTS.items()}
    extent = side_of(scale) * CELL_M
    first = dict(zip(n, np.cumsum([0, *n.values()])[:-1].tolist(), strict=True))
    total = sum(n.values())
    x, y = np.full(total, np.nan), np.full(total, np.nan)

    def put(name: str, xs: np.ndarray, ys: np.ndarray) -> None:
        rows = slice(first[name], first[name] + n[name])
        x[rows] = ORIGIN[0] + np.clip(xs, 1.0, extent - 1.0)
        y[rows] = ORIGIN[1] - np.clip(ys, 1.0, extent - 1.0)

    sites = rng.uniform(0, extent, (n["substation"], 2))
    put("substation", *sites.T)
    of_substation = rng.integers(0, n["substation"], n["cabinet"])
    cabinets = sites[of_substation] + rng.normal(0, 350.0, (n["cabinet"], 2))
    put("cabinet", *cabinets.T)
    of_circuit = np.arange(n["circuit"]) % n["cabinet"]
    of_lamp = np.sort(rng.integers(0, n["circuit"], n["lamp"]))
    put("lamp", *(cabinets[of_circuit[of_lamp]] + rng.normal(0, 180.0, (n["lamp"], 2))).T)
    of_building = rng.integers(0, n["substation"], n["building"])
    put("building", *(sites[of_building] + rng.normal(0, 450.0, (n["building"], 2))).T)
    of_zone = rng.integers(0, n["cabinet"], n["zone"])
    put("zone", *(cabinets[of_zone] + rng.normal(0, 150.0, (n["zone"], 2))).T)

    shapes = np.full(total, None, dtype=object)
    for name, small, large in (("building", 8.0, 30.0), ("zone", 20.0, 80.0)):
        rows = slice(first[name], first[name] + n[name])
        width, depth = rng.uniform(small, large, (2, n[name])) / 2
        boxes = shapely.box(x[rows] - width, y[rows] - depth, x[rows] + width, y[rows] + depth)
        shapes[rows] = boxes
    column, row = ((x - ORIGIN[0]) / CELL_M), ((ORIGIN[1] - y) / CELL_M)
    above = relief_m(side_of(scale))
    ground_m = np.full(total, np.nan)
    there = ~np.isnan(x)
    ground_m[there] = 100.0 + above[row[there].astype(int), column[there].astype(int)]
    letter = {"substation": "P", "cabinet": "A", "circuit": "C", "lamp": "L", "building": "B", "zone": "Z"}
    ids = [f"{letter[name]}-{i:06d}" for name, count in n.items() for i in range(count)]
    streets = tuple(f"Rue {i:05d}" for i in range(max(1, n["cabinet"])))
    street = np.full(total, -1, dtype=np.int32)
    street[first["lamp"]:first["lamp"] + n["lamp"]] = of_circuit[of_lamp]
    kind = np.repeat([kinds.index(name) for name in n], list(n.values())).astype(np.int16)
    protection = np.where(kind == kinds.index("circuit"), np.where(np.arange(total) % 3 == 0, Protection.FUSE,
                                                                   Protection.RCD), Protection.NONE)
    assets = Assets.of(kinds, id=ids, kind=kind, x_m=x, y_m=y, ground_m=ground_m, protection=protection,
                       street=Labels(street, streets))
    edges = {
        "supplier": np.concatenate([first["substation"] + of_substation, first["cabinet"] + of_circuit,
                                    first["circuit"] + of_lamp, first["substation"] + of_building,
                                    first["cabinet"] + of_zone]),
        "consumer": np.concatenate([first[name] + np.arange(n[name]) for name in
                                    ("cabinet", "circuit", "lamp", "building", "zone")])}
    supplies = Supplies.of(total, **edges, service=Service.POWER, feed=Feed.PERMANENT, source=Source.SURVEY)
    city = City(name="Métropole d’essai", crs=CRS, latitude=47.3, longitude=5.0, timezone="Europe/Paris",
                assets=assets, supplies=supplies)
    return CityFile(city=city, shapes=shapes, sources=(SourceRecord(name="benchmark", file="metropolis_city.py"),))


def write_frames(folder: Path, scale: float, frames: int) -> float:
    """Write the flood as compressed GeoTIFFs, depths rounded to a centimetre as flow models give them.

    Returns
    -------
    float
        Share of the cells that are wet, on average over the frames.
    """
    side = side_of(scale)
    above = relief_m(side)
    levels = stage_m(frames, above)
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "width": side, "height": side, "crs": CRS,
               "transform": Affine(CELL_M, 0, ORIGIN[0], 0, -CELL_M, ORIGIN[1]), "nodata": -9999.0, "tiled": True,
               "blockxsize": 256, "blockysize": 256, "compress": "deflate"}

    def write(i: int) -> float:
        depth = np.round(np.maximum(levels[i] - above, 0.0), 2).astype(np.float32)
        with rasterio.open(folder / f"depth_{i * STEP_S // 60:05d}min.tif", "w", **profile) as raster:
            raster.write(depth, 1)
        return float(np.count_nonzero(depth) / depth.size)

    with ThreadPoolExecutor(2) as pool:
        return float(np.mean(list(pool.map(write, range(frames)))))


def prepare(folder: Path, scale: float, frames: int) -> Path:
    """Make the inputs once: ``city.gpkg`` and ``depth_*.tif`` in a folder of their own; give that folder."""
    place = folder / f"metropolis-{scale:g}-{frames}"
    done = place / "whole"
    if not done.exists():
        place.mkdir(parents=True, exist_ok=True)
        write_city(make_city(scale), place / "city.gpkg")
        done.write_text(f"{write_frames(place, scale, frames):.4f}\n", encoding="utf-8")
    return place
