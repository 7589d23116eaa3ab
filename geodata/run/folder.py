"""The run folder: what a run leaves, whole, so that explaining and drawing need nothing else.

``run.json`` says what it is and rests on; tables are Parquet with times in UTC; the city used stands in it. Field by
field: ``docs/file-formats.md``. The folder is written beside its final place and moved there in one step; same input,
same bytes.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.atomic import whole_folder
from geodata.city.file import read_city, write_package
from geodata.city.model import CityFile
from geodata.digests import sha256_of
from geodata.ours import RUN
from geodata.run.head import FORMAT, SEASON, run_info, sealed
from geodata.run.manifest import describe, plan_of, to_json
from geodata.run.reading import read_tables
from geodata.run.run import Run
from geodata.run.schemas import OPTIONAL, TABLES
from geodata.run.shape import Known, check_run
from geodata.run.tables import tables_of, write_table
from geodata.run.water import describe_water, read_water, write_water
from twin.errors import InputError, TwinError
from twin.quantities import Int64Array
from twin.results.provenance import city_digest, exposure_digest
from twin.results.result import Result
from twin.water.exposure import Exposure
from twin.water.hazard import Envelope, Grid
from twin.world.assets import Labels
from twin.world.city import City
from twin.world.plan import Plan

if TYPE_CHECKING:
    from twin.irrigation.gardens import Gardens

__all__ = ["Run", "read_run", "write_run"]


def write_run(result: Result, city_file: CityFile, envelope: Envelope | None, grid: Grid | None, times_s: Int64Array,
              out: Path | str, inputs: Sequence[Mapping[str, Any]] = (), *, gardens: Gardens | None = None) -> None:
    """Write the folder of a run.

    Parameters
    ----------
    result
        The answer; its city is the one that is kept, thresholds of the scenario included.
    city_file
        Where shapes, layers and sources come from.
    envelope, grid, times_s
        The picture of the water, its frame and the times of its frames, (T,) [s from start]; None where there is none.
    out
        Folder to write. An earlier run is replaced; what else lies in its folder is kept.
    inputs
        Name, file and sha256 of every input, for ``run.json``.
    gardens
        The season of irrigation that the night is a part of.

    Raises
    ------
    InputError
        The place holds something that is no run, or cannot be written.
    """
    out = Path(out)
    with whole_folder(out, RUN) as folder:
        info: dict[str, Any] = {"format": FORMAT}
        # The parts do not need each other: two cores write them in about half the time.
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="write") as pool:
            # What takes long comes first, so that no core waits for the other at the end.
            parts = [] if envelope is None or grid is None else [
                pool.submit(write_water, envelope, grid, folder / "water.tif")]
            parts += [pool.submit(write_table, name, make, folder)
                      for name, make in tables_of(result, city_file.outlines).items()]
            parts.append(pool.submit(_write_city, result.city, city_file, folder / "city.gpkg"))
            info |= describe(result, inputs)
            if gardens is not None:
                from geodata.run.season import write_season

                write_season(gardens, folder)
            for part in parts:
                part.result()
            info["water"] = None if envelope is None or grid is None else describe_water(grid, times_s)
            info["files"] = dict(pool.map(_described, sorted(folder.iterdir())))
        (folder / "run.json").write_text(sealed(to_json(info)), encoding="utf-8")


def _described(path: Path) -> tuple[str, dict[str, Any]]:
    return path.name, {"bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _write_city(city: City, city_file: CityFile, path: Path) -> None:
    """Write the city used: a copy of its file where that is what was used, a file made anew otherwise."""
    origin = city_file.origin
    if origin is not None and origin.is_current(city_file) and _is_same(city, city_file.city):
        shutil.copyfile(origin.path, path)
        path.chmod(0o644)
    else:
        write_package(replace(city_file, city=city, shapes=city_file.outlines), path, name=path.name)
    database = sqlite3.connect(path, isolation_level=None)
    try:  # the terrain stays with the city: a run that was mailed must not miss it
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("UPDATE metadata SET value = '' WHERE key IN ('terrain', 'terrain_sha256')")
    finally:
        database.close()


def _is_same(mine: City, theirs: City) -> bool:
    """Tell whether two cities hold the same, without a Python object per row."""
    if mine is theirs:
        return True
    if any(getattr(mine, name) != getattr(theirs, name) for name in ("name", "crs", "latitude", "longitude",
                                                                      "timezone")):
        return False
    if mine.assets.kinds is not theirs.assets.kinds and mine.assets.kinds.kinds != theirs.assets.kinds.kinds:
        return False
    return _same_columns(mine.assets, theirs.assets, skip={"kinds", "_row_of"}) and _same_columns(
        mine.supplies, theirs.supplies, skip=set())


def _same_columns(mine: Any, theirs: Any, skip: set[str]) -> bool:
    if mine is theirs:
        return True
    for name in mine.__dataclass_fields__:
        if name in skip:
            continue
        a, b = getattr(mine, name), getattr(theirs, name)
        if a is b:
            continue
        if isinstance(a, Labels):
            same = a.words == b.words and np.array_equal(a.codes, b.codes)
        else:
            same = np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        if not same:
            return False
    return True


def read_run(path: Path | str) -> Run:
    """Read the folder of a run.

    Raises
    ------
    InputError
        No run folder, one of another version, or one that lost a part.
    """
    path = Path(path)
    info = _info(path)
    city_file = read_city(path / "city.gpkg")
    try:
        plan = plan_of(info["plan"])
        rows = [declared.asset for declared in plan.declared]
        if rows and not 0 <= min(rows) <= max(rows) < len(city_file.city.assets):
            raise ValueError("plan.declared names assets that city.gpkg lacks")
        check_run(info, Known.of(str(path / "run.json"), city_file.city.assets, plan.start))
        tables = read_tables(path, city_file.city, plan)
        _check_rests(info, plan, city_file.city, tables["exposure"])
        result = Result(plan=plan, city=city_file.city, **tables, indicators=info["indicators"],
                        provenance=info["provenance"], warnings=tuple(info["warnings"]))
        gardens = _gardens(path, city_file.city, plan)
        water, grid, times_s = None, None, np.zeros(0, np.int64)
        if info["water"] is not None:
            water, grid = read_water(path / "water.tif", info["water"])
            times_s = np.array(info["water"]["times_s"], dtype=np.int64)
    except TwinError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(file=str(path / "run.json"), found=f"a part that cannot be read ({error!r})",
                         expected="a run as `twin run` leaves it", remedy="Run the scenario again.") from error
    return Run(path=path, result=result, city_file=city_file, water=water, water_grid=grid, water_times_s=times_s,
               info=info, gardens=gardens)


def _gardens(path: Path, city: City, plan: Plan) -> Gardens | None:
    if not (path / SEASON).is_file():
        return None  # most runs have no season, and need nothing of what computes one
    from geodata.run.season import read_season

    return read_season(path, city, plan)


def _check_rests(info: Mapping[str, Any], plan: Plan, city: City, exposure: Exposure) -> None:
    """Make sure that the plan, the city and the water are those that the run was computed from.

    The city is held against what the engine knows of it, not against its bytes: QGIS may have opened the file.
    """
    parts: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("the plan in run.json", lambda: plan.digest, "plan_sha256"),
        ("city.gpkg", lambda: city_digest(city), "city_sha256"),
        ("crossings.parquet or exposure.parquet", lambda: exposure_digest(exposure), "exposure_sha256"))
    for part, digest, key in parts:
        known = info["provenance"].get(key)
        if known is not None and digest() != known:
            raise InputError(file=part, found="another content than the run was computed from",
                             expected="a run as `twin run` leaves it",
                             remedy="Copy the folder again, or run the scenario again with what was changed.")


def _info(path: Path) -> dict[str, Any]:
    """Give what ``run.json`` says, if the folder holds all that it names."""
    info = run_info(path)
    missing = [name for name in (*TABLES, "city.gpkg") if name not in OPTIONAL and not (path / name).is_file()]
    files = info.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(facts, dict) for facts in files.values()):
        raise InputError(file=str(path / "run.json"), field="files", found="no list of the files of a run",
                         expected="a run as `twin run` leaves it", remedy="Run the scenario again.")
    for name, facts in files.items():
        stands = path / name
        if stands.is_file() and name != "city.gpkg":
            now = _described(stands)[1] if stands.stat().st_size == facts.get("bytes") else {}
            if now != facts:
                missing.append(f"{name} ({'its content' if now else 'its size'} has changed)")
        elif not stands.is_file() and name not in missing:
            missing.append(name)
    if missing:
        raise InputError(file=str(path), found=f"a run without {', '.join(missing)}", expected="a whole run folder",
                         remedy="Copy the folder again, or run the scenario again.")
    return info
