"""The crews of a run at the desk: their hours as bars, where they are at a moment, what waits and for what.

The same run tells `twin crews`; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from twin.codes import Mechanism, What
from twin.quantities import NONE, Int64Array
from twin.results.crew_days import Piece, crew_days
from twin.results.crew_work import at_work
from twin.results.result import Result
from twin.results.returns import assessed_s, early, late
from twin.results.together import as_one, ranges
from twin.world.crews import owner_of, scheduled
from twin.world.kinds import STAGES, Role

#: Jobs that the page carries; the count beside them is the true one.
JOBS = 80
#: What others mend, that the page carries.
OTHERS = 5
#: A crew that has nothing to do for less than this does not wait [s].
WAIT_S = 900
#: Waits of a work that are for a crew.
_FOR_A_CREW = ("crew", "kept", "skill", "hours")
#: What moves a repair by crews on.
_STEPS = (What.CALLED, What.DELAYED, What.STAGE_STARTED, What.TEST_FAILED, What.REPAIRED, What.REPAIR_UNDONE)


@dataclass(frozen=True, eq=False)
class CrewBoard:
    """The work of the crews of a run; seconds count from its start."""

    result: Result

    @cached_property
    def _days(self) -> list[Piece]:
        return crew_days(self.result)

    @cached_property
    def _steps(self) -> Int64Array:
        """Rows of the trace that move a repair by crews on, by asset, then time."""
        trace = self.result.trace
        rows = np.flatnonzero(np.isin(trace.what, _STEPS))
        return rows[np.lexsort((rows, trace.asset[rows]))]

    def crews(self) -> list[dict[str, Any]]:
        """Give each crew with its hours and all that it does; empty where the run has none."""
        plan, assets = self.result.plan.crews, self.result.city.assets
        if plan is None:
            return []
        end_s = self.result.plan.duration_s
        return [{"id": crew.id, "base": crew.base, "base_name": assets.called(assets.row(crew.base)),
                 "people": crew.people, "skills": list(crew.skills),
                 "hours": [[begin, min(end, end_s)] for begin, end in crew.shifts if begin < end_s],
                 "work": [{"asset": str(assets.id[shift.asset]), "name": assets.called(shift.asset),
                           "count": shift.count, "stage": shift.stage,
                           "street": str(assets[shift.asset].street or ""), "from": shift.start_s,
                           "to": end_s if shift.end_s == NONE else shift.end_s}
                          for shift in self.result.crew_work if shift.crew == crew.id],
                 "waits": self._waits(crew.id, crew.shifts)} for crew in plan.crews]

    def _waits(self, crew: str, shifts: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
        """Give for what a crew on duty waits before each of its works: what that work stood at, half of the time."""
        mine = [shift for shift in self.result.crew_work if shift.crew == crew]
        # By when it has done all before each of them.
        ends = accumulate((shift.start_s if shift.end_s == NONE else shift.end_s for shift in mine), max, initial=0)
        found = []
        for shift, before in zip(mine, ends, strict=False):
            begin = next((on for on, off in shifts if on <= shift.start_s <= off), None)
            from_s = shift.start_s if begin is None else max(before, begin)
            if shift.start_s - from_s < WAIT_S:
                continue
            middle = (from_s + shift.start_s) // 2
            why = self._stands(shift.asset, middle)[0] if shift.asset in self._called(middle) else "recede"
            # It is this crew that the work gets: until then it is not for one that it waits.
            if why not in (*STAGES, *_FOR_A_CREW):
                found.append({"from": from_s, "to": shift.start_s, "for": why,
                              "asset": str(self.result.city.assets.id[shift.asset]),
                              "name": self.result.city.assets.called(shift.asset)})
        return found

    def others(self) -> list[dict[str, Any]]:
        """Give what another mends: what most hangs on first, from when to when."""
        plan, assets, o = self.result.plan.crews, self.result.city.assets, self.result.outages
        if plan is None:
            return []
        own = (o.mechanism == Mechanism.FLOODED) & ~scheduled(assets, plan.owner)[o.asset] & assets.of_role(
            Role.GRID)[o.asset]
        hangs = np.bincount(o.root[o.root != NONE], minlength=len(assets))
        rows = sorted(np.flatnonzero(own).tolist(), key=lambda row: (-hangs[o.asset[row]], int(o.start_s[row])))
        return [{"asset": str(assets.id[o.asset[row]]), "name": str(assets.name[o.asset[row]] or ""),
                 "owner": str(assets[int(o.asset[row])].operator or assets[int(o.asset[row])].owner or ""),
                 "count": int(hangs[o.asset[row]]), "from": int(o.start_s[row]),
                 "to": None if o.end_s[row] == NONE else int(o.end_s[row])} for row in rows[:OTHERS]]

    def positions(self, t_s: int) -> list[dict[str, Any]]:
        """Give where each crew is: ``state`` ``reach``, ``work``, ``free`` or ``off``, the asset, and until when."""
        plan = self.result.plan.crews
        busy = {shift.crew: shift for shift in at_work(self.result.crew_work, t_s)}
        told = []
        for number, crew in enumerate(() if plan is None else plan.crews, 1):
            shift, on = busy.get(crew.id), next((span for span in crew.shifts if span[0] <= t_s < span[1]), None)
            later = [begin for begin, _ in crew.shifts if begin > t_s]
            if shift is not None:
                state, until = "reach" if shift.stage == "reach" else "work", shift.end_s
            elif on is not None:
                state, until = "free", on[1]
            else:
                state, until = "off", min(later, default=NONE)
            told.append({"crew": crew.id, "number": number, "state": state, "stage": shift.stage if shift else "",
                         "until": None if until == NONE or until > self.result.plan.duration_s else until,
                         "hours_until": None if on is None else min(on[1], self.result.plan.duration_s),
                         **self._where(number - 1, t_s if on or shift else None)})
        return told

    def hands(self, t_s: int) -> dict[str, Any] | None:
        """Give whom somebody could send at a second: free crews and where, how many are at work, when the next begins.

        None where the run has no crews. The run sends crews to repair what the water has left; what is to be cut
        before it comes is given by people, and by nobody else.
        """
        stands = self.positions(t_s)
        if not stands:
            return None
        return {"free": [{key: one[key] for key in ("crew", "asset", "name")} for one in stands
                         if one["state"] == "free"],
                "at_work": sum(one["state"] in ("reach", "work") for one in stands),
                "next_s": min((one["until"] for one in stands if one["state"] == "off" and one["until"] is not None),
                              default=None)}

    def _where(self, crew: int, t_s: int | None) -> dict[str, str]:
        """Give the asset that a crew is at or drives to, the place that it was sent ahead to among them."""
        at = NONE if t_s is None else next(
            (day.asset for day in self._days if day.crew == crew and day.start_s <= t_s < day.end_s), NONE)
        return {"asset": "", "name": ""} if at == NONE else {
            "asset": str(self.result.city.assets.id[at]), "name": self.result.city.assets.called(at)}

    def jobs(self, t_s: int) -> dict[str, Any]:
        """Give what waits at a second for somebody or for the water, or is worked on; lamps by street."""
        plan, assets = self.result.plan.crews, self.result.city.assets
        if plan is None:
            return {"rows": [], "count": 0, "others": {}, "reasons": {}}
        open_now, mine = self._open(t_s), scheduled(assets, plan.owner)
        stands = {asset: self._stands(asset, t_s) for asset in self._called(t_s) if mine[asset]}
        others: dict[str, int] = {}
        for asset, outage in open_now.items():
            if self.result.outages.mechanism[outage] != Mechanism.FLOODED or asset in stands:
                continue
            if mine[asset]:
                stands[asset] = ("recede", *self._comes(asset, t_s), None)
            else:
                whose = owner_of(assets[asset].kind, frozenset(r for r in Role if assets.has_role(asset, r)))
                others[whose] = others.get(whose, 0) + 1
        found = list(self._grouped(stands, open_now, t_s))
        found.sort(key=lambda job: (job["wait"] not in STAGES, job["next_s"] is None, job["next_s"] or 0, -job["count"],
                                    job["asset"]))
        counts: dict[str, int] = {}
        for job in found:
            counts[job["wait"]] = counts.get(job["wait"], 0) + job["count"]
        return {"rows": found[:JOBS], "count": sum(job["count"] for job in found), "others": others, "reasons": counts}

    def _called(self, t_s: int) -> list[int]:
        """Give what a repair is under way or waits for at a second."""
        trace, rows = self.result.trace, self._steps[self.result.trace.time_s[self._steps] <= t_s]
        is_last = np.append(trace.asset[rows][1:] != trace.asset[rows][:-1], True)[:len(rows)]
        last = rows[is_last]
        going = np.isin(trace.what[last], (What.CALLED, What.DELAYED, What.STAGE_STARTED, What.TEST_FAILED))
        return [int(asset) for asset in trace.asset[last[going]]]

    def _stands(self, asset: int, t_s: int) -> tuple[str, str, int | None, int | None]:
        """Give how far a repair is: the stage or what it waits for, who, when they set out, until when as computed."""
        trace = self.result.trace
        first, last = np.searchsorted(trace.asset[self._steps], [asset, asset + 1])
        mine = self._steps[first:last]
        place = int(np.searchsorted(trace.time_s[mine], t_s, side="right")) - 1
        now, (crew, next_s) = trace[int(mine[place])], self._comes(asset, t_s)
        if now.what is What.STAGE_STARTED:
            until = int(trace.time_s[mine[place + 1]]) if place + 1 < len(mine) else None
            here = str(now.detail.get("crew", ""))
            return STAGES[int(trace.stage[mine[place]])], here or crew, None if here else next_s, until
        return str(now.detail.get("for", "crew")), crew, next_s, None

    def _comes(self, asset: int, t_s: int) -> tuple[str, int | None]:
        """Give the crew that comes to an asset next after a second, and when; nobody where the run sends none."""
        trace = self.result.trace
        first, last = np.searchsorted(trace.asset[self._steps], [asset, asset + 1])
        mine = self._steps[first:last]
        later = (trace[int(row)] for row in mine[np.searchsorted(trace.time_s[mine], t_s, side="right"):])
        comes = next((event for event in later if "crew" in event.detail), None)
        return ("", None) if comes is None else (str(comes.detail["crew"]), comes.time_s)

    def _grouped(self, stands: dict[int, tuple[str, str, int | None, int | None]], open_now: dict[int, int], t_s: int
                 ) -> Iterator[dict[str, Any]]:
        assets = self.result.city.assets
        groups: dict[tuple[Any, ...], list[int]] = {}
        for asset, stand in stands.items():
            back = self._back(asset, open_now.get(asset, NONE), t_s)
            is_lamp = assets.has_role(asset, Role.LIGHTS)
            # Lamps are told by street; of other things those of one hand and district within minutes, as acts are.
            street, begins = (str(assets[asset].street or ""), stand[2]) if is_lamp else ("", None)
            groups.setdefault((str(assets[asset].kind), is_lamp, street, stand[0], stand[1], begins, stand[3], *back),
                              []).append(asset)
        for (kind, is_lamp, _, wait, crew, _, until_s, state, early_s, late_s), members in groups.items():
            at_s = [stands[asset][2] or 0 for asset in members]
            for places in [range(len(members))] if is_lamp else as_one(assets, members, at_s):
                mine = sorted(members[place] for place in places)
                ids = [str(assets.id[asset]) for asset in mine]
                streets = dict.fromkeys(str(assets[asset].street or "") for asset in mine)
                moments = [moment for asset in mine if (moment := stands[asset][2]) is not None]
                yield {"asset": ids[0], "name": str(assets.name[mine[0]] or ""), "kind": kind,
                       "street": ", ".join([one for one in streets if one][:2]), "count": len(mine), "wait": wait,
                       "until_s": until_s, "crew": crew, "next_s": min(moments, default=None), "assets": ids,
                       "ranges": None if is_lamp else [list(pair) for pair in ranges(ids)],
                       "back": {"state": state, "from_s": early_s, "to_s": late_s}}

    def _open(self, t_s: int) -> dict[int, int]:
        """Give the outage of each asset that is out at a second."""
        o = self.result.outages
        rows = np.flatnonzero((o.start_s <= t_s) & ((o.end_s == NONE) | (o.end_s > t_s)))
        return dict(zip(o.asset[rows].tolist(), rows.tolist(), strict=True))

    def _back(self, asset: int, outage: int, t_s: int) -> tuple[str, int | None, int | None]:
        """Give when it is back: a range over drawn nights, one computed hour, not assessed yet, or beyond the run."""
        if outage == NONE:
            return "none", None, None
        o, returns, start = self.result.outages, self.result.returns, self.result.plan.start
        assessed = assessed_s(self.result.trace, asset, int(o.start_s[outage]))
        if assessed == NONE or assessed > t_s:
            return "not_assessed", None, None
        if returns is not None:
            first, last = int(returns.p50_s[outage]), int(returns.p90_s[outage])
            if first != NONE:
                return "range", early(first, start), None if last == NONE else late(last, start)
        end_s = int(o.end_s[outage])
        return ("beyond", None, None) if end_s == NONE else ("computed", late(end_s, start), None)
