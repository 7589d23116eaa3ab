"""Waits: what keeps a ready job from being begun, as plain values for the trace."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

from twin.crews.job import Job
from twin.quantities import NONE


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
        self._able: dict[frozenset[str], tuple[list[Any], list[Any]]] = {}

    def reason(self, job: Job) -> str:
        """Give why a job waits: ``part``, ``skill``, ``crew``, ``kept``, ``access``, ``day`` or ``hours``."""
        queue, t = self._queue, self._t
        if queue.most_by_parts(job, t) < 1:
            return "part"
        able, free = self._crews(job)
        if not able:
            return "skill"
        if not free:
            return "crew"
        if queue.is_reserved(job, t):
            return "kept"
        reached = [hand for hand in free if queue.trip_s(hand, job, t) >= 0]
        if not reached:
            return "access"
        return "hours" if any(queue.is_by_day(job, t + queue.trip_s(hand, job, t)) for hand in reached) else "day"

    def detail(self, job: Job, reason: str) -> dict[str, Any]:
        """Give what else is known of a reason; moments in seconds, -1 where unknown."""
        queue, t = self._queue, self._t
        told: dict[str, Any] = {"for": reason}
        able, _ = self._crews(job)
        match reason:
            case "part":
                part = next(step.rule.part for step in job.visit
                            if step.rule.part and (queue.stock_at(step.rule.part, t) or 0) < 1)
                return told | {"part": part, "delivery_s": min(
                    (at_s for name, at_s, _ in queue.plan.deliveries if name == part and at_s > t), default=NONE)}
            case "skill":
                return told | {"skill": " ".join(sorted(job.needs))}
            case "access":
                return told | {"opens_s": self.opens_s}
            case "day":
                return told | {"dawn_s": min((int(dawn_s) for _, dawn_s in queue.nights if dawn_s > t), default=NONE)}
            case "hours":
                return told | {"shift_s": self._next_shift(able)}
        told["crews"] = [{"crew": hand.crew.id, "asset": str(queue.city.assets.id[hand.job.row]),
                          "until_s": hand.until_s} for hand in able if hand.job is not None]
        off = [hand for hand in able if hand.job is None and hand.shift_at(t) == NONE]
        return told | ({"off_duty": [hand.crew.id for hand in off], "shift_s": self._next_shift(off)} if off else {})

    @cached_property
    def opens_s(self) -> int:
        """When the next street opens to some crew; -1 never, or where nobody drives."""
        access = self._queue.access
        opens = [] if access is None else [access.next_opening(self._t, wade_m) for wade_m in
                                           dict.fromkeys(hand.crew.wade_m for hand in self._queue.hands)]
        return min((at_s for at_s in opens if at_s != NONE), default=NONE)

    def _crews(self, job: Job) -> tuple[list[Any], list[Any]]:
        """Give the crews qualified for a job, and those of them that are free and on duty."""
        if job.needs not in self._able:
            able = [hand for hand in self._queue.hands if self._queue.is_skilled(hand, job)]
            self._able[job.needs] = able, [hand for hand in able
                                           if hand.job is None and hand.shift_at(self._t) != NONE]
        return self._able[job.needs]

    def _next_shift(self, hands: list[Any]) -> int:
        return min((begin for hand in hands for begin, _ in hand.crew.shifts if begin > self._t), default=NONE)
