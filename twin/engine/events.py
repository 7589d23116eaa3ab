"""What comes to the state from outside, and what it asks for in return.

The state has one way in, ``CityState.handle(event)``. An event carries all the assets of one instant as arrays; the
commands that it gives back are obeyed by the engine, which alone has a clock. What then happens to the assets is not
an event from outside: it is recorded in the trace (``twin.codes.What``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.codes import What
from twin.quantities import Int8Array, Int32Array


def _nobody() -> Int32Array:
    return np.empty(0, np.int32)


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
    """The scenario or facts say something of assets, and crews have ended repairs, in this second."""

    #: Assets spoken of, (N,), in order of row, and the ``twin.codes.Action`` of each.
    assets: Int32Array = field(default_factory=_nobody)
    actions: Int8Array = field(default_factory=lambda: np.empty(0, np.int8))
    #: Assets whose repair is done and tested, (M,), in order of row.
    repaired: Int32Array = field(default_factory=_nobody)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Begun(Event):
    """Crews begin repairs that were called for: the last thing of an instant that the state has lived through."""

    #: Assets, (N,), in order of row.
    assets: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Note:
    """One thing that crews write down about an asset under repair: a stage begun, a delay, a test that failed."""

    asset: int
    #: ``STAGE_STARTED``, ``DELAYED`` or ``TEST_FAILED``.
    what: What
    #: Place in ``STAGES`` of a stage begun; -1 else.
    stage: int = -1
    #: What else is known, plain JSON values.
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noted(Event):
    """Crews write down what they do, at the end of an instant that the state has lived through."""

    notes: Sequence[Note]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Command:
    """Something that the state asks of the engine; the engine obeys each, and refuses what it does not know."""

    #: The instant in which it is asked [s]: the state has lived through it, and waits.
    at_s: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dispatch(Command):
    """Send crews: the water has left these assets."""

    #: Assets whose repair may begin, (N,), in order of row.
    assets: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallOff(Command):
    """Take crews away: water is back at these assets, their repairs start over."""

    #: Assets, (N,), in order of row.
    assets: Int32Array
