"""A point of the situation in words: all texts of the page, from the figures of ``twin.results.situation``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.explaining.act_words import act_detail, act_notes, act_row
from twin.explaining.crew_lines import crew_rows
from twin.explaining.decisions import decisions, done
from twin.explaining.listed import joined, teller_of
from twin.explaining.place_names import closed_words, is_by_day, is_closed
from twin.explaining.returning import returns_by_quarter, returns_by_street, returns_note
from twin.explaining.river_words import level_now, trend
from twin.explaining.site_words import feed_words, stands, symbol_of, then_words
from twin.explaining.teller import Teller
from twin.explaining.untouchable import untouchable_lines
from twin.explaining.words import STATUS, Speech
from twin.quantities import NONE, seconds_between
from twin.results.counts import Counted
from twin.results.order_of_return import ReturnOrder, order_of_return
from twin.results.situation import AHEAD_H, Site, Situation
from twin.results.summary import GAUGE_DIFFERS_M

#: Rows of the page: what is more is told as a number.
MOST_SITES, MOST_DECISIONS, FIRST_ACTS = 6, 8, 5
_COUNTED = {
    "lamps_out": "Lamps out", "cabinets_out": "Lighting cabinets out", "sites_out": "Critical sites without power",
    "signals_out": "Traffic signals out", "lift_stations_out": "Lift stations out",
    "buildings_out": "Buildings without power", "buildings_wet": "Buildings in water"}


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as it is read; ``symbol`` is ``out``, ``threatened`` or ``fine``, ``stands`` says it in a word."""

    symbol: str
    stands: str
    name: str
    people: str
    feed: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All texts of a point of the situation."""

    lang: str
    status: str
    not_observed: str
    valid: str
    title: str
    place: str
    made: tuple[str, ...]
    headline: str
    #: What is out now, in one line.
    out_now: str
    alarms: tuple[str, ...]
    #: Table of counts: headings of its columns, its rows, and notes below.
    counts_title: str
    count_headings: tuple[str, ...]
    counts: tuple[tuple[str, ...], ...]
    count_notes: tuple[str, ...]
    legend: tuple[str, ...]
    sites_title: str
    symbols: tuple[tuple[str, str], ...]
    site_headings: tuple[str, ...]
    sites: tuple[SiteRow, ...]
    sites_more: str
    #: What a number of people is that bears an asterisk; empty where none does.
    sites_note: str
    acts_title: str
    acts_note: str
    act_headings: tuple[str, ...]
    #: What is to be done at once first, and how many rows it is; and how many rows stand at the head of the page.
    acts: tuple[tuple[str, ...], ...]
    acts_now: int
    acts_first: int
    #: What stands on the next page, and its title there.
    acts_next: str
    acts_next_title: str
    acts_more: str
    #: What the rows leave out, act by act in their order, on the next page; empty where an act leaves out nothing.
    acts_detail_title: str
    acts_detail: tuple[str, ...]
    #: Where the list of what is live in water stands, and how the time for people is counted.
    act_notes: tuple[str, ...]
    returns_title: str
    #: What the ranges are; by quarter, and street by street on the next page; empty where nothing is out.
    returns_note: str
    returns_headings: tuple[str, ...]
    returns: tuple[tuple[str, str, str], ...]
    returns_next: str
    returns_next_title: str
    returns_by_street: tuple[tuple[str, str], ...]
    untouchable_title: str
    #: What is not to be re-energised, by kind, and where the whole list stands; empty where nothing is.
    untouchable: tuple[str, ...]
    decisions_title: str
    decisions: tuple[tuple[str, str], ...]
    crews_title: str
    crews_note: str
    #: Where each crew is, and until when it is on duty; empty where the run has none: lines to fill in.
    crew_headings: tuple[str, ...]
    crews: tuple[tuple[str, ...], ...]
    done: tuple[str, ...]
    following: str
    digest: str


def page_of(told: Situation, lang: str, numbers: Mapping[str, str] | None = None, order: ReturnOrder | None = None
            ) -> Page:
    """Give all texts of a point of the situation.

    Parameters
    ----------
    told
        The figures.
    lang
        ``fr`` or ``en``.
    numbers
        Telephone numbers of the rescue services (``rescue``) and of the grid operator (``grid``).
    order
        The order of return at the moment; None: that of the nights that the run drew, if any.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller, plan = teller_of(told.result, lang), told.result.plan
    text, words = teller.text, teller.speech
    now = teller.moment(told.t_s)
    teller = Teller(told.result, words, now)
    issued, valid = (teller.moment(seconds_between(plan.start, one)) for one in (plan.issued_at, plan.valid_until))
    alarms = tuple(_alarms(teller, told))
    order = order or order_of_return(told.result, told.t_s)
    acts = tuple(act_row(teller, act, told.t_s, numbers) for act in (*told.now, *told.acts))
    details = tuple(act_detail(teller, act, told.t_s) for act in (*told.now, *told.acts))
    by_street = returns_by_street(order, lang)
    sites, more_sites = told.sites[:MOST_SITES], len(told.sites) - MOST_SITES
    return Page(
        lang=lang, status=text(STATUS[plan.status]).upper(), not_observed=text("Not an observation."),
        valid=text("Valid until {clock}, {day}.", clock=words.clock(valid), day=words.day(valid)),
        title=text("Situation report, {clock}", clock=words.clock(now)),
        place=f"{told.result.city.name}, {words.day(now)} ({now.strftime('%z')[:3]}:{now.strftime('%z')[3:]})",
        made=(text("{name}, issued at {clock}", name=plan.told(plan.name, lang),
                   clock=words.weekday_clock(issued, now)),
              _counted_from(teller, told)),
        headline=_headline(teller, told), out_now=_out_now(teller, told), alarms=alarms,
        counts_title=text("Out of service"), count_headings=_count_headings(teller, told),
        counts=tuple(_count_rows(teller, told)), count_notes=tuple(_count_notes(teller, told)),
        legend=(text("lamp out"), text("within the hour"), text("water computed now"),
                text("critical sites, by their number above")),
        sites_title=text("Critical sites"),
        symbols=(("fine", text("in service")), ("threatened", words.text("threatened", gender="m")),
                 ("out", text("without power"))),
        site_headings=(text("people"), text("supply"), text("then")),
        sites=tuple(_site_row(teller, told, site) for site in sites),
        sites_more=_sites_more(teller, told) if more_sites > 0 else "", sites_note=_sites_note(teller, told),
        acts_title=text("First acts"), acts_note=_acts_note(teller, told),
        act_headings=(text("before"), text("what"), text("who"), text("where"), text("if not")),
        acts=acts or (("", text("Nothing is left to be done beforehand."), "", "", ""),),
        acts_now=len(told.now), acts_first=FIRST_ACTS,
        acts_next=_acts_next(teller, told, len(acts), has_details=any(details)),
        acts_detail_title=text("Acts in detail"), acts_detail=details,
        acts_next_title=text("Next acts"), acts_more="" if not told.acts_more else words.plural(
            "{n} more act ahead: on the printed list of acts.", "{n} more acts ahead: on the printed list of acts.",
            told.acts_more),
        act_notes=tuple(act_notes(teller, told)), returns_title=text("Return of light"),
        returns_headings=(text("quarter"), text("streets, lamps out"), text("from the first street to the last")),
        returns_note=returns_note(order, lang) if by_street else "", returns=returns_by_quarter(order, lang),
        returns_next=text("Street by street: at the end.") if by_street else "",
        returns_next_title=text("Return of light, street by street"), returns_by_street=by_street,
        untouchable_title=text("Do not re-energise before a test"),
        untouchable=tuple(untouchable_lines(teller, told.moment)),
        decisions_title=text("Decisions asked for"),
        decisions=tuple(decisions(teller, told))[:MOST_DECISIONS] or ((text("None"), text("by the run.")),),
        crews_title=text("Crews and hours"), crews_note=text("fill in: crew, where, until") if plan.crews is None
        else text("computed; numbers stand on the crew sheets"),
        crew_headings=(text("crew"), text("where"), text("on duty until")),
        crews=crew_rows(teller, told.t_s, told.shut),
        done=tuple(done(teller, told)), following=_following(teller, told),
        digest=text("fingerprint {digest}", digest=plan.digest[:8]))


# The river, and what must not be overlooked


def _headline(teller: Teller, told: Situation) -> str:
    if told.rivers:
        return level_now(teller, told.rivers[0], told.t_s)
    return teller.speech.plural("{n} lamp without power; no gauge tells the river's level.",
                                "{n} lamps without power; no gauge tells the river's level.", told.counts[0].now.out)


def _out_now(teller: Teller, told: Situation) -> str:
    """Give what is out in one line: lamps, cabinets, critical sites; the rest stands in the table."""
    words, counts = teller.speech, {count.name: count.now.out for count in told.counts}
    return teller.text("Out now: {lamps}, {cabinets}, {sites}.",
                       lamps=words.plural("{n} lamp", "{n} lamps", counts["lamps_out"]),
                       cabinets=words.plural("{n} cabinet", "{n} cabinets", counts["cabinets_out"]),
                       sites=words.plural("{n} critical site", "{n} critical sites", counts["sites_out"]))


def _alarms(teller: Teller, told: Situation) -> Iterator[str]:
    if told.rivers:
        yield trend(teller, told.rivers[0], told.t_s)
        reading = told.rivers[0].readings[-1] if told.rivers[0].readings else None
        if reading is not None and abs(reading[1] - reading[2]) >= GAUGE_DIFFERS_M:
            yield teller.text("The night outside is another than the one computed: run it again with levels shifted by "
                              "{by}; all times below are to be taken as too late." if reading[1] > reading[2] else
                              "The night outside is another than the one computed: run it again with levels shifted by "
                              "{by}; all that is below may be too dark.",
                              by=f"{'+' if reading[1] > reading[2] else '−'}"
                                 f"{teller.speech.depth(abs(reading[1] - reading[2]))}")
    start = teller.result.plan.start
    for cluster in told.result.indicators.get("clusters", ()):
        from_s, to_s = (seconds_between(start, teller_time(cluster[key])) for key in ("from", "to"))
        if from_s > told.t_s:
            sites = [site["name"] or site["asset"] for site in cluster["sites"]]
            kinds = teller.result.city.assets.kinds
            also = [teller.speech.counted(kinds, name, cluster["out"][name])
                    for name in ("substation", "cabinet", "lift_station", "pump") if cluster["out"].get(name)]
            yield teller.text("{time}: {lamps} lamps in {minutes} min, {also} ({streets}).",
                              time=Speech.sentence(teller.clock(from_s)),
                              lamps=teller.speech.number(cluster["lamps"]),
                              minutes=teller.speech.number(max(1, -(-(to_s - from_s) // 60))),
                              also=", ".join([*also, *sites]), streets=", ".join(cluster["streets"]))
            return


def teller_time(text: str) -> Any:
    """Give an ISO moment of the indicators as a moment."""
    from datetime import datetime

    return datetime.fromisoformat(text)


# Counts


def _count_headings(teller: Teller, told: Situation) -> tuple[str, ...]:
    since = teller.text("change") if told.since_run is not None else "" if told.since_s == NONE else teller.text(
        "since {clock}", clock=teller.clock(told.since_s))
    return ("", teller.text("now"), *([since] if since else []), *(f"+{hours}\u00a0h" for hours in AHEAD_H))


def _count_rows(teller: Teller, told: Situation) -> Iterator[tuple[str, ...]]:
    number = teller.speech.number

    def cell(n: Counted | None) -> str:
        return "–" if n is None else f"{number(n.out)}\u00a0({number(n.may)})" if n.may else number(n.out)

    for count in told.counts:
        change = []
        if count.before is not None:
            by = count.now.out - count.before.out
            change = [f"{'+' if by > 0 else '−' if by < 0 else '±'}{number(abs(by))}"]
        yield (teller.text(_COUNTED[count.name]), cell(count.now), *change, *map(cell, count.ahead))


def _count_notes(teller: Teller, told: Situation) -> Iterator[str]:
    from twin.world.sun import darkness_of

    result = told.result
    dark = darkness_of(result.plan, result.city)
    lamp = np.flatnonzero(result.view.is_lamp)[:1].astype(np.int32)
    light = [f"+{hours}\u00a0h" for hours in AHEAD_H
             if len(lamp) and told.t_s + 3600 * hours <= result.plan.duration_s
             and not dark.is_dark(lamp, told.t_s + 3600 * hours)[0]]
    if light:
        yield teller.text("{moments}: it is day.", moments=", ".join(light))
    if any(n is not None and n.may for count in told.counts for n in (count.now, *count.ahead)):
        yield teller.text("(n): that many more, maybe.")
    if any(n is None for count in told.counts for n in count.ahead):
        yield teller.text("–: beyond the end of the run.")
    inferred = sum(result.indicators.get("inferred_links", {}).values())
    if inferred:
        yield teller.speech.plural("{n} asset hangs on an inferred link: who feeds it is a guess.",
                                   "{n} assets hang on an inferred link: who feeds them is a guess.", inferred)


def _counted_from(teller: Teller, told: Situation) -> str:
    if told.since_run is not None:
        other = told.since_run.plan
        return teller.text("Change against the run “{name}” at the same moment",
                           name=other.told(other.name, teller.speech.lang))
    if told.since_s != NONE:
        return teller.text("Change since the report of {clock}", clock=teller.clock(told.since_s))
    return teller.text("First report: no change to tell")


# Sites


def _site_row(teller: Teller, told: Situation, site: Site) -> SiteRow:
    people = "" if site.people is None else teller.speech.number(site.people)
    return SiteRow(symbol_of(site), stands(teller, site), teller.result.city.assets.called(site.asset),
                   f"{people}*" if people and is_by_day(teller, site.asset) else people, feed_words(teller, site),
                   joined(teller, list(then_words(teller, site, told.t_s))))


def _sites_note(teller: Teller, told: Situation) -> str:
    """Say of schools and the like that their number is that of the day, and that there is no class."""
    by_day = [site.asset for site in told.sites[:MOST_SITES] if site.people and is_by_day(teller, site.asset)]
    if not by_day:
        return ""
    if is_closed(teller, by_day[0], told.t_s, told.t_s):
        return teller.text("* Roll of the day; {closed}.", closed=closed_words(teller, told.t_s))
    return teller.text("* Roll of the day.")


def _sites_more(teller: Teller, told: Situation) -> str:
    rest = told.sites[MOST_SITES:]
    concerned = sum(symbol_of(site) != "fine" for site in rest)
    if concerned:
        return teller.speech.plural("{n} more without power or threatened: all stand on the printed list of sites.",
                                    "{n} more without power or threatened: all stand on the printed list of sites.",
                                    concerned)
    return teller.speech.plural("{n} more in service and not threatened: on the printed list of sites.",
                                "{n} more in service and not threatened: on the printed list of sites.",
                                len(rest))


# Acts


def _acts_note(teller: Teller, told: Situation) -> str:
    rules = told.result.plan.access
    if rules is None or not rules.bases:
        return teller.text("access and crews are not computed: check the way")
    return teller.text("before: set out by; if no way, begin by")


def _acts_next(teller: Teller, told: Situation, n: int, *, has_details: bool) -> str:
    more = n - FIRST_ACTS + told.acts_more
    if n > FIRST_ACTS:
        return teller.speech.plural("Then {n} act more, and details: below.", "Then {n} acts more, and details: below.",
                                    more)
    return teller.text("Details: below.") if has_details else ""


def _following(teller: Teller, told: Situation) -> str:
    update = told.result.plan.next_update
    if update is None:
        return teller.text("Next report: ............")
    return teller.text("Next report: {clock}", clock=teller.clock(seconds_between(told.result.plan.start, update)))


def number_in(text: str) -> int:
    r"""Give the number that a cell says, whatever sets its thousands apart.

    Examples
    --------
    >>> number_in("1\u202f947"), number_in("−12"), number_in("+1,812")
    (1947, -12, 1812)
    """
    digits = "".join(c for c in text if c.isdigit())
    return int(digits or 0) * (-1 if text.startswith("−") else 1)


