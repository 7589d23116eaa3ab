"""Processes that want water at one place at one time: they wait for each other; a kill or a damaged byte costs time.

Each computes a small bowl under rain, the way that a run does through the cache or the way that `twin flood` does.
"""

from __future__ import annotations

import gc
import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from geodata.hazards.flow.store import open_flow
from geodata.hazards.flow.stored import FlowFrames
from tests.geodata.hazards.flow.test_frames import bowl, given, spec  # noqa: F401

ROOT = Path(__file__).parents[4]
#: Computes the water of so much rain, into the cache or into a place; prints a digest of all its frames and maxima.
#: `lamp` is an asset that another scenario over the same water moves: the water is asked at other cells.
PROGRAM = """
import hashlib, sys
from pathlib import Path
from types import SimpleNamespace
import numpy as np
from geodata.hazards.flow import store
from geodata.terrain import Terrain
from tests.geodata.hazards.flow.test_frames import START, spec
from tests.reference.cities import city_of
from twin.water.hazard import Grid

way, place, rain, lamp = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
y, x = np.mgrid[:30, :40]
city = city_of({"S": "substation", "L": "lamp"}, [("S", "L")])
grid = Grid(rows=30, columns=40, transform=(4.0, 0, 0, 0, -4.0, 120.0), crs="EPSG:2154")
terrain = Terrain(height_m=(0.04 * np.hypot(x - 20, y - 15) + 200).astype(np.float32), grid=grid, error_m=0.1)
town = SimpleNamespace(city=city, shapes=np.full(len(city.assets), None, object), context={}, terrain=terrain)
store.CHECKPOINT_S = 0.0
told = dict(city_file=town, folder=place.parent, start=START, duration_s=3600)
print("ready", flush=True)
sys.stdin.readline()
asked = spec(rain={"mm_h": rain, "lasts": "30min"})
water = store.open_flow(asked, cache=place, **told) if way == "cache" else store.make(asked, place, **told)
at_lamp = [float(depth[0]) for depth in water.depths(np.array([lamp]))]
digest = hashlib.sha256()
for k in range(len(water.times_s)):
    digest.update(water.frame(k).tobytes())
digest.update(water.peak_m.tobytes() + water.arrival_s.tobytes())
print(water.info["key"], digest.hexdigest(), at_lamp)
"""


def begun(way: str, place: Path, rain: float = 50, lamp: int = 620) -> subprocess.Popen[str]:
    """Start a process; it has loaded all it needs and waits for a line when this returns."""
    made = subprocess.Popen([sys.executable, "-B", "-W", "error", "-c", PROGRAM, way, str(place), str(rain), str(lamp)],
                            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert made.stdout is not None
    assert made.stdout.readline() == "ready\n", made.communicate()[1]
    return made


def released(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[str]) -> str:
    """Let a process end by itself, and give what it said; a hang, an error or a warning fails."""
    said, complaints = process.communicate(timeout=300)
    assert (process.returncode, complaints) == (0, "")
    return said


def alone(way: str, place: Path, rain: float = 50, lamp: int = 620) -> str:
    process = begun(way, place, rain, lamp)
    released(process)
    return answer(process)


def left(place: Path) -> list[str]:
    """Give what lies beside a store, the marks of its readers aside."""
    return sorted(path.name for path in place.iterdir() if not path.name.endswith(".read"))


@pytest.mark.verify
@pytest.mark.parametrize("pair", range(20))
def test_two_runs_on_a_cold_cache_both_end_with_the_water_of_one_alone(tmp_path: Path, pair: int) -> None:
    other = 700 if pair % 2 else 620  # the same scenario, or another over the same water
    expected = alone("cache", tmp_path / "quiet"), alone("cache", tmp_path / "quiet", lamp=other)
    first, second = begun("cache", tmp_path / "cache"), begun("cache", tmp_path / "cache", lamp=other)
    released(first)
    time.sleep(0.01 * (pair // 2))
    released(second)
    assert (answer(first), answer(second)) == expected
    assert len(left(tmp_path / "cache/flow")) == 1


@pytest.mark.verify
@pytest.mark.parametrize("pair", range(20))
def test_of_two_runs_on_a_cold_cache_one_is_killed_and_the_other_ends(tmp_path: Path, pair: int) -> None:
    expected = alone("cache", tmp_path / "quiet")
    first, second = begun("cache", tmp_path / "cache"), begun("cache", tmp_path / "cache")
    released(first)
    released(second)
    time.sleep(random.Random(pair).uniform(0, 0.6))
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert answer(second) == expected
    assert len(left(tmp_path / "cache/flow")) == 1


@pytest.mark.verify
@pytest.mark.parametrize("pair", range(40))
def test_two_floods_into_one_place_end_with_the_water_of_one_of_them(tmp_path: Path, pair: int) -> None:
    expected = {alone("place", tmp_path / "a/water", 50), alone("place", tmp_path / "b/water", 60)}
    (tmp_path / "place").mkdir()
    one, two = (begun("place", tmp_path / "place/water", rain) for rain in (50, 60))
    released(one)
    time.sleep(0.01 * (pair % 8))
    released(two)
    # Whoever is replaced while it reads its own water says so, and takes none of the other's for its own.
    said = [process.communicate(timeout=300) for process in (one, two)]
    for (told, complaint), process in zip(said, (one, two), strict=True):
        assert told in expected if process.returncode == 0 else "replace it just now" in complaint
    stands = FlowFrames(tmp_path / "place/water")
    stands.check()
    assert alone("place", tmp_path / "place/water", 50 if stands.info["key"] in min(expected) else 60) in expected
    assert left(tmp_path / "place") == ["water"]


@pytest.mark.verify
@pytest.mark.parametrize("seed", range(30))
def test_after_a_kill_at_any_moment_the_next_run_answers_the_same_and_nothing_is_left(tmp_path: Path, seed: int
                                                                                      ) -> None:
    expected = alone("cache", tmp_path / "quiet")
    killed = begun("cache", tmp_path / "cache")
    released(killed)
    time.sleep(random.Random(seed).uniform(0, 0.8))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert alone("cache", tmp_path / "cache") == expected
    assert len(left(tmp_path / "cache/flow")) == 1


@pytest.mark.verify
def test_damage_anywhere_in_the_cache_is_computed_again(bowl, tmp_path):  # noqa: F811
    cells = np.arange(60 * 80)

    def asked() -> str:
        water = open_flow(spec(), cache=tmp_path / "cache", **given(bowl, tmp_path))
        digest = hashlib.sha256(b"".join(depth.tobytes() for depth in water.depths(cells)))
        digest.update(water.peak_m.tobytes() + water.arrival_s.tobytes())
        return f"{digest.hexdigest()} {water.times_s.tolist()} {water.notes} {water.book} {water.depth_error_m}"

    expected = asked()
    [store] = [path for path in (tmp_path / "cache/flow").iterdir() if path.is_dir()]
    files = sorted(path.relative_to(store) for path in store.rglob("*") if path.is_file())
    assert len(files) > 8
    rng, tried = np.random.default_rng(8), 0
    for file in files:
        data = (store / file).read_bytes()
        for region in range(8):
            low, high = region * len(data) // 8, max((region + 1) * len(data) // 8, region * len(data) // 8 + 1)
            spoilt = bytearray(data)
            match (region + tried) % 3:
                case 0:
                    spoilt[int(rng.integers(low, high)) % len(data)] ^= 1 << int(rng.integers(0, 8))
                case 1:
                    spoilt[low:high] = bytes(high - low)
                case _:
                    del spoilt[low:high]
            (store / file).write_bytes(bytes(spoilt))
            assert asked() == expected, f"{file}, region {region}"
            gc.collect()
            tried += 1
    assert tried == 8 * len(files)
