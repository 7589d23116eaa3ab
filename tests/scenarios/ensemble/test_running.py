"""Nights are the same whoever makes them; what is stopped goes on; nothing is lost and nothing is left out."""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import replace

import pytest

from geodata.ensemble import arrays
from geodata.ensemble.blocks import Block, missing, path_of
from geodata.ensemble.folder import reduce_blocks
from scenarios.ensemble import running, worker
from scenarios.ensemble.job import write_job
from scenarios.ensemble.making import room_for_nights
from scenarios.ensemble.running import make
from tests.twin.ensemble.nights import ensemble_of
from tests.twin.ensemble.test_member import LINKS, TOWN, of_everything
from twin.ensemble.member import member
from twin.errors import InputError

N = 70


@pytest.fixture(scope="module")
def ensemble():
    return ensemble_of(TOWN, LINKS, of_everything)


@pytest.fixture(scope="module")
def alone(ensemble, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    make(ensemble, folder, range(N))
    return folder


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in (folder / "members").iterdir()}


def test_a_block_gives_its_nights_back(ensemble, alone):
    nights = [night for block in range(4) for night in Block(path_of(alone, block)).nights()]
    assert [night.index for night in nights] == list(range(N))
    for index in (0, 33, 69):
        nights[index].assert_equal(member(ensemble, index))


@pytest.mark.parametrize("workers", [2, 7])
def test_any_number_of_workers_gives_the_same_bytes(ensemble, alone, tmp_path, workers):
    make(ensemble, tmp_path, range(N), workers=workers)
    assert bytes_of(tmp_path) == bytes_of(alone)


def test_what_is_there_is_not_made_again(ensemble, alone, tmp_path, monkeypatch):
    make(ensemble, tmp_path, range(30))
    made = []
    monkeypatch.setattr(worker, "member", lambda e, i: made.append(i) or member(e, i))
    make(ensemble, tmp_path, range(N))
    assert made == list(range(20, N))  # the second block lacked ten nights
    assert bytes_of(tmp_path) == bytes_of(alone)


def test_killed_workers_cost_time_and_no_night(ensemble, alone, tmp_path, monkeypatch):
    killed = []
    start = running._Pool.start

    def start_and_kill(pool):
        start(pool)
        if len(killed) < 4:
            process = pool.alive[-1].process
            killed.append(process.pid)
            os.kill(process.pid, signal.SIGKILL)

    monkeypatch.setattr(running._Pool, "start", start_and_kill)
    monkeypatch.setattr(running, "_TRIES", 10)
    make(ensemble, tmp_path, range(N), workers=2)
    assert len(killed) == 4
    assert bytes_of(tmp_path) == bytes_of(alone)


def test_this_process_is_one_of_the_workers(ensemble, alone, tmp_path, monkeypatch):
    started, here = [], []
    start, make_block = running._Pool.start, running.make_block
    monkeypatch.setattr(running._Pool, "start", lambda pool: started.append(pool) or start(pool))
    monkeypatch.setattr(running, "make_block", lambda of, folder, block, nights, told: here.append(block) or make_block(
        of, folder, block, nights, told))
    make(ensemble, tmp_path, range(N), workers=3)
    assert len(started) == 2
    assert here  # the others take longer to start than a night of this town takes
    assert bytes_of(tmp_path) == bytes_of(alone)


def test_nobody_holds_a_block_ahead_that_another_could_make():
    class Worker:
        def __init__(self):
            self.blocks, self.is_over = {}, False

        def ask(self, block, nights=()):
            self.is_over = block is None
            self.blocks |= {} if block is None else {block: nights}

    pool = running._Pool(None, None, None)
    pool.alive = [Worker(), Worker()]
    pool.share({block: [block] for block in range(6)})
    # One ahead for each while each other has one left to take.
    assert [sorted(worker.blocks) for worker in pool.alive] == [[0, 1], [2, 3]]
    for made in ([0, 2], [1], [3]):
        for block in made:
            worker = next(worker for worker in pool.alive if block in worker.blocks)
            del worker.blocks[block]
            pool._hand(worker)
    assert [sorted(worker.blocks) for worker in pool.alive] == [[4], [5]]
    pool.alive[1].blocks.clear()
    pool._hand(pool.alive[1])
    assert pool.alive[1].is_over
    assert not pool.alive[0].is_over


def test_workers_that_never_live_are_told_of(ensemble, tmp_path, monkeypatch):
    def never_ready(of, folder, block, nights, told):
        while True:
            told(nights[0])

    # This process would make the nights alone before it is known.
    monkeypatch.setattr(running, "make_block", never_ready)
    monkeypatch.setattr(running.sys, "executable", "/bin/false")
    with pytest.raises(InputError, match="end again and again"):
        make(ensemble, tmp_path, range(N), workers=2)


def test_who_stops_keeps_what_was_made(ensemble, alone, tmp_path):
    class StoppedError(Exception):
        pass

    def tell(progress):
        if progress.done >= 45:
            raise StoppedError

    with pytest.raises(StoppedError):
        make(ensemble, tmp_path, range(N), tell=tell)
    assert sorted(missing(tmp_path, ensemble.digest, range(N))) == [2, 3]
    make(ensemble, tmp_path, range(N))
    assert bytes_of(tmp_path) == bytes_of(alone)


def test_a_night_that_cannot_be_made_is_told_and_tried_again(ensemble, alone, tmp_path, monkeypatch):
    def failing(of, index):
        if index in (7, 25):
            raise ValueError("no such night")
        return member(of, index)

    monkeypatch.setattr(worker, "member", failing)
    make(ensemble, tmp_path, range(N))
    answers = reduce_blocks(ensemble, tmp_path, N)
    assert answers.n == N - 2
    assert answers.failed == {7: "ValueError: no such night", 25: "ValueError: no such night"}
    monkeypatch.undo()
    make(ensemble, tmp_path, range(N))
    assert bytes_of(tmp_path) == bytes_of(alone)


def test_a_disk_that_fills_loses_nothing(ensemble, alone, tmp_path, monkeypatch):
    real = arrays.save

    def full(file, columns):
        if list((tmp_path / "members").glob("000001.npz")):
            file.write(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, columns)

    monkeypatch.setattr(arrays, "save", full)
    with pytest.raises(OSError, match="No space left"):
        make(ensemble, tmp_path, range(N))
    monkeypatch.undo()
    assert sorted(path.name for path in (tmp_path / "members").iterdir()) == ["000000.npz", "000001.npz"]
    make(ensemble, tmp_path, range(N))
    assert bytes_of(tmp_path) == bytes_of(alone)


def test_a_disk_that_fills_in_night_700_of_1000_keeps_680_and_the_same_command_makes_the_rest(
        ensemble, tmp_path, monkeypatch):
    real, made = arrays.save, []

    def full(file, columns):
        if len(list((tmp_path / "members").glob("*.npz"))) == 34:  # the nights 0 to 679: 680 to 699 find no room
            file.write(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, columns)

    # What a night holds does not matter here: one is made, and stands for each.
    night = member(ensemble, 0)
    monkeypatch.setattr(worker, "member", lambda _, index: made.append(index) or replace(night, index=index))
    monkeypatch.setattr(arrays, "save", full)
    with pytest.raises(InputError, match=r"a full disk.*the same command goes on"), room_for_nights(tmp_path):
        make(ensemble, tmp_path, range(1000))
    assert made == list(range(700))
    monkeypatch.setattr(arrays, "save", real)
    made.clear()
    make(ensemble, tmp_path, range(1000))
    assert made == list(range(680, 1000))
    assert not missing(tmp_path, ensemble.digest, range(1000))
    assert reduce_blocks(ensemble, tmp_path, 1000).index.tolist() == list(range(1000))


def test_nights_of_another_ensemble_are_never_mixed_in(ensemble, alone):
    other = ensemble_of(TOWN, LINKS, of_everything, seed=6)
    with pytest.raises(InputError, match=r"nights of another ensemble.*choose another --out"):
        make(other, alone, range(N))
    with pytest.raises(InputError, match="nights of another ensemble"):
        reduce_blocks(other, alone, N)


def test_a_damaged_block_is_refused_by_name(ensemble, tmp_path):
    make(ensemble, tmp_path, range(5))
    path = path_of(tmp_path, 0)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"000000\.npz.*damaged block"):
        make(ensemble, tmp_path, range(5))


def test_a_missing_block_is_refused(ensemble, tmp_path):
    make(ensemble, tmp_path, range(20))
    with pytest.raises(InputError, match="without --part"):
        reduce_blocks(ensemble, tmp_path, 40)


def test_a_worker_ends_with_its_parent(ensemble, tmp_path):
    job = tmp_path / "job"
    write_job(ensemble, job)
    lonely = running._Worker(job, tmp_path)
    lonely.ask(0, list(range(20)))
    assert lonely.read() == ["night"] or lonely.read()  # it has begun
    lonely.input.close()
    assert lonely.process.wait(30) == 3
    lonely.output.close()
    lonely.errors.close()
