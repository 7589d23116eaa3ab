"""How far the assets of a city lie apart."""

from __future__ import annotations

import numpy as np

from twin.quantities import FloatArray

#: Nine tenths of a city's assets lie within this [m]: the widest built-up areas on Earth are about as wide.
#: Source: Demographia, World Urban Areas, 2023 (New York: 11,875 km²).
MOST_ACROSS_M = 120_000.0


def across_m(x_m: FloatArray, y_m: FloatArray) -> float:
    """Give how far apart the outermost assets lie but for one in a hundred on each side [m]; NaN without positions."""
    known = np.isfinite(x_m) & np.isfinite(y_m)
    if known.sum() < 2:
        return float("nan")
    low, high = (np.quantile(np.column_stack([x_m[known], y_m[known]]), share, axis=0, method="nearest")
                 for share in (0.01, 0.99))
    return float(np.hypot(*(high - low)))
