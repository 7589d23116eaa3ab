"""Who is at the desk: one-time addresses or accounts, sessions with a name and a role, and what each role may do.

The desk prints an address that opens it once. Whoever opens it says who they are; every act carries that name. From
there more addresses are made: for a colleague, or for the wall, which only reads. A key is shown once and kept nowhere
but in this process; of a session the table keeps a digest.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from threading import Lock
from typing import Any

from twin.errors import InputError
from viewer.desk.store import Store, publish

#: A session ends after this long without a request, and in any case after the second: a shift and its handing over [s].
IDLE_S, LONGEST_S = 12 * 3600, 24 * 3600
#: Keys tried within a minute before the desk listens to none for a while.
MOST_TRIES, TRIES_S = 10, 60
#: Logins tried within a minute, existing or not, before the desk listens to none.
MOST_LOGINS = 100
_LONGEST_NAME = 60


class Standing(IntEnum):
    """What somebody may do; each may do what those before it may."""

    READER = 0  #: reads and follows: the wall, a visitor
    OPERATOR = 1  #: runs, acknowledges, reports, approves
    ADMINISTRATOR = 2  #: ends other people's sessions

    @property
    def word(self) -> str:
        """The word used in tables and pages."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at the desk."""

    name: str
    #: What they are there for: officer of the watch.
    duty: str
    standing: Standing
    #: Digest of their session.
    session: str


class People:
    """Keys, sessions, and the rate at which keys may be tried."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self.store, self.now = store, now
        self._keys: dict[str, Standing] = {}
        self._tries: dict[str, list[int]] = {}
        self._lock = Lock()

    def key(self, standing: Standing) -> str:
        """Make a key that opens the desk once."""
        made = secrets.token_urlsafe(24)
        with self._lock:
            self._keys[_digest(made)] = standing
        return made

    def enter(self, key: str, *, name: str, duty: str) -> tuple[str, Person]:
        """Exchange a key for a session; give its token and who it is.

        Raises
        ------
        InputError
            A key that is void, too many tries, no name.
        """
        name, duty = name.strip(), duty.strip()
        with self._lock:
            tries = self._tries_of("")
            digest = _digest(key)
            if digest not in self._keys:
                tries.append(self.now())
                raise InputError(field="key", found="an address that was used, or never made",
                                 expected="the address that the desk printed, or one made at the desk")
            if not name or len(name) > _LONGEST_NAME or len(duty) > _LONGEST_NAME:
                raise InputError(field="name", found="no name, or a long one", expected="a name: N. Roux")
            standing = self._keys.pop(digest)
        return self._sit(name, duty, standing)

    def enter_as(self, login: str, *, duty: str, check: Callable[[], tuple[str, Standing] | None]
                 ) -> tuple[str, Person]:
        """Exchange a login for a session; give its token and who it is.

        Parameters
        ----------
        login, duty
            Who they say they are, and what they are there for.
        check
            Gives the name and the standing of the account; None where login or password are nobody's.

        Raises
        ------
        InputError
            Nobody's login or password (which of the two is not said), too many tries of that login.
        """
        duty = duty.strip()
        with self._lock:
            tries = self._tries_of(login[:_LONGEST_NAME])
            # Before the password is looked at: tries that come together count together.
            tries.append(self.now())
        found = check()
        if found is None:
            with self.store.act() as tx:
                publish(tx, at=self.now(), who="", what="enter", body={"refused": login[:_LONGEST_NAME]}, journal=True)
            raise InputError(field="login", found="a login or a password that is nobody's",
                             expected="an account of this desk")
        if len(duty) > _LONGEST_NAME:
            raise InputError(field="duty", found="a long text", expected="a duty: chef de quart")
        with self._lock:
            self._tries.pop(login, None)
        return self._sit(found[0], duty, found[1])

    def _tries_of(self, login: str) -> list[int]:
        """Give the tries of a login within the last minute; an empty login: of addresses.

        Raises
        ------
        InputError
            Too many of them.
        """
        at = self.now()
        self._tries = {one: [t for t in tries if t > at - TRIES_S] for one, tries in self._tries.items()
                       if tries and tries[-1] > at - TRIES_S}
        tries = self._tries.setdefault(login, [])
        if len(tries) >= MOST_TRIES or len(self._tries) > MOST_LOGINS:
            raise InputError(field="key", found="too many tries", expected="another try in a minute")
        return tries

    def _sit(self, name: str, duty: str, standing: Standing) -> tuple[str, Person]:
        at, token = self.now(), secrets.token_urlsafe(32)
        person = Person(name=name, duty=duty, standing=standing, session=_digest(token))
        with self.store.act() as tx:
            tx.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, NULL)",
                       (person.session, name, duty, standing.word, at, at))
            publish(tx, at=at, who=name, what="enter", body={"duty": duty, "standing": standing.word}, journal=True)
        return token, person

    def who(self, token: str) -> Person | None:
        """Give whose session a token is; None where it is over, or nobody's."""
        row = self.store.row("SELECT * FROM session WHERE hash = ? AND ended IS NULL", _digest(token))
        at = self.now()
        if row is None or at - row["seen"] > IDLE_S or at - row["made"] > LONGEST_S:
            return None
        if at - row["seen"] > 60:
            with self.store.note() as tx:
                tx.execute("UPDATE session SET seen = ? WHERE hash = ?", (at, row["hash"]))
        return Person(name=row["name"], duty=row["duty"], standing=Standing[row["role"].upper()], session=row["hash"])

    def listed(self) -> list[dict[str, Any]]:
        """Give the sessions that are open, the latest seen first."""
        at = self.now()
        return self.store.rows("SELECT hash, name, duty, role, made, seen FROM session WHERE ended IS NULL "
                               "AND seen > ? AND made > ? ORDER BY seen DESC, made DESC", at - IDLE_S, at - LONGEST_S)

    def end(self, session: str, *, by: Person) -> None:
        """End somebody's session.

        Raises
        ------
        InputError
            No such session.
        """
        with self.store.act() as tx:
            row = tx.execute("SELECT name FROM session WHERE hash = ? AND ended IS NULL", (session,)).fetchone()
            if row is None:
                raise InputError(field="session", found="no such session", expected="one of the list")
            tx.execute("UPDATE session SET ended = ? WHERE hash = ?", (self.now(), session))
            publish(tx, at=self.now(), who=by.name, what="enter", body={"ended": row["name"]}, journal=True)

    def leave(self, person: Person) -> None:
        """End a session."""
        with self.store.act() as tx:
            tx.execute("UPDATE session SET ended = ? WHERE hash = ?", (self.now(), person.session))
            publish(tx, at=self.now(), who=person.name, what="enter", body={"left": True}, journal=True)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
