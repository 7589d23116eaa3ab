"""Constants of the supply kernels: the codes of ``twin.codes`` as numpy integers.

numba compiles a helper anew for each Python constant it is called with; a numpy integer is one type for all.
"""

from __future__ import annotations

from enum import IntEnum
from typing import cast

import numpy as np

from twin.codes import Action, AssetState, Level, Mechanism, Phase, What


def _code(member: IntEnum | int) -> int:
    return cast(int, np.int64(int(member)))


# States, and the regions that they are of.
SOUND, FLOODED, REPAIRING = _code(AssetState.SOUND), _code(AssetState.FLOODED), _code(AssetState.REPAIRING)
CALLED = _code(AssetState.CALLED)
CLOSED, TRIPPED = _code(AssetState.CLOSED), _code(AssetState.TRIPPED)
FED, ON_BUFFER, UNFED = _code(AssetState.FED), _code(AssetState.ON_BUFFER), _code(AssetState.UNFED)
IN_SERVICE, OUT = _code(AssetState.IN_SERVICE), _code(AssetState.OUT)
SUPERVISED, UNSUPERVISED = _code(AssetState.SUPERVISED), _code(AssetState.UNSUPERVISED)
INTACT, FAILED = _code(AssetState.INTACT), _code(AssetState.FAILED)
CONNECTED, CUT = _code(AssetState.CONNECTED), _code(AssetState.CUT)
SERVICE, DAMAGE, PROTECTION, FAILURE, SWITCH, SUPPLY, SUPERVISION = (_code(column) for column in range(7))

# What happens.
W_TOUCHED, W_FLOODED = _code(What.TOUCHED), _code(What.FLOODED)
W_RECEDED, W_WATER_LEFT = _code(What.RECEDED), _code(What.WATER_LEFT)
W_TRIPPED, W_FAILED, W_CUT = _code(What.TRIPPED), _code(What.FAILED), _code(What.CUT)
W_REPORTED, W_CLEARED = _code(What.REPORTED), _code(What.CLEARED)
W_SUPPLY_LOST, W_FED, W_TRANSFERRED = _code(What.SUPPLY_LOST), _code(What.FED), _code(What.TRANSFERRED)
W_BUFFER_STARTED, W_BUFFER_EMPTIED = _code(What.BUFFER_STARTED), _code(What.BUFFER_EMPTIED)
W_CALLED, W_REPAIR_STARTED = _code(What.CALLED), _code(What.REPAIR_STARTED)
W_REPAIR_UNDONE, W_REPAIRED = _code(What.REPAIR_UNDONE), _code(What.REPAIRED)
W_RESET, W_RESTORED = _code(What.RESET), _code(What.RESTORED)
W_UNSUPERVISED, W_SUPERVISED = _code(What.UNSUPERVISED), _code(What.SUPERVISED)

# Mechanisms of an outage.
M_FLOODED, M_TRIPPED, M_CUT = _code(Mechanism.FLOODED), _code(Mechanism.TRIPPED), _code(Mechanism.CUT)
M_FAILED = _code(Mechanism.FAILED)
M_SUPPLY_LOST, M_BUFFER_EMPTY = _code(Mechanism.SUPPLY_LOST), _code(Mechanism.BUFFER_EMPTY)

# What is declared.
A_FAIL, A_CUT, A_RESTORE = _code(Action.FAIL), _code(Action.CUT), _code(Action.RESTORE)
A_OUT, A_IN_SERVICE = _code(Action.FACT_OUT), _code(Action.FACT_IN_SERVICE)
A_DRY, A_END = _code(Action.FACT_DRY), _code(Action.FACT_END)

# Levels of the water, as bits of ``wet``.
TOUCH, FAIL, RECEDE = 1 << Level.TOUCH.value, 1 << Level.FAIL.value, 1 << Level.RECEDE.value

# Phases of an instant, and rounds within the first three.
WATER, PROTECT, SCENARIO = _code(Phase.WATER), _code(Phase.PROTECT), _code(Phase.SCENARIO)
LOSS, REPAIR, DISPATCH = _code(Phase.LOSS), _code(Phase.REPAIR), _code(Phase.DISPATCH)
FIRST, SECOND, THIRD = (_code(turn) for turn in range(3))

# The kernels' own: facts in force, sorts of timer, ways to grow, ways to explain, outcomes.
NO_FACT, FACT_OUT, FACT_IN = (_code(fact) for fact in range(3))
T_REPAIR, T_RESET, T_BUFFER, T_TRANSFER = (_code(sort) for sort in range(4))
PREFERRED, EACH = (_code(ranks) for ranks in range(2))
DONE, NEEDS_ROOM, INVALID, CALLS = (_code(outcome) for outcome in range(4))

# A timer is one integer: time, sort, number.
TIME_SHIFT, SORT_SHIFT, NUMBER = 34, 32, (1 << 32) - 1

# Counters, places of ``Tables.counts``.
(EVENTS, CONTRIBUTORS, OUTAGES, TIMERS, CROSSING, DECLARED, LOWEST, HIGHEST, WATCHED, PAIRS, TRIGGER, INSTANT, INSTANTS,
 CALLED_COUNT, SEARCH, ERROR_ASSET, ERROR_STATE, ERROR_WHAT) = (_code(place) for place in range(18))
COUNTERS = 18

#: Sorts after every level and round; no row.
LAST, NOWHERE = _code(1 << 30), _code(-1)
#: Before all time, and after it.
LONG_AGO, NEVER = -(1 << 30), 1 << 60
