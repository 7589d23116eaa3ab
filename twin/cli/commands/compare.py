"""``twin compare``: two runs of one night, or two programmes of irrigation, beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.app import app
from twin.cli.arguments import City, Json, Spoken, city_named, language_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from twin.results.compare import Comparison


@app.command(short_help="Compare two runs of one night: who is better off, who worse, why.",
             epilog="Example:  twin compare q100 with-cut --lang fr")
def compare(first: Annotated[Path, typer.Argument(metavar="RUN_DIR|PROGRAMME.yaml",
                                                  help="A run, or a programme file of twin irrigate.")],
            second: Annotated[Path, typer.Argument(metavar="RUN_DIR|PROGRAMME.yaml", help="What to hold beside it.")],
            more: Annotated[list[Path] | None, typer.Argument(metavar="[RUN_DIR]...", help="More runs to hold beside "
                                                              "the first, one after the other.")] = None,
            city: City = None,
            csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv",
                                                     help="A row for each asset that changes.")] = None,
            map_: Annotated[Path | None, typer.Option("--map", metavar="FILE.html",
                                                     help="The runs on one operator's map, with a slider.")] = None,
            lang: Spoken = None, json: Json = False) -> None:
    """Compare runs of one night with the first: figures, who is worse off, who is better off, and because of what.

    Two ensembles are compared night by night: they must draw the same. Two programme files of irrigation are compared
    by m³, days of stress and cost, on one city and the same days.
    """
    from geodata.ensemble.place import is_ensemble
    from geodata.run.comparing import to_dict, write_csv
    from geodata.run.folder import read_run
    from twin.errors import InputError
    from twin.results.compare import compare as compare_runs

    others = [second, *(more or ())]
    if csv is not None and more:
        raise InputError(field="--csv", found="--csv beside more than two runs", expected="two runs, or --json")
    if is_programme(first) and all(map(is_programme, others)):
        if map_ is not None or more:
            raise InputError(field="--map" if map_ is not None else "PROGRAMME.yaml", expected="two programmes",
                             found="a map of programmes" if map_ is not None else "three programmes or more")
        _compare_programmes(first, second, city, csv, language_of(lang), as_json=json)
        return
    for one in others:
        _check_runs(first, one, city)
    if is_ensemble(first) or any(is_ensemble(one) for one in others):
        if map_ is not None or more:
            raise InputError(field="--map" if map_ is not None else "RUN_DIR", expected="runs, not ensembles",
                             found="a map of ensembles" if map_ is not None else "three ensembles or more")
        _compare_nights(first, second, csv, language_of(lang), as_json=json)
        return
    with stages(lang=language_of(lang)) as stage:
        stage("reading the runs")
        base, runs = read_run(first), [read_run(one) for one in others]
        found = [compare_runs(base.result, run.result) for run in runs]
        if map_ is not None:
            from viewer.outputs.compared_page import export_compared

            stage("writing")
            export_compared(base, list(zip(runs, found, strict=True)), map_, lang=language_of(lang))
    if csv is not None:
        write_csv(found[0], csv)
    if json:
        told = [{**to_dict(one), **_irrigated(base, run)} for one, run in zip(found, runs, strict=True)]
        print_json(told if more else told[0])
        return
    for one, run, path in zip(found, runs, others, strict=True):
        _tell(one, first, path, language_of(lang))
        _tell_irrigated(base, run, first, path, language_of(lang))


def _tell(found: Comparison, first: Path, second: Path, lang: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from geodata.wording import wording
    from twin.explaining.compared import compared_lines, figures

    colon = wording(lang).colon
    names = [one.plan.told(one.plan.name, lang) for one in (found.first, found.second)]
    say(f"{first}{colon}{names[0]}\n{second}{colon}{names[1]}", style="bold")
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

    from geodata.ensemble.folder import read_ensemble
    from geodata.ensemble.place import is_ensemble
    from geodata.wording import wording
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
    colon = wording(lang).colon
    say(f"{first}{colon}{a.told['name']}\n{second}{colon}{b.told['name']}", style="bold")
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


def is_programme(place: Path) -> bool:
    """Tell whether a programme file of irrigation stands there, or is shipped by that name."""
    from scenarios.irrigation.loading import shipped_programmes

    return place.is_file() or (str(place) in shipped_programmes() and not place.is_dir())


def _check_runs(first: Path, second: Path, city: str | None) -> None:
    """Refuse a programme beside a run, and a city beside runs, which bring their own."""
    from twin.errors import InputError

    if is_programme(first) != is_programme(second):
        raise InputError(found="a programme file beside a run", expected="two runs, or two programme files")
    if city is not None:
        raise InputError(field="--city", found="--city beside two runs", expected="two programme files, or no --city")


def _compare_programmes(first: Path, second: Path, city: str | None, csv: Path | None, lang: str, *, as_json: bool
                        ) -> None:
    """Tell two programmes of irrigation beside each other: m³, days of stress, cost."""
    from scenarios.irrigation.loading import find_programme, prepare_season, read_programme
    from scenarios.night_before import run_night
    from twin.errors import InputError
    from twin.explaining.irrigated import teller_of
    from twin.explaining.irrigated_season import compared_seasons
    from twin.irrigation.indicators import Indicators
    from twin.irrigation.season import balance

    if csv is not None:
        raise InputError(field="--csv", found="--csv beside two programmes", expected="--json",
                         remedy="twin irrigate --csv writes the days of one.")
    place, sides = city or "valmont", []
    with stages(computes=True, lang=lang) as stage:
        for name in (first, second):
            programmed = read_programme(find_programme(name))
            night = run_night(programmed, place, stage)
            stage("following the water in the ground")
            ready = prepare_season(programmed, city_named(place), None if night is None else night.result)
            sides.append((ready, Indicators(balance(ready.season), programmed.spec.eur_m3)))
    (ready, one), (_, other) = sides
    rows = compared_seasons(teller_of(one.balance, ready.kinds, lang), one, other)
    if as_json:
        print_json({"first": one.to_dict(), "second": other.to_dict()})
        return
    _tell_rows(rows, first, second)


def _irrigated(first: Run, second: Run) -> dict[str, Any]:
    """Give what the seasons of two runs come to; nothing where one has none."""
    if first.gardens is None or second.gardens is None:
        return {}
    return {"irrigation": {"first": first.gardens.told.to_dict(), "second": second.gardens.told.to_dict()}}


def _tell_irrigated(a: Run, b: Run, first: Path, second: Path, lang: str) -> None:
    """Tell the seasons of two runs beside each other, where both have one."""
    if a.gardens is None or b.gardens is None:
        return
    from twin.explaining.irrigated_run import gardens_teller
    from twin.explaining.irrigated_season import compared_seasons

    teller = gardens_teller(a.gardens, a.result.city.assets.kinds, lang)
    say(teller.words.text("Irrigation over the season"), style="bold")
    _tell_rows(compared_seasons(teller, a.gardens.told, b.gardens.told), first, second)


def _tell_rows(rows: list[tuple[str, str, str, str]], first: Path, second: Path) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("", str(first), str(second), "±"):
        table.add_column(escape(heading), justify="left" if not heading else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console_on().print(table)
