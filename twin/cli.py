"""The front desk: the console command ``twin``.

The one module that may import all four packages, and nothing imports it. Each command imports what it needs when it
runs, so that ``twin --help`` answers at once. What can go wrong ends here, as an exit code and a message for people:
0 done, 2 your input, 3 an expectation failed, 130 interrupted, 1 our mistake.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from datetime import date as date_type
    from types import FrameType

    from rich.console import Console
    from rich.tree import Tree

    from scenarios.expect import Outcome
    from scenarios.resolve import Prepared
    from scenarios.running import Finished
    from scenarios.summary import Summary
    from twin.explain import Cause
    from twin.result import Result

DONE, OUR_MISTAKE, YOUR_INPUT, NOT_AS_EXPECTED, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="twin", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""A city's digital twin: what goes dark in a flood, and why.

    \b
    Start here:  twin demo --out demo
    Then:        twin explain demo L-0423 --lang fr

    Exit codes: 0 done, 2 your input, 3 an expectation failed, 130 interrupted, 1 our mistake.""")



def _tell_version(value: bool) -> None:
    if value:
        from twin import __version__

        sys.stdout.write(f"twin {__version__}\n")
        raise typer.Exit


@app.callback()
def _twin(version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True,
                                                callback=_tell_version)] = False) -> None:
    """Options before the command."""


Lang = Literal["fr", "en"]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped one.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A folder that `twin run` left.")]
City = Annotated[str | None, typer.Option("--city", metavar="CITY.gpkg", help="A city instead of the scenario's.")]
Issued = Annotated[str | None, typer.Option("--issued", metavar="TIME", help="Issue time: ISO 8601, or now.")]


@app.command(short_help="Flood the built-in town, with a map, offline.",
             epilog="Example:  twin demo --out demo")
def demo(out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the run folder goes.")] = Path("demo"),
         date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD",
                                                  help="The day on which the night begins; today without it.")] = None,
         json: Json = False) -> None:
    """Flood the built-in town, offline: a run folder with map.html in it."""
    _check_place(out)
    day = _day_of(date)
    from geodata.atomic import whole_folder
    from geodata.run_folder import read_run
    from scenarios import load_scenario, prepare, run_scenario, shipped
    from viewer.export import export_map

    with _stages(computes=True) as stage:
        stage("making the town")
        prepared = _on_day(prepare(load_scenario(shipped()[_DEMO])), day)
        finished = run_scenario(prepared, progress=_run_stages(stage))
        with whole_folder(out, holds="run.json") as folder:
            stage("writing the run folder")
            made = finished.write(folder / "run")
            stage("drawing the map")
            export_map(read_run(made), folder / "map.html", public=False, lang="fr")
            for file in made.iterdir():
                file.rename(folder / file.name)
            made.rmdir()
    told = _summary(finished)
    if json:
        _print_json({"run": str(out), "map": str(out / "map.html"), **told.to_dict()})
    else:
        _tell_run(finished, told, out)
        _say(f"         the night of {_DEMO} was moved to {'today' if day is None else 'that day'}, "
             f"{prepared.plan.start.date().isoformat()} (--date YYYY-MM-DD picks another)")
        _tell_lamp(finished, told)
        _say(f"\nThe map:    open {out / 'map.html'} in a browser, no network needed")
        if told.asset_to_explain:
            _say(f"The causes: twin explain {out} {told.asset_to_explain} --lang fr   (or any other, --lang en)")


_DEMO = "ouche-q10"


def _day_of(text: str | None) -> date_type | None:
    if text is None:
        return None
    from datetime import date

    from twin.errors import InputError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(field="--date", found=f"'{text}'", expected="a day, YYYY-MM-DD") from None


def _on_day(prepared: Prepared, day: date_type | None) -> Prepared:
    """Give the same night on another day, today where none is given: a page must not greet a newcomer as expired.

    Water, events and facts are seconds from the start by now, so that all keep their place in the night.
    """
    from dataclasses import replace
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(prepared.city.timezone)
    plan = prepared.plan
    moved = datetime.combine(day or datetime.now(zone).date(), plan.start.astimezone(zone).time(), tzinfo=zone)
    # As UTC both: in one zone, datetime subtracts wall clocks and forgets the hour of a change.
    by = moved.astimezone(UTC) - plan.start.astimezone(UTC)
    start = datetime.fromisoformat(moved.isoformat())

    def later(moment: datetime) -> datetime:
        shifted = (moment.astimezone(UTC) + by).astimezone(zone)
        return datetime.fromisoformat(shifted.isoformat())

    return replace(prepared, plan=replace(
        plan, start=start, issued_at=later(plan.issued_at), valid_until=later(plan.valid_until),
        next_update=later(plan.next_update) if plan.next_update else None))


@app.command("import", short_help="Make a city file from your own layers.",
             epilog="Example:  twin import lecce --data ../shared/data --out lecce.gpkg")
def import_(mapping: Annotated[str, typer.Argument(metavar="MAPPING.yaml",
                                                   help="A mapping file, or the name of a shipped one.")],
            out: Annotated[Path, typer.Option("--out", metavar="CITY.gpkg", help="The city file to write.")],
            data: Annotated[Path | None, typer.Option("--data", metavar="DIR",
                                                      help="Folder that the mapping's files stand in.")] = None,
            json: Json = False) -> None:
    """Make a city file from real layers and inventories, as a mapping declares."""
    from geodata.city_file import write_city
    from geodata.importing import import_city

    with _stages() as stage:
        stage("reading the layers")
        city_file = import_city(mapping, data=data, progress=stage)
        stage("writing the city file")
        write_city(city_file, out)
    if json:
        _print_json({"city": str(out), "report": city_file.report})
        return
    from geodata.importing import report_text

    _say(report_text(dict(city_file.report)))
    _say(f"\nWritten: {out} ({len(city_file.city.assets):,} assets). Look at it: twin check {out}")


@app.command(short_help="The data doctor: missing, doubtful, inferred, old.",
             epilog="Example:  twin check lecce.gpkg")
def check(city: Annotated[str, typer.Argument(metavar="CITY.gpkg", help="A city file, or valmont.")],
          json: Json = False) -> None:
    """Run the data doctor: what a city file lacks, doubts, infers, and what is out of date."""
    from geodata.check import check_city

    with _stages() as stage:
        stage("reading the city")
        city_file = _read_city(city)
        stage("looking at it")
        report = check_city(city_file)
    if json:
        _print_json(report.to_dict())
    else:
        _say(str(report))


@app.command(short_help="Run a scenario; leave a run folder.",
             epilog="Example:  twin run ouche-q10 --out q10")
def run(scenario: Scenario,
        out: Annotated[Path, typer.Option("--out", metavar="RUN_DIR", help="Where the run folder goes.")],
        city: City = None, issued: Issued = None, json: Json = False) -> None:
    """Run a scenario and leave a run folder: outages, their causes, exposure, and the city used."""
    from scenarios import load_scenario, prepare, run_scenario

    _check_place(out)
    with _stages(computes=True) as stage:
        stage("reading city and water")
        prepared = prepare(load_scenario(scenario), city=city, issued_at=issued, progress=stage)
        finished = run_scenario(prepared, progress=_run_stages(stage))
        stage("writing the run folder")
        finished.write(out)
    told = _summary(finished)
    if json:
        _print_json({"run": str(out), **told.to_dict()})
        return
    _tell_run(finished, told, out)
    _say("")
    if told.asset_to_explain:
        _say(f"Why it is out:  twin explain {out} {told.asset_to_explain} --lang fr")
    _say(f"On a map:       twin export {out} --out map.html")


@app.command("test", short_help="Run scenarios whose `expect` must hold.",
             epilog="Example:  twin test scenarios/")
def held(paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders of them.")],
         city: City = None, json: Json = False) -> None:
    """Run scenarios whose `expect` must hold; exit with 3 where one does not."""
    from scenarios.suite import gather, run_suite

    files = gather(paths)
    with _stages(computes=True) as stage:
        reports = run_suite(files, city=city, issued_at="now", progress=stage)
    if json:
        _print_json([report.to_dict() for report in reports])
    else:
        for report in reports:
            _tell_outcomes(report.name, report.file, report.outcomes, report.error)
        met = sum(outcome.is_met for report in reports for outcome in report.outcomes)
        total = sum(len(report.outcomes) for report in reports)
        _say(f"{met} of {total} expectations hold, in {len(reports)} scenario{'s' if len(reports) != 1 else ''}.")
    if any(report.error for report in reports):
        raise typer.Exit(YOUR_INPUT)
    if any(not outcome.is_met for report in reports for outcome in report.outcomes):
        raise typer.Exit(NOT_AS_EXPECTED)


@app.command(short_help="Tell why an asset is out, in French or English.",
             epilog="Example:  twin explain demo L-0423 --at 22:10 --lang fr")
def explain(run_dir: RunFolder, asset_id: Annotated[str, typer.Argument(metavar="ASSET_ID")],
            at: Annotated[str | None, typer.Option("--at", metavar="TIME",
                                                   help="A moment: ISO 8601, +5h, or 22:10.")] = None,
            lang: Annotated[Lang, typer.Option("--lang", help="Language of the answer.")] = "fr",
            json: Json = False) -> None:
    """Tell why an asset is out: the tree of causes, since when, what it waits for; or what feeds it."""
    from geodata.run_folder import read_run

    with _stages() as stage:
        stage("reading the run")
        result = read_run(run_dir).result
        explanation = result.explain(asset_id, lang=lang, at_s=_moment_of(at, result))
    if json:
        _print_json(explanation.to_dict())
        return
    _say(explanation.sentence, style="bold")
    for paragraph in explanation.paragraphs[explanation.paragraphs[:1] == (explanation.sentence,):]:
        _say(paragraph)
    if explanation.tree is not None:
        _say("")
        _console().print(_tree(explanation.tree, result, lang), highlight=False)


@app.command(short_help="Make a map, a leaflet, open data or an alert.",
             epilog="Example:  twin export demo --public --lang fr --out crue.html")
def export(run_dir: RunFolder,
           out: Annotated[Path, typer.Option("--out", metavar="map.html", help="The file or folder to write.")],
           public: Annotated[bool, typer.Option("--public", help="The residents' map: only what a public list "
                                                "allows leaves the run.")] = False,
           lang: Annotated[Lang, typer.Option("--lang", help="Language that it opens in.")] = "fr",
           format: Annotated[Literal["html", "geojson", "csv", "geoparquet", "cap"],
                             typer.Option("--format", help="A page, open data with its datapackage, or an alert.")
                             ] = "html",
           released_by: Annotated[str | None, typer.Option("--released-by", metavar="NAME",
                                                           help="Who releases a forecast or an alert.")] = None,
           leaflet: Annotated[list[str] | None, typer.Option("--leaflet", metavar="STREET",
                                                             help="A one-page notice for this street; repeat "
                                                             "it for more; all gives every street that loses a lamp."
                                                             )] = None,
           contacts: Annotated[Path | None, typer.Option("--contacts", metavar="FILE.toml",
                                                         help="The city's telephone numbers, addresses and links.")
                               ] = None,
           fields: Annotated[Path | None, typer.Option("--fields", metavar="FILE.toml",
                                                       help="The city's own list of what may leave, for --public and "
                                                       "open data.")] = None,
           json: Json = False) -> None:
    """Make a map, open data or an alert from a run folder: one file, offline."""
    from geodata.run_folder import read_run
    from twin.errors import InputError

    if leaflet and format != "html":
        raise InputError(field="--leaflet", found=f"a leaflet as {format}", expected="--format html, or no --leaflet")
    if contacts is not None and not (public or leaflet or format == "cap"):
        raise InputError(field="--contacts", found="contacts for what names nobody",
                         expected="--public, --leaflet or --format cap")
    if fields is not None and (format == "cap" or leaflet or (format == "html" and not public)):
        raise InputError(field="--fields", found="a list for the public beside what it does not rule",
                         expected="--public, or --format geojson, csv or geoparquet")
    with _stages() as stage:
        stage("reading the run")
        found = read_run(run_dir)
        stage("writing")
        if format == "cap":
            from viewer.cap import export_cap

            written = export_cap(found, out, released_by=released_by, contacts=contacts)
        elif format != "html":
            from viewer.open_data import export_open_data

            written = export_open_data(found, out, format=format, released_by=released_by, fields=fields)
        elif leaflet:
            from viewer.leaflet import export_leaflet

            written = export_leaflet(found, out, streets=leaflet, lang=lang, released_by=released_by,
                                     contacts=contacts)
        else:
            from viewer.export import export_map

            written = export_map(found, out, public=public, lang=lang, released_by=released_by, city=contacts,
                                 fields=fields)
    size = sum(p.stat().st_size for p in (written.rglob("*") if written.is_dir() else [written]) if p.is_file())
    if json:
        _print_json({"file": str(written), "bytes": size, "format": format, "public": public, "lang": lang})
    else:
        _say(f"Written: {written} ({size / 1000:,.0f} kB)")


@app.command(short_help="Compute the water alone, with the flow model.",
             epilog="Example:  twin flood valmont-cloudburst --out water")
def flood(scenario: Scenario,
          out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The store of water frames to write.")],
          netcdf: Annotated[Path | None, typer.Option(
              "--netcdf", metavar="FILE.nc", help="All frames as NetCDF (CF) too, for other programs.")] = None,
          geotiff: Annotated[Path | None, typer.Option(
              "--geotiff", metavar="FILE.tif", help="Peak depth and arrival as a GeoTIFF too.")] = None,
          city: City = None, json: Json = False) -> None:
    """Compute the water of a scenario alone, with the flow model; `flood: {frames: DIR}` reads it."""
    from scenarios import load_scenario
    from scenarios.water import make_water

    with _stages(computes=True) as stage:
        stage("reading the city")
        report = make_water(load_scenario(scenario), out, city=city, netcdf=netcdf, geotiff=geotiff, progress=stage)
    if json:
        _print_json(report)
        return
    for place in filter(None, (out, netcdf, geotiff)):
        _say(f"Written: {place}" + (f" ({report['frames']} frames)" if place == out else ""))
    for note in report["notes"]:
        _say(f"  {note}", style="bold red" if note == report["complaint"] else "")
    for name, volume in _volumes(report["book"]):
        _say(f"  {name:<32} {volume:>16,.1f} m³")
    _say(f"  {'relative error of the book':<32} {report['book']['relative_error']:>16.1e}")


def _volumes(book: dict[str, Any]) -> Iterator[tuple[str, float]]:
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


@app.command(short_help="Print the JSON Schema of scenario files.",
             epilog="Example:  twin schema > scenario.schema.json")
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check as you type."""
    from scenarios.editor import schema_text

    sys.stdout.write(schema_text())


# --- what the commands share -----------------------------------------------------------------------------------------


def _check_place(out: Path) -> None:
    """Refuse before the work, not after it."""
    from scenarios.places import check_place

    check_place(out)


def _read_city(name: str) -> Any:
    if name == "valmont":
        from geodata.town import valmont

        return valmont()
    from geodata.city_file import read_city

    return read_city(Path(name))


def _moment_of(text: str | None, result: Any) -> int | None:
    if text is None:
        return None
    from zoneinfo import ZoneInfo

    from scenarios.times import seconds_from_start
    from twin.errors import InputError

    plan = result.plan
    try:
        seconds = seconds_from_start(text, plan.start, ZoneInfo(result.city.timezone))
    except InputError as error:
        error.field = "--at"
        raise
    if not 0 <= seconds <= plan.duration_s:
        raise InputError(field="--at", found=f"'{text}'", expected=f"a moment of the run, which begins at "
                         f"{plan.start.isoformat(timespec='minutes')} and lasts {plan.duration_s / 3600:g} h")
    return seconds


def _summary(finished: Finished) -> Summary:
    from scenarios.summary import summarise

    return summarise(finished.result)


def _tell_run(finished: Finished, told: Summary, out: Path) -> None:
    from scenarios.summary import clock

    kinds = finished.result.city.assets.kinds

    def tell(count: int, one: str, many: str, more: str = "") -> None:
        if count:
            _say(f"  {count:>6,} {one if count == 1 else many}{more}")

    _say(f"{told.name}: {told.status}, {told.city}, {clock(told.start)} to {clock(told.end)}", style="bold")
    for kind, (count, first, moment) in told.drowned.items():
        if kind not in ("lamp", "building"):
            words = kinds[kind].words["en"]
            tell(count, words.one, words.many, f" drowned; the first is {first}, {clock(moment)}")
    tell(told.tripped, "circuit", "circuits", " tripped by a wet lamp")
    if told.lamps_out_at_worst:
        tell(told.lamps_out_at_worst, "", "", f"of {told.lamps:,} lamps out at worst, "
             + (f"{told.lamps_in_doubt_at_worst:,} of them in doubt, " if told.lamps_in_doubt_at_worst else "")
             + f"{clock(told.worst_at)}; "
             f"{told.dark_hours:,.0f} lamp-hours of darkness")
    elif told.lamps:
        _say(f"       0 of {told.lamps:,} lamps out")
    if told.worst_street:
        _say(f"         worst street: {told.worst_street}, {told.worst_street_lamps} lamps, "
             f"{told.worst_street_dark_hours:,.0f} lamp-hours")
    tell(told.lamps_not_back, "lamp", "lamps", " not back by the end of the run")
    tell(told.buildings_wet, "building", "buildings", f" with wet feet, {told.buildings_flooded:,} flooded inside")
    tell(len(told.sites_without_power), "site", "sites",
         f" without power: {', '.join(told.sites_without_power)}")
    tell(told.zones_suspended, "irrigation zone", "irrigation zones", " suspended")
    tell(told.may_be_live, "place", "places", " where live parts may stand in water until someone cuts (see run.json)")
    if told.act_first:
        _say(f"         first to act on: cabinet {told.act_first}, before {clock(told.act_first_before)}")
    tell(told.contradictions, "fact contradicts", "facts contradict", " the computation (see run.json)")
    tell(told.doubtful, "outcome", "outcomes", " in doubt: the water comes within the error of the heights")
    tell(told.unknown, "asset", "assets", " where the water is not known: run as dry")
    if told.water_book:
        _say(f"  {told.water_book} Do not rely on this water.", style="bold red")
    _say(f"  run folder: {out}")


def _tell_lamp(finished: Finished, told: Summary) -> None:
    if told.lamp_to_explain:
        _say("\nWhy one lamp is dark", style="bold")
        for lang in ("fr", "en"):
            _say(f"  {lang}  {finished.explain(told.lamp_to_explain, lang=lang).sentence}")


def _tell_outcomes(name: str, file: str, outcomes: Sequence[Outcome], error: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    if error:
        _say(f"{name}  ({file})\n{error}\n", style="bold red")
        return
    if not outcomes:
        _say(f"{name}  ({file}): runs; it expects nothing\n")
        return
    table = Table(title=escape(f"{name}  ({file})"), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("line", "of", "expected", "found", ""):
        table.add_column(heading, justify="right" if heading == "line" else "left", overflow="fold")
    for outcome in outcomes:
        table.add_row(str(outcome.line or ""), escape(outcome.subject), escape(outcome.expected), escape(outcome.found),
                      "holds" if outcome.is_met else "FAILS", style="" if outcome.is_met else "red")
    _console().print(table)


#: The map's words for an outage, by what happened: one table for map and console.
_HOW = {"flooded": "how_flooded", "tripped": "how_tripped", "supply_lost": "how_supply_lost",
        "buffer_emptied": "how_buffer_empty", "cut": "how_cut", "failed": "how_failed", "reported": "how_failed"}


def _tree(cause: Cause, result: Result, lang: str) -> Tree:
    """Draw a tree of causes in words: one line per thing that happened."""
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from rich.text import Text
    from rich.tree import Tree

    from twin.words import speech
    from viewer.words import Voice

    words, voice, zone = speech(lang), Voice(lang), ZoneInfo(result.city.timezone)
    kinds, start = result.city.assets.kinds, result.plan.start.astimezone(zone)

    def line(node: Cause) -> Text:
        moment = (result.plan.start + timedelta(seconds=node.time_s)).astimezone(zone)
        kind = kinds[node.asset.kind].words[lang]
        key = _HOW.get(node.what.word, "how_supply_lost") + ("_f" if kind.gender == "f" else "")
        said = [kind.one, voice(key, when=words.weekday_clock(moment, start), at=voice.at(moment, start))]
        if node.depth_m == node.depth_m and node.fail_m == node.fail_m:
            said.append(voice("water_above" if node.depth_m >= node.fail_m else "water_threshold",
                              water=words.depth(node.depth_m), threshold=words.depth(node.fail_m),
                              margin=words.depth(abs(node.margin_m))))
        said += [voice("how_may")] if node.is_doubtful else []
        return Text(node.asset.id, style="bold").append("  " + ", ".join(said), style="not bold")

    def grow(branch: Tree, node: Cause) -> None:
        for child in node.children:
            grow(branch.add(line(child)), child)

    tree = Tree(line(cause), guide_style="dim")
    grow(tree, cause)
    return tree


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    # Rich takes NO_COLOR and non-terminals into account; a pipe gets lines as long as they are, whatever COLUMNS says.
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 10_000
    return Console(file=stream, width=width, soft_wrap=not stream.isatty(), highlight=False)


def _say(text: str, *, style: str = "") -> None:
    """Print a line; on a terminal it is wrapped at plain spaces only, so that 0,35 m stays together."""
    if not sys.stdout.isatty():
        sys.stdout.write(text + "\n")
        return
    from textwrap import fill

    from rich.text import Text

    console = _console()
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        hanging = " " * (indent + 4 if indent else 0)
        wrapped = fill(line, width=max(console.width, 20), subsequent_indent=hanging, break_on_hyphens=False)
        console.print(Text(wrapped, style=style), soft_wrap=True)


def _print_json(value: Any) -> None:
    import json

    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


@contextmanager
def _stages(*, computes: bool = False) -> Iterator[Callable[[str], None]]:
    """Show what is being done and for how long, on a terminal's standard error.

    What ``computes`` says on any standard error that it has to compile first, and elsewhere than on a terminal how far
    it is, a line now and then: minutes of silence look like a fault.
    """
    console = _console(stderr=True)
    with ExitStack() as stack:
        if computes:
            from twin.kernels._jit import when_compiling

            stack.enter_context(when_compiling(lambda: console.print(
                "Compiling for this computer: the first run takes a minute or two longer, the next ones do not.")))
        quiet = _now_and_then(console) if computes else lambda stage: None
        yield stack.enter_context(_spinner(console)) if console.is_terminal else quiet


#: Without a terminal a line of progress follows the one before after this many seconds.
QUIET_S = 20.0


def _now_and_then(console: Console) -> Callable[[str], None]:
    """Give what prints a stage when the last line, or the beginning, is ``QUIET_S`` ago."""
    from time import monotonic

    last = monotonic()

    def tell(stage: str) -> None:
        nonlocal last
        if monotonic() - last >= QUIET_S:
            last = monotonic()
            console.print(stage)

    return tell


@contextmanager
def _spinner(console: Console) -> Iterator[Callable[[str], None]]:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console,
                  transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda stage: progress.update(task, description=stage)


def _run_stages(stage: Callable[[str], None]) -> Callable[[str], None]:
    from scenarios.running import STAGES

    return lambda word: stage(STAGES[word])


# --- the door --------------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit code.

    Parameters
    ----------
    arguments
        Words after ``twin``; those of this process when left out.
    """
    import signal

    stopped = False

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        # A service manager's stop is an interruption like any other: what is half-written goes.
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    before: dict[signal.Signals, Any] = {}
    try:
        before[signal.SIGTERM] = signal.signal(signal.SIGTERM, stop)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # one that is ignored stays ignored
            before[signal.SIGINT] = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not in the main thread: the caller looks after signals
        pass
    try:
        code = typer.main.get_command(app).main(args=None if arguments is None else list(arguments), prog_name="twin",
                                                standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:  # newer typers turn an interruption into its exit code themselves
            raise KeyboardInterrupt
        return int(code or DONE)
    except _WRONG_WORDS as error:
        error.show()
        return YOUR_INPUT
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(arguments)
    except BrokenPipeError:
        # The reader of our pipe has seen enough (twin explain … | head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        # The compiler swallows an interruption within it, and fails at what is then missing.
        return _interrupted(arguments) if stopped else _failed(error)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


#: Wrong words on the command line; typer carries its own copy of click since 0.29, and names this class nowhere.
_WRONG_WORDS: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


#: What an interruption leaves, by command, beside nothing half-written.
_KEPT = {"flood": "The store keeps what was computed: the same command goes on from its last checkpoint.",
         **dict.fromkeys(("run", "test"), "Nothing half-written was left behind. Water that the flow model was "
                         "computing is kept in the cache: the same command goes on from its last checkpoint.")}


def _interrupted(arguments: Sequence[str] | None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    command = next((word for word in words if not word.startswith("-")), "")
    _complain(f"Interrupted. {_KEPT.get(command, 'Nothing half-written was left behind.')}")
    return INTERRUPTED


def _failed(error: Exception) -> int:
    import errno

    from twin.errors import InputError

    if isinstance(error, InputError):
        _complain(str(error))
        return YOUR_INPUT
    places = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "your share of the disk is full",
              errno.EACCES: "you may not write or read there", errno.EPERM: "you may not write or read there",
              errno.EROFS: "that disk is read-only"}
    if isinstance(error, OSError) and error.errno in places:
        _complain(str(InputError(file=str(error.filename or ""), found=places[error.errno],
                                 expected="a place with room that you may use", remedy="Nothing was changed.")))
        return YOUR_INPUT
    if isinstance(error, MemoryError):
        _complain(str(InputError(found="too little memory for this city and water", expected="more memory",
                                 remedy="Cut the rasters to the city, or take a larger computer.")))
        return YOUR_INPUT
    _complain(f"This is our mistake, not yours: {type(error).__name__}: {error}\n"
              f"Please report it, with what you typed and this file: {_written_down(error)}")
    return OUR_MISTAKE


def _written_down(error: Exception) -> str:
    """Write the traceback to a file that a report can carry; give its path."""
    import platform
    import tempfile
    import traceback

    from twin import __version__

    text = "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile("w", prefix="twin-mistake-", suffix=".txt", delete=False,
                                         encoding="utf-8") as file:
            file.write(f"twin {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
                       f"command: {' '.join(sys.argv)}\n\n{text}")
            return file.name
    except OSError:
        sys.stderr.write(text)
        return "(the lines above: no file could be written)"


def _complain(text: str) -> None:
    from rich.text import Text

    console = _console(stderr=True)
    console.print(Text(text, style="red" if console.is_terminal else ""))


if __name__ == "__main__":
    sys.exit(main())
