"""A first start: the kernels of the cascade are compiled beside, and found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from twin.engine.warming import small_night
from twin.kernels.supply import beside

#: Tells how many kernels of the cascade a run of the hand-worked night still compiles.
_COUNTING = """
from numba.core.event import Listener, install_listener
from twin.kernels.supply.run import advance
from twin.kernels.jit import is_on_disk
assert is_on_disk(advance)
class Counting(Listener):
    found = []
    def on_start(self, event): self.found.append(event.data["dispatcher"].py_func.__module__)
    def on_end(self, event): pass
with install_listener("numba:compile", Counting()):
    from scenarios import run_scenario
    run_scenario("ouche-q10", picture=False)
print(sum(".supply" in name for name in Counting.found))
"""


def test_the_small_night_is_one_in_which_things_happen() -> None:
    night = small_night()
    assert len(night.outages) >= 3
    assert {str(night.city.assets.id[row]) for row in night.outages.asset.tolist()} >= {"A", "L1"}


def test_what_is_on_disk_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    small_night()
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **more: pytest.fail("nothing is to be made"))
    assert not beside.begin()


def test_a_process_that_is_begun_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Begun:
        waited = 0

        def __init__(self, *words: Any, **more: Any) -> None:
            pass

        def wait(self) -> int:
            Begun.waited += 1
            return 0

    monkeypatch.setattr(beside, "is_on_disk", lambda kernel: False)
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(beside.subprocess, "Popen", Begun)
    assert beside.begin()
    assert not beside.begin(), "one is enough"
    beside.wait()
    beside.wait()
    assert Begun.waited == 1
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 1)
    assert not beside.begin(), "one core gains nothing"


@pytest.mark.verify
def test_a_run_finds_what_was_compiled_beside(tmp_path: Path) -> None:
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run([sys.executable, "-m", "twin.engine.warming"], env=env, check=True)
    said = subprocess.run([sys.executable, "-c", _COUNTING], env=env, check=True, capture_output=True, text=True)
    assert int(said.stdout) == 0, "the night of a town compiles nothing of the cascade any more"
