"""``twin report``: the point of the situation on one A4 page, and the lists beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, RunFolder, Spoken, language_of, moment_of
from twin.cli.printing import print_json, say
from twin.cli.progress import stages
from twin.cli.summary import tell_expiry

if TYPE_CHECKING:
    from geodata.run.folder import Run


@app.command(short_help="Write the point of the situation: one A4 page, and lists.",
             epilog="Example:  twin report q100 --at 22:00 --since 21:00 --lang fr --out point.html")
def report(run_dir: RunFolder,
           at: Annotated[str, typer.Option("--at", metavar="TIME", help="The moment: ISO 8601, +5h, or 22:00.")],
           out: Annotated[Path | None, typer.Option("--out", metavar="FILE.html", help="The page to write.")] = None,
           pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE.pdf", help="The same page as tagged PDF; "
                                                    "needs the extra `pdf`.")] = None,
           since: Annotated[str | None, typer.Option("--since", metavar="TIME|RUN_DIR", help="Count from an earlier "
                                                     "moment, or from another run at this one.")] = None,
           log: Annotated[Path | None, typer.Option("--log", metavar="FILE.csv", help="The log of the night (main "
                                                    "courante) up to the moment.")] = None,
           grid: Annotated[Path | None, typer.Option("--grid", metavar="FILE.csv|FILE.pdf", help="The list for the "
                                                     "grid operator; not for the public.")] = None,
           handover: Annotated[Path | None, typer.Option("--handover", metavar="FILE.csv|FILE.pdf", help="What is not "
                                                         "to be re-energised.")] = None,
           cuts: Annotated[Path | None, typer.Option("--cuts", metavar="FILE.csv|FILE.pdf", help="What may be live in "
                                                     "water, and what to cut.")] = None,
           sheets: Annotated[Path | None, typer.Option("--sheets", metavar="DIR", help="A sheet for each crew: a page, "
                                                       "a text, and a table of all; for the crews alone.")] = None,
           sheets_pdf: Annotated[bool, typer.Option("--sheets-pdf", help="Each crew sheet as tagged PDF as well.")
                                 ] = False,
           phones: Annotated[Path | None, typer.Option("--phones", metavar="FILE.toml", help="The city's private "
                                                       "numbers, for the crew sheets.")] = None,
           lang: Spoken = None, json: Json = False) -> None:
    """Write the point of the situation: one A4 page that needs no colour; log, lists, hand-over and crew sheets.

    Of an ensemble: that of its plan, with how likely each critical site goes dark.
    """
    from geodata.ensemble.folder import read_ensemble
    from geodata.ensemble.place import is_ensemble
    from geodata.run.folder import read_run
    from geodata.run.journal import grid_rows, write_grid, write_journal
    from geodata.run.listing import write_csv
    from geodata.run.roads import access_if_kept
    from geodata.wording import wording
    from twin.errors import InputError
    from twin.explaining.situation import page_of
    from twin.results.act_ways import with_ways
    from twin.results.listing import listing
    from twin.results.situation import situation
    from viewer.outputs.papers import export_grid, export_list
    from viewer.outputs.pdf import export_pdf
    from viewer.outputs.report import export_report
    from viewer.outputs.sheets import export_sheets

    spoken = language_of(lang)
    if not any((out, pdf, log, grid, handover, cuts, sheets)):
        raise InputError(field="--out", found="nothing to write", expected="--out, --pdf, --log, --grid, --handover, "
                         "--cuts or --sheets")
    if sheets is None:
        _check_without_sheets(sheets_pdf=sheets_pdf, phones=phones)
    with stages(lang=language_of(lang)) as stage:
        stage("reading the run")
        ensemble = read_ensemble(run_dir) if is_ensemble(run_dir) else None
        run = read_run(run_dir) if ensemble is None else ensemble.run
        t_s = moment_of(at, run.result)
        assert t_s is not None
        stage("writing")
        told = with_ways(situation(run.result, t_s, **_since(since, run, t_s)), access_if_kept(run))
        if out is not None:
            export_report(run, told, out, lang=spoken, answers=None if ensemble is None else ensemble.answers,
                          driven=() if ensemble is None else ensemble.driven)
        if pdf is not None:
            export_pdf(run, told, page_of(told, spoken), pdf)
        if log is not None:
            write_journal(run.result, t_s, spoken, log)
        if grid is not None:
            if _is_pdf(grid):
                export_grid(run.result, grid_rows(run.result, t_s), t_s, grid, spoken)
            else:
                write_grid(run.result, t_s, grid)
        for title, state, file in (("handover", "do_not_re_energise", handover), ("cut", "live_in_water", cuts)):
            if file is not None and _is_pdf(file):
                export_list(listing(run.result, t_s, states=[state]), title, file, spoken)
            elif file is not None:
                write_csv(listing(run.result, t_s, states=[state]), file)
        made = [] if sheets is None else export_sheets(run, t_s, sheets, lang=spoken, phones=phones, pdf=sheets_pdf)
    written = [str(place) for place in (out, pdf, log, grid, handover, cuts, *made) if place is not None]
    if json:
        print_json({"files": written, "at": run.result.view.moment(t_s),
                    "counts": {count.name: count.to_dict() for count in told.counts}})
        return
    for place in written:
        say(wording(spoken).text("Written: {file}", file=place))
    tell_expiry(run.result.plan, spoken, run.result.city.timezone)


def _check_without_sheets(*, sheets_pdf: bool, phones: Path | None) -> None:
    """Refuse what only crew sheets take."""
    from twin.errors import InputError

    if sheets_pdf:
        raise InputError(field="--sheets-pdf", found="no --sheets", expected="--sheets DIR, where they are written")
    if phones is not None:
        raise InputError(field="--phones", found="private numbers without --sheets",
                         expected="--sheets: they stand on crew sheets alone")


def _is_pdf(place: Path) -> bool:
    return place.suffix.lower() == ".pdf"


def _since(text: str | None, run: Run, t_s: int) -> dict[str, Any]:
    """Give what a point counts from: an earlier moment, or another run of the same city and hours."""
    from geodata.run.folder import read_run
    from twin.errors import InputError
    from twin.results.compare import check_alike

    if text is None:
        return {}
    if Path(text).is_dir():
        from geodata.ensemble.place import BASE, is_ensemble

        other = read_run(Path(text) / BASE if is_ensemble(Path(text)) else Path(text)).result
        check_alike(other, run.result)
        return {"since_run": other}
    try:
        since_s = moment_of(text, run.result)
    except InputError as error:
        error.field = "--since"
        error.expected += ", or the folder of a run"
        raise
    assert since_s is not None
    if since_s >= t_s:
        raise InputError(field="--since", found=f"'{text}', not before --at", expected="an earlier moment")
    return {"since_s": since_s}
