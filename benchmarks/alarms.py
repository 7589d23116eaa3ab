"""Alarms of a flood night against EEMUA 191: ``python -m benchmarks.alarms``.

The desk's own alarms are asked for at each minute of a night of the built-in town, as the desk asks every five seconds,
and each one that is new is counted into its ten minutes. The figures that it is held against are those of EEMUA 191
(alarm systems, a guide to design, management and procurement) and ISA-18.2, as ``alarmkpi`` states them.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from scenarios import run_scenario
from viewer.desk.alarms import Alarm, alarms_of
from viewer.desk.loaded import Loaded
from viewer.desk.runs import RunEntry

#: Nights that are lived through: ten years, a hundred years, and a hundred years with cuts that its plan orders.
NIGHTS = ("ouche-q10", "ouche-q100", "ouche-q100-refuges")
WINDOW_S, STEP_S = 600, 60
#: New alarms in ten minutes: what one person bears for long, at most; a flood begins above, and ends below. In a day:
#: acceptable, and at most. Share of the time that may be flood.
BEARABLE, MOST, FLOOD, OVER = 1, 2, 10, 5
DAY_ACCEPTABLE, DAY_MOST = 150, 300
FLOOD_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Load:
    """The alarms of one night."""

    #: New ones in each ten minutes.
    counts: tuple[int, ...]
    #: How many of the first, second and third priority.
    priorities: tuple[int, int, int]
    #: Stood already when the desk was opened.
    at_first: int
    by_design: int
    hours: float

    @property
    def total(self) -> int:
        """All that came in the night, those at first left out."""
        return sum(self.counts)

    @property
    def peak(self) -> int:
        """The most in ten minutes."""
        return max(self.counts)

    @property
    def average(self) -> float:
        """In ten minutes on average over the hours in which alarms came."""
        last = int(np.flatnonzero(self.counts)[-1]) + 1 if self.total else 1
        return self.total / last

    @property
    def day(self) -> float:
        """In the worst 24 hours."""
        wide = min(len(self.counts), 86_400 // WINDOW_S)
        return float(np.convolve(self.counts, np.ones(wide), "valid").max())

    @property
    def flood_share(self) -> float:
        """Share of the time in flood: from above ``FLOOD`` on until below ``OVER``."""
        is_flood, inside = False, 0
        for count in self.counts:
            is_flood = count > FLOOD or (is_flood and count >= OVER)
            inside += is_flood
        return inside / len(self.counts)

    @property
    def holds(self) -> bool:
        """Whether it is within every figure."""
        return (self.peak <= FLOOD and self.flood_share < FLOOD_SHARE and self.average <= BEARABLE
                and self.day <= DAY_ACCEPTABLE)


def load_of(result: Any) -> Load:
    """Give the alarms of a night.

    Parameters
    ----------
    result
        Its run.
    """
    loaded = Loaded(RunEntry(id="0" * 16, number=1, name="night", state="done"),
                    cast(Any, SimpleNamespace(result=result)))
    found: dict[str, Alarm] = {}
    counts, before, designed = [0] * -(-loaded.duration_s // WINDOW_S), set[str](), set[str]()
    at_first = 0
    for t_s in range(0, loaded.duration_s, STEP_S):
        now = {alarm.key: alarm for alarm in alarms_of(loaded, t_s)}
        designed |= {key for key, alarm in now.items() if alarm.is_by_design}
        real = {key: alarm for key, alarm in now.items() if not alarm.is_by_design}
        # A cause that comes back is a new alarm.
        fresh = set(real) - before
        before = set(real)
        found |= real
        if t_s:
            counts[t_s // WINDOW_S] += len(fresh)
        else:
            at_first = len(fresh)
    priorities = [sum(alarm.priority == one for alarm in found.values()) for one in (1, 2, 3)]
    return Load(tuple(counts), cast(Any, tuple(priorities)), at_first, len(designed), loaded.duration_s / 3600)


def main() -> int:
    """Count the alarms of each night and print them; give how many nights are beyond the figures."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("nights", nargs="*", default=NIGHTS)
    given, beyond = options.parse_args(), 0
    print(f"EEMUA 191: {BEARABLE} in ten minutes can be borne for long, {MOST} at most; a flood begins above {FLOOD} "
          f"and ends below {OVER}; {DAY_ACCEPTABLE} a day, {DAY_MOST} at most; flood in less than {FLOOD_SHARE:.0%}")
    for name in given.nights:
        load = load_of(run_scenario(name).result)
        beyond += not load.holds
        print(f"{name}: {load.total} alarms in {load.hours:.0f} h, {load.average:.2f} in ten minutes until the last, "
              f"{load.peak} at most; {load.day:.0f} in the worst day; flood in {load.flood_share:.1%}; priorities "
              f"{'/'.join(map(str, load.priorities))}; {load.at_first} stood at first, {load.by_design} suppressed by "
              f"design ({'within' if load.holds else 'BEYOND'})")
    return beyond


if __name__ == "__main__":
    raise SystemExit(main())
