"""A computation of water that is killed at one of its file operations: the earlier store stands, and the rerun ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.hazards.flow.stored import FlowFrames

ROOT = Path(__file__).parents[4]
#: Every so many operations are tried: each takes two processes.
STEP = 9
#: Computes a bowl under so much rain into a place; kills itself at the file operation of that number.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
import numpy as np
from geodata.hazards.flow import store
from geodata.terrain import Terrain
from tests.geodata.hazards.flow.test_frames import START, spec
from tests.reference.cities import city_of
from twin.water.hazard import Grid

out, rain, left = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
y, x = np.mgrid[:30, :40]
city = city_of({"S": "substation", "L": "lamp"}, [("S", "L")])
grid = Grid(rows=30, columns=40, transform=(4.0, 0, 0, 0, -4.0, 120.0), crs="EPSG:2154")
terrain = Terrain(height_m=(0.04 * np.hypot(x - 20, y - 15) + 200).astype(np.float32), grid=grid, error_m=0.1)
town = SimpleNamespace(city=city, shapes=np.full(len(city.assets), None, object), context={}, terrain=terrain)
store.CHECKPOINT_S = -1.0
count = 0

def kill(event, arguments):
    global count
    about = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir") or (
        event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"))
    if about and str(out.parent) in str(arguments[0]):
        count += 1
        if count == left:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
store.make(spec(rain={"mm_h": rain, "lasts": "30min"}), out, city_file=town, folder=out.parent, start=START,
           duration_s=3600)
count, told = -10**9, count
print(told)
"""


def computed(out: Path, rain: float, kill_at: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-B", "-c", PROGRAM, str(out), str(rain), str(kill_at)], cwd=ROOT,
                          capture_output=True, text=True, check=False, timeout=300, env={**os.environ})


@pytest.mark.verify
def test_a_kill_at_any_file_operation_loses_nothing_and_blocks_nothing(tmp_path: Path) -> None:
    assert computed(tmp_path / "whole", 50, 0).returncode == 0
    whole = FlowFrames(tmp_path / "whole")
    (tmp_path / "place").mkdir()
    out = tmp_path / "place/water"
    assert computed(tmp_path / "first", 60, 0).returncode == 0
    earlier = FlowFrames(tmp_path / "first").info
    operations = int(computed(tmp_path / "again", 50, 0).stdout)
    assert operations > 30
    for kill_at in range(1, operations + 12, STEP):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(tmp_path / "first", out)
        done = computed(out, 50, kill_at)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        stands = FlowFrames(out)
        stands.check()
        assert stands.info in (earlier, whole.info), f"killed at {kill_at}"
        again = computed(out, 50, 0)
        assert again.returncode == 0, f"killed at {kill_at}: {again.stderr}"
        assert FlowFrames(out).info == whole.info
        FlowFrames(out).check()
        assert [path.name for path in out.parent.iterdir()] == ["water"], f"killed at {kill_at}"
