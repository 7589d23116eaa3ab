"""Processes that compute the water of a small bowl, at one place at one time; forked from one that has loaded all."""

from __future__ import annotations

import hashlib
import multiprocessing
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from geodata.hazards.flow import store
from geodata.terrain import Terrain
from tests.geodata.hazards.flow.test_frames import START, spec
from tests.reference.cities import city_of
from twin.flood import model as model  # noqa: PLC0414 - loaded before the fork
from twin.water.hazard import Grid

#: Longest that one takes, on a machine with other work [s].
LONGEST_S = 240
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def _town() -> SimpleNamespace:
    y, x = np.mgrid[:30, :40]
    city = city_of({"S": "substation", "L": "lamp"}, [("S", "L")])
    grid = Grid(rows=30, columns=40, transform=(4.0, 0, 0, 0, -4.0, 120.0), crs="EPSG:2154")
    terrain = Terrain(height_m=(0.04 * np.hypot(x - 20, y - 15) + 200).astype(np.float32), grid=grid, error_m=0.1)
    return SimpleNamespace(city=city, shapes=np.full(len(city.assets), None, object), context={}, terrain=terrain)


def _work(pipe: Connection, way: str, place: Path, rain: float, cell: int) -> None:
    warnings.simplefilter("error")
    try:
        store.CHECKPOINT_S = 0.0
        told = {"city_file": _town(), "folder": place.parent, "start": START, "duration_s": 3600}
        asked = spec(rain={"mm_h": rain, "lasts": "30min"})
        pipe.send("ready")
        pipe.recv()
        water = (store.open_flow(asked, cache=place, **told) if way == "cache" else  # type: ignore[arg-type]
                 store.make(asked, place, **told))  # type: ignore[arg-type]
        at_cell = [round(float(depth[0]), 3) for depth in water.depths(np.array([cell]))]
        digest = hashlib.sha256(b"".join(water.frame(k).tobytes() for k in range(len(water.times_s))))
        digest.update(water.peak_m.tobytes() + water.arrival_s.tobytes())
        pipe.send(f"{water.info['key']} {digest.hexdigest()} {at_cell}")
    except BaseException:
        pipe.send(f"failed: {traceback.format_exc()}")


class Process:
    """One of them: it has loaded everything and waits when it is made."""

    def __init__(self, way: str, place: Path, rain: float = 50.0, cell: int = 620) -> None:
        """Make it.

        Parameters
        ----------
        way
            ``cache``: as a run asks for water, ``place`` is the cache; ``place``: as `twin flood` writes it there.
        rain
            Of two rains each has its own water [mm/h].
        cell
            Where the water is asked: another scenario over the same water asks elsewhere.
        """
        self._pipe, theirs = _FORKS.Pipe()
        self._process = _FORKS.Process(target=_work, args=(theirs, way, place, rain, cell), daemon=True)
        self._process.start()
        theirs.close()
        assert self._told() == "ready"

    def _told(self) -> str:
        assert self._pipe.poll(LONGEST_S), "it hangs"
        return str(self._pipe.recv())

    def go(self) -> None:
        """Let it begin."""
        self._pipe.send("go")

    def kill(self) -> None:
        """End it where it stands."""
        self._process.kill()
        self._process.join()

    def answer(self) -> str:
        """Wait for its end, and give key, digest and depths of the water; or what went wrong."""
        told = self._told()
        self._process.join(LONGEST_S)
        return told


def alone(way: str, place: Path, rain: float = 50.0, cell: int = 620) -> str:
    """Give the answer of one that nobody disturbs."""
    process = Process(way, place, rain, cell)
    process.go()
    return process.answer()
