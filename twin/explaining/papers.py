"""Lists on paper, in words: what every one of them has, and what to ask of the grid operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twin.explaining.back_words import back as back_words
from twin.explaining.listed import joined, label, teller_of
from twin.explaining.teller import Teller
from twin.explaining.words import STATUS, Speech
from twin.quantities import NONE, seconds_between
from twin.results.condition_spans import Condition
from twin.results.moment import moment_of
from twin.results.result import Result
from twin.world.kinds import Role

#: Shares of the width of the columns; 0: as wide as its text.
_GRID = (1.1, 1.1, 1, 1.5, 2.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """All texts of a list on paper."""

    lang: str
    status: str
    not_observed: str
    valid: str
    title: str
    place: str
    made: str
    facts: tuple[str, ...]
    warnings: tuple[str, ...]
    headings: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    #: Columns that are read first.
    bold: tuple[int, ...]
    notes: tuple[str, ...]
    digest: str
    #: A page before the list that says it in short: its heading, the headings of its columns, and its rows; and the
    #: heading of the list behind it. Empty where the list is short enough by itself.
    summary_title: str = ""
    summary_headings: tuple[str, ...] = ()
    summary: tuple[tuple[str, ...], ...] = ()
    #: The same by street, in a line each.
    summary_streets_title: str = ""
    summary_streets: tuple[tuple[str, str], ...] = ()
    rows_title: str = ""


def grid_paper(result: Result, rows: Sequence[tuple[Any, ...]], t_s: int, lang: str) -> Paper:
    """Give the list for the grid operator as a paper, from its rows (``geodata.run.journal.grid_rows``).

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller, condition = teller_of(result, lang), moment_of(result, t_s).condition
    text, assets = teller.text, result.city.assets
    return paper_of(teller, t_s, text("List for the grid operator, {clock}",
                                    clock=teller.speech.clock(teller.moment(t_s))),
                  facts=() if rows else (text("Nothing to ask of the grid operator at this moment."),),
                  headings=[text(one) for one in ("what", "where", "whose", "state", "what hangs on it")],
                  widths=_GRID, rows=[_grid_row(
                      teller, row, is_doubtful=condition[assets.row(row[0])] == Condition.MAY_BE_OUT) for row in rows],
                  bold=(0,), notes=[text("For the operator alone: the list names supplies.")])


def _grid_row(teller: Teller, row: tuple[Any, ...], *, is_doubtful: bool) -> tuple[str, ...]:
    name, _, street, by, operator, since, back, why, untested, cabinets, lamps, houses, sites, people, live = row
    text, words, assets = teller.text, teller.speech, teller.result.city.assets
    asset = assets[assets.row(name)]
    state, root = [], str(why).split(" ", 1)[0]
    if since is not None:
        # What failed by itself is told by its own state; another is named.
        because = "" if root == name else " (" + text("because of {what}", what=root) + ")"
        said = "may be out of service since {time}" if is_doubtful else "out of service since {time}"
        state.append(text(said, time=_clock(teller, since)) + because)
        state.append(back_words(teller, NONE if back is None else _seconds(teller, back)))
    else:
        state.append(text("may be out" if is_doubtful else "in service"))
    if live:
        state.append(text("may be live in water"))
    if untested:
        state.append(text("not to be re-energised"))
    # A cabinet does not hang on itself.
    cabinets -= teller.has_role(asset, Role.SWITCHES)
    behind = [words.counted(assets.kinds, kind, n) for kind, n in (
        ("cabinet", cabinets), ("lamp", lamps), ("building", houses)) if n and kind in assets.kinds.names]
    behind += [str(sites).replace("; ", ", ")] if sites else []
    behind += [words.plural("{n} person", "{n} people", people)] if people else []
    kind = Speech.sentence(words.kind(assets.kinds, asset.kind).one)
    whose = operator or text("the grid operator" if by == "grid" else "the city")
    return f"{kind} {label(teller, asset)}", street or "", whose, joined(teller, state), ", ".join(behind)


def _seconds(teller: Teller, moment: str) -> int:
    return seconds_between(teller.result.plan.start, datetime.fromisoformat(moment))


def _clock(teller: Teller, moment: str) -> str:
    return teller.clock(_seconds(teller, moment))


def paper_of(teller: Teller, t_s: int, title: str, *, facts: Sequence[str], headings: Sequence[str],
             widths: tuple[float, ...], rows: Sequence[tuple[str, ...]], bold: tuple[int, ...], notes: Sequence[str],
             warnings: Sequence[str] = ()) -> Paper:
    """Give a paper with its head: status, moment, run and fingerprint."""
    text, words, plan = teller.text, teller.speech, teller.result.plan
    issued, valid = (teller.moment(seconds_between(plan.start, one)) for one in (plan.issued_at, plan.valid_until))
    now = teller.moment(t_s)
    return Paper(
        lang=words.lang, status=text(STATUS[plan.status]).upper(), not_observed=text("Not an observation."),
        valid=text("Valid until {clock}, {day}.", clock=words.clock(valid), day=words.day(valid)), title=title,
        place=f"{teller.result.city.name}, {words.day(now)}",
        made=text("{name}, issued at {clock}", name=plan.told(plan.name, words.lang),
                  clock=words.weekday_clock(issued, now)),
        facts=tuple(facts), warnings=tuple(warnings), headings=tuple(headings), widths=widths,
        rows=tuple(rows), bold=bold, notes=tuple(notes), digest=text("fingerprint {digest}", digest=plan.digest[:8]))
