"""The figures of a year as files: JSON values, and the curve and the table as one CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from twin.ensemble.confidence import Difference
from twin.ensemble.yearly import YearFigure

#: Columns of the CSV: a row for each figure and return period, and one without a period for the year.
COLUMNS = ("figure", "unit", "return_period_years", "probability", "mean", "low", "high", "nights", "change",
           "change_low", "change_high")


def unit_of(name: str, currency: str) -> str:
    """Give the unit of a figure: money of damage, lamp-hours, and else a number of things."""
    return currency if name.startswith("damage") else "h" if "hours" in name else "1"


def to_dict(found: Mapping[str, YearFigure], years: Sequence[float], harmless_years: float | None, currency: str
            ) -> dict[str, Any]:
    """Give the figures as plain JSON values."""
    return {"years": list(years), "harmless_years": harmless_years, "currency": currency or None, "figures": {
        name: {"unit": unit_of(name, currency), "nights": [point.mean for point in figure.nights],
               "curve": [{"years": t, "probability": 1 / t, **asdict(point)}
                         for t, point in zip(years, figure.nights, strict=True)],
               **asdict(figure.year), "interval": None if figure.interval is None else list(figure.interval),
               "changes": [_change(change) for change in figure.changes],
               "change": None if figure.change is None else _change(figure.change)} for name, figure in found.items()}}


def write_csv(found: Mapping[str, YearFigure], years: Sequence[float], currency: str, out: Path) -> None:
    """Write the curve and the sum of each figure.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    rows = (row for name, figure in found.items() for row in _rows(name, figure, years, currency))
    write_csv_file(out, COLUMNS, rows, sort="figures of a year")


def _rows(name: str, figure: YearFigure, years: Sequence[float], currency: str) -> Iterator[list[Any]]:
    unit = unit_of(name, currency)
    for k, (t, point) in enumerate(zip(years, figure.nights, strict=True)):
        change = figure.changes[k] if figure.changes else None
        yield [name, unit, t, round(1 / t, 9), *_rounded(point.mean, point.low, point.high), point.n, *_cells(change)]
    low, high = figure.interval or (None, None)
    yield [name, unit, None, None, *_rounded(figure.year.total, low, high), None, *_cells(figure.change)]


def _rounded(*values: float | None) -> list[float | None]:
    return [None if value is None else round(value, 4) for value in values]


def _cells(change: Difference | None) -> list[float | None]:
    return [None] * 3 if change is None else _rounded(change.value, change.low, change.high)


def _change(change: Difference) -> dict[str, float]:
    return {key: asdict(change)[key] for key in ("value", "low", "high")}
