"""Assets: everything in the city that can lose its service or get wet, as columns.

A row number is an asset inside the program; its string id names it at the borders. Heights are above the ground at
the asset (negative for cellars); ``ground_m`` is the terrain's altitude. NaN in a height means "no such part": a
circuit has no live part of its own that water could reach, and is touched by none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, Self

import numpy as np

from twin.errors import InputError
from twin.quantities import (
    BoolArray,
    FloatArray,
    Int8Array,
    Int16Array,
    Int32Array,
    Int64Array,
    TextArray,
    column,
)
from twin.world.kinds import Kinds, Role


class Source(IntEnum):
    """Where a value comes from. Nothing is defaulted in silence."""

    SURVEY = 0  #: in the city's own files
    OBSERVED = 1  #: seen or measured during the event
    DEFAULT = 2  #: the kind's default: an assumption
    INFERRED = 3  #: made by a rule: nearest, along streets, from terrain
    NONE = 4  #: no value at all

    @property
    def word(self) -> str:
        """The word used in files: ``survey``, ``observed``, ``default``, ``inferred`` or empty."""
        return "" if self is Source.NONE else self.name.lower()


class Protection(IntEnum):
    """What a wet live part does to its circuit."""

    NONE = 0  #: not a circuit
    RCD = 1  #: one wet lamp door takes the whole circuit
    FUSE = 2  #: that lamp alone goes, and it may stay live


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A column of repeated words: codes into a vocabulary, -1 for none."""

    #: Code of each row, (A,); -1 where none.
    codes: Int32Array
    #: The words, in order of code.
    words: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Self:
        """Code a sequence of words; ``None`` and the empty word give -1. Codes follow the words' order."""
        words = tuple(sorted({value for value in values if value}))
        code = {word: i for i, word in enumerate(words)}
        return cls(column([code.get(value or "", -1) for value in values], np.int32), words)

    @classmethod
    def empty(cls, length: int) -> Self:
        """Give a column without a single word."""
        return cls(column(-1, np.int32, length), ())

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"Labels: {len(self):,} rows, {len(self.words):,} words"

    def __getitem__(self, row: int) -> str:
        code = int(self.codes[row])
        return "" if code < 0 else self.words[code]

    def to_list(self) -> list[str]:
        """Give one word per row, empty where none."""
        vocabulary = np.array([*self.words, ""], dtype=object)
        return list(vocabulary[self.codes])

    def take(self, rows: Any) -> Labels:
        """Give the sub-column of a mask or of row numbers; the vocabulary stays."""
        return Labels(column(self.codes[rows], np.int32), self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Row view of one asset, for people and for messages."""

    row: int
    id: str
    kind: str
    name: str
    x_m: float
    y_m: float
    ground_m: float
    touch_m: float
    fail_m: float
    height_error_m: float
    protection: Protection
    buffer_s: int
    street: str
    district: str
    owner: str
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assets:
    """Columns of all assets, (A,) each; copied on entry and read-only.

    Build one with :meth:`of`, which fills what is not given with the kinds' defaults and marks it so.
    """

    #: Identifier, unique in the city.
    id: TextArray
    #: Index into ``kinds``.
    kind: Int16Array
    #: What the codes of ``kind`` mean.
    kinds: Kinds
    #: Name that people know it by; empty when none.
    name: TextArray
    #: Position in the city's projected CRS [m]; NaN when not known.
    x_m: FloatArray
    y_m: FloatArray
    #: Altitude of the terrain at the asset [m]; NaN when not known.
    ground_m: FloatArray
    #: Height above ground at which water touches it [m]; NaN: water does not matter to it.
    touch_m: FloatArray
    #: Height above ground of its lowest live part [m]; NaN: water cannot fail it.
    fail_m: FloatArray
    #: Error of ``fail_m`` and of the ground beneath, one standard figure [m].
    height_error_m: FloatArray
    #: Protection of circuits, ``Protection``.
    protection: Int8Array
    #: Battery or tank [s]; 0 when none.
    buffer_s: Int64Array
    #: Dwellings (buildings) or people (sites) where the data say; NaN when not known.
    people: FloatArray
    #: Altitude of the zero of a gauge [m]; NaN elsewhere.
    zero_m: FloatArray
    #: Street, district, owner and operator.
    street: Labels
    district: Labels
    owner: Labels
    operator: Labels
    #: ``Source`` of the columns that may be defaulted.
    ground_source: Int8Array
    touch_source: Int8Array
    fail_source: Int8Array
    protection_source: Int8Array
    _row_of: dict[str, int] = field(repr=False, default_factory=dict)

    @classmethod
    def of(cls, kinds: Kinds, *, id: Sequence[str], kind: Sequence[str] | Int16Array, **given: Any) -> Assets:
        """Build the table; what is not given takes the kind's default, marked ``Source.DEFAULT``.

        Parameters
        ----------
        kinds
            The kinds of this city.
        id, kind
            One per asset; ``kind`` by name or by index into ``kinds``.
        given
            Any other column by name, (A,) or a scalar. NaN in ``touch_m`` and ``fail_m`` asks for the default.

        Raises
        ------
        InputError
            Repeated or empty ids, an unknown kind, a column that assets do not have.
        """
        ids = np.array(id if isinstance(id, np.ndarray) else list(id), dtype=object)
        n = len(ids)
        _check_ids(ids)
        codes = column(kind if isinstance(kind, np.ndarray) and kind.dtype.kind == "i" else kinds.codes(list(kind)),
                       np.int16, n)

        def heights(name: str, defaults: FloatArray) -> tuple[FloatArray, Int8Array]:
            values = np.array(column(given.pop(name, np.nan), np.float64, n))
            source = np.array(column(given.pop(f"{name.removesuffix('_m')}_source", Source.SURVEY), np.int8, n))
            missing = np.isnan(values)
            values[missing] = defaults[codes][missing]
            source[missing] = Source.DEFAULT
            source[np.isnan(values)] = Source.NONE
            return column(values, np.float64), column(source, np.int8)

        touch_m, touch_source = heights("touch_m", kinds.touch_m)
        fail_m, fail_source = heights("fail_m", kinds.fail_m)
        ground_m = column(given.pop("ground_m", np.nan), np.float64, n)
        ground_source = given.pop("ground_source", np.where(np.isnan(ground_m), Source.NONE, Source.INFERRED))
        error = np.array(column(given.pop("height_error_m", np.nan), np.float64, n))
        error = np.where(np.isnan(error), kinds.height_error_m[codes], error)
        circuit = kinds.is_circuit[codes]
        protection = np.array(column(given.pop("protection", Protection.NONE), np.int8, n))
        protection_source = np.array(column(given.pop("protection_source", Source.SURVEY), np.int8, n))
        unknown = circuit & (protection == Protection.NONE)
        protection[unknown], protection_source[unknown] = Protection.RCD, Source.DEFAULT
        protection[~circuit], protection_source[~circuit] = Protection.NONE, Source.NONE

        def text(name: str) -> TextArray:
            return column(given.pop(name, ""), np.object_, n)

        def labels(name: str) -> Labels:
            value = given.pop(name, None)
            return value if isinstance(value, Labels) else Labels.empty(n) if value is None else Labels.of(value)

        assets = cls(
            id=column(ids, np.object_), kind=codes, kinds=kinds, name=text("name"),
            x_m=column(given.pop("x_m", np.nan), np.float64, n), y_m=column(given.pop("y_m", np.nan), np.float64, n),
            ground_m=ground_m, touch_m=touch_m, fail_m=fail_m, height_error_m=column(error, np.float64),
            protection=column(protection, np.int8), buffer_s=column(given.pop("buffer_s", 0), np.int64, n),
            people=column(given.pop("people", np.nan), np.float64, n),
            zero_m=column(given.pop("zero_m", np.nan), np.float64, n),
            street=labels("street"), district=labels("district"), owner=labels("owner"), operator=labels("operator"),
            ground_source=column(ground_source, np.int8, n), touch_source=touch_source, fail_source=fail_source,
            protection_source=column(protection_source, np.int8))
        if given:
            raise InputError(found=f"columns {sorted(given)}", expected="columns of Assets", field=", ".join(given))
        return assets

    def __len__(self) -> int:
        return len(self.id)

    def __repr__(self) -> str:
        return f"Assets: {len(self):,} rows of {len(np.unique(self.kind))} kinds"

    def __getitem__(self, row: int) -> Asset:
        return Asset(
            row=int(row), id=self.id[row], kind=self.kinds.names[self.kind[row]], name=self.name[row],
            x_m=float(self.x_m[row]), y_m=float(self.y_m[row]), ground_m=float(self.ground_m[row]),
            touch_m=float(self.touch_m[row]), fail_m=float(self.fail_m[row]),
            height_error_m=float(self.height_error_m[row]), protection=Protection(int(self.protection[row])),
            buffer_s=int(self.buffer_s[row]), street=self.street[row], district=self.district[row],
            owner=self.owner[row], operator=self.operator[row])

    def __iter__(self) -> Iterator[Asset]:
        return (self[row] for row in range(len(self)))

    def row(self, asset_id: str) -> int:
        """Give the row of an id.

        Raises
        ------
        InputError
            The city has no such asset; the nearest spellings are named.
        """
        if not self._row_of:  # made when first asked for: a million ids are a quarter of a second
            self._row_of.update(zip(self.id.tolist(), range(len(self)), strict=True))
        try:
            return self._row_of[asset_id]
        except KeyError:
            raise unknown_id(asset_id, self._row_of, self.ids_look()) from None

    def ids_look(self) -> str:
        """Say how the ids of each kind look, by the first three of each."""
        told = []
        for code in np.unique(self.kind).tolist():
            first = np.flatnonzero(self.kind == code)[:3]
            told.append(", ".join(self.id[first]))
        return f"Ids look like: {'; '.join(told)}." if told else "The city holds no asset at all."

    def rows(self, ids: Sequence[str]) -> Int32Array:
        """Give the rows of several ids, (N,)."""
        return np.array([self.row(i) for i in ids], dtype=np.int32)

    def of_kind(self, *names: str) -> BoolArray:
        """Give the mask of the assets of these kinds, (A,)."""
        return np.asarray(np.isin(self.kind, [self.kinds.index(name) for name in names]))

    def of_role(self, role: Role) -> BoolArray:
        """Give the mask of the assets whose kind has a role, (A,)."""
        return np.asarray(self.kinds.with_role(role)[self.kind])

    def buildings(self) -> BoolArray:
        """Give the mask of the buildings, (A,): premises that are no critical site, which are counted apart."""
        return np.asarray(self.of_role(Role.PREMISES) & ~self.of_role(Role.VITAL))

    def has_role(self, row: int, role: Role) -> bool:
        """Tell whether the kind of an asset has a role."""
        return bool(self.kinds.with_role(role)[self.kind[row]])

    def called(self, row: int) -> str:
        """Give what an asset is called: its name, else its id."""
        return str(self.name[row] or self.id[row])

    def take(self, rows: Int32Array) -> Assets:
        """Give a table of these rows alone, in this order."""
        values: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            values[f.name] = value if f.name == "kinds" else {} if f.name == "_row_of" else value.take(
                rows) if isinstance(value, Labels) else column(value[rows], value.dtype.type)
        return Assets(**values)

    def replaced(self, **columns: Any) -> Assets:
        """Give a copy with some columns replaced (thresholds of a scenario, say); sources are the caller's to set."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        if "id" in columns:
            values["_row_of"] = {}
        for name, value in columns.items():
            values[name] = value if isinstance(value, Labels) else column(value, values[name].dtype.type, len(self))
        return Assets(**values)

    def assert_equal(self, other: Assets) -> None:
        """Raise ``AssertionError`` at the first difference, naming column, row and both values."""
        assert len(self) == len(other), f"{len(self)} assets against {len(other)}"
        assert self.kinds.names == other.kinds.names, "the kinds differ"
        for f in fields(self):
            if f.name in ("kinds", "_row_of"):
                continue
            mine, theirs = getattr(self, f.name), getattr(other, f.name)
            if isinstance(mine, Labels):
                mine, theirs = np.array(mine.to_list(), object), np.array(theirs.to_list(), object)
            same = (mine == theirs) | (_is_nan(mine) & _is_nan(theirs))
            if not np.all(same):
                row = int(np.flatnonzero(~same)[0])
                raise AssertionError(f"{f.name} of {self.id[row]}: {mine[row]!r} against {theirs[row]!r}")


def _check_ids(ids: TextArray) -> None:
    names = ids.tolist()
    distinct = set(names) if set(map(type, names)) <= {str} else {""}
    if "" in distinct:
        empty = [f"row {row}" for row, name in enumerate(names) if not isinstance(name, str) or not name]
        raise InputError(found="assets without an id", expected="a text id for each asset", field="id", ids=empty)
    if len(distinct) < len(names):
        repeated = sorted(name for name, count in Counter(names).items() if count > 1)
        raise InputError(found="repeated ids", expected="ids unique in the city", field="id", ids=repeated,
                         remedy="Where two kinds share a numbering, put the kind before the number.")


def unknown_id(asset_id: str, known: Mapping[str, int], ids_look: str) -> InputError:
    """Give the error for an id that the city lacks, with the nearest spellings or else how its ids look."""
    from difflib import get_close_matches

    near = get_close_matches(asset_id, known.keys(), n=3) if len(known) <= 50_000 else []
    folded = asset_id.casefold()
    near = near or [name for name in known if name.casefold() == folded][:3]
    return InputError(found=f"asset '{asset_id}'", expected="an asset of this city", ids=(asset_id,),
                      remedy=f"Did you mean {' or '.join(near)}?" if near else ids_look)


def _is_nan(values: Any) -> Any:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)
