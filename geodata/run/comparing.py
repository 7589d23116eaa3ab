"""A comparison of two runs as files: JSON values and a CSV of the assets that change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from twin.codes import Mechanism
from twin.quantities import NONE
from twin.results.compare import Comparison
from twin.results.later import Later
from twin.results.result import Result

_COLUMNS = ("asset_id", "kind", "street", "worse_s", "better_s", "worse_dark_s", "better_dark_s", "first_out_before",
            "first_out_now", "back_before", "back_now", "worse_root", "worse_mechanism", "better_root",
            "better_mechanism")


def to_dict(found: Comparison) -> dict[str, Any]:
    """Give a comparison as plain JSON values; every asset that changes is a row."""
    return {"first": found.first.plan.name, "second": found.second.plan.name, "unlike": list(found.unlike),
            "no_difference": found.is_nothing,
            "figures": {name: {"first": a, "second": b} for name, (a, b) in found.figures.items()},
            "worse": found.groups(worse=True), "better": found.groups(worse=False),
            "later": [_later(found, one) for one in found.later],
            "changes": [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(found)]}


def _later(found: Comparison, one: Later) -> dict[str, Any]:
    ids, moment = found.second.city.assets.id, found.first.view.moment
    return {"asset": str(ids[one.second]), "later_s": one.by_s, "back_before": moment(one.back_s[0]),
            "back_now": moment(one.back_s[1]), "waits_for": one.reason or None, "since": moment(one.since_s),
            "crews": [{"crew": busy.crew, "asset": str(ids[busy.asset]), "since": moment(busy.since_s)}
                      for busy in one.busy]}


def write_csv(found: Comparison, out: Path) -> None:
    """Write a row for each asset that changes.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    write_csv_file(out, _COLUMNS, _rows(found), sort="a comparison")


def _rows(found: Comparison) -> Iterator[tuple[Any, ...]]:
    changes, assets, moment = found.changes, found.first.city.assets, found.first.view.moment

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
