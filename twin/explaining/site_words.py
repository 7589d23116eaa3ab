"""A site in words: how it stands, what feeds it, and what is to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from twin.explaining.back_words import back
from twin.explaining.loss_words import lost_words
from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.situation import Site
from twin.world.graph import graph_of


def symbol_of(site: Site) -> str:
    """Give how a site stands: ``out``, ``threatened`` or ``fine``."""
    if site.since_s != NONE:
        return "out"
    return "threatened" if site.is_threatened or site.condition in (Condition.ON_RESERVE, Condition.MAY_BE_OUT) \
        else "fine"


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
        name, reserve_s = str(assets.name[row] or assets.id[row]), int(assets.buffer_s[row])
        if reserve_s <= 0:
            yield text("leaves {site} without power: no reserve", site=name)
            continue
        said = text("feeds {site}: reserve {duration}, until {time}", site=name,
                    duration=teller.speech.duration(reserve_s), time=teller.clock(cut_s + reserve_s))
        loss = teller.result.losses.next(row, cut_s)
        if loss is not None and loss.root == row and loss.may_s < cut_s + reserve_s:
            said += text(", less where water comes inside ({time})", time=teller.clock(max(loss.may_s, cut_s)))
        yield said
