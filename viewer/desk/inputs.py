"""What a run was made from: files with digests, whether its scenario reads otherwise by now, how old data was."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from geodata.city.model import stamp_of
from geodata.ensemble.place import BASE
from geodata.run.head import run_info
from twin.errors import InputError
from viewer.desk.runs import DONE, RunEntry, Runs


def inputs_of(runs: Runs, entry: RunEntry) -> list[dict[str, str]]:
    """Give the inputs of a run as its folder lists them: ``role``, ``file`` and, of files, ``sha256``; none undone."""
    if entry.state != DONE:
        return []
    path = runs.folder / entry.id
    return [{key: str(one[key]) for key in ("role", "file", "sha256") if key in one}
            for one in _listed(path / BASE if entry.nights else path)]


def is_changed(runs: Runs, entry: RunEntry) -> bool:
    """Tell whether the scenario of a run that is done reads otherwise on the disk than when it was run, or is gone.

    A run that came from elsewhere names no file here, and is never changed.
    """
    said = next((one.get("sha256", "") for one in inputs_of(runs, entry) if one["role"] == "scenario"), "")
    file = Path(entry.scenario)
    return bool(entry.scenario and said) and reads_otherwise(file, said)


def reads_otherwise(file: Path, said: str) -> bool:
    """Tell whether a file reads otherwise by now than the digest says that it did, or is gone."""
    return _digest(file, stamp_of(file)) != said


def changed(runs: Runs) -> dict[str, int]:
    """Give the runs whose scenario changed, by id, with their numbers."""
    return {entry.id: entry.number for entry in runs.all() if is_changed(runs, entry)}


def ages(entry: RunEntry, base: int | None) -> list[dict[str, Any]]:
    """Give the sources as they stood when a run was asked for: newest datum, and its age at the base time [s].

    The age is None where nothing had come, or where the newest datum is later than the base time: it is not of it.
    """
    return [{**one, "age_s": None if base is None or one["newest"] is None or one["newest"] > base
             else base - one["newest"]} for one in entry.inputs]


@lru_cache(maxsize=512)
def _listed(path: Path) -> tuple[dict[str, Any], ...]:
    try:
        return tuple(run_info(path).get("inputs", ()))
    except InputError:
        return ()


@lru_cache(maxsize=512)
def _digest(file: Path, stamp: object) -> str:
    """Give the digest of a file as it stands, by its stamp; empty for one that is gone."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
