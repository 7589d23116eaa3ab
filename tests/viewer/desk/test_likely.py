"""Ensembles at the desk: drawn as `twin ensemble` draws them, with progress and stop; tenths with their interval."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.ensemble.asking import first_out
from geodata.ensemble.folder import read_ensemble
from scenarios.ensemble.making import run_ensemble
from scenarios.load import load_scenario, shipped
from scenarios.resolve import prepare
from tests.viewer.desk.conftest import Seat, placed
from tests.viewer.desk.test_runs import until
from twin.ensemble.confidence import share_of
from twin.ensemble.deciding import best_split
from twin.explaining.likely import between, often
from twin.explaining.words import speech
from viewer.desk.desk import Desk
from viewer.desk.likely import _settles
from viewer.desk.people import Standing
from viewer.desk.requests import request_of
from viewer.desk.whole import Whole

NIGHTS = 20
REFUGE = "S-03"


def written(folder: Path, name: str, more: str = "") -> Path:
    """Write the shipped ensemble's scenario, with a measure where asked, and its levels beside it."""
    source = shipped()["ouche-q100-ensemble"]
    text = source.read_text("utf-8").split("expect:")[0]
    file = folder / f"{name}.scenario.yaml"
    file.write_text(text.replace("ouche-q100.csv", str(source.with_name("ouche-q100.csv"))) + more, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """Two ensembles with the same draws: as it is, and with a generator for the refuge."""
    folder = tmp_path_factory.mktemp("nights")
    found = []
    for name, more in (("plain", ""), ("refuge", f"measures: [{{generator: [{REFUGE}], fuel: 34h}}]\n")):
        file = written(folder, name, more)
        run_ensemble(prepare(load_scenario(file), city="valmont"), NIGHTS, folder / name)
        found.append((file, folder / name))
    return found


@pytest.fixture
def seat(tmp_path: Path, drawn: list[tuple[Path, Path]], open_desk: Callable[..., Desk]) -> Seat:
    placed(tmp_path)
    for number, (file, folder) in enumerate(drawn, 2):
        asked = request_of(file, city="valmont", nights=NIGHTS)
        shutil.copytree(folder, tmp_path / "runs" / asked.id)
        (tmp_path / "runs" / f"{asked.id}.json").write_text(json.dumps({
            "id": asked.id, "number": number, "name": asked.name, "state": "running", "scenario": str(file),
            "nights": NIGHTS, "by": "N. Roux", "asked_at": 1795360000, "started_at": 1795360001}), encoding="utf-8")
    return Seat(open_desk())


def test_an_ensemble_is_no_night_in_force_and_nothing_to_approve_or_rank(seat: Seat) -> None:
    told = seat.json("/api/likely")
    assert [one["nights"] for one in told["ensembles"]] == [NIGHTS, NIGHTS]
    assert {one["state"] for one in told["ensembles"]} == {"done"}, "found again as its folder has it"
    assert told["latest"]["number"] == 1
    run = told["run"]["id"]
    assert run not in [one["id"] for one in seat.json("/api/rank")["runs"]]
    refused = seat.post(f"/api/runs/{run}/approve", until=told["now"] + 600, reason="x")
    assert refused.status_code == 422
    assert "ensemble" in refused.json()["found"]


def test_how_likely_is_it_that_the_refuge_goes_dark_and_before_eleven(seat: Seat, drawn: list[tuple[Path, Path]]
                                                                      ) -> None:
    told = seat.json("/api/likely")
    run = next(one["id"] for one in told["ensembles"] if one["number"] == 2)
    found = read_ensemble(drawn[0][1])
    row = found.base.city.assets.row(REFUGE)
    first_s = first_out(found.folder, str(found.told["digest"]), found.answers, row)
    start = int(found.base.plan.start.timestamp())
    eleven = start + 7 * 3600
    answer = seat.json(f"/api/likely/asset?run={run}&asset={REFUGE}&before={eleven}")
    ever, early = int(np.isfinite(first_s).sum()), int(np.count_nonzero(first_s < 7 * 3600))
    for key, count in (("ever", ever), ("before", early)):
        share = share_of(count, NIGHTS)
        assert (answer[key]["count"], answer[key]["low"], answer[key]["high"]) == (count, share.low, share.high)
        for lang in ("fr", "en"):
            assert answer[key]["said"][lang] == [often(speech(lang), share), between(speech(lang), share)]
    assert 0 < early <= ever
    assert answer["lines"]["fr"][0] != answer["lines"]["en"][0]
    low, high = answer["hours"]["out"]
    assert start <= low <= start + np.nanquantile(first_s, 0.2)
    assert low < high
    half, most = answer["hours"]["back"] or (None, None)
    assert half is None or most is None or low < half <= most
    never = seat.json(f"/api/likely/asset?run={run}&asset={REFUGE}&before={start}")
    assert (never["before"]["count"], never["before"]["tenths"]) == (0, 0)


def test_what_decides_is_told_night_by_night(seat: Seat) -> None:
    told = seat.json("/api/likely")
    run = next(one["id"] for one in told["ensembles"] if one["number"] == 2)
    unsure = next(one["asset"] for one in told["sites"] if 0.2 < one["share"]["count"] / NIGHTS < 0.8)
    decides = seat.json(f"/api/likely/asset?run={run}&asset={unsure}")["decides"]
    assert decides["n"] == len(decides["values"]) == len(decides["out"]) == NIGHTS
    settles = seat.json(f"/api/likely/asset?run={run}&asset={unsure}")["settles"]
    assert settles["fr"]
    assert settles["fr"] != settles["en"]
    assert not set(settles["fr"]) & set(seat.json(f"/api/likely/asset?run={run}&asset={unsure}")["lines"]["fr"])
    if decides["at"] is not None:
        pairs = zip(decides["values"], decides["out"], strict=True)
        right = sum((value > decides["at"]) == out for value, out in pairs)
        assert max(right, NIGHTS - right) == decides["right"]


def test_what_a_level_settles_is_told_as_it_is_read_at_the_gauge(seat: Seat) -> None:
    desk = seat.client.app.state.desk  # type: ignore[attr-defined]
    entry = next(one for one in desk.runs.all() if one.number == 2)
    loaded = Whole.read(entry, desk.runs.path(entry.id))
    assert loaded.ensemble is not None
    drawn = loaded.ensemble.answers.drawn
    offset_m = drawn["level.offset_m"]
    high = offset_m > np.median(offset_m)
    peak_m = float(np.max(loaded.curves[0].level_m))
    line, *more = _settles(loaded, high, best_split(drawn, high), [], "", "en")
    assert more == []
    for bound in (peak_m + offset_m[high].min(), peak_m + offset_m[~high].max()):
        assert speech("en").depth(float(bound)) in line
    assert loaded.curves[0].name in line
    assert _settles(loaded, ~high, best_split(drawn, ~high), [], "", "fr")[0].count("ou moins") == 1, (
        "the other way about")


def test_a_street_is_out_when_half_of_its_lamps_are(seat: Seat) -> None:
    run = seat.json("/api/likely")["run"]["id"]
    desk: Any = seat.client.app
    loaded = desk.state.desk.shelf.get(run)
    assets = loaded.result.city.assets
    street = "Quai des Lavandières"
    told = seat.json(f"/api/likely/asset?run={run}&street={street}")
    lamps = [k for k in range(len(assets)) if assets.street[k] == street and str(assets[k].kind) == "lamp"]
    found = read_ensemble(loaded.run.path.parent)
    first = np.array([first_out(found.folder, found.told["digest"], found.answers, row) for row in lamps])
    nights = (~np.isnan(first)).sum(axis=0) >= (len(lamps) + 1) // 2
    assert (told["lamps"], told["ever"]["count"], told["ever"]["n"]) == (len(lamps), int(nights.sum()), NIGHTS)
    sure = seat.json(f"/api/likely/asset?run={run}&street={street}&before={loaded.start}")["settles"]["en"]
    assert sure == ["Nothing to settle: all nights say the same."]
    if told["hours"]:
        assert all((moment - loaded.start) % 900 == 0 for moment in told["hours"]["out"])
    refused = seat.get(f"/api/likely/asset?run={run}&street=Rue de Nulle Part")
    assert refused.status_code == 422
    assert "rue" in refused.json()["said"]["fr"]


def test_the_map_of_an_ensemble_carries_the_words(seat: Seat) -> None:
    run = seat.json("/api/likely")["run"]["id"]
    config = seat.json(f"/api/runs/{run}/config")
    assert config["ensemble"]["n"] == NIGHTS
    assert seat.get(f"/api/runs/{run}/pack").status_code == 200


def test_two_ensembles_are_compared_night_by_night_and_none_with_a_run(seat: Seat) -> None:
    rows = {row["number"]: row["id"] for row in seat.json("/api/runs")["rows"]}
    told = seat.json(f"/api/compare?first={rows[2]}&second={rows[3]}")
    assert told["paired"] == NIGHTS
    refuge = next(one for one in told["sites"] if one["asset"] == REFUGE)
    assert refuge["second"] < refuge["first"]
    assert (refuge["worse"], refuge["better"]) == (0, refuge["first"] - refuge["second"])
    assert "(" in told["figures"]["fr"][0][3] or told["figures"]["fr"][0][3] == "="
    refused = seat.get(f"/api/compare?first={rows[1]}&second={rows[3]}")
    assert refused.status_code == 422
    assert "ensemble" in refused.json()["found"]


@pytest.mark.parametrize("said", [{"nights": 5}, {"nights": 10**6}, {"nights": "many"}, {"level_cm": -1},
                                  {"level_cm": 900}, {"shift_min": 10**5}, {"run": "../x"}])
def test_what_is_no_ensemble_is_refused(desk: Desk, said: dict[str, Any]) -> None:
    seat = Seat(desk)
    run = desk.runs.all()[0].id
    assert seat.post("/api/likely", **{"run": run, "nights": 20, "level_cm": 16, "shift_min": 30, **said}
                     ).status_code == 422
    reader = Seat(desk, name="Mur", standing=Standing.READER)
    assert reader.post("/api/likely", run=run, nights=20).status_code == 403
    assert reader.get(f"/api/likely/asset?run={run}&asset=S-03").status_code == 422, "a run is no ensemble"


def test_nights_are_drawn_by_a_process_of_their_own_and_go_on_after_a_stop(desk: Desk) -> None:
    """The ten-year night states nothing: what is typed stands in an ordinary scenario file, with its author."""
    seat = Seat(desk)
    base = desk.runs.all()[0]
    assert seat.json(f"/api/likely/drawn?run={base.id}") == {"stated": None, "has_level": True}
    said = {"run": base.id, "nights": 20, "level_cm": 16, "shift_min": 0}
    asked = seat.post("/api/likely", **said).json()
    until(lambda: desk.runs.get(asked["id"]).state == "running")
    seat.post(f"/api/runs/{asked['id']}/stop")
    until(lambda: desk.runs.get(asked["id"]).state == "stopped")
    assert seat.json("/api/likely")["run"] is None, "what is not whole answers nothing"
    again = seat.post("/api/likely", **said).json()
    assert again["id"] == asked["id"], "the same request is the same ensemble"
    until(lambda: desk.runs.get(asked["id"]).state in ("done", "failed"), 180)
    entry = desk.runs.get(asked["id"])
    assert (entry.state, entry.nights, entry.base) == ("done", 20, base.id), entry.error
    uncertain = load_scenario(entry.scenario).uncertainty
    assert uncertain is not None
    assert uncertain.level is not None
    assert uncertain.level.offset_m is not None
    assert "R. Morel" in str(uncertain.level.offset_m)
    told = seat.json("/api/likely")
    assert told["n"] == 20
    assert told["told"]["fr"]["figures"]
