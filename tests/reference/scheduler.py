"""Crews the slow way: the rules of docs/crews.md second by second, with dictionaries. It shares data and draws only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.reference.streets import SlowStreets
from twin.crews.draws import uniform
from twin.world.crews import Crew, CrewPlan


@dataclass
class Work:
    """One repair of one cabinet."""

    name: str
    row: int
    nth: int
    at: int = 0
    failed: bool = False
    resume: int = 0
    parts: list[str] = field(default_factory=list)


@dataclass
class Team:
    """A crew."""

    crew: Crew
    row: int
    place: str
    work: Work | None = None
    until_s: int = -1
    phase: str = ""
    begun_s: int = -1
    shift: int = -1


@dataclass(kw_only=True)
class SlowCrews:
    """Cabinets by name, in order of rows, all of one kind with these steps."""

    plan: CrewPlan
    #: Junction of each place by name, bases included.
    at: Mapping[str, str]
    streets: SlowStreets | None
    #: From until before: seconds in which each cabinet stands in water.
    wet: Mapping[str, Sequence[tuple[int, int]]]
    rows: Mapping[str, int]
    lamps: Mapping[str, int]
    priority: Mapping[str, int]
    #: Stages with their planned seconds: (stage, seconds).
    steps: Sequence[tuple[str, int]]
    nights: Sequence[tuple[int, int]]
    seed: int
    sample: int
    until_s: int

    def run(self) -> dict[str, list[int]]:
        """Give when each cabinet is repaired."""
        teams = [Team(crew=crew, row=row, place=self.at[crew.base]) for row, crew in enumerate(self.plan.crews)]
        ready: list[Work] = []
        alone: dict[str, tuple[Work, int]] = {}
        counts = dict.fromkeys(self.wet, 0)
        done: dict[str, list[int]] = {name: [] for name in self.wet}
        used: dict[str, int] = {}
        before = self._open(0)
        for t in range(self.until_s):
            changed = any(t == begin for team in teams for begin, _ in team.crew.shifts)
            changed |= any(t == at_s for _, at_s, _ in self.plan.deliveries)
            changed |= any(t == dawn for _, dawn in self.nights)
            now = self._open(t)
            changed |= bool(now - before)
            before = now
            back = {name for name, spans in self.wet.items() if any(t == begin for begin, _ in spans)}
            # Water comes before work.
            for name in back:
                # A job that is called off is an instant too: crews look at all jobs again.
                changed |= any(work.name == name for work in ready) or alone.pop(name, None) is not None
                ready = [work for work in ready if work.name != name]
                for team in teams:
                    if team.work is not None and team.work.name == name:
                        if team.phase == "step" and team.begun_s < t:
                            # What is built in is lost; the step that would begin now has not.
                            team.work.parts = [p for p in team.work.parts if p != self._rule(team.work).part]
                        for part in team.work.parts:
                            used[part] -= 1
                        if team.until_s == t and team.phase == "trip":
                            team.place = self.at[name]
                        team.work = None
                        changed = True
            for name, spans in self.wet.items():
                if any(t == end for _, end in spans):
                    counts[name] += 1
                    ready.append(Work(name=name, row=self.rows[name], nth=counts[name]))
                    changed = True
            changed |= self._ends(t, teams, ready, alone, done)
            for work in [work for work in ready if not self._rule(work).crew]:
                ready.remove(work)
                alone[work.name] = (work, t + self._lasts(work))
            if changed:
                self._dispatch(t, teams, ready, used)
        return done

    def _open(self, t: int) -> set[str]:
        return set() if self.streets is None else {name for name in self.streets.streets
                                                   if self.streets.is_open(name, t)}

    def _rule(self, work: Work) -> Any:
        return self.plan.rule("cabinet", self.steps[work.at][0])

    def _planned(self, i: int) -> int:
        lasts = self.plan.rule("cabinet", self.steps[i][0]).lasts
        return self.steps[i][1] if lasts is None else lasts.planned_s

    def _lasts(self, work: Work) -> int:
        stage, fixed = self.steps[work.at]
        lasts = self._rule(work).lasts
        if lasts is None:
            return fixed
        if self.sample == 0:
            return int(lasts.planned_s)
        return int(lasts.quantile(uniform(self.seed, self.sample, work.name, stage, work.nth, 1 + work.failed)))

    def _fails(self, work: Work) -> bool:
        p = self._rule(work).fails
        if work.failed or not p:
            return False
        if self.sample == 0:
            return bool(p > 0.5)
        return uniform(self.seed, self.sample, work.name, "test", work.nth, 1) < p

    def _ends(self, t: int, teams: list[Team], ready: list[Work], alone: dict[str, tuple[Work, int]],
              done: dict[str, list[int]]) -> bool:
        changed = False
        for name in sorted(alone):
            work, until_s = alone[name]
            if until_s == t:
                del alone[name]
                self._on(work)
                changed = True
                self._next(t, work, ready, alone, done)
        for team in teams:
            if team.work is None or team.until_s != t:
                continue
            work = team.work
            if team.phase == "trip":
                team.place = self.at[work.name]
            else:
                work.parts = [p for p in work.parts if p != self._rule(work).part]
                if self._fails(work):
                    work.failed, work.resume = True, work.at
                    stages = [stage for stage, _ in self.steps]
                    work.at = stages.index("clean_dry") if "clean_dry" in stages else work.at
                else:
                    self._on(work)
            if work.at < len(self.steps) and self._rule(work).crew:
                team.phase, team.until_s, team.begun_s = "step", t + self._lasts(work), t
            else:
                team.work, changed = None, True
                self._next(t, work, ready, alone, done)
        return changed

    @staticmethod
    def _on(work: Work) -> None:
        # After a test that failed the dried gear goes straight to its test.
        work.at = work.resume if work.failed and work.at < work.resume else work.at + 1

    def _next(self, t: int, work: Work, ready: list[Work], alone: dict[str, tuple[Work, int]],
              done: dict[str, list[int]]) -> None:
        if work.at == len(self.steps):
            done[work.name].append(t)
        elif self._rule(work).crew:
            ready.append(work)
        else:
            alone[work.name] = (work, t + self._lasts(work))

    def _visit(self, work: Work) -> list[int]:
        visit = []
        for i in range(work.at, len(self.steps)):
            if not self.plan.rule("cabinet", self.steps[i][0]).crew:
                break
            visit.append(i)
        return visit

    def _stock(self, part: str, t: int, used: Mapping[str, int]) -> int:
        return (dict(self.plan.stock).get(part, 0) - used.get(part, 0)
                + sum(n for name, at_s, n in self.plan.deliveries if name == part and at_s <= t))

    def _dispatch(self, t: int, teams: list[Team], ready: list[Work], used: dict[str, int]) -> None:
        for team in teams:
            shift = next((i for i, (a, b) in enumerate(team.crew.shifts) if a <= t < b), -1)
            if team.work is None and shift not in (-1, team.shift):
                team.place, team.shift = self.at[team.crew.base], shift
        while True:
            pairs = []
            for team in teams:
                on = next(((a, b) for a, b in team.crew.shifts if a <= t < b), None)
                if team.work is not None or on is None:
                    continue
                for work in ready:
                    key = self._key(t, team, work, on[1], teams, used)
                    if key is not None:
                        pairs.append((*key, work, team))
            if not pairs:
                return
            best = min(pairs, key=lambda pair: pair[:3])
            trip_s, work, team = best[-3], best[-2], best[-1]
            ready.remove(work)
            for i in self._visit(work):
                part = self.plan.rule("cabinet", self.steps[i][0]).part
                if part:
                    work.parts.append(part)
                    used[part] = used.get(part, 0) + 1
            team.work, team.phase, team.until_s = work, "trip", t + trip_s
            if trip_s == 0:
                team.place, team.phase = self.at[work.name], "step"
                team.until_s, team.begun_s = t + self._lasts(work), t

    def _key(self, t: int, team: Team, work: Work, end_s: int, teams: list[Team], used: Mapping[str, int]
             ) -> tuple[Any, ...] | None:
        visit = self._visit(work)
        rules = [self.plan.rule("cabinet", self.steps[i][0]) for i in visit]
        if not {rule.skill for rule in rules if rule.skill} <= set(team.crew.skills):
            return None
        if any(rule.part and self._stock(rule.part, t, used) < 1 for rule in rules):
            return None
        priority = self.priority[work.name]
        if self.plan.reserve and priority > 0:
            there = [one for one in teams if one.work is not None or any(a <= t < b for a, b in one.crew.shifts)]
            busy = [one for one in there if one.work is not None and self.priority[one.work.name] > 0]
            if len(busy) >= len(there) - self.plan.reserve:
                return None
        trip_s = 0 if self.streets is None else self.streets.seconds(team.place, self.at[work.name], t)
        if trip_s < 0:
            return None
        at_s = t + trip_s
        for i, rule in zip(visit, rules, strict=True):
            if not rule.dark and any(a <= at_s < b for a, b in self.nights):
                return None
            at_s += self._planned(i)
        if at_s > end_s:
            return None
        left = sum(self._planned(i) for i in range(work.at, len(self.steps))
                   if self.plan.rule("cabinet", self.steps[i][0]).crew)
        key: tuple[float, ...] = {
            "nearest": (trip_s,), "most_lamps": (-self.lamps[work.name] / max(left, 1),),
            "critical_first": (priority, trip_s),
            "list": (self.plan.order.index(work.name) if work.name in self.plan.order else len(self.plan.order),
                     trip_s)}[self.plan.policy]
        return key, work.row, team.row, trip_s
