"""Questions and acts about variants in the making."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.routing import Route

from scenarios.load import SUFFIX
from scenarios.writing import add_entries, shift_levels, slug, write_variant
from twin.codes import Action
from twin.errors import InputError
from twin.world.edits import Declare
from viewer.desk import measure_lines
from viewer.desk.answers import Asked, get, post
from viewer.desk.closures import facts_of, said_of, streets_of
from viewer.desk.drafts import Draft, edits_of
from viewer.desk.loaded import Loaded
from viewer.desk.requests import request_of
from viewer.desk.tonight import about, brief


def routes() -> list[Route]:
    """Give the routes."""
    return [
        get("/api/drafts", _list), get("/api/drafts/{draft}", _one), get("/api/drafts/{draft}/outcome", _outcome),
        post("/api/drafts", _make), post("/api/drafts/add", _add), post("/api/drafts/{draft}/lines", _lines),
        post("/api/drafts/{draft}/undo", _undo), post("/api/drafts/{draft}/run", _run),
        post("/api/facts/run", _run_facts)]


def _list(asked: Asked) -> Any:
    proposed = asked.desk.proposals.by_run()
    return {**about(asked.desk), "drafts": [{**_with_run(asked, draft, proposed), "lines": len(draft.lines)}
                                            for draft in asked.desk.drafts.listed()]}


def _told(asked: Asked, draft: Draft) -> dict[str, Any]:
    return _with_run(asked, draft, asked.desk.proposals.by_run())


def _with_run(asked: Asked, draft: Draft, proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Give a draft with the run that was made of it last: ``ran``, ``is_old`` where its lines are others by now."""
    kept = asked.desk.drafts.run_of(draft)
    entry = None if kept is None else asked.desk.runs.find(kept[0])
    if kept is None or entry is None:
        return {**draft.to_dict(), "ran": None}
    return {**draft.to_dict(), "ran": {"id": entry.id, "number": entry.number, "state": entry.state,
                                       "is_old": kept[1], "proposal": proposed.get(entry.id)}}


def _one(asked: Asked) -> Any:
    draft = asked.desk.drafts.get(asked.path["draft"])
    loaded = _base(asked, draft)
    # Whoever opens a variant is about to change it.
    asked.desk.bench.warm(*loaded.place)
    streets = sorted(word for word in loaded.result.city.assets.street.words if word)
    return {**_told(asked, draft), "base_run": brief(loaded), "streets": streets,
            "has_crews": loaded.result.plan.crews is not None}


def _base(asked: Asked, draft: Draft) -> Loaded:
    return asked.desk.shelf.get(draft.base)


def _make(asked: Asked) -> Any:
    """Begin a variant of a run: of the one that is named, else of the one in force."""
    base = asked.text("base", "")
    if not base:
        shown = asked.desk.night().shown
        if shown is None:
            raise InputError(field="base", found="no run", expected="a run that is done",
                             remedy="Run a scenario first.")
        base = shown.entry.id
    asked.desk.runs.path(base)
    return asked.desk.drafts.make(asked.text("name", most=120), base, by=asked.person.name,
                                  now=asked.desk.clock.epoch()).to_dict()


def _add(asked: Asked) -> Any:
    """Put one line into the variant of a run that was begun last, or begin one: a measure from a list, by one press."""
    line, base = asked.said.get("line"), asked.text("base")
    if not isinstance(line, dict):
        raise InputError(field="line", found="no line", expected="a line of a variant")
    loaded, drafts, now = asked.desk.shelf.get(base), asked.desk.drafts, asked.desk.clock.epoch()
    _fits(asked, loaded, [line])
    draft = next((one for one in drafts.listed() if one.base == base), None)
    if draft is None:
        draft = drafts.make(asked.text("name", most=120), base, by=asked.person.name, now=now)
    if any(_alike(line, one) for one in draft.lines):
        return {**draft.to_dict(), "was_there": True}
    return {**drafts.change(draft.id, [*draft.lines, line], version=draft.version, by=asked.person.name,
                            now=now).to_dict(), "was_there": False}


def _alike(line: dict[str, Any], other: Any) -> bool:
    return all(other.get(key) == value for key, value in line.items()) and bool(other["on"])


def _lines(asked: Asked) -> Any:
    """Change the lines; they must fit the base's city before they are kept."""
    given = asked.said.get("lines")
    if not isinstance(given, list) or not all(isinstance(line, dict) for line in given):
        raise InputError(field="lines", found="no list", expected="a list of lines")
    draft = asked.desk.drafts.get(asked.path["draft"])
    _fits(asked, _base(asked, draft), given)
    return _told(asked, asked.desk.drafts.change(draft.id, given, version=asked.whole("version"), by=asked.person.name,
                                                 now=asked.desk.clock.epoch()))


def _fits(asked: Asked, loaded: Loaded, lines: list[dict[str, Any]]) -> None:
    for line in lines:
        for edit in edits_of({**line, "by": ""}):
            edit.apply(loaded.result.plan, loaded.result.city)
        if line.get("sort") in measure_lines.SORTS and line.get("on", True):
            measure_lines.check_fits(loaded, line)
            if line["sort"] == "barrier":
                # Drawn through a house it would be refused once it is run: it is refused as it is drawn.
                asked.desk.bench.ask("wall", *loaded.place, line["line"])
        if line.get("sort") == "level" and len(loaded.curves) != 1:
            raise InputError(field="level", found="a run without the levels of one gauge", expected="one that has them")


def _undo(asked: Asked) -> Any:
    return _told(asked, asked.desk.drafts.undo(asked.path["draft"], version=asked.whole("version"),
                                               by=asked.person.name, now=asked.desk.clock.epoch()))


def _outcome(asked: Asked) -> Any:
    draft = asked.desk.drafts.get(asked.path["draft"])
    return asked.desk.bench.ask("outcome", *_base(asked, draft).place, draft)


def _run(asked: Asked) -> Any:
    """Write the variant as a scenario file and put it into the queue."""
    desk = asked.desk
    draft = desk.drafts.get(asked.path["draft"])
    loaded = _base(asked, draft)
    check_source(loaded)
    file = desk.folder / "scenarios" / f"{slug(draft.name)}-{draft.id[:4]}{SUFFIX}"
    write_variant(_source(loaded), draft.name, draft.plain_edits(), file, assets=loaded.result.city.assets)
    closures = facts_of(desk, loaded.start, loaded.duration_s, taken=said_of(asked.said))
    entries = draft.entries()
    if closures:
        entries["facts"] = [*entries.get("facts", ()), *closures]
    if entries:
        add_entries(file, entries)
    if draft.level_m:
        shift_levels(file, loaded.curves, draft.level_m, loaded.own_start)
    entry = desk.queue.ask(request_of(file, city=desk.city, base=draft.base, date=loaded.entry.date,
                                      closures=streets_of(closures)),
                           by=asked.person.name)
    desk.drafts.ran(draft, entry.id)
    return {"id": entry.id, "number": entry.number, "state": entry.state, "scenario": file.name.removesuffix(SUFFIX)}


def _run_facts(asked: Asked) -> Any:
    """Compute the night in force anew with the facts that were reported: a night of its own, not a variant."""
    desk = asked.desk
    shown = desk.night().shown
    if shown is None:
        raise InputError(field="run", found="no run", expected="a night that was computed")
    check_source(shown)
    now, actions = desk.clock.epoch(), {"out": Action.FACT_OUT, "in_service": Action.FACT_IN_SERVICE,
                                       "dry": Action.FACT_DRY}
    edits = [Declare(actions[fact["state"]], fact["asset"], t_s, by=fact["caller"]) for fact in desk.facts.listed(now)
             if (t_s := shown.at(fact["seen_at"])) is not None]
    closures = facts_of(desk, shown.start, shown.duration_s, taken=said_of(asked.said))
    if not edits and not closures:
        raise InputError(field="facts", found="no fact within the run", expected="one at least")
    name = shown.result.plan.name
    file = desk.folder / "scenarios" / f"{slug(name)}-facts-{now}{SUFFIX}"
    write_variant(_source(shown), name, edits, file, assets=shown.result.city.assets)
    if closures:
        add_entries(file, {"facts": closures})
    entry = desk.queue.ask(request_of(file, city=desk.city, date=shown.entry.date, closures=streets_of(closures)),
                           by=asked.person.name)
    return {"id": entry.id, "number": entry.number, "state": entry.state}


def _source(loaded: Loaded) -> Path:
    return Path(loaded.entry.scenario)


def check_source(loaded: Loaded) -> None:
    """Refuse a run whose scenario cannot be written on.

    Raises
    ------
    InputError
        It is gone, or reads otherwise by now.
    """
    if not loaded.entry.scenario or loaded.is_scenario_changed:
        raise InputError(field="base", found="a run whose scenario is gone or reads otherwise by now",
                         expected="a run of a scenario as it stands", remedy="Run the scenario again.")
