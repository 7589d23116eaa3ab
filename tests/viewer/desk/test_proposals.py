"""A run is brought to a named person: seen by all, decided by nobody but who approves it or says no."""

from __future__ import annotations

from tests.viewer.desk.conftest import Seat
from viewer.desk.desk import Desk


def test_a_proposal_is_open_until_it_is_declined_or_approved(desk: Desk, seat: Seat) -> None:
    chief, run, now = Seat(desk, name="C. Lenoir"), desk.runs.all()[0].id, desk.clock.epoch()
    assert seat.json("/api/about")["proposed"] is None
    assert seat.json("/api/deciders")["names"] == ["C. Lenoir", "R. Morel"], "who asks stands last"
    said = {"run": run, "other": "", "decider": "C. Lenoir", "reason": "434 lampes reviennent plus tôt"}
    assert seat.post("/api/proposals", **said).status_code == 200
    waits = chief.json("/api/about")["proposed"]
    assert (waits["run"], waits["decider"], waits["by"], waits["count"]) == (run, "C. Lenoir", "R. Morel", 1)
    assert chief.json("/api/about")["approved"] is None, "nothing is approved by it"
    line = seat.json("/api/journal")["lines"][0]
    assert (line["who"], line["what"]) == ("R. Morel", "propose")
    assert "C. Lenoir" in line["said"]["fr"]
    assert said["reason"] in line["said"]["en"]
    assert chief.post("/api/proposals/decline", run=run, reason="trop tard").status_code == 200
    row = seat.json("/api/runs")["rows"][0]["proposal"]
    assert (row["state"], row["declined_by"], row["declined_why"]) == ("declined", "C. Lenoir", "trop tard")
    assert seat.json("/api/about")["proposed"] is None
    assert "ne retient pas" in seat.json("/api/journal")["lines"][0]["said"]["fr"]
    seat.post("/api/proposals", **{**said, "other": run})
    assert "comparé au n° 1".replace("n° ", "n°\u00a0") in seat.json("/api/journal")["lines"][0]["said"]["fr"]
    chief.post(f"/api/runs/{run}/approve", until=now + 3600, reason="retenu")
    assert seat.json("/api/runs")["rows"][0]["proposal"]["state"] == "approved"
    assert seat.json("/api/about")["proposed"] is None


def test_a_proposal_that_says_too_little_is_refused_and_a_second_no_too(desk: Desk, seat: Seat) -> None:
    run = desk.runs.all()[0].id
    whole = {"run": run, "decider": "C. Lenoir", "reason": "lu"}
    for missing in ({"decider": " "}, {"reason": ""}, {"run": "../x"}, {"run": "f" * 16}, {"other": "f" * 16}):
        refused = seat.post("/api/proposals", **{**whole, **missing})
        assert refused.status_code == 422, missing
        assert refused.json()["said"]["fr"] != refused.json()["said"]["en"]
    assert seat.post("/api/proposals/decline", run=run, reason="non").status_code == 422, "nobody proposed it"
