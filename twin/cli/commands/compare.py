"""``twin compare``: two runs of one night beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, RunFolder, Spoken, language_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from twin.results.compare import Comparison


@app.command(short_help="Compare two runs of one night: who is better off, who worse, why.",
             epilog="Example:  twin compare q100 with-cut --lang fr")
def compare(first: RunFolder,
            second: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run to hold beside it.")],
            more: Annotated[list[Path] | None, typer.Argument(metavar="[RUN_DIR]...", help="More runs to hold beside "
                                                              "the first, one after the other.")] = None,
            csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv",
                                                     help="A row for each asset that changes.")] = None,
            map: Annotated[Path | None, typer.Option("--map", metavar="FILE.html",
                                                     help="The runs on one operator's map, with a slider.")] = None,
            lang: Spoken = None, json: Json = False) -> None:
    """Compare runs of one night with the first: figures, who is worse off, who is better off, and because of what.

    Two ensembles are compared night by night: they must draw the same.
    """
    from geodata.ensemble.folder import is_ensemble
    from geodata.run.comparing import to_dict, write_csv
    from geodata.run.folder import read_run
    from twin.errors import InputError
    from twin.results.compare import compare as compare_runs

    if csv is not None and more:
        raise InputError(field="--csv", found="--csv beside more than two runs", expected="two runs, or --json")

    others = [second, *(more or ())]
    if is_ensemble(first) or any(is_ensemble(one) for one in others):
        if map is not None or more:
            raise InputError(field="--map" if map is not None else "RUN_DIR", expected="runs, not ensembles",
                             found="a map of ensembles" if map is not None else "three ensembles or more")
        _compare_nights(first, second, csv, language_of(lang), as_json=json)
        return
    with stages(lang=language_of(lang)) as stage:
        stage("reading the runs")
        base, runs = read_run(first), [read_run(one) for one in others]
        found = [compare_runs(base.result, run.result) for run in runs]
        if map is not None:
            from viewer.outputs.compared_page import export_compared

            stage("writing")
            export_compared(base, list(zip(runs, found, strict=True)), map, lang=language_of(lang))
    if csv is not None:
        write_csv(found[0], csv)
    if json:
        told = [to_dict(one) for one in found]
        print_json(told if more else told[0])
        return
    for one, path in zip(found, others, strict=True):
        _tell(one, first, path, language_of(lang))


def _tell(found: Comparison, first: Path, second: Path, lang: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.compared import compared_lines, figures

    say(f"{first}: {found.first.plan.name}\n{second}: {found.second.plan.name}", style="bold")
    lines = compared_lines(found, lang)
    alarms, rest = [line for line in lines if line.is_alarm], [line for line in lines if not line.is_alarm]
    for line in alarms:
        say(line.text, style="bold red")
    if not found.is_nothing:
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("", str(first), str(second), "±"):
            table.add_column(escape(heading), justify="left" if not heading else "right", overflow="fold")
        for row in figures(found, lang):
            table.add_row(escape(row.name), row.first, row.second, row.difference)
        console_on().print(table)
    for line in rest:
        say(line.text)


def _compare_nights(first: Path, second: Path, csv: Path | None, lang: str, *, as_json: bool) -> None:
    """Tell two ensembles beside each other."""
    from dataclasses import asdict

    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from geodata.ensemble.folder import is_ensemble, read_ensemble
    from twin.ensemble.comparing import check_alike, compare_nights
    from twin.errors import InputError
    from twin.explaining.paired import paired_lines, paired_rows

    if not (is_ensemble(first) and is_ensemble(second)):
        raise InputError(found="an ensemble beside a run", expected="two runs, or two ensembles",
                         remedy="The run of an ensemble's plan stands in its folder `base`.")
    if csv is not None:
        raise InputError(field="--csv", found="--csv beside two ensembles", expected="--json")
    with stages(lang=lang) as stage:
        stage("reading the runs")
        a, b = read_ensemble(first), read_ensemble(second)
        check_alike(a.told, b.told)
        found = compare_nights(a.answers, b.answers, (tuple(a.told["sites"]), tuple(b.told["sites"])))
    if as_json:
        print_json({"nights": found.n, "figures": {
            name: {"first": one, "second": two, "difference": _finite(asdict(difference))}
            for name, (one, two, difference) in found.figures.items()},
            "sites": [{**asdict(change), "difference": _finite(asdict(change.difference))} for change in found.sites]})
        return
    say(f"{first}: {a.told['name']}\n{second}: {b.told['name']}", style="bold")
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("", str(first), str(second), "±"):
        table.add_column(escape(heading), justify="left" if not heading else "right", overflow="fold")
    for row in paired_rows(found, lang):
        table.add_row(escape(row.name), row.first, row.second, row.difference)
    console_on().print(table)
    for line in paired_lines(a.base.city, found, lang):
        say(line)


def _finite(values: dict[str, float]) -> dict[str, float | None]:
    """Give the values for JSON, which has no infinity: two plans that never differ have no ratio."""
    from math import isfinite

    return {name: value if isfinite(value) else None for name, value in values.items()}
