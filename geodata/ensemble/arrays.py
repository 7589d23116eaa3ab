"""Columns in one file beside what they say of themselves, written whole or not at all."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

#: How hard a column is squeezed: what numpy does takes four times as long and saves a twelfth.
_LEVEL = 1


def write_arrays(target: Path, columns: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Write columns, and plain JSON values as their column ``told``; its folder is made where there is none.

    Raises
    ------
    OSError
        The disk is full, or may not be written; what stood there before stays.
    """
    said = np.frombuffer(json.dumps(told, sort_keys=True).encode(), np.uint8)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            save(file, {**columns, "told": said})
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def save(file: IO[bytes], columns: Mapping[str, Any]) -> None:
    """Write what ``np.savez_compressed`` would, squeezed less hard."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, values in columns.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(values), allow_pickle=False)
