"""Speeds of the flow model: Manning's on a plane, the same water with and without them, heads, resume, keys."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from geodata.hazards.flow.store import FlowFrames, make, open_flow
from tests.geodata.hazards.flow.test_frames import bowl, given, spec
from tests.verification.sheets import centres, ground
from twin.errors import InputError
from twin.flood.book import Cancelled
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.setup import Edge, FlowSetup
from twin.flood.speeds import speed_m_s
from twin.water.hazard import G_M_S2, Hazard

__all__ = ["bowl"]


@pytest.mark.parametrize("factor", [1, 5])
def test_steady_rain_on_a_plane_runs_as_manning_says(factor: int) -> None:
    """In steady state the flow is rain times length, the depth Manning's: h = (q n / sqrt(slope))^(3/5)."""
    slope, n, rain_mm_h = 0.01, 0.03, 60.0
    x, _ = centres(10, 200, 2.0)
    run = FlowModel(FlowSetup(domain=ground((400.0 - x) * slope, 2.0, n), rain=Rain.uniform(rain_mm_h, 7200.0),
                              edges=(Edge(side="east", slope=slope),), slow_s=5.0), factor=factor)
    run.advance(3600.0)
    speed = speed_m_s(run)
    depth = run.depth_m()
    assert speed.shape == depth.shape
    q = rain_mm_h / 3.6e6 * x[5]
    expected = q ** 0.4 * slope ** 0.3 / n ** 0.6
    inner = slice(40, 180)
    np.testing.assert_allclose(speed[5, inner], expected[inner], rtol=0.06 if factor == 1 else 0.10)


def velocity(**more: object) -> object:
    asked = spec()
    assert asked.model is not None
    return asked.model_copy(update={"model": asked.model.model_copy(update={"velocity": True, **more})})


def test_frames_with_speeds_hold_the_same_water_and_give_heads(bowl: SimpleNamespace, tmp_path: object) -> None:
    plain = make(spec(), tmp_path / "plain", **given(bowl, tmp_path))
    water = make(velocity(), tmp_path / "water", **given(bowl, tmp_path))
    assert isinstance(water, Hazard)
    assert (plain.is_flowing, water.is_flowing) == (False, True)
    for k in range(len(plain.times_s)):
        np.testing.assert_array_equal(plain.frame(k), water.frame(k))
    assert water.speed(3).max() > 0.05, "rain runs down the bowl"
    cells = np.arange(water.grid.cells)
    for k, head in enumerate(water.heads(cells)):
        depth, speed = water.frame(k).ravel(), water.speed(k).ravel()
        np.testing.assert_allclose(head[depth > 0], (depth + speed**2 / (2 * G_M_S2))[depth > 0], rtol=1e-6)
    water.check()
    assert FlowFrames(tmp_path / "water").is_flowing
    assert not (tmp_path / "plain" / "speed_mm_s").exists()


def test_a_stopped_run_with_speeds_ends_identically_and_has_a_key_of_its_own(bowl: SimpleNamespace, tmp_path: object,
                                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geodata.hazards.flow.store.CHECKPOINT_S", 0.0)
    calls = []

    def stop() -> bool:
        calls.append(1)
        return len(calls) > 40

    with pytest.raises(Cancelled):
        make(velocity(), tmp_path / "cut", **given(bowl, tmp_path), cancel=stop)
    made = make(velocity(), tmp_path / "cut", **given(bowl, tmp_path))
    whole = make(velocity(), tmp_path / "whole", **given(bowl, tmp_path))
    for k in range(len(whole.times_s)):
        np.testing.assert_array_equal(made.speed(k), whole.speed(k))
    a, b = (open_flow(one, **given(bowl, tmp_path), cache=tmp_path / "cache") for one in (spec(), velocity()))
    assert a.path != b.path
    chunk = next(file for file in sorted((tmp_path / "whole" / "speed_mm_s" / "c").rglob("*")) if file.is_file())
    chunk.write_bytes(b"")
    with pytest.raises(InputError):
        FlowFrames(tmp_path / "whole").check()


def test_still_water_has_no_speed() -> None:
    run = FlowModel(FlowSetup(domain=ground(np.zeros((20, 20)), 5.0), depth_m=np.full((20, 20), 0.5)))
    run.advance(600.0)
    assert float(speed_m_s(run).max()) < 1e-3
