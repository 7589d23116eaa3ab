"""``twin list``: what is out, on reserve, live in water, in doubt at a moment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, RunFolder, Spoken, language_of, moment_of, words_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twin.ensemble.listing import LikelyListing
    from twin.irrigation.gardens import Gardens
    from twin.results.listing import Listing


@app.command("list", short_help="List what is out, on reserve, live in water, in doubt, at a moment.",
             epilog="Example:  twin list q100 --at 02:00 --kind site,traffic_signal,lift_station --lang fr")
def list_(run_dir: RunFolder,
          at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="A moment: ISO 8601, +5h, or 22:10; "
                                                 "without it the one at which most lamps are out.")] = None,
          kind: Annotated[list[str] | None, typer.Option("--kind", metavar="KIND,…", help="Only of these kinds.")
                          ] = None,
          street: Annotated[str | None, typer.Option("--street", metavar="STREET", help="Only in this street.")] = None,
          state: Annotated[list[str] | None, typer.Option("--state", metavar="STATE,…", help="Only in one of these "
                                                          "states; without it whatever is not in order.")] = None,
          together: Annotated[bool, typer.Option("--together", help="Of an ensemble: which sites and circuits, or "
                                                 "which of --kind, go out in the same nights.")] = False,
          csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv", help="All rows as a table.")] = None,
          lang: Spoken = None, json: Json = False) -> None:
    """List assets by their state at a moment: since when, why, the water there, and when they are back.

    Of an ensemble: by how likely they are out, at a moment or, without one, at all; --state then takes certain, likely,
    possible, unlikely. --together tells what goes out in the same nights.
    """
    from geodata.ensemble.place import is_ensemble
    from geodata.run.folder import read_run
    from geodata.run.listing import to_dict, write_csv
    from geodata.run.roads import access_if_kept
    from twin.errors import InputError
    from twin.explaining.crew_lines import shut_lines
    from twin.results.crew_shut import crews_shut_in
    from twin.results.listing import listing, worst_moment
    from twin.results.reach import Reach

    if together:
        if not is_ensemble(run_dir) or at or street or state or csv:
            raise InputError(field="--together", found="--together beside another choice, or of a run",
                             expected="an ensemble, and --kind at most")
        _together(run_dir, words_of(kind), language_of(lang), as_json=json)
        return
    if is_ensemble(run_dir):
        _likely(run_dir, at, words_of(kind), street, words_of(state), csv, language_of(lang), as_json=json)
        return
    with stages(lang=language_of(lang)) as stage:
        stage("reading the run")
        read = read_run(run_dir)
        result = read.result
        t_s = moment_of(at, result)
        access = access_if_kept(read)
        found = listing(result, worst_moment(result) if t_s is None else t_s, kinds=words_of(kind), street=street,
                        states=words_of(state), cut_off=None if access is None or not access.rules.bases else
                        Reach.of(access, result.view).cut_off())
    if csv is not None:
        write_csv(found, csv)
    spoken = language_of(lang)
    told = None if read.gardens is None else _zones(found, read.gardens, spoken, street,
                                                    is_asked="zone" in words_of(kind))
    if json:
        shut = [one.to_dict(result, crew) for crew, one in crews_shut_in(result, access, found.t_s).items()]
        print_json({**to_dict(found), **({} if told is None else {"irrigation": told[1]}),
                    **({"shut_in": shut} if shut else {})})
        return
    _tell(found, spoken, is_chosen=bool(kind or street))
    for line in shut_lines(result, spoken, found.t_s, access):
        say(line.text, style="bold red")
    if told is not None:
        _tell_zones(told[0], spoken)


def _tell(found: Listing, lang: str, *, is_chosen: bool) -> None:
    """Say a list; of many kinds lamps, circuits and houses are counted alone."""
    from twin.explaining.listed import listed_counts, listed_heading, listed_rows
    from twin.explaining.words import speech

    columns = [speech(lang).text(name) for name in ("what", "where", "state", "because of", "water", "ahead")]
    shown = [(row.asset, row.street, row.state, row.why, row.water, row.ahead)
             for row, listed in zip(listed_rows(found, lang), found.rows, strict=True)
             if is_chosen or not found.is_counted(listed)]
    say(listed_heading(found, lang), style="bold")
    _print(listed_counts(found, lang) if found.counts else None, columns, shown, lang,
           is_whole=len(shown) == len(found.rows))


def _print(counted: tuple[Sequence[str], Iterable[tuple[str, Sequence[str]]]] | None, columns: Sequence[str],
           shown: Sequence[tuple[str, ...]], lang: str, *, is_whole: bool) -> None:
    """Print counts by kind, the rows that are shown, and that others are only counted; None: nothing was found."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.words import speech

    if counted is None:
        say(speech(lang).text("Nothing of what was asked for."))
        return
    headings, counts = counted
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("", *headings):
        table.add_column(heading, justify="left" if not heading else "right", overflow="fold")
    for name, cells in counts:
        table.add_row(name, *cells)
    console_on().print(table)
    if shown:
        table = Table(box=box.SIMPLE_HEAD)
        for heading in columns:
            table.add_column(heading, overflow="fold")
        for row in shown:
            table.add_row(*map(escape, row))
        console_on().print(table)
    if not is_whole:
        say(speech(lang).text("Lamps, circuits and houses are only counted here: --kind or --street lists them, --csv "
                              "and --json hold every row."))


def _zones(found: Listing, gardens: Gardens, lang: str, street: str | None, *, is_asked: bool
           ) -> tuple[list[Any] | str, dict[str, Any]]:
    """Give the zones of the season at the moment, or where nobody asks for zones a line of how many are locked."""
    import numpy as np

    from geodata.run.season import zones_at
    from twin.explaining.irrigated_run import locked_line, zone_rows
    from twin.world.streets import street_named

    assets = found.result.city.assets
    rows = np.array(gardens.rows, np.int64)
    if street is not None:
        rows = rows[assets.street.codes[rows] == street_named(assets.street.words, street, field="--street")]
    shown: list[Any] | str = zone_rows(gardens, assets.kinds, lang, found.t_s, rows.tolist()) if is_asked else \
        locked_line(gardens, lang, found.t_s)
    return shown, zones_at(gardens, found.t_s, rows.tolist())


def _tell_zones(shown: list[Any] | str, lang: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.irrigated_season import HEADINGS
    from twin.explaining.words import speech

    if isinstance(shown, str):
        say(shown)
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in HEADINGS:
        table.add_column(speech(lang).text(heading), overflow="fold")
    for zone in shown:
        table.add_row(escape(zone.id), zone.holds, zone.lacks, escape(zone.gives), escape(zone.locked),
                      style="red" if zone.is_locked else "")
    console_on().print(table)


def _likely(folder: Path, at: str | None, kinds: list[str], street: str | None, words: list[str], csv: Path | None,
            lang: str, *, as_json: bool) -> None:
    """List an ensemble by how likely each asset is out."""
    import numpy as np

    from geodata.ensemble.asking import out_counts
    from geodata.ensemble.folder import read_ensemble
    from geodata.ensemble.listing import to_dict, write_csv
    from twin.ensemble.listing import likely_listing

    with stages(lang=lang) as stage:
        stage("reading the run")
        found = read_ensemble(folder)
        at_s = moment_of(at, found.base)
        out = np.zeros(len(found.base.city.assets), np.int64)
        if at_s is None:
            out[found.answers.asset] = found.answers.out
        else:
            out = out_counts(found, at_s)
        listed = likely_listing(found.base, found.answers, out, at_s, kinds=kinds, street=street, words=words)
    if csv is not None:
        write_csv(listed, csv)
    if as_json:
        print_json(to_dict(listed))
        return
    _tell_likely(listed, lang, is_chosen=bool(kinds or street))


def _tell_likely(found: LikelyListing, lang: str, *, is_chosen: bool) -> None:
    """Say a list of an ensemble, and what its chances rest on."""
    from twin.explaining.likely_listed import (
        likely_columns,
        likely_counts,
        likely_heading,
        likely_list_lines,
        likely_rows,
    )
    from twin.results.listing import is_counted

    assets = found.base.city.assets
    shown = [(row.asset, row.street, row.likely, row.why, row.out, row.back)
             for row, listed in zip(likely_rows(found, lang), found.rows, strict=True)
             if is_chosen or not is_counted(assets, listed.asset.row)]
    say(likely_heading(found, lang), style="bold")
    _print(likely_counts(found, lang) if found.counts else None, likely_columns(lang), shown, lang,
           is_whole=len(shown) == len(found.rows))
    for line in likely_list_lines(found, lang) if found.counts else ():
        say(line)


def _together(folder: Path, kinds: list[str], lang: str, *, as_json: bool) -> None:
    """Tell what goes out in the same nights: of some kinds, else critical sites and circuits."""
    import numpy as np

    from geodata.ensemble.asking import outs_of
    from geodata.ensemble.folder import read_ensemble
    from twin.ensemble.together import groups_of
    from twin.explaining.together import default_rows, group_lines, many_at_once

    with stages(lang=lang) as stage:
        stage("reading the run")
        found = read_ensemble(folder)
        assets = found.base.city.assets
        asked = [np.flatnonzero(assets.of_kind(kind)).astype(np.int32) for kind in kinds] or default_rows(found.base)
        # Who never goes out falls with nobody.
        asked = [rows[np.isin(rows, found.answers.asset)] for rows in asked]
        out = [outs_of(found, rows) for rows in asked]
    if as_json:
        print_json({"nights": found.answers.n, "groups": [[str(assets.id[rows[k]]) for k in group] for rows, one in
                                                          zip(asked, out, strict=True) for group in groups_of(one)]})
        return
    for line in ([] if kinds else many_at_once(found.answers, lang)):
        say(line)
    for rows, one in zip(asked, out, strict=True):
        if len(rows):
            say("")
            for line in group_lines(found.base, found.answers, rows, one, lang):
                say(line)
