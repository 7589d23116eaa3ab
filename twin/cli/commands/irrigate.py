"""``twin irrigate``: the water in the ground of irrigated zones, over a season."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, city_named, language_of, words_in
from twin.cli.exits import NOT_AS_EXPECTED
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import Shown, stages
from twin.cli.summary import tell_outcomes

if TYPE_CHECKING:
    from twin.explaining.irrigated import GroundTeller
    from twin.irrigation.indicators import Indicators


@app.command(short_help="Water in the ground of irrigated zones, programmes, locks, restart.",
             epilog="Example:  twin irrigate valmont valmont-summer --lang fr")
def irrigate(place: Annotated[str, typer.Argument(metavar="CITY|RUN_DIR",
                                                  help="A city, or a run whose water and outages count.")],
             programme: Annotated[str, typer.Argument(metavar="PROGRAMME.yaml",
                                                      help="A programme file, or the name of a shipped one.")],
             on: Annotated[str | None, typer.Option("--on", metavar="DAY",
                                                    help="Day that is told (2026-07-14); without it the last.")] = None,
             against: Annotated[str | None, typer.Option("--against", metavar="PROGRAMME.yaml",
                                                         help="Another programme file, to be compared.")] = None,
             weather: Annotated[Path | None, typer.Option("--weather", metavar="FILE.csv",
                                                          help="Weather in place of the file's, of the same columns.")
                                ] = None,
             first: Annotated[str | None, typer.Option("--from", metavar="DAY",
                                                       help="First day in place of the file's.")] = None,
             last: Annotated[str | None, typer.Option("--to", metavar="DAY",
                                                      help="Last day in place of the file's.")] = None,
             state: Annotated[Path | None, typer.Option("--state", metavar="FILE.json",
                                                        help="What an earlier season left.")] = None,
             save: Annotated[Path | None, typer.Option("--save", metavar="FILE.json",
                                                       help="Write what this season leaves.")] = None,
             csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv",
                                                      help="A row for each zone and day.")] = None,
             html: Annotated[Path | None, typer.Option("--html", metavar="FILE.html",
                                                       help="A page with a picture of each zone.")] = None,
             public: Annotated[Path | None, typer.Option("--public", metavar="FILE.html",
                                                         help="A page for residents: why a lawn is yellow.")] = None,
             open_data: Annotated[Path | None, typer.Option("--open-data", metavar="FILE.csv",
                                                            help="Gardens by day for the public, by the list of what "
                                                            "may leave.")] = None,
             fields: Annotated[Path | None, typer.Option("--fields", metavar="LIST.toml",
                                                         help="The city's own list of what may leave.")] = None,
             lang: Spoken = None, json: Json = False) -> None:
    """Tell the water in the ground of each irrigated zone: what it holds, lacks and is given, and what locks it."""
    from scenarios.irrigation.answers import expectations, to_dict, write_csv
    from scenarios.irrigation.carried import write_state
    from scenarios.irrigation.loading import find_programme, prepare_season, read_programme
    from twin.explaining.irrigated import teller_of
    from twin.explaining.irrigated_season import compared_seasons
    from twin.irrigation.indicators import Indicators
    from twin.irrigation.restart import restarts
    from twin.irrigation.season import balance

    spoken = language_of(lang)
    # What a file expects is expected of its own weather and days.
    is_whole = weather is None and first is None and last is None
    programmed = _varied(read_programme(find_programme(programme)), weather, first, last)
    with stages(computes=True, lang=spoken) as stage:
        stage("reading the city")
        result, city_file = _place(place, programmed, stage)
        stage("reading weather and programmes")
        prepared = prepare_season(programmed, city_file, result, state)
        d = _day(on, prepared.season.calendar)
        stage("following the water in the ground")
        told = Indicators(balance(prepared.season), programmed.spec.eur_m3)
        teller = teller_of(told.balance, prepared.kinds, spoken)
        other = None
        if against is not None:
            stage("reading the other programme")
            beside = _varied(read_programme(find_programme(against)), weather, first, last)
            held = prepare_season(beside, city_file, result, state)
            other = Indicators(balance(held.season), beside.spec.eur_m3)
        answer = to_dict(prepared, told, restarts(told.balance), d, teller) if json else {}
    if csv is not None:
        write_csv(told.balance, csv)
    if save is not None:
        write_state(told.balance, city_file.city, save)
    if html is not None:
        from viewer.outputs.irrigation import write_irrigation_page

        write_irrigation_page(told, teller, d, city=city_file.city.name, season=programmed.spec.season, out=html)
    if public is not None:
        from viewer.outputs.watering_page import write_watering_page

        write_watering_page(teller, d, city=city_file.city.name, out=public, fields=fields)
    if open_data is not None:
        from viewer.outputs.open_gardens import write_open_gardens

        write_open_gardens(teller, open_data, fields=fields)
    outcomes = expectations(prepared, told) if is_whole else []
    rows = None if other is None else compared_seasons(teller, told, other)
    if json:
        print_json({**answer, **({} if other is None else {"against": other.to_dict()}), "expectations": [
            {"where": o.where, "line": o.line, "subject": o.subject, "expected": o.expected, "found": o.found,
             "is_met": o.is_met} for o in outcomes]})
    else:
        _tell(programmed.spec.season, teller, told, d)
        if rows is not None and against is not None:
            _tell_compared(programme, against, rows)
        if outcomes:
            tell_outcomes(programmed.spec.season, programmed.path.name, outcomes, "", words_in(lang))
    if not all(outcome.is_met for outcome in outcomes):
        raise typer.Exit(NOT_AS_EXPECTED)


def _varied(programmed: Any, weather: Path | None, first: str | None, last: str | None) -> Any:
    """Give a programme file with other weather or other days."""
    from dataclasses import replace

    from twin.errors import InputError

    spec = programmed.spec
    days = {"first": _date(first, "--from") or spec.first, "last": _date(last, "--to") or spec.last}
    if days["last"] < days["first"]:
        raise InputError(field="--to", found=f"{days['last']} before {days['first']}",
                         expected="the first day first")
    changed: dict[str, Any] = dict(days)
    if weather is not None:
        changed["weather"] = spec.weather.model_copy(update={"file": weather.resolve()})
    return replace(programmed, spec=spec.model_copy(update=changed))


def _date(text: str | None, option: str) -> Any:
    from datetime import date

    from twin.errors import InputError

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InputError(field=option, found=f"'{text}'", expected="a day, YYYY-MM-DD") from None


def _place(name: str, programmed: Any, stage: Shown) -> tuple[Any, Any]:
    """Give the run and the city of a run folder; else the city, and the run of the night that the file names."""
    if (Path(name) / "run.json").is_file():
        from geodata.run.folder import read_run

        run = read_run(Path(name))
        return run.result, run.city_file
    from scenarios.night_before import run_night

    finished = run_night(programmed, name, stage)
    return None if finished is None else finished.result, city_named(name)


def _day(on: str | None, calendar: Any) -> int:
    from datetime import date

    from twin.errors import InputError

    if on is None:
        return int(calendar.days - 1)
    try:
        d = int(calendar.number(date.fromisoformat(on)))
    except ValueError:
        d = -1
    if not 0 <= d < calendar.days:
        raise InputError(field="--on", found=f"'{on}'",
                         expected=f"a day from {calendar.first} to {calendar.last}, YYYY-MM-DD")
    return d


def _tell(name: str, teller: GroundTeller, told: Indicators, d: int) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.irrigated import grouped_sentences, told_zone
    from twin.explaining.irrigated_season import HEADINGS, restart_lines, season_lines
    from twin.irrigation.restart import restarts

    words, season = teller.words, told.balance.season
    say(f"{name}, {words.day(season.calendar.day(d))}", style="bold")
    lines = season_lines(teller, told)
    for line in (line for line in lines if line.is_alarm):
        say(line.text, style="bold red")
    zones = [told_zone(teller, z, d) for z in range(len(season.zones))]
    table = Table(box=box.SIMPLE_HEAD)
    for heading in HEADINGS:
        table.add_column(words.text(heading), overflow="fold")
    for zone in zones:
        table.add_row(escape(zone.id), zone.holds, zone.lacks, escape(zone.gives), escape(zone.locked),
                      style="red" if zone.is_locked else "")
    console_on().print(table)
    for sentence in grouped_sentences(teller, d):
        say(sentence)
    for line in restart_lines(teller, restarts(told.balance), d):
        say(line.text)
    say("")
    for line in lines:
        if not line.is_alarm:
            say(line.text)


def _tell_compared(first: str, second: str, rows: list[tuple[str, str, str, str]]) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("", first, second, "±"):
        table.add_column(escape(heading), justify="right" if heading else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console_on().print(table)
