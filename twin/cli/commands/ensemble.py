"""``twin ensemble``: how likely, from many nights that share their draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import City, Issued, Json, Spoken, language_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import Form, Told, stages

if TYPE_CHECKING:
    from twin.ensemble.answers import Answers
    from twin.world.city import City as Town


@app.command(short_help="Draw a night many times: how likely each thing goes out, when, why.",
             epilog="Example:  twin ensemble ouche-q100-ensemble -n 1000 --out q100-ensemble")
def ensemble(scenario: Annotated[str, typer.Argument(metavar="SCENARIO|merge", help="A scenario file, the name of a "
                                                     "shipped one, or merge.")],
             out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the ensemble; what is there "
                                               "already is not made again.")],
             n: Annotated[int, typer.Option("-n", "--nights", metavar="N", help="How many nights.")] = 200,
             workers: Annotated[int, typer.Option("--workers", metavar="N", help="Processes; 0: as many as this "
                                                  "computer has processors.")] = 0,
             part: Annotated[str | None, typer.Option("--part", metavar="K/N", help="Only the K-th of N parts, for "
                                                      "several machines on one folder.")] = None,
             scheduler: Annotated[str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A dask scheduler "
                                                           "whose workers make the nights; --out on a folder that all "
                                                           "of them see.")] = None,
             parts: Annotated[list[Path] | None, typer.Argument(metavar="PART_DIR", help="With merge: the folders "
                                                                "that --part left on machines without one folder.")
                              ] = None,
             date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Move an exercise or a "
                                                      "simulation to this day, or to today.")] = None,
             city: City = None, issued: Issued = None, lang: Spoken = None, progress: Told = Form.AUTO,
             json: Json = False) -> None:
    """Draw what is uncertain anew for each of many nights, and count: how likely, when, because of what.

    `twin ensemble merge` puts parts together that machines made which share no folder.
    """
    from scenarios import load_scenario, prepare
    from scenarios.ensemble.making import check_count, merge_ensemble, part_of, run_ensemble
    from scenarios.ensemble.merging import Asked
    from scenarios.ensemble.running import workers_here
    from scenarios.moving import day_of, on_day
    from twin.errors import InputError

    check_count(n)
    if workers < 0:
        raise InputError(field="--workers", found=f"{workers}", expected="0 or more")
    is_merge = scenario == "merge"
    if bool(parts) != is_merge:
        raise InputError(field="PART_DIR", found="no folder to merge" if is_merge else f"{len(parts or ())} more words",
                         expected="the folders of all parts" if is_merge else "one scenario")
    if is_merge and any(given is not None for given in (part, city, issued, scheduler, date)):
        raise InputError(field="merge", found="--part, --city, --issued, --date or --scheduler beside merge",
                         expected="folders and --out",
                         remedy="The parts say by what they were asked for.")
    day = day_of(date)
    if date is not None and issued is not None:
        raise InputError(field="--date", found="--date beside --issued", expected="one of them",
                         remedy="A night that is moved takes its issue time with it.")
    mine = None if part is None else part_of(part)
    spoken = language_of(lang)
    with stages(computes=True, lang=spoken, form=progress) as stage:
        stage("reading the city")
        processes = workers or workers_here()
        answers: Answers | None
        if is_merge:
            made, answers = merge_ensemble(parts or [], out, workers=processes, tell=stage)
        else:
            prepared = prepare(load_scenario(scenario), city=city, issued_at=issued)
            if date is not None:
                prepared = on_day(prepared, day)
            asked = Asked.of(scenario, city, None if issued is None else prepared.plan.issued_at.isoformat(),
                             None if date is None else prepared.plan.start.date().isoformat())
            made, answers = run_ensemble(prepared, n, out, workers=processes, part=mine, asked=asked,
                                         scheduler=scheduler, tell=stage)
    if answers is None:
        from twin.explaining.nights import part_line

        assert mine is not None
        say(part_line(*mine, spoken))
        return
    if json:
        from geodata.ensemble.folder import to_dict

        print_json({"ensemble": str(out), **to_dict(made.ensemble.city, answers)})
        return
    tell_ensemble(made.ensemble.city, answers,
                  made.ensemble.plan.told(made.ensemble.plan.name, spoken), spoken)
    some = answers.asset[answers.out > 0]
    if len(some):
        say(f"\ntwin explain {out} {made.ensemble.city.assets.id[some[0]]} --lang {spoken}")


def tell_ensemble(town: Town, answers: Answers, name: str, lang: str) -> None:
    """Print the figures of an ensemble, and what is told beside them."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.nights import columns, figure_rows, heading, night_lines

    say(heading(name, answers, lang), style="bold")
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("", *columns(lang)):
        table.add_column(escape(head), justify="left" if not head else "right", overflow="fold")
    for row in figure_rows(answers, lang):
        table.add_row(escape(row.name), row.low, row.middle, row.high)
        table.add_row("", *row.within, style="dim")
    console_on().print(table)
    for line in night_lines(town, answers, lang):
        say(line)
