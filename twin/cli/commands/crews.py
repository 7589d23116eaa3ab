"""``twin crews``: who was where, and what waits for whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, RunFolder, Spoken, language_of, moment_of
from twin.cli.printing import print_json, say
from twin.cli.progress import stages


@app.command(short_help="Tell where crews are, what they did, and what waits for what.",
             epilog="Example:  twin crews q100 --at 08:00 --lang fr")
def crews(run_dir: RunFolder,
          at: Annotated[str | None, typer.Option("--at", metavar="TIME",
                                                 help="A moment: ISO 8601, +5h, or 22:10.")] = None,
          csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv",
                                                   help="A row for each stage of each visit.")] = None,
          returns: Annotated[bool, typer.Option("--returns", help="When each street is back, as a range.")] = False,
          lang: Spoken = None, json: Json = False) -> None:
    """Tell the work of crews as bars and visits; with `--at` where they are and what waits then."""
    from geodata.run.crews import rows_of, write_csv
    from geodata.run.folder import read_run
    from geodata.run.roads import access_if_kept
    from twin.explaining.crew_lines import crew_lines, return_lines
    from twin.results.crew_shut import crews_shut_in
    from twin.results.queue import queue_at

    with stages(lang=language_of(lang)) as stage:
        stage("reading the run")
        run = read_run(run_dir)
        result = run.result
    at_s = moment_of(at, result)
    access = None if at_s is None else access_if_kept(run)
    if csv is not None:
        write_csv(result, csv)
    if json:
        queue = queue_at(result.trace, result.plan.duration_s if at_s is None else at_s)
        print_json({"crews": [] if result.plan.crews is None else [crew.id for crew in result.plan.crews.crews],
                    "work": list(rows_of(result)),
                    "waiting": [{"asset": str(result.city.assets.id[row]), "for": reason}
                                for row, reason in zip(queue.asset, queue.reasons, strict=True)],
                    "shut_in": [] if at_s is None else [shut.to_dict(result, crew) for crew, shut in crews_shut_in(
                        result, access, at_s).items()]})
        return
    spoken = language_of(lang)
    for line in return_lines(result, spoken) if returns else crew_lines(result, spoken, at_s, access):
        say(line.text, style="bold red" if line.is_alarm else "")
