"""Roads that others report closed, as facts of a scenario: with whoever starts a run agreeing, or by the configuration.

They are written into the scenario's file, in seconds from its start, so that `twin run` of that file gives the same.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from scenarios.load import SUFFIX, load_scenario
from scenarios.moments import start_of
from scenarios.moving import day_of
from scenarios.writing import add_entries, slug, write_variant
from twin.errors import InputError
from viewer.desk.desk import Desk


def facts_of(desk: Desk, start: int, duration_s: int, *, taken: bool | None = None) -> list[dict[str, Any]]:
    """Give the closures in force or planned within a run as lines under ``facts:``, with their ends where known.

    Parameters
    ----------
    start
        Start of the run [s since 1970].
    duration_s
        Its horizon [s].
    taken
        What whoever starts it says; None: those of the sources whose configuration says ``take``.
    """
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for row in desk.sources.book.notices(desk.clock.epoch()):
        spec = desk.sources.specs.get(row["source"])
        wanted = (spec is not None and spec.take) if taken is None else taken
        if not wanted or row["sort"] != "closure" or not row["street"]:
            continue
        begins = max(0, (row["begins"] or row["sent"]) - start)
        ends = None if row["ends"] is None else row["ends"] - start
        if begins > duration_s or (ends is not None and ends <= begins):
            continue
        say = {"street": row["street"], "by": row["source"]}
        found[row["street"], begins] = {"at": f"+{begins}s", **say, "state": "closed"}
        if ends is not None and ends <= duration_s:
            found[row["street"], ends] = {"at": f"+{ends}s", **say, "state": "open"}
    return [found[key] for key in sorted(found, key=lambda one: (one[1], one[0]))]


def with_closures(desk: Desk, file: Path, *, date: str = "", taken: bool | None = None) -> tuple[Path, int]:
    """Give the scenario to run and how many closures it carries: the file itself, or one beside the desk's with them.

    Raises
    ------
    InputError
        A scenario that cannot be read or lasts for an unknown time, a day that is none.
    """
    if taken is False or not _any(desk, taken):
        return file, 0
    scenario = load_scenario(file)
    start = start_of(scenario, desk.zone)
    if date:
        day = day_of(date)
        start = start if day is None else start.replace(year=day.year, month=day.month, day=day.day)
    facts = facts_of(desk, int(start.timestamp()), int(scenario.duration), taken=taken)
    if not facts:
        return file, 0
    digest = sha256(repr((facts, file.read_bytes())).encode()).hexdigest()[:8]
    out = desk.folder / "scenarios" / f"{slug(scenario.scenario)}-closures-{digest}{SUFFIX}"
    write_variant(file, scenario.scenario, [], out, assets=desk.city_file.city.assets)
    add_entries(out, {"facts": facts})
    return out, sum(fact["state"] == "closed" for fact in facts)


def _any(desk: Desk, taken: bool | None) -> bool:
    return bool(taken) or any(spec.take for spec in desk.sources.specs.values())


def said_of(said: dict[str, Any]) -> bool | None:
    """Give what whoever starts a run says of closures; None where nothing.

    Raises
    ------
    InputError
        Neither true nor false.
    """
    taken = said.get("closures")
    if taken is not None and not isinstance(taken, bool):
        raise InputError(field="closures", found=f"{taken!r}"[:80], expected="true or false")
    return taken
