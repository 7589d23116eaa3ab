"""What drives an answer is kept with its nights, and never told of others."""

from __future__ import annotations

import json

import pytest

from geodata.ensemble.driven import Driven, read_driven, write_driven
from twin.ensemble.driver import Driver
from twin.errors import InputError

LEVEL = Driver(name="level.offset_m", total=0.66, total_low=0.5, total_high=0.8, first=0.4, first_low=0.2,
               first_high=0.6, effect=120.0)
HOURS = Driven(of="lamp_hours_dark", n=64, mean=10.0, sd=2.5, drivers=(LEVEL,))
REFUGE = Driven(of="S-08/é", n=64, mean=0.5, sd=0.5, drivers=(LEVEL,))


def test_each_answer_is_given_back(tmp_path):
    for one in (REFUGE, HOURS):
        write_driven(tmp_path, "d" * 64, one)
    assert sorted(read_driven(tmp_path, "d" * 64), key=lambda one: one.of) == [REFUGE, HOURS]
    write_driven(tmp_path, "d" * 64, HOURS)
    assert len(read_driven(tmp_path, "d" * 64)) == 2


def test_nobody_asked(tmp_path):
    assert read_driven(tmp_path, "d" * 64) == []


def test_what_drives_other_nights_is_refused(tmp_path):
    write_driven(tmp_path, "d" * 64, HOURS)
    with pytest.raises(InputError, match=r"what drives other nights \(dddddddddddd\).*twin drivers"):
        read_driven(tmp_path, "e" * 64)


@pytest.mark.parametrize("change", [{"format": "citytwin-drivers-0"}, {"drivers": []}, {"drivers": [{"name": "x"}]},
                                    {"more": 1}])
def test_a_damaged_file_is_refused(tmp_path, change):
    write_driven(tmp_path, "d" * 64, HOURS)
    path = tmp_path / "drivers" / "lamp_hours_dark.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        read_driven(tmp_path, "d" * 64)
