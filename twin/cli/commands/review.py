"""``twin review``: in the morning, what was foretold against what happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, language_of, seconds_of, words_in
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from twin.review.night import Night
    from twin.review.review import Review


@app.command(short_help="Judge a night that is over: what was foretold, what came, what it teaches.",
             epilog="Example:  twin review desk-valmont --lang fr --page bilan.html --released-by \"C. Lenoir\"")
def review(night: Annotated[list[Path], typer.Argument(metavar="NIGHT", help="The folder of a desk; or the folders of "
                                                       "the runs that were issued that night.")],
           observed: Annotated[Path | None, typer.Option("--observed", metavar="FILE.json", help="What was seen and "
                                                         "read, as the desk's inbox takes it.")] = None,
           near: Annotated[str, typer.Option("--near", metavar="DURATION", help="An outage this close to the hours "
                                             "foretold is the one that was foretold.")] = "2h",
           csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv", help="A row for each asset.")] = None,
           heights: Annotated[Path | None, typer.Option("--heights", metavar="FILE.csv", help="Heights of failure that "
                                                        "the night teaches; nothing is applied.")] = None,
           page: Annotated[Path | None, typer.Option("--page", metavar="FILE.html", help="The page for residents."
                                                     )] = None,
           change: Annotated[list[str] | None, typer.Option("--change", metavar="SENTENCE", help="What the city "
                                                            "changes, for that page; may be repeated.")] = None,
           fields: Annotated[Path | None, typer.Option("--fields", metavar="FILE.toml", help="The city's own list of "
                                                       "what may leave.")] = None,
           released_by: Annotated[str | None, typer.Option("--released-by", metavar="NAME", help="Who releases the "
                                                           "page.")] = None,
           history: Annotated[Path | None, typer.Option("--history", metavar="FILE.csv", help="Table of all nights; "
                                                        "this one's row is put in.")] = None,
           lang: Spoken = None, json: Json = False) -> None:
    """Judge a night that is over: what each run foretold against what was seen, in times and levels, too.

    Silence is no evidence: what nobody saw counts neither for the forecast nor against it.
    """
    from geodata.observations.review_files import keep_history, to_dict, write_heights, write_verdicts
    from twin.review.review import review as review_night
    from viewer.outputs.review_page import export_review_page

    spoken = language_of(lang)
    with stages(lang=spoken) as stage:
        stage("reading the runs")
        found = review_night(_night(night, observed), near_s=seconds_of(near, "--near"))
        stage("writing")
        if csv is not None:
            write_verdicts(found, csv)
        if heights is not None:
            write_heights(found, heights)
        if page is not None:
            export_review_page(found, page, lang=spoken, changes=change or (), released_by=released_by, fields=fields)
        if history is not None:
            keep_history(found, history)
    if json:
        print_json(to_dict(found))
        return
    _tell(found, spoken)
    for place in (csv, heights, page, history):
        if place is not None:
            say(words_in(lang).text("Written: {file}", file=place))


def _night(places: list[Path], observed: Path | None) -> Night:
    from datetime import UTC, datetime

    from geodata.inputs.plain_file import bytes_of
    from geodata.observations.night import night_of
    from geodata.observations.normal import Observation, read_message
    from geodata.run.folder import read_run
    from scenarios.stage_curves import curves_of_run
    from twin.errors import InputError
    from twin.review.night import Issue
    from viewer.desk.archive import is_desk, kept_night

    if any(map(is_desk, places)):
        if len(places) > 1 or observed is not None:
            raise InputError(found="a desk beside something else", expected="the folder of one desk alone",
                             remedy="A desk keeps what was seen with its runs.")
        return kept_night(places[0])
    runs = [read_run(place) for place in places]
    issues = [Issue.of(place.name, run.result, curves_of_run(run)) for place, run in zip(places, runs, strict=True)]
    seen: list[Observation] = []
    if observed is not None:
        ids = [str(one) for one in runs[-1].result.city.assets.id]
        ends = max(run.result.plan.start.timestamp() + run.result.plan.duration_s for run in runs)
        try:
            body = bytes_of(observed, expected="observations (JSON)")
        except (FileNotFoundError, IsADirectoryError):
            raise InputError(file=str(observed), found="no such file", expected="observations (JSON)") from None
        seen, refused = read_message(body, source=observed.stem,
                                     received=datetime.fromtimestamp(ends, UTC), known=ids)
        if refused:
            first, more = refused[0].refusal, f"{len(refused)} of them cannot be used." if len(refused) > 1 else ""
            if first is not None:
                raise InputError(file=str(observed), field=first.field, found=first.found, expected=first.expected,
                                 remedy=more or first.remedy)
            raise InputError(file=str(observed), found=refused[0].reason,
                             expected="observations as the desk takes them", remedy=more)
    return night_of(issues, seen)


def _tell(found: Review, lang: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from geodata.wording import wording
    from twin.explaining.reviewed import reviewed_lines, score_columns, score_rows

    last = found.night.issues[-1].result
    say(f"{last.city.name}{wording(lang).colon}{last.plan.told(last.plan.name, lang)}", style="bold")
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("", *score_columns(lang)):
        table.add_column(escape(head), justify="left" if not head else "right", overflow="fold")
    for row in score_rows(found, lang):
        table.add_row(escape(row.name), *row.cells)
    console_on().print(table)
    for line in reviewed_lines(found, lang):
        say(line)
