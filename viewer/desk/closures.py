"""Roads that others report closed, as facts of a scenario: as people answered, else as the configuration says.

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
from viewer.desk.consents import TAKE
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
        What whoever starts it says of all of them; None: as each was answered, and of those that nobody answered the
        ones of the sources whose configuration says ``take``.
    """
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for row in desk.sources.book.notices(desk.clock.epoch()):
        if not (is_taken(desk, row) if taken is None else taken) or row["sort"] != "closure" or not row["street"]:
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


def is_taken(desk: Desk, row: dict[str, Any]) -> bool:
    """Tell whether a notice goes into the runs that follow: as it was answered, else by its source's setting."""
    answer = desk.consents.given(row)["answer"]
    return answer == TAKE if answer else _by_setting(desk, row)


def _by_setting(desk: Desk, row: dict[str, Any]) -> bool:
    spec = desk.sources.specs.get(row["source"])
    return spec is not None and spec.take


def listed(desk: Desk, now: int) -> list[dict[str, Any]]:
    """Give the closures in force or planned, the next first: where, from when to when, what was answered by whom.

    ``taken`` tells whether the runs that follow carry it, ``lines`` where it lies in the city's metres; a closure of no
    street of the city has an empty ``street`` and none.
    """
    told = []
    for row in desk.sources.book.notices(now):
        if row["sort"] != "closure":
            continue
        told.append({key: row[key] for key in ("source", "id", "street", "text", "begins", "ends", "sent", "state",
                                               "is_flood")}
                    | desk.consents.given(row)
                    | {"by_setting": _by_setting(desk, row), "taken": bool(row["street"]) and is_taken(desk, row),
                       "lines": desk.sources.places.lines(row["street"]) if desk.sources.places else []})
    return sorted(told, key=lambda one: (not one["street"], one["begins"] or one["sent"], one["street"], one["id"]))


def streets_of(facts: list[dict[str, Any]]) -> list[str]:
    """Give the streets that such facts close."""
    return sorted({fact["street"] for fact in facts if fact["state"] == "closed"})


def with_closures(desk: Desk, file: Path, *, date: str = "", taken: bool | None = None
                  ) -> tuple[Path, list[str]]:
    """Give the scenario to run and the streets that it closes so: the file itself, or one beside the desk's with them.

    Raises
    ------
    InputError
        A scenario that cannot be read or lasts for an unknown time, a day that is none.
    """
    if taken is False or not desk.sources.book.notices(desk.clock.epoch()):
        return file, []
    scenario = load_scenario(file)
    start = start_of(scenario, desk.zone)
    if date:
        day = day_of(date)
        start = start if day is None else start.replace(year=day.year, month=day.month, day=day.day)
    facts = facts_of(desk, int(start.timestamp()), int(scenario.duration), taken=taken)
    if not facts:
        return file, []
    digest = sha256(repr((facts, file.read_bytes())).encode()).hexdigest()[:8]
    out = desk.folder / "scenarios" / f"{slug(scenario.scenario)}-closures-{digest}{SUFFIX}"
    write_variant(file, scenario.scenario, [], out, assets=desk.city_file.city.assets)
    add_entries(out, {"facts": facts})
    return out, streets_of(facts)


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
