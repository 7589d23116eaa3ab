"""A night with its season: `irrigation:` of a scenario, from the file to the run folder and what is asked of it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from geodata.run.folder import Run, read_run
from geodata.run.head import SEASON
from geodata.run.season import zones_at
from scenarios.load import load_scenario
from scenarios.resolve import prepare
from scenarios.running import Finished, run_scenario
from twin.errors import InputError
from twin.explaining.irrigated_run import garden_lines, locked_line, run_lines, zone_rows
from twin.irrigation.locks import Reason


@pytest.fixture(scope="module")
def finished() -> Finished:
    return run_scenario("valmont-june")


@pytest.fixture(scope="module")
def run(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(finished.write(tmp_path_factory.mktemp("june") / "run"))


def test_what_the_night_and_its_season_expect_holds(finished: Finished) -> None:
    outcomes = finished.expectations()
    assert len(outcomes) > 10
    assert [o for o in outcomes if not o.is_met] == []


def test_a_run_is_read_back_with_the_season_that_it_was_written_with(finished: Finished, run: Run) -> None:
    assert finished.season is not None
    assert run.gardens is not None
    ours, theirs = finished.season[1], run.gardens
    for name in ours.balance.columns._fields:
        assert np.array_equal(getattr(ours.balance.columns, name), getattr(theirs.balance.columns, name)), name
    assert theirs.told.to_dict() == ours.told.to_dict() == run.result.indicators["irrigation"]
    assert theirs.balance.season.locks.rows == ours.balance.season.locks.rows


def test_the_indicators_of_a_run_tell_what_irrigation_came_to(run: Run) -> None:
    told = run.result.indicators["irrigation"]
    assert told["saved_m3"] > 0
    assert told["wasted_m3"] == 0
    assert told["zones_watered_while_flooded"] == 0
    assert {"applied_m3", "needed_m3", "cost_eur", "cost_needed_eur", "stress_zone_days"} <= set(told)


def test_the_files_of_the_season_are_inputs_of_the_run(run: Run) -> None:
    files = [item["file"] for item in run.info["inputs"] if item["role"] == "irrigation"]
    assert files == ["valmont-june.irrigation.yaml", "valmont-summer.csv"]


def test_the_locks_of_a_zone_follow_each_other_over_the_night(run: Run) -> None:
    assert run.gardens is not None
    locks = run.gardens.locks(0)
    assert [lock.reason for _, _, lock in locks] == [
        Reason.UNDER_WATER, Reason.CONTROLLER_FLOODED, Reason.CONTROLLER_UNPOWERED, Reason.SANITARY]
    assert all(a[1] == b[0] for a, b in pairwise(locks))
    assert locks[-1][1] == -1
    assert run.gardens.lock_at(0, locks[0][0] - 1) is None
    assert run.gardens.lock_at(0, locks[0][0]) == locks[0][2]


def test_a_zone_is_explained_with_its_ground_its_lock_and_its_restart(run: Run) -> None:
    assert run.gardens is not None
    assets = run.result.city.assets
    french = garden_lines(run.gardens, assets.kinds, assets.row("Z-01"), "Z-01", "fr", 33 * 3600)
    assert french[0].replace("\u00a0", " ").endswith(
        "n’est pas arrosée depuis vendredi : son programmateur PA-01 a perdu le poste électrique P-01.")
    assert "feu vert sanitaire" in french[2]
    assert french[3].replace("\u00a0", " ") == "Elle attend maintenant : alimentation rétablie."
    english = garden_lines(run.gardens, assets.kinds, assets.row("Z-01"), "Z-01", "en", 33 * 3600)
    assert english[0].endswith("has not been watered since Friday: its controller PA-01 has lost substation P-01.")
    assert english[3] == "It now waits for: supply back."


def test_a_controller_is_explained_with_its_zones(run: Run) -> None:
    assert run.gardens is not None
    assets = run.result.city.assets
    lines = garden_lines(run.gardens, assets.kinds, assets.row("PA-01"), "PA-01", "en", 9 * 3600)
    assert lines == ["It waters 4 zones: Z-01, Z-02, Z-03 and Z-04.",
                     "Z-01, Z-02, Z-03 and Z-04 are locked: under water."]
    assert garden_lines(run.gardens, assets.kinds, assets.row("S-01"), "S-01", "en") == []


def test_lists_tell_each_zone_at_the_moment(run: Run) -> None:
    assert run.gardens is not None
    rows = zone_rows(run.gardens, run.result.city.assets.kinds, "fr", 9 * 3600, list(run.gardens.rows))
    assert sum(row.is_locked for row in rows) == 13
    assert locked_line(run.gardens, "en", 9 * 3600).startswith("Irrigation zones locked: 13 of 30")
    told = zones_at(run.gardens, 9 * 3600, run.gardens.rows[:2])
    assert [zone["locked_by"] for zone in told["zones"]] == ["under_water", "under_water"]
    assert told["day"] == "2026-06-13"
    line, = run_lines(run.gardens, run.result.city.assets.kinds, "en")
    assert line.text.startswith("Irrigation (Crue de juin à Valmont): 13 of 30 zones locked at the end of the run")


def test_a_season_that_does_not_hold_the_night_is_refused() -> None:
    from datetime import date

    from scenarios.moving import on_day

    moved = on_day(prepare(load_scenario("valmont-june")), date(2026, 11, 22))
    with pytest.raises(InputError, match="a season from 2026-06-01 to 2026-06-30; expected days that cover the run"):
        run_scenario(moved, picture=False)


def test_a_programme_that_is_not_there_is_refused_before_the_run(tmp_path: Path) -> None:
    text = "scenario: x\ncity: valmont\nstart: 2026-06-12T16:00+02:00\nduration: 1h\nirrigation: nothing-such\n"
    (tmp_path / "x.scenario.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError, match="no such file"):
        prepare(load_scenario(tmp_path / "x.scenario.yaml"))


@pytest.mark.parametrize(("change", "message"), [
    ({"format": "x"}, "a season that cannot be read"), ({"zones": []}, "a season that cannot be read"),
    ({"rain": {"mm": [1.0]}}, "rain")])
def test_a_season_that_was_spoilt_is_refused(run: Run, tmp_path: Path, change: dict, message: str) -> None:
    from geodata.run.season import read_season

    told = json.loads((run.path / SEASON).read_text("utf-8"))
    (tmp_path / SEASON).write_text(json.dumps(told | change), "utf-8")
    with pytest.raises(InputError) as refused:
        read_season(tmp_path, run.result.city, run.result.plan)
    assert message in str(refused.value)
    assert str(tmp_path / SEASON) in str(refused.value)


def test_the_night_of_a_city_without_a_season_is_what_it_was(finished: Finished) -> None:
    bare = replace(finished.prepared, scenario=finished.prepared.scenario.model_copy(update={"irrigation": None}))
    plain = run_scenario(bare, picture=False)
    assert plain.season is None
    assert "irrigation" not in plain.result.indicators
    assert len(plain.outages) == len(finished.outages)
