"""Floods of the flow model: each computed once, kept, and the water of as many nights as share it."""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geodata.demo_town import valmont
from geodata.ensemble import arrays
from geodata.ensemble.floods import FloodFolder
from geodata.ensemble.folder import read_ensemble
from geodata.hazards.flow import store
from scenarios import load_scenario, pipeline, prepare
from scenarios.ensemble.making import ensemble_of, run_ensemble
from twin.ensemble.floods import ASSETS, flood_of
from twin.ensemble.member import flood_at, member
from twin.errors import InputError
from twin.explaining.doing import in_words
from twin.explaining.nights import night_lines
from twin.stages import Progress
from twin.water.depths import read_depths

#: A storm over a part of the low town, on coarse cells; a barrier and a pump in it.
TEXT = """\
scenario: Orage sur les Bas-Prés
city: valmont
start: 2026-07-01T18:00+02:00
duration: 40min
seed: 7
flood:
  rain: {{mm_h: {mm_h}, lasts: 20min}}
  model:
    cell_m: 20
    window: [847600, 6690400, 848100, 6690900]
    infiltration: null
    barriers: [{{name: sacs, line: [[847700, 6690500], [847700, 6690800]], height_m: {height_m}}}]
    pumps: [{{name: P1, at: [847838, 6690696], m3_s: 0.3, on_m: 0.05}}]
"""
UNSURE = """\
uncertainty:
  flow:
    rain: {triangular: [0.7, 1.0, 1.5], source: a test}
    floods: 3
  crest: {sacs: {error_m: {normal: {sd: 0.05}}, source: a test}}
  pumps: {all: {probability: 0.4, source: a test}}
  heights: {all: {error_m: {normal: {sd: 0.1}}, source: a test}}
"""
N = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("storm")
    (folder / "storm.scenario.yaml").write_text(TEXT.format(mm_h=90, height_m=0.5) + UNSURE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def prepared(folder):
    return prepare(load_scenario(folder / "storm.scenario.yaml"), valmont())


@pytest.fixture(scope="module")
def made(prepared, folder):
    told: list[Progress] = []
    ensemble, answers = run_ensemble(prepared, N, folder / "nights", cache=folder / "cache", tell=told.append)
    return ensemble, answers, told


@pytest.fixture
def idle(monkeypatch):
    """Fail where anything is computed."""
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("the flow model ran")

    monkeypatch.setattr(store, "_write", never)


def own(folder):
    return sorted(path.name for path in (folder / "floods").iterdir())


def test_nights_share_the_floods_that_were_asked_for(made, folder):
    ensemble, answers, _ = made
    keys = [flood_of(flood_at(ensemble.ensemble, i)) for i in range(N)]
    assert keys[0] == keys[3] == keys[6]
    assert own(folder / "nights") == sorted(f"{key}.npz" for key in set(keys))
    assert len(set(keys)) == 3
    # Three, three and two nights: 8² / (3² + 3² + 2²) count as independent at least.
    assert (answers.floods, answers.independent) == (3, pytest.approx(64 / 22))
    # Heights are drawn for each night.
    rain = answers.drawn["flow.rain"]
    assert len(set(rain.tolist())) == 3
    assert np.ptp([len(member(ensemble.ensemble, i).asset) for i in (0, 3, 6)]) > 0


def test_the_flood_of_a_night_is_the_run_of_a_scenario_of_its_own(made, folder):
    ensemble, *_ = made
    moved = next(m for m in (flood_at(ensemble.ensemble, i) for i in range(3)) if max(m.pump_fails_s) < 0)
    (folder / "own.scenario.yaml").write_text(TEXT.format(mm_h=90 * moved.rain, height_m=0.5 + moved.crest_m[0]),
                                              encoding="utf-8")
    alone = prepare(load_scenario(folder / "own.scenario.yaml"), valmont())
    hazard = pipeline.water(alone, cache=folder / "cache")
    expected = read_depths(hazard, ensemble.floods.cells[ASSETS], duration_s=alone.plan.duration_s)
    found = ensemble.floods.folder.read(flood_of(moved), ASSETS)
    assert len(found) > 50
    for name in ("times_s", "asset", "first", "offsets"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    assert np.abs(found.depth_um - expected.depth_um).max() <= 1000  # frames hold whole millimetres


def test_more_nights_of_the_same_floods_compute_nothing(made, prepared, folder, idle):
    _, answers = run_ensemble(prepared, N + 6, folder / "nights", cache=folder / "cache")
    assert answers.n == N + 6
    read = read_ensemble(folder / "nights").answers
    assert read.flood.tolist() == answers.flood.tolist() == [i % 3 for i in range(N + 6)]
    for row in read.asset[::20].tolist():
        assert read.share_out(row) == answers.share_out(row)
        assert read.independent <= read.share_out(row).effective <= N + 6


def test_another_ensemble_of_the_same_water_reads_the_cache(made, prepared, folder, idle):
    longer = replace(prepared, plan=replace(prepared.plan, reset_s=prepared.plan.reset_s + 60))
    run_ensemble(longer, 3, folder / "other", cache=folder / "cache")
    assert own(folder / "other") == own(folder / "nights")
    with pytest.raises(InputError, match="a flood of another ensemble"):
        FloodFolder(folder=folder / "other", digest=made[0].floods.folder.digest).has(own(folder / "other")[0][:-4])


def test_how_far_it_is_and_how_long_it_takes_is_told(made):
    told = [progress for progress in made[2] if progress.unit == "floods"]
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1].done == told[-1].of == 3
    assert any(progress.seconds_left is not None and progress.done % 1 > 0 for progress in told)
    half = replace(told[-1], done=1.5, seconds_left=120.0)
    said = in_words(half, "fr").replace("\u00a0", " ").replace("\u202f", " ")
    assert said.startswith("calcul des inondations des nuits : 1,5 sur 3,0 inondations")


def test_what_is_told_of_so_few_floods(made):
    ensemble, answers, _ = made
    for lang, words in (("en", "These nights share the water of 3 floods"),
                        ("fr", "Ces nuits se partagent l’eau de 3 inondations"), ("en", "rest on 1 flood each"),
                        ("fr", "reposent chacune sur 1 inondation"), ("en", "within 1 takes 9,604 floods")):
        told = [line.replace("\u00a0", " ") for line in night_lines(ensemble.ensemble.city, answers, lang)]
        assert any(words in line for line in told), words


def test_who_stops_keeps_the_floods_that_are_made(prepared, made, tmp_path):
    class StoppedError(Exception):
        pass

    def tell(progress):
        if progress.unit == "floods" and progress.done > 1.3:
            raise StoppedError

    with pytest.raises(StoppedError):
        run_ensemble(prepared, N, tmp_path / "out", cache=tmp_path / "cache", tell=tell)
    assert len(own(tmp_path / "out")) == 1
    run_ensemble(prepared, N, tmp_path / "out", cache=tmp_path / "cache")
    for name in own(made[0].floods.folder.folder):
        with np.load(tmp_path / "out" / "floods" / name) as new, np.load(
                made[0].floods.folder.path_of(name[:-4])) as old:
            np.testing.assert_array_equal(new["assets.depth_um"], old["assets.depth_um"])


def test_a_disk_that_fills_at_a_flood_loses_nothing(prepared, made, folder, tmp_path, monkeypatch):
    real = arrays.save

    def full(file, columns):
        if list((tmp_path / "out" / "floods").glob("*.npz")):
            file.write(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, columns)

    monkeypatch.setattr(arrays, "save", full)
    with pytest.raises(InputError, match=r"a full disk.*the same command goes on"):
        run_ensemble(prepared, N, tmp_path / "out", cache=folder / "cache")
    monkeypatch.undo()
    assert len(own(tmp_path / "out")) == 1
    run_ensemble(prepared, N, tmp_path / "out", cache=folder / "cache")
    assert own(tmp_path / "out") == own(folder / "nights")


def test_a_damaged_flood_is_refused_by_name(prepared, made, folder, tmp_path):
    ensemble = ensemble_of(prepared, tmp_path, cache=folder / "cache")
    ensemble.floods.make(ensemble.ensemble, range(3), cache=folder / "cache")
    path = tmp_path / "floods" / own(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InputError, match="no flood that can be read"):
        ensemble.floods.make(ensemble.ensemble, range(3), cache=folder / "cache")
