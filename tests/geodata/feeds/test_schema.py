"""Configurations: the one that ships is read, and what cannot be meant is refused where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.demo_town import valmont
from geodata.feeds.schema import Way, check_assets, read_config
from twin.errors import InputError

EXAMPLE = Path(__file__).parents[3] / "docs/examples/observe.yaml"
GOOD = """
sources:
  hub:
    type: hubeau
    url: https://hub.example/obs
    stations: {V000000001: pont-neuf}
"""


def test_the_example_is_of_the_built_in_town() -> None:
    spec = read_config(EXAMPLE)
    known = frozenset(str(one) for one in valmont().city.assets.id)
    check_assets(spec, known, file=str(EXAMPLE))
    assert {name: one.way for name, one in spec.sources.items()} == {
        "hubeau": Way.ASKED, "vigicrues": Way.ASKED, "clocks": Way.BROKER, "talq": Way.SENT, "lora": Way.SENT,
        "roads": Way.ASKED, "alerts": Way.ASKED, "reports": Way.ASKED}
    assert spec.sources["hubeau"].pace_s == 900
    assert spec.sources["roads"].pace_s == 0
    with pytest.raises(InputError, match="pont-neuf"):
        check_assets(spec, known - {"pont-neuf"})


@pytest.mark.parametrize(("old", "new", "why"), [
    ("https://hub.example/obs", "ftp://hub.example/obs", "https://HOST/PATH"),
    ("https://hub.example/obs", "https://me:secret@hub.example/obs", "headers_env"),
    ("https://hub.example/obs", "https://hub.example:99999/obs", "https://HOST/PATH"),
    ("    stations: {V000000001: pont-neuf}", "", "stations"),
    ("    stations:", "    every: 10s\n    stations:", "60 s"),
    ("    stations:", "    every: 10\n    stations:", "without a unit"),
    ("    stations:", "    quantities: [T]\n    stations:", "H \\(levels\\)"),
    ("    stations:", "    statoins: {}\n    stations:", "statoins"),
    ("    url: https://hub.example/obs\n", "", "with url"),
    ("  hub:", "  Hub Eau:", "Hub Eau"),
    ("type: hubeau", "type: hubo", "hubo"),
    ("type: hubeau", "type: json", "mapping")])
def test_what_cannot_be_meant_is_refused_where_it_stands(old: str, new: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "observe.yaml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=why) as error:
        read_config(file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(("value", "why"), [
    ("{what: level, at: /h, unit: ft}", "'m' or 'cm' or 'mm'"), ("{what: colour, at: /h}", "one of level"),
    ("{what: level, at: /h, means_true: [1]}", "means_true"), ("{what: level, at: a/b}", "begins with /")])
def test_a_value_that_cannot_be_read_is_refused(value: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "observe.yaml"
    file.write_text("sources:\n  x:\n    type: json\n    url: https://x.example\n    mapping:\n      asset: /a\n"
                    f"      values: [{value}]\n", encoding="utf-8")
    with pytest.raises(InputError, match=why):
        read_config(file)


def test_one_client_id_at_one_broker_is_one_source(tmp_path: Path) -> None:
    file = tmp_path / "observe.yaml"
    one = ("    type: things-stack\n    broker: mqtts://b.example\n    topics: [a]\n    client_id: x\n"
           "    values: [{what: level, at: /h}]\n")
    file.write_text(f"sources:\n  a:\n{one}  b:\n{one}", encoding="utf-8")
    with pytest.raises(InputError, match="client_id"):
        read_config(file)
