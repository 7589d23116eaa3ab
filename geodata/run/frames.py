"""The tables of a run in memory, with ids and moments: ``.to_pandas()`` on each, and whatever else reads Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from geodata.run.tables import table_of, tables_of
from twin.quantities import TextArray
from twin.results.result import Result


class Tables(Mapping[str, pa.Table]):
    """Tables by name, as the run folder has them; each is made when it is asked for.

    ``tables.outages.to_pandas()`` and ``tables["outages"].to_pandas()`` give a frame with ids, and with moments in UTC.
    """

    def __init__(self, result: Result, shapes: TextArray) -> None:
        self._makers = {name.removesuffix(".parquet"): make for name, make in tables_of(result, shapes).items()}

    def __getitem__(self, name: str) -> pa.Table:
        return table_of(f"{name}.parquet", self._makers[name])

    def __getattr__(self, name: str) -> pa.Table:
        if name.startswith("_") or name not in self._makers:
            raise AttributeError(f"no table '{name}': {', '.join(self._makers)}")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._makers]

    def __repr__(self) -> str:
        return f"Tables: {', '.join(self._makers)}"

    @property
    def trace(self) -> pa.Table:
        """Every event with the row of its cause: the table ``events`` by its name in Python."""
        return self["events"]


