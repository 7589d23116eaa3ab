"""Computed water in the cache: kept up to a bound, and never taken from under a reader."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from geodata.hazards.flow import kept as kept_module
from geodata.hazards.flow.kept import kept, tidy
from geodata.hazards.flow.store import open_flow
from geodata.locks import Reading, locked, mark_of
from scenarios import pipeline
from tests.geodata.hazards.flow.test_frames import bowl, given, spec  # noqa: F401
from twin.flood.book import Cancelled

ROOT = Path(__file__).parents[4]
READER = ("import sys; from pathlib import Path; from geodata.locks import Reading\n"
          "reading = Reading(Path(sys.argv[1]))\nprint('reads', flush=True)\nsys.stdin.read()\n")


def store(cache: Path, letter: str, *, kilobytes: int = 1, days_ago: float = 0.0) -> Path:
    """Give a store of so many bytes that was last read so long ago."""
    path = cache / "flow" / (letter * 24)
    path.mkdir(parents=True)
    (path / "flow.json").write_bytes(b"x" * kilobytes * 1000)
    Reading(path).end()
    for file in (path / "flow.json", path, mark_of(path)):
        os.utime(file, (time.time() - days_ago * 86400,) * 2)
    return path


def names(cache: Path) -> str:
    return "".join(sorted(one.path.name[0] for one in kept(cache)))


def test_what_nobody_has_read_for_long_goes(tmp_path: Path) -> None:
    for letter, days_ago in (("a", 0), ("b", 59), ("c", 61), ("d", 400)):
        store(tmp_path, letter, days_ago=days_ago)
    assert [one.path.name[0] for one in tidy(tmp_path)] == ["c", "d"]
    assert sorted(path.name for path in (tmp_path / "flow").iterdir()) == sorted(
        [f".{'a' * 24}.read", f".{'b' * 24}.read", "a" * 24, "b" * 24])


def test_beyond_the_bound_what_was_not_read_for_longest_goes(tmp_path: Path) -> None:
    for letter, kilobytes, days_ago in (("a", 4, 3), ("b", 4, 1), ("c", 4, 2), ("d", 1, 9)):
        store(tmp_path, letter, kilobytes=kilobytes, days_ago=days_ago)
    assert [one.path.name[0] for one in tidy(tmp_path, most_bytes=9_500)] == ["a"]
    assert names(tmp_path) == "bcd"


def test_what_was_read_last_stays_however_large_it_is(tmp_path: Path) -> None:
    store(tmp_path, "a", kilobytes=50, days_ago=2)
    store(tmp_path, "b", kilobytes=50, days_ago=1)
    tidy(tmp_path, most_bytes=1_000)
    assert names(tmp_path) == "b"


def test_what_another_process_reads_stays(tmp_path: Path) -> None:
    path = store(tmp_path, "a", days_ago=0)
    with subprocess.Popen([sys.executable, "-B", "-c", READER, str(path)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, cwd=ROOT) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reads\n"
        assert tidy(tmp_path, most_bytes=0) == []
        assert (path / "flow.json").exists()
        reader.communicate("")
    assert [one.path for one in tidy(tmp_path, most_bytes=0)] == [path]
    assert list((tmp_path / "flow").iterdir()) == []


def test_what_is_being_computed_stays(tmp_path: Path) -> None:
    path = store(tmp_path, "a", days_ago=400)
    begun = tmp_path / "flow" / f".{'b' * 24}.{'1' * 16}.water"
    begun.mkdir()
    os.utime(begun, (0, 0))
    with locked(path), locked(begun.with_name("b" * 24)):
        assert tidy(tmp_path) == []
    assert {one.path for one in tidy(tmp_path)} == {path, begun}


def test_what_is_not_the_twins_stays(tmp_path: Path) -> None:
    store(tmp_path, "a", days_ago=400)
    (tmp_path / "flow/notes.txt").write_text("mine")
    (tmp_path / "flow/summer 2025").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "flow" / ("e" * 24)).symlink_to(tmp_path / "elsewhere")
    tidy(tmp_path, most_bytes=0)
    assert sorted(path.name for path in (tmp_path / "flow").iterdir()) == ["e" * 24, "notes.txt", "summer 2025"]
    assert (tmp_path / "elsewhere").is_dir()


def test_no_cache_is_nothing_to_tidy(tmp_path: Path) -> None:
    assert tidy(tmp_path / "none") == kept(tmp_path / "none") == []


def test_the_water_of_a_run_stays_until_nobody_reads_it(bowl, tmp_path):  # noqa: F811
    water = open_flow(spec(), cache=tmp_path / "cache", **given(bowl, tmp_path))
    assert tidy(tmp_path / "cache", most_bytes=0) == []
    before = [depth.tolist() for depth in water.depths(np.arange(5))]
    del water
    gc.collect()
    assert len(tidy(tmp_path / "cache", most_bytes=0)) == 1
    assert list((tmp_path / "cache/flow").iterdir()) == []
    again = open_flow(spec(), cache=tmp_path / "cache", **given(bowl, tmp_path))
    assert [depth.tolist() for depth in again.depths(np.arange(5))] == before


def test_a_tidying_that_was_killed_leaves_no_half_of_a_store(bowl, tmp_path, monkeypatch):  # noqa: F811
    water = open_flow(spec(), cache=tmp_path / "cache", **given(bowl, tmp_path))
    place = water.path
    del water
    gc.collect()

    def killed(path: Path, **_: object) -> None:
        if path.exists():
            raise OSError("killed")

    monkeypatch.setattr(kept_module.shutil, "rmtree", killed)
    tidy(tmp_path / "cache", most_bytes=0)
    monkeypatch.undo()
    assert not place.exists()
    [half] = [one for one in kept(tmp_path / "cache") if not one.is_whole]
    water = open_flow(spec(), cache=tmp_path / "cache", **given(bowl, tmp_path))
    assert water.path == place
    assert not half.path.exists()


def test_a_run_tidies_when_it_computes_water(bowl, tmp_path, monkeypatch):  # noqa: F811
    store(tmp_path, "a", days_ago=400)
    for flood, left in ((None, "a"), (SimpleNamespace(rain=None, inflow=None), "a"), (spec(), "")):
        pipeline.tidy(SimpleNamespace(scenario=SimpleNamespace(flood=flood)), tmp_path)
        assert names(tmp_path) == left


def test_water_that_failed_leaves_no_reader(bowl, tmp_path):  # noqa: F811
    with pytest.raises(Cancelled):
        open_flow(spec(), cache=tmp_path, **given(bowl, tmp_path), cancel=lambda: True)
    tidy(tmp_path)
    assert list((tmp_path / "flow").iterdir()) == []
