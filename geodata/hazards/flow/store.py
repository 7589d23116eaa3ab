"""The water that the flow model computes: frames written as they come, beside their place, and moved there whole.

Who computes holds the place: another one waits, and finds the water made or makes its own. A computation that is
stopped leaves its frames and a checkpoint in a hidden folder beside the place: the same computation goes on from there
and ends with identical results. How a store looks: ``geodata.hazards.flow.stored``.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import zarr

from geodata.atomic import beside, move, replace_folder, unwritable
from geodata.hazards.declared.flow import FlowModel as ModelSpec
from geodata.hazards.flow.build import build_setup
from geodata.hazards.flow.ground import factor_of
from geodata.hazards.flow.kept import home_of
from geodata.hazards.flow.naming import in_the_scenario
from geodata.hazards.flow.stored import INFO, UNKNOWN_MM, FlowFrames, info_of, millimetres, sum_of, whole
from geodata.inputs.times import by_the_clock
from geodata.locks import Reading, label_of, locked
from geodata.ours import STORE
from geodata.seals import SEAL, seal_of
from twin.errors import InputError
from twin.flood.setup import FlowSetup
from twin.quantities import FloatArray

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.hazards.declared.flood import FloodSpec

#: Changes whenever the same setup gives other water: stores of another version are computed again.
VERSION = 4
_CHECKPOINT = "checkpoint.npz"
#: A checkpoint is written after this many seconds of work.
CHECKPOINT_S = 30.0

Progress = Callable[[float, float], None]


def open_flow(spec: FloodSpec, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int,
              cache: Path | None = None, progress: Progress | None = None, cancel: Callable[[], bool] | None = None,
              vary: Callable[[FlowSetup], FlowSetup] | None = None) -> FlowFrames:
    """Give the water of ``flood: {rain: ...}`` or ``{inflow: ...}``: from the cache, or computed into it.

    Parameters
    ----------
    cache
        Folder for stores, one a hash of inputs; None computes into a folder that goes with the hazard.
    vary
        Gives another computation in place of that of the scenario: a night of an ensemble.

    Raises
    ------
    InputError
        See ``build_setup`` and ``twin.flood.model.FlowModel``.
    """
    with in_the_scenario(spec):
        setup, times = _setup(spec, city_file, folder, start, duration_s)
        setup = setup if vary is None else vary(setup).check()
    key = key_of(setup, times, spec)
    home = Path(tempfile.mkdtemp(prefix="twin-flow-")) if cache is None else home_of(cache)
    out = home / key[:24]
    with suppress(OSError):  # said where the store is written
        home.mkdir(parents=True, exist_ok=True)
    # From before the store is looked for until the last frame was read: nobody takes it away meanwhile.
    reading = Reading(out)

    def compute(*, anew: bool = False) -> None:
        with in_the_scenario(spec):
            _compute(setup, times, out, key=key, start=start, model=spec.flow_model, is_ours=True, anew=anew,
                     progress=progress, cancel=cancel)

    def opened() -> FlowFrames:
        return FlowFrames(out, after=spec.after, depth_error_m=_error(spec, city_file),
                          again=lambda: compute(anew=True))

    try:
        compute()
        try:
            made = opened()
        except InputError:  # what was kept is damaged: it is nobody's input, and is made again
            compute(anew=True)
            made = opened()
    except BaseException:
        reading.end()
        raise
    weakref.finalize(made, reading.end)
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
    STORE.check(out)
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
    with whole(path):
        shift = datetime.fromisoformat(info_of(path)["start"]) - start
    return FlowFrames(path, after=spec.after, shift_s=round(shift.total_seconds()), depth_error_m=spec.depth_error_m)


def key_of(setup: FlowSetup, times_s: FloatArray, spec: FloodSpec) -> str:
    """Give the hash of everything that shapes the water, as hexadecimal."""
    digest = hashlib.sha256(f"flow {VERSION}".encode())
    _feed(digest, setup)
    _feed(digest, np.asarray(times_s))
    model = spec.flow_model
    _feed(digest, (model.subgrid, model.cell_m, model.warm_up))
    if model.velocity:
        _feed(digest, "velocity")
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    """Feed a value into a hash: dataclasses by field, arrays by shape and bytes, rain rasters by what they give.

    Every value ends with a sign: 10.0 and 25.0 are not 10.02 and 5.0.
    """
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
        digest.update(f"[{len(value)}]".encode())
        for item in value:
            _feed(digest, item)
    else:
        digest.update(f"{value!r};".encode())


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
             progress: Progress | None, cancel: Callable[[], bool] | None, is_ours: bool = False, anew: bool = False
             ) -> None:
    """Write the store ``out``, unless it stands finished; go on from a checkpoint where there is one.

    ``is_ours``: the place is the cache's, so that what stands there and is damaged goes. ``anew``: what stands there
    was found damaged; it is made again unless another process has done so meanwhile.
    """
    work = out.with_name(f".{label_of(out)}.{key[:16]}.water")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with locked(out):
            for other in _unfinished(out):
                if other != work:
                    shutil.rmtree(other)
            if _is_finished(out, key) and not (anew and not _is_sound(out)):
                if work.exists():
                    shutil.rmtree(work)
                return
            if is_ours and out.exists() and STORE.own(out) is None:
                shutil.rmtree(out)
            if not (_is_finished(work, key) and _is_sound(work)):
                _write(_model(setup, model), work, setup, times, key=key, start=start, model=model,
                       progress=progress, cancel=cancel)
            with beside(out) as part:
                replace_folder(work, out, STORE, part / "old")
            if work.exists():  # the earlier store, which has changed places with the new one
                shutil.rmtree(work)
    except OSError as failure:
        raise unwritable(out, failure) from failure


def _unfinished(out: Path) -> list[Path]:
    """Give the folders in which the water of a place was computed and not finished."""
    name = re.compile(rf"\.{re.escape(label_of(out))}\.[0-9a-f]{{16}}\.water")
    return sorted(path for path in out.parent.iterdir() if name.fullmatch(path.name))


def _is_finished(path: Path, key: str) -> bool:
    try:
        info = info_of(path)
    except InputError:
        return False
    return info.get("key") == key and info.get("complete") is True


def _is_sound(path: Path) -> bool:
    """Tell whether every part of a store is what was written; reads it all."""
    try:
        FlowFrames(path).check()
    except InputError:
        return False
    return True


def _write(run: Any, work: Path, setup: FlowSetup, times: FloatArray, *, key: str, start: datetime, model: ModelSpec,
           progress: Progress | None, cancel: Callable[[], bool] | None) -> None:
    """Compute into the folder ``work``; what is stopped before its first checkpoint leaves nothing there."""
    info: dict[str, Any] = {
        "key": key, "complete": False, "version": VERSION, "start": start.isoformat(), "times_s": times.tolist(),
        "grid": {"rows": setup.domain.grid.rows, "columns": setup.domain.grid.columns,
                 "transform": list(setup.domain.grid.transform), "crs": setup.domain.grid.crs},
        "depth_error_m": model.depth_error_m, "notes": list(run.notes), "book": {}}
    if model.velocity:
        info["velocity"] = True
    try:
        work.mkdir(exist_ok=True)
        frames, sums = _frames(run, work, info)
        clock = time.monotonic()
        for k in range(len(sums["depth_mm"]), len(times)):
            run.advance(model.warm_up + float(times[k]), cancel=cancel)
            for name, array in frames.items():
                values = millimetres(run.depth_m() if name == "depth_mm" else _speed_m_s(run))
                array[k] = values
                sums[name].append(sum_of(values))
            if progress is not None:
                try:
                    progress(float(times[k]), float(times[-1]))
                except BaseException:  # who is told may stop the work here: it goes on from here
                    _save(run, work, sums)
                    raise
            if time.monotonic() - clock > CHECKPOINT_S and k + 1 < len(times):
                _save(run, work, sums)
                clock = time.monotonic()
        _finish(run, work, info, model, sums)
    except BaseException:
        if not (work / _CHECKPOINT).exists():
            shutil.rmtree(work, ignore_errors=True)
        raise


def _model(setup: FlowSetup, model: ModelSpec) -> Any:
    from twin.flood.model import FlowModel

    return FlowModel(setup, factor=factor_of(setup.domain.grid, model) if model.subgrid else 1)


def _speed_m_s(run: Any) -> Any:
    from twin.flood.speeds import speed_m_s

    return speed_m_s(run)


def _frames(run: Any, work: Path, info: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Give the arrays of frames by name and the checksums of those that are done: a checkpoint is taken up.

    A checkpoint that cannot be read, or beside which a frame is not what was written, is none: the computation begins
    anew.
    """
    shape = (len(info["times_s"]), info["grid"]["rows"], info["grid"]["columns"])
    state: dict[str, Any] = {}
    with suppress(OSError, EOFError, ValueError, BadZipFile), (work / _CHECKPOINT).open("rb") as file, \
            np.load(file) as held:
        state = dict(held)
    names = ("depth_mm", *(["speed_mm_s"] if info.get("velocity") else []))
    keys = {name: f"sums_{name}" for name in names}
    if all(key in state for key in keys.values()):
        sums = {name: [int(value) for value in state.pop(key)] for name, key in keys.items()}
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
            group = zarr.open_group(work, mode="r+")
            frames = {name: group[name] for name in names}
            if all(frames[name].shape == shape and all(sum_of(frames[name][k]) == value
                                                       for k, value in enumerate(sums[name])) for name in names):
                run.restore(state)
                return frames, sums
    shutil.rmtree(work)
    work.mkdir()
    group = zarr.create_group(work, overwrite=True)
    frames = {name: group.create_array(
        name, shape=shape, chunks=(1, min(shape[1], 1024), min(shape[2], 1024)), dtype="uint16", fill_value=UNKNOWN_MM,
        attributes={"units": name.split("_", 1)[1].replace("_", "/"), "no_terrain": UNKNOWN_MM}) for name in names}
    _write_info(work, info)
    return frames, {name: [] for name in names}


def _save(run: Any, work: Path, sums: dict[str, list[int]]) -> None:
    part = work / f"{_CHECKPOINT}.part.npz"
    kept: dict[str, Any] = {f"sums_{name}": np.array(values, np.uint32) for name, values in sums.items()}
    np.savez(part, **kept, **run.state())
    move(part, work / _CHECKPOINT)


def _finish(run: Any, out: Path, info: dict[str, Any], model: ModelSpec, sums: dict[str, list[int]]) -> None:
    """Write maxima, arrival, the book and the checksums, and call the store complete."""
    group = zarr.open_group(out, mode="r+")
    void = ~np.isfinite(run.setup.domain.height_m)
    arrival = run.arrival_s
    info["crc32"] = dict(sums)
    arrival = np.where(arrival >= 0, arrival - np.float32(model.warm_up), np.nan).astype(np.float32)
    for name, values, units in (("peak_m", np.where(void, np.nan, run.peak_m).astype(np.float32), "m"),
                                ("arrival_s", arrival, "s")):
        array = group.create_array(name, shape=values.shape, chunks=tuple(min(n, 1024) for n in values.shape),
                                   dtype="float32", fill_value=float("nan"), attributes={"units": units},
                                   overwrite=True)
        array[...] = values
        info["crc32"][name] = sum_of(values)
    book = run.book()
    complaint = book.complaint(advection=run.setup.advection)
    info["notes"] += [complaint] if complaint else []
    info["complaint"] = complaint
    info["book"] = book.to_dict()
    info["chunks"] = group["depth_mm"].nchunks_initialized
    info["complete"] = True
    _write_info(out, info)
    for left in (_CHECKPOINT, f"{_CHECKPOINT}.part.npz"):
        (out / left).unlink(missing_ok=True)


def _write_info(out: Path, info: dict[str, Any]) -> None:
    part = out / f"{INFO}.part"
    plain = json.loads(json.dumps(info, default=float))
    part.write_text(json.dumps({**plain, SEAL: seal_of(plain)}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(out / INFO)
