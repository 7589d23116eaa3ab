"""``twin flood``: the water alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.app import app
from twin.cli.arguments import City, Json, Scenario, Spoken, language_of, words_in
from twin.cli.printing import print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from geodata.wording import Wording


@app.command(short_help="Compute the water alone, with the flow model.",
             epilog="Example:  twin flood valmont-cloudburst --out water")
def flood(scenario: Scenario,
          out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The store of water frames to write.")],
          netcdf: Annotated[Path | None, typer.Option(
              "--netcdf", metavar="FILE.nc", help="All frames as NetCDF (CF) too, for other programs.")] = None,
          geotiff: Annotated[Path | None, typer.Option(
              "--geotiff", metavar="FILE.tif", help="Peak depth and arrival as a GeoTIFF too.")] = None,
          city: City = None, lang: Spoken = None, json: Json = False) -> None:
    """Compute the water of a scenario alone, with the flow model; `flood: {frames: DIR}` reads it."""
    from scenarios import load_scenario
    from scenarios.water import make_water

    with stages(computes=True, lang=language_of(lang)) as stage:
        stage("reading the city")
        report = make_water(load_scenario(scenario), out, city=city, netcdf=netcdf, geotiff=geotiff, tell=stage)
    if json:
        print_json(report)
        return
    from geodata.wording import wording

    words, notes = words_in(lang), wording(language_of(lang))
    for place in filter(None, (out, netcdf, geotiff)):
        frames = words.plural(" ({n} frame)", " ({n} frames)", report["frames"]) if place == out else ""
        say(words.text("Written: {file}", file=place) + frames)
    for note in report["notes"]:
        say(f"  {notes.told(note)}", style="bold red" if note == report["complaint"] else "")
    for name, volume in volumes(report["book"]):
        say(f"  {_named(name, words):<32} {words.value(f'{volume:,.1f}'):>16} m³")
    say(f"  {words.text('relative error of the book'):<32} {report['book']['relative_error']:>16.1e}")


def _named(entry: str, words: Wording) -> str:
    """Give an entry of the book in a language; where it comes in or goes keeps its name but for the sides."""
    name, _, part = entry.partition(": ")
    return words.text(name) + (f"{words.colon}{words.text(part)}" if part else "")


def volumes(book: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Give the entries of a book of water that do not round to 0.0 m3, in words."""
    book = {**book, **{f"edges_{way}": {side: sign * volume for side, volume in book["edges_m3"].items()}
                       for way, sign in (("in", 1), ("out", -1))}}
    for key, name in (("start_m3", "there at the start"), ("rain_m3", "rain"), ("inflow_m3", "inflow"),
                      ("edges_in", "in over the edge"), ("edges_out", "out over the edge"),
                      ("infiltration_m3", "into the ground"),
                      ("drains_m3", "into drains"), ("pumped_out_m3", "pumped or drained out"),
                      ("moved_m3", "moved inside"), ("stored_m3", "there at the end"), ("created_m3", "made up"),
                      ("error_m3", "error of the book")):
        entry = book[key]
        for part, volume in (entry.items() if isinstance(entry, dict) else [("", entry)]):
            # What came in over an edge stands under "in", what left under "out".
            if volume > 0.05 or (volume < -0.05 and not key.startswith("edges")):
                yield f"{name}: {part}" if part else name, float(volume)
