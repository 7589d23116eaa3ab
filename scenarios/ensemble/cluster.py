"""Making the nights of an ensemble on a cluster: ``dask.distributed`` hands out blocks, and carries nothing else.

What the nights share travels as one file in the folder of the ensemble, named by its digest, that each worker opens by
its path; a task is its path, the folder, a block and its nights. A block is a file as from any other worker, so that
the bytes are the same with and without a cluster, and who is stopped or killed loses what was under way. The folder
must be one that all machines see.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from hashlib import file_digest, sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.ensemble.blocks import missing, path_of
from scenarios.ensemble.job import read_job, write_job
from scenarios.ensemble.worker import make_block
from twin.ensemble.member import Ensemble
from twin.errors import InputError
from twin.stages import Paced, Stage, Tell, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How long a scheduler may take to answer [s].
_ANSWER_S = 10
#: How often a block is tried again that failed, and how often one is given out anew that the scheduler gave up because
#: workers died.
_RETRIES, _LOST = 3, 10
#: Nights of one process are made one after the other, however many threads its worker has.
_ONE = threading.Lock()


def make_on_cluster(ensemble: Ensemble, folder: Path, indices: Sequence[int], address: str, *, tell: Tell = silent
                    ) -> None:
    """Make those nights that are not there yet, on the workers of a scheduler.

    Parameters
    ----------
    ensemble, folder, indices, tell
        As for :func:`scenarios.ensemble.running.make`.
    address
        Of the scheduler: ``tcp://host:8786``.

    Raises
    ------
    InputError
        No ``dask.distributed`` here; a scheduler that does not answer or has no worker; a worker with another version
        of this program; a folder that a worker does not see; blocks of another ensemble; workers that die again and
        again.
    OSError
        The disk is full or may not be written; what was made stays.
    """
    lacking = missing(folder, ensemble.digest, indices)
    wanted = sum(len(nights) for nights in lacking.values())
    if not wanted:
        return
    paced = Paced(tell, Stage.SIMULATE, "making nights", unit="nights")
    done = len(indices) - wanted
    with _client(address) as client, _job(ensemble, folder) as job:
        _check_versions(client, address)
        _check_folder(client, job)
        paced(done, len(indices))
        for nights in _made(client, job, folder.resolve(), lacking, ensemble.digest):
            done += nights
            paced(done, len(indices))
    lost = [path_of(folder, block) for block in lacking if not path_of(folder, block).is_file()]
    if lost:
        raise InputError(file=str(lost[0]), found="a block that its worker wrote and this machine does not see",
                         expected="one folder for all machines", remedy="Give an --out that all of them share.")


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(field="--scheduler", found="no dask.distributed on this computer",
                         expected="the extra cluster",
                         remedy="pip install 'citytwin[cluster]', or leave --scheduler out.") from None
    try:
        asyncio.run(_answers(address))
        client = Client(address, timeout=_ANSWER_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(field="--scheduler", found=f"no answer from {address} ({type(error).__name__})",
                         expected="the address of a scheduler that runs, tcp://host:8786 for example",
                         remedy="dask scheduler starts one, dask worker ADDRESS --nthreads 1 its workers.") from error
    try:
        yield client
    finally:
        client.close()


async def _answers(address: str) -> None:
    """Make sure that a scheduler says its first word: a client waits without end for one that only takes the line."""
    from distributed.comm import connect

    line = await asyncio.wait_for(connect(address, timeout=_ANSWER_S), _ANSWER_S + 1)
    await line.close()


@contextmanager
def _job(ensemble: Ensemble, folder: Path) -> Iterator[Path]:
    """Lay what the nights share beside their blocks, while they are made."""
    part = (folder / f".job-{ensemble.digest[:16]}-{os.getpid()}.part").resolve()
    job = None
    try:
        digest = write_job(ensemble, part)
        job = part.with_name(f".job-{ensemble.digest[:16]}-{digest[:16]}")
        part.replace(job)
        yield job
    finally:
        part.unlink(missing_ok=True)
        if job is not None:
            job.unlink(missing_ok=True)


@cache
def code_digest() -> str:
    """Give what this program's engine is known by: the SHA-256 of its sources."""
    found = sha256()
    for package in ("twin", "scenarios"):
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*.py")):
            found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _theirs() -> str:
    """Give what the program of a worker is known by."""
    return code_digest()


def _check_versions(client: Any, address: str) -> None:
    try:
        theirs: dict[str, str] = client.run(_theirs)
    except Exception as error:
        raise InputError(field="--scheduler", found=f"a worker that cannot run this program ({error})",
                         expected="the same version on all machines") from error
    if not theirs:
        raise InputError(field="--scheduler", found=f"a scheduler without a worker ({address})",
                         expected="workers", remedy=f"dask worker {address} --nthreads 1 starts one.")
    mine = code_digest()
    other = sorted(worker for worker, digest in theirs.items() if digest != mine)
    if other:
        raise InputError(field="--scheduler", found=f"another version on {other[0]} ({theirs[other[0]][:12]})",
                         expected=f"this one ({mine[:12]}) on all {len(theirs)} workers",
                         remedy="Install the same version there: nights of two versions are never mixed.")


def _check_folder(client: Any, job: Path) -> None:
    digest = _digest(job)
    blind = sorted(worker for worker, seen in client.run(_sees, str(job), digest).items() if not seen)
    if blind:
        raise InputError(file=str(job.parent), found=f"a folder that {blind[0]} does not see",
                         expected="one folder for all machines",
                         remedy="Give an --out that all of them share, by the same path; or make parts by --part K/N "
                         "and twin ensemble merge.")


def _sees(job: str, digest: str) -> bool:
    """Tell whether a worker sees the file of the job as it is."""
    try:
        return _digest(Path(job)) == digest
    except OSError:
        return False


def _digest(job: Path) -> str:
    """Give the SHA-256 of a file, piece by piece: it may be larger than a worker's memory."""
    with job.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _made(client: Any, job: Path, folder: Path, lacking: Mapping[int, Sequence[int]], digest: str) -> Iterator[int]:
    """Hand out the blocks; give how many nights each holds, as they are written."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    def given(block: int, turn: int) -> Any:
        nights = tuple(lacking[block])
        return client.submit(make_task, str(job), str(folder), block, nights, pure=False, retries=_RETRIES,
                             key=f"{digest}-{block}-{nights[0]}-{len(nights)}-{turn}")

    futures = {given(block, 0): block for block in lacking}
    lost: Counter[int] = Counter()
    coming = as_completed(futures, loop=client.loop)
    try:
        for future in coming:
            block = futures.pop(future)
            try:
                future.result()
            except KilledWorker as error:
                # The scheduler gives up a block once a few of its workers died, whoever of their blocks was to blame.
                lost[block] += 1
                if lost[block] >= _LOST:
                    raise InputError(field="--scheduler", found=f"workers that end again and again ({error})",
                                     expected="workers that make their nights", remedy="What was made is kept. Have "
                                     "they memory enough? The same command goes on.") from error
                again = given(block, lost[block])
                futures[again] = block
                coming.add(again)
                continue
            yield len(lacking[block])
    finally:
        client.cancel(list(futures))


@lru_cache(maxsize=1)
def _read(job: str) -> Ensemble:
    return read_job(Path(job))


def make_task(job: str, folder: str, block: int, nights: Sequence[int]) -> int:
    """Make the nights of a block in a worker of the cluster, and write it."""
    with _ONE:
        make_block(_read(job), Path(folder), block, nights, lambda _: None)
    return block
