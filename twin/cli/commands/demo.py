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
    from geodata.ours import RUN
    from geodata.run.folder import read_run
    from scenarios import load_scenario, prepare, run_scenario, shipped
    from twin.explaining.words import speech
    from twin.kernels.supply import beside
    from viewer.outputs.page import export_map

    with stages(computes=True, lang=language_of(lang)) as stage:
        stage("making the town")
        scenario = load_scenario(shipped()[_DEMO])
        beside.begin()
        prepared = on_day(prepare(scenario), day)
        finished = run_scenario(prepared, tell=stage)
        with whole_folder(out, RUN) as folder:
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
        words = speech(language_of(lang))
        tell_run(finished, told, out, words.lang)
        say("  " + words.text("The night of {name} was moved to {day} (--date YYYY-MM-DD picks another).", name=_DEMO,
                              day=words.day(prepared.plan.start)))
        tell_lamp(finished, told, words)
        say("\n" + words.text("The map:    open {file} in a browser, no network needed", file=out / "map.html"))
        if told.asset_to_explain:
            say(words.text("The causes: {command}   (or any other, --lang en)",
                           command=f"twin explain {out} {told.asset_to_explain} --lang fr"))
        say(words.text("The desk:   {command}   (the control room's console, in a browser of this machine)",
                       command="twin serve valmont --folder desk"))


_DEMO = "ouche-q10"
