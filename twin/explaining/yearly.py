"""What is to be expected in a year on average, in words: the sum, what it is the sum of, and what it assumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.ensemble.damage import LEAST_M
from twin.ensemble.year import InAYear
from twin.ensemble.yearly import YearFigure
from twin.explaining.nights import FIGURES
from twin.explaining.paired import interval
from twin.explaining.words import Speech, speech
from twin.world.kinds import Kinds


@dataclass(frozen=True, slots=True)
class YearRow:
    """One figure: in each night, and in a year; what a measure changes of it in a year, empty without one."""

    name: str
    nights: tuple[str, ...]
    year: str
    change: str


def year_rows(found: Mapping[str, YearFigure], kinds: Kinds, currency: str, lang: str) -> list[YearRow]:
    """Give the table of figures.

    Parameters
    ----------
    found
        The figures by name.
    kinds, currency
        Kinds of the city, and the money of damages; empty without any.
    lang
        ``fr`` or ``en``.
    """
    words = speech(lang)
    rows = []
    for name, figure in found.items():
        year = _number(words, figure.year.total)
        if figure.interval is not None:
            low, high = figure.interval
            year = words.text("{value} ({low} to {high})", value=year, low=_number(words, low),
                              high=_number(words, high))
        rows.append(YearRow(figure_name(name, kinds, currency, lang),
                            tuple(_number(words, point.mean) for point in figure.nights), year,
                            "" if figure.change is None else interval(words, figure.change)))
    return rows


def figure_name(name: str, kinds: Kinds, currency: str, lang: str) -> str:
    """Give what a figure counts, as it is read."""
    words = speech(lang)
    sort, _, kind = name.partition(":")
    if sort != "damage":
        return words.text(FIGURES[name])
    if not kind:
        return words.text("damage [{currency}]", currency=currency)
    return words.text("  of it {things}", things=words.kind(kinds, kind).many)


def damage_lines(found: YearFigure, years: Sequence[float], currency: str, unknown: Sequence[int], lang: str
                 ) -> list[str]:
    """Give the sentence about damage, how it is counted, and what a measure saves.

    Parameters
    ----------
    found
        All damage.
    years, currency
        Return periods of the nights, and the money.
    unknown
        Nights of each return period in which some of what has a value stands in water of unknown depth.
    lang
        ``fr`` or ``en``.
    """
    words = speech(lang)
    lines = [words.text("Expected damage in a year: {total} {currency}, of which {beyond} by floods rarer than once in "
                        "{last} years.", total=words.number(found.year.total), currency=currency,
                        beyond=words.number(found.year.beyond), last=words.number(years[-1]))]
    if found.change is not None and found.change.low == found.change.high == 0:
        lines.append(words.text("The measure changes nothing of it."))
    elif found.change is not None:
        lines.append(words.text("The measure saves {value} {currency} in a year ({low} to {high}).",
                                value=words.number(-found.change.value), currency=currency,
                                low=words.number(-found.change.high), high=words.number(-found.change.low)))
    lines.append(words.text("Damage is value times the fraction of the curve at the highest water of the night; none "
                            "below {least}, and that of its last point beyond the curve.", least=words.depth(LEAST_M)))
    if any(unknown):
        lines.append(words.plural("In {n} night some of it stands in water of unknown depth and counts as dry.",
                                  "In {n} nights some of it stands in water of unknown depth and counts as dry.",
                                  sum(unknown)))
    return [Speech.sentence(line) for line in lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveWords:
    """What stands around the drawing of a curve."""

    title: str
    unit: str
    #: What the axis means.
    axis: str
    beyond: str
    between: str
    below: str
    measure: str


def curve_words(found: YearFigure, currency: str, lang: str) -> CurveWords:
    """Give what stands around the drawing of a curve: of damage, or of lamp-hours where there is no money."""
    words = speech(lang)
    total = words.number(found.year.total)
    title = words.text("Expected damage in a year: {total} {currency}", total=total, currency=currency) if currency \
        else words.text("Expected in a year: {total} lamp-hours of darkness", total=total)
    return CurveWords(
        title=title, unit=currency or words.text("lamp-hours"), axis=words.text(
            "once in so many years; the area below the line is the sum of a year"),
        beyond=words.text("rarer floods"), between=words.text("between the nights"),
        below=words.text("more frequent floods"), measure=words.text("with the measure"))


def _number(words: Speech, value: float) -> str:
    return words.number(value, 1 if abs(value) < 100 else 0)


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

    first = words.text("On average {total} lamp-hours of darkness in a year by floods: {between} between the nights "
                       "computed, {beyond} by rarer ones.", total=_number(words, found.total),
                       between=_number(words, found.between),
                       beyond=_number(words, found.beyond)) if harmless_years is None else words.text(
        "On average {total} lamp-hours of darkness in a year by floods: {below} by more frequent ones than those "
        "computed, {between} between these, {beyond} by rarer ones.", total=_number(words, found.total),
        below=_number(words, found.below), between=_number(words, found.between), beyond=_number(words, found.beyond))
    convention = words.text("Straight between two nights over the probability of a year; beyond once in {last} years "
                            "as that night.", last=words.number(years[-1]))
    low = words.text("Floods more frequent than once in {first} years are left out: the sum is a lower bound. "
                     "--harmless says which does no harm.", first=words.number(years[0])) if harmless_years is None \
        else words.text("From once in {first} years down to nothing at once in {harmless} years.",
                        first=words.number(years[0]),
                        harmless=words.number(harmless_years, 0 if harmless_years == int(harmless_years) else 1))
    return [Speech.sentence(line) for line in (first, convention, low)]
