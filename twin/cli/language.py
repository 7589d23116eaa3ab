"""The help of the command line in the language of the answer: what we wrote of each command, and the library's words.

The French stands in ``geodata/locale/fr/command.po``; English is the source text, written where the option is.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.wording import Wording

#: What stands behind a help: its default, whether it must be given, its bounds.
_BESIDE = re.compile(r"(.*?)(  )?\[([^\[\]]*)\]", re.DOTALL)
#: Words of a placeholder: KIND|ID=COST, FILE.csv, YYYY-MM-DD.
_WORD = re.compile(r"[A-Z_]{2,}")


#: A paragraph that is printed as it is written, by a backspace on a line before it.
_KEPT = "\b\n"


def texts_of(command: Any) -> Iterator[str]:
    """Give the paragraphs written of a command and of those below it: descriptions, examples, helps."""
    for text in (command.help, command.short_help, command.epilog, *(getattr(one, "help", None) for one in
                                                                   command.params)):
        yield from (one.removeprefix(_KEPT) for one in _paragraphs(text or ""))
    for below in getattr(command, "commands", {}).values():
        yield from texts_of(below)


def _paragraphs(text: str) -> list[str]:
    """Give the paragraphs of a help, each on one line but those that keep theirs."""
    return [one if one.startswith(_KEPT) else re.sub(r"\s*\n\s*", " ", one)
            for one in inspect.cleandoc(text).split("\n\n") if one]


def _said(text: str, words: Wording) -> str:
    return "\n\n".join(_KEPT + words.text(one.removeprefix(_KEPT)) if one.startswith(_KEPT) else words.text(one)
                       for one in _paragraphs(text))


def speak(command: Any, words: Wording) -> None:
    """Have a command, and those below it, give their help in a language."""
    command.help, command.short_help, command.epilog = (
        None if text is None else _said(text, words)
        for text in (command.help, command.short_help, command.epilog))
    command.context_class = type("Context", (command.context_class,),
                                 {"formatter_class": _formatter(command.context_class.formatter_class, words)})
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = _said(parameter.help, words)
        if parameter.metavar and parameter.param_type_name == "option":  # an argument is named by what it stands under
            parameter.metavar = _WORD.sub(lambda word: words.text(word[0]), parameter.metavar)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = words.text(command.subcommand_metavar)
    for below in getattr(command, "commands", {}).values():
        speak(below, words)


def _formatter(base: Any, words: Wording) -> type:
    """Give what writes help in a language: the words around what we wrote."""

    class Formatter(base):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, words.text("Usage: ") if prefix is None else prefix)

        def write_heading(self, heading: str) -> None:
            self.write(f"{'':>{self.current_indent}}{words.text(heading)}{words.colon.rstrip()}\n")

        def write_dl(self, rows: Sequence[tuple[str, str]], *widths: Any, **more: Any) -> None:
            super().write_dl([(_kind(first, words), _beside(second, words)) for first, second in rows],
                             *widths, **more)

    return Formatter


def _kind(first: str, words: Wording) -> str:
    """Give an option with the kind of its value, <path>, in a language."""
    return re.sub(r"<([a-z ]+)>|(?<= )(PATH|TEXT|INTEGER|FLOAT|INTEGER RANGE)(?=$|\.)",
                  lambda kind: f"<{words.text(kind[1])}>" if kind[1] else words.text(kind[2]), first)


def _beside(second: str, words: Wording) -> str:
    """Give a help with what the library adds to it, in a language."""
    found = _BESIDE.fullmatch(second)
    if found is None:
        return words.text(second)
    facts = [words.text("default: {value}", value=fact.removeprefix("default: ")) if fact.startswith("default: ")
             else words.text(fact) for fact in found[3].split("; ")]
    return f"{found[1]}{found[2] or ''}[{' ; '.join(facts) if words.lang == 'fr' else '; '.join(facts)}]"
