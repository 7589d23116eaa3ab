"""Open data of a season: gardens by day, as the public is told; a CSV that obeys the list of what may leave."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from geodata.csv_file import write_csv_file
from twin.explaining.irrigated import GroundTeller
from viewer.public.allowed import Allowed
from viewer.public.gardens import gardens_told

_COLUMNS = ("garden", "day", "watering", "since", "dry_since")


def write_open_gardens(teller: GroundTeller, out: Path, *, fields: Path | None = None) -> None:
    """Write a row for each garden and day of a season.

    Parameters
    ----------
    teller
        The season.
    out
        CSV file to write.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.

    Raises
    ------
    InputError
        A list that cannot be read; a place that holds another sort of file.
    """
    days = list(range(teller.balance.season.calendar.days))
    told = gardens_told({teller.words.lang: teller}, days, Allowed.read(fields))

    def iso(moment: date | None) -> str:
        return "" if moment is None else moment.isoformat()

    write_csv_file(out, _COLUMNS, ((garden.name, iso(day.day), day.watering, iso(day.since), iso(day.dry_since))
                                   for garden in told for day in garden.days), sort="gardens by day", known_by=3)
