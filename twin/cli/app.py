"""The command ``twin`` with its sub-commands; each imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from twin.cli.arguments import Lang, ask_in

app = typer.Typer(
    name="twin", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""A city's digital twin: what goes dark in a flood, and why.

    \b
    Start here:  twin demo --out demo
    Then:        twin explain demo L-0423 --lang fr

    Exit codes: 0 done, 2 your input, 3 an expectation failed, 130 interrupted, 1 our mistake.""")


def _tell_version(value: bool) -> None:
    if value:
        from twin import __version__

        sys.stdout.write(f"twin {__version__}\n")
        raise typer.Exit


@app.callback()
def _twin(version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True,
                                                callback=_tell_version)] = False,
          lang: Annotated[Lang | None, typer.Option("--lang", help="Language of every answer, as after a command.")
                          ] = None) -> None:
    """Options before the command."""
    ask_in(lang)
