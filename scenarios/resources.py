"""Measures about crews, their parts and the streets, lowered to edits of a plan's crews and access rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scenarios.declaring import streets_of
from scenarios.measure_spec import Measure
from scenarios.moments import Clock
from scenarios.plan_access import no_street
from scenarios.plan_crews import check_place, check_team, shifts_of
from scenarios.reading import KeyPath
from twin.errors import InputError
from twin.quantities import NONE
from twin.world.closing import CloseStreet
from twin.world.crew_edits import ExtraCrew, ExtraStock, PrePosition
from twin.world.edit import Edit
from twin.world.plan import Plan

if TYPE_CHECKING:
    from scenarios.prepared import Prepared

Shifts = tuple[tuple[int, int], ...]


def check_resources(one: Measure, path: KeyPath, prepared: Prepared, clock: Clock) -> Shifts:
    """Complain of places, skills, hours and streets that do not fit; give the shifts of an extra crew, else none.

    Parameters
    ----------
    one, path
        A measure, and where it stands in the scenario.
    prepared
        The scenario resolved so far, with its city.
    clock
        Turns moments into seconds; its complaints are told.
    """
    part, complain, city_file = prepared.scenario.crews, clock.complaints.add, prepared.city_file
    if one.close_street is not None:
        streets = streets_of(city_file)
        if one.close_street not in streets:
            no_street(one.close_street, streets, (*path, "close_street"), complain)
    if part is None:
        return ()
    drives = part.travel == "streets"
    if one.pre_position is not None:
        check_place(str(one.place), (*path, "place"), city_file, complain, drives=drives)
    if one.extra_crew is None:
        return ()
    check_team(one.extra_crew, (*path, "extra_crew"), city_file, complain, drives=drives)
    return shifts_of(one.extra_crew, (*path, "extra_crew"), prepared.scenario.duration, part, clock, complain)


def resource_edits(one: Measure, plan: Plan, times: Mapping[str, int | None], shifts: Shifts) -> Iterator[Edit]:
    """Give the edits of a measure about crews, parts or streets; none for any other.

    Raises
    ------
    InputError
        A crew that would be sent ahead in its shift.
    """
    at_s, until_s = times["at"], times["until"]
    if one.pre_position is not None:
        _check_before_shift(one, plan, at_s)
        yield PrePosition(one.pre_position, str(one.place))
    if one.extra_crew is not None:
        team = one.extra_crew
        yield ExtraCrew(team.id, team.base, team.people, team.skills, shifts, team.wade_m, team.ahead or "")
    for part, count in (one.extra_stock or {}).items():
        yield ExtraStock(part, count, NONE if at_s is None else at_s)
    if one.close_street is not None and at_s is not None:
        yield CloseStreet(one.close_street, at_s, NONE if until_s is None else until_s, one.by)


def _check_before_shift(one: Measure, plan: Plan, at_s: int | None) -> None:
    begins = [crew.shifts[0][0] for crew in (plan.crews.crews if plan.crews else ())
              if crew.id == one.pre_position and crew.shifts]
    if at_s is not None and begins and at_s > begins[0]:
        raise InputError(field="at", found=f"'{one.at}', when the first shift of {one.pre_position} has begun",
                         expected="a moment before it: `called` and `recall`, or the first of its `hours`",
                         remedy="What a crew is told within its shift is the policy's; say when it is called.")


def resource_record(one: Measure) -> dict[str, Any]:
    """Give what a plan keeps of a measure about crews, parts or streets; nothing of any other."""
    if one.pre_position is not None:
        return {"assets": [str(one.place)], "crew": one.pre_position}
    if one.extra_crew is not None:
        return {"assets": [one.extra_crew.base], "crew": one.extra_crew.id, "people": one.extra_crew.people}
    if one.extra_stock is not None:
        return {"assets": [], "parts": dict(sorted(one.extra_stock.items()))}
    return {} if one.close_street is None else {"assets": [], "street": one.close_street}
