"""A list of assets at a moment as files: JSON values and CSV."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from geodata.run.headings import headings, in_words, opens, word
from twin.results.listing import Listed, Listing

_TREND = {1: "rising", 0: "steady", -1: "falling"}


def to_dict(found: Listing) -> dict[str, Any]:
    """Give a list as plain JSON values; times ISO 8601 in the city's zone."""
    plan = found.result.plan
    return {"run": plan.name, "status": plan.status, "at": found.result.view.moment(found.t_s),
            "counts": {kind: dict(states) for kind, states in found.counts.items()},
            "rows": [row_of(found, row) for row in found.rows]}


def write_csv(found: Listing, out: Path, lang: str = "en") -> None:
    """Write a row for each asset of a list; several states are parted by ``;``.

    Parameters
    ----------
    found
        The list.
    out
        The file.
    lang
        ``en``: columns and states by their keys, which stay; ``fr``: in French, for people.

    Raises
    ------
    InputError
        The place cannot be written; a language other than fr and en.
    """
    kinds = found.result.city.assets.kinds
    rows = ({**row, "kind": row["kind"] if lang == "en" else kinds[row["kind"]].words[lang].one}
            for row in (row_of(found, one) for one in found.rows))
    write_csv_file(out, headings(COLUMNS, lang), (
        [in_words(row[name], lang) if name == "states" else row[name] if name in _NAMES else word(row[name], lang)
         for name in COLUMNS] for row in rows), sort="a list of assets", opens=opens(COLUMNS), lang=lang)


#: Columns of the CSV, in order.
COLUMNS = ("asset_id", "kind", "name", "street", "district", "by", "operator", "people", "states", "since", "back",
           "may_be_out_from", "out_computed_from", "out_surely_from", "root", "root_mechanism", "reserve_until",
           "fed_by", "depth_m", "trend", "peak_depth_m", "peak_time", "wet_since", "touched_since_test",
           "flooded_since_test", "repaired_at", "waits_for", "cut", "reported", "reported_at", "reported_by",
           "cut_off_since", "reached_again")


#: Columns whose cells are names, ids or moments and no words of the tables.
_NAMES = ("asset_id", "kind", "name", "street", "district", "operator", "root", "fed_by", "cut", "reported_by")


def row_of(found: Listing, row: Listed) -> dict[str, Any]:
    """Give one asset as plain JSON values."""
    asset, moment = row.asset, found.result.view.moment
    return {
        "asset_id": asset.id, "kind": asset.kind, "name": asset.name or None, "street": asset.street or None,
        "district": asset.district or None, "by": row.by, "operator": asset.operator or None, "people": row.people,
        "states": list(row.states), "since": moment(row.since_s), "back": moment(row.back_s),
        "may_be_out_from": None if row.loss is None else moment(row.loss.may_s),
        "out_computed_from": None if row.loss is None else moment(row.loss.computed_s),
        "out_surely_from": None if row.loss is None else moment(row.loss.sure_s),
        "root": None if row.root is None else row.root.id,
        "root_mechanism": None if row.root_mechanism is None else row.root_mechanism.word,
        "reserve_until": moment(row.reserve_ends_s),
        "fed_by": None if row.fed_by is None else row.fed_by.id, "depth_m": _metres(row.depth_m),
        "trend": None if isnan(row.depth_m) else _TREND[row.trend], "peak_depth_m": _metres(row.peak_depth_m),
        "peak_time": moment(row.peak_time_s), "wet_since": moment(row.wet_since_s),
        "touched_since_test": moment(row.touched_since_test_s),
        "flooded_since_test": moment(row.flooded_since_test_s),
        "repaired_at": moment(row.repaired_s), "waits_for": None if row.waits_for is None else row.waits_for.id,
        "cut": None if row.cut is None else row.cut.id, "reported": row.fact or None,
        "reported_at": moment(row.fact_s), "reported_by": row.fact_by or None,
        "cut_off_since": moment(row.cut_off_s), "reached_again": moment(row.reached_s)}


def _metres(depth_m: float) -> float | None:
    return None if isnan(depth_m) else round(depth_m, 3)
