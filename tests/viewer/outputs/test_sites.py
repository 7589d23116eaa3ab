"""The printed list of sites: each critical site, lift station and pump; its texts are those of the tables."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pypdf
import pytest
import typer.testing

from geodata.run.sites import COLUMNS, site_rows
from tests.nights import night
from twin.cli.app import app
from twin.errors import InputError
from twin.explaining.listed import teller_of
from twin.explaining.sites_paper import listed_sites, sites_paper
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.moment import moment_of
from twin.results.situation import sites_at
from viewer.outputs.papers import paper_pdf, render_paper

AT_22 = 6 * 3600


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\u2011", "-"))


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", ["ouche-q100", "valmont-facts", "valmont-preventive-cut"])
def test_its_rows_say_what_the_tables_of_the_run_say(name: str, lang: str) -> None:
    result = night(name).result
    assets, moment = result.city.assets, moment_of(result, AT_22)
    among = listed_sites(assets)
    paper = sites_paper(result, AT_22, lang)
    sites = sites_at(moment, among)
    teller = teller_of(result, lang, AT_22)
    assert len(paper.rows) == len(sites) == int(among.sum()) == 17
    for row, site in zip(paper.rows, sites, strict=True):
        assert str(assets.id[site.asset]) in row[1]
        assert row[3] == ("" if np.isnan(assets.people[site.asset]) else str(int(assets.people[site.asset])))
        is_out = moment.condition[site.asset] == Condition.OUT
        assert (teller.text("without power since {time}", time=teller.clock(site.since_s)) in row[4]) if is_out else (
            site.since_s == NONE)
        stale = bool(moment.is_not_to_be_re_energised[site.asset])
        assert (teller.text("not to be re-energised") in row[4]) == stale
        depth_m = float(moment.depth_m[site.asset])
        assert (row[7] == teller.text("dry")) == (depth_m < 0.005)
        assert depth_m < 0.005 or row[7].startswith(teller.speech.depth(depth_m))
        reserve_s = int(assets.buffer_s[site.asset])
        assert reserve_s == 0 or teller.speech.duration(reserve_s) in row[5] or site.reserve_ends_s != NONE


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_page_and_pdf_have_the_same_texts_with_headings_that_are_tagged(lang: str) -> None:
    result = night("ouche-q100").result
    paper = sites_paper(result, AT_22, lang, {"S-01": "06 00 00 00 01"})
    reader = pypdf.PdfReader(BytesIO(paper_pdf(paper, result.city.name)))
    found = bare("".join(page.extract_text() for page in reader.pages))
    html = bare(re.sub(r"<[^>]*>", "", render_paper(paper)))
    assert "0600000001" in found
    for text in (paper.title, paper.valid, *paper.facts, *paper.headings, *paper.notes, *(
            cell for row in paper.rows for cell in row)):
        assert bare(text) in found, text
        assert bare(text) in html, text
    assert reader.trailer["/Root"]["/Lang"] == lang
    assert reader.metadata is not None
    assert paper.title in str(reader.metadata.title)


def test_on_its_reserve_a_site_is_told_how_long_it_lasts() -> None:
    """The hospital lives on its battery for a minute while its other feed is taken."""
    result = night("ouche-q100").result
    row = result.city.assets.row("S-01")
    [(start_s, end_s, until_s)] = result.reserves.of_asset(row)
    at_s = (start_s + end_s) // 2
    told = next(one for one in sites_paper(result, at_s, "en").rows if one[1].startswith("S-01"))
    assert told[0] == "1", "it comes first"
    assert told[5].startswith(f"{round((until_s - at_s) / 60)}\u00a0min left")


def test_the_command_writes_page_pdf_and_table_with_private_numbers(tmp_path: Path) -> None:
    (tmp_path / "phones.toml").write_text('[sites]\nS-01 = "06 00 00 00 01"\n', "utf-8")
    run = night("ouche-q100")
    for suffix in ("html", "pdf", "csv"):
        done = typer.testing.CliRunner().invoke(app, [
            "report", str(run.path), "--at", "22:00", "--lang", "en", "--sites", str(tmp_path / f"s.{suffix}"),
            "--phones", str(tmp_path / "phones.toml")])
        assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(StringIO((tmp_path / "s.csv").read_text("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    told = list(site_rows(run.result, AT_22, listed_sites(run.result.city.assets), {}))
    assert [row["asset_id"] for row in rows] == [row[0] for row in told]
    assert next(row["contact"] for row in rows if row["asset_id"] == "S-01") == "06 00 00 00 01"
    refused = typer.testing.CliRunner().invoke(app, [
        "report", str(run.path), "--at", "22:00", "--out", str(tmp_path / "p.html"), "--phones",
        str(tmp_path / "phones.toml")])
    assert isinstance(refused.exception, InputError)
