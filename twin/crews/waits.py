"""Waits: what keeps a ready job from being begun, as plain values for the trace."""

from __future__ import annotations

from typing import Any, Protocol

from twin.crews.job import Job
from twin.quantities import NONE
from twin.world.assets import Assets


class Queue(Protocol):
    """What is known of crews and jobs at an instant: ``twin.engine.workforce.CrewForce``."""

    hands: Any
    plan: Any
    city: Any
    access: Any
    nights: Any

    def trip_s(self, hand: Any, job: Job, t: int) -> int:
        """Give how long a crew takes to a job; -1 no way."""

    def is_skilled(self, hand: Any, job: Job) -> bool:
        """Tell whether a crew may do it."""

    def is_reserved(self, job: Job, t: int) -> bool:
        """Tell whether the crews left are kept for other jobs."""

    def most_by_parts(self, job: Job, t: int) -> int:
        """Give the members that parts allow for."""

    def is_by_day(self, job: Job, t: int) -> bool:
        """Tell whether it could begin at a second, by daylight."""

    def stock_at(self, part: str, t: int) -> int | None:
        """Give the parts there are."""


class Waits:
    """The reasons at one instant, after all that could be begun has been."""

    def __init__(self, queue: Queue, t: int) -> None:
        self._queue, self._t = queue, t

    def reason(self, job: Job) -> dict[str, Any]:
        """Give why a job waits: ``for`` is part, skill, crew, access, day or hours; moments in seconds, -1 unknown."""
        queue, t = self._queue, self._t
        if queue.most_by_parts(job, t) < 1:
            part = next(step.rule.part for step in job.visit
                        if step.rule.part and (queue.stock_at(step.rule.part, t) or 0) < 1)
            return {"for": "part", "part": part, "delivery_s": min(
                (at_s for name, at_s, _ in queue.plan.deliveries if name == part and at_s > t), default=NONE)}
        able = [hand for hand in queue.hands if queue.is_skilled(hand, job)]
        if not able:
            return {"for": "skill", "skill": next(step.rule.skill for step in job.visit if step.rule.skill)}
        free = [hand for hand in able if hand.job is None and hand.shift_at(t) != NONE]
        if not free or queue.is_reserved(job, t):
            return self._crew(able, is_kept=bool(free))
        reached = [hand for hand in free if queue.trip_s(hand, job, t) >= 0]
        if not reached:
            opens = [queue.access.next_opening(t, hand.crew.wade_m) for hand in free]
            return {"for": "access", "opens_s": min((at_s for at_s in opens if at_s != NONE), default=NONE)}
        if not any(queue.is_by_day(job, t + queue.trip_s(hand, job, t)) for hand in reached):
            return {"for": "day", "dawn_s": min((int(dawn_s) for _, dawn_s in queue.nights if dawn_s > t),
                                                default=NONE)}
        return {"for": "hours", "shift_s": self._next_shift(able)}

    def _crew(self, able: list[Any], *, is_kept: bool) -> dict[str, Any]:
        assets: Assets = self._queue.city.assets
        busy = [{"crew": hand.crew.id, "asset": str(assets.id[hand.job.row]), "until_s": hand.until_s}
                for hand in able if hand.job is not None]
        told: dict[str, Any] = {"for": "crew", "crews": busy}
        if is_kept:
            told["kept"] = True
        off = [hand for hand in able if hand.job is None and hand.shift_at(self._t) == NONE]
        if off:
            told |= {"off_duty": [hand.crew.id for hand in off], "shift_s": self._next_shift(off)}
        return told

    def _next_shift(self, hands: list[Any]) -> int:
        return min((begin for hand in hands for begin, _ in hand.crew.shifts if begin > self._t), default=NONE)
