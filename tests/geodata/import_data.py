"""Where the public data stand, and importing a shipped mapping once for many tests."""

from __future__ import annotations

import csv
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geodata.city.model import CityFile
from geodata.importing import import_city
from tests.shared import made_once

#: The public data sets stand beside the checkout; they are not part of it.
DATA = Path(__file__).parents[2].parent / "shared" / "data"


def needs(folder: str) -> Any:
    """Give the marks of a test module that reads a public data set."""
    return [pytest.mark.data,
            pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"no public data at {DATA / folder}")]


@cache
def imported(name: str) -> CityFile:
    """Import a shipped mapping, once for all workers."""
    kept = made_once(f"city-{name}", lambda file: file.write_bytes(pickle.dumps(import_city(name, DATA))))
    city: CityFile = pickle.loads(kept.read_bytes())
    return city


def rows_of(path: Path, **dialect: Any) -> list[dict[str, str]]:
    """Read a CSV with nothing but the standard library."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, **dialect))


def reasons(layer: dict[str, Any], outcome: str) -> dict[str, int]:
    """Give reason -> count of one outcome of a layer's report."""
    return {reason: tally["count"] for reason, tally in layer[outcome].items()}


def layer_of(city_file: CityFile, name: str) -> dict[str, Any]:
    """Give a layer's part of the import report."""
    report = city_file.report
    return next(layer for layer in (*report["layers"], *report["context"]) if layer["layer"] == name)
