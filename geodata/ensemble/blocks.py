"""Nights as files: some in a block, each block written whole or not at all, so that a stopped ensemble goes on.

A block is a NumPy archive (``.npz``): columns of all its nights one after the other, and where each begins. What made
its nights stands in it as a digest; a block of another digest is refused, never mixed in.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geodata.ensemble.arrays import write_arrays
from twin.ensemble.member import COLUMNS, SPARSE, Outcome
from twin.errors import InputError
from twin.quantities import column

#: Nights in a block: a killed worker loses at most as many.
BLOCK = 20


def block_of(index: Any) -> Any:
    """Give the number of the block that holds a night, or of those that hold several."""
    return index // BLOCK


def path_of(folder: Path, block: int) -> Path:
    """Give the file of a block."""
    return folder / "members" / f"{block:06d}.npz"


def write_block(folder: Path, block: int, digest: str, nights: Sequence[Outcome], failed: Mapping[int, str]) -> None:
    """Write a block: its nights in order of their index, and those that could not be made, with why.

    Raises
    ------
    OSError
        The disk is full, or may not be written; what stood there before stays.
    """
    columns: dict[str, Any] = {}
    for names in (COLUMNS, ("wet", "peak_um"), ("unknown",), ("held",)):
        counts = [len(getattr(night, names[0])) for night in nights]
        columns[f"{names[0]}_offsets"] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        for name in names:
            parts = [getattr(night, name) for night in nights]
            columns[name] = np.concatenate(parts) if parts else np.empty(0, np.int32)
    told = {"digest": digest, "index": [night.index for night in nights],
            "drawn": [dict(night.drawn) for night in nights],
            "failed": {str(index): why for index, why in sorted(failed.items())}}
    write_arrays(path_of(folder, block), columns, told)


class Block:
    """A block as it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                self._columns = {name: archive[name] for name in archive.files}
            told = json.loads(self._columns["told"].tobytes())
            self.digest, self.index = str(told["digest"]), [int(i) for i in told["index"]]
            self._drawn: list[dict[str, float]] = told["drawn"]
            #: Nights that could not be made, with why.
            self.failed = {int(index): str(why) for index, why in told["failed"].items()}
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(file=str(path), found=f"a damaged block of nights ({error})", expected="a block of nights",
                             remedy="Delete it: the same command makes its nights again.") from error

    def nights(self) -> Iterator[Outcome]:
        """Give its nights in order of their index."""
        c = self._columns
        for i, index in enumerate(self.index):
            spans = {name: slice(*c[f"{name}_offsets"][i:i + 2]) for name in ("asset", "wet", "unknown", "held")}
            values = {name: c[name][spans["asset"]] for name in COLUMNS}
            values |= {name: c[name][spans[name if name in spans else "wet"]] for name in SPARSE}
            yield Outcome(index=index, drawn=self._drawn[i], **{
                name: column(value, value.dtype.type) for name, value in values.items()})


def missing(folder: Path, digest: str, wanted: Sequence[int]) -> dict[int, list[int]]:
    """Give the nights that are not there yet, by block; those that could not be made are tried again.

    Raises
    ------
    InputError
        A block that is damaged, or of another plan, city, water or uncertainty.
    """
    lacking: dict[int, list[int]] = {}
    by_block: dict[int, list[int]] = {}
    for index in wanted:
        by_block.setdefault(block_of(index), []).append(index)
    for number, indices in sorted(by_block.items()):
        path = path_of(folder, number)
        if path.is_file():
            block = Block(path)
            check_digest(path, block.digest, digest)
            if set(indices) <= set(block.index):
                continue
        lacking[number] = indices
    return lacking


def check_digest(path: Path, found: str, expected: str) -> None:
    """Refuse nights of another ensemble.

    Raises
    ------
    InputError
        The digests differ.
    """
    if found != expected:
        raise InputError(file=str(path), found=f"nights of another ensemble ({found[:12]})",
                         expected=f"nights of this one ({expected[:12]})",
                         remedy="The scenario, its city, its water or the version changed since: choose another --out, "
                         "or delete the folder.")
