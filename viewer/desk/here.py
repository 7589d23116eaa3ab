"""A bench without a process of its own: for tests, and for a desk that need not save memory."""

from __future__ import annotations

from typing import Any

from viewer.desk.bench import Tell


class Here:
    """A bench in this very process: for tests and for what keeps no desk."""

    def ask(self, question: str, /, *values: Any, tell: Tell | None = None) -> Any:
        """Give an answer."""
        from viewer.desk.bench_work import QUESTIONS

        return QUESTIONS[question](*values, **({} if tell is None else {"tell": tell}))

    def another(self) -> Here:
        """Give itself: nothing in one process waits behind another."""
        return self

    def warm(self, *place: Any) -> None:
        """Nothing is to be started."""

    def rest(self, *, at_once: bool = False) -> None:
        """Nothing is to be ended."""

    def close(self) -> None:
        """Nothing is to be ended."""
