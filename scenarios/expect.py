"""Expectations: what a scenario says must hold, held against the answer of its run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from geodata.inputs.times import moment_s
from scenarios.moments import zone_of
from scenarios.reading import dotted
from scenarios.schema import ExpectAsset, ExpectCounts, Scenario
from twin.codes import Level, Mechanism
from twin.quantities import NONE, BoolArray
from twin.results.moment import moment_of
from twin.results.outages import Outage
from twin.results.result import Result

_MECHANISMS = {mechanism.word: mechanism for mechanism in Mechanism}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one expectation came out."""

    #: Place in the scenario file: ``expect[0]`` and its line (0 when made in code).
    where: str
    line: int
    #: What it is about: "lamp at 21:00", "A-012".
    subject: str
    #: What was expected and found, in the words of the file: "out 300 to 500", "out 412".
    expected: str
    found: str
    is_met: bool


def evaluate(scenario: Scenario, result: Result) -> list[Outcome]:
    """Hold every expectation of a scenario against a result.

    Returns
    -------
    One outcome per thing expected, in the order of the file: an entry that expects two counts gives two.
    """
    outcomes: list[Outcome] = []
    for i, expected in enumerate(scenario.expect):
        path = ("expect", i)
        line = scenario._document.place(path).line if scenario._document else 0
        found = _counts(expected, result) if isinstance(expected, ExpectCounts) else _asset(expected, result)
        outcomes += [Outcome(where=dotted(path), line=line, subject=_subject(expected), expected=wanted, found=got,
                             is_met=met) for wanted, got, met in found]
    return outcomes


def _subject(expected: ExpectCounts | ExpectAsset) -> str:
    place = [expected.kind, *(f"in {p}" for p in (expected.street, expected.district) if p)] \
        if isinstance(expected, ExpectCounts) else [expected.asset]
    return " ".join([*place, f"at {expected.at}" if expected.at else "over the run"])


_Found = list[tuple[str, str, bool]]


def _at_s(text: str, result: Result) -> int:
    return moment_s(text, result.plan.start, zone_of(result.city))


def _counts(expected: ExpectCounts, result: Result) -> _Found:
    assets, outages = result.city.assets, result.outages
    chosen = assets.of_kind(expected.kind)
    for name in ("street", "district"):
        word = getattr(expected, name)
        if word is not None:
            labels = getattr(assets, name)
            chosen = chosen & (labels.codes == labels.words.index(word))
    at_s = None if expected.at is None else _at_s(expected.at, result)
    of_mechanism = np.ones(len(outages), bool) if expected.mechanism is None else \
        outages.mechanism == _MECHANISMS[expected.mechanism]
    in_force = of_mechanism & (_in_force(result, at_s) if at_s is not None else True)

    def count(rows: BoolArray) -> int:
        is_out = np.zeros(len(assets), bool)
        is_out[outages.asset[rows]] = True
        return int((is_out & chosen).sum())

    counted = {}
    if expected.out is not None:
        counted["out"] = count(in_force)
    if expected.dark is not None:
        counted["dark"] = count(in_force & (outages.dark_s > 0)) if at_s is None else \
            count(in_force & _dark_at(result, at_s)[outages.asset])
    if expected.wet is not None:
        counted["wet"] = int((_above(result, Level.TOUCH, at_s) & chosen).sum())
    if expected.flooded is not None:
        counted["flooded"] = int((_above(result, Level.FAIL, at_s) & chosen).sum())
    if expected.doubtful is not None:
        rows = np.arange(len(result.doubts)) if at_s is None else result.doubts.at(at_s)
        in_doubt = np.zeros(len(assets), bool)
        in_doubt[result.doubts.asset[rows]] = True
        counted["doubtful"] = int((in_doubt & chosen).sum())
    word = f" {expected.mechanism}" if expected.mechanism else ""
    return [_held_to(f"{name}{word if name in ('out', 'dark') else ''}", getattr(expected, name), got)
            for name, got in counted.items()]


def _held_to(name: str, wanted: tuple[float, float], got: float) -> tuple[str, str, bool]:
    low, high = wanted
    text = f"{name} {low:g}" if low == high else f"{name} {low:g} to {high:g}"
    return text, f"{got:g}", low <= got <= high


def _in_force(result: Result, at_s: int) -> BoolArray:
    outages = result.outages
    return np.asarray((outages.start_s <= at_s) & ((outages.end_s == NONE) | (at_s < outages.end_s)))


def _above(result: Result, level: Level, at_s: int | None) -> BoolArray:
    """Give which assets have water at a level: at a moment, or at any."""
    crossings = result.exposure.crossings
    depth = np.zeros(len(result.exposure), np.int64)
    rows = crossings.level == level
    rows = rows & (crossings.is_up if at_s is None else crossings.time_s <= at_s)
    np.add.at(depth, crossings.asset[rows], np.where(crossings.is_up[rows], 1, -1))
    return depth > 0


def _dark_at(result: Result, at_s: int) -> BoolArray:
    """Tell at which assets darkness counts at a moment, (A,): some cabinets have switching times of their own."""
    from twin.world.sun import darkness_of

    assets = np.arange(len(result.city.assets), dtype=np.int32)
    return darkness_of(result.plan, result.city).is_dark(assets, at_s)


def _asset(expected: ExpectAsset, result: Result) -> _Found:
    assets = result.city.assets
    row = assets.row(expected.asset)
    own = [result.outages[int(i)] for i in np.flatnonzero(result.outages.asset == row)]
    at_s = None if expected.at is None else _at_s(expected.at, result)
    in_force = own if at_s is None else [o for o in own if o.start_s <= at_s and (o.end_s == NONE or at_s < o.end_s)]
    found: _Found = []
    if expected.state is not None:
        computed = "out" if in_force else "in_service"
        said = computed if expected.state in ("out", "in_service") or at_s is None else \
            moment_of(result, at_s).of(row).condition.word
        found.append((f"state {expected.state}", said, said == expected.state))
    if expected.outages is not None:
        found.append(_held_to("outages", expected.outages, len(own)))
    if expected.dark_s is not None:
        found.append(_held_to("dark_s", expected.dark_s, sum(max(o.dark_s, 0) for o in own)))
    if expected.doubtful is not None:
        doubtful = bool(result.doubts.of_asset(row)) if at_s is None else (
            row in result.doubts.asset[result.doubts.at(at_s)])
        found.append((f"doubtful {_yes(expected.doubtful)}", _yes(doubtful), doubtful == expected.doubtful))
    wanted = _wanted(expected, result)
    if wanted:
        # One and the same outage must fulfil them all; of several the one that fulfils most is shown.
        told = [{name: _said(name, outage, result) for name in wanted} for outage in in_force]
        best = max(told, key=lambda got: sum(_fits(wanted[n], got[n], result) for n in wanted), default=None)
        for name, value in wanted.items():
            shown = f"{name} {value}" if isinstance(value, str) else f"{name} between {value[0]} and {value[1]}"
            if best is None:
                found.append((shown, "no outage" if at_s is None else "in service", False))
            else:
                found.append((shown, _clock_of(best[name], result), _fits(value, best[name], result)))
    return found


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _wanted(expected: ExpectAsset, result: Result) -> dict[str, str | tuple[str, str]]:
    names = ("mechanism", "cause", "root", "root_mechanism", "held", "held_mechanism", "start", "end")
    return {name: getattr(expected, name) for name in names if getattr(expected, name) is not None}


def _said(name: str, outage: Outage, result: Result) -> str | int:
    ids = result.city.assets.id
    if name in ("start", "end"):
        return int(getattr(outage, f"{name}_s"))
    value = getattr(outage, name)
    if isinstance(value, Mechanism):
        return value.word
    return str(ids[value]) if value != NONE else "none"


def _fits(wanted: str | tuple[str, str], got: str | int, result: Result) -> bool:
    if isinstance(wanted, str):
        return wanted == got
    return isinstance(got, int) and got != NONE and _at_s(wanted[0], result) <= got <= _at_s(wanted[1], result)


def _clock_of(got: str | int, result: Result) -> str:
    if isinstance(got, str):
        return got
    if got == NONE:
        return "not back within the run"
    return (result.plan.start + timedelta(seconds=got)).astimezone(zone_of(result.city)).strftime("%d/%m %H:%M:%S")
