"""Events and facts of a scenario, as a plan declares them: seconds, rows and actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scenarios.complaints import Complaints
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Event, Fact, Scenario
from twin.codes import Action
from twin.world.assets import Assets
from twin.world.plan import Declared, Note

if TYPE_CHECKING:
    from geodata.city.model import CityFile

_ACTIONS = {"fail": Action.FAIL, "cut": Action.CUT, "restore": Action.RESTORE}
_FACTS = {"out": Action.FACT_OUT, "in_service": Action.FACT_IN_SERVICE, "dry": Action.FACT_DRY, "ends": Action.FACT_END}


def _rows(ids: Sequence[str], path: KeyPath, assets: Assets, complaints: Complaints, *, is_list: bool) -> list[int]:
    rows = []
    for i, asset_id in enumerate(ids):
        row = complaints.tried((*path, i) if is_list else path, lambda wanted=asset_id: assets.row(wanted))  # type: ignore[misc]
        if row is not None:
            rows.append(row)
    return rows


def _is_list(scenario: Scenario, path: KeyPath) -> bool:
    return scenario._document is not None and (*path, 0) in scenario._document.values


def events_of(events: Sequence[Event], assets: Assets, clock: Clock) -> list[Declared]:
    """Give what is done to assets: failures, cuts, and their ends."""
    declared: list[Declared] = []
    spans: dict[int, list[tuple[int, int | None, int]]] = {}
    scenario = clock.complaints.scenario
    for i, event in enumerate(events):
        path: KeyPath = ("events", i)
        at_s = clock.at(event.at, (*path, "at"))
        name = next(n for n in _ACTIONS if getattr(event, n) is not None)
        rows = _rows(getattr(event, name), (*path, name), assets, clock.complaints,
                     is_list=_is_list(scenario, (*path, name)))
        until_s = None if event.until is None else clock.at(event.until, (*path, "until"))
        if at_s is not None and until_s is not None and until_s <= at_s:
            clock.complaints.add((*path, "until"), found=f"'{event.until}', not after '{event.at}'",
                                 expected="a moment after 'at'")
        if at_s is None:
            continue
        declared += [Declared(at_s=at_s, action=_ACTIONS[name], asset=row, by=event.by, reason=event.reason)
                     for row in rows]
        if until_s is not None:
            declared += [Declared(at_s=until_s, action=Action.RESTORE, asset=row, by=event.by, reason=event.reason)
                         for row in rows]
        if name != "restore":
            for row in rows:
                spans.setdefault(row, []).append((at_s, until_s, i))
    _no_early_end(spans, events, assets, clock.complaints)
    return declared


def _no_early_end(spans: Mapping[int, Sequence[tuple[int, int | None, int]]], events: Sequence[Event], assets: Assets,
                  complaints: Complaints) -> None:
    """Refuse an ``until`` that would end another event's fail or cut with its own: a restore ends both."""
    for row, own in spans.items():
        for _, until_s, i in own:
            cut_short = [j for at_s, other_s, j in own if j != i and until_s is not None and at_s <= until_s
                         and (other_s is None or until_s < other_s)]
            if cut_short:
                complaints.add(("events", i, "until"), found=f"'{events[i].until}' of {assets.id[row]}, while "
                               f"events[{cut_short[0]}] keeps it down for longer",
                               expected="an end that ends no other event: what is restored is neither failed nor cut",
                               remedy="Make one entry of the two, or give both the later end.")


def facts_of(facts: Sequence[Fact], assets: Assets, clock: Clock) -> list[Declared]:
    """Give what was reported of assets."""
    declared: list[Declared] = []
    seen: dict[tuple[int, int], int] = {}
    for i, fact in enumerate(facts):
        if fact.asset is None:
            continue
        path: KeyPath = ("facts", i, "asset")
        at_s = clock.at(fact.at, ("facts", i, "at"))
        rows = _rows(fact.asset, path, assets, clock.complaints, is_list=_is_list(clock.complaints.scenario, path))
        for row in rows if at_s is not None else ():
            assert at_s is not None
            assert fact.state is not None
            other = seen.setdefault((at_s, row), i)
            if other != i and facts[other].state != fact.state:
                clock.complaints.add(("facts", i), found=f"{assets.id[row]} is '{fact.state}' here and "
                                     f"'{facts[other].state}' in facts[{other}], at one moment",
                                     expected="one state at a time",
                                     remedy="Keep the later report; give each its time.")
            declared.append(Declared(at_s=at_s, action=_FACTS[fact.state], asset=row, by=fact.by))
    return declared


def notes_of(facts: Sequence[Fact], assets: Assets, clock: Clock, streets: Sequence[str]) -> list[Note]:
    """Give what was reported of all else: gauges, streets, remarks."""
    notes = []
    for i, fact in enumerate(facts):
        if fact.asset is not None:
            continue
        at_s = clock.at(fact.at, ("facts", i, "at"))
        text = fact.note or ""
        if fact.gauge is not None:
            _gauge(fact.gauge, i, assets, clock.complaints)
            text = f"{fact.gauge}: {fact.level_m:.2f} m"
        if fact.street is not None:
            if streets and fact.street not in streets:
                from difflib import get_close_matches

                near = get_close_matches(fact.street, streets, n=2)
                clock.complaints.add(("facts", i, "street"), found=f"street '{fact.street}'",
                                     expected="a street of this city by its name",
                                     remedy=f"Did you mean {' or '.join(near)}?" if near else "")
            text = f"{fact.street}: {fact.state}"
        if at_s is not None:
            notes.append(Note(at_s=at_s, text=text, by=fact.by, gauge=fact.gauge or "", level_m=fact.level_m,
                              street=fact.street or "", state=(fact.street and fact.state) or ""))
    return notes


def _gauge(name: str, i: int, assets: Assets, complaints: Complaints) -> None:
    """Complain where the city has no gauge of that id or name."""
    gauges = np.flatnonzero(assets.of_kind("gauge")) if "gauge" in assets.kinds.names else np.zeros(0, int)
    if name not in {*assets.id[gauges], *assets.name[gauges]}:
        known = ", ".join(assets.id[gauges]) or "none"
        complaints.add(("facts", i, "gauge"), found=f"gauge '{name}'", expected=f"a gauge of the city ({known})")


def streets_of(city_file: CityFile) -> list[str]:
    """Give the names of the city's streets, sorted: those of its map and those that its assets stand in."""
    context = city_file.context.get("street")
    named = [] if context is None else [str(name) for name in context.name if name]
    return sorted({*named, *city_file.city.assets.street.words})
