"""What to protect first at the desk: the same as the command's, with costs and a plan, and measures into variants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from geodata.run.ranking import main_streets
from tests.viewer.desk.conftest import Seat
from tests.viewer.desk.test_runs import until
from twin.deciding.ranking import rank
from twin.stages import Progress
from viewer.desk import bench_work, rankings
from viewer.desk.desk import Desk
from viewer.desk.people import Standing


def ranked(seat: Seat, by: str = "sites") -> dict[str, Any]:
    assert seat.post("/api/rank", by=by).status_code == 200
    return dict(until(lambda: (found := seat.json(f"/api/rank?by={by}"))["state"] != "running" and found))


def test_nobody_asked_says_so_and_a_desk_without_a_run_too(seat: Seat, desk: Desk) -> None:
    told = seat.json("/api/rank")
    assert (told["state"], told["rows"], told["run"]["number"]) == ("none", [], 1)
    assert seat.get("/api/rank?by=beauty").status_code == 422
    assert seat.get("/api/rank?run=../../etc").status_code == 422
    assert Seat(desk, name="Mur", standing=Standing.READER).post("/api/rank").status_code == 403


def test_the_desk_ranks_as_the_command_does(seat: Seat, desk: Desk) -> None:
    told = ranked(seat)
    loaded = desk.shelf.get(told["run"]["id"])
    found = rank(loaded.result, is_main=main_streets(loaded.run.city_file))
    assert [row["asset"] for row in told["rows"]] == loaded.result.city.assets.id[found.asset].tolist()
    assert [row["height_m"] for row in told["rows"]] == (found.height_cm / 100).tolist()
    assert (told["count"], told["untouched"]) == (len(found), found.untouched)
    first = told["rows"][0]
    assert (first["by"], first["spared"]["lamp"]) == ("grid", round(float(found.spared[0][2]) / 3600, 1))
    by_lamps = ranked(seat, "lamps")
    assert sorted(row["by_lamps"] for row in told["rows"]) == [row["place"] for row in by_lamps["rows"]]
    dark = [row for row in told["rows"] if row["still"]]
    assert dark
    assert all(row["then_at"] > loaded.start for row in dark if row["then"])
    assert told["cuts"]
    assert set(told["lines"]) == {"fr", "en"}


def test_the_same_plan_is_not_ranked_again(seat: Seat, desk: Desk) -> None:
    key = ranked(seat)["key"]
    study = desk.rankings.ask(desk.shelf.get(desk.runs.all()[0].id), "sites", by="C. Lenoir")
    assert (study.key, study.by) == (key, "R. Morel"), "it is the one that is there"
    assert ranked(seat, "people")["key"] != key


def test_a_ranking_is_there_again_after_a_restart_and_says_so(seat: Seat, desk: Desk,
                                                              open_desk: Callable[..., Desk]) -> None:
    before = ranked(seat)
    assert before["is_again"] is False
    desk.close()
    again = Seat(open_desk())
    assert again.json("/api/rank?by=people")["state"] == "none", "what nobody asked for does not begin"
    told = until(lambda: (found := again.json("/api/rank"))["state"] == "done" and found)
    assert (told["is_again"], told["asked_by"], told["asked_at"]) == (True, before["asked_by"], before["asked_at"])
    assert told["rows"] == before["rows"]


def test_costs_and_a_budget_make_a_plan_that_is_run_as_a_whole(seat: Seat) -> None:
    ranked(seat)
    assert seat.json("/api/rank")["plan"]["needs"] == "budget"
    assert seat.post("/api/rank/cost", key="budget", cost=4000).status_code == 200
    assert seat.json("/api/rank")["plan"]["needs"] == "costs"
    assert seat.post("/api/rank/cost", key="circuit", cost=1000).status_code == 200
    assert seat.post("/api/rank/cost", key="A-002-1", cost=2500).status_code == 200
    told = seat.json("/api/rank")
    assert told["costs"]["circuit"]["by"] == "R. Morel"
    plan = told["plan"]
    assert plan["steps"]
    assert plan["spent"] <= plan["budget"] == 4000
    rows = {row["asset"]: row for row in told["rows"]}
    assert rows["A-002-1"]["cost"] == 2500, "its own cost comes before its kind's"
    assert [rows[step["asset"]]["step"] for step in plan["steps"]] == list(range(1, len(plan["steps"]) + 1))
    assert sum(step["adds"]["lamp"] for step in plan["steps"]) == pytest.approx(plan["together"]["lamp"], abs=0.5)
    assert plan["together"]["lamp"] > 0
    assert seat.post("/api/rank/cost", key="budget", cost=None).status_code == 200
    assert seat.json("/api/rank")["plan"]["needs"] == "budget"


@pytest.mark.parametrize(("key", "cost"), [("A-999", 5), ("budget", -1), ("cabinet", "high"), ("cabinet", True),
                                          ("cabinet", 1e12)])
def test_a_cost_of_nothing_there_or_no_amount_is_refused(seat: Seat, key: str, cost: Any) -> None:
    assert seat.post("/api/rank/cost", key=key, cost=cost).status_code == 422
    assert seat.json("/api/rank")["costs"] == {}


def test_a_row_goes_into_a_variant_once(seat: Seat) -> None:
    told = ranked(seat)
    row = next(row for row in told["rows"] if len(row["raises"]) > 1)
    line = {"sort": "raise", "assets": row["raises"], "by_m": row["height_m"]}
    said = {"base": told["run"]["id"], "name": "Protections", "line": line}
    made = seat.post("/api/drafts/add", **said).json()
    assert (made["name"], made["was_there"], len(made["lines"])) == ("Protections", False, 1)
    assert seat.post("/api/drafts/add", **said).json()["was_there"]
    outcome = seat.json(f"/api/drafts/{made['id']}/outcome")
    spared = outcome["base"]["lamp_hours"] - outcome["variant"]["lamp_hours"]
    assert spared == pytest.approx(row["spared"]["lamp"], abs=1.1), "what the ranking said of it"
    cut = told["cuts"][0]
    both = seat.post("/api/drafts/add", base=told["run"]["id"], name="Protections", line={
        "sort": "cut", "asset": cut["asset"], "at_s": cut["at_s"]}).json()
    assert (both["id"], len(both["lines"])) == (made["id"], 2)
    assert seat.post("/api/drafts/add", base=told["run"]["id"], name="x", line={"sort": "raise", "assets": [],
                                                                               "by_m": 1}).status_code == 422


def test_a_ranking_tells_how_far_it_is_and_can_be_stopped(seat: Seat, desk: Desk,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    told, go_on = threading.Event(), threading.Event()
    said: list[Progress] = []

    def slow(result: Any, *, tell: Any, **more: Any) -> Any:
        def watched(progress: Progress) -> None:
            said.append(progress)
            tell(progress)
            if progress.done == 2:
                told.set()
                assert go_on.wait(20)

        return rank(result, tell=watched, **more)

    monkeypatch.setattr(bench_work, "rank", slow)
    monkeypatch.setattr(rankings, "EVERY_S", 0)
    seat.post("/api/rank")
    assert told.wait(60)
    now = seat.json("/api/rank")
    assert (now["state"], now["progress"]["done"]) == ("running", 2)
    assert now["progress"]["of"] > 2
    seat.post("/api/rank/stop")
    go_on.set()
    stopped = until(lambda: (found := seat.json("/api/rank"))["state"] != "running" and found)
    assert (stopped["state"], stopped["error"], stopped["rows"]) == ("stopped", "R. Morel", [])
    assert desk.store.rows("SELECT key FROM ranking") == [], "a restart does not begin it again"
    assert [one.done for one in said] == [0, 1, 2, 3]
    assert seat.post("/api/rank/stop").status_code == 422
    assert desk.store.row("SELECT * FROM event WHERE what = 'rank'") is not None
    monkeypatch.setattr(bench_work, "rank", rank)
    assert ranked(seat)["state"] == "done", "asked again, it is made"


def test_a_ranking_that_fails_says_why(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(result: Any, **more: Any) -> Any:
        raise ValueError("no such thing")

    monkeypatch.setattr(bench_work, "rank", broken)
    found = ranked(seat)
    assert (found["state"], found["error"]) == ("failed", "no such thing")


def test_a_step_curve_at_this_water_at_more_and_with_its_pair(seat: Seat) -> None:
    told = ranked(seat)
    row = next(row for row in told["rows"] if row["then"])
    asset, cm = row["asset"], round(row["height_m"] * 100)
    this = seat.json(f"/api/rank/curve?asset={asset}&which=this")
    curve = this["curve"]
    assert curve["cm"][0] == 0
    assert {cm - 1, cm} <= set(curve["cm"])
    lamps = dict(zip(curve["cm"], curve["hours"]["lamp"], strict=True))
    assert lamps[0] - lamps[cm] == pytest.approx(row["spared"]["lamp"], abs=0.2), "what the ranking says of it"
    more = seat.json(f"/api/rank/curve?asset={asset}&which=more")["curve"]
    assert more["enough_cm"] <= round(row["more_m"] * 100)
    both = seat.json(f"/api/rank/curve?asset={asset}&which=with")
    assert both["asset"] == row["then"]
    assert both["curve"]["hours"]["lamp"][-1] <= curve["hours"]["lamp"][-1]
    assert isinstance(this["hangs_on"], list)
    for query in ("asset=A-999&which=this", f"asset={asset}&which=beauty", "asset=&which=this"):
        assert seat.get(f"/api/rank/curve?{query}").status_code == 422
    assert seat.get(f"/api/rank/curve?by=people&asset={asset}&which=this").status_code == 422, "not ranked by it"
