"""Nothing of the user's is lost, and what is written is whole or not there."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geodata import atomic
from geodata.atomic import beside, whole_folder, write_whole
from geodata.city.file import read_city, write_city
from geodata.city.place import check_city_place, terrain_path
from geodata.ours import OPEN_DATA, RUN, STORE
from geodata.run.folder import read_run, write_run
from geodata.terrain import write_terrain
from tests.geodata.disks import small_disk
from tests.geodata.runs import made_up_result, made_up_water
from tests.geodata.towns import small_town
from tests.geodata.waters import raster, terrain
from twin.errors import InputError

ROOT = Path(__file__).parents[2]
#: What files of that name say in other programs, and nearly what the twin's say.
FOREIGN = ["{}", "[]", "no JSON", '{"format": "speedtest-2", "files": {}}', '{"format": "citytwin-run-2"}',
           '{"key": "abc", "complete": true}', "[" * 3000]


def town_with_terrain(height_m: float = 200.0, *, noise: bool = False):
    heights = np.full((300, 300), height_m, np.float32)
    if noise:
        heights += np.random.default_rng(1).random(heights.shape, np.float32)
    return replace(small_town(), terrain=terrain(heights))


def write_small_run(out: Path, seed: int = 7):
    town = small_town()
    result = made_up_result(town, seed)
    write_run(result, town, *made_up_water(), out)
    return result


@pytest.mark.parametrize("sort", [RUN, STORE, OPEN_DATA], ids=lambda sort: sort.marker)
@pytest.mark.parametrize("text", FOREIGN, ids=lambda text: text[:20])
def test_a_folder_of_another_program_stays(tmp_path: Path, sort, text: str) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / sort.marker).write_text(text)
    (mine / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match=r"another program wrote.*so it stays"), whole_folder(mine, sort):
        pytest.fail("nothing may be written")
    assert (mine / "thesis.docx").read_text() == "years of work"
    assert (mine / sort.marker).read_text() == text


@pytest.mark.parametrize("exchanges", [True, False])
def test_what_lies_in_the_folder_of_a_run_stays_when_it_is_replaced(tmp_path: Path, monkeypatch, exchanges) -> None:
    out = tmp_path / "run"
    write_small_run(out, 1)
    (out / "notes.txt").write_text("rang at 22:10")
    (out / "photos").mkdir()
    (out / "photos/quay.jpg").write_text("water")
    (out / "link").symlink_to("nowhere")
    if not exchanges:
        monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    result = write_small_run(out, 2)
    assert read_run(out).result.plan.seed == result.plan.seed == 2
    assert RUN.strangers(out) == ["link", "notes.txt", "photos"]
    assert (out / "notes.txt").read_text() == "rang at 22:10"
    assert (out / "photos/quay.jpg").read_text() == "water"
    assert (out / "link").readlink() == Path("nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_file_of_the_users_under_a_name_that_is_needed_is_refused(tmp_path: Path) -> None:
    town = small_town()
    write_run(made_up_result(town, 1), town, None, None, np.zeros(0, np.int64), tmp_path / "run")
    (tmp_path / "run/water.tif").write_text("mine")
    with pytest.raises(InputError, match=r"water\.tif: found a file that the twin did not write.*so it stays"):
        write_small_run(tmp_path / "run", 2)
    assert (tmp_path / "run/water.tif").read_text() == "mine"
    assert read_run(tmp_path / "run").result.plan.seed == 1


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    write_small_run(tmp_path / "run")
    assert read_run(tmp_path / "run")


def test_pages_and_alerts_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "home.html").write_text("<!doctype html><title>mine")
    with pytest.raises(InputError, match="a page that the twin did not write"):
        write_whole(tmp_path / "home.html", "x", opens="<!doctype html", sort="a page", mark="citytwin")
    assert (tmp_path / "home.html").read_text() == "<!doctype html><title>mine"


def test_what_killed_processes_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    for name in (".run.abcdefgh.part", ".run.more.abcdefgh.part", ".run.abc.part"):
        (tmp_path / name).mkdir()
    (tmp_path / ".run.zzzzzzzz.part/old").mkdir(parents=True)  # killed between two moves
    (tmp_path / ".run.zzzzzzzz.part/old/kept").touch()
    with beside(tmp_path / "run"):
        assert (tmp_path / "run/kept").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".run.abc.part", ".run.more.abcdefgh.part", "run"]


def database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE places (name TEXT)")
        connection.execute("INSERT INTO places VALUES ('home')")
    connection.close()


@pytest.mark.parametrize("name", ["places.sqlite", "inventory.gpkg"])
def test_a_database_that_is_no_city_is_never_overwritten(tmp_path: Path, name: str) -> None:
    database(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    with pytest.raises(InputError, match=r"a database that is no city file.*never overwritten"):
        write_city(small_town(), tmp_path / name)
    assert (tmp_path / name).read_bytes() == before


def test_what_a_city_is_made_from_is_never_overwritten(tmp_path: Path) -> None:
    write_city(town_with_terrain(), tmp_path / "town.gpkg")
    with pytest.raises(InputError, match=r"town\.gpkg: found a file that the city is made from"):
        check_city_place(tmp_path / "town.gpkg", [tmp_path / "town.gpkg"])
    os.link(tmp_path / "town.terrain.tif", tmp_path / "dtm.tif")
    with pytest.raises(InputError, match=r"town\.terrain\.tif: found a file that the city is made from"):
        check_city_place(tmp_path / "town.gpkg", [tmp_path / "dtm.tif"])


def test_a_terrain_of_somebody_elses_stays(tmp_path: Path) -> None:
    raster(tmp_path / "town.terrain.tif", np.full((3, 3), 5.0))
    before = (tmp_path / "town.terrain.tif").read_bytes()
    with pytest.raises(InputError, match=r"town\.terrain\.tif: found a terrain that the twin did not write"):
        write_city(town_with_terrain(), tmp_path / "town.gpkg")
    assert (tmp_path / "town.terrain.tif").read_bytes() == before
    assert not (tmp_path / "town.gpkg").exists()


def test_a_city_knows_its_terrain(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    write_city(town_with_terrain(200.0), path)
    assert float(read_city(path).terrain.height_m[0, 0]) == 200.0
    write_city(town_with_terrain(201.0), path)  # its own pair is replaced
    assert float(read_city(path).terrain.height_m[0, 0]) == 201.0
    write_terrain(town_with_terrain(199.5).terrain, terrain_path(path))
    with pytest.raises(InputError, match="not the terrain that the city was made with"):
        read_city(path)


KILLED = (
    "import os, signal, sys; from pathlib import Path\n"
    "from tests.geodata.test_whole import town_with_terrain\n"
    "from geodata.city.file import write_city\n"
    "left = int(sys.argv[2])\n"
    "def count(event, arguments):\n"
    "    global left\n"
    "    if event == 'os.rename' and str(arguments[1]).startswith(os.path.dirname(sys.argv[1])):\n"
    "        left -= 1\n"
    "        if left < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
    "town = town_with_terrain(201.0)\n"
    "sys.addaudithook(count)\n"
    "write_city(town, Path(sys.argv[1]))\n")


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_a_kill_between_the_two_files_of_a_city_leaves_one_pair(tmp_path: Path, moves: int) -> None:
    path = tmp_path / "town.gpkg"
    write_city(town_with_terrain(200.0), path)
    done = subprocess.run([sys.executable, "-B", "-c", KILLED, str(path), str(moves)], cwd=ROOT, capture_output=True,
                          text=True, check=False, timeout=120)
    assert done.returncode == (0 if moves == 2 else -signal.SIGKILL), done.stderr
    assert float(read_city(path).terrain.height_m[0, 0]) == (201.0 if moves else 200.0)
    write_city(town_with_terrain(202.0), path)
    assert float(read_city(path).terrain.height_m[0, 0]) == 202.0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["town.gpkg", "town.terrain.tif"]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.99, 0.999])
def test_a_city_whose_terrain_does_not_fit_is_not_called_written(tmp_path: Path, share: float) -> None:
    path = tmp_path / "town.gpkg"
    write_city(town_with_terrain(200.0), path)
    write_terrain(town_with_terrain(noise=True).terrain, tmp_path / "size.tif")
    size = (tmp_path / "size.tif").stat().st_size
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with small_disk(int(size * share)), pytest.raises(InputError, match="no space left on the disk"):
        write_city(town_with_terrain(noise=True), path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_run_folder_says_json_of_its_own(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    info = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    assert RUN.own(tmp_path / "run") == {"run.json", *info["files"]}
