"""From a scenario to a plan: every time in seconds, every asset a row, every default spelt out.

Nothing here computes water or outages. What cannot be resolved (an asset that the city lacks, a time beyond the end) is
collected and raised once, each complaint with its line in the scenario.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.complaints import Complaints
from scenarios.darkness import dark_of
from scenarios.declaring import events_of, facts_of, notes_of, streets_of
from scenarios.editing import apply_edits
from scenarios.expected import check_expected
from scenarios.flooding import flood_json, hear_of_water
from scenarios.inputs import Input, flood_files, inputs_of, member_files
from scenarios.measures import with_measures, with_water
from scenarios.moments import Clock, issued_of, next_update_of, start_of, valid_until_of, zone_of
from scenarios.plan_access import rules_of
from scenarios.plan_crews import crews_of
from scenarios.prepared import Prepared
from scenarios.schema import Scenario
from scenarios.told import texts_of
from scenarios.unsure import uncertainty_of
from twin.world.edits import in_order
from twin.world.plan import Plan

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: Steps of the tables beyond these are a slip: a year in minutes is below it.
_MOST_STEPS = 1_000_000


def read_city_of(scenario: Scenario, given: str | Path | None = None) -> CityFile:
    """Read the city of a scenario, or the one given instead.

    Raises
    ------
    InputError
        Neither names a city; the file does not exist or is no city file.
    """
    from geodata.city.file import read_city

    name = str(given) if given is not None else scenario.city
    if name is None:
        raise scenario.complaint(("city",), found="no city", expected="a city file or valmont",
                                 remedy="Add `city: valmont`, or give one with --city.")
    if name == "valmont":
        from geodata.demo_town import valmont

        return valmont()
    path = Path(name) if given is not None else scenario.folder / name
    if given is None and not path.exists():
        raise scenario.complaint(("city",), found=f"'{name}', which does not exist",
                                 expected="a city file relative to the scenario, or valmont",
                                 remedy="twin import makes one from your own layers.")
    return read_city(path)


def prepare(scenario: Scenario, city_file: CityFile | None = None, *, city: str | Path | None = None,
            issued_at: str | datetime | None = None) -> Prepared:
    """Resolve a scenario: read its city, and spell everything out. The water is a stage of its own.

    Parameters
    ----------
    scenario
        Read by :func:`scenarios.load_scenario`.
    city_file
        A city already read, instead of the scenario's.
    city
        Name or path of a city to read instead of the scenario's.
    issued_at
        Issue time, instead of the scenario's: a moment in one of the scenario's forms, or a datetime with offset.

    Raises
    ------
    InputError, InputErrors
        What the scenario says does not fit the city, with line and column. Where something does not, what is wrong
        with its water is told too, as far as that can be known without computing it.
    """
    read = city_file if city_file is not None else read_city_of(scenario, city)
    town, complaints = read.city, Complaints(scenario)
    zone = zone_of(town)
    start = complaints.tried(("start",), lambda: start_of(scenario, zone))
    complaints.settle()
    assert start is not None
    clock = Clock(start=start, zone=zone, duration_s=scenario.duration, complaints=complaints)
    scenario = with_water(scenario, clock.at)

    issued = issued_of(scenario, issued_at, clock)
    valid_until = valid_until_of(scenario, issued, clock)
    next_update = next_update_of(scenario, issued, valid_until, clock)
    declared = events_of(scenario.events, town.assets, clock) + facts_of(scenario.facts, town.assets, clock)
    notes = notes_of(scenario.facts, town.assets, clock, streets_of(read))
    dark = dark_of(scenario, town.assets, complaints)
    access = rules_of(scenario, read, clock, complaints.add)
    crews = crews_of(scenario, read, clock, complaints.add)
    plan = Plan(
        name=scenario.scenario, start=start, duration_s=scenario.duration, step_s=scenario.step, status=scenario.status,
        issued_at=issued, valid_until=valid_until, seed=scenario.seed, reset_s=scenario.reset_s,
        declared=in_order(declared), notes=tuple(sorted(notes, key=lambda n: (n.at_s, n.text))), dark=dark,
        flood=flood_json(scenario), next_update=next_update, access=access, crews=crews,
        public_title=tuple(sorted(scenario.public_title.items())), texts=texts_of(scenario, complaints))
    edited = apply_edits(scenario, plan, town, complaints)
    check_expected(scenario, town.assets, clock)
    uncertainty = uncertainty_of(scenario, read, clock, complaints, crews)
    if scenario.step > scenario.duration:
        complaints.add(("step",), found=f"{scenario.step} s", expected=f"at most the duration, {scenario.duration} s")
    if scenario.duration // scenario.step > _MOST_STEPS:
        complaints.add(("step",), found=f"{scenario.duration // scenario.step:,} steps",
                       expected=f"at most {_MOST_STEPS:,}",
                       remedy="Widen the step of the tables: outages are exact to the second whatever it is.")
    if complaints.errors:
        hear_of_water(scenario, read, start, complaints)
    complaints.settle()

    from scenarios.gauge_readings import compared

    made = Prepared(scenario=scenario, plan=edited.plan, city_file=replace(read, city=edited.city),
                    inputs=(*inputs_of(scenario, read, city, flood_files(scenario)), *member_files(scenario),
                            *_irrigation_files(scenario)),
                    warnings=(*edited.warnings, *compared(scenario, read, start, zone)), uncertainty=uncertainty)
    return with_measures(made, clock)


def _irrigation_files(scenario: Scenario) -> tuple[Input, ...]:
    """Give the files of the season that the night is a part of, its programme read and found well."""
    if scenario.irrigation is None:
        return ()
    from scenarios.irrigation.night import irrigation_files

    return irrigation_files(scenario)
