"""Kinds: what a sort of asset is, as data.

The built-in kinds stand in ``twin/data/kinds.toml`` with unit and source beside every number; a city adds its own in
the same form without touching code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, Int16Array, Int64Array, column

#: Stages of a repair after water, in order; the waiting for the water to leave comes before them.
STAGES = ("reach", "inspect", "clean_dry", "replace", "re_energise")
LANGUAGES = ("fr", "en")


class Role(StrEnum):
    """What a kind does in the city, whatever it is called; a kind may have several."""

    SOURCE = "source"  #: has no supplier in the real world: a source of the graph
    CIRCUIT = "circuit"  #: its protection trips
    LIGHTS = "lights"  #: gives light: dark when it is out at night
    SWITCHES = "switches"  #: the place where lighting is cut and repaired: a cabinet
    DISTRIBUTES = "distributes"  #: stands between source and consumer: without consumers it is odd
    PREMISES = "premises"  #: people are inside: water comes inside, its outage is a loss of electricity
    VITAL = "vital"  #: a stake of the emergency plan: told one by one, by name
    WATERS = "waters"  #: watering, suspended by water on the ground or without its controller
    LIVE_IN_STREET = "live_in_street"  #: stands in the street with live parts: in water it may be live until it is cut
    GAUGE = "gauge"  #: measures the level of a river
    NAMED = "named"  #: people know it by its name, not by its id
    GRID = "grid"  #: the grid operator's to open and to repair, unless its owner says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its unit and where it comes from."""

    value: float
    unit: str
    source: str
    #: True when no good source was found: shown as an assumption wherever it is used.
    assumption: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How people say a kind in one language, with the article where the language needs it."""

    one: str  #: "armoire d'éclairage"
    many: str  #: "armoires d'éclairage"
    the: str  #: "l'armoire d'éclairage"
    of_the: str  #: "de l'armoire d'éclairage"
    gender: str = ""  #: "f", "m" or empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of asset."""

    name: str
    #: Map symbol: ``dot``, ``square``, ``footprint``, ``line``, ``zone``, ``site``, ``gauge`` or ``none``.
    symbol: str
    #: How water is read at it: ``point`` (its cell), ``outline`` (cells its outline touches), ``area`` (cells of its
    #: footprint) or ``none`` (it has no place of its own).
    footprint: str
    roles: frozenset[Role]
    #: Defaults; ``None`` where water cannot touch or fail it.
    touch_m: Figure | None
    fail_m: Figure | None
    height_error_m: Figure
    #: Seconds of each of ``STAGES`` after the water has left, live and dead when it came.
    repair_s: tuple[Figure, ...]
    repair_dead_s: tuple[Figure, ...]
    words: Mapping[str, Words]

    @property
    def repair_total_s(self) -> int:
        """Seconds from dry to back in service."""
        return round(sum(stage.value for stage in self.repair_s))

    @property
    def repair_dead_total_s(self) -> int:
        """The same for an asset that was dead when the water came."""
        return round(sum(stage.value for stage in self.repair_dead_s))


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """The kinds of a city, in a fixed order: the code of a kind is its place here."""

    kinds: tuple[Kind, ...]
    names: tuple[str, ...] = field(init=False)
    #: Columns over kinds, (K,): indexed by the kind codes of assets.
    touch_m: FloatArray = field(init=False)
    fail_m: FloatArray = field(init=False)
    height_error_m: FloatArray = field(init=False)
    repair_s: Int64Array = field(init=False)
    repair_dead_s: Int64Array = field(init=False)
    #: Seconds of each of ``STAGES``, live and dead as the water came, (K, stages).
    stage_s: Int64Array = field(init=False)
    stage_dead_s: Int64Array = field(init=False)
    _with_role: Mapping[Role, BoolArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        put("names", tuple(kind.name for kind in self.kinds))
        if len(set(self.names)) < len(self.names):
            raise InputError(found="a kind declared twice", expected="one declaration per kind", field="kinds",
                             ids=sorted({n for n in self.names if self.names.count(n) > 1}))
        put("touch_m", column([np.nan if k.touch_m is None else k.touch_m.value for k in self.kinds], np.float64))
        put("fail_m", column([np.nan if k.fail_m is None else k.fail_m.value for k in self.kinds], np.float64))
        put("height_error_m", column([k.height_error_m.value for k in self.kinds], np.float64))
        put("repair_s", column([k.repair_total_s for k in self.kinds], np.int64))
        put("repair_dead_s", column([k.repair_dead_total_s for k in self.kinds], np.int64))
        put("stage_s", _stage_table([k.repair_s for k in self.kinds]))
        put("stage_dead_s", _stage_table([k.repair_dead_s for k in self.kinds]))
        put("_with_role", {role: column([role in k.roles for k in self.kinds], np.bool_) for role in Role})

    def __len__(self) -> int:
        return len(self.kinds)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds)

    def __getitem__(self, name: str) -> Kind:
        return self.kinds[self.index(name)]

    def with_role(self, role: Role) -> BoolArray:
        """Give the mask of the kinds that have a role, (K,)."""
        return self._with_role[role]

    @property
    def is_source(self) -> BoolArray:
        """Which kinds have no supplier in the real world, (K,)."""
        return self.with_role(Role.SOURCE)

    @property
    def is_circuit(self) -> BoolArray:
        """Which kinds have a protection that trips, (K,)."""
        return self.with_role(Role.CIRCUIT)

    @property
    def lights(self) -> BoolArray:
        """Which kinds give light, (K,)."""
        return self.with_role(Role.LIGHTS)

    def index(self, name: str) -> int:
        """Give the code of a kind.

        Raises
        ------
        InputError
            No such kind; the known ones are listed.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise InputError(found=f"kind '{name}'", expected=f"one of {', '.join(self.names)}", field="kind",
                             remedy="Declare your own kinds in the city's kinds table.") from None

    def codes(self, names: Sequence[str]) -> Int16Array:
        """Give the codes of many names, (N,)."""
        code = {name: i for i, name in enumerate(self.names)}
        try:
            return np.array([code[name] for name in names], dtype=np.int16)
        except KeyError as missing:
            self.index(str(missing.args[0]))
            raise

    def with_kinds(self, own: Mapping[str, Any]) -> Kinds:
        """Give the kinds of a city that declares its own, in the form of ``kinds.toml`` (name -> table)."""
        added = tuple(_kind(name, table, file="kinds") for name, table in own.items())
        replaced = {kind.name for kind in added}
        return Kinds(tuple(kind for kind in self.kinds if kind.name not in replaced) + added)


def _stage_table(kinds: Sequence[Sequence[Figure]]) -> Int64Array:
    """Give whole seconds of each stage whose sum is the rounded sum of all, (K, stages)."""
    table = np.zeros((len(kinds), len(STAGES)), np.int64)
    for row, figures in enumerate(kinds):
        ends = np.rint(np.cumsum([figure.value for figure in figures])).astype(np.int64)
        table[row] = np.diff(ends, prepend=0)
    table.flags.writeable = False
    return table


@cache
def built_in_kinds() -> Kinds:
    """Give the kinds of ``twin/data/kinds.toml``."""
    text = resources.files("twin").joinpath("data/kinds.toml").read_text(encoding="utf-8")
    return Kinds(tuple(_kind(name, table, file="kinds.toml") for name, table in tomllib.loads(text).items()))


_ALLOWED = {"symbol", "footprint", "roles", "is_source", "is_circuit", "touch_m", "fail_m", "height_error_m",
            "repair_s", "repair_dead_s", "words"}


def _roles(name: str, table: Mapping[str, Any], file: str) -> frozenset[Role]:
    known, given = {role.value for role in Role}, table.get("roles", ())
    # City files of before roles said two of them by keys of their own.
    words = [*([given] if isinstance(given, str) else given),
             *(role for role in (Role.SOURCE.value, Role.CIRCUIT.value) if table.get(f"is_{role}"))]
    unknown = [word for word in words if word not in known]
    if unknown:
        raise InputError(file=file, field=f"{name}.roles", found=f"role '{unknown[0]}'",
                         expected=f"of {', '.join(sorted(known))}")
    return frozenset(Role(word) for word in words)


def _kind(name: str, table: Mapping[str, Any], *, file: str) -> Kind:
    unknown = sorted(set(table) - _ALLOWED)
    if unknown:
        raise InputError(file=file, field=f"{name}.{unknown[0]}", found=f"key '{unknown[0]}'",
                         expected=f"one of {', '.join(sorted(_ALLOWED))}")

    def figure(key: str, value: Any, unit: str) -> Figure:
        if not isinstance(value, Mapping) or "value" not in value or "source" not in value:
            raise InputError(file=file, field=f"{name}.{key}", found=repr(value),
                             expected="{value = number, unit = text, source = text}")
        if value.get("unit", unit) != unit:
            raise InputError(file=file, field=f"{name}.{key}", found=f"unit '{value['unit']}'", expected=f"'{unit}'")
        return Figure(value=float(value["value"]), unit=unit, source=str(value["source"]),
                      assumption=bool(value.get("assumption", False)))

    def stages(key: str) -> tuple[Figure, ...]:
        given = table.get(key, {})
        source = str(given.get("source", "")) if isinstance(given, Mapping) else ""
        none = Figure(value=0.0, unit="s", source="no such stage", assumption=False)
        return tuple(Figure(value=float(given[stage]), unit="s", source=source,
                            assumption=bool(given.get("assumption", False))) if stage in given else none
                     for stage in STAGES)

    words = {lang: Words(**table["words"][lang]) for lang in LANGUAGES if lang in table.get("words", {})}
    missing = [lang for lang in LANGUAGES if lang not in words]
    if missing:
        raise InputError(file=file, field=f"{name}.words", found=f"no words in {', '.join(missing)}",
                         expected="words in fr and in en (one, many, the, of_the)")
    return Kind(
        name=name, symbol=table.get("symbol", "dot"), footprint=table.get("footprint", "point"),
        roles=_roles(name, table, file),
        touch_m=figure("touch_m", table["touch_m"], "m") if "touch_m" in table else None,
        fail_m=figure("fail_m", table["fail_m"], "m") if "fail_m" in table else None,
        height_error_m=figure("height_error_m", table["height_error_m"], "m") if "height_error_m" in table
        else Figure(value=0.0, unit="m", source="no height of its own", assumption=False),
        repair_s=stages("repair_s"), repair_dead_s=stages("repair_dead_s") if "repair_dead_s" in table
        else stages("repair_s"), words=words)
