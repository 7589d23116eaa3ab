"""YAML files checked against a model: every complaint with its file, line and column."""

from __future__ import annotations

import math
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from geodata.causes import cause_of
from geodata.inputs.plain_file import bytes_of
from twin.errors import InputError, InputErrors

Model = TypeVar("Model", bound=BaseModel)
#: Key path -> place in the file, 1-based.
Places = dict[tuple[str | int, ...], tuple[int, int]]
#: Values that a mapping may come to once its aliases are followed: a few lines of them can stand for billions.
_MOST_VALUES = 200_000
#: More than anybody writes by hand.
_MOST_BYTES = 16 * 2**20


def read_yaml(path: Path) -> tuple[Any, Places]:
    """Give the content of a YAML 1.2 file and the place of every key; repeated keys are refused.

    Raises
    ------
    InputError
        No such file, not UTF-8, not YAML, a key twice.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = bytes_of(path, expected="a mapping in YAML", most=_MOST_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(file=str(path), found="no such file", expected="a mapping in YAML") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(file=str(path), found=f"a file that cannot be read ({cause_of(error)})",
                         expected="a YAML file in UTF-8") from error
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        if _values_in(node, {}) > _MOST_VALUES:
            raise InputError(file=str(path), found=f"more than {_MOST_VALUES:,} values",
                             expected="a mapping written by hand",
                             remedy="Do aliases (*) stand for lists of aliases, or for what holds them?")
        places: Places = {}
        _place(node, (), places)
        content = YAML(typ="safe", pure=True).load(text)
    except RecursionError:
        raise InputError(file=str(path), found="lists or mappings within each other, hundreds deep",
                         expected="a mapping", remedy="Is a bracket missing?") from None
    except DuplicateKeyError as error:
        line, column = _mark(error)
        raise InputError(file=str(path), line=line, column=column, found=str(error.problem),
                         expected="each key once") from error
    except MarkedYAMLError as error:
        line, column = _mark(error)
        raise InputError(file=str(path), line=line, column=column, found=str(error.problem or error.context),
                         expected="YAML") from error
    except YAMLError as error:
        raise InputError(file=str(path), found=str(error).split("\n", 1)[0], expected="YAML") from error
    except InputError as error:
        error.file = error.file or str(path)
        raise
    except (ValueError, TypeError) as error:
        raise InputError(file=str(path), found=f"a value that is none ({error})", expected="YAML",
                         remedy="A date is 2026-01-31; put quotes around what is only text.") from error
    return content, places


def _values_in(node: Any, counted: dict[int, float]) -> float:
    """Count the values under a node once its aliases are followed; what holds itself is without end."""
    if id(node) in counted:
        return counted[id(node)]
    counted[id(node)] = math.inf
    inner = [] if node is None or node.id == "scalar" else \
        [value for _, value in node.value] if node.id == "mapping" else node.value
    counted[id(node)] = 1 + sum(_values_in(value, counted) for value in inner)
    return counted[id(node)]


def load_model(path: Path, model: type[Model]) -> tuple[Model, Places]:
    """Read a YAML file as a model, and where its keys stand.

    Raises
    ------
    InputErrors
        All complaints at once, each with line and column; unknown keys with the known ones listed.
    """
    content, places = read_yaml(path)
    if not isinstance(content, dict):
        raise InputError(file=str(path), line=1, found=type(content).__name__ if content else "an empty file",
                         expected=f"keys: {', '.join(allowed_keys(model, ()))}")
    try:
        return model.model_validate(content), places
    except ValidationError as error:
        raise InputErrors([_complaint(path, model, item, places, content) for item in error.errors()]) from None


def _complaint(path: Path, model: type[BaseModel], error: Any, places: Places, content: Any) -> InputError:
    location = tuple(error["loc"])
    line, column = nearest_place(location, places)
    named = _named(location, content)
    field = ".".join(named)
    if error["type"] == "extra_forbidden":
        allowed = allowed_keys(model, location[:-1])
        from difflib import get_close_matches

        near = get_close_matches(str(location[-1]), allowed, n=1)
        return InputError(file=str(path), line=line, column=column, field=field, found=f"key '{location[-1]}'",
                          expected=f"one of {', '.join(allowed)}",
                          remedy=f"Did you mean '{near[0]}'?" if near else "")
    if error["type"] == "invalid_key" or location[-1:] == ("[key]",):
        field = ".".join(part for part in named if part not in (error["input"], "[key]", str(error["input"])))
        return InputError(file=str(path), line=line, column=column, field=field,
                          found=f"a key that is no text ({error['input']})",
                          expected="a text", remedy='In YAML null, true and numbers are no texts: write "null".')
    if error["type"] == "missing":
        return InputError(file=str(path), line=line, column=column, field=field, found="nothing",
                          expected=f"the key '{location[-1]}'")
    if error["type"] == "value_error":
        message = str(error["msg"]).removeprefix("Value error, ")
        found, _, expected = message.partition("; expected ")
        return InputError(file=str(path), line=line, column=column, field=field,
                          found=found if expected else _shown(error["input"]), expected=expected or message)
    return InputError(file=str(path), line=line, column=column, field=field, found=_shown(error["input"]),
                      expected=str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, "))


def _named(location: tuple[str | int, ...], content: Any) -> list[str]:
    """Give a key path as people read it: a layer by its name, or its file's, instead of its number."""
    said, here = [], content
    for part in location:
        here = (here.get(part) if isinstance(here, dict)
                else here[part] if isinstance(here, list) and isinstance(part, int) and part < len(here) else None)
        name = here.get("name") or here.get("file") if isinstance(part, int) and isinstance(here, dict) else None
        name = name[0] if isinstance(name, list) and name else name
        said.append(Path(name).stem if isinstance(name, str) else str(part))
    return said


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def allowed_keys(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Give the keys that a model allows at a key path."""
    here: Any = model
    for part in location:
        here = _step(here, part)
        if here is None:
            return []
    return [info.alias or name for name, info in here.model_fields.items()] if _is_model(here) else []


def _step(here: Any, part: str | int) -> Any:
    if _is_model(here):
        for name, info in here.model_fields.items():
            if part in (name, info.alias):
                return _unwrap(info.annotation)
        return None
    arguments = [a for a in typing.get_args(here) if a is not type(None)]
    return _unwrap(arguments[-1]) if arguments else None


def _unwrap(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        inner = [a for a in typing.get_args(annotation) if a is not type(None)]
        models = [a for a in inner if _is_model(a)]
        return models[0] if models else inner[0]
    return annotation


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def nearest_place(location: tuple[str | int, ...], places: Places) -> tuple[int, int]:
    """Give the place of a key path, or of the nearest enclosing key that the file has.

    Shorthand lists of one (``file: a.csv``) have no place of their own, so numbers may be left out.
    """
    here: tuple[str | int, ...] = ()
    for part in location:
        if (*here, part) in places:
            here = (*here, part)
        elif not isinstance(part, int):
            break
    return places.get(here, (1, 1))


def _mark(error: Any) -> tuple[int, int]:
    mark = error.problem_mark or error.context_mark
    return (0, 0) if mark is None else (mark.line + 1, mark.column + 1)


def _place(node: Any, path: tuple[str | int, ...], places: Places) -> None:
    if node is None:
        return
    if node.id == "mapping":
        for key, value in node.value:
            if key.id != "scalar":
                raise InputError(line=key.start_mark.line + 1, column=key.start_mark.column + 1,
                                 found="a list or a mapping as a key", expected="a word before the colon")
            here = (*path, key.value)
            places[here] = (key.start_mark.line + 1, key.start_mark.column + 1)
            _place(value, here, places)
    elif node.id == "sequence":
        for i, value in enumerate(node.value):
            here = (*path, i)
            places[here] = (value.start_mark.line + 1, value.start_mark.column + 1)
            _place(value, here, places)
