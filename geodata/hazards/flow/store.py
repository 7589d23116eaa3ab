"""The water that the flow model computes: frames written as they come, read back as a hazard.

A store is a folder: a zarr 3 group with ``depth_mm`` (frame, row, column; 65535 is no terrain), ``peak_m`` and
``arrival_s`` over the whole run, and ``flow.json`` with the times, the grid, the book of the water and the hash of
everything that went in. A run that is stopped leaves its frames and a checkpoint: the same computation goes on from
there and ends with identical results.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import zarr

from geodata.atomic import unwritable
from geodata.hazards.flow.build import build_setup
from geodata.hazards.flow.ground import factor_of
from geodata.hazards.flow.naming import in_the_scenario
from geodata.hazards.flow.specs import FlowModel as ModelSpec
from geodata.inputs.times import by_the_clock
from twin.errors import InputError
from twin.flood.setup import FlowSetup
from twin.quantities import Float32Array, FloatArray, Int64Array
from twin.water.hazard import WATER_STEPS_M, Envelope, Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.hazards.specs import FloodSpec

#: Changes whenever the same setup gives other water: stores of another version are computed again.
VERSION = 3
INFO = "flow.json"
_CHECKPOINT = "checkpoint.npz"
#: A depth as it is kept: whole millimetres, and this for no terrain.
_UNKNOWN_MM = 65535
#: A checkpoint is written after this many seconds of work.
CHECKPOINT_S = 30.0

Progress = Callable[[float, float], None]


class FlowFrames:
    """A store of frames as a hazard."""

    def __init__(self, path: Path, *, after: str = "refuse", shift_s: int = 0,
                 depth_error_m: float | None = None) -> None:
        self.path, self.after = path, after
        self.info = _info(path)
        if self.info.get("complete") is not True:
            raise InputError(file=str(path), found="a store whose computation did not end", expected="a finished store",
                             remedy="Run the same `twin flood` again: it goes on where it stopped.")
        self._envelope: Envelope | None = None
        with _whole(path):
            shape = self.info["grid"]
            self.grid = Grid(rows=shape["rows"], columns=shape["columns"], transform=tuple(shape["transform"]),
                             crs=shape["crs"])
            self.times_s: Int64Array = np.array(list(self.info["times_s"]), dtype=np.int64) + shift_s
            self.notes: tuple[str, ...] = tuple(self.info["notes"])
            self.depth_error_m = float(self.info["depth_error_m"] if depth_error_m is None else depth_error_m)
            self._group = zarr.open_group(path, mode="r")
            frames = self._group["depth_mm"]
            if frames.shape != (len(self.times_s), self.grid.rows, self.grid.columns):
                raise ValueError(f"frames of {frames.shape}")
            # A chunk that is not there would be read as no terrain, and run as dry.
            if frames.nchunks_initialized != self.info.get("chunks", frames.nchunks_initialized):
                raise ValueError(f"{frames.nchunks_initialized} of {self.info['chunks']} chunks")

    @property
    def book(self) -> Mapping[str, Any]:
        """Where the water came from and went [m3], as ``twin.flood.book.Book.to_dict`` gives it."""
        book: Mapping[str, Any] = self.info["book"]
        return book

    @property
    def complaint(self) -> str:
        """That the book does not balance, in a sentence that is one of the notes; empty where it does."""
        return str(self.info.get("complaint", ""))

    def frame(self, k: int) -> Float32Array:
        """Give the depth at frame ``k``, (rows, columns) [m]; NaN where there is no terrain."""
        with _whole(self.path):
            depth = np.asarray(self._group["depth_mm"][k])
        return _metres(depth)

    def depths(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the depth at these cells, one (C,) array a frame [m]; the envelope is made on the way."""
        peak = np.zeros((self.grid.rows, self.grid.columns), np.uint16)
        first = np.full((len(WATER_STEPS_M), *peak.shape), -1, np.int16)
        last = first.copy()
        unknown = np.zeros(peak.shape, bool)
        for k in range(len(self.times_s)):
            with _whole(self.path):
                depth = np.asarray(self._group["depth_mm"][k])
            if k == 0:
                unknown = depth == _UNKNOWN_MM
            yield _metres(depth.ravel()[cells])
            np.maximum(peak, depth, out=peak)
            for step, metres in enumerate(WATER_STEPS_M):
                wet = depth >= round(metres * 1000)
                wet &= ~unknown
                last[step][wet] = k
                wet &= first[step] < 0
                first[step][wet] = k
        peak[unknown] = _UNKNOWN_MM
        self._envelope = Envelope(peak_m=_metres(peak), first=first, last=last)

    def envelope(self) -> Envelope:
        """Give the picture of the water."""
        if self._envelope is None:
            for _ in self.depths(np.zeros(0, np.int64)):
                pass
        assert self._envelope is not None
        return self._envelope

    @property
    def peak_m(self) -> Float32Array:
        """Greatest depth between the frames as well, (rows, columns) [m]."""
        return np.asarray(self._group["peak_m"][:], np.float32)

    @property
    def arrival_s(self) -> Float32Array:
        """First time at 0.05 m, (rows, columns) [s from the start]; NaN never."""
        return np.asarray(self._group["arrival_s"][:], np.float32)


def open_flow(spec: FloodSpec, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int,
              cache: Path | None = None, progress: Progress | None = None,
              cancel: Callable[[], bool] | None = None) -> FlowFrames:
    """Give the water of ``flood: {rain: ...}`` or ``{inflow: ...}``: from the cache, or computed into it.

    Parameters
    ----------
    cache
        Folder for stores, one a hash of inputs; None computes into a folder that goes with the hazard.

    Raises
    ------
    InputError
        See ``build_setup`` and ``twin.flood.model.FlowModel``.
    """
    with in_the_scenario(spec):
        setup, times = _setup(spec, city_file, folder, start, duration_s)
    key = key_of(setup, times, spec)
    home = Path(tempfile.mkdtemp(prefix="twin-flow-")) if cache is None else cache / "flow"
    out = home / key[:24]

    def compute() -> None:
        with in_the_scenario(spec):
            _compute(setup, times, out, key=key, start=start, model=spec.flow_model,
                     progress=progress, cancel=cancel)

    compute()
    try:
        made = FlowFrames(out, after=spec.after, depth_error_m=_error(spec, city_file))
    except InputError:  # what was kept is damaged: it is nobody's input, and is made again
        shutil.rmtree(out)
        compute()
        made = FlowFrames(out, after=spec.after, depth_error_m=_error(spec, city_file))
    if cache is None:
        weakref.finalize(made, shutil.rmtree, home, ignore_errors=True)
    return made


def make(spec: FloodSpec, out: Path, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int,
         progress: Progress | None = None, cancel: Callable[[], bool] | None = None) -> FlowFrames:
    """Compute the water of a scenario into the folder ``out``; goes on where a stopped run of the same left off.

    ``progress`` is told the time reached and the end [s]; ``cancel`` is asked now and then.

    Raises
    ------
    InputError
        The scenario has neither rain nor inflow, ``out`` holds something else, or see ``open_flow``.
    """
    if spec.rain is None and spec.inflow is None:
        raise InputError(field="flood", found="water that is not computed", expected="rain or inflow",
                         remedy="twin flood runs the flow model; other water is read as it is.")
    if out.exists() and not out.is_dir():
        raise InputError(file=str(out), found="a file", expected="a folder that does not exist yet",
                         remedy="Choose another --out.")
    if out.exists() and any(out.iterdir()) and not (out / INFO).exists():
        raise InputError(file=str(out), found="a folder with other things in it",
                         expected=f"a folder that does not exist yet, or one with a {INFO} to replace",
                         remedy="It may hold something of yours, so it stays. Choose another --out.")
    with in_the_scenario(spec):
        setup, times = _setup(spec, city_file, folder, start, duration_s)
        _compute(setup, times, out, key=key_of(setup, times, spec), start=start,
                 model=spec.flow_model, progress=progress, cancel=cancel)
    return FlowFrames(out, after=spec.after, depth_error_m=_error(spec, city_file))


def open_frames(spec: FloodSpec, *, folder: Path, start: datetime) -> FlowFrames:
    """Give the water of ``flood: {frames: DIR}``: a store that ``twin flood`` wrote.

    Raises
    ------
    InputError
        No store there, or one that is not finished.
    """
    path = folder / (spec.frames or "")
    with _whole(path):
        shift = datetime.fromisoformat(_info(path)["start"]) - start
    return FlowFrames(path, after=spec.after, shift_s=round(shift.total_seconds()), depth_error_m=spec.depth_error_m)


def key_of(setup: FlowSetup, times_s: FloatArray, spec: FloodSpec) -> str:
    """Give the hash of everything that shapes the water, as hexadecimal."""
    digest = hashlib.sha256(f"flow {VERSION}".encode())
    _feed(digest, setup)
    _feed(digest, np.asarray(times_s))
    model = spec.flow_model
    _feed(digest, (model.subgrid, model.cell_m, model.warm_up))
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    """Feed a value into a hash: dataclasses by field, arrays by shape and bytes, rain rasters by what they give."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            digest.update(field.name.encode())
            if field.name == "raster" and getattr(value, "raster", None) is not None:
                for k in range(len(value.mm_h)):  # type: ignore[attr-defined]
                    _feed(digest, value.raster(k))  # type: ignore[attr-defined]
            else:
                _feed(digest, getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, (tuple, list)):
        for item in value:
            _feed(digest, item)
    else:
        digest.update(repr(value).encode())


def _setup(spec: FloodSpec, city_file: CityFile, folder: Path, start: datetime, duration_s: int
           ) -> tuple[FlowSetup, FloatArray]:
    model = spec.flow_model
    setup = build_setup(spec.rain, spec.inflows, model, city_file=city_file, folder=folder,
                        start=by_the_clock(start, city_file.city.timezone), duration_s=duration_s)
    return setup, frame_times(model.every, duration_s)


def frame_times(every_s: float, duration_s: int) -> FloatArray:
    """Give the times of frames, whole seconds: 0, every, 2 every and so on, and the end of the run, where it stops.

    Examples
    --------
    >>> frame_times(420.0, 600).tolist()
    [0.0, 420.0, 600.0]
    """
    return np.unique(np.append(np.floor(np.arange(0.0, duration_s, every_s)), float(duration_s)))


def _error(spec: FloodSpec, city_file: CityFile) -> float:
    """Give the error of the depth: what is said, else that of the model and the terrain together."""
    if spec.depth_error_m is not None:
        return spec.depth_error_m
    ground = city_file.terrain.error_m if city_file.terrain is not None else 0.0
    return float(np.hypot(spec.flow_model.depth_error_m, np.nan_to_num(ground)))


def _compute(setup: FlowSetup, times: FloatArray, out: Path, *, key: str, start: datetime, model: ModelSpec,
             progress: Progress | None, cancel: Callable[[], bool] | None) -> None:
    """Write the store ``out``, unless it stands finished; go on from its checkpoint where there is one."""
    try:
        found = _info(out) if (out / INFO).exists() else {}
    except InputError:  # damaged: computed again
        found = {}
    if found.get("key") == key and found.get("complete"):
        return
    if found.get("key") != key and out.exists():
        shutil.rmtree(out)
    run = _model(setup, model)
    info: dict[str, Any] = {
        "key": key, "complete": False, "version": VERSION, "start": start.isoformat(), "times_s": times.tolist(),
        "grid": {"rows": setup.domain.grid.rows, "columns": setup.domain.grid.columns,
                 "transform": list(setup.domain.grid.transform), "crs": setup.domain.grid.crs},
        "depth_error_m": model.depth_error_m, "notes": list(run.notes), "book": {}}
    try:
        out.mkdir(parents=True, exist_ok=True)
        frames, done = _frames(run, out, info)
        clock = time.monotonic()
        for k in range(done, len(times)):
            run.advance(model.warm_up + float(times[k]), cancel=cancel)
            frames[k] = _millimetres(run.depth_m())
            if progress is not None:
                try:
                    progress(float(times[k]), float(times[-1]))
                except BaseException:  # who is told may stop the work here: it goes on from here
                    _save(run, out, k + 1)
                    raise
            if time.monotonic() - clock > CHECKPOINT_S and k + 1 < len(times):
                _save(run, out, k + 1)
                clock = time.monotonic()
        _finish(run, out, info, model)
    except OSError as failure:
        raise unwritable(out, failure) from failure


def _model(setup: FlowSetup, model: ModelSpec) -> Any:
    from twin.flood.model import FlowModel

    return FlowModel(setup, factor=factor_of(setup.domain.grid, model) if model.subgrid else 1)


def _frames(run: Any, out: Path, info: dict[str, Any]) -> tuple[Any, int]:
    """Give the array of frames and the number of those that are done: a checkpoint is taken up."""
    shape = (len(info["times_s"]), info["grid"]["rows"], info["grid"]["columns"])
    state: dict[str, Any] = {}
    # A checkpoint that cannot be read is none: the computation begins anew.
    with suppress(OSError, EOFError, ValueError, BadZipFile), (out / _CHECKPOINT).open("rb") as file, \
            np.load(file) as held:
        state = dict(held)
    if "done" in state:
        done = int(state.pop("done"))
        run.restore(state)
        return zarr.open_group(out, mode="r+")["depth_mm"], done
    group = zarr.create_group(out, overwrite=True)
    frames = group.create_array("depth_mm", shape=shape, chunks=(1, min(shape[1], 1024), min(shape[2], 1024)),
                                dtype="uint16", fill_value=_UNKNOWN_MM,
                                attributes={"units": "mm", "no_terrain": _UNKNOWN_MM})
    _write_info(out, info)
    return frames, 0


def _save(run: Any, out: Path, done: int) -> None:
    beside = out / f"{_CHECKPOINT}.part.npz"
    np.savez(beside, done=np.array(done), **run.state())
    beside.replace(out / _CHECKPOINT)


def _finish(run: Any, out: Path, info: dict[str, Any], model: ModelSpec) -> None:
    """Write maxima, arrival and the book, and call the store complete."""
    group = zarr.open_group(out, mode="r+")
    void = ~np.isfinite(run.setup.domain.height_m)
    arrival = run.arrival_s
    arrival = np.where(arrival >= 0, arrival - np.float32(model.warm_up), np.nan).astype(np.float32)
    for name, values, units in (("peak_m", np.where(void, np.nan, run.peak_m).astype(np.float32), "m"),
                                ("arrival_s", arrival, "s")):
        array = group.create_array(name, shape=values.shape, chunks=tuple(min(n, 1024) for n in values.shape),
                                   dtype="float32", fill_value=float("nan"), attributes={"units": units},
                                   overwrite=True)
        array[...] = values
    book = run.book()
    complaint = book.complaint(advection=run.setup.advection)
    info["notes"] += [complaint] if complaint else []
    info["complaint"] = complaint
    info["book"] = book.to_dict()
    info["chunks"] = group["depth_mm"].nchunks_initialized
    info["complete"] = True
    _write_info(out, info)
    (out / _CHECKPOINT).unlink(missing_ok=True)


def _write_info(out: Path, info: dict[str, Any]) -> None:
    beside = out / f"{INFO}.part"
    beside.write_text(json.dumps(info, indent=1, sort_keys=True, default=float) + "\n", encoding="utf-8")
    beside.replace(out / INFO)


def _info(path: Path) -> dict[str, Any]:
    file = path / INFO
    if not file.exists():
        raise InputError(file=str(path), found="no flow.json in it" if path.exists() else "no such folder",
                         expected="a store that `twin flood` wrote")
    try:
        info: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        raise InputError(file=str(file), found="no JSON", expected="a store that `twin flood` wrote",
                         remedy="Compute it again.") from None
    if not isinstance(info, dict):
        raise InputError(file=str(file), found="JSON of another sort", expected="a store that `twin flood` wrote",
                         remedy="Compute it again.")
    return info


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Say of a store that cannot be read that it is damaged."""
    try:
        yield
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OSError, RuntimeError) as error:
        raise InputError(file=str(path), found=f"a damaged store ({error})", expected="a store that `twin flood` wrote",
                         remedy="Copy the folder again, or delete it and compute it again.") from error


def _millimetres(depth_m: Float32Array) -> Any:
    with np.errstate(invalid="ignore"):
        whole = np.minimum(np.rint(depth_m * np.float32(1000)), _UNKNOWN_MM - 1)
    return np.where(np.isnan(depth_m), _UNKNOWN_MM, np.nan_to_num(whole)).astype(np.uint16)


def _metres(depth_mm: Any) -> Float32Array:
    metres = depth_mm.astype(np.float32) * np.float32(0.001)
    metres[depth_mm == _UNKNOWN_MM] = np.nan
    return np.asarray(metres, np.float32)
