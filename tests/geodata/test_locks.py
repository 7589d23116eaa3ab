"""One writer at a place: others wait, say so, and a dead one is in nobody's way."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from geodata.locks import label_of, locked, telling

ROOT = Path(__file__).parents[2]
HOLDER = ("import sys; from pathlib import Path; from geodata.locks import locked\n"
          "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n")


def holder(place: Path) -> subprocess.Popen[str]:
    """Start a process that holds a place until its input is closed."""
    started = subprocess.Popen([sys.executable, "-B", "-c", HOLDER, str(place)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def test_a_place_that_another_process_holds_is_waited_for_and_that_is_said(tmp_path: Path) -> None:
    other, told, is_told, done = holder(tmp_path / "run"), [], threading.Event(), threading.Event()

    def wait() -> None:
        with telling(lambda text: (told.append(text), is_told.set())), locked(tmp_path / "run"):
            done.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert is_told.wait(60)
    assert told == [f"Waiting: another twin (process {other.pid}) is writing {tmp_path / 'run'}."]
    assert not done.is_set()
    other.communicate("")
    waiting.join(60)
    assert done.is_set()
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_killed_process_holds_nobody(tmp_path: Path) -> None:
    other = holder(tmp_path / "run")
    other.kill()
    other.communicate()
    assert [path.name for path in tmp_path.iterdir()] == [".run.lock"]
    told: list[str] = []
    with telling(told.append), locked(tmp_path / "run"), locked(tmp_path / "run"):  # its holder may take it again
        pass
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_threads_of_one_process_wait_for_each_other(tmp_path: Path) -> None:
    inside, most, guard = [0], [0], threading.Lock()

    def work() -> None:
        for _ in range(50):
            with locked(tmp_path / "run"):
                with guard:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                with guard:
                    inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_long_names_are_told_apart() -> None:
    one, other = Path("x" * 200 + "a"), Path("x" * 200 + "b")
    assert label_of(one) != label_of(other)
    assert len(label_of(one)) == 60
