"""A run with all that is made of it: its map, and the base of its variants. Held at the bench, not by an idle desk."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from geodata.ensemble.folder import EnsembleFolder, read_ensemble
from geodata.run.folder import read_run
from geodata.run.roads import access_of
from twin.deciding.heights import in_more_water
from twin.deciding.uncrewed import without_crews
from twin.engine.variants import Base
from twin.results.result import Result
from viewer.desk.loaded import Loaded
from viewer.desk.runs import RunEntry
from viewer.outputs.clock import Clock
from viewer.outputs.operator_page import operator_config
from viewer.outputs.page import operator_scene
from viewer.scene.compose import Scene
from viewer.scene.spec import specification
from viewer.states import CALM, carried


def calm(table: dict[str, Any]) -> dict[str, Any]:
    """Give the table of symbols with what is in service in grey: at a desk, normal is quiet."""
    symbols = {}
    for name, symbol in table["symbols"].items():
        shapes = symbol["shapes"]
        if name == "lamp_lit" or name.endswith("_in"):
            shapes = [{key: "calm" if key in ("fill", "stroke") and value in ("lit", "zone") else value
                       for key, value in shape.items()} for shape in shapes]
        symbols[name] = {**symbol, "shapes": shapes}
    return {"colors": {**table["colors"], "calm": CALM}, "symbols": symbols}


@dataclass(frozen=True, eq=False)
class Whole(Loaded):
    """One run, open, with what is made of it."""

    #: None for one run.
    ensemble: EnsembleFolder | None = None

    @classmethod
    def read(cls, entry: RunEntry, path: Path) -> Whole:
        """Read a run's folder, or an ensemble's.

        Raises
        ------
        InputError
            It is damaged.
        """
        if not entry.nights:
            return cls(entry, read_run(path))
        ensemble = read_ensemble(path)
        return cls(entry, ensemble.run, ensemble=ensemble)

    @cached_property
    def base(self) -> Base:
        """What its variants are made of."""
        return Base(self.result, None if self.result.plan.crews is None else access_of(self.run))

    @cached_property
    def in_more_water(self) -> Result:
        """The same night in water that stands higher, crews without limit: what heights are held against as well."""
        return in_more_water(without_crews(self.result))

    @cached_property
    def scene(self) -> Scene:
        """Its map."""
        return operator_scene(self.run, self.ensemble)

    @cached_property
    def pack(self) -> bytes:
        """Its map as a gzip stream that the page unpacks."""
        packer = self.scene.packer
        for key, value in {"words": {}, "states": calm(carried(public=False)),
                           "spec": specification(public=False)}.items():
            packer.text(key, value)
        return gzip.compress(packer.stream(), compresslevel=5, mtime=0)

    @cached_property
    def config(self) -> dict[str, Any]:
        """What the map's page must know beside it."""
        plan, city = self.run.result.plan, self.run.result.city
        return operator_config(self.run, self.scene, Clock(plan.start, city.timezone), "fr", self.ensemble)
