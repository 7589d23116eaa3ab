"""The river leaves the run: the night is proposed anew with its levels corrected, and done by itself where allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from scenarios import load_scenario, prepare
from scenarios.stage_curves import stage_curves
from tests.viewer.desk.conftest import EVENING, Seat
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.reruns import Reruns

NOW = int(EVENING.timestamp())


@pytest.fixture
def asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []

    def ask(request: Any, *, by: str) -> Any:
        found.append((request, by))
        return type("Kept", (), {"id": request.id, "number": 9, "state": "queued"})()

    monkeypatch.setattr(desk.queue, "ask", ask)
    monkeypatch.setattr(type(desk.clock), "epoch", lambda self: NOW)
    return found


def read(desk: Desk, off_m: float, *, minutes: int = 60) -> None:
    """Let the gauge read off the curve for the last hour."""
    night = desk.night().latest
    assert night is not None
    curve = night.curves[0]
    for ago in range(minutes, -1, -5):
        at = NOW - 60 * ago
        level = float(np.interp(at - night.start, curve.times_s, curve.level_m)) + off_m
        body = (f'[{{"series": "{curve.gauge}", "what": "level", "unit": "m", "value": {level:.3f}, '
                f'"observed": "{datetime.fromtimestamp(at, UTC).isoformat()}"}}]')
        desk.sources.take(body.encode(), source="gauge", sort="inbox")


def test_a_river_off_its_curve_is_proposed_and_run_with_its_readings(desk: Desk, asked: list[Any]) -> None:
    seat = Seat(desk)
    told = seat.json("/api/river")
    assert (told["proposal"], told["allowed"]) == (None, None)
    assert told["limits"] == {"most_s": 12 * 3600, "apart_s": 1800, "differs_m": 0.1, "old_s": 1800}
    assert seat.post("/api/river/run").status_code == 422, "nothing was read"
    read(desk, 0.22)
    proposal = seat.json("/api/river")["proposal"]
    assert (proposal["number"], proposal["off_m"], proposal["read_at"]) == (1, 0.22, NOW)
    peak, before = proposal["peak"], proposal["peak_before"]
    assert peak["at"] < before["at"], "it comes earlier"
    assert seat.json("/api/tonight")["rerun"]["proposal"] == proposal
    assert seat.post("/api/river/run").status_code == 200
    (request, by), = asked
    assert by == "R. Morel"
    scenario = load_scenario(request.scenario)
    assert prepare(scenario).plan.issued_at == EVENING
    loaded = desk.night().latest
    assert loaded is not None
    made, = stage_curves(scenario, desk.city_file, loaded.own_start)
    curve = loaded.curves[0]
    off = np.asarray(made.level_m) - np.interp(made.times_s, curve.times_s, curve.level_m)
    at = NOW - loaded.start
    assert off[made.times_s < at - 3600 - 300] == pytest.approx(0, abs=0.006)
    assert float(np.interp(at - 600, made.times_s, off)) == pytest.approx(0.22, abs=0.03), "as it was read"
    # The night rises, so that it comes earlier: its top is there before.
    assert proposal["way"] == "shifted"
    assert int(made.times_s[np.argmax(made.level_m)]) < int(curve.times_s[np.argmax(curve.level_m)])
    assert request.base == "", "a night of its own, no variant"


def test_a_river_on_its_curve_proposes_nothing(desk: Desk, asked: list[Any]) -> None:
    read(desk, 0.03)
    assert Seat(desk).json("/api/river")["proposal"] is None


def test_the_desk_runs_by_itself_only_where_an_operator_allowed_it(desk: Desk, asked: list[Any],
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    seat = Seat(desk)
    read(desk, 0.22)
    reruns = next(one for one in desk.looks if isinstance(one, Reruns))
    assert not reruns.look()
    assert seat.post("/api/river/allow", until=NOW + 13 * 3600).status_code == 422
    assert seat.post("/api/river/allow", until=NOW + 3600).status_code == 200
    assert seat.json("/api/river")["allowed"] == {"until": NOW + 3600, "by": "R. Morel", "at": NOW}
    assert reruns.look()
    assert not reruns.look(), "one in half an hour"
    assert [by for _, by in asked] == ["R. Morel"]
    assert desk.night().approved is None, "nothing is approved by itself"
    monkeypatch.setattr(type(desk.clock), "epoch", lambda self: NOW + 3601)
    assert seat.json("/api/river")["allowed"] is None
    seat.post("/api/river/allow", until=NOW)
    log = seat.get("/journal.csv?lang=fr").text
    assert "recalculer de lui-même jusqu’à 22:12" in log
    assert "demandé par le poste de lui-même, autorisé par R. Morel" in log
    assert "ne laisse plus le poste" in log
    reader = Seat(desk, name="Mur", standing=Standing.READER)
    assert reader.post("/api/river/allow", until=NOW + 3600).status_code == 403
    assert reader.post("/api/river/run").status_code == 403


def test_how_often_a_forecast_was_passed_at_its_lead_is_said(desk: Desk, asked: list[Any]) -> None:
    """The figures of four forecasts, of which the river passed three."""
    with desk.store.note() as tx:
        for k, foretold in enumerate((5.85, 6.07, 6.10, 6.16)):
            issued = NOW - 10 * 86_400 + k * 86_400
            for lead in (3, 6, 9):
                tx.execute("INSERT INTO forecast VALUES ('v', 'pont-neuf', ?, ?, NULL, ?, NULL, 0, '')",
                           (issued, issued + lead * 3600, foretold if lead == 6 else 0.0))
    assert Seat(desk).json("/api/tonight")["river"]["passed"] is None, "nothing was read yet"
    for k, came in enumerate((5.80, 6.20, 6.28, 6.39)):
        at = NOW - 10 * 86_400 + k * 86_400 + 6 * 3600 + 120
        body = (f'[{{"series": "pont-neuf", "what": "level", "unit": "m", "value": {came}, '
                f'"observed": "{datetime.fromtimestamp(at, UTC).isoformat()}"}}]')
        desk.sources.take(body.encode(), source="gauge", sort="inbox")
    told = Seat(desk).json("/api/tonight")["river"]["passed"]
    assert (told["n"], told["of"], told["lead_s"]) == (3, 4, 6 * 3600)
    assert told["says"]["fr"] == "Prévisions à 6 h dépassées par la rivière\u00a0: 3 sur 4."


def test_it_is_said_at_the_lead_of_the_peak_where_that_was_foretold(desk: Desk, asked: list[Any]) -> None:
    """The peak is foretold for 23:30, two hours ahead: three forecasts at that lead, one passed."""
    with desk.store.note() as tx:
        for k, foretold in enumerate((2.0, 3.0, 3.0)):
            issued = NOW - (k + 2) * 86_400
            tx.execute("INSERT INTO forecast VALUES ('v', 'pont-neuf', ?, ?, NULL, ?, NULL, 0, '')",
                       (issued, issued + 2 * 3600, foretold))
    for k in range(3):
        at = NOW - (k + 2) * 86_400 + 2 * 3600
        body = (f'[{{"series": "pont-neuf", "what": "level", "unit": "m", "value": 2.5, '
                f'"observed": "{datetime.fromtimestamp(at, UTC).isoformat()}"}}]')
        desk.sources.take(body.encode(), source="gauge", sort="inbox")
    told = Seat(desk).json("/api/tonight")["river"]["passed"]
    assert (told["n"], told["of"], told["lead_s"]) == (1, 3, 2 * 3600)
    assert told["says"]["en"].startswith("Forecasts")
