"""The public list: what may leave of each kind. What it does not name stays inside."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from geodata.inputs.plain_file import bytes_of
from twin.errors import InputError

#: Words of an older list that let nothing out any more; a city's copy of it is still read.
_RETIRED = {"cabinet": frozenset({"street"})}


@dataclass(frozen=True, slots=True)
class Allowed:
    """The fields of each kind that may leave."""

    fields: dict[str, frozenset[str]]

    def __call__(self, kind: str, field: str) -> bool:
        """Tell whether a field of a kind may be written."""
        return field in self.fields.get(kind, frozenset())

    def tells(self, kind: str) -> bool:
        """Tell whether anything of a kind may be written, its number included."""
        return bool(self.fields.get(kind))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all may leave."""
        return not any(self.fields.values())

    @classmethod
    def read(cls, path: Path | None = None) -> Allowed:
        """Read the public list: the shipped one, or the city's own.

        Raises
        ------
        InputError
            A file that is missing, no TOML, or no list of fields by kind; a word that the shipped list lacks.
        """
        shipped = _fields(resources.files("viewer").joinpath("data/public_fields.toml").read_text("utf-8"), "")
        if path is None:
            return cls(shipped)
        try:
            own = _fields(bytes_of(path, expected="a list of what may leave (TOML)").decode("utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(file=str(path), found=getattr(error, "strerror", None) or "no text",
                             expected="a list of what may leave (TOML)",
                             remedy="Copy viewer/data/public_fields.toml and take words out.") from None
        # A word that the pages do not know would be taken for something kept back, or let out, that is not.
        for kind, fields in own.items():
            known = shipped.get(kind, frozenset())
            if unknown := sorted(fields - known - _RETIRED.get(kind, frozenset())):
                raise InputError(file=str(path), field=kind, found=f"'{unknown[0]}'", ids=unknown,
                                 expected=f"one of {', '.join(sorted(known))}" if known
                                 else f"a kind of the shipped list: {', '.join(sorted(shipped))}")
        return cls({kind: fields & shipped[kind] for kind, fields in own.items() if kind in shipped})


def _fields(text: str, file: str) -> dict[str, frozenset[str]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(file=file, found=str(error), expected="TOML") from None
    for kind, table in tables.items():
        fields = table.get("fields", []) if isinstance(table, dict) else None
        if not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
            raise InputError(file=file, field=kind, found="no list of words",
                             expected='fields = ["position", "street"]')
    return {kind: frozenset(table.get("fields", ())) for kind, table in tables.items()}
