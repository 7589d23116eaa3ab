"""The desk as a whole: folder, tables, runs, clock, and what every screen begins with."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from geodata.city.model import CityFile
from geodata.feeds.schema import ObserveSpec
from twin.errors import InputError
from twin.world.kinds import Role
from viewer.desk.accounts import Accounts
from viewer.desk.acts import Acts
from viewer.desk.alarm_book import AlarmBook
from viewer.desk.alarms import Alarm, alarms_of, in_order, of_act, of_limit, of_river, of_source
from viewer.desk.alone import alone
from viewer.desk.approvals import Approvals
from viewer.desk.bench import Bench
from viewer.desk.clock import DeskClock
from viewer.desk.consents import Consents
from viewer.desk.costs import Costs
from viewer.desk.drafts import Drafts
from viewer.desk.facts import Facts
from viewer.desk.feeding import OBSERVED_ALREADY, OBSERVING, Feeding
from viewer.desk.here import Here
from viewer.desk.loaded import Loaded, Shelf
from viewer.desk.memory import give_back
from viewer.desk.observed import FRESH_S, alarms_by_words, compared, suspected, words_of
from viewer.desk.people import People
from viewer.desk.places import Places
from viewer.desk.proposals import Proposals
from viewer.desk.queue import Queue
from viewer.desk.rankings import Rankings
from viewer.desk.reports import Reports
from viewer.desk.river import river
from viewer.desk.runs import Runs
from viewer.desk.silence import gateways
from viewer.desk.sources import Inbox, Sources, inbox_key
from viewer.desk.store import Store
from viewer.desk.watch import Watch

#: Alarms are looked at this often [s]; soon after a message, and once a second at most, however many come.
TICK_S, SOON_S = 5.0, 1.0
#: Events that nobody waits for are dropped this often [s].
TIDY_S = 600.0


@dataclass(frozen=True, slots=True)
class Night:
    """The runs in force."""

    latest: Loaded | None
    #: None where nobody approved one, its time is over, or its folder is gone.
    approved: Loaded | None
    approval: dict[str, Any] | None

    @property
    def shown(self) -> Loaded | None:
        """The run that the desk's screens and alarms are of: the latest, else the approved one."""
        return self.latest or self.approved

    def followed(self, *, wall: bool) -> Loaded | None:
        """Give the run that a screen follows, by one rule: the wall the approved one alone, all others ``shown``."""
        return self.approved if wall else self.shown


class Looking(Protocol):
    """What is looked at with the alarms."""

    def look(self) -> bool:
        """Look; tell whether something was done."""


class Leaving(Protocol):
    """What leaves the desk by itself."""

    def start(self) -> None:
        """Begin."""

    def close(self) -> None:
        """End."""


class Desk:
    """One desk on one folder."""

    def __init__(self, folder: Path, city: str, city_file: CityFile, clock: DeskClock, *, workers: int = 1,
                 bench: Bench | None = None) -> None:
        """Open a desk; ``bench``: what needs much memory is done there, in this process where none is given."""
        for name in ("runs", "scenarios"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.folder, self.city, self.city_file, self.clock = folder, city, city_file, clock
        self._held = [alone(folder, "desk.lock", found="a desk that another `twin serve` has open")]
        self.store = Store(folder / "desk.sqlite")
        self.zone = ZoneInfo(city_file.city.timezone)
        self.runs = Runs(folder / "runs")
        self.bench: Bench = bench or Here()
        self.shelf = Shelf(self.runs, self.bench)
        self.queue = Queue(self.runs, self.store, clock.epoch, workers=workers, opened=self.shelf.open)
        self.people, self.accounts = People(self.store, clock.epoch), Accounts(folder)
        self.approvals, self.alarms, self.acts = Approvals(self.store), AlarmBook(self.store), Acts(self.store)
        self.proposals = Proposals(self.store)
        self.facts, self.drafts, self.costs = Facts(self.store), Drafts(self.store), Costs(self.store)
        self.rankings = Rankings(self.store, clock.epoch, self.bench)
        self.reports = Reports(self.store, folder / "reports", self.bench)
        self.sources = Sources(self.store, [str(one) for one in city_file.city.assets.id], clock.now, Places(city_file))
        self.consents = Consents(self.store)
        self.inbox = Inbox(folder / "inbox", self.sources)
        self.feeding: Feeding | None = None
        #: What else is looked at every few seconds; whoever makes the desk adds to it.
        self.looks: list[Looking] = []
        #: What leaves by itself; ``outgoing.observe`` sets it.
        self.outgoing: Leaving | None = None
        self.inbox_key = inbox_key(folder / "inbox.key")
        self._looking, self._tidied = Lock(), float("-inf")
        self._looked, self._is_wanted = float("-inf"), False
        #: What would be an alarm and is none, for the plan orders it: shown on demand.
        self.by_design: list[Alarm] = []
        # A run that is half copied, a disk that is full: looked at again; the page says how old it is.
        self._watch = Watch("alarms", self._look_and_tidy, lambda: SOON_S,
                            passes=(InputError, OSError, ValueError, sqlite3.Error))

    def observe(self, spec: ObserveSpec) -> None:
        """Ask and listen to the sources of a configuration, once the desk starts."""
        self._held.append(alone(self.folder, OBSERVING, found=OBSERVED_ALREADY))
        self.feeding = Feeding(spec, self.sources)

    def start(self) -> None:
        """Look into the inbox and at the alarms, and ask the sources, from now on."""
        self.inbox.start()
        if self.feeding is not None:
            self.feeding.start()
        if self.outgoing is not None:
            self.outgoing.start()
        self._watch.start()

    def close(self) -> None:
        """End everything; runs that go are asked to stop, and found again as interrupted."""
        self._watch.close(within_s=10)
        self.inbox.close()
        if self.feeding is not None:
            self.feeding.close()
        if self.outgoing is not None:
            self.outgoing.close()
        self.rankings.close()
        self.bench.close()
        self.queue.close()
        self.store.close()
        for held in self._held:
            held.close()

    def night(self) -> Night:
        """Give the runs in force."""
        approval, now = self.approvals.last(), self.clock.epoch()
        approved = self._open(approval["run"]) if approval and approval["until"] > now else None
        latest = self.runs.latest()
        return Night(self._open(latest.id) if latest else None, approved, approval)

    @cached_property
    def gauge(self) -> tuple[str, str]:
        """Id and name of the city's first gauge; empty where it has none."""
        assets = self.city_file.city.assets
        row = next((row for row in range(len(assets)) if assets.has_role(row, Role.GAUGE)), None)
        return ("", "") if row is None else (str(assets.id[row]), assets.called(row))

    def gauge_of(self, night: Night) -> tuple[str, str]:
        """Id and name of the gauge that every screen shows: the first of the run in force, else of the city."""
        curves = night.shown.curves if night.shown is not None else ()
        return (curves[0].gauge, curves[0].name) if curves else self.gauge

    def _open(self, run_id: str) -> Loaded | None:
        try:
            return self.shelf.get(run_id)
        except InputError:
            return None

    def look(self) -> int:
        """Hold run, river, words and sources against each other, and keep the alarms; give how many are new."""
        with self._looking:
            self._looked, self._is_wanted = monotonic(), False
            now = self.clock.epoch()
            active = self._active(now)
            self.by_design = [alarm for alarm in active if alarm.is_by_design]
            return self.alarms.update([alarm for alarm in active if not alarm.is_by_design], now)

    def look_soon(self) -> None:
        """Look now, or within a second where one looked just before: a look at a whole city takes its time."""
        if monotonic() - self._looked >= SOON_S:
            self.look()
        else:
            self._is_wanted = True

    def _active(self, now: int) -> list[Alarm]:
        night = self.night()
        found: list[Alarm | None] = []
        shown = night.shown
        if shown is not None:
            t_s = shown.at(now)
            if t_s is not None:
                found += alarms_of(shown, t_s)
                told, suspects, _ = self.said(shown, now)
                found += alarms_by_words(told, suspects)
            found += [of_act(act) for act in self.acts.overdue(shown, now)]
            stands = river(night.latest, night.approved, self.sources, now, self.gauge_of(night))
            if stands["newest"] and stands["foretold_m"] is not None:
                found.append(of_river(stands["gauge"], stands["name"], stands["newest"]["value"], stands["foretold_m"],
                                      stands["newest"]["observed"]))
        found += [of_source(row["name"], row["newest"], now) for row in self.sources.listed(now) if row["late"]]
        found += gateways(self.store, now)
        if night.approval is not None and night.approval["withdrawn_at"] is None:
            entry = self.runs.find(night.approval["run"])
            found.append(of_limit(night.approval["run"], entry.name if entry else "", night.approval["until"], now,
                                  entry.names if entry else {}))
        return in_order(alarm for alarm in found if alarm is not None)

    def said(self, loaded: Loaded, now: int) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
        """Give what was said against what is computed, who must have failed, and whom to ask."""
        t_s = loaded.at(now)
        assert t_s is not None
        words = words_of(loaded, self.facts.listed(now), self.sources.states(now - FRESH_S))
        suspects, ask = suspected(loaded, words, t_s)
        return compared(loaded, words, t_s), suspects, ask

    def _look_and_tidy(self) -> None:
        self.store.heed()
        if not self._is_wanted and monotonic() - self._looked < TICK_S:
            return
        self.look()
        for one in self.looks:
            one.look()
        self.bench.rest()
        if monotonic() - self._tidied >= TIDY_S:
            self._tidied = monotonic()
            self.store.tidy(self.clock.epoch())
            give_back()
