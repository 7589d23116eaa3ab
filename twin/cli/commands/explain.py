"""``twin explain``: why an asset is out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Lang, RunFolder, Spoken, language_of, moment_of
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
    """Tell why an asset is out: the tree of causes, since when, what it waits for; or what feeds it.

    Of an ensemble: how likely it is out, at any moment or at one, because of what, and what would make it surer.
    """
    from geodata.ensemble.folder import is_ensemble
    from geodata.run.folder import read_run
    from twin.explaining.explain import explain as explain_asset

    spoken = language_of(lang)
    if is_ensemble(run_dir):
        _likely(run_dir, asset_id, at, spoken, as_json=json)
        return
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


def _likely(folder: Path, asset_id: str, at: str | None, lang: Lang, *, as_json: bool) -> None:
    """Tell how likely an asset is out, and by what."""
    from geodata.ensemble.asking import nights_out
    from geodata.ensemble.folder import asset_to_dict, read_ensemble
    from twin.explaining.likely import Asked, likely_lines

    with stages(lang=lang) as stage:
        stage("reading the run")
        found = read_ensemble(folder)
        row = found.base.city.assets.row(asset_id)
        at_s = moment_of(at, found.base)
        asked = Asked(asset=found.base.city.assets[row], at_s=at_s,
                      is_out=nights_out(folder, found.told["digest"], found.answers, row, at_s))
        lines = likely_lines(found.base, found.answers, asked, lang)
    if as_json:
        print_json({**asset_to_dict(found.base, found.answers, asked.is_out, row), "lines": list(lines)})
        return
    say(lines[0], style="bold")
    for line in lines[1:]:
        say(line)
