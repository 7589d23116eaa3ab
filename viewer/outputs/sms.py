"""Messages for telephones: a street a message, at most 160 signs of the GSM alphabet, in French and English.

They are made from what the public may be told (``viewer.public.night``) and from nothing else: counts by street, times
to the quarter of an hour. Status, street, return, danger and validity always stand in them.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from geodata.csv_file import write_csv_file
from viewer.outputs.street_messages import StreetMessage, sendable, streets_told
from viewer.public.night import PublicNight

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Signs of one message, and those that the alphabet has (3GPP TS 23.038, without its extension table: those count two).
LONGEST = 160
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà")
#: Signs of names that the alphabet lacks and that are more than a letter with a mark.
_INSTEAD = {"’": "'", "‘": "'", "œ": "oe", "Œ": "OE", "ç": "c", "–": "-", "—": "-", "‑": "-", "«": '"', "»": '"',
            "“": '"', "”": '"', "…": "...", "ł": "l", "Ł": "L"}
#: Columns of the file.
COLUMNS = ("street", "lang", "signs", "text", "released_by")


def export_sms(run: Run, out: Path, *, lang: str | None = None, released_by: str | None = None,
               contacts: Path | None = None, fields: Path | None = None, now: datetime | None = None) -> Path:
    """Write a CSV with a message for each street in which a lamp goes out, or may, in French and English.

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
        A forecast without a name or one that is over; a list that lets no street of lamps out; a night in which no
        lamp goes out: silence, or a leaflet for the town, tells that.
    """
    night, people, released = sendable(run, released_by=released_by, contacts=contacts, fields=fields, now=now)
    number = people.emergency[0].to if people.emergency else ""
    rows = ((street, spoken, len(message), message, released)
            for street, spoken, message in messages(night, lang, number, str(fields or "")))
    write_csv_file(out, COLUMNS, rows, sort="messages")
    return out


def messages(night: PublicNight, lang: str | None, number: str, file: str = "") -> list[tuple[str, str, str]]:
    """Give street, language and message of each street in which a lamp goes out, or may.

    Raises
    ------
    InputError
        No lamp with a street may be told, or none goes out; a language other than fr and en.
    """
    words = tomllib.loads(resources.files("viewer").joinpath("data/sms.toml").read_text("utf-8"))
    streets, spoken = streets_told(night, lang, file)
    return [(street.name, one, _message(night, street, one, words[one], number)) for street in streets
            for one in spoken]


def _message(night: PublicNight, street: StreetMessage, lang: str, words: Mapping[str, Any], number: str) -> str:
    values = {"out": street.out, "may": street.may, "most": street.out + street.may, "lamps": street.lamps,
              "first": _clock(street.first, night, lang),
              "valid": _day_clock(night.valid_until.astimezone(ZoneInfo(night.timezone)), lang), "number": number}
    emergency = words["emergency"].format(**values) if number else ""

    def said(name: str, *, with_number: bool) -> str:
        told = words[street.sort].format(street=name, **values) + "."
        parts = [f"{words[night.status]}.", told, words["back"], words["danger"], words["valid"].format(**values),
                 emergency if with_number else ""]
        return gsm(" ".join(filter(None, parts)))

    name = street.name
    short = _shortened(name)
    for called, with_number in ((name, True), (name, False), (short, False)):
        message = said(called, with_number=with_number)
        if len(message) <= LONGEST:
            return message
    # A name that is too long is cut, never what is said of it.
    over = len(said(short, with_number=False)) - LONGEST
    return said(gsm(short)[:-over - 1].rstrip(" -'.") + ".", with_number=False)


#: Words of streets as letters abbreviate them; "Rue" has no shorter form that all know.
_ABBREVIATED = {"Avenue": "Av.", "Boulevard": "Bd", "Impasse": "Imp.", "Place": "Pl.", "Allée": "All.", "Chemin": "Ch.",
                "Faubourg": "Fbg", "Route": "Rte", "Square": "Sq.", "Passage": "Pass.", "Street": "St", "Road": "Rd"}


def _shortened(name: str) -> str:
    return " ".join(_ABBREVIATED.get(word, word) for word in name.split(" "))


def gsm(text: str) -> str:
    """Give a text in the GSM alphabet: marks that it lacks are left off their letters, all else becomes ``?``.

    Examples
    --------
    >>> gsm("Forêt de l’Hôtel-Dieu, à 21\u00a0h")
    "Foret de l'Hotel-Dieu, à 21 h"
    """
    found = []
    for sign in text:
        if sign in GSM:
            found.append(sign)
        elif sign.isspace():
            found.append(" ")
        elif sign in _INSTEAD:
            found.append(_INSTEAD[sign])
        else:
            bare = "".join(c for c in unicodedata.normalize("NFD", sign) if not unicodedata.combining(c))
            found.append(bare if bare and set(bare) <= GSM else "?")
    return "".join(found)


def _clock(moment: datetime, night: PublicNight, lang: str) -> str:
    zone = ZoneInfo(night.timezone)
    said = f"{moment.hour}h{moment.minute:02d}" if lang == "fr" else f"{moment.hour:02d}:{moment.minute:02d}"
    is_other_day = moment.date() != night.start.astimezone(zone).date()
    return (f"{moment.day:02d}/{moment.month:02d} " if is_other_day else "") + said


def _day_clock(moment: datetime, lang: str) -> str:
    clock = f"{moment.hour}h{moment.minute:02d}" if lang == "fr" else f"{moment.hour:02d}:{moment.minute:02d}"
    return f"{moment.day:02d}/{moment.month:02d} {clock}"
