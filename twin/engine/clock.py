"""Engine: the one module with a clock. It carries instants, timers and what is declared; the state does the rest.

simpy holds the agenda of a run: each declared instant and each step of the series is a process of its own, in order
of time. Between two of them the state lives through thousands of instants by itself (crossings, repairs, buffers),
so the agenda stays short however large the city is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import groupby

import numpy as np
import simpy

from twin.engine.events import Declared, Elapsed, Event
from twin.engine.state import CityState
from twin.world.plan import Declared as Statement
from twin.world.plan import Plan


class Engine:
    """Let a plan happen to a state.

    Parameters
    ----------
    state
        The city's state, at its beginning.
    plan
        What is declared and when, and the horizon.
    on_instant
        Called after each event handled, with the moment [s] and the horizon [s]: for progress, and for tests that
        validate the state.
    """

    def __init__(self, state: CityState, plan: Plan, on_instant: Callable[[int, int], None] | None = None) -> None:
        self.state, self.plan, self._on_instant = state, plan, on_instant
        self.clock = simpy.Environment()
        for event in _agenda(plan):
            self.clock.process(self._bring(event))

    def run(self) -> CityState:
        """Live through the plan up to its horizon and give the state at its end."""
        self.clock.run()
        return self.state

    def _bring(self, event: Event) -> Generator[simpy.Event, None, None]:
        yield self.clock.timeout(event.at_s)
        self.state.handle(event)
        if self._on_instant is not None:
            self._on_instant(event.at_s, self.plan.duration_s)


def in_order(plan: Plan) -> list[Statement]:
    """Give what a plan declares within its horizon in the order in which it is lived: by time, then row.

    What was declared before the start holds from the start.
    """
    return sorted((d for d in plan.declared if d.at_s < plan.duration_s), key=lambda d: (max(d.at_s, 0), d.asset))


def _agenda(plan: Plan) -> list[Event]:
    """Give the events that a plan brings, the last one at the last second within the horizon."""
    agenda: list[Event] = []
    for at_s, group in groupby(in_order(plan), key=lambda d: max(d.at_s, 0)):
        told = list(group)
        agenda.append(Declared(at_s=at_s, assets=np.array([d.asset for d in told], np.int32),
                               actions=np.array([d.action for d in told], np.int8)))
    taken = {event.at_s for event in agenda}
    beats = {*range(3600, plan.duration_s - 1, 3600), plan.duration_s - 1}
    return agenda + [Elapsed(at_s=at_s) for at_s in sorted(beats - taken)]
