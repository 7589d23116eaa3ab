"""Read a scenario file; name every complaint about it at once, each with line and column."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from scenarios.reading import Document, KeyPath, read_document
from scenarios.schema import ExpectCounts, Scenario
from twin.errors import InputError, InputErrors

#: How the name of a scenario file ends.
SUFFIX = ".scenario.yaml"


def shipped() -> dict[str, Path]:
    """Give the scenarios that come with the package, by name."""
    return {path.name.removesuffix(SUFFIX): path for path in sorted(Path(__file__).parent.glob(f"*{SUFFIX}"))}


def find_scenario(name: str | Path) -> Path:
    """Give the file of a scenario: a path, or the name of one that ships with the package.

    Raises
    ------
    InputError
        Neither; the shipped names are listed.
    """
    path, own = Path(name), shipped()
    if str(name) in own and not path.is_file():
        return own[str(name)]
    if path.exists():
        return path
    near = get_close_matches(str(name), own, n=1)
    raise InputError(file=str(name), found="no such file",
                     expected="a scenario file, or a shipped scenario by its name",
                     remedy=(f"Did you mean {near[0]}? " if near else "") + f"Shipped: {', '.join(own) or 'none'}.")


def load_scenario(path_or_name: str | Path) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    path_or_name
        A ``.yaml`` file, or the name of a shipped scenario (``ouche-q10``).

    Raises
    ------
    InputError, InputErrors
        Every complaint about the file, with line, column, what was expected and what to do.
    """
    path = find_scenario(path_or_name)
    scenario = parse_scenario(read_document(path).with_part("crews", path.parent))
    scenario._path = path
    return scenario


def parse_scenario(document: Document) -> Scenario:
    """Check a document against the schema.

    Raises
    ------
    InputErrors
        Every complaint, in the order of the file.
    """
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        raise InputErrors(_complaints(error, document)) from None
    scenario._document = document
    return scenario


def _complaints(error: ValidationError, document: Document) -> list[InputError]:
    details = [(dict(detail), _locate(detail["loc"], document.data)) for detail in error.errors(include_url=False)]
    found = [_complaint(detail, at, document) for detail, at in _told_once(details)]
    unique = {(c.line, c.column, c.field, c.found, c.expected): c for c in found}
    return sorted(unique.values(), key=lambda c: (c.line, c.column))


#: Errors that say only of what sort a value is not: each branch of a union has its own.
_SORTS = ("tuple_type", "list_type", "dict_type", "model_type", "model_attributes_type", "literal_error", "string_type",
          "float_type", "float_parsing", "int_type", "int_parsing", "bool_type", "bool_parsing")


def _told_once(details: list[tuple[dict[str, Any], _Located]]) -> list[tuple[dict[str, Any], _Located]]:
    """Leave out what a branch of a union says that the value was not meant for, and join what the others say.

    A value is meant for the branch that finds something wrong within it; where none does, for any of them.
    """
    told: list[tuple[dict[str, Any], _Located]] = []
    lacking: dict[KeyPath, int] = {}
    sorts: dict[KeyPath, list[dict[str, Any]]] = {}
    within: set[KeyPath] = set()
    for detail, at in details:
        if _lacks_entry(detail):
            lacking[at.path] = max(lacking.get(at.path, 0), detail["loc"][-1] + 1)
        if detail["type"] in _SORTS:
            sorts.setdefault(at.path, []).append(detail)
        else:
            within.add(at.path)
        within.update(at.path[:k] for k in range(len(at.path)))
    for detail, at in details:
        if _lacks_entry(detail):
            detail |= {"type": "too_short", "ctx": {"entries": lacking[at.path], "actual_length": len(detail["input"])}}
        elif detail["type"] in _SORTS:
            if at.path in within or detail is not sorts[at.path][0]:
                continue
            detail["others"] = sorts[at.path][1:]
        told.append((detail, at))
    return told


def _lacks_entry(detail: dict[str, Any]) -> bool:
    """Say whether a list of fixed length, a place for example, is too short."""
    return detail["type"] == "missing" and isinstance(detail["loc"][-1], int)


def _complaint(detail: dict[str, Any], at: _Located, document: Document) -> InputError:
    path = at.path
    sort, context, value = detail["type"], detail.get("ctx", {}), detail.get("input")
    raised = context.get("error")
    if isinstance(raised, InputError):
        return document.complaint(path, found=raised.found, expected=raised.expected, remedy=raised.remedy)
    if sort == "value_error" and raised is not None:
        rule, _, expected = str(raised).partition("; expected ")
        needs = None if expected else re.fullmatch(r"(.+?) needs (.+?)(?:; found (.+))?", rule)
        if needs:
            rule, expected = needs[3] or needs[1], needs[2]
        return document.complaint(path, found=rule, expected=expected or f"what docs/{_page(path)} says")
    if sort == "extra_forbidden":
        allowed = _keys(at.holder) if at.holder else []
        return document.complaint(path, of_key=True, found=f"the unknown key '{path[-1]}'",
                                  expected=f"one of {', '.join(allowed)}",
                                  remedy=_remedy_for(str(path[-1]), value, at, allowed, document))
    if sort in ("too_short", "too_long"):
        count = int(context["actual_length"])
        wanted = context.get("entries") or context.get("min_length") or context.get("max_length")
        bound = "at least " if sort == "too_short" and "entries" not in context else ""
        return document.complaint(path, found=f"a list of {count}" if count else "an empty list",
                                  expected=f"{bound}{wanted} {'entry' if wanted == 1 else 'entries'}")
    if sort == "missing":
        # The place is that of the mapping that lacks the key.
        either = " (counts of a kind) or 'asset' (one asset)" if at.holder is ExpectCounts else ""
        return document.complaint(path[:-1], found=f"no key '{path[-1]}'",
                                  expected=f"'{path[-1]}'{either}{_meaning(at.holder, str(path[-1]))}")
    expected = " or ".join(dict.fromkeys(_wanted(one, at) for one in (detail, *detail.get("others", ()))))
    remedy = ""
    if sort == "literal_error":
        near = get_close_matches(str(value), _words(detail).split(", "), n=1, cutoff=0.5)
        remedy = f"Did you mean '{near[0]}'?" if near else ""
    if expected == "a list":
        remedy = "Begin each entry with `- `."
    return document.complaint(path, found=_shown(value), expected=expected, remedy=remedy)


def _remedy_for(key: str, value: Any, at: _Located, allowed: Sequence[str], document: Document) -> str:
    """Say what becomes of an unknown key: it is half a number, stands a step too high, or is misspelt."""
    if key.isdigit() and value is None:
        return f"Decimals stand behind a point: 0.{key}, not 0,{key}."
    beside: Any = document.data
    for part in at.path[:-1]:
        beside = beside[part]
    inner = [name for name in allowed if name in beside and at.holder is not None
             and any(key in _keys(model) for model in _models_at([at.holder], name))]
    if inner:
        return f"Write it inside '{inner[0]}'."
    near = get_close_matches(key, allowed, n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'?" if near else ""


def _words(detail: dict[str, Any]) -> str:
    return str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")


def _wanted(detail: dict[str, Any], at: _Located) -> str:
    """Give what a branch would have taken, in words."""
    sort = detail["type"]
    if sort == "literal_error":
        return f"one of {_words(detail)}" if ", " in _words(detail) else f"'{_words(detail)}'"
    expected = {"string_type": "a text", "int_type": "a whole number", "int_parsing": "a whole number",
                "int_from_float": "a whole number", "float_type": "a number", "float_parsing": "a number",
                "bool_type": "true or false", "bool_parsing": "true or false", "tuple_type": "a list",
                "list_type": "a list", "dict_type": "a mapping", "model_type": "a mapping",
                "model_attributes_type": "a mapping"}.get(sort)
    if expected is None:
        expected = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
        if sort == "string_pattern_mismatch" and "[0-5]" in str(detail.get("ctx", {}).get("pattern")):
            expected = "a time of day, HH:MM"
    if expected == "a mapping" and at.wanted is not None:
        expected += f" with {', '.join(_keys(at.wanted))}"
    return expected


def _page(path: KeyPath) -> str:
    if path[:1] != ("flood",):
        return "scenarios.md"
    return "flow-model.md" if path[1:2] in (("rain",), ("inflow",), ("model",)) else "water.md"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping | BaseModel):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text if len(text) <= 60 else text[:57] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _meaning(model: type[BaseModel] | None, name: str) -> str:
    field = model.model_fields.get(name) if model else None
    return f": {field.description}" if field is not None and field.description else ""


class _Located(NamedTuple):
    path: KeyPath
    #: Model that holds the last key.
    holder: type[BaseModel] | None
    #: Model wanted as the value there, where one is.
    wanted: type[BaseModel] | None


def _locate(loc: tuple[int | str, ...], data: Any) -> _Located:
    """Give the place in the file of a pydantic location.

    pydantic puts the names of union branches among the keys: what the file does not have is passed over, except at the
    end, where it is a missing key.
    """
    path: list[str | int] = []
    holders: list[type[BaseModel]] = [Scenario]
    models: list[type[BaseModel]] = [Scenario]
    for i, part in enumerate(loc):
        inside = part in data if isinstance(data, Mapping) else (
            isinstance(data, list) and isinstance(part, int) and part < len(data))
        if not inside:
            branch = [m for m in models if part in (m.__name__, _TAG_OF.get(m.__name__))]
            if branch or i < len(loc) - 1:
                models = branch or models
                continue
            if not any(part in _keys(m) for m in models):
                continue
        path.append(part)
        holders = models
        data = data[part] if inside else None
        models = models if isinstance(part, int) else _models_at(models, part)
    return _Located(tuple(path), holders[0] if holders else None, models[0] if models else None)


#: How the branches of the union of expectations are called in pydantic's locations.
_TAG_OF = {"ExpectCounts": "of a kind", "ExpectAsset": "of an asset"}


def _models_at(models: list[type[BaseModel]], key: str) -> list[type[BaseModel]]:
    fields = [field for model in models for name, field in model.model_fields.items() if key in (name, field.alias)]
    # A key that is no field names an entry of a mapping by kind or id: its value is of the same models.
    return [inner for field in fields for inner in _models_in(field.annotation)] if fields else models


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType, tuple, list, dict, typing.Annotated):
        return [model for argument in typing.get_args(annotation) for model in _models_in(argument)]
    return []

