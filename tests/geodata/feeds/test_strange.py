"""Whatever a stranger sends, a reader gives back what it took and what it refused, and never falls over."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.feeds.schema import SourceSpec
from geodata.observations.normal import WHAT
from tests.geodata.feeds import test_context, test_lamps, test_mapped, test_notices, test_vigicrues
from tests.geodata.feeds.messages import KNOWN, hubeau_page, hubeau_row, spec, taken

SAMPLES: dict[str, tuple[SourceSpec, Any]] = {
    "hubeau": (spec(type="hubeau", url="https://h.example", stations={"B720000001": "pont-neuf"}),
               hubeau_page(hubeau_row(), hubeau_row(grandeur_hydro="Q"))),
    "vigicrues": (test_vigicrues.VIGI, test_vigicrues.observed([1795983000000, 2.33])),
    "json": (test_mapped.clocks(), test_mapped.CLOCK),
    "talq": (test_lamps.TALQ, test_lamps.report(test_lamps.event("supplyLoss", startEndFlag=True))),
    "things-stack": (test_lamps.LORA, test_lamps.uplink()), "sigfox": (test_lamps.FOX, test_lamps.callback()),
    "ngsi-ld": (test_context.LIGHTS, test_context.notified(test_context.lamp({"value": "on"}))),
    "sensorthings": (test_context.STREAM, test_context.observation(Datastream={"@iot.id": 1})),
    "open311": (test_notices.CALLS, [test_notices.call()]),
    "cap": (test_notices.CAP, test_notices.alert(area="<polygon>47.3,5.0 47.3,5.1 47.35,5.1</polygon>")),
    "datex": (test_notices.DATEX, test_notices.roads(test_notices.closed()))}
ODD = st.sampled_from([None, True, False, 0, -1, 1e308, "", "NaN", "9" * 400, [], {}, [[]], {"value": {}}, "\x00", "Ω",
                       "2026-13-45T99:99:99Z", "-inf", 2**70, 10**400, -(10**4000), "\ud83c", ["x"],
                       "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
#: Forms whose messages hold several parts: a good one beside which one is spoilt.
PARTS: dict[str, tuple[str, Callable[[list[Any]], Any]]] = {
    "hubeau": ("data", lambda parts: hubeau_page(*parts)), "talq": ("entries", lambda parts: test_lamps.report(*parts)),
    "ngsi-ld": ("data", lambda parts: test_context.notified(*parts)), "open311": ("", lambda parts: parts),
    "observations": ("", lambda parts: parts)}
OWN = (spec(type="observations"), [{"series": "pont-neuf", "what": "level", "unit": "m", "value": 2.5,
                                    "observed": "2026-11-29T21:00:00Z", "quality": "gut"}])


def checked(source: SourceSpec, body: Any, topic: str = "") -> None:
    found = taken(source, body, topic=topic)
    for one in found.observations:
        assert one.series in KNOWN
        assert one.what in WHAT
        assert one.value == one.value
        assert abs(one.value) != float("inf")
    assert len(found.refused) <= sum(found.counts.values())


def spoilt(value: Any, odd: Any, at: random.Random) -> Any:
    """Put something odd in the place of one part of a message, somewhere."""
    if isinstance(value, dict) and value and at.random() < 0.8:
        key = at.choice(sorted(value))
        return {**value, key: spoilt(value[key], odd, at)}
    if isinstance(value, list) and value and at.random() < 0.8:
        place = at.randrange(len(value))
        return [*value[:place], spoilt(value[place], odd, at), *value[place + 1:]]
    return odd


@pytest.mark.parametrize("name", sorted(SAMPLES))
@settings(max_examples=60, deadline=None)
@given(odd=ODD, seed=st.integers(0, 2**20), bytes_=st.binary(max_size=40), cut=st.floats(0, 1))
def test_a_spoilt_message_is_refused_and_not_fallen_over(name: str, odd: Any, seed: int, bytes_: bytes, cut: float
                                                         ) -> None:
    source, sample = SAMPLES[name]
    whole = sample if isinstance(sample, bytes) else json.dumps(sample).encode()
    place = int(cut * len(whole))
    checked(source, whole[:place])
    checked(source, whole[:place] + bytes_ + whole[place + len(bytes_):])
    if not isinstance(sample, bytes):
        checked(source, spoilt(sample, odd, random.Random(seed)))


@pytest.mark.parametrize("name", sorted(PARTS))
@settings(max_examples=80, deadline=None)
@given(odd=ODD, seed=st.integers(0, 2**20))
def test_one_spoilt_part_costs_no_other(name: str, odd: Any, seed: int) -> None:
    source, sample = (SAMPLES | {"observations": OWN})[name]
    key, made = PARTS[name]
    good = (sample[key] if key else sample)[-1]
    alone = taken(source, made([good]))
    both = taken(source, made([spoilt(good, odd, random.Random(seed)), good]))
    assert both.observations[len(both.observations) - len(alone.observations):] == [
        replace(one, raw=both.raw) for one in alone.observations]
    for text in [one.quality for one in both.observations] + [one.reason for one in both.refused]:
        text.encode()  # or no table takes it


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_samples_themselves_are_taken(name: str) -> None:
    source, sample = SAMPLES[name]
    assert not taken(source, sample).is_empty
