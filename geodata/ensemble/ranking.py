"""The ranking of an ensemble as files: JSON values and CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from twin.deciding.terms import COUNTS
from twin.ensemble.ranking import LikelyRanking, Spared

_HOURS = {name: name.removesuffix("_s") + "_h" for name in COUNTS}
#: Columns of the CSV, in order.
COLUMNS = ("asset_id", "kind", "street", "nights", "nights_with_water", *(
    f"{hours}{end}" for hours in _HOURS.values() for end in ("_spared", "_low", "_high")))


def to_dict(found: LikelyRanking) -> dict[str, Any]:
    """Give a ranking as plain JSON values; hours in a night on average."""
    return {"nights": found.n, "by": found.objective, "untried": found.untried,
            "nights_to_tell_the_first_two_apart": found.nights_to_tell_apart,
            "rows": [_row(found, row) for row in found.rows]}


def write_csv(found: LikelyRanking, out: Path) -> None:
    """Write a row for each protection that was tried.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    rows = (_row(found, row) for row in found.rows)
    write_csv_file(out, COLUMNS, ([row[name] for name in COLUMNS] for row in rows), sort="a ranking of an ensemble")


def _row(found: LikelyRanking, row: Spared) -> dict[str, Any]:
    asset = found.base.city.assets[row.asset]
    told: dict[str, Any] = {"asset_id": asset.id, "kind": asset.kind, "street": asset.street or None,
                            "nights": found.n, "nights_with_water": row.tried}
    for hours, value in zip(_HOURS.values(), row.spared, strict=True):
        told |= {f"{hours}_spared": round(value.value / 3600, 4), f"{hours}_low": round(value.low / 3600, 4),
                 f"{hours}_high": round(value.high / 3600, 4)}
    return told
