"""Lists and papers put to the question: what ``twin list`` gives to who chooses, and the papers of ``twin report``."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import re
import sqlite3
import tempfile
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from typer.testing import CliRunner

from geodata.run.journal import write_journal
from geodata.run.listing import to_dict
from geodata.run.roads import access_if_kept
from tests.verification.asked_crews import CrewTables
from tests.verification.asked_tables import Tables, iso
from twin.cli import app
from twin.explaining.situation import page_of
from twin.results.act_ways import with_ways
from twin.results.listing import listing
from twin.results.order_of_return import order_of_return
from twin.results.situation import situation
from viewer.outputs.lists import Lists, export_lists

if TYPE_CHECKING:
    from tests.verification.asked import Asked

ROOT = Path(__file__).parents[2]
CONDITIONS = ("out", "may_be_out", "on_reserve", "last_feed", "suspended", "no_supplier", "in_service")
GRID = ("substation", "service_box")
#: Kinds on the list of sites.
SITES = ("site", "lift_station", "pump")
#: Words of the papers for how something stands, by language.
WORDS = {
    "fr": {"out": "sans courant depuis", "on_reserve": "sur sa réserve jusqu", "may_be_out": "peut-être",
           "last_feed": "dernière alimentation", "grid out": "hors service depuis", "service": "en service",
           "cut": "coupé", "out of service": "hors service", "maybe": "peut-être"},
    "en": {"out": "without power since", "on_reserve": "on its reserve until", "may_be_out": "may be",
           "last_feed": "last feed", "grid out": "out of service since", "service": "in service", "cut": "cut",
           "out of service": "out of service", "maybe": "may be"}}


class Places:
    """Where the assets of a run stand and what they are, from ``city.gpkg`` and the table of kinds alone."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    @cached_property
    def _rows(self) -> dict[str, tuple[str, float | None, str]]:
        """Street, height of live parts and where that comes from, by asset."""
        found = {}
        with sqlite3.connect(f"file:{self.tables.folder / 'city.gpkg'}?mode=ro", uri=True) as city:
            streets = dict(city.execute("select id, name from street"))
            for kind in np.unique(self.tables.kind).tolist():
                for one, street, fail_m, source in city.execute(
                        f'select id, street_id, fail_m, fail_source from "{kind}"'):
                    found[one] = (streets.get(street) or (street or "").removeprefix("="), fail_m, source or "")
        return found

    @cached_property
    def street(self) -> Any:
        """Name of the street of each asset; empty where none is known."""
        return np.array([self._rows[one][0] if one in self._rows else "" for one in self.tables.ids])

    @cached_property
    def is_tested(self) -> Any:
        """What has live parts and is no house: water that touched it wants a test."""
        kinds = tomllib.loads((ROOT / "twin/data/kinds.toml").read_text("utf-8"))
        has = np.zeros(len(self.tables.ids), bool)
        for k, one in enumerate(self.tables.ids):
            _, fail_m, source = self._rows.get(one, ("", None, ""))
            by_kind = "fail_m" in kinds.get(str(self.tables.kind[k]), {})
            has[k] = fail_m is not None or (by_kind and source != "none")
        return has & (self.tables.kind != "building")

    def untested(self, t_s: int) -> Any:
        """What water touched since its last test, (A,)."""
        tables = self.tables
        reached = {*tables.reached["touched"], *tables.reached["flooded"]}
        found = np.zeros(len(tables.ids), bool)
        for k in reached:
            found[k] = any(tables.untested(what, k, t_s) >= 0 for what in ("touched", "flooded"))
        return found & self.is_tested


def asked_of_filters(asked: Asked, places: Places, run: Any, t_s: int, rng: random.Random, *, by_command: bool) -> None:
    """Ask a list of drawn states, kinds and a street; by the command where that is wanted."""
    tables = places.tables
    own, untested = tables.condition(t_s), places.untested(t_s)
    states = rng.sample((*CONDITIONS, "do_not_re_energise"), rng.randint(1, 3))
    kinds = rng.sample(sorted(set(tables.kind.tolist())), rng.choice((0, 0, 1, 2)))
    streets = sorted(set(places.street.tolist()) - {""})
    street = rng.choice(streets) if streets and rng.random() < 0.5 else None
    wanted = np.isin(own, states) | (untested if "do_not_re_energise" in states else False)
    among = (np.isin(tables.kind, kinds) if kinds else True) & (places.street == street if street else True)
    expected = {tables.ids[k] for k in np.flatnonzero(wanted & among).tolist()}
    where = (tables.folder.name, t_s, states, kinds, street)
    if by_command:
        words = ["list", str(tables.folder), "--at", str(iso(tables, t_s)), "--json", "--state", ",".join(states)]
        words += ["--kind", ",".join(kinds)] if kinds else []
        words += ["--street", street] if street else []
        said = CliRunner().invoke(app, words)
        asked.same("list: filters", "exit code", said.exit_code, 0, *where, said.output[:500])
        if said.exit_code:
            return
        told = json.loads(said.stdout)
    else:
        told = to_dict(listing(run.result, t_s, kinds=kinds, street=street, states=states))
    found = {row["asset_id"] for row in told["rows"]}
    asked.same("list: filters", "whom", (sorted(found - expected), sorted(expected - found)), ([], []), *where)
    for row in told["rows"]:
        k = tables.row[row["asset_id"]]
        asked.same("list: filters", "street", row["street"] or "", str(places.street[k]), *where, row["asset_id"])
        if row["depth_m"] is not None:
            asked.same("list: filters", "depth", abs(row["depth_m"] - tables.depth(k, t_s)) < 0.0015, True, *where,
                       row["asset_id"], row["depth_m"], tables.depth(k, t_s))
    for kind, counts in told["counts"].items():
        mine = among & (tables.kind == kind)
        for state in CONDITIONS:
            asked.same("list: filters", "counts", counts.get(state, 0), int((mine & (own == state)).sum()), *where,
                       kind, state)
        asked.same("list: filters", "counts", counts.get("do_not_re_energise", 0), int((mine & untested).sum()),
                   *where, kind, "do_not_re_energise")


def asked_of_report(asked: Asked, places: Places, crews: CrewTables | None, run: Any, t_s: int, lang: str) -> None:
    """Ask the lists beside the point, as tables and on paper, and the log: states, moments and words of each asset."""
    order = order_of_return(run.result, t_s, None)
    with tempfile.TemporaryDirectory() as folder:
        def place(end: str) -> dict[str, Path]:
            return {name: Path(folder) / f"{name}.{end}" for name in ("grid", "handover", "cuts", "sites", "returns")}

        tables, papers = place("csv"), place("html")
        export_lists(run, t_s, Lists(**tables), order, lang="en")
        export_lists(run, t_s, Lists(**papers), order, lang=lang)
        log = Path(folder) / "log.csv"
        write_journal(run.result, t_s, lang, log)
        told = {name: _rows(file) for name, file in tables.items()}
        paper = {name: _cells(file.read_text("utf-8")) for name, file in papers.items()}
        _sites(asked, places, told["sites"], paper["sites"], t_s, lang)
        _grid(asked, places, told["grid"], paper["grid"], t_s, lang)
        _handover(asked, places, told["handover"], paper["handover"], t_s, lang)
        _cuts(asked, places, told["cuts"], t_s)
        _log(asked, places, log, t_s, lang)
    _point(asked, places, crews, run, t_s, lang)


def _rows(file: Path) -> list[dict[str, str]]:
    text = file.read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","))


def plain(text: str) -> str:
    """Give a text of a page with its spaces as plain ones."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u202f", " ").replace("\xa0", " ")
    return re.sub(r"\s+", " ", text.replace("\u2060", "")).strip()


def _cells(page: str) -> list[list[str]]:
    """Give the cells of all rows of a page's last table."""
    body = page.rsplit("<tbody", 1)[-1]
    return [[plain(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)]


def _bool(text: str) -> bool:
    return text.strip().lower() in ("true", "yes", "1")


def _sites(asked: Asked, places: Places, rows: list[dict[str, str]], cells: list[list[str]], t_s: int, lang: str
           ) -> None:
    tables, name = places.tables, places.tables.folder.name
    own, untested, words = tables.condition(t_s), places.untested(t_s), WORDS[lang]
    expected = {tables.ids[k] for k in np.flatnonzero(np.isin(tables.kind, SITES)).tolist()}
    asked.same("papers: sites", "whom", {row["asset_id"] for row in rows}, expected, name, t_s)
    asked.same("papers: sites", "rows on paper", len(cells), len(rows), name, t_s, lang)
    for row, cell in zip(rows, cells, strict=False):
        k = tables.row[row["asset_id"]]
        where, state = (name, t_s, row["asset_id"], lang), str(own[k])
        asked.same("papers: sites", "state", row["state"], state, *where)
        at = tables.outages.of(k, t_s) if state == "out" else -1
        asked.same("papers: sites", "since and back", (row["since"], row["back"]), ("", "") if at < 0 else (
            iso(tables, int(tables.outages.start[at])), iso(tables, int(tables.outages.end[at])) or ""), *where)
        asked.same("papers: sites", "not to be re-energised", _bool(row["not_to_be_re_energised"]), bool(untested[k]),
                   *where)
        if row["depth_m"]:
            asked.same("papers: sites", "depth", abs(float(row["depth_m"]) - tables.depth(k, t_s)) < 0.0051, True,
                       *where, row["depth_m"], tables.depth(k, t_s))
        text = " ".join(cell)
        for word in ("out", "on_reserve", "last_feed"):
            asked.same("papers: sites", f"{word} in words", words[word] in cell[4], state == word, *where, cell)
        if state == "may_be_out":
            asked.same("papers: sites", "doubt in words", words["may_be_out"] in text, True, *where, cell)


def _grid(asked: Asked, places: Places, rows: list[dict[str, str]], cells: list[list[str]], t_s: int, lang: str
          ) -> None:
    tables, name = places.tables, places.tables.folder.name
    own, untested, words = tables.condition(t_s), places.untested(t_s), WORDS[lang]
    told = {row["supply"] for row in rows}
    wanted = {tables.ids[k] for k in np.flatnonzero(np.isin(tables.kind, GRID)).tolist()
              if tables.outages.of(k, t_s) >= 0 or untested[k]}
    asked.same("papers: grid", "all gear that is out or untested", wanted - told, set(), name, t_s)
    asked.same("papers: grid", "rows on paper", len(cells), len(rows), name, t_s, lang)
    for row, cell in zip(rows, cells, strict=False):
        k = tables.row[row["supply"]]
        where, at = (name, t_s, row["supply"], lang), tables.outages.of(k, t_s)
        asked.same("papers: grid", "since and back", (row["since"], row["back"]), ("", "") if at < 0 else (
            iso(tables, int(tables.outages.start[at])), iso(tables, int(tables.outages.end[at])) or ""), *where)
        asked.same("papers: grid", "not to be re-energised", _bool(row["not_to_be_re_energised"]), bool(untested[k]),
                   *where)
        text = " ".join(cell)
        if own[k] == "out":
            asked.same("papers: grid", "out in words", words["grid out"] in text, True, *where, cell)
        elif own[k] == "may_be_out":
            asked.same("papers: grid", "doubt in words", words["maybe"] in text, True, *where, cell)
        else:
            asked.same("papers: grid", "in service in words", words["service"] in text, True, *where, cell)


def _handover(asked: Asked, places: Places, rows: list[dict[str, str]], cells: list[list[str]], t_s: int, lang: str
              ) -> None:
    tables, name = places.tables, places.tables.folder.name
    own, words = tables.condition(t_s), WORDS[lang]
    expected = {tables.ids[k] for k in np.flatnonzero(places.untested(t_s)).tolist()}
    asked.same("papers: handover", "whom", {row["asset_id"] for row in rows}, expected, name, t_s)
    for row in rows:
        k = tables.row[row["asset_id"]]
        said = [one for one in row["states"].split(";") if one.strip() in CONDITIONS]
        asked.same("papers: handover", "state", [one.strip() for one in said] or ["in_service"], [str(own[k])], name,
                   t_s, row["asset_id"])
    for cell in cells:
        ids = [one for one in re.findall(r"[A-Z]+-[\dA-Z-]*\d", cell[1]) if one in tables.row] if len(cell) > 4 else []
        for one in ids[:1]:
            k = tables.row[one]
            if tables.kind[k] in ("lamp", "circuit"):
                continue
            state, where = cell[4], (name, t_s, one, lang, cell)
            if own[k] == "out" and words["cut"] not in state:
                asked.same("papers: handover", "out in words", words["out of service"] in state, True, *where)
            if own[k] == "may_be_out" and words["cut"] not in state:
                asked.same("papers: handover", "doubt in words", words["maybe"] in state, True, *where)
            if own[k] in ("in_service", "on_reserve", "last_feed"):
                asked.same("papers: handover", "in service in words", words["service"] in state, True, *where)


def _cuts(asked: Asked, places: Places, rows: list[dict[str, str]], t_s: int) -> None:
    """Everything that may be live in water stands in water, and says what to open."""
    tables = places.tables
    wet = set(tables.wet.asset[tables.wet.at(t_s)].tolist())
    for row in rows:
        where = (tables.folder.name, t_s, row["asset_id"])
        asked.same("papers: cuts", "in water", tables.row[row["asset_id"]] in wet, True, *where)
        asked.same("papers: cuts", "what to open", row["cut"] in tables.row, True, *where)


def _log(asked: Asked, places: Places, file: Path, t_s: int, lang: str) -> None:
    """Each outage of a site or gear that began stands in the log with its hours, and none that is to come."""
    tables, name = places.tables, places.tables.folder.name
    rows = _rows(file)
    hour, end, nature = {"fr": ("heure", "heure de fin", "calculé"), "en": ("time", "end", "computed")}[lang]
    event = {"fr": "événement", "en": "event"}[lang]
    told = {(re.split("[ \u00a0:]", row[event])[0], row[hour], row[end]) for row in rows if row["nature"] == nature}
    for row in range(len(tables.outages.told)):
        k, start, until = int(tables.outages.asset[row]), int(tables.outages.start[row]), int(tables.outages.end[row])
        if tables.kind[k] not in ("site", "substation", "cabinet"):
            continue
        key = (tables.ids[k], _minute(tables, start), _minute(tables, until) if until <= t_s else "")
        asked.same("papers: log", "an outage", key in told, start <= t_s, name, t_s, key)


def _minute(tables: Tables, t_s: int) -> str:
    return str(iso(tables, t_s))[:16].replace("T", " ")


def _point(asked: Asked, places: Places, crews: CrewTables | None, run: Any, t_s: int, lang: str) -> None:
    """The page itself: its table of counts, its sites, and where its crews are."""
    tables, name, words = places.tables, places.tables.folder.name, WORDS[lang]
    told = situation(run.result, t_s)
    page = page_of(with_ways(told, access_if_kept(run)), lang)
    own = tables.condition(t_s)
    for row, count in zip(page.counts, told.counts, strict=True):
        one = "wet" if count.name == "buildings_wet" else count.name.removesuffix("_out")
        for cell, hours in zip(row[1:], (0, 1, 3, 6, 12), strict=True):
            later = t_s + hours * 3600
            then = tables.counts(later)[one] if later <= tables.horizon_s else None
            said = None if cell == "–" else tuple(int(re.sub(r"\D", "", part) or 0) for part in (
                [*cell.replace(")", "").split("("), ""])[:2])
            asked.same("papers: point", "counts", said, then, name, t_s, lang, count.name, hours, cell)
    for row, site in zip(page.sites, told.sites, strict=False):
        state, where = str(own[site.asset]), (name, t_s, tables.ids[site.asset], lang, row)
        for word in ("out", "on_reserve", "last_feed"):
            asked.same("papers: point", f"{word} in words", words[word] in plain(row.feed), state == word, *where)
        if state == "may_be_out":
            asked.same("papers: point", "doubt in words", words["may_be_out"] in plain(f"{row.feed} {row.then}"), True,
                       *where)
    for row in page.crews if crews is not None else ():
        for crew in row[0].split(", "):
            if crews is None or crew not in crews.crews:
                continue
            busy, where = crews.busy(crew, t_s), (name, t_s, crew, lang, row)
            if busy is not None:
                asked.same("papers: point", "crew at work", tables.ids[busy.assets[0]] in row[1], True, *where)
            elif crews.duty(crew, t_s):
                asked.same("papers: point", "crew is at", crews.stands(crew, t_s) in row[1], True, *where)
