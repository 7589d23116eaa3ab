"""``twin year``: from nights with return periods to what is to be expected in a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, language_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from geodata.ensemble.figures import Figures


@app.command(short_help="Tell what is to be expected in a year, from nights with return periods.",
             epilog="Example:  twin year q10=10 q100=100 --harmless 5")
def year(nights: Annotated[list[str], typer.Argument(metavar="DIR=YEARS...", help="Runs or ensembles, each with its "
                                                     "return period.")],
         against: Annotated[list[str] | None, typer.Option("--against", metavar="DIR=YEARS", help="The same nights "
                                                           "with a measure; once for each night.")] = None,
         harmless: Annotated[float | None, typer.Option("--harmless", metavar="YEARS", help="Return period of the "
                                                        "flood that does no harm yet.")] = None,
         lang: Spoken = None, json: Json = False) -> None:
    """Tell what is to be expected in a year on average, and what a measure changes of it."""
    from dataclasses import asdict

    from geodata.ensemble.figures import read_figures
    from twin.ensemble.year import in_a_year, sure_in_a_year

    spoken = language_of(lang)
    folders = _nights(nights)
    others = _nights(against or [])
    _check(folders, others)
    years = sorted(folders)
    with stages(lang=spoken) as stage:
        stage("reading the runs")
        sides = [[read_figures(side[t]) for t in years] for side in (folders, others) if side]
    first = sides[0]
    names = [name for name in first[0].figures if all(name in side.figures for side in first)]
    means = {name: [float(side.figures[name].mean()) for side in first] for name in names}
    found = {name: in_a_year(years, values, harmless) for name, values in means.items()}
    sure = {name: sure_in_a_year(years, [side.figures[name] for side in first], harmless) for name in names} \
        if any(side.is_ensemble for side in first) else {}
    changes = _changes(*sides, names=names, years=years, harmless=harmless) if others else {}
    if json:
        print_json({"years": years, "harmless_years": harmless, "figures": {
            name: {"nights": means[name], **asdict(found[name]),
                   "interval": list(sure[name]) if name in sure else None,
                   "change": {key: asdict(changes[name])[key] for key in ("value", "low", "high")}
                   if name in changes else None} for name in names}})
        return
    _tell(years, means, found, sure, changes, harmless, spoken)


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


def _changes(first: list[Figures], second: list[Figures], *, names: list[str], years: list[float],
             harmless: float | None) -> dict[str, Any]:
    """Give what the second nights change of the first in a year, night by night where both are ensembles."""
    import numpy as np

    from twin.ensemble.comparing import check_alike
    from twin.ensemble.confidence import Difference, paired
    from twin.ensemble.year import saved_in_a_year

    pairs: dict[str, list[Difference]] = {name: [] for name in names}
    for a, b in zip(first, second, strict=True):
        if a.is_ensemble and b.is_ensemble:
            check_alike(a.told, b.told)
        _, mine, theirs = np.intersect1d(a.index, b.index, return_indices=True)
        for name in names:
            one, two = a.figures[name], b.figures[name]
            if len(mine) > 1:
                pairs[name].append(paired(one[mine], two[theirs]))
            else:
                change = float(two.mean() - one.mean())
                pairs[name].append(Difference(change, change, change, 1, 1.0))
    return {name: saved_in_a_year(years, of, harmless) for name, of in pairs.items()}


def _tell(years: list[float], means: Any, found: Any, sure: Any, changes: Any, harmless: float | None, lang: str
          ) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from twin.explaining.yearly import year_columns, year_lines, year_rows

    first, *rest = year_lines(found["lamp_hours_dark"], years, harmless, lang)
    say(first, style="bold")
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("", *year_columns(years, lang), *(["±"] if changes else [])):
        table.add_column(escape(head), justify="left" if not head else "right", overflow="fold")
    for row in year_rows(means, found, sure, changes, lang):
        table.add_row(escape(row.name), *row.nights, row.year, *([row.change] if changes else []))
    console_on().print(table)
    for line in rest:
        say(line)
