"""What a scenario may say of irrigation: the key ``irrigation:``."""

from __future__ import annotations

from typing import Any

from scenarios.forms import Part


class IrrigationPart(Part):
    """The season that the night is a part of."""

    programme: str
    """a programme file of `twin irrigate`, relative to this file, or the name of a shipped one"""
    state: str | None = None
    """what an earlier season left (`twin irrigate --save`), relative to this file"""


def name_alone(value: Any) -> Any:
    """Let a text alone name the programme."""
    return {"programme": value} if isinstance(value, str) else value
