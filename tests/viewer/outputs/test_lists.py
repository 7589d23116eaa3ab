"""Lists on paper and as tables: what to cut, what is not to be re-energised, the order of return, all acts."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typer.testing

from geodata.run.headings import _CELLS, _FRENCH, headings
from geodata.run.journal import GRID
from geodata.run.listing import COLUMNS as LISTED
from geodata.run.sheets import COLUMNS as SHEETS
from tests.nights import LIVED_NIGHT, night
from tests.twin.crews.test_cases import BEGIN_S, case
from twin.cli.app import app
from twin.codes import Mechanism
from twin.errors import InputError
from twin.explaining.acts_papers import acts_paper, cuts_paper
from twin.explaining.papers import Paper
from twin.explaining.returning import COLUMNS as RETURNS
from twin.explaining.returning import returns_by_street, returns_note, returns_paper
from twin.explaining.situation import number_in
from twin.explaining.untouchable import FEW, untouchable_paper
from twin.quantities import NONE
from twin.results.listing import STATES
from twin.results.moment import moment_of
from twin.results.not_re_energised import not_re_energised
from twin.results.order_of_return import order_of_return
from twin.results.returns import QUARTER_S, Returns
from twin.results.situation import situation
from twin.results.together import in_runs
from twin.world.kinds import STAGES, Role
from viewer.outputs.help_numbers import numbers_of
from viewer.outputs.lists import Lists, export_lists
from viewer.outputs.papers import paper_pdf, render_paper

AT_22 = 6 * 3600


class _Cells(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._in = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = self._in and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._in:
            self.rows[-1][-1] += data.replace("\u2011", "-")


def papers(lang: str) -> list[Paper]:
    result = night("ouche-q100").result
    return [cuts_paper(result, AT_22, lang), untouchable_paper(result, AT_22, lang),
            returns_paper(order_of_return(result, AT_22), lang),
            acts_paper(situation(result, AT_22, most_acts=1000), lang)]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_paper_is_the_same_as_page_and_as_pdf_without_a_command(lang: str) -> None:
    def bare(text: str) -> str:
        return re.sub(r"\s+", "", text)

    for paper in papers(lang):
        html = render_paper(paper)
        assert {c.lower() for c in re.findall(r"#[0-9a-fA-F]{3,6}\b", html)} <= {"#000", "#fff"}
        short = [list(paper.summary_headings), *map(list, paper.summary)] if paper.summary else []
        assert _Cells(html).rows == [*short, list(paper.headings), *(list(row) for row in paper.rows)]
        reader = pypdf.PdfReader(BytesIO(paper_pdf(paper, "Valmont")))
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"] == lang
        found = bare("".join(page.extract_text() for page in reader.pages))
        for text in (paper.title, *paper.facts, *paper.warnings, *paper.notes, *(c for row in paper.rows for c in row)):
            assert "twin " not in text
            assert bare(text) in found, text


def test_the_paper_of_cuts_has_all_that_is_live_in_water() -> None:
    result = night("ouche-q100").result
    rows = cuts_paper(result, AT_22, "fr").rows
    live = moment_of(result, AT_22).to_cut
    said = " ".join(cell for row in rows for cell in row)
    assert rows[0][1] == "Poste électrique P-12"
    assert rows[0][6] == ("en service\u00a0; alimente l’EHPAD Les Tilleuls\u00a0: réserve 4\u00a0h, "
                          "jusqu’à lundi 2\u00a0h\u00a000, moins si l’eau entre (22\u00a0h\u00a025)")
    assert rows[1][1] == "Armoire d’éclairage A-093"
    assert rows[1][4] == "L-3922, L-3938, L-3939, L-4611 à L-4620", "the lamps behind it, one and all"
    for row in (live != NONE).nonzero()[0].tolist():
        if not result.city.assets.has_role(row, Role.LIGHTS):
            assert str(result.city.assets.id[row]) in said


def test_what_water_reached_is_on_the_hand_over_cut_or_not() -> None:
    result = night("valmont-preventive-cut").result
    at_s = 14 * 3600
    mask = moment_of(result, at_s).is_not_to_be_re_energised
    found = not_re_energised(result, at_s)
    assert sorted(row for one in found for row in one.assets) == mask.nonzero()[0].tolist()
    assert [one.street for one in found] == sorted((one.street for one in found), key=lambda name: (not name, name))
    ids = result.city.assets.id
    by_id = {str(ids[row]): one for one in found for row in one.assets}
    assert (by_id["P-01"].state, by_id["P-01"].cut_s, by_id["P-01"].owner) == ("cut", 9000, "grid")
    assert (by_id["A-012"].owner, by_id["A-012"].skill) == ("city", "BR")
    depth_m = result.exposure.peak_depth_m[result.city.assets.row("P-01")]
    assert by_id["P-01"].highest_m == pytest.approx(depth_m)
    page = untouchable_paper(result, at_s, "fr")
    row = next(row for row in page.rows if row[1] == "Poste électrique P-01")
    assert row[0] == "Rue de l’Écluse"
    assert row[4] == "coupé depuis dimanche 18\u00a0h\u00a030"
    assert "gestionnaire" in row[5]
    assert page.title == "Ne pas remettre sous tension, 6\u00a0h\u00a000"


def test_what_is_not_to_be_re_energised_is_told_in_short_before_the_list() -> None:
    """Each thing once by its kind, each once by its street, as many as the list has; and on one page."""
    result = night("ouche-q100").result
    found = not_re_energised(result, AT_22)
    paper = untouchable_paper(result, AT_22, "fr")
    assert len(paper.rows) == len(found) > FEW
    counts = {row[0]: number_in(row[1]) for row in paper.summary}
    assert sum(counts.values()) == sum(len(one.assets) for one in found)
    assert counts["Postes électriques"] == 3
    assert paper.summary[0][2] == "P-01, P-02, P-12"
    assert paper.summary[-1][0] == "Lampes", "lamps last: gear is what somebody closes"
    assert [street for street, _ in paper.summary_streets] == list(dict.fromkeys(one.street for one in found))
    assert dict(paper.summary_streets)["Rue du Moulin"].startswith("P-02, A-026, C-07, ")
    reader = pypdf.PdfReader(BytesIO(paper_pdf(paper, result.city.name)))
    first, second = (reader.pages[i].extract_text() for i in (0, 1))
    assert "Par rue" in first
    assert "La liste entière" in second
    assert untouchable_paper(result, 2 * 3600, "fr").summary == (), "a short list is read by itself"


def test_what_is_handed_over_in_service_and_is_not_to_be_cut_says_why() -> None:
    result = night("ouche-q100").result
    moment, found = moment_of(result, AT_22), not_re_energised(result, AT_22)
    for one in found:
        live = {bool(moment.to_cut[row] != NONE) for row in one.assets}
        assert (one.state == "live") == (live == {True} and not moment.is_out[one.assets[0]])
    above = [row for one in found if one.state == "above" for row in one.assets]
    assert (moment.depth_m[above] < result.city.assets.fail_m[above]).all()
    paper = untouchable_paper(result, AT_22, "fr")
    assert len(above) == 60
    assert paper.facts == ("60 en service ici et absents de «\u00a0À couper\u00a0»\u00a0: l’eau est plus basse que "
                           "leurs parties sous tension, ou s’est retirée.",)
    assert {"en service, à couper", "en service, l’eau sous ses parties actives"} < {row[4] for row in paper.rows}
    assert paper.headings[5] == "qui doit essayer (BR\u00a0: habilité basse tension)"
    words = " ".join((*paper.facts, *paper.warnings, *(cell for row in paper.summary for cell in row)))
    assert sum(any(c.isalnum() for c in one) for one in words.replace("\u202f", "").split()) <= 190, "in a minute"


def test_the_street_of_a_place_to_cut_is_one_everywhere() -> None:
    """A-093 stands in the Rue de Chagny, wherever the lamps behind it stand in water."""
    result = night("ouche-q100").result
    paper = {row[1].split(" ")[-1]: row[3] for row in cuts_paper(result, AT_22, "fr").rows}
    rows = [row for row in result.indicators["may_be_live"]["rows"] if "A-093" in (row["cut"], row["cabinet"])]
    assert rows
    assert {row["street"] for row in rows} == {"Rue de Chagny"}
    assert paper["A-093"].split("\u00a0; ")[0] == "Rue de Chagny"


def test_what_is_out_is_never_called_safe_to_touch() -> None:
    for lang, words in (("fr", "à traiter comme sous tension"), ("en", "treat as live")):
        states = [row[6] for row in cuts_paper(night("ouche-q100").result, AT_22, lang).rows]
        assert any(words in state for state in states)
        assert not any("s’ouvrir" in state or "opened" in state for state in states)


def test_a_range_is_rounded_outward_and_says_who_has_looked() -> None:
    """C1 with a range drawn: half of the nights at 10,680 s + 60, nine tenths an hour later."""
    result = case(2)
    o = result.outages
    ends = [o.end_s + 60, o.end_s + 3600]
    drawn = Returns.of([ends[0]] * 6 + [ends[1]] * 4, o, result.view)
    order = order_of_return(result, BEGIN_S + 3600, drawn)
    assert order.nights == 10
    ids = result.city.assets.id
    rows = {str(ids[one.asset]): one for one in order.sites}
    for row in rows.values():
        outage = int(moment_of(result, BEGIN_S + 3600).outage[row.asset])
        assert row.p50_s == (int(o.end_s[outage]) + 60) // QUARTER_S * QUARTER_S
        assert row.p90_s == -(-(int(o.end_s[outage]) + 3600) // QUARTER_S) * QUARTER_S
    ends_s = [one.p90_s for one in order.sites]
    assert ends_s == sorted(ends_s), "what is back first stands first"
    assert returns_note(order, "fr").startswith(
        "De l’heure probable (revenu 1 fois sur 2) à l’heure prudente (9 fois sur 10)\u00a0: 10 nuits tirées.")
    assert any(re.fullmatch(r"entre .* et .*", row[3]) for row in returns_paper(order, "fr").rows)
    assert sum(len(streets.split(", ")) for _, streets in returns_by_street(order, "fr")) == len(order.streets)


def test_without_nights_one_computed_hour_is_no_range() -> None:
    order = order_of_return(night("ouche-q100").result, AT_22)
    assert order.nights == 0
    assert all(one.p50_s == one.p90_s for one in (*order.sites, *order.streets))
    page = returns_paper(order, "fr")
    assert "Aucune nuit tirée\u00a0: une heure calculée, et non une fourchette." in page.facts
    refuge = next(row for row in page.rows if "Gymnase" in row[1])
    assert refuge[3] == "au plus tôt vers mardi 3\u00a0h\u00a045, un seul calcul"
    assert refuge[4] == "pas encore évalué"
    assert refuge[6] == "P-02 (gestionnaire)"


def test_each_street_with_lamps_out_is_on_the_order_of_return() -> None:
    result = night("ouche-q100").result
    assets, out = result.city.assets, moment_of(result, AT_22).is_out
    order = order_of_return(result, AT_22)
    lamps = (out & assets.of_role(Role.LIGHTS)).nonzero()[0].tolist()
    assert {one.street for one in order.streets} == {assets.street[row] for row in lamps} - {""}
    assert sum(len(one.assets) for one in order.streets) == sum(bool(assets.street[row]) for row in lamps)


def test_tables_speak_the_language_and_keep_their_keys_in_english(tmp_path: Path) -> None:
    run = night("ouche-q100")
    order = order_of_return(run.result, AT_22)
    columns = {"grid": GRID, "handover": LISTED, "cuts": LISTED, "returns": RETURNS}
    for lang in ("en", "fr"):
        # One over the other: an earlier table of the same sort is replaced, whatever its language.
        places = {name: tmp_path / f"{name}.csv" for name in columns}
        export_lists(run, AT_22, Lists(**places), order, lang=lang)
        for name, keys in columns.items():
            assert places[name].read_bytes().startswith(b"\xef\xbb\xbf") == (lang == "fr")
            with places[name].open(encoding="utf-8-sig") as file:
                rows = list(csv.reader(file, delimiter=";" if lang == "fr" else ","))
            assert tuple(rows[0]) == headings(keys, lang)
            assert len(rows) > 1
            if lang == "fr":
                cells = {part for row in rows[1:] for cell in row for part in cell.split(";")}
                assert not cells & {"in_service", "do_not_re_energise", "cabinet", "substation", "True", "False"}
    with (tmp_path / "cuts.csv").open(encoding="utf-8-sig") as file:
        first = next(csv.DictReader(file, delimiter=";"))
    assert "," in first["eau (m)"]
    assert first["équipement"] == "P-12"
    assert first["états"].startswith("peut-être sous tension dans l’eau;")


def test_every_column_and_word_has_its_french() -> None:
    for keys in (GRID, LISTED, SHEETS, RETURNS):
        assert set(keys) <= set(_FRENCH)
        assert len(set(headings(keys, "fr"))) == len(keys), "no two columns of one table are called alike"
    assert set(STATES) | set(STAGES) | {one.word for one in Mechanism} <= set(_CELLS)


def test_the_command_writes_lists_and_refuses_a_name_that_says_no_form(tmp_path: Path) -> None:
    runner = typer.testing.CliRunner()
    run = str(night("ouche-q100").path)
    done = runner.invoke(app, ["report", run, "--at", "22:00", "--lang", "fr", *(
        part for name in ("returns", "handover", "cuts", "acts", "grid")
        for part in (f"--{name}", str(tmp_path / f"{name}.html")))])
    assert done.exit_code == 0, done.output
    for name in ("returns", "handover", "cuts", "acts", "grid"):
        assert (tmp_path / f"{name}.html").read_text("utf-8").startswith("<!doctype html>\n<html lang=\"fr\">")
    refused = runner.invoke(app, ["report", run, "--at", "22:00", "--acts", str(tmp_path / "acts.csv")])
    assert isinstance(refused.exception, InputError)
    assert "how the list is written" in str(refused.exception)


def test_the_city_s_own_number_comes_before_the_country_s(tmp_path: Path) -> None:
    run = night(LIVED_NIGHT)
    assert numbers_of(run) == {"rescue": "18"}
    file = tmp_path / "contacts.toml"
    file.write_text('[[emergency]]\nnumber = "03 80 00 00 18"\nfr = "Astreinte"\nen = "On call"\n[grid]\n'
                    'number = "09 00 00 00 21"\nfr = "Réseau"\nen = "Grid"\n', "utf-8")
    assert numbers_of(run, file) == {"rescue": "03 80 00 00 18", "grid": "09 00 00 00 21"}


def test_ids_in_a_row_are_one() -> None:
    assert in_runs(["A-9", "A-10", "A-11", "B1"]) == [["A-9"], ["A-10"], ["A-11"], ["B1"]], "A-9 is written otherwise"
    assert in_runs(["A-10", "A-11", "A-12"]) == [["A-10", "A-11", "A-12"]]
    assert in_runs([]) == []


def test_the_command_and_the_desk_draw_as_many_nights() -> None:
    """The command says the number in its help without importing what writes lists."""
    from twin.cli.commands.report import _NIGHTS
    from viewer.outputs.lists import NIGHTS

    assert _NIGHTS == NIGHTS


def test_a_list_without_a_row_says_so() -> None:
    from geodata.run.journal import grid_rows
    from twin.explaining.papers import grid_paper

    result = night("ouche-q100").result
    early, late = grid_rows(result, 2 * 3600), grid_rows(result, 6 * 3600)
    assert not early
    assert late
    assert grid_paper(result, early, 2 * 3600, "fr").facts == ("Rien à demander au gestionnaire à cette heure.",)
    assert grid_paper(result, early, 2 * 3600, "en").facts == ("Nothing to ask of the grid operator at this moment.",)
    assert grid_paper(result, late, 6 * 3600, "en").facts == ()


def test_sites_that_lose_their_supply_later_come_before_those_that_do_not() -> None:
    told = situation(night("ouche-q100").result, 2 * 3600)
    ahead = [site.loss is not None for site in told.sites if not site.is_threatened and site.since_s == NONE]
    assert any(ahead)
    assert ahead == sorted(ahead, reverse=True)
