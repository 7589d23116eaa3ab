"""The formulae of FAO-56 that a day is made of, on plain numbers."""

from __future__ import annotations

from twin.kernels.jit import jit


@jit("float64(float64, float64)")
def allowed_fraction(table: float, etc_mm: float) -> float:
    """Give p, the share of available water that may be used without stress.

    FAO-56 table 22, note: p + 0.04 (5 - ETc), within 0.1 and 0.8.
    """
    return min(max(table + 0.04 * (5.0 - etc_mm), 0.1), 0.8)


@jit("float64(float64, float64, float64)")
def stress_of(depletion_mm: float, total_mm: float, allowed_mm: float) -> float:
    """Give Ks: 1 up to the allowed depletion, then falling to 0 at the wilting point. FAO-56 eq. 84."""
    if depletion_mm <= allowed_mm:
        return 1.0
    return max((total_mm - depletion_mm) / (total_mm - allowed_mm), 0.0)


@jit("float64(float64, float64)")
def runoff_of(rain_mm: float, retention_mm: float) -> float:
    """Give the runoff of a day's rain by the curve number: (P - 0.2 S)² / (P + 0.8 S).

    Source: USDA-NRCS, TR-55 (1986), eq. 2-3; National Engineering Handbook, part 630, chapter 10.
    """
    if rain_mm <= 0.2 * retention_mm:
        return 0.0
    return (rain_mm - 0.2 * retention_mm) ** 2 / (rain_mm + 0.8 * retention_mm)


@jit("float64(float64, float64, float64)")
def reduction_of(layer_mm: float, tew_mm: float, rew_mm: float) -> float:
    """Give Kr of the evaporating layer: 1 up to REW, then falling to 0 at TEW. FAO-56 eq. 74."""
    if layer_mm <= rew_mm:
        return 1.0
    return max((tew_mm - layer_mm) / (tew_mm - rew_mm), 0.0)


@jit("float64(float64, float64, float64, float64)")
def evaporation_of(reduction: float, basal: float, kc_max: float, wet_share: float) -> float:
    """Give Ke: what the ground evaporates, as a share of ETo. FAO-56 eq. 71."""
    return max(min(reduction * (kc_max - basal), wet_share * kc_max), 0.0)


@jit("float64(float64, float64, float64, float64)")
def layer_after(layer_mm: float, evaporated_mm: float, wet_share: float, tew_mm: float) -> float:
    """Give the depletion of the layer in the evening, from that after the day's wetting. FAO-56 eq. 77."""
    return min(max(layer_mm + evaporated_mm / max(wet_share, 0.01), 0.0), tew_mm)
