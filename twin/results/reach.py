"""Reach: when each asset can be reached from each base, what is cut off, and by which streets one gets there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, column
from twin.results.view import View, limited
from twin.world.kinds import Role

if TYPE_CHECKING:
    from twin.access.access import Access, Windows


def stays_dry(view: View) -> BoolArray:
    """Tell what no water of the run touches, (A,); a gauge stands in its river."""
    return np.asarray(view.exposure.touched_at_s == NONE) & ~view.city.assets.of_role(Role.GAUGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMoment:
    """Until when somebody may leave a base to do something at an asset and be out again, [s] from the start."""

    #: Base that leaves latest, as a place in ``AccessRules.bases``; -1 where none gets there.
    base: int
    #: May be before the start; meaningless without a base.
    leave_s: int
    #: ``touch``: the water at the asset comes first; ``access``: the way closes first; ``none``: there is no way.
    binds: str
    trip_s: int
    #: Last departure looked at for which the way is open, and the first without one after it; -1 open to the end.
    open_until_s: int
    closed_s: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CutOff:
    """When assets cannot be reached from any base, (C,) each, sorted by asset, then start."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: not reached again within the run.
    end_s: Int64Array

    def __len__(self) -> int:
        return len(self.asset)

    def at(self, t_s: int) -> BoolArray:
        """Tell which of them hold at a second, (C,)."""
        return np.asarray((self.start_s <= t_s) & ((self.end_s == NONE) | (t_s < self.end_s)))

    def of(self, asset: int, t_s: int) -> int:
        """Give the one of an asset that holds at a second; -1 where a base reaches it."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        found = np.flatnonzero(self.at(t_s)[first:last])
        return int(first + found[0]) if len(found) else NONE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """When each asset of a run can be reached from each of its bases."""

    access: Access
    bases: tuple[int, ...]
    #: Of each base.
    windows: tuple[Windows, ...]
    #: Assets looked at: those with a place, (N,), increasing.
    assets: Int32Array

    @classmethod
    def of(cls, access: Access, view: View) -> Reach:
        """Look at all assets that stand somewhere, lamps and buildings included."""
        assets = np.flatnonzero(~np.isnan(view.city.assets.x_m)).astype(np.int32)
        bases = tuple(view.city.assets.row(name) for name in access.rules.bases)
        return cls(access=access, bases=bases, assets=assets,
                   windows=tuple(access.windows(access.place(base), assets) for base in bases))

    def last_moment(self, asset: int, touched_s: int) -> LastMoment:
        """Give the last moment to leave for an asset.

        Its first touch, or the last passable departure where that is earlier, less the trip and the work. Who leaves
        then has done the work, and is out again, before the water or the closing of the way.
        """
        best: LastMoment | None = None
        for place, windows in enumerate(self.windows):
            rows = np.arange(len(windows))[windows.of_asset(asset)]
            for row in rows[windows.from_s[rows] <= touched_s][::-1].tolist():
                found = self._in_window(place, asset, touched_s, row)
                # A way that has just opened may leave too little time: then an earlier one counts.
                if found.leave_s < windows.from_s[row] and windows.from_s[row] > 0:
                    continue
                if best is None or found.leave_s > best.leave_s:
                    best = found
                break
        return best or LastMoment(base=NONE, leave_s=NONE, binds="none", trip_s=NONE, open_until_s=NONE, closed_s=NONE)

    def _in_window(self, place: int, asset: int, touched_s: int, row: int) -> LastMoment:
        """Give the last moment to leave by one of the windows of a base."""
        windows = self.windows[place]
        closed_s, until_s = int(windows.closed_s[row]), int(windows.until_s[row])
        binds = "access" if closed_s != NONE and until_s < touched_s else "touch"
        trip_s = self._trip_s(place, asset, min(until_s, touched_s))
        if trip_s < 0:
            trip_s = int(windows.last_trip_s[row])
        limit_s = until_s if binds == "access" else touched_s
        return LastMoment(base=place, leave_s=limit_s - trip_s - self.access.rules.work_s, binds=binds, trip_s=trip_s,
                          open_until_s=until_s, closed_s=closed_s)

    def _trip_s(self, place: int, asset: int, at_s: int) -> int:
        start = self.access.place(self.bases[place])
        return int(self.access.seconds(start, [self.access.place(asset)], at_s)[0])

    def streets(self, base: int, asset: int, at_s: int) -> tuple[str, ...]:
        """Give the streets from a base to an asset at a moment; none where there is no way."""
        trip = self.access.trip(self.access.place(self.bases[base]), self.access.place(asset), max(at_s, 0))
        return () if trip is None else trip.streets

    def cut_off(self) -> CutOff:
        """Give when assets on a street are reached from no base: from the last departure that was open on."""
        rows, spans_of = [], self._spans()
        edge = np.asarray(self.access.places.edge)
        for asset in self.assets[edge[self.assets] != NONE].tolist():
            spans = sorted(spans_of.get(asset, ()))
            at_s = 0
            for from_s, until_s in spans:
                if at_s != NONE and from_s > at_s:
                    rows.append((asset, at_s, from_s))
                at_s = NONE if NONE in (at_s, until_s) else max(at_s, until_s + 1)
            if at_s != NONE:
                rows.append((asset, at_s, NONE))
        table = np.array(rows, np.int64).reshape(-1, 3)
        return CutOff(asset=column(table[:, 0], np.int32), start_s=column(table[:, 1], np.int64),
                      end_s=column(table[:, 2], np.int64))

    def _spans(self) -> dict[int, list[tuple[int, int]]]:
        """Give the windows of each asset from all bases: from when, and until when, -1 for the end of the run."""
        found: dict[int, list[tuple[int, int]]] = {}
        for windows in self.windows:
            until_s = np.where(windows.closed_s == NONE, NONE, windows.until_s)
            for asset, from_s, end_s in zip(windows.asset.tolist(), windows.from_s.tolist(), until_s.tolist(),
                                            strict=True):
                found.setdefault(asset, []).append((from_s, end_s))
        return found

    def indicator(self, view: View) -> dict[str, Any]:
        """Give what is cut off and when, for ``run.json``: by asset, dry or wet; lamps and buildings as counts."""
        assets = view.city.assets
        n = len(assets)
        whole = np.zeros(n, bool)
        ever = np.zeros(n, bool)
        for windows in self.windows:
            is_whole = (windows.from_s == 0) & (windows.closed_s == NONE)
            whole[windows.asset[is_whole]] = True
            ever[windows.asset] = True
        stands = np.zeros(n, bool)
        stands[self.assets] = True
        on_street = stands & (np.asarray(self.access.places.edge) != NONE)
        is_dry = stays_dry(view)
        cut_off = on_street & ~whole
        told = cut_off & ~assets.of_role(Role.LIGHTS) & ~assets.buildings()
        rows = [self._row(view, row, bool(is_dry[row])) for row in np.flatnonzero(told).tolist()]
        network = self.access.network
        return {"bases": list(self.access.rules.bases), "day_m": self.access.rules.day_m,
                "night_m": self.access.rules.night_m, "work_s": self.access.rules.work_s,
                "cut_off": limited(rows), "islands": self._by_kind(view, cut_off & is_dry),
                "never_reached": self._by_kind(view, on_street & ~ever),
                "off_street": self._by_kind(view, stands & ~on_street),
                "edges": len(network), "edges_with_assumed_speed": int(network.is_limit_assumed.sum()),
                "edges_unknown": self._unknown(), "edges_over_rivers": network.over_rivers,
                "streets_not_driven": network.not_driven}

    def _row(self, view: View, asset: int, is_dry: bool) -> dict[str, Any]:
        assets, access = view.city.assets, self.access
        reached: list[dict[str, Any]] = []
        for base, windows in zip(self.access.rules.bases, self.windows, strict=True):
            for row in range(len(windows))[windows.of_asset(asset)]:
                closed_s = int(windows.closed_s[row])
                reached.append({"base": base, "from": view.moment(int(windows.from_s[row])),
                                "until": None if closed_s == NONE else view.moment(int(windows.until_s[row])),
                                "closed": view.moment(closed_s), "trip_s": int(windows.first_trip_s[row])})
                if access.heads is not None and closed_s != NONE:
                    start = access.place(view.city.assets.row(base))
                    reached[-1]["closed_by"] = access.closed_on_the_way(start, access.place(asset), closed_s)
        return {"asset": str(assets.id[asset]), "name": str(assets.name[asset]), "kind": assets[asset].kind,
                "street": assets.street[asset], "dry": is_dry, "reached": reached}

    def _by_kind(self, view: View, rows: BoolArray) -> dict[str, int]:
        kinds = view.city.assets.kinds
        counts = np.bincount(view.city.assets.kind[rows], minlength=len(kinds))
        return {name: int(count) for name, count in zip(kinds.names, counts, strict=True) if count}

    def _unknown(self) -> int:
        depths = self.access.depths
        return 0 if depths is None else int((np.asarray(depths.unknown_s) > 0).sum())
