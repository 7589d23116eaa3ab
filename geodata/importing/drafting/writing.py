"""A drafted mapping as YAML, each line that a person should look at under a comment that says so."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from geodata.importing.drafting.guess import Guess, Remark

#: Says a remark in the language of the draft.
Say = Callable[[Remark], str]
_PLAIN = re.compile(r"[A-Za-zÀ-ÿ_./][\wÀ-ÿ./-]*( [\wÀ-ÿ./-]+)*|EPSG:\d+")
#: What YAML, or an editor that knows its older version, takes for something other than a text.
_RESERVED = {"yes", "no", "on", "off", "true", "false", "null", "."}
_WIDE = 118


def scalar(value: Any) -> str:
    r"""Give a value as YAML writes it: plain where that is clear, else in quotes.

    Examples
    --------
    >>> scalar("QUADRO"), scalar("NO"), scalar("EPSG:4326"), scalar(r"(\d+)")
    ('QUADRO', '"NO"', 'EPSG:4326', "'(\\d+)'")
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED:
        return text
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def flow(value: Any) -> str:
    """Give a value on one line: ``{x: LON, y: LAT}``."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def comment(text: str, indent: int) -> list[str]:
    """Give a comment, wrapped."""
    head = " " * indent + "# "
    return textwrap.wrap(re.sub("[ \n\t]+", " ", text), width=_WIDE, initial_indent=head, subsequent_indent=head + "  ",
                         break_long_words=False, break_on_hyphens=False)


def layer_lines(guess: Guess, say: Say) -> list[str]:
    """Give the lines of one asset layer, and of those derived from it."""
    made: dict[str, Any] = {"name": guess.name, "file": guess.seen.file}
    _where(made, guess)
    if guess.kind_column:
        made["kind"] = {"column": guess.kind_column, "map": guess.kind_map, "otherwise": "drop"}
    else:
        made["kind"] = guess.kind
    made["id"] = _id(guess)
    _place(made, guess)
    if guess.lanterns:
        made["lanterns"] = guess.lanterns
    if guess.fields or guess.left:
        made["fields"] = guess.fields
    if guess.links:
        made["supplied_by"] = guess.links[0]
    lines = _item(made, guess.remarks, say, _left(guess, say))
    for derived in guess.derived:
        lines += ["", *_item(derived, {}, say)]
    return lines


def table_lines(guess: Guess) -> list[str]:
    """Give the line of a table that is only looked up in."""
    made: dict[str, Any] = {"file": guess.seen.file}
    _where(made, guess)
    return [f"  {scalar(guess.name)}: {flow(made)}"]


def context_lines(guess: Guess, say: Say) -> list[str]:
    """Give the lines of one context layer."""
    made: dict[str, Any] = {"file": guess.seen.file}
    _where(made, guess)
    _place(made, guess)
    if "name" in guess.fields:
        made["name"] = guess.fields["name"]
    if guess.context == "water" and "name" in guess.fields:
        made["fields"] = {"river": guess.fields["name"]}
    if guess.context == "street" and (more := {field: item for field, item in guess.fields.items() if field != "name"}):
        made["fields"] = more
    return _item(made, guess.remarks, say)


def left_out_lines(guess: Guess, say: Say) -> list[str]:
    """Give the comment about a table that became no layer."""
    made: dict[str, Any] = {"file": guess.seen.file}
    _where(made, guess)
    why = "; ".join(say(remark) for remark in guess.remarks.get("", []))
    return comment(f"{flow(made)}: {why}", 0)


def _id(guess: Guess) -> Any:
    columns = guess.id[0] if len(guess.id) == 1 else guess.id
    if guess.has_copies:
        return {**({"columns": columns} if columns else {"content": True}), "duplicates": "drop_copies"}
    return columns or "content"


def _left(guess: Guess, say: Say) -> list[str]:
    """Give the columns that are not taken up, each with why and with the line that would take it."""
    is_offered = any(fields for _, fields in guess.left)
    lines = ["    # fields:"] if is_offered and not guess.fields else []
    for remark, fields in guess.left:
        lines += comment(say(remark), 6 if is_offered or guess.fields else 4)
        lines += [f"      # {scalar(field)}: {flow(value)}" for field, value in fields.items()]
    return lines


def _where(made: dict[str, Any], guess: Guess) -> None:
    if guess.seen.layer or guess.layers:
        made["layer"] = guess.seen.layer or guess.layers
    if guess.seen.records:
        made["records"] = guess.seen.records
    if guess.no_value:
        made["no_value"] = guess.no_value
    if guess.fill:
        made["fill"] = guess.fill
    if guess.where:
        made["where"] = guess.where


def _place(made: dict[str, Any], guess: Guess) -> None:
    if guess.position is not None:
        made["position"] = guess.position
    elif guess.kind and guess.geometry is None:
        made["position"] = "none"
    if guess.crs and (guess.position is not None or any(remark.is_unsure for remark in guess.remarks.get("crs", []))):
        made["crs"] = guess.crs


def _item(made: dict[str, Any], remarks: Mapping[str, Sequence[Remark]], say: Say,
          left: Sequence[str] = ()) -> list[str]:
    """Give one item of a list, its remarks above the keys that they are about, what is left out behind its fields."""
    lines: list[str] = [line for remark in remarks.get("", []) for line in comment(say(remark), 2)]
    first = True
    for key, value in made.items():
        said = [line for remark in remarks.get(key, []) for line in comment(say(remark), 4)]
        if key == "fields":
            inner = []
            for field, item in value.items():
                inner += [line for remark in remarks.get(f"fields.{field}", [])
                          for line in comment(say(remark), 6)]
                inner.append(f"      {scalar(field)}: {flow(item)}")
            lines += [*said, *(["    fields:"] if value else []), *inner, *left]
            continue
        lines += [*said, f"  {'- ' if first else '  '}{key}: {flow(value)}"]
        first = False
        if key == "position" and "crs" not in made and remarks.get("crs"):
            lines += [line for remark in remarks["crs"] for line in comment(say(remark), 4)]
            lines.append("    # crs: EPSG:2154")
    return lines
