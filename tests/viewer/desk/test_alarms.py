"""Alarms: what the plan orders is none, what was expected and did not come is one, a word tells of its own moment."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.alarms import Load
from geodata.run.folder import Run
from tests.nights import night
from tests.viewer.desk.conftest import Seat
from twin.codes import Mechanism
from twin.quantities import NONE
from viewer.desk.alarm_book import NEW_S, AlarmBook
from viewer.desk.alarms import Alarm, alarms_of, of_source
from viewer.desk.desk import Desk
from viewer.desk.loaded import Loaded
from viewer.desk.observed import Word, compared
from viewer.desk.runs import RunEntry
from viewer.desk.store import Store

ENTRY = RunEntry(id="0" * 16, number=1, name="n", state="done")


def loaded(run: Run) -> Loaded:
    return Loaded(ENTRY, run)


@pytest.mark.parametrize("name", ["ouche-q10", "ouche-q100", "ouche-q100-refuges"])
def test_a_flood_night_stays_below_the_flood_rate(name: str) -> None:
    """EEMUA 191: above 10 in 10 minutes is a flood of alarms; 1 in 10 minutes is what one person bears for long."""
    one = loaded(night(name))
    before: set[str] = set()
    counts = []
    for t_s in range(0, one.duration_s, 600):
        keys = {alarm.key for alarm in alarms_of(one, t_s) if not alarm.is_by_design}
        counts.append(len(keys - before))
        before = keys
    assert max(counts[1:]) <= 10, "never a flood"
    assert sum(counts) <= 150, "fewer than an operator takes in a day"
    assert np.mean(counts) < 1


def test_most_alarms_are_not_of_the_first_priority() -> None:
    one = loaded(night("ouche-q100"))
    by_key: dict[str, Alarm] = {}
    for t_s in range(0, one.duration_s, 600):
        by_key |= {alarm.key: alarm for alarm in alarms_of(one, t_s)}
    first = [alarm for alarm in by_key.values() if alarm.priority == 1]
    assert 0 < len(first) < len(by_key) / 2


def test_a_cut_that_the_plan_orders_is_no_alarm_but_a_site_that_it_darkens_is() -> None:
    one = loaded(night("ouche-q100-refuges"))
    o = one.result.outages
    begin = int(o.start_s[o.mechanism == Mechanism.CUT].min())
    alarms = alarms_of(one, begin + 60)
    cuts = [alarm for alarm in alarms if alarm.mechanism == "cut"]
    assert cuts
    for alarm in cuts:
        assert alarm.is_by_design == (not alarm.sites)
    assert replace(cuts[0], sites=()).is_by_design
    assert not replace(cuts[0], sites=("École",)).is_by_design
    assert not replace(cuts[0], sites=(), mechanism="flooded").is_by_design


def test_what_somebody_went_to_do_and_nobody_says_is_done_is_an_alarm(seat: Seat, desk: Desk,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    act = seat.json("/api/tonight")["acts"]["ahead"][0]
    seat.post("/api/acts", asset=act["asset"], state="under_way", crew="Équipe 2", version=act["version"])
    key = f"overdue:{act['asset']}"
    desk.look()
    assert key not in [row["key"] for row in desk.alarms.listed(desk.clock.epoch())], "its moment is still ahead"
    monkeypatch.setattr(type(desk.clock), "epoch", lambda clock: act["before"] + 60)
    desk.look()
    row = next(row for row in desk.alarms.listed(act["before"] + 60) if row["key"] == key)
    assert (row["sort"], row["values"]["crew"], row["ack_at"]) == ("overdue", "Équipe 2", None)
    seat.post("/api/acts", asset=act["asset"], state="done", crew="Équipe 2", version=1)
    desk.look()
    ended = next(row for row in desk.alarms.listed(act["before"] + 90) if row["key"] == key)
    assert ended["ended"] is not None


def test_a_word_from_before_an_outage_does_not_contradict_it(desk: Desk) -> None:
    one = desk.night().shown
    assert one is not None
    o, assets = one.result.outages, one.result.city.assets
    is_long = (o.end_s == NONE) | (o.end_s - o.start_s > 3600)
    mine = np.flatnonzero(assets.of_kind("cabinet")[o.asset] & is_long)
    row, start_s = int(o.asset[mine[0]]), int(o.start_s[mine[0]])

    def said(at_s: int) -> dict[str, Any]:
        word = Word(asset=row, is_out=False, at=one.start + at_s, by="horloges", is_fact=False)
        return compared(one, [word], start_s + 1200)

    assert said(start_s - 600)["contradicted"] == [], "it was in service then, and the run says so too"
    assert [found["asset"] for found in said(start_s + 600)["contradicted"]] == [str(assets.id[row])]


def test_vital_sites_are_warned_before_the_first_that_befalls_them(seat: Seat, desk: Desk) -> None:
    one = desk.night().shown
    assert one is not None
    acts = seat.json("/api/tonight")["acts"]
    warned = [act for act in [*acts["ahead"], *acts["past"]] if act["sort"] == "warn"]
    assert warned
    for act in warned:
        row = one.result.city.assets.row(act["asset"])
        wet_s, mine = int(one.result.exposure.touched_at_s[row]), one.result.outages.asset == row
        first = [int(value) for value in one.result.outages.start_s[mine]] + ([wet_s] if wet_s != NONE else [])
        assert act["before"] == one.start + min(value for value in first if value > 0)
        assert act["binds"] in ("water", "reserve", "power")
    assert [act["before"] for act in acts["ahead"]] == sorted(act["before"] for act in acts["ahead"])


def test_the_figures_of_a_night_are_counted_as_eemua_191_counts_them() -> None:
    calm = Load(counts=(0, 2, 1, 0, 0, 0), priorities=(0, 1, 2), at_first=0, by_design=0, hours=1)
    assert (calm.total, calm.peak, calm.average, calm.flood_share, calm.holds) == (3, 2, 1.0, 0.0, True)
    flood = Load(counts=(3, 11, 6, 5, 4, 7), priorities=(0, 0, 36), at_first=0, by_design=0, hours=1)
    assert flood.flood_share == 0.5, "from above 10 on until below 5; 7 begin no other"
    assert not flood.holds


def test_the_last_alarm_that_is_over_and_seen_is_told_where_none_stands(desk: Desk, seat: Seat) -> None:
    now = desk.clock.epoch()
    assert seat.json("/api/tonight")["last_alarm"] is None
    alarm = of_source("radar", now - 40_000, now)
    desk.alarms.update([alarm], now - 900)
    desk.alarms.update([], now - 600)
    assert seat.json("/api/tonight")["last_alarm"] is None, "over, and seen by nobody: it stands in the list"
    desk.alarms.acknowledge(alarm.key, by="R. Morel", now=now - 300)
    last = seat.json("/api/tonight")["last_alarm"]
    assert (last["sort"], last["name"], last["ended"], last["ack_by"]) == ("source", "radar", now - 600, "R. Morel")


def test_new_is_what_rang_here_within_minutes_and_nobody_acknowledged(tmp_path: Path) -> None:
    """What the desk finds as it opens rang with its opening; what comes later is new, counted and named as the last."""
    with closing(Store(tmp_path / "desk.sqlite")) as store:
        rings(AlarmBook(store))
    with closing(Store(tmp_path / "calm.sqlite")) as store:
        # A desk that was opened on no alarm misses none that comes, and one that starts again knows its own.
        calm, comes = AlarmBook(store), Alarm(key="root:C", sort="root", priority=1, when=40)
        calm.update([], 1000)
        calm.update([comes], 1001)
        again = AlarmBook(store)
        again.update([comes, replace(comes, key="root:D")], 1002)
        assert again.counts(1002)["new"] == 2


def rings(book: AlarmBook) -> None:
    """Two at the opening, one five minutes later."""
    there = [Alarm(key=f"root:{one}", sort="root", priority=1, when=50) for one in "AB"]
    comes = Alarm(key="root:C", sort="root", priority=1, when=40)
    book.update(there, 1000)
    assert [one["is_new"] for one in book.listed(1000)] == [False, False]
    assert book.counts(1000)["last"] == {"keys": ["root:A", "root:B"], "rang": 1000, "at_opening": True}
    book.update([*there, comes], 1300)
    first = book.listed(1300)[0]
    assert (first["key"], first["is_new"], first["rang"], first["when"]) == ("root:C", True, 1300, 40)
    told = book.counts(1300)
    assert (told["unseen"], told["active"], told["new"], told["shelved"]) == (3, 3, 1, 0)
    assert told["last"] == {"keys": ["root:C"], "rang": 1300, "at_opening": False}
    assert book.counts(1300 + NEW_S + 1)["new"] == 0
    assert book.counts(1300 + NEW_S + 1)["last"]["keys"] == ["root:C"], "no longer new, and still the last"
    book.acknowledge("root:C", by="R. Morel", now=1310)
    assert book.counts(1310)["new"] == 0


def test_since_when_a_site_is_on_its_last_feed_is_when_the_other_was_lost() -> None:
    one = loaded(night("ouche-q100"))
    found = [(t_s, alarm) for t_s in range(0, one.duration_s, 1800) for alarm in alarms_of(one, t_s)
             if alarm.sort == "last_feed"]
    assert found
    o = one.result.outages
    for t_s, alarm in found:
        assert alarm.when <= one.start + t_s
        assert alarm.when - one.start in o.start_s
