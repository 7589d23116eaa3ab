"""Crew sheets in words: what stands on the page that a crew takes along, and the same as lines of text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from twin.access.by_street import StreetLeg
from twin.explaining.act_words import shortened
from twin.explaining.back_words import roughly
from twin.explaining.crew_lines import placed_at
from twin.explaining.listed import joined, label, teller_of
from twin.explaining.shut_words import shut_words
from twin.explaining.teller import Teller
from twin.explaining.words import STATUS, WAITS, Speech
from twin.quantities import NONE, seconds_between
from twin.results.moment import DRY_M
from twin.results.sheets import Sheet, Stand, Visit

#: Visits on one sheet, and ids in one cell: what is more is told as a number. A long sheet goes on on a second page.
MOST_VISITS, MOST_IDS = 9, 8
#: What a crew does at each stage. The steps of a lock-out are those of NF C 18-510; before re-energising NF C 15-100-6
#: asks for the insulation resistance.
_ACTIONS = {"reach": "get there", "inspect": "lock out (open, lock, tag), prove dead, inspect",
            "clean_dry": "clean and dry", "replace": "replace what water reached",
            "re_energise": "measure the insulation, test, then return to service"}
#: Parts of one street whose depths differ by more are told as such [m].
_EVEN_M = 0.02
#: Electrical qualifications in words (NF C 18-510).
_SKILLS = {"BS": "BS, simple work on a dead low-voltage circuit", "BR": "BR, repairs and lock-out at low voltage",
           "B1V": "B1V, work at low voltage near live parts", "B2V": "B2V, in charge of work near live parts",
           "BC": "BC, in charge of lock-out at low voltage"}
#: What repairs wait for.
_WAITS = {**WAITS, "recede": "the water to fall"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPage:
    """All texts of one crew sheet."""

    lang: str
    crew: str
    status: str
    not_observed: str
    valid: str
    title: str
    place: str
    made: str
    #: Who they are, until when they are on duty, by which limits they drive, whom to call.
    facts: tuple[str, ...]
    warnings: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    #: Private numbers: name and number.
    phones: tuple[tuple[str, str], ...]
    phones_title: str
    digest: str


def sheet_page(sheet: Sheet, lang: str, phones: Mapping[str, str] | None = None) -> SheetPage:
    """Give all texts of a crew's sheet.

    Parameters
    ----------
    sheet
        What lies ahead of the crew.
    lang
        ``fr`` or ``en``.
    phones
        Private numbers by name, from a file of the city; they stand on the sheets alone.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(sheet.result, lang)
    now = teller.moment(sheet.t_s)
    teller = Teller(sheet.result, teller.speech, now)
    text, words, plan = teller.text, teller.speech, sheet.result.plan
    issued, valid = (teller.moment(seconds_between(plan.start, one)) for one in (plan.issued_at, plan.valid_until))
    ahead = sheet.visits[:MOST_VISITS]
    rows = tuple(_row(teller, n, visit) for n, visit in enumerate(ahead, start=1))
    return SheetPage(
        lang=lang, crew=sheet.crew.id, status=text(STATUS[plan.status]).upper(),
        not_observed=text("Not an observation."),
        valid=text("Valid until {clock}, {day}.", clock=words.clock(valid), day=words.day(valid)),
        title=text("Crew sheet {crew}, {clock}", crew=sheet.crew.id, clock=words.clock(now)),
        place=f"{sheet.result.city.name}, {words.day(now)}",
        made=text("{name}, issued at {clock}", name=plan.told(plan.name, lang),
                  clock=words.weekday_clock(issued, now)),
        facts=tuple(_facts(teller, sheet)), warnings=tuple(_warnings(teller, sheet, ahead)),
        headings=tuple(text(heading) for heading in (
            "no.", "leave, arrive, done", "place", "fed by", "what to do",
            "way, street by street (water on arrival / now)", "water there")),
        rows=rows, notes=tuple(_notes(teller, sheet, len(rows))), phones=tuple((phones or {}).items()),
        phones_title=text("Numbers, not to be passed on"),
        digest=text("fingerprint {digest}", digest=plan.digest[:8]))


def sheet_lines(page: SheetPage) -> list[str]:
    """Give a sheet as lines of text, for a telephone or a terminal: every text of the page, in its order."""
    lines = [f"{page.status}. {page.not_observed} {page.valid}", page.title, page.place, page.made, *page.facts,
             *page.warnings, ""]
    for row in page.rows:
        lines.append(f"{row[0]}. {row[2]}")
        lines += [f"   {heading}: {cell}" if page.lang == "en" else f"   {heading}\u00a0: {cell}"
                  for heading, cell in zip((page.headings[1], *page.headings[3:]), (row[1], *row[3:]), strict=True)
                  if cell]
    lines += ["", *page.notes]
    if page.phones:
        lines += [page.phones_title, *(f"  {name}  {number}" for name, number in page.phones)]
    return [*lines, page.digest]


def _facts(teller: Teller, sheet: Sheet) -> Iterator[str]:
    crew, rules, plan = sheet.crew, sheet.result.plan.access, sheet.result.plan.crews
    assert plan is not None
    said = teller.speech.plural("{n} person, base {base}", "{n} people, base {base}", crew.people, base=crew.base)
    if crew.stands_at and crew.stands_at != crew.base:
        said += teller.text(", sent ahead to {place}", place=crew.stands_at)
    yield said + (teller.text(", qualified {skills}", skills=", ".join(crew.skills)) if crew.skills else "")
    begin_s, end_s = sheet.shift
    if begin_s == NONE:
        yield teller.text("Off duty to the end of the run.")
    elif begin_s > sheet.t_s:
        yield teller.text("Off duty until {time}.", time=teller.clock(begin_s))
    elif end_s <= sheet.result.plan.duration_s:
        again = next((begin for begin, _ in crew.shifts if begin >= end_s), NONE)
        yield teller.text("On duty until {time}.", time=teller.clock(end_s)) if again == NONE else teller.text(
            "On duty until {time}, again from {again}.", time=teller.clock(end_s), again=teller.clock(again))
    yield from _idle(teller, sheet)
    if sheet.stand is not None and sheet.stand.wet_s == NONE:
        yield teller.text("{place}: dry until {time}, by the run.", place=placed_at(teller, sheet.stand.asset),
                          time=teller.clock(sheet.stand.until_s))
    if rules is not None and plan.travel == "streets":
        yield teller.text("Enter no street with {day} of water by day, {night} by night.",
                          day=teller.speech.depth(rules.day_m if crew.wade_m is None else crew.wade_m),
                          night=teller.speech.depth(min(rules.night_m, rules.day_m if crew.wade_m is None
                                                        else crew.wade_m)))
    if plan.derogation:
        yield teller.text("Hours beyond the limits by derogation: {why}", why=plan.derogation)


def _idle(teller: Teller, sheet: Sheet) -> Iterator[str]:
    """Tell why a crew on duty has nothing to do: until when, and what all its work waits for."""
    begin_s, end_s = sheet.shift
    next_s = sheet.next_s
    if begin_s == NONE or not begin_s <= sheet.t_s < end_s or (next_s != NONE and next_s <= sheet.t_s):
        return
    values: dict[str, Any] = {"reason": joined(teller, [teller.speech.plural(
        "{n} repair waits for {what}", "{n} repairs wait for {what}", count, what=teller.text(_WAITS[reason]))
        for reason, count in sheet.waits[:3]]) or teller.text("nothing is to be repaired")}
    if next_s != NONE and next_s < end_s:
        yield teller.text("Nothing to do before {time}: {reason}.", time=teller.clock(next_s), **values)
    elif end_s > sheet.result.plan.duration_s:
        yield teller.text("Nothing to do to the end of the run: {reason}.", **values)
    else:
        yield teller.text("Nothing to do before the end of this shift: {reason}.", **values)


def _warnings(teller: Teller, sheet: Sheet, shown: tuple[Visit, ...]) -> Iterator[str]:
    ids = sheet.result.city.assets.id
    stand, place = sheet.stand, "" if sheet.stand is None else placed_at(teller, sheet.stand.asset)
    if stand is not None and stand.wet_s != NONE:
        yield teller.text("{who}: {what}", who=place, what=joined(teller, list(_water_at(teller, sheet, stand)))) + "."
    if sheet.shut is not None:
        near_s = next((visit.leaves_s for visit in shown if sheet.shut.at_s <= visit.leaves_s
                       and (sheet.shut.time.until_s == NONE or visit.leaves_s < sheet.shut.time.until_s)), NONE)
        yield Speech.sentence(f"{shut_words(teller, sheet.shut, near_s)}.")
    elif stand is not None and stand.shuts_s != NONE:
        yield teller.text("No street leads out from {place} from {time} to the end of the run: leave before.",
                          place=place, time=teller.clock(stand.shuts_s)) if stand.opens_s == NONE else teller.text(
            "No street leads out from {place} from {time} to {until}: leave before.", place=place,
            time=teller.clock(stand.shuts_s), until=teller.clock(stand.opens_s))
    stale = list(dict.fromkeys(str(ids[row]) for visit in shown if visit.is_not_to_be_re_energised
                               for row in visit.assets))
    if stale:
        yield teller.text("Do not re-energise before a test: {assets}.", assets=_some(teller, stale))
    for visit in shown:
        if visit.held_by != NONE:
            yield teller.text("{asset}: without effect before {supply} is back ({time}).",
                              asset=_some(teller, [str(ids[row]) for row in visit.assets]), supply=ids[visit.held_by],
                              time=teller.text("not within the time computed") if visit.held_until_s == NONE
                              else teller.text("about {time}", time=roughly(teller, visit.held_until_s)))
        if visit.is_undone and visit.ends_s != NONE:
            yield teller.text("By the run water comes back at {asset} at {time}: leave before it does.",
                              asset=ids[visit.assets[0]], time=teller.clock(visit.ends_s))


def _water_at(teller: Teller, sheet: Sheet, stand: Stand) -> Iterator[str]:
    """Tell the water where a crew stands: as it begins, in its street, at the highest, and whether it may come in."""
    text, depth = teller.text, teller.speech.depth
    is_now, time = stand.from_s == sheet.t_s, teller.clock(stand.from_s)
    if stand.depth_m >= DRY_M:
        said = depth(stand.depth_m)
        yield text("{depth} of water now", depth=said) if is_now else text("{depth} of water at {time}", depth=said,
                                                                           time=time)
    else:
        yield text("dry now") if is_now else text("dry at {time}", time=time)
        yield text("water from {time}", time=teller.clock(stand.wet_s))
    if stand.street and stand.street_m >= DRY_M:
        yield text("{depth} in {street}", depth=depth(stand.street_m), street=stand.street)
    if stand.highest_m >= stand.depth_m + _EVEN_M:
        yield text("{depth} at the highest, at {time}", depth=depth(stand.highest_m),
                   time=teller.clock(stand.highest_s))
    if stand.is_entered:
        yield text("WATER MAY COME IN THERE")


def _some(teller: Teller, ids: list[str]) -> str:
    """Give ids for a line: those in a row as a range, the first few, the rest as a number."""
    return ", ".join(shortened(teller, ids, MOST_IDS))


def _row(teller: Teller, n: int, visit: Visit) -> tuple[str, ...]:
    assets = teller.result.city.assets
    first = assets[visit.assets[0]]
    kind = Speech.sentence(teller.speech.kind(assets.kinds, first.kind).one)
    place = f"{kind} {label(teller, first)}" if len(visit.assets) == 1 else teller.speech.counted(
        assets.kinds, first.kind, len(visit.assets)) + f" ({_some(teller, [str(assets.id[r]) for r in visit.assets])})"
    address = ", ".join(dict.fromkeys(word for row in visit.assets for word in (assets.street[row],) if word))
    if not address and assets.x_m[first.row] == assets.x_m[first.row]:
        address = f"x {assets.x_m[first.row]:.0f}, y {assets.y_m[first.row]:.0f}"
    return (str(n), _times(teller, visit), ", ".join(filter(None, (place, address))),
            ", ".join(str(assets.id[row]) for row in visit.circuits),
            joined(teller, list(_actions(teller, visit))),
            _way(teller, visit), _water(teller, visit))


def _actions(teller: Teller, visit: Visit) -> Iterator[str]:
    yield from (teller.text(_ACTIONS[stage]) for stage in visit.stages)
    if visit.held_by != NONE:
        yield teller.text("without effect before {supply} is back", supply=teller.result.city.assets.id[visit.held_by])


def _times(teller: Teller, visit: Visit) -> str:
    moments = [visit.leaves_s, *([visit.arrives_s] if visit.legs and visit.arrives_s != NONE else [])]
    at, said = teller, []
    for at_s in [*moments, *([] if visit.ends_s == NONE else [visit.ends_s])]:
        said.append(at.clock(at_s))
        # The day is said once.
        at = Teller(teller.result, teller.speech, teller.moment(at_s))
    return ", ".join([*said, *([teller.text("not done in this run")] if visit.ends_s == NONE else [])])


def _way(teller: Teller, visit: Visit) -> str:
    if not visit.origin:
        return ""
    if not visit.legs or sum(leg.length_m for leg in visit.legs) < 1.0:
        return teller.text("on the spot")
    return teller.text("from {place}", place=visit.origin) + " → " + " → ".join(
        _leg(teller, leg) for leg in visit.legs)


def _leg(teller: Teller, leg: StreetLeg) -> str:
    name = leg.street or teller.text("street without a name")
    if leg.is_bridge:
        return f"{name} ({teller.text('bridge')})"
    if max(leg.depth_m, leg.now_m) < DRY_M:
        return name
    # The heading of the column says which is which: a way of fifteen streets has to stand on one page.
    then, now = _depth(teller, leg.depth_m, leg.limit_m), _depth(teller, leg.now_m)
    if leg.depth_m >= DRY_M and leg.least_m < leg.depth_m - _EVEN_M:
        then = teller.text("{depth} in places", depth=then)
    return f"{name} ({then})" if then == now else f"{name} ({then} / {now})"


def _depth(teller: Teller, depth_m: float, limit_m: float = math.inf) -> str:
    """Give a depth, or that it is dry or not known."""
    if isnan(depth_m):
        return teller.text("unknown")
    if depth_m < DRY_M:
        return teller.text("dry")
    return teller.speech.depth(depth_m, limit_m)


def _water(teller: Teller, visit: Visit) -> str:
    return _both(teller, visit.arrival_m, visit.now_m)


def _both(teller: Teller, depth_m: float, now_m: float) -> str:
    then, now = _depth(teller, depth_m), _depth(teller, now_m)
    return then if then == now else teller.text("{depth}, now {now}", depth=then, now=now)


def _notes(teller: Teller, sheet: Sheet, shown: int) -> Iterator[str]:
    more = len(sheet.visits) - shown
    if not sheet.visits:
        yield teller.text("The run has no visit for this crew from now on.")
    if more > 0:
        yield teller.speech.plural("{n} more visit after these: ask for the next sheet",
                                   "{n} more visits after these: ask for the next sheet",
                                   more)
    if sheet.past:
        yield teller.speech.plural("{n} visit is over by the run.", "{n} visits are over by the run.", sheet.past)
    done = {stage for visit in sheet.visits[:shown] for stage in visit.stages}
    if "inspect" in done:
        yield teller.text("Prove dead: with a voltage tester that is itself tested before and after, on each "
                          "conductor.")
    known = [teller.text(_SKILLS[skill]) for skill in sheet.crew.skills if skill in _SKILLS]
    if known:
        yield teller.text("Qualifications (NF C 18-510): {skills}.", skills=joined(teller, known))
    yield teller.text("Depths are computed, on arrival and now; streets without a depth are dry. Look before you "
                      "drive, and turn back where it is deeper.")
