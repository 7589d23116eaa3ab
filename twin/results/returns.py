"""Returns: when what is out comes back, as a range over nights that were drawn, and by street."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from twin.codes import What
from twin.quantities import NONE, Int32Array, Int64Array, column
from twin.results.outages import Outages
from twin.results.trace import Trace
from twin.results.view import View, limited
from twin.world.kinds import STAGES, Role

#: Ranges are rounded outward to this [s].
QUARTER_S = 900
#: Beyond the horizon [s].
_NEVER = np.iinfo(np.int64).max
_INSPECT = STAGES.index("inspect")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Returns:
    """Ends of the outages of a run over drawn nights, (O,) each, in the order of its outages."""

    #: Half and nine tenths of the nights bring it back by then [s]; -1: not within the horizon.
    p50_s: Int64Array
    p90_s: Int64Array
    #: Number of nights.
    samples: int
    #: By street with lamps out: code of its label, and the same for the last of its lamps, (S,).
    street: Int32Array
    street_p50_s: Int64Array
    street_p90_s: Int64Array

    @classmethod
    def of(cls, ends: Iterable[Int64Array], outages: Outages, view: View) -> Returns:
        """Give the ranges.

        Parameters
        ----------
        ends
            When each outage of the run ends in each night, (O,) [s]; -1 not within the horizon.
        outages, view
            The run that takes medians.
        """
        table = np.array([np.where(end_s == NONE, _NEVER, end_s) for end_s in ends]).reshape(-1, len(outages))
        street = view.city.assets.street.codes[outages.asset]
        mine = np.flatnonzero(view.lamp_outage & (street != NONE))
        order = mine[np.argsort(street[mine], kind="stable")]
        codes, first = np.unique(street[order], return_index=True)
        last = np.zeros((len(table), 0), np.int64)
        if len(order):
            last = np.maximum.reduceat(table[:, order], first, axis=1)
        return cls(p50_s=quantile(table, 0.5), p90_s=quantile(table, 0.9), samples=len(table),
                   street=column(codes, np.int32), street_p50_s=quantile(last, 0.5), street_p90_s=quantile(last, 0.9))

    def indicator(self, view: View, trace: Trace) -> dict[str, Any]:
        """Give ranges for ``run.json``: by street, of vital sites and of cabinets, who is surely back first above."""
        assets, o = view.city.assets, view.outages
        told = np.flatnonzero((assets.of_role(Role.VITAL) | assets.of_role(Role.SWITCHES))[o.asset])
        rows = [{"asset": str(assets.id[o.asset[i]]), "name": str(assets.name[o.asset[i]]),
                 "street": assets.street[int(o.asset[i])], "out_since": view.moment(int(o.start_s[i])),
                 "p50": view.moment(early(int(self.p50_s[i]), view.plan.start)),
                 "p90": view.moment(late(int(self.p90_s[i]), view.plan.start)),
                 "assessed_at": view.moment(assessed_s(trace, int(o.asset[i]), int(o.start_s[i])))}
                for i in told.tolist()]
        streets = [{"street": assets.street.words[code], "p50": view.moment(early(int(p50_s), view.plan.start)),
                    "p90": view.moment(late(int(p90_s), view.plan.start))}
                   for code, p50_s, p90_s in zip(self.street.tolist(), self.street_p50_s, self.street_p90_s,
                                                 strict=True)]
        rows.sort(key=lambda row: (row["p90"] is None, row["p90"] or "", row["asset"]))
        streets.sort(key=lambda row: (row["p90"] is None, row["p90"] or "", row["street"]))
        return {"samples": self.samples, "assets": limited(rows), "streets": limited(streets)}


def quantile(table: Int64Array, share: float) -> Int64Array:
    """Give the least value that a share of the rows of each column stays at or below, (O,); -1 beyond the horizon.

    Examples
    --------
    >>> quantile(np.array([[1], [2], [3], [4]]), 0.5).tolist()
    [2]
    """
    if not len(table):
        return np.full(table.shape[1], NONE, np.int64)
    ordered = np.sort(table, axis=0)[int(np.ceil(share * len(table))) - 1]
    return np.where(ordered == _NEVER, NONE, ordered)


def early(at_s: int, start: datetime) -> int:
    """Round the near end of a range outward, by the clock on the wall of a run that starts then.

    Examples
    --------
    >>> early(1000, datetime.fromisoformat("2026-11-22T16:05+01:00"))
    600
    """
    past_s = int(start.timestamp()) % QUARTER_S
    return at_s if at_s == NONE else (at_s + past_s) // QUARTER_S * QUARTER_S - past_s


def late(at_s: int, start: datetime) -> int:
    """Round the far end of a range outward, by the clock on the wall of a run that starts then.

    Examples
    --------
    >>> late(1000, datetime.fromisoformat("2026-11-22T16:05+01:00"))
    1500
    """
    past_s = int(start.timestamp()) % QUARTER_S
    return at_s if at_s == NONE else -(-(at_s + past_s) // QUARTER_S) * QUARTER_S - past_s


def assessed_s(trace: Trace, asset: int, since_s: int) -> int:
    """Give when an asset is first assessed in an outage: its inspection ends, or somebody reports it; -1 never."""
    inspected = False
    for row in np.flatnonzero((trace.asset == asset) & (trace.time_s >= since_s)).tolist():
        what = trace.what[row]
        if what in (What.REPORTED, What.REPAIRED):
            return int(trace.time_s[row])
        if what in (What.STAGE_STARTED, What.DELAYED):
            if inspected and (what == What.DELAYED or trace.stage[row] != _INSPECT):
                return int(trace.time_s[row])
            inspected = inspected or (what == What.STAGE_STARTED and trace.stage[row] == _INSPECT)
    return NONE
