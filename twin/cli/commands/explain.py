"""``twin explain``: why an asset is out."""

from __future__ import annotations

from typing import Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, RunFolder, Spoken, language_of, moment_of
from twin.cli.causes import causes_drawn
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages


@app.command(short_help="Tell why an asset is out, in French or English.",
             epilog="Example:  twin explain demo L-0423 --at 22:10 --lang fr")
def explain(run_dir: RunFolder, asset_id: Annotated[str, typer.Argument(metavar="ASSET_ID")],
            at: Annotated[str | None, typer.Option("--at", metavar="TIME",
                                                   help="A moment: ISO 8601, +5h, or 22:10.")] = None,
            lang: Spoken = None,
            json: Json = False) -> None:
    """Tell why an asset is out: the tree of causes, since when, what it waits for; or what feeds it."""
    from geodata.run.folder import read_run
    from twin.explaining.explain import explain as explain_asset

    spoken = language_of(lang)
    with stages(lang=language_of(lang)) as stage:
        stage("reading the run")
        result = read_run(run_dir).result
        explanation = explain_asset(result, asset_id, spoken, moment_of(at, result))
    if json:
        print_json(explanation.to_dict())
        return
    say(explanation.sentence, style="bold")
    for paragraph in explanation.paragraphs[explanation.paragraphs[:1] == (explanation.sentence,):]:
        say(paragraph)
    if explanation.tree is not None:
        say("")
        console_on().print(causes_drawn(explanation.tree, result, spoken), highlight=False)
