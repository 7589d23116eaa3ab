"""A site in words: how it stands, what feeds it, and what is to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from twin.explaining.back_words import back
from twin.explaining.loss_words import lost_words
from twin.explaining.place_names import gender_of, the
from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.situation import Site
from twin.world.graph import graph_of

#: Sites that a cut darkens told one by one.
_MOST_PRICES = 2


def symbol_of(site: Site) -> str:
    """Give how a site stands: ``out``, ``threatened`` or ``fine``."""
    if site.since_s != NONE:
        return "out"
    return "threatened" if site.is_threatened or site.condition in (Condition.ON_RESERVE, Condition.MAY_BE_OUT) \
        else "fine"


#: How a site stands in a word; ``threatened`` agrees with its name.
_STANDS = {"fine": "in service", "threatened": "threatened", "out": "without power"}


def stands(teller: Teller, site: Site) -> str:
    """Give how a site stands in a word."""
    return teller.speech.text(_STANDS[symbol_of(site)], gender=gender_of(teller, site.asset) or "m")


def feed_words(teller: Teller, site: Site) -> str:
    """Give what feeds a site at the moment, or since when nothing does."""
    ids = teller.result.city.assets.id
    if site.reserve_ends_s != NONE:
        return teller.text("on its reserve until {time}", time=teller.clock(site.reserve_ends_s))
    if site.since_s != NONE:
        said = teller.text("without power since {time}", time=teller.clock(site.since_s))
        return said if site.root in (NONE, site.asset) else f"{said} ({ids[site.root]})"
    supplier = "" if site.fed_by == NONE else str(ids[site.fed_by])
    if not supplier:
        return teller.text("no supplier known")
    if site.condition is Condition.LAST_FEED:
        return teller.text("last feed {supplier}", supplier=supplier)
    said = teller.text("{supplier} alone, in service", supplier=supplier) if graph_of(
        teller.result.city).alternatives(site.asset) == 1 else teller.text("{supplier}, in service", supplier=supplier)
    if site.wet_feed == NONE:
        return said
    since = teller.clock(site.wet_feed_s)
    if site.wet_feed == site.fed_by:
        return f"{said}, " + teller.text("in water since {time}, to be cut", time=since)
    return f"{said}, " + teller.text("{asset} above it in water since {time}, to be cut", asset=ids[site.wet_feed],
                                     time=since)


def then_words(teller: Teller, site: Site, t_s: int) -> Iterator[str]:
    """Give what comes of a site: water at its door and inside, its loss, its return, in order of time."""
    ids = teller.result.city.assets.id
    events = []
    if NONE < site.inside_s <= t_s and site.condition is Condition.OUT:
        yield teller.text("water inside since {time}", time=teller.clock(site.inside_s))
    elif site.wet_s > t_s:
        events.append((site.wet_s, teller.text("water at the door {time}", time=teller.clock(site.wet_s))))
    elif site.wet_s != NONE:
        yield teller.text("water at the door since {time}", time=teller.clock(site.wet_s))
    if site.loss is not None and site.since_s == NONE:
        events.append((site.loss.may_s, teller.text("{lost}: {what}", lost=lost_words(teller, site.loss, t_s),
                                                    what=_why(teller, site, ids))))
    if site.since_s != NONE:
        events.append((1 << 40, back(teller, site.back_s)))
    yield from (said for _, said in sorted(events))
    if not events and site.wet_s == NONE:
        yield teller.text("dry")


def _why(teller: Teller, site: Site, ids: Any) -> str:
    """Say why a site is lost at the earliest: water inside, or what feeds it."""
    assert site.loss is not None
    return teller.text("water inside") if site.loss.root == site.asset else str(ids[site.loss.root])


def cut_words(teller: Teller, rows: Sequence[int], cut_s: int) -> Iterator[str]:
    """Say of sites what becomes of them where what feeds them is cut at a second: their reserve and how long it lasts.

    A reserve counts from the cut; where water may come inside before it is empty it does not hold to its end.
    """
    assets, text = teller.result.city.assets, teller.text
    for row in rows:
        name, reserve_s = the(teller, row), int(assets.buffer_s[row])
        if reserve_s <= 0:
            yield text("leaves {site} without power: no reserve", site=name)
            continue
        said = text("feeds {site}: reserve {duration}, until {time}", site=name,
                    duration=teller.speech.duration(reserve_s), time=teller.clock(cut_s + reserve_s))
        inside_s = _inside_s(teller, row, cut_s)
        if inside_s < cut_s + reserve_s:
            said += text(", less where water comes inside ({time})", time=teller.clock(inside_s))
        yield said


def price_words(teller: Teller, rows: Sequence[int], cut_s: int) -> Iterator[str]:
    """Say in a few words what a cut costs the sites that it leaves without supply, the most people first."""
    for row in rows[:_MOST_PRICES]:
        ends_s = cut_s + int(teller.result.city.assets.buffer_s[row])
        if ends_s == cut_s:
            yield teller.text("{site} then without power", site=the(teller, row))
            continue
        said = "{site} then on reserve until {time} at most" if _inside_s(teller, row, cut_s) < ends_s else \
            "{site} then on reserve until {time}"
        yield teller.text(said, site=the(teller, row), time=teller.clock(ends_s))
    if more := len(rows[_MOST_PRICES:]):
        yield teller.speech.plural("{n} more site then without supply", "{n} more sites then without supply", more)


def _inside_s(teller: Teller, row: int, from_s: int) -> int:
    """Give when water may be inside a site, from a second on; later than any where it may not."""
    loss = teller.result.losses.next(row, from_s)
    return max(loss.may_s, from_s) if loss is not None and loss.root == row else 1 << 40
