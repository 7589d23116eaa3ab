"""The stages of a run: each by itself, in another process, stopped and taken up again."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.demo_town import valmont
from scenarios import Scenario, load_scenario, pipeline, prepare, run_scenario
from scenarios.prepared import Prepared
from tests.scenarios.test_water import HEAD, STORM
from twin.stages import Progress, Stage

Make = Callable[..., Scenario]




@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(load_scenario("ouche-q10"))


def test_preparing_computes_no_water(scenario: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the water was opened")

    monkeypatch.setattr("geodata.hazards.open_hazard", refuse)
    assert prepare(scenario(STORM, head=HEAD), valmont()).plan.duration_s == 1800


def test_every_stage_goes_through_a_pickle(prepared: Prepared) -> None:
    """What one process resolves another floods, a third exposes, a fourth simulates: the answer is the same."""
    sent = pickle.loads(pickle.dumps(prepared))
    hazard = pickle.loads(pickle.dumps(pipeline.water(sent)))
    exposure = pickle.loads(pickle.dumps(pipeline.expose(sent, hazard)))
    result = pickle.loads(pickle.dumps(pipeline.simulate(sent, exposure, told=pipeline.told_by(hazard))))
    straight = run_scenario(prepared, picture=False).result
    assert result.plan.digest == straight.plan.digest
    assert result.warnings == straight.warnings
    assert result.indicators == straight.indicators
    for name in ("asset", "start_s", "end_s", "mechanism", "cause", "root"):
        np.testing.assert_array_equal(getattr(result.outages, name), getattr(straight.outages, name), err_msg=name)


def test_a_computed_water_goes_through_a_pickle(scenario: Make, tmp_path: Path) -> None:
    storm = prepare(scenario(STORM, head=HEAD), valmont())
    hazard = pipeline.water(storm, cache=tmp_path)
    again = pickle.loads(pickle.dumps(hazard))
    assert hazard is not None
    np.testing.assert_array_equal(again.frame(3), hazard.frame(3))


def test_a_stage_runs_in_another_process(prepared: Prepared) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        exposure = pool.submit(_exposed, prepared).result()
    here = pipeline.expose(prepared, pipeline.water(prepared))
    np.testing.assert_array_equal(exposure.peak_depth_m, here.peak_depth_m)
    np.testing.assert_array_equal(exposure.crossings.time_s, here.crossings.time_s)


def _exposed(prepared: Prepared) -> Any:
    return pipeline.expose(prepared, pipeline.water(prepared))


class _EnoughError(Exception):
    pass


def test_what_is_told_may_stop_the_water_which_goes_on_from_there(scenario: Make, tmp_path: Path) -> None:
    storm = prepare(scenario(STORM, head=HEAD), valmont())
    first: list[float] = []

    def stop(progress: Progress) -> None:
        if progress.doing == "the water flows":
            first.append(progress.done)
            if len(first) == 4:
                raise _EnoughError

    with pytest.raises(_EnoughError):
        pipeline.water(storm, cache=tmp_path, tell=stop)
    then: list[Progress] = []
    resumed: Any = pipeline.water(storm, cache=tmp_path, tell=then.append)
    flowed = [progress.done for progress in then if progress.doing == "the water flows"]
    assert flowed[0] > first[-1], "what was computed is not computed again"
    whole: Any = pipeline.water(storm, cache=tmp_path / "other")
    for k in range(len(whole.times_s)):
        np.testing.assert_array_equal(resumed.frame(k), whole.frame(k))


def test_a_run_tells_its_stages_in_order_and_how_far_they_are(prepared: Prepared) -> None:
    told: list[Progress] = []
    run_scenario(prepared, tell=told.append)
    assert [progress.stage for progress in told] == sorted(progress.stage for progress in told)
    assert {progress.stage for progress in told} == {Stage.WATER, Stage.EXPOSE, Stage.SIMULATE, Stage.ASK}
    read = [progress for progress in told if progress.unit == "frames"]
    assert read[-1].done == read[-1].of == len(read)
    assert all(progress.seconds_left is not None and progress.seconds_left >= 0 for progress in read[1:])
    assert read[-1].to_dict()["stage"] == "expose"
