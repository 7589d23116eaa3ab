"""What is to be expected in a year on average, in words: the sum, what it is the sum of, and what it assumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.ensemble.confidence import Difference
from twin.ensemble.year import InAYear
from twin.explaining.nights import FIGURES
from twin.explaining.paired import interval
from twin.explaining.words import Speech, speech


@dataclass(frozen=True, slots=True)
class YearRow:
    """One figure: in each night, and in a year; what a measure changes of it in a year, empty without one."""

    name: str
    nights: tuple[str, ...]
    year: str
    change: str


def year_rows(means: Mapping[str, Sequence[float]], found: Mapping[str, InAYear],
              sure: Mapping[str, tuple[float, float]], changes: Mapping[str, Difference], lang: str) -> list[YearRow]:
    """Give the table of figures.

    Parameters
    ----------
    means
        Figure of each night by name, means where a night is an ensemble.
    found, sure
        In a year, and its interval where some night is an ensemble.
    changes
        What a measure changes in a year; empty without one.
    lang
        ``fr`` or ``en``.
    """
    words = speech(lang)

    def number(value: float) -> str:
        return words.number(value, 1 if abs(value) < 100 else 0)

    rows = []
    for name, values in means.items():
        year = number(found[name].total)
        if name in sure:
            year = words.text("{value} ({low} to {high})", value=year, low=number(sure[name][0]),
                              high=number(sure[name][1]))
        rows.append(YearRow(words.text(FIGURES[name]), tuple(map(number, values)), year,
                            interval(words, changes[name]) if name in changes else ""))
    return rows


def year_columns(years: Sequence[float], lang: str) -> tuple[str, ...]:
    """Give the heads of the columns: a night each, and the year."""
    words = speech(lang)
    return (*(words.text("once in {years} years", years=words.number(t, 0 if t == int(t) else 1)) for t in years),
            words.text("in a year"))


def year_lines(found: InAYear, years: Sequence[float], harmless_years: float | None, lang: str) -> list[str]:
    """Give the sentence about lamp-hours, and the convention of the sum.

    Parameters
    ----------
    found
        Lamp-hours of darkness in a year.
    years, harmless_years
        Return periods of the nights, and of what does no harm.
    lang
        ``fr`` or ``en``.
    """
    words = speech(lang)

    def number(value: float) -> str:
        return words.number(value, 1 if abs(value) < 100 else 0)

    first = words.text("On average {total} lamp-hours of darkness in a year by floods: {between} between the nights "
                       "computed, {beyond} by rarer ones.", total=number(found.total), between=number(found.between),
                       beyond=number(found.beyond)) if harmless_years is None else words.text(
        "On average {total} lamp-hours of darkness in a year by floods: {below} by more frequent ones than those "
        "computed, {between} between these, {beyond} by rarer ones.", total=number(found.total),
        below=number(found.below), between=number(found.between), beyond=number(found.beyond))
    convention = words.text("Straight between two nights over the probability of a year; beyond once in {last} years "
                            "as that night.", last=words.number(years[-1]))
    low = words.text("Floods more frequent than once in {first} years are left out: the sum is a lower bound. "
                     "--harmless says which does no harm.", first=words.number(years[0])) if harmless_years is None \
        else words.text("From once in {first} years down to nothing at once in {harmless} years.",
                        first=words.number(years[0]),
                        harmless=words.number(harmless_years, 0 if harmless_years == int(harmless_years) else 1))
    return [Speech.sentence(line) for line in (first, convention, low)]
