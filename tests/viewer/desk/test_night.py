"""The night at the desk: the picture, alarms one per cause, acts, facts, words against the computation."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.viewer.desk.conftest import EVENING, Seat, placed
from viewer.desk.alarms import Alarm, alarms_of, of_river
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk


def test_the_picture_says_what_the_run_says(seat: Seat, desk: Desk) -> None:
    desk.clock = DeskClock.set_to(EVENING + timedelta(seconds=40))
    told = seat.json("/api/tonight")
    assert told["moment"] == EVENING.timestamp() < told["now"], "counted at the minute that the clock shows"
    assert told["texts"] == [["Crue décennale de l’Ouche", "en", "Ten-year flood of the Ouche"]]
    shown = desk.night().shown
    assert shown is not None
    t_s = shown.at(told["moment"])
    assert t_s is not None
    lamps = next(row for row in told["counts"] if row["row"] == "lamps")["values"]
    assert lamps == shown.lamps_out([t_s + hours * 3600 for hours in told["hours"]])
    rows = shown.result.indicators["last_moment_to_act"]["rows"]
    ahead = [row["asset"] for row in rows if datetime.fromisoformat(row["act_before"]).timestamp() > told["now"]]
    assert [row["asset"] for row in told["acts"]["ahead"] if row["sort"] == "cut"] == ahead
    assert told["acts"]["ahead"], "there is something to do at this hour"
    assert told["status"] == "exercise"
    assert told["river"]["curves"]["latest"]
    assert told["river"]["newest"] is None, "no reading is no 0"


def test_an_empty_desk_says_so(tmp_path: Path, open_desk: Callable[..., Desk]) -> None:
    told = Seat(open_desk()).json("/api/tonight")
    assert told["texts"] == []
    assert (told["phase"], told["latest"], told["counts"], told["alarm_rows"]) == ("none", None, [], [])


@pytest.mark.parametrize(("moment", "phase"), [("2026-11-22T10:00+01:00", "before"),
                                               ("2026-12-01T10:00+01:00", "after")])
def test_before_and_after_the_run_nothing_is_shown_as_now(tmp_path: Path, open_desk: Callable[..., Desk], moment: str,
                                                          phase: str) -> None:
    placed(tmp_path)
    told = Seat(open_desk(datetime.fromisoformat(moment))).json("/api/tonight")
    assert told["phase"] == phase
    assert told["observed"] is None
    assert phase == "before" or {value for row in told["counts"] for value in row["values"]} == {None}


def test_one_cause_is_one_alarm_and_the_night_stays_below_the_flood_rate(desk: Desk) -> None:
    # EEMUA 191: a flood of alarms begins above 10 in 10 minutes.
    loaded = desk.night().shown
    assert loaded is not None
    before: set[str] = set()
    most = 0
    for t_s in range(0, loaded.duration_s, 600):
        keys = [alarm.key for alarm in alarms_of(loaded, t_s)]
        assert len(keys) == len(set(keys))
        most = max(most, len(set(keys) - before))
        before = set(keys)
    assert 0 < most <= 10
    o = loaded.result.outages
    assert len(np.unique(o.asset)) > 5 * len(before), "hundreds of dark lamps are a few alarms"


def test_an_alarm_is_acknowledged_once_and_by_name(seat: Seat, desk: Desk) -> None:
    assert desk.look() > 0
    assert desk.look() == 0, "what is known is not new"
    first = seat.json("/api/tonight")["alarm_rows"][0]
    assert first["ack_at"] is None
    assert seat.post("/api/alarms/ack", key=first["key"]).json()["ack_by"] == "R. Morel"
    other = Seat(desk, name="C. Lenoir")
    refused = other.post("/api/alarms/ack", key=first["key"])
    assert refused.status_code == 422
    assert "R. Morel" in refused.json()["found"]
    assert other.post("/api/alarms/ack", key="none").status_code == 422


def test_a_shelved_alarm_comes_back_by_itself(seat: Seat, desk: Desk) -> None:
    desk.look()
    key = seat.json("/api/tonight")["alarm_rows"][0]["key"]
    now = desk.clock.epoch()
    assert seat.post("/api/alarms/shelve", key=key, until=now + 99 * 3600).status_code == 422
    assert seat.post("/api/alarms/shelve", key=key, until=now + 600).status_code == 200
    row = next(one for one in desk.alarms.listed(now) if one["key"] == key)
    assert row["shelved_until"] == now + 600
    back = next(one for one in desk.alarms.listed(now + 601) if one["key"] == key)
    assert back["shelved_until"] is None


def test_an_alarm_that_is_over_stays_until_it_was_seen(seat: Seat, desk: Desk) -> None:
    desk.look()
    now, key = desk.clock.epoch(), desk.alarms.listed(desk.clock.epoch())[0]["key"]
    desk.alarms.update([], now + 60)
    over = next(one for one in desk.alarms.listed(now + 60) if one["key"] == key)
    assert over["ended"] == now + 60
    desk.alarms.acknowledge(key, by="R. Morel", now=now + 90)
    assert key not in [one["key"] for one in desk.alarms.listed(now + 90)]
    desk.look()
    again = next(one for one in desk.alarms.listed(now + 120) if one["key"] == key)
    assert again["ack_at"] is None, "a cause that comes back is a new alarm"


def test_an_acknowledged_river_alarm_sounds_again_when_it_gets_worse_and_only_then(seat: Seat, desk: Desk) -> None:
    def at(read_m: float, now: int) -> dict[str, Any]:
        desk.alarms.update([one for one in [of_river("g", "Pont-Neuf", read_m, 3.00, now)] if one], now)
        return next(one for one in desk.alarms.listed(now) if one["key"] == "river:g")

    now = desk.clock.epoch()
    assert at(3.12, now)["ack_at"] is None
    desk.alarms.acknowledge("river:g", by="R. Morel", now=now)
    assert at(3.19, now + 60)["ack_at"] == now, "as bad as it was"
    worse = at(3.26, now + 120)
    assert (worse["ack_at"], worse["ack_by"], worse["worse_at"]) == (None, None, now + 120)
    desk.alarms.acknowledge("river:g", by="C. Lenoir", now=now + 130)
    assert at(3.14, now + 180)["ack_by"] == "C. Lenoir", "better is no news"
    assert at(3.28, now + 240)["ack_by"] == "C. Lenoir", "nor is what was seen already"
    desk.alarms.shelve("river:g", until=now + 3600, by="R. Morel", now=now + 250)
    back = at(3.31, now + 300)
    assert (back["shelved_until"], back["ack_at"]) == (None, None), "who shelved it saw less"
    told = [json.loads(row["body"]) for row in desk.store.rows("SELECT body FROM event WHERE what = 'alarm'")]
    assert [one.get("worse", False) for one in told if one["key"] == "river:g"] == [False, True, True]
    assert any("s’aggrave" in line["said"]["fr"] for line in seat.json("/api/journal")["lines"])


def test_an_acknowledged_alarm_whose_priority_rises_sounds_again(seat: Seat, desk: Desk) -> None:
    now = desk.clock.epoch()
    third = Alarm(key="root:X", sort="root", priority=3, when=now, asset="X")
    desk.alarms.update([third], now)
    desk.alarms.acknowledge("root:X", by="R. Morel", now=now)
    assert desk.alarms.update([replace(third, priority=1)], now + 60) == 1
    assert next(one for one in desk.alarms.listed(now + 60) if one["key"] == "root:X")["ack_at"] is None


def test_what_became_of_an_act_is_kept_with_its_author(seat: Seat, desk: Desk) -> None:
    act = seat.json("/api/tonight")["acts"]["ahead"][0]
    assert seat.post("/api/acts", asset=act["asset"], state="under_way", crew="Équipe 2",
                     version=act["version"]).status_code == 200
    other = Seat(desk, name="C. Lenoir")
    refused = other.post("/api/acts", asset=act["asset"], state="done", version=act["version"])
    assert "R. Morel" in refused.json()["error"]
    now = seat.json("/api/tonight")["acts"]["ahead"][0]
    assert (now["state"], now["crew"], now["by"]) == ("under_way", "Équipe 2", "R. Morel")


def out_now(desk: Desk, kind: str, *, out: bool) -> str:
    loaded = desk.night().shown
    assert loaded is not None
    moment = loaded.moment(loaded.at(desk.clock.epoch()) or 0)
    assets = loaded.result.city.assets
    rows = np.flatnonzero((moment.is_out == out) & assets.of_kind(kind))
    # What is out for longest: a word of some minutes ago is of the same state.
    since_s = loaded.result.outages.start_s[moment.outage[rows]] if out else rows
    return str(assets.id[rows[np.argmin(since_s)]])


def test_a_call_is_a_fact_with_caller_time_and_age(seat: Seat, desk: Desk) -> None:
    cabinet, now = out_now(desk, "cabinet", out=True), desk.clock.epoch()
    assert seat.post("/api/facts", asset=cabinet, state="in_service", caller="équipe 2",
                     seen_at=now - 300).status_code == 200
    told = seat.json("/api/tonight")
    fact = told["facts"][0]
    assert (fact["asset"], fact["by"], fact["caller"], fact["renew"]) == (cabinet, "R. Morel", "équipe 2", False)
    assert [one["asset"] for one in told["observed"]["contradicted"]] == [cabinet]
    assert f"contradicted:{cabinet}" in [one["key"] for one in told["alarm_rows"]]
    assert desk.facts.listed(now + 3600)[0]["renew"], "it asks to be renewed"
    seat.post("/api/facts/end", fact=fact["id"])
    told = seat.json("/api/tonight")
    assert told["facts"] == []
    assert told["observed"]["contradicted"] == []


@pytest.mark.parametrize("said", [{"state": "maybe"}, {"caller": " "}, {"asset": "A-999"}, {"seen_at": 2_000_000_000},
                                  {"seen_at": "now"}])
def test_a_fact_that_says_nothing_is_refused(seat: Seat, desk: Desk, said: dict[str, object]) -> None:
    good = {"asset": out_now(desk, "cabinet", out=True), "state": "out", "caller": "riverain"}
    assert seat.post("/api/facts", **{**good, **said}).status_code == 422
    assert desk.facts.listed(desk.clock.epoch()) == []


def test_dark_lamps_that_nobody_foretold_name_their_cabinet(seat: Seat, desk: Desk) -> None:
    loaded = desk.night().shown
    assert loaded is not None
    assets, is_out = loaded.result.city.assets, loaded.moment(loaded.at(desk.clock.epoch()) or 0).is_out
    cabinets = loaded.view.cabinet
    for cabinet in np.flatnonzero(assets.of_kind("cabinet") & ~is_out).tolist():
        mine = np.flatnonzero((cabinets == cabinet) & assets.of_kind("lamp") & ~is_out)
        if len(mine) > 8:
            break
    # Lamps of several circuits of one cabinet: no circuit explains them all.
    for lamp in mine[:: max(1, len(mine) // 8)][:8]:
        seat.post("/api/facts", asset=str(assets.id[lamp]), state="out", caller="riverain")
    told = seat.json("/api/tonight")
    assert told["observed"]["suspects"][0]["asset"] == str(assets.id[cabinet])
    alarms = [one["key"] for one in told["alarm_rows"]]
    assert f"suspect:{assets.id[cabinet]}" in alarms
    assert not [key for key in alarms if key.startswith("unforeseen")], "one alarm for all that it explains"


def test_the_main_courante_is_kept_and_handed_out(seat: Seat, desk: Desk) -> None:
    seat.post("/api/note", text="=HYPERLINK(\"http://evil\")")
    seat.post("/api/facts", asset=out_now(desk, "cabinet", out=True), state="out", caller="riverain")
    for lang in ("fr", "en"):
        rows = list(csv.reader(io.StringIO(seat.get(f"/journal.csv?lang={lang}").text.lstrip("\ufeff"))))
        assert rows[0][0], "a heading"
        assert all(datetime.fromisoformat(row[0]).utcoffset() == timedelta(hours=1) for row in rows[1:])
        assert {row[1] for row in rows[1:]} >= {"R. Morel"}
        assert any(row[2].startswith("'=") for row in rows), "no spreadsheet takes it for a formula"
        assert all(json.loads(row[3]) is not None for row in rows[1:])
    assert seat.get("/journal.csv?lang=de").status_code == 422


def test_an_asset_says_why(seat: Seat, desk: Desk) -> None:
    lamp = out_now(desk, "lamp", out=True)
    told = seat.json(f"/api/assets/{lamp}")
    assert told["condition"] in ("out", "may_be_out")
    assert lamp in told["why"]["fr"] or told["why"]["fr"]
    assert told["why"]["fr"] != told["why"]["en"]
    assert seat.get("/api/assets/L-99999").status_code == 422
    assert seat.json("/api/find?q=A-0")["found"][0]["kind"] == "cabinet"


def test_the_clock_of_an_exercise_runs_on(desk: Desk) -> None:
    assert desk.clock.is_exercise
    assert abs((desk.clock.now() - EVENING).total_seconds()) < 60
