"""Two runs beside each other: seconds as sets, the known answer of the hundred-year night, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.run.comparing import to_dict, write_csv
from tests.nights import night
from twin.errors import InputError
from twin.explaining.compared import compared_lines, figures
from twin.quantities import NONE
from twin.results.compare import Comparison, compare
from twin.results.result import Result
from twin.water.exposure import dry
from twin.world.kinds import Role

HORIZON = 40


@pytest.fixture(scope="module")
def cut() -> Comparison:
    """The hundred-year night, and the same with two substations opened beforehand."""
    return compare(night("ouche-q100").result, night("valmont-preventive-cut").result)


def test_the_preventive_cut_spares_light_and_costs_houses(cut: Comparison) -> None:
    changes, assets = cut.changes, cut.first.city.assets
    lamp, house = assets.of_role(Role.LIGHTS)[changes.asset], assets.of_kind("building")[changes.asset]
    assert [round(v) for v in cut.figures["lamp_hours_dark"]] == [31031, 27378]
    assert (changes.better_dark_s > 0)[lamp].sum() == 434
    assert np.all((changes.first_s[1] < changes.first_s[0])[lamp & (changes.better_dark_s > 0)])
    # operations.md counted 163 houses worse off, on a run that ended two outages otherwise
    assert (changes.worse_s > changes.better_s)[house].sum() == 165
    assert (changes.worse_s < changes.better_s)[house].sum() == 30
    refuge = int(np.flatnonzero(assets.id[changes.asset] == "S-03")[0])
    assert changes.first_s[0][refuge] - changes.first_s[1][refuge] == 9417, "dark 2 h 37 earlier"
    assert changes.back_s[0][refuge] - changes.back_s[1][refuge] == 36_000, "back ten hours earlier"
    wet = [sum(row["count"] for kind, row in run.indicators["flooded"].items() if kind == "cabinet")
           for run in (cut.first, cut.second)]
    assert wet == [24, 24]


def test_every_row_that_is_worse_or_better_has_its_cause(cut: Comparison) -> None:
    changes = cut.changes
    assert np.all((changes.worse_outage != NONE) == (changes.worse_s > 0))
    assert np.all((changes.better_outage != NONE) == (changes.better_s > 0))
    for worse, seconds in ((True, changes.worse_s), (False, changes.better_s)):
        groups = cut.groups(worse=worse)
        assert sum(group["seconds"] for group in groups) == seconds.sum()
        assert sum(sum(group["assets"].values()) for group in groups) == (seconds > 0).sum()


def test_the_seconds_of_both_runs_differ_by_what_is_worse_less_what_is_better(cut: Comparison) -> None:
    def out_s(result: Result) -> Any:
        o = result.outages
        end = np.where(o.end_s == NONE, result.plan.duration_s, o.end_s)
        return np.bincount(o.asset, weights=end - o.start_s, minlength=len(result.city.assets))

    difference = np.zeros(len(cut.first.city.assets))
    difference[cut.changes.asset] = cut.changes.worse_s - cut.changes.better_s
    np.testing.assert_array_equal(out_s(cut.second) - out_s(cut.first), difference)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_run_against_itself_is_no_difference(lang: str) -> None:
    found = compare(night().result, night().result)
    assert found.is_nothing
    assert [line.text for line in compared_lines(found, lang)] == [
        "Aucune différence." if lang == "fr" else "No difference."]


def test_runs_of_two_waters_are_headed_as_such() -> None:
    found = compare(night("ouche-q10").result, night("ouche-q100").result)
    assert found.unlike == ("water",)
    first = compared_lines(found, "fr")[0]
    assert first.is_alarm
    assert first.text.startswith("Ce n’est pas la même nuit")


def test_runs_that_do_not_meet_are_refused() -> None:
    result = night().result
    later = replace(result, plan=replace(result.plan, start=result.plan.start + timedelta(hours=1)))
    with pytest.raises(InputError, match="one start and duration"):
        compare(result, later)
    renamed = result.city.assets.replaced(id=[f"x{name}" for name in result.city.assets.id])
    with pytest.raises(InputError, match="one city file"):
        compare(result, replace(result, city=replace(result.city, assets=renamed)))


ENDS = st.lists(st.integers(0, HORIZON - 1), max_size=8, unique=True).map(sorted)


@given(first=st.lists(ENDS, min_size=3, max_size=3), second=st.lists(ENDS, min_size=3, max_size=3))
def test_seconds_are_compared_as_sets(first: list[list[int]], second: list[list[int]]) -> None:
    def made(ends: list[list[int]]) -> Result:
        rows = [(asset, start, end) for asset, one in enumerate(ends)
                for start, end in zip(one[::2], [*one[1::2], NONE], strict=False)]
        rows.sort(key=lambda row: (row[1], row[0]))
        result = night().result
        plan = replace(result.plan, duration_s=HORIZON)
        columns = {name: np.zeros(len(rows), np.int64) for name in result.outages.__slots__}
        for k, name in enumerate(("asset", "start_s", "end_s")):
            columns[name] = np.array([row[k] for row in rows], np.int64)
        return replace(result, plan=plan, exposure=dry(result.city.assets), outages=type(result.outages)(**columns))

    def seconds(one: list[int]) -> set[int]:
        return {t for start, end in zip(one[::2], [*one[1::2], HORIZON], strict=False) for t in range(start, end)}

    changes = compare(made(first), made(second)).changes
    told = {int(a): (int(w), int(b)) for a, w, b in zip(changes.asset, changes.worse_s, changes.better_s, strict=True)}
    expected = {asset: (len(seconds(b) - seconds(a)), len(seconds(a) - seconds(b)))
                for asset, (a, b) in enumerate(zip(first, second, strict=True))}
    assert told == {asset: both for asset, both in expected.items() if any(both)}


def test_files_hold_a_row_for_each_asset_that_changes(cut: Comparison, tmp_path: Any) -> None:
    write_csv(cut, tmp_path / "c.csv")
    rows = (tmp_path / "c.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(cut.changes) + 1 == len(to_dict(cut)["changes"]) + 1
    assert rows[0].startswith("asset_id,kind,street,worse_s,better_s")
    (tmp_path / "mine.csv").write_text("a,b\n")
    with pytest.raises(InputError, match="another sort"):
        write_csv(cut, tmp_path / "mine.csv")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_said_has_every_figure_and_the_causes(cut: Comparison, lang: str) -> None:
    assert len(figures(cut, lang)) == len(cut.figures)
    text = "\n".join(line.text for line in compared_lines(cut, lang))
    assert "P-01" in text
    assert "Gymnase Jean-Moulin" in text
    assert "{" not in text
