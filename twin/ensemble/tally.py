"""From nights to answers: how often each asset goes out, when, because of what; reduced as the nights come.

Nights are taken in order of their index, and what is added up is whole numbers: the answer does not depend on who made
them, nor on how many machines did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.ensemble.answers import Answers, Causes, quantiles
from twin.ensemble.confidence import effective_in, fewest_in
from twin.ensemble.member import Outcome
from twin.quantities import NONE, FloatArray, Int8Array, Int32Array, Int64Array, column
from twin.world.city import City
from twin.world.kinds import Role

#: In place of the second at which an asset that is not back comes back: after all others.
LATER = np.iinfo(np.int32).max


class Tally:
    """Takes nights in, one after the other.

    Parameters
    ----------
    city
        The city of the nights.
    """

    def __init__(self, city: City) -> None:
        assets = city.assets
        n = len(assets)
        self.city = city
        #: Critical sites, rows of the city.
        self.sites = np.flatnonzero(assets.of_role(Role.VITAL)).astype(np.int32)
        self._is_site, self._is_premises = assets.of_role(Role.VITAL), assets.of_role(Role.PREMISES)
        self._is_lamp = assets.kinds.lights[assets.kind]
        self._dark, self._unknown, self._held = (np.zeros(n, np.int32) for _ in range(3))
        self._index: list[int] = []
        self._drawn: list[Mapping[str, float]] = []
        self._figures: list[dict[str, float]] = []
        # Per night: who goes out, the first second out, when back for good; who is wet, and how deep; sites out.
        self._out: list[Int32Array] = []
        self._first: list[Int32Array] = []
        self._back: list[Int32Array] = []
        self._wet: list[Int32Array] = []
        self._peak_um: list[Int32Array] = []
        self._sites_out: list[Int32Array] = []
        # Causes of first outages: those added up, and those of nights since, one after the other.
        self._causes: tuple[Int64Array, Int64Array] = np.empty(0, np.int64), np.empty(0, np.int64)
        self._fresh: list[Int64Array] = []
        self._waiting = 0

    def add(self, night: Outcome) -> None:
        """Take a night in.

        Raises
        ------
        ValueError
            It does not come after those that were taken in.
        """
        if self._index and night.index <= self._index[-1]:
            raise ValueError(f"night {night.index} after night {self._index[-1]}")
        starts = np.flatnonzero(np.append(True, night.asset[1:] != night.asset[:-1])) if len(night.asset) else \
            np.empty(0, np.int64)
        asset = night.asset[starts]
        ends = np.append(starts[1:], len(night.asset)) - 1
        back = np.where(night.end_s[ends] == NONE, LATER, night.end_s[ends])[:len(starts)] if len(starts) else starts
        dark_s = np.add.reduceat(night.dark_s.astype(np.int64), starts) if len(starts) else np.empty(0, np.int64)
        self._index.append(night.index)
        self._drawn.append(night.drawn)
        self._out.append(asset)
        self._first.append(night.start_s[starts])
        self._back.append(np.asarray(back, np.int32))
        self._wet.append(night.wet)
        self._peak_um.append(night.peak_um)
        self._dark[asset[dark_s > 0]] += 1
        self._unknown[night.unknown] += 1
        self._held[night.held] += 1
        self._count_causes(asset, night.root[starts], night.root_mechanism[starts])
        is_lamp, is_site = self._is_lamp[asset], self._is_site[asset]
        self._sites_out.append(asset[is_site])
        self._figures.append({
            "lamp_hours_dark": int(dark_s.sum()) / 3600, "lamps_ever_out": int(is_lamp.sum()),
            "lamps_ever_dark": int((dark_s > 0).sum()), "lamps_not_back": int((is_lamp & (back == LATER)).sum()),
            "sites_without_power": int(is_site.sum()),
            "buildings_without_power": int(self._is_premises[asset].sum())})

    def _count_causes(self, asset: Int32Array, root: Int32Array, mechanism: Int8Array) -> None:
        n = len(self.city.assets)
        self._fresh.append((asset.astype(np.int64) * n + root) * 8 + mechanism)
        self._waiting += len(asset)
        if self._waiting > 4 * n + 1_000_000:
            self._causes = self._merged()
            self._fresh, self._waiting = [], 0

    def _merged(self) -> tuple[Int64Array, Int64Array]:
        """Give the causes so far, increasing, and how often each came."""
        fresh = np.sort(np.concatenate([np.empty(0, np.int64), *self._fresh]), kind="stable")
        begins = np.flatnonzero(np.append(True, fresh[1:] != fresh[:-1])[:len(fresh)])
        keys = np.concatenate([self._causes[0], fresh[begins]])
        counts = np.concatenate([self._causes[1], np.diff(np.append(begins, len(fresh)))])
        distinct, place = np.unique(keys, return_inverse=True)
        return distinct, np.bincount(place, weights=counts, minlength=len(distinct)).astype(np.int64)

    @property
    def index(self) -> Int64Array:
        """Indices of the nights taken in, (n,)."""
        return np.array(self._index, np.int64)

    def answers(self, failed: Mapping[int, str] | None = None, flood: Int64Array | None = None) -> Answers:
        """Give the answers of the nights taken in.

        Parameters
        ----------
        failed
            Nights that could not be made, and why.
        flood
            Number of the flood of each night, (n,), where nights share them.
        """
        n, assets = len(self._index), len(self.city.assets)
        out, first, back = (_joined(parts) for parts in (self._out, self._first, self._back))
        count = np.bincount(out, minlength=assets)
        wet, peak = _joined(self._wet), _joined(self._peak_um)
        known = np.flatnonzero((count > 0) | (np.bincount(wet, minlength=assets) > 0))
        place = np.full(assets, NONE, np.int64)
        place[known] = np.arange(len(known))
        names = sorted({name for drawn in self._drawn for name in drawn})
        is_out = np.zeros((n, len(self.sites)), bool)
        column_of = {int(row): k for k, row in enumerate(self.sites)}
        for i, rows in enumerate(self._sites_out):
            is_out[i, [column_of[row] for row in rows.tolist()]] = True
        member = np.repeat(np.arange(n), [len(rows) for rows in self._out])
        # Where nights share floods, hours and depths are as sure as if the flood decided alone.
        fewest: Any = np.inf if flood is None or not n else fewest_in(flood, place[out], member, len(known))
        all_: Any = np.inf if flood is None or not n else fewest_in(flood, np.zeros(n, np.int64), np.arange(n), 1)
        first_s, first_within_s = quantiles(place[out], first, count[known], LATER, effective=fewest)
        back_s, back_within_s = quantiles(place[out], back, count[known], LATER, effective=fewest)
        depth_m, depth_within_m = _depths(place[wet], peak, len(known), n, all_)
        return Answers(
            n=n, index=self.index, failed=dict(failed or {}), flood=flood,
            effective=None if flood is None or not n else effective_in(flood, place[out], member, len(known)),
            asset=column(known, np.int32), out=column(count[known], np.int32),
            dark=column(self._dark[known], np.int32), unknown=column(self._unknown[known], np.int32),
            held=column(self._held[known], np.int32),
            first_s=first_s, back_s=back_s, depth_m=depth_m, first_within_s=first_within_s,
            back_within_s=back_within_s, depth_within_m=depth_within_m,
            causes=self._all_causes(place, len(known)), sites=self.sites, site_out=is_out,
            figures={name: np.array([row[name] for row in self._figures]) for name in (
                self._figures[0] if self._figures else ())},
            drawn={name: np.array([drawn.get(name, np.nan) for drawn in self._drawn]) for name in names})

    def _all_causes(self, place: Int64Array, assets: int) -> Causes:
        key, count = self._merged()
        n = len(self.city.assets)
        mechanism, root, asset = key % 8, key // 8 % n, place[key // 8 // n]
        # Of one asset the most frequent first.
        order = np.lexsort((root, -count, asset))
        return Causes(offsets=np.searchsorted(asset[order], np.arange(assets + 1)).astype(np.int64),
                      root=column(root[order], np.int32), mechanism=column(mechanism[order], np.int8),
                      count=column(count[order], np.int32))


def _joined(parts: list[Int32Array]) -> Int32Array:
    return np.concatenate([np.empty(0, np.int32), *parts])


def _depths(place: Int64Array, peak_um: Int32Array, assets: int, n: int, independent: Any
            ) -> tuple[FloatArray, FloatArray]:
    """Give P10, P50 and P90 of the peak depth of each asset over all nights, (K, 3), and their intervals [m]."""
    # Where it stays dry, the depth is 0.
    wet = np.bincount(place, minlength=assets)
    depth_um, within_um = quantiles(place, peak_um, wet, LATER, zeros=n - wet, effective=independent)
    return depth_um * 1e-6, within_um * 1e-6
