"""Runs that the desk holds open: what they answer. The last few, by use."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np

from geodata.run.run import Run
from scenarios.load import load_scenario
from scenarios.moments import start_of, zone_of
from scenarios.stage_curves import StageCurve, stage_curves
from twin.codes import Mechanism
from twin.errors import InputError
from twin.quantities import NONE
from twin.results.counts import lamps_over_time
from twin.results.moment import Moment, moment_of
from twin.results.result import Result
from twin.results.together import as_one
from twin.results.view import View
from twin.world.kinds import Role
from viewer.desk.bench import Bench
from viewer.desk.crew_board import CrewBoard
from viewer.desk.inputs import reads_otherwise
from viewer.desk.runs import RunEntry, Runs

#: Runs kept open: the approved one, the latest, two that are compared.
KEPT = 4


@dataclass(frozen=True, eq=False)
class Loaded:
    """One run, open."""

    entry: RunEntry
    #: The run; of an ensemble that of its plan.
    run: Run
    #: The levels its water was made from, where the bench has drawn them.
    drawn: list[StageCurve] | None = None

    @property
    def is_ensemble(self) -> bool:
        """Whether it is many nights, not one."""
        return bool(self.entry.nights)

    @property
    def place(self) -> tuple[RunEntry, Path]:
        """What the bench is asked about it with; the run of an ensemble's plan lies in the ensemble's folder."""
        return self.entry, self.run.path.parent if self.is_ensemble else self.run.path

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
    def view(self) -> View:
        """Its tables with shared columns."""
        r = self.result
        return View(r.plan, r.city, r.exposure, r.outages, r.doubts)

    @cached_property
    def crew_board(self) -> CrewBoard:
        """The work of its crews."""
        return CrewBoard(self.result)

    @property
    def is_scenario_changed(self) -> bool:
        """Whether its scenario reads otherwise on the disk by now than when it was run, or is gone."""
        inputs = self.run.info.get("inputs", ())
        said = next((one.get("sha256", "") for one in inputs if one.get("role") == "scenario"), "")
        return reads_otherwise(Path(self.entry.scenario), said)

    @cached_property
    def own_start(self) -> datetime:
        """Start by the scenario's own date, also where the run was moved to another day."""
        return start_of(load_scenario(self.entry.scenario), zone_of(self.result.city))

    @cached_property
    def curves(self) -> list[StageCurve]:
        """The levels its water was made from; none where its scenario is not at hand or has no levels."""
        if self.drawn is not None:
            return self.drawn
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

    @cached_property
    def causes_as_one(self) -> dict[str, str]:
        """The causes of the run that go as one, as acts do: by the id of each that of the first of them.

        By the whole run, not by what is active: who joins or leaves an alarm by time makes it no other one. What ever
        takes a vital site with it, and what the plan orders, stands by itself.
        """
        o, assets = self.result.outages, self.result.city.assets
        first_s = np.full(len(assets), np.iinfo(np.int64).max)
        np.minimum.at(first_s, o.root, o.start_s)
        mechanism = np.full(len(assets), NONE)
        mechanism[o.root] = o.root_mechanism
        takes_site = np.zeros(len(assets), bool)
        takes_site[o.root[assets.of_role(Role.VITAL)[o.asset]]] = True
        rows = np.unique(o.root[~assets.of_role(Role.LIGHTS)[o.root] & ~assets.of_role(Role.PREMISES)[o.root]
                                & ~takes_site[o.root] & (o.root_mechanism != Mechanism.CUT)]).tolist()
        groups = as_one(assets, rows, first_s[rows].tolist(), mechanism[rows].tolist())
        return {str(assets.id[rows[place]]): str(assets.id[rows[places[0]]])
                for places in groups if len(places) > 1 for place in places}

    def lamps_out(self, at_s: list[int]) -> list[int]:
        """Give how many lamps are surely out at some seconds; -1 beyond the horizon."""
        told = lamps_over_time(self.result, at_s)
        return [one.out if 0 <= t <= self.duration_s else -1 for t, one in zip(at_s, told, strict=True)]


class Shelf:
    """The open runs of a desk."""

    def __init__(self, runs: Runs, bench: Bench) -> None:
        self.runs, self.bench = runs, bench
        self._lock = Lock()
        self._open: OrderedDict[str, Loaded] = OrderedDict()
        #: One lock a run that is being opened: who asks for another does not wait for it.
        self._opening: dict[str, Lock] = {}

    def get(self, run_id: str) -> Loaded:
        """Give a run that is done, open.

        Raises
        ------
        InputError
            No such run, not done, or damaged.
        """
        return self._known(run_id) or self.open(self.runs.get(run_id), self.runs.path(run_id))

    def open(self, entry: RunEntry, path: Path) -> Loaded:
        """Open a run whose folder is whole, whatever the index says of it by now.

        Raises
        ------
        InputError
            It is damaged.
        """
        with self._lock:
            mine = self._opening.setdefault(entry.id, Lock())
        with mine:
            found = self._known(entry.id)
            if found is None:
                try:
                    run, drawn = self.bench.ask("run", entry, path)
                    found = Loaded(entry, run, drawn)
                    with self._lock:
                        self._open[entry.id] = found
                        while len(self._open) > KEPT:
                            self._open.popitem(last=False)
                finally:
                    with self._lock:
                        self._opening.pop(entry.id, None)
            return found

    def _known(self, run_id: str) -> Loaded | None:
        with self._lock:
            if run_id in self._open:
                self._open.move_to_end(run_id)
            return self._open.get(run_id)
