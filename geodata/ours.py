"""What the twin wrote, told by its content: only that is replaced, and what else lies in its folder is kept.

A folder is a run because its ``run.json`` says so in the twin's own terms, not because a file has that name: other
programs have a ``run.json``, a ``flow.json`` or a ``datapackage.json`` too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.errors import InputError

#: Said of itself by every page, whatever its language.
PAGE_MARK = '<meta name="generator" content="citytwin">'
#: How the identifier of every alert begins.
ALERT_MARK = "identifier>citytwin-"
#: Of a larger marker nothing is read: it is none of ours [bytes].
_LARGEST = 256 * 2**20
#: Where a page or an alert says whose it is [bytes].
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of folder that the twin makes."""

    #: In words: "a run".
    words: str
    #: The file that tells it.
    marker: str
    #: Names in the folder that are the twin's, from what the marker says; None where it is another program's.
    names: Callable[[Path, dict[str, Any]], Iterable[str] | None]

    def own(self, folder: Path) -> frozenset[str] | None:
        """Give the names in a folder that the twin wrote; None where it is no folder of this sort."""
        info = _json(folder / self.marker)
        found = None if info is None else self.names(folder, info)
        return None if found is None else frozenset({self.marker, *found})

    def strangers(self, folder: Path) -> list[str]:
        """Give the names in a folder of this sort that the twin did not write, in order; none where there is none."""
        if not folder.is_dir():
            return []
        own = self.own(folder) or frozenset()
        return sorted(entry.name for entry in folder.iterdir() if entry.name not in own)

    def check(self, out: Path) -> None:
        """Make sure that a folder of this sort may stand at ``out``.

        Raises
        ------
        InputError
            A file or a link stands there, or a folder that is none of this sort; an empty one may be filled.
        """
        expected = f"a folder that does not exist yet, or {self.words} to replace"
        if out.is_symlink() or (out.exists() and not out.is_dir()):
            raise InputError(file=str(out), found="a file", expected=expected, remedy="Choose another --out.")
        if not out.is_dir() or self.own(out) is not None:
            return
        if not any(out.iterdir()):
            return
        found = f"a folder whose {self.marker} another program wrote" if (out / self.marker).exists() \
            else f"a folder without a {self.marker}"
        raise InputError(file=str(out), found=found, expected=expected,
                         remedy="It may hold something of yours, so it stays. Choose another --out.")


def _json(file: Path) -> dict[str, Any] | None:
    """Give the object that a file holds as JSON; None where it holds none."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_a_run(folder: Path, info: dict[str, Any]) -> Iterable[str] | None:
    files, form = info.get("files"), info.get("format")
    if not (isinstance(form, str) and form.startswith("citytwin-run-") and isinstance(files, dict)):
        return None
    return [*files, *(["map.html"] if bears(folder / "map.html", PAGE_MARK) else [])]


def _of_a_store(folder: Path, info: dict[str, Any]) -> Iterable[str] | None:
    key = info.get("key")
    if not (isinstance(key, str) and len(key) == 64 and {"complete", "times_s", "grid", "book"} <= set(info)):
        return None
    return ("zarr.json", "depth_mm", "peak_m", "arrival_s", "checkpoint.npz", "checkpoint.npz.part.npz",
            "flow.json.part")


def _of_open_data(folder: Path, info: dict[str, Any]) -> Iterable[str] | None:
    tables = info.get("resources")
    if not ({"run", "status", "valid_until", "causes"} <= set(info) and isinstance(tables, list)):
        return None
    return [str(table.get("path", "")) for table in tables if isinstance(table, dict)]


def bears(file: Path, mark: str) -> bool:
    """Tell whether a file bears a mark of the twin's where it would stand."""
    try:
        if not file.is_file():
            return False
        with file.open("rb") as stream:
            return mark.encode() in stream.read(_HEAD)
    except OSError:
        return False


RUN = Sort("an earlier run", "run.json", _of_a_run)
STORE = Sort("a store of water that `twin flood` wrote", "flow.json", _of_a_store)
OPEN_DATA = Sort("open data that `twin export` wrote", "datapackage.json", _of_open_data)
