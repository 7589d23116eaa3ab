"""Kinds as text: the table ``kinds`` of a city file holds a city's own kinds in the form of ``kinds.toml``, as JSON."""

from __future__ import annotations

import json
from typing import Any

from twin.errors import InputError
from twin.world.kinds import STAGES, Figure, Kind, Kinds, built_in_kinds


def kind_to_dict(kind: Kind) -> dict[str, Any]:
    """Give a kind in the form that ``Kinds.with_kinds`` reads."""
    table: dict[str, Any] = {"symbol": kind.symbol, "footprint": kind.footprint,
                             "roles": sorted(role.value for role in kind.roles)}
    for name in ("touch_m", "fail_m", "height_error_m"):
        figure = getattr(kind, name)
        if figure is not None:
            table[name] = {"value": figure.value, "unit": figure.unit, "source": figure.source,
                           "assumption": figure.assumption}
    table["repair_s"] = _stages(kind.repair_s)
    table["repair_dead_s"] = _stages(kind.repair_dead_s)
    table["words"] = {lang: {"one": words.one, "many": words.many, "the": words.the, "of_the": words.of_the,
                             "gender": words.gender} for lang, words in kind.words.items()}
    return table


def _stages(figures: tuple[Figure, ...]) -> dict[str, Any]:
    given = {stage: figure for stage, figure in zip(STAGES, figures, strict=True) if figure.source != "no such stage"}
    table: dict[str, Any] = {stage: figure.value for stage, figure in given.items()}
    if given:
        first = next(iter(given.values()))
        table |= {"source": first.source, "assumption": first.assumption}
    return table


def own_kinds(kinds: Kinds) -> tuple[str, dict[str, str]]:
    """Give what a file must hold to give these kinds back: ``own`` or ``all``, and the JSON of each by name.

    ``own`` leaves out what is built in. A city whose kinds are not the built-in ones plus its own holds ``all``.
    """
    built_in = built_in_kinds()
    same = {kind.name for kind in kinds if kind.name in built_in.names and kind == built_in[kind.name]}
    own = {kind.name: json.dumps(kind_to_dict(kind), ensure_ascii=False) for kind in kinds if kind.name not in same}
    if _read("own", own, "").names == kinds.names:
        return "own", own
    return "all", {kind.name: json.dumps(kind_to_dict(kind), ensure_ascii=False) for kind in kinds}


def _read(extent: str, tables: dict[str, str], file: str) -> Kinds:
    parsed = {}
    for name, text in tables.items():
        try:
            parsed[name] = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(file=file, field=f"kinds.{name}", found=f"text that is no JSON ({error})",
                             expected="a kind as `twin import` writes it") from error
    return (Kinds(()) if extent == "all" else built_in_kinds()).with_kinds(parsed)


def read_kinds(extent: str, tables: dict[str, str], file: str) -> Kinds:
    """Give the kinds of a city file.

    Raises
    ------
    InputError
        A kind that cannot be read; the file is named.
    """
    try:
        return _read(extent, tables, file)
    except InputError as error:
        raise InputError(file=file, field=error.field, found=error.found, expected=error.expected,
                         remedy=error.remedy) from error
    except (TypeError, KeyError, AttributeError) as error:
        raise InputError(file=file, field="kinds", found=f"a kind with unknown or missing keys ({error})",
                         expected="kinds in the form of twin/data/kinds.toml") from error
