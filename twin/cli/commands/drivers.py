"""``twin drivers``: what decides an answer, of all that is uncertain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import City, Issued, Json, Scenario, Spoken, language_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import Form, Told, stages

if TYPE_CHECKING:
    from geodata.ensemble.driven import Driven
    from twin.world.city import City as Town


@app.command(short_help="Tell which of the things that are uncertain decides an answer.",
             epilog="Example:  twin drivers ouche-q100-ensemble --of lamp_hours_dark -n 64 --out q100-drivers")
def drivers(scenario: Scenario,
            out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder that keeps the nights and the "
                                              "answer; that of the ensemble of the scenario, for its map.")],
            of: Annotated[str, typer.Option("--of", metavar="ANSWER", help="An asset's id: whether it goes out; or a "
                                            "figure, lamp_hours_dark for example.")] = "lamp_hours_dark",
            n: Annotated[int, typer.Option("-n", "--nights", metavar="N", help="Nights of each set, a power of 2; as "
                                           "many sets as quantities, and two.")] = 64,
            workers: Annotated[int, typer.Option("--workers", metavar="N", help="Processes; 0: as many as this "
                                                 "computer has processors.")] = 0,
            scheduler: Annotated[str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A dask scheduler "
                                                          "whose workers make the nights; --out on a folder that all "
                                                          "of them see.")] = None,
            city: City = None, issued: Issued = None, lang: Spoken = None, progress: Told = Form.AUTO,
            json: Json = False) -> None:
    """Tell which of the things that are uncertain decides an answer: total-order indices, and a plain sentence."""
    from dataclasses import asdict

    from scenarios import load_scenario, prepare
    from scenarios.ensemble.driving import drive
    from scenarios.ensemble.making import check_folder
    from scenarios.ensemble.running import workers_here

    spoken = language_of(lang)
    check_folder(out)
    with stages(computes=True, lang=spoken, form=progress) as stage:
        stage("reading the city")
        prepared = prepare(load_scenario(scenario), city=city, issued_at=issued)
        found = drive(prepared, of, n, out, workers=workers or workers_here(), scheduler=scheduler, tell=stage)
    if json:
        print_json({"of": of, "nights": n, "floods": found.floods, "mean": found.mean, "sd": found.sd,
                    "drivers": [asdict(driver) for driver in found.drivers]})
        return
    _tell(prepared.city, found, spoken)


def _tell(town: Town, found: Driven, lang: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.drivers import driver_columns, driver_lines, driver_rows

    first, *rest = driver_lines(town, found.drivers, found.of, found.n, lang, found.floods)
    say(first, style="bold")
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("", *driver_columns(lang)):
        table.add_column(escape(head), justify="left" if not head else "right", overflow="fold")
    for row in driver_rows(found.drivers, found.of, lang):
        table.add_row(escape(row.name), row.total, row.first, row.effect)
    console_on().print(table)
    for line in rest:
        say(line)
