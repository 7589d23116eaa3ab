"""Workforce: crews on the engine's clock. Their queues, trips and stages are processes of simpy.

The rules, in the words of the manual (docs/crews.md):

1. In the last phase of an instant pairs of a free crew and a ready job are taken one by one, the least key of the
   policy first; ties go by job row, then by crew row. Nobody waits for a better job, a job begun is done up to its
   next stage that needs no crew, and nobody returns to base between jobs.
2. A crew takes the fastest way; a job without a way waits for access, and is tried again at the next opening.
3. Water that comes back frees the crew in that second; parts used are lost, and the repair starts over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import simpy

from twin.codes import What
from twin.crews.job import Job, Steps, steps_of
from twin.crews.policy import Key, key_of, lamps_of, priorities
from twin.crews.search import Search
from twin.crews.waits import Waits
from twin.engine.events import Note
from twin.engine.pace import AS_PLANNED, Pace
from twin.quantities import NONE, Int32Array, Int64Array
from twin.world.city import City
from twin.world.crews import Crew, CrewPlan
from twin.world.kinds import Role

if TYPE_CHECKING:
    from twin.access.access import Access  # with the kernels of trips

_REACH = 0


@dataclass(kw_only=True, eq=False)
class Hand:
    """A crew as it stands."""

    crew: Crew
    row: int
    #: Edge and metre; meaningless where nobody drives.
    place: tuple[int, float]
    #: Id of the asset that it stands at.
    at: str = ""
    #: Its job, where that is, and when it is planned to be free again [s].
    job: Job | None = None
    until_s: int = 0
    #: The shift that it began last.
    shift: int = NONE

    @cached_property
    def skills(self) -> frozenset[str]:
        """What somebody of it is qualified for."""
        return frozenset(self.crew.skills)

    def shift_at(self, t_s: int) -> int:
        """Give the place of the shift that holds a second; -1 off duty."""
        return next((i for i, (begin, end) in enumerate(self.crew.shifts) if begin <= t_s < end), NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A crew that could take a job now."""

    key: Key
    hand: Hand
    job: Job
    trip_s: int
    #: Members that it can do within its shift and with the parts there are.
    members: int


class CrewForce:
    """Crews of one owner at work in one night.

    Parameters
    ----------
    plan
        Who they are, and the rules of their work.
    city
        What they repair.
    access
        The streets; None where nobody drives.
    nights
        When it is night, (N, 2) [s].
    seed
        Of the draws.
    pace
        Which night of the draws it is, and how fast work and trips go in it.
    was_dead
        Tells of an asset whose repair is called for whether it was dead as the water came.
    """

    def __init__(self, plan: CrewPlan, city: City, access: Access | None, *, nights: Int64Array, seed: int = 0,
                 pace: Pace = AS_PLANNED, was_dead: Callable[[int], bool] = lambda row: False) -> None:
        self.plan, self.city, self.access, self.nights = plan, city, access, nights
        self.seed, self.pace, self.sample, self._was_dead = seed, pace, pace.sample, was_dead
        self.hands = [Hand(crew=crew, row=row, place=self._place(crew.base), at=crew.base)
                      for row, crew in enumerate(plan.crews)]
        self.ready: list[Job] = []
        self._priority, self._lamps = priorities(plan, city), lamps_of(city)
        self._search = Search(city, plan.search_s)
        self._listed = {city.assets.row(name): i for i, name in enumerate(plan.order)}
        self._is_lamp = city.assets.of_role(Role.LIGHTS)
        self._of: dict[int, Job] = {}
        self._process: dict[int, simpy.Process] = {}
        self._repairs: dict[int, int] = {}
        self._used: dict[str, int] = {}
        self._clock: simpy.Environment | None = None
        self._is_dirty = False
        self._alarms: set[int] = set()
        self._begun: list[int] = []
        self._repaired: list[int] = []
        self._notes: list[Note] = []
        self._trips: dict[tuple[int, int], int] = {}
        self._steps: dict[tuple[int, bool], Steps] = {}

    def _place(self, asset_id: str) -> tuple[int, float]:
        if self.access is None:
            return NONE, 0.0
        return self.access.place(self.city.assets.row(asset_id))

    # What the engine asks

    def send(self, clock: simpy.Environment, assets: Int32Array) -> None:
        """Take the jobs that are now ready: lamps of one street together, everything else by itself."""
        self._start(clock)
        groups: dict[tuple[int, bool, int], list[int]] = {}
        for row in assets.tolist():
            self._repairs[row] = self._repairs.get(row, 0) + 1
            street = int(self.city.assets.street.codes[row]) if self._is_lamp[row] else NONE
            is_dead = self._was_dead(row)
            groups.setdefault((street, is_dead, NONE if street != NONE else row), []).append(row)
        for (street, is_dead, _), rows in groups.items():
            kind = int(self.city.assets.kind[rows[0]])
            waiting = next((job for job in self.ready if street != NONE and not job.has_begun
                            and int(self.city.assets.street.codes[job.row]) == street and self._is_lamp[job.row]
                            and int(self.city.assets.kind[job.row]) == kind and job.is_dead == is_dead), None)
            if waiting is not None:
                waiting.members = sorted([*waiting.members, *rows])
                waiting.repair |= {row: self._repairs[row] for row in rows}
                # Who joins is told what it waits for as well.
                waiting.told = ""
                job = waiting
            else:
                job = Job(members=sorted(rows), repair={row: self._repairs[row] for row in rows}, is_dead=is_dead,
                          steps=self._steps_of(kind, is_dead=is_dead),
                          ready_s=int(clock.now))
                self.ready.append(job)
            self._weigh(job)
            self._of |= dict.fromkeys(rows, job)
        self._is_dirty = True

    def _steps_of(self, kind: int, *, is_dead: bool) -> Steps:
        if (kind, is_dead) not in self._steps:
            self._steps[kind, is_dead] = steps_of(self.plan, self.city.assets.kinds, kind, is_dead=is_dead)
        return self._steps[kind, is_dead]

    def call_off(self, clock: simpy.Environment, assets: Int32Array) -> None:
        """Leave these jobs: the water is back."""
        for row in assets.tolist():
            job = self._of.pop(row, None)
            if job is None:
                continue
            self._notes = [note for note in self._notes if note.asset != row]
            job.members.remove(row)
            if job.members:
                self._weigh(job)
                for part in set(job.parts):
                    job.parts.remove(part)
                    self._used[part] -= 1
                continue
            if job in self.ready:
                self.ready.remove(job)
            elif (process := self._process.pop(id(job), None)) is not None and process.is_alive:
                process.interrupt()
        self._is_dirty = True

    def begun(self) -> Int32Array:
        """Send who is free, and give the assets whose repair began."""
        if self._is_dirty and self._clock is not None:
            self._is_dirty = False
            self._dispatch(int(self._clock.now))
            # What begins with this very second is written down with it.
            while self._clock.peek() <= self._clock.now:
                self._clock.step()
        found, self._begun = np.array(self._begun, np.int32), []
        return found

    def repaired(self) -> Int32Array:
        """Give the assets whose repair ended since it was last asked, and forget them."""
        found, self._repaired = np.array(self._repaired, np.int32), []
        return found

    def notes(self) -> Sequence[Note]:
        """Give what was written down since it was last asked, and forget it."""
        found, self._notes = self._notes, []
        return found

    # Time

    def _start(self, clock: simpy.Environment) -> None:
        if self._clock is not None:
            return
        self._clock = clock
        for begin, _ in (shift for hand in self.hands for shift in hand.crew.shifts):
            self._alarm(begin)
        for _, at_s, _ in self.plan.deliveries:
            self._alarm(at_s)
        for _, dawn_s in self.nights.tolist():
            self._alarm(dawn_s)

    def _alarm(self, at_s: int) -> None:
        """Have everything looked at again at a second."""
        assert self._clock is not None
        if at_s > self._clock.now and at_s not in self._alarms:
            self._alarms.add(at_s)
            self._clock.process(self._ring(at_s))

    def _ring(self, at_s: int) -> Generator[simpy.Event, None, None]:
        assert self._clock is not None
        yield self._clock.timeout(at_s - self._clock.now)
        self._is_dirty = True

    # Dispatch

    def _dispatch(self, t: int) -> None:
        self._trips.clear()
        self.ready = [job for job in self.ready if self._alone(job)]
        free = [hand for hand in self.hands if hand.job is None and self._on_duty(hand, t)]
        while free and self.ready:
            pairs = [pair for hand in free for job in self.ready if (pair := self._pair(hand, job, t)) is not None]
            if not pairs:
                break
            best = min(pairs, key=lambda pair: (pair.key, pair.job.row, pair.hand.row))
            self._go(best, t)
            free.remove(best.hand)
        waits = Waits(self, t)
        # While nobody is free, who waited for a crew goes on waiting for one: thousands of jobs are not asked again.
        is_idle = any(hand.job is None and hand.shift_at(t) != NONE for hand in self.hands)
        for job in self.ready if is_idle else [job for job in self.ready if job.told != "crew"]:
            reason = waits.reason(job)
            if reason in ("access", "hours", "day"):
                self._alarm(waits.opens_s)
            # Who is where meanwhile is told by their own notes: only another reason is news.
            if reason != job.told:
                job.told, why = reason, waits.detail(job, reason)
                self._notes += [Note(asset=row, what=What.DELAYED, detail=why) for row in job.members]

    def _alone(self, job: Job) -> bool:
        """Let a job run by itself whose next step needs no crew; tell whether it stays in the queue."""
        if job.at < len(job.steps) and job.steps[job.at].rule.crew:
            return True
        self._begin(job)
        self._run(job, self._dry(job))
        return False

    def _on_duty(self, hand: Hand, t: int) -> bool:
        """Tell whether a crew is on duty; a shift begins at its base, the first one where the crew was sent ahead."""
        shift = hand.shift_at(t)
        if shift not in (NONE, hand.shift):
            # The first by its number: nothing may have been ready in it, and then this is the first question asked.
            ahead = hand.crew.stands_at if shift == 0 and hand.crew.stands_at else hand.crew.base
            hand.place, hand.at, hand.shift = self._place(ahead), ahead, shift
        return shift != NONE

    def trip_s(self, hand: Hand, job: Job, t: int) -> int:
        """Give how long a crew takes to a job [s]; -1 where there is no way."""
        if self.access is None:
            return 0
        key = (hand.row, job.row)
        if key not in self._trips:
            rows = [one.row for one in self.ready]
            found = self.access.seconds(hand.place, [self.access.place(row) for row in rows], t, hand.crew.wade_m)
            # Streets are open as of the departure: who drives more slowly takes longer, and no other way.
            slower = self.pace.travel
            self._trips |= {(hand.row, row): int(lasts_s) if slower is None or lasts_s < 0 else
                            math.ceil(lasts_s * slower[row]) for row, lasts_s in zip(rows, found, strict=True)}
        return self._trips[key]

    def _pair(self, hand: Hand, job: Job, t: int) -> Pair | None:
        """Give the pair of a free crew and a ready job; None where the crew cannot take it now."""
        if not self.is_skilled(hand, job) or self.is_reserved(job, t):
            return None
        members = min(self.most_by_parts(job, t), len(job.members))
        if members < 1:
            return None
        trip_s = self.trip_s(hand, job, t)
        if trip_s < 0 or not self.is_by_day(job, t + trip_s):
            return None
        end_s = hand.crew.shifts[hand.shift][1]
        while members > 1 and t + trip_s + job.planned_s(members) > end_s:
            members -= 1
        if t + trip_s + job.planned_s(members) > end_s:
            return None
        return Pair(key=key_of(self.plan, self._listed, job, trip_s), hand=hand, job=job, trip_s=trip_s,
                    members=members)

    @staticmethod
    def is_skilled(hand: Hand, job: Job) -> bool:
        """Tell whether somebody of a crew may do each step of a visit."""
        return job.needs <= hand.skills

    def is_reserved(self, job: Job, t: int) -> bool:
        """Tell whether the crews left are kept for jobs of priority 0."""
        if not self.plan.reserve or job.priority == 0:
            return False
        present = [hand for hand in self.hands if hand.shift_at(t) != NONE or hand.job is not None]
        busy = sum(hand.job is not None and hand.job.priority > 0 for hand in present)
        return busy >= len(present) - self.plan.reserve

    def stock_at(self, part: str, t: int) -> int | None:
        """Give the parts of a reference there are at a second; None where it is never short."""
        if part not in dict(self.plan.stock) and not any(name == part for name, _, _ in self.plan.deliveries):
            return None
        come = sum(count for name, at_s, count in self.plan.deliveries if name == part and at_s <= t)
        return dict(self.plan.stock).get(part, 0) + come - self._used.get(part, 0)

    def most_by_parts(self, job: Job, t: int) -> int:
        """Give how many members of a job the parts there are allow for."""
        most = len(job.members)
        for part in job.steps.parts[job.at]:
            if (left := self.stock_at(part, t)) is not None:
                most = min(most, left)
        return most

    def is_by_day(self, job: Job, t: int) -> bool:
        """Tell whether each step that needs daylight would begin in it, the first step beginning at a second."""
        for step in job.visit:
            if not step.rule.dark and any(dusk_s <= t < dawn_s for dusk_s, dawn_s in self.nights.tolist()):
                return False
            t += step.lasts.planned_s * len(job.members)
        return True

    def _go(self, pair: Pair, t: int) -> None:
        """Send a crew to a job; members that it cannot do wait on as a job of their own."""
        hand, job = pair.hand, pair.job
        self.ready.remove(job)
        if pair.members < len(job.members):
            self.ready.append(self._split(job, pair.members))
        for step in job.visit:
            if step.rule.part:
                job.parts += [step.rule.part] * len(job.members)
                self._used[step.rule.part] = self._used.get(step.rule.part, 0) + len(job.members)
        hand.job, hand.until_s = job, t + pair.trip_s + job.planned_s()
        job.told = ""
        self._begin(job)
        if self.access is not None:
            trip = self.access.trip(hand.place, self.access.place(job.row), t, hand.crew.wade_m)
            said = {"crew": hand.crew.id, "until_s": hand.until_s, "trip_s": pair.trip_s, "from": hand.at,
                    "by": list(trip.streets if trip else ()),
                    "round": self.access.closed_on_the_way(hand.place, self.access.place(job.row), t,
                                                           hand.crew.wade_m)}
            self._notes += [Note(asset=row, what=What.STAGE_STARTED, stage=_REACH,
                                 detail={key: value for key, value in said.items() if value != []})
                            for row in job.members]
        self._run(job, self._visit(hand, job, pair.trip_s))

    def _split(self, job: Job, members: int) -> Job:
        rest = replace(job, members=job.members[members:], repair=dict(job.repair), parts=[], told="")
        job.members = job.members[:members]
        self._of |= dict.fromkeys(rest.members, rest)
        self._weigh(job)
        self._weigh(rest)
        return rest

    def _weigh(self, job: Job) -> None:
        job.priority = int(self._priority[job.members].min())
        job.lamps = int(self._lamps[job.members].sum())
        job.search_s = self._search.seconds(job.members)

    def _begin(self, job: Job) -> None:
        if not job.has_begun:
            job.has_begun = True
            self._begun += job.members

    def _run(self, job: Job, steps: Generator[simpy.Event, None, None]) -> None:
        assert self._clock is not None
        self._process[id(job)] = self._clock.process(steps)

    # Work

    def _visit(self, hand: Hand, job: Job, trip_s: int) -> Generator[simpy.Event, None, None]:
        """Drive to a job and do its steps up to the next that needs no crew."""
        clock, assets = self._clock, self.city.assets
        assert clock is not None
        begun_s, taken = NONE, 0
        try:
            if trip_s:
                yield clock.timeout(trip_s)
            if self.access is not None:
                hand.place, hand.at = self.access.place(job.row), str(assets.id[job.row])
            while job.at < len(job.steps) and job.steps[job.at].rule.crew:
                step = job.steps[job.at]
                self._notes += [Note(asset=row, what=What.STAGE_STARTED, stage=step.stage,
                                     detail={"crew": hand.crew.id, "until_s": hand.until_s}) for row in job.members]
                # What is built in is used up, whatever comes.
                begun_s, taken = int(clock.now), job.parts.count(step.rule.part)
                job.parts = [part for part in job.parts if part != step.rule.part]
                yield clock.timeout(max(1, job.seconds(step, assets, self.seed, self.sample, self.pace.repair)))
                if job.test_fails(step, assets, self.seed, self.sample):
                    self._notes += [Note(asset=row, what=What.TEST_FAILED) for row in job.members]
                    job.again()
                else:
                    job.advance()
        except simpy.Interrupt:
            hand.job, self._is_dirty = None, True
            if begun_s == clock.now and taken:
                # Water comes before work: a stage that was to begin in this second has not.
                job.parts += [job.steps[job.at].rule.part] * taken
            for part in job.parts:
                self._used[part] -= 1
            return
        hand.job, self._is_dirty = None, True
        self._over(job)

    def _dry(self, job: Job) -> Generator[simpy.Event, None, None]:
        """Let the steps run that need no crew."""
        clock = self._clock
        assert clock is not None
        try:
            while job.at < len(job.steps) and not job.steps[job.at].rule.crew:
                step = job.steps[job.at]
                self._notes += [Note(asset=row, what=What.STAGE_STARTED, stage=step.stage) for row in job.members]
                yield clock.timeout(max(1, job.seconds(step, self.city.assets, self.seed, self.sample,
                                                          self.pace.repair)))
                job.advance()
        except simpy.Interrupt:
            return
        self._is_dirty = True
        self._over(job)

    def _over(self, job: Job) -> None:
        """Put a job back into the queue, or end it."""
        self._process.pop(id(job), None)
        assert self._clock is not None
        if job.at < len(job.steps):
            job.ready_s = int(self._clock.now)
            self.ready.append(job)
            return
        self._repaired += job.members
        for row in job.members:
            self._of.pop(row, None)
