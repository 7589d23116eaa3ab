"""Lists: what is in which state at a moment, as a table and as files; streets by their names."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from geodata.run.listing import to_dict, write_csv
from tests.nights import night
from twin.errors import InputError
from twin.explaining.listed import listed_counts, listed_heading, listed_rows
from twin.explaining.street import explain_street
from twin.results.listing import STATES, listing, worst_moment
from twin.results.moment import moment_of
from twin.world.streets import street_named

AT_02 = 10 * 3600


def ids(rows: object) -> set[str]:
    return {row.asset.id for row in rows}  # type: ignore[attr-defined]


def test_sites_signals_and_lift_stations_at_two_in_the_morning() -> None:
    found = listing(night("ouche-q100").result, AT_02, kinds=["site", "traffic_signal", "lift_station"],
                    states=["out"])
    assert ids(found.rows) == {"S-03", "S-04", "S-08", "F-02", "F-04", "F-05", "F-10", "R-01", "R-02"}
    refuge = next(row for row in found.rows if row.asset.id == "S-03")
    assert refuge.root is not None
    assert (refuge.root.id, refuge.people, refuge.states) == ("P-02", 400, ("out",))


def test_what_water_reached_is_not_re_energised_whoever_cut_it() -> None:
    found = listing(night("valmont-preventive-cut").result, 14 * 3600, kinds=["substation", "cabinet"],
                    states=["do_not_re_energise"])
    assert ids(found.rows) >= {"P-01", "P-02", "A-012"}, "dead by a cut, and in the water since"
    assert all(row.touched_since_test_s >= 0 or row.flooded_since_test_s >= 0 for row in found.rows)


def test_the_hospital_is_on_its_last_feed() -> None:
    found = listing(night("ouche-q100").result, 6 * 3600, kinds=["site"], states=["last_feed"])
    assert [(row.asset.id, row.fed_by and row.fed_by.id) for row in found.rows] == [("S-01", "P-03")]


def test_a_list_counts_what_the_moment_says() -> None:
    result = night("ouche-q100").result
    found, moment = listing(result, AT_02), moment_of(result, AT_02)
    lamp = result.city.assets.of_kind("lamp")
    assert found.counts["lamp"]["out"] == (moment.is_out & ~moment.is_in_doubt & lamp).sum() == 1709
    assert found.counts["lamp"]["may_be_out"] == (moment.is_in_doubt & lamp).sum()
    assert set(found.counts["lamp"]) <= set(STATES)
    listed = {row.asset.row for row in found.rows}
    assert set(np.flatnonzero(moment.is_out).tolist()) <= listed
    assert all(row.states[0] != "in_service" for row in found.rows)


def test_without_a_moment_the_worst_one_is_taken() -> None:
    result = night("ouche-q100").result
    surely = result.indicators["lamps"]["surely"]
    assert result.view.moment(worst_moment(result)) == surely["at"]
    assert len(listing(result, worst_moment(result), kinds=["lamp"], states=["out"]).rows) == surely["most"] == 1709


def test_a_street_is_found_without_accents_and_what_is_not_there_is_refused() -> None:
    result = night("ouche-q100").result
    words = result.city.assets.street.words
    assert words[street_named(words, "rue du BOIS")] == words[street_named(words, "Rue-du-Bois")] == "Rue du Bois"
    with pytest.raises(InputError, match="Did you mean Rue du Bois"):
        listing(result, 0, street="Rue du Boi")
    with pytest.raises(InputError, match="--state"):
        listing(result, 0, states=["dark"])
    with pytest.raises(InputError, match="--kind"):
        listing(result, 0, kinds=["lampe"])


def test_the_files_of_a_list_hold_every_row(tmp_path: Path) -> None:
    found = listing(night("ouche-q100").result, AT_02)
    write_csv(found, tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = to_dict(found)["rows"]
    assert len(rows) == len(found.rows) == len(told)
    at = next(i for i, row in enumerate(told) if row["asset_id"] == "A-012")
    assert rows[at]["states"] == ";".join(told[at]["states"]) == "out;do_not_re_energise"
    assert told[at]["since"] == "2026-11-22T18:53:38+01:00"
    assert rows[at]["depth_m"] == str(told[at]["depth_m"])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_list_is_told_in_both_languages(lang: str) -> None:
    found = listing(night("ouche-q100").result, AT_02, kinds=["site"])
    told = {row.asset.split()[0]: row for row in listed_rows(found, lang)}
    head, refuge = listed_heading(found, lang), told["S-03"]
    if lang == "fr":
        assert head == "Crue centennale de l’Ouche (simulation)\u00a0: lundi 23 novembre 2026, 2\u00a0h\u00a000"
        assert refuge.asset == "S-03 Gymnase Jean-Moulin (refuge) (400 personnes)"
        assert (refuge.state, refuge.why) == ("Hors service depuis 21\u00a0h\u00a006", "P-02 (inondé)")
        assert refuge.ahead == "retour au plus tôt vers mardi 3\u00a0h\u00a045"
    else:
        assert (refuge.state, refuge.why) == ("Out of service since 21:06", "P-02 (flooded)")
    headings, rows = listed_counts(found, lang)
    assert len(rows) == 1
    assert len(rows[0][1]) == len(headings)


def test_a_street_is_explained_at_a_moment_and_over_the_run() -> None:
    result = night("ouche-q100").result
    at = explain_street(result, "boulevard du midi", "fr", AT_02)
    assert at.sentence == "Boulevard du Midi, lundi 2\u00a0h\u00a000\u00a0: 78 lampes sur 92 sont sans courant."
    assert (at.causes[0].root.id, at.causes[0].lamps) == ("P-02", 31)
    assert sum(cause.lamps for cause in at.causes) == at.out == 78
    assert at.paragraphs[2].startswith("31 lampes à cause du poste électrique P-02, inondé\u00a0: à partir de 21")
    assert [row.asset for row in at.others] == ["A-029"]
    whole = explain_street(result, "Rue du Bois", "en")
    assert whole.sentence == "Rue du Bois: 46 of its 46 lamps go out in this run."
    assert whole.to_dict()["at"] is None
    assert result.city.assets.street[result.city.assets.row(whole.lamp)] == "Rue du Bois"


def test_a_dry_street_is_said_to_be_dry() -> None:
    result = night("ouche-q100").result
    assets = result.city.assets
    codes = assets.street.codes
    touched = set(codes[result.exposure.peak_depth_m > 0].tolist()) | set(codes[result.outages.asset].tolist())
    dry = next(word for code, word in enumerate(assets.street.words) if code not in touched
               and np.any((codes == code) & assets.of_kind("lamp")))
    told = explain_street(result, dry, "en", AT_02)
    assert (told.out, told.lamp) == (0, "")
    assert "No water reaches anything in this street." in told.paragraphs
