"""Programme files: a season of them, what they refuse, what they carry on."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geodata.city.model import CityFile
from geodata.wording import refusal_text
from scenarios.irrigation.answers import expectations, to_dict, write_csv
from scenarios.irrigation.carried import write_state
from scenarios.irrigation.loading import find_programme, prepare_season, read_programme, shipped_programmes
from scenarios.night_before import run_night
from tests.french import english_in
from tests.scenarios.irrigation.gardens import INVALID, gardens, prepared, programme_file, told
from twin.errors import InputError
from twin.explaining.irrigated import teller_of
from twin.irrigation.indicators import Indicators
from twin.irrigation.locks import Reason
from twin.irrigation.restart import restarts
from twin.irrigation.season import Watering, balance

FILES = sorted(INVALID.glob("*.yaml"))


def refused(path: Path) -> InputError | None:
    try:
        prepare_season(read_programme(path), gardens())
    except InputError as error:
        return error
    return None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_invalid_programme_file_is_refused_with_its_message(path: Path) -> None:
    error = refused(path)
    assert error is not None
    expected = path.with_suffix(".message").read_text(encoding="utf-8").rstrip("\n")
    assert str(error).replace(f"{INVALID}/", "") == expected
    assert english_in(error) == [], refusal_text(error, "fr")


def test_every_message_belongs_to_a_file() -> None:
    assert {path.stem for path in INVALID.glob("*.message")} == {path.stem for path in FILES}


def test_the_known_answer_from_a_file(tmp_path: Path) -> None:
    found = told(tmp_path)
    assert found.applied_m3.round(1).tolist() == [50.4, 50.4, 50.4]
    assert [zone.area_m2 for zone in found.balance.season.zones] == [1000.0] * 3
    assert found.balance.season.defaults == {}
    assert found.to_dict()["stress_zone_days"] == 9


def test_what_nobody_states_is_a_default_and_counted(tmp_path: Path) -> None:
    found = prepared(tmp_path, defaults={}, zones={"Z-2": {"soil": "clay", "vegetation": "young_trees"}})
    assert found.season.defaults == {"soil": 2, "vegetation": 2}
    city = gardens()
    bare = prepare_season(read_programme(tmp_path / "week.irrigation.yaml"), CityFile(
        city=city.city, shapes=[None] * len(city.city.assets)))
    assert bare.season.defaults == {"soil": 2, "vegetation": 2, "area_m2": 3}


def test_programmes_by_use(tmp_path: Path) -> None:
    by_use = [{"name": "arbres", "uses": ["young_trees"], "days": "all", "hours": ["22:00", "06:00"], "rate_mm_h": 8,
               "efficiency": 0.9, "trigger": {"replace_et": 1.0}}]
    found = told(tmp_path, programmes=by_use, zones={"Z-2": {"vegetation": "young_trees"}})
    assert (found.applied_m3 > 0).tolist() == [False, True, False]
    assert found.balance.columns.action[0].tolist() == [Watering.NO_DAY] * 7


def test_two_controllers_on_one_zone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two controllers on one zone"):
        prepare_season(read_programme(programme_file(tmp_path)), gardens(is_doubled=True))


def test_a_season_goes_on_from_the_state_of_the_one_before(tmp_path: Path) -> None:
    whole = told(tmp_path)
    first = prepared(tmp_path, to="2026-07-08", facts=[], off=[{"zones": ["Z-3"], "from": "2026-07-07", "by": "moi"}])
    write_state(balance(first.season), first.city_file.city, tmp_path / "state.json")
    later = told(tmp_path, tmp_path / "state.json", **{"from": "2026-07-09"})
    assert later.balance.columns.depletion_mm[0].tolist() == pytest.approx(
        whole.balance.columns.depletion_mm[0, 3:].tolist(), abs=1e-4)
    lock, = later.balance.season.locks.of_zone(2)
    assert (lock.reason, lock.by) == (Reason.BY_HAND, "moi")
    assert lock.start_s == -2 * 86_400


@pytest.mark.parametrize(("change", "message"), [
    ({"evening": "2026-07-01"}, "expected 2026-07-08, the evening before the season"),
    ({"city": "Elsewhere"}, "found Elsewhere; expected test town"), ({"format": "x"}, "a file of another sort"),
    ({"zones": {"Z-1": {"depletion_mm": 3}}}, "an entry that cannot be read")])
def test_a_state_of_something_else_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    first = prepared(tmp_path, to="2026-07-08")
    write_state(balance(first.season), first.city_file.city, tmp_path / "state.json")
    told_state = json.loads((tmp_path / "state.json").read_text("utf-8"))
    (tmp_path / "state.json").write_text(json.dumps(told_state | change), "utf-8")
    with pytest.raises(InputError) as refused:
        prepared(tmp_path, tmp_path / "state.json", **{"from": "2026-07-09"})
    assert message in str(refused.value)


def test_a_probe_speaks_in_its_own_unit(tmp_path: Path) -> None:
    seen = [{"zone": "Z-1", "on": "2026-07-08", "percent": 18.5}, {"zone": "Z-2", "on": "2026-07-08", "m3_m3": 0.185},
            {"zone": "Z-3", "on": "2026-07-08", "tension_kpa": 100, "curve": [[33, 0.25], [1500, 0.12]]}]
    season = prepared(tmp_path, observations=seen).season
    mm = [point.mm for point in season.points]
    assert mm[0] == pytest.approx(75 * (0.25 - 0.185) / 0.13)
    assert mm[1] == pytest.approx(mm[0])
    assert mm[2] == pytest.approx(75 * (100 - 33) / 1467)


def test_a_stuck_probe_is_left_out_and_said(tmp_path: Path) -> None:
    seen = [{"zone": "Z-1", "on": f"2026-07-{6 + i:02d}", "percent": 20, "probe": "S-3"} for i in range(6)]
    season = prepared(tmp_path, observations=seen).season
    assert len(season.points) == 1
    assert "S-3" in season.notes[-1].en
    assert "S-3" in season.notes[-1].fr


def test_answers_for_programs(tmp_path: Path) -> None:
    ready = prepared(tmp_path, expect=[{"zone": "Z-1", "on": "2026-07-10", "depletion_mm": [4.1, 4.2]},
                                       {"zone": "Z-1", "applied_m3": [50, 51], "stress_days": [3, 3],
                                        "locked_by": "none"},
                                       {"zone": "Z-2", "locked_by": "sanitary"}])
    found = Indicators(balance(ready.season), 3.0)
    answer = to_dict(ready, found, restarts(found.balance), 4, teller_of(found.balance, ready.kinds, "en"))
    zone = answer["zones"][0]
    assert (zone["depletion_mm"], zone["action"], zone["controller"]) == (4.107, "watered", "K-07")
    assert answer["indicators"]["cost_eur"] == pytest.approx(3 * 3 * 50.392, abs=0.01)
    assert [o.is_met for o in expectations(ready, found)] == [True, True, True, True, False]
    write_csv(found.balance, tmp_path / "days.csv")
    rows = list(csv.DictReader((tmp_path / "days.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 21
    assert (rows[4]["day"], rows[4]["action"], rows[4]["gross_mm"]) == ("2026-07-10", "watered", "50.3923")


@pytest.mark.parametrize("name", sorted(shipped_programmes()))
def test_a_shipped_programme_holds_what_it_expects(name: str) -> None:
    from geodata.demo_town import valmont

    programmed = read_programme(find_programme(name))
    night = run_night(programmed, "valmont")
    ready = prepare_season(programmed, valmont(), None if night is None else night.result)
    outcomes = expectations(ready, Indicators(balance(ready.season)))
    assert outcomes
    assert all(outcome.is_met for outcome in outcomes), outcomes


def test_orders_replace_the_national_minimum_and_name_their_derogations(tmp_path: Path) -> None:
    order = {"name": "arrêté 7", "level": "alerte_renforcee", "from": "2026-07-06",
             "forbidden": {"lawn": [["06:00", "22:00"]]}, "derogations": {"Z-3": []}}
    found = told(tmp_path, drought=[order])
    season = found.balance.season
    assert season.orders[0].forbidden == {"lawn": ((360, 1320),)}
    window = found.balance.window(0, 4)
    assert window is not None
    assert [season.calendar.moment(s).hour for s in window] == [4, 6]
    free = found.balance.window(2, 4)
    assert free is not None
    assert season.calendar.moment(free[1]).hour == 12
    assert replace(season.orders[0], name="").level == "alerte_renforcee"
    assert season.orders[0].first == date(2026, 7, 6)


def test_every_key_of_a_programme_file_is_in_its_manual() -> None:
    import re

    from geodata.weather import specs as weather
    from scenarios.irrigation import schema

    manual = (Path(__file__).parents[3] / "docs" / "irrigation.md").read_text("utf-8")
    told_keys = set(re.findall(r"(\w+)(?:`|:(?=\s|$)| =)", manual)) | set(re.findall(r"`(\w+)`", manual))
    parts = [getattr(schema, name) for name in dir(schema) if name.endswith("Spec")]
    parts += [getattr(weather, name) for name in dir(weather) if name.endswith("Spec")]
    keys = {info.alias or key for part in set(parts) if hasattr(part, "model_fields") and part.__name__ != "CsvSpec"
            for key, info in part.model_fields.items()}
    assert keys - told_keys == set()


@pytest.mark.parametrize("name", sorted(shipped_programmes()))
def test_editors_accept_the_shipped_files_and_refuse_a_slip(name: str) -> None:
    import jsonschema
    from ruamel.yaml import YAML

    from scenarios.editor import programme_schema_text

    checked = jsonschema.Draft202012Validator(json.loads(programme_schema_text()))
    text = find_programme(name).read_text("utf-8")
    content = json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))
    assert list(checked.iter_errors(content)) == []
    content["programmes"][0]["days"] = ["tuesday"]
    assert list(checked.iter_errors(content))


def test_the_file_in_the_manual_can_be_read(tmp_path: Path) -> None:
    import re

    manual = (Path(__file__).parents[3] / "docs" / "irrigation.md").read_text("utf-8")
    block = re.search(r"```yaml\n(.*?)```", manual, re.DOTALL)
    assert block is not None
    (tmp_path / "manual.yaml").write_text(block[1], "utf-8")
    spec = read_programme(tmp_path / "manual.yaml").spec
    assert (len(spec.programmes), len(spec.drought), spec.facts[1].controllers) == (1, 2, ["PA-01"])
