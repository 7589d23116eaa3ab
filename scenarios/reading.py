"""YAML with the place of everything: what a complaint about a scenario points at.

A file is read to plain values (text, numbers, lists, mappings) and, beside them, the line and column of every key and
value. Times stay text: 22:10 is for :mod:`geodata.inputs.times` to understand, never for YAML. Complaints are
collected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from geodata.inputs.plain_file import bytes_of
from twin.errors import InputError, InputErrors

#: Names of keys and numbers of list entries from the top of a file down to a value.
KeyPath = tuple[str | int, ...]

#: Escapes in a quoted text can make these; no terminal, table or JSON file should meet them.
_UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TAGS = "tag:yaml.org,2002:"
#: A scenario is written by hand; a file beyond this is something else.
_LARGEST_BYTES = 4_000_000
#: Values that a scenario may come to once its aliases are followed: a few lines of them can stand for billions.
_MOST_VALUES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Line and column, 1-based."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A file's values and where each stands."""

    #: As the reader named it, for messages.
    file: str
    data: dict[str, Any]
    #: Place of each value.
    values: dict[KeyPath, Place] = field(default_factory=dict)
    #: Place of each key.
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    #: Files that stand for the value of a key at the top: crews that a city's scenarios share.
    parts: dict[str, Document] = field(default_factory=dict)

    def with_part(self, key: str, folder: Path) -> Document:
        """Give the document with the mapping of another file in place of its name; itself where no file is named.

        Raises
        ------
        InputError, InputErrors
            The file does not exist, or is no mapping.
        """
        name = self.data.get(key)
        if not isinstance(name, str):
            return self
        path = folder / name
        if not path.is_file():
            raise self.complaint((key,), found=f"'{name}', which is no file", expected=f"a mapping, or a file with the "
                                 f"keys of `{key}` relative to the scenario")
        part = read_document(path)
        return replace(self, data={**self.data, key: part.data}, parts={**self.parts, key: part})

    def place(self, path: KeyPath, *, of_key: bool = False) -> Place:
        """Give the place of a value (or of its key); of the nearest one above where it does not exist."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(line=1, column=1))

    def complaint(self, path: KeyPath, *, found: str, expected: str, remedy: str = "", ids: tuple[str, ...] = (),
                  of_key: bool = False) -> InputError:
        """Give the error that points at a place of this file, or of the one that stands for a part of it."""
        inner = self.parts.get(str(path[0])) if len(path) > 1 else None
        if inner is not None:
            error = inner.complaint(path[1:], found=found, expected=expected, remedy=remedy, ids=ids, of_key=of_key)
            error.field = dotted(path)
            return error
        place = self.place(path, of_key=of_key)
        return InputError(file=self.file, field=dotted(path), found=found, expected=expected, remedy=remedy,
                          line=place.line, column=place.column, ids=ids)


def dotted(path: KeyPath) -> str:
    """Write a path as people do.

    Examples
    --------
    >>> dotted(("facts", 0, "at"))
    'facts[0].at'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_document(path: Path, shown: str | None = None) -> Document:
    """Read a YAML file whose top is a mapping.

    Parameters
    ----------
    path
        File to read, UTF-8.
    shown
        How messages name it; its path as given when left out.

    Raises
    ------
    InputError
        No such file, not UTF-8, empty, a tab where spaces belong, not YAML, more than one document, no mapping.
    InputErrors
        Repeated keys, keys that are no text, values of a sort that a scenario has no use for.
    """
    file = shown or str(path)
    text = _text(path, file)
    node = _compose(text, file)
    if node is None:
        raise InputError(file=file, found="an empty file", expected="a mapping of keys, `scenario: …` first",
                         remedy="scenarios/ holds six to start from.")
    document = Document(file=file, data={})
    complaints: list[InputError] = []
    value = _value(node, (), document, complaints, frozenset())
    if not isinstance(value, dict):
        place = document.place(())
        raise InputError(file=file, line=place.line, column=place.column, found=f"{_sort(value)} at the top",
                         expected="a mapping of keys, `scenario: …` first")
    if complaints:
        raise InputErrors(complaints)
    document.data.update(value)
    return document


def _text(path: Path, file: str) -> str:
    try:
        raw = bytes_of(path, expected="a scenario file (YAML)", file=file)
    except FileNotFoundError:
        raise InputError(file=file, found="no such file", expected="a scenario file (YAML)") from None
    except IsADirectoryError:
        raise InputError(file=file, found="a folder", expected="a scenario file (YAML)") from None
    except PermissionError:
        raise InputError(file=file, found="a file that may not be read", expected="a file you can read",
                         remedy=f"Give yourself the right to read {path.name}.") from None
    if len(raw) > _LARGEST_BYTES:
        raise InputError(file=file, found=f"{len(raw) / 1e6:.0f} MB", expected="a scenario written by hand, below 4 MB",
                         remedy="Levels and depths belong in files of their own that the scenario names.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[:error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        raise InputError(file=file, line=line, column=column,
                         found=f"a byte that is not UTF-8 (0x{raw[error.start]:02x})",
                         expected="UTF-8 text", remedy="Save the file as UTF-8 (it looks like Latin-1 or Windows-1252)."
                         ) from None


def _compose(text: str, file: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML().compose(text)
    except RecursionError:
        raise InputError(file=file, found="lists or mappings within each other, hundreds deep", expected="a scenario",
                         remedy="Is a bracket missing, or is this a file of another program?") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = " ".join(str(error.problem or error.context or "no YAML").removeprefix("found ").split())
        at_line = text.splitlines()[line - 1] if 0 < line <= len(text.splitlines()) else ""
        if "\\t" in problem or "\t" in at_line[:max(column, 1)]:
            raise InputError(file=file, line=line, column=column, found="a tab character", expected="spaces",
                             remedy="YAML indents by spaces only: replace each tab by two of them.") from None
        if "another document" in problem:
            raise InputError(file=file, line=line, column=column, found="a second document (a line of ---)",
                             expected="one scenario per file") from None
        remedy = ("A text that holds `: ` or starts with @, %, *, & or [ needs quotes."
                  if "mapping values" in problem or "cannot start" in problem or "undefined alias" in problem
                  else "Check the brackets, the quotes and the indentation of this line and the one above.")
        raise InputError(file=file, line=line, column=column, found=problem, expected="YAML", remedy=remedy) from None
    except YAMLError as error:
        bad = next((i for i, letter in enumerate(text) if ord(letter) < 32 and letter not in "\t\n\r"), -1)
        line = text.count("\n", 0, bad) + 1 if bad >= 0 else 0
        raise InputError(file=file, line=line, found="a control character" if bad >= 0 else str(error).splitlines()[0],
                         expected="text", remedy="Is this a scenario, or a file of another program?") from None


def _value(node: Any, path: KeyPath, document: Document, complaints: list[InputError], above: frozenset[int]) -> Any:
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    document.values[path] = Place(line=node.start_mark.line + 1, column=node.start_mark.column + 1)
    if len(document.values) > _MOST_VALUES:
        raise document.complaint(path, found=f"more than {_MOST_VALUES:,} values",
                                 expected="a scenario written by hand",
                                 remedy="Do aliases (*) stand for lists of aliases? Write out what is meant.")
    if id(node) in above:
        complaints.append(document.complaint(path, found="an alias to what holds it", expected="a value"))
        return None
    within = above | {id(node)}
    if isinstance(node, ScalarNode):
        return _scalar(node, path, document, complaints)
    if isinstance(node, SequenceNode):
        return [_value(entry, (*path, i), document, complaints, within) for i, entry in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    values: dict[str, Any] = {}
    for key, entry in node.value:
        place = Place(line=key.start_mark.line + 1, column=key.start_mark.column + 1)
        if not isinstance(key, ScalarNode):
            complaints.append(InputError(file=document.file, line=place.line, column=place.column, field=dotted(path),
                                         found="a list or mapping as key", expected="a word as key"))
            continue
        name = str(key.value)
        inner = (*path, name)
        if name in values:
            first = document.keys[inner]
            complaints.append(InputError(
                file=document.file, line=place.line, column=place.column, field=dotted(inner),
                found=f"the key '{name}' again", expected="each key once",
                remedy=f"It already stands on line {first.line}; take one away."))
            continue
        document.keys[inner] = place
        values[name] = _value(entry, inner, document, complaints, within)
    return values


def _scalar(node: Any, path: KeyPath, document: Document, complaints: list[InputError]) -> Any:
    text = str(node.value)
    if _UNWRITABLE.search(text):
        complaints.append(document.complaint(path, found="a control character, or half of one letter",
                                             expected="text that a file can hold",
                                             remedy=r"Take the escape (\0, \e, \uD800) away."))
        return None
    tag = str(node.tag).removeprefix(_TAGS)
    if tag in ("str", "timestamp", "merge", "value"):
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    try:
        if tag == "int":
            if len(text) > 1 and text.startswith("0") and text.isdigit():
                return text  # an inventory's number: its leading zeros belong to it
            return int(text.replace("_", ""), 0) if text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") \
                else int(text.replace("_", ""))
        if tag == "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    complaints.append(document.complaint(path, found=f"the tag {node.tag}", expected="a plain value",
                                         remedy="Take the tag away."))
    return None


def _sort(value: Any) -> str:
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"the text '{str(value)[:40]}'"
