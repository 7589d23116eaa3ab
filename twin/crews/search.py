"""Search: how long the wet lamps of a tripped circuit are looked for, by halves: the half that holds stays closed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from twin.quantities import Int32Array
from twin.world.city import City
from twin.world.graph import trips


class Search:
    """The circuits of a city, for who looks along them.

    Parameters
    ----------
    city
        The city.
    step_s
        What it takes to part a circuit and try one half [s]; 0: the search is not counted.
    """

    def __init__(self, city: City, step_s: int) -> None:
        self._city, self._step_s = city, step_s

    @cached_property
    def _opened(self) -> tuple[Int32Array, Int32Array]:
        """Which circuits each asset opens when it is wet: offsets and circuits."""
        return trips(self._city.assets, self._city.supplies)

    def seconds(self, rows: Iterable[int]) -> int:
        """Give how long it takes for all circuits that some assets opened, each once [s]."""
        if not self._step_s:
            return 0
        offsets, circuits = self._opened
        found = {int(circuit) for row in rows for circuit in circuits[offsets[row]:offsets[row + 1]]}
        return self._step_s * sum(max(int(np.count_nonzero(circuits == one)) - 1, 0).bit_length() for one in found)
