"""For how long the depth of each asset is unknown, as frames of water come."""

from __future__ import annotations

import numpy as np

from twin.quantities import Int8Array


class Unknown:
    """For how long the depth of each asset was unknown, in part or as a whole, within the horizon."""

    def __init__(self, assets: int, duration_s: int) -> None:
        self.duration_s = duration_s
        self.seconds = np.zeros(assets, np.int64)
        self.is_partly, self.is_wholly = np.zeros(assets, bool), np.zeros(assets, bool)
        self._before: Int8Array | None = None
        self._before_s = 0

    def add(self, time_s: int, unknown: Int8Array) -> None:
        """Take in a frame; before the first the first holds."""
        before = unknown if self._before is None else self._before
        self._between(min(0, time_s) if self._before is None else self._before_s, time_s, before, unknown)
        self._before, self._before_s = unknown.copy() if unknown.any() else np.zeros_like(unknown), time_s

    def end(self, *, hold: bool) -> None:
        """Take in what follows the last frame: it holds, or all is dry a second later."""
        if self._before is None or self._before_s >= self.duration_s:
            return
        until_s = self.duration_s if hold else self._before_s + 1
        self._between(self._before_s, until_s, self._before, self._before)

    def _between(self, from_s: int, to_s: int, before: Int8Array, now: Int8Array) -> None:
        from twin.kernels.water.depths import ALL

        lasts_s = min(to_s, self.duration_s) - max(from_s, 0)
        if lasts_s <= 0 or not (before.any() or now.any()):
            return
        worst = np.maximum(before, now)
        self.is_partly |= worst > 0
        self.is_wholly |= worst == ALL
        self.seconds[worst == ALL] += lasts_s
