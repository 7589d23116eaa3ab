"""Codes: the enums whose numbers stand in tables, for the kernels and for everybody above them.

Each is one noun; the word in files is the lower-case name. The kernels take their constants from here
(``twin/kernels/supply/codes.py``), the pages theirs by a generator: no number is written twice.
"""

from __future__ import annotations

from enum import IntEnum


class Word(IntEnum):
    """An enum whose word in files is its lower-case name."""

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


class Level(Word):
    """The levels of an asset whose crossing by the water is recorded."""

    TOUCH = 0
    FAIL = 1
    RECEDE = 2


class AssetState(Word):
    """The states of all regions; a region moves only among its own."""

    SOUND = 0
    FLOODED = 1  #: live parts were in water; it waits for the water to leave
    REPAIRING = 2  #: the water has left, the stages run
    CLOSED = 3
    TRIPPED = 4
    FED = 5
    ON_BUFFER = 6  #: it lives on its battery or tank
    UNFED = 7
    IN_SERVICE = 8
    OUT = 9
    SUPERVISED = 10
    UNSUPERVISED = 11
    INTACT = 12
    FAILED = 13
    CONNECTED = 14
    CUT = 15
    CALLED = 16  #: the water has left, the repair waits for crews


class What(Word):
    """What can happen to an asset."""

    TOUCHED = 0  #: water at ``touch_m``
    FLOODED = 1  #: water at ``fail_m``: own live parts in water
    RECEDED = 2  #: water below the recede level: repair may begin
    WATER_LEFT = 3  #: water below ``touch_m``
    TRIPPED = 4  #: a wet lamp opened its protection
    FAILED = 5  #: declared by the scenario
    CUT = 6  #: opened on purpose
    REPORTED = 7  #: a fact: seen out, in service or dry
    SUPPLY_LOST = 8  #: every supplier of some needed group is out
    BUFFER_STARTED = 9  #: it lives on its battery or tank
    BUFFER_EMPTIED = 10  #: the same, after its buffer
    TRANSFERRED = 11  #: another supplier of the group took over
    REPAIR_STARTED = 12  #: the water has left, the stages run
    REPAIR_UNDONE = 13  #: water is back before the end
    REPAIRED = 14  #: own damage repaired and tested
    RESET = 15  #: protection closed again
    RESTORED = 16  #: delivers its service again
    UNSUPERVISED = 17  #: lost ``control``: darkens nothing
    SUPERVISED = 18
    FED = 19  #: supply is back, or the buffer full again, at an asset that does not return by it
    CLEARED = 20  #: a declared failure or cut is over
    STAGE_STARTED = 21  #: a stage of the repair began
    CALLED = 22  #: the water has left, the repair waits for crews
    DELAYED = 23  #: the repair waits: for a crew, the way, daylight, a part, the hours of crews
    TEST_FAILED = 24  #: the test at the end failed: drying comes again


class Mechanism(Word):
    """How an outage came about."""

    FLOODED = 0  #: own live parts in water, until repaired
    TRIPPED = 1  #: a wet lamp on this circuit opened its protection
    SUPPLY_LOST = 2  #: every supplier of some needed group is out
    BUFFER_EMPTY = 3  #: the same, after its buffer
    CUT = 4  #: opened on purpose
    FAILED = 5  #: declared by the scenario or a fact


class Action(Word):
    """What a scenario or a fact does to an asset."""

    FAIL = 0  #: it breaks, for a reason outside the model
    CUT = 1  #: it is opened on purpose
    RESTORE = 2  #: ends a ``FAIL`` or a ``CUT``
    FACT_OUT = 3  #: seen out of service: beats the computation
    FACT_IN_SERVICE = 4  #: seen in service: beats the computation
    FACT_DRY = 5  #: seen dry: water has left it, whatever the computation says
    FACT_END = 6  #: the fact no longer holds: computation again


class Phase(Word):
    """The phases of an instant, in order (rule 5 of the design)."""

    WATER = 0
    PROTECT = 1
    SCENARIO = 2
    LOSS = 3
    REPAIR = 4
    DISPATCH = 5
