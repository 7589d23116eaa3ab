"""Costs of protecting things, and the budget, as people typed them; each with its author and hour."""

from __future__ import annotations

from math import isfinite
from typing import Any

from twin.errors import InputError
from twin.world.assets import Assets
from viewer.desk.store import Store, publish

#: Under this key stands the budget.
BUDGET = "budget"
#: More is a slip of the hand.
MOST = 1e9


class Costs:
    """The costs of a desk, by kind or by asset's id."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def all(self) -> dict[str, dict[str, Any]]:
        """Give what was typed: ``cost``, ``by`` and ``at`` by key."""
        return {row["key"]: {name: row[name] for name in ("cost", "by", "at")}
                for row in self.store.rows("SELECT * FROM cost ORDER BY key")}

    def put(self, key: str, cost: float | None, assets: Assets, *, by: str, now: int) -> None:
        """Keep what somebody typed; None takes it away.

        Raises
        ------
        InputError
            Neither a kind, an asset nor the budget; no amount.
        """
        if key != BUDGET and key not in assets.kinds.names:
            assets.row(key)
        if cost is not None and not (isfinite(cost) and 0 <= cost <= MOST):
            raise InputError(field="cost", found=f"{cost:g}", expected=f"from 0 to {MOST:g}")
        with self.store.act() as tx:
            tx.execute("DELETE FROM cost WHERE key = ?", (key,))
            if cost is not None:
                tx.execute("INSERT INTO cost VALUES (?, ?, ?, ?)", (key, cost, by, now))
            publish(tx, at=now, who=by, what="rank", body={"cost": key})
