"""``twin account``: who may enter a desk that others reach."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, words_in
from twin.cli.printing import print_json, say

if TYPE_CHECKING:
    from geodata.wording import Wording


@app.command(short_help="Make, list or end the accounts of a desk.",
             epilog="Example:  twin account night n.roux --name \"N. Roux\" --standing operator")
def account(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The desk's folder.")],
            login: Annotated[str | None, typer.Argument(metavar="LOGIN", help="Whose account; without it all are "
                                                        "listed.")] = None,
            name: Annotated[str, typer.Option("--name", metavar="NAME", help="The name that stands beside every act."
                                              )] = "",
            standing: Annotated[Literal["reader", "operator", "administrator"], typer.Option(
                "--standing", help="What they may do.")] = "operator",
            end: Annotated[bool, typer.Option("--end", help="Take the account away.")] = False,
            lang: Spoken = None, json: Json = False) -> None:
    """Make, list or end the accounts of a desk. A password is asked for, or read from a pipe; never an option."""
    from viewer.desk.accounts import Accounts
    from viewer.desk.people import Standing

    accounts, words = Accounts(folder), words_in(lang)
    if login is None:
        listed = accounts.listed()
        if json:
            print_json([{"login": one.login, "name": one.name, "standing": one.standing.word} for one in listed])
            return
        for one in listed:
            say(f"{one.login}  {one.name}  {one.standing.word}")
        if not listed:
            say(words.text("No accounts: the desk opens by the address that it prints."))
        return
    if end:
        accounts.end(login)
        say(words.text("Ended: {login}. A session that is open stays until it is ended at the desk.", login=login))
        return
    accounts.put(login, name=name or login, standing=Standing[standing.upper()], password=_password(words))
    say(words.text("Written: {file}", file=accounts.file))


def _password(words: Wording) -> str:
    """Ask for a password, twice; from a pipe the first line is one."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while True:
        said: str = typer.prompt(words.text("Password"), hide_input=True, prompt_suffix=words.colon)
        if typer.prompt(words.text("Again"), hide_input=True, prompt_suffix=words.colon) == said:
            return said
        say(words.text("These were two different ones."))
