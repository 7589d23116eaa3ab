"""A comparison of two runs as files: JSON values and a CSV of the assets that change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geodata.atomic import write_whole
from twin.codes import Mechanism
from twin.quantities import NONE
from twin.results.compare import Comparison
from twin.results.result import Result
from twin.texts import inert

_COLUMNS = ("asset_id", "kind", "street", "worse_s", "better_s", "worse_dark_s", "better_dark_s", "first_out_before",
            "first_out_now", "back_before", "back_now", "worse_root", "worse_mechanism", "better_root",
            "better_mechanism")


def to_dict(found: Comparison) -> dict[str, Any]:
    """Give a comparison as plain JSON values; every asset that changes is a row."""
    return {"first": found.first.plan.name, "second": found.second.plan.name, "unlike": list(found.unlike),
            "no_difference": found.is_nothing,
            "figures": {name: {"first": a, "second": b} for name, (a, b) in found.figures.items()},
            "worse": found.groups(worse=True), "better": found.groups(worse=False),
            "changes": [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(found)]}


def write_csv(found: Comparison, out: Path) -> None:
    """Write a row for each asset that changes.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerows([inert(value) if isinstance(value, str) else "" if value is None else value for value in row]
                    for row in _rows(found))
    write_whole(out, text.getvalue(), opens="asset_id,kind,street,worse_s", sort="a comparison")


def _rows(found: Comparison) -> Iterator[tuple[Any, ...]]:
    changes, assets = found.changes, found.first.city.assets
    zone = ZoneInfo(found.first.city.timezone)

    def moment(seconds: int) -> str | None:
        return None if seconds == NONE else (found.first.plan.start + timedelta(seconds=int(seconds))).astimezone(
            zone).isoformat()

    def why(result: Result, outage: int) -> tuple[str | None, str | None]:
        if outage == NONE:
            return None, None
        return str(result.city.assets.id[result.outages.root[outage]]), Mechanism(
            int(result.outages.root_mechanism[outage])).word

    for i, row in enumerate(changes.asset.tolist()):
        asset = assets[row]
        yield (asset.id, asset.kind, asset.street or None, int(changes.worse_s[i]), int(changes.better_s[i]),
               int(changes.worse_dark_s[i]), int(changes.better_dark_s[i]),
               *(moment(side[i]) for side in changes.first_s), *(moment(side[i]) for side in changes.back_s),
               *why(found.second, int(changes.worse_outage[i])), *why(found.first, int(changes.better_outage[i])))
