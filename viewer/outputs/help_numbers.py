"""Whom a point of the situation says to call: rescue services, grid operator; of the city's contacts or the country."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from viewer.outputs.contacts import read_contacts
from viewer.outputs.countries import country_of

if TYPE_CHECKING:
    from geodata.run.folder import Run


def numbers_of(run: Run, contacts: Path | None = None) -> dict[str, str]:
    """Give the numbers by whose hand it is, ``rescue`` and ``grid``; nobody where neither file nor country know any.

    The first emergency number of the city's own file; without one, the fire service's number of the country.

    Raises
    ------
    InputError
        A file of contacts that cannot be read.
    """
    city = run.result.city
    country = country_of(run.city_file.country, city.timezone, city.latitude, city.longitude)
    found = read_contacts(contacts, country)
    of_country = {number for number, _ in country.emergency}
    own = [one.to for one in found.emergency if one.to and one.to not in of_country]
    fire = sorted(country.emergency, key=lambda one: ("fire", "any").index(one[1]) if one[1] in ("fire", "any") else 2)
    numbers = own or [number for number, _ in fire if any(one.to == number for one in found.emergency)]
    return {**({"rescue": numbers[0]} if numbers else {}),
            **({"grid": found.grid.to} if found.grid is not None and found.grid.to else {})}
