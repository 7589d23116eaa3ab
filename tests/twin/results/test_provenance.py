"""Provenance names what a result was made with, and changes when that does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import twin
from tests.reference.hand_town import HandTown
from twin.engine.simulate import run
from twin.results.provenance import city_digest, exposure_digest, provenance


def test_a_result_carries_versions_seed_and_digests(hand_town: HandTown) -> None:
    found = run(hand_town.city, hand_town.plan, hand_town.exposure, provenance={"inputs": ["ouche-q10.csv"]}).provenance
    assert found["versions"]["twin"] == twin.__version__
    assert {"python", "numpy", "numba", "simpy", "networkx"} <= set(found["versions"])
    assert found["seed"] == hand_town.plan.seed
    assert found["plan_sha256"] == hand_town.plan.digest
    assert found["inputs"] == ["ouche-q10.csv"]


def test_digests_are_the_same_for_the_same_and_change_with_a_single_value(hand_town: HandTown) -> None:
    first = provenance(hand_town.plan, hand_town.city, hand_town.exposure)
    assert first == provenance(hand_town.plan, hand_town.city, hand_town.exposure)
    assets = hand_town.city.assets
    fail_m = np.array(assets.fail_m)
    fail_m[0] += 0.01
    other = replace(hand_town.city, assets=assets.replaced(fail_m=fail_m))
    assert city_digest(other) != city_digest(hand_town.city)
    peak_m = np.array(hand_town.exposure.peak_depth_m)
    peak_m[0] += 0.01
    assert exposure_digest(replace(hand_town.exposure, peak_depth_m=peak_m)) != exposure_digest(hand_town.exposure)
