"""A list of an ensemble as files: JSON values and CSV."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from twin.ensemble.listing import LikelyListed, LikelyListing

#: Columns of the CSV, in order.
COLUMNS = ("asset_id", "kind", "name", "street", "word", "nights_out", "nights", "share_low", "share_high", "cause",
           "cause_mechanism", "cause_nights", "first_out_p10", "first_out_p90", "back_p50", "back_p90")


def to_dict(found: LikelyListing) -> dict[str, Any]:
    """Give a list as plain JSON values; times ISO 8601 in the city's zone, null: later than the horizon."""
    base = found.base
    return {"run": base.plan.name, "status": base.plan.status, "nights": found.answers.n,
            "at": None if found.at_s is None else base.view.moment(found.at_s),
            "counts": {kind: {str(word): n for word, n in counts.items()} for kind, counts in found.counts.items()},
            "hardly_ever": found.hardly, "rows": [_row(found, row) for row in found.rows]}


def write_csv(found: LikelyListing, out: Path) -> None:
    """Write a row for each asset of a list.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    rows = (_row(found, row) for row in found.rows)
    write_csv_file(out, COLUMNS, ([row[name] for name in COLUMNS] for row in rows), sort="a list of assets")


def _row(found: LikelyListing, row: LikelyListed) -> dict[str, Any]:
    asset, cause, ids = row.asset, row.cause, found.base.city.assets.id

    def moment(seconds: float) -> str | None:
        return found.base.view.moment(int(seconds)) if isfinite(seconds) else None

    return {"asset_id": asset.id, "kind": asset.kind, "name": asset.name or None, "street": asset.street or None,
            "word": str(row.word), "nights_out": row.share.count, "nights": row.share.n,
            "share_low": round(row.share.low, 4), "share_high": round(row.share.high, 4),
            "cause": None if cause is None else str(ids[cause.root]),
            "cause_mechanism": None if cause is None else cause.mechanism.word,
            "cause_nights": None if cause is None else cause.count,
            "first_out_p10": moment(row.first_s[0]), "first_out_p90": moment(row.first_s[1]),
            "back_p50": moment(row.back_s[0]), "back_p90": moment(row.back_s[1])}
