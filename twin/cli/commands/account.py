"""``twin account``: who may enter a desk that others reach."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from twin.cli.app import app
from twin.cli.arguments import Json
from twin.cli.printing import print_json, say


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
            json: Json = False) -> None:
    """Make, list or end the accounts of a desk. A password is asked for, or read from a pipe; never an option."""
    from viewer.desk.accounts import Accounts
    from viewer.desk.people import Standing

    accounts = Accounts(folder)
    if login is None:
        listed = accounts.listed()
        if json:
            print_json([{"login": one.login, "name": one.name, "standing": one.standing.word} for one in listed])
            return
        for one in listed:
            say(f"{one.login}  {one.name}  {one.standing.word}")
        if not listed:
            say("No accounts: the desk opens by the address that it prints.")
        return
    if end:
        accounts.end(login)
        say(f"Ended: {login}. A session that is open stays until it is ended at the desk.")
        return
    accounts.put(login, name=name or login, standing=Standing[standing.upper()], password=_password())
    say(f"Written: {accounts.file}")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    said: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return said
