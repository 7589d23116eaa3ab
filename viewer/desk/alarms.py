"""Alarms of a night: one per cause, with its count; 400 dark lamps behind one cabinet are one alarm. Pure.

What causes what is read from the run: the root of each outage. What fails within minutes by several causes is one
event, and the alarms of its causes are suppressed by it. Lamps that stand in water themselves are one alarm per
district.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from twin.codes import Mechanism
from twin.quantities import NONE, Int64Array
from twin.results.moment import Moment
from twin.results.together import ranges
from twin.world.kinds import Role
from viewer.desk.loaded import Loaded

#: An alarm is raised this long before what it tells of [s].
AHEAD_S = 3600
#: What fails this long before or after an event belongs to it [s].
EVENT_EDGE_S = 300
#: Lamps behind one cause from which on it is of the second priority.
MANY_LAMPS = 20
#: A gauge that reads this far from the approved curve is an alarm [m]: twice the error of a staff read by eye.
DIFFERS_M = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One cause, active now."""

    #: The same cause has the same key in every run of the night.
    key: str
    #: What it is: ``event``, ``root``, ``roots`` (several that go as one), ``lamps``, ``reserve``, ``last_feed``,
    #: ``river``, ``contradicted``, ``unforeseen``, ``source``, ``gateway``, ``expired``, ``overdue``.
    sort: str
    #: 1 acts at once, 2 soon, 3 knows.
    priority: int
    #: When it happens or happened [s since 1970].
    when: int
    asset: str = ""
    name: str = ""
    street: str = ""
    #: How an outage opened, in the engine's word; empty where it is none.
    mechanism: str = ""
    #: How many are out by it, by kind.
    counts: dict[str, int] = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    #: What fills its sentence beside these.
    values: dict[str, Any] = field(default_factory=dict)
    #: Causes that this one stands for, and the keys of alarms that it takes the place of: suppressed by cause.
    suppresses: int = 0
    replaces: tuple[str, ...] = ()
    #: How bad it is, in whole steps: whoever has seen a lower one has not seen this one, see ``AlarmBook.update``.
    step: int = 0

    @property
    def is_by_design(self) -> bool:
        """Whether it tells of what the plan itself orders, a cut that takes no vital site with it: no alarm."""
        return self.sort == "root" and self.mechanism == Mechanism.CUT.word and not self.sites

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)


def alarms_of(loaded: Loaded, t_s: int) -> list[Alarm]:
    """Give what a run says is wrong at a second, or will be within the hour; the most urgent first.

    Parameters
    ----------
    loaded
        The run.
    t_s
        Second from its start, within its horizon.
    """
    events = list(_events(loaded, t_s))
    told = {root for event in events for root in event.values["roots"]}
    found = [*events, *(_roots(loaded, t_s, told)), *_sites(loaded, t_s)]
    return in_order(found)


def in_order(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Give alarms by priority, then by time."""
    return sorted(alarms, key=lambda alarm: (alarm.priority, alarm.when, alarm.key))


def _events(loaded: Loaded, t_s: int) -> Iterator[Alarm]:
    """Give the moments at which much fails at once: from an hour before until all that failed in them is back."""
    o, assets = loaded.result.outages, loaded.result.city.assets
    for row in loaded.result.indicators.get("clusters", ()):
        begin, end = moment_of_text(row["from"]) - loaded.start, moment_of_text(row["to"]) - loaded.start
        if begin - AHEAD_S > t_s:
            continue
        # All that failed by itself in those minutes, also what had lost its supply a moment before.
        mine = (o.start_s >= begin - EVENT_EDGE_S) & (o.start_s <= end + EVENT_EDGE_S)
        # A cut that the plan orders at that hour is no part of what happens to the town.
        roots = np.unique(o.root[mine & (o.root_mechanism != Mechanism.CUT)])
        own = np.isin(o.root, roots) & (loaded.view.end_s > max(t_s, end))
        if not own.any():
            continue
        # What takes a vital site or a whole substation with it is for now; lamps of some streets are for soon.
        priority = 1 if row["sites"] or row["out"].get("substation") else 2
        yield Alarm(key=f"event:{row['roots'][0]}", sort="event", priority=priority, when=loaded.start + begin,
                    street=row["streets"][0] if row["streets"] else "", counts=row["out"],
                    sites=tuple(site["name"] or site["asset"] for site in row["sites"]),
                    suppresses=row["root_count"],
                    replaces=tuple(f"root:{assets.id[root]}" for root in roots.tolist()),
                    values={"roots": [str(assets.id[root]) for root in roots.tolist()], "until": loaded.start + end,
                            "act_before": loaded.epoch_of(row["act_before"])})


def _roots(loaded: Loaded, t_s: int, told: set[str]) -> Iterator[Alarm]:
    """Give each cause that keeps something out now, or will within the hour, and is not told by an event."""
    o, assets = loaded.result.outages, loaded.result.city.assets
    active = np.flatnonzero((o.start_s <= t_s + AHEAD_S) & (loaded.view.end_s > t_s))
    root = o.root[active]
    lights, premises = assets.of_role(Role.LIGHTS), assets.of_role(Role.PREMISES)
    alone = [_root(loaded, int(one), active[root == one]) for one in np.unique(root).tolist() if not (
        lights[one] or (premises[one] and not assets.has_role(one, Role.VITAL)) or str(assets.id[one]) in told)]
    yield from _as_one(loaded, alone)
    yield from _lamps(loaded, active[lights[root]], told)


def _as_one(loaded: Loaded, alarms: list[Alarm]) -> Iterator[Alarm]:
    """Tell causes of one hand and district within minutes as one alarm."""
    assets, first_of = loaded.result.city.assets, loaded.causes_as_one
    groups: dict[str, list[Alarm]] = {}
    for one in sorted(alarms, key=lambda alarm: (alarm.when, alarm.asset)):
        if one.asset in first_of:
            groups.setdefault(first_of[one.asset], []).append(one)
        else:
            yield one
    for first, mine in groups.items():
        counts: dict[str, int] = {}
        for one in mine:
            for kind, n in one.counts.items():
                counts[kind] = counts.get(kind, 0) + n
        ids = [one.asset for one in mine]
        lamps = sum(n for kind, n in counts.items() if Role.LIGHTS in assets.kinds[kind].roles)
        yield replace(
            mine[0], key=f"roots:{first}", sort="roots", counts=counts, suppresses=len(mine),
            priority=2 if lamps >= MANY_LAMPS or len(counts) > 2 else min(one.priority for one in mine),
            street=", ".join(list(dict.fromkeys(one.street for one in mine if one.street))[:3]),
            values={"ranges": [list(pair) for pair in ranges(ids)]})


def _root(loaded: Loaded, root: int, rows: Int64Array) -> Alarm:
    o, assets = loaded.result.outages, loaded.result.city.assets
    counts = _counted(loaded, rows)
    who = assets[root]
    vital = [row for row in np.unique(o.asset[rows]).tolist() if assets.has_role(row, Role.VITAL)]
    lamps = sum(n for kind, n in counts.items() if Role.LIGHTS in assets.kinds[kind].roles)
    priority = 1 if vital else 2 if lamps >= MANY_LAMPS or len(counts) > 2 else 3
    return Alarm(key=f"root:{who.id}", sort="root", priority=priority, when=loaded.start + int(o.start_s[rows].min()),
                 asset=str(who.id), name=str(who.name), street=str(who.street or ""),
                 mechanism=Mechanism(int(o.root_mechanism[rows[0]])).word, counts=counts,
                 sites=tuple(assets.called(row) for row in vital))


def _lamps(loaded: Loaded, rows: Int64Array, told: set[str]) -> Iterator[Alarm]:
    """Give lamps that stand in water and what their circuits take with them, by district."""
    o, assets = loaded.result.outages, loaded.result.city.assets
    rows = rows[[str(assets.id[root]) not in told for root in o.root[rows].tolist()]] if len(rows) else rows
    district = assets.district.codes[o.root[rows]]
    for code in np.unique(district).tolist():
        mine = rows[district == code]
        name = assets.district.words[code] if code != NONE else ""
        yield Alarm(key=f"lamps:{name}", sort="lamps", priority=3, when=loaded.start + int(o.start_s[mine].min()),
                    name=name, counts=_counted(loaded, mine), mechanism="flooded",
                    values={"wet": len(np.unique(o.root[mine]))})


def _counted(loaded: Loaded, rows: Int64Array) -> dict[str, int]:
    assets = loaded.result.city.assets
    kinds = np.bincount(assets.kind[np.unique(loaded.result.outages.asset[rows])], minlength=len(assets.kinds))
    return {name: int(n) for name, n in zip(assets.kinds.names, kinds, strict=True) if n}


def _sites(loaded: Loaded, t_s: int) -> Iterator[Alarm]:
    """Give vital sites that live on their reserve, or on their last feed."""
    moment, assets = loaded.moment(t_s), loaded.result.city.assets
    for row in np.flatnonzero(assets.of_role(Role.VITAL)).tolist():
        who, ends = assets[row], int(moment.reserve_ends_s[row])
        name, street = str(who.name or who.id), str(who.street or "")
        people = {} if np.isnan(assets.people[row]) else {"people": int(assets.people[row])}
        if ends != NONE:
            yield Alarm(key=f"reserve:{who.id}", sort="reserve", priority=1, when=loaded.start + ends,
                        asset=str(who.id), name=name, street=street, values={**people, "empty": loaded.start + ends})
        elif moment.is_on_last_feed[row] and (lost_s := _lost_a_feed(loaded, row, moment)) != NONE:
            yield Alarm(key=f"last_feed:{who.id}", sort="last_feed", priority=2, when=loaded.start + lost_s,
                        asset=str(who.id), name=name, street=street,
                        values={**people, "feed": assets.called(int(moment.fed_by[row]))})


def _lost_a_feed(loaded: Loaded, row: int, moment: Moment) -> int:
    """Give since when the last of the feeds that an asset has lost is out [s]; -1 where it has them all."""
    s = loaded.result.city.supplies
    outage = moment.outage[s.supplier[s.edges_into(row)]]
    return int(loaded.result.outages.start_s[outage[outage != NONE]].max(initial=NONE))


def of_river(gauge: str, name: str, read_m: float, foretold_m: float, read_at: int) -> Alarm | None:
    """Give the alarm of a gauge that reads otherwise than the curve in force; None within ``DIFFERS_M``.

    Below the curve and above it are two alarms: who has seen the first has not seen the second. Each further
    ``DIFFERS_M`` above the curve is a step worse; further below it is none.
    """
    off = round(read_m - foretold_m, 2)
    if abs(off) < DIFFERS_M:
        return None
    step = int(round(off * 100) // round(DIFFERS_M * 100)) if off > 0 else 0
    return Alarm(key=f"river:{gauge}" if off > 0 else f"river:{gauge}:below", sort="river", priority=1, when=read_at,
                 step=step, asset=gauge, name=name,
                 values={"read": read_m, "foretold": round(foretold_m, 2), "off": off})


def of_act(act: dict[str, Any]) -> Alarm:
    """Give the alarm of acts that go as one, that somebody went to do and that nobody has said are done.

    What was expected fails to come. ``act`` is a group of ``viewer.desk.acts.groups_of``.
    """
    return Alarm(key=f"overdue:{act['asset']}", sort="overdue", priority=1 if act["sort"] == "warn" else 2,
                 when=act["before"], asset=act["asset"], name=act["name"], street=", ".join(act["streets"][:3]),
                 suppresses=len(act["assets"]) if len(act["assets"]) > 1 else 0,
                 replaces=tuple(f"overdue:{one}" for one in act["assets"][1:]),
                 values={"crew": act["crew"] or act["by"], "ranges": act["ranges"]})


def of_source(name: str, newest: int | None, now: int) -> Alarm:
    """Give the alarm of a source that is late."""
    return Alarm(key=f"source:{name}", sort="source", priority=3, when=newest or now, name=name,
                 values={"never": newest is None})


def of_limit(run_id: str, name: str, until: int, now: int, names: dict[str, str]) -> Alarm | None:
    """Give the alarm of an approval that has ended with nothing in its place; ``names``: the run's by language."""
    if now < until:
        return None
    return Alarm(key=f"expired:{run_id}", sort="expired", priority=2, when=until, name=name, values={"names": names})


def moment_of_text(text: str) -> int:
    """Give a moment of an indicator in seconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp())
