"""The supplier that a record asked for and that no record of the city is: its name, and the nearest by its letters."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from geodata.city.model import CityFile
from geodata.wording import wording
from twin.quantities import BoolArray
from twin.world.graph import without_supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a column of an asset says feeds it, where no record of the city bears that name."""

    asset: str
    column: str
    name: str
    #: Id of the supplier whose own is most like it; empty where none is like it.
    nearest: str

    def lines(self, lang: str) -> list[str]:
        """Give the sentence in a language."""
        words = wording(lang)
        values = {"column": self.column, "name": self.name, "nearest": self.nearest}
        return [words.text("Its column {column} names {name}, which is in no file; the nearest by its name: {nearest}."
                           if self.nearest else "Its column {column} names {name}, which is in no file.", **values)]

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"column": self.column, "name": self.name, "nearest": self.nearest or None}


def supplier_named(city_file: CityFile, asset_id: str) -> Named | None:
    """Give what an asset without a known supplier names as its own in vain; None where it names none.

    Parameters
    ----------
    city_file
        A city with its imported columns and the report of its import; a city that keeps neither names nothing.
    asset_id
        One of its assets.
    """
    assets = city_file.city.assets
    row = assets.row(asset_id)
    if not without_supplier(city_file.city)[row]:
        return None
    kind = assets.kinds.names[int(assets.kind[row])]
    kept = city_file.extra.get(kind, {})
    place = int((assets.kind[:row] == assets.kind[row]).sum())
    for link in city_file.report.get("links", ()):
        columns = link.get("columns") or ()
        values = [kept[f"src_{column}"][place] for column in columns if f"src_{column}" in kept]
        name = " / ".join(str(value).strip() for value in values if value not in (None, ""))
        lacking = {item["name"] for item in link["missing"]}
        if not columns or len(values) != len(columns) or not name:
            continue
        if name in lacking or link["missing_names"] > len(lacking):
            feeds = {str(item).casefold(): str(item) for item in assets.id[_that_feed(city_file)].tolist()}
            near = get_close_matches(name.casefold(), feeds, n=1)
            return Named(asset=asset_id, column=", ".join(columns), name=name,
                         nearest=feeds[near[0]] if near else "")
    return None


def _that_feed(city_file: CityFile) -> BoolArray:
    """Mark the assets that the link could have meant: those of a kind that feeds others."""
    assets = city_file.city.assets
    return np.isin(assets.kind, np.unique(assets.kind[city_file.city.supplies.supplier]))
