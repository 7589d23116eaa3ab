"""The water of one zone, day by day, in plain Python: what the kernel must agree with. Slow, and meant to be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Day:
    """One day of one zone."""

    eto: float
    rain: float
    #: Gross depth given [mm].
    gross: float = 0.0
    #: Hours under water.
    wet_h: float = 0.0
    seen: float | None = None


def season(days: list[Day], *, taw: float, kc: float, p: float, start: float, retention: float, efficiency: float,
           ksat: float) -> list[dict[str, float]]:
    """Give depletion, Ks, evapotranspiration, drainage, runoff and flood of each day."""
    told, depletion = [], start
    for day in days:
        if day.seen is not None:
            depletion = min(max(day.seen, 0.0), taw)
        etc = kc * day.eto
        fraction = p + 0.04 * (5 - etc)
        fraction = 0.1 if fraction < 0.1 else 0.8 if fraction > 0.8 else fraction
        allowed = fraction * taw
        ks = 1.0 if depletion <= allowed else max((taw - depletion) / (taw - allowed), 0.0)
        eta = ks * etc
        runoff = 0.0
        if day.rain > 0.2 * retention:
            runoff = (day.rain - 0.2 * retention) ** 2 / (day.rain + 0.8 * retention)
        store = taw - depletion + day.rain - runoff + efficiency * day.gross
        # what the ground cannot give is not taken
        eta = min(eta, store)
        store -= eta
        flood = drained = 0.0
        if day.wet_h > 0:
            flood = max(taw - store, 0.0) + ksat * day.wet_h
            store += flood
        if store > taw:
            drained, store = store - taw, taw
        depletion = taw - store
        told.append({"depletion": depletion, "ks": ks, "eta": eta, "drained": drained, "runoff": runoff, "flood": flood,
                     "allowed": allowed})
    return told
