"""What crews did as files: a CSV and JSON values, a row for each stage of each visit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geodata.atomic import write_whole
from twin.quantities import NONE
from twin.results.result import Result

_COLUMNS = ("crew", "asset_id", "assets", "kind", "name", "street", "stage", "start", "end", "planned_until", "by")


def rows_of(result: Result) -> Iterator[dict[str, Any]]:
    """Give what crews did in order of time; ``end`` None: not over at the end of the run."""
    assets, zone = result.city.assets, ZoneInfo(result.city.timezone)

    def moment(seconds: int) -> str | None:
        return None if seconds == NONE else (result.plan.start + timedelta(seconds=seconds)).astimezone(
            zone).isoformat()

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
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows_of(result))
    write_whole(out, text.getvalue(), opens="crew,asset_id,assets", sort="a list of visits")
