"""From ``access:`` and the facts about streets to the rules of a plan."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from scenarios.access_schema import AccessPart
from scenarios.declaring import streets_of
from scenarios.moments import Clock
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from twin.world.access import BY_CREWS, AccessRules, Closure
from twin.world.assets import Assets
from twin.world.plan import Plan

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from twin.access.access import Access
    from twin.water.hazard import Hazard


def access_of(city_file: CityFile, plan: Plan, hazard: Hazard | None) -> Access | None:
    """Give the streets in the water of a plan; None where it does not ask for them.

    Parameters
    ----------
    city_file
        The city, with its streets and bridges.
    plan
        The plan.
    hazard
        The water; None where there is none.
    """
    rules = plan.access
    if rules is None:
        return None
    from geodata.street_network import Streets
    from twin.access.access import Access
    from twin.water.depths import read_depths
    from twin.water.hazard import Heads

    streets = Streets.of(city_file, rules)
    if streets is None:
        return None
    city, depths, heads = city_file.city, None, None
    if hazard is not None:
        cells = streets.cells(city.crs, hazard.grid)
        depths = read_depths(hazard, cells, duration_s=plan.duration_s)
        if getattr(hazard, "is_flowing", False):
            heads = read_depths(Heads(water=hazard), cells, duration_s=plan.duration_s)
    return Access.of(streets.network, depths, streets.places(city.assets), rules, plan, city, heads=heads)


def rules_of(scenario: Scenario, city_file: CityFile, clock: Clock, complain: Callable[..., Any]
             ) -> AccessRules | None:
    """Give the rules of a plan; None where the scenario neither asks for access nor has crews that drive.

    Help sets out from the bases given, else from those of the crews.

    Parameters
    ----------
    scenario, city_file
        What is said, and of which city.
    clock, complain
        Moments to seconds; where complaints go: path, found, expected, remedy.
    """
    drives = scenario.crews is not None and scenario.crews.travel == "streets"
    part = AccessPart() if scenario.access is None and drives else scenario.access
    if part is None:
        return None
    from twin.access.access import closures_of  # with the kernels of trips

    if "street" not in city_file.context:
        if scenario.access is not None:
            complain(("access",), found="a city file without streets", expected="a layer `street` of lines",
                     remedy="Import the streets as a context layer, or leave `access` out.")
        return None
    streets = streets_of(city_file)
    for i, base in enumerate(part.bases):
        _base(base, i, city_file.city.assets, complain)
    closures = []
    for i, closed in enumerate(part.closed):
        path: KeyPath = ("access", "closed", i)
        if closed.street not in streets:
            no_street(closed.street, streets, (*path, "street"), complain)
        from_s = clock.at(closed.at, (*path, "at"))
        until_s = -1 if closed.until is None else clock.at(closed.until, (*path, "until"))
        if from_s is None or until_s is None:
            continue
        if closed.until is not None and until_s <= from_s:
            complain((*path, "until"), found=f"'{closed.until}', not after '{closed.at}'",
                     expected="a moment after 'at'")
        closures.append(Closure(street=closed.street, from_s=from_s, until_s=until_s, by=closed.by))
    told = []
    for i, fact in enumerate(scenario.facts):
        at_s = None if fact.street is None else clock.at(fact.at, ("facts", i, "at"))
        if fact.street is not None and at_s is not None:
            told.append((at_s, fact.street, fact.state == "closed", fact.by))
    speeds: dict[str, float] = dict(AccessRules().speed_kmh) | {str(road): kmh for road, kmh in part.speed_kmh.items()}
    return AccessRules(day_m=part.day_m, night_m=part.night_m, bases=part.bases or _bases_of_crews(scenario),
                       closures=(*closures, *closures_of(told)), work_s=part.work, person_s=part.per_person,
                       teams=BY_CREWS if part.teams == "crews" else part.teams,
                       speed_kmh=tuple(sorted(speeds.items())))


def _bases_of_crews(scenario: Scenario) -> tuple[str, ...]:
    if scenario.crews is None or scenario.crews.travel != "streets":
        return ()
    teams = (*scenario.crews.teams, *(one.extra_crew for one in scenario.measures if one.extra_crew))
    return tuple(dict.fromkeys(team.base for team in teams))


def no_street(name: str, streets: list[str], path: KeyPath, complain: Callable[..., Any]) -> None:
    """Complain of a street that the city does not have, and name those that are like it."""
    near = get_close_matches(name, streets, n=2)
    complain(path, found=f"street '{name}'", expected="a street of this city by its name",
             remedy=f"Did you mean {' or '.join(near)}?" if near else "")


def _base(base: str, i: int, assets: Assets, complain: Callable[..., Any]) -> None:
    """Complain of a base that is no asset, or has no position."""
    from twin.errors import InputError

    try:
        row = assets.row(base)
    except InputError as error:
        complain(("access", "bases", i), found=error.found, expected=error.expected, remedy=error.remedy)
        return
    if assets.x_m[row] != assets.x_m[row]:
        complain(("access", "bases", i), found=f"{base}, which has no position",
                 expected="a place with a position, a municipal workshop for example")
