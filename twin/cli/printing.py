"""What the command line says, on a terminal or into a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def console_on(*, stderr: bool = False) -> Console:
    """Give the console of standard output or error."""
    from rich.console import Console

    # Rich takes NO_COLOR and non-terminals into account; a pipe gets lines as long as they are, whatever COLUMNS says.
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 10_000
    return Console(file=stream, width=width, soft_wrap=not stream.isatty(), highlight=False)


def say(text: str, *, style: str = "") -> None:
    """Print a line; on a terminal it is wrapped at plain spaces only, so that 0,35 m stays together."""
    if not sys.stdout.isatty():
        sys.stdout.write(text + "\n")
        return
    from textwrap import fill

    from rich.text import Text

    console = console_on()
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        hanging = " " * (indent + 4 if indent else 0)
        wrapped = fill(line, width=max(console.width, 20), subsequent_indent=hanging, break_on_hyphens=False)
        console.print(Text(wrapped, style=style), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print an answer for programs."""
    import json

    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def complain(text: str) -> None:
    """Say what is wrong, on standard error."""
    from rich.text import Text

    console = console_on(stderr=True)
    console.print(Text(text, style="red" if console.is_terminal else ""))
