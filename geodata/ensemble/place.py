"""How the folder of an ensemble is known, without reading it."""

from __future__ import annotations

from pathlib import Path

NAME = "ensemble.json"
#: Folder of the run of the plan itself, nothing drawn; its doubts are those of the nights.
BASE = "base"


def is_ensemble(folder: Path) -> bool:
    """Tell whether a folder is that of an ensemble."""
    return (folder / NAME).is_file()


def run_within(folder: Path) -> Path:
    """Give the folder of the run: of an ensemble that of its plan, else the folder itself."""
    return folder / BASE if is_ensemble(folder) else folder
