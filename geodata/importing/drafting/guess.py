"""What a draft takes a table for, and what it is unsure of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geodata.importing.drafting.seen import Seen
from geodata.wording import Wording
from twin.quantities import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a draft says of what it did, in the words of a catalogue."""

    #: English source text with ``{names}``.
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    #: Whether a person should look at it.
    is_unsure: bool = False
    #: The same sentence for several, and their number, where it counts something.
    many: str = ""
    n: int = 0

    def said(self, words: Wording) -> str:
        """Give it in a language; places in files (``lines``) and kinds (``kind``) are called by its own words."""
        values = {name: words.records(str(value)) if name == "lines" else
                  words.word(str(value)) if name.rstrip("0123456789") == "kind" else value
                  for name, value in self.values.items()}
        return words.plural(self.text, self.many, self.n, **values) if self.many else words.text(self.text, **values)


@dataclass(kw_only=True, eq=False)
class Guess:
    """One table on its way to a layer."""

    seen: Seen
    #: Kind of its assets, or "" for a context layer or a table that is only looked up in.
    kind: str = ""
    #: Column and map of kinds that are mixed in one table; ``kind`` is then the commonest.
    kind_column: str = ""
    kind_map: dict[str, str] = field(default_factory=dict)
    context: str = ""
    #: Whether it is only looked up in: a list of links.
    is_list: bool = False
    #: Whether the file says itself what its records are (tags): fields and links are not guessed.
    is_told: bool = False
    #: Layers of the file that are put together, and ``where``, as the mapping writes them.
    layers: list[str] = field(default_factory=list)
    where: dict[str, Any] = field(default_factory=dict)
    #: ``position`` as the mapping writes it; None for the file's own geometry.
    position: dict[str, str] | str | None = None
    crs: str = ""
    #: Longitude and latitude of each record, (N, 2); NaN where there is none.
    degrees: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))
    #: Shapes in the file's own CRS while that is not known yet.
    geometry: Any = None
    #: Columns of the id; empty for ``content``.
    id: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    #: Column with the number of lanterns of a record; empty without one.
    lanterns: str = ""
    no_value: dict[str, list[str]] = field(default_factory=dict)
    #: Columns that are filled down.
    fill: dict[str, str] = field(default_factory=dict)
    #: Whether records that say the same as another in every column are dropped.
    has_copies: bool = False
    #: Columns that another layer reads.
    lent: set[str] = field(default_factory=set)
    #: Columns that are not taken up: why, and the line of the mapping that would take it all the same.
    left: list[tuple[Remark, dict[str, Any]]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    #: Layers derived from this one: circuits.
    derived: list[dict[str, Any]] = field(default_factory=list)
    #: Key of the mapping -> what is said above it; "" is the layer itself.
    remarks: dict[str, list[Remark]] = field(default_factory=dict)

    def leave_out(self, text: str, /, **values: Any) -> None:
        """Take a table for nothing, and say why."""
        self.kind = self.context = ""
        self.remarks = {}
        self.unsure("", text, **values)

    @property
    def name(self) -> str:
        """How the mapping calls the layer."""
        return self.seen.name

    def remark(self, key: str, text: str, /, *, is_unsure: bool = False, **values: Any) -> None:
        """Say something above a key."""
        self.remarks.setdefault(key, []).append(Remark(text=text, values=values, is_unsure=is_unsure))

    def unsure(self, key: str, text: str, /, **values: Any) -> None:
        """Say something above a key that a person should look at."""
        self.remark(key, text, is_unsure=True, **values)

    def unsure_of(self, key: str, one: str, many: str, n: int, /, **values: Any) -> None:
        """Say something that counts ``n`` things above a key, for a person to look at."""
        self.remarks.setdefault(key, []).append(Remark(text=one, many=many, n=n, values=values, is_unsure=True))
