"""The desk's clock: the wall's, or that of an exercise, which runs on from a moment that was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class DeskClock:
    """Tells the time at the desk."""

    #: How far the desk's time is ahead of the wall's; 0 but in an exercise.
    ahead: timedelta = timedelta(0)

    @classmethod
    def set_to(cls, moment: datetime | None) -> DeskClock:
        """Give a clock that shows a moment now; the wall's clock where none is given."""
        return cls() if moment is None else cls(moment - datetime.now(UTC))

    @property
    def is_exercise(self) -> bool:
        """Whether it shows another time than the wall's."""
        return bool(self.ahead)

    def now(self) -> datetime:
        """Give the present at the desk, in UTC."""
        return datetime.now(UTC) + self.ahead

    def epoch(self) -> int:
        """Give the present at the desk [s since 1970]."""
        return int(self.now().timestamp())
