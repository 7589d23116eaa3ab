"""``twin demo``: the main job on the built-in town."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.moving import day_of, on_day
from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, check_place, language_of
from twin.cli.printing import print_json, say
from twin.cli.progress import stages
from twin.cli.summary import summary_of, tell_lamp, tell_run


@app.command(short_help="Flood the built-in town, with a map, offline.",
             epilog="Example:  twin demo --out demo")
def demo(out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the run folder goes.")] = Path("demo"),
         date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD",
                                                  help="The day on which the night begins; today without it.")] = None,
         lang: Spoken = None, json: Json = False) -> None:
    """Flood the built-in town, offline: a run folder with map.html in it."""
    check_place(out)
    day = day_of(date)
    from geodata.atomic import whole_folder
    from geodata.run.folder import read_run
    from scenarios import load_scenario, prepare, run_scenario, shipped
    from viewer.outputs.page import export_map

    with stages(computes=True, lang=language_of(lang)) as stage:
        stage("making the town")
        prepared = on_day(prepare(load_scenario(shipped()[_DEMO])), day)
        finished = run_scenario(prepared, tell=stage)
        with whole_folder(out, holds="run.json") as folder:
            stage("writing the run folder")
            made = finished.write(folder / "run")
            stage("drawing the map")
            export_map(read_run(made), folder / "map.html", public=False, lang="fr")
            for file in made.iterdir():
                file.rename(folder / file.name)
            made.rmdir()
    told = summary_of(finished)
    if json:
        print_json({"run": str(out), "map": str(out / "map.html"), **told.to_dict()})
    else:
        tell_run(finished, told, out, language_of(lang))
        say(f"         the night of {_DEMO} was moved to {'today' if day is None else 'that day'}, "
             f"{prepared.plan.start.date().isoformat()} (--date YYYY-MM-DD picks another)")
        tell_lamp(finished, told)
        say(f"\nThe map:    open {out / 'map.html'} in a browser, no network needed")
        if told.asset_to_explain:
            say(f"The causes: twin explain {out} {told.asset_to_explain} --lang fr   (or any other, --lang en)")


_DEMO = "ouche-q10"
