"""Numbers that people read on lamps and signals: fit to leave only where they do not name what feeds them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.world.supplies import Service

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Above this share of a kind the likeness is no chance.
_CHANCE = 0.1
#: Numbers that are looked at, spread over all.
_LOOKED_AT = 2000
#: Suppliers above one another that are looked at: circuit, cabinet, box, substation.
_STEPS = 4


def numbers_tell_feeders(run: Run, rows: Any) -> bool:
    """Tell whether the numbers of these assets hold the ids of what feeds them ("6-A-12" on circuit "6-A").

    A city that numbers its lamps by cabinet would publish its network with them. Numbers that merely run in the order
    of the cabinets are not found out: docs/maps.md says so.
    """
    supplies, assets = run.result.city.supplies, run.result.city.assets
    if not len(rows):
        return False
    feeder = np.full(len(assets), -1, np.int64)
    power = np.flatnonzero(supplies.service == Service.POWER)[::-1]
    feeder[supplies.consumer[power]] = supplies.supplier[power]
    naming = fed = 0
    for row in rows[::max(1, len(rows) // _LOOKED_AT)].tolist():
        own, above, names = _parts(assets.id[row]), int(feeder[row]), False
        fed += above >= 0
        for _ in range(_STEPS):
            if above < 0:
                break
            names = names or _holds(own, _parts(assets.id[above]))
            above = int(feeder[above])
        naming += names
    return naming > _CHANCE * fed


def _parts(number: object) -> list[str]:
    return [part for part in re.split(r"[\W_]+", str(number).casefold()) if part]


def _holds(whole: list[str], part: list[str]) -> bool:
    return len(part) < len(whole) and any(whole[k:k + len(part)] == part for k in range(len(whole) - len(part) + 1))
