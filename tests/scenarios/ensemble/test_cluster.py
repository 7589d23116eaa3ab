"""Nights on a cluster: the bytes are those of one machine, and what cannot work is refused before the work."""

from __future__ import annotations

import os
import signal

import pytest

from scenarios.ensemble import cluster
from scenarios.ensemble.cluster import make_on_cluster
from scenarios.ensemble.running import make
from tests.scenarios.ensemble.test_running import N, alone, bytes_of, ensemble  # noqa: F401
from twin.cli.entry import main
from twin.errors import InputError

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed: the extra cluster")


@pytest.fixture(scope="module")
def local():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as made:
        yield made


def test_a_cluster_gives_the_same_bytes(ensemble, alone, local, tmp_path):  # noqa: F811
    told = []
    make_on_cluster(ensemble, tmp_path, range(N), local.scheduler_address, tell=told.append)
    assert bytes_of(tmp_path) == bytes_of(alone)
    assert not list(tmp_path.glob(".job*")), "nothing is left of the job"
    assert told[-1].done == N


@pytest.mark.verify
def test_killing_every_worker_four_times_costs_time_and_no_night(ensemble, tmp_path, monkeypatch):  # noqa: F811
    nights, real, killed = range(600), cluster._made, set()
    (tmp_path / "killed").mkdir()
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as own:
        def killing(client, *given):
            for made in real(client, *given):
                if len(killed) < 8:
                    client.wait_for_workers(2, timeout=120)
                alive = {nanny.pid for nanny in own.workers.values() if nanny.pid is not None} - killed
                # All at once, each time both are back: nobody is left to take a block over.
                if len(killed) < 8 and len(alive) == 2:
                    for process in alive:
                        os.kill(process, signal.SIGKILL)
                    killed.update(alive)
                yield made

        monkeypatch.setattr(cluster, "_made", killing)
        make_on_cluster(ensemble, tmp_path / "killed", nights, own.scheduler_address)
    assert len(killed) == 8
    make(ensemble, tmp_path / "alone", nights)
    assert bytes_of(tmp_path / "killed") == bytes_of(tmp_path / "alone")


def test_another_version_of_a_worker_is_refused(ensemble, local, tmp_path, monkeypatch):  # noqa: F811
    mine = cluster.code_digest()
    # This machine is another one from now on; the workers are processes of their own.
    monkeypatch.setattr(cluster, "code_digest", lambda: "0" * 64)
    with pytest.raises(InputError, match=f"another version on .*{mine[:12]}"):
        make_on_cluster(ensemble, tmp_path, range(N), local.scheduler_address)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_a_worker_does_not_see_is_refused(ensemble, local, tmp_path, monkeypatch):  # noqa: F811
    real = cluster._check_folder
    monkeypatch.setattr(cluster, "_check_folder", lambda client, job: real(_Elsewhere(client), job))
    with pytest.raises(InputError, match=r"a folder that tcp.* does not see"):
        make_on_cluster(ensemble, tmp_path, range(N), local.scheduler_address)


class _Elsewhere:
    """Workers whose disk is another one."""

    def __init__(self, client):
        self.client = client

    def run(self, asked, job, digest):
        return self.client.run(asked, f"/nowhere{job}", digest)


def test_a_scheduler_that_does_not_answer_is_refused(ensemble, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(cluster, "_ANSWER_S", 1)
    with pytest.raises(InputError, match=r"no answer from tcp://127\.0\.0\.1:1"):
        make_on_cluster(ensemble, tmp_path, range(N), "tcp://127.0.0.1:1")


def test_a_scheduler_that_takes_the_line_and_stays_silent_is_refused(ensemble, tmp_path, monkeypatch):  # noqa: F811
    import socket

    monkeypatch.setattr(cluster, "_ANSWER_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InputError, match=f"no answer from {address}"):
            make_on_cluster(ensemble, tmp_path, range(N), address)
    assert not (tmp_path / "members").exists() or not list((tmp_path / "members").glob("*.npz"))


def test_without_distributed_the_extra_is_named(ensemble, tmp_path, monkeypatch):  # noqa: F811
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"citytwin\[cluster\]"):
        make_on_cluster(ensemble, tmp_path, range(N), "tcp://127.0.0.1:1")


def test_drivers_found_on_a_cluster_are_those_of_this_machine(local, tmp_path, capsys):
    def told(out, *words):
        assert main(["drivers", "ouche-q100-ensemble", "-n", "4", "--out", str(out), "--progress", "none", "--json",
                     *words]) == 0
        files = {path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
        return capsys.readouterr().out, files

    here, there = told(tmp_path / "here", "--workers", "1"), told(tmp_path / "there", "--scheduler",
                                                                  local.scheduler_address)
    assert there == here
    assert len(list((tmp_path / "there" / "arms").rglob("*.npz"))) == len(list((tmp_path / "there" / "arms").iterdir()))


def test_drivers_refuse_a_scheduler_that_does_not_answer_and_keep_what_is_there(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "_ANSWER_S", 1)
    assert main(["drivers", "ouche-q100-ensemble", "-n", "4", "--out", str(tmp_path / "out"), "--progress", "none",
                 "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "no answer from tcp://127.0.0.1:1" in " ".join(capsys.readouterr().err.split())
