"""What links see of a layer of assets, and what they find for its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.importing.schema import LayerSpec
from geodata.tables.table import Table
from twin.quantities import NONE, FloatArray, Int64Array, TextArray
from twin.world.assets import Source


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placeable:
    """One layer of assets as links see it."""

    name: str
    spec: LayerSpec
    #: Records that became assets, (N,) rows.
    table: Table
    kind: TextArray
    #: Ids before anything was added to make them unique, and the first row of the city.
    raw: TextArray
    #: Ids unique within the layer, before a prefix of the city.
    own_id: TextArray
    first_row: int
    x_m: FloatArray
    y_m: FloatArray
    id: TextArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """Suppliers of the records of one layer, as rows of the city; -1 none."""

    supplier: Int64Array
    source: Any
    #: Distance along streets where that was asked for, NaN elsewhere.
    along_m: FloatArray
    #: Further suppliers of records that name several, in the order in which they are named.
    more: tuple[Int64Array, ...] = ()

    @classmethod
    def nothing(cls, n: int) -> Found:
        """Give the finding that none of ``n`` records has a supplier."""
        return cls(supplier=np.full(n, NONE, dtype=np.int64), source=np.full(n, Source.SURVEY, dtype=np.int64),
                   along_m=np.full(n, np.nan))
