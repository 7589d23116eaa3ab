"""Messages for a calling machine: a text to be read out for each street, in French and English.

As cautious as the public page and the messages for telephones (``viewer.outputs.sms``), of the same counts: whole
sentences, times and numbers as they are said, nothing abbreviated.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from geodata.csv_file import write_csv_file
from viewer.outputs.street_messages import StreetMessage, sendable, streets_told
from viewer.public.night import PublicNight

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Columns of the file.
COLUMNS = ("street", "lang", "spoken", "released_by")


def export_call(run: Run, out: Path, *, lang: str | None = None, released_by: str | None = None,
                contacts: Path | None = None, fields: Path | None = None, now: datetime | None = None) -> Path:
    """Write a CSV with a text to be read out for each street in which a lamp goes out, or may.

    Parameters
    ----------
    run
        A run read from its folder.
    out
        CSV file to write.
    lang
        ``fr`` or ``en`` alone; both without it.
    released_by
        Who releases it; needed for a forecast.
    contacts
        The city's contacts: their first emergency number; the country's without it.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.
    now
        The moment of writing; the clock's without it.

    Raises
    ------
    InputError
        As for messages for telephones.
    """
    night, people, released = sendable(run, released_by=released_by, contacts=contacts, fields=fields, now=now)
    number = people.emergency[0].to if people.emergency else ""
    rows = ((street, spoken, text, released)
            for street, spoken, text in calls(night, lang, number, str(fields or "")))
    write_csv_file(out, COLUMNS, rows, sort="texts to be read out")
    return out


def calls(night: PublicNight, lang: str | None, number: str, file: str = "") -> list[tuple[str, str, str]]:
    """Give street, language and text of each street in which a lamp goes out, or may.

    Raises
    ------
    InputError
        No lamp with a street may be told, or none goes out; a language other than fr and en.
    """
    words = tomllib.loads(resources.files("viewer").joinpath("data/call.toml").read_text("utf-8"))
    streets, spoken = streets_told(night, lang, file)
    return [(street.name, one, _text(night, street, one, words[one], number)) for street in streets for one in spoken]


def _text(night: PublicNight, street: StreetMessage, lang: str, words: Mapping[str, Any], number: str) -> str:
    zone = ZoneInfo(night.timezone)
    is_other_day = street.first.date() != night.start.astimezone(zone).date()
    values = {"city": night.city, "street": street.name, "out": street.out, "may": street.may,
              "most": street.out + street.may, "lamps": street.lamps,
              "first": _date(street.first, lang, words) if is_other_day else _clock(street.first, lang),
              "valid": _date(night.valid_until.astimezone(zone), lang, words), "number": _number(number)}
    main = ("all_one" if street.lamps == 1 else "all") if street.out == street.lamps else street.sort
    said = [night.status, "sender", main, "back", "danger", "advice", "valid", *(["emergency"] if number else [])]
    return " ".join(words[key].format(**values) for key in said)


def _clock(moment: datetime, lang: str) -> str:
    """Give a time of day as it is said: 20 heures 15, midnight."""
    if lang == "en":
        return {(0, 0): "midnight", (12, 0): "noon"}.get((moment.hour, moment.minute),
                                                         f"{moment.hour:02d}:{moment.minute:02d}")
    if (moment.hour, moment.minute) in ((0, 0), (12, 0)):
        return "minuit" if moment.hour == 0 else "midi"
    hours = f"{moment.hour} heure{'s' if moment.hour > 1 else ''}"
    return f"{hours} {moment.minute}" if moment.minute else hours


def _date(moment: datetime, lang: str, words: Mapping[str, Any]) -> str:
    day = str(format_date(moment, "d MMMM", locale=lang))
    if lang == "fr" and moment.day == 1:
        day = f"1er {day.split(' ', 1)[1]}"
    return str(words["date"].format(weekday=format_date(moment, "EEEE", locale=lang), day=day,
                                    clock=_clock(moment, lang)))


def _number(number: str) -> str:
    """Give a number so that it is read digit by digit where it is short: 1 1 2.

    Examples
    --------
    >>> _number("112"), _number("01 23 45 67 89")
    ('1 1 2', '01 23 45 67 89')
    """
    return " ".join(number) if number.isdigit() and len(number) <= 4 else number
