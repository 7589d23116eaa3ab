"""What comes to the state from outside, and what it asks for in return.

The state has one way in, ``CityState.handle(event)``. An event carries all the assets of one instant as arrays; a
command asks the engine, which alone has a clock, to come back. What then happens to the assets is not an event from
outside: it is recorded in the trace (``twin.results.trace.What``).
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.quantities import Int8Array, Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Event:
    """Something that reaches the city at one second."""

    #: [s] from the start of the plan.
    at_s: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elapsed(Event):
    """Time went by up to and with ``at_s``: water rises and falls, repairs end, buffers empty, transfers are made."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Declared(Event):
    """The scenario or facts say something of these assets, (N,) each, in order of row."""

    assets: Int32Array
    #: ``twin.world.plan.Action`` of each.
    actions: Int8Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Command:
    """Something that the state asks of the engine."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wake(Command):
    """Come back with ``Elapsed`` at ``at_s``, when something next happens by itself."""

    #: [s] from the start of the plan.
    at_s: int
