"""Levels as services and spreadsheets write them: zones, days, units, blanks, the hour that comes twice."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from geodata.gauges import read_levels
from twin.errors import InputError

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 22, 16, tzinfo=PARIS)


def read(tmp_path, text, name="levels.csv", start=START, **options):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_levels(name, start=start, folder=tmp_path, **options)


def hours(graph):
    return [t / 3600 for t in graph.times_s]


HUBEAU = ("code_site;code_station;grandeur_hydro;date_debut_serie;date_obs;resultat_obs;code_qualification_obs\n"
          "K12;K1201;{0};2026-11-22T00:00:00Z;2026-11-22T17:00:00Z;2410.0;16\n"
          "K12;K1201;{0};2026-11-22T00:00:00Z;2026-11-22T16:00:00Z;1980.0;16\n"
          "K12;K1201;{0};2026-11-22T00:00:00Z;2026-11-22T15:00:00Z;1500.0;16\n")


def test_hubeau_as_csv_is_millimetres_in_utc_newest_first(tmp_path):
    graph = read(tmp_path, HUBEAU.format("H"))
    assert (hours(graph), graph.level_m.tolist(), graph.doubts) == ([0, 1, 2], [1.5, 1.98, 2.41], ())


def test_hubeau_as_csv_with_discharges_or_two_stations_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"discharges \(Q\)"):
        read(tmp_path, HUBEAU.format("Q"))
    two = HUBEAU.format("H") + "K13;K1301;H;2026-11-22T00:00:00Z;2026-11-22T15:00:00Z;9000.0;16\n"
    with pytest.raises(InputError, match="stations K1201, K1301"):
        read(tmp_path, two)
    assert read(tmp_path, two, station="K1301").level_m.tolist() == [9.0]


@pytest.mark.parametrize(("header", "first"), [
    ("Date (TU);Valeur (en mm)", 1.0), ("Date [UTC];Valeur [mm]", 1.0), ("date_utc;niveau_mm", 1.0),
    ("Date (UTC+3);Valeur (en mm)", -2.0), ("Zeit (MEZ);Wasserstand (mm)", 0.0),
    ("Date (heure locale);Valeur (mm)", 0.0), ("Date Europe/London;Valeur (mm)", 1.0)])
def test_the_zone_in_the_header_is_honoured_and_said(tmp_path, header, first):
    graph = read(tmp_path, f"{header}\n22/11/2026 16:00:00;1320\n22/11/2026 18:00:00;2500\n")
    assert hours(graph) == [first, first + 2]
    assert graph.level_m.tolist() == [1.32, 2.5]
    assert any("as its header says" in note for note in graph.notes)
    assert graph.doubts == ()


def test_the_scenarios_zone_is_taken_before_the_files(tmp_path):
    text = "Date (TU);Valeur (en mm)\n22/11/2026 16:00:00;1320\n22/11/2026 18:00:00;2500\n"
    assert hours(read(tmp_path, text, zone="Europe/Paris")) == [0, 2]
    assert hours(read(tmp_path, text, zone="-05:00")) == [6, 8]
    with pytest.raises(InputError, match=r"zone.*'Mars'; expected a zone"):
        read(tmp_path, text, zone="Mars")


def test_days_and_months_that_can_be_mistaken_are_asked(tmp_path):
    text = "Date,Stage (m)\n11/12/2026 16:00,1.32\n12/12/2026 18:00,2.50\n"
    with pytest.raises(InputError, match=r"levels\.csv:2.*day 11 of month 12 or day 12 of month 11.*days: day_first"):
        read(tmp_path, text)
    start = datetime(2026, 12, 11, 16, tzinfo=PARIS)
    assert hours(read(tmp_path, text, start=start, days="day_first")) == [0, 26]
    start = datetime(2026, 11, 12, 16, tzinfo=PARIS)
    assert hours(read(tmp_path, text, start=start, days="month_first")) == [0, 30 * 24 + 2]


@pytest.mark.parametrize("text", [
    "Date,Stage (m)\n11/22/2026 4:00 PM,1.32\n11/22/2026 6:00 PM,2.50\n",
    "Date,Stage (m)\n22/11/2026 16:00,1.32\n22/11/2026 18:00,2.50\n",
    "Datum;Wasserstand [cm]\n22.11.2026 16:00;132\n22.11.2026 18:00;250\n",
    "Date;Heure;Hauteur (m)\n22/11/2026;16:00;1,32\n22/11/2026;18:00;2,50\n",
    "Heure;Date;Hauteur (m)\n16h00;22/11/2026;1,32\n18h00;22/11/2026;2,50\n",
    "date,time,level_ft\n2026-11-22,16:00,4.330708661\n2026-11-22,18:00,8.202099738\n",
    "time,level_m\n2026/11/22 16:00,1.32\n2026/11/22 18:00,2.50\n",
    "time,level_m\n20261122 16:00,1.32\n20261122 18:00,2.50\n",
    "time,level_m\n2026-11-22 16:00 CET,1.32\n2026-11-22 17:00 UTC,2.50\n",
    "Station Pont-Neuf\nHauteurs d'eau\nDate;Hauteur (m)\n22/11/2026 16:00;1,32\n22/11/2026 18:00;2,50\n",
    "t,level_m\n0min,1.32\n120min,2.50\n",
    "time;level_m\n16h00;1,32\n18h00;2,50\n"])
def test_dates_and_times_as_people_write_them(tmp_path, text):
    graph = read(tmp_path, text)
    assert hours(graph) == [0, 2]
    assert graph.level_m.tolist() == pytest.approx([1.32, 2.5])


def test_days_before_months_by_the_language_of_the_header_are_said(tmp_path):
    graph = read(tmp_path, "Date;Hauteur (m)\n05/11/2026 16:00;1,32\n06/11/2026 16:00;2,50\n")
    assert hours(graph) == [-17 * 24, -16 * 24]
    assert any("days before months, since its header is French" in note for note in graph.notes)


def test_days_and_months_in_both_orders_are_refused(tmp_path):
    with pytest.raises(InputError, match="days and months in one order"):
        read(tmp_path, "Date,Stage (m)\n22/11/2026 16:00,1.32\n11/23/2026 18:00,2.50\n")
    with pytest.raises(InputError, match="where days: month_first is said"):
        read(tmp_path, "Date,Stage (m)\n22/11/2026 16:00,1.32\n", days="month_first")


DST = datetime(2026, 10, 25, 1, tzinfo=PARIS)


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_hour_that_comes_twice_is_read_by_the_order_of_the_rows(tmp_path, newest_first):
    rows = [f"2026-10-25T{t}:00;{1 + i / 10:g}" for i, t in enumerate(
        ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00"))]
    text = "\n".join(["time;level_m", *(rows[::-1] if newest_first else rows)])
    graph = read(tmp_path, text, start=DST, zone="local")
    assert hours(graph) == [0.5, 1, 1.5, 2, 2.5, 3]
    assert graph.level_m.tolist() == pytest.approx([1.0, 1.1, 1.2, 1.3, 1.4, 1.5])
    assert graph.doubts == ()


def test_an_hour_that_comes_twice_and_stands_once_is_doubted(tmp_path):
    graph = read(tmp_path, "time,level_m\n2026-10-25T01:00,1\n2026-10-25T02:00,1.5\n2026-10-25T03:00,2\n", start=DST,
                 zone="local")
    assert hours(graph) == [0, 1, 3]
    assert "2026-10-25T02:00 comes twice that night" in graph.doubts[0].en


def test_an_hour_that_the_clocks_skip_is_refused_with_the_zone_as_remedy(tmp_path):
    spring = datetime(2026, 3, 29, 0, tzinfo=PARIS)
    text = "time,level_m\n2026-03-29T01:30,1\n2026-03-29T02:30,1.5\n"
    with pytest.raises(InputError, match=r"levels\.csv:3.*the clocks show that night.*zone: UTC"):
        read(tmp_path, text, start=spring)
    assert hours(read(tmp_path, text, start=spring, zone="UTC")) == [2.5, 3.5]


@pytest.mark.parametrize("blank", ["", "NaN", "nan", "null", "---", "-"])
def test_a_reading_without_a_value_is_left_out_and_counted(tmp_path, blank):
    graph = read(tmp_path, f"time,level_m\n2026-11-22T15:00Z,1.32\n2026-11-22T17:00Z,{blank}\n2026-11-22T19:00Z,3.2\n")
    assert (hours(graph), graph.level_m.tolist()) == ([0, 4], [1.32, 3.2])
    assert "1 reading without a value left out (2026-11-22T17:00Z)" in graph.notes[0]


@pytest.mark.parametrize("digits", ["\uff11.\uff12", "\u0663", "1\u0663", "\u00bd", "0x10", "1e", "inf", "1_0"])
def test_digits_of_other_scripts_and_words_for_numbers_are_refused(tmp_path, digits):
    with pytest.raises(InputError, match=r"levels\.csv:2.*expected a level"):
        read(tmp_path, f"time,level_m\n16:00,{digits}\n17:00,2\n")


def test_an_exotic_digit_in_a_time_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"levels\.csv:3.*expected a moment"):
        read(tmp_path, "time,level_m\n2026-11-22T16:00,1\n2026-11-22T1\u0667:00,2\n")


@pytest.mark.parametrize("header", ["time,discharge_m3s", "Date,Q (m3/s)", "Date,Débit [l/s]", "time,flow",
                                    "Datum,Abfluss"])
def test_discharges_are_not_taken_for_levels(tmp_path, header):
    with pytest.raises(InputError, match=r"discharges|levels, in a unit of length"):
        read(tmp_path, f"{header}\n2026-11-22T16:00,12\n2026-11-22T17:00,30\n")


def test_the_level_is_taken_where_discharges_stand_beside_it(tmp_path):
    graph = read(tmp_path, "time,Q (m3/s),H (cm)\n16:00,12,150\n17:00,30,250\n")
    assert graph.level_m.tolist() == [1.5, 2.5]


def test_whole_numbers_without_a_unit_that_can_only_be_centimetres_are_asked(tmp_path):
    text = "time,level\n16:00,132\n17:00,250\n18:00,320\n"
    with pytest.raises(InputError, match="whole numbers around 250 and no unit"):
        read(tmp_path, text)
    assert read(tmp_path, text, unit="cm").level_m.tolist() == pytest.approx([1.32, 2.5, 3.2])
    graph = read(tmp_path, "time,level\n16:00,1.3\n17:00,2.5\n18:00,3.2\n")
    assert any("taken in metres" in note for note in graph.notes)


def test_a_unit_that_the_header_contradicts_is_refused(tmp_path):
    with pytest.raises(InputError, match="in cm, and unit: m"):
        read(tmp_path, "time,level_cm\n16:00,132\n", unit="m")
    assert read(tmp_path, "time,level (us-ft)\n16:00,10\n").level_m[0] == pytest.approx(3.048006096)


def test_a_spreadsheets_serial_numbers_of_days_are_no_seconds(tmp_path):
    with pytest.raises(InputError, match=r"serial number of a day \(2026-11-22 16:00\?\)"):
        read(tmp_path, "Date;niveau_m\n46348,666667;1,3\n46348,708333;1,4\n")


def test_pegelonline_is_centimetres_and_says_that_it_is_a_guess(tmp_path):
    text = json.dumps([{"timestamp": "2026-11-22T16:00:00+01:00", "value": 132.0},
                       {"timestamp": "2026-11-22T18:00:00+01:00", "value": 250.0}])
    graph = read(tmp_path, text, "W.json")
    assert (hours(graph), graph.level_m.tolist()) == ([0, 2], [1.32, 2.5])
    assert "centimetres are taken" in graph.doubts[0].en
    assert read(tmp_path, text, "W.json", unit="mm").level_m.tolist() == [0.132, 0.25]
    assert read(tmp_path, text, "W.json", unit="mm").doubts == ()


def agency(*rows, measure="1029TH-level-stage-i-15_min-mASD"):
    return json.dumps({"items": [{"dateTime": when, "measure": f"http://x/measures/{measure}", "value": value}
                                 for when, value in rows]})


def test_the_environment_agency_newest_first_with_two_values_at_one_time(tmp_path):
    text = agency(("2026-11-22T19:00:00Z", 3.2), ("2026-11-22T17:00:00Z", [2.5, 2.51]), ("2026-11-22T15:00:00Z", 1.32))
    graph = read(tmp_path, text, "readings.json")
    assert (hours(graph), graph.level_m.tolist()) == ([0, 2, 4], [1.32, 2.51, 3.2])
    assert "2026-11-22 18:00: 2.5, 2.51" in graph.doubts[0].en
    with pytest.raises(InputError, match="discharges"):
        read(tmp_path, agency(("2026-11-22T15:00:00Z", 12.0), measure="1029TH-flow--i-15_min-m3_s"), "q.json")
    with pytest.raises(InputError, match="rain"):
        read(tmp_path, agency(("2026-11-22T15:00:00Z", 0.2), measure="E1-rainfall-t-15_min-mm"), "r.json")


RDB = ("# USGS\nagency_cd\tsite_no\tdatetime\ttz_cd\t1_00065\t1_00065_cd\t2_00060\t2_00060_cd\n"
       "5s\t15s\t20d\t6s\t14n\t10s\t14n\t10s\n"
       "USGS\t01\t2026-11-22 10:00\tEST\t4.33\tP\t100\tP\nUSGS\t01\t2026-11-22 11:00\tEST\tIce\tP\t100\tP\n"
       "USGS\t01\t2026-11-22 12:00\tEST\t8.20\tP\t200\tP\n")


def test_usgs_rdb_is_feet_in_its_own_zone(tmp_path):
    graph = read(tmp_path, RDB, "site.rdb")
    assert hours(graph) == [0, 2]
    assert graph.level_m.tolist() == pytest.approx([4.33 * 0.3048, 8.2 * 0.3048])
    assert "1 reading without a value" in graph.notes[0]
    with pytest.raises(InputError, match="discharges"):
        read(tmp_path, RDB.replace("1_00065", "1_00061").replace("00061", "00060"), "q.rdb")


def test_usgs_json(tmp_path):
    def series(code, unit, *values):
        return {"sourceInfo": {"siteCode": [{"value": "01"}]},
                "variable": {"variableCode": [{"value": code}], "unit": {"unitCode": unit}, "noDataValue": -999999.0},
                "values": [{"value": [{"value": v, "dateTime": f"2026-11-22T{10 + i}:00:00.000-05:00"}
                                      for i, v in enumerate(values)]}]}

    both = [series("00060", "ft3/s", "100", "200"), series("00065", "ft", "4.33", "-999999", "8.20")]
    graph = read(tmp_path, json.dumps({"value": {"timeSeries": both}}), "iv.json")
    assert (hours(graph), graph.level_m.tolist()) == ([0, 2], pytest.approx([4.33 * 0.3048, 8.2 * 0.3048]))
    with pytest.raises(InputError, match=r"discharges \(00060\)"):
        read(tmp_path, json.dumps({"value": {"timeSeries": both[:1]}}), "iv.json")


def test_what_stands_in_a_file_that_is_no_table_is_not_repeated(tmp_path):
    for text in ("root:x:0:0:secret\n", "root:x:0:0:secret,room 1,12,13:/root\nbin:x:1:1:,,,:/secret\n",
                 "[secret]\nkey = secret, secret\n", "user\tsecret\nkey\tsecret\n"):
        with pytest.raises(InputError) as refused:
            read(tmp_path, text, "passwd")
        assert "secret" not in str(refused.value)


def test_a_device_and_a_file_that_is_too_large_are_refused_at_once(tmp_path):
    with pytest.raises(InputError, match="a folder, a device or a pipe"):
        read_levels("/dev/zero", start=START)
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(300 * 2**20)
    with pytest.raises(InputError, match=r"huge\.csv.*at most 256 MB"):
        read_levels("huge.csv", start=START, folder=tmp_path)


def test_rows_that_stand_twice_count_once_and_other_repeats_are_refused(tmp_path):
    graph = read(tmp_path, "time,level_m\n16:00,1\n17:00,2\n2026-11-22T17:00,2\n18:00,3\n")
    assert graph.level_m.tolist() == [1, 2, 3]
    assert any("stand twice count once" in note for note in graph.notes)


def test_a_fixed_offset_of_the_start_is_kept(tmp_path):
    start = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    assert hours(read(tmp_path, "time,level_m\n2026-07-01 12:00,1\n2026-07-01 13:00,2\n", start=start)) == [0, 1]
