"""How far a command is: a line on a terminal, a line now and then elsewhere, lines of JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.printing import console_on
from twin.stages import Progress

if TYPE_CHECKING:
    from rich.console import Console


class Form(StrEnum):
    """How progress is told, on standard error."""

    AUTO = "auto"  #: a line that changes on a terminal, elsewhere a line now and then
    JSON = "json"  #: a line of JSON for each step
    NONE = "none"  #: not at all


Told = Annotated[Form, typer.Option("--progress", help="How progress is told on standard error; json: a line a "
                                    "step, with stage, doing, done, of, unit, seconds_left.")]
#: Takes what is being done, as a word of ``twin.explaining.doing.DOING`` or with how far it is.
Shown = Callable[[str | Progress], None]


@contextmanager
def stages(*, computes: bool = False, lang: str = "en", form: Form = Form.AUTO) -> Iterator[Shown]:
    """Show what is being done, how far it is and how long it takes, on standard error.

    What ``computes`` says on any standard error that it has to compile first, and elsewhere than on a terminal how far
    it is, a line now and then: minutes of silence look like a fault.
    """
    from geodata.locks import telling

    console = console_on(stderr=True)
    with ExitStack() as stack:
        if form != Form.JSON:
            stack.enter_context(telling(lambda line: console.print(_waiting(line, lang), markup=False)))
        if computes and lang != "en":
            stack.enter_context(_warned(console, lang))
        if computes and form == Form.AUTO:
            from twin.kernels.jit import when_compiling

            stack.enter_context(when_compiling(lambda: console.print(_COMPILING[lang])))
        if form == Form.JSON:
            yield _as_json
        elif form == Form.NONE:
            yield lambda done: None
        elif console.is_terminal:
            yield stack.enter_context(_spinner(console, lang))
        else:
            yield _now_and_then(console, lang) if computes else lambda done: None


@contextmanager
def _warned(console: Console, lang: str) -> Iterator[None]:
    """Say our own warnings in a language; those of libraries come as they are."""
    import warnings

    from geodata.wording import wording

    before, words = warnings.showwarning, wording(lang, "command")

    def show(message: Warning | str, *more: Any, **others: Any) -> None:
        told = words.told(str(message))
        if told == str(message):
            before(message, *more, **others)
        else:
            console.print(told, markup=False)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


_COMPILING = {
    "en": "Compiling for this computer: the first run takes a minute or two longer, the next ones do not.",
    "fr": "Compilation pour cet ordinateur : le premier calcul dure une ou deux minutes de plus, pas les suivants."}

#: Without a terminal a line of progress follows the one before after this many seconds.
QUIET_S = 20.0


def _waiting(line: str, lang: str) -> str:
    """Give what is said of a place that another twin holds."""
    from geodata.wording import wording

    return wording(lang, "command").told(line)


def _words(done: str | Progress, lang: str) -> str:
    if isinstance(done, str) and lang == "en":
        return done
    from twin.explaining.doing import in_words
    from twin.explaining.words import speech

    return speech(lang).catalogue.gettext(done) if isinstance(done, str) else in_words(done, lang)


def _as_json(done: str | Progress) -> None:
    plain = {"doing": done} if isinstance(done, str) else done.to_dict()
    sys.stderr.write(json.dumps(plain, ensure_ascii=False) + "\n")
    sys.stderr.flush()


def _now_and_then(console: Console, lang: str) -> Shown:
    """Give what prints a stage when the last line, or the beginning, is ``QUIET_S`` ago."""
    from time import monotonic

    last = monotonic()

    def tell(done: str | Progress) -> None:
        nonlocal last
        if monotonic() - last >= QUIET_S:
            last = monotonic()
            console.print(_words(done, lang), markup=False)

    return tell


@contextmanager
def _spinner(console: Console, lang: str) -> Iterator[Shown]:
    from rich.markup import escape
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    with Bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console,
             transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done: bar.update(task, description=escape(_words(done, lang)))
