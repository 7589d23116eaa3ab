"""Contacts: whom a public page or alert names, from a file that the city edits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from twin.errors import InputError

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

    @property
    def is_fictional(self) -> bool:
        """Whether the sender is the shipped one: ``.invalid`` is a domain that nobody can own (RFC 2606)."""
        return self.sender_id.casefold().endswith(".invalid")


def read_contacts(path: Path | None = None) -> Contacts:
    """Read the city's contacts; a table that its file lacks is the shipped one.

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
    return Contacts(
        sender_id=sender_id, sender_name=str(sender.get("name", "")).strip(),
        report=str(table.get("report", {}).get("address", "")),
        emergency=tuple(_contact(c, "number", file, "emergency") for c in table.get("emergency", ())),
        grid=_contact(table["grid"], "number", file, "grid") if table.get("grid") else None,
        official=tuple(_contact(c, "url", file, "official") for c in table.get("official", ())))


def _own_tables(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
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
    return Contact(to=str(table.get(key, "")), fr=str(table["fr"]), en=str(table["en"]))
