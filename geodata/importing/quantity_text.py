"""Numbers that stand with their unit in one text: ``40 cm``, ``0,30 m``, ``8 hrs``."""

from __future__ import annotations

import re

import numpy as np

from geodata.inputs.lengths import length_unit
from geodata.tables.values import UNITS, Numbers, factor, numbers
from twin.quantities import BoolArray, FloatArray, TextArray

_WITH_UNIT = re.compile(r"([+-]?[\d\s.,'\u00a0\u202f]*\d)\s*([^\W\d_][\w./²³ ]{0,15})")
#: What people write for a unit -> its one spelling here.
_WORDS = {"s": ("sec", "secs", "second", "seconds", "seconde", "secondes", "sekunden"),
          "min": ("mn", "mins", "minute", "minutes", "minuten", "minuti"),
          "h": ("hr", "hrs", "hour", "hours", "heure", "heures", "std", "stunde", "stunden", "ore", "ora", "uur"),
          "d": ("day", "days", "j", "jour", "jours", "tag", "tage", "giorni", "giorno"),
          "W": ("w", "watt", "watts"), "kW": ("kw",), "V": ("v", "volt", "volts"), "A": ("a", "ampere", "amperes")}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words}


def unit_named(word: str) -> str | None:
    """Give the unit that a word names, in its one spelling; None for another word.

    Examples
    --------
    >>> unit_named("hrs"), unit_named("cm"), unit_named("Watts"), unit_named("Stück")
    ('h', 'cm', 'W', None)
    """
    plain = word.strip().rstrip(".")
    if plain in UNITS:
        return plain
    return length_unit(plain) or _UNIT_OF.get(plain.casefold())


def with_units(texts: TextArray, read: Numbers, unit: str | None,
               decimal: str | None) -> tuple[FloatArray, BoolArray, str]:
    """Read the numbers of a column that stand with a unit of the right quantity.

    Parameters
    ----------
    texts
        The column, (N,).
    read
        What was read of it without units.
    unit
        Unit that the field counts in; None for a field without one, of which nothing is read here.
    decimal
        Decimal sign, where it is stated.

    Returns
    -------
    tuple
        Values in ``unit``, (N,), NaN where none was read here; the mask of those that were; the units met, for people.
    """
    value, met = np.full(len(texts), np.nan), np.full(len(texts), "", dtype=object)
    rows = np.flatnonzero(read.unreadable) if unit is not None else np.zeros(0, dtype=np.int64)
    plain = np.full(len(texts), None, dtype=object)
    for row in rows.tolist():
        hit = _WITH_UNIT.fullmatch(texts[row].strip())
        stated = unit_named(hit[2]) if hit is not None else None
        if hit is not None and stated is not None and unit is not None and factor(stated, unit) is not None:
            plain[row], met[row] = hit[1], stated
    alone = numbers(plain, decimal).value
    for row in rows.tolist():
        if met[row] and unit is not None:
            value[row] = alone[row] * (factor(met[row], unit) or 1.0)
    return value, np.isfinite(value), ", ".join(sorted(set(met[met != ""])))
