"""Credits: whose data an answer rests on, as their licences ask; what the public reads under a map."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from twin.texts import clean
from viewer.public.allowed import Allowed

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: What tells data of OpenStreetMap: its licence, its name, its files.
_OPEN_DATABASE = re.compile(r"odbl|open database licen[cs]e|openstreetmap|osm contributors", re.IGNORECASE)
_OSM_FILES = (".osm", ".osm.pbf", ".osm.gz", ".osm.bz2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Data of one maker under one licence."""

    name: str
    #: Day or days of the data, the first and the last; empty where not known.
    dates: tuple[str, ...]
    licence: str
    attribution: str
    #: True where OpenStreetMap's own words must stand beside whatever is made from it.
    is_openstreetmap: bool
    #: True where the city's file names no licence: that is said beside the map.
    lacks_licence: bool

    def words(self) -> str:
        """Give it as a reader needs it: what, of when, under which licence, whose."""
        parts = (self.name, "–".join(self.dates), self.licence, self.attribution)
        return ", ".join(dict.fromkeys(part for part in parts if part))


def credits_of(run: Run, allowed: Allowed) -> tuple[Credit, ...]:
    """Give the credits of what leaves, one for each maker and licence; never the name of a file.

    A list that keeps attributions back does not free from OpenStreetMap's licence: its words stay while anything
    leaves.
    """
    def said(field: str, text: str) -> str:
        return clean(text) if allowed("source", field) else ""

    found: dict[tuple[str, str, str, bool, bool], list[str]] = {}
    for source in run.city_file.sources:
        # A source without a name of its own is called as its file.
        name = "" if source.name == PurePath(source.file).stem else source.name
        is_osm = bool(_OPEN_DATABASE.search(f"{source.licence} {source.attribution} {source.name}")
                      or source.file.casefold().endswith(_OSM_FILES)) and not allowed.is_empty
        key = (said("name", name), said("licence", source.licence), said("attribution", source.attribution), is_osm,
               allowed("source", "licence") and not source.licence and not is_osm)
        dates = found.setdefault(key, [])
        if date := said("date", source.date):
            dates.append(date)
    return tuple(Credit(name=name, licence=licence, attribution=attribution, is_openstreetmap=is_osm,
                        lacks_licence=lacks,
                        dates=tuple(dict.fromkeys((min(dates), max(dates)))) if dates else ())
                 for (name, licence, attribution, is_osm, lacks), dates in found.items()
                 if name or licence or attribution or dates or is_osm or lacks)
