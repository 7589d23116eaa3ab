"""Runs that the desk holds open: their result, their map, the base of their variants. The last few, by use."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from geodata.ensemble.folder import EnsembleFolder, read_ensemble
from geodata.run.folder import Run, read_run
from geodata.run.roads import access_of
from scenarios.load import load_scenario
from scenarios.moments import start_of, zone_of
from scenarios.stage_curves import StageCurve, stage_curves
from twin.engine.variants import Base
from twin.errors import InputError
from twin.results.moment import Moment, moment_of
from twin.results.result import Result
from twin.results.view import View
from viewer.desk.crew_board import CrewBoard
from viewer.desk.runs import RunEntry, Runs
from viewer.outputs.clock import Clock
from viewer.outputs.operator_page import operator_config
from viewer.outputs.page import operator_scene
from viewer.scene.compose import Scene
from viewer.scene.spec import specification
from viewer.states import carried

#: Colour of what is in service at the desk: light is for what is out.
CALM = "#8A8364"
#: Runs kept open: the approved one, the latest, two that are compared.
KEPT = 4


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
class Loaded:
    """One run, open."""

    entry: RunEntry
    #: The run; of an ensemble that of its plan.
    run: Run
    #: None for one run.
    ensemble: EnsembleFolder | None = None

    @property
    def result(self) -> Result:
        """What it answers."""
        return self.run.result

    @cached_property
    def start(self) -> int:
        """Its start [s since 1970]."""
        return int(self.result.plan.start.timestamp())

    @property
    def duration_s(self) -> int:
        """Its horizon [s]."""
        return self.result.plan.duration_s

    @cached_property
    def base(self) -> Base:
        """What its variants are made of."""
        return Base(self.result, None if self.result.plan.crews is None else access_of(self.run))

    @cached_property
    def view(self) -> View:
        """Its tables with shared columns."""
        r = self.result
        return View(r.plan, r.city, r.exposure, r.outages, r.doubts)

    @cached_property
    def crew_board(self) -> CrewBoard:
        """The work of its crews."""
        return CrewBoard(self.result)

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

    @cached_property
    def is_scenario_changed(self) -> bool:
        """Whether its scenario reads otherwise on the disk than when it was run, or is gone."""
        said = next((one.get("sha256") for one in self.run.info.get("inputs", ()) if one.get("role") == "scenario"), "")
        try:
            return sha256(Path(self.entry.scenario).read_bytes()).hexdigest() != said
        except OSError:
            return True

    @cached_property
    def own_start(self) -> datetime:
        """Start by the scenario's own date, also where the run was moved to another day."""
        return start_of(load_scenario(self.entry.scenario), zone_of(self.result.city))

    @cached_property
    def curves(self) -> list[StageCurve]:
        """The levels its water was made from; none where its scenario is not at hand or has no levels."""
        if not self.entry.scenario or self.is_scenario_changed:
            return []
        try:
            return stage_curves(load_scenario(self.entry.scenario), self.run.city_file, self.own_start)
        except (InputError, OSError):
            return []

    def at(self, epoch: int) -> int | None:
        """Give a moment in seconds from its start; None before it and after its end."""
        seconds = epoch - self.start
        return seconds if 0 <= seconds <= self.duration_s else None

    def moment(self, t_s: int) -> Moment:
        """Give it at a second."""
        return moment_of(self.result, min(max(t_s, 0), self.duration_s))

    def epoch_of(self, moment: str | datetime | None) -> int | None:
        """Give a moment as it stands in indicators in seconds since 1970; None for never."""
        if moment is None or moment == "":
            return None
        return int((datetime.fromisoformat(moment) if isinstance(moment, str) else moment).timestamp())

    def lamps_out(self, at_s: list[int]) -> list[int]:
        """Give how many lamps are out at some seconds, in doubt or not; -1 beyond the horizon."""
        o = self.result.outages
        mine = self.view.lamp_outage
        start, end = o.start_s[mine], self.view.end_s[mine]
        return [int(np.count_nonzero((start <= t) & (end > t))) if 0 <= t <= self.duration_s else -1 for t in at_s]


class Shelf:
    """The open runs of a desk."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self._lock = Lock()
        self._open: OrderedDict[str, Loaded] = OrderedDict()

    def get(self, run_id: str) -> Loaded:
        """Give a run that is done, open.

        Raises
        ------
        InputError
            No such run, not done, or damaged.
        """
        with self._lock:
            found = self._open.get(run_id)
            if found is None:
                found = _opened(self.runs.get(run_id), self.runs.path(run_id))
                self._open[run_id] = found
                while len(self._open) > KEPT:
                    self._open.popitem(last=False)
            self._open.move_to_end(run_id)
            return found


def _opened(entry: RunEntry, path: Path) -> Loaded:
    if not entry.nights:
        return Loaded(entry, read_run(path))
    ensemble = read_ensemble(path)
    return Loaded(entry, ensemble.run, ensemble)
