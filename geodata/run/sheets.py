"""Crew sheets as a table, a row for each visit; and the city's private numbers, which stand on those sheets alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import Any

from geodata.csv_file import write_csv_file
from geodata.inputs.plain_file import bytes_of
from geodata.run.headings import headings, in_words, opens, word
from twin.errors import InputError
from twin.quantities import NONE
from twin.results.sheets import Sheet
from twin.texts import clean

#: Columns of the table, in order. Of several streets or depths each is parted by ``>``, in the order of the trip.
COLUMNS = ("crew", "visit", "leaves", "arrives", "ends", "asset_ids", "kind", "street", "circuits", "stages", "from",
           "by", "by_depth_m", "by_depth_now_m", "depth_m", "depth_now_m", "water_comes_back",
           "not_to_be_re_energised", "no_effect_before")
_TABLES = ("crews", "lines", "sites")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """Numbers that are nobody else's business: crews, the grid's crisis line, the hospital."""

    #: Number of each crew by its id, and of others by what they are called.
    crews: dict[str, str]
    lines: dict[str, str]
    #: Number of each site by its id: they stand on the list of sites alone.
    sites: dict[str, str] = field(default_factory=dict)

    def of(self, crew: str) -> dict[str, str]:
        """Give what stands on the sheet of a crew: the other crews and the lines."""
        return {name: number for name, number in self.crews.items() if name != crew} | self.lines


def read_phones(path: Path | None) -> Phones:
    """Read the city's private numbers; none without a file.

    Raises
    ------
    InputError
        No such file, no TOML, a table other than ``crews``, ``lines`` and ``sites``, a number that is no text.
    """
    if path is None:
        return Phones(crews={}, lines={})
    try:
        table = tomllib.loads(bytes_of(path, expected="a TOML file of private numbers").decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = "no such file" if isinstance(error, FileNotFoundError) else f"a file that is no TOML ({error})"
        raise InputError(file=str(path), found=found,
                         expected="a TOML file with [crews], [lines] and [sites]") from error
    for name, numbers in table.items():
        if name not in _TABLES:
            raise InputError(file=str(path), field=name, found=f"table '{name}'",
                             expected="[crews], [lines] or [sites]")
        wrong = [who for who, number in numbers.items() if not isinstance(number, str) or not clean(number)] \
            if isinstance(numbers, dict) else [name]
        if wrong:
            raise InputError(file=str(path), field=f"{name}.{wrong[0]}", found="no number",
                             expected='a number in quotes: E1 = "06 00 00 00 00"')
    crews, lines, sites = ({clean(who): clean(number) for who, number in table.get(name, {}).items()}
                           for name in _TABLES)
    return Phones(crews=crews, lines=lines, sites=sites)


def rows_of(sheets: Iterable[Sheet]) -> Iterator[dict[str, Any]]:
    """Give a row for each visit that lies ahead, crew by crew in order."""
    for sheet in sheets:
        assets, moment = sheet.result.city.assets, sheet.result.view.moment
        for n, visit in enumerate(sheet.visits, start=1):
            first = visit.assets[0]
            yield dict(zip(COLUMNS, (
                sheet.crew.id, n, moment(visit.leaves_s), moment(visit.arrives_s), moment(visit.ends_s),
                " ".join(str(assets.id[row]) for row in visit.assets), assets[first].kind, assets.street[first],
                " ".join(str(assets.id[row]) for row in visit.circuits), " > ".join(visit.stages), visit.origin,
                " > ".join(leg.street for leg in visit.legs), " > ".join(f"{leg.depth_m:.3f}" for leg in visit.legs),
                " > ".join(f"{leg.now_m:.3f}" for leg in visit.legs), _metres(visit.arrival_m), _metres(visit.now_m),
                visit.is_undone, visit.is_not_to_be_re_energised,
                None if visit.held_by == NONE else str(assets.id[visit.held_by])), strict=True))


def write_csv(sheets: Iterable[Sheet], out: Path, lang: str = "en") -> None:
    """Write the rows as CSV; columns, kinds and stages by their keys in ``en``, in French in ``fr``.

    Raises
    ------
    InputError
        The place cannot be written, or holds something else.
    """
    asked = tuple(sheets)
    kinds = asked[0].result.city.assets.kinds if asked else None
    rows = [row if lang == "en" or kinds is None else {
        **row, "kind": kinds[row["kind"]].words[lang].one, "stages": in_words(row["stages"].split(" > "), lang, " > "),
        "water_comes_back": word(row["water_comes_back"], lang),
        "not_to_be_re_energised": word(row["not_to_be_re_energised"], lang)} for row in rows_of(asked)]
    write_csv_file(out, headings(COLUMNS, lang), (row.values() for row in rows), sort="crew sheets",
                   opens=opens(COLUMNS), lang=lang)


def _metres(depth_m: float) -> float | None:
    return None if isnan(depth_m) else round(depth_m, 3)
