"""Contacts: whom a public page or alert names, from a file that the city edits, else by the country's table."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from geodata.inputs.plain_file import bytes_of
from twin.errors import InputError
from twin.texts import clean
from viewer.outputs.countries import Country, words_of

_TABLES = {"sender", "report", "emergency", "grid", "official"}
#: Those of which there may be several.
_LISTS = {"emergency", "official"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A number or an address with its words."""

    #: Telephone number or web address; empty where the words alone say it.
    to: str
    fr: str
    en: str

    def words(self, lang: str) -> str:
        """Give the words in ``fr`` or ``en``."""
        return self.fr if lang == "fr" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """All that the file names."""

    #: Identifier of the sender of alerts, without spaces, and the name that people read; empty: the city's.
    sender_id: str
    sender_name: str
    #: Where to say that a page is wrong; empty: nowhere.
    report: str
    emergency: tuple[Contact, ...]
    grid: Contact | None
    official: tuple[Contact, ...]
    #: Whom the official information comes from, by language: "de la mairie", "the town hall".
    authorities: dict[str, tuple[str, ...]]
    #: Whether nobody knows an emergency number: a line says so in its place.
    lacks_emergency: bool

    @property
    def is_fictional(self) -> bool:
        """Whether the sender is the shipped one: ``.invalid`` is a domain that nobody can own (RFC 2606)."""
        return self.sender_id.casefold().endswith(".invalid")


def read_contacts(path: Path | None, country: Country) -> Contacts:
    """Read the city's contacts; a table that its file lacks is the country's.

    Raises
    ------
    InputError
        No such file, no TOML, an unknown table, a contact without words, a sender with spaces.
    """
    file = "contacts.toml" if path is None else str(path)
    table = tomllib.loads(resources.files("viewer").joinpath("data/contacts.toml").read_text("utf-8"))
    if path is not None:
        # Whoever writes his sender alone must not take 112 off the page: what is to go is said, emergency = [].
        table |= _own_tables(path)
    unknown = sorted(set(table) - _TABLES)
    if unknown:
        raise InputError(file=file, field=unknown[0], found=f"table '{unknown[0]}'",
                         expected=f"one of {', '.join(sorted(_TABLES))}")
    sender = table.get("sender", {})
    sender_id = str(sender.get("id", "")).strip()
    if not sender_id or any(c in sender_id for c in " ,<&"):
        raise InputError(file=file, field="sender.id", found=f"'{sender_id}'",
                         expected="an identifier without spaces, commas, < and &")
    emergency = tuple(_contact(c, "number", file, "emergency") for c in table["emergency"]) \
        if "emergency" in table else tuple(Contact(to=number, fr=words_of(role, "fr"), en=words_of(role, "en"))
                                           for number, role in country.emergency)
    lacks = not emergency and "emergency" not in table
    if lacks:
        emergency = (Contact(to="", fr=words_of("unknown", "fr"), en=words_of("unknown", "en")),)
    official = tuple(_contact(c, "url", file, "official") for c in table["official"]) if "official" in table else (
        *(Contact(to=one["url"], fr=one["fr"], en=one["en"]) for one in country.official),
        *(Contact(to="", fr=words_of(key, "fr"), en=words_of(key, "en")) for key in country.authorities))
    return Contacts(
        sender_id=sender_id, sender_name=clean(sender.get("name", "")),
        report=str(table.get("report", {}).get("address", "")), emergency=emergency, lacks_emergency=lacks,
        grid=_contact(table["grid"], "number", file, "grid") if table.get("grid") else None, official=official,
        authorities={lang: (*(words_of(key, f"{lang}_of") for key in country.authorities),
                            *(f"de {one['short']}" if lang == "fr" else one["short"] for one in country.official))
                     for lang in ("fr", "en")})


def _own_tables(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(bytes_of(path, expected="a TOML file of contacts").decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = ("no such file" if isinstance(error, FileNotFoundError)
                 else "a folder" if isinstance(error, IsADirectoryError)
                 else "a file that you may not read" if isinstance(error, PermissionError)
                 else "text that is not UTF-8" if isinstance(error, UnicodeDecodeError)
                 else f"a file that is no TOML ({error})")
        raise InputError(file=str(path), found=found, expected="a TOML file of contacts",
                         remedy="Start from viewer/data/contacts.toml.") from error
    for name, value in table.items():
        is_list = name in _LISTS
        if name in _TABLES and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)
                                    if is_list else isinstance(value, dict)):
            raise InputError(file=str(path), field=name, found="something else than a table" if not is_list
                             else "something else than a list of tables",
                             expected=f"[[{name}]] for each" if is_list else f"[{name}]")
    return table


def _contact(table: dict[str, Any], key: str, file: str, where: str) -> Contact:
    missing = [lang for lang in ("fr", "en") if not str(table.get(lang, "")).strip()]
    if missing:
        raise InputError(file=file, field=where, found=f"a contact without words in {', '.join(missing)}",
                         expected="fr and en")
    return Contact(to=clean(table.get(key, "")), fr=clean(table["fr"]), en=clean(table["en"]))
