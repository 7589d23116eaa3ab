"""``twin import`` and ``twin check``: a city file from one's own layers, and what it lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, city_named, language_of
from twin.cli.printing import print_json, say
from twin.cli.progress import stages
from twin.errors import InputError


@app.command("import", short_help="Make a city file from your own layers.",
             epilog="Example:  twin import lecce --data ../shared/data --out lecce.gpkg\n\n"
                    "Example:  twin import --draft lamps.csv cabinets.csv --out town.yaml")
def import_(files: Annotated[list[str], typer.Argument(metavar="MAPPING.yaml | --draft FILE...",
                                                       help="A mapping file, or the name of a shipped one; with "
                                                            "--draft the files themselves, or their folder.")],
            out: Annotated[Path | None, typer.Option("--out", metavar="FILE",
                                                     help="The city file to write; with --draft the mapping.")] = None,
            data: Annotated[Path | None, typer.Option("--data", metavar="DIR",
                                                      help="Folder that the mapping's files stand in.")] = None,
            draft: Annotated[bool, typer.Option("--draft", help="Draft the mapping from the files.")] = False,
            city: Annotated[str, typer.Option("--city", metavar="NAME", help="Name of the city, for --draft.")] = "",
            lang: Spoken = None, json: Json = False) -> None:
    """Make a city file from real layers and inventories, as a mapping declares; or draft that mapping."""
    if draft:
        if data is not None:
            raise InputError(field="--data", found="--data beside --draft", expected="the files, with their folders",
                             remedy="The paths of a draft are relative to the folder that --out puts it in.")
        from twin.cli.commands.draft import draft_mapping

        draft_mapping(files, out, city=city, lang=language_of(lang), json=json)
        return
    if len(files) != 1:
        raise InputError(field="MAPPING.yaml", found=f"{len(files)} files", expected="one mapping",
                         remedy="To have a mapping drafted from them: twin import --draft FILE...")
    if out is None:
        raise InputError(field="--out", found="nothing", expected="the city file to write: --out CITY.gpkg")
    from geodata.city.file import write_city
    from geodata.city.place import check_city_place
    from geodata.importing import files_of_mapping, import_city
    from geodata.importing.report import report_text, written_text
    from geodata.wording import wording

    check_city_place(out, files_of_mapping(files[0], data))  # before the work, not after it
    spoken = language_of(lang)
    words = wording(spoken)
    with stages(lang=spoken) as stage:
        stage("reading the layers")
        city_file = import_city(files[0], data=data, progress=lambda line: stage(words.told(line)))
        stage("writing the city file")
        write_city(city_file, out)
    if json:
        print_json({"city": str(out), "report": city_file.report})
        return
    say(report_text(dict(city_file.report), spoken, city_file.city.assets.kinds))
    say("\n" + written_text(str(out), len(city_file.city.assets), spoken))


@app.command(short_help="The data doctor: missing, doubtful, inferred, old.",
             epilog="Example:  twin check lecce.gpkg")
def check(city: Annotated[str, typer.Argument(metavar="CITY.gpkg", help="A city file, or valmont.")],
          lang: Spoken = None, json: Json = False) -> None:
    """Run the data doctor: what a city file lacks, doubts, infers, and what is out of date."""
    from geodata.quality.check import check_city

    with stages(lang=language_of(lang)) as stage:
        stage("reading the city")
        city_file = city_named(city)
        stage("looking at it")
        # what programs read stays in one language unless another is asked for
        report = check_city(city_file, lang="en" if json and lang is None else language_of(lang))
    if json:
        print_json(report.to_dict())
    else:
        say(str(report))
