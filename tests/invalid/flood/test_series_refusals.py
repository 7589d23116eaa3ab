"""Rain, discharges and levels over time that must be refused: file, key, line, what was found and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from pydantic import ValidationError

from geodata.hazards.declared.flow import Edge, FlowModel, Inflow, Rain
from geodata.hazards.flow.rain import build_rain
from geodata.hazards.flow.series import Run, discharge_of, level_of
from scenarios import load_scenario
from scenarios.water import make_water
from tests.geodata.waters import CRS, RAINED, radar
from twin.errors import InputError
from twin.flood.rain import Rain as Fallen
from twin.water.hazard import Grid

START = datetime(2026, 7, 17, 20, tzinfo=timezone(timedelta(hours=2)))
COLUMNS = {"rain": "mm_h", "inflow": "m3_s", "level": "level_m"}


def read(what, folder, *, duration=3600.0, **spec):
    run = Run(folder, START, spec.pop("warm_up", 0.0), duration)
    if what == "rain":
        return build_rain(Rain.model_validate(spec), RAINED, run)
    if what == "inflow":
        return discharge_of(Inflow.model_validate({"name": "Creek", "at": (0, 0), **spec}), run)
    return level_of(Edge.model_validate(spec), run, field="flood.model.edges.east")


def refused(what, folder, **spec):
    with pytest.raises(InputError) as error:
        read(what, folder, **spec)
    return str(error.value)


@pytest.mark.parametrize("what", COLUMNS)
@pytest.mark.parametrize(("text", "says"), [
    ("time,COLUMN\n0,1\n600,1,5\n", ["s.csv:3,", ".file'", "found 3 values; expected 2, as in the header. Decimal"]),
    ("# a\ntime,COLUMN\n\n0\n", ["s.csv:4,", "found 1 value; expected 2"]),
    ("time;COLUMN\n0;1;5\n", ["s.csv:2,", "found 3 values; expected 2, as in the header."]),
    ("time,COLUMN\n0,1_0\n", ["s.csv:2,", "found '1_0'; expected a number in COLUMN"]),
    ("time,COLUMN\n0,inf\n", ["s.csv:2,", "found 'inf'; expected a number"]),
    ('time,COLUMN\n0,"1,5"\n', ["s.csv:2,", "found '1,5'; expected a number"]),
    ("time;COLUMN\n0;1.500\n600;2,5\n", ["s.csv:3,", "decimal commas ('2,5') and decimal points"]),
    ("time,COLUMN\ninf,1\n", ["s.csv:2,", "found the time 'inf'; expected a moment (2026-07-17T20:00+02:00), a"]),
    ("time,COLUMN\n17/07/2026 20:00,1\n", ["s.csv:2,", "found the time '17/07/2026 20:00'; expected a moment (2026-"]),
    ("time,COLUMN\n20:00,1\n", ["s.csv:2,", "found the time '20:00'; expected a moment"]),
    ("time,COLUMN\n,1\n", ["s.csv:2,", "found the time ''; expected a moment"]),
    ("time,COLUMN\n1784311200,1\n1784311800,2\n", ["s.csv:2,", "seconds from the start of the scenario", "Seconds"]),
    ("time,COLUMN\n0,1\n600,2\n10min,3\n", ["s.csv:4,", "found the time '10min' again (line 3)", "times that"]),
    ("time,COLUMN\n0,1\n600,2\n300,3\n", ["s.csv:4,", "found the time '300' after a later one (line 3)"]),
    ("time,COLUMN,COLUMN\n0,1,2\n", ["s.csv,", "found 2 columns 'COLUMN'; expected one of each"]),
    ("heure;pluie\n0;1\n", ["s.csv,", "found the columns heure, pluie; expected time and COLUMN"]),
    ("", ["s.csv,", "found the columns (none); expected time and COLUMN"]),
    ("time,COLUMN\n", ["s.csv,", "found no rows"]),
])
def test_a_table_that_cannot_be_read_is_refused_with_its_line(what, text, says, tmp_path):
    (tmp_path / "s.csv").write_text(text.replace("COLUMN", COLUMNS[what]), encoding="utf-8")
    message = refused(what, tmp_path, file="s.csv")
    for words in says:
        assert words.replace("COLUMN", COLUMNS[what]) in message


@pytest.mark.parametrize("what", COLUMNS)
def test_what_is_no_text_is_refused(what, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "s.tif").write_bytes(b"II*\x00\x08\x00\x00\x00\xff\xfe\x00\x81")
    for name, says in (("", "found '', which is no file"), ("folder", "found 'folder', which is no file"),
                       ("s.tif", "s.tif, field"), ("s.tif", "bytes that are no text"), ("none.csv", "no such file")):
        message = refused(what, tmp_path, file=name)
        assert says in message
        assert ".file'" in message


@pytest.mark.parametrize(("what", "text", "says"), [
    ("rain", "0,10\n600,-1\n1200,0\n", "s.csv:3, field 'flood.rain.file': found -1 mm/h at 600 s (below 0 in 1 of 2"),
    ("rain", "0,10\n600,-1\n", "s.csv:3, field 'flood.rain.file': found -1 mm/h; expected 0 or more"),
    ("rain", "0,10\n600,\n1200,0\n", "s.csv:3, field 'flood.rain.file': found no value in 1 of 2 intervals"),
    ("rain", "0,10\n600,5000\n1200,0\n", "s.csv:3, field 'flood.rain.file': found 5000 mm/h at 600 s; expected at"),
    ("rain", "0,10\n", "s.csv:2, field 'flood.rain.file': found one row; expected two rows at least"),
    ("rain", "0,1\n5min,1\n10min,1\n15min,1\n20min,1\n40min,1\n45min,1\n",
     "s.csv:7, field 'flood.rain.file': found 1 hole in the times, the first of 20 min after 1200 s; expected a value "
     "every 5 min. Fill the holes, or say gaps: dry"),
    ("inflow", "0,1\n600,\n3600,1\n", "s.csv:3, field 'flood.inflow.file', Creek: found no number in 1 of 3 rows"),
    ("inflow", "0,1\n600,-2\n3600,1\n", "s.csv:3, field 'flood.inflow.file', Creek: found -2 m3/s; expected 0 or more"),
    ("inflow", "0,1\n600,2\n", "s.csv:3, field 'flood.inflow.file', Creek: found a series that ends at 600 s with 2"),
    ("level", "0,1\n600,-\n3600,1\n", "s.csv:3, field 'flood.model.edges.east.file': found no number in 1 of 3 rows"),
    ("level", "0,1\n600,2\n", "s.csv:3, field 'flood.model.edges.east.file': found levels that end at 600 s"),
])
def test_values_beyond_belief_are_refused_with_their_line(what, text, says, tmp_path):
    (tmp_path / "s.csv").write_text(f"time,{COLUMNS[what]}\n{text}", encoding="utf-8")
    assert says in refused(what, tmp_path, file="s.csv", warm_up=900.0)


@pytest.mark.parametrize("rows", ["2026-07-18T20:00,5\n2026-07-18T22:00,0\n",
                                  "2025-07-17T20:00,5\n2025-07-17T22:00,0\n"])
@pytest.mark.parametrize("what", COLUMNS)
def test_a_series_of_another_day_is_refused(what, rows, tmp_path):
    (tmp_path / "s.csv").write_text(f"time,{COLUMNS[what]}\n{rows}", encoding="utf-8")
    message = refused(what, tmp_path, file="s.csv", **({} if what == "rain" else {"after": "hold"}))
    assert "2026-07-17T20:00+02:00" in message
    assert "those of the run?" in message


@pytest.mark.parametrize("warm_up", [0.0, 900.0])
@pytest.mark.parametrize("what", ["inflow", "level"])
def test_a_series_that_starts_late_is_refused(what, warm_up, tmp_path):
    (tmp_path / "s.csv").write_text(f"time,{COLUMNS[what]}\n300,1\n3600,2\n", encoding="utf-8")
    message = refused(what, tmp_path, file="s.csv", warm_up=warm_up)
    assert "found a first row 300 s after the start of the run" in message


@pytest.mark.parametrize(("spec", "says"), [
    ({"mm_h": 10, "lasts": "5min", "starts": "3h"},
     "field 'flood.rain.mm_h': found rain that does not meet the run: from 3 h to 3.08333 h after its start; expected "
     "rain between 2026-07-17T20:00+02:00 and 1 h later. Let it start earlier"),
    ({"storm": {"total_mm": 10, "duration": "1h", "starts": "1h"}}, "field 'flood.rain.storm': found rain that does"),
    ({"mm_h": [1, -1], "every": "5min"}, "field 'flood.rain.mm_h': found -1 mm/h at 300 s (below 0 in 1 of 2"),
    ({"mm_h": [1, None], "every": "5min"}, "field 'flood.rain.mm_h': found no value in 1 of 2 intervals, the first"),
    ({"storm": {"total_mm": 1500, "duration": "30min"}},
     "field 'flood.rain.storm': found a storm with a peak of 5800 mm/h; expected at most 1000 mm/h. Give it less rain"),
])
def test_rain_that_cannot_be_is_refused(spec, says, tmp_path):
    assert says in refused("rain", tmp_path, **spec)


def test_starts_beside_moments_is_refused(tmp_path):
    (tmp_path / "s.csv").write_text("time,mm_h\n2026-07-17T20:00,5\n1h,0\n", encoding="utf-8")
    radar(tmp_path / "r.nc")
    for source in ({"file": "s.csv"}, {"rasters": "r.nc"}):
        assert "field 'flood.rain.starts': found a start beside the moments of" in refused(
            "rain", tmp_path, starts="5min", **source)


@pytest.mark.parametrize(("written", "says"), [
    ({"units": None}, "found 'rain' without units; expected mm/h (or mm s-1, m s-1, kg m-2 s-1). Write the"),
    ({"units": "mm"}, "found 'rain' in 'mm'; expected mm/h (or mm s-1, m s-1, kg m-2 s-1). Divide each depth by the"),
    ({"units": "dBZ"}, "found 'rain' in 'dBZ'; expected mm/h"),
    ({"crs": "EPSG:3857"}, "found rasters in EPSG:3857; expected the city's CRS, EPSG:2154"),
    ({"clock": "minutes since 2026-07-18T18:00"}, "found rain that does not meet the run: from 24 h to 24.5 h after"),
    ({"clock": "seconds", "times": (1784311200, 1784311800, 1784312400)}, "Seconds since 1970 and the like are not"),
    ({"times": (0, 300, 600, 900, 1200, 2400)}, "found 1 hole in the times, the first of 20 min after 1200 s"),
    ({"clock": "minutes since yesterday"}, "found times since 'yesterday'; expected seconds, minutes"),
    ({"clock": "fortnights"}, "found times in 'fortnights'; expected seconds, minutes"),
    ({"rates": np.full((3, 5, 6), "a")}, "found 0 variables of numbers over three dimensions; expected one"),
    ({"times": (0,)}, "found 1 frame; expected two frames at least"),
    ({"times": (0, 600, 600)}, "found times that do not increase"),
    ({"rates": np.full((3, 5, 6), np.nan)}, "found cells without a value in 3 of 3 frames, the first at 0 s"),
    ({"rates": np.full((3, 5, 6), -1.0)}, "found -1 mm/h at 0 s; expected 0 or more"),
    ({"rates": np.full((3, 5, 6), 2000.0)}, "found 2000 mm/h at 0 s; expected at most 1000 mm/h"),
])
def test_rasters_of_rain_that_do_not_serve_are_refused(written, says, tmp_path):
    radar(tmp_path / "r.nc", **written)
    message = refused("rain", tmp_path, rasters="r.nc")
    assert message.startswith("r.nc, field 'flood.rain.rasters': ")
    assert says in message


def test_rasters_that_are_none_or_lie_elsewhere_are_refused(tmp_path):
    (tmp_path / "s.nc").write_text("no NetCDF", encoding="utf-8")
    assert "a file that cannot be read" in refused("rain", tmp_path, rasters="s.nc")
    assert "no such file" in refused("rain", tmp_path, rasters="none.nc")
    assert "which is no file" in refused("rain", tmp_path, rasters="")
    radar(tmp_path / "r.nc")
    away = Grid(rows=4, columns=60, transform=RAINED.transform, crs=CRS)
    with pytest.raises(InputError, match="rasters that do not cover the domain"):
        build_rain(Rain(rasters="r.nc"), away, Run(tmp_path, START, 0.0, 3600.0))


@pytest.mark.parametrize(("kind", "spec", "says"), [
    (Rain, {"file": "a.csv", "lasts": "5min"}, "found 'lasts' beside file, where it has no effect"),
    (Rain, {"file": "a.csv", "every": "5min"}, "found 'every' beside file"),
    (Rain, {"rasters": "a.nc", "every": "5min"}, "found 'every' beside rasters"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h"}, "every": "5min"}, "found 'every' beside storm"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h"}, "lasts": "5min"}, "found 'lasts' beside storm"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h"}, "starts": "5min"}, "found 'starts' beside the storm;"),
    (Rain, {"mm_h": [1, 2], "every": "5min", "lasts": "5min"}, "found 'lasts' beside a list mm_h"),
    (Rain, {"mm_h": 1, "lasts": "5min", "every": "5min"}, "found 'every' beside one number mm_h"),
    (Rain, {"mm_h": 1, "lasts": "5min", "gaps": "dry"}, "found 'gaps' beside one number mm_h"),
    (Rain, {"mm_h": [], "every": "5min"}, "found an empty list mm_h; expected one value or more"),
    (Rain, {"mm_h": [1]}, "found a list mm_h without 'every'"),
    (Rain, {"mm_h": 1}, "found one number mm_h without 'lasts'"),
    (Rain, {"mm_h": [1], "every": 0}, "greater than 0"),
    (Rain, {"mm_h": 1, "lasts": 300}, "found 300 without a unit; expected a duration with its unit"),
    (Rain, {"mm_h": 1, "file": "a.csv"}, "found mm_h and file; expected exactly one of"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h", "peak_duration": "5min"}}, "found 'peak_duration' beside"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h", "peak_share": 0.6}}, "found 'peak_share' beside shape triangle"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h", "shape": "uniform", "peak_at": 0.5}}, "'peak_at' beside"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h", "shape": "double_triangle", "peak_duration": 0}}, "greater"),
    (Rain, {"storm": {"total_mm": 5, "duration": "1h", "shape": "double_triangle", "peak_duration": "1h"}},
     "found a peak of 3600 s in a storm of 3600 s; expected a peak_duration shorter"),
    (Inflow, {"at": (0, 0), "m3_s": 1, "every": "5min"}, "found 'every' beside one number m3_s"),
    (Inflow, {"at": (0, 0), "m3_s": 1, "after": "zero"}, "found 'after' beside one number m3_s"),
    (Inflow, {"at": (0, 0), "file": "q.csv", "every": "5min"}, "found 'every' beside file"),
    (Inflow, {"at": (0, 0), "m3_s": [], "every": "5min"}, "found an empty list m3_s"),
    (Inflow, {"at": (0, 0)}, "found neither; expected exactly one of m3_s and file"),
    (Edge, {"level_m": 48, "every": "5min"}, "found 'every' beside one number level_m"),
    (Edge, {"slope": 0.1, "after": "hold"}, "found 'after' beside slope"),
    (Edge, {"level_m": [], "every": "5min"}, "found an empty list level_m"),
    (Edge, {"level_m": [48], "every": 0}, "greater than 0"),
    (Edge, {"level_m": 48, "slope": 0.1}, "found level_m, slope; expected exactly one of"),
    (FlowModel, {"every": 5}, "found 5 without a unit"),
    (FlowModel, {"warm_up": "60"}, "found 60 without a unit"),
])
def test_a_key_that_cannot_be_meant_is_refused(kind, spec, says):
    with pytest.raises(ValidationError) as error:
        kind.model_validate(spec)
    assert says in str(error.value)


@pytest.mark.parametrize(("flood", "says"), [
    ("rain: {mm_h: [5, -1], every: 5min}", "night.scenario.yaml:6:16, field 'flood.rain.mm_h': found -1 mm/h at 300 s"),
    ("rain: {file: .}", "night.scenario.yaml:6:16, field 'flood.rain.file': found '.', which is no file"),
    ("rain: {file: none.csv}", "night.scenario.yaml:6:16, field 'flood.rain.file': found 'none.csv': no such file"),
    ("rain: {file: s.csv}", "s.csv:2, field 'flood.rain.file': found -1 mm/h at 0 s"),
    ("rain: {storm: {total_mm: 1500, duration: 30min}}", "night.scenario.yaml:6:17, field 'flood.rain.storm': found"),
    ("inflow: {name: Creek, at: [845500, 6691000], m3_s: [1, 2], every: 5min}",
     "night.scenario.yaml:6:54, field 'flood.inflow.m3_s', Creek: found a series that ends at 300 s"),
])
def test_a_refusal_says_where_in_the_scenario(flood, says, tmp_path):
    from geodata.demo_town import valmont

    (tmp_path / "s.csv").write_text("time,mm_h\n0,-1\n1h,0\n", encoding="utf-8")
    path = tmp_path / "night.scenario.yaml"
    path.write_text("scenario: Orage\ncity: valmont\nstart: 2026-07-01T18:00\nduration: 30min\nflood:\n  " + flood
                    + "\n  model: {cell_m: 16}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        make_water(load_scenario(path), tmp_path / "water", city_file=valmont())
    assert says in str(error.value)


def test_a_storm_from_python_that_is_too_strong_is_refused():
    with pytest.raises(InputError, match="a storm with a peak of 2000 mm/h"):
        Fallen.storm(1000.0, 1800.0, shape="uniform")
