"""What crews did as files: a CSV and JSON values, a row for each stage of each visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from twin.results.result import Result

_COLUMNS = ("crew", "asset_id", "assets", "kind", "name", "street", "stage", "start", "end", "planned_until", "by")


def rows_of(result: Result) -> Iterator[dict[str, Any]]:
    """Give what crews did in order of time; ``end`` None: not over at the end of the run."""
    assets, moment = result.city.assets, result.view.moment
    for shift in result.crew_work:
        asset = assets[shift.asset]
        yield dict(zip(_COLUMNS, (
            shift.crew, asset.id, shift.count, asset.kind, asset.name, asset.street, shift.stage,
            moment(shift.start_s), moment(shift.end_s), moment(shift.until_s), " > ".join(shift.streets)), strict=True))


def write_csv(result: Result, out: Path) -> None:
    """Write the rows as CSV.

    Raises
    ------
    InputError
        The place cannot be written, or holds something else.
    """
    write_csv_file(out, _COLUMNS, (row.values() for row in rows_of(result)), sort="a list of visits", known_by=3)
