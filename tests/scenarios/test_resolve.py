"""From a scenario to a plan in which nothing is implicit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from geodata.city.model import CityFile
from scenarios import Scenario, prepare
from scenarios.load import find_scenario, load_scenario, shipped
from tests.reference.hand_town import HandTown
from twin.codes import Action
from twin.errors import InputError
from twin.quantities import iso
from twin.world.assets import Source

Make = Callable[..., Scenario]

HAND_TOWN = """\
status: exercise
reset_s: 1800
repair_s: {cabinet: 21600, lamp: 7200, building: 86400, controller: 14400, service_box: 14400}
events:
  - {at: +10h, fail: S1, until: +11h}
  - {at: +630min, fail: S2}
  - {at: "04:00", restore: S2}
"""


def test_the_hand_worked_town_as_a_scenario_gives_its_declared_events(scenario: Make, hand_file: CityFile,
                                                                       hand_town: HandTown) -> None:
    plan = prepare(scenario(HAND_TOWN), hand_file).plan
    assert plan.declared == hand_town.plan.declared
    assert (plan.duration_s, plan.reset_s) == (hand_town.plan.duration_s, hand_town.plan.reset_s)


def test_an_asset_misspelt_is_told_beside_water_that_is_missing(scenario: Make, hand_file: CityFile) -> None:
    text = 'events: [{at: +1h, fail: S99}]\nflood: {raster: {file: none.tif, from: +1h, to: +2h}}'
    with pytest.raises(InputError) as refused:
        prepare(scenario(text), hand_file)
    told = str(refused.value).splitlines()
    assert len(told) == 2
    assert "asset 'S99'" in told[0]
    assert "none.tif" in told[1]
    assert "no such file" in told[1]


def test_what_a_scenario_leaves_out_is_spelt_out(scenario: Make, hand_file: CityFile) -> None:
    plan = prepare(scenario(), hand_file).plan
    assert plan.start == plan.issued_at == datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert plan.valid_until == datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert (plan.status, plan.step_s, plan.seed, plan.reset_s) == ("simulation", 300, 0, 1800)
    assert (plan.declared, plan.notes, plan.flood, plan.dark.by) == ((), (), "{}", "sun")


@pytest.mark.parametrize("start", ["2026-10-24T20:00", "2026-10-24T20:00+02:00"])
def test_a_run_through_the_night_on_which_clocks_go_back_counts_true_hours(scenario: Make, hand_file: CityFile,
                                                                         start: str) -> None:
    head = f"scenario: Nuit\ncity: valmont\nstart: {start}\nduration: 12h\n"
    plan = prepare(scenario('events: [{at: "05:00", fail: S1}]', head=head), hand_file).plan
    [fails] = plan.declared
    # From 20:00 to 05:00 the clocks show nine hours; ten go by.
    assert fails.at_s == 10 * 3600
    assert datetime.fromisoformat(iso(plan.start, fails.at_s)) == datetime(2026, 10, 25, 4, tzinfo=UTC)
    assert plan.valid_until == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_the_next_answer_may_be_promised(scenario: Make, hand_file: CityFile) -> None:
    plan = prepare(scenario('next_update: "18:30"'), hand_file).plan
    assert plan.next_update == datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert plan.to_dict()["next_update"] == "2026-11-22T18:30:00+01:00"
    without = prepare(scenario(), hand_file).plan
    assert without.next_update is None
    assert "next_update" not in without.to_dict(), "a plan keeps the digest it had before there was this key"


def test_the_same_file_gives_the_same_plan_and_another_line_another(scenario: Make, hand_file: CityFile) -> None:
    one = prepare(scenario(HAND_TOWN), hand_file).plan.digest
    assert prepare(scenario(HAND_TOWN), hand_file).plan.digest == one
    assert prepare(scenario(HAND_TOWN.replace("+10h", "+9h")), hand_file).plan.digest != one


def test_a_start_without_offset_is_the_citys_wall_clock(scenario: Make, hand_file: CityFile) -> None:
    text = "scenario: a\nstart: 2026-07-01T16:00\nduration: 1h\n"
    assert prepare(scenario(text, head=""), hand_file).plan.start.isoformat() == "2026-07-01T16:00:00+02:00"


def test_a_threshold_of_a_kind_reaches_all_of_it_and_one_of_an_asset_wins(scenario: Make, hand_file: CityFile) -> None:
    prepared = prepare(scenario("thresholds: {L2: {fail_m: 0.55}, lamp: {fail_m: 0.45, touch_m: 0.20}}"), hand_file)
    assets = prepared.city.assets
    assert [float(assets.fail_m[assets.row(name)]) for name in ("L1", "L2", "L3", "C1")] == [0.45, 0.55, 0.45, 0.60]
    assert assets.touch_m[assets.row("L2")] == 0.20
    assert assets.fail_source[assets.row("L1")] == Source.DEFAULT
    assert prepared.plan.thresholds == (("lamp", "touch_m", 0.20), ("lamp", "fail_m", 0.45), ("L2", "fail_m", 0.55))
    assert hand_file.city.assets.fail_m[hand_file.city.assets.row("L1")] == 0.30, "the caller's city stays"


def test_a_threshold_that_replaces_surveyed_heights_says_so(scenario: Make, hand_file: CityFile) -> None:
    prepared = prepare(scenario("thresholds: {lamp: {fail_m: 0.45}}"), hand_file)
    assert prepared.warnings == ({"warning": "threshold_over_survey", "key": "lamp", "column": "fail_m",
                                  "value_m": 0.45, "count": 4},)


def test_repairs_of_a_scenario_replace_those_of_the_kind(scenario: Make, hand_file: CityFile) -> None:
    prepared = prepare(scenario("repair_s: {cabinet: 3600, lamp: {live: 7200, dead: 1800}}"), hand_file)
    kinds = prepared.city.assets.kinds
    assert (kinds["cabinet"].repair_total_s, kinds["cabinet"].repair_dead_total_s) == (3600, 3600)
    assert (kinds["lamp"].repair_total_s, kinds["lamp"].repair_dead_total_s) == (7200, 1800)
    assert kinds["building"].repair_total_s == 86_400
    assert prepared.plan.repair_s == (("cabinet", 3600, 3600), ("lamp", 7200, 1800))


def test_facts_become_declarations_and_notes(scenario: Make, hand_file: CityFile) -> None:
    plan = prepare(scenario("""\
facts:
  - {at: "22:10", asset: [C1, C2], state: out, by: appel du 22 h 08}
  - {at: "23:00", asset: C2, state: ends}
  - {at: "22:30", street: rue des Tanneurs, state: closed, by: police}
  - {at: "22:20", note: fumée au poste S1}
"""), hand_file).plan
    row = hand_file.city.assets.row
    assert [(d.at_s, d.action, d.asset, d.by) for d in plan.declared] == [
        (22_200, Action.FACT_OUT, row("C1"), "appel du 22 h 08"),
        (22_200, Action.FACT_OUT, row("C2"), "appel du 22 h 08"), (25_200, Action.FACT_END, row("C2"), "")]
    assert [(n.at_s, n.text, n.by) for n in plan.notes] == [
        (22_800, "fumée au poste S1", ""), (23_400, "rue des Tanneurs: closed", "police")]


def test_a_forecast_has_an_issue_time(scenario: Make, hand_file: CityFile) -> None:
    forecast = scenario("status: forecast")
    with pytest.raises(InputError, match="--issued now"):
        prepare(forecast, hand_file)
    plan = prepare(forecast, hand_file, issued_at="2026-11-22T15:30").plan
    assert plan.issued_at == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    assert prepare(forecast, hand_file, issued_at="now").plan.issued_at.tzinfo is not None
    with pytest.raises(InputError, match="'--issued': found 'soon'"):
        prepare(forecast, hand_file, issued_at="soon")


def test_the_scenario_is_among_the_inputs_by_its_name_and_digest(scenario: Make, hand_file: CityFile) -> None:
    [file] = prepare(scenario(), hand_file).inputs
    assert (file.role, file.file, len(file.sha256)) == ("scenario", "night.scenario.yaml", 64)


def test_files_of_the_flood_are_inputs_with_their_digests(scenario: Make, tmp_path: Path) -> None:
    from scenarios.inputs import flood_files

    for name in ("d_0.tif", "d_5.tif"):
        (tmp_path / name).write_bytes(name.encode())
    assert [f.file for f in flood_files(scenario('flood: {rasters: {files: "d_*.tif", step: 5min}}'))] == [
        "d_0.tif", "d_5.tif"]
    [levels] = flood_files(scenario("flood: {raster: {file: d_0.tif}}"))
    assert levels.sha256 == sha256(b"d_0.tif").hexdigest()


def test_a_scenario_made_in_code_complains_without_a_line(hand_file: CityFile) -> None:
    made = Scenario.model_validate({"scenario": "a", "start": "2026-11-22T16:00", "duration": "2h",
                                    "events": [{"at": "+1h", "fail": "nothing"}]})
    with pytest.raises(InputError, match=r"^field 'events\[0\]\.fail': found asset 'nothing'"):
        prepare(made, hand_file)


def test_shipped_scenarios_resolve_by_name_and_others_name_them() -> None:
    for name, path in shipped().items():
        assert find_scenario(name) == path
    with pytest.raises(InputError, match="Shipped: "):
        find_scenario("no-such-scenario")


def test_a_folder_of_the_same_name_does_not_hide_a_shipped_scenario(tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = next(iter(shipped()))
    (tmp_path / name).mkdir()
    assert find_scenario(name) == shipped()[name]


def test_ids_that_yaml_takes_for_numbers_are_ids(scenario: Make) -> None:
    read = scenario("events:\n  - {at: +1h, cut: [12, A-1]}\n")
    assert read.events[0].cut == ("12", "A-1")


def test_an_id_with_leading_zeros_keeps_them(write: Callable[..., Path]) -> None:
    assert load_scenario(write("events:\n  - {at: +1h, cut: 0423}\n")).events[0].cut == ("0423",)


def test_a_gauge_reading_is_held_against_the_levels_of_the_water(scenario: Make) -> None:
    from geodata.demo_town import valmont

    prepared = prepare(scenario("""\
flood:
  river_stage: {river: ouche, gauge: pont-neuf, datum: gauge, levels: [["16:00", 1.0], ["20:00", 3.0]]}
  after: hold
facts:
  - {at: "18:00", gauge: pont-neuf, level_m: 2.31, by: "lecture de l’échelle"}
"""), valmont())
    assert {"warning": "gauge_reading", "gauge": "pont-neuf", "at_s": 7200, "read_m": 2.31, "scenario_m": 2.0,
            "difference_m": 0.31, "by": "lecture de l’échelle"} in prepared.warnings
    assert [(note.at_s, note.text) for note in prepared.plan.notes] == [(7200, "pont-neuf: 2.31 m")]


def test_a_second_feed_is_the_last_alternative_of_the_same_group(scenario: Make, hand_file: CityFile) -> None:
    prepared = prepare(scenario("supplies: [{add: {supplier: S2, consumer: B1, transfer_s: 900}}]"), hand_file)
    supplies, row = prepared.city.supplies, prepared.city.assets.row
    edges = supplies.edges_into(row("B1"))
    assert [(int(s), int(g), int(p), int(t)) for s, g, p, t in zip(
        supplies.supplier[edges], supplies.group[edges], supplies.preference[edges], supplies.transfer_s[edges],
        strict=True)] == [(row("S1"), 0, 0, 0), (row("S2"), 0, 1, 900)]
    assert prepared.plan.supplies == (("add", "S2", "B1", 900),)
    assert len(hand_file.city.supplies) == len(supplies) - 1, "the caller's city stays"


def test_one_of_two_feeds_is_taken_away(scenario: Make, hand_file: CityFile) -> None:
    prepared = prepare(scenario("supplies: [{remove: {supplier: S1, consumer: C2}}]"), hand_file)
    row = prepared.city.assets.row
    assert prepared.city.supplies.suppliers_of(row("C2")).tolist() == [row("S2")]
    assert prepared.city.supplies.suppliers_of(row("C1")).tolist() == [row("S1"), row("S2")]


def test_a_second_feed_keeps_a_building_in_service_when_the_first_fails(scenario: Make, hand_file: CityFile) -> None:
    from scenarios import run_scenario

    night = "events: [{at: +1h, fail: S1, until: +5h}]\n"
    feed = "supplies: [{add: {supplier: S2, consumer: B1, transfer_s: 900}}]\n"
    row = hand_file.city.assets.row("B1")
    without = run_scenario(prepare(scenario(night), hand_file)).outages
    having = run_scenario(prepare(scenario(night + feed), hand_file)).outages
    assert [(int(s), int(e)) for s, e in zip(without.start_s[without.asset == row], without.end_s[without.asset == row],
                                             strict=True)] == [(3600, 18_000)]
    assert [(int(s), int(e)) for s, e in zip(having.start_s[having.asset == row], having.end_s[having.asset == row],
                                             strict=True)] == [(3600, 4500)]


def test_part_night_lighting_is_read_as_a_list_of_profiles_or_as_windows(scenario: Make, hand_file: CityFile) -> None:
    windows = (("17:45", "23:00"), ("05:00", "sunrise"))
    for text in ('dark: [{by: profile, on: "17:45", off: "23:00"}, {by: profile, on: "05:00", off: sunrise}]',
                 'dark: {by: profile, windows: [["17:45", "23:00"], ["05:00", sunrise]]}'):
        dark = prepare(scenario(text), hand_file).plan.dark
        assert (dark.by, dark.windows, dark.on) == ("profile", windows, "")
    dark = prepare(scenario('dark: {cabinets: {C1: [["18:00", "22:00"]]}}'), hand_file).plan.dark
    assert (dark.by, dark.cabinets) == ("sun", (("C1", (("18:00", "22:00"),)),))


@pytest.mark.parametrize(("text", "message"), [
    ('dark: {cabinets: {C99: [["18:00", "22:00"]]}}', r"night\.scenario\.yaml:5:\d+.*'C99'"),
    ('dark: {cabinets: {L1: [["18:00", "22:00"]]}}', "'L1', a lamp; expected what feeds lamps"),
    ('dark: {districts: {Bourg: [["18:00", "22:00"]]}}', "district 'Bourg'; expected a district of this city"),
    ('dark: {by: profile, windows: [["18:00", "18:00"]]}', "a window from 18:00 to 18:00"),
    ('dark: {by: profile, windows: []}', "an empty list"),
    ('dark: {by: profile, on: "18:00", off: "22:00", windows: [["18:00", "20:00"]]}', "'windows' beside 'on' or 'off'"),
    ('dark: {windows: [["18:00", "20:00"]]}', "switching times beside 'by: sun'"),
    ('dark: [{by: sun}]', "a list; expected profiles"),
    ('dark: {by: profile, windows: [["25:00", "20:00"]]}', "a time of day, HH:MM|should match pattern"),
])
def test_part_night_lighting_that_does_not_hold_is_refused(scenario: Make, hand_file: CityFile, text: str,
                                                          message: str) -> None:
    with pytest.raises(InputError, match=message):
        prepare(scenario(text), hand_file)
