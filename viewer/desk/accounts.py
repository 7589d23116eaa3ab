"""Accounts of a desk that others reach: a login, a name, a standing, and a password of which only a digest is kept.

Source
------
OWASP ASVS 5.0, 6.2 and 11.4: Argon2id with the library's own parameters (RFC 9106, the low-memory choice), a least
length and no rules of composition; a login that does not exist takes as long to refuse as a wrong password.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geodata.atomic import beside, move
from geodata.inputs.plain_file import bytes_of
from twin.errors import InputError
from viewer.desk.people import Standing

#: Name of the file in the desk's folder; readable by its owner alone.
FILE = "accounts.json"
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may enter."""

    login: str
    name: str
    standing: Standing
    digest: str


class Accounts:
    """The accounts of one desk; the file is read each time: who was taken away cannot enter from then on."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE

    def listed(self) -> list[Account]:
        """Give the accounts, by login.

        Raises
        ------
        InputError
            The file is no list of accounts.
        """
        if not self.file.exists():
            return []
        try:
            said: dict[str, dict[str, str]] = json.loads(bytes_of(self.file, expected="accounts of a desk (JSON)"))
            return [Account(login=login, name=str(one["name"]), standing=Standing[one["standing"].upper()],
                            digest=str(one["digest"])) for login, one in sorted(said.items())]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(file=str(self.file), found=f"no list of accounts ({error})",
                             expected="accounts of a desk", remedy="`twin account` writes it; take the file away and "
                             "make the accounts anew.") from None

    def put(self, login: str, *, name: str, standing: Standing, password: str) -> None:
        """Make an account, or replace it.

        Raises
        ------
        InputError
            A login, name or password that does not fit; a folder that cannot be written.
        """
        if not LOGIN.fullmatch(login):
            raise InputError(field="login", found=f"'{login[:60]}'",
                             expected="up to 40 of a-z, 0-9, '.', '_' and '-': n.roux")
        if not name.strip() or len(name) > 60:
            raise InputError(field="name", found="no name, or a long one", expected="a name: N. Roux")
        check_password(password, login)
        self._write({**self._plain(), login: {"name": name.strip(), "standing": standing.word,
                                              "digest": _HASHER.hash(password)}})

    def end(self, login: str) -> None:
        """Take an account away.

        Raises
        ------
        InputError
            There is none of that login.
        """
        left = self._plain()
        if left.pop(login, None) is None:
            raise InputError(field="login", found=f"'{login[:60]}'", expected=f"one of {', '.join(left) or 'none'}")
        self._write(left)

    def check(self, login: str, password: str) -> tuple[str, Standing] | None:
        """Give name and standing of whose login and password these are; None for nobody's."""
        found = next((one for one in self.listed() if one.login == login), None)
        # Asked for a known login as well: its making must not tell the first unknown one.
        nobody = _nobody()
        try:
            _HASHER.verify(found.digest if found else nobody, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return None
        return None if found is None else (found.name, found.standing)

    def _plain(self) -> dict[str, dict[str, str]]:
        return {one.login: {"name": one.name, "standing": one.standing.word, "digest": one.digest}
                for one in self.listed()}

    def _write(self, said: dict[str, dict[str, Any]]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with beside(self.file) as folder:
            made = folder / FILE
            handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(said, out, ensure_ascii=False, indent=1)
            move(made, self.file)


@cache
def _nobody() -> str:
    """Give what is verified where a login is unknown, so that nobody learns which exist."""
    return _HASHER.hash("nobody")


def check_password(password: str, login: str) -> None:
    """Refuse a password that would be guessed.

    Raises
    ------
    InputError
        It is short or very long, one sign repeated, or holds the login.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(field="password", found=f"{len(password)} signs", expected=f"{SHORTEST} to {LONGEST} signs",
                         remedy="A few words in a row are long and easy to keep in mind.")
    if len(set(password)) < 5 or login in password.lower():
        raise InputError(field="password", found="a few signs repeated, or the login in it",
                         expected="another password")
