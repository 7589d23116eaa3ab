"""A variant's file stands alone: what its base took from files beside it holds from wherever the variant lies."""

from __future__ import annotations

from pathlib import Path

from geodata.demo_town import valmont
from scenarios.forms import TwoTexts
from scenarios.load import load_scenario, shipped
from scenarios.writing import add_entries, write_variant
from twin.world.edits import Raise


def test_crews_of_a_file_beside_the_base_are_in_the_variant_and_take_another_team(tmp_path: Path) -> None:
    base = shipped()["ouche-q100-crews"]
    assert "crews: valmont.crews.yaml" in base.read_text("utf-8"), "the base names a file"
    file = write_variant(base, "Une équipe de plus", [Raise("A-012", 0.6)], tmp_path / "one.scenario.yaml",
                         assets=valmont().city.assets)
    crews, whole = load_scenario(file).crews, load_scenario(base).crews
    assert crews is not None
    assert whole is not None
    assert crews.teams == whole.teams
    assert (crews.stock, crews.deliveries) == (whole.stock, whole.deliveries)
    assert load_scenario(file).scenario == "Une équipe de plus"
    add_entries(file, {"teams": [{"id": "R-1", "base": "S-14", "people": 2, "hours": [["+0s", "+3600s"]]}]})
    more = load_scenario(file).crews
    assert more is not None
    assert len(more.teams) == len(whole.teams) + 1


def test_a_file_under_its_bases_own_name_keeps_it_in_both_languages(tmp_path: Path) -> None:
    base = shipped()["ouche-q10"]
    name = load_scenario(base).scenario
    file = write_variant(base, str(name), [], tmp_path / "one.scenario.yaml", assets=valmont().city.assets)
    kept = load_scenario(file).scenario
    assert isinstance(name, TwoTexts)
    assert isinstance(kept, TwoTexts)
    assert (str(kept), kept.en) == (str(name), name.en)
