"""What nights share lies in one file that all workers of a machine map; a worker loads little beside it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from hashlib import sha256

import numpy as np
import pytest

from benchmarks.memory import own_mib
from scenarios.ensemble.job import read_job, write_job
from tests.twin.ensemble.nights import ensemble_of
from tests.twin.ensemble.test_member import LINKS, TOWN, of_everything
from twin.ensemble.member import member

#: A worker that has not made a night yet holds as much of its own at most [MiB].
MOST_MIB = 90


@pytest.fixture
def ensemble():
    return ensemble_of(TOWN, LINKS, of_everything)


def test_a_mapped_ensemble_lives_through_the_same_nights(ensemble, tmp_path):
    digest = write_job(ensemble, tmp_path / "job")
    assert digest == sha256((tmp_path / "job").read_bytes()).hexdigest()
    mapped = read_job(tmp_path / "job")
    assert mapped.digest == ensemble.digest
    for index in range(3):
        member(mapped, index).assert_equal(member(ensemble, index))


def test_columns_stay_in_the_file_and_keep_who_may_write_them(ensemble, tmp_path):
    write_job(ensemble, tmp_path / "job")
    assets, mapped = ensemble.city.assets, read_job(tmp_path / "job").city.assets
    seen = 0
    for field in fields(assets):
        mine, theirs = getattr(assets, field.name), getattr(mapped, field.name)
        if isinstance(mine, np.ndarray) and mine.dtype != object:
            assert not theirs.flags.owndata
            assert theirs.flags.writeable == mine.flags.writeable
            assert theirs.ctypes.data % 64 == 0
            seen += 1
    assert seen > 10


def test_an_equal_ensemble_makes_an_equal_file(ensemble, tmp_path):
    again = ensemble_of(TOWN, LINKS, of_everything)
    assert write_job(ensemble, tmp_path / "one") == write_job(again, tmp_path / "two")


def test_a_worker_loads_nothing_but_what_nights_need():
    told = subprocess.run([sys.executable, "-c", "import scenarios.ensemble.worker, sys, os\n"
                           "from benchmarks.memory import own_mib\nprint(own_mib(os.getpid()))\nprint(*sys.modules)"],
                          capture_output=True, text=True, check=True).stdout.splitlines()
    loaded = {name.split(".")[0] for name in told[1].split()}
    heavy = {"pandas", "geopandas", "pyogrio", "rasterio", "shapely", "pyproj", "pyarrow", "babel", "pydantic",
             "xarray", "networkx", "distributed", "rich", "typer", "viewer"}
    assert not loaded & heavy
    assert float(told[0]) < MOST_MIB


def test_what_a_process_holds_of_its_own_counts_no_mapped_file():
    import mmap
    import os
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(bytes(40_000_000))
        file.flush()
        before = own_mib(os.getpid())
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        assert sum(mapped[::4096]) == 0
        assert own_mib(os.getpid()) - before < 10
        written = np.frombuffer(mapped, np.uint8)
        written[::4096] = 1
        assert own_mib(os.getpid()) - before > 30
