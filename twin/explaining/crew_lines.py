"""Crews in a few lines: who was where, as bars and visits; where they are at a moment, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from twin.access.access import Access
from twin.explaining.back_words import from_roughly, roughly
from twin.explaining.crew_words import STAGE_WORDS
from twin.explaining.first_lines import Line
from twin.explaining.listed import joined, teller_of
from twin.explaining.shut_words import shut_words
from twin.explaining.teller import Teller
from twin.explaining.words import WAITS
from twin.quantities import NONE
from twin.results.crew_days import crew_days
from twin.results.crew_shut import CrewShut, crews_shut_in
from twin.results.crew_work import Shift, at_work
from twin.results.queue import queue_at
from twin.results.result import Result
from twin.results.to_do import sites_in_water

#: Cells of a bar.
_BAR = 72
#: A cell in which a crew drives, works, is on duty without a job, and is off duty.
_CELLS = {"reach": "▒", "work": "█", "free": "·", "off": " "}


def crew_lines(result: Result, lang: str, at_s: int | None = None, access: Access | None = None) -> list[Line]:
    """Give the lines about crews.

    Parameters
    ----------
    result
        A run with crews.
    lang
        ``fr`` or ``en``.
    at_s
        Moment asked for [s]: where crews are and what waits then; None: all visits, and what waits at the end.
    access
        The streets in the water: who is shut in is told with where he is; None: it is not known.
    """
    teller = teller_of(result, lang)
    plan = result.plan.crews
    if plan is None:
        return [Line(teller.text("This run has no crews: repairs begin as soon as the water has left."))]
    lines = []
    if plan.derogation:
        lines.append(Line(teller.text("Hours beyond the limits by derogation: {why}", why=plan.derogation),
                          is_alarm=True))
    if at_s is None:
        lines += list(_bars(teller))
        lines += list(_visits(teller))
    else:
        lines += list(_positions(teller, at_s, crews_shut_in(result, access, at_s)))
    return [*lines, *_waiting(teller, result.plan.duration_s if at_s is None else at_s)]


def shut_lines(result: Result, lang: str, at_s: int, access: Access | None) -> list[Line]:
    """Give a line for each crew that is shut in at a moment, or whose base is when its next shift begins."""
    teller = teller_of(result, lang)
    return [Line(_of(teller, crew, shut_words(teller, shut)), is_alarm=True)
            for crew, shut in crews_shut_in(result, access, at_s).items()]


def return_lines(result: Result, lang: str) -> list[Line]:
    """Give when each street has all its lamps back, as a range, the earliest first; a line where none were drawn."""
    teller = teller_of(result, lang)
    returns = result.returns
    if returns is None:
        return [Line(teller.text("No nights were drawn: there are no ranges of return."))]
    rows = sorted(zip(returns.street_p90_s.tolist(), returns.street_p50_s.tolist(), returns.street.tolist(),
                      strict=True), key=lambda row: (row[0] == NONE, row[1] == NONE, row))
    words = result.city.assets.street.words
    return [Line(teller.text("All lamps back by street, over {n} nights: one chance in two, nine in ten",
                             n=teller.speech.number(returns.samples))),
            *(Line("  " + _of(teller, words[street], _range(teller, p50_s, p90_s))) for p90_s, p50_s, street in rows)]


def _range(teller: Teller, p50_s: int, p90_s: int) -> str:
    if p50_s == NONE:
        return teller.text("not within the time computed")
    first = from_roughly(teller, p50_s)
    if p90_s == NONE:
        return teller.text("after {first}, perhaps not within the time computed", first=first)
    return teller.text("between {first} and {last}", first=first, last=roughly(teller, p90_s))


def _bars(teller: Teller) -> Iterator[Line]:
    result, plan = teller.result, teller.result.plan.crews
    assert plan is not None
    step_s = result.plan.duration_s / _BAR
    yield Line(teller.text("{start} to {end}: ▒ on the road, █ at work, · free", start=teller.clock(0),
                           end=teller.clock(result.plan.duration_s)))
    for crew in plan.crews:
        mine = [shift for shift in result.crew_work if shift.crew == crew.id]
        cells = []
        for i in range(_BAR):
            middle_s = int((i + 0.5) * step_s)
            now = next(at_work(tuple(mine), middle_s), None)
            on = any(begin <= middle_s < end for begin, end in crew.shifts)
            cells.append(_CELLS["free" if on else "off"] if now is None else
                         _CELLS["reach" if now.stage == "reach" else "work"])
        yield Line(f"|{''.join(cells)}| {crew.id}")


def _visits(teller: Teller) -> Iterator[Line]:
    work = sorted(teller.result.crew_work, key=lambda s: (s.crew, s.start_s))
    for crew, shifts in groupby(work, key=lambda s: s.crew):
        yield Line(crew)
        for shift in shifts:
            yield Line(f"  {_visit(teller, shift)}")


def _visit(teller: Teller, shift: Shift) -> str:
    result = teller.result
    end_s = result.plan.duration_s if shift.end_s == NONE else shift.end_s
    start, end = teller.clock(shift.start_s), teller.speech.clock(teller.moment(end_s))
    asset = result.city.assets[shift.asset]
    place = teller.placed(asset)
    if shift.count > 1:
        place += " " + teller.speech.plural("and {n} more", "and {n} more", shift.count - 1)
    said = teller.text("{start} to {end}", start=start, end=end)
    said = _of(teller, said, f"{teller.text(STAGE_WORDS[shift.stage])}, {place}")
    return f"{said} ({', '.join(shift.streets)})" if shift.streets else said


def _positions(teller: Teller, at_s: int, shut: Mapping[str, CrewShut]) -> Iterator[Line]:
    result, plan = teller.result, teller.result.plan.crews
    assert plan is not None
    busy = {shift.crew: shift for shift in at_work(result.crew_work, at_s)}
    for crew in plan.crews:
        if crew.id in busy:
            said = _visit(teller, busy[crew.id])
        elif any(begin <= at_s < end for begin, end in crew.shifts):
            said = teller.text("free")
        else:
            later = [begin for begin, _ in crew.shifts if begin > at_s]
            said = teller.text("off duty until {time}", time=teller.clock(min(later))) if later else teller.text(
                "off duty")
        held = [shut_words(teller, shut[crew.id])] if crew.id in shut else []
        yield Line(_of(teller, crew.id, joined(teller, [said, *held])), is_alarm=bool(held))


def crew_rows(teller: Teller, at_s: int, shut: Mapping[str, CrewShut], most: int = 4) -> tuple[tuple[str, ...], ...]:
    """Give where each crew is at a moment, shut in or not, and until when it is on duty, for a table; the first few."""
    plan = teller.result.plan.crews
    if plan is None:
        return ()
    busy = {shift.crew: shift for shift in at_work(teller.result.crew_work, at_s)}
    stands = {piece.crew: piece.asset for piece in crew_days(teller.result) if piece.start_s <= at_s < piece.end_s}
    is_wet = sites_in_water(teller.result)
    rows: list[tuple[str, str, str]] = []
    for place, crew in enumerate(plan.crews[:most]):
        shift = busy.get(crew.id)
        ends = [end for begin, end in crew.shifts if begin <= at_s < end]
        later = [begin for begin, _ in crew.shifts if begin > at_s]
        until = teller.text("to the end of the run") if ends and ends[0] > teller.result.plan.duration_s else \
            teller.clock(ends[0]) if ends else teller.text("again at {time}", time=teller.clock(min(later))) \
            if later else "–"
        free = teller.text("free, at {place}", place=placed_at(teller, stands[place])) if place in stands else \
            teller.text("free")
        where = _work(teller, shift) if shift is not None else free if ends else teller.text("off duty")
        if crew.id in shut:
            where = joined(teller, [where, shut_words(teller, shut[crew.id])])
        if ends and place in stands and is_wet[stands[place]]:
            where = joined(teller, [where, teller.text("WATER MAY COME IN THERE")])
        if rows and rows[-1][1:] == (where, until):
            # Crews of which the same is to be told are one line.
            rows[-1] = (f"{rows[-1][0]}, {crew.id}", where, until)
        else:
            rows.append((crew.id, where, until))
    if len(plan.crews) > most:
        rows.append(("", teller.speech.plural("{n} more crew: ask for its sheet",
                                              "{n} more crews: ask for their sheets",
                                              len(plan.crews) - most), ""))
    return tuple(rows)


def placed_at(teller: Teller, row: int) -> str:
    """Give where a crew stands by its id and its name: the list of sites has names alone."""
    assets = teller.result.city.assets
    return f"{assets.id[row]} ({assets.name[row]})" if assets.name[row] else str(assets.id[row])


def _work(teller: Teller, shift: Shift) -> str:
    """Give where a crew works, at what, and until when as planned."""
    asset = teller.result.city.assets[shift.asset]
    place = f"{asset.id} ({asset.street})" if asset.street else str(asset.id)
    if shift.count > 1:
        place += " " + teller.speech.plural("and {n} more", "and {n} more", shift.count - 1)
    return teller.text("{place}, {stage}, until {time} as planned", place=place,
                       stage=teller.text(STAGE_WORDS[shift.stage]), time=teller.clock(shift.until_s))


def _of(teller: Teller, who: str, what: str) -> str:
    return teller.text("{who}: {what}", who=who, what=what)


def _waiting(teller: Teller, at_s: int) -> Iterator[Line]:
    queue = queue_at(teller.result.trace, at_s)
    when = teller.clock(at_s)
    if not len(queue):
        yield Line(teller.text("Nothing waits at {time}.", time=when))
        return
    for reason, count in queue.counts().items():
        yield Line(teller.speech.plural("At {time} {n} repair waits for {what}.",
                                        "At {time} {n} repairs wait for {what}.", count, time=when,
                                        what=teller.text(WAITS[reason])))
