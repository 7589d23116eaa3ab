"""``twin run``, ``twin test`` and ``twin schema``: scenarios to results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import City, Issued, Json, Scenario, Spoken, check_place, language_of, words_in
from twin.cli.exits import NOT_AS_EXPECTED, YOUR_INPUT
from twin.cli.printing import print_json, say
from twin.cli.progress import Form, Told, stages
from twin.cli.summary import expiry, summary_of, tell_expiry, tell_outcomes, tell_run


@app.command(short_help="Run a scenario; leave a run folder.",
             epilog="Example:  twin run ouche-q10 --out q10")
def run(scenario: Scenario,
        out: Annotated[Path, typer.Option("--out", metavar="RUN_DIR", help="Where the run folder goes.")],
        city: City = None, issued: Issued = None,
        date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Move an exercise or a "
                                                 "simulation to this day, or to today.")] = None,
        lang: Spoken = None, progress: Told = Form.AUTO, json: Json = False) -> None:
    """Run a scenario and leave a run folder: outages, their causes, exposure, and the city used."""
    from scenarios import load_scenario, prepare, run_scenario
    from scenarios.moving import day_of, on_day
    from twin.errors import InputError
    from twin.explaining.measured import measures_of
    from twin.explaining.words import speech
    from twin.kernels.supply import beside

    check_place(out)
    day = day_of(date)
    if date is not None and issued is not None:
        raise InputError(field="--date", found="--date beside --issued", expected="one of them",
                         remedy="A night that is moved takes its issue time with it.")
    with stages(computes=True, lang=language_of(lang), form=progress) as stage:
        stage("reading the city")
        loaded = load_scenario(scenario)
        beside.begin()
        prepared = prepare(loaded, city=city, issued_at=issued)
        if date is not None:
            prepared = on_day(prepared, day)
        finished = run_scenario(prepared, tell=stage)
        stage("writing the run folder")
        finished.write(out)
    told = summary_of(finished)
    if json:
        print_json({"run": str(out), **told.to_dict(), "measures": measures_of(finished.result.plan),
                    **expiry(prepared.plan)})
        return
    words = speech(language_of(lang))
    tell_run(finished, told, out, words.lang)
    if date is not None:
        say("  " + words.text("The night was moved to {day}.", day=words.day(prepared.plan.start)))
    tell_expiry(prepared.plan, language_of(lang), finished.result.city.timezone)
    say("")
    if told.asset_to_explain:
        say(words.text("Why it is out:  {command}", command=f"twin explain {out} {told.asset_to_explain}"
                       + (f" --lang {lang}" if lang else "")))
    say(words.text("On a map:       {command}", command=f"twin export {out} --out map.html"))


@app.command("test", short_help="Run scenarios whose `expect` must hold.",
             epilog="Example:  twin test scenarios/")
def hold(paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders of them.")],
         city: City = None, lang: Spoken = None, json: Json = False) -> None:
    """Run scenarios whose `expect` must hold; exit with 3 where one does not."""
    from geodata.wording import refusal_text
    from scenarios.suite import gather, run_suite

    files, spoken = gather(paths), language_of(lang)
    with stages(computes=True, lang=spoken) as stage:
        # what programs read stays in one language unless another is asked for
        reports = run_suite(files, city=city, issued_at="now", tell=stage, say=lambda error: refusal_text(
            error, "en" if json and lang is None else spoken))
    if json:
        print_json([report.to_dict() for report in reports])
    else:
        for report in reports:
            tell_outcomes(report.name, report.file, report.outcomes, report.error, words_in(lang))
        met = sum(outcome.is_met for report in reports for outcome in report.outcomes)
        total = sum(len(report.outcomes) for report in reports)
        say(words_in(lang).plural("{met} of {total} expectations hold, in {n} scenario.",
                                  "{met} of {total} expectations hold, in {n} scenarios.", len(reports), met=met,
                                  total=total))
    if any(report.error for report in reports):
        raise typer.Exit(YOUR_INPUT)
    if any(not outcome.is_met for report in reports for outcome in report.outcomes):
        raise typer.Exit(NOT_AS_EXPECTED)


@app.command(short_help="Print the JSON Schema of scenario files.",
             epilog="Example:  twin schema > scenario.schema.json")
def schema(irrigation: Annotated[bool, typer.Option("--irrigation",
                                                    help="Of the programme files of twin irrigate.")] = False) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check as you type."""
    from scenarios.editor import programme_schema_text, schema_text

    sys.stdout.write(programme_schema_text() if irrigation else schema_text())
