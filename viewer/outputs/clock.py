"""Clock: times of a run as its pages count them, in seconds from the start."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """Times of the run as the page counts them: seconds from the start."""

    def __init__(self, start: datetime, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        self.start = int(start.timestamp())
        self._start = start

    def since(self, moment: datetime | str | None) -> int | None:
        """Give the seconds from the start of a moment, ISO text or not."""
        if moment is None:
            return None
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        return round(moment.timestamp()) - self.start

    def local(self, seconds: float) -> datetime:
        """Give the local time of a second of the run."""
        return (self._start + timedelta(seconds=float(seconds))).astimezone(self.zone)

    def offsets(self, duration_s: int) -> list[list[int]]:
        """Give the zone's offsets from UTC over the run: from which second on, and how much [s]."""
        found: list[list[int]] = []
        for seconds in range(-7 * 86_400, duration_s + 8 * 86_400, 900):
            offset = self.local(seconds).utcoffset()
            value = int(offset.total_seconds()) if offset is not None else 0
            if not found or found[-1][1] != value:
                found.append([seconds, value])
        return found
