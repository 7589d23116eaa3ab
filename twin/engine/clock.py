"""Engine: the one module with a clock. It carries what is declared, and crews that queue, wait and travel.

The state lives through thousands of instants by itself (crossings, buffers, repairs that crews without limit begin at
once), however large the city is. Where it asks for crews it stops, and they are sent: what queues, waits and travels
are processes of simpy, whose clock never runs ahead of the city's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

import numpy as np
import simpy

from twin.engine.cuts import in_order
from twin.engine.events import Begun, CallOff, Command, Declared, Dispatch, Elapsed, Note, Noted
from twin.engine.state import CityState
from twin.quantities import Int32Array
from twin.world.plan import Plan


class Workforce(Protocol):
    """Who repairs, where crews are limited: they run on the engine's clock and write down what they do."""

    def send(self, clock: simpy.Environment, assets: Int32Array) -> None:
        """Take the jobs that are now ready, at ``clock.now``; begin those that somebody is free for."""

    def call_off(self, clock: simpy.Environment, assets: Int32Array) -> None:
        """Leave these jobs: the water is back."""

    def begun(self) -> Int32Array:
        """Send who is free: the last phase of the instant. Give the assets whose repair began, and forget them."""

    def repaired(self) -> Int32Array:
        """Give the assets whose repair ended since it was last asked, and forget them."""

    def notes(self) -> Sequence[Note]:
        """Give what was written down since it was last asked, and forget it."""


class Engine:
    """Let a plan happen to a state.

    Parameters
    ----------
    state
        The city's state, at its beginning.
    plan
        What is declared and when, and the horizon.
    workforce
        Who repairs; None: crews are unlimited, and the state never asks for any.
    on_instant
        Called after each event handled, with the moment [s] and the horizon [s]: for progress, and for tests that
        validate the state.
    """

    def __init__(self, state: CityState, plan: Plan, workforce: Workforce | None = None,
                 on_instant: Callable[[int, int], None] | None = None) -> None:
        self.state, self.plan, self.workforce, self._on_instant = state, plan, workforce, on_instant
        self.clock = simpy.Environment()

    def run(self) -> CityState:
        """Live through the plan up to its horizon and give the state at its end."""
        for event in _agenda(self.plan):
            if isinstance(event, Declared):
                self._reach(event.at_s - 1)
                self._instant(event)
            else:
                self._reach(event.at_s)
            if self._on_instant is not None:
                self._on_instant(event.at_s, self.plan.duration_s)
        return self.state

    def _reach(self, at_s: int) -> None:
        """Let the city live, and crews work beside it, up to and with one second."""
        while self.state.now_s < at_s:
            next_s = int(min(self.clock.peek(), at_s + 1))
            if self.state.now_s < next_s - 1:
                # It may stop before that, where it asks for crews: then there is more to come before.
                self._obey_all(self.state.handle(Elapsed(at_s=next_s - 1)))
            else:
                self._instant(Declared(at_s=next_s))

    def _instant(self, event: Declared) -> None:
        """Hand in one second: what is declared in it, and the repairs that crews end in it."""
        self._let_work(event.at_s)
        repaired = event.repaired if self.workforce is None else np.sort(self.workforce.repaired())
        self._obey_all(self.state.handle(replace(event, repaired=repaired)))

    def _obey_all(self, commands: Sequence[Command]) -> None:
        for command in commands:
            self._obey(command)
        if self.workforce is not None:
            # Who is free begins at once: the last phase of the instant.
            self._let_work(self.state.now_s)
            if len(assets := self.workforce.begun()):
                self.state.handle(Begun(at_s=self.state.now_s, assets=np.sort(assets)))
            if notes := self.workforce.notes():
                self.state.handle(Noted(at_s=self.state.now_s, notes=notes))

    def _let_work(self, at_s: int) -> None:
        """Let everything happen that crews do up to and with one second."""
        while self.clock.peek() <= at_s:
            self.clock.step()

    def _obey(self, command: Command) -> None:
        """Do what the state asks for.

        Raises
        ------
        TypeError
            A command that this engine does not know, or one for crews that it does not have.
        """
        if self.workforce is None:
            raise TypeError(f"{type(command).__name__}: the state asks for crews, and this engine has none to send")
        if self.clock.now < command.at_s:
            self.clock.run(until=command.at_s)
        match command:
            case Dispatch(assets=assets):
                self.workforce.send(self.clock, assets)
            case CallOff(assets=assets):
                self.workforce.call_off(self.clock, assets)
            case _:
                raise TypeError(f"{type(command).__name__} is no command that an engine obeys")


def _agenda(plan: Plan) -> list[Declared | Elapsed]:
    """Give the events that a plan brings, the last one at the last second within the horizon."""
    agenda: list[Declared | Elapsed] = []
    for at_s, group in groupby(in_order(plan), key=lambda d: max(d.at_s, 0)):
        told = list(group)
        agenda.append(Declared(at_s=at_s, assets=np.array([d.asset for d in told], np.int32),
                               actions=np.array([d.action for d in told], np.int8)))
    return [*agenda, Elapsed(at_s=plan.duration_s - 1)]
