"""``twin year``: from nights with return periods to what is to be expected in a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, language_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from geodata.ensemble.figures import Figures
    from twin.ensemble.yearly import YearFigure


@app.command(short_help="Tell what is to be expected in a year, from nights with return periods.",
             epilog="Example:  twin year q10=10 q100=100 --harmless 5")
def year(nights: Annotated[list[str], typer.Argument(metavar="DIR=YEARS...", help="Runs or ensembles, each with its "
                                                     "return period.")],
         against: Annotated[list[str] | None, typer.Option("--against", metavar="DIR=YEARS", help="The same nights "
                                                           "with a measure; once for each night.")] = None,
         harmless: Annotated[float | None, typer.Option("--harmless", metavar="YEARS", help="Return period of the "
                                                        "flood that does no harm yet.")] = None,
         damage: Annotated[Path | None, typer.Option("--damage", metavar="FILE.yaml", help="What things are worth, and "
                                                     "by which curve water takes it.")] = None,
         csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv", help="Curve and sum of each figure.")
                        ] = None,
         figure: Annotated[Path | None, typer.Option("--figure", metavar="FILE.svg", help="The curve of the damage, or "
                                                     "of lamp-hours, drawn.")] = None,
         lang: Spoken = None, json: Json = False) -> None:
    """Tell what is to be expected in a year on average, and what a measure changes of it."""
    from geodata.ensemble.figures import read_figures
    from geodata.ensemble.yearly import to_dict, write_csv
    from twin.ensemble.comparing import check_alike
    from twin.ensemble.yearly import yearly

    spoken = language_of(lang)
    folders = _nights(nights)
    others = _nights(against or [])
    _check(folders, others)
    years = sorted(folders)
    with stages(lang=spoken) as stage:
        stage("reading the runs")
        first, second = ([read_figures(side[t], damage) for t in years] if side else [] for side in (folders, others))
        for a, b in zip(first, second, strict=False):
            if a.is_ensemble and b.is_ensemble:
                check_alike(a.told, b.told)
        found = yearly(years, first, second, harmless)
    damages = first[0].damages
    currency = "" if damages is None else damages.currency
    if csv is not None:
        write_csv(found, years, currency, csv)
    if figure is not None:
        from viewer.outputs.year_figure import write_figure

        write_figure(found, years, harmless, currency, figure, lang=spoken)
    if json:
        print_json(to_dict(found, years, harmless, currency))
        return
    _tell(found, first, years, harmless, currency, spoken)


def _nights(words: list[str]) -> dict[float, Path]:
    from twin.errors import InputError

    found: dict[float, Path] = {}
    for word in words:
        folder, _, years = word.rpartition("=")
        try:
            period = float(years)
        except ValueError:
            period = 0.0
        if not folder or not period > 0 or period in found:
            raise InputError(field="DIR=YEARS", found=f"'{word}'" + (" again" if period in found else ""),
                             expected="a folder and its return period, q100=100 for example, each period once")
        found[period] = Path(folder)
    return found


def _check(folders: dict[float, Path], others: dict[float, Path]) -> None:
    from twin.errors import InputError

    if others and set(others) != set(folders):
        raise InputError(field="--against", found=", ".join(f"{t:g}" for t in sorted(others)),
                         expected="the same return periods: " + ", ".join(f"{t:g}" for t in sorted(folders)))


def _tell(found: dict[str, YearFigure], first: list[Figures], years: list[float], harmless: float | None,
          currency: str, lang: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.yearly import damage_lines, year_columns, year_lines, year_rows

    head, *rest = year_lines(found["lamp_hours_dark"].year, years, harmless, lang)
    if currency:
        more = damage_lines(found["damage"], years, currency, [side.unknown for side in first], lang)
        head, rest = more[0], [head, *more[1:], *rest]
    say(head, style="bold")
    has_change = found["lamp_hours_dark"].change is not None
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("", *year_columns(years, lang), *(["±"] if has_change else [])):
        table.add_column(escape(column), justify="left" if not column else "right", overflow="fold")
    for row in year_rows(found, first[0].kinds, currency, lang):
        table.add_row(escape(row.name), *row.nights, row.year, *([row.change] if has_change else []))
    console_on().print(table)
    for line in rest:
        say(line)
