"""``twin compare``: two runs of one night beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, RunFolder, Spoken, language_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from twin.results.compare import Comparison


@app.command(short_help="Compare two runs of one night: who is better off, who worse, why.",
             epilog="Example:  twin compare q100 with-cut --lang fr")
def compare(first: RunFolder,
            second: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run to hold beside it.")],
            csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv",
                                                     help="A row for each asset that changes.")] = None,
            lang: Spoken = None, json: Json = False) -> None:
    """Compare two runs of one night: figures, who is worse off, who is better off, and because of what."""
    from geodata.run.comparing import to_dict, write_csv
    from geodata.run.folder import read_run
    from twin.results.compare import compare as compare_runs

    with stages(lang=language_of(lang)) as stage:
        stage("reading the runs")
        found = compare_runs(read_run(first).result, read_run(second).result)
    if csv is not None:
        write_csv(found, csv)
    if json:
        print_json(to_dict(found))
        return
    _tell(found, first, second, language_of(lang))


def _tell(found: Comparison, first: Path, second: Path, lang: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.compared import compared_lines, figures

    say(f"{first}: {found.first.plan.name}\n{second}: {found.second.plan.name}", style="bold")
    lines = compared_lines(found, lang)
    alarms, rest = [line for line in lines if line.is_alarm], [line for line in lines if not line.is_alarm]
    for line in alarms:
        say(line.text, style="bold red")
    if not found.is_nothing:
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("", str(first), str(second), "±"):
            table.add_column(escape(heading), justify="left" if not heading else "right", overflow="fold")
        for row in figures(found, lang):
            table.add_row(escape(row.name), row.first, row.second, row.difference)
        console_on().print(table)
    for line in rest:
        say(line.text)
