"""Moments of a scenario: its zone, its start, and what is told from there in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geodata.inputs.times import check_moment, local_moment, moment_s
from scenarios.complaints import Complaints
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from twin.errors import InputError
from twin.quantities import with_offset
from twin.world.city import City


def zone_of(city: City) -> ZoneInfo:
    """Give the city's time zone.

    Raises
    ------
    InputError
        The city file names a zone that does not exist.
    """
    try:
        return ZoneInfo(city.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(field="timezone", found=f"'{city.timezone}' in the city file",
                         expected="an IANA time zone, Europe/Paris for example") from None


def start_of(scenario: Scenario, zone: ZoneInfo) -> datetime:
    """Give the start with its offset, whatever the clocks do later; it may not be relative to what is before it."""
    check_moment(scenario.start)
    if scenario.start.startswith("+") or len(scenario.start) <= 8:
        raise InputError(found=f"'{scenario.start}'", expected="date and time: 2026-11-22T16:00+01:00")
    return with_offset(local_moment(scenario.start, zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Turns the scenario's moments into seconds from its start."""

    start: datetime
    zone: ZoneInfo
    duration_s: int
    complaints: Complaints

    def at(self, text: str, path: KeyPath) -> int | None:
        """Give a moment within the horizon; complain and give None for any other."""
        seconds = self.complaints.tried(path, lambda: moment_s(text, self.start, self.zone))
        if seconds is None or 0 <= seconds <= self.duration_s:
            return seconds
        end = self.start + timedelta(seconds=self.duration_s)
        self.complaints.add(
            path, found=f"'{text}', {'before the start' if seconds < 0 else 'after the end'}",
            expected=f"a moment between {_written(self.start)} and {_written(end.astimezone(self.zone))}",
            remedy="" if seconds < 0 else "A time of day is the first one after the start: check it, or the duration.")
        return None


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def issued_of(scenario: Scenario, given: str | datetime | None, clock: Clock) -> datetime:
    """Give the issue time: the one given, the scenario's, else the start.

    Raises
    ------
    InputError
        One that was given and is no moment, or has no offset.
    """
    if isinstance(given, datetime):
        if given.tzinfo is None:
            raise InputError(field="--issued", found=f"'{given}'", expected="a time with its offset")
        return given
    if given == "now":
        return datetime.now(UTC).replace(microsecond=0)
    text = given if given is not None else scenario.issued
    if text is None:
        if scenario.status == "forecast":
            clock.complaints.add(("status",), found="a forecast without an issue time",
                                 expected="`issued:` in the scenario, or --issued",
                                 remedy="--issued now takes this computer's clock.")
        return clock.start
    if given is not None:
        try:
            return clock.start + timedelta(seconds=moment_s(text, clock.start, clock.zone))
        except InputError as error:
            raise InputError(field="--issued", found=error.found, expected=error.expected + ", or now",
                             remedy=error.remedy) from None
    seconds = clock.complaints.tried(("issued",), lambda: moment_s(text, clock.start, clock.zone))
    return clock.start + timedelta(seconds=seconds or 0)


def valid_until_of(scenario: Scenario, issued: datetime, clock: Clock) -> datetime:
    """Give until when the answer holds: what the scenario says, else the end of the run."""
    text = scenario.valid_until
    if text is None:
        return max(clock.start + timedelta(seconds=clock.duration_s), issued)
    seconds = clock.complaints.tried(("valid_until",), lambda: moment_s(text, clock.start, clock.zone))
    moment = clock.start + timedelta(seconds=seconds or 0)
    if seconds is not None and moment <= issued:
        clock.complaints.add(("valid_until",), found=f"'{text}', not after the issue time {_written(issued)}",
                             expected="a moment after the issue time")
    return moment


def next_update_of(scenario: Scenario, issued: datetime, valid_until: datetime, clock: Clock) -> datetime | None:
    """Give when the next issue is promised; None where it is not."""
    text = scenario.next_update
    if text is None:
        return None
    seconds = clock.complaints.tried(("next_update",), lambda: moment_s(text, clock.start, clock.zone))
    if seconds is None:
        return None
    moment = clock.start + timedelta(seconds=seconds)
    if not issued < moment <= valid_until:
        # A page that expires before the next one comes would leave its readers with nothing.
        clock.complaints.add(("next_update",), found=f"'{text}', {_written(moment)}", expected=f"a moment after the "
                             f"issue time {_written(issued)}, and not after valid_until {_written(valid_until)}")
    return moment
