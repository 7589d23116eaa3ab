"""One gauge for the night, whoever asks: tonight, the strip and the wall, with and without an approved run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.viewer.desk.conftest import Seat
from viewer.desk.desk import Desk
from viewer.desk.loaded import Loaded


@pytest.fixture
def upstream(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """A night whose run is from another gauge than the city's first."""
    night = desk.night().latest
    assert night is not None
    other = replace(night.curves[0], gauge="G-AMONT", name="L’Ouche à l’amont")
    monkeypatch.setattr(Loaded, "curves", property(lambda self: [other]))
    assert desk.gauge[0] != other.gauge
    return other.name


def named(desk: Desk) -> set[Any]:
    seat = Seat(desk)
    return {seat.json(f"/api/{screen}")["river"]["name"] for screen in ("about", "tonight", "wall", "runs")}


def test_tonight_the_strip_and_the_wall_name_the_same_gauge(desk: Desk, upstream: str) -> None:
    assert named(desk) == {upstream}, "without an approved run too"
    run, now = desk.runs.all()[0].id, desk.clock.epoch()
    assert Seat(desk).post(f"/api/runs/{run}/approve", until=now + 3600, reason="lu").status_code == 200
    assert named(desk) == {upstream}


def test_without_a_run_it_is_the_first_of_the_city(open_desk: Any) -> None:
    desk = open_desk()
    assert named(desk) == {desk.gauge[1]}
