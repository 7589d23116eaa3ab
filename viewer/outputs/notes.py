"""Notes: what whoever publishes a file must know of it, said when it is written and not in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from viewer.outputs.contacts import read_contacts
from viewer.outputs.countries import country_of
from viewer.public.night import public_night

if TYPE_CHECKING:
    from geodata.run.folder import Run


def notes_of(run: Run, *, contacts: Path | None, fields: Path | None) -> list[str]:
    """Give the notes on a public file: what was guessed, is missing or was kept back."""
    night = public_night(run, fields)
    country = country_of(night.country, night.timezone, night.latitude, night.longitude)
    people = read_contacts(contacts, country)
    notes = [f"kept back: {what}" for what in night.held_back]
    if people.lacks_emergency:
        known = f"none is known for {country.code}" if country.code else "its country is not known"
        notes.append(f"no emergency number: {known}. Write [[emergency]] into a contacts.toml and give it with "
                     "--contacts; the file says that it knows none.")
    elif country.is_inferred and country.emergency and contacts is None:
        notes.append(f"emergency numbers are those of {country.code}, guessed from the time zone {night.timezone}: "
                     f"`country: {country.code}` in the mapping, or --contacts, says so for certain.")
    if not night.title:
        notes.append("no public title: the file names town and day. `public_title: {fr: …, en: …}` in the scenario "
                     "gives one; the scenario's own name never leaves.")
    if any(credit.lacks_licence for credit in night.credits):
        notes.append("data without a stated licence: the mapping's `source: {licence: …, attribution: …}` says it.")
    return notes
