"""What a scenario expects, held against its city before anything runs: names, places, moments."""

from __future__ import annotations

from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from twin.world.assets import Assets


def check_expected(scenario: Scenario, assets: Assets, clock: Clock) -> None:
    """Complain of kinds, assets, streets and moments that this city or night does not have."""
    for i, expected in enumerate(scenario.expect):
        path: KeyPath = ("expect", i)
        if expected.at is not None:
            clock.at(expected.at, (*path, "at"))
        if hasattr(expected, "kind"):
            clock.complaints.tried((*path, "kind"), lambda wanted=expected.kind: assets.kinds.index(wanted))  # type: ignore[misc]
            for name in ("street", "district"):
                word, words = getattr(expected, name), getattr(assets, name).words
                if word is not None and word not in words:
                    from difflib import get_close_matches

                    near = get_close_matches(word, words, n=2)
                    clock.complaints.add((*path, name), found=f"{name} '{word}'", expected=f"a {name} of this city",
                                         remedy=f"Did you mean {' or '.join(near)}?" if near else "")
            continue
        for name in ("asset", "cause", "root", "held"):
            wanted = getattr(expected, name)
            if wanted is not None:
                clock.complaints.tried((*path, name), lambda wanted=wanted: assets.row(wanted))  # type: ignore[misc]
        for name in ("start", "end"):
            between = [clock.at(moment, (*path, name, j)) for j, moment in enumerate(getattr(expected, name) or ())]
            if None not in between and between != sorted(between, key=lambda at_s: at_s or 0):
                clock.complaints.add((*path, name), found=f"{getattr(expected, name)[0]} and then "
                                     f"{getattr(expected, name)[1]}", expected="the earlier moment first")
