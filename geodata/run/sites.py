"""The list of sites as a table: how each stands at a moment, its reserve, what comes, whom to call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geodata.csv_file import write_csv_file
from geodata.run.headings import headings, opens, word
from twin.quantities import NONE, BoolArray
from twin.results.moment import moment_of
from twin.results.result import Result
from twin.results.situation import sites_at

#: Columns, in order; moments ISO 8601 in the city's zone, empty for never.
COLUMNS = ("asset_id", "kind", "name", "street", "people", "state", "since", "back", "fed_by", "reserve_until",
           "reserve_min", "may_be_out_from", "out_computed_from", "water_at_door", "water_inside", "depth_m",
           "not_to_be_re_energised", "operator", "contact")


def site_rows(result: Result, t_s: int, among: BoolArray, contacts: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """Give a row of ``COLUMNS`` for each of some sites, (A,), in the order of the paper.

    ``reserve_min`` is what is left of a reserve in use, else what the city's data give it; empty where they give none.
    """
    assets, moment, clock = result.city.assets, moment_of(result, t_s), result.view.moment
    for site in sites_at(moment, among):
        row = site.asset
        asset, loss = assets[row], site.loss
        in_use = site.reserve_ends_s != NONE
        reserve_s = site.reserve_ends_s - t_s if in_use else int(assets.buffer_s[row])
        depth_m = float(moment.depth_m[row])
        yield (str(asset.id), asset.kind, str(asset.name or ""), asset.street or "",
               "" if site.people is None else site.people, site.condition.word,
               *(clock(at_s) for at_s in (site.since_s, site.back_s)),
               "" if site.fed_by == NONE else str(assets.id[site.fed_by]), clock(site.reserve_ends_s),
               reserve_s // 60 if reserve_s else "", *(None if loss is None else clock(at_s) for at_s in (
                   NONE if loss is None else loss.may_s, NONE if loss is None else loss.computed_s)),
               clock(site.wet_s), clock(site.inside_s), None if np.isnan(depth_m) else round(depth_m, 2),
               bool(moment.is_not_to_be_re_energised[row]), asset.operator or asset.owner or "",
               contacts.get(str(asset.id), ""))


def write_sites(result: Result, t_s: int, among: BoolArray, contacts: Mapping[str, str], out: Path, lang: str) -> None:
    """Write the rows as CSV.

    Raises
    ------
    InputError
        The place cannot be written, or holds something else; a language other than fr and en.
    """
    kinds = result.city.assets.kinds
    rows = ([kinds[cell].words[lang].one if name == "kind" and lang != "en" else word(cell, lang)
             if name in ("state", "not_to_be_re_energised") else cell for name, cell in zip(COLUMNS, row, strict=True)]
            for row in site_rows(result, t_s, among, contacts))
    write_csv_file(out, headings(COLUMNS, lang), rows, sort="a list of sites", opens=opens(COLUMNS), lang=lang)
