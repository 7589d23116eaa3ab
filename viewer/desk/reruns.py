"""The night computed anew with the river as it was read: proposed where it leaves the run, by itself where allowed.

Each is a plan of its own: its levels are the readings as far as there are some, then the curve held to the gauge; it is
issued at the time of the last reading. Nothing is fed into a run that goes, and none is approved by itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.load import SUFFIX
from scenarios.writing import put_issued, put_levels, slug, write_variant
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array
from viewer.desk.alarms import DIFFERS_M
from viewer.desk.closures import facts_of, streets_of
from viewer.desk.desk import Desk
from viewer.desk.people import Person
from viewer.desk.requests import request_of
from viewer.desk.river import OLD_S, corrected
from viewer.desk.runs import QUEUED, RUNNING, RunEntry
from viewer.desk.store import publish

TABLES = """
CREATE TABLE IF NOT EXISTS allowed (name TEXT PRIMARY KEY, until INTEGER NOT NULL, by TEXT NOT NULL,
  at INTEGER NOT NULL);
"""
#: By itself at most so often, and allowed for so long at most [s].
APART_S, MOST_S = 1800, 12 * 3600
_NAME = "rerun"


class Reruns:
    """What is proposed to be run again at a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.store.add_tables(TABLES)
        self._last = 0

    def allow(self, person: Person, *, until: int) -> None:
        """Let the desk run by itself until a time; one that is past takes it back.

        Raises
        ------
        InputError
            A time too far ahead.
        """
        now = self.desk.clock.epoch()
        if until > now + MOST_S:
            raise InputError(field="until", found="a time too far ahead", expected=f"within {MOST_S // 3600} h")
        with self.desk.store.act() as tx:
            tx.execute("INSERT OR REPLACE INTO allowed VALUES (?, ?, ?, ?)", (_NAME, until, person.name, now))
            publish(tx, at=now, who=person.name, what="allow", journal=True, body={
                "until": max(until, now), "clock": f"{datetime.fromtimestamp(until, self.desk.zone):%H:%M}"}
                    if until > now else {"until": now})

    def allowed(self) -> dict[str, Any] | None:
        """Give who let the desk run by itself, and until when; None where nobody does now."""
        return self.desk.store.row("SELECT until, by, at FROM allowed WHERE name = ? AND until > ?", _NAME,
                                   self.desk.clock.epoch())

    def proposal(self) -> dict[str, Any] | None:
        """Give why the night should be computed anew: run, gauge, by how much it is off; None where it need not be.

        ``peak`` and ``peak_before``: the highest level still ahead, held to the gauge and as the run has it.
        """
        shown = self.desk.night().latest
        found = None if shown is None else corrected(shown, self.desk.sources, self.desk.clock.epoch())
        if shown is None or found is None or abs(found.off_m) < DIFFERS_M:
            return None
        return {"run": shown.entry.id, "number": shown.entry.number, "gauge": found.curve.gauge, "way": found.way,
                "name": found.curve.name, "off_m": round(found.off_m, 2), "read_at": found.read_at,
                "earlier_s": found.earlier_s,
                "peak": _peak(found.times_s, found.level_m, shown.start, found.read_at),
                "peak_before": _peak(found.curve.times_s, found.curve.level_m, shown.start, found.read_at)}

    def told(self) -> dict[str, Any]:
        """Give how all this stands, for a screen: what is proposed, who allowed what, within which limits."""
        return {"proposal": self.proposal(), "allowed": self.allowed(), "limits": {
            "most_s": MOST_S, "apart_s": APART_S, "differs_m": DIFFERS_M, "old_s": OLD_S}}

    def make(self, *, by: str, taken: bool | None = None) -> RunEntry:
        """Write the scenario of the latest run with the corrected levels, and put it into the queue.

        Raises
        ------
        InputError
            No run, a scenario that is gone or reads otherwise, no curve of one gauge or no fresh reading of it.
        """
        desk = self.desk
        shown = desk.night().latest
        if shown is None:
            raise InputError(field="run", found="no run", expected="a night that was computed")
        if not shown.entry.scenario or shown.is_scenario_changed:
            raise InputError(field="base", found="a run whose scenario is gone or reads otherwise by now",
                             expected="a run of a scenario as it stands", remedy="Run the scenario again.")
        found = corrected(shown, desk.sources, desk.clock.epoch())
        if found is None:
            raise InputError(field="river", found="no curve of one gauge with a fresh reading",
                             expected="a run from the levels of one gauge, and a reading of the last half hour")
        name = shown.result.plan.name
        file = desk.folder / "scenarios" / f"{slug(name)}-river-{found.read_at}{SUFFIX}"
        write_variant(Path(shown.entry.scenario), name, [], file, assets=shown.result.city.assets)
        put_levels(file, [replace(found.curve, times_s=found.times_s, level_m=found.level_m)], shown.own_start)
        facts = facts_of(desk, shown.start, shown.duration_s, taken=taken)
        put_issued(file, shown.own_start + timedelta(seconds=found.read_at - shown.start), facts)
        request = request_of(file, city=desk.city, date=shown.entry.date, closures=streets_of(facts))
        return desk.queue.ask(request, by=by)

    def look(self) -> bool:
        """Run by itself where that is allowed and proposed, nothing goes, and the last one is a while ago."""
        allowed, now = self.allowed(), self.desk.clock.epoch()
        if allowed is None or abs(now - self._last) < APART_S:
            return False
        if any(entry.state in (QUEUED, RUNNING) for entry in self.desk.runs.all()) or self.proposal() is None:
            return False
        self._last = now
        entry = self.make(by=str(allowed["by"]))
        with self.desk.store.note() as tx:
            publish(tx, at=now, who="", what="allow", journal=True, body={
                "did": entry.number, "by": str(allowed["by"])})
        return True


def _peak(times_s: Int64Array, level_m: FloatArray, start: int, after: int) -> dict[str, Any] | None:
    """Give the highest level after a moment; None where nothing is left of the curve."""
    ahead = np.flatnonzero(np.asarray(times_s) + start > after)
    if not len(ahead):
        return None
    top = ahead[int(np.argmax(np.asarray(level_m)[ahead]))]
    return {"at": int(times_s[top]) + start, "level": round(float(level_m[top]), 2)}
