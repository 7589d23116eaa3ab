"""Levels at a gauge from CSV, Hub'Eau and Vigicrues, with their units and their traps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from geodata.gauges import read_levels
from tests.geodata.waters import START
from twin.errors import InputError

DATA = Path(__file__).parents[2].parent / "shared/data/sensor_samples"


def read(tmp_path, text, name="levels.csv", encoding="utf-8", **options):
    (tmp_path / name).write_bytes(text.encode(encoding))
    return read_levels(name, start=START, folder=tmp_path, **options)


@pytest.mark.parametrize("text", [
    "time,level_m\n2026-11-22T16:00+01:00,1.5\n2026-11-22T17:00+01:00,2.5\n",
    "time;level_m\n2026-11-22T16:00+01:00;1,5\n2026-11-22T15:00Z;9\n2026-11-22T16:00Z;2,5\n".replace(
        "2026-11-22T15:00Z;9\n", ""),
    "Date;Hauteur (cm)\n22/11/2026 16:00;150\n22/11/2026 17:00;250\n",
    "heure\tcote_mm\n16:00\t1500\n17:00\t2500\n",
    "time_h,stage\n0,1.5\n1,2.5\n",
    "t [min],level_m\n0,1.5\n60,2.5\n",
    "0,1.5\n3600,2.5\n",
    "+0h,1.5\n+1h,2.5\n",
    "# Ouche\ntime,rain_mm,level_m\n16:00,3,1.5\n17:00,4,2.5\n",
    '\ufefftime,level_m\n"16:00","1,5"\n"17:00","2,5"\n',
])
def test_csv_of_any_dialect(tmp_path, text):
    graph = read(tmp_path, text)
    assert graph.times_s.tolist() == [0, 3600]
    assert graph.level_m.tolist() == [1.5, 2.5]
    assert graph.at(np.array([-10, 1800, 9999])).tolist() == [1.5, 2.0, 2.5]


def test_clock_times_go_past_midnight(tmp_path):
    graph = read(tmp_path, "time,level_m\n22:00,1\n23:30,2\n01:00,3\n15:00,4\n17:00,5\n")
    assert [t / 3600 for t in graph.times_s] == [6, 7.5, 9, 23, 25]


def test_times_without_offset_are_those_of_the_start_and_it_is_said(tmp_path):
    graph = read(tmp_path, "time,level_m\n2026-11-22 16:00,1\n2026-11-22 17:00,2\n")
    assert graph.times_s.tolist() == [0, 3600]
    assert "no offset" in graph.doubts[0].en
    assert "à l’heure de la ville" in graph.doubts[0].fr
    told = read(tmp_path, "time,level_m\n2026-11-22 16:00,1\n2026-11-22 17:00,2\n", zone="local")
    assert (told.times_s.tolist(), told.doubts) == ([0, 3600], ())


def test_windows_text_and_a_chosen_column(tmp_path):
    graph = read(tmp_path, "Heure;Débit;Côte\n16:00;12;1,5\n17:00;13;2,5\n", encoding="cp1252", column="Côte")
    assert graph.level_m.tolist() == [1.5, 2.5]


def test_levels_written_in_the_scenario():
    graph = read_levels([("+0h", 1.0), ("22:00", 3.0)], start=START)
    assert graph.times_s.tolist() == [0, 21600]


HUBEAU = {"count": 2, "next": None, "api_version": "2.0.1", "data": [
    {"code_station": "U101", "grandeur_hydro": "H", "date_obs": "2026-11-22T16:00:00Z", "resultat_obs": 2500.0},
    {"code_station": "U101", "grandeur_hydro": "H", "date_obs": "2026-11-22T15:00:00Z", "resultat_obs": 1500.0}]}


def test_hubeau_gives_millimetres_in_utc_newest_first(tmp_path):
    graph = read(tmp_path, json.dumps(HUBEAU), "obs.json")
    assert graph.times_s.tolist() == [0, 3600]
    assert graph.level_m.tolist() == [1.5, 2.5]
    assert graph.notes == ()


def test_hubeau_says_when_pages_or_values_are_missing(tmp_path):
    more = json.loads(json.dumps(HUBEAU))
    more["count"] = 10
    more["data"].append({**more["data"][0], "date_obs": "2026-11-22T14:00:00Z", "resultat_obs": None})
    graph = read(tmp_path, json.dumps(more), "obs.json")
    assert "3 of 10 announced observations" in graph.doubts[0].en
    assert "3 des 10 observations annoncées" in graph.doubts[0].fr
    assert "1 reading without a value left out (2026-11-22 15:00)" in graph.notes[0]


def test_two_stations_in_a_file_want_a_choice(tmp_path):
    two = json.loads(json.dumps(HUBEAU))
    two["data"].append({**two["data"][0], "code_station": "U202", "resultat_obs": 9000.0})
    with pytest.raises(InputError, match="stations U101, U202"):
        read(tmp_path, json.dumps(two), "obs.json")
    assert read(tmp_path, json.dumps(two), "obs.json", station="U202").level_m.tolist() == [9.0]
    with pytest.raises(InputError, match="'U303'"):
        read(tmp_path, json.dumps(two), "obs.json", station="U303")


def test_vigicrues_forecast_takes_its_middle_value(tmp_path):
    text = json.dumps({"Simul": {"GrdSimul": "H", "Prevs": [
        {"DtPrev": "2026-11-22T15:00:00Z", "ResMinPrev": 1, "ResMoyPrev": 1.5, "ResMaxPrev": 2},
        {"DtPrev": "2026-11-22T16:00:00Z", "ResMinPrev": 2, "ResMoyPrev": 2.5, "ResMaxPrev": 3}]}})
    graph = read(tmp_path, text, "prev.json")
    assert graph.level_m.tolist() == [1.5, 2.5]
    assert "middle value" in graph.notes[0]


def test_unicode_text_of_excel_is_read(tmp_path):
    (tmp_path / "levels.txt").write_bytes("time\tlevel_m\n16:00\t1,5\n17:00\t2\n".encode("utf-16"))
    assert read_levels("levels.txt", start=START, folder=tmp_path).level_m.tolist() == [1.5, 2.0]


@pytest.mark.parametrize(("text", "message"), [
    ("time,level_m\n16:00,1\n2026-11-22T16:00+01:00,2\n", "repeated time.*reading 2"),
    ("time,level_m\n2026-11-22T17:00Z,1\n2026-11-22T16:00Z,2\n2026-11-22T18:00Z,2\n", "out of order"),
    ("time,level_m\n16:00,1\n17:00\n", "levels.csv:3.*1 values"),
    ("time,level_m\n16:00,high\n", "levels.csv:2.*'high'"),
    ("time,level_m\nyesterday,1\n", "a moment"),
    ("time,a,b\n16:00,1,2\n", "Choose it with `column`"),
    ("time,level_m\n", "no reading"),
    ("", "an empty file"),
    ("time,level_m\n16:00,31500\n", "unit: mm"),
    ("time,level_m\nnan,1\n17:00,2\n", "levels.csv:2.*'nan'; expected a moment"),
    ("time,level_m\n16:00,1_0\n", "levels.csv:2.*'1_0'; expected a level"),
    ("<html>an error page</html>\n", "no column of times beside another; expected a column of times and one of levels"),
    ("time,level_m\n16:00,0\0005\n", "neither UTF-8 nor Windows text"),
])
def test_a_csv_that_cannot_be_used_is_said(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(("text", "message"), [
    ('{"count":1,"data":[{"date_obs"', "breaks off"),
    ('{"error":"station inconnue"}', "station inconnue"),
    (json.dumps({"Serie": {"GrdSerie": "Q", "ObssHydro": [[1615849200000, 368.8]]}}), "discharges"),
    (json.dumps({"count": 0, "data": []}), "no reading"),
    ("[" * 100_000, "no object at its top"),
    (json.dumps({"data": [1]}), "a reading in another form"),
    (json.dumps({"data": [{"date_obs": "2026-11-22T14:00:00Z", "resultat_obs": "high"}]}), "another form.*'high'"),
    (json.dumps({"data": [{"date_obs": "0001-01-01T00:00:00+09:00", "resultat_obs": 1}]}), "a reading in another form"),
    (json.dumps({"Serie": {"ObssHydro": [[1e30, 1.0]]}}), "a reading in another form"),
])
def test_a_json_that_cannot_be_used_is_said(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text, "obs.json")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv.*no such file"):
        read_levels("none.csv", start=START, folder=tmp_path)


@pytest.mark.data
def test_the_public_samples():
    if not DATA.exists():
        pytest.skip("shared/data/sensor_samples is missing")
    start = datetime(2021, 3, 15, 23, tzinfo=UTC)
    graph = read_levels(DATA / "vigicrues_observations_F700000103_H.json", start=start)
    assert len(graph.times_s) == 20
    assert graph.times_s[:2].tolist() == [0, 3600]
    assert (graph.level_m.min(), graph.level_m.max()) == (1.19, 1.33)
    with pytest.raises(InputError, match="breaks off"):
        read_levels(DATA / "vigicrues_observations_F700000103_H.truncated.txt", start=start)
    for name in ("vigicrues_observations_F700000103_Q.json", "hubeau_observations_tr_O588251001_Q.json"):
        with pytest.raises(InputError, match="discharges"):
            read_levels(DATA / name, start=start)
