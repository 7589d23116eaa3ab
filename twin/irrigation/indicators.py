"""What a season comes to: water given, saved, wasted and needed, days of stress, days under water, cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from twin.irrigation.locks import Locks
from twin.irrigation.season import Balance, Season, Watering, balance, without_locks
from twin.irrigation.zones import Programme, Trigger
from twin.kernels.soil import tables
from twin.quantities import BoolArray, FloatArray, Int64Array


@dataclass(frozen=True, eq=False)
class Indicators:
    """Columns by zone of a season, and the sums of all zones."""

    balance: Balance
    #: Price of a cubic metre [EUR]; None: no cost is told.
    eur_m3: float | None = None

    @cached_property
    def area_m2(self) -> FloatArray:
        """Area of each zone, (Z,)."""
        return np.array([zone.area_m2 for zone in self.balance.season.zones])

    @cached_property
    def applied_m3(self) -> FloatArray:
        """What was given to each zone, (Z,)."""
        return np.asarray(self.balance.gross_m3.sum(axis=1))

    @cached_property
    def blind_m3(self) -> FloatArray:
        """What the same programmes give where nothing suspends them, (Z,)."""
        return np.asarray(balance(without_locks(self.balance.season)).gross_m3.sum(axis=1))

    @property
    def saved_m3(self) -> FloatArray:
        """What the suspensions kept from being given, (Z,)."""
        return np.maximum(self.blind_m3 - self.applied_m3, 0.0)

    @cached_property
    def wasted_m3(self) -> FloatArray:
        """What was given and ran out below the roots, or was given while water stood on the zone, (Z,)."""
        c = self.balance.columns
        net = self.balance.net_mm
        rain = self.balance.season.rain_mm - c.runoff_mm
        # Rain fills the ground first: only what would not have drained without the watering counts.
        before = np.concatenate([self.balance.season.state.depletion_mm[:, None], c.depletion_mm[:, :-1]], axis=1)
        alone = np.maximum(rain - c.eta_mm - (before + c.corrected_mm), 0.0)
        lost = np.where(self.is_wet, net, np.minimum(net, np.maximum(c.drained_mm - alone, 0.0)))
        share = np.divide(lost, net, out=np.zeros_like(lost), where=net > 0)
        return np.asarray((share * self.balance.gross_m3).sum(axis=1))

    @cached_property
    def needed_m3(self) -> FloatArray:
        """What a controller gives that fills the ground up whenever it must, on any day, by no order, (Z,)."""
        return np.asarray(balance(ideal(self.balance.season)).gross_m3.sum(axis=1))

    @cached_property
    def stress_days(self) -> Int64Array:
        """Days on which the plants of each zone took up less than they would, (Z,)."""
        return np.asarray((self.balance.columns.stress < 1.0 - 1e-9).sum(axis=1))

    @cached_property
    def ordered_stress_days(self) -> Int64Array:
        """Days of stress of each zone that orders led to: without them there would be so many fewer, (Z,)."""
        season = self.balance.season
        if not season.orders:
            return np.zeros(len(season.zones), np.int64)
        free = balance(replace(season, orders=()))
        return np.asarray(np.maximum(self.stress_days - (free.columns.stress < 1.0 - 1e-9).sum(axis=1), 0), np.int64)

    @cached_property
    def is_wet(self) -> BoolArray:
        """Whether water stood on a zone on a day, (Z, D)."""
        return np.asarray(self.balance.columns.flags & tables.WET, bool)

    @cached_property
    def ran_wet(self) -> BoolArray:
        """Whether a zone was watered while water stood on it, (Z, D): should never be."""
        return np.asarray(self.balance.columns.flags & tables.RAN_WET, bool)

    @cached_property
    def days_under_water(self) -> Int64Array:
        """Longest number of days in a row with water on each zone, (Z,)."""
        longest = running = np.zeros(len(self.is_wet), np.int64)
        for d in range(self.is_wet.shape[1]):
            running = np.where(self.is_wet[:, d], running + 1, 0)
            longest = np.maximum(longest, running)
        return longest

    @property
    def is_beyond_tolerance(self) -> BoolArray:
        """Which zones were under water for longer than their plants are expected to bear, (Z,)."""
        bears = np.array([zone.vegetation.tolerance_d for zone in self.balance.season.zones])
        return np.asarray(self.days_under_water > bears)

    def to_dict(self) -> dict[str, Any]:
        """Give the sums as plain JSON values."""
        wet_zones = self.ran_wet.any(axis=1)
        action = self.balance.columns.action
        told = {
            "zones": len(self.area_m2), "area_m2": round(float(self.area_m2.sum()), 1),
            "applied_m3": round(float(self.applied_m3.sum()), 3), "needed_m3": round(float(self.needed_m3.sum()), 3),
            "saved_m3": round(float(self.saved_m3.sum()), 3), "wasted_m3": round(float(self.wasted_m3.sum()), 3),
            "stress_zone_days": int(self.stress_days.sum()),
            "stress_zone_days_by_order": int(self.ordered_stress_days.sum()),
            "zones_watered_while_flooded": int(wet_zones.sum()),
            "zones_beyond_tolerance": int(self.is_beyond_tolerance.sum()),
            "refused_zone_days": int((action == Watering.REFUSED).sum()),
            "locked_zone_days": int((action == Watering.LOCKED).sum())}
        if self.eur_m3 is not None:
            told |= {"cost_eur": round(told["applied_m3"] * self.eur_m3, 2),
                     "cost_needed_eur": round(told["needed_m3"] * self.eur_m3, 2)}
        return told


def ideal(season: Season) -> Season:
    """Give the season of a controller that fills the ground up whenever it must, with the same heads, by no order."""
    programmes = [Programme(name=p.name, days=frozenset(range(7)), from_min=0, lasts_min=24 * 60, rate_mm_h=p.rate_mm_h,
                            efficiency=p.efficiency, trigger=Trigger.DEPLETION, amount=1.0) for p in season.programmes]
    wet = without_locks(season).locks
    points = [point for point in season.points if point.sort == tables.PROBED]
    return replace(season, programmes=programmes, orders=(), forecasts=(), points=points,
                   locks=Locks(wet.rows, blocks=True))
