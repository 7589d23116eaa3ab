"""The irrigated zones of a run for the operator's page: what each ground holds by day, its locks, its restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin.irrigation.locks import Lock, Reason
from twin.irrigation.restart import Restart, RestartStep
from twin.irrigation.season import Watering
from twin.quantities import NONE

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from twin.irrigation.gardens import Gardens

#: Words of the page, by the numbers of the engine: why a zone is locked, a step of its restart, what a programme did.
LOCKS = tuple(reason.word for reason in Reason)
STEPS = tuple(step.word for step in RestartStep)
WATERINGS = tuple(watering.word for watering in Watering)


def gardens_told(run: Run, gardens: Gardens, number: Any) -> dict[str, Any]:
    """Give the season that a run is a part of, plain JSON values. Depths in tenths of a millimetre."""
    days = gardens.midnights()
    first = [d for d, _ in days]
    c, zones = gardens.balance.columns, gardens.balance.season.zones
    assets = run.result.city.assets

    def unit(lock: Lock, name: str) -> int:
        asset = getattr(lock, name)
        return NONE if asset is None else int(number[asset.row])

    def tenths(values: Any) -> list[int]:
        return [int(v) for v in np.rint(10.0 * np.asarray(values, float))]

    told = []
    for z, zone in enumerate(zones):
        rank, restart = gardens.restarts.get(z, (0, None))
        told.append({
            "u": int(number[gardens.rows[z]]), "total": tenths([zone.total_mm])[0],
            "controller": int(number[assets.row(zone.controller)]) if zone.controller else NONE,
            "lost": tenths(c.depletion_mm[z, first]), "allowed": tenths(c.allowed_mm[z, first]),
            "given": tenths(c.gross_mm[z, first]), "stress": np.rint(100.0 * c.stress[z, first]).astype(int).tolist(),
            "action": np.asarray(c.action[z, first]).astype(int).tolist(),
            "orders": [order.name if (order := gardens.balance.order_of(z, d)) is not None else "" for d in first],
            "probe": [d - seen if (seen := gardens.balance.probed_day(z, d)) != NONE else NONE for d in first],
            "locks": [[a, b, int(lock.reason), unit(lock, "asset"), unit(lock, "controller"), lock.by]
                      for a, b, lock in gardens.locks(z)],
            "rank": rank, "steps": [] if restart is None else _steps(restart, gardens, number)})
    return {"season": gardens.name, "days": [start_s for _, start_s in days], "zones": told,
            "restarts": len(gardens.restarts), "figures": gardens.told.to_dict(),
            "defaults": {name: gardens.balance.season.defaults.get(name, 0)
                         for name in ("soil", "vegetation", "area_m2")}}


def _steps(restart: Restart, gardens: Gardens, number: Any) -> list[list[Any]]:
    """Give the steps of a restart: which, second of the run at which it is done or null, asset or -1, who must come."""
    return [[int(due.step), None if due.done_s == NONE else due.done_s - gardens.shift_s,
             NONE if due.asset is None else int(number[due.asset.row]),
             "" if due.asset is None else due.asset.operator or due.asset.owner] for due in restart.steps]
