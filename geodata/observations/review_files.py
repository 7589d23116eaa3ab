"""What a review leaves as tables: a row an asset, a row a height that was taught, a row a night over the years."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from math import isfinite, isnan
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geodata.csv_file import csv_text, write_csv_file
from geodata.inputs.plain_file import bytes_of
from twin.errors import InputError
from twin.quantities import NONE
from twin.review.night import by_the_clock
from twin.review.review import Review, Scores
from twin.world.city import City

VERDICTS = ("asset", "kind", "street", "verdict", "foretold", "last_seen_in_service", "first_seen_out", "error_min")
HEIGHTS = ("asset", "kind", "street", "fail_m", "taught_p10_m", "taught_p50_m", "taught_p90_m", "stood_in_m",
           "failed_by_m", "more_than_errors")
HISTORY = ("night", "id", "city", "status", "runs", "assets_seen", "reports_by_people", "hits", "misses",
           "false_alarms", "quiet", "unseen", "pod", "far", "csi", "median_error_min", "level_rms_m", "heights_taught")


def write_verdicts(found: Review, out: Path) -> None:
    """Write a row for each asset that was foretold or seen: the verdict of the last run before it was seen."""
    city = found.night.issues[-1].result.city
    write_csv_file(out, VERDICTS, (
        (*_named(city, one.asset), one.verdict.value, *(_moment(city, at) for at in (one.foretold, one.last_lit,
                                                                                  one.first_dark)),
         None if one.error_s is None else round(one.error_s / 60)) for one in found.last), sort="a review of assets")


def write_heights(found: Review, out: Path) -> None:
    """Write the heights that the night teaches, for whoever keeps the city."""
    city = found.night.issues[-1].result.city
    write_csv_file(out, HEIGHTS, (
        (*_named(city, one.asset), *(None if isnan(metres) else round(metres, 3) for metres in (
            one.before_m, one.p10_m, one.p50_m, one.p90_m, one.stood_m, one.failed_m)), one.is_beyond)
        for one in found.taught), sort="heights that a night taught")


def keep_history(found: Review, out: Path) -> int:
    """Put the night's row into the table of all nights, in place of an earlier one of the same runs; give its length.

    Raises
    ------
    InputError
        The file is no such table, or cannot be written.
    """
    rows = {row["id"]: row for row in _history(out)} if out.exists() else {}
    mine = dict(zip(HISTORY, ("" if cell is None else str(cell) for cell in history_row(found)), strict=True))
    rows[mine["id"]] = mine
    ordered = sorted(rows.values(), key=lambda row: (row["night"], row["id"]))
    write_csv_file(out, HISTORY, ([row[name] for name in HISTORY] for row in ordered), sort="a history of nights")
    return len(ordered)


def history_row(found: Review) -> tuple[Any, ...]:
    """Give the night in one row, in the order of ``HISTORY``: its identity is the plans of its runs."""
    plans = [str(one.result.provenance.get("plan_sha256", one.name)) for one in found.night.issues]
    last, scores = found.night.issues[-1].result, found.scores
    table = scores.table
    errors = [one.rms_m for one in found.levels]
    return (last.plan.start.astimezone(ZoneInfo(last.city.timezone)).date().isoformat(),
            sha256("\n".join(sorted(plans)).encode()).hexdigest()[:16], last.city.name, last.plan.status,
            len(found.issues), found.seen, found.night.called, table.hits, table.misses, table.false_alarms,
            table.quiet, scores.unseen,
            *(None if isnan(share) else round(share, 3) for share in (table.pod, table.far, table.csi)),
            round(scores.median_error_s / 60) if scores.timed else None,
            round(max(errors), 3) if errors else None, len(found.taught))


def to_dict(found: Review) -> dict[str, Any]:
    """Give a review as plain JSON values; moments in seconds since 1970, None where there is no figure."""
    ids = found.night.issues[-1].result.city.assets.id
    return {"issues": [{"name": one.issue.name, "issued": one.issue.issued, "known": one.known, **_scores(one.scores)}
                       for one in found.issues],
            "last": _scores(found.scores), "by_kind": {name: _scores(of) for name, of in found.by_kind},
            "by_street": {name: _scores(of) for name, of in found.by_street}, "assets_seen": found.seen,
            "reports_by_people": found.night.called, "left_out": dict(found.night.left_out),
            "assets": [{"asset": str(ids[one.asset]), "verdict": one.verdict.value, "error_s": one.error_s}
                       for one in found.last],
            "levels": [_finite(asdict(one)) for one in found.levels],
            "heights": [{**_finite(asdict(one)), "asset": str(ids[one.asset])} for one in found.taught]}


def _scores(of: Scores) -> dict[str, Any]:
    table = of.table
    return _finite({**asdict(table), "pod": table.pod, "far": table.far, "csi": table.csi, "unseen": of.unseen,
                    "may_came": of.may_came, "may_not": of.may_not, "may_unseen": of.may_unseen, "timed": of.timed,
                    "median_error_s": of.median_error_s})


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in values.items()}


def _history(file: Path) -> Iterator[dict[str, str]]:
    text = bytes_of(file, expected="a history of nights (CSV)").decode("utf-8", "replace")
    rows = csv.DictReader(text.splitlines())
    if tuple(rows.fieldnames or ()) != HISTORY:
        raise InputError(file=str(file), line=1, found=f"the columns {', '.join(rows.fieldnames or ())[:200]}",
                         expected=csv_text(HISTORY, ()).strip(), remedy="Give the history a file of its own.")
    for row in rows:
        if None in row or None in row.values():
            raise InputError(file=str(file), line=rows.line_num, found="a row with more or fewer cells",
                             expected=f"{len(HISTORY)} cells")
        yield row


def _named(city: City, row: int) -> tuple[str, str, str]:
    return (str(city.assets.id[row]), str(city.assets.kinds.names[city.assets.kind[row]]),
            str(city.assets.street[row] or ""))


def _moment(city: City, at: int) -> str | None:
    return None if at == NONE else by_the_clock(city, at).isoformat()
