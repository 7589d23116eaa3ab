"""Errors: who is at fault is in the class.

``InputError`` is the reader's data or scenario (exit code 2), ``InvalidTransition`` is our bug (exit code 1).
Every ``InputError`` says where, what was found, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


class TwinError(Exception):
    """Root of all errors that the twin raises on purpose. They cross from one process to another whole."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args), self.__dict__


def _again(sort: type[TwinError], args: tuple[Any, ...]) -> TwinError:
    """Give an error without asking its class, which wants more words than an exception keeps as its ``args``."""
    return sort.__new__(sort, *args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the parts of a complaint, in one language: sentences with ``{values}``."""

    #: The field, what was found, and the two halves of the sentence.
    field: str = "field '{field}'"
    found: str = "found {found}"
    whole: str = "{found}; expected {expected}"
    #: Ids beyond those that are named.
    more: str = "{ids} and {n} more"
    #: Between the place and the sentence.
    colon: str = ": "


#: What a complaint is made of.
_PARTS = ("found", "expected", "remedy", "file", "field", "line", "column", "ids", "declared")


def _as_it_is(text: str) -> str:
    return text


class InputError(TwinError, ValueError):
    """Your data or your scenario cannot be used as it is.

    Parameters
    ----------
    found
        What was found, in the words of the file.
    expected
        What would have been accepted.
    remedy
        What to do about it, one sentence; empty when ``expected`` says it all.
    file
        File the input came from; empty when it came from code.
    field
        Field, column, layer or key path (``flood.river_stage.levels``).
    line, column
        Place in a text file, 1-based; 0 when not known.
    ids
        Ids of the assets or records concerned; the first five are printed.
    declared
        Where ``field`` is declared, when that is another file than ``file``: ``town.yaml:12``.

    Examples
    --------
    >>> print(InputError(file="assets.csv", field="fail_m", ids=("P-03",), found="-0.4", expected="0 or more",
    ...                  remedy="Heights are above ground, not sea level."))
    assets.csv, field 'fail_m', P-03: found -0.4; expected 0 or more. Heights are above ground, not sea level.
    """

    def __init__(self, *, found: str, expected: str, remedy: str = "", file: str = "", field: str = "", line: int = 0,
                 column: int = 0, ids: Sequence[str] = (), declared: str = "") -> None:
        super().__init__(found, expected)
        self.found, self.expected, self.remedy = found, expected, remedy
        self.file, self.field, self.line, self.column = file, field, line, column
        self.ids, self.declared = tuple(ids), declared

    def __str__(self) -> str:
        return self.said(Frame(), _as_it_is)

    def parts(self) -> dict[str, Any]:
        """Give what it is made of as plain values, without what is empty; ``of_parts`` makes it again.

        Whoever keeps a complaint keeps this: it is then said to each reader in the language that is theirs.

        Examples
        --------
        >>> InputError(field="by", found="no run", expected="a run that is done").parts()
        {'found': 'no run', 'expected': 'a run that is done', 'field': 'by'}
        """
        held = {name: getattr(self, name) for name in _PARTS}
        return {name: list(value) if name == "ids" else value for name, value in held.items() if value}

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> InputError:
        """Give the complaint, or the several, that ``parts`` gave.

        Raises
        ------
        TypeError
            Something else.
        """
        if "complaints" in parts:
            return InputErrors([InputError.of_parts(one) for one in parts["complaints"]])
        return InputError(**{"found": "", "expected": "", **parts})

    def said(self, frame: Frame, say: Callable[[str], str]) -> str:
        """Give the complaint in a language: ``frame`` is its words, ``say`` gives each part in it."""
        where = self.file
        if self.line:
            where += f":{self.line}" + (f":{self.column}" if self.column else "")
        parts = [where] if where else []
        if self.field:
            parts.append(frame.field.format(field=self.field) + (f" ({self.declared})" if self.declared else ""))
        elif self.declared:
            parts.append(self.declared)
        if self.ids:
            shown = ", ".join(self.ids[:5])
            parts.append(shown if len(self.ids) <= 5 else frame.more.format(ids=shown, n=len(self.ids) - 5))
        head = ", ".join(parts)
        # What is missing was not found: "night: no such folder; expected the folder of a run."
        is_missing = self.found.startswith("no such ")
        found = say(self.found) if is_missing else frame.found.format(found=say(self.found))
        text = frame.whole.format(found=found, expected=say(self.expected))
        text += "" if text.endswith(".") else "."
        return (f"{head}{frame.colon}" if head else "") + text + (f" {say(self.remedy)}" if self.remedy else "")


class InputErrors(InputError):  # noqa: N818 - the plural says it
    """Several complaints about one input, raised once: importers do not stop at the first."""

    def __init__(self, complaints: Sequence[InputError]) -> None:
        if not complaints:
            raise ValueError("InputErrors needs at least one complaint")
        first = complaints[0]
        super().__init__(found=first.found, expected=first.expected, remedy=first.remedy, file=first.file,
                         field=first.field, line=first.line, column=first.column, ids=first.ids)
        self.complaints = tuple(complaints)

    def parts(self) -> dict[str, Any]:
        """Give what each is made of."""
        return {"complaints": [complaint.parts() for complaint in self.complaints]}

    def said(self, frame: Frame, say: Callable[[str], str]) -> str:
        """Give the complaints in a language, one a line."""
        return "\n".join(complaint.said(frame, say) for complaint in self.complaints)


class InvalidTransition(TwinError):  # noqa: N818 - the contract's name
    """The engine asked an asset for a move that its table does not allow: our bug, with the story so far."""

    def __init__(self, *, asset: str, state: str, event: str, story: Sequence[str] = ()) -> None:
        self.asset, self.state, self.event, self.story = asset, state, event, tuple(story)
        told = "".join(f"\n  {line}" for line in story)
        super().__init__(f"{asset}: no move from {state} on {event}. The story so far:{told or ' (nothing yet)'}")
