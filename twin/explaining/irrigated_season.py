"""A season in words: what was given, saved, wasted and needed, what must not be overlooked, and how to start again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.errors import InputError
from twin.explaining.first_lines import Line
from twin.explaining.irrigated import GroundTeller
from twin.irrigation.indicators import Indicators
from twin.irrigation.restart import Due, Restart, RestartStep
from twin.quantities import NONE

#: Zones named one by one before the rest is counted.
_NAMED = 6
#: Headings of the table of zones.
HEADINGS = ("zone", "the ground holds", "it lacks", "its programme gives", "why it is locked")
_DEFAULTS = {"soil": "soil (loam)", "vegetation": "plants (cool-season turf)", "area_m2": "area (500 m²)"}
_FALLBACKS = {
    "wind": "wind (2 m/s)", "radiation": "radiation (from the range of temperature)",
    "humidity": "moisture (dew point 2 °C below the lowest temperature)",
    "hargreaves": "all but temperatures (Hargreaves)", "given": "nothing: the file gives ETo itself",
    "neighbours": "the whole day (mean of the days around)"}
#: Figures that two programmes are compared by, with their unit.
_COMPARED = {
    "applied_m3": ("water given", "m³"), "needed_m3": ("water needed", "m³"),
    "wasted_m3": ("water wasted on wet ground", "m³"),
    "saved_m3": ("water saved by suspensions", "m³"), "cost_eur": ("cost", "€"),
    "stress_zone_days": ("days of stress", ""), "stress_zone_days_by_order": ("days of stress by orders", ""),
    "refused_zone_days": ("waterings forbidden", ""), "locked_zone_days": ("waterings locked", ""),
    "zones_watered_while_flooded": ("zones watered under water", "")}
_STEPS = {RestartStep.RECEDE: "the water leaves", RestartStep.CONTROLLER: "controller repaired",
          RestartStep.SUPPLY: "supply back", RestartStep.FLUSH: "pipes flushed", RestartStep.TEST: "valves tested",
          RestartStep.RELEASE: "sanitary release, by a person", RestartStep.WATER: "the ground asks for water"}


def season_lines(teller: GroundTeller, told: Indicators) -> list[Line]:
    """Give what a season comes to; what must not be overlooked first."""
    return [*_alarms(teller, told), *_figures(teller, told), *_basis(teller)]


def _alarms(teller: GroundTeller, told: Indicators) -> Iterator[Line]:
    words = teller.words
    ran = np.flatnonzero(told.ran_wet.any(axis=1)).tolist()
    if ran:
        yield Line(words.plural("{n} zone was watered while water stood on it: {zones}.",
                                "{n} zones were watered while water stood on them: {zones}.", len(ran),
                                zones=_named(teller, ran)), is_alarm=True)
    beyond = np.flatnonzero(told.is_beyond_tolerance).tolist()
    if beyond:
        yield Line(words.plural("{n} zone was under water for longer than its plants are expected to bear: {zones}.",
                                "{n} zones were under water for longer than their plants are expected to bear: "
                                "{zones}.", len(beyond), zones=_named(teller, beyond)), is_alarm=True)


def _named(teller: GroundTeller, zones: list[int]) -> str:
    ids = [teller.balance.season.zones[z].id for z in zones[:_NAMED]]
    if len(zones) > _NAMED:
        ids.append(teller.words.plural("{n} more", "{n} more", len(zones) - _NAMED))
    return teller.words.listing(ids)


def _figures(teller: GroundTeller, told: Indicators) -> Iterator[Line]:
    words, sums = teller.words, told.to_dict()
    yield Line(words.text("Given: {applied}. Needed, by a controller that waters when the ground asks for it: "
                          "{needed}.", applied=teller.m3(sums["applied_m3"]), needed=teller.m3(sums["needed_m3"])))
    yield Line(words.text("Saved by suspensions: {saved}. Wasted on wet ground: {wasted}.",
                          saved=teller.m3(sums["saved_m3"]), wasted=teller.m3(sums["wasted_m3"])))
    if "cost_eur" in sums:
        yield Line(words.text("Cost: {cost} €, {needed} € at need.", cost=words.number(sums["cost_eur"], 2),
                              needed=words.number(sums["cost_needed_eur"], 2)))
    n, by_order = sums["stress_zone_days"], sums["stress_zone_days_by_order"]
    if n:
        yield Line(words.text("Days of stress, over all zones: {count}.", count=words.number(n)))
    if by_order:
        yield Line(words.text("Of these, by orders of drought: {count}.", count=words.number(by_order)))
    if sums["refused_zone_days"]:
        yield Line(words.text("Waterings forbidden by orders of drought: {count}.",
                              count=words.number(sums["refused_zone_days"])))


def _basis(teller: GroundTeller) -> Iterator[Line]:
    """Tell what the figures stand on: defaults, fall-backs, gaps."""
    words, season = teller.words, teller.balance.season
    yield from default_lines(teller)
    assumed = sum(zone.soil.is_assumption or zone.vegetation.is_assumption for zone in season.zones)
    if assumed:
        yield Line(words.text("Soil or plants whose figures are assumptions, zones: {count}.",
                              count=words.number(assumed)))
    for name, n in season.fallbacks().items():
        yield Line(words.text("Not measured: {what}, days: {count}.", what=words.text(_FALLBACKS[name]),
                              count=words.number(n)))
    for note in season.notes:
        yield Line(note.fr if words.lang == "fr" else note.en)


def default_lines(teller: GroundTeller) -> Iterator[Line]:
    """Tell on how many zones a default stands for what nobody stated."""
    words = teller.words
    for name, n in teller.balance.season.defaults.items():
        yield Line(words.text("Not stated, so by default: {what}, zones: {count}.", what=words.text(_DEFAULTS[name]),
                              count=words.number(n)))


def restart_lines(teller: GroundTeller, plan: list[Restart], d: int) -> list[Line]:
    """Give the restart of each zone, the most pressing first, as on day ``d``; a heading before them.

    Each has its steps in order, when each is done and who must come.
    """
    words = teller.words
    lines = [Line(words.text("Starting again, the most pressing first"))] if plan else []
    lines += [Line(f"  {rank}. {teller.zone(restart.zone)}{words.text(': ')}{restart_steps(teller, restart, d)}.")
              for rank, restart in enumerate(plan, start=1)]
    return lines


def restart_steps(teller: GroundTeller, restart: Restart, d: int) -> str:
    """Give the steps of one restart in their order, as on day ``d``: when each is done, who must come."""
    return teller.words.text("; ").join(_step(teller, due, d) for due in restart.steps)


def step_word(teller: GroundTeller, due: Due) -> str:
    """Give what a step of a restart is called."""
    return teller.words.text(_STEPS[due.step])


def _step(teller: GroundTeller, due: Due, d: int) -> str:
    words, calendar = teller.words, teller.balance.season.calendar
    said = words.text(_STEPS[due.step])
    aside = []
    if due.asset is not None:
        who = due.asset.operator or due.asset.owner
        aside.append(f"{due.asset.id}, {who}" if who else due.asset.id)
    if due.done_s == NONE:
        aside.append(words.text("not yet known"))
    else:
        moment = calendar.moment(due.done_s)
        day = teller.day(moment.date(), calendar.day(d))
        aside.append(day if due.step is RestartStep.WATER else f"{day} {words.clock(moment)}")
    return f"{said} ({', '.join(aside)})"


def compared_seasons(teller: GroundTeller, first: Indicators, second: Indicators) -> list[tuple[str, str, str, str]]:
    """Give the figures of two programmes on the same zones and days: what, the first, the second, the difference.

    Raises
    ------
    InputError
        Other zones or other days.
    """
    a, b = first.balance.season, second.balance.season
    if [zone.id for zone in a.zones] != [zone.id for zone in b.zones] or (
            a.calendar.first, a.calendar.days) != (b.calendar.first, b.calendar.days):
        raise InputError(field="--against", found=f"{len(b.zones)} zones from {b.calendar.first} to {b.calendar.last}",
                         expected=f"the same {len(a.zones)} zones from {a.calendar.first} to {a.calendar.last}",
                         remedy="Two programmes are compared day by day: give both files one city, 'from' and 'to'.")
    words, mine, theirs = teller.words, first.to_dict(), second.to_dict()
    rows: list[tuple[str, str, str, str]] = []
    for name, (text, unit) in _COMPARED.items():
        if name not in mine or name not in theirs:
            continue
        decimals = {"m³": 1, "€": 2}.get(unit, 0)
        tail = f"\u00a0{unit}" if unit else ""
        difference = theirs[name] - mine[name]
        sign = "+" if difference > 0 else "−" if difference < 0 else ""
        said = f"{sign}{words.number(abs(difference), decimals)}{tail}" if difference else "="
        before, after = (f"{words.number(side[name], decimals)}{tail}" for side in (mine, theirs))
        rows.append((words.text(text), before, after, said))
    return rows
