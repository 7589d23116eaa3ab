"""Processes that want water at one place at one time: they wait for each other; a kill or a damaged byte costs time."""

from __future__ import annotations

import gc
import hashlib
import random
import time
from pathlib import Path

import numpy as np
import pytest

from geodata.hazards.flow.store import open_flow
from geodata.hazards.flow.stored import FlowFrames
from tests.geodata.hazards.flow.test_frames import bowl, given, spec  # noqa: F401
from tests.geodata.hazards.flow.together import Process, alone

#: Cells at which two scenarios over the same water ask for it.
HERE, ELSEWHERE = 620, 700


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[float, int], str]:
    """Give what one alone answers, by its rain and its cell."""
    quiet = tmp_path_factory.mktemp("quiet")
    return {(rain, cell): alone("cache", quiet, rain, cell) for rain in (50.0, 60.0) for cell in (HERE, ELSEWHERE)}


def left(place: Path) -> list[str]:
    """Give what lies beside a store, the marks of its readers aside."""
    return sorted(path.name for path in place.iterdir() if not path.name.endswith(".read"))


def test_a_process_answers_what_its_water_is(tmp_path: Path, expected: dict[tuple[float, int], str]) -> None:
    assert len(set(expected.values())) == 4
    assert alone("place", tmp_path / "water") == expected[50.0, HERE]


@pytest.mark.verify
@pytest.mark.parametrize("pair", range(20))
def test_two_runs_on_a_cold_cache_both_end_with_the_water_of_one_alone(
        tmp_path: Path, expected: dict[tuple[float, int], str], pair: int) -> None:
    cells = (HERE, ELSEWHERE if pair % 2 else HERE)
    first, second = (Process("cache", tmp_path, 50.0, cell) for cell in cells)
    first.go()
    time.sleep(0.02 * (pair // 2))
    second.go()
    assert (first.answer(), second.answer()) == tuple(expected[50.0, cell] for cell in cells)
    assert len(left(tmp_path / "flow")) == 1


@pytest.mark.verify
@pytest.mark.parametrize("pair", range(20))
def test_of_two_runs_on_a_cold_cache_one_is_killed_and_the_other_ends(
        tmp_path: Path, expected: dict[tuple[float, int], str], pair: int) -> None:
    first, second = Process("cache", tmp_path), Process("cache", tmp_path)
    first.go()
    second.go()
    time.sleep(random.Random(pair).uniform(0, 1.0))
    first.kill()
    assert second.answer() == expected[50.0, HERE]
    assert len(left(tmp_path / "flow")) == 1


@pytest.mark.verify
@pytest.mark.parametrize("pair", range(40))
def test_two_floods_into_one_place_end_with_the_water_of_one_of_them(
        tmp_path: Path, expected: dict[tuple[float, int], str], pair: int) -> None:
    one, two = (Process("place", tmp_path / "water", rain) for rain in (50.0, 60.0))
    one.go()
    time.sleep(0.02 * (pair % 8))
    two.go()
    # Whoever is replaced while it reads its own water back says so, and takes none of the other's for its own.
    for process, rain in ((one, 50.0), (two, 60.0)):
        told = process.answer()
        assert told == expected[rain, HERE] or "replace it just now" in told
    stands = FlowFrames(tmp_path / "water")
    stands.check()
    rain = 50.0 if stands.info["key"] in expected[50.0, HERE] else 60.0
    assert alone("place", tmp_path / "water", rain) == expected[rain, HERE]
    assert left(tmp_path) == ["water"]


@pytest.mark.verify
@pytest.mark.parametrize("seed", range(30))
def test_after_a_kill_at_any_moment_the_next_run_answers_the_same_and_nothing_is_left(
        tmp_path: Path, expected: dict[tuple[float, int], str], seed: int) -> None:
    killed = Process("cache", tmp_path)
    killed.go()
    time.sleep(random.Random(seed).uniform(0, 1.0))
    killed.kill()
    assert alone("cache", tmp_path) == expected[50.0, HERE]
    assert len(left(tmp_path / "flow")) == 1


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
