"""Discharges and levels over time: CSV as people have them, and what holds before, between and after the rows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from geodata.hazards.declared.flow import Edge, Inflow
from geodata.hazards.flow.series import Run, discharge_of, level_of, read_table

START = datetime(2026, 7, 17, 20, tzinfo=timezone(timedelta(hours=2)))


def run(tmp_path, *, warm_up=0.0, duration=3600.0):
    return Run(tmp_path, START, warm_up, duration)


def table(tmp_path, text, *, encoding="utf-8"):
    (tmp_path / "q.csv").write_text(text, encoding=encoding)
    return read_table("q.csv", "m3_s", run(tmp_path), field="flood.inflow.file")


@pytest.mark.parametrize("text", [
    "time,m3_s\n0,1.5\n600,2\n",
    "time;m3_s\n0;1,5\n600;2\n",
    "time\tm3_s\n0\t1,5\n10min\t2\n",
    "TIME|M3_S\n0|1.5\n600|2\n",
    " time , m3_s \n 0 , 1.5 \n 600 , 2 \n",
    "# débit de l’Ouche; station 12\n\ntime;m3_s\n# à l'amont\n0;1,5\n\n600;2,0\n;\n",
    '"time","m3_s"\r\n"0","1.5"\r\n"600","2"\r\n',
    "station,time,m3_s\nÉcluse,2026-07-17T20:00+02:00,1.5\nÉcluse,2026-07-17 20:10,2\n",
    "time,m3_s\n2026-07-17T18:00Z,+1.5e0\n+10min,2.\n",
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_of_any_dialect_is_read(tmp_path, text, encoding):
    read = table(tmp_path, text, encoding=encoding)
    assert (read.times_s.tolist(), read.values.tolist()) == ([0, 600], [1.5, 2])


def test_a_letter_of_latin_1_is_read(tmp_path):
    read = table(tmp_path, "time;m3_s;note\n0;1,5;étiage\n600;2;crue\n", encoding="latin-1")
    assert read.values.tolist() == [1.5, 2]
    assert read.lines == (2, 3)


def test_lines_are_those_of_the_file(tmp_path):
    assert table(tmp_path, "# one\n\ntime,m3_s\n0,1\n# two\n600,2\n").lines == (4, 6)


def test_moments_are_told_from_times_that_count_from_the_start(tmp_path):
    assert not table(tmp_path, "time,m3_s\n0,1\n+10min,2\n").has_moments
    assert table(tmp_path, "time,m3_s\n0,1\n2026-07-17T20:10,2\n").has_moments


def test_a_discharge_is_linear_between_rows_and_its_first_value_holds_in_the_warm_up(tmp_path):
    spec = Inflow.model_validate({"at": (0, 0), "m3_s": [2, 4, 0], "every": "30min"})
    series = discharge_of(spec, run(tmp_path, warm_up=600.0))
    assert series.times_s.tolist() == [0, 600, 2400, 4200]
    assert [series.at(t) for t in (0, 600, 1500)] == [2, 2, 3]


def test_rows_before_the_start_hold_in_the_warm_up(tmp_path):
    (tmp_path / "q.csv").write_text("time,m3_s\n-300,1\n0,3\n1h,5\n")
    series = discharge_of(Inflow(at=(0, 0), file="q.csv"), run(tmp_path, warm_up=600.0))
    assert [series.at(t) for t in (0, 300, 450, 600, 4200)] == [1, 1, 2, 3, 5]


@pytest.mark.parametrize(("after", "late"), [("hold", 5.0), ("zero", 0.0)])
def test_what_holds_after_the_last_discharge_is_said(tmp_path, after, late):
    (tmp_path / "q.csv").write_text("time,m3_s\n0,3\n30min,5\n")
    series = discharge_of(Inflow(at=(0, 0), file="q.csv", after=after), run(tmp_path))
    assert series.at(3600.0) == late


def test_one_number_never_changes(tmp_path):
    assert discharge_of(Inflow(at=(0, 0), m3_s=7.0), run(tmp_path, warm_up=60.0)).values.tolist() == [7]
    assert np.ptp(level_of(Edge(level_m=-0.5), run(tmp_path), field="f").values) == 0


def test_the_first_level_holds_in_the_warm_up(tmp_path):
    (tmp_path / "sea.csv").write_text("time;level_m\n0;47,0\n1h;48,0\n")
    level = level_of(Edge(file="sea.csv"), run(tmp_path, warm_up=600.0), field="f")
    assert [level.at(t) for t in (0, 600, 2400)] == [47, 47, 47.5]
