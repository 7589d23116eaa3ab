"""The order of return in words: street by street and site by site, as a paper, as a few lines, and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twin.explaining.act_words import shortened
from twin.explaining.crew_words import STAGE_WORDS
from twin.explaining.listed import joined, label, teller_of
from twin.explaining.papers import Paper, paper_of
from twin.explaining.teller import Teller
from twin.explaining.words import Speech
from twin.quantities import NONE
from twin.results.order_of_return import Return, ReturnOrder
from twin.world.kinds import Role

#: Shares of the width of the columns.
_WIDTHS = (0.8, 1.6, 1.1, 1.7, 0.9, 1, 1.8, 0.8)
_WAITS = {"recede": "waits for the water to fall", "crew": "waits for a crew", "reset": "waits for a reset",
          "declared": "waits for word that it is back", "reported": "out by report"}
#: Who mends a kind, by the word that the data has for it.
WHOSE = {"city": "city", "grid": "grid operator", "water": "water utility", "premises": "occupant"}
#: Columns of the table as it is written for programs, in order.
COLUMNS = ("kind", "asset_id", "name", "street", "out", "since", "p50", "p90", "nights", "assessed", "waits", "held_by",
           "mended_by", "feed")


def returns_paper(order: ReturnOrder, lang: str) -> Paper:
    """Give the order of return as a paper: critical sites, then streets, then gear; what is back first above.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(order.result, lang, order.t_s)
    text, words = teller.text, teller.speech
    rows = [_row(teller, order, one) for one in ordered(order)]
    facts = [words.plural("{n} street with lamps out", "{n} streets with lamps out", len(order.streets)) + ", "
             + words.plural("{n} site or piece of gear out", "{n} sites or pieces of gear out", len(order.sites)),
             _how(teller, order)]
    notes = [text("Each street is back with its last lamp. Times are rounded outward to a quarter of an hour."),
             text("Not yet assessed: nobody has inspected or reported on the spot; the time is only computed."),
             text("Nothing is re-energised by this list: see what is not to be re-energised.")]
    return paper_of(teller, order.t_s, text("Order of return, {clock}", clock=words.clock(teller.moment(order.t_s))),
                    facts=facts, headings=[text(one) for one in (
                        "kind", "what", "out since", "back", "assessed", "stage", "held by", "supply")],
                    widths=_WIDTHS, rows=rows or [], bold=(1, 3), notes=notes if rows else [text("Nothing is out.")])


def ordered(order: ReturnOrder) -> tuple[Return, ...]:
    """Give all rows: critical sites, then streets, then gear."""
    assets = order.result.city.assets
    vital = tuple(one for one in order.sites if assets.has_role(one.asset, Role.VITAL))
    return (*vital, *order.streets, *(one for one in order.sites if one not in vital))


def returns_by_quarter(order: ReturnOrder, lang: str) -> tuple[tuple[str, str, str], ...]:
    """Give when light returns by quarter: its name, how many streets and lamps are out, and from when to when.

    The near end is that of its first street, the far end that of its last; quarters told alike are one row. What is
    back first stands first; a city without quarters is one.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(order.result, lang, order.t_s)
    text, words, assets = teller.text, teller.speech, order.result.city.assets
    quarters: dict[str, list[Return]] = {}
    for one in order.streets:
        quarters.setdefault(assets.district[one.assets[0]], []).append(one)
    rows: dict[str, list[tuple[str, int, int]]] = {}
    for name, streets in sorted(quarters.items(), key=lambda item: min(
            (one.p50_s == NONE, one.p50_s) for one in item[1])):
        rows.setdefault(_quarter_back(teller, streets, order.nights), []).append(
            (name or text("elsewhere"), len(streets), sum(len(one.assets) for one in streets)))
    return tuple((", ".join(name for name, _, _ in mine) if len(quarters) > 1 else text("All streets"),
                  words.plural("{n} street", "{n} streets", sum(n for _, n, _ in mine)) + ", "
                  + words.plural("{n} lamp", "{n} lamps", sum(n for _, _, n in mine)), said)
                 for said, mine in rows.items())


def _quarter_back(teller: Teller, streets: list[Return], nights: int) -> str:
    """Say from when to when the streets of a quarter are back, and how many may not be."""
    known = [one for one in streets if one.p50_s != NONE]
    never = len(streets) - len(known)
    if not known:
        return teller.text("not within the time computed")
    said = _from_to(teller, min(one.p50_s for one in known), max(
        (one.p90_s for one in known), key=lambda at_s: (at_s == NONE, at_s)), nights)
    return said if not never else joined(teller, [said, teller.speech.plural(
        "{n} street not within the time computed", "{n} streets not within the time computed", never)])


def _from_to(teller: Teller, first_s: int, last_s: int, nights: int) -> str:
    """Give both ends of a return in few words: what they are stands in the heading."""
    first = teller.clock(first_s)
    if last_s == NONE:
        return teller.text("after {first}, perhaps not within the time computed", first=first)
    if first_s == last_s:
        return first if nights else teller.text("about {time}", time=first)
    return teller.text("between {first} and {last}", first=first, last=teller.speech.weekday_clock(
        teller.moment(last_s), teller.moment(first_s)))


def returns_by_street(order: ReturnOrder, lang: str) -> tuple[tuple[str, str], ...]:
    """Give when light returns street by street: each range with the streets that share it, what is back first above.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(order.result, lang, order.t_s)
    ranges: dict[str, list[str]] = {}
    for one in order.streets:
        said = teller.text("not within the time computed") if one.p50_s == NONE else _from_to(
            teller, one.p50_s, one.p90_s, order.nights)
        ranges.setdefault(said, []).append(one.street)
    return tuple((Speech.sentence(said), ", ".join(streets)) for said, streets in ranges.items())


def returns_note(order: ReturnOrder, lang: str) -> str:
    """Say what the ranges of return are, and that nobody has looked on the spot where nobody has.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(order.result, lang, order.t_s)
    is_assessed = any(one.is_assessed for one in order.streets)
    return _how(teller, order) + ("" if is_assessed else " " + teller.text("Not yet assessed on the spot."))


def back(teller: Teller, one: Return, nights: int) -> str:
    """Say between when and when something is back; the one hour that was computed where no nights were drawn."""
    if one.p50_s == NONE:
        return teller.text("not within the time computed")
    first = teller.clock(one.p50_s)
    if not nights:
        return teller.text("at the earliest about {time}, one computation" if teller.result.plan.crews is None else
                           "about {time}, one computation", time=first)
    if one.p90_s == NONE:
        return teller.text("after {first}, perhaps not within the time computed", first=first)
    # The day of the far end goes without saying where it is that of the near one.
    last = teller.speech.weekday_clock(teller.moment(one.p90_s), teller.moment(one.p50_s))
    return teller.text("between {first} and {last}", first=first, last=last)


def table(order: ReturnOrder, lang: str) -> Iterator[tuple[Any, ...]]:
    """Give a row for each, columns as ``COLUMNS``: moments ISO 8601; what is told in words in the language."""
    teller, moment = teller_of(order.result, lang), order.result.view.moment
    assets = order.result.city.assets
    for one in ordered(order):
        asset = None if one.asset == NONE else assets[one.asset]
        yield (_kind(teller, one), "" if asset is None else asset.id, "" if asset is None else asset.name,
               one.street if asset is None else asset.street, len(one.assets), moment(one.since_s), moment(one.p50_s),
               moment(one.p90_s), order.nights, teller.text("yes") if one.is_assessed else teller.text("no"),
               _stage(teller, one), " ".join(str(assets.id[row]) for row in one.holders), _whose(teller, one),
               " ".join(str(assets.id[row]) for row in one.feeds))


def _how(teller: Teller, order: ReturnOrder) -> str:
    """Say what the range is: over how many nights, or that none was drawn."""
    if not order.nights:
        return teller.text("No nights were drawn: one computed hour, not a range.")
    return teller.speech.plural(
        "From the likely hour (back one time in two) to the cautious one (nine in ten): {n} night drawn.",
        "From the likely hour (back one time in two) to the cautious one (nine in ten): {n} nights drawn.",
        order.nights)


def _row(teller: Teller, order: ReturnOrder, one: Return) -> tuple[str, ...]:
    assets = teller.result.city.assets
    lamps = "" if one.asset != NONE else teller.speech.plural("{n} lamp, {time}", "{n} lamps, {time}", len(one.assets),
                                                              time=teller.clock(one.since_s))
    held = ", ".join(shortened(teller, [str(assets.id[row]) for row in one.holders], 3))
    return (_kind(teller, one), _name(teller, one), lamps or teller.clock(one.since_s), back(teller, one, order.nights),
            teller.text("assessed") if one.is_assessed else teller.text("not yet assessed"), _stage(teller, one),
            teller.text("{what} ({whose})", what=held, whose=_whose(teller, one)),
            ", ".join(shortened(teller, [str(assets.id[row]) for row in one.feeds], 3)))


def _whose(teller: Teller, one: Return) -> str:
    return ", ".join(teller.text(WHOSE[name]) for name in one.owners)


def _kind(teller: Teller, one: Return) -> str:
    assets = teller.result.city.assets
    return teller.text("Street") if one.asset == NONE else Speech.sentence(
        teller.speech.kind(assets.kinds, assets[one.asset].kind).one)


def _name(teller: Teller, one: Return) -> str:
    if one.asset == NONE:
        return one.street
    asset = teller.result.city.assets[one.asset]
    said = label(teller, asset)
    return said if teller.has_role(asset, Role.VITAL) or not asset.street else f"{said}, {asset.street}"


def _stage(teller: Teller, one: Return) -> str:
    return teller.text(_WAITS[one.wait]) if one.wait in _WAITS else teller.text(STAGE_WORDS[one.wait]) \
        if one.wait else teller.text("waits for its supply")
