"""What the terminal says of the shipped nights: what a chief must not be told wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.nights import night
from twin.explaining.explain import explain
from twin.explaining.first_lines import first_lines
from twin.explaining.situation import page_of
from twin.results.moment import moment_of
from twin.results.situation import situation
from twin.results.summary import summarise

H = 3600


def lines(name: str, lang: str = "en") -> list[str]:
    result = night(name).result
    return [line.text.replace("\u00a0", " ") for line in first_lines(
        summarise(result), result.city.assets.kinds, lang)]


def test_a_cut_does_not_change_how_many_are_flooded() -> None:
    [flood] = [line for line in lines("ouche-q100") if "lighting cabinets out" in line]
    [cut] = [line for line in lines("valmont-preventive-cut") if "lighting cabinets out" in line]
    assert "24 flooded (9 of them dead by then)" in flood
    assert "24 flooded (13 of them dead by then)" in cut


def test_a_gauge_that_reads_otherwise_comes_before_all_figures() -> None:
    told = lines("valmont-facts")
    place = next(k for k, line in enumerate(told) if "reads 3.05 m" in line)
    assert "0.16 m lower than the run says" in told[place]
    assert place < next(k for k, line in enumerate(told) if "lamps out at worst" in line)


def test_sites_are_told_with_times_people_reserve_and_doubt() -> None:
    told = lines("ouche-q100")
    assert any(line.startswith("Gymnase Jean-Moulin (refuge) (400 people): without power, 21:06 to Tuesday 03:45")
               for line in told)
    assert any("Saint-Antoine (310 people): on its reserve, 21:18 to 21:20" in line for line in told)
    [home] = [line for line in told if line.startswith("EHPAD")]
    assert home == ("EHPAD Les Tilleuls (84 people): may be without power, 22:25 to the end of the run "
                    "(as computed 23:52, in doubt)")
    refuge, home_at = (next(k for k, line in enumerate(told) if line.startswith(name)) for name in ("Gymnase", "EHPAD"))
    assert refuge < home_at, "who surely is without power comes first"


@pytest.mark.parametrize(("lang", "words"), [("en", "all at once"), ("fr", "tout tombe d’un coup")])
def test_much_that_fails_at_once_is_told_with_when_to_act(lang: str, words: str) -> None:
    [line] = [line for line in lines("ouche-q100", lang) if "188" in line]
    assert words in line
    assert "École des Bas-Prés" in line


@pytest.mark.parametrize(("lang", "perhaps", "street", "flat"), [
    ("en", "perhaps all at once", "most in doubt: ", "worst street"),
    ("fr", "peut-être tout d’un coup", "rue la plus incertaine : ", "la plus touchée")])
def test_where_no_lamp_is_surely_out_nothing_is_told_as_if_it_were(lang: str, perhaps: str, street: str,
                                                                   flat: str) -> None:
    result = night("ouche-q100").result
    told = replace(summarise(result), lamps_out_at_worst=0, lamps_in_doubt_at_worst=17)
    said = [line.text.replace("\u00a0", " ") for line in first_lines(told, result.city.assets.kinds, lang)]
    assert any(perhaps in line for line in said)
    assert any(line.startswith(street) for line in said)
    assert not any(flat in line for line in said)


def test_the_first_act_is_one_that_is_not_done() -> None:
    result = night("valmont-preventive-cut").result
    dead = result.indicators["last_moment_to_act"]["dead_by_a_cut"]
    assert dead == 6
    listed = {row["asset"] for row in result.indicators["last_moment_to_act"]["rows"]}
    assert not listed & {"A-062", "A-047", "A-063", "A-029", "A-064", "A-048"}, "cut upstream by then"
    assert summarise(result).act_first in listed


def test_each_moment_has_its_own_words() -> None:
    result = night("ouche-q100").result
    told = [" ".join(explain(result, "A-012", "en", t).paragraphs) for t in (3 * H, 6 * H, 14 * H, 24 * H)]
    assert len(set(told)) == len(told)
    assert "rising" in told[0]
    assert "falling" in told[2]
    assert "Ahead: 1.18 m at its highest" in told[0].replace("\u00a0", " ")
    assert "It was at its highest" in told[2]
    assert "back at the earliest about" in told[2]


def test_a_site_is_explained_on_the_feed_of_that_moment() -> None:
    result = night("ouche-q100").result
    before, after = (explain(result, "S-01", "en", t) for t in (5 * H, 6 * H))
    assert [link.id for link, _ in before.chain] == ["P-01"]
    assert [link.id for link, _ in after.chain] == ["P-03"]
    assert "last feed" in after.sentence


def test_a_cabinet_seen_in_service_in_the_water_is_not_called_safe() -> None:
    result = night("valmont-facts").result
    told = explain(result, "A-012", "en", int(8.5 * H))
    assert told.outage is None
    assert any("not to be switched on again without inspection" in line for line in told.paragraphs)
    assert any("ask again before relying on it" in line for line in told.paragraphs)


def test_a_moment_tells_no_water_that_is_to_come() -> None:
    """A-012 at 19:00: 0.38 m so far; its 1.18 m of 01:15 stand under what is ahead, and nowhere else."""
    result = night("ouche-q100").result
    told = explain(result, "A-012", "fr", 3 * H)
    assert told.tree is not None
    assert told.tree.is_so_far
    assert 0.35 <= told.tree.depth_m < 0.40
    lines = [line.replace("\u00a0", " ") for line in told.paragraphs]
    assert "(0,38 m jusqu’ici, seuil 0,35 m)" in lines[0]
    assert [line for line in lines if "1,18 m" in line] == ["À venir : 1,18 m au plus haut (lundi 1 h 15)."]
    past = explain(result, "A-012", "fr", 14 * H)
    assert past.tree is not None
    assert not past.tree.is_so_far
    assert "(1,18 m au plus haut, seuil 0,35 m)" in past.sentence.replace("\u00a0", " ")


def test_the_highest_water_so_far_is_not_forgotten_between_two_waves() -> None:
    result = night("ouche-q100").result
    rows = np.flatnonzero(result.exposure.peak_depth_m > 0).astype(np.int32)[::37]
    depths = result.exposure.depths
    assert depths is not None
    for t in (0, 2 * H, 5 * H + 123, 9 * H, result.plan.duration_s):
        seconds = [*range(0, t, 300), t]
        slow = np.max([depths.at(second, rows) for second in seconds], axis=0)
        assert np.abs(moment_of(result, t).highest_m(rows) - slow).max() < 0.01, t


def test_a_gauge_tells_its_level_as_the_point_does_and_not_the_depth_at_its_foot() -> None:
    result = night("ouche-q10").result
    for t_s, level in ((16_200, "3,03"), (18_000, "3,11"), (27_900, "3,28")):  # the hydrograph of the scenario
        said = "\n".join(explain(result, "pont-neuf", "fr", t_s).paragraphs)
        assert f"{level}\u00a0m" in said
        assert page_of(situation(result, t_s), "fr").headline in said
        assert "d’eau" not in said
    assert "au plus haut 3,28\u00a0m" in "\n".join(explain(result, "pont-neuf", "fr").paragraphs)
