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

#: How a list is written; and nights that are drawn for ranges where the run has none of its own: as many as at the desk
#: (``viewer.outputs.lists.NIGHTS``, which is not imported for a help).
_LIST, _NIGHTS = "FILE.csv|FILE.pdf|FILE.html", 20


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
           grid: Annotated[Path | None, typer.Option("--grid", metavar=_LIST, help="The list for the grid operator; "
                                                     "not for the public.")] = None,
           handover: Annotated[Path | None, typer.Option("--handover", metavar=_LIST, help="What is not to be "
                                                         "re-energised, by street: who must test it.")] = None,
           cuts: Annotated[Path | None, typer.Option("--cuts", metavar=_LIST, help="What may be live in water, and "
                                                     "what to cut.")] = None,
           returns: Annotated[Path | None, typer.Option("--returns", metavar=_LIST, help="The order of return, street "
                                                        "by street and site by site, as ranges.")] = None,
           nights: Annotated[int, typer.Option("--nights", metavar="N", min=1, max=10_000, help="Nights drawn for "
                                               "--returns where the run drew none and has crews.")] = _NIGHTS,
           acts: Annotated[Path | None, typer.Option("--acts", metavar="FILE.pdf|FILE.html", help="All acts ahead, "
                                                     "with their ways.")] = None,
           sites: Annotated[Path | None, typer.Option("--sites", metavar=_LIST, help="The list of critical sites and "
                                                      "lift stations: state, reserve, what comes, contact.")] = None,
           sheets: Annotated[Path | None, typer.Option("--sheets", metavar="DIR", help="A sheet for each crew: a page, "
                                                       "a text, and a table of all; for the crews alone.")] = None,
           sheets_pdf: Annotated[bool, typer.Option("--sheets-pdf", help="Each crew sheet as tagged PDF as well.")
                                 ] = False,
           phones: Annotated[Path | None, typer.Option("--phones", metavar="FILE.toml", help="The city's private "
                                                       "numbers, for the crew sheets and the list of sites.")] = None,
           contacts: Annotated[Path | None, typer.Option("--contacts", metavar="FILE.toml", help="The city's contacts: "
                                                         "whom to call; else the country's.")] = None,
           lang: Spoken = None, json: Json = False) -> None:
    """Write the point of the situation: one A4 page that needs no colour; log, lists, hand-over and crew sheets.

    Lists are paper where their name ends in .pdf or .html, in the language asked for, and tables where it ends in .csv.
    Of an ensemble: that of its plan, with how likely each critical site goes dark.
    """
    from geodata.ensemble.place import is_ensemble
    from geodata.run.folder import read_run
    from geodata.run.journal import write_journal
    from geodata.run.roads import access_if_kept
    from geodata.run.sheets import read_phones
    from geodata.wording import wording
    from twin.errors import InputError
    from twin.explaining.situation import page_of
    from twin.results.act_ways import with_ways
    from twin.results.order_of_return import order_of_return
    from twin.results.situation import situation
    from viewer.outputs.help_numbers import numbers_of
    from viewer.outputs.lists import Lists, drawn, export_lists, lacks_nights
    from viewer.outputs.pdf import export_pdf
    from viewer.outputs.report import export_report
    from viewer.outputs.sheets import export_sheets

    spoken = language_of(lang)
    if not any((out, pdf, log, grid, handover, cuts, returns, acts, sites, sheets)):
        raise InputError(field="--out", found="nothing to write", expected="--out, --pdf, --log, --grid, --handover, "
                         "--cuts, --returns, --acts, --sites or --sheets")
    if sheets is None:
        _check_without_sheets(sheets_pdf=sheets_pdf, phones=phones if sites is None else None)
    with stages(lang=language_of(lang)) as stage:
        stage("reading the run")
        ensemble = None
        if is_ensemble(run_dir):
            from geodata.ensemble.folder import read_ensemble  # loads what makes nights

            ensemble = read_ensemble(run_dir)
        run = read_run(run_dir) if ensemble is None else ensemble.run
        t_s = moment_of(at, run.result)
        assert t_s is not None
        numbers, many = numbers_of(run, contacts), None
        if returns is not None and lacks_nights(run):
            stage("drawing nights")
            many = drawn(run, nights)
        stage("writing")
        told = with_ways(situation(run.result, t_s, **_since(since, run, t_s)), access_if_kept(run))
        order = order_of_return(run.result, t_s, many)
        if out is not None:
            export_report(run, told, out, lang=spoken, answers=None if ensemble is None else ensemble.answers,
                          driven=() if ensemble is None else ensemble.driven, contacts=contacts, order=order)
        if pdf is not None:
            export_pdf(run, told, page_of(told, spoken, numbers, order), pdf)
        if log is not None:
            write_journal(run.result, t_s, spoken, log)
        export_lists(run, t_s, Lists(grid=grid, handover=handover, cuts=cuts, returns=returns, acts=acts,
                                     sites=sites), order, lang=spoken, numbers=numbers,
                     contacts=read_phones(phones).sites)
        made = [] if sheets is None else export_sheets(run, t_s, sheets, lang=spoken, phones=phones, pdf=sheets_pdf)
    written = [str(place) for place in (out, pdf, log, grid, handover, cuts, returns, acts, sites, *made)
               if place is not None]
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
        raise InputError(field="--phones", found="private numbers without --sheets or --sites",
                         expected="--sheets or --sites: they stand on crew sheets and on the list of sites alone")


def _since(text: str | None, run: Run, t_s: int) -> dict[str, Any]:
    """Give what a point counts from: an earlier moment, or another run of the same city and hours."""
    from geodata.run.folder import read_run
    from twin.errors import InputError
    from twin.results.compare import check_alike

    if text is None:
        return {}
    if Path(text).is_dir():
        from geodata.ensemble.place import run_within

        other = read_run(run_within(Path(text))).result
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
