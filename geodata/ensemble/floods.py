"""Floods as files: the depths of one flood of the flow model at the assets and along the streets, written whole.

They lie in the folder of an ensemble under ``floods``, each under what made it; a worker on another machine opens them
by their path. What was computed from is in each: floods of another scenario, city or version are refused.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from geodata.ensemble.arrays import write_arrays
from twin.errors import InputError
from twin.quantities import column
from twin.water.depths import DepthSeries

#: Name of their folder in that of an ensemble.
FLOODS = "floods"
_COLUMNS = ("times_s", "asset", "first", "offsets", "depth_um", "coverage", "unknown_s", "shortfall_m")
_PLAIN = ("after", "duration_s", "error_m")
assert {f.name for f in fields(DepthSeries)} == {*_COLUMNS, *_PLAIN, "_row_of"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodFolder:
    """The floods of an ensemble on the disk."""

    #: Folder of the ensemble: its whole path.
    folder: Path
    #: What all of them were computed from.
    digest: str

    def path_of(self, key: str) -> Path:
        """Give the file of a flood."""
        return self.folder / FLOODS / f"{key}.npz"

    def has(self, key: str) -> bool:
        """Tell whether a flood is there.

        Raises
        ------
        InputError
            It is, and is damaged, or of another scenario, city or version.
        """
        path = self.path_of(key)
        if not path.is_file():
            return False
        self._opened(path)
        return True

    def write(self, key: str, parts: Mapping[str, DepthSeries]) -> None:
        """Write a flood.

        Raises
        ------
        OSError
            The disk is full, or may not be written; nothing of it stays.
        """
        columns: dict[str, Any] = {f"{part}.{name}": getattr(series, name) for part, series in parts.items()
                                   for name in _COLUMNS}
        told = {"digest": self.digest, "parts": {part: {name: getattr(series, name) for name in _PLAIN}
                                                 for part, series in parts.items()}}
        write_arrays(self.path_of(key), columns, told)

    def read(self, key: str, part: str) -> DepthSeries:
        """Give the depths of a flood at the assets or along the streets.

        Raises
        ------
        InputError
            It is not there, damaged, or of another scenario, city or version.
        """
        found, told = self._opened(self.path_of(key), part)
        columns: dict[str, Any] = {name: column(found[name], found[name].dtype.type) for name in _COLUMNS}
        return DepthSeries(**columns, **told["parts"][part])

    def _opened(self, path: Path, part: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
        """Give the columns of a part, none without one, and what the file says of itself."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                told = json.loads(archive["told"].tobytes())
                columns = {name: archive[f"{part}.{name}"] for name in _COLUMNS} if part else {}
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(file=str(path), found=f"no flood that can be read ({error})", expected="a flood of this "
                             "ensemble", remedy="Delete it: the same command computes it again.") from error
        if told["digest"] != self.digest:
            raise InputError(file=str(path), found=f"a flood of another ensemble ({str(told['digest'])[:12]})",
                             expected=f"one of this ensemble ({self.digest[:12]})",
                             remedy="The scenario, its city, its water or the version changed since: choose another "
                             "--out, or delete the folder.")
        return columns, told
