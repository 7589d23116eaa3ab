"""Measures of a scenario: what each does, who decides it, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geodata.city.model import CityFile
from geodata.inputs.times import moment_s
from geodata.run.folder import read_run
from scenarios import load_scenario, run_scenario
from scenarios.running import Finished
from tests.nights import night
from tests.scenarios.conftest import HEAD
from twin.codes import Action
from twin.errors import InputError
from twin.explaining.measured import measure_lines
from twin.quantities import NONE
from twin.results.compare import compare
from twin.results.result import Result

WATER = "flood: {river_stage: {river: ouche, gauge: pont-neuf, levels: LEVELS, datum: gauge}}\n"
LEVELS = Path(__file__).parents[2] / "scenarios" / "ouche-q100.csv"


@pytest.fixture
def run(write: Callable[..., Path]) -> Callable[[str], Finished]:
    """Run the hundred-year night with these measures."""
    def made(measures: str, water: str = "") -> Finished:
        flood = (water or WATER).replace("LEVELS", str(LEVELS))
        text = flood + ("measures:\n" + "".join(f"  - {line}\n" for line in measures.splitlines()) if measures else "")
        head = HEAD.replace("36h", "36h\nseed: 7")
        return run_scenario(load_scenario(write(text, head=head)), picture=False)
    return made


def outages_of(result: Result, name: str) -> list[tuple[str | None, str | None]]:
    mine = np.flatnonzero(result.outages.asset == result.city.assets.row(name))
    moment = result.view.moment
    return [(moment(int(result.outages.start_s[i])), moment(int(result.outages.end_s[i]))) for i in mine]


def refused(run: Callable[[str], Finished], measures: str, water: str = "") -> str:
    with pytest.raises(InputError) as caught:
        run(measures, water)
    return str(caught.value)


def test_a_raise_and_a_protection_move_the_height_that_counts(run: Callable[[str], Finished]) -> None:
    result = run("{raise: A-012, by_m: 0.83}\n{protect: [A-013], to_m: 0.60}").result
    before = night("ouche-q100").result
    assets = result.city.assets
    a12, a13 = assets.row("A-012"), assets.row("A-013")
    assert before.exposure.failed_at_s[a12] != NONE
    assert result.exposure.failed_at_s[a12] == NONE
    assert result.exposure.touched_at_s[a12] > before.exposure.touched_at_s[a12], "lifted: touched later"
    assert (assets.touch_m[a13], assets.fail_m[a13]) == (before.city.assets.touch_m[a13], 0.60)
    assert result.exposure.touched_at_s[a13] == before.exposure.touched_at_s[a13], "sandbags: touched as before"
    assert outages_of(result, "A-012")[0][0] == "2026-11-22T21:18:57+01:00", "then its substation drowns"


def test_a_cut_returns_when_the_water_has_left(run: Callable[[str], Finished]) -> None:
    finished = run("{cut: [P-01], at: \"18:30\", safe_return: true, by: PC}")
    result = finished.result
    told = [d for d in result.plan.declared if d.action is Action.RESTORE]
    assert [(str(result.city.assets.id[d.asset]), d.by) for d in told] == [("P-01", "PC")]
    left_s = int(result.exposure.water_left_at_s[result.city.assets.row("P-01")])
    assert told[0].at_s >= left_s
    out = outages_of(result, "P-01")
    assert out[0][0] == "2026-11-22T18:30:00+01:00"
    assert out[0][1] is not None
    live = outages_of(night("ouche-q100").result, "P-01")[0][1]
    assert live is not None
    assert out[0][1] < live, "dried, not replaced: back before"


def test_a_generator_carries_the_refuge_for_its_fuel(run: Callable[[str], Finished]) -> None:
    result = run("{generator: S-03, fuel: 12h, at: \"20:00\"}").result
    assert outages_of(night("ouche-q100").result, "S-03")[0][0] == "2026-11-22T21:06:57+01:00"
    assert outages_of(result, "S-03")[0][0] == "2026-11-23T09:06:57+01:00"


def test_a_generator_that_comes_too_late_is_refused(run: Callable[[str], Finished]) -> None:
    said = refused(run, "{generator: S-03, fuel: 12h, at: \"22:00\"}")
    assert "without supply since 2026-11-22T21:06:57+01:00" in said
    assert "measures[0].at" in said


def test_a_second_feed_takes_over_after_its_changeover(run: Callable[[str], Finished]) -> None:
    result = run("{feed: S-03, supplier: P-07, changeover: 15min}").result
    assert outages_of(result, "S-03") == [("2026-11-22T21:06:57+01:00", "2026-11-22T21:21:57+01:00")]


def test_a_lamp_off_its_circuit_trips_it_no_longer(run: Callable[[str], Finished]) -> None:
    before = night("ouche-q100").result
    lamp = before.city.assets.row("L-4600")
    circuit = int(before.city.supplies.suppliers_of(lamp)[0])
    name = str(before.city.assets.id[circuit])
    tripped = int(before.outages.root[before.outages.asset == circuit][0])
    assert tripped == lamp, "it is this lamp that opens the circuit"
    result = run("{isolate: [L-4600], at: \"17:00\"}").result
    assert outages_of(result, "L-4600")[0][0] == "2026-11-22T17:00:00+01:00"
    assert (outages_of(result, name) or [("later", "")])[0] > outages_of(before, name)[0]
    assert all(int(root) != lamp for root in result.outages.root[result.outages.asset == circuit])


def test_watering_closed_is_suspended(run: Callable[[str], Finished]) -> None:
    result = run("{close_irrigation: [Z-01], at: \"18:00\", until: \"2026-11-23T08:00\"}").result
    rows = result.suspensions.of_asset(result.city.assets.row("Z-01"))
    assert result.suspensions.start_s[rows].min() == 2 * 3600


def test_a_wall_in_the_water_of_a_level_holds_until_it_is_overtopped(run: Callable[[str], Finished]) -> None:
    before = night("ouche-q100").result
    assets = before.city.assets
    row = assets.row("A-010")
    x, y = float(assets.x_m[row]), float(assets.y_m[row])
    corners = [(x + dx, y + dy) for dx, dy in ((-12, -12), (12, -12), (12, 12), (-12, 12), (-12, -12))]
    ring = str([list(corner) for corner in corners])
    high = run(f"{{barrier: {ring}, crest_m: {float(assets.ground_m[row]) + 3:.2f}, name: quai}}").result
    assert high.exposure.peak_depth_m[row] == 0
    crest_m = float(assets.ground_m[row]) + 0.60
    low = run(f"{{barrier: {ring}, crest_m: {crest_m:.2f}, name: quai}}").result
    assert low.exposure.peak_depth_m[row] == pytest.approx(before.exposure.peak_depth_m[row], abs=0.05), "overtopped"
    assert low.exposure.touched_at_s[row] > before.exposure.touched_at_s[row]
    # what came over the wall stays behind it: the comparison says so
    left = [result.exposure.water_left_at_s[row] for result in (before, low)]
    assert left[1] == NONE or left[1] > left[0]
    found = compare(before, low)
    assert found.unlike == (), "a wall of a plan is a measure, and a file by another path the same water"
    from twin.explaining.compared import compared_lines

    said = next(line.text for line in compared_lines(found, "en") if line.text.startswith("Water is held back"))
    assert "behind a barrier, for want of a pump: it stays longer at" in said
    assert re.search(r" Return later by \d+ h( \d+ min)? at most\.", said.replace("\u00a0", " ")), said
    assert any(line.text.startswith("De l’eau est retenue derrière un ouvrage, faute de pompe") for line in
               compared_lines(found, "fr"))


def test_a_wall_in_the_water_of_a_level_may_come_before_its_water_and_go_after_it(run: Callable[[str], Finished]
                                                                                  ) -> None:
    before = night("ouche-q100").result
    assets = before.city.assets
    row = assets.row("A-010")
    x, y, top_m = float(assets.x_m[row]), float(assets.y_m[row]), float(assets.ground_m[row]) + 3

    def wall(half_m: float, more: str = "") -> str:
        ring = [[x + dx, y + dy] for dx, dy in ((-half_m, -half_m), (half_m, -half_m), (half_m, half_m),
                                                (-half_m, half_m), (-half_m, -half_m))]
        return f"{{barrier: {ring}, crest_m: {top_m:.2f}{more}}}"

    whole = run(wall(12)).result
    assert before.exposure.peak_depth_m[row] > 0.8
    assert (whole.exposure.peak_depth_m[row], whole.exposure.touched_at_s[row]) == (0, NONE)
    # Ready an hour before the water, gone when it has left: the same night.
    timely = run(wall(12, ', at: "17:30", until: "2026-11-23T23:00"')).result
    np.testing.assert_array_equal(timely.exposure.peak_depth_m, whole.exposure.peak_depth_m)
    # Where water stands at its line as it comes or goes the fill has no answer.
    late = refused(run, wall(12, ', at: "21:00"'))
    assert "put up 5.00 h after the start, where water stands at its line from" in late
    assert "taken away 8.00 h after the start" in refused(run, wall(12, ', until: "2026-11-23T00:00"'))
    low = wall(12, ', until: "2026-11-23T23:00"').replace(f"{top_m:.2f}", f"{float(assets.ground_m[row]) + 0.4:.2f}")
    assert "overtopped" in refused(run, low)
    # A ring of sixty metres has a part of the river inside, and runs through houses.
    assert "crosses" in refused(run, wall(30))


def test_a_measure_left_out_gives_the_base_byte_for_byte(run: Callable[[str], Finished], tmp_path: Path) -> None:
    bare, again = run("").write(tmp_path / "bare"), run("").write(tmp_path / "again")
    raised = run("{raise: A-012, by_m: 0.5}").write(tmp_path / "raised")
    tables = sorted(path.name for path in bare.glob("*.parquet"))
    assert tables
    assert all((bare / name).read_bytes() == (again / name).read_bytes() for name in tables)
    assert any((bare / name).read_bytes() != (raised / name).read_bytes() for name in tables)
    kept = read_run(raised).result.plan
    assert json.loads(kept.measures[0])["was_m"] == [[0.1, 0.35]]
    assert "measures" not in read_run(bare).result.plan.to_dict()


def test_what_is_the_grids_is_to_be_asked_for_and_no_work_of_the_city(run: Callable[[str], Finished]) -> None:
    finished = run("{cut: [P-01], at: \"18:30\", until: \"2026-11-23T16:00\", people: 4, cost: 500}\n"
                   "{raise: A-012, by_m: 0.5, at: \"17:30\", lead: 45min, people: 2, cost: 900}")
    lines = [line.text for line in measure_lines(finished.result.plan, finished.result.city, "fr")]
    assert lines == [
        "2 mesures, dont 1 à demander à d’autres\u00a0; 2 personnes de la ville\u00a0; coût pour la ville 900",
        "  P-01\u00a0: coupure de 18\u00a0h\u00a030 à lundi 16\u00a0h\u00a000 (à demander au gestionnaire)",
        "  A-012\u00a0: plus haut de 0,50\u00a0m (ville)\u00a0; à ordonner avant 16\u00a0h\u00a045"]
    english = [line.text for line in measure_lines(finished.result.plan, finished.result.city, "en")]
    assert english[1] == "  P-01 cut from 18:30 to Monday 16:00 (to be asked of the grid operator)"


@pytest.mark.parametrize(("measures", "message"), [
    ("{cut: [P-01], at: \"18:30\", authority: city}", "'city' for P-01, which is the grid operator's"),
    ("{cut: [P-01, A-012], at: \"18:30\"}", "one owner for a measure"),
    ("{cut: A-012}", "'cut' without 'at'"),
    ("{raise: A-012, by_m: 0.5, fuel: 3h}", "'fuel' beside 'raise'"),
    ("{raise: A-012, by_m: 0.5, protect: A-013}", "'raise' and 'protect'"),
    ("{cut: A-012, at: \"18:30\", until: \"18:00\"}", "not after '18:30'"),
    ("{cut: A-012, at: \"18:30\", until: +1h}", "not after '18:30'"),
    ("{protect: A-012, to_m: 0.2}", "more than its fail_m, 0.35 m"),
    ("{isolate: A-012, at: \"18:00\"}", "expected lamps"),
    ("{close_irrigation: A-012, at: \"18:00\"}", "expected irrigation zones"),
    ("{generator: L-0001, fuel: 3h}", "a site, a building"),
    ("{raise: A-0123, by_m: 1}", "Did you mean A-012-3"),
    ("{raise: A-012-3, by_m: 1}", "A-012-3, which has no position"),
    ("{protect: A-012-3, to_m: 1}", "A-012-3, which has no position"),
    ("{raise: A-012, by_m: 0.5, at: \"19:00\"}", "before the water touches it, at 2026-11-22T17:51"),
    ("{barrier: [[0, 0], [1, 1]], height_m: 1}", "'crest_m', an altitude"),
    ("{pump: [0, 0], m3_s: 0.2}", "the flow model"),
    ("{barrier: [[0, 0], [1, 1]]}", "neither 'crest_m' nor 'height_m'"),
])
def test_what_does_not_fit_is_refused_at_its_place(run: Callable[[str], Finished], measures: str, message: str) -> None:
    said = refused(run, measures)
    assert message in said
    assert "night.scenario.yaml:" in said


def test_a_wall_through_a_house_is_refused(run: Callable[[str], Finished]) -> None:
    assets = night("ouche-q100").result.city.assets
    row = assets.row("B-0566")
    x, y = float(assets.x_m[row]), float(assets.y_m[row])
    said = refused(run, f"{{barrier: [[{x - 60}, {y}], [{x + 60}, {y}]], crest_m: 230}}")
    assert "field 'measures[0].barrier'" in said
    assert "a barrier that crosses" in said
    assert "expected a line beside buildings; it may end at their walls" in said


def test_a_wall_in_water_that_is_read_is_refused(run: Callable[[str], Finished]) -> None:
    said = refused(run, "{barrier: [[0, 0], [1, 1]], crest_m: 230}", water="flood: {raster: {file: x.tif}}\n")
    assert "water that is computed" in said


def test_an_order_that_should_have_gone_out_is_said(run: Callable[[str], Finished]) -> None:
    finished = run("{raise: A-012, by_m: 0.5, at: \"16:30\", lead: 45min}")
    assert [w["measure"] for w in finished.result.warnings if w["warning"] == "measure_ordered_too_late"] == [0]
    assert measure_lines(finished.result.plan, finished.result.city, "en")[1].is_alarm


def test_the_shipped_plan_is_better_for_the_refuge_and_says_what_it_costs() -> None:
    base, plan = night("ouche-q100").result, night("valmont-measures").result
    found = compare(base, plan)
    assert found.unlike == ()
    a, b = found.figures["lamp_hours_dark"]
    assert (round(a), round(b)) == (31_031, 28_936)
    assert outages_of(plan, "S-03") == []
    worse = {group["root"] for group in found.groups(worse=True)}
    assert "P-01" in worse, "what is cut beforehand is dark from then on"


def test_walls_and_pumps_join_those_of_the_flow_model(write: Callable[..., Path], hand_file: CityFile) -> None:
    from scenarios.measures import with_water

    text = ("flood: {inflow: {at: [0, 0], m3_s: 1}}\nmeasures:\n"
            "  - {barrier: [[0, 0], [10, 0]], height_m: 0.8, at: +2h, until: +9h, name: quai}\n"
            "  - {pump: [5, 5], m3_s: 0.2, at: +3h}\n")
    try:
        scenario = load_scenario(write(text))
    except InputError as error:
        pytest.fail(str(error))
    start = datetime(2026, 11, 22, 16, tzinfo=UTC)
    flood = with_water(scenario, lambda text, path: moment_s(text, start, ZoneInfo("UTC"))).flood
    assert flood is not None
    assert flood.model is not None
    assert [(wall.name, wall.height_m, wall.from_, wall.to) for wall in flood.model.barriers] == [
        ("quai", 0.8, 7200.0, 32_400.0)]
    assert [(pump.m3_s, pump.to, pump.from_) for pump in flood.model.pumps] == [(0.2, "out", 10_800.0)]


def test_another_refuge_moves_its_people_and_nothing_else(run: Callable[[str], Finished]) -> None:
    base = night("ouche-q100").result
    result = run("{refuge: S-03, instead: S-09}").result
    assets, was = result.city.assets, base.city.assets
    refuge, college = was.row("S-03"), was.row("S-09")
    assert (assets.people[refuge], assets.people[college]) == (0, was.people[refuge] + was.people[college])
    found = compare(base, result)
    # The same water, though the scenario names its file by another path: the refuge is dark from 21:06 to 03:34.
    assert (found.unlike, len(found.changes.asset)) == ((), 0)
    spared = found.figures["people_hours_without_power"]
    (start, end), = outages_of(base, "S-03")
    hours = (datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(start))).total_seconds() / 3600
    assert spared[0] - spared[1] == pytest.approx(400 * hours, abs=2)
    lines = measure_lines(result.plan, result.city, "fr")
    assert any("refuge S-09 à la place de S-03" in line.text for line in lines)


@pytest.mark.parametrize(("measure", "words"), [
    ("{refuge: S-03, instead: S-03}", "S-03 instead of itself; expected another site"),
    ("{refuge: A-012, instead: S-03}", "A-012, a cabinet; expected a critical site"),
    ("{refuge: S-03, instead: A-012}", "'measures[0].instead', A-012: found A-012, a cabinet"),
    ("{refuge: S-03}", "'refuge' without 'instead'"),
    ("{refuge: S-03, instead: S-09, by_m: 0.5}", "'by_m' beside 'refuge'")])
def test_a_refuge_that_does_not_fit_is_refused(run: Callable[[str], Finished], measure: str, words: str) -> None:
    assert words in refused(run, measure)
