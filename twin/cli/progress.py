"""How far a command is: a line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from twin.cli.printing import console_on

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def stages(*, computes: bool = False) -> Iterator[Callable[[str], None]]:
    """Show what is being done and for how long, on a terminal's standard error.

    What ``computes`` says on any standard error that it has to compile first, and elsewhere than on a terminal how far
    it is, a line now and then: minutes of silence look like a fault.
    """
    from geodata.locks import telling

    console = console_on(stderr=True)
    with ExitStack() as stack:
        stack.enter_context(telling(console.print))
        if computes:
            from twin.kernels.jit import when_compiling

            stack.enter_context(when_compiling(lambda: console.print(
                "Compiling for this computer: the first run takes a minute or two longer, the next ones do not.")))
        quiet = _now_and_then(console) if computes else lambda stage: None
        yield stack.enter_context(_spinner(console)) if console.is_terminal else quiet


#: Without a terminal a line of progress follows the one before after this many seconds.
QUIET_S = 20.0


def _now_and_then(console: Console) -> Callable[[str], None]:
    """Give what prints a stage when the last line, or the beginning, is ``QUIET_S`` ago."""
    from time import monotonic

    last = monotonic()

    def tell(stage: str) -> None:
        nonlocal last
        if monotonic() - last >= QUIET_S:
            last = monotonic()
            console.print(stage)

    return tell


@contextmanager
def _spinner(console: Console) -> Iterator[Callable[[str], None]]:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console,
                  transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda stage: progress.update(task, description=stage)


def run_stages(stage: Callable[[str], None]) -> Callable[[str], None]:
    """Give what turns the stages of a run into words for people."""
    from scenarios.running import STAGES

    return lambda word: stage(STAGES[word])
