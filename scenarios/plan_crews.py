"""From ``crews:`` to the crews of a plan: shifts in seconds, ids that exist, hours within the law."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.inputs.times import moment_s
from geodata.streets import OFF_STREET_M
from scenarios.crews_schema import CrewsPart, StagePart, Team
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from twin.errors import InputError
from twin.world.assets import Assets
from twin.world.crews import (
    REST_S,
    WORK_S,
    Crew,
    CrewPlan,
    Lasts,
    StageRule,
    default_rule,
    known_skills,
    owner_of,
)
from twin.world.kinds import STAGES

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: Hours of a week that are the limit [s]. Source: décret 2000-815 art. 3.
_WEEK_S = 48 * 3600
Complain = Callable[..., Any]


def crews_of(scenario: Scenario, city_file: CityFile, clock: Clock, complain: Complain) -> CrewPlan | None:
    """Give the crews of a plan; None where the scenario has none.

    Parameters
    ----------
    scenario, city_file
        What is said, and of which city.
    clock, complain
        Moments to seconds; where complaints go: path, found, expected, remedy.
    """
    part = scenario.crews
    if part is None:
        return None
    assets = city_file.city.assets
    if part.travel == "streets" and "street" not in city_file.context:
        complain(("crews",), found="a city file without streets", expected="a layer `street` of lines",
                 remedy="Import the streets as a context layer, or say `travel: none`.")
    seen: set[str] = set()
    for i, team in enumerate(part.teams):
        if team.id in seen:
            complain(("crews", "teams", i, "id"), found=f"a second crew '{team.id}'", expected="an id of its own")
        seen.add(team.id)
        check_team(team, ("crews", "teams", i), city_file, complain, drives=part.travel == "streets")
    for i, name in enumerate(part.order):
        _known(name, ("crews", "order", i), assets, complain)
    for name in part.priority:
        _known(name, ("crews", "priority", name), assets, complain)
    stages = _stages(part, assets, complain)
    _qualified(part, stages, (*part.teams, *(one.extra_crew for one in scenario.measures if one.extra_crew)), assets,
               complain)
    _parts(part, stages, {name for one in scenario.measures for name in one.extra_stock or ()}, assets, complain)
    deliveries = []
    for i, delivery in enumerate(part.deliveries):
        at_s = clock.at(delivery.at, ("crews", "deliveries", i, "at"))
        if at_s is not None:
            deliveries.append((delivery.part, at_s, delivery.count))
    crews = tuple(Crew(id=team.id, base=team.base, people=team.people, skills=tuple(sorted(set(team.skills))),
                       wade_m=team.wade_m, stands_at=team.ahead or "",
                       shifts=shifts_of(team, ("crews", "teams", i), scenario.duration, part, clock, complain))
                  for i, team in enumerate(part.teams))
    return CrewPlan(crews=crews, owner=part.owner, policy=part.policy, order=part.order, reserve=part.reserve,
                    priority=tuple(sorted(part.priority.items())), stages=stages,
                    stock=tuple(sorted(part.stock.items())), deliveries=tuple(sorted(deliveries, key=lambda d: d[1])),
                    travel=part.travel, derogation=part.derogation, samples=part.samples, search_s=part.search or 0)


def check_team(team: Team, path: KeyPath, city_file: CityFile, complain: Complain, *, drives: bool) -> None:
    """Complain of a crew's places and skills.

    Parameters
    ----------
    team, path
        A crew, and where it stands in the scenario.
    city_file, complain
        The city; where complaints go: path, found, expected, remedy.
    drives
        Whether crews drive on streets: their places then stand at one.
    """
    for name in ("base", "ahead"):
        if (place := getattr(team, name)) is not None:
            check_place(place, (*path, name), city_file, complain, drives=drives)
    for j, skill in enumerate(team.skills):
        _skill(skill, (*path, "skills", j), complain)


def _known(name: str, path: KeyPath, assets: Assets, complain: Complain) -> int | None:
    try:
        return assets.row(name)
    except InputError as error:
        complain(path, found=error.found, expected=error.expected, remedy=error.remedy)
        return None


def check_place(name: str, path: KeyPath, city_file: CityFile, complain: Complain, *, drives: bool) -> None:
    """Complain of a place that is no asset, has no position, or lies off every street."""
    assets = city_file.city.assets
    row = _known(name, path, assets, complain)
    layer = city_file.context.get("street")
    if row is None or not drives or layer is None:
        return
    if np.isnan(assets.x_m[row]):
        complain(path, found=f"{name}, which has no position",
                 expected="a place with a position, a workshop for example")
        return
    away_m = shapely.distance(layer.geometry, shapely.Point(assets.x_m[row], assets.y_m[row]))
    if np.nanmin(away_m.astype(float)) > OFF_STREET_M:
        complain(path, found=f"{name}, {np.nanmin(away_m.astype(float)):.0f} m from the nearest street",
                 expected=f"a place within {OFF_STREET_M:g} m of a street")


def _skill(skill: str, path: KeyPath, complain: Complain) -> None:
    if skill not in known_skills():
        complain(path, found=f"skill '{skill}'", expected=f"one of {', '.join(known_skills())}")


def _stages(part: CrewsPart, assets: Assets, complain: Complain) -> tuple[tuple[str, str, StageRule], ...]:
    found = []
    for kind, stages in part.stages.items():
        if kind not in assets.kinds.names:
            near = get_close_matches(kind, assets.kinds.names, n=1)
            complain(("crews", "stages", kind), of_key=True, found=f"'{kind}'",
                     expected=f"a kind: {', '.join(assets.kinds.names)}",
                     remedy=f"Did you mean '{near[0]}'?" if near else "")
            continue
        for stage, said in stages.items():
            if said.skill:
                _skill(said.skill, ("crews", "stages", kind, stage, "skill"), complain)
            found.append((kind, str(stage), _rule(str(stage), said)))
    return tuple(found)


def _rule(stage: str, said: StagePart) -> StageRule:
    usual = default_rule(stage)
    given = {name: value for name in ("crew", "skill", "dark", "fails", "part")
             if (value := getattr(said, name)) is not None}
    lasts = None if said.lasts is None else Lasts(form=said.lasts[0], values=said.lasts[1])
    return StageRule(**{**{name: getattr(usual, name) for name in ("crew", "skill", "dark", "fails", "part")}, **given},
                     lasts=lasts)


def _qualified(part: CrewsPart, stages: tuple[tuple[str, str, StageRule], ...], teams: tuple[Team, ...],
               assets: Assets, complain: Complain) -> None:
    """Complain of a skill that nobody has: its jobs would wait for ever."""
    plan = CrewPlan(crews=(), stages=stages)
    present = set(np.unique(assets.kind).tolist())
    told: set[str] = set()
    for code, kind in enumerate(assets.kinds):
        if code not in present or owner_of(kind.name, kind.roles) != part.owner or not kind.repair_total_s:
            continue
        # One crew does a visit: it needs all the skills of the stages that it does without a break.
        for visit in _visits(plan, kind.name):
            lacking = [skill for skill in visit if skill in known_skills()]
            if lacking and not any(set(lacking) <= set(team.skills) for team in teams) and (
                    name := " and ".join(sorted(set(lacking)))) not in told:
                told.add(name)
                complain(("crews", "teams"), found=f"no crew with {name}, which {kind.name} needs",
                         expected="one crew that has it", remedy="Its jobs would wait for ever: add the skill, or "
                         "change `stages`.")


def _parts(part: CrewsPart, stages: tuple[tuple[str, str, StageRule], ...], more: set[str], assets: Assets,
           complain: Complain) -> None:
    """Complain of a part that is neither in stock nor delivered: its jobs would wait for ever."""
    there = more | {name for name, count in part.stock.items() if count}
    there |= {one.part for one in part.deliveries if one.count}
    present = {assets.kinds.names[code] for code in np.unique(assets.kind).tolist()}
    used = there | {rule.part for _, _, rule in stages if rule.part}
    for part_name in sorted(set(part.part_names) - used):
        complain(("crews", "part_names", part_name), of_key=True, found=f"part '{part_name}', which no stage uses up",
                 expected=f"one of {', '.join(sorted(used))}" if used else "a part of `stages` or `stock`")
    for kind, stage, rule in stages:
        if rule.part and rule.part not in there and kind in present:
            complain(("crews", "stages", kind, stage, "part"), found=f"part '{rule.part}', of which there is none",
                     expected="one in `stock` or `deliveries`", remedy="Its jobs would wait for ever.")


def _visits(plan: CrewPlan, kind: str) -> list[list[str]]:
    visits: list[list[str]] = [[]]
    for stage in STAGES:
        rule = plan.rule(kind, stage)
        if not rule.crew:
            visits.append([])
        elif rule.skill:
            visits[-1].append(rule.skill)
    return visits


def shifts_of(team: Team, path: KeyPath, horizon_s: int, part: CrewsPart, clock: Clock, complain: Complain
              ) -> tuple[tuple[int, int], ...]:
    """Give when a crew is on duty, from until before [s]; complain of hours that cannot be, or are beyond the limits.

    Parameters
    ----------
    team, path
        A crew, and where it stands in the scenario.
    horizon_s, part
        Length of the run; what is said of all crews.
    clock, complain
        Moments to seconds; where complaints go: path, found, expected, remedy.
    """
    shifts: list[tuple[int, int]] = []
    if not team.hours:
        called_s = 0 if team.called is None else clock.at(team.called, (*path, "called"))
        recall_s = team.recall or 0
        if recall_s >= WORK_S:
            complain((*path, "recall"), found=f"{recall_s} s", expected="less than the 10 h of a shift")
        begin_s = called_s or 0
        while begin_s < horizon_s:
            shifts.append((begin_s + (recall_s if not shifts else 0), begin_s + WORK_S))
            begin_s += WORK_S + REST_S
        return tuple(shifts)
    after_s = 0
    for j, (begin, end) in enumerate(team.hours):
        from_s = _moment_s(begin, after_s, clock, (*path, "hours", j, 0), complain)
        until_s = None if from_s is None else _moment_s(end, from_s + 1, clock, (*path, "hours", j, 1), complain)
        if from_s is None or until_s is None:
            continue
        if until_s <= from_s:
            complain((*path, "hours", j, 1), found=f"'{end}', not after '{begin}'", expected="a moment after it")
        shifts.append((from_s, until_s))
        after_s = until_s
    _within_limits(tuple(shifts), (*path, "hours"), part.derogation, complain)
    return tuple(shifts)


def _moment_s(text: str, after_s: int, clock: Clock, path: KeyPath, complain: Complain) -> int | None:
    """Give a moment, also beyond the horizon; of a time of day the first at or after a second."""
    try:
        found = moment_s(text, clock.start, clock.zone)
    except InputError as error:
        complain(path, found=error.found, expected=error.expected, remedy=error.remedy)
        return None
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        found += max(0, -((found - after_s) // 86_400)) * 86_400
    return found


def _within_limits(shifts: tuple[tuple[int, int], ...], path: KeyPath, derogation: str, complain: Complain) -> None:
    """Complain of shifts that overlap, and of those beyond the limits without a derogation."""
    remedy = "Say who lets it be, and why: `derogation: \"...\"`."
    for j, (begin, end) in enumerate(shifts):
        if j and begin < shifts[j - 1][1]:
            complain((*path, j), found="a shift that begins before the one before it ends",
                     expected="shifts in order, one after the other")
        elif j and begin - shifts[j - 1][1] < REST_S and not derogation:
            complain((*path, j), found=f"{(begin - shifts[j - 1][1]) / 3600:g} h of rest", remedy=remedy,
                     expected="11 h of rest between two shifts (décret 2000-815)")
        if end - begin > WORK_S and not derogation:
            complain((*path, j), found=f"a shift of {(end - begin) / 3600:g} h", remedy=remedy,
                     expected="at most 10 h of work a day (décret 2000-815)")
    if sum(end - begin for begin, end in shifts) > _WEEK_S and not derogation:
        complain(path, found=f"{sum(end - begin for begin, end in shifts) / 3600:g} h in all", remedy=remedy,
                 expected="at most 48 h a week (décret 2000-815)")
