"""Thousands of spoilt files, a few of them in every run of the tests: refused in words, or read; never a failure."""

from __future__ import annotations

import faulthandler
import json
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from geodata.city.file import read_city, write_city
from geodata.city.model import CityFile
from geodata.demo_town import valmont
from geodata.gauges import read_levels
from geodata.importing import import_city
from geodata.quality.check import check_city
from geodata.run.folder import read_run, write_run
from geodata.run.schemas import TABLES
from geodata.terrain import read_terrain
from scenarios import load_scenario, prepare
from tests.geodata import waters
from tests.geodata.mutants import (
    mended_digests,
    nested,
    sealed_anew,
    spoilt_bytes,
    spoilt_database,
    spoilt_json,
    spoilt_table,
    spoilt_text,
)
from tests.geodata.runs import made_up_result, made_up_water
from tests.geodata.towns import small_town
from tests.reference.hand_town import hand_town
from twin.engine.simulate import run
from twin.errors import InputError
from twin.explaining.explain import explain
from twin.explaining.first_lines import first_lines
from twin.results.summary import summarise
from viewer.outputs.page import page

SCENARIOS = Path(__file__).parents[2] / "scenarios"
#: Spoilt files of each sort in every run of the tests, and in `make verify`.
FEW, MANY = 8, 400
#: No file of a few kilobytes takes longer [s].
LONGEST_S = 30


@contextmanager
def refused_or_read(what: str) -> Iterator[None]:
    """Let the block end, or refuse with a message for people; all else is a failure, a library's warning too."""
    def late(*_: Any) -> None:
        raise TimeoutError(f"{what}: longer than {LONGEST_S} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST_S)
    # A library that goes round for ever below Python is not reached by a signal: it ends the process, and says where.
    faulthandler.dump_traceback_later(3 * LONGEST_S, exit=True, file=sys.__stderr__ or 2)
    try:
        # Recorded, not raised: pyogrio warns where nothing can be raised.
        with warnings.catch_warnings(record=True) as told, suppress(InputError):
            warnings.simplefilter("always")
            yield
    except Exception as failure:
        raise AssertionError(f"{what}: {failure!r}") from failure
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    heard = [f"{one.message}" for one in told if "Use `@` matmul" not in f"{one.message}"]
    assert heard == [], f"{what}: {heard}"


@cache
def originals(folder: Path) -> Path:
    """Make one sound file of each sort."""
    town = small_town()
    write_city(replace(town, terrain=waters.terrain(np.add.outer(np.arange(12.0), np.arange(9.0)))),
               folder / "town.gpkg")
    write_run(made_up_result(town), town, *made_up_water(), folder / "run")
    hand = hand_town()
    write_run(run(hand.city, hand.plan, hand.exposure), CityFile(
        city=hand.city, shapes=np.full(len(hand.city.assets), None, dtype=object)), None, None, np.zeros(0, np.int64),
        folder / "hand")
    waters.raster(folder / "depth.tif", np.linspace(0, 3, 400).reshape(20, 20), nodata=-9999.0)
    waters.radar(folder / "rain.nc")
    points = shapely.points([(770_000.0, 6_278_000.0), (770_050.0, 6_278_010.0), (770_100.0, 6_278_020.0)])
    values = [np.array(["L1", "L2", "L3"], object), np.array(["Rue Foch", "Quai", ""], object),
              np.array([0.3, 0.4, 0.5])]
    for name, driver in (("lamps.gpkg", "GPKG"), ("lamps.geojson", "GeoJSON"), ("lamps.shp", "ESRI Shapefile")):
        pyogrio.raw.write(folder / name, geometry=shapely.to_wkb(points), field_data=values,
                          fields=np.array(["ID", "rue", "haut"]), geometry_type="Point", crs="EPSG:2154", driver=driver)
    (folder / "lamps.csv").write_text("ID;rue;haut;x;y\n" + "".join(
        f"L{i};Rue {i};0,{i};{770_000 + i};{6_278_000 + i}\n" for i in range(4)), encoding="utf-8")
    (folder / "lamps.json").write_text(json.dumps([{"ID": f"L{i}", "rue": "x", "haut": 0.3, "x": 770_000 + i,
                                                    "y": 6_278_000} for i in range(3)]), encoding="utf-8")
    (folder / "night.yaml").write_text((SCENARIOS / "valmont-measures.scenario.yaml").read_text(encoding="utf-8"),
                                       encoding="utf-8")
    shutil.copyfile(SCENARIOS / "ouche-q100.csv", folder / "levels.csv")
    (folder / "hubeau.json").write_text(json.dumps({"count": 40, "next": None, "data": [
        {"code_station": "U101", "grandeur_hydro": "H", "date_obs": f"2026-11-22T{15 + k // 12:02}:{k % 12 * 5:02}:00Z",
         "resultat_obs": 1200.0 + 7 * k} for k in range(40)]}), encoding="utf-8")
    waters.radar(folder / "depth.nc", units="m", crs=waters.CRS)
    return folder


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return originals(tmp_path_factory.mktemp("sound"))


def mapping(name: str) -> str:
    places = "    position: {x: x, y: y}\n    crs: EPSG:2154\n" if name.endswith((".csv", ".json")) else ""
    return (f"city: Town\ntimezone: Europe/Paris\ncrs: EPSG:2154\nlayers:\n  - kind: lamp\n    file: {name}\n"
            f"    id: ID\n{places}    fields:\n      street: rue\n      fail_m: {{column: haut, unit: m}}\n")


def copied(sound: Path, folder: Path, *names: str) -> Path:
    """Give a folder with sound files of these names."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in names:
        for path in [sound / name] if (sound / name).is_dir() else sound.glob(f"{Path(name).stem}.*"):
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, folder / path.name)
    return folder


def in_bytes(path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(spoilt_bytes(path.read_bytes(), rng))


def look_at_city(folder: Path) -> None:
    check_city(read_city(folder / "town.gpkg"))


def look_at_run(folder: Path) -> None:
    result = read_run(folder / "run").result
    for name in result.city.assets.id[:3]:
        str(explain(result, str(name), "en"))


def spoil_city(folder: Path, rng: np.random.Generator) -> None:
    if rng.random() < 0.3:
        in_bytes(folder / "town.gpkg", rng)
    else:
        spoilt_database(folder / "town.gpkg", rng)


def spoil_terrain(folder: Path, rng: np.random.Generator) -> None:
    in_bytes(folder / "town.terrain.tif", rng)


def spoil_run_json(folder: Path, rng: np.random.Generator) -> None:
    file = folder / "run/run.json"
    info = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(spoilt_json(info, rng)), encoding="utf-8")


def spoil_sealed_run_json(folder: Path, rng: np.random.Generator) -> None:
    """Spoil a value and seal it: what is wrong must be noticed by its shape, as in older runs."""
    info = json.loads((folder / "run/run.json").read_text(encoding="utf-8"))
    sealed_anew(folder / "run", spoilt_json(info, rng))


def spoil_run_tables(folder: Path, rng: np.random.Generator) -> None:
    path = folder / "run" / str(rng.choice([name for name in TABLES if (folder / "run" / name).exists()]))
    if rng.random() < 0.2:
        in_bytes(path, rng)
    else:
        spoilt_table(path, rng)
    mended_digests(folder / "run")


def spoil_run_water(folder: Path, rng: np.random.Generator) -> None:
    in_bytes(folder / "run/water.tif", rng)
    mended_digests(folder / "run")


def spoil_run_city(folder: Path, rng: np.random.Generator) -> None:
    spoilt_database(folder / "run/city.gpkg", rng)
    mended_digests(folder / "run")


def look_at_depths(folder: Path) -> None:
    hazard = waters.opened({"raster": {"file": "depth.tif"}}, folder, waters.city())
    list(hazard.depths(np.arange(3)))


def look_at_scenario(folder: Path) -> None:
    prepare(load_scenario(folder / "night.yaml"), valmont())


def reader_of_levels(name: str) -> Callable[[Path], None]:
    return lambda folder: read_levels(name, start=waters.START, folder=folder) and None


def look_at_depth_frames(folder: Path) -> None:
    flood = {"netcdf": {"file": "depth.nc", "variable": "rain"}, "after": "hold"}
    list(waters.opened(flood, folder, waters.city()).depths(np.arange(3)))


def importer(name: str) -> Callable[[Path], None]:
    def look(folder: Path) -> None:
        if not (folder / "map.yaml").exists():
            (folder / "map.yaml").write_text(mapping(name), encoding="utf-8")
        check_city(import_city(folder / "map.yaml"))

    return look


def spoil_mapping(folder: Path, rng: np.random.Generator) -> None:
    (folder / "map.yaml").write_text(spoilt_text(mapping("lamps.csv"), rng), encoding="utf-8")


def spoiler(name: str) -> Callable[[Path, np.random.Generator], None]:
    def spoil(folder: Path, rng: np.random.Generator) -> None:
        path = folder / name
        if name.endswith(".gpkg") and rng.random() < 0.7:
            spoilt_database(path, rng)
        elif name.endswith(("json", ".csv", ".yaml")) and rng.random() < 0.5:
            path.write_text(spoilt_text(path.read_text(encoding="utf-8"), rng), encoding="utf-8")
        elif name.endswith("json") and rng.random() < 0.7:
            value = spoilt_json(json.loads(path.read_text(encoding="utf-8")), rng)
            path.write_text(json.dumps(value), encoding="utf-8")
        else:
            in_bytes(path, rng)

    return spoil


def look_at_pages(folder: Path) -> None:
    told_by(folder)


def told_by(folder: Path) -> list[str]:
    """Give what a run is read for: its two pages, its first lines, an explanation."""
    read = read_run(folder / "hand")
    summary = summarise(read.result)
    return [*(page(read, public=public) for public in (False, True)), json.dumps(summary.to_dict()),
            *(str(line) for line in first_lines(summary, read.result.city.assets.kinds, "fr")),
            json.dumps(explain(read.result, "L3", "fr").to_dict())]


def spoil_hand(folder: Path, rng: np.random.Generator) -> None:
    shutil.move(folder / "hand", folder / "run")
    (spoil_sealed_run_json if rng.random() < 0.6 else spoil_run_tables)(folder, rng)
    shutil.move(folder / "run", folder / "hand")


#: Sort -> what is needed, what is spoilt, who reads it.
SORTS: dict[str, tuple[tuple[str, ...], Callable[[Path, np.random.Generator], None], Callable[[Path], None]]] = {
    "city": (("town.gpkg",), spoil_city, look_at_city),
    "terrain": (("town.gpkg",), spoil_terrain, lambda folder: read_terrain(folder / "town.terrain.tif")),
    "run.json": (("run",), spoil_run_json, look_at_run),
    "run.json, sealed anew": (("run",), spoil_sealed_run_json, look_at_run),
    "tables of a run": (("run",), spoil_run_tables, look_at_run),
    "water of a run": (("run",), spoil_run_water, look_at_run),
    "city of a run": (("run",), spoil_run_city, look_at_run),
    "pages of a run": (("hand",), spoil_hand, look_at_pages),
    "depths": (("depth.tif",), lambda folder, rng: in_bytes(folder / "depth.tif", rng), look_at_depths),
    "depths over time": (("depth.nc",), lambda folder, rng: in_bytes(folder / "depth.nc", rng), look_at_depth_frames),
    "scenario": (("night.yaml", "levels.csv"), spoiler("night.yaml"), look_at_scenario),
    "levels.csv": (("levels.csv",), spoiler("levels.csv"), reader_of_levels("levels.csv")),
    "hubeau.json": (("hubeau.json",), spoiler("hubeau.json"), reader_of_levels("hubeau.json")),
    "mapping": (("lamps.csv",), spoil_mapping, importer("lamps.csv")),
    **{name: ((name,), spoiler(name), importer(name))
       for name in ("lamps.csv", "lamps.json", "lamps.geojson", "lamps.gpkg", "lamps.shp")},
}


def spoil_and_look(sort: str, seed: int, sound: Path, folder: Path) -> None:
    needed, spoil, look = SORTS[sort]
    spoil(copied(sound, folder, *needed), np.random.default_rng([seed, *sort.encode()]))
    with refused_or_read(f"{sort}, seed {seed}"):
        look(folder)


@pytest.mark.parametrize("sort", SORTS)
def test_a_spoilt_file_is_refused_or_read(sort: str, sound: Path, tmp_path: Path) -> None:
    for seed in range(FEW):
        spoil_and_look(sort, seed, sound, tmp_path / "spoilt")


@pytest.mark.verify
@pytest.mark.parametrize("sort", SORTS)
def test_many_spoilt_files_are_refused_or_read(sort: str, sound: Path, tmp_path: Path) -> None:
    failures = []
    for seed in range(FEW, MANY):
        try:
            spoil_and_look(sort, seed, sound, tmp_path / "spoilt")
        except AssertionError as failure:
            failures.append(f"{failure}")
    assert failures == []


@pytest.mark.parametrize("seed", [284, 1305])
def test_moments_outside_the_run_and_depths_below_0_are_refused(seed: int, sound: Path, tmp_path: Path) -> None:
    spoil_and_look("pages of a run", seed, sound, tmp_path / "spoilt")
    with pytest.raises(InputError, match=r"moments outside the run|depths below 0"):
        read_run(tmp_path / "spoilt/hand")


@pytest.mark.parametrize(("sort", "seed"), [("city of a run", 257), ("city of a run", 279), ("lamps.geojson", 321),
                                            ("lamps.gpkg", 371), ("depths over time", 70104),
                                            ("depths over time", 70231)])
def test_names_of_no_text_a_crs_of_no_place_and_values_beyond_32_bits_are_refused(
        sort: str, seed: int, sound: Path, tmp_path: Path) -> None:
    spoil_and_look(sort, seed, sound, tmp_path / "spoilt")


def _run_json_is_refused_or_says_the_same(seeds: range, sound: Path, folder: Path) -> list[str]:
    """Spoil values of ``run.json``; give what was read and told otherwise."""
    before, failures = told_by(sound), []
    for seed in seeds:
        copied(sound, folder, "hand")
        shutil.move(folder / "hand", folder / "run")
        spoil_run_json(folder, np.random.default_rng([seed, 7]))
        shutil.move(folder / "run", folder / "hand")
        try:
            told = told_by(folder)
        except InputError:
            continue
        if told != before:
            failures.append(f"seed {seed}")
    return failures


def test_a_run_json_with_another_value_is_refused_or_says_the_same(sound: Path, tmp_path: Path) -> None:
    assert _run_json_is_refused_or_says_the_same(range(FEW), sound, tmp_path / "spoilt") == []


@pytest.mark.verify
def test_many_run_jsons_with_another_value_are_refused_or_say_the_same(sound: Path, tmp_path: Path) -> None:
    assert _run_json_is_refused_or_says_the_same(range(FEW, MANY), sound, tmp_path / "spoilt") == []


def test_the_sound_files_are_read(sound: Path, tmp_path: Path) -> None:
    for needed, _, look in SORTS.values():
        look(copied(sound, tmp_path / "sound", *needed))


@pytest.mark.parametrize("name", ["run/run.json", "lamps.json", "lamps.geojson"])
@pytest.mark.parametrize("depth", [900, 100_000])
def test_json_that_is_nested_deep_is_refused(sound: Path, tmp_path: Path, name: str, depth: int) -> None:
    folder = copied(sound, tmp_path / "deep", name.split("/", maxsplit=1)[0])
    (folder / name).write_text(nested(depth), encoding="utf-8")
    with pytest.raises(InputError):
        (look_at_run if name.startswith("run") else importer(name))(folder)
