"""Two runs beside each other, in words: the figures, who is worse off and who is better off, and because of what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from twin.codes import Action
from twin.explaining.first_lines import Line
from twin.explaining.measured import measures_of, what_of
from twin.explaining.words import WAITS, Speech, speech
from twin.quantities import NONE
from twin.results.compare import Comparison
from twin.world.kinds import Role
from twin.world.plan import Declared

#: Groups of one root told one by one before the rest is counted.
_GROUPS = 8
#: What each figure counts, and its decimals.
_FIGURES = {
    "lamps_ever_out": ("lamps that go out", 0), "lamps_ever_dark": ("lamps that go dark at night", 0),
    "lamps_out_at_worst": ("lamps out at once at worst", 0), "lamps_not_back": ("lamps not back at the end", 0),
    "lamp_hours_dark": ("lamp-hours of darkness", 0), "sites_without_power": ("critical sites without power", 0),
    "site_hours_without_power": ("site-hours without power", 1),
    "people_hours_without_power": ("people-hours without power", 0),
    "buildings_without_power": ("buildings without power", 0),
    "buildings_wet": ("buildings with their feet in the water", 0),
    "buildings_flooded_inside": ("buildings flooded inside", 0), "gear_flooded": ("things flooded", 0),
    "gear_flooded_live": ("things flooded while live", 0),
    "hours_live_in_water": ("hours in which things may be live in water", 1),
    "crew_hours": ("hours of crews, trips included", 1),
    "zones_suspended": ("irrigation zones suspended", 0), "may_be_out": ("things in doubt", 0),
}
_MECHANISM = {"flooded": "flooded", "cut": "cut off", "failed": "failed", "tripped": "tripped"}
_UNLIKE = {"water": "the water", "seed": "the seed of what is drawn by chance"}
_ACTION = {Action.CUT: "cut", Action.FAIL: "failed", Action.RESTORE: "restored", Action.FACT_OUT: "reported out",
           Action.FACT_IN_SERVICE: "reported in service", Action.FACT_DRY: "reported dry",
           Action.FACT_END: "report ended"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table of figures, as it is read."""

    name: str
    first: str
    second: str
    difference: str


def figures(comparison: Comparison, lang: str) -> list[Figure]:
    """Give the table of figures; those that differ first."""
    words = speech(lang)

    def said(value: float, decimals: int) -> str:
        return words.number(value, decimals)

    rows = []
    for name, (a, b) in comparison.figures.items():
        text, decimals = _FIGURES[name]
        sign = "+" if b > a else "−" if b < a else ""
        rows.append((a == b, Figure(words.text(text), said(a, decimals), said(b, decimals),
                                    f"{sign}{said(abs(b - a), decimals)}" if a != b else "=")))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def compared_lines(comparison: Comparison, lang: str) -> list[Line]:
    """Give what stands around the table of figures.

    Returns
    -------
    Lines: that it is not one night, where so; what differs between the plans; who is worse and who is better off.
    """
    words = speech(lang)
    lines = []
    if comparison.unlike:
        what = words.listing([words.text(_UNLIKE[name]) for name in comparison.unlike])
        lines.append(Line(words.text("Not the same night: {what} differs. What follows compares two nights, not two "
                                     "plans.", what=what), is_alarm=True))
    if comparison.is_nothing:
        return [*lines, Line(words.text("No difference."))]
    return [*lines, *_plans(comparison, words), *_groups(comparison, words, worse=True),
            *_groups(comparison, words, worse=False), *_sites(comparison, words), *_later(comparison, words),
            *_held_back(comparison, words)]


#: Measures that no list of what is declared tells: they are told whole.
_TOLD_WHOLE = ("barrier", "pump", "refuge", "pre_position", "extra_crew", "extra_stock", "close_street")


def _plans(comparison: Comparison, words: Speech) -> Iterator[Line]:
    """Tell what one plan declares and the other does not."""
    a, b = comparison.first, comparison.second

    def key(row: Declared, ids: np.ndarray) -> tuple[int, Action, str]:
        return row.at_s, row.action, str(ids[row.asset])

    mine = {key(row, a.city.assets.id) for row in a.plan.declared}
    theirs = {key(row, b.city.assets.id) for row in b.plan.declared}
    for only, message in ((theirs - mine, "Only in the second: {what}."),
                          (mine - theirs, "Only in the first: {what}.")):
        if only:
            named = [f"{asset} ({words.text(_ACTION[action])}, {_clock(comparison, words, at_s)})"
                     for at_s, action, asset in sorted(only)[:_GROUPS]]
            if len(only) > _GROUPS:
                named.append(words.plural("{n} more", "{n} more", len(only) - _GROUPS))
            yield Line(words.text(message, what=words.listing(named)))
    for one, other, message in ((a, b, "Only in the second: {what}."), (b, a, "Only in the first: {what}.")):
        walls = [what_of(record, other.plan, other.city, words) for record in measures_of(other.plan)
                 if record["measure"] in _TOLD_WHOLE and record not in measures_of(one.plan)]
        if walls:
            yield Line(words.text(message, what=words.listing(walls)))
    yield from _resources(comparison, words)
    heights = set(b.plan.thresholds) ^ set(a.plan.thresholds)
    if heights:
        yield Line(words.plural("{n} height differs ({keys}).", "{n} heights differ ({keys}).", len(heights),
                                keys=", ".join(sorted({key for key, *_ in heights})[:_GROUPS])))
    links = set(b.plan.supplies) ^ set(a.plan.supplies)
    if links:
        named = sorted(c if s == c else f"{s} → {c}" for _, s, c, _ in links)
        yield Line(words.plural("{n} link of supply differs ({keys}).", "{n} links of supply differ ({keys}).",
                                len(links), keys=", ".join(named[:_GROUPS])))
    repairs = set(b.plan.repair_s) ^ set(a.plan.repair_s)
    if repairs:
        yield Line(words.text("Durations of repair differ ({keys}).",
                              keys=", ".join(sorted({words.kind(a.city.assets.kinds, kind).many
                                                     for kind, *_ in repairs}))))


def _resources(comparison: Comparison, words: Speech) -> Iterator[Line]:
    """Tell crews, parts and closed streets that differ, whether measures or the keys of the scenario say so."""
    one, other = comparison.first.plan, comparison.second.plan
    if (one.crews is None) != (other.crews is None):
        yield Line(words.text("Crews in the second alone." if one.crews is None else "Crews in the first alone."))
    elif one.crews is not None and other.crews is not None:
        mine, theirs = ({crew.id: crew for crew in plan.crews} for plan in (one.crews, other.crews))
        if differ := sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name)):
            yield Line(words.plural("{n} crew differs ({names}).", "{n} crews differ ({names}).", len(differ),
                                    names=", ".join(differ[:_GROUPS])))
        if (one.crews.stock, one.crews.deliveries) != (other.crews.stock, other.crews.deliveries):
            yield Line(words.text("Stock and deliveries of parts differ."))
    mine_shut, theirs_shut = (set() if plan.access is None else set(plan.access.closures) for plan in (one, other))
    if streets := sorted({closure.street for closure in mine_shut ^ theirs_shut}):
        yield Line(words.plural("{n} street is closed otherwise ({names}).", "{n} streets are closed otherwise "
                                "({names}).", len(streets), names=", ".join(streets[:_GROUPS])))


def _groups(comparison: Comparison, words: Speech, *, worse: bool) -> Iterator[Line]:
    groups = comparison.groups(worse=worse)
    if not groups:
        return
    side = comparison.second if worse else comparison.first
    kinds = side.city.assets.kinds
    yield Line(words.text("Worse off: out in the second run where the first has service") if worse else
               words.text("Better off: out in the first run where the second has service"))
    for group in groups[:_GROUPS]:
        named = words.listing([words.counted(kinds, kind, n) for kind, n in group["assets"].items()])
        dark = "" if not group["dark_s"] else words.text(
            ", {hours} lamp-hours of darkness", hours=words.number(group["dark_s"] / 3600))
        yield Line("  " + words.text("{root} ({why}): {assets}; {hours} hours in all{dark}", root=words.asset(
            kinds, side.city.assets[side.city.assets.row(group["root"])]), assets=named,
            why=words.text(_MECHANISM[group["mechanism"]], gender=words.kind(kinds, group["kind"]).gender),
            hours=words.number(group["seconds"] / 3600), dark=dark))
    if len(groups) > _GROUPS:
        yield Line("  " + words.plural("{n} more cause", "{n} more causes", len(groups) - _GROUPS))


def _sites(comparison: Comparison, words: Speech) -> Iterator[Line]:
    """Tell each critical site that changes: from when to when without power, in both runs."""
    first, changes = comparison.first, comparison.changes
    vital = first.city.assets.of_role(Role.VITAL)[changes.asset]
    for i in np.flatnonzero(vital).tolist():
        asset = first.city.assets[int(changes.asset[i])]
        spans = []
        for start_s, back_s in zip(changes.first_s, changes.back_s, strict=True):
            if start_s[i] == NONE:
                spans.append(words.text("with power"))
                continue
            end = words.text("the end of the run") if back_s[i] == NONE else _clock(comparison, words, int(back_s[i]))
            spans.append(words.text("{start} to {end}", start=_clock(comparison, words, int(start_s[i])), end=end))
        yield Line(words.text("{site}: {before} before, {after} now", site=asset.name or asset.id, before=spans[0],
                              after=spans[1]))


def _later(comparison: Comparison, words: Speech) -> Iterator[Line]:
    """Tell what crews bring back later in the second run, because who was where."""
    found = comparison.later
    if not found:
        return
    result = comparison.second
    assets = result.city.assets
    yield Line(words.plural("{n} thing is repaired later in the second run:",
                            "{n} things are repaired later in the second run:", len(found)))
    for one in found[:_GROUPS]:
        named = words.asset(assets.kinds, assets[one.second])
        by = words.duration(one.by_s)
        said = words.text("{asset}, {by} later", asset=named, by=by) if one.back_s[1] != NONE else words.text(
            "{asset}, not within the time computed", asset=named)
        if one.busy:
            where = [words.text("{crew} was at {asset} since {time}", crew=busy.crew, asset=assets.id[busy.asset],
                                time=_clock(comparison, words, busy.since_s)) for busy in one.busy]
            said = words.text("{what}: it waited for a crew from {time} on; {where}", what=said,
                              time=_clock(comparison, words, one.since_s), where=words.listing(where))
        elif one.reason:
            said = words.text("{what}: it waited for {reason} from {time} on", what=said,
                              reason=words.text(WAITS[one.reason]), time=_clock(comparison, words, one.since_s))
        yield Line(f"  {said}")
    if len(found) > _GROUPS:
        yield Line("  " + words.plural("{n} more", "{n} more", len(found) - _GROUPS))


def _held_back(comparison: Comparison, words: Speech) -> Iterator[Line]:
    """Tell where water stays longer in the second run: behind a barrier, for want of a pump."""
    a, b, horizon_s = comparison.first.exposure, comparison.second.exposure, comparison.first.plan.duration_s

    def left(touched_s: np.ndarray, left_s: np.ndarray) -> np.ndarray:
        return np.where(touched_s == NONE, 0, np.where(left_s == NONE, horizon_s, left_s))

    before = left(a.touched_at_s, a.water_left_at_s)
    after = left(b.touched_at_s, b.water_left_at_s)[comparison.row_of]
    later = np.flatnonzero((after > before) & (before > 0))
    if not len(later):
        return
    most = int((after - before)[later].max())
    if _walls(comparison.second.plan.flood) > _walls(comparison.first.plan.flood):
        yield Line(words.plural("Water is held back behind a barrier, for want of a pump: it stays longer at {n} "
                                "thing, by {most} at most.", "Water is held back behind a barrier, for want of a pump: "
                                "it stays longer at {n} things, by {most} at most.", len(later),
                                most=words.duration(most)) + _returns_later(comparison, words, later))
    else:
        yield Line(words.plural("Water stays longer at {n} thing, by {most} at most.",
                                "Water stays longer at {n} things, by {most} at most.", len(later),
                                most=words.duration(most)))


def _walls(flood: str) -> int:
    """Give how many barriers and levees the water of a plan has that no pump stands beside; 0 with a pump."""
    def found(value: object, name: str) -> int:
        if isinstance(value, dict):
            own = value.get(name)
            return (len(own) if isinstance(own, list) else 0) + sum(found(one, name) for one in value.values())
        return sum(found(one, name) for one in value) if isinstance(value, list) else 0

    told = json.loads(flood)
    return 0 if found(told, "pumps") else found(told, "levees") + found(told, "barriers")


def _returns_later(comparison: Comparison, words: Speech, rows: np.ndarray) -> str:
    """Say by how much what the water stays at comes back later; nothing where it does not."""
    changes = comparison.changes
    mine = np.isin(changes.asset, rows) & (changes.back_s[0] != NONE)
    end_s = np.where(changes.back_s[1] == NONE, comparison.first.plan.duration_s, changes.back_s[1])
    by_s = int((end_s - changes.back_s[0])[mine].max(initial=0))
    return "" if by_s <= 0 else " " + words.text("Return later by {by} at most.", by=words.duration(by_s))


def _clock(comparison: Comparison, words: Speech, seconds: int) -> str:
    plan, zone = comparison.first.plan, ZoneInfo(comparison.first.city.timezone)
    start = plan.start.astimezone(zone)
    moment: datetime = (plan.start + timedelta(seconds=seconds)).astimezone(zone)
    return words.weekday_clock(moment, start)
