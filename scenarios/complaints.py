"""Complaints about a scenario: all of them collected, raised once, each with its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from twin.errors import InputError, InputErrors

_Got = TypeVar("_Got")


class Complaints:
    """Collects; a lookup that fails gives None and goes on."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.errors: list[InputError] = []

    def add(self, path: KeyPath, *, found: str, expected: str, remedy: str = "", of_key: bool = False) -> None:
        """Keep a complaint about a value of the scenario, or about its key."""
        self.errors.append(self.scenario.complaint(path, found=found, expected=expected, remedy=remedy, of_key=of_key))

    def tried(self, path: KeyPath, of: Callable[[], _Got]) -> _Got | None:
        """Give what ``of`` gives; where it complains, keep that at this place and give None."""
        try:
            return of()
        except InputError as error:
            self.add(path, found=error.found, expected=error.expected, remedy=error.remedy)
            return None

    def heard(self, of: Callable[[], object]) -> None:
        """Keep the complaints of something that names their places itself."""
        try:
            of()
        except InputErrors as errors:
            self.errors += errors.complaints
        except InputError as error:
            self.errors.append(error)

    def settle(self) -> None:
        """Raise all complaints, in the order of the file, if there are any."""
        if self.errors:
            raise InputErrors(sorted(self.errors, key=lambda e: (e.line, e.column)))
