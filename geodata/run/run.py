"""A run read back. What holds one needs none of what reads files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.city.model import CityFile
from twin.quantities import Int64Array
from twin.results.result import Result
from twin.water.hazard import Envelope, Grid

if TYPE_CHECKING:
    from geodata.run.frames import Tables
    from twin.irrigation.gardens import Gardens


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A run read back: it explains and draws without anything else."""

    path: Path
    result: Result
    #: The city used; its terrain stays with the city.
    city_file: CityFile
    #: The picture of the water and its frame; None where the scenario had no water.
    water: Envelope | None
    water_grid: Grid | None
    #: Time of each frame that ``water`` counts, (T,) [s from start].
    water_times_s: Int64Array
    #: What ``run.json`` says.
    info: Mapping[str, Any]
    #: The season of irrigation that the night is a part of; None where the run has none.
    gardens: Gardens | None = None

    def __repr__(self) -> str:
        return f"Run {self.path}: {self.result!r}"

    @property
    def tables(self) -> Tables:
        """The tables of the run, with ids and moments: ``run.tables.outages.to_pandas()``."""
        from geodata.run.frames import Tables

        return Tables(self.result, self.city_file.outlines)
