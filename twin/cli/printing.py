"""What the command line says, on a terminal or into a pipe: nothing of it steers a terminal but its own colours."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from twin.texts import visible

if TYPE_CHECKING:
    from rich.console import Console


#: What JSON may hold as it is and a terminal must not get: said by its number, the value stays.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def console_on(*, stderr: bool = False) -> Console:
    """Give the console of standard output or error."""
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

    class Inert(Console):
        """A console on which names from files are read and do nothing."""

        def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            """Give what is printed, piece by piece; the console's own controls are none of the texts."""
            for piece in super().render(renderable, options):
                yield piece if piece.control else piece._replace(text=visible(piece.text))

    # Rich takes NO_COLOR and non-terminals into account; a pipe gets lines as long as they are, whatever COLUMNS says.
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 10_000
    return Inert(file=stream, width=width, soft_wrap=not stream.isatty(), highlight=False)


def say(text: str, *, style: str = "") -> None:
    """Print a line; on a terminal it is wrapped at plain spaces only, so that 0,35 m stays together."""
    if not sys.stdout.isatty():
        sys.stdout.write(visible(text) + "\n")
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

    is_plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, ensure_ascii=is_plain, indent=2, allow_nan=False)
    sys.stdout.write(_ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n")


def complain(text: str) -> None:
    """Say what is wrong, on standard error."""
    from rich.text import Text

    console = console_on(stderr=True)
    console.print(Text(text, style="red" if console.is_terminal else ""))
