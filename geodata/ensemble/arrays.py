"""Columns in one file beside what they say of themselves, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


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
            np.savez_compressed(file, **columns, told=said)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
