"""Complaints about a mapping and its files: collected layer by layer, each with the mapping's line that it concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.importing.schema import Mapping
from geodata.inputs.yaml_file import Places, nearest_place
from twin.errors import InputError, InputErrors

#: What a field says beside its key: ``kind.map (TYPE)``.
_BESIDE = re.compile(r"\s*[(:].*$")


class Complaints:
    """What is wrong so far; nothing stops at the first.

    Parameters
    ----------
    path
        The mapping's file.
    declared
        The mapping.
    places
        Where its keys stand.
    """

    def __init__(self, path: Path, declared: Mapping, places: Places) -> None:
        self._path, self._places = path, places
        self._found: list[InputError] = []
        self._declared = declared
        self._keys: dict[str, tuple[str | int, ...]] = {}
        for place, spec in enumerate(declared.layers):
            for name in (spec.name, Path(spec.file[0]).stem if spec.file else "-".join(spec.distinct)):
                self._keys.setdefault(name, ("layers", place))
        for kind, items in declared.context.items():
            for place, _ in enumerate(items):
                self._keys.setdefault(kind if len(items) == 1 else f"{kind}.{place}", ("context", kind, place))
        for name in declared.tables:
            self._keys.setdefault(name, ("tables", name))

    @contextmanager
    def of(self, layer: str = "") -> Iterator[None]:
        """Collect the complaint of one step about one layer, so that the next is looked at too."""
        try:
            yield
        except InputErrors as several:
            for error in several.complaints:
                self.add(error, layer)
        except InputError as error:
            self.add(error, layer)

    def add(self, error: InputError, layer: str = "") -> None:
        """Take a complaint, with the line of the mapping that it concerns."""
        self._found.append(self._placed(error, layer))

    def tell(self) -> None:
        """Raise what was collected; a file that two layers name is complained of once.

        Raises
        ------
        InputErrors
            All complaints, or the only one.
        """
        distinct = list({str(complaint): complaint for complaint in self._found}.values())
        if distinct:
            raise distinct[0] if len(distinct) == 1 else InputErrors(distinct)

    def _columns(self, key: tuple[str | int, ...], parts: list[str | int], field: str) -> str:
        """Give the columns of the file that a field is read from, in brackets, where the complaint names none."""
        spec = self._declared.layers[int(key[1])]
        if len(parts) < 2 or parts[0] != "fields" or parts[1] not in spec.fields or "(" in field:
            return ""
        item = spec.fields[str(parts[1])]
        columns = [item.column] if item.column else item.columns
        return f" ({', '.join(columns)})" if columns else ""

    def _placed(self, error: InputError, layer: str) -> InputError:
        head, key = f"layers.{layer}.", self._keys.get(layer, ())
        field = error.field.removeprefix(head)
        parts = [int(part) if part.isdigit() else part for part in _BESIDE.sub("", field).split(".") if part]
        if not key or error.found.startswith("no such file"):
            return error
        line, column = nearest_place((*key, *parts), self._places)
        if error.field and key[0] == "layers":
            error.field = head + field + self._columns(key, parts, field)
        elif error.field and not error.field.startswith(f"{key[0]}."):
            error.field = ".".join(map(str, key)) + f".{field}"
        if not error.file:
            error.file, error.line, error.column = str(self._path), line, column
        else:
            error.declared = f"{self._path.name}:{line}"
        return error
