"""Contacts: whom a public page or alert names, from a file that the city edits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from twin.errors import InputError

_TABLES = {"sender", "report", "emergency", "grid", "official"}


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

    #: Identifier of the sender of alerts, without spaces, and the name that people read.
    sender_id: str
    sender_name: str
    #: Where to say that a page is wrong; empty: nowhere.
    report: str
    emergency: tuple[Contact, ...]
    grid: Contact | None
    official: tuple[Contact, ...]


def read_contacts(path: Path | None = None) -> Contacts:
    """Read the city's contacts, or the shipped ones.

    Raises
    ------
    InputError
        No such file, no TOML, an unknown table, a contact without words, a sender with spaces.
    """
    file = "contacts.toml" if path is None else str(path)
    try:
        text = (resources.files("viewer").joinpath("data/contacts.toml").read_text("utf-8") if path is None
                else path.read_text("utf-8"))
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(file=file, found=str(error), expected="a TOML file of contacts",
                         remedy="Start from viewer/data/contacts.toml.") from error
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
        sender_id=sender_id, sender_name=str(sender.get("name", sender_id)),
        report=str(table.get("report", {}).get("address", "")),
        emergency=tuple(_contact(c, "number", file, "emergency") for c in table.get("emergency", ())),
        grid=_contact(table["grid"], "number", file, "grid") if "grid" in table else None,
        official=tuple(_contact(c, "url", file, "official") for c in table.get("official", ())))


def _contact(table: dict[str, Any], key: str, file: str, where: str) -> Contact:
    missing = [lang for lang in ("fr", "en") if not str(table.get(lang, "")).strip()]
    if missing:
        raise InputError(file=file, field=where, found=f"a contact without words in {', '.join(missing)}",
                         expected="fr and en")
    return Contact(to=str(table.get(key, "")), fr=str(table["fr"]), en=str(table["en"]))
