"""The log of the night (main courante) and the list for the grid operator, as CSV.

What was reported or decided and what the run computes never share a row: the column ``nature`` tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from geodata.csv_file import write_csv_file
from geodata.run.headings import headings, in_words, opens, word
from twin.codes import Action, Mechanism
from twin.errors import InputError
from twin.quantities import NONE
from twin.results.moment import moment_of
from twin.results.result import Result
from twin.world.graph import graph_of
from twin.world.kinds import Role

#: Headings of the log by language, in order.
JOURNAL = {
    "fr": ("n°", "heure", "émetteur", "destinataire", "événement", "décision/action", "suite", "heure de fin",
           "rédacteur", "nature"),
    "en": ("no.", "time", "from", "to", "event", "decision/action", "follow-up", "end", "written by", "nature")}
NATURE = {"fr": ("signalé", "calculé"), "en": ("reported", "computed")}
#: Columns of the list for the grid operator.
GRID = ("supply", "kind", "street", "by", "operator", "since", "back", "why", "not_to_be_re_energised",
        "cabinets_behind", "lamps_behind", "buildings_behind", "sites_behind", "people_behind", "live_in_water")
_SAID = {
    "fr": {Action.FAIL: "panne", Action.CUT: "coupure", Action.RESTORE: "remise en service",
           Action.FACT_OUT: "constat, hors service", Action.FACT_IN_SERVICE: "constat, en service",
           Action.FACT_DRY: "constat, au sec", Action.FACT_END: "fin du constat"},
    "en": {Action.FAIL: "failed", Action.CUT: "cut", Action.RESTORE: "restored", Action.FACT_OUT: "seen out",
           Action.FACT_IN_SERVICE: "seen in service", Action.FACT_DRY: "seen dry", Action.FACT_END: "report ended"}}
_HOW = {"fr": {"flooded": "dans l’eau", "tripped": "déclenchement", "supply_lost": "sans alimentation",
               "buffer_empty": "réserve vide", "cut": "coupure", "failed": "panne"},
        "en": {"flooded": "flooded", "tripped": "tripped", "supply_lost": "without supply", "buffer_empty":
               "reserve empty", "cut": "cut", "failed": "failed"}}
_COLON = {"fr": "\u00a0:", "en": ":"}
_ACTIONS = (Action.CUT, Action.RESTORE)


def journal_rows(result: Result, t_s: int, lang: str) -> list[tuple[str, ...]]:
    """Give the log up to a moment, in order of time.

    Reported rows are what the scenario declares and its facts: gauges, streets, notes. Computed rows are the outages of
    gear, critical sites and circuits that tripped; lamps and houses stand in them as numbers.

    Parameters
    ----------
    result
        A run.
    t_s
        The moment [s from the start].
    lang
        ``fr`` or ``en``.
    """
    if lang not in JOURNAL:
        raise InputError(field="lang", found=f"language '{lang}'", expected="fr or en")
    reported, computed = NATURE[lang]
    rows = [(at_s, 0, (*row, reported)) for at_s, row in _reported(result, t_s, lang)]
    rows += [(at_s, 1, (*row, computed)) for at_s, row in _computed(result, t_s, lang)]
    rows.sort(key=lambda row: (row[0], row[1], row[2]))
    return [(str(i), *row) for i, (_, _, row) in enumerate(rows, start=1)]


def _reported(result: Result, t_s: int, lang: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    assets, told = result.city.assets, result.plan.told
    for note in result.plan.notes:
        if note.at_s <= t_s:
            yield note.at_s, (_clock(result, note.at_s), told(note.by, lang), "", told(note.text, lang), "", "", "", "")
    for one in result.plan.declared:
        if one.at_s > t_s:
            continue
        what = f"{assets.id[one.asset]}{_COLON[lang]} {_SAID[lang][one.action]}"
        reason = f" ({told(one.reason, lang)})" if one.reason else ""
        event, act = ("", what + reason) if one.action in _ACTIONS else (what + reason, "")
        yield one.at_s, (_clock(result, one.at_s), told(one.by, lang), "", event, act, "", "", "")


def _computed(result: Result, t_s: int, lang: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    assets, o = result.city.assets, result.outages
    own = assets.of_role(Role.LIVE_IN_STREET) | assets.of_role(Role.VITAL)
    tripped = assets.of_role(Role.CIRCUIT)
    told = (o.start_s <= t_s) & (own[o.asset] | (tripped[o.asset] & (o.mechanism == Mechanism.TRIPPED)))
    lamp, house = assets.of_role(Role.LIGHTS), assets.buildings()
    words = {"fr": ("lampes", "bâtiments"), "en": ("lamps", "buildings")}[lang]
    colon = _COLON[lang]
    for row in np.flatnonzero(told).tolist():
        asset = assets[int(o.asset[row])]
        same = (o.root == o.root[row]) & (o.start_s == o.start_s[row])
        counts = [int(lamp[o.asset[same]].sum()), int(house[o.asset[same]].sum())]
        behind = ", ".join(f"{n} {word}" for n, word in zip(counts, words, strict=True) if n) \
            if int(o.root[row]) == asset.row or o.mechanism[row] == Mechanism.TRIPPED else ""
        root = "" if int(o.root[row]) == asset.row else f", {assets.id[o.root[row]]} " \
            f"{_HOW[lang][Mechanism(int(o.root_mechanism[row])).word]}"
        name = f" {asset.name}" if asset.name and asset.name != asset.id else ""
        how = _HOW[lang][Mechanism(int(o.mechanism[row])).word]
        end_s = int(o.end_s[row])
        event = f"{asset.id}{name}{colon} {how}{root}" + (f" ({asset.street})" if asset.street else "")
        yield int(o.start_s[row]), (_clock(result, int(o.start_s[row])), "twin", "", event, "", behind,
                                    "" if end_s == NONE or end_s > t_s else _clock(result, end_s), "twin")


def write_journal(result: Result, t_s: int, lang: str, out: Path) -> None:
    """Write the log up to a moment.

    Raises
    ------
    InputError
        The place cannot be written; a language other than fr and en.
    """
    rows = journal_rows(result, t_s, lang)
    write_csv_file(out, JOURNAL[lang], rows, sort="a log of the night", lang=lang)


def grid_rows(result: Result, t_s: int) -> list[tuple[Any, ...]]:
    """Give what the grid operator is asked about: its gear that is out, live in water or not to be re-energised.

    With whatever it may feed, by any of its ways; the city's cabinets without supply because of it stand among them.
    For the operator only: the list names supplies.
    """
    moment, assets, o = moment_of(result, t_s), result.city.assets, result.outages
    grid = assets.of_role(Role.GRID)
    concerned = grid & (moment.is_out | (moment.to_cut != NONE) | moment.is_not_to_be_re_energised)
    lost = assets.of_role(Role.SWITCHES) & moment.is_out
    by_grid = np.zeros(len(assets), bool)
    rows = np.flatnonzero(lost)
    by_grid[rows[grid[o.root[moment.outage[rows]]]]] = True
    graph, found = graph_of(result.city), []
    for row in np.flatnonzero(concerned | by_grid).tolist():
        mask = np.zeros(len(assets), bool)
        mask[row] = True
        below = graph.downstream(mask)
        outage, sites = int(moment.outage[row]), np.flatnonzero(below & assets.of_role(Role.VITAL))
        people = np.nan_to_num(assets.people[sites]).sum()
        asset = assets[row]
        found.append((
            asset.id, asset.kind, asset.street, "grid" if grid[row] else "city", asset.operator,
            None if outage == NONE else result.view.moment(int(o.start_s[outage])),
            None if outage == NONE else result.view.moment(int(o.end_s[outage])),
            None if outage == NONE else f"{assets.id[o.root[outage]]} "
            f"{Mechanism(int(o.root_mechanism[outage])).word}", bool(moment.is_not_to_be_re_energised[row]),
            int((below & assets.of_role(Role.SWITCHES)).sum()), int((below & result.view.is_lamp).sum()),
            int((below & assets.buildings()).sum()),
            "; ".join(assets.called(site) for site in sites.tolist()), int(people),
            bool(moment.to_cut[row] != NONE)))
    return sorted(found, key=lambda row: (-row[13], -row[10], row[0]))


def write_grid(result: Result, t_s: int, out: Path, lang: str = "en") -> None:
    """Write the list for the grid operator; its columns by their keys in ``en``, in French in ``fr``.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    kinds = result.city.assets.kinds
    rows = grid_rows(result, t_s) if lang == "en" else [(
        row[0], kinds[row[1]].words[lang].one, row[2], word(row[3], lang), row[4], row[5], row[6],
        None if row[7] is None else in_words(str(row[7]).split(" ", 1), lang, " "), *(word(c, lang) for c in row[8:12]),
        *row[12:14], word(row[14], lang)) for row in grid_rows(result, t_s)]
    write_csv_file(out, headings(GRID, lang), rows, sort="a list for the grid operator", opens=opens(GRID), lang=lang)


def _clock(result: Result, seconds: int) -> str:
    moment = (result.plan.start + timedelta(seconds=seconds)).astimezone(ZoneInfo(result.city.timezone))
    return moment.strftime("%Y-%m-%d %H:%M")
