"""What an alert is written from, beside its run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One message of the Common Alerting Protocol that leaves the desk."""

    #: Who approved the run: nothing else releases it.
    released_by: str
    now: datetime
    contacts: Path | None
    #: The city's own list of what may leave; the shipped one without it.
    fields: Path | None
    #: The message that this one takes the place of, or takes back; empty for the first.
    earlier: bytes = b""
    cancels: bool = False
