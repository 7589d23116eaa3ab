"""The screen "tonight" and the wall: what is out and what will be, what to do first, in one picture of plain values.

Times are seconds since 1970; the page says them. Where there is nothing the value is None or an empty list, never 0.
"""

from __future__ import annotations

from typing import Any

from viewer.desk.closures import listed
from viewer.desk.counts import HOURS, counts, series, sites
from viewer.desk.desk import Desk, Night
from viewer.desk.inputs import changed
from viewer.desk.loaded import Loaded
from viewer.desk.reruns import Reruns
from viewer.desk.river import river
from viewer.desk.runs import DONE, STOPPED

#: Acts that the first picture carries.
ACTS = 60


def about(desk: Desk, *, wall: bool = False) -> dict[str, Any]:
    """Give what every screen begins with: clock, city, status, runs in force, alarms to acknowledge, sources."""
    now = desk.clock.epoch()
    night = desk.night()
    shown = night.followed(wall=wall)
    listed = desk.sources.listed(now)
    # Where nothing is approved, the wall is an exercise all the same.
    status = (shown or night.shown).result.plan.status if night.shown else ""
    stands = river(None if wall else night.latest, night.approved, desk.sources, now, desk.gauge_of(night))
    acts = desk.acts.listed(shown, now)["groups"] if shown else []
    return {
        "now": now, "is_exercise": desk.clock.is_exercise or status == "exercise", "status": status,
        "city": desk.city_file.city.name, "texts": desk.runs.texts(), "offsets": offsets(desk, now),
        "changed": changed(desk.runs), "renew": sum(fact["renew"] for fact in desk.facts.listed(now)),
        "latest": brief(night.latest), "approved": brief(night.approved, night.approval),
        "ended": _ended(desk, night, now), "proposed": desk.proposals.waiting(),
        "phase": _phase(shown, now),
        "alarms": desk.alarms.counts(now),
        "river": {key: stands[key] for key in ("gauge", "name", "newest", "difference_m", "rise_m")},
        "next_act": next((one for one in acts if one["state"] in ("to_give", "under_way", "on_site")), None),
        "kinds": _kinds(desk),
        "going": _going(desk),
        "sources": {"count": len(listed), "late": [row["name"] for row in listed if row["late"]]},
        "event": int(desk.store.rows("SELECT coalesce(max(id), 0) AS n FROM event")[0]["n"])}


def tonight(desk: Desk, *, wall: bool = False) -> dict[str, Any]:
    """Give the picture of the night; on the wall that of the approved run alone.

    What is counted is counted at ``moment``, the whole minute that the clock shows: screens that say one hour say one
    number.
    """
    now, night = desk.clock.epoch(), desk.night()
    moment, shown = now - now % 60, night.followed(wall=wall)
    said = desk.said(shown, now) if shown is not None and shown.at(now) is not None else None
    acts = desk.acts.listed(shown, now) if shown else {"ahead": [], "groups": [], "past": [],
                                                               "past_counts": {}}
    return {
        **about(desk, wall=wall), "hours": list(HOURS), "moment": moment,
        "river": river(None if wall else night.latest, night.approved, desk.sources, now, desk.gauge_of(night)),
        "counts": counts(shown, moment) if shown else [],
        "approved_lamps": counts(night.approved, moment)[0]["values"] if night.approved and night.approved is not shown
        else None,
        "sites": sites(shown, moment) if shown else [], "alarm_rows": desk.alarms.listed(now),
        "last_alarm": desk.alarms.last(),
        "by_design": [alarm.to_dict() for alarm in desk.by_design],
        "acts": {**acts, "ahead": acts["ahead"][:ACTS], "groups": acts["groups"][:ACTS],
                 "more": max(0, len(acts["groups"]) - ACTS)},
        "elsewhere": _elsewhere(desk, night, now, wall=wall), "crews": _hands(desk, shown, now),
        "observed": None if said is None else {**said[0], "suspects": said[1], "ask": _called(shown, said[2])},
        "rerun": next((one.told() for one in desk.looks if isinstance(one, Reruns)), None),
        "facts": desk.facts.listed(now), "closures": listed(desk, now),
        "source_rows": [{key: row[key] for key in ("name", "sort", "newest", "state", "late", "pace_s")}
                        for row in desk.sources.listed(now)],
        "series": {which: series(loaded) for which, loaded in (("latest", night.latest), ("approved", night.approved))
                   if loaded is not None}}


def brief(loaded: Loaded | None, approval: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """Give a run in few words: number, name, T0, until when, who approved it."""
    if loaded is None:
        return None
    plan = loaded.result.plan
    return {**loaded.entry.named(), "status": plan.status, "t0": int(plan.issued_at.timestamp()),
            "valid_until": int(plan.valid_until.timestamp()), "start": loaded.start,
            "duration": loaded.duration_s, "closures": loaded.entry.closures,
            "limits": None if plan.access is None else {"day_m": plan.access.day_m, "night_m": plan.access.night_m},
            "approved": {key: approval[key] for key in ("by", "duty", "at", "until", "reason")} if approval else None}


def _ended(desk: Desk, night: Night, now: int) -> dict[str, Any] | None:
    """Give what became of the last approval where none is in force; None where one is, or there never was one."""
    approval = night.approval
    if approval is None or night.approved is not None:
        return None
    entry = desk.runs.find(approval["run"])
    return {"number": entry and entry.number, **desk.approvals.fate(approval["run"], now)}


def _called(shown: Loaded | None, asset: str) -> dict[str, str]:
    """Give an asset of a run with its name; both empty for none."""
    if shown is None or not asset:
        return {"asset": "", "name": ""}
    assets = shown.result.city.assets
    return {"asset": asset, "name": str(assets.name[assets.row(asset)] or "")}


def _elsewhere(desk: Desk, night: Night, now: int, *, wall: bool) -> dict[str, Any] | None:
    """Give what the run that the other screens follow asks for, where it is another: number, acts ahead, the next."""
    mine, other = night.followed(wall=wall), night.followed(wall=not wall)
    if other is None or mine is None or other.entry.id == mine.entry.id:
        return None
    groups = [one for one in desk.acts.listed(other, now)["groups"] if one["state"] not in ("done", "not_needed")]
    return {"number": other.entry.number, "count": len(groups), "next": next(iter(groups), None)}


def _hands(desk: Desk, shown: Loaded | None, now: int) -> dict[str, Any] | None:
    """Give whom somebody could send now, as the run has it, without those who went already; None without crews."""
    t_s = None if shown is None else shown.at(now)
    hands = None if shown is None or t_s is None else shown.crew_board.hands(t_s)
    if shown is None or hands is None:
        return None
    gone = desk.acts.gone()
    next_s = hands["next_s"]
    return {"free": [one for one in hands["free"] if one["crew"] not in gone], "at_work": hands["at_work"],
            "next": None if next_s is None else shown.start + next_s}


def _going(desk: Desk) -> dict[str, Any] | None:
    """Give the run that was asked for last where it is not done: what is computed now, or what ended badly."""
    last = next(iter(desk.runs.all()), None)
    if last is None or last.state in (DONE, STOPPED):
        return None
    progress: dict[str, Any] = next((one["progress"] for one in desk.queue.places() if one["id"] == last.id), {})
    return {"number": last.number, "name": last.name, "state": last.state, "progress": progress}


def _kinds(desk: Desk) -> dict[str, Any]:
    """Give the words of the city's kinds."""
    return {kind.name: {lang: {"one": words.one, "many": words.many} for lang, words in kind.words.items()}
            for kind in desk.city_file.city.assets.kinds}


def _phase(shown: Loaded | None, now: int) -> str:
    if shown is None:
        return "none"
    return "before" if now < shown.start else "after" if now > shown.start + shown.duration_s else "during"


def offsets(desk: Desk, now: int) -> list[list[int]]:
    """Give the zone's offsets from UTC around now: from which moment on, and how much [s]."""
    from datetime import UTC, datetime

    found: list[list[int]] = []
    for moment in range(now - 40 * 86_400, now + 40 * 86_400, 3600):
        offset = datetime.fromtimestamp(moment - moment % 3600, UTC).astimezone(desk.zone).utcoffset()
        value = int(offset.total_seconds()) if offset is not None else 0
        if not found or found[-1][1] != value:
            found.append([moment - moment % 3600, value])
    return found
