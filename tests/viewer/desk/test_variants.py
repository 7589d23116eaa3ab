"""Variants at the desk: lines with authors, undo, two who change one, the outcome at once, and the file it makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geodata.run.folder import read_run
from scenarios import load_scenario, prepare, run_scenario
from tests.viewer.desk.conftest import Seat
from twin.engine.part import Intervals
from viewer.desk.desk import Desk
from viewer.desk.whole import Whole
from viewer.scene.intervals import OPEN

CUT = {"sort": "cut", "asset": "P-02", "at_s": 3600}
RAISE = {"sort": "raise", "asset": "A-012", "by_m": 0.6}


@pytest.fixture
def draft(seat: Seat) -> dict[str, Any]:
    return dict(seat.post("/api/drafts", name="Quais coupés").json())


def put(seat: Seat, draft: dict[str, Any], *lines: dict[str, Any]) -> dict[str, Any]:
    answer = seat.post(f"/api/drafts/{draft['id']}/lines", lines=list(lines), version=draft["version"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_lines_keep_their_authors(seat: Seat, desk: Desk, draft: dict[str, Any]) -> None:
    first = put(seat, draft, CUT)
    other = Seat(desk, name="C. Lenoir")
    both = put(other, first, *first["lines"], RAISE)
    assert [line["by"] for line in both["lines"]] == ["R. Morel", "C. Lenoir"]
    off = put(other, both, {**both["lines"][0], "on": False}, both["lines"][1])
    assert (off["lines"][0]["by"], off["lines"][0]["on"]) == ("R. Morel", False), "set aside, it stays its author's"
    changed = put(other, off, {**off["lines"][0], "at_s": 7200}, off["lines"][1])
    assert changed["lines"][0]["by"] == "C. Lenoir", "what was changed is its changer's"


def test_undo_goes_back_to_the_version_before(seat: Seat, draft: dict[str, Any]) -> None:
    one = put(seat, draft, CUT)
    two = put(seat, one, *one["lines"], RAISE)
    back = seat.post(f"/api/drafts/{draft['id']}/undo", version=two["version"]).json()
    assert back["lines"] == one["lines"]
    empty = seat.post(f"/api/drafts/{draft['id']}/undo", version=back["version"]).json()
    assert empty["lines"] == []
    assert seat.post(f"/api/drafts/{draft['id']}/undo", version=empty["version"]).status_code == 422


def test_the_second_of_two_is_told_who_was_first(seat: Seat, desk: Desk, draft: dict[str, Any]) -> None:
    put(seat, draft, CUT)
    other = Seat(desk, name="C. Lenoir")
    refused = other.post(f"/api/drafts/{draft['id']}/lines", lines=[RAISE], version=draft["version"])
    assert (refused.status_code, refused.json()["who"]) == (409, "R. Morel")
    assert [line["sort"] for line in other.json(f"/api/drafts/{draft['id']}")["lines"]] == ["cut"], "nothing is lost"


@pytest.mark.parametrize("line", [
    {"sort": "cut", "asset": "P-99", "at_s": 3600}, {"sort": "cut", "asset": "P-02"}, {"sort": "magic"}, {},
    {"sort": "cut", "asset": "P-02", "at_s": 10**9}, {"sort": "cut", "asset": "P-02", "at_s": 60, "until_s": 30},
    {"sort": "raise", "asset": "A-012", "by_m": "high"}, {"sort": "raise", "asset": "A-012", "by_m": True},
    {"sort": "level", "by_m": 0}, {"sort": "level", "by_m": 99}, {"sort": "fact", "asset": "A-012", "at_s": 5},
    {"sort": "add_supplier", "supplier": "A-012", "consumer": "A-012"},
    {"sort": "raise", "asset": ["A-012"], "by_m": 1},
    {"sort": "cut", "asset": "P-02", "at_s": 60, "on": "yes"}])
def test_a_line_that_does_not_fit_is_refused_and_nothing_changes(seat: Seat, draft: dict[str, Any],
                                                                 line: dict[str, Any]) -> None:
    answer = seat.post(f"/api/drafts/{draft['id']}/lines", lines=[CUT, line], version=draft["version"])
    assert answer.status_code == 422, answer.text
    assert seat.json(f"/api/drafts/{draft['id']}")["lines"] == []


def test_the_outcome_comes_at_once_and_equals_a_run_of_the_file(seat: Seat, desk: Desk, draft: dict[str, Any]) -> None:
    put(seat, draft, CUT, RAISE, {"sort": "fact", "asset": "C-19", "at_s": 7200, "state": "in_service"})
    seat.json(f"/api/drafts/{draft['id']}/outcome")
    told = seat.json(f"/api/drafts/{draft['id']}/outcome")
    assert told["ms"] < 1500, "300 ms on a quiet machine"
    assert told["variant"] != told["base"]
    desk.queue.ask = lambda request, by: type("Kept", (), {  # type: ignore[method-assign, assignment]
        "id": request.id, "number": 9, "state": "queued", "file": request.scenario})()
    name = seat.post(f"/api/drafts/{draft['id']}/run").json()["scenario"]
    scenario = load_scenario(desk.folder / "scenarios" / f"{name}.scenario.yaml")
    result = run_scenario(prepare(scenario), picture=False).result
    loaded = Whole(desk.runs.get(draft["base"]), read_run(desk.runs.path(draft["base"])))
    variant = loaded.base.with_(*desk.drafts.get(draft["id"]).edits())
    whole = Intervals.of(result.outages)
    for column in ("asset", "start_s", "end_s", "mechanism", "root"):
        assert np.array_equal(getattr(variant.intervals, column), getattr(whole, column)), column
    assert told["variant"]["lamps_most"] == result.indicators["lamps"]["most_out"]
    assert told["variant"]["lamp_hours"] == round(result.indicators["lamps"]["lamp_hours_dark"])
    assert told["series"]["out"][36] == int((whole_at(result, 36 * told["series"]["step"])).sum())
    # What the map is told is the outages of the assets that the lines can reach.
    number = loaded.scene.number
    row = result.city.assets.row("P-02")
    group = next(one for one in told["groups"] if int(number[row]) in one["assets"])
    mine = whole.asset == row
    assert [span[:2] for span in group["spans"]] == [[int(s), OPEN if e == -1 else int(e)] for s, e in zip(
        whole.start_s[mine], whole.end_s[mine], strict=True)]


def whole_at(result: Any, t_s: int) -> Any:
    o = result.outages
    lamps = result.city.assets.of_kind("lamp")[o.asset]
    return lamps & (o.start_s <= t_s) & ((o.end_s == -1) | (o.end_s > t_s))


def test_a_line_without_effect_says_why(seat: Seat, draft: dict[str, Any]) -> None:
    flooded = next(row for row in seat.json("/api/tonight")["acts"]["past"] if row["failed"])
    start = seat.json(f"/api/drafts/{draft['id']}")["base_run"]["start"]
    at_s = flooded["failed"] - start + 60
    now = put(seat, draft, {"sort": "cut", "asset": flooded["asset"], "at_s": at_s, "until_s": at_s + 600})
    effect = seat.json(f"/api/drafts/{draft['id']}/outcome")["effects"][now["lines"][0]["id"]]
    assert effect["none"]
    assert effect["out_from"] <= flooded["failed"]


def test_a_raise_that_loses_its_supply_says_to_whom(seat: Seat, desk: Desk, draft: dict[str, Any]) -> None:
    result = desk.shelf.get(draft["base"]).result
    o, assets = result.outages, result.city.assets
    own = set(o.asset[o.root == o.asset].tolist())
    lost = next(k for k in range(len(o.asset)) if o.root[k] != o.asset[k] and int(o.asset[k]) not in own
                and np.isfinite(assets.fail_m[o.asset[k]]))
    now = put(seat, draft, {"sort": "raise", "asset": str(assets.id[o.asset[lost]]), "by_m": 0.45})
    told = seat.json(f"/api/drafts/{draft['id']}/outcome")
    effect = told["effects"][now["lines"][0]["id"]]
    assert (effect["none"], effect["because"]) == (True, str(assets.id[o.root[lost]]))
    assert told["series"]["base"] == told["series"]["out"], "what does nothing draws no other curve"


def test_a_level_is_written_beside_the_scenario_and_waits_for_a_run(seat: Seat, desk: Desk, draft: dict[str, Any]
                                                                  ) -> None:
    put(seat, draft, {"sort": "level", "by_m": 0.26})
    told = seat.json(f"/api/drafts/{draft['id']}/outcome")
    assert (told["needs_run"], told["variant"]) == (True, told["base"])
    desk.queue.ask = lambda request, by: type("Kept", (), {  # type: ignore[method-assign, assignment]
        "id": request.id, "number": 9, "state": "queued"})()
    name = seat.post(f"/api/drafts/{draft['id']}/run").json()["scenario"]
    from scenarios.moments import start_of, zone_of
    from scenarios.stage_curves import stage_curves

    scenario = load_scenario(desk.folder / "scenarios" / f"{name}.scenario.yaml")
    base = desk.shelf.get(draft["base"])
    start = start_of(scenario, zone_of(base.result.city))
    curve = stage_curves(scenario, base.run.city_file, start)[0]
    np.testing.assert_allclose(curve.level_m - base.curves[0].level_m, 0.26, atol=1.1e-3)


BARRIER = {"sort": "barrier", "line": [[846955.0, 6690652.0], [847015.0, 6690652.0]], "crest_m": 213.4}
GENERATOR = {"sort": "generator", "asset": "S-03", "lasts_s": 43200}
SEAL = {"sort": "protect", "asset": "A-012", "to_m": 0.9}
SHUT = {"sort": "close_street", "street": "Quai des Lavandières", "at_s": 7200}


@pytest.mark.parametrize("line", [
    {**BARRIER, "line": [[1, 2]]}, {**BARRIER, "line": [[1, 2], [3, "x"]]}, {**BARRIER, "crest_m": True},
    {key: value for key, value in BARRIER.items() if key != "crest_m"}, {**BARRIER, "height": 1},
    {"sort": "pump", "place": [846955, 6690692], "m3_s": 0.5}, {**GENERATOR, "asset": "A-012-1"},
    {**GENERATOR, "lasts_s": 1.5}, {**GENERATOR, "lasts_s": -5}, {**SEAL, "to_m": 0.01}, {**SEAL, "to_m": 99},
    {**SHUT, "street": "Rue de Nulle Part"}, {**SHUT, "at_s": -1},
    {"sort": "crew", "asset": "S-14", "people": 2, "at_s": 3600, "until_s": 7200}])
def test_a_measure_that_does_not_fit_is_refused(seat: Seat, draft: dict[str, Any], line: dict[str, Any]) -> None:
    answer = seat.post(f"/api/drafts/{draft['id']}/lines", lines=[line], version=draft["version"])
    assert answer.status_code == 422, answer.text
    assert answer.json()["said"]["fr"]


def test_a_barrier_through_buildings_is_refused_as_it_is_drawn(seat: Seat, desk: Desk, draft: dict[str, Any]) -> None:
    city_file = read_run(desk.shelf.get(draft["base"]).run.path).city_file
    assets = city_file.city.assets
    house = next(row for row in np.flatnonzero(assets.of_kind("building")).tolist() if assets.street[row])
    west, south, east, north = city_file.outlines[house].bounds
    through = {**BARRIER, "line": [[west - 0.5, (south + north) / 2], [east + 0.5, (south + north) / 2]]}
    answer = seat.post(f"/api/drafts/{draft['id']}/lines", lines=[through], version=draft["version"])
    assert answer.status_code == 422, answer.text
    said = answer.json()["said"]
    for text in said.values():
        assert f"{assets.id[house]} ({assets.street[house]})" in text
    assert "une barrière qui traverse" in said["fr"]
    assert "le long des bâtiments" in said["fr"]
    assert seat.json(f"/api/drafts/{draft['id']}")["lines"] == [], "nothing of it is kept"
    put(seat, draft, {**through, "on": False})


def test_measures_stand_in_the_file_and_those_that_need_a_run_wait_for_it(seat: Seat, desk: Desk, draft: dict[str, Any]
                                                                        ) -> None:
    now = put(seat, draft, GENERATOR, SEAL)
    told = seat.json(f"/api/drafts/{draft['id']}/outcome")
    assert told["needs_run"] is False
    assert set(told["effects"]) == {line["id"] for line in now["lines"]}, "both show their outcome at once"
    now = put(seat, now, *now["lines"], BARRIER, SHUT, CUT)
    again = seat.json(f"/api/drafts/{draft['id']}/outcome")
    assert again["needs_run"]
    assert len(again["effects"]) == 3
    desk.queue.ask = lambda request, by: type("Kept", (), {  # type: ignore[method-assign, assignment]
        "id": request.id, "number": 9, "state": "queued"})()
    name = seat.post(f"/api/drafts/{draft['id']}/run").json()["scenario"]
    scenario = load_scenario(desk.folder / "scenarios" / f"{name}.scenario.yaml")
    assert [one.sort for one in scenario.measures] == ["generator", "protect", "barrier"]
    assert [fact.street for fact in scenario.facts if fact.street] == ["Quai des Lavandières"]
    assert scenario.events[-1].cut == ("P-02",)
    assert all(one.by == "R. Morel" for one in scenario.measures)
    prepared = prepare(scenario)
    assert float(prepared.city.assets.fail_m[prepared.city.assets.row("A-012")]) == 0.9
    kept = desk.drafts.run_of(desk.drafts.get(draft["id"]))
    assert kept is not None
    assert not kept[1], "its run has all that counts"
    off = put(seat, now, *({**line, "on": line["sort"] == "cut"} for line in now["lines"]))
    assert desk.drafts.run_of(desk.drafts.get(draft["id"])) == (kept[0], True), "no longer"
    assert off["ran"] is None, "a run that the index does not have is none"
    assert not off["lines"][0]["on"]
    name = seat.post(f"/api/drafts/{draft['id']}/run").json()["scenario"]
    assert load_scenario(desk.folder / "scenarios" / f"{name}.scenario.yaml").measures == ()


def test_two_runs_beside_each_other(seat: Seat, desk: Desk) -> None:
    run = desk.runs.all()[0].id
    told = seat.json(f"/api/compare?first={run}&second={run}")
    assert (told["nothing"], told["worse"], told["better"]) == (True, [], [])
    assert [row[0] for row in told["figures"]["fr"]] != [row[0] for row in told["figures"]["en"]]
