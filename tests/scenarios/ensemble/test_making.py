"""From a scenario file to the folder of an ensemble, and back."""

from __future__ import annotations

import errno
import json
from dataclasses import replace

import numpy as np
import pytest

from geodata.ensemble import arrays
from geodata.ensemble.asking import first_out, nights_out, out_counts
from geodata.ensemble.folder import read_ensemble
from scenarios import load_scenario, prepare
from scenarios.ensemble.making import check_folder, ensemble_of, part_of, run_ensemble
from scenarios.ensemble.water import reach_m
from scenarios.running import run_scenario
from twin.cli.entry import main
from twin.engine.part import Intervals
from twin.ensemble.answers import Word
from twin.ensemble.distributions import Normal
from twin.ensemble.member import member
from twin.ensemble.uncertain import Ground, Level
from twin.errors import InputError

N = 30


@pytest.fixture(scope="module")
def prepared():
    return prepare(load_scenario("ouche-q100-ensemble"))


@pytest.fixture(scope="module")
def made(prepared, tmp_path_factory):
    out = tmp_path_factory.mktemp("ensemble") / "nights"
    ensemble, answers = run_ensemble(prepared, N, out)
    return out, ensemble, answers


def test_a_folder_gives_the_answers_back(made):
    out, ensemble, answers = made
    found = read_ensemble(out)
    assert found.told["digest"] == ensemble.ensemble.digest
    assert found.quantities == ("level.offset_m", "level.shift_s", "ground", "heights", "repair",
                                 "pumps")
    for name in ("index", "asset", "out", "dark", "unknown", "first_s", "back_s", "depth_m", "sites", "site_out"):
        np.testing.assert_array_equal(getattr(found.answers, name), getattr(answers, name), err_msg=name)
    for name in ("offsets", "root", "mechanism", "count"):
        np.testing.assert_array_equal(getattr(found.answers.causes, name), getattr(answers.causes, name))
    for name in ("figures", "drawn"):
        mine, theirs = getattr(found.answers, name), getattr(answers, name)
        assert set(mine) == set(theirs)
        for key in mine:
            np.testing.assert_array_equal(mine[key], theirs[key])
    assert len(found.base.outages) > 1000


def test_a_gis_draws_the_answers_by_their_words(made):
    import geopandas

    out, ensemble, answers = made
    table = geopandas.read_parquet(out / "answers.parquet")
    assert table.crs.to_epsg() == 2154
    assert len(table) == len(answers.asset)
    lamp = table[table["kind"] == "lamp"].iloc[0]
    assets = ensemble.ensemble.city.assets
    row = assets.row(lamp["asset_id"])
    assert (lamp.geometry.x, lamp.geometry.y) == (assets.x_m[row], assets.y_m[row])
    assert set(table["word"]) == {"certain", "likely", "possible", "unlikely", "never"}
    assert np.all((table["out_low"] <= table["out"] / table["nights"]) & (
        table["out"] / table["nights"] <= table["out_high"]))


def test_the_nights_of_one_asset_add_up_to_its_share(made):
    out, ensemble, answers = made
    assets = ensemble.ensemble.city.assets
    for name in ("S-08", "A-044", "S-01"):
        row = assets.row(name)
        assert nights_out(out, ensemble.ensemble.digest, answers, row).sum() == answers.share_out(row).count
    site = assets.row("S-08")
    np.testing.assert_array_equal(nights_out(out, ensemble.ensemble.digest, answers, site),
                                  answers.site_out[:, answers.sites == site][:, 0])
    assert not nights_out(out, ensemble.ensemble.digest, answers, site, 0).any()


def test_parts_come_to_the_same_as_the_whole(prepared, made, tmp_path):
    for k in (2, 1):
        assert run_ensemble(prepared, N, tmp_path / "parts", part=(k, 2))[1] is None
    run_ensemble(prepared, N, tmp_path / "parts")
    for name in ("answers.parquet", "nights.parquet", "ensemble.json", "members/000000.npz", "members/000001.npz"):
        assert (tmp_path / "parts" / name).read_bytes() == (made[0] / name).read_bytes()


def test_the_commands_tell_it_in_french(made, capsys):
    out, _, answers = made
    assert main(["ensemble", "ouche-q100-ensemble", "-n", str(N), "--out", str(out), "--lang", "fr",
                 "--progress", "none"]) == 0
    said = capsys.readouterr().out
    assert "ensemble de 30 nuits" in said.replace("\u00a0", " ")
    assert main(["explain", str(out), "S-03", "--lang", "fr"]) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ")
    assert "« Gymnase Jean-Moulin (refuge) » (Rue des Hirondelles) est sans courant" in said
    assert "à cause du poste électrique P-02 (inondé)" in said
    assert main(["explain", str(out), "S-03", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["out"]["of"] == answers.n
    assert told["causes"][0]["root_asset_id"] == "P-02"
    assert (told["at_s"], told["out_before"], told["out_ever"]) == (None, None, told["out"])


def test_at_a_moment_programs_read_how_often_it_is_out_before_and_at_all(made, capsys):
    out, ensemble, answers = made
    row = ensemble.ensemble.city.assets.row("S-03")
    first_s = first_out(out, ensemble.ensemble.digest, answers, row)
    assert main(["explain", str(out), "S-03", "--at", "22:00", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    at_s = 6 * 3600
    assert told["at_s"] == at_s
    assert told["out_before"]["nights"] == (first_s < at_s).sum()
    assert told["out_ever"]["nights"] == np.isfinite(first_s).sum()
    assert 0 < told["out_before"]["nights"] < told["out_ever"]["nights"]
    assert told["out"]["nights"] == nights_out(out, ensemble.ensemble.digest, answers, row, at_s).sum()


def test_what_drives_an_answer_is_told_and_its_nights_are_kept(tmp_path, capsys):
    words = ["drivers", "ouche-q100-ensemble", "-n", "8", "--out", str(tmp_path / "out"), "--progress", "none"]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["drivers"][0]["name"] == "level.offset_m"
    assert len(list((tmp_path / "out" / "arms").iterdir())) == 2 + len(told["drivers"]) == 8
    kept = json.loads((tmp_path / "out" / "drivers" / "lamp_hours_dark.json").read_text("utf-8"))
    assert (kept["n"], kept["drivers"]) == (8, told["drivers"])
    assert main([*words, "--of", "S-08", "--lang", "fr"]) == 0
    assert "Coupure ou non, pour l’établissement" in capsys.readouterr().out.replace("\u00a0", " ")
    assert main([*words, "--of", "S-99"]) == 2
    assert main([*words[:3], "9", *words[4:]]) == 2
    assert "a power of 2" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "expected"), [
    (["-n", "0"], "1 to 1,000,000 nights"), (["--part", "3/2"], "a part and how many there are"),
    (["--part", "x"], "a part and how many there are"), (["--workers", "-1"], "0 or more")])
def test_a_wrong_word_is_refused_before_the_work(tmp_path, capsys, words, expected):
    assert main(["ensemble", "ouche-q100-ensemble", "--out", str(tmp_path / "out"), *words]) == 2
    assert expected in " ".join(capsys.readouterr().err.split())


def test_a_scenario_without_uncertainty_is_no_ensemble(tmp_path):
    with pytest.raises(InputError, match="a scenario without 'uncertainty'"):
        run_ensemble(prepare(load_scenario("ouche-q100")), 2, tmp_path / "out")


def test_something_else_is_never_written_into(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="a folder of something else"):
        check_folder(tmp_path)
    with pytest.raises(InputError, match="a file"):
        check_folder(tmp_path / "mine.txt")


def test_parts():
    assert part_of("3/8") == (3, 8)


def test_water_is_followed_as_far_up_as_any_night_comes(prepared):
    uncertain = replace(prepared.uncertainty, level=Level(offset_m=Normal(mean=0.1, sd=0.2)),
                        ground=Ground(sd_m=0.1, correlation_m=100))
    # 8.2 standard deviations of the level, 6 of the ground.
    assert reach_m(replace(prepared, uncertainty=uncertain)) == pytest.approx(0.1 + 8.21 * 0.2 + 0.6, abs=0.01)


def test_pages_of_an_ensemble_say_may_where_its_nights_differ(made, tmp_path, capsys):
    out, _, answers = made
    base = read_ensemble(out).base
    lamps = base.city.assets.of_kind("lamp")
    said, sure = answers.words(len(lamps)), np.zeros(len(lamps), bool)
    sure[base.spans.asset[base.spans.is_sure]] = True
    may = np.zeros(len(lamps), bool)
    may[base.doubts.asset] = True
    for row in np.flatnonzero(lamps):
        # What goes out in hardly any night is sure at no moment; what does in nearly all may be, or only in doubt.
        assert not (sure[row] and said[row] in (Word.NEVER, Word.UNLIKELY, Word.POSSIBLE)), row
        assert may[row] or sure[row] or said[row] in (Word.NEVER, Word.UNLIKELY), row
    assert main(["export", str(out), "--public", "--lang", "fr", "--out", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").stat().st_size > 100_000
    assert main(["explain", str(out / "base"), "S-08", "--lang", "fr"]) == 0
    assert "dans une partie des 30 nuits tirées pour ce plan" in capsys.readouterr().out


def test_in_a_year_a_run_and_an_ensemble_stand_side_by_side(made, capsys):
    out, _, answers = made
    words = ["year", f"{out / 'base'}=10", f"{out}=100", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)["figures"]["lamp_hours_dark"]
    assert told["nights"][1] == pytest.approx(answers.figures["lamp_hours_dark"].mean())
    assert told["total"] == pytest.approx(0.045 * told["nights"][0] + 0.055 * told["nights"][1])
    assert told["interval"][0] < told["total"] < told["interval"][1]
    assert main([*words[:3], "--against", f"{out}=100"]) == 2
    assert main(["year", str(out)]) == 2
    assert "a folder and its return period" in capsys.readouterr().err


def test_a_run_read_back_has_the_figures_of_its_own_indicators(made):
    from geodata.ensemble.figures import read_figures

    out, ensemble, _ = made
    told, found = ensemble.base.result.indicators["lamps"], read_figures(out / "base").figures
    assert found["lamp_hours_dark"][0] == pytest.approx(told["lamp_hours_dark"], abs=0.06)
    assert found["lamps_ever_out"][0] == told["ever_out"]
    assert found["lamps_ever_dark"][0] == told["ever_dark"]
    assert found["lamps_not_back"][0] == told["not_back"]


def test_a_list_tells_how_likely_each_is(made, tmp_path, capsys):
    out, _, answers = made
    assert main(["list", str(out), "--kind", "site", "--lang", "fr"]) == 0
    told = capsys.readouterr().out
    assert "S-04 École du Lavoir" in told
    assert "presque certain" in told
    assert "à 1 près, il faut 9\u202f604 nuits" in told
    csv = tmp_path / "list.csv"
    assert main(["list", str(out), "--at", "03:00", "--json", "--csv", str(csv)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["nights"] == N
    assert found["counts"]["lamp"]["certain"] > 1000
    shares = [row["nights_out"] for row in found["rows"]]
    assert shares == sorted(shares, reverse=True)
    assert min(shares) > 0.05 * N
    assert len(csv.read_text("utf-8-sig").splitlines()) == len(shares) + 1
    # The same moment night by night.
    row = answers.asset[answers.out > 0][0]
    base = read_ensemble(out)
    at_s = 11 * 3600
    expected = int(nights_out(out, base.told["digest"], answers, int(row), at_s).sum())
    assert out_counts(base, at_s)[row] == expected


def test_a_list_is_asked_by_words(made, capsys):
    out, *_ = made
    assert main(["list", str(out), "--state", "possible", "--json"]) == 0
    assert {row["word"] for row in json.loads(capsys.readouterr().out)["rows"]} == {"possible"}
    assert main(["list", str(out), "--state", "sure"]) == 2
    assert "certain, likely, possible, unlikely" in capsys.readouterr().err
    assert main(["list", str(out), "--street", "Rue de Rien"]) == 2


@pytest.mark.parametrize(("lang", "words"), [("fr", ["Sur 30 nuits tirées au sort", "Sites critiques sans courant"]),
                                             ("en", ["In 30 nights drawn", "Critical sites without power"])])
def test_a_point_tells_of_its_nights(made, tmp_path, lang, words):
    out, *_ = made
    page = tmp_path / "point.html"
    assert main(["report", str(out), "--at", "22:00", "--since", str(out), "--lang", lang, "--out", str(page)]) == 0
    text = page.read_text("utf-8")
    for word in words:
        assert word in text
    assert "%" not in text[text.index('class="nights"'):text.index('class="acts"')]


def test_what_to_protect_is_ranked_by_the_nights(made, capsys, tmp_path):
    out, *_ = made
    csv = tmp_path / "rank.csv"
    assert main(["rank", str(out), "--top", "1", "--kind", "substation", "--json", "--csv", str(csv)]) == 0
    found = json.loads(capsys.readouterr().out)
    row, = found["rows"]
    assert found["nights"] == N
    assert row["site_h_low"] < row["site_h_spared"] < row["site_h_high"]
    assert row["lamp_h_spared"] > 100
    assert csv.read_text("utf-8-sig").splitlines()[1].startswith(row["asset_id"])
    assert main(["rank", str(out), "--cut"]) == 2
    assert "folder `base`" in capsys.readouterr().err


def test_a_night_is_moved_to_another_day_and_ranked_there(tmp_path, capsys):
    out = tmp_path / "out"
    words = ["ensemble", "ouche-q100-ensemble", "-n", "3", "--workers", "1", "--out", str(out), "--progress", "none"]
    assert main([*words, "--date", "2027-02-03"]) == 0
    found = read_ensemble(out)
    assert found.base.plan.start.date().isoformat() == "2027-02-03"
    assert found.told["asked"]["date"] == "2027-02-03"
    # Prepared again for ranking, it is the same night.
    capsys.readouterr()
    assert main(["rank", str(out), "--top", "1", "--kind", "substation", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nights"] == 3
    # Its draws are those of its own day: the water is the same, the hours of darkness are not.
    assert main(["ensemble", "ouche-q100-ensemble", "-n", "3", "--out", str(out), "--progress", "none"]) == 2
    assert "nights of another ensemble" in capsys.readouterr().err


def test_a_day_and_an_issue_time_are_not_given_together(tmp_path, capsys):
    words = ["ensemble", "ouche-q100-ensemble", "--out", str(tmp_path / "out"), "--date", "2027-02-03"]
    assert main([*words, "--issued", "now"]) == 2
    assert "A night that is moved takes its issue time with it" in " ".join(capsys.readouterr().err.split())
    assert main([*words[:-1], "tomorrow"]) == 2
    assert main(["ensemble", "merge", str(tmp_path), "--out", str(tmp_path / "out"), "--date", "today"]) == 2


def members_file(folder, text):
    (folder / "members.csv").write_text(text, encoding="utf-8")
    return load_text(folder, """\
uncertainty:
  level:
    members: {file: members.csv, columns: [low, high], weights: [1, 3], source: the service}
""")


def load_text(folder, uncertainty):
    levels = "[['+0h', 2.0], ['+2h', 4.2], ['+4h', 3.0]]"
    (folder / "night.scenario.yaml").write_text(
        "scenario: Nuit\ncity: valmont\nstart: 2026-11-22T16:00+01:00\nduration: 4h\nseed: 7\n"
        f"flood: {{river_stage: {{river: ouche, gauge: pont-neuf, levels: {levels}, datum: gauge}}}}\n" + uncertainty,
        encoding="utf-8")
    return prepare(load_scenario(folder / "night.scenario.yaml"))


def test_members_of_a_forecast_are_read_from_a_table_and_their_water_is_that_of_the_scenario(tmp_path):
    rows = ("time,low,high\n2026-11-22T16:00+01:00,2.0,2.1\n2026-11-22T18:00+01:00,3.9,4.6\n"
            "2026-11-22T20:00+01:00,2.8,3.2\n")
    prepared = members_file(tmp_path, rows)
    ensemble = ensemble_of(prepared, tmp_path / "out").ensemble
    nights = [member(ensemble, i) for i in range(12)]
    drawn = np.array([night.drawn["level.members"] for night in nights])
    assert set(drawn.round(6).tolist()) == {-0.3, 0.4}
    assert [file.file for file in prepared.inputs if file.file == "members.csv"] == ["members.csv"]
    # The night of the low member is the run of a scenario with its levels, nothing else being drawn.
    own = load_text(tmp_path, "uncertainty:\n  level: {offset_m: {normal: {sd: 0.1}, source: x}}\n")
    scenario = own.scenario
    stage = scenario.flood.river_stage.model_copy(update={"levels": (("+0h", 2.0), ("+2h", 3.9), ("+4h", 2.8))})
    flood = scenario.flood.model_copy(update={"river_stage": stage})
    alone = run_scenario(replace(own, scenario=scenario.model_copy(update={"flood": flood})))
    low = next(night for night, m in zip(nights, drawn, strict=True) if m < 0)
    expected = Intervals.of(alone.result.outages)
    np.testing.assert_array_equal(low.asset, expected.asset)
    for name in ("start_s", "end_s"):
        # What is the plan's level and a difference is rounded twice.
        np.testing.assert_allclose(getattr(low, name), getattr(expected, name), rtol=0, atol=1, err_msg=name)


def test_a_full_disk_is_told_by_the_command_and_the_same_command_goes_on(tmp_path, capsys, monkeypatch):
    real = arrays.save

    def full(file, columns):
        if list((tmp_path / "out" / "members").glob("000000.npz")):
            file.write(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, columns)

    words = ["ensemble", "ouche-q100-ensemble", "-n", "23", "--workers", "1", "--out", str(tmp_path / "out"),
             "--progress", "none"]
    monkeypatch.setattr(arrays, "save", full)
    assert main(words) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "a full disk" in said
    assert "make room, and the same command goes on" in said
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "out" / "members").iterdir()] == ["000000.npz"]
    assert main(words) == 0
    assert read_ensemble(tmp_path / "out").answers.n == 23
