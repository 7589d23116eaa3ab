"""Moves: what may follow what in the state of an asset. One table, read by the kernel, the diagram and the tests.

``python -m twin.engine.moves`` prints the diagram of ``docs/states.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from twin.codes import AssetState, What
from twin.quantities import Int8Array

_S, _W = AssetState, What
#: Every allowed move: (state, what happens) -> next state.
MOVES: Mapping[tuple[AssetState, What], AssetState] = MappingProxyType({
    (_S.SOUND, _W.FLOODED): _S.FLOODED,
    (_S.FLOODED, _W.REPAIR_STARTED): _S.REPAIRING,
    (_S.FLOODED, _W.CALLED): _S.CALLED,
    (_S.CALLED, _W.REPAIR_STARTED): _S.REPAIRING,
    (_S.CALLED, _W.REPAIR_UNDONE): _S.FLOODED,
    (_S.REPAIRING, _W.REPAIR_UNDONE): _S.FLOODED,
    (_S.REPAIRING, _W.REPAIRED): _S.SOUND,
    (_S.CLOSED, _W.TRIPPED): _S.TRIPPED,
    (_S.TRIPPED, _W.RESET): _S.CLOSED,
    (_S.FED, _W.SUPPLY_LOST): _S.UNFED,
    (_S.FED, _W.BUFFER_STARTED): _S.ON_BUFFER,
    # In a cycle an asset may have lived on its neighbours' buffers after its own was empty.
    (_S.FED, _W.BUFFER_EMPTIED): _S.UNFED,
    (_S.ON_BUFFER, _W.BUFFER_EMPTIED): _S.UNFED,
    (_S.ON_BUFFER, _W.FED): _S.FED,
    (_S.UNFED, _W.FED): _S.FED,
    **{(_S.IN_SERVICE, what): _S.OUT for what in (_W.FLOODED, _W.TRIPPED, _W.FAILED, _W.CUT, _W.SUPPLY_LOST,
                                                  _W.BUFFER_EMPTIED)},
    (_S.OUT, _W.RESTORED): _S.IN_SERVICE,
    (_S.SUPERVISED, _W.UNSUPERVISED): _S.UNSUPERVISED,
    (_S.UNSUPERVISED, _W.SUPERVISED): _S.SUPERVISED,
    (_S.INTACT, _W.FAILED): _S.FAILED,
    (_S.FAILED, _W.CLEARED): _S.INTACT,
    (_S.CONNECTED, _W.CUT): _S.CUT,
    (_S.CUT, _W.CLEARED): _S.CONNECTED,
})
#: What is told and moves no state by itself.
TOLD = frozenset({What.TOUCHED, What.RECEDED, What.WATER_LEFT, What.REPORTED, What.TRANSFERRED,
                  What.STAGE_STARTED, What.DELAYED, What.TEST_FAILED})
#: The regions, each with the state it starts in.
REGIONS: Mapping[str, AssetState] = MappingProxyType({
    "damage": _S.SOUND, "protection": _S.CLOSED, "failure": _S.INTACT, "switch": _S.CONNECTED, "supply": _S.FED,
    "supervision": _S.SUPERVISED, "service": _S.IN_SERVICE})


def moves_table() -> Int8Array:
    """Give ``MOVES`` as the kernel reads it, (states, events): the next state, -1 where there is no such move."""
    table = np.full((len(AssetState), len(What)), -1, np.int8)
    for (state, what), after in MOVES.items():
        table[state, what] = after
    return table


def states_diagram() -> str:
    """Give the diagram of ``docs/states.md`` in Mermaid's language, drawn from ``MOVES``."""
    lines = ["stateDiagram-v2"]
    for name, start in REGIONS.items():
        reached = {start}
        for _state in AssetState:
            reached |= {after for (before, _), after in MOVES.items() if before in reached}
        lines += [f"    state {name} {{", f"        [*] --> {start.name}"]
        joined: dict[tuple[AssetState, AssetState], list[str]] = {}
        for (before, what), after in MOVES.items():
            if before in reached:
                joined.setdefault((before, after), []).append(what.word)
        lines += [f"        {before.name} --> {after.name}: {', '.join(words)}"
                  for (before, after), words in joined.items()]
        lines.append("    }")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(states_diagram())
