"""What is not to be re-energised, in words: the paper that goes from shift to shift, street by street."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isnan

import numpy as np

from twin.explaining.act_words import shortened
from twin.explaining.listed import joined, label, teller_of
from twin.explaining.papers import Paper, paper_of
from twin.explaining.returning import WHOSE
from twin.explaining.teller import Teller
from twin.explaining.words import Speech
from twin.quantities import NONE
from twin.results.moment import DRY_M, Moment
from twin.results.not_re_energised import Untouchable, not_re_energised
from twin.results.result import Result
from twin.world.kinds import Role

#: Rows that are read without a page in short before them.
FEW = 25
_WIDTHS = (1, 2.5, 0.9, 0.9, 0.9, 1.5)
_STATES = {"cut": "cut", "out": "out of service", "service": "in service", "live": "in service, to be cut",
           "above": "in service, water below its live parts"}


def untouchable_paper(result: Result, t_s: int, lang: str) -> Paper:
    """Give the list on paper: gear one by one with its number, lamps by circuit.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(result, lang, t_s)
    text, words = teller.text, teller.speech
    found = not_re_energised(result, t_s)
    is_long = len(found) > FEW
    warning = text("Water reached it since its last test, cut or not: no fuse, no switch, no contactor is closed "
                   "before inspection, measurement of the insulation and test.")
    paper = paper_of(
        teller, t_s, text("Do not re-energise, {clock}", clock=words.clock(teller.moment(t_s))),
        facts=[*([_counted(teller, found)] if found and not is_long else []), *_in_service(teller, found)],
        warnings=[warning] if found else [],
        headings=[*(text(one) for one in ("street", "number", "water since", "now (highest so far)", "state")),
                  _testers(teller, found)],
        widths=_WIDTHS, rows=list(_rows(teller, found)), bold=(0, 1),
        notes=[text("Depths: now, and in brackets the highest so far where that was higher."),
               text("In service: nothing has opened it; to be cut first where it may be live in water.")] if found
        else [text("Nothing of what was asked for.")])
    if not is_long:
        return paper
    return replace(
        paper, summary_title=text("In short"), summary_headings=(
            text("kind"), text("how many"), text("which"), _testers(teller, found)),
        summary=tuple(_by_kind(teller, found)),
        summary_streets_title=text("By street"), summary_streets=tuple(_by_street(teller, found)),
        rows_title=text("The whole list"))


def _counted(teller: Teller, found: tuple[Untouchable, ...]) -> str:
    """Give how many of each kind are found."""
    kinds, counts = teller.result.city.assets.kinds, dict[str, int]()
    for one in found:
        kind = teller.result.city.assets[one.assets[0]].kind
        counts[kind] = counts.get(kind, 0) + len(one.assets)
    return ", ".join(teller.speech.counted(kinds, name, counts[name]) for name in kinds.names if name in counts)


def _in_service(teller: Teller, found: tuple[Untouchable, ...]) -> Iterator[str]:
    """Say why some stand here in service and are not to be cut."""
    if above := sum(len(one.assets) for one in found if one.state == "above"):
        yield teller.speech.plural(
            "{n} in service here and not on “To be cut”: the water is below its live parts, or has left.",
            "{n} in service here and not on “To be cut”: the water is below their live parts, or has left.", above)


def _testers(teller: Teller, found: tuple[Untouchable, ...]) -> str:
    """Give the heading of who has to test, with the word of the trade that the cells have."""
    return teller.text("who has to test (BR: qualified for low voltage)" if any(one.skill == "BR" for one in found)
                       else "who has to test")


def _by_kind(teller: Teller, found: tuple[Untouchable, ...]) -> Iterator[tuple[str, ...]]:
    """Give a row for each kind: substations first, lamps last by their cabinets; with who has to test them."""
    assets, words = teller.result.city.assets, teller.speech
    kinds: dict[str, list[Untouchable]] = {}
    for one in found:
        kinds.setdefault(assets[one.assets[0]].kind, []).append(one)
    cabinet = teller.result.view.cabinet
    for name in sorted(kinds, key=lambda name: (
            Role.SOURCE not in assets.kinds[name].roles, Role.LIGHTS in assets.kinds[name].roles,
            assets.kinds.index(name))):
        mine = kinds[name]
        rows = sorted({row for one in mine for row in one.assets})
        if Role.LIGHTS in assets.kinds[name].roles:
            above = sorted({int(cabinet[one.circuit]) for one in mine if one.circuit != NONE} - {NONE})
            which = teller.text("behind {assets}", assets=", ".join(shortened(
                teller, [str(assets.id[row]) for row in above], len(above)))) if above else ""
        else:
            which = ", ".join(shortened(teller, [str(assets.id[row]) for row in rows], len(rows)))
        yield (Speech.sentence(words.kind(assets.kinds, name).many), words.number(len(rows)), which,
               joined(teller, list(dict.fromkeys(_who(teller, one) for one in mine))))


def _by_street(teller: Teller, found: tuple[Untouchable, ...]) -> Iterator[tuple[str, str]]:
    """Give a line for each street: its gear by id, and how many lamps."""
    assets = teller.result.city.assets
    streets: dict[str, list[Untouchable]] = {}
    for one in found:
        streets.setdefault(one.street, []).append(one)
    for street, mine in streets.items():
        lit = [len(one.assets) for one in mine if assets.has_role(one.assets[0], Role.LIGHTS)]
        gear = [str(assets.id[row]) for one in mine for row in one.assets if not assets.has_role(row, Role.LIGHTS)]
        lamps = [teller.speech.plural("{n} lamp", "{n} lamps", sum(lit))] if lit else []
        yield street or teller.text("no street known"), ", ".join([*gear, *lamps])


def untouchable_lines(teller: Teller, moment: Moment, most: int = 4) -> Iterator[str]:
    """Give in a few lines what is not to be re-energised: by kind, the first by id, and where the whole list stands.

    Substations come first, then by kind as the city has them; lamps are a number.
    """
    assets, words = teller.result.city.assets, teller.speech
    rows = np.flatnonzero(moment.is_not_to_be_re_energised)
    for name in sorted({assets[int(row)].kind for row in rows}, key=lambda name: (
            Role.SOURCE not in assets.kinds[name].roles, Role.LIGHTS in assets.kinds[name].roles,
            assets.kinds.index(name))):
        mine = rows[assets.of_kind(name)[rows]]
        counted = Speech.sentence(words.counted(assets.kinds, name, len(mine)))
        ids = ", ".join(shortened(teller, [str(assets.id[row]) for row in mine], most))
        yield counted if Role.LIGHTS in assets.kinds[name].roles else teller.text(
            "{who}: {what}", who=counted, what=ids)


def _rows(teller: Teller, found: tuple[Untouchable, ...]) -> Iterator[tuple[str, ...]]:
    for one in found:
        yield (one.street or teller.text("no street known"), _what(teller, one), teller.clock(one.since_s),
               _depth(teller, one), _state(teller, one), _who(teller, one))


def _kind(teller: Teller, one: Untouchable) -> str:
    assets = teller.result.city.assets
    return Speech.sentence(teller.speech.kind(assets.kinds, assets[one.assets[0]].kind).one)


def _what(teller: Teller, one: Untouchable) -> str:
    assets = teller.result.city.assets
    if one.circuit == NONE:
        return f"{_kind(teller, one)} {label(teller, assets[one.assets[0]])}"
    counted = teller.speech.counted(assets.kinds, assets[one.assets[0]].kind, len(one.assets))
    ids = ", ".join(shortened(teller, [str(assets.id[row]) for row in one.assets], len(one.assets)))
    return teller.text("{circuit}: {lamps} ({ids})", circuit=assets.id[one.circuit], lamps=counted, ids=ids)


def _depth(teller: Teller, one: Untouchable) -> str:
    depth = teller.speech.depth
    if isnan(one.now_m):
        return teller.text("unknown")
    now = depth(one.now_m) if one.now_m >= DRY_M else teller.text("dry")
    is_higher = not isnan(one.highest_m) and one.highest_m >= one.now_m + 0.005
    return f"{now} ({depth(one.highest_m)})" if is_higher else now


def _state(teller: Teller, one: Untouchable) -> str:
    said = teller.text(_STATES[one.state])
    if one.state != "cut":
        return said
    return teller.text("{state} since {time}", state=said, time=teller.clock(one.cut_s))


def _who(teller: Teller, one: Untouchable) -> str:
    who = ", ".join(filter(None, (teller.text(WHOSE[one.owner]), one.operator)))
    return teller.text("{what} ({whose})", what=who, whose=one.skill) if one.skill else who
